//! Random worlds: places in a connected network, people, ports, tables of who enters and what becomes of them.

use antesala::scenario::field::Names;
use antesala::scenario::input::*;
use jiff::civil::{Date, date};

use crate::dice::Dice;

/// Persons that enter a world over a run, at most, in the mean.
const MOST_PERSONS: f64 = 1500.0;

/// A world for a run of so many days from `start`.
pub fn world(dice: &mut Dice, start: Date, days: usize) -> World {
    let names = names(dice);
    let (places, modes) = (places(dice, names.zones.len()), modes(dice, &names));
    let legs = legs(dice, places.len(), modes.len());
    let stays: Vec<usize> = (0..places.len()).filter(|&p| places[p].kind != PlaceKind::Checkpoint).collect();
    let months = months(start, days);
    let nations = names.nationalities.len();
    let nationalities =
        names.nationalities.iter().map(|name| Nationality { name: name.clone(), national: dice.chance(0.3) }).collect();
    World {
        name: "random".into(),
        nationalities,
        modes,
        legs,
        ports: ports(dice, &stays, start, days),
        inflow: inflow(dice, &stays, nations, &months),
        parole: parole(dice, nations, &months),
        initial: initial(dice, &stays, nations),
        dispositions: dispositions(dice, nations, &months),
        names,
        places,
        ..World::default()
    }
}

fn names(dice: &mut Dice) -> Names {
    let named = |what: &str, n: usize| (0..n).map(|i| format!("{what}{i}")).collect();
    Names {
        nationalities: named("nation", dice.among(1..=5)),
        zones: named("zone", dice.among(1..=4)),
        modes: named("mode", dice.among(1..=4)),
    }
}

fn places(dice: &mut Dice, zones: usize) -> Vec<Place> {
    let kinds = [PlaceKind::City, PlaceKind::Stop, PlaceKind::Border, PlaceKind::Entry, PlaceKind::Checkpoint];
    let n = dice.among(1..=12);
    let weight = |dice: &mut Dice, p: f64| if dice.chance(p) { dice.between(0.1, 3.0) } else { 0.0 };
    (0..n)
        .map(|i| {
            // The first is one where people can be, and has everything a process needs.
            let kind = if i == 0 { PlaceKind::City } else { *dice.pick(&kinds) };
            let (stays, all) = (kind != PlaceKind::Checkpoint, if i == 0 { 1.0 } else { 0.3 });
            let needed = |dice: &mut Dice| if stays { weight(dice, all) } else { 0.0 };
            Place {
                id: format!("p{i}"),
                name: format!("Place {i}"),
                kind,
                // All zones are of some place, as in worlds that are read.
                zone: if i < zones { i } else { dice.below(zones) },
                admin1: String::new(),
                pcode: String::new(),
                lat: i as f64,
                lon: 0.0,
                return_weight: needed(dice),
                crossing_weight: needed(dice),
                asylum_weight: needed(dice),
                waiting_hub: stays && dice.chance(0.3),
            }
        })
        .collect()
}

fn modes(dice: &mut Dice, names: &Names) -> Vec<Mode> {
    let papers = [PapersRule::None, PapersRule::None, PapersRule::WhereRefused, PapersRule::Always];
    let mode = |name: &String| {
        let speed_kmh = if dice.chance(0.5) { Some(dice.between(5.0, 90.0)) } else { None };
        let (on_foot, papers) = (dice.chance(0.4), *dice.pick(&papers));
        Mode { name: name.clone(), leg_tag: name.clone(), speed_kmh, on_foot, papers }
    };
    names.modes.iter().map(mode).collect()
}

