//! The order of rows: where it means nothing, tables are the same bytes; where it names somebody's luck, another order is
//! other luck and the same distribution.

use std::collections::BTreeMap;

use antesala::model::observation::{Event, Observation};
use antesala::scenario::Scenario;

use crate::compare::{alike, measured, total};
use crate::files::{Rows, Valley, assert_same};

/// Sorted by some columns, and within them as they come, the last first.
fn last_first(header: &[String], rows: Rows, within: &[&str]) -> Rows {
    let columns: Vec<usize> =
        within.iter().map(|name| header.iter().position(|h| h == name).expect("a column")).collect();
    let key = |row: &Vec<String>| -> Vec<String> { columns.iter().map(|&c| row[c].clone()).collect() };
    let mut groups: Vec<(Vec<String>, Rows)> = Vec::new();
    for row in rows {
        match groups.iter_mut().find(|(of, _)| *of == key(&row)) {
            Some((_, group)) => group.push(row),
            None => groups.push((key(&row), vec![row])),
        }
    }
    groups.into_iter().flat_map(|(_, group)| group.into_iter().rev()).collect()
}

/// Rows with the lines after the header sorted.
fn sorted(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1..].sort_unstable();
    lines.join("\n")
}

/// Tables that are looked up by what stands in them: their rows may stand in any order. Those of `inflow.csv` and
/// `ports.csv` may, as long as nationalities and places, and ports, are first named in the same order.
#[test]
fn the_order_of_rows_that_are_looked_up_means_nothing() {
    let valley = Valley::new();
    let was = valley.run();
    let tables: [(&str, &[&str]); 9] = [
        ("observed.csv", &[]),
        ("targets.csv", &[]),
        ("sources.csv", &[]),
        ("shelters.csv", &[]),
        ("parole.csv", &[]),
        ("dispositions.csv", &[]),
        ("inflow.csv", &["nationality", "place"]),
        ("ports.csv", &["port"]),
        ("routes.csv", &[]),
    ];
    for (table, within) in tables {
        let mut moved = false;
        valley.change(table, |header, rows| {
            let other = last_first(header, rows.clone(), within);
            moved = other != rows;
            other
        });
        assert!(moved || table == "sources.csv", "{table} has the same order");
        let mut is = valley.run();
        // Legs are written in the order of the table of legs.
        let mut was = was.clone();
        for tables in [&mut was, &mut is] {
            let legs = sorted(&tables["legs.csv"]);
            tables.insert("legs.csv".into(), legs);
        }
        assert_same(&was, &is, &format!("{table} in another order"));
    }
}

/// So may those of a scenario, where no two concern the same thing on the same day.
#[test]
fn the_order_of_a_scenario_means_nothing() {
    let valley = Valley::new();
    let was = valley.run();
    let text = valley.scenario_text();
    let mut parts: Vec<String> = Vec::new();
    for line in text.lines() {
        if line.starts_with('[') || parts.is_empty() {
            parts.push(String::new());
        }
        let part = parts.last_mut().expect("begun");
        part.push_str(line);
        part.push('\n');
    }
    let head = parts.remove(0);
    parts.reverse();
    let other = head + &parts.concat();
    assert_ne!(text, other);
    valley.write_scenario(&other);
    assert_same(&was, &valley.run(), "tables of the scenario in another order");
}

/// What is compared where luck is other, of one replicate.
fn measures(scenario: &Scenario, seen: &Observation) -> BTreeMap<String, f64> {
    let mut measures = BTreeMap::new();
    let events = [
        Event::Initial,
        Event::Arrival,
        Event::Registration,
        Event::Offer,
        Event::Processed,
        Event::Interception,
        Event::BorderPatrolEncounter,
        Event::AsylumFiled,
        Event::ReturnedHome,
        Event::Settled,
        Event::Robbed,
        Event::BusRefused,
    ];
    for event in events {
        measures.insert(event.name().to_string(), total(seen, event));
    }
    for (n, nationality) in scenario.world.nationalities.iter().enumerate() {
        let processed = |d: usize| f64::from(seen.flows.at(d, Event::Processed as usize, n).persons);
        measures.insert(format!("processed, {}", nationality.name), (0..seen.days).map(processed).sum());
    }
    let cube = &seen.stocks_by_place;
    for (p, place) in scenario.world.places.iter().enumerate() {
        let on = |d: usize| -> f64 { (0..cube.second).map(|s| f64::from(cube.at(d, p, s).persons)).sum() };
        let mean = (0..seen.days).map(on).sum::<f64>() / seen.days as f64;
        measures.insert(format!("mean stock of {}", place.name), mean);
    }
    measures
}

/// Nationalities, places, modes, ports and those there at first are numbered in the order in which they are first named, and
/// luck is named by numbers.
#[test]
fn where_order_names_luck_results_are_the_same_in_distribution() {
    const REPLICATES: u32 = 10;
    let base = Valley::new().load();
    let values = |scenario: &Scenario| -> BTreeMap<String, Vec<f64>> {
        let mut values: BTreeMap<String, Vec<f64>> = BTreeMap::new();
        for one in measured(scenario, REPLICATES, |seen| measures(scenario, seen)) {
            one.into_iter().for_each(|(name, value)| values.entry(name).or_default().push(value));
        }
        values
    };
    let was = values(&base);
    let tables = ["nationalities.csv", "places.csv", "modes.csv", "ports.csv", "inflow.csv", "initial.csv"];
    let all = Valley::new();
    for table in tables {
        all.change(table, |_, rows| rows.into_iter().rev().collect());
    }
    let is = values(&all.load());
    assert_eq!(was.keys().collect::<Vec<_>>(), is.keys().collect::<Vec<_>>());
    assert!(was != is, "the order names no luck: then bytes could be compared");
    for (name, was) in &was {
        alike(&format!("{name}, with tables in another order"), was, &is[name]);
    }
}
