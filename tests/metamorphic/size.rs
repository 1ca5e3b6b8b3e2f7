//! More people with as many more slots are the same, a head; so are fewer households that stand for as many; and a replicate
//! is itself in any company.

use antesala::model::observation::{Event, Observation};
use antesala::scenario::Scenario;
use antesala::scenario::field::Value;
use antesala::scenario::{Overrides, load};

use crate::compare::{alike, mean_backlog, mean_wait, measured, replicate, total};
use crate::worlds::{chain, lottery_settings, scenario};

/// A queue of families: persons and slots of a day, and how many a household simulated stands for.
fn queue(a_day: i64, weight: u32) -> Scenario {
    let mut settings = lottery_settings(a_day * 300);
    settings.extend([
        ("travel.enabled", Value::Bool(false)),
        ("household.max_size", Value::Int(6)),
        ("household.alone_share", Value::Float(0.4)),
        ("app.reoffer", Value::Bool(true)),
        ("app.overbooking", Value::Float(0.1)),
        ("app.loss_per_week", Value::Float(0.03)),
        ("app.no_show_share", Value::Float(0.05)),
        ("app.confirm_hours", Value::Int(23)),
    ]);
    let mut scenario = scenario(chain(1), 300, &settings);
    scenario.weight = weight;
    scenario
}

/// What is compared, a person entering where it grows with their number.
fn per_person(seen: &Observation) -> [f64; 6] {
    let entered = total(seen, Event::Arrival);
    let share = |event| total(seen, event) / entered;
    [
        mean_backlog(seen) / entered,
        share(Event::Processed),
        share(Event::NoShow),
        share(Event::ReturnedHome),
        share(Event::RegistrationLost),
        mean_wait(seen),
    ]
}

const NAMES: [&str; 6] = ["backlog", "processed", "no-shows", "returned home", "registrations lost", "mean wait"];

fn assert_alike(what: &str, a: &[[f64; 6]], b: &[[f64; 6]]) {
    for (i, name) in NAMES.iter().enumerate() {
        let of = |all: &[[f64; 6]]| all.iter().map(|one| one[i]).collect::<Vec<f64>>();
        alike(&format!("{what}: {name}"), &of(a), &of(b));
    }
}

/// Twice the people and twice the slots.
#[test]
fn twice_the_people_and_the_slots_are_the_same_a_head() {
    let (one, two) = (measured(&queue(40, 1), 12, per_person), measured(&queue(80, 1), 12, per_person));
    assert_alike("twice as many", &one, &two);
}

/// Half of the households, or a fifth, each for as many.
#[test]
fn a_sample_of_households_is_the_same_within_chance() {
    let whole = measured(&queue(60, 1), 12, per_person);
    for weight in [2, 5] {
        let part = measured(&queue(60, weight), 12, per_person);
        assert_alike(&format!("one in {weight}"), &whole, &part);
    }
}

/// Replicate 3 is the same after others, before them and alone; no two are the same.
#[test]
fn a_replicate_is_itself_in_any_company() {
    let overrides = Overrides { scale: Some(0.25), ..Overrides::default() };
    let scenario = load("tutorial", &overrides).expect("the shipped scenario loads");
    let of = |number| format!("{:?}", Observation { replicate: 0, ..replicate(&scenario, number, true) });
    let forth: Vec<String> = (1..=3).map(of).collect();
    let back: Vec<String> = (1..=3).rev().map(of).collect();
    assert!(forth.iter().eq(back.iter().rev()), "the order of replicates matters");
    assert!(forth[0] != forth[1] && forth[1] != forth[2] && forth[0] != forth[2], "two replicates are one");
    // Those of another seed are others.
    let other = Scenario { seed: scenario.seed + 1, ..scenario.clone() };
    let first = format!("{:?}", Observation { replicate: 0, ..replicate(&other, 1, true) });
    assert!(!forth.contains(&first), "another seed gives a replicate of this one");
}
