//! Process 5, caravans: households walking together, announced or self-organised; they rest, lose
//! people on the way, are joined, and may be dissolved by authorities.

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::enforcement::{carry_back, give_papers, intercept};
use super::household::Stage;
use super::observation::{CaravanRow, CaravanStatus, Event, State};
use super::perceptions::Perceptions;
use super::population::{Population, Stock};
use super::purpose;
use crate::engine::agenda::NEVER;
use crate::engine::draw::Key;
use crate::scenario::input::CaravanPlan;

/// A caravan on its way.
#[derive(Component, Debug, Clone, Serialize, Deserialize)]
pub struct Caravan {
    name: String,
    key: Key,
    aim: u16,
    place: u16,
    /// Kilometres left on the leg being walked; 0 = at a place.
    leg_left: f64,
    /// Leg being walked, its direction and its end.
    leg: (usize, bool, u16),
    km: f64,
    members: Vec<u32>,
    dissolve_at: Option<u16>,
    first_day: u16,
    joined: u32,
    left: u32,
    detained: u32,
    pub over: bool,
}

/// Number of caravans so far, to name those that form by themselves.
#[derive(Resource, Debug, Clone, Default, Serialize, Deserialize)]
pub struct CaravanCount(u32);

/// Forms the caravans announced for today, and those that form by themselves.
pub fn form_caravans(
    mut population: Population,
    mut commands: Commands,
    mut count: ResMut<CaravanCount>,
    beliefs: Res<Perceptions>,
) {
    let mut stock = population.open();
    if !stock.params().caravans.enabled || stock.network.foot_mode.is_none() {
        return;
    }
    let scenario = stock.today.scenario.clone();
    // People gather on the eve and leave on the date announced.
    let tomorrow = stock.today.date.saturating_add(jiff::Span::new().days(1));
    let leaving = |plan: &&CaravanPlan| plan.date == tomorrow || (stock.today.day == 0 && plan.date <= tomorrow);
    for plan in scenario.caravans.iter().filter(leaving) {
        let persons = plan.persons as f64 / f64::from(scenario.weight);
        let aims = (plan.aim as u16, plan.dissolve_at.map(|p| p as u16));
        if let Some(caravan) = gather(&mut stock, plan.id.clone(), plan.place as u16, aims, persons) {
            commands.spawn(caravan);
        }
    }
    for (place, aim) in self_organising(&stock, &beliefs) {
        count.0 += 1;
        let persons = stock.params().caravans.self_organised_size as f64 / f64::from(scenario.weight);
        let name = format!("self-organised-{}", count.0);
        if let Some(caravan) = gather(&mut stock, name, place, (aim, None), persons) {
            commands.spawn(caravan);
        }
    }
}

/// Places where a caravan forms by itself today: the hazard grows with the number stranded and
/// with lost trust in the app.
fn self_organising(stock: &Stock<'_>, beliefs: &Perceptions) -> Vec<(u16, u16)> {
    let hazard = stock.params().caravans.self_organised;
    if hazard <= 0.0 {
        return Vec::new();
    }
    let day = stock.day();
    let weight = f64::from(stock.ledger.weight);
    (0..stock.network.zone.len() as u16)
        .filter(|&place| {
            let stranded = f64::from(stock.ledger.at(place as usize, State::Stranded)) * weight;
            let p = hazard * stranded / 10_000.0 * (1.0 - beliefs.trust[place as usize]);
            stock.today.root.child((3 << 40) | u64::from(place)).happens(p, purpose::CARAVAN_FORM, day)
        })
        .filter_map(|place| nearest_goal(stock, place).map(|aim| (place, aim)))
        .collect()
}

/// The nearest hub inside the geofence that can be reached on foot, else the nearest crossing.
fn nearest_goal(stock: &Stock<'_>, place: u16) -> Option<u16> {
    let mode = stock.network.foot_mode?;
    let nearest = |places: &mut dyn Iterator<Item = u16>| {
        places
            .filter(|&p| p != place)
            .map(|p| (p, stock.network.hours_left(mode, place, p)))
            .filter(|(_, hours)| hours.is_finite())
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(p, _)| p)
    };
    let inside = |p: &u16| stock.today.inside(false, stock.network.zone[*p as usize]);
    nearest(&mut stock.network.hubs.iter().copied().filter(inside))
        .or_else(|| nearest(&mut stock.network.crossings.iter().map(|c| c.0)))
}

/// Whether a household could join where it is.
fn may_join(stock: &Stock<'_>, row: u32, place: u16) -> bool {
    let household = stock.household(row);
    let free = matches!(stock.stage(row), Stage::Stranded | Stage::Travelling | Stage::Waiting | Stage::Queueing);
    free && household.place == place && !household.on_road && !stock.ledger.national(stock.nationality(row))
}

/// Log-odds of joining against others at the place: rises with days stranded, falls with money.
fn eagerness(stock: &Stock<'_>, row: u32) -> f64 {
    let household = stock.household(row);
    let caravans = &stock.params().caravans;
    let days = f64::from(i32::from(stock.day()) - i32::from(household.entered));
    let median = stock.params().household.means_median[stock.nationality(row) as usize].max(1.0);
    let means = libm::log(f64::from(household.means.max(1.0)) / median);
    caravans.join_days_weight * days - caravans.join_means_weight * means
}

