//! Running counts behind the observations: stocks kept by every change, flows of the day.

use bevy_ecs::prelude::Resource;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::household::{Household, Status};
use super::moves::{Moves, Ring, shift};
use super::observation::*;
use super::waits::{Cohorts, WaitTable};
use crate::scenario::input::{Month, Scenario};

/// Sums over households of one nationality and family size.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct EquitySum {
    pub entered: f64,
    pub registered: f64,
    pub served: f64,
    pub wait_days: f64,
    pub interceptions: f64,
    pub harm: f64,
    pub cost: f64,
}

/// All counts of one replicate, in simulated persons and households until they are written out.
#[derive(Resource, Debug, Clone, Serialize, Deserialize)]
pub struct Ledger {
    pub weight: u32,
    /// First recorded day, as a day of the run.
    first: u16,
    nationals: Vec<bool>,
    sleeps: Vec<bool>,
    places: usize,
    ports: usize,
    /// Months of the run: last day of each, and the month of every day.
    pub month_ends: Vec<Date>,
    pub month_of_day: Vec<u16>,
    /// Present now: (place or in transit) x state x whether registered x nationality. What is told
    /// by place, nationality or zone is summed from it at the end of a day.
    present: Vec<Count>,
    /// Moves of days to come by those on the way and not registered.
    to_come: Moves,
    zones: Vec<u8>,
    /// Today: event x nationality.
    flows: Vec<Count>,
    /// Persons present, by day of entry (index 0: before the run) and nationality.
    present_since: Vec<u32>,
    /// Persons registered, by day of the first registration (likewise) and nationality.
    registered_since: Vec<u32>,
    /// Events of the month: place x event x nationality.
    events_here: Vec<Count>,
    /// day x port, over the whole run.
    port_days: Vec<PortDay>,
    /// Persons by (month, leg, direction, mode); where the month of each day begins, and of today.
    legs: Vec<u32>,
    legs_of_day: Vec<u32>,
    legs_today: usize,
    leg_count: usize,
    modes: usize,
    pub completed: WaitTable,
    pub cohorts: Cohorts,
    pub equity: Vec<EquitySum>,
    pub intercepted_once: Vec<u64>,
    pub seen: Observation,
}

/// Where moves of days to come are counted.
pub struct RoadBooks<'a> {
    legs: &'a mut [u32],
    legs_of_day: &'a [u32],
    moves: &'a mut Moves,
}

/// Where those of a nationality are counted who travel a leg from one spot to another.
pub struct Road<'a> {
    legs: &'a mut [u32],
    legs_of_day: &'a [u32],
    /// Those who leave and those who come, if the two spots are not one.
    ends: Option<[&'a mut Ring; 2]>,
}

impl Road<'_> {
    /// A household on the way, not registered, travels it today or on a day to come.
    #[inline]
    pub fn travel(&mut self, day: u16, persons: u32) {
        self.legs[self.legs_of_day[day as usize] as usize] += persons;
        if let Some([from, to]) = &mut self.ends {
            shift([from, to], day, persons);
        }
    }
}

impl RoadBooks<'_> {
    /// The books of a leg from one spot to another.
    pub fn road(&mut self, way: u32, nationality: u8, ends: [u16; 2]) -> Road<'_> {
        let (legs, legs_of_day) = (&mut self.legs[way as usize..], self.legs_of_day);
        Road { legs, legs_of_day, ends: self.moves.between(nationality, ends) }
    }

    /// Persons travelling a leg on a day of the run.
    #[inline]
    pub fn leg(&mut self, day: u16, way: u32, persons: u32) {
        self.legs[self.legs_of_day[day as usize] as usize + way as usize] += persons;
    }

    /// A household on the way, not registered, moves from one spot to another today or on a day to come.
    #[inline]
    pub fn move_on(&mut self, day: u16, nationality: u8, persons: u32, ends: [u16; 2]) {
        self.moves.add(day, nationality, persons, ends);
    }
}

/// Where and as what a household is counted: a cell of the table of those present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    cell: u32,
    persons: u32,
}

