//! The order of a day. This list is the model's table of contents.

use bevy_ecs::prelude::*;
use bevy_ecs::schedule::SingleThreadedExecutor;

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

/// A day, process by process.
pub fn day() -> Schedule {
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