/// Gathers up to `persons` at a place: weighted sampling without replacement (Efraimidis and
/// Spirakis 2006) by eagerness.
fn gather(
    stock: &mut Stock<'_>,
    name: String,
    place: u16,
    (aim, dissolve_at): (u16, Option<u16>),
    persons: f64,
) -> Option<Caravan> {
    let mut candidates: Vec<(f64, u32)> = (0..stock.statuses.len() as u32)
        .filter(|&row| may_join(stock, row, place))
        .map(|row| {
            let u = stock.uniform(row, purpose::CARAVAN_JOIN).max(1e-300);
            (-libm::log(u) / libm::exp(eagerness(stock, row)), row)
        })
        .collect();
    candidates.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut members = Vec::new();
    let mut left = persons;
    for (_, row) in candidates {
        if left <= 0.0 {
            break;
        }
        left -= f64::from(stock.household(row).size);
        join(stock, row);
        members.push(row);
    }
    let joined = members.iter().map(|&row| u32::from(stock.household(row).size)).sum();
    let key = stock.today.root.child(name.bytes().fold(4 << 40, |id: u64, b| id.wrapping_mul(31) + u64::from(b)));
    (!members.is_empty()).then(|| Caravan {
        name,
        key,
        aim,
        place,
        leg_left: 0.0,
        leg: (0, true, place),
        km: 0.0,
        members,
        dissolve_at,
        first_day: stock.day(),
        joined,
        left: 0,
        detained: 0,
        over: false,
    })
}

fn join(stock: &mut Stock<'_>, row: u32) {
    stock.event(row, Event::CaravanJoined);
    stock.enter(row, Stage::Caravan, NEVER);
}

/// Walks every caravan for a day.
pub fn walk_caravans(mut population: Population, mut caravans: Query<&mut Caravan>) {
    let mut stock = population.open();
    for mut caravan in &mut caravans {
        let caravan = caravan.bypass_change_detection();
        if caravan.over {
            continue;
        }
        if caravan.first_day != stock.day() {
            (caravan.joined, caravan.left, caravan.detained) = (0, 0, 0);
        }
        let status = walk(&mut stock, caravan);
        record(&mut stock, caravan, status);
    }
}

/// One caravan's day.
fn walk(stock: &mut Stock<'_>, caravan: &mut Caravan) -> CaravanStatus {
    let day = stock.day();
    let params = &stock.params().caravans;
    if caravan.first_day == day {
        return CaravanStatus::Gathering;
    }
    let rests = caravan.first_day + 1 != day && caravan.key.happens(params.rest_share, purpose::CARAVAN_REST, day);
    if !rests {
        let spread = params.pace_spread * (2.0 * caravan.key.uniform(purpose::CARAVAN_PACE, day) - 1.0);
        let pace = params.pace_km * (1.0 + spread);
        advance(stock, caravan, pace);
        settle_down(stock, caravan);
    }
    lose(stock, caravan);
    if caravan.leg_left == 0.0 {
        let zone = stock.network.zone[caravan.place as usize] as usize;
        let dissolved = caravan.dissolve_at == Some(caravan.place)
            || caravan.key.happens(params.dissolve_per_day[zone], purpose::CARAVAN_DISSOLVE, day);
        if dissolved {
            dissolve(stock, caravan);
            return CaravanStatus::Dissolved;
        }
        if caravan.place == caravan.aim {
            disband(stock, caravan);
            return CaravanStatus::Arrived;
        }
        welcome(stock, caravan);
    }
    let persons = f64::from(persons(stock, caravan) * stock.ledger.weight);
    if persons < params.min_persons as f64 {
        disband(stock, caravan);
        return CaravanStatus::Ended;
    }
    if rests { CaravanStatus::Resting } else { CaravanStatus::Walking }
}

fn persons(stock: &Stock<'_>, caravan: &Caravan) -> u32 {
    caravan.members.iter().map(|&row| u32::from(stock.household(row).size)).sum()
}

/// Walks up to `pace` km toward the aim, stopping for the night at a place rather than setting out
/// again late in the day.
fn advance(stock: &mut Stock<'_>, caravan: &mut Caravan, pace: f64) {
    let Some(mode) = stock.network.foot_mode else { return };
    let late = stock.params().caravans.stop_share * pace;
    let mut left = pace;
    while left > 0.0 {
        if caravan.leg_left == 0.0 {
            if caravan.place == caravan.aim || (left < late && stock.network.sleeps[caravan.place as usize]) {
                return;
            }
            let Some((leg, _)) = stock.network.next_leg(mode, caravan.place, caravan.aim) else { return };
            let (next, forward) = stock.network.other_end(leg, caravan.place);
            caravan.leg = (leg, forward, next);
            caravan.leg_left = stock.network.km[leg];
        }
        let step = left.min(caravan.leg_left);
        left -= step;
        caravan.km += step;
        caravan.leg_left -= step;
        if caravan.leg_left < 0.5 {
            caravan.leg_left = 0.0;
            caravan.place = caravan.leg.2;
            let walked = persons(stock, caravan);
            let way = stock.network.way(caravan.leg.0, caravan.leg.1, mode);
            stock.ledger.leg(way, walked);
        }
    }
}

