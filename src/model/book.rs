//! The appointment book: slots, bookable places and live offers by port and date of appointment.

use bevy_ecs::prelude::Resource;
use jiff::Span;

use crate::engine::dealing::{Dealer, Splitter};
use crate::scenario::input::Scenario;

/// Slots by port and day, in simulated persons (one stands for `weight` real ones).
#[derive(Resource, Debug)]
pub struct AppointmentBook {
    ports: usize,
    days: usize,
    announced: Vec<u32>,
    bookable: Vec<u32>,
    /// Offers out and appointments confirmed.
    live: Vec<u32>,
}

impl AppointmentBook {
    /// Deals every day's slots to the ports, from the first day to the last appointment that can
    /// be given within the run.
    pub fn new(scenario: &Scenario) -> Self {
        let ports = scenario.world.ports.len();
        let longest_lead = scenario.timeline.iter().map(|(_, p)| p.app.lead_days).max().unwrap_or(0) as usize;
        let days = scenario.days() + longest_lead + 1;
        let mut book = AppointmentBook {
            ports,
            days,
            announced: Vec::with_capacity(days * ports),
            bookable: Vec::with_capacity(days * ports),
            live: vec![0; days * ports],
        };
        let (mut total, mut extra) = (Dealer::default(), Dealer::default());
        let (mut to_ports, mut extra_to_ports) = (Splitter::default(), Splitter::default());
        let mut parts = Vec::new();
        for day in 0..days {
            let date = scenario.start.saturating_add(Span::new().days(day as i64));
            let app = &scenario.params_on(date).app;
            let inflow = scenario.params_on(scenario.start).inflow.persons as f64 / scenario.days() as f64;
            let slots = match (app.enabled && !app.shutdown, app.share_of_inflow > 0.0) {
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
            book.announced.extend_from_slice(&parts);
            let announced = parts.clone();
            extra_to_ports.split(extra.deal(slots * app.overbooking), &shares, &mut parts);
            book.bookable.extend(announced.iter().zip(&parts).map(|(a, e)| a + e));
        }
        book
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

    /// Books an offer. The caller has checked `open`.
    #[inline]
    pub fn offer(&mut self, day: usize, port: usize, persons: u32) {
        let i = self.at(day, port);
        self.live[i] += persons;
        debug_assert!(self.live[i] <= self.bookable[i], "offers exceed bookable slots");
    }

    /// Gives a slot back.
    #[inline]
    pub fn give_back(&mut self, day: usize, port: usize, persons: u32) {
        let i = self.at(day, port);
        debug_assert!(self.live[i] >= persons, "a slot is given back twice");
        self.live[i] = self.live[i].saturating_sub(persons);
    }
}
