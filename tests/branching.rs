//! A history that scenarios share is simulated once, and no bit differs from running each alone.

use std::sync::atomic::AtomicBool;

use antesala::experiment::shared_history::Family;
use antesala::model::{RunOptions, run, shared_days};
use antesala::scenario::{Overrides, Scenario, load, scenario_names};

fn scenarios(names: &[&str], scale: f64, set: &[&str]) -> Vec<Scenario> {
    let end = load("baseline", &Overrides::default()).unwrap().end;
    let overrides = Overrides {
        scale: Some(scale),
        set: set.iter().map(|s| s.to_string()).collect(),
        to: Some(end),
        seed: Some(3),
        ..Overrides::default()
    };
    names.iter().map(|name| load(name, &overrides).unwrap()).collect()
}

fn same_as_alone(scenarios: &[Scenario], replicate: u32) -> usize {
    let stop = AtomicBool::new(false);
    let options = RunOptions { sample_households: 50, stop: &stop, progress: &|_| {} };
    let family = Family::of(scenarios);
    let together = family.run(scenarios, replicate, &options).unwrap();
    for (scenario, seen) in scenarios.iter().zip(&together) {
        let alone = run(scenario, replicate, &options).unwrap();
        assert!(format!("{alone:?}") == format!("{seen:?}"), "{} differs when it branches off", scenario.name);
    }
    family.days_saved()
}

#[test]
fn every_shipped_variant_of_the_baseline_branches_off_unchanged() {
    let names = scenario_names();
    let builds_on_it = |name: &&str| {
        let base = &scenarios(&["baseline"], 0.01, &[])[0];
        load(name, &Overrides { scale: Some(0.01), ..Overrides::default() })
            .is_ok_and(|s| s.world.files == base.world.files && s.start == base.start && s.end == base.end)
    };
    let variants: Vec<&str> =
        names.iter().map(String::as_str).filter(|n| *n != "baseline").filter(builds_on_it).collect();
    assert!(variants.len() > 8, "{variants:?}");
    let all: Vec<&str> = ["baseline"].into_iter().chain(variants).collect();
    let saved = same_as_alone(&scenarios(&all, 0.01, &[]), 2);
    assert!(saved > 1000, "{saved} days");
}

#[test]
fn full_books_and_families_at_another_scale_too() {
    let saved = same_as_alone(&scenarios(&["baseline", "outage-may-2024"], 0.05, &[]), 1);
    assert!(saved > 450, "{saved} days");
}

#[test]
fn what_differs_from_the_start_shares_nothing() {
    let one = &scenarios(&["baseline"], 0.01, &[])[0];
    let other = &scenarios(&["baseline"], 0.01, &["app.diligence=0.5"])[0];
    assert_eq!(shared_days(one, other), 0);
    assert_eq!(shared_days(one, one), one.days());
    let reseeded = Scenario { seed: 4, ..one.clone() };
    assert_eq!(shared_days(one, &reseeded), 0);
    // The book of slots is known ahead, nothing else.
    let later = |path: &str| {
        let path = format!("policy.asylum-bar.{path}");
        let other = &scenarios(&["baseline"], 0.01, &[&path])[0];
        shared_days(one, other)
    };
    let day = later("decisions.rule_fear=0.1");
    assert_eq!(day as i32, (jiff::civil::date(2024, 6, 5) - one.start).get_days());
}
