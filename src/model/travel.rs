//! Process 3, travel: a day's journey toward the goal, by a mode chosen by time, money and risk.

use bevy_ecs::prelude::*;

use super::causes::{Cause, DayAgenda, for_each_due};
use super::enforcement;
use super::harm;
use super::household::{Aim, Stage};
use super::network::Network;
use super::observation::Event;
use super::population::{Population, Stock};
use super::purpose;
use super::registration::wants_to_register;
use crate::engine::agenda::{NEVER, due_after};
use crate::engine::draw::{Key, pick};
use crate::scenario::input::{PapersRule, limits};
use crate::scenario::params::Params;

/// Moves everyone whose day it is to travel, and lets the stranded try again.
pub fn move_households(mut population: Population, mut agenda: ResMut<DayAgenda>) {
    let mut stock = population.open();
    stock.ledger.take_up_moves(stock.today.day);
    for_each_due(&mut stock, &mut agenda, Cause::Move, &[Stage::Travelling], |stock, row| {
        if stock.household(row).on_road {
            arrive_from_road(stock, row);
        } else {
            travel(stock, row);
        }
    });
    for_each_due(&mut stock, &mut agenda, Cause::GoOn, &[Stage::Stranded], |stock, row| {
        let goal = stock.goal_of(row, stock.household(row).aim);
        let day = stock.day();
        stock.change(row, |status, household| {
            status.stage = Stage::Travelling;
            household.goal = goal;
            household.since = day;
            household.rest_until = 0;
        });
        travel(stock, row);
    });
}

/// Ends a leg that took more than a day.
fn arrive_from_road(stock: &mut Stock<'_>, row: u32) {
    stock.change(row, |_, household| household.on_road = false);
    reach(stock, row);
}

/// A day's journey of a household at a place (also used by those with an appointment).
pub fn travel(stock: &mut Stock<'_>, row: u32) {
    let household = stock.household(row);
    if household.place == household.goal {
        return arrive(stock, row);
    }
    if !stock.params().travel.enabled {
        return stay_on(stock, row);
    }
    match choose_mode(stock, row) {
        Some(mode) => make(stock, row, mode),
        None => stay_on(stock, row),
    }
}

/// Nobody takes it further today: stranded, or (with an appointment) tries again tomorrow.
fn stay_on(stock: &mut Stock<'_>, row: u32) {
    if stock.stage(row) == Stage::Confirmed {
        stock.wake(row, stock.day() + 1);
    } else {
        stock.strand(row);
    }
}

/// Draws a mode among those that serve the next leg, refusing people without papers where the
/// bus rule says so. `None`: stays.
#[inline]
fn choose_mode(stock: &mut Stock<'_>, row: u32) -> Option<usize> {
    if stock.network.no_choice { Some(0) } else { choose_among_modes(stock, row) }
}

fn choose_among_modes(stock: &mut Stock<'_>, row: u32) -> Option<usize> {
    let network = stock.network;
    let modes = network.modes();
    let household = *stock.household(row);
    let national = stock.ledger.national(stock.nationality(row));
    let papers = national || household.has_papers(stock.day());
    let (weights, mut total) = network.choice(household.place, household.goal, household.means, papers);
    if total <= 0.0 {
        return None;
    }
    let mode = pick(weights, total, stock.uniform(row, purpose::MODE));
    if !refuses((network, stock.params()), mode, stock.zone(row), papers, household.key, stock.day()) {
        return Some(mode);
    }
    stock.event(row, Event::BusRefused);
    let mut others = [0.0; limits::MODES];
    let others = &mut others[..modes];
    others.copy_from_slice(weights);
    for (mode, weight) in others.iter_mut().enumerate() {
        if network.papers[mode] == PapersRule::WhereRefused {
            total -= *weight;
            *weight = 0.0;
        }
    }
    let stays = stock.stage(row) != Stage::Confirmed
        && stock.happens(row, stock.params().travel.strand_share, purpose::STRANDED);
    if stays || total <= 1e-12 {
        return None;
    }
    Some(pick(others, total, stock.uniform(row, purpose::MODE_AGAIN)))
}

/// Whether a mode refuses a household without papers in a zone on a day.
#[inline]
pub fn refuses(
    (network, params): (&Network, &Params),
    mode: usize,
    zone: usize,
    papers: bool,
    key: Key,
    day: u16,
) -> bool {
    let (travel, share) = (&params.travel, params.travel.bus_refusal_share);
    !papers
        && network.papers[mode] == PapersRule::WhereRefused
        && travel.bus_refused.contains(zone)
        && key.happens(share, purpose::REFUSED, day)
}

/// How often someone is stopped on the way by a mode, against those for whom the levels hold.
#[inline]
pub fn stop_ratio(params: &Params, nationality: u8, national: bool, protected: bool, mode: usize) -> f64 {
    let enforcement = &params.enforcement;
    if !enforcement.enabled || national {
        return 0.0;
    }
    enforcement.factor
        * enforcement.nationality_ratio[nationality as usize]
        * params.modes.interception[mode]
        * if protected { enforcement.papers_ratio } else { 1.0 }
}

