//! Section 6: people by place and week, shelter places, and what the people need.

use std::ops::Range;

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Serialize;

use super::quantity::{Origin, Quantity, Unit};
use super::series;
use super::view::View;
use crate::record::digest::Spread;
use crate::record::results::{NeedsRow, Run};
use crate::scenario::params::Needs as Standards;

/// Weeks shown side by side.
const WEEKS: usize = 8;
/// Weeks shown before the turning week.
const BEFORE: i64 = 2;
/// Places whose supplies are told.
const PLACES: usize = 8;
/// A longer run is also told by quarters.
const LONG: usize = 26;

/// People without a place, or present, in one week.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cell {
    pub number: Quantity,
    /// 0 where there are places enough, to 5 where over three times the places are short.
    pub tone: u8,
    /// The week, where the column holds several.
    pub week: String,
}

/// A place with its weeks.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    pub place: String,
    pub pcode: String,
    /// Known shelter places; empty where they are not known.
    pub places: String,
    /// Nothing where nobody is there, or no shelter is known.
    pub cells: Vec<Option<Cell>>,
    /// Why a cell is empty: nobody is there, or the places are not known.
    pub empty: Vec<&'static str>,
}

/// A table of places by weeks or quarters.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Table {
    pub columns: Vec<String>,
    pub rows: Vec<Row>,
}

/// What the people of a place need in the week in which most are short of a place, or present.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Supplies {
    pub place: String,
    pub week: String,
    pub present: Quantity,
    pub places: String,
    pub short: Option<Quantity>,
    pub water: Quantity,
    pub meals: Quantity,
    pub toilets: Quantity,
    pub health_posts: Quantity,
}

/// A standard in force, with its source.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Standard {
    pub name: String,
    pub value: String,
    pub unit: String,
    pub source: String,
    pub clause: String,
    /// The parameter, for `--set`.
    pub parameter: String,
}

/// The section.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Needs {
    /// Whether needs were computed at all.
    pub computed: bool,
    pub share: String,
    /// Where the shelter places shown are from, place by place.
    pub places_sources: String,
    /// Whether all people present are taken to look for a place.
    pub all: bool,
    /// People without a place in all places with known shelters together, week of the most.
    pub together: Option<(String, Quantity)>,
    pub short: Table,
    pub present: Table,
    pub quarters: Option<Table>,
    pub supplies: Vec<Supplies>,
    pub standards: Vec<Standard>,
    /// Places where nobody is in any simulation.
    pub never: Vec<String>,
}

/// The week and place in which most people lack a shelter place.
#[derive(Debug, Clone, PartialEq)]
pub struct Worst {
    pub place: usize,
    pub week: Date,
    pub number: Quantity,
    pub present: Quantity,
    pub places: Option<f64>,
    pub share: f64,
}

impl Worst {
    /// People without a place if another share looked for one.
    pub fn if_share(&self, view: &View, share: f64) -> Quantity {
        let short = |persons: f64| (persons * share - self.places.unwrap_or(0.0)).max(0.0);
        let of = [short(self.present.low), short(self.present.value), short(self.present.high)];
        view.quantity(spread(of), Unit::Persons, false, Origin::default())
    }
}

fn monday(date: Date) -> Date {
    date.saturating_sub(i64::from(date.weekday().to_monday_zero_offset()).days())
}

/// Mondays of the weeks the run holds.
fn all_weeks(run: &Run) -> Vec<Date> {
    let mut weeks: Vec<Date> = run.needs.iter().map(|n| n.date).collect();
    weeks.sort();
    weeks.dedup();
    weeks
}

/// The weeks told of: around the turning week.
fn weeks(view: &View) -> Vec<Date> {
    let all = all_weeks(view.run);
    let turning = monday(view.run.date(view.turning_day()));
    // A comparison looks forward from what changed; a run to both sides of its highest.
    let before = if view.comparison.is_some() { BEFORE } else { WEEKS as i64 / 2 - 1 };
    let from = turning.saturating_sub((7 * before).days());
    let at = all.iter().position(|w| *w >= from).unwrap_or(0).min(all.len().saturating_sub(WEEKS));
    all[at..(at + WEEKS).min(all.len())].to_vec()
}

/// The weeks among which the worst is sought: of a comparison those shown from the first difference on; else all.
fn weeks_sought(view: &View) -> Vec<Date> {
    if view.comparison.is_none() {
        return all_weeks(view.run);
    }
    let first = monday(view.run.date(view.turning_day()));
    weeks(view).into_iter().filter(|week| *week >= first).collect()
}

fn spread(of: [f64; 3]) -> Spread {
    Spread { mean: of[1], p05: of[0], p50: of[1], p95: of[2] }
}

