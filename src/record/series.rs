//! Daily series of one replicate, in persons.

use crate::model::observation::{Count, Cube, Event, Observation, PortDay, QueueDay, State};
use crate::scenario::input::Scenario;

/// Persons present at the end of each day.
pub fn stock(observation: &Observation) -> Vec<u32> {
    daily(&observation.stocks_by_place, |cells| cells.iter().map(|count| count.persons).sum())
}

/// Persons in the state of that index.
pub fn in_state(observation: &Observation, state: usize) -> Vec<u32> {
    let cube = &observation.stocks_by_place;
    daily(cube, |cells| cells.iter().skip(state).step_by(cube.second.max(1)).map(|count| count.persons).sum())
}

/// Persons at the place of that index; the index after the last place is in transit.
pub fn at_place(observation: &Observation, place: usize) -> Vec<u32> {
    let cube = &observation.stocks_by_place;
    (0..cube.days).map(|day| (0..cube.second).map(|j| cube.at(day, place, j).persons).sum()).collect()
}

/// A number of every day, from its cells.
fn daily(cube: &Cube, of: impl Fn(&[Count]) -> u32) -> Vec<u32> {
    cube.cells.chunks_exact((cube.first * cube.second).max(1)).map(of).collect()
}

/// Registered persons outside the geofence.
pub fn outside_geofence(scenario: &Scenario, observation: &Observation) -> Vec<u32> {
    let width = scenario.world.nationalities.len().max(1);
    observation.outside_geofence.chunks(width).map(|day| day.iter().map(|persons| persons[1]).sum()).collect()
}

/// Persons in the country for more than seven months.
pub fn long_present(scenario: &Scenario, observation: &Observation) -> Vec<u32> {
    queue(scenario, observation, |q, _| q.present_long)
}

/// Persons registered for the first time more than seven months ago.
pub fn long_registered(scenario: &Scenario, observation: &Observation) -> Vec<u32> {
    queue(scenario, observation, |q, _| q.registered_long)
}

/// Foreigners in the backlog.
pub fn foreign_backlog(scenario: &Scenario, observation: &Observation) -> Vec<u32> {
    queue(scenario, observation, |q, national| if national { 0 } else { q.backlog })
}

fn queue(scenario: &Scenario, observation: &Observation, of: impl Fn(&QueueDay, bool) -> u32) -> Vec<u32> {
    let nationalities = &scenario.world.nationalities;
    let sum = |day: &[QueueDay]| day.iter().zip(nationalities).map(|(q, n)| of(q, n.national)).sum();
    observation.queue.chunks(nationalities.len().max(1)).map(sum).collect()
}

/// All ports together.
pub fn all_ports(scenario: &Scenario, observation: &Observation) -> Vec<PortDay> {
    let ports = scenario.world.ports.len();
    (0..observation.days)
        .map(|day| {
            let mut sum = PortDay::default();
            for p in &observation.appointments[day * ports..(day + 1) * ports] {
                sum.slots += p.slots;
                sum.offered += p.offered;
                sum.confirmed += p.confirmed;
                sum.lapsed += p.lapsed;
                sum.no_show += p.no_show;
                sum.processed += p.processed;
                sum.requests += p.requests;
                sum.backlog += p.backlog;
            }
            sum
        })
        .collect()
}

/// Unit of a series that counts what happened on a day.
pub const FLOW: &str = "persons/day";

/// A daily series with its name in tables.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedSeries {
    pub name: &'static str,
    pub unit: &'static str,
    pub daily: Vec<u32>,
}

/// Stocks at the end of each day, requests, and persons of every event: the series of comparisons.
pub fn daily_series(scenario: &Scenario, observation: &Observation) -> Vec<NamedSeries> {
    let ports = all_ports(scenario, observation);
    let stock_of = |name, daily| NamedSeries { name, unit: "persons", daily };
    let mut out = vec![
        stock_of("present", stock(observation)),
        stock_of("backlog", ports.iter().map(|p| p.backlog).collect()),
        stock_of("backlog_foreign", foreign_backlog(scenario, observation)),
        stock_of("outside_geofence", outside_geofence(scenario, observation)),
        stock_of("present_over_210_days", long_present(scenario, observation)),
    ];
    for (i, state) in State::ALL.iter().enumerate() {
        out.push(stock_of(state.name(), in_state(observation, i)));
    }
    let flow_of = |name, daily| NamedSeries { name, unit: FLOW, daily };
    out.push(flow_of("requests", ports.iter().map(|p| p.requests).collect()));
    for event in Event::ALL {
        let persons =
            |day| (0..observation.flows.second).map(|n| observation.flows.at(day, *event as usize, n).persons).sum();
        out.push(flow_of(event.name(), (0..observation.days).map(persons).collect()));
    }
    out
}
