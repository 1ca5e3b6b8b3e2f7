//! What must always hold, over random parameters of the fictional world with every process on.

use std::sync::atomic::AtomicBool;

use antesala::model::observation::{Event, EventKind, Observation, State};
use antesala::model::{RunOptions, run};
use antesala::scenario::field::{Key, Kind, Value};
use antesala::scenario::input::{AppFunction, CaravanPlan, Outage, Remedy, Scenario};
use antesala::scenario::params::{Params, specs};
use antesala::scenario::{Overrides, load};
use jiff::ToSpan;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

fn tutorial(scale: f64) -> Scenario {
    let overrides = Overrides { scale: Some(scale), ..Overrides::default() };
    load("tutorial", &overrides).expect("the shipped scenario loads")
}

fn observe(scenario: &Scenario) -> Observation {
    let stop = AtomicBool::new(false);
    let options = RunOptions { sample_households: 20, stop: &stop, progress: &|_| {} };
    run(scenario, 1, &options).expect("not stopped")
}

/// Bounds wide enough to be plausible anywhere would make most runs empty or endless; these keep
/// counts within a test's reach.
fn reach(path: &str, low: f64, high: f64) -> (f64, f64) {
    match path {
        "inflow.factor" => (0.0, 1.5),
        "inflow.persons" => (0.0, 3000.0),
        "app.slots" => (0.0, 120.0),
        "app.slots_factor" | "app.share_of_inflow" => (0.0, 2.0),
        _ => (low, high),
    }
}

/// Moves every parameter of every period to a random place within its bounds.
fn shake(scenario: &mut Scenario, draws: &[f64], share: f64) {
    let names = scenario.world.names.clone();
    let mut at = 0;
    let mut next = || {
        at += 1;
        draws[at % draws.len()] * 0.999 + 0.001 * (at as f64 % 7.0) / 7.0
    };
    for (_, params) in &mut scenario.timeline {
        for spec in specs() {
            let (low, high) = reach(spec.path, spec.low, spec.high);
            // Without caravans people are taken ahead; without travel they stay.
            let switch = matches!(spec.path, "caravans.enabled" | "travel.enabled" | "enforcement.enabled");
            if next() > share || (spec.path.ends_with("enabled") && !switch) {
                continue;
            }
            let x = low + (high - low) * next();
            let value = match (spec.kind, spec.key) {
                (Kind::Float, Key::None) => Value::Float(x),
                (Kind::Float, key) => Value::Map(key.names(&names).iter().map(|n| (n.clone(), x)).collect()),
                (Kind::Int, _) => Value::Int(x.round() as i64),
                (Kind::Bool, _) => Value::Bool(next() < 0.5),
                (Kind::Choice(choices), _) => {
                    Value::Text(choices[(next() * choices.len() as f64) as usize % choices.len()].into())
                }
                (Kind::Zones, _) => Value::List(names.zones.iter().filter(|_| next() < 0.6).cloned().collect()),
            };
            params.set(spec.path, None, &value, &names).unwrap_or_else(|e| panic!("{} = {value:?}: {e:?}", spec.path));
        }
    }
}

/// Stocks follow from flows, tables agree with each other, and counts are whole households.
fn check(scenario: &Scenario, seen: &Observation) {
    let nationalities = scenario.world.nationalities.len();
    let places = seen.stocks_by_place.first;
    let weight = scenario.weight;
    let mut stock = vec![0i64; nationalities];
    for day in 0..seen.days {
        for (n, stock) in stock.iter_mut().enumerate() {
            for &event in Event::ALL {
                let persons = i64::from(seen.flows.at(day, event as usize, n).persons);
                match event.kind() {
                    EventKind::Entry => *stock += persons,
                    EventKind::Exit => *stock -= persons,
                    EventKind::Internal => {}
                }
            }
            let present: i64 =
                (0..State::COUNT).map(|s| i64::from(seen.stocks_by_nationality.at(day, n, s).persons)).sum();
            assert_eq!(*stock, present, "nationality {n} on day {day}");
        }
        for s in 0..State::COUNT {
            let by_place: u32 = (0..places).map(|p| seen.stocks_by_place.at(day, p, s).persons).sum();
            let by_nation: u32 = (0..nationalities).map(|n| seen.stocks_by_nationality.at(day, n, s).persons).sum();
            assert_eq!(by_place, by_nation, "state {s} on day {day}");
            assert_eq!(by_place % weight, 0);
        }
        let ports = scenario.world.ports.len();
        let present: i64 = stock.iter().sum();
        let today = &seen.appointments[day * ports..(day + 1) * ports];
        let sum = |of: fn(&antesala::model::observation::PortDay) -> u32| -> i64 {
            today.iter().map(|p| i64::from(of(p))).sum()
        };
        assert!(sum(|p| p.backlog) <= present, "backlog on day {day}");
        let outside: i64 = seen.outside_geofence[day * nationalities..(day + 1) * nationalities]
            .iter()
            .map(|p| i64::from(p[0] + p[1]))
            .sum();
        let queue = &seen.queue[day * nationalities..(day + 1) * nationalities];
        assert_eq!(queue.iter().map(|q| i64::from(q.backlog)).sum::<i64>(), sum(|p| p.backlog), "queue on day {day}");
        assert!(queue.iter().map(|q| i64::from(q.registered_long.max(q.present_long))).sum::<i64>() <= 2 * present);
        assert!(outside <= present, "outside the geofence on day {day}");
        let processed: u32 = (0..nationalities).map(|n| seen.flows.at(day, Event::Processed as usize, n).persons).sum();
        assert_eq!(i64::from(processed), sum(|p| p.processed), "processed on day {day}");
    }
    for &event in Event::ALL {
        for n in 0..nationalities {
            let by_day: u64 = (0..seen.days).map(|d| u64::from(seen.flows.at(d, event as usize, n).persons)).sum();
            let cube = &seen.events_by_place;
            let by_place: u64 = (0..cube.days).map(|row| u64::from(cube.at(row, event as usize, n).persons)).sum();
            // Requests by a false location are counted in the queue, not where they are made.
            assert!(by_place == by_day || event == Event::RequestOutside, "{} by place", event.name());
        }
    }
}

fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]))
}

#[test]
fn nothing_is_lost_or_invented_under_any_parameters() {
    let draws = prop::collection::vec(0.0..1.0f64, 97);
    let case = (draws, 0.05..0.9f64, 0..60i32, 0.0..1.0f64, prop::bool::ANY);
    runner(48)
        .run(&case, |(draws, share, day, failing, extended)| {
            let mut scenario = tutorial(0.25);
            shake(&mut scenario, &draws, share);
            let at = scenario.start.checked_add(day.days()).expect("within the calendar");
            scenario.outages.push(Outage {
                id: None,
                function: if extended { AppFunction::Confirm } else { AppFunction::All },
                from: at.at(6, 0, 0, 0),
                to: at.at(20, 0, 0, 0).checked_add(2.days()).expect("within the calendar"),
                share_failing: failing,
                nationalities: None,
                ports: None,
                remedy: if extended { Remedy::Extend { hours: 30 } } else { Remedy::None },
            });
            scenario.caravans.push(CaravanPlan {
                id: "random".into(),
                date: at,
                place: (day as usize) % scenario.world.places.len(),
                persons: 200,
                aim: (day as usize / 2) % scenario.world.places.len(),
                dissolve_at: None,
            });
            check(&scenario, &observe(&scenario));
            Ok(())
        })
        .unwrap_or_else(|e| panic!("{e}"));
}

#[test]
fn one_seed_gives_one_answer_in_any_company() {
    let scenario = tutorial(1.0);
    let alone = format!("{:?}", observe(&scenario));
    let (a, b) = std::thread::scope(|threads| {
        let first = threads.spawn(|| format!("{:?}", observe(&scenario)));
        let second = threads.spawn(|| format!("{:?}", observe(&scenario)));
        (first.join().expect("no panic"), second.join().expect("no panic"))
    });
    assert!(alone == a && a == b, "runs differ");
    let mut other = scenario.clone();
    other.seed += 1;
    assert!(alone != format!("{:?}", observe(&other)), "the seed does nothing");
}

#[test]
fn scenarios_share_their_luck_until_a_policy_parts_them() {
    let scenario = tutorial(1.0);
    let mut changed = scenario.clone();
    let day = 90;
    let from = scenario.start.checked_add(day.days()).expect("within the calendar");
    let mut params: Params = scenario.params_on(from).clone();
    params.app.slots *= 2;
    changed.timeline.retain(|(date, _)| *date < from);
    changed.timeline.push((from, params));
    let (a, b) = (observe(&scenario), observe(&changed));
    // Slots of days ahead are given before they come: the policy is felt a lead earlier.
    let lead = scenario.timeline.iter().map(|(_, p)| p.app.lead_days).max().expect("a period") as usize;
    for d in 0..day as usize - lead {
        for event in 0..Event::COUNT {
            for n in 0..a.flows.second {
                assert_eq!(a.flows.at(d, event, n), b.flows.at(d, event, n), "event {event} on day {d}");
            }
        }
    }
    let arrivals = |o: &Observation| -> u32 {
        (0..o.days)
            .map(|d| (0..o.flows.second).map(|n| o.flows.at(d, Event::Arrival as usize, n).persons).sum::<u32>())
            .sum()
    };
    assert_eq!(arrivals(&a), arrivals(&b), "the inflow's luck depends on the slots");
}

#[test]
fn a_sample_of_households_scales_up() {
    // A quarter of the households stands for all within sampling error (4.5 standard errors of a
    // Poisson count of households, with families of about two).
    let (whole, quarter) = (observe(&tutorial(1.0)), observe(&tutorial(0.25)));
    let total = |o: &Observation, e: Event| -> f64 {
        (0..o.days)
            .flat_map(|d| (0..o.flows.second).map(move |n| (d, n)))
            .map(|(d, n)| f64::from(o.flows.at(d, e as usize, n).persons))
            .sum()
    };
    for event in [Event::Arrival, Event::Processed, Event::Interception] {
        let (a, b) = (total(&whole, event), total(&quarter, event));
        let tolerance = 4.5 * (a * 4.0 * 3.0).sqrt() + 0.02 * a;
        assert!((a - b).abs() < tolerance, "{}: {a} whole, {b} from a quarter", event.name());
    }
}
