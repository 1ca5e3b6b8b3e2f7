//! A replicate under way: days run one after another, and a history that several scenarios share is
//! run once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bevy_ecs::prelude::*;
use jiff::civil::Date;

use super::allocation::Allocation;
use super::appointments::{ShutDown, WalkUps};
use super::asylum::Offices;
use super::book::AppointmentBook;
use super::calendar::{GeofenceSeen, Until};
use super::caravans::CaravanCount;
use super::causes::{DayAgenda, Rates, RulesFelt};
use super::crossing::Dispositions;
use super::households::Households;
use super::inflow::{Arrivals, initial_persons, mean_size};
use super::ledger::Ledger;
use super::network::Network;
use super::observation::Observation;
use super::perceptions::Perceptions;
use super::population::{ArrivedToFile, Queue, Today};
use super::sample::Sample;
use super::schedule::{self, PROCESSES};
use super::size::room;
use super::state::{self, SavedState, Standing, State};
use super::trips::Trips;
use crate::engine::draw::Key;
use crate::engine::pool::Pool;
use crate::scenario::input::{Month, Scenario};

/// How to run one replicate.
pub struct RunOptions<'a> {
    /// Households whose paths are kept.
    pub sample_households: u32,
    /// Set by others to end the run early.
    pub stop: &'a AtomicBool,
    /// Called with the number of days done since the last call.
    pub progress: &'a (dyn Fn(u32) + Sync),
}

/// Runs one replicate of a scenario (1, 2, ...). `None` if it was stopped.
pub fn run(scenario: &Scenario, replicate: u32, options: &RunOptions<'_>) -> Option<Observation> {
    let mut simulation = Simulation::new(scenario, replicate, options.sample_households);
    simulation.run_to(scenario.days(), options).then(|| simulation.finish())
}

/// One replicate of a scenario, run to some day.
pub struct Simulation {
    world: World,
    /// One for each process of a day.
    schedules: [Schedule; PROCESSES.len()],
    scenario: Arc<Scenario>,
    replicate: u32,
    sample_households: u32,
    /// Days done.
    day: usize,
    /// Processes done of the day under way.
    processes: usize,
}

impl Simulation {
    /// On the eve of the first day; `replicate` counts from 1, paths of about `sample_households` are kept.
    pub fn new(scenario: &Scenario, replicate: u32, sample_households: u32) -> Self {
        let scenario = Arc::new(scenario.clone());
        let world = open_world(&scenario, replicate, sample_households);
        let schedules = schedule::day();
        Simulation { world, schedules, scenario, replicate, sample_households, day: 0, processes: 0 }
    }

    /// Runs until so many days are done. False if it was stopped before.
    pub fn run_to(&mut self, day: usize, options: &RunOptions<'_>) -> bool {
        let day = day.min(self.scenario.days());
        while self.day < day {
            if options.stop.load(Ordering::Relaxed) {
                return false;
            }
            self.world.resource_mut::<Until>().0 = day as u16;
            for _ in self.processes..PROCESSES.len() {
                self.run_next();
            }
            (options.progress)(1);
        }
        true
    }

    /// Runs what comes before a process in the day under way.
    ///
    /// # Panics
    /// There is no such process, it is done already, or the run is over.
    pub fn run_before(&mut self, process: &str) {
        let position = schedule::position(process)
            .unwrap_or_else(|| panic!("there is no process `{process}`: {:?}", PROCESSES.map(|(name, _)| name)));
        assert!(self.day < self.scenario.days(), "the run is over");
        assert!(self.processes <= position, "`{process}` is done already on this day");
        self.world.resource_mut::<Until>().0 = self.day as u16;
        for _ in self.processes..position {
            self.run_next();
        }
    }

    /// Runs a process that is the next of the day under way, for those who time it.
    ///
    /// # Panics
    /// It is not the next, or the run is over.
    pub fn run_process(&mut self, process: &str) {
        assert!(self.day < self.scenario.days(), "the run is over");
        let next = PROCESSES[self.processes].0;
        assert_eq!(process, next, "the next process of the day is another");
        self.world.resource_mut::<Until>().0 = self.day as u16;
        self.run_next();
    }

    /// The last process ends the day.
    fn run_next(&mut self) {
        self.world.resource_mut::<Today>().day = self.day as u16;
        self.schedules[self.processes].run(&mut self.world);
        self.processes += 1;
        if self.processes == PROCESSES.len() {
            self.world.clear_trackers();
            self.day += 1;
            self.processes = 0;
        }
    }

