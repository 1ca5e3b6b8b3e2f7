//! Process 4, enforcement: people stopped on the road and in place, and what follows: carried
//! back south, a permit, deportation, or release where they are.

use bevy_ecs::prelude::*;

use super::causes::{Cause, DayAgenda, for_each_due};
use super::goals::drawn;
use super::household::{Aim, Stage};
use super::observation::Event;
use super::population::{Population, Stock};
use super::purpose;
use crate::engine::agenda::due_after;
use crate::engine::draw::days_with_mean;

const STAYING: [Stage; 5] = [Stage::Stranded, Stage::Waiting, Stage::Registered, Stage::AtBorder, Stage::Queueing];

/// Stops people where they stay.
pub fn stop_in_place(mut population: Population, mut agenda: ResMut<DayAgenda>) {
    let mut stock = population.open();
    for_each_due(&mut stock, &mut agenda, Cause::Stop, &STAYING, intercept);
}

/// An interception: one event; the household is held. `household.interceptions` tells persons
/// from events.
pub fn intercept(stock: &mut Stock<'_>, row: u32) {
    stock.event(row, Event::Interception);
    let household = *stock.household(row);
    let nationality = stock.nationality(row);
    if household.interceptions == 0 {
        stock.event(row, Event::InterceptionFirst);
        stock.ledger.intercepted_once[nationality as usize] += u64::from(household.size);
    }
    stock.ledger.equity_of(nationality, household.size).interceptions += f64::from(household.size);
    detain(stock, row);
}

/// Holds a household where it is.
pub fn detain(stock: &mut Stock<'_>, row: u32) {
    let day = stock.day();
    let mean = stock.params().enforcement.detention_days;
    let days = days_with_mean(mean, stock.uniform(row, purpose::DETAINED));
    stock.wake(row, due_after(day, days));
    stock.change(row, |status, household| {
        household.on_road = false;
        household.interceptions = household.interceptions.saturating_add(1);
        household.held_by_others = false;
        household.since = day;
        status.stage = Stage::Detained;
    });
}

/// Ends detentions: deported, carried back, released with a permit, or released.
pub fn end_detention(mut population: Population, mut agenda: ResMut<DayAgenda>) {
    let mut stock = population.open();
    for_each_due(&mut stock, &mut agenda, Cause::EndDetention, &[Stage::Detained], |stock, row| {
        if stock.household(row).held_by_others {
            stock.change(row, |_, household| household.held_by_others = false);
            return resume(stock, row, 0.0);
        }
        let enforcement = &stock.params().enforcement;
        let u = stock.uniform(row, purpose::AFTER_STOP);
        let deported = enforcement.deported_share[stock.nationality(row) as usize];
        let returned = deported + enforcement.returned_share * (1.0 - deported);
        if u < deported {
            super::appointments::forfeit(stock, row);
            return stock.exit(row, Event::Deported);
        }
        if u < returned && !stock.network.returns.is_empty() {
            return carry_back(stock, row);
        }
        if u < returned + enforcement.permit_share {
            give_papers(stock, row, enforcement.permit_days, Event::PermitIssued);
        }
        stock.event(row, Event::Released);
        resume(stock, row, enforcement.release_days);
    });
}

/// Papers that let a household board buses and pass checkpoints for some days.
pub fn give_papers(stock: &mut Stock<'_>, row: u32, days: f64, event: Event) {
    let until = stock.day().saturating_add(days as u16);
    stock.change(row, |_, household| household.papers_until = household.papers_until.max(until));
    stock.event(row, event);
}

/// Carries a household back to one of the places of return.
pub fn carry_back(stock: &mut Stock<'_>, row: u32) {
    let u = stock.uniform(row, purpose::RETURN_PLACE);
    let to = drawn(&stock.network.returns, u).unwrap_or(stock.household(row).place);
    stock.event(row, Event::ReturnSouth);
    let day = stock.day();
    let mean = stock.params().enforcement.return_days - 1.0;
    let days = 1 + days_with_mean(mean, stock.uniform(row, purpose::RETURN_DAYS));
    stock.wake(row, due_after(day, days));
    stock.change(row, |status, household| {
        household.place = to;
        household.on_road = false;
        household.since = day;
        status.stage = Stage::Returning;
    });
}

/// Sets down those carried back; they rest, then try again.
pub fn end_returns(mut population: Population, mut agenda: ResMut<DayAgenda>) {
    let mut stock = population.open();
    for_each_due(&mut stock, &mut agenda, Cause::EndReturn, &[Stage::Returning], |stock, row| {
        let rest = stock.params().enforcement.rest_days;
        resume(stock, row, rest);
    });
}

/// Takes up the way again after being held: to an appointment still to come, or stranded for a
/// rest of a mean number of days before the next try.
pub fn resume(stock: &mut Stock<'_>, row: u32, rest: f64) {
    let day = stock.day();
    let household = *stock.household(row);
    if household.confirmed {
        if household.appointment > day {
            return stock.enter(row, Stage::Confirmed, day + 1);
        }
        super::appointments::forfeit(stock, row);
    }
    let days = days_with_mean(rest, stock.uniform(row, purpose::DEPART));
    if days == 0 || household.aim == Aim::Stay {
        let goal = stock.goal_of(row, household.aim);
        return stock.set_off(row, goal, 0.0);
    }
    stock.event(row, Event::Stranded);
    stock.change(row, |_, household| household.rest_until = day + days);
    stock.rest(row, Stage::Stranded);
}
