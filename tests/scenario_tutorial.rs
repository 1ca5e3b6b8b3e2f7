//! The tutorial exercises every mechanism: whatever can happen, happens in it.

use std::sync::atomic::AtomicBool;

use antesala::model::observation::{Event, Observation, State};
use antesala::model::{self, RunOptions};
use antesala::scenario::{self, Overrides, Scenario};

fn run(scenario: &Scenario) -> Observation {
    let stop = AtomicBool::new(false);
    let options = RunOptions { sample_households: 0, stop: &stop, progress: &|_| {} };
    model::run(scenario, 1, &options).expect("nobody stopped it")
}

#[test]
fn every_event_and_every_state_occurs() {
    let scenario = scenario::load("tutorial", &Overrides::default()).unwrap();
    let seen = run(&scenario);
    let nationalities = scenario.world.nationalities.len();
    let days = || (0..seen.days).flat_map(|day| (0..nationalities).map(move |n| (day, n)));
    for (i, event) in Event::ALL.iter().enumerate() {
        let persons: u32 = days().map(|(day, n)| seen.flows.at(day, i, n).persons).sum();
        // Nobody holds an appointment when the app ends: its last slots are for the day before.
        assert!(persons > 0 || *event == Event::AppointmentCancelled, "nobody: {}", event.name());
    }
    for (i, state) in State::ALL.iter().enumerate() {
        assert!(
            days().any(|(day, n)| seen.stocks_by_nationality.at(day, n, i).persons > 0),
            "nobody: {}",
            state.name()
        );
    }
    let arrivals = Event::ALL.iter().position(|e| *e == Event::Arrival).unwrap();
    let entered: u32 = days().map(|(day, n)| seen.flows.at(day, arrivals, n).persons).sum();
    assert!((18_000..22_000).contains(&entered), "{entered}");
}