    /// The same history gone on with under another scenario: the same, bit for bit, as that scenario
    /// run from its start, if both agree on all days done (see [`super::shared_days`]).
    ///
    /// # Panics
    /// A day is under way, or a run to a later day was stopped.
    pub fn branch(&mut self, scenario: &Scenario) -> Simulation {
        self.refuse_to_part();
        let (replicate, sample) = (self.replicate, self.sample_households);
        if self.day == 0 {
            return Simulation::new(scenario, replicate, sample);
        }
        let scenario = Arc::new(scenario.clone());
        let mut world = World::new();
        state::copy(&self.world, &mut world);
        let today = self.world.resource::<Today>();
        let root = today.root;
        begin_anew(&mut world, &scenario, under(today.clone(), &scenario));
        world.insert_resource(self.world.resource::<AppointmentBook>().under(&self.scenario, &scenario));
        world.insert_resource(self.world.resource::<Arrivals>().under(&self.scenario, &scenario, root));
        world.spawn_batch(state::caravans(&mut self.world));
        let schedules = schedule::day();
        Simulation { world, schedules, scenario, replicate, sample_households: sample, day: self.day, processes: 0 }
    }

    /// Everything that the days to come depend on, besides the scenario.
    ///
    /// # Panics
    /// A day is under way, none is done, or a run to a later day was stopped.
    pub fn state(&mut self) -> State<'_> {
        assert!(self.day > 0, "no day is done");
        self.refuse_to_part();
        let standing = Standing::new(self.replicate, self.sample_households, self.day, self.world.resource());
        State::of(&mut self.world, standing)
    }

    /// Goes on from what was saved of the same scenario.
    ///
    /// # Errors
    /// Why it cannot be a state of this scenario.
    pub fn restore(saved: SavedState, scenario: &Scenario) -> Result<Simulation, &'static str> {
        if let Some(reason) = saved.misfit(scenario) {
            return Err(reason);
        }
        let scenario = Arc::new(scenario.clone());
        let Standing { replicate, sample_households, day, .. } = saved.standing;
        let today = saved.standing.page(first_page(&scenario, replicate));
        let mut world = World::new();
        begin_anew(&mut world, &scenario, under(today, &scenario));
        saved.put_into(&mut world);
        let schedules = schedule::day();
        Ok(Simulation { world, schedules, scenario, replicate, sample_households, day, processes: 0 })
    }

    /// Days done.
    pub fn day(&self) -> usize {
        self.day
    }

    fn refuse_to_part(&self) {
        assert_eq!(self.processes, 0, "a day is under way");
        let until = self.world.resource::<Until>().0;
        assert!(usize::from(until) <= self.day, "the run was stopped on its way to day {until}");
    }

    /// What was seen.
    pub fn finish(mut self) -> Observation {
        let ledger = self.world.remove_resource::<Ledger>().expect("put there at the start");
        ledger.finish(&self.scenario)
    }
}

/// What follows from the scenario and the day alone, or was made under other rules, perhaps.
fn begin_anew(world: &mut World, scenario: &Arc<Scenario>, today: Today) {
    world.init_resource::<Trips>();
    world.init_resource::<Until>();
    world.insert_resource(RulesFelt(today.segment));
    world.insert_resource(today);
    world.insert_resource(Dispositions::new(scenario));
}

/// The day, with what a scenario has in force on it.
fn under(today: Today, scenario: &Arc<Scenario>) -> Today {
    let segment = scenario.timeline.partition_point(|(from, _)| *from <= today.date).max(1) - 1;
    let rates = Rates::of(&scenario.timeline[segment].1, &scenario.world);
    Today { scenario: scenario.clone(), segment, rates, ..today }
}

/// Most days ahead that a day's allocation looks at, besides the lead of its appointments.
const BOOK_REACH: usize = super::book::BORROW_REACH;

/// Number of first days on which two scenarios cannot differ, whatever chance does.
pub fn shared_days(a: &Scenario, b: &Scenario) -> usize {
    let globals = |s: &Scenario| (s.seed, s.start, s.end, s.record_from, s.weight);
    if globals(a) != globals(b) || (!Arc::ptr_eq(&a.world, &b.world) && a.world.files != b.world.files) {
        return 0;
    }
    let day = |date: jiff::civil::Date| (date - a.start).get_days().max(0) as usize;
    let mut shared = a.days().min(day_rules_differ(a, b));
    // Chance is drawn by an event's number: those before the first that differs are the same.
    let first_other = |x: &mut dyn Iterator<Item = Option<Date>>| x.flatten().min();
    let dates = [
        first_other(&mut tails(&a.pulses, &b.pulses).map(|p| Some(p.from))),
        first_other(&mut tails(&a.outages, &b.outages).map(|o| Some(o.from.date()))),
        first_other(&mut tails(&a.caravans, &b.caravans).map(|c| Some(c.date))),
    ];
    for date in dates.into_iter().flatten() {
        // People gather, and offers are answered, from the eve on.
        shared = shared.min(day(date).saturating_sub(2));
    }
    shared
}

