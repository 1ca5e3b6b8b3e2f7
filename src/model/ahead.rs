//! Those on the way, taken ahead: of a household that only moves on, the journeys of the days to come are made
//! at once, up to the first day on which more may happen. Same draws, same counts on the same days: what
//! changes is only that its row need not be fetched from memory on each of them.

use super::household::{Due, Household, Stage};
use super::ledger::RoadBooks;
use super::moves::DAYS_AHEAD;
use super::network::Network;
use super::population::{Stock, Today};
use super::purpose;
use super::registration::wants_to_register;
use super::travel::{harmed, refuses, stop_ratio, stopped};
use super::trips::{Trip, Trips};
use crate::engine::draw::{Geometric, Key, pick};
use crate::scenario::params::Params;

/// The first day that nobody may be taken to: rules may change on it, caravans look for people on the way, or
/// the run ends there for now (`until`). Today, if nobody may move on unseen: caravans form or walk, or nobody travels.
pub fn reach_of_today(today: &Today, until: u16, caravans_walk: bool) -> u16 {
    let params = today.params();
    if params.caravans.enabled || caravans_walk || !params.travel.enabled {
        return today.day;
    }
    let next = today.scenario.timeline.get(today.segment + 1).map(|(from, _)| *from);
    let change = next.map_or(u16::MAX, |from| (from - today.scenario.start).get_days().clamp(0, 65_535) as u16);
    change.min(until).min(today.day.saturating_add(DAYS_AHEAD))
}

/// Newcomers taken ahead side by side: what is drawn for one does not wait for what was drawn for another.
pub const ABREAST: usize = 32;

/// Newcomers of a nationality, at one place and with one goal, on ways without a choice on which nothing happens: the
/// first `many` of each list.
#[derive(Default)]
struct Column {
    many: usize,
    rows: [u32; ABREAST],
    keys: [Key; ABREAST],
    /// When each goes on.
    days: [u16; ABREAST],
    persons: [u32; ABREAST],
    /// Registers where it may.
    may_register: [bool; ABREAST],
}

impl Column {
    fn add(&mut self, (row, day): (u32, u16), household: &Household, may_register: bool) {
        let at = self.many;
        (self.rows[at], self.keys[at], self.days[at]) = (row, household.key, day);
        (self.persons[at], self.may_register[at]) = (u32::from(household.size), may_register);
        self.many += 1;
    }

    /// Takes one out; the last comes to its place.
    fn remove(&mut self, at: usize) {
        self.many -= 1;
        let last = self.many;
        (self.rows[at], self.keys[at], self.days[at]) = (self.rows[last], self.keys[last], self.days[last]);
        (self.persons[at], self.may_register[at]) = (self.persons[last], self.may_register[last]);
    }
}

/// Makes the journeys of a column, each up to the last on which nothing can happen.
struct March<'a, F> {
    column: &'a mut Column,
    trips: &'a Trips,
    /// The first journey of all.
    trip: u32,
    depart: &'a Geometric,
    reach: u16,
    books: RoadBooks<'a>,
    nationality: u8,
    national: bool,
    /// Told of each when it is there: its row, the day on which it goes on, the journey made last, and whether more
    /// can be made ahead.
    there: F,
}

impl<F: FnMut(u32, u16, &Trip, bool)> pulp::WithSimd for March<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        let March { column, trips, trip: mut number, depart, reach, mut books, nationality, national, mut there } =
            self;
        let mut drawn = [0; ABREAST];
        while column.many > 0 {
            for (drawn, (key, day)) in drawn.iter_mut().zip(column.keys.iter().zip(&column.days)) {
                *drawn = key.bits(purpose::DEPART, *day);
            }
            let (trip, many, mut last) = (trips.trip(number), column.many, 0);
            let mut road = books.road(trip.last.way, nationality, trip.spots);
            for (day, (persons, drawn)) in column.days[..many].iter_mut().zip(column.persons.iter().zip(&drawn)) {
                let today = *day;
                road.travel(today, *persons);
                *day = depart.day_after(today, *drawn);
                last = last.max(*day);
            }
            let next = trips.trip(trip.next);
            number = trip.next;
            if last < reach && next.plain && !next.inside[usize::from(national)] {
                // All go on.
                continue;
            }
            let mut end = books.road(next.last.way, nationality, next.spots);
            for at in (0..many).rev() {
                let (row, day) = (column.rows[at], column.days[at]);
                let stops = next.inside[usize::from(national)] && column.may_register[at];
                if next.plain_arrival && day < reach {
                    end.travel(day, column.persons[at]);
                    there(row, day, next, false);
                } else if day >= reach || !next.plain || stops {
                    there(row, day, trip, day < reach && next.goes_on);
                } else {
                    continue;
                }
                column.remove(at);
            }
        }
    }
}

/// A household taken ahead.
struct Walker<'a> {
    household: &'a mut Household,
    nationality: u8,
    national: bool,
    /// Registers where it may.
    may_register: bool,
}