fn row_name(row: &NeedsRow, run: &Run, what: &str) -> String {
    format!("{}/{}/{what}", row.date, run.scenario.world.places[row.place].id)
}

fn told(view: &View, row: &NeedsRow, of: [f64; 3], unit: Unit, what: &str) -> Quantity {
    let origin = Origin::of(view.file(view.run, "needs"), row_name(row, view.run, what));
    view.quantity(spread(of), unit, false, origin)
}

fn tone(short: f64, places: f64) -> u8 {
    if short < 10.0 {
        return 0;
    }
    let times = if places > 0.0 { short / places } else { f64::INFINITY };
    [0.5, 1.0, 2.0, 3.0].iter().filter(|limit| times > **limit).count() as u8 + 1
}

/// Standards in force in a week.
fn standards<'a>(view: &View<'a>, week: Date) -> &'a Standards {
    let scenario = &view.run.scenario;
    &scenario.params_on(week.max(scenario.start)).needs
}

/// The place and week with the most people without a shelter place, or else, where no shelter is known,
/// with the most people. Of the place asked for alone, if one is.
pub fn worst(view: &View) -> Option<Worst> {
    let sought = weeks_sought(view);
    let rows = view.run.needs.iter().filter(|n| sought.contains(&n.date));
    let rows: Vec<&NeedsRow> = rows.filter(|n| view.place.is_none_or(|p| p == n.place)).collect();
    let known: Vec<&NeedsRow> = rows.iter().copied().filter(|n| n.shortfall.is_some()).collect();
    let size = |n: &NeedsRow| n.shortfall.map_or(n.persons[1], |s| s[1]);
    let best = |rows: Vec<&'_ NeedsRow>| {
        rows.into_iter()
            .max_by(|a, b| {
                size(a).total_cmp(&size(b)).then(a.persons[1].total_cmp(&b.persons[1])).then(b.date.cmp(&a.date))
            })
            .cloned()
    };
    let row = if known.is_empty() { best(rows) } else { best(known) }?;
    let present = told(view, &row, row.persons, Unit::Persons, "persons");
    let number = match row.shortfall {
        Some(short) => told(view, &row, short, Unit::Persons, "shortfall"),
        None => present.clone(),
    };
    let share = standards(view, row.date).sheltered_share;
    Some(Worst { place: row.place, week: row.date, number, present, places: row.shelter_places, share })
}

/// Days of a week within the run.
fn days(run: &Run, week: Date) -> Range<usize> {
    let at = |date: Date| (date - run.about.recorded_from).get_days().clamp(0, run.about.days() as i32) as usize;
    at(week)..at(week.saturating_add(7.days()))
}

/// What the variant changes in the people present at a place, mean of a week.
pub fn change(view: &View, place: usize, week: Date) -> Option<Quantity> {
    let (one, other) = (&view.run.present[place], &view.base().present[place]);
    let days = days(view.run, week);
    if days.is_empty() {
        return None;
    }
    view.worked_out(series::mean_over(&series::less(one, other), days), Unit::Persons, true)
}

/// Places short of shelter places in every week told of, in nearly every simulation.
pub fn always_short<'a>(view: &View<'a>) -> Vec<&'a str> {
    let weeks = weeks_sought(view);
    let short_in = |run: &Run, place: usize| {
        let rows = run.needs.iter().filter(|n| n.place == place && weeks.contains(&n.date));
        let short = rows.filter(|n| n.shortfall.is_some_and(|s| s[0] >= 10.0)).count();
        short > 0 && short == weeks.len()
    };
    let short = |place: &usize| short_in(view.run, *place) && short_in(view.base(), *place);
    if view.replicates() < 2 {
        return Vec::new();
    }
    view.places().into_iter().filter(short).take(5).map(|p| view.place_name(p)).collect()
}

/// Source of the shelter places of each place, as of a day.
fn places_sources(view: &View, places: &[usize], on: Option<Date>) -> String {
    let shelters = &view.run.scenario.world.shelters;
    let told = |place: &usize| {
        let rows = shelters.iter().filter(|s| s.place == *place && on.is_none_or(|d| s.from <= d));
        let latest = rows.max_by_key(|s| s.from)?;
        Some(format!("{} [{}]", view.place_name(*place), view.say.known(&latest.source_id)))
    };
    places.iter().filter_map(told).collect::<Vec<_>>().join("; ")
}

