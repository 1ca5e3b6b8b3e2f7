//! Process 3, travel: a day's journey toward the goal, by a mode chosen by time, money and risk.

use bevy_ecs::prelude::*;

use super::causes::{Cause, DayAgenda, for_each_due};
use super::enforcement;
use super::harm;
use super::household::{Aim, Stage};
use super::observation::Event;
use super::population::{Population, Stock};
use super::purpose;
use crate::engine::agenda::due_after;
use crate::engine::draw::pick;
use crate::scenario::input::{PapersRule, limits};

/// Most legs in a day's journey that are kept apart.
const MOST_LEGS: usize = 50;
const MOST_MODES: usize = limits::MODES;

/// A day's journey before anything has happened on it. One is kept and planned anew each time.
#[derive(Resource, Debug, Clone)]
pub struct Journey {
    legs: [(u32, bool, u16); MOST_LEGS],
    /// Running sums of the rates of being stopped and harmed, after each leg.
    stop: [f64; MOST_LEGS],
    harm: [f64; MOST_LEGS],
    count: usize,
    km: f64,
    /// Nights on the road beyond today, for a leg longer than a day.
    nights: u16,
}

impl Default for Journey {
    fn default() -> Self {
        Journey {
            legs: [(0, false, 0); MOST_LEGS],
            stop: [0.0; MOST_LEGS],
            harm: [0.0; MOST_LEGS],
            count: 0,
            km: 0.0,
            nights: 0,
        }
    }
}

