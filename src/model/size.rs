//! How much memory a replicate takes: its rows and its tables, from the types they are made of.

use jiff::Span;
use jiff::civil::Date;

use super::household::{Due, Household, Status};
use super::inflow::mean_size;
use super::ledger::EquitySum;
use super::moves::DAYS_AHEAD;
use super::observation::{Count, EQUITY_SIZES, Event, PathRow, PortDay, QueueDay, State};
use crate::engine::pool::Pool;
use crate::scenario::field::Key;
use crate::scenario::input::{Month, Scenario, Timeline};
use crate::scenario::params::{Params, specs};

/// Share of the rows that may have nobody in them: those kept ready for newcomers.
const VACANT: f64 = 1.0 / 16.0;
/// Bytes of a row in its columns, and in the list of vacant ones.
const ROW: usize = size_of::<Due>() + size_of::<Status>() + size_of::<Household>() + size_of::<u32>();
/// Of those who enter, mostly less than one in so many is there at a time in the shipped worlds.
const PRESENT_AT_ONCE: f64 = 3.0;
/// Rows for which room is made beforehand, at most.
const MOST_ROOM: usize = 1 << 21;
/// Bytes of a household in the queue, beside its row: its seat, and its place in a day's allocation.
const REGISTERED: usize = Pool::SEAT + 24;
/// Bytes of a step in the path of a sampled household.
pub const STEP: usize = size_of::<PathRow>();

/// Rows, and places in the queue, for which room is made beforehand, so that they need not be copied as they become more.
pub fn room(scenario: &Scenario) -> usize {
    ((entering(scenario) / PRESENT_AT_ONCE) as usize).min(MOST_ROOM)
}

/// Bytes of the room made beforehand: reserved, though not used before there is somebody in it.
pub fn reserved(scenario: &Scenario) -> usize {
    room(scenario) * (ROW + Pool::SEAT)
}

/// Rows kept vacant each morning, beside those for newcomers: for families that part, by ports.
pub const VACANT_PER_PORT: usize = 1024;

/// Bytes of so many households, all of them in the queue.
pub fn households(scenario: &Scenario, present: f64) -> f64 {
    let rows = present / (1.0 - VACANT) + ((scenario.world.ports.len() + 1) * VACANT_PER_PORT) as f64;
    // Beyond the room made for them they are copied: for a moment both lie there.
    let copied = if rows > room(scenario) as f64 { rows } else { 0.0 };
    (rows + copied) * ROW as f64 + present * REGISTERED as f64
}

/// Bytes of a timeline of the scenario, as each draw of uncertain parameters has one.
pub fn timeline(scenario: &Scenario) -> usize {
    let names = &scenario.world.names;
    let list = |key: Key| match key {
        Key::None => 0,
        _ => key.names(names).len() * size_of::<f64>() + LIST,
    };
    let lists: usize = specs().iter().map(|spec| list(spec.key)).sum();
    scenario.timeline.len() * (size_of::<(Date, Params)>() + lists)
}

/// What the allocator adds to a small block.
const LIST: usize = 16;

/// Bytes of the tables of a replicate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tables {
    /// What was seen: kept until it is written.
    pub seen: usize,
    /// What only the simulation needs.
    pub working: usize,
}

/// Bytes of a way from a place to a goal: the next leg, and what is left.
const ROUTE: usize = 12;

/// Bytes of a journey kept, with its legs.
const TRIP: usize = 200;