impl Ledger {
    pub fn new(scenario: &Scenario, replicate: u32) -> Self {
        let world = &scenario.world;
        let (places, nationalities, ports) = (world.places.len(), world.nationalities.len(), world.ports.len());
        let days = scenario.days();
        let first = (scenario.record_from - scenario.start).get_days().max(0) as usize;
        let recorded = days - first;
        let mut month_of_day = Vec::with_capacity(days);
        let mut month_ends: Vec<Date> = Vec::new();
        for day in 0..days {
            let date = scenario.start.saturating_add(jiff::Span::new().days(day as i64));
            let month = Month::of(date);
            match month_ends.last_mut() {
                Some(end) if Month::of(*end) == month => *end = date,
                _ => month_ends.push(date),
            }
            month_of_day.push((month_ends.len() - 1) as u16);
        }
        let months = month_ends.len();
        let ways = (world.legs.len() * 2 * world.modes.len()) as u32;
        Ledger {
            weight: scenario.weight,
            first: first as u16,
            nationals: world.nationalities.iter().map(|n| n.national).collect(),
            sleeps: world.places.iter().map(|p| p.kind != crate::scenario::input::PlaceKind::Checkpoint).collect(),
            places,
            ports,
            legs_of_day: month_of_day.iter().map(|month| u32::from(*month) * ways).collect(),
            month_ends,
            month_of_day,
            present: vec![Count::default(); (places + 1) * State::COUNT * 2 * nationalities],
            to_come: Moves::new(places + 1, nationalities),
            zones: world.places.iter().map(|p| p.zone as u8).collect(),
            flows: vec![Count::default(); Event::COUNT * nationalities],
            present_since: vec![0; (days + 1) * nationalities],
            registered_since: vec![0; (days + 1) * nationalities],
            events_here: vec![Count::default(); places * Event::COUNT * nationalities],
            port_days: vec![PortDay::default(); days * ports],
            legs: vec![0; months * world.legs.len() * 2 * world.modes.len()],
            legs_today: 0,
            leg_count: world.legs.len(),
            modes: world.modes.len(),
            completed: WaitTable::default(),
            cohorts: Cohorts::new(months, days),
            equity: vec![EquitySum::default(); nationalities * EQUITY_SIZES as usize],
            intercepted_once: vec![0; nationalities],
            seen: Observation {
                replicate,
                first_day: Some(scenario.record_from),
                days: recorded,
                stocks_by_place: Cube::new(recorded, places + 1, State::COUNT),
                stocks_by_nationality: Cube::new(recorded, nationalities, State::COUNT),
                flows: Cube::new(recorded, Event::COUNT, nationalities),
                outside_geofence: vec![[0; 2]; recorded * nationalities],
                foreigners: Vec::with_capacity(recorded * (places + 1)),
                queue: vec![QueueDay::default(); recorded * nationalities],
                events_by_place: Cube { days: 0, first: Event::COUNT, second: nationalities, cells: Vec::new() },
                ..Observation::default()
            },
        }
    }

    /// Whether a nationality is of the transit country.
    #[inline]
    pub fn national(&self, nationality: u8) -> bool {
        self.nationals[nationality as usize]
    }

    /// Index in the table of places: where it sleeps, else "in transit".
    #[inline(always)]
    pub fn spot(&self, status: &Status, household: &Household) -> u32 {
        let moving = household.on_road || status.stage == super::household::Stage::Returning;
        if moving { self.places as u32 } else { u32::from(self.spot_of(household.place)) }
    }

    /// The same for those at a place.
    #[inline(always)]
    fn spot_of(&self, place: u16) -> u16 {
        if self.sleeps[place as usize] { place } else { self.places as u16 }
    }

    /// Adds a household to the stock, or takes it out.
    #[inline(always)]
    pub fn count(&mut self, status: &Status, household: &Household, present: bool) {
        let Some(standing) = self.counted(status, household) else { return };
        self.put(&standing, present);
        let entry = self.since(household.entered, status.nationality);
        let sum = &mut self.present_since[entry];
        *sum = if present { *sum + standing.persons } else { *sum - standing.persons };
    }

    /// Adds newcomers to the stock who are counted as `one` of them is.
    pub fn count_newcomers(&mut self, status: &Status, one: &Household, all: Count) {
        let Some(counted) = self.counted(status, one) else { return };
        self.present[counted.cell as usize].add(all.persons, all.households);
        let entry = self.since(one.entered, status.nationality);
        self.present_since[entry] += all.persons;
    }

