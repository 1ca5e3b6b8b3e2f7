//! The order of a day. This list is the model's table of contents.

use bevy_ecs::prelude::*;
use bevy_ecs::schedule::{ScheduleConfigs, SingleThreadedExecutor};
use bevy_ecs::system::ScheduleSystem;

use super::allocation::allocate_slots;
use super::appointments::{admit_walk_ups, keep_appointments, shut_down};
use super::asylum::{admit_claims, follow_claims};
use super::calendar::{feel_the_geofence, reserve_rows, turn_the_page};
use super::caravans::{form_caravans, walk_caravans};
use super::causes::{feel_the_rules, survey};
use super::confirmation::confirm_offers;
use super::crossing::attempt_crossings;
use super::decisions::weigh_options;
use super::enforcement::{end_detention, end_returns, stop_in_place};
use super::harm::rob_the_waiting;
use super::inflow::{enter, enter_initial, expect_arrivals};
use super::observe::{learn, record};
use super::registration::{lose_registrations, register};
use super::travel::move_households;

/// Makes the systems of a process.
pub type Systems = fn() -> ScheduleConfigs<ScheduleSystem>;

/// A day, process by process: a name, and what is done.
pub const PROCESSES: [(&str, Systems); 14] = [
    ("morning", || (turn_the_page, shut_down, feel_the_geofence, feel_the_rules, survey).chain()),
    ("inflow", || (expect_arrivals, reserve_rows, enter_initial, enter).chain()),
    ("travel", || move_households.into_configs()),
    ("enforcement", || (stop_in_place, end_detention, end_returns).chain()),
    ("caravans", || (form_caravans, walk_caravans).chain()),
    ("registration", || (register, lose_registrations).chain()),
    ("allocation", || allocate_slots.into_configs()),
    ("confirmation", || confirm_offers.into_configs()),
    ("appointments", || (keep_appointments, admit_walk_ups).chain()),
    ("asylum", || (admit_claims, follow_claims).chain()),
    ("decisions", || weigh_options.into_configs()),
    ("crossing", || attempt_crossings.into_configs()),
    ("harm", || rob_the_waiting.into_configs()),
    ("evening", || (learn, record).chain()),
];

/// The schedules of a day, one for each process, in their order.
pub fn day() -> [Schedule; PROCESSES.len()] {
    PROCESSES.map(|(_, systems)| {
        let mut schedule = Schedule::default();
        schedule.set_executor(SingleThreadedExecutor::new());
        schedule.add_systems(systems());
        schedule
    })
}

/// Where a process stands in the day.
pub fn position(name: &str) -> Option<usize> {
    PROCESSES.iter().position(|(other, _)| *other == name)
}