impl Stock<'_> {
    /// As `go_ahead`, for at most `ABREAST` newcomers of a nationality and place, each with the day from which on.
    pub fn go_ahead_abreast(&mut self, newcomers: &[(u32, u16)]) {
        if !self.network.no_choice {
            return newcomers.iter().for_each(|&(row, day)| self.go_ahead(row, day));
        }
        let Some(&(first, _)) = newcomers.first() else { return };
        debug_assert!(newcomers.iter().all(|&(row, _)| self.is_newcomer_like(row, first)), "they are not alike");
        let (nationality, rules) = (self.nationality(first), (self.network, self.today));
        let national = self.ledger.national(nationality);
        let (mut column, mut others) = (Column::default(), [(0, 0); ABREAST]);
        let mut many_others = 0;
        let mut go_on_alone = |row, day| {
            others[many_others] = (row, day);
            many_others += 1;
        };
        let newcomers = newcomers.iter().filter(|(_, day)| *day < self.today.reach);
        let goal = self.household(first).goal;
        let number = self.trips.by(rules, 0, self.household(first).place, goal);
        let trip = *self.trips.trip(number);
        for &(row, day) in newcomers {
            let household = &self.households[row as usize];
            let may_register = wants_to_register(household, self.params());
            let stops = may_register && trip.inside[usize::from(national)];
            match trip.plain && household.goal == goal && !stops {
                true => column.add((row, day), household, may_register),
                false => go_on_alone(row, day),
            }
        }
        let Stock { households, dues, trips, today, ledger, .. } = self;
        let there = |row: u32, day: u16, trip: &Trip, more: bool| {
            households[row as usize].place = trip.last.place;
            dues[row as usize] = Due(day);
            if more {
                go_on_alone(row, day);
            }
        };
        let books = ledger.road_books();
        let (column, depart, reach) = (&mut column, &today.rates.depart, today.reach);
        let march = March { column, trips, trip: number, depart, reach, books, nationality, national, there };
        pulp::Arch::new().dispatch(march);
        others[..many_others].iter().for_each(|&(row, day)| self.go_ahead(row, day));
    }

    /// Whether a household sets out unregistered from where another does, and is of its nationality.
    fn is_newcomer_like(&self, row: u32, other: u32) -> bool {
        let (one, other_place) = (self.household(row), self.household(other).place);
        let sets_out = self.stage(row) == Stage::Travelling && one.ticket == 0 && !one.on_road;
        sets_out && one.place == other_place && self.nationality(row) == self.nationality(other)
    }

    /// Makes the journeys of a household at a place, on the way and not registered, from a day on. It is next
    /// looked at on the first day on which it may do more than move on.
    pub fn go_ahead(&mut self, row: u32, first: u16) {
        let reach = self.today.reach;
        if first >= reach || self.stage(row) != Stage::Travelling {
            return;
        }
        let (nationality, rules, params) = (self.nationality(row), (self.network, self.today), self.params());
        let Stock { households, trips, today, ledger, .. } = self;
        // In its place: a copy would wait for what was just written there.
        let household = &mut households[row as usize];
        if household.ticket != 0 || household.on_road {
            return;
        }
        let may_register = wants_to_register(household, params);
        let national = ledger.national(nationality);
        let (key, persons) = (household.key, u32::from(household.size));
        let walker = Walker { household, nationality, national, may_register };
        let mut books = ledger.road_books();
        let (depart, mut day) = (&today.rates.depart, first);
        let (registers, mut next) = (|trip: &Trip| may_register && trip.inside[usize::from(national)], None);
        while day < reach {
            let (mode, number) = match next {
                Some(number) => (0, number),
                None => {
                    let Some(mode) = walker.mode(rules.0, params, day) else { break };
                    (mode, trips.by(rules, mode, walker.household.place, walker.household.goal))
                }
            };
            let trip = trips.trip(number);
            next = rules.0.no_choice.then_some(trip.next);
            if trip.plain && !registers(trip) {
                books.leg(day, trip.last.way, persons);
                books.move_on(day, nationality, persons, trip.spots);
                walker.household.place = trip.last.place;
                day = depart.day_after(day, key.bits(purpose::DEPART, day));
                continue;
            }
            if trip.plain_arrival {
                // What it does there is for that day.
                books.leg(day, trip.last.way, persons);
                books.move_on(day, nationality, persons, trip.spots);
                walker.household.place = trip.last.place;
                break;
            }
            if !trip.goes_on || walker.more_happens(today, trip, mode, day) {
                break;
            }
            for leg in trips.legs(trip) {
                books.leg(day, leg.way, persons);
            }
            books.move_on(day, nationality, persons, trip.spots);
            walker.household.place = trip.last.place;
            walker.household.spend(trip.cost);
            day = depart.day_after(day, key.bits(purpose::DEPART, day));
        }
        self.wake(row, day);
    }
}

impl Walker<'_> {
    /// Whether someone is stopped or harmed on a day's journey, or registers where it ends.
    fn more_happens(&self, today: &Today, trip: &Trip, mode: usize, day: u16) -> bool {
        let (household, last) = (&*self.household, &trip.last);
        if last.stop > 0.0 {
            let protected = household.confirmed || household.has_papers(day);
            let ratio = stop_ratio(today.params(), self.nationality, self.national, protected, mode);
            if stopped(household.key, day, last.stop * ratio).is_some() {
                return true;
            }
        }
        if harmed(household.key, day, last.harm) {
            return true;
        }
        let registers = || household.key.happens(today.rates.register, purpose::REGISTER, day);
        self.may_register && trip.inside[usize::from(self.national)] && registers()
    }

    /// The mode taken on a day, if there is one and it does not refuse.
    #[inline]
    fn mode(&self, network: &Network, params: &Params, day: u16) -> Option<usize> {
        if network.no_choice {
            return Some(0);
        }
        let household = &*self.household;
        let papers = self.national || household.has_papers(day);
        let (weights, total) = network.choice(household.place, household.goal, household.means, papers);
        if total <= 0.0 {
            return None;
        }
        let mode = pick(weights, total, household.key.uniform(purpose::MODE, day));
        let zone = network.zone[household.place as usize] as usize;
        (!refuses((network, params), mode, zone, papers, household.key, day)).then_some(mode)
    }
}