impl Tables {
    /// Of a scenario, whatever the number of its people.
    pub fn of(scenario: &Scenario) -> Tables {
        let world = &scenario.world;
        let (places, nations, ports) = (world.places.len(), world.nationalities.len(), world.ports.len());
        let days = scenario.days();
        let recorded = days - ((scenario.record_from - scenario.start).get_days().max(0) as usize).min(days);
        let months = days / 28 + 2;
        let events = Event::COUNT * nations * size_of::<Count>();
        let stocks = (places + 1 + nations) * State::COUNT * size_of::<Count>();
        let of_nations = nations * (size_of::<[u32; 2]>() + size_of::<QueueDay>());
        let present = (places + 1) * State::COUNT * 2 * nations * size_of::<Count>();
        let trips = world.modes.len() * places * (places * size_of::<u32>() + (ports + 1) * TRIP);
        let moves = usize::from(DAYS_AHEAD) * (places + 1) * nations * size_of::<u64>();
        let since = 2 * (days + 1) * nations * size_of::<u32>();
        let routes = world.modes.len() * places * places * ROUTE + places * places * size_of::<u16>();
        let daily = stocks + events + of_nations + (places + 1) * size_of::<u32>() + ports * size_of::<PortDay>();
        let cohorts = 8 * months * (days + 64) * size_of::<u32>();
        let legs = months * world.legs.len() * 2 * world.modes.len() * size_of::<u32>();
        let book = days * (ports * (size_of::<PortDay>() + 12) + nations * 12);
        let equity = nations * EQUITY_SIZES as usize * size_of::<EquitySum>();
        Tables {
            seen: recorded * daily + months * places * events,
            working: cohorts + legs + book + equity + places * events + present + trips + moves + since + routes,
        }
    }
}

/// Households that enter over a run, or are there when it begins, as simulated, under the draw of uncertain
/// parameters with most: more are never present, but for chance and for families that split.
pub fn entering(scenario: &Scenario) -> f64 {
    match scenario.draw_timelines.as_slice() {
        [] => entering_under(scenario, &scenario.timeline),
        draws => draws.iter().map(|timeline| entering_under(scenario, timeline)).fold(0.0, f64::max),
    }
}

fn entering_under(scenario: &Scenario, timeline: &Timeline) -> f64 {
    let household = &in_force(timeline, scenario.start).household;
    let households = |persons: f64, n: usize| persons / mean_size(household, n);
    let initial: f64 = scenario.world.initial.iter().map(|row| households(row.persons, row.nationality)).sum();
    let pulses: f64 = scenario
        .pulses
        .iter()
        .map(|pulse| {
            let total: f64 = pulse.mix.iter().map(|(_, weight)| weight).sum();
            let of = |&(n, weight): &(usize, f64)| households(pulse.persons as f64 * weight / total.max(1e-9), n);
            pulse.mix.iter().map(of).sum::<f64>()
        })
        .sum();
    let mut daily = 0.0;
    // All days of a month under the same rules are alike.
    let mut latest: Option<(Month, &Params, f64)> = None;
    for day in 0..scenario.days() {
        let date = scenario.start.saturating_add(Span::new().days(day as i64));
        let (month, params) = (Month::of(date), in_force(timeline, date));
        let known = latest.filter(|(of, under, _)| *of == month && std::ptr::eq(*under, params));
        let entering = known.map_or_else(|| entering_on(scenario, params, month, &households), |(.., n)| n);
        latest = Some((month, params, entering));
        daily += entering;
    }
    (initial + pulses + daily) / f64::from(scenario.weight)
}

fn in_force(timeline: &Timeline, date: Date) -> &Params {
    &timeline[timeline.partition_point(|(from, _)| *from <= date).max(1) - 1].1
}

/// Households entering on a day of a month by the table of inflow, or by the number of persons in its place.
fn entering_on(scenario: &Scenario, params: &Params, month: Month, households: &impl Fn(f64, usize) -> f64) -> f64 {
    let inflow = &params.inflow;
    if !inflow.enabled {
        return 0.0;
    }
    let rows = &scenario.world.inflow;
    if inflow.persons > 0 {
        let all: f64 = rows.iter().map(|r| r.persons).sum();
        let table: f64 = rows.iter().map(|r| households(r.persons, r.nationality)).sum();
        return table * inflow.persons as f64 / all.max(1e-9) * inflow.factor / scenario.days() as f64;
    }
    let of = |persons: f64, n: usize| households(persons, n) * inflow.nationality_factor[n];
    let table: f64 = rows.iter().filter(|r| r.month == month).map(|r| of(r.persons, r.nationality)).sum();
    let paroled: f64 =
        scenario.world.parole.iter().filter(|r| r.month == month).map(|r| of(r.persons, r.nationality)).sum();
    let diverted = (paroled * inflow.parole_diversion * (1.0 - inflow.parole_factor)).max(0.0);
    (table + diverted) * inflow.factor * inflow.error_factor / f64::from(month.days())
}