/// Whether someone is stopped on a day's journey of total rate `rate`, and if so at which running sum.
#[inline]
pub fn stopped(key: Key, day: u16, rate: f64) -> Option<f64> {
    if rate > 0.0 { strikes(key.uniform(purpose::STOPPED, day), rate) } else { None }
}

/// Whether someone is harmed on a day's journey of total rate `rate`.
#[inline]
pub fn harmed(key: Key, day: u16, rate: f64) -> bool {
    rate > 0.0 && strikes(key.uniform(purpose::HARMED, day), rate).is_some()
}

/// Whether an event of total rate `rate` happens, and if so at which running sum.
#[inline]
fn strikes(u: f64, rate: f64) -> Option<f64> {
    // 1 - exp(-rate) <= rate, so most draws need no logarithm.
    if u >= rate {
        return None;
    }
    let at = -libm::log1p(-u);
    (at < rate).then_some(at)
}

/// Makes the day's journey by a mode: up to where the household is stopped, if it is.
#[inline]
fn make(stock: &mut Stock<'_>, row: u32, mode: usize) {
    let (day, params) = (stock.day(), stock.params());
    let household = stock.household(row);
    let (persons, key) = (u32::from(household.size), household.key);
    let protected = household.confirmed || household.has_papers(day);
    let number = stock.trips.by((stock.network, stock.today), mode, household.place, household.goal);
    let trip = stock.trips.trip(number);
    let (mut last, mut legs, mut nights) = (trip.last, trip.legs as usize, trip.nights);
    if legs == 0 {
        return stay_on(stock, row);
    }
    let ratio = if last.stop > 0.0 {
        let nationality = stock.nationality(row);
        stop_ratio(params, nationality, stock.ledger.national(nationality), protected, mode)
    } else {
        0.0
    };
    let stopped = stopped(key, day, last.stop * ratio);
    if let Some(at) = stopped {
        let all = stock.trips.legs(trip);
        legs = all.iter().position(|leg| leg.stop * ratio > at).unwrap_or(legs - 1) + 1;
        (last, nights) = (all[legs - 1], 0);
    }
    let harmed = harmed(key, day, last.harm);
    if legs == 1 {
        let first = if trip.legs == 1 { trip.last } else { stock.trips.legs(trip)[0] };
        stock.ledger.leg(first.way, persons);
    } else {
        for leg in &stock.trips.legs(trip)[..legs] {
            stock.ledger.leg(leg.way, persons);
        }
    }
    let cost = trip.cost;
    stock.relocate(row, last.place, nights > 0, due_after(day, nights));
    stock.spend(row, cost);
    if harmed {
        harm::on_the_road(stock, row);
    }
    if stopped.is_some() {
        enforcement::intercept(stock, row);
    } else if nights == 0 && stock.stage(row) != Stage::Detained {
        reach(stock, row);
    }
}

/// The end of a day's journey: the goal, or a night on the way.
#[inline]
fn reach(stock: &mut Stock<'_>, row: u32) {
    let household = stock.household(row);
    if household.place == household.goal {
        return arrive(stock, row);
    }
    let day = stock.day();
    if stock.stage(row) == Stage::Confirmed {
        return stock.wake(row, day + 1);
    }
    let due = stock.today.rates.depart.day_after(day, household.key.bits(purpose::DEPART, day));
    let registers = wants_to_register(household, stock.params());
    stock.wake(row, due);
    if registers {
        register_on_the_way(stock, row);
    }
    stock.go_ahead(row, due);
}

/// Inside the geofence an app user may register on the way.
#[inline]
fn register_on_the_way(stock: &mut Stock<'_>, row: u32) {
    let national = stock.ledger.national(stock.nationality(row));
    if !stock.today.inside(national, stock.zone(row) as u8) {
        return;
    }
    if stock.happens(row, stock.today.rates.register, purpose::REGISTER) {
        super::registration::try_to_register(stock, row);
    }
}

/// What a household does where it wanted to go.
#[inline(always)]
fn arrive(stock: &mut Stock<'_>, row: u32) {
    if stock.stage(row) == Stage::Confirmed {
        let (day, appointment) = (stock.day(), stock.household(row).appointment);
        return stock.wake(row, appointment.max(day + 1));
    }
    match stock.household(row).aim {
        Aim::App if stock.household(row).ticket != 0 => stock.rest(row, Stage::Registered),
        Aim::App => {
            // On the day it comes, or on a later one drawn ahead.
            let today = stock.happens(row, stock.today.rates.register, purpose::REGISTER);
            if today && super::registration::may_register(stock, row) {
                stock.register(row, true);
            } else {
                stock.enter(row, Stage::Waiting, NEVER);
            }
            stock.draw_next(row);
        }
        Aim::Cross => stock.rest(row, Stage::AtBorder),
        Aim::Asylum => super::asylum::queue_up(stock, row),
        Aim::Stay => stock.rest(row, Stage::Settling),
    }
}