/// Moves everyone whose day it is to travel, and lets the stranded try again.
pub fn move_households(mut population: Population, mut agenda: ResMut<DayAgenda>) {
    let mut stock = population.open();
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
        stock.change(row, |clock, household| {
            clock.stage = Stage::Travelling;
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
        Some(mode) => {
            plan(stock, row, mode);
            make(stock, row, mode);
        }
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
fn choose_mode(stock: &mut Stock<'_>, row: u32) -> Option<usize> {
    let network = stock.network;
    let modes = network.modes();
    let household = *stock.household(row);
    // No choice, and nobody to refuse.
    if modes == 1 && network.papers[0] == PapersRule::None && stock.params().modes.open[0] > 0.0 {
        return network.next_leg(0, household.place, household.goal).map(|_| 0);
    }
    let national = stock.ledger.national(stock.nationality(row));
    let papers = national || household.has_papers(stock.day());
    let mut weights = [0.0; MOST_MODES];
    let mut total = 0.0;
    let table = network.mode_weights(household.means);
    for (mode, weight) in weights.iter_mut().enumerate().take(modes) {
        let open = network.next_leg(mode, household.place, household.goal).is_some()
            && (papers || network.papers[mode] != PapersRule::Always);
        *weight = if open { table[mode] * stock.params().modes.open[mode] } else { 0.0 };
        total += *weight;
    }
    if total <= 0.0 {
        return None;
    }
    let mode = pick(&weights[..modes], total, stock.uniform(row, purpose::MODE));
    let travel = &stock.params().travel;
    let refusing = !papers
        && network.papers[mode] == PapersRule::WhereRefused
        && travel.bus_refused.contains(stock.zone(row))
        && stock.happens(row, travel.bus_refusal_share, purpose::REFUSED);
    if !refusing {
        return Some(mode);
    }
    stock.event(row, Event::BusRefused);
    for (mode, weight) in weights.iter_mut().enumerate().take(modes) {
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
    Some(pick(&weights[..modes], total, stock.uniform(row, purpose::MODE_AGAIN)))
}

/// The legs a mode covers in today's hours, with the rates of what may happen on them.
fn plan(stock: &mut Stock<'_>, row: u32, mode: usize) {
    let network = stock.network;
    let params = stock.params();
    let household = *stock.household(row);
    let nationality = stock.nationality(row) as usize;
    let protected = household.confirmed || household.has_papers(stock.day());
    let national = stock.ledger.national(nationality as u8);
    let enforcement = &params.enforcement;
    let stop_ratio = if national || !enforcement.enabled {
        0.0
    } else {
        enforcement.factor
            * enforcement.nationality_ratio[nationality]
            * params.modes.interception[mode]
            * if protected { enforcement.papers_ratio } else { 1.0 }
    };
    let journey = &mut *stock.journey;
    (journey.count, journey.km, journey.nights) = (0, 0.0, 0);
    let (mut place, mut stop, mut harmed) = (household.place, 0.0, 0.0);
    let mut hours = params.travel.hours_per_day;
    let most = (params.travel.legs_per_day as usize).min(MOST_LEGS);
    while journey.count < most && place != household.goal {
        let Some((leg, leg_hours)) = network.next_leg(mode, place, household.goal) else { break };
        if leg_hours > hours {
            // A leg longer than a day is begun only in the morning; people sleep on the road.
            if journey.count > 0 {
                break;
            }
            journey.nights = ((leg_hours / params.travel.hours_per_day).ceil() as u16).max(1) - 1;
        }
        hours -= leg_hours;
        let (next, forward) = network.other_end(leg, place);
        let zone = network.zone[place as usize] as usize;
        let hundreds = network.km[leg] / 100.0;
        stop += enforcement.level[zone] * hundreds * stop_ratio;
        harmed += harm::rate(params, zone) * hundreds * params.modes.danger[mode];
        journey.legs[journey.count] = (leg as u32, forward, next);
        journey.stop[journey.count] = stop;
        journey.harm[journey.count] = harmed;
        journey.count += 1;
        journey.km += network.km[leg];
        place = next;
        if hours <= 0.0 {
            break;
        }
    }
    // Nobody sleeps where there is nothing: go back to the last place with a bed.
    while journey.count > 1 && place != household.goal && !network.sleeps[place as usize] {
        journey.count -= 1;
        journey.km -= network.km[journey.legs[journey.count].0 as usize];
        place = journey.legs[journey.count - 1].2;
    }
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

/// Makes the journey: up to where the household is stopped, if it is.
fn make(stock: &mut Stock<'_>, row: u32, mode: usize) {
    if stock.journey.count == 0 {
        return stay_on(stock, row);
    }
    let (day, persons) = (stock.day(), u32::from(stock.household(row).size));
    let key = stock.household(row).key;
    let journey = &mut *stock.journey;
    let last = journey.count - 1;
    let stopped = journey.stop[last] > 0.0 && {
        let strike = strikes(key.uniform(purpose::STOPPED, day), journey.stop[last]);
        if let Some(at) = strike {
            let end = journey.stop[..journey.count].iter().position(|&sum| sum > at).unwrap_or(last);
            (journey.count, journey.nights) = (end + 1, 0);
        }
        strike.is_some()
    };
    let risk = journey.harm[journey.count - 1];
    let harmed = risk > 0.0 && strikes(key.uniform(purpose::HARMED, day), risk).is_some();
    for &(leg, forward, _) in &journey.legs[..journey.count] {
        stock.ledger.leg(day, leg as usize, forward, mode, persons);
    }
    let (end, nights, km) = (journey.legs[journey.count - 1].2, journey.nights, journey.km);
    stock.relocate(row, end, nights > 0, due_after(day, nights));
    let params = stock.params();
    stock.spend(row, params.modes.cost_per_km[mode] * km + params.travel.living_cost);
    if harmed {
        harm::on_the_road(stock, row);
    }
    if stopped {
        enforcement::intercept(stock, row);
    } else if nights == 0 && stock.stage(row) != Stage::Detained {
        reach(stock, row);
    }
}

/// The end of a day's journey: the goal, or a night on the way.
fn reach(stock: &mut Stock<'_>, row: u32) {
    let household = stock.household(row);
    if household.place == household.goal {
        return arrive(stock, row);
    }
    let day = stock.day();
    if stock.stage(row) == Stage::Confirmed {
        return stock.wake(row, day + 1);
    }
    let days = stock.today.rates.depart.days(stock.uniform(row, purpose::DEPART));
    stock.wake(row, due_after(day, days));
    register_on_the_way(stock, row);
}

/// Inside the geofence an app user may register on the way.
fn register_on_the_way(stock: &mut Stock<'_>, row: u32) {
    let household = stock.household(row);
    let app = &stock.params().app;
    if household.aim != Aim::App || household.ticket != 0 || !household.access || !app.enabled || app.shutdown {
        return;
    }
    let national = stock.ledger.national(stock.nationality(row));
    let inside = stock.today.inside(national, stock.zone(row) as u8);
    if inside && stock.happens(row, stock.today.rates.register, purpose::REGISTER) {
        super::registration::try_to_register(stock, row);
    }
}

/// What a household does where it wanted to go.
fn arrive(stock: &mut Stock<'_>, row: u32) {
    if stock.stage(row) == Stage::Confirmed {
        let (day, appointment) = (stock.day(), stock.household(row).appointment);
        return stock.wake(row, appointment.max(day + 1));
    }
    match stock.household(row).aim {
        Aim::App if stock.household(row).ticket != 0 => stock.rest(row, Stage::Registered),
        Aim::App => {
            stock.rest(row, Stage::Waiting);
            // On the day it comes, or on a later one drawn ahead.
            let today = stock.happens(row, stock.today.rates.register, purpose::REGISTER);
            if today && stock.household(row).access {
                super::registration::try_to_register(stock, row);
            }
        }
        Aim::Cross => stock.rest(row, Stage::AtBorder),
        Aim::Asylum => super::asylum::queue_up(stock, row),
        Aim::Stay => stock.rest(row, Stage::Settling),
    }
}
