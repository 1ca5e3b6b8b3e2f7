//! A day's journey by a mode from a place toward a goal, with what may happen on it: planned when
//! it is first made under the rules in force, and kept until they change.

use bevy_ecs::prelude::Resource;

use super::harm;
use super::network::Network;
use super::population::Today;
use crate::scenario::params::Params;

/// A leg of a day's journey.
#[derive(Debug, Clone, Copy)]
pub struct TripLeg {
    /// Where the ledger counts those on it.
    pub way: u32,
    /// Where it ends.
    pub place: u16,
    /// Rates of being stopped (of those for whom the ratio is 1) and harmed up to its end.
    pub stop: f64,
    pub harm: f64,
}

/// A day's journey.
#[derive(Debug, Clone, Copy)]
pub struct Trip {
    first: u32,
    /// Number of legs; 0 where the mode does not serve the next one.
    pub legs: u16,
    /// Nights on the road beyond today, for a leg longer than a day.
    pub nights: u16,
    /// Where the ledger counts those at its two ends.
    pub spots: [u16; 2],
    /// Whether it ends, the same day, at a place on the way.
    pub goes_on: bool,
    /// Whether it is a leg that goes on, costs nothing, and on which nobody is stopped or harmed.
    pub plain: bool,
    /// The same of a leg that ends at the goal.
    pub plain_arrival: bool,
    /// Whether foreigners and nationals may register where it ends.
    pub inside: [bool; 2],
    /// Number of the next day's journey by the same mode, if it goes on.
    pub next: u32,
    /// Spent on it, MXN a person.
    pub cost: f64,
    /// The last leg.
    pub last: TripLeg,
}

/// The journeys made so far under the rules in force.
#[derive(Resource, Debug, Clone, Default)]
pub struct Trips {
    places: usize,
    /// By mode, place and goal: number of the trip and one more; 0 = not planned yet.
    numbers: Vec<u32>,
    trips: Vec<Trip>,
    legs: Vec<TripLeg>,
}

impl Trips {
    /// Forgets all journeys: the rules have changed.
    pub fn forget(&mut self) {
        self.numbers.clear();
        self.trips.clear();
        self.legs.clear();
    }

    /// The number of the day's journey by a mode from a place toward a goal.
    #[inline]
    pub fn by(&mut self, rules: (&Network, &Today), mode: usize, place: u16, goal: u16) -> u32 {
        let at = (mode * self.places + place as usize) * self.places + goal as usize;
        match self.numbers.get(at) {
            Some(&number @ 1..) => number - 1,
            _ => self.plan(rules, mode, place, goal),
        }
    }

    #[inline]
    pub fn trip(&self, number: u32) -> &Trip {
        &self.trips[number as usize]
    }

    /// The legs of a journey.
    #[inline]
    pub fn legs(&self, trip: &Trip) -> &[TripLeg] {
        &self.legs[trip.first as usize..trip.first as usize + trip.legs as usize]
    }

    #[cold]
    #[inline(never)]
    fn plan(&mut self, (network, today): (&Network, &Today), mode: usize, place: u16, goal: u16) -> u32 {
        let params = today.params();
        self.places = network.zone.len();
        self.numbers.resize(network.modes() * self.places * self.places, 0);
        let first = self.legs.len();
        let (nights, mut km) = self.set_out((network, params), mode, place, goal);
        // Nobody sleeps where there is nothing: back to the last place with a bed.
        while let [.., before, last] = &self.legs[first..] {
            if last.place == goal || network.sleeps[last.place as usize] {
                break;
            }
            let from = before.place;
            let leg = network.next_leg(mode, from, goal).map(|(leg, _)| leg);
            km -= leg.map_or(0.0, |leg| network.km[leg]);
            self.legs.pop();
        }
        let legs = (self.legs.len() - first) as u16;
        let nowhere = TripLeg { way: 0, place, stop: 0.0, harm: 0.0 };
        let last = self.legs[first..].last().copied().unwrap_or(nowhere);
        let spots = [place, last.place].map(|place| network.spot_of(place));
        let goes_on = legs > 0 && nights == 0 && last.place != goal;
        let arrives = legs > 0 && nights == 0 && last.place == goal;
        let cost = params.modes.cost_per_km[mode] * km + params.travel.living_cost;
        let eventless = legs == 1 && cost == 0.0 && last.stop <= 0.0 && last.harm <= 0.0;
        let number = self.trips.len() as u32;
        self.trips.push(Trip {
            first: first as u32,
            legs,
            nights,
            spots,
            plain: goes_on && eventless,
            plain_arrival: arrives && eventless,
            goes_on,
            next: 0,
            inside: [false, true].map(|national| today.inside(national, network.zone[last.place as usize])),
            cost,
            last,
        });
        let at = (mode * self.places + place as usize) * self.places + goal as usize;
        self.numbers[at] = number + 1;
        if goes_on {
            self.trips[number as usize].next = self.by((network, today), mode, last.place, goal);
        }
        number
    }

    /// Adds the legs that a mode covers in a day's hours; the nights on the road, and the km.
    fn set_out(
        &mut self,
        (network, params): (&Network, &Params),
        mode: usize,
        mut place: u16,
        goal: u16,
    ) -> (u16, f64) {
        let first = self.legs.len();
        let (mut nights, mut km, mut stop, mut harmed) = (0, 0.0, 0.0, 0.0);
        let mut hours = params.travel.hours_per_day;
        while self.legs.len() - first < params.travel.legs_per_day as usize && place != goal {
            let Some((leg, leg_hours)) = network.next_leg(mode, place, goal) else { break };
            if leg_hours > hours {
                // A leg longer than a day is begun only in the morning; people sleep on the road.
                if self.legs.len() > first {
                    break;
                }
                nights = ((leg_hours / params.travel.hours_per_day).ceil() as u16).max(1) - 1;
            }
            hours -= leg_hours;
            let (next, forward) = network.other_end(leg, place);
            let zone = network.zone[place as usize] as usize;
            let hundreds = network.km[leg] / 100.0;
            stop += params.enforcement.level[zone] * hundreds;
            harmed += harm::rate(params, zone) * hundreds * params.modes.danger[mode];
            self.legs.push(TripLeg { way: network.way(leg, forward, mode), place: next, stop, harm: harmed });
            km += network.km[leg];
            place = next;
            if hours <= 0.0 {
                break;
            }
        }
        (nights, km)
    }
}
