//! Where people are: the map, the places in small panels, and the list of all places.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Serialize;

use super::drawn::Figure;
use super::quantity::{Origin, Quantity, Unit};
use super::view::View;
use crate::record::digest::Spread;
use crate::record::results::NeedsRow;
use crate::report::figures::{Multiples, Period, Role, Small};
use crate::report::place_map::{MapFrame, MapLink, MapPlace, MapWords, PlaceMap};
use crate::scenario::input::{Month, PlaceKind};

/// Places with a panel of their own.
const PANELS: usize = 8;

/// A place of the list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Listed {
    pub name: String,
    pub pcode: String,
    pub number: Quantity,
}

/// All places with people in one week.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct List {
    pub week: String,
    pub rows: Vec<Listed>,
}

/// The weeks from the first to the last of `needs.csv`, and its rows by place.
struct Weeks<'a> {
    mondays: Vec<Date>,
    rows: BTreeMap<(usize, Date), &'a NeedsRow>,
    /// Weeks with any row; in the others needs were off.
    known: BTreeSet<Date>,
}

impl<'a> Weeks<'a> {
    fn of(view: &View<'a>) -> Weeks<'a> {
        let known = |f: fn(Date, Date) -> Date| view.run.needs.iter().map(|n| n.date).reduce(f);
        let mut mondays = Vec::new();
        if let (Some(mut week), Some(last)) = (known(Date::min), known(Date::max)) {
            while week <= last {
                mondays.push(week);
                week = week.saturating_add(7.days());
            }
        }
        let rows = &view.run.needs;
        Weeks {
            mondays,
            rows: rows.iter().map(|n| ((n.place, n.date), n)).collect(),
            known: rows.iter().map(|n| n.date).collect(),
        }
    }

    /// 5th percentile, median and 95th percentile; no number where needs were off.
    fn persons(&self, place: usize, week: Date) -> [f64; 3] {
        let nobody = if self.known.contains(&week) { 0.0 } else { f64::NAN };
        self.rows.get(&(place, week)).map_or([nobody; 3], |n| n.persons)
    }

    /// The week told of: that of the turning day.
    fn shown(&self, view: &View) -> usize {
        let day = view.run.date(view.turning_day());
        self.mondays.iter().rposition(|w| *w <= day && self.known.contains(w)).unwrap_or(0)
    }
}

fn spread(of: [f64; 3]) -> Spread {
    Spread { mean: of[1], p05: of[0], p50: of[1], p95: of[2] }
}

/// The map, week by week.
pub fn map(view: &View) -> Option<Figure> {
    let (say, run) = (view.say, view.run);
    let weeks = Weeks::of(view);
    let world = &run.scenario.world;
    // Persons in a week of the month, each leg and direction.
    let mut flows: BTreeMap<(usize, usize), BTreeMap<Month, f64>> = BTreeMap::new();
    for leg in &run.legs {
        let a_week = leg.persons * 7.0 / simulated_days(view, leg.month);
        flows.entry((leg.from, leg.to)).or_default().insert(leg.month, a_week);
    }
    let links: Vec<MapLink> =
        flows.keys().map(|(from, to)| MapLink { from: *from, to: *to, via: Vec::new(), back: false }).collect();
    let frame = |week: &Date| MapFrame {
        date: say.date(*week),
        persons: (0..world.places.len()).map(|p| weeks.persons(p, *week)).collect(),
        flows: flows
            .values()
            .map(|months| months.get(&Month::of((*week).max(run.about.recorded_from))).copied().unwrap_or(0.0))
            .collect(),
    };
    let shown = weeks.shown(view);
    let text = |key: &str| say.text(key).to_string();
    let week = weeks.mondays.get(shown).copied()?;
    let busiest = busiest(view, &weeks, week);
    // A few of the fullest, then the border, where appointments are, then the rest.
    let rank = |place: usize, kind: PlaceKind| match kind {
        _ if view.place == Some(place) || busiest.iter().take(8).any(|p| *p == place) => 0,
        PlaceKind::Border => 1,
        PlaceKind::City | PlaceKind::Entry => 2,
        PlaceKind::Stop | PlaceKind::Checkpoint => 3,
    };
    let names: Vec<&str> = busiest.iter().copied().take(2).map(|p| view.place_name(p)).collect();
    let title = match names[..] {
        [_, _] => say.with("results.map_finding", &[("places", &say.list(&names))]),
        _ => text("results.map_finding_neutral"),
    };
    let subtitle = text("results.map_subtitle");
    let map = PlaceMap {
        id: "map".into(),
        title: title.clone(),
        description: subtitle.clone(),
        basemap: world.basemap.as_deref(),
        places: world
            .places
            .iter()
            .enumerate()
            .map(|(i, p)| MapPlace {
                name: view.place_name(i).into(),
                lat: p.lat,
                lon: p.lon,
                label_rank: rank(i, p.kind),
            })
            .collect(),
        links,
        frames: weeks.mondays.iter().map(frame).collect(),
        shown,
        words: MapWords {
            lang: say.language.tag().into(),
            persons: text("map.persons"),
            flows: text("map.persons_week"),
            onward: text("map.travel"),
            back: text("map.back_south"),
            left_out: text("map.left_out"),
            few: text("map.fewer"),
            nobody: text("needs.none"),
            caption: text("map.list"),
            place: text("map.place"),
            people: text("map.people"),
            range: text("map.range"),
            play: text("map.play"),
            pause: text("map.pause"),
            earlier: text("map.back"),
            later: text("map.forward"),
            slider: text("map.slider"),
        },
        numbers: view.words,
    };
    let html = map.html()?;
    Some(Figure { id: "map".into(), title, subtitle, html, note: text("results.map_note"), ..Figure::default() })
}

/// Days of a month that were simulated: its legs are counted from the scenario's start on, whatever the tables begin with.
fn simulated_days(view: &View, month: Month) -> f64 {
    let (first, last) = (month.first_day(), month.first_day().last_of_month());
    let (from, to) = (first.max(view.run.scenario.start), last.min(view.run.about.end));
    f64::from((to - from).get_days().max(0) + 1)
}

/// Places with people in a week: the one asked for, then the others, most first.
fn busiest(view: &View, weeks: &Weeks, week: Date) -> Vec<usize> {
    let mut all: Vec<(usize, f64)> = view.places().into_iter().map(|p| (p, weeks.persons(p, week)[1])).collect();
    all.retain(|p| weeks.persons(p.0, week)[2] > 0.0);
    all.sort_by(|a, b| (Some(b.0) == view.place).cmp(&(Some(a.0) == view.place)).then(b.1.total_cmp(&a.1)));
    all.into_iter().map(|p| p.0).collect()
}

fn told(view: &View, weeks: &Weeks, place: usize, week: Date) -> Quantity {
    let id = &view.run.scenario.world.places[place].id;
    let origin = Origin::of(view.file(view.run, "needs"), format!("{week}/{id}/persons"));
    view.quantity(spread(weeks.persons(place, week)), Unit::Persons, false, origin)
}

/// The places with the most people, week by week, each on its own scale.
pub fn panels(view: &View) -> Option<Figure> {
    let say = view.say;
    let weeks = Weeks::of(view);
    let shown = weeks.shown(view);
    let week = *weeks.mondays.get(shown)?;
    let first = *weeks.mondays.first()?;
    let small = |place: usize| {
        let q = told(view, &weeks, place, week);
        let of = |i: usize| weeks.mondays.iter().map(|w| weeks.persons(place, *w)[i]).collect::<Vec<f64>>();
        let known = weeks.rows.get(&(place, week)).and_then(|n| n.shelter_places);
        let share = view.run.scenario.params_on(week.max(view.run.scenario.start)).needs.sheltered_share;
        // The line is comparable with the people present only where all of them are taken to look for a place.
        let capacity = known.filter(|_| share >= 1.0);
        Small {
            name: view.place_name(place).into(),
            value: q.text,
            range: if q.short.is_empty() { String::new() } else { format!("({})", q.range) },
            p50: of(1),
            band: (view.replicates() > 1).then(|| (of(0), of(2))),
            capacity: capacity.map(|n| (n, say.with("charts.shelter", &[("n", &say.count(n))]))),
        }
    };
    let drawn = Multiples {
        title: say.text("results.multiples_finding").into(),
        description: say.with("results.multiples_subtitle", &[("week", &say.date(week))]),
        first_day: first,
        days: 7 * weeks.mondays.len(),
        period: Period::Week,
        role: if view.comparison.is_some() { Role::Variant } else { Role::Base },
        mark: Some((shown, say.day_month(week))),
        spans: Vec::new(),
        panels: view.places().into_iter().take(PANELS).map(small).collect(),
    };
    Some(Figure {
        id: "places".into(),
        title: say.text("results.multiples_finding").into(),
        subtitle: say.with("results.multiples_subtitle", &[("week", &say.date(week))]),
        html: drawn.html(view.words)?,
        note: format!("{} {}", say.text("results.city_note"), say.text("needs.places_note")),
        ..Figure::default()
    })
}

/// All places with anybody in the week told of.
pub fn list(view: &View) -> Option<List> {
    let weeks = Weeks::of(view);
    let week = *weeks.mondays.get(weeks.shown(view))?;
    let row = |place: usize| Listed {
        name: view.place_name(place).into(),
        pcode: view.run.scenario.world.places[place].pcode.clone(),
        number: told(view, &weeks, place, week),
    };
    let rows: Vec<Listed> = busiest(view, &weeks, week).into_iter().map(row).collect();
    (!rows.is_empty()).then(|| List { week: view.say.date(week), rows })
}
