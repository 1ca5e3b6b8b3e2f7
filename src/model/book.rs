//! The appointment book: slots, bookable places and live offers by port and date of appointment.

use bevy_ecs::prelude::Resource;
use jiff::Span;
use serde::{Deserialize, Serialize};

use crate::engine::dealing::{Dealer, Splitter};
use crate::scenario::input::Scenario;

/// Slots by port and day, in simulated persons (one stands for `weight` real ones).
#[derive(Resource, Debug, Clone, Serialize, Deserialize)]
pub struct AppointmentBook {
    ports: usize,
    days: usize,
    announced: Vec<u32>,
    bookable: Vec<u32>,
    /// Offers out and appointments confirmed.
    live: Vec<u32>,
    /// Places of all ports still open to each nationality under its cap; `NO_CAP` = no cap.
    under_cap: Vec<u32>,
    groups: usize,
}

/// Days ahead in which places are looked for to make room for a family.
pub const BORROW_REACH: usize = 90;

/// Places open to a nationality without a cap.
pub const NO_CAP: u32 = u32::MAX;

impl AppointmentBook {
    /// Ports and days.
    pub fn size(&self) -> (usize, usize) {
        (self.ports, self.days)
    }

    /// Deals every day's slots to the ports, from the first day to the last appointment that can
    /// be given within the run.
    pub fn new(scenario: &Scenario) -> Self {
        let (ports, groups) = (scenario.world.ports.len(), scenario.world.nationalities.len());
        let longest_lead = scenario.timeline.iter().map(|(_, p)| p.app.lead_days).max().unwrap_or(0) as usize;
        let days = scenario.days() + longest_lead + 1;
        let mut book = AppointmentBook {
            ports,
            days,
            announced: Vec::with_capacity(days * ports),
            bookable: Vec::with_capacity(days * ports),
            live: vec![0; days * ports],
            under_cap: Vec::with_capacity(days * groups),
            groups,
        };
        let (mut total, mut extra) = (Dealer::default(), Dealer::default());
        let (mut to_ports, mut extra_to_ports) = (Splitter::default(), Splitter::default());
        let mut parts = Vec::new();
        let mut caps = vec![Dealer::default(); groups];
        let mut open = &scenario.params_on(scenario.start).app;
        for day in 0..days {
            let date = scenario.start.saturating_add(Span::new().days(day as i64));
            let mut app = &scenario.params_on(date).app;
            // Nobody foresees a shutdown: slots after it are on offer until it comes.
            if app.shutdown {
                app = open;
            } else {
                open = app;
            }
            let inflow = scenario.params_on(scenario.start).inflow.persons as f64 / scenario.days() as f64;
            let slots = match (app.enabled, app.share_of_inflow > 0.0) {
                (false, _) => 0.0,
                (true, true) => app.share_of_inflow * inflow,
                (true, false) => app.slots as f64,
            } * app.slots_factor
                / f64::from(scenario.weight);
            let shares: Vec<f64> = scenario
                .world
                .ports
                .iter()
                .map(|p| p.shares.iter().rev().find(|(from, _)| *from <= date).map_or(0.0, |(_, s)| *s))
                .collect();
            to_ports.split(total.deal(slots), &shares, &mut parts);
            let mut announced = parts.clone();
            extra_to_ports.split(extra.deal(slots * app.overbooking), &shares, &mut parts);
            book.bookable.extend(announced.iter().zip(&parts).map(|(a, e)| a + e));
            for (cap, &share) in caps.iter_mut().zip(&app.cap_share.0) {
                let most = cap.deal(share * slots);
                book.under_cap.push(if share < 1.0 { most } else { NO_CAP });
            }
            book.announced.append(&mut announced);
        }
        book
    }

    /// The book as another scenario has it, with what was booked so far: both agree on all dates booked.
    pub fn under(&self, was: &Scenario, now: &Scenario) -> Self {
        let (blank, mut book) = (AppointmentBook::new(was), AppointmentBook::new(now));
        for (to, (from, zero)) in book.live.iter_mut().zip(self.live.iter().zip(&blank.live)) {
            *to = to.wrapping_add(from.wrapping_sub(*zero));
        }
        for (to, (from, zero)) in book.bookable.iter_mut().zip(self.bookable.iter().zip(&blank.bookable)) {
            *to = to.wrapping_add(from.wrapping_sub(*zero));
        }
        for (to, (from, zero)) in book.under_cap.iter_mut().zip(self.under_cap.iter().zip(&blank.under_cap)) {
            if *to != NO_CAP {
                *to = to.wrapping_add(from.wrapping_sub(*zero));
            }
        }
        book
    }

