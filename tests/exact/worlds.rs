//! Small worlds built in code.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use antesala::model::observation::{Event, Observation};
use antesala::model::{RunOptions, run};
use antesala::scenario::field::{Names, Value};
use antesala::scenario::input::*;
use antesala::scenario::params::Params;
use jiff::civil::date;

/// A chain of `places` places with one walking mode, one nationality and one port at the end.
/// Everyone enters at the first place; only the last lies inside the geofence.
pub fn chain(places: usize) -> World {
    let names = Names {
        nationalities: vec!["Somewhere".into()],
        zones: vec!["road".into(), "border".into()],
        modes: vec!["walk".into()],
    };
    let place = |i: usize| Place {
        id: format!("p{i}"),
        name: format!("Place {i}"),
        kind: if i + 1 == places { PlaceKind::Border } else { PlaceKind::Stop },
        zone: usize::from(i + 1 == places),
        admin1: String::new(),
        pcode: String::new(),
        lat: i as f64,
        lon: 0.0,
        return_weight: 0.0,
        crossing_weight: 0.0,
        asylum_weight: 0.0,
        waiting_hub: false,
    };
    World {
        name: "chain".into(),
        names,
        nationalities: vec![Nationality { name: "Somewhere".into(), national: false }],
        places: (0..places).map(place).collect(),
        modes: vec![Mode {
            name: "walk".into(),
            leg_tag: "walk".into(),
            speed_kmh: None,
            on_foot: true,
            papers: PapersRule::None,
        }],
        legs: (1..places).map(|i| Leg { from: i - 1, to: i, km: 20.0, hours: 10.0, modes: vec![true] }).collect(),
        ports: vec![Port { name: "Gate".into(), place: places - 1, shares: vec![(date(2000, 1, 1), 1.0)] }],
        inflow: vec![InflowRow { month: Month { year: 2001, month: 1 }, nationality: 0, place: 0, persons: 1.0 }],
        ..World::default()
    }
}

/// A scenario over `days` days from 1 January 2001 with parameters set by path.
pub fn scenario(world: World, days: i64, settings: &[(&str, Value)]) -> Scenario {
    let mut params = Params::defaults(&world.names);
    for (path, value) in settings {
        params.set(path, None, value, &world.names).unwrap_or_else(|e| panic!("{path}: {e:?}"));
    }
    let start = date(2001, 1, 1);
    Scenario {
        name: "test".into(),
        title: "test".into(),
        question: String::new(),
        start,
        end: start.checked_add(jiff::Span::new().days(days - 1)).unwrap(),
        record_from: start,
        seed: 1,
        replicates: 1,
        weight: 1,
        timeline: vec![(start, params)],
        outages: vec![],
        caravans: vec![],
        pulses: vec![],
        world: Arc::new(world),
        resolved: String::new(),
        posterior: None,
        draw_timelines: vec![],
        policies: vec![],
        warnings: vec![],
    }
}

/// Changes parameters from a day of the run on.
pub fn from_day(scenario: &mut Scenario, day: i64, settings: &[(&str, Value)]) {
    let mut params = scenario.timeline.last().expect("a first period").1.clone();
    for (path, value) in settings {
        params.set(path, None, value, &scenario.world.names).unwrap_or_else(|e| panic!("{path}: {e:?}"));
    }
    let from = scenario.start.checked_add(jiff::Span::new().days(day)).unwrap();
    scenario.timeline.push((from, params));
}

/// The settings of the shared lottery task for `n` persons.
pub fn lottery_settings(n: i64) -> Vec<(&'static str, Value)> {
    vec![
        ("inflow.enabled", Value::Bool(true)),
        ("inflow.persons", Value::Int(n)),
        ("inflow.dispersion", Value::Float(0.0)),
        ("household.max_size", Value::Int(1)),
        ("household.access_share", Value::Float(1.0)),
        ("household.app_share", Value::Float(1.0)),
        ("household.stay_share", Value::Float(0.0)),
        ("travel.enabled", Value::Bool(true)),
        ("travel.depart_share", Value::Float(1.0 / 3.0)),
        ("travel.legs_per_day", Value::Int(1)),
        ("travel.inland_share", Value::Float(0.0)),
        ("app.enabled", Value::Bool(true)),
        ("app.share_of_inflow", Value::Float(0.7)),
        ("app.share_oldest", Value::Float(0.5)),
        ("app.confirm_share", Value::Float(0.9)),
        // Confirmed on the day of the allocation.
        ("app.confirm_hours", Value::Int(1)),
        ("app.reoffer", Value::Bool(false)),
        ("app.diligence", Value::Float(1.0)),
        ("app.registration_days", Value::Float(0.0)),
        ("app.loss_per_week", Value::Float(0.0)),
        ("app.no_show_share", Value::Float(0.0)),
        ("app.loyalty", Value::Float(1.0)),
        ("app.geofence", Value::List(vec!["border".into()])),
        ("decisions.enabled", Value::Bool(true)),
        ("decisions.give_up_per_week", Value::Float(1.0 - (1.0f64 - 0.002).powi(7))),
    ]
}

/// Runs one replicate.
pub fn observe(scenario: &Scenario) -> Observation {
    observe_sampling(scenario, 0)
}

/// Runs one replicate and keeps the paths of so many households.
pub fn observe_sampling(scenario: &Scenario, households: u32) -> Observation {
    let stop = AtomicBool::new(false);
    let options = RunOptions { sample_households: households, stop: &stop, progress: &|_| {} };
    run(scenario, 1, &options).expect("not stopped")
}

/// Persons of an event over the run.
pub fn total(seen: &Observation, event: Event) -> u64 {
    (0..seen.days)
        .flat_map(|d| (0..seen.flows.second).map(move |n| (d, n)))
        .map(|(d, n)| u64::from(seen.flows.at(d, event as usize, n).persons))
        .sum()
}