/// Puts the members where the caravan sleeps.
fn settle_down(stock: &mut Stock<'_>, caravan: &Caravan) {
    let on_road = caravan.leg_left > 0.0;
    for &row in &caravan.members {
        stock.change(row, |_, household| {
            household.place = caravan.place;
            household.on_road = on_road;
        });
    }
}

/// Those who leave today: detained, offered papers or buses, or too tired to go on.
fn lose(stock: &mut Stock<'_>, caravan: &mut Caravan) {
    let params = &stock.params().caravans;
    let members = std::mem::take(&mut caravan.members);
    for row in members {
        if !stock.happens(row, params.daily_loss, purpose::CARAVAN_LEAVE) {
            caravan.members.push(row);
            continue;
        }
        let size = u32::from(stock.household(row).size);
        caravan.left += size;
        stock.event(row, Event::CaravanLeft);
        stock.change(row, |_, household| household.on_road = false);
        let u = stock.uniform(row, purpose::CARAVAN_REASON);
        if u < params.loss_detained {
            caravan.detained += size;
            intercept(stock, row);
        } else if u < params.loss_detained + params.loss_papers {
            give_papers(stock, row, stock.params().enforcement.permit_days, Event::PermitIssued);
            go_on_alone(stock, row);
        } else {
            stock.strand(row);
        }
    }
}

fn go_on_alone(stock: &mut Stock<'_>, row: u32) {
    let goal = stock.goal_of(row, stock.household(row).aim);
    stock.set_off(row, goal, stock.params().caravans.leave_days);
}

/// Takes in people where the caravan sleeps.
fn welcome(stock: &mut Stock<'_>, caravan: &mut Caravan) {
    let base = stock.params().caravans.join_per_day;
    if base <= 0.0 {
        return;
    }
    let there: Vec<u32> = (0..stock.statuses.len() as u32)
        .filter(|&row| may_join(stock, row, caravan.place) && stock.household(row).since != stock.day())
        .collect();
    // A small caravan is a small pull on a large city.
    let others: u32 = there.iter().map(|&row| u32::from(stock.household(row).size)).sum();
    let pull = (f64::from(persons(stock, caravan)) / f64::from(others.max(1))).min(1.0);
    for row in there {
        let odds = base / (1.0 - base) * libm::exp(eagerness(stock, row));
        if stock.happens(row, pull * odds / (1.0 + odds), purpose::CARAVAN_JOIN) {
            join(stock, row);
            caravan.joined += u32::from(stock.household(row).size);
            caravan.members.push(row);
        }
    }
}

/// Authorities end the caravan: papers and buses for some, the others are carried back.
fn dissolve(stock: &mut Stock<'_>, caravan: &mut Caravan) {
    caravan.over = true;
    let params = &stock.params().caravans;
    for row in std::mem::take(&mut caravan.members) {
        stock.event(row, Event::CaravanLeft);
        caravan.left += u32::from(stock.household(row).size);
        if stock.happens(row, params.dissolve_papers_share, purpose::CARAVAN_PAPERS) {
            give_papers(stock, row, stock.params().enforcement.permit_days, Event::PermitIssued);
            go_on_alone(stock, row);
        } else if stock.network.returns.is_empty() {
            stock.strand(row);
        } else {
            carry_back(stock, row);
        }
    }
}

/// The caravan ends; everyone goes on alone.
fn disband(stock: &mut Stock<'_>, caravan: &mut Caravan) {
    caravan.over = true;
    for row in std::mem::take(&mut caravan.members) {
        stock.event(row, Event::CaravanLeft);
        caravan.left += u32::from(stock.household(row).size);
        stock.change(row, |_, household| household.on_road = false);
        go_on_alone(stock, row);
    }
}

fn record(stock: &mut Stock<'_>, caravan: &Caravan, status: CaravanStatus) {
    let w = stock.ledger.weight;
    let sum = |of: fn(&super::household::Household) -> u8| -> u32 {
        caravan.members.iter().map(|&row| u32::from(of(stock.household(row)))).sum::<u32>() * w
    };
    let row = CaravanRow {
        caravan: caravan.name.clone(),
        date: stock.today.date,
        place: caravan.place as usize,
        km: caravan.km,
        persons: sum(|h| h.size),
        households: caravan.members.len() as u32 * w,
        families: sum(|h| u8::from(h.children > 0)),
        small_families: sum(|h| u8::from(h.small_children > 0)),
        children: sum(|h| h.children),
        small_children: sum(|h| h.small_children),
        joined: caravan.joined * w,
        left: caravan.left * w,
        detained: caravan.detained * w,
        status,
    };
    stock.ledger.seen.caravans.push(row);
}