    #[inline]
    fn change_under_cap(&mut self, day: usize, group: usize, change: impl Fn(u32) -> u32) {
        let open = &mut self.under_cap[day * self.groups + group];
        if *open != NO_CAP {
            *open = change(*open);
        }
    }

    pub fn ports(&self) -> usize {
        self.ports
    }

    #[inline]
    fn at(&self, day: usize, port: usize) -> usize {
        day * self.ports + port
    }

    /// Slots announced for a date.
    pub fn announced(&self, day: usize, port: usize) -> u32 {
        self.announced.get(self.at(day, port)).copied().unwrap_or(0)
    }

    /// Places still to give for a date.
    #[inline]
    pub fn open(&self, day: usize, port: usize) -> u32 {
        if day >= self.days {
            return 0;
        }
        let i = self.at(day, port);
        self.bookable[i].saturating_sub(self.live[i])
    }

    /// Places of a date that a nationality may still get; `NO_CAP` without a cap.
    #[inline]
    pub fn open_to(&self, day: usize, group: usize) -> u32 {
        self.under_cap.get(day * self.groups + group).copied().unwrap_or(0)
    }

    /// Books an offer to a nationality. The caller has checked `open`.
    #[inline]
    pub fn offer(&mut self, day: usize, port: usize, group: usize, persons: u32) {
        self.change_under_cap(day, group, |open| open - persons);
        let i = self.at(day, port);
        self.live[i] += persons;
        debug_assert!(self.live[i] <= self.bookable[i], "offers exceed bookable slots");
    }

    /// Makes room for a whole family on a date that has some, with places of the dates after it.
    ///
    /// Only for scales below 1: there a port has so few places a day that families would never fit,
    /// though at full scale they do. False, and nothing changed, if there are not enough.
    pub fn borrow(&mut self, day: usize, port: usize, group: usize, persons: u32) -> bool {
        let lacking = persons.saturating_sub(self.open(day, port));
        let over_cap = persons.saturating_sub(self.open_to(day, group));
        let until = self.days.min(day + 1 + BORROW_REACH);
        let after = || day + 1..until;
        let places: u32 = after().map(|d| self.open(d, port)).scan(0, run_to(lacking)).sum();
        let under_cap: u32 = match over_cap {
            0 => 0,
            need => after().map(|d| self.open_to(d, group)).filter(|n| *n != NO_CAP).scan(0, run_to(need)).sum(),
        };
        if places < lacking || under_cap < over_cap {
            return false;
        }
        let (here, mut left) = (self.at(day, port), lacking);
        for date in day + 1..until {
            let taken = self.open(date, port).min(left);
            let there = self.at(date, port);
            self.bookable[there] -= taken;
            self.bookable[here] += taken;
            left -= taken;
            if left == 0 {
                break;
            }
        }
        let mut left = over_cap;
        for date in day + 1..until {
            let cell = date * self.groups + group;
            if left == 0 || self.under_cap[cell] == NO_CAP {
                continue;
            }
            let taken = self.under_cap[cell].min(left);
            self.under_cap[cell] -= taken;
            self.under_cap[day * self.groups + group] += taken;
            left -= taken;
        }
        true
    }

    /// Gives a slot back.
    #[inline]
    pub fn give_back(&mut self, day: usize, port: usize, group: usize, persons: u32) {
        self.change_under_cap(day, group, |open| open + persons);
        let i = self.at(day, port);
        debug_assert!(self.live[i] >= persons, "a slot is given back twice");
        self.live[i] = self.live[i].saturating_sub(persons);
    }
}

/// Takes from a list of amounts as much as is needed, and stops there.
fn run_to(need: u32) -> impl Fn(&mut u32, u32) -> Option<u32> {
    move |sum, amount| {
        if *sum >= need {
            return None;
        }
        let taken = amount.min(need - *sum);
        *sum += taken;
        Some(taken)
    }
}