/// The section.
pub fn section(view: &View) -> Needs {
    let weeks = weeks(view);
    let sheltered = |p: &usize| view.run.needs.iter().any(|n| n.place == *p && n.shortfall.is_some());
    let places = view.places();
    let (known, unknown): (Vec<usize>, Vec<usize>) = places.iter().copied().partition(sheltered);
    let unknown: Vec<usize> = unknown.into_iter().take(PLACES).collect();
    let columns = weeks.iter().map(|w| view.say.day_month(*w)).collect::<Vec<_>>();
    let first = weeks.first().copied().unwrap_or(view.run.about.recorded_from);
    let share = standards(view, first).sheltered_share;
    let told: Vec<usize> = known.iter().chain(&unknown).copied().take(PLACES).collect();
    let world = &view.run.scenario.world.places;
    let inhabited = |p: usize| view.run.needs.iter().any(|n| n.place == p);
    let never = (0..world.len())
        .filter(|p| view.run.scenario.world.shelters.iter().any(|s| s.place == *p) || view.place == Some(*p))
        .filter(|p| !inhabited(*p));
    Needs {
        computed: !view.run.needs.is_empty(),
        share: view.say.percent(share),
        all: share >= 1.0,
        places_sources: places_sources(view, &known, weeks.last().copied()),
        together: together(view, &known, &weeks_sought(view)),
        short: Table { columns: columns.clone(), rows: rows(view, &known, &weeks, true) },
        present: Table { columns, rows: rows(view, &unknown, &weeks, false) },
        quarters: quarters(view, &known),
        supplies: told.iter().filter_map(|p| supplies(view, *p)).collect(),
        standards: listed(view, first),
        never: never.map(|p| view.place_name(p).to_string()).collect(),
    }
}

fn cell(view: &View, row: &NeedsRow, short: bool) -> Option<Cell> {
    let (of, what) = if short { (row.shortfall?, "shortfall") } else { (row.persons, "persons") };
    let tone = if short { tone(of[1], row.shelter_places.unwrap_or(0.0)) } else { 0 };
    Some(Cell { number: told(view, row, of, Unit::Persons, what), tone, week: view.say.day_month(row.date) })
}

fn rows(view: &View, places: &[usize], weeks: &[Date], short: bool) -> Vec<Row> {
    let row = |place: &usize| {
        let at = |week: &Date| view.run.needs.iter().find(|n| n.place == *place && n.date == *week);
        let cells = weeks.iter().map(|w| (at(w).and_then(|n| cell(view, n, short)), at(w).is_some())).collect();
        named(view, *place, cells, weeks.last().copied())
    };
    places.iter().map(row).collect()
}

/// A row; of each cell also whether anybody is there.
fn named(view: &View, place: usize, cells: Vec<(Option<Cell>, bool)>, on: Option<Date>) -> Row {
    let here = &view.run.scenario.world.places[place];
    let known = view.run.needs.iter().filter(|n| n.place == place && on.is_none_or(|d| n.date <= d));
    let places = known.filter_map(|n| n.shelter_places).next_back();
    Row {
        place: view.place_name(place).into(),
        pcode: here.pcode.clone(),
        places: places.map_or(String::new(), |n| view.say.count(n)),
        empty: cells.iter().map(|(_, there)| if *there { "unknown_then" } else { "none" }).collect(),
        cells: cells.into_iter().map(|(cell, _)| cell).collect(),
    }
}

/// The highest week of each quarter of a long run.
fn quarters(view: &View, places: &[usize]) -> Option<Table> {
    if all_weeks(view.run).len() <= LONG || places.is_empty() {
        return None;
    }
    let quarter = |date: Date| (date.year(), (date.month() - 1) / 3 + 1);
    let (first, last) = (view.run.about.recorded_from, view.run.about.end);
    let mut all: Vec<(i16, i8)> = Vec::new();
    let mut day = first.first_of_month();
    while day <= last {
        if all.last() != Some(&quarter(day)) {
            all.push(quarter(day));
        }
        day = day.saturating_add(1.month());
    }
    let all = &all[all.len().saturating_sub(9)..];
    let row = |place: &usize| {
        let highest = |q: &(i16, i8)| {
            let rows = view.run.needs.iter().filter(|n| n.place == *place && quarter(n.date.max(first)) == *q);
            let size = |n: &NeedsRow| n.shortfall.map_or(-1.0, |s| s[1]);
            rows.max_by(|a, b| size(a).total_cmp(&size(b)).then(b.date.cmp(&a.date)))
        };
        let cells = all.iter().map(|q| (highest(q).and_then(|n| cell(view, n, true)), highest(q).is_some())).collect();
        named(view, *place, cells, None)
    };
    let name = |(year, quarter): &(i16, i8)| {
        view.say.with("needs.quarter", &[("year", &year.to_string()), ("quarter", &quarter.to_string())])
    };
    Some(Table { columns: all.iter().map(name).collect(), rows: places.iter().map(row).collect() })
}

