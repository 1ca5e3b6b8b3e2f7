//! What is kept of a replicate once its rows are written: enough for the summary, the needs and
//! the charts, a small part of the observation.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::metrics::{Metric, metrics};
use super::{series, tables};
use crate::model::observation::{CaravanRow, Event, Observation, State, WaitRow};
use crate::scenario::input::{Month, Scenario};

/// Persons in the appointments of a month, all ports together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AppointmentSums {
    pub slots: u64,
    pub processed: u64,
    pub no_show: u64,
    pub requests: u64,
}

/// One replicate, reduced. Daily series start at the first recorded day.
#[derive(Debug, Clone, PartialEq)]
pub struct Reduced {
    pub replicate: u32,
    pub days: Vec<Date>,
    /// The months of `days`, in order.
    pub months: Vec<Month>,
    pub metrics: Vec<Metric>,
    /// Persons, `day * (places + 1) + place`; the last place is in transit.
    pub stock_by_place: Vec<u32>,
    /// Persons, `day * State::COUNT + state`.
    pub stock_by_state: Vec<u32>,
    pub backlog: Vec<u32>,
    pub requesting: Vec<u32>,
    pub long_waiting: Vec<u32>,
    /// Foreigners present, `day * (places + 1) + place`.
    pub foreigners_by_place: Vec<u32>,
    /// Of the backlog, foreigners.
    pub foreign_backlog: Vec<u32>,
    /// Persons, `(month * Event::COUNT + event) * nationalities + nationality`.
    pub flows: Vec<u64>,
    /// By month.
    pub appointments: Vec<AppointmentSums>,
    pub waits: Vec<WaitRow>,
    /// Of the first replicate only.
    pub caravans: Vec<CaravanRow>,
    /// Persons by (from, to, mode).
    pub legs: BTreeMap<(usize, usize, usize), u64>,
}

impl Reduced {
    /// Reduces an observation.
    pub fn of(scenario: &Scenario, observation: &Observation) -> Self {
        let days = tables::days(scenario, observation);
        let months_of_days: Vec<Month> = days.iter().map(|d| Month::of(*d)).collect();
        let mut months = months_of_days.clone();
        months.dedup();
        let ports = series::all_ports(scenario, observation);
        let mut month = 0;
        let mut flows = vec![0; months.len() * Event::COUNT * scenario.world.nationalities.len()];
        let mut appointments = vec![AppointmentSums::default(); months.len()];
        for (day, of) in months_of_days.iter().enumerate() {
            month += usize::from(months[month] != *of);
            add_flows(observation, day, &mut flows, month);
            let sums = &mut appointments[month];
            sums.slots += u64::from(ports[day].slots);
            sums.processed += u64::from(ports[day].processed);
            sums.no_show += u64::from(ports[day].no_show);
            sums.requests += u64::from(ports[day].requests);
        }
        let mut legs = BTreeMap::new();
        for leg in &observation.legs {
            *legs.entry((leg.from, leg.to, leg.mode)).or_insert(0) += u64::from(leg.persons);
        }
        let (stock_by_place, stock_by_state) = stocks(observation);
        Reduced {
            replicate: observation.replicate,
            metrics: metrics(scenario, observation),
            stock_by_place,
            stock_by_state,
            foreigners_by_place: observation.foreigners.clone(),
            backlog: ports.iter().map(|p| p.backlog).collect(),
            requesting: ports.iter().map(|p| p.requests).collect(),
            long_waiting: series::long_present(scenario, observation),
            foreign_backlog: series::foreign_backlog(scenario, observation),
            flows,
            appointments,
            waits: observation.waits.clone(),
            caravans: if observation.replicate == 1 { observation.caravans.clone() } else { Vec::new() },
            legs,
            days,
            months,
        }
    }
}

fn add_flows(observation: &Observation, day: usize, flows: &mut [u64], month: usize) {
    let cube = &observation.flows;
    let width = cube.first * cube.second;
    let of_month = &mut flows[month * width..(month + 1) * width];
    for (sum, count) in of_month.iter_mut().zip(&cube.cells[day * width..(day + 1) * width]) {
        *sum += u64::from(count.persons);
    }
}

fn stocks(observation: &Observation) -> (Vec<u32>, Vec<u32>) {
    let cube = &observation.stocks_by_place;
    let states = cube.second.max(1);
    let mut by_place = Vec::with_capacity(cube.days * cube.first);
    let mut by_state = vec![0; cube.days * State::COUNT];
    for (line, cells) in cube.cells.chunks_exact(states).enumerate() {
        by_place.push(cells.iter().map(|count| count.persons).sum());
        let day = line / cube.first * State::COUNT;
        by_state[day..day + states].iter_mut().zip(cells).for_each(|(sum, count)| *sum += count.persons);
    }
    (by_place, by_state)
}
