//! Process 9, appointments: travel to the port in time, no-shows, processed; walk-ups beside.

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::book::AppointmentBook;
use super::causes::{Cause, DayAgenda, for_each_due};
use super::household::{Aim, Stage};
use super::observation::Event;
use super::perceptions::Perceptions;
use super::population::{Population, Stock};
use super::purpose;
use crate::engine::agenda::NEVER;
use crate::engine::dealing::Dealer;

/// Takes those with an appointment toward the port, and processes those whose day it is.
pub fn keep_appointments(mut population: Population, mut agenda: ResMut<DayAgenda>, mut beliefs: ResMut<Perceptions>) {
    let mut stock = population.open();
    for_each_due(&mut stock, &mut agenda, Cause::KeepAppointment, &[Stage::Confirmed], |stock, row| {
        let household = *stock.household(row);
        if household.on_road {
            stock.change(row, |_, household| household.on_road = false);
        }
        if household.appointment > stock.day() {
            return super::travel::travel(stock, row);
        }
        // Late is a no-show: the day's slot is gone.
        let there = household.place == household.goal && household.appointment == stock.day();
        if there && !stock.happens(row, stock.params().app.no_show_share, purpose::SHOW) {
            process(stock, row, &mut beliefs);
        } else {
            forfeit(stock, row);
            super::confirmation::back_to_waiting(stock, row);
        }
    });
}

/// Processed at the port: the household leaves the model.
#[inline(always)]
fn process(stock: &mut Stock<'_>, row: u32, beliefs: &mut Perceptions) {
    let household = *stock.household(row);
    let nationality = stock.nationality(row);
    let day = stock.day();
    let persons = u32::from(household.size);
    let waited = i32::from(day) - i32::from(household.first_registered);
    if let Some(record) = stock.ledger.port_day(day, household.booked as usize) {
        record.processed += persons;
    }
    let sum = stock.ledger.equity_of(nationality, household.size);
    sum.served += f64::from(persons);
    sum.wait_days += f64::from(waited) * f64::from(persons);
    beliefs.saw_wait(nationality, waited, persons);
    if household.children > 0 {
        stock.event(row, Event::ProcessedFamily);
    }
    stock.exit(row, Event::Processed);
}

/// An appointment not kept: counted as a no-show at its port and date.
pub fn forfeit(stock: &mut Stock<'_>, row: u32) {
    let household = *stock.household(row);
    if !household.confirmed {
        return;
    }
    let persons = u32::from(household.size);
    if let Some(record) = stock.ledger.port_day(household.appointment, household.booked as usize) {
        record.no_show += persons;
    }
    stock.event(row, Event::NoShow);
    stock.change(row, |_, household| {
        household.confirmed = false;
        household.appointment = NEVER;
    });
}

/// Nationals admitted without an appointment, beside the slots.
#[derive(Resource, Debug, Clone, Default, Serialize, Deserialize)]
pub struct WalkUps {
    dealer: Dealer,
    /// Places of days to come that the last family admitted has taken.
    taken: i64,
}

/// Admits the day's walk-ups from nationals waiting at the border without an appointment.
pub fn admit_walk_ups(mut population: Population, mut walk_ups: ResMut<WalkUps>, agenda: Res<DayAgenda>) {
    let mut stock = population.open();
    let params = stock.params();
    let due = walk_ups.dealer.deal(params.app.walk_ups_per_day / f64::from(stock.ledger.weight));
    let mut left = i64::from(due) - walk_ups.taken;
    walk_ups.taken = (-left).max(0);
    if left <= 0 {
        return;
    }
    // Among those about to try between ports; by a day's own order, so that luck does not follow rows.
    let day = stock.day();
    let mut candidates: Vec<(u64, u32)> = agenda
        .0
        .list(Cause::Attempt as usize)
        .iter()
        .filter(|&&row| stock.stage(row) == Stage::AtBorder && stock.ledger.national(stock.nationality(row)))
        .map(|&row| (stock.household(row).key.bits(purpose::WALK_UP, day), row))
        .collect();
    candidates.sort_unstable();
    for (_, row) in candidates {
        if left <= 0 {
            break;
        }
        left -= i64::from(stock.household(row).size);
        stock.exit(row, Event::WalkUp);
    }
    walk_ups.taken = (-left).max(0);
}

/// At a shutdown all appointments are cancelled, offers are void and the queue ends; part of the
/// people decide within weeks to go home or to stay.
pub fn shut_down(mut population: Population, mut book: ResMut<AppointmentBook>, mut done: ResMut<ShutDown>) {
    let mut stock = population.open();
    if !stock.params().app.shutdown || done.0 {
        done.0 = stock.params().app.shutdown;
        return;
    }
    done.0 = true;
    for row in 0..stock.statuses.len() as u32 {
        if stock.stage(row) == Stage::Free {
            continue;
        }
        cancel(&mut stock, row, &mut book);
        if stock.household(row).aim == Aim::App {
            decide_after_shutdown(&mut stock, row);
        }
    }
}

/// Whether the shutdown has been carried out.
#[derive(Resource, Debug, Clone, Default, Serialize, Deserialize)]
pub struct ShutDown(bool);

fn cancel(stock: &mut Stock<'_>, row: u32, book: &mut AppointmentBook) {
    let household = *stock.household(row);
    if household.appointment != NEVER && household.appointment >= stock.day() {
        let group = stock.nationality(row) as usize;
        book.give_back(household.appointment as usize, household.booked as usize, group, u32::from(household.size));
        stock.event(row, Event::AppointmentCancelled);
    }
    stock.change(row, |_, household| {
        household.confirmed = false;
        household.appointment = NEVER;
    });
    stock.unregister(row);
    if matches!(stock.stage(row), Stage::Offered | Stage::Confirmed | Stage::Registered) {
        let on_road = stock.household(row).on_road;
        if on_road {
            stock.change(row, |_, household| household.on_road = false);
        }
        stock.rest(row, Stage::Waiting);
    }
}

/// Draws once whether the household turns home, stays, or waits to see.
fn decide_after_shutdown(stock: &mut Stock<'_>, row: u32) {
    let app = &stock.params().app;
    let u = stock.uniform(row, purpose::SHUTDOWN);
    let staying = matches!(stock.stage(row), Stage::Waiting | Stage::Stranded);
    if !staying {
        return;
    }
    if u < app.shutdown_home_share {
        let days = crate::engine::draw::days_with_mean(app.shutdown_days, stock.uniform(row, purpose::SHUTDOWN_DAYS));
        stock.plan(row, Cause::GiveUp, crate::engine::agenda::due_after(stock.day(), days));
    } else if u < app.shutdown_home_share + app.shutdown_settle_share {
        stock.change(row, |_, household| household.aim = Aim::Stay);
        stock.rest(row, Stage::Settling);
    }
}
