//! The route network as households use it: next hops by mode, and the choice between modes.

use bevy_ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use crate::engine::routing::{NO_LEG, NextHops};
use crate::scenario::input::{PapersRule, PlaceKind, World};
use crate::scenario::params::Params;

/// Money classes in the table of choices: class c holds means of about 2^c MXN a person.
const CLASSES: usize = 20;

/// Places, legs and modes, prepared for daily use.
#[derive(Resource, Debug, Clone, Serialize, Deserialize)]
pub struct Network {
    pub zone: Vec<u8>,
    /// Whether a stock can be counted at the place (checkpoints have none).
    pub sleeps: Vec<bool>,
    /// Leg ends, length and hours by mode (infinite where the mode cannot go).
    pub ends: Vec<(u16, u16)>,
    pub km: Vec<f64>,
    hours: Vec<Vec<f64>>,
    hops: Vec<NextHops>,
    /// Places one may be carried back to, or cross from, and asylum offices, with weights.
    pub returns: Vec<(u16, f64)>,
    pub crossings: Vec<(u16, f64)>,
    pub offices: Vec<(u16, f64)>,
    pub hubs: Vec<u16>,
    /// Nearest office by place.
    pub nearest_office: Vec<u16>,
    pub papers: Vec<PapersRule>,
    /// One mode for all ways and all people.
    pub no_choice: bool,
    /// Mode walked with a caravan.
    pub foot_mode: Option<usize>,
    /// Modes that serve the next leg, by place and goal: the number of their set.
    served: Vec<u16>,
    /// The different sets of modes, a bit each.
    sets: Vec<u32>,
    /// Choices: set x papers x money class x (weight of each mode, their sum).
    choices: Vec<f64>,
    /// What hours on the legs were worked out for: km walked and hours travelled a day.
    pace: (f64, f64),
}

impl Network {
    /// Prepares the world's network for the parameters of the first day.
    pub fn new(world: &World, params: &Params) -> Self {
        let modes = world.modes.len();
        let hours: Vec<Vec<f64>> = (0..modes)
            .map(|m| {
                let mode = &world.modes[m];
                world
                    .legs
                    .iter()
                    .map(|leg| match (leg.modes[m], mode.on_foot, mode.speed_kmh) {
                        (false, _, _) => f64::INFINITY,
                        (true, true, _) => leg.km / params.travel.walk_km_per_day * params.travel.hours_per_day,
                        (true, false, Some(speed)) => leg.km / speed,
                        (true, false, None) => leg.hours,
                    })
                    .collect()
            })
            .collect();
        // A way for a vehicle may use other modes where its own does not go, at their pace; those
        // who walk walk all the way.
        let hops = (0..modes)
            .map(|m| {
                let legs: Vec<_> = world
                    .legs
                    .iter()
                    .enumerate()
                    .map(|(l, leg)| {
                        let own = hours[m][l];
                        if world.modes[m].on_foot {
                            return (leg.from, leg.to, own);
                        }
                        let ground = (0..modes)
                            .filter(|&o| world.modes[o].papers != PapersRule::Always)
                            .map(|o| hours[o][l])
                            .fold(f64::INFINITY, f64::min);
                        (leg.from, leg.to, if own.is_finite() { own } else { ground })
                    })
                    .collect();
                NextHops::build(world.places.len(), &legs)
            })
            .collect::<Vec<_>>();
        let weighted = |weight: fn(&crate::scenario::input::Place) -> f64| {
            let list: Vec<(u16, f64)> = world
                .places
                .iter()
                .enumerate()
                .filter(|(_, p)| weight(p) > 0.0)
                .map(|(i, p)| (i as u16, weight(p)))
                .collect();
            list
        };
        let offices = weighted(|p| p.asylum_weight);
        let nearest_office = (0..world.places.len())
            .map(|p| {
                offices
                    .iter()
                    .map(|&(o, _)| (o, hops.first().map_or(0.0, |h| h.cost(p, o as usize))))
                    .min_by(|a, b| a.1.total_cmp(&b.1))
                    .map_or(p as u16, |(o, _)| o)
            })
            .collect();
        let mut network = Network {
            zone: world.places.iter().map(|p| p.zone as u8).collect(),
            sleeps: world.places.iter().map(|p| p.kind != PlaceKind::Checkpoint).collect(),
            ends: world.legs.iter().map(|l| (l.from as u16, l.to as u16)).collect(),
            km: world.legs.iter().map(|l| l.km).collect(),
            hours,
            hops,
            returns: weighted(|p| p.return_weight),
            crossings: weighted(|p| p.crossing_weight),
            offices,
            hubs: world.places.iter().enumerate().filter(|(_, p)| p.waiting_hub).map(|(i, _)| i as u16).collect(),
            nearest_office,
            papers: world.modes.iter().map(|m| m.papers).collect(),
            foot_mode: world.modes.iter().position(|m| m.on_foot),
            no_choice: false,
            served: Vec::new(),
            sets: Vec::new(),
            choices: Vec::new(),
            pace: pace(params),
        };
        network.find_serving(world.places.len() as u16);
        network.weigh_modes(params);
        network
    }