/// People without a place in some places together, in the week of the most.
fn together(view: &View, places: &[usize], weeks: &[Date]) -> Option<(String, Quantity)> {
    let run = view.run;
    let mut best: Option<(Date, Vec<f64>)> = None;
    for week in weeks {
        let days = days(run, *week);
        if days.is_empty() {
            continue;
        }
        let share = standards(view, *week).sheltered_share;
        let mut sums = vec![0.0; run.about.replicates as usize];
        let mut known = false;
        for place in places {
            let row = run.needs.iter().find(|n| n.place == *place && n.date == *week);
            let Some(shelter) = row.and_then(|n| n.shelter_places) else { continue };
            known = true;
            let present = series::mean_over(&run.present[*place], days.clone());
            sums.iter_mut().zip(present).for_each(|(sum, n)| *sum += (n * share - shelter).max(0.0));
        }
        let total = |sums: &[f64]| sums.iter().sum::<f64>();
        if known && best.as_ref().is_none_or(|b| total(&sums) > total(&b.1)) {
            best = Some((*week, sums));
        }
    }
    let (week, sums) = best?;
    Some((view.say.date(week), view.worked_out(sums, Unit::Persons, false)?))
}

/// What the people of a place need in its highest week of those sought.
fn supplies(view: &View, place: usize) -> Option<Supplies> {
    let sought = weeks_sought(view);
    let rows = view.run.needs.iter().filter(|n| n.place == place && sought.contains(&n.date));
    let row = rows.max_by(|a, b| a.persons[1].total_cmp(&b.persons[1]).then(b.date.cmp(&a.date)))?;
    let standards = standards(view, row.date);
    let times = |factor: f64, what: &str| told(view, row, row.persons.map(|n| n * factor), Unit::Things, what);
    let each = |persons: f64, what: &str| {
        let of = row.persons.map(|n| if persons > 0.0 { (n / persons).ceil() } else { 0.0 });
        told(view, row, of, Unit::Things, what)
    };
    Some(Supplies {
        place: view.place_name(place).to_string(),
        week: view.say.date(row.date),
        present: told(view, row, row.persons, Unit::Persons, "persons"),
        places: row.shelter_places.map_or(String::new(), |n| view.say.count(n)),
        short: row.shortfall.map(|s| told(view, row, s, Unit::Persons, "shortfall")),
        water: times(standards.water_litres, "water_litres"),
        meals: times(standards.meals, "meals"),
        toilets: each(standards.persons_per_toilet, "toilets"),
        health_posts: each(standards.persons_per_health_post, "health_posts"),
    })
}

/// The standards in force, each with its source.
fn listed(view: &View, week: Date) -> Vec<Standard> {
    let needs = standards(view, week);
    let say = view.say;
    let number = |x: f64| say.decimal(x, usize::from(x.fract() != 0.0));
    let standard = |name: &str, value: String| {
        let parameter = format!("needs.{name}");
        let spec = crate::scenario::params::specs().iter().find(|s| s.path == parameter);
        let source = spec.map(|s| s.source).filter(|id| view.is_source(id)).unwrap_or_default();
        Standard {
            name: say.text(&format!("standards.{name}.name")).into(),
            unit: say.text(&format!("standards.{name}.unit")).into(),
            clause: say.text(&format!("standards.{name}.clause")).into(),
            source: source.into(),
            value,
            parameter,
        }
    };
    vec![
        standard("sheltered_share", say.percent(needs.sheltered_share)),
        standard("water_litres", number(needs.water_litres)),
        standard("persons_per_toilet", number(needs.persons_per_toilet)),
        standard("persons_per_tap", number(needs.persons_per_tap)),
        standard("meals", number(needs.meals)),
        standard("kcal", number(needs.kcal)),
        standard("shelter_m2", number(needs.shelter_m2)),
        standard("health_workers", number(needs.health_workers)),
        standard("persons_per_health_post", number(needs.persons_per_health_post)),
        standard("soap_g", number(needs.soap_g)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tones_compare_with_the_places() {
        assert_eq!([0.0, 100.0, 501.0, 1500.0, 2500.0, 3500.0].map(|short| tone(short, 1000.0)), [0, 1, 2, 3, 4, 5]);
        assert_eq!(tone(50.0, 0.0), 5);
    }

    #[test]
    fn weeks_begin_on_mondays() {
        assert_eq!(monday(jiff::civil::date(2024, 5, 22)), jiff::civil::date(2024, 5, 20));
        assert_eq!(monday(jiff::civil::date(2024, 5, 20)), jiff::civil::date(2024, 5, 20));
    }
}
