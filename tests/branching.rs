//! A history that scenarios share is simulated once, and no bit differs from running each alone; nor from running the
//! processes of a day one by one.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;

use antesala::experiment::shared_history::Family;
use antesala::model::schedule::PROCESSES;
use antesala::model::{RunOptions, Simulation, run, shared_days};
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

#[test]
fn a_day_run_process_by_process_is_the_same_day() {
    let scenario = &scenarios(&["baseline"], 0.01, &[])[0];
    let stop = AtomicBool::new(false);
    let options = RunOptions { sample_households: 50, stop: &stop, progress: &|_| {} };
    let (whole, mut stepped) = (at_day(scenario, 400, &options), at_day(scenario, 390, &options));
    for (name, _) in PROCESSES.iter().cycle().take(9 * PROCESSES.len()) {
        stepped.run_process(name);
    }
    stepped.run_before("decisions");
    // What is left of the day under way.
    assert!(stepped.run_to(400, &options));
    let [whole, stepped] = [whole, stepped].map(|simulation| format!("{:?}", simulation.finish()));
    assert!(whole == stepped, "the days differ");
}

/// The tutorial without caravans but for one that has set out, under policies that switch things off and on midway.
const SWITCHES: &str = r#"
extends = "tutorial"
title = "Switches"
question = "Is anybody taken ahead of a rule?"
caravans = { self_organised = 0.0, join_per_day = 0.5, daily_loss = 0.0 }
travel = { depart_share = 0.3 }
policy = [
  { id = "none-form", from = 2031-06-26, note = "on its way", source = "invented", set = { "caravans.enabled" = false } },
  { id = "standstill", from = 2031-07-05, note = "for ten days", source = "invented", set = { "travel.enabled" = false } },
  { id = "on-again", from = 2031-07-15, note = "off again", source = "invented", set = { "travel.enabled" = true } },
]
"#;

fn observed(scenario: &Scenario, halts: impl Iterator<Item = usize>) -> String {
    let stop = AtomicBool::new(false);
    let options = RunOptions { sample_households: 50, stop: &stop, progress: &|_| {} };
    let mut simulation = Simulation::new(scenario, 1, options.sample_households);
    halts.for_each(|day| assert!(simulation.run_to(day, &options)));
    format!("{:?}", simulation.finish())
}

/// Those on the way are taken ahead as far as nothing can come between, and never past the day on which a run halts: one
/// that halts every evening takes nobody further than the day.
#[test]
fn nobody_is_taken_ahead_of_what_may_come_between() {
    let folder = tempfile::tempdir().unwrap();
    let switches = folder.path().join("switches.toml");
    std::fs::write(&switches, SWITCHES).unwrap();
    let without_caravans: &[&str] = &["caravans.enabled=false"];
    let nobody_travels: &[&str] = &["caravans.enabled=false", "travel.enabled=false"];
    let cases = [
        ("bench/lottery", 1.0, &[][..]),
        ("baseline", 0.005, without_caravans),
        ("tutorial", 1.0, without_caravans),
        ("tutorial", 1.0, nobody_travels),
        (concat!(env!("CARGO_MANIFEST_DIR"), "/tests/worlds/one_road.toml"), 1.0, &[]),
        (switches.to_str().unwrap(), 1.0, &[]),
    ];
    for (name, scale, set) in cases {
        let set = set.iter().map(|s| s.to_string()).collect();
        let overrides = Overrides { scale: Some(scale), set, seed: Some(3), ..Overrides::default() };
        let scenario = &load(name, &overrides).unwrap_or_else(|error| panic!("{error}"));
        let (days, half) = (scenario.days(), scenario.days() / 2);
        let daily = observed(scenario, 1..=days);
        assert!(observed(scenario, [days].into_iter()) == daily, "{name} {:?} differs", overrides.set);
        assert!(observed(scenario, [half, days].into_iter()) == daily, "{name} halted midway differs");
        let walked = daily.contains("LegRow");
        assert_eq!(walked, overrides.set != nobody_travels, "{name} {:?}: travels", overrides.set);
    }
}

/// Where people are taken ahead, too, scenarios that branch off are the same as alone.
#[test]
fn branches_without_caravans_are_the_same_as_alone() {
    let names = ["baseline", "outage-may-2024", "buses-open", "geofence-south-early"];
    let saved = same_as_alone(&scenarios(&names, 0.01, &["caravans.enabled=false"]), 1);
    assert!(saved > 300, "{saved} days");
}

#[test]
#[should_panic(expected = "the run was stopped on its way to day 100")]
fn a_stopped_run_does_not_branch() {
    let scenario = &scenarios(&["bench/lottery"], 0.1, &[])[0];
    let (stop, days) = (AtomicBool::new(false), std::sync::atomic::AtomicU32::new(0));
    let progress = |done: u32| {
        let days = days.fetch_add(done, std::sync::atomic::Ordering::Relaxed) + done;
        stop.store(days >= 50, std::sync::atomic::Ordering::Relaxed);
    };
    let mut simulation = Simulation::new(scenario, 1, 0);
    assert!(!simulation.run_to(100, &RunOptions { sample_households: 0, stop: &stop, progress: &progress }));
    simulation.branch(scenario);
}

#[test]
fn processes_have_their_own_names() {
    let names: BTreeSet<&str> = PROCESSES.iter().map(|(name, _)| *name).collect();
    assert_eq!(names.len(), PROCESSES.len());
}

#[test]
#[should_panic(expected = "there is no process `nap`")]
fn an_unknown_process_is_named() {
    Simulation::new(&scenarios(&["baseline"], 0.01, &[])[0], 1, 0).run_before("nap");
}

#[test]
#[should_panic(expected = "the next process of the day is another")]
fn no_process_is_left_out() {
    Simulation::new(&scenarios(&["baseline"], 0.01, &[])[0], 1, 0).run_process("travel");
}

#[test]
#[should_panic(expected = "a day is under way")]
fn a_day_under_way_does_not_branch() {
    let scenario = &scenarios(&["baseline"], 0.01, &[])[0];
    let mut simulation = Simulation::new(scenario, 1, 0);
    simulation.run_before("travel");
    simulation.branch(scenario);
}

fn at_day(scenario: &Scenario, days: usize, options: &RunOptions<'_>) -> Simulation {
    let mut simulation = Simulation::new(scenario, 1, options.sample_households);
    assert!(simulation.run_to(days, options));
    simulation
}