    /// The same network under other parameters.
    pub fn under(&mut self, world: &World, params: &Params) {
        if pace(params) == self.pace {
            self.weigh_modes(params);
        } else {
            *self = Network::new(world, params);
        }
    }

    /// Finds the modes that serve the next leg of every way.
    fn find_serving(&mut self, places: u16) {
        for place in 0..places {
            for goal in 0..places {
                let serves = |mode: &usize| self.next_leg(*mode, place, goal).is_some();
                let set = (0..self.modes()).filter(serves).fold(0u32, |set, mode| set | 1 << mode);
                let number = self.sets.iter().position(|s| *s == set).unwrap_or_else(|| {
                    self.sets.push(set);
                    self.sets.len() - 1
                });
                self.served.push(number as u16);
            }
        }
    }

    pub fn modes(&self) -> usize {
        self.papers.len()
    }

    /// The leg a mode takes from `place` toward `goal` and its hours, if the mode serves it.
    #[inline]
    pub fn next_leg(&self, mode: usize, place: u16, goal: u16) -> Option<(usize, f64)> {
        let leg = self.hops[mode].hop(place as usize, goal as usize);
        if leg == NO_LEG {
            return None;
        }
        let hours = self.hours[mode][leg as usize];
        hours.is_finite().then_some((leg as usize, hours))
    }

    /// Hours left from `place` to `goal` by a mode (with others where it does not go).
    pub fn hours_left(&self, mode: usize, place: u16, goal: u16) -> f64 {
        self.hops[mode].cost(place as usize, goal as usize)
    }

    /// The end of a leg opposite to `place`, and whether it is walked from its `from` end.
    #[inline]
    pub fn other_end(&self, leg: usize, place: u16) -> (u16, bool) {
        let (from, to) = self.ends[leg];
        if from == place { (to, true) } else { (from, false) }
    }

    /// Where the ledger counts persons on a leg, in a direction, by a mode.
    #[inline]
    pub fn way(&self, leg: usize, forward: bool, mode: usize) -> u32 {
        ((leg * 2 + usize::from(!forward)) * self.modes() + mode) as u32
    }

    /// Where the ledger counts those at a place: there if it sleeps, else "in transit".
    pub fn spot_of(&self, place: u16) -> u16 {
        if self.sleeps[place as usize] { place } else { self.sleeps.len() as u16 }
    }

    /// Weights of the modes that serve the next leg from `place` toward `goal`, and their sum, for a
    /// household with money and with or without papers: multinomial logit, exp(utility) over a
    /// reference journey, from time, money and risk (`travel.*_weight`).
    #[inline]
    pub fn choice(&self, place: u16, goal: u16, means: f32, papers: bool) -> (&[f64], f64) {
        let class = (libm::log2f(means.max(1.0)) as usize).min(CLASSES - 1);
        let set = self.served[place as usize * self.zone.len() + goal as usize] as usize;
        let width = self.modes() + 1;
        let first = ((set * 2 + usize::from(papers)) * CLASSES + class) * width;
        let weights = &self.choices[first..first + width];
        (&weights[..width - 1], weights[width - 1])
    }

    /// Fills the table of choices for the parameters now in force.
    fn weigh_modes(&mut self, params: &Params) {
        self.no_choice = self.modes() == 1 && self.papers[0] == PapersRule::None && params.modes.open[0] > 0.0;
        let weights: Vec<Vec<f64>> = (0..CLASSES).map(|class| self.weights_of_class(class, params)).collect();
        self.choices.clear();
        for set in &self.sets {
            for papers in [false, true] {
                for weights in &weights {
                    let mut total = 0.0;
                    for (mode, weight) in weights.iter().enumerate() {
                        let open = set & 1 << mode != 0 && (papers || self.papers[mode] != PapersRule::Always);
                        let weight = if open { weight * params.modes.open[mode] } else { 0.0 };
                        total += weight;
                        self.choices.push(weight);
                    }
                    self.choices.push(total);
                }
            }
        }
    }

    /// Weights of the modes for one money class, wherever they go.
    fn weights_of_class(&self, class: usize, params: &Params) -> Vec<f64> {
        let means = libm::exp2(class as f64 + 0.5);
        let weight = |m: usize| {
            let served: Vec<usize> = (0..self.km.len()).filter(|&l| self.hours[m][l].is_finite()).collect();
            let km: f64 = served.iter().map(|&l| self.km[l]).sum();
            let hours: f64 = served.iter().map(|&l| self.hours[m][l]).sum();
            let days =
                if km > 0.0 { hours / km * params.travel.reference_km / params.travel.hours_per_day } else { 0.0 };
            let cost = (params.modes.cost_per_km[m] * params.travel.reference_km / means).min(params.travel.most_cost);
            let risk = 0.5 * (params.modes.interception[m] + params.modes.danger[m]);
            let utility = params.modes.constant[m]
                - params.travel.time_weight * days
                - params.travel.cost_weight * cost
                - params.travel.risk_weight * risk;
            if params.modes.open[m] > 0.0 { libm::exp(utility) } else { 0.0 }
        };
        (0..self.modes()).map(weight).collect()
    }
}

/// What the hours on legs depend on.
fn pace(params: &Params) -> (f64, f64) {
    (params.travel.walk_km_per_day, params.travel.hours_per_day)
}
