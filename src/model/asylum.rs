//! Process 10, asylum in the transit country: a queue for access with limited capacity, then the
//! claim, perhaps a card, the decision; many leave the procedure and go on.

use std::collections::VecDeque;

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::causes::{Cause, DayAgenda, for_each_due};
use super::enforcement::give_papers;
use super::household::{Aim, Stage};
use super::observation::Event;
use super::population::{Population, Stock};
use super::purpose;
use crate::engine::dealing::Dealer;

/// Queues for access at each office.
#[derive(Resource, Debug, Clone, Default, Serialize, Deserialize)]
pub struct Offices {
    queues: Vec<VecDeque<(u32, u64)>>,
    dealers: Vec<Dealer>,
    /// Places of days to come that the last family admitted has taken.
    taken: Vec<i64>,
    arrived: Vec<u32>,
}

/// Joins the queue at the office where the household is (or the nearest one's).
pub fn queue_up(stock: &mut Stock<'_>, row: u32) {
    stock.rest(row, Stage::Queueing);
    stock.arrived_to_file.push(row);
}

/// Admits claims up to the day's capacity, in the order of arrival.
pub fn admit_claims(mut population: Population, mut offices: ResMut<Offices>) {
    let mut stock = population.open();
    let asylum = &stock.params().asylum;
    let places = stock.network.offices.len();
    if !asylum.enabled || places == 0 {
        return;
    }
    let offices = &mut *offices;
    offices.queues.resize_with(places, VecDeque::new);
    offices.dealers.resize_with(places, Dealer::default);
    offices.taken.resize(places, 0);
    collect_newcomers(&mut stock, offices);
    let total: f64 = stock.network.offices.iter().map(|o| o.1).sum();
    for office in 0..places {
        let share = stock.network.offices[office].1 / total;
        let due = asylum.capacity_per_day * share / f64::from(stock.ledger.weight);
        let mut left = i64::from(offices.dealers[office].deal(due)) - offices.taken[office];
        while left > 0 {
            let Some((row, key)) = offices.queues[office].pop_front() else { break };
            let still = stock.stage(row) == Stage::Queueing && stock.household(row).key.0 == key;
            if !still {
                continue;
            }
            left -= i64::from(stock.household(row).size);
            stock.change(row, |_, household| household.filed = true);
            stock.event(row, Event::AsylumFiled);
            stock.rest(row, Stage::Asylum);
        }
        // Capacity not used is lost, not saved for later.
        offices.taken[office] = (-left).max(0);
    }
}

/// Puts those who came to queue today in line, by a day's own order.
fn collect_newcomers(stock: &mut Stock<'_>, offices: &mut Offices) {
    let mut newcomers = std::mem::take(&mut offices.arrived);
    newcomers.clear();
    newcomers.append(stock.arrived_to_file);
    let day = stock.day();
    newcomers.sort_by_key(|&row| stock.household(row).key.bits(purpose::FILE, day));
    for &row in &newcomers {
        let household = stock.household(row);
        let nearest = stock.network.nearest_office[household.place as usize];
        let office = stock.network.offices.iter().position(|o| o.0 == nearest);
        if let Some(office) = office {
            offices.queues[office].push_back((row, household.key.0));
        }
    }
    offices.arrived = newcomers;
}

/// Cards, decisions, and people who leave the procedure.
pub fn follow_claims(mut population: Population, mut agenda: ResMut<DayAgenda>) {
    let mut stock = population.open();
    for_each_due(&mut stock, &mut agenda, Cause::ReceiveCard, &[Stage::Asylum], |stock, row| {
        let days = stock.params().asylum.card_valid_days;
        stock.households[row as usize].card = true;
        give_papers(stock, row, days, Event::CardIssued);
        stock.draw_next(row);
    });
    for_each_due(&mut stock, &mut agenda, Cause::DecideClaim, &[Stage::Asylum], |stock, row| {
        let granted = stock.params().asylum.grant_share[stock.nationality(row) as usize];
        if stock.happens(row, granted, purpose::GRANT) {
            stock.exit(row, Event::AsylumGranted);
        } else {
            stock.event(row, Event::AsylumDenied);
            go_on(stock, row);
        }
    });
    let stages = [Stage::Asylum, Stage::Queueing];
    for_each_due(&mut stock, &mut agenda, Cause::LeaveProcedure, &stages, |stock, row| {
        stock.event(row, Event::AsylumAbandoned);
        go_on(stock, row);
    });
}

/// Turns to the app or to crossing, and sets off.
fn go_on(stock: &mut Stock<'_>, row: u32) {
    let params = stock.params();
    let crossing = params.crossing.enabled && !stock.network.crossings.is_empty();
    // As those who enter today mean to.
    let means_app = params.household.app_share[stock.nationality(row) as usize];
    let app = !crossing || stock.happens(row, means_app, purpose::RESUME);
    let aim = if app { Aim::App } else { Aim::Cross };
    stock.change(row, |_, household| household.aim = aim);
    let goal = stock.goal_of(row, aim);
    stock.set_off(row, goal, 0.0);
}
