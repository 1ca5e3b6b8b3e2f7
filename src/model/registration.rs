//! Process 6, registration: who is inside the geofence, has access and is not stopped by an
//! outage gets a place in the queue; some lose it again.

use bevy_ecs::prelude::*;
use jiff::ToSpan;
use jiff::civil::DateTime;

use super::causes::{Cause, DayAgenda, for_each_due};
use super::household::{Aim, Household, Stage};
use super::observation::Event;
use super::population::{Population, Stock, Today};
use super::purpose;
use crate::engine::draw::{Key, mix};
use crate::scenario::input::{AppFunction, Outage};
use crate::scenario::params::Params;

/// The hour `hour` (may exceed 24) counted from the start of a day of the run.
pub fn instant(today: &Today, hour: i64) -> DateTime {
    today.date.to_datetime(jiff::civil::Time::midnight()).saturating_add(hour.hours())
}

/// Whether an outage of `function` keeps a household from it at an instant. The failing share is
/// drawn per household once per outage.
pub fn blocked(
    today: &Today,
    function: AppFunction,
    key: Key,
    nationality: u8,
    port: u8,
    at: DateTime,
) -> Option<&Outage> {
    let hits = today.scenario.outages.iter().enumerate().filter_map(|(number, outage)| {
        let concerns = (outage.function == function || outage.function == AppFunction::All)
            && outage.from <= at
            && at < outage.to
            && outage.nationalities.as_ref().is_none_or(|n| n.contains(&(nationality as usize)))
            && outage.ports.as_ref().is_none_or(|p| p.contains(&(port as usize)));
        (concerns && key.uniform(purpose::OUTAGE_HIT, luck(outage, number)) < outage.share_failing).then_some(outage)
    });
    hits.max_by_key(|outage| outage.to)
}

/// Names the luck of an outage: by its id, so that other outages do not shift it, or its number.
fn luck(outage: &Outage, number: usize) -> u16 {
    let Some(id) = &outage.id else { return number as u16 };
    let mixed = id.bytes().fold(1, |sum, byte| mix(sum ^ u64::from(byte)));
    // Numbers take the lower half.
    (mixed as u16) | 0x8000
}

/// Whether any outage touches a day (so that days without one cost nothing).
pub fn outage_near(today: &Today) -> bool {
    if today.scenario.outages.is_empty() {
        return false;
    }
    let (from, to) = (instant(today, -48), instant(today, 72));
    today.scenario.outages.iter().any(|o| o.from < to && from < o.to)
}

/// Registers those whose day it is.
pub fn register(mut population: Population, mut agenda: ResMut<DayAgenda>) {
    let mut stock = population.open();
    for_each_due(&mut stock, &mut agenda, Cause::Register, &[Stage::Waiting], try_to_register);
}

/// Registers a household where it is, if the app lets it; else it tries again later.
pub fn try_to_register(stock: &mut Stock<'_>, row: u32) {
    let waits = stock.stage(row) == Stage::Waiting;
    if may_register(stock, row) {
        stock.register(row, waits);
    }
    if waits {
        stock.draw_next(row);
    }
}

/// Whether a household that is not registered means to be, by an app that can be used.
#[inline]
pub fn wants_to_register(household: &Household, params: &Params) -> bool {
    let app = &params.app;
    household.ticket == 0 && household.aim == Aim::App && household.access && app.enabled && !app.shutdown
}

/// Whether the app takes a household's registration where it is, at its hour of the day.
#[inline(always)]
pub fn may_register(stock: &Stock<'_>, row: u32) -> bool {
    let household = stock.household(row);
    let nationality = stock.nationality(row);
    let app = &stock.params().app;
    let inside = stock.today.inside(stock.ledger.national(nationality), stock.zone(row) as u8);
    let open = app.enabled && !app.shutdown && inside && household.access && household.aim == Aim::App;
    let down = open && stock.today.outage_near && {
        let at = instant(stock.today, (stock.uniform(row, purpose::CONFIRM_HOUR) * 24.0) as i64);
        blocked(stock.today, AppFunction::Register, household.key, nationality, household.port, at).is_some()
    };
    open && !down
}

/// Registrations lost or made anew: the queue age returns to zero.
pub fn lose_registrations(mut population: Population, mut agenda: ResMut<DayAgenda>) {
    let mut stock = population.open();
    let stages = [
        Stage::Registered,
        Stage::Waiting,
        Stage::Stranded,
        Stage::AtBorder,
        Stage::Queueing,
        Stage::Asylum,
        Stage::Settling,
    ];
    for_each_due(&mut stock, &mut agenda, Cause::LoseRegistration, &stages, |stock, row| {
        stock.event(row, Event::RegistrationLost);
        stock.unregister(row);
        match stock.stage(row) {
            Stage::Registered => {
                stock.change(row, |status, _| status.stage = Stage::Waiting);
                try_to_register(stock, row);
            }
            _ => stock.draw_next(row),
        }
    });
}