    /// Where a household is counted; `None` for a vacant row.
    #[inline(always)]
    pub fn counted(&self, status: &Status, household: &Household) -> Option<Counted> {
        let state = status.state(household)?;
        let stride = State::COUNT * 2 * self.nationals.len();
        let cell = self.spot(status, household) as usize * stride + self.within(status, household, state);
        Some(Counted { cell: cell as u32, persons: u32::from(household.size) })
    }

    /// Where a household is counted among those at its spot.
    #[inline(always)]
    fn within(&self, status: &Status, household: &Household, state: State) -> usize {
        let registered = usize::from(household.ticket != 0);
        (state as usize * 2 + registered) * self.nationals.len() + status.nationality as usize
    }

    /// A household has gone from one spot to another.
    #[inline]
    pub fn moved(&mut self, status: &Status, household: &Household, from: u32, to: u32) {
        let Some(state) = status.state(household) else { return };
        let (within, persons) = (self.within(status, household, state), u32::from(household.size));
        let stride = State::COUNT * 2 * self.nationals.len();
        let left = &mut self.present[from as usize * stride + within];
        left.persons -= persons;
        left.households -= 1;
        self.present[to as usize * stride + within].add(persons, 1);
    }

    /// The books in which moves made ahead are entered.
    #[inline]
    pub fn road_books(&mut self) -> RoadBooks<'_> {
        RoadBooks { legs: &mut self.legs, legs_of_day: &self.legs_of_day, moves: &mut self.to_come }
    }

    /// Counts the moves of a day that were made ahead.
    pub fn take_up_moves(&mut self, day: u16) {
        let nationalities = self.nationals.len();
        let stride = State::COUNT * 2 * nationalities;
        let spots = self.present.chunks_exact_mut(stride);
        let counts =
            spots.flat_map(|spot| &mut spot[State::Travelling as usize * 2 * nationalities..][..nationalities]);
        for (count, change) in counts.zip(self.to_come.of_day(day)) {
            let (persons, households) = std::mem::take(change).parts();
            count.persons = count.persons.wrapping_add_signed(persons);
            count.households = count.households.wrapping_add_signed(households);
        }
    }

    /// A household has changed: only what is counted otherwise now is counted anew.
    #[inline(always)]
    pub fn recount(&mut self, before: Option<Counted>, status: &Status, household: &Household) {
        let after = self.counted(status, household);
        if before == after {
            return;
        }
        if let Some(before) = &before {
            self.put(before, false);
        }
        if let Some(after) = &after {
            self.put(after, true);
        }
        let persons = |counted: &Option<Counted>| counted.as_ref().map_or(0, |c| c.persons);
        if persons(&before) != persons(&after) {
            let entry = self.since(household.entered, status.nationality);
            let sum = &mut self.present_since[entry];
            *sum = *sum + persons(&after) - persons(&before);
        }
    }

    #[inline(always)]
    fn put(&mut self, counted: &Counted, present: bool) {
        let cell = &mut self.present[counted.cell as usize];
        if present {
            cell.add(counted.persons, 1);
        } else {
            cell.persons -= counted.persons;
            cell.households -= 1;
        }
    }

    /// Cell of a table by day since when and nationality.
    #[inline(always)]
    fn since(&self, day: i16, nationality: u8) -> usize {
        (day + 1).max(0) as usize * self.nationals.len() + nationality as usize
    }

    /// Persons first registered on a day enter the queue, or leave it.
    #[inline(always)]
    pub fn queued(&mut self, first: i16, nationality: u8, persons: u32, enters: bool) {
        let cell = self.since(first, nationality);
        let sum = &mut self.registered_since[cell];
        *sum = if enters { *sum + persons } else { *sum - persons };
    }

    /// Persons at a place in a state, now.
    pub fn at(&self, place: usize, state: State) -> u32 {
        let width = 2 * self.nationals.len();
        let first = (place * State::COUNT + state as usize) * width;
        self.present[first..first + width].iter().map(|count| count.persons).sum()
    }

    /// Persons present by nationality, now.
    #[cfg(debug_assertions)]
    pub fn present(&self, nationality: usize) -> u32 {
        self.present.iter().skip(nationality).step_by(self.nationals.len()).map(|c| c.persons).sum()
    }

    /// Counts an event of a household today.
    #[inline(always)]
    pub fn flow(&mut self, event: Event, nationality: u8, persons: u32) {
        self.flows(event, nationality, Count { persons, households: 1 });
    }

    /// Counts where an event of a household happened.
    #[inline(always)]
    pub fn event_at(&mut self, day: u16, place: u16, event: Event, nationality: u8, persons: u32) {
        self.events_at(day, place, event, nationality, Count { persons, households: 1 });
    }

    /// Counts where an event of several households happened.
    #[inline(always)]
    pub fn events_at(&mut self, day: u16, place: u16, event: Event, nationality: u8, count: Count) {
        if day >= self.first {
            let cell = (place as usize * Event::COUNT + event as usize) * self.nationals.len() + nationality as usize;
            self.events_here[cell].add(count.persons, count.households);
        }
    }

    /// Counts an event of several households today.
    #[inline(always)]
    pub fn flows(&mut self, event: Event, nationality: u8, count: Count) {
        let nationalities = self.nationals.len();
        self.flows[event as usize * nationalities + nationality as usize].add(count.persons, count.households);
    }

    /// One port's record on a day of the run; days after the run are not kept.
    #[inline]
    pub fn port_day(&mut self, day: u16, port: usize) -> Option<&mut PortDay> {
        self.port_days.get_mut(day as usize * self.ports + port)
    }

    /// Turns to a day of the run.
    pub fn open_day(&mut self, day: u16) {
        self.legs_today = self.legs_of_day[day as usize] as usize;
    }

    /// Persons travelling a leg today.
    #[inline]
    pub fn leg(&mut self, way: u32, persons: u32) {
        self.legs[self.legs_today + way as usize] += persons;
    }

    #[inline(always)]
    pub fn equity_of(&mut self, nationality: u8, size: u8) -> &mut EquitySum {
        let class = size.clamp(1, EQUITY_SIZES) - 1;
        &mut self.equity[nationality as usize * EQUITY_SIZES as usize + class as usize]
    }

    /// Month of a day of the run; days before it fall in the first month.
    #[inline(always)]
    pub fn month(&self, day: i16) -> usize {
        self.month_of_day[day.max(0) as usize] as usize
    }

    /// Writes the day's counts into the observation and clears the flows. `inside` tells whether
    /// nationals or foreigners may ask from a zone; `waiting` is the backlog by nationality.
    pub fn close_day(&mut self, day: u16, inside: impl Fn(bool, usize) -> bool, waiting: &[u32]) {
        if day >= self.first {
            let d = (day - self.first) as usize;
            let w = self.weight;
            let scaled = |c: &Count| Count { persons: c.persons * w, households: c.households * w };
            self.count_present(d, inside);
            let width = self.flows.len();
            let flows = &mut self.seen.flows.cells[d * width..(d + 1) * width];
            flows.iter_mut().zip(&self.flows).for_each(|(to, c)| *to = scaled(c));
            let n = self.nationals.len();
            let long_ago = (i32::from(day) + 1 - LONG_WAIT_DAYS).max(0) as usize;
            for nationality in 0..n {
                let sum = |table: &[u32]| -> u32 { (0..long_ago).map(|since| table[since * n + nationality]).sum() };
                self.seen.queue[d * n + nationality] = QueueDay {
                    backlog: waiting[nationality] * w,
                    registered_long: sum(&self.registered_since) * w,
                    present_long: sum(&self.present_since) * w,
                };
            }
            let month = self.month_of_day[day as usize];
            if self.month_of_day.get(day as usize + 1) != Some(&month) {
                self.seen.events_by_place.days += self.places;
                self.seen.events_by_place.cells.extend(self.events_here.iter().map(scaled));
                self.events_here.fill(Count::default());
            }
        }
        self.flows.fill(Count::default());
    }

    /// Sums those present on a recorded day by place, by nationality, foreigners, and those asleep
    /// where they may not ask.
    fn count_present(&mut self, d: usize, inside: impl Fn(bool, usize) -> bool) {
        let (w, n) = (self.weight, self.nationals.len());
        self.seen.foreigners.resize((d + 1) * (self.places + 1), 0);
        for (i, counts) in self.present.chunks_exact(n).enumerate() {
            if counts.iter().all(Count::is_zero) {
                continue;
            }
            let (spot, state, registered) = (i / 2 / State::COUNT, i / 2 % State::COUNT, i % 2);
            let zone = self.zones.get(spot).map(|zone| usize::from(*zone));
            let mut here = Count::default();
            for (nationality, count) in counts.iter().enumerate() {
                let (persons, households) = (count.persons * w, count.households * w);
                here.add(persons, households);
                self.seen.stocks_by_nationality.at_mut(d, nationality, state).add(persons, households);
                let national = self.nationals[nationality];
                if !national {
                    self.seen.foreigners[d * (self.places + 1) + spot] += persons;
                }
                if zone.is_some_and(|zone| !inside(national, zone)) {
                    self.seen.outside_geofence[d * n + nationality][registered] += persons;
                }
            }
            self.seen.stocks_by_place.at_mut(d, spot, state).add(here.persons, here.households);
        }
    }

    /// The observation of the whole run.
    pub fn finish(mut self, scenario: &Scenario) -> Observation {
        let w = self.weight;
        let skip = self.first as usize * self.ports;
        self.seen.appointments = self.port_days[skip..]
            .iter()
            .map(|p| PortDay {
                slots: p.slots * w,
                offered: p.offered * w,
                confirmed: p.confirmed * w,
                lapsed: p.lapsed * w,
                no_show: p.no_show * w,
                processed: p.processed * w,
                requests: p.requests * w,
                backlog: p.backlog * w,
            })
            .collect();
        self.seen.legs = self.leg_rows(scenario);
        self.seen.equity = self.equity_rows();
        self.seen.persons_intercepted = self.intercepted_once.iter().map(|p| p * u64::from(w)).collect();
        let from = scenario.record_from;
        self.cohorts.rows(&self.month_ends, u64::from(w), &mut self.seen.waits);
        self.seen.waits.retain(|row| row.date >= from);
        self.seen.waits.sort_by_key(|row| (row.date, row.kind, row.clock, row.group));
        self.seen.caravans.retain(|row| row.date >= from);
        self.seen.paths.retain(|row| row.date >= from);
        self.seen
    }

    fn leg_rows(&self, scenario: &Scenario) -> Vec<LegRow> {
        let mut rows = Vec::new();
        for (month, end) in self.month_ends.iter().enumerate() {
            if *end < scenario.record_from {
                continue;
            }
            for (leg, ends) in scenario.world.legs.iter().enumerate() {
                for (direction, (from, to)) in [(ends.from, ends.to), (ends.to, ends.from)].into_iter().enumerate() {
                    for mode in 0..self.modes {
                        let persons = self.legs[((month * self.leg_count + leg) * 2 + direction) * self.modes + mode];
                        if persons > 0 {
                            let month = Month::of(*end).first_day();
                            rows.push(LegRow { month, from, to, mode, persons: persons * self.weight });
                        }
                    }
                }
            }
        }
        rows
    }

    fn equity_rows(&self) -> Vec<EquityRow> {
        let w = f64::from(self.weight);
        let mut rows = Vec::new();
        for (i, sum) in self.equity.iter().enumerate() {
            if sum.entered == 0.0 {
                continue;
            }
            let per = |x: f64, of: f64| if of > 0.0 { x / of } else { 0.0 };
            let mut push = |measure, value| {
                rows.push(EquityRow {
                    nationality: i / EQUITY_SIZES as usize,
                    household_size: (i % EQUITY_SIZES as usize) as u8 + 1,
                    measure,
                    value,
                })
            };
            push(EquityMeasure::Entered, sum.entered * w);
            push(EquityMeasure::Registered, sum.registered * w);
            push(EquityMeasure::Served, sum.served * w);
            if sum.registered > 0.0 {
                push(EquityMeasure::ShareServed, per(sum.served, sum.registered));
            }
            if sum.served > 0.0 {
                push(EquityMeasure::MeanWaitDays, per(sum.wait_days, sum.served));
            }
            push(EquityMeasure::InterceptionsPerPerson, per(sum.interceptions, sum.entered));
            push(EquityMeasure::HarmPer100Persons, 100.0 * per(sum.harm, sum.entered));
            push(EquityMeasure::CostPerPerson, per(sum.cost, sum.entered));
        }
        rows
    }
}
