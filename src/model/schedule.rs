//! The order of a day. This list is the model's table of contents.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bevy_ecs::prelude::*;
use bevy_ecs::schedule::SingleThreadedExecutor;

use super::allocation::{Allocation, allocate_slots};
use super::appointments::{ShutDown, WalkUps, admit_walk_ups, keep_appointments, shut_down};
use super::asylum::{Offices, admit_claims, follow_claims};
use super::book::AppointmentBook;
use super::calendar::{GeofenceSeen, Rows, feel_the_geofence, reserve_rows, turn_the_page};
use super::caravans::{CaravanCount, form_caravans, walk_caravans};
use super::causes::{DayAgenda, Rates, feel_the_rules, survey};
use super::confirmation::confirm_offers;
use super::crossing::{Dispositions, attempt_crossings};
use super::decisions::weigh_options;
use super::enforcement::{end_detention, end_returns, stop_in_place};
use super::harm::rob_the_waiting;
use super::household::{Clock, Household};
use super::inflow::{Arrivals, enter, enter_initial, expect_arrivals, initial_persons, mean_size};
use super::ledger::Ledger;
use super::network::Network;
use super::observation::Observation;
use super::observe::{learn, record};
use super::perceptions::Perceptions;
use super::population::{ArrivedToFile, FreeRows, Queue, Today};
use super::registration::{lose_registrations, register};
use super::sample::Sample;
use super::travel::{Journey, move_households};
use crate::engine::draw::Key;
use crate::scenario::input::{Month, Scenario};

/// A day, process by process.
fn day() -> Schedule {
    let mut schedule = Schedule::default();
    schedule.set_executor(SingleThreadedExecutor::new());
    schedule.add_systems(
        (
            (turn_the_page, shut_down, feel_the_geofence, feel_the_rules, survey).chain(),
            (expect_arrivals, reserve_rows, enter_initial, enter).chain(),
            move_households,
            (stop_in_place, end_detention, end_returns).chain(),
            (form_caravans, walk_caravans).chain(),
            (register, lose_registrations).chain(),
            allocate_slots,
            confirm_offers,
            (keep_appointments, admit_walk_ups).chain(),
            (admit_claims, follow_claims).chain(),
            weigh_options,
            attempt_crossings,
            rob_the_waiting,
            (learn, record).chain(),
        )
            .chain(),
    );
    schedule
}

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
    let scenario = Arc::new(scenario.clone());
    let mut world = open_world(&scenario, replicate, options.sample_households);
    let mut schedule = day();
    for day in 0..scenario.days() {
        if options.stop.load(Ordering::Relaxed) {
            return None;
        }
        world.resource_mut::<Today>().day = day as u16;
        schedule.run(&mut world);
        world.clear_trackers();
        (options.progress)(1);
    }
    let ledger = world.remove_resource::<Ledger>()?;
    Some(ledger.finish(&scenario))
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
    world.insert_resource(Today {
        scenario: scenario.clone(),
        day: 0,
        date: scenario.start,
        root,
        segment: 0,
        rates: Rates::of(params, inputs),
    });
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
    world.init_resource::<Queue>();
    world.init_resource::<ArrivedToFile>();
    world.init_resource::<Journey>();
    world.init_resource::<Allocation>();
    world.init_resource::<WalkUps>();
    world.init_resource::<ShutDown>();
    world.init_resource::<Offices>();
    world.init_resource::<CaravanCount>();
    world.init_resource::<GeofenceSeen>();
    let rows = initial_persons(scenario) as u32 + 1024;
    world.spawn_batch((0..rows).map(|_| (Clock::VACANT, Household::VACANT)));
    world.insert_resource(FreeRows((0..rows).rev().collect()));
    world.insert_resource(Rows(rows));
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
