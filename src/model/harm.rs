//! Process 13, harm: robbery, extortion and kidnap on the road and while waiting. Counted, and
//! paid for in money and time. Rates are assumed with surveys of those found later in view.

use bevy_ecs::prelude::*;

use super::causes::{Cause, DayAgenda, for_each_due};
use super::household::Stage;
use super::observation::Event;
use super::population::{Population, Stock};
use super::purpose;
use crate::engine::agenda::due_after;
use crate::engine::draw::days_with_mean;
use crate::scenario::params::Params;

/// Events of a household per 100 km in a zone, all kinds.
#[inline]
pub fn rate(params: &Params, zone: usize) -> f64 {
    let harm = &params.harm;
    if harm.enabled { harm.robbed[zone] + harm.extorted[zone] + harm.kidnapped[zone] } else { 0.0 }
}

/// Something happened on the road; which, by the zone's rates.
pub fn on_the_road(stock: &mut Stock<'_>, row: u32) {
    let harm = &stock.params().harm;
    let zone = stock.zone(row);
    let rates = [harm.robbed[zone], harm.extorted[zone], harm.kidnapped[zone]];
    let total: f64 = rates.iter().sum();
    if total <= 0.0 {
        // The road was dangerous, the place where the day ends is not: what is commonest.
        return rob(stock, row);
    }
    match crate::engine::draw::pick(&rates, total, stock.uniform(row, purpose::HARM_KIND)) {
        0 => rob(stock, row),
        1 => {
            let cost = harm.extortion_cost;
            suffer(stock, row, Event::Extorted, cost);
        }
        _ => kidnap(stock, row),
    }
}

fn suffer(stock: &mut Stock<'_>, row: u32, event: Event, cost: f64) {
    stock.event(row, event);
    let size = stock.household(row).size;
    let nationality = stock.nationality(row);
    stock.ledger.equity_of(nationality, size).harm += f64::from(size);
    stock.spend(row, cost);
}

fn rob(stock: &mut Stock<'_>, row: u32) {
    let cost = f64::from(stock.household(row).means) * stock.params().harm.robbery_cost;
    suffer(stock, row, Event::Robbed, cost);
}

/// Held for ransom: time and nearly all money are lost.
fn kidnap(stock: &mut Stock<'_>, row: u32) {
    let cost = f64::from(stock.household(row).means) * stock.params().harm.kidnap_cost;
    suffer(stock, row, Event::Kidnapped, cost);
    let day = stock.day();
    let days = days_with_mean(stock.params().harm.kidnap_days, stock.uniform(row, purpose::HARM_DAYS));
    stock.wake(row, due_after(day, days));
    stock.change(row, |status, household| {
        household.on_road = false;
        status.stage = Stage::Detained;
        household.held_by_others = true;
    });
}

/// Robberies of people who wait.
pub fn rob_the_waiting(mut population: Population, mut agenda: ResMut<DayAgenda>) {
    let mut stock = population.open();
    let stages = [Stage::Stranded, Stage::Waiting, Stage::Registered, Stage::AtBorder, Stage::Queueing, Stage::Asylum];
    for_each_due(&mut stock, &mut agenda, Cause::Rob, &stages, |stock, row| {
        rob(stock, row);
        stock.draw_next(row);
    });
}
