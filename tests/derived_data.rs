//! The derived tables of the Mexico world are those its facts give.

#[path = "../examples/derive_inflow/derive/mod.rs"]
#[allow(dead_code)]
mod derive;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/data/mexico")
}

fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_reader(text.as_bytes())
        .deserialize()
        .collect::<Result<_, _>>()
        .expect("a CSV table with a header")
}

fn file(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).expect("a file of the world")
}

/// Sum of a column by the values of two others.
fn sums(text: &str, keys: [&str; 2], column: &str) -> BTreeMap<[String; 2], f64> {
    let mut sums = BTreeMap::new();
    for row in rows(text) {
        *sums.entry(keys.map(|k| row[k].clone())).or_default() += row[column].parse::<f64>().expect("a number");
    }
    sums
}

#[test]
fn tables_on_disk_are_those_the_facts_give() {
    let tables = derive::derive(&folder()).expect("the facts are complete");
    assert_eq!(tables.len(), 5);
    for (name, text) in tables {
        assert!(text == file(name), "{name} differs: run `cargo run --example derive_inflow`");
    }
}

/// Persons of a month's inflow with the model's factor taken off again.
fn without_factors() -> BTreeMap<[String; 2], f64> {
    let factors = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/derive_inflow/inflow_factors.csv"),
    )
    .expect("the factors");
    let factors = sums(&factors, ["month", "nationality"], "factor");
    let mut persons = sums(&file("inflow.csv"), ["month", "nationality"], "persons");
    persons.retain(|key, _| factors.contains_key(key));
    assert_eq!(persons.len(), factors.len(), "every month to June 2024 has a factor");
    persons.iter_mut().for_each(|(key, persons)| *persons /= factors[key]);
    persons
}

#[test]
fn inflow_without_factors_and_the_first_day_add_up_to_the_estimate() {
    let estimate: f64 = rows(&file("facts/inflow_estimate.csv"))
        .iter()
        .map(|r| r["persons_central"].parse::<f64>().expect("a number"))
        .sum();
    let entering: f64 = without_factors().values().sum();
    let present: f64 = sums(&file("initial.csv"), ["place", "nationality"], "persons").values().sum();
    // Persons are whole and factors have three decimals.
    assert!((entering + present - estimate).abs() < 0.002 * estimate, "{entering} + {present}, {estimate}");
}

#[test]
fn every_month_keeps_a_fifth_of_its_estimate() {
    let inflow = without_factors();
    for row in rows(&file("facts/inflow_estimate.csv")) {
        let key = [row["month"].clone(), row["nationality"].clone()];
        if let Some(left) = inflow.get(&key) {
            let estimate: f64 = row["persons_central"].parse().expect("a number");
            assert!(*left >= 0.195 * estimate - 20.0, "{key:?}: {left} of {estimate}");
        }
    }
}

#[test]
fn shares_of_outcomes_sum_to_one() {
    for row in rows(&file("dispositions.csv")) {
        let sum: f64 =
            ["released", "removed", "expelled", "held"].map(|c| row[c].parse::<f64>().expect("a share")).iter().sum();
        assert!((sum - 1.0).abs() < 1e-9, "{row:?}");
    }
}

#[test]
fn nothing_after_june_2024_is_compared_and_sources_resolve() {
    let sources: Vec<String> = rows(&file("sources.csv")).iter().map(|r| r["source_id"].clone()).collect();
    for row in rows(&file("observed.csv")) {
        assert!(row["to"].as_str() <= "2024-06-30" && row["from"] <= row["to"], "{row:?}");
    }
    for name in ["inflow.csv", "parole.csv", "initial.csv", "dispositions.csv", "observed.csv"] {
        for row in rows(&file(name)) {
            assert!(sources.contains(&row["source_id"]), "{name}: {row:?}");
        }
    }
}

#[test]
fn citizenships_sum_to_all_border_patrol_encounters() {
    let mut totals: BTreeMap<String, (f64, f64)> = BTreeMap::new();
    for row in rows(&file("observed.csv")) {
        if row["series"] == "border_patrol_encounter" {
            let value: f64 = row["value"].parse().expect("a number");
            let total = totals.entry(row["from"].clone()).or_default();
            if row["nationality"].is_empty() { total.0 += value } else { total.1 += value }
        }
    }
    assert_eq!(totals.len(), 18);
    for (month, (all, parts)) in totals {
        assert!((all - parts).abs() <= 120.0, "{month}: {all} against {parts} (each rounded to 10)");
    }
}
