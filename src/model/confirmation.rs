//! Process 8, confirmation: offers are confirmed within the hours allowed, or lapse; an outage
//! takes the chance from its failing share unless time is added.

use bevy_ecs::prelude::*;
use jiff::ToSpan;

use super::allocation::Allocation;
use super::book::AppointmentBook;
use super::causes::{Cause, DayAgenda, for_each_due, in_turn};
use super::household::{Aim, Stage};
use super::observation::Event;
use super::perceptions::Perceptions;
use super::population::{Population, Stock};
use super::purpose;
use super::registration::{blocked, instant};
use crate::engine::agenda::{NEVER, due_after};
use crate::scenario::input::{AppFunction, Remedy};

/// What became of an offer.
enum Outcome {
    Confirmed,
    Lapsed,
    LapsedInOutage,
    /// Time was added; look again on this day.
    Later(u16),
}

/// Resolves the offers whose time is up today.
pub fn confirm_offers(
    mut population: Population,
    mut agenda: ResMut<DayAgenda>,
    mut book: ResMut<AppointmentBook>,
    mut beliefs: ResMut<Perceptions>,
    allocation: Res<Allocation>,
) {
    let mut stock = population.open();
    let mut resolve = |stock: &mut Stock<'_>, row: u32| match outcome(stock, row) {
        Outcome::Confirmed => confirm(stock, row, &mut beliefs),
        Outcome::Lapsed => lapse(stock, row, &mut book, &mut beliefs, false),
        Outcome::LapsedInOutage => lapse(stock, row, &mut book, &mut beliefs, true),
        Outcome::Later(day) => stock.wake(row, day),
    };
    for_each_due(&mut stock, &mut agenda, Cause::Confirm, &[Stage::Offered], &mut resolve);
    // With a short time to confirm, today's offers are settled today.
    in_turn(&mut stock, &allocation.offered, |stock, _, row| {
        if stock.stage(row) == Stage::Offered && stock.is_due(row) {
            resolve(stock, row);
        }
    });
}

/// A household tries at an hour of its own within the time allowed; if an outage stops it, it
/// tries again when the outage ends, if that is in time.
#[inline(always)]
fn outcome(stock: &Stock<'_>, row: u32) -> Outcome {
    let (today, app) = (stock.today, &stock.params().app);
    let household = stock.household(row);
    let confirms = household.key.happens(app.confirm_share, purpose::CONFIRM, household.since);
    if today.outage_near {
        // Hours are counted from this morning; the offer was made some midnights ago.
        let offered = app.allocation_hour - 24 * i64::from(today.day - household.since);
        let hours = (household.key.uniform(purpose::CONFIRM_HOUR, household.since) * app.confirm_hours as f64) as i64;
        let at = instant(today, offered + hours);
        let nationality = stock.nationality(row);
        let hit = blocked(today, AppFunction::Confirm, household.key, nationality, household.booked, at);
        if let Some(outage) = hit {
            let deadline = instant(today, offered + app.confirm_hours);
            let extended = match outage.remedy {
                Remedy::None => deadline,
                Remedy::Extend { hours } => deadline.saturating_add(hours.hours()),
            };
            // No time is added beyond the eve of the appointment.
            let eve = instant(today, 24 * i64::from(household.appointment - today.day));
            if outage.to >= extended.min(eve) {
                return Outcome::LapsedInOutage;
            }
            let ends = (outage.to.date() - today.date).get_days();
            if ends > 0 {
                return Outcome::Later(due_after(today.day, ends as u16));
            }
        }
    }
    if confirms { Outcome::Confirmed } else { Outcome::Lapsed }
}

/// A confirmed appointment: the household will go to the port in time.
#[inline(always)]
fn confirm(stock: &mut Stock<'_>, row: u32, beliefs: &mut Perceptions) {
    let day = stock.day();
    let household = *stock.household(row);
    let app = &stock.params().app;
    let port_place = stock.today.scenario.world.ports[household.booked as usize].place as u16;
    let leaves = household.appointment.saturating_sub(app.lead_travel_days as u16);
    let due = if household.place == port_place { household.appointment } else { leaves };
    stock.wake(row, due.max(day + 1));
    stock.change(row, |status, household| {
        status.stage = Stage::Confirmed;
        household.confirmed = true;
        household.goal = port_place;
        household.since = day;
    });
    stock.event(row, Event::Confirmation);
    let persons = u32::from(household.size);
    if let Some(record) = stock.ledger.port_day(day, household.booked as usize) {
        record.confirmed += persons;
    }
    beliefs.saw_app(household.place, persons, true);
    if stock.happens(row, app.safe_passage, purpose::SAFE) {
        stock.change(row, |_, h| h.papers_until = h.papers_until.max(h.appointment));
        stock.event(row, Event::PermitIssued);
    }
}

/// A lapse costs the offer, not the queue age; the slot is offered again.
fn lapse(stock: &mut Stock<'_>, row: u32, book: &mut AppointmentBook, beliefs: &mut Perceptions, outage: bool) {
    let household = *stock.household(row);
    let persons = u32::from(household.size);
    let group = stock.nationality(row) as usize;
    book.give_back(household.appointment as usize, household.booked as usize, group, persons);
    stock.event(row, Event::Lapse);
    if outage {
        stock.event(row, Event::LapseOutage);
    }
    let day = stock.day();
    if let Some(record) = stock.ledger.port_day(day, household.booked as usize) {
        record.lapsed += persons;
    }
    beliefs.saw_app(household.place, persons, false);
    stock.change(row, |_, household| household.appointment = NEVER);
    back_to_waiting(stock, row);
}

/// Takes up what one did before (an asylum claim, waiting, or the way to where one meant to wait)
/// after an offer came to nothing.
pub fn back_to_waiting(stock: &mut Stock<'_>, row: u32) {
    let household = *stock.household(row);
    let there = household.place == household.goal && !household.on_road;
    let national = stock.ledger.national(stock.nationality(row));
    let may_ask = !household.on_road && stock.today.inside(national, stock.zone(row) as u8);
    match household.aim {
        Aim::Asylum if there && household.filed => stock.rest(row, Stage::Asylum),
        Aim::Asylum if there => super::asylum::queue_up(stock, row),
        Aim::App if there || may_ask => stock.rest(row, Stage::Registered),
        aim => {
            let goal = stock.goal_of(row, aim);
            stock.set_off(row, goal, 0.0);
        }
    }
}
