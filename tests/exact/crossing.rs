//! Crossing between ports, process 12: when, where, whether detected, and what follows. Each check has error rate 1e-5.

use antesala::model::observation::Event;
use antesala::scenario::field::Value;
use antesala::scenario::input::{DispositionRow, InflowRow, Month, Nationality, World};

use crate::chance::{binomial, by_day, classes, days_at_least_one, geometric};
use crate::people::{ON, days, ends, everyone, next, quiet, x};
use crate::worlds::chain;

/// Two nationalities that cross at the last of `places` places.
fn border(places: usize) -> World {
    let mut world = chain(places);
    world.places[places - 1].crossing_weight = 1.0;
    world.names.nationalities.push("Elsewhere".into());
    world.nationalities.push(Nationality { name: "Elsewhere".into(), national: false });
    world.inflow.push(InflowRow { nationality: 1, ..world.inflow[0].clone() });
    world
}

fn crossing(more: &[(&'static str, Value)]) -> Vec<(&'static str, Value)> {
    let mut settings = vec![
        ("household.app_share", x(0.0)),
        ("crossing.enabled", ON),
        ("crossing.wait_days", x(1.0)),
        ("crossing.detected", x(1.0)),
        ("travel.legs_per_day", Value::Int(1)),
    ];
    settings.extend_from_slice(more);
    settings
}

/// An attempt comes each day with 1 / wait_days.
#[test]
fn attempts_come_after_their_mean() {
    for mean in [1.0, 7.0] {
        let seen = everyone(&quiet(border(1), 120, 60, &crossing(&[("crossing.wait_days", x(mean))])));
        let tried = next(&seen, Event::Arrival, &[Event::CrossingAttempt], 0..60, 55);
        // At the border the day after entry, and there for a day at least.
        geometric(&format!("days until an attempt with mean {mean}"), &days(&tried), 1.0 / mean, 2, 55);
    }
}

/// People cross where weights lead them.
#[test]
fn people_cross_at_places_by_weight() {
    let mut world = border(4);
    let weights = [0.0, 2.0, 1.0, 3.0];
    weights.iter().enumerate().for_each(|(p, weight)| world.places[p].crossing_weight = *weight);
    let seen = everyone(&quiet(world, 60, 100, &crossing(&[])));
    let tried = next(&seen, Event::Arrival, &[Event::CrossingAttempt], 0..45, 10);
    let at = |place: usize| tried.iter().flatten().filter(|(_, row)| row.place == Some(place)).count() as u64;
    classes("where people cross", &[at(1), at(2), at(3)], &[2.0 / 6.0, 1.0 / 6.0, 3.0 / 6.0]);
}

/// Attempts are detected, and of those detected people are expelled, removed or let in, by nationality and month, with the
/// factors of the rules in force.
#[test]
fn encounters_end_as_the_tables_and_the_rules_say() {
    let detected = [0.9, 0.6];
    let (removed_factor, expelled_factor) = (2.0, 0.5);
    let mut world = border(1);
    let row = |month, nationality, [released, removed, expelled, held]: [f64; 4]| DispositionRow {
        month: Month { year: 2001, month },
        nationality,
        released,
        removed,
        expelled,
        held,
    };
    let tables = [[0.5, 0.2, 0.2, 0.1], [0.2, 0.1, 0.6, 0.1], [0.3, 0.3, 0.3, 0.1]];
    // The second has no row in February: it keeps that of January.
    world.dispositions = vec![row(1, 0, tables[0]), row(1, 1, tables[1]), row(2, 0, tables[2])];
    let names = ["Somewhere", "Elsewhere"];
    let by_nation = Value::Map(names.iter().zip(detected).map(|(name, p)| (name.to_string(), p)).collect());
    let settings = crossing(&[
        ("crossing.detected", by_nation),
        ("crossing.removed_factor", x(removed_factor)),
        ("crossing.expelled_factor", x(expelled_factor)),
        ("crossing.retry", x(0.0)),
        ("crossing.expelled_to_app", x(0.0)),
    ]);
    let seen = everyone(&quiet(world, 59, 400, &settings));
    let sum = |event: Event, nation: usize, days: std::ops::Range<usize>| -> u64 {
        days.map(|day| u64::from(seen.flows.at(day, event as usize, nation).persons)).sum()
    };
    for (nation, days, table) in [(0, 0..31, tables[0]), (0, 31..59, tables[2]), (1, 0..59, tables[1])] {
        let of = |event| sum(event, nation, days.clone());
        let what = format!("nationality {nation} on days {days:?}");
        let (tried, met) = (of(Event::CrossingAttempt), of(Event::BorderPatrolEncounter));
        binomial(&format!("detected, {what}"), met, tried, detected[nation]);
        let [released, removed, expelled, held] = table;
        let (removed, expelled, stays) = (removed * removed_factor, expelled * expelled_factor, released + held);
        let all = removed + expelled + stays;
        let let_in = of(Event::EnteredBetweenPorts) - (tried - met);
        let counts = [of(Event::Removed), of(Event::ExpelledToMexico), let_in];
        classes(&format!("after an encounter, {what}"), &counts, &[removed / all, expelled / all, stays / all]);
    }
}

/// Of those expelled some try again after a mean of days, of the others some turn to the app, and the rest goes home.
#[test]
fn the_expelled_try_again_or_turn_elsewhere() {
    let (retry, days_between, to_app) = (0.55, 6.0, 0.3);
    let mut world = border(1);
    world.dispositions = (0..2)
        .map(|nationality| DispositionRow {
            month: Month { year: 2001, month: 1 },
            nationality,
            released: 0.0,
            removed: 0.0,
            expelled: 1.0,
            held: 0.0,
        })
        .collect();
    let settings = crossing(&[
        ("crossing.retry", x(retry)),
        ("crossing.retry_days", x(days_between)),
        ("crossing.expelled_to_app", x(to_app)),
    ]);
    let seen = everyone(&quiet(world, 140, 60, &settings));
    let of = [Event::CrossingAttempt, Event::Registration, Event::ReturnedHome];
    let after = next(&seen, Event::ExpelledToMexico, &of, 0..60, 75);
    let others = 1.0 - retry;
    classes("after an expulsion", &ends(&after, &of), &[retry, others * to_app, others * (1.0 - to_app)]);
    let again: Vec<_> = after
        .iter()
        .flatten()
        .filter(|(_, row)| row.event == Event::CrossingAttempt)
        .map(|(days, _)| Some(*days))
        .collect();
    by_day("days between attempts", &again, &days_at_least_one(days_between, 60), 1);
    let app: Vec<_> = after.iter().flatten().filter(|(_, row)| row.event == Event::Registration).collect();
    assert!(app.iter().all(|(days, _)| *days == 1), "who turns to the app is there the day after");
}