/// A tree over all places, and some legs more.
fn legs(dice: &mut Dice, places: usize, modes: usize) -> Vec<Leg> {
    let mut ends: Vec<(usize, usize)> = (1..places).map(|to| (dice.below(to), to)).collect();
    for _ in 0..dice.below(places + 1) {
        let (from, to) = (dice.below(places), dice.below(places));
        if from != to {
            ends.push((from, to));
        }
    }
    ends.into_iter()
        .map(|(from, to)| {
            let mut served: Vec<bool> = (0..modes).map(|_| dice.chance(0.7)).collect();
            served[dice.below(modes)] = true;
            // Some legs are walked for days, some passed in no time.
            let km = dice.between(0.5, 30.0) * if dice.chance(0.2) { 20.0 } else { 1.0 };
            Leg { from, to, km, hours: km / dice.between(2.0, 60.0), modes: served }
        })
        .collect()
}

fn ports(dice: &mut Dice, stays: &[usize], start: Date, days: usize) -> Vec<Port> {
    (0..dice.among(1..=4))
        .map(|i| {
            // The first always gives some, so that there is a port whenever the app is on.
            let share = |dice: &mut Dice| if i > 0 && dice.chance(0.3) { 0.0 } else { dice.between(0.1, 1.0) };
            let mut shares = vec![(date(1999, 1, 1), share(dice))];
            for day in dice.some_of(days, 1.5 / days as f64) {
                shares.push((day_of(start, day), share(dice)));
            }
            Port { name: format!("Port {i}"), place: *dice.pick(stays), shares }
        })
        .collect()
}

fn inflow(dice: &mut Dice, stays: &[usize], nations: usize, months: &[Month]) -> Vec<InflowRow> {
    let mut streams = Vec::new();
    for nationality in 0..nations {
        for &place in stays {
            if dice.chance(0.4) {
                streams.push((nationality, place));
            }
        }
    }
    if streams.is_empty() {
        streams.push((0, stays[0]));
    }
    let most = 2.0 * MOST_PERSONS / (streams.len() * months.len()) as f64;
    let mut rows = Vec::new();
    for (nationality, place) in streams {
        for &month in months {
            if dice.chance(0.9) {
                rows.push(InflowRow { month, nationality, place, persons: dice.between(0.0, most).round() });
            }
        }
    }
    rows
}

fn parole(dice: &mut Dice, nations: usize, months: &[Month]) -> Vec<ParoleRow> {
    let mut rows = Vec::new();
    for nationality in dice.some_of(nations, 0.3) {
        for &month in months {
            rows.push(ParoleRow { month, nationality, persons: dice.between(0.0, 200.0).round() });
        }
    }
    rows
}

fn initial(dice: &mut Dice, stays: &[usize], nations: usize) -> Vec<InitialRow> {
    let mut rows = Vec::new();
    for nationality in dice.some_of(nations, 0.5) {
        for &place in stays {
            if dice.chance(0.3) {
                let (persons, waited_days) = (dice.between(0.0, 60.0).round(), dice.between(0.0, 300.0));
                rows.push(InitialRow { place, nationality, persons, waited_days });
            }
        }
    }
    rows
}

fn dispositions(dice: &mut Dice, nations: usize, months: &[Month]) -> Vec<DispositionRow> {
    let mut rows = Vec::new();
    for &month in months {
        for nationality in dice.some_of(nations, 0.7) {
            let parts: [f64; 4] = std::array::from_fn(|_| if dice.chance(0.25) { 0.0 } else { dice.unit() });
            let sum = parts.iter().sum::<f64>();
            let [released, removed, expelled, held] =
                if sum > 0.0 { parts.map(|part| part / sum) } else { [1.0, 0.0, 0.0, 0.0] };
            rows.push(DispositionRow { month, nationality, released, removed, expelled, held });
        }
    }
    rows
}

/// The months of a run.
fn months(start: Date, days: usize) -> Vec<Month> {
    let mut months: Vec<Month> = (0..days).map(|day| Month::of(day_of(start, day))).collect();
    months.dedup();
    months
}

/// The date of a day of the run.
pub fn day_of(start: Date, day: usize) -> Date {
    start.checked_add(jiff::Span::new().days(day as i64)).expect("within the calendar")
}