/// What two lists have from the first place on where they differ.
fn tails<'a, T: PartialEq>(a: &'a [T], b: &'a [T]) -> impl Iterator<Item = &'a T> {
    let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    a[same..].iter().chain(&b[same..])
}

/// The first day on which rules that differ can be felt.
fn day_rules_differ(a: &Scenario, b: &Scenario) -> usize {
    let lead = |s: &Scenario| s.timeline.iter().map(|(_, p)| p.app.lead_days).max().unwrap_or(0) as usize;
    let ahead = lead(a).max(lead(b)) + BOOK_REACH + 1;
    let mut dates: Vec<_> = a.timeline.iter().chain(&b.timeline).map(|(from, _)| *from).collect();
    dates.sort_unstable();
    dates.dedup();
    let mut first = a.days();
    for date in dates {
        let (p, q) = (a.params_on(date), b.params_on(date));
        let day = (date.max(a.start) - a.start).get_days() as usize;
        if p != q {
            // The book of slots is known ahead; nothing else of the future is.
            first = first.min(if p.app == q.app { day } else { day.saturating_sub(ahead) });
        }
    }
    first
}

/// The eve of the first day.
fn first_page(scenario: &Arc<Scenario>, replicate: u32) -> Today {
    Today {
        scenario: scenario.clone(),
        day: 0,
        date: scenario.start,
        root: Key::root(scenario.seed, replicate),
        segment: 0,
        rates: Rates::of(scenario.params_on(scenario.start), &scenario.world),
        reach: 0,
        outage_near: false,
    }
}

/// A world on the eve of the first day.
fn open_world(scenario: &Arc<Scenario>, replicate: u32, sample: u32) -> World {
    let params = scenario.params_on(scenario.start);
    let inputs = &scenario.world;
    let root = Key::root(scenario.seed, replicate);
    let dispositions = Dispositions::new(scenario);
    let beliefs: Vec<(f64, f64)> = (0..inputs.nationalities.len())
        .map(|n| {
            let [released, removed, expelled, _] = dispositions.shares(Month::of(scenario.start), n);
            (released, removed + expelled)
        })
        .collect();
    let mut world = World::new();
    world.insert_resource(first_page(scenario, replicate));
    let foreign = inputs.nationalities.iter().map(|n| !n.national).collect();
    let trust = params.decisions.initial_trust;
    world.insert_resource(Perceptions::new(inputs.places.len(), foreign, trust, &beliefs));
    world.insert_resource(Network::new(inputs, params));
    world.insert_resource(AppointmentBook::new(scenario));
    world.insert_resource(Arrivals::new(scenario, root));
    world.insert_resource(dispositions);
    world.insert_resource(Ledger::new(scenario, replicate));
    world.insert_resource(sample_of(scenario, sample));
    world.init_resource::<DayAgenda>();
    world.insert_resource(Queue(Pool::with_room(room(scenario))));
    world.init_resource::<ArrivedToFile>();
    world.init_resource::<Trips>();
    world.init_resource::<Allocation>();
    world.init_resource::<WalkUps>();
    world.init_resource::<ShutDown>();
    world.init_resource::<Offices>();
    world.init_resource::<CaravanCount>();
    world.init_resource::<GeofenceSeen>();
    world.init_resource::<RulesFelt>();
    world.init_resource::<Until>();
    let rows = initial_persons(scenario) + 1024;
    world.insert_resource(Households::new(rows, room(scenario)));
    world
}

/// Takes each household with the probability that gives about as many as wanted.
fn sample_of(scenario: &Scenario, wanted: u32) -> Sample {
    let params = scenario.params_on(scenario.start);
    let table = |of: usize| scenario.world.inflow.iter().filter(move |r| r.nationality == of).map(|r| r.persons);
    let all: f64 = scenario.world.inflow.iter().map(|r| r.persons).sum();
    let households = |n: usize| table(n).sum::<f64>() / mean_size(&params.household, n);
    let table_households: f64 = (0..scenario.world.nationalities.len()).map(households).sum();
    let persons = if params.inflow.persons == 0 { all } else { params.inflow.persons as f64 };
    let expected = table_households * persons / all.max(1.0) * params.inflow.factor / f64::from(scenario.weight);
    Sample::new((f64::from(wanted) / expected.max(1.0)).min(1.0))
}
