//! Process 11, decisions: on a random clock a waiting or stranded household weighs its options by
//! random utility (logit); and some give up.

use bevy_ecs::prelude::*;

use super::causes::{Cause, DayAgenda, for_each_due};
use super::household::{Aim, NO_DAY, Stage};
use super::observation::Event;
use super::perceptions::Perceptions;
use super::population::{Population, Stock};
use super::purpose;
use crate::engine::draw::pick;

const STAYING: [Stage; 3] = [Stage::Stranded, Stage::Waiting, Stage::Registered];

/// What a household may choose, in the order of the utilities below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    Wait,
    Cross,
    File,
    Settle,
    MoveCity,
    GoHome,
}

const CHOICES: [Choice; 6] =
    [Choice::Wait, Choice::Cross, Choice::File, Choice::Settle, Choice::MoveCity, Choice::GoHome];

/// Those who give up, and those whose clock says to think again.
pub fn weigh_options(mut population: Population, mut agenda: ResMut<DayAgenda>, beliefs: Res<Perceptions>) {
    let mut stock = population.open();
    let stages = [Stage::Stranded, Stage::Waiting, Stage::Registered, Stage::AtBorder, Stage::Queueing, Stage::Asylum];
    for_each_due(&mut stock, &mut agenda, Cause::GiveUp, &stages, |stock, row| stock.exit(row, Event::ReturnedHome));
    let shared = SharedWeights::of(&stock, &beliefs);
    for_each_due(&mut stock, &mut agenda, Cause::Weigh, &STAYING, |stock, row| {
        live_a_while(stock, row);
        let choice = choose(stock, row, &beliefs, &shared);
        act(stock, row, choice);
    });
    for_each_due(&mut stock, &mut agenda, Cause::Settle, &[Stage::Settling], |stock, row| {
        stock.exit(row, Event::Settled);
    });
}

/// Money spent and earned since the last look, about one interval of the clock.
fn live_a_while(stock: &mut Stock<'_>, row: u32) {
    let params = stock.params();
    let travel = &params.travel;
    stock.spend(row, travel.living_cost * params.decisions.mean_days);
    let household = &mut stock.households[row as usize];
    household.means += (travel.earnings * params.decisions.mean_days) as f32;
}

/// exp(utility) of the choices that weigh the same for all, or all of a nationality, today.
struct SharedWeights {
    /// By nationality.
    cross: Vec<f64>,
    file: f64,
    settle: f64,
    move_city: f64,
    go_home: f64,
}

impl SharedWeights {
    fn of(stock: &Stock<'_>, beliefs: &Perceptions) -> Self {
        let d = &stock.params().decisions;
        let cross = |n: usize| {
            let national = stock.ledger.national(n as u8);
            let fear = if national { beliefs.fear_of_nationals } else { beliefs.fear };
            let danger = (beliefs.danger[n] + fear.felt).min(1.0);
            libm::exp(d.cross[n] + d.release_weight * (beliefs.release[n] - 0.5) - d.danger_weight * danger)
        };
        SharedWeights {
            cross: (0..beliefs.danger.len()).map(cross).collect(),
            file: libm::exp(d.file),
            settle: libm::exp(d.settle),
            move_city: libm::exp(d.move_city),
            go_home: libm::exp(d.go_home),
        }
    }
}

/// Weighs the choices open to a household; a closed one weighs nothing.
fn choose(stock: &Stock<'_>, row: u32, beliefs: &Perceptions, shared: &SharedWeights) -> Choice {
    let params = stock.params();
    let d = &params.decisions;
    let household = stock.household(row);
    let n = stock.nationality(row) as usize;
    let day = i32::from(stock.day());
    let since = if household.first_registered == NO_DAY { household.entered } else { household.first_registered };
    let elapsed = f64::from(day - i32::from(since)).max(beliefs.wait[n]);
    let trust = beliefs.trust[household.place as usize];
    let poor = f64::from(household.means) < params.travel.living_cost;
    let penalty = d.patience_weight * (elapsed / f64::from(household.patience.max(1))).min(d.most_patience)
        + if poor { d.means_weight } else { 0.0 };
    let registered = household.ticket != 0;
    let wait = d.wait - penalty + if registered { d.trust_weight * (trust - 0.5) } else { 0.0 };
    let foreign = !stock.ledger.national(stock.nationality(row));
    let can_cross = params.crossing.enabled && !stock.network.crossings.is_empty() && household.aim != Aim::Cross;
    let can_file = foreign && params.asylum.enabled && !household.filed && !stock.network.offices.is_empty();
    let can_move = stock.stage(row) == Stage::Registered && stock.today.scenario.world.ports.len() > 1;
    let if_open = |open: bool, weight: f64| if open { weight } else { 0.0 };
    let weights = [
        libm::exp(wait),
        if_open(can_cross, shared.cross[n]),
        if_open(can_file, shared.file),
        shared.settle,
        if_open(can_move, shared.move_city),
        shared.go_home,
    ];
    let total = weights.iter().sum();
    CHOICES[pick(&weights, total, stock.uniform(row, purpose::WEIGH))]
}

fn act(stock: &mut Stock<'_>, row: u32, choice: Choice) {
    match choice {
        Choice::Wait => stock.draw_next(row),
        Choice::Cross => {
            stock.event(row, Event::DecidedToCross);
            turn_to(stock, row, Aim::Cross);
        }
        Choice::File => turn_to(stock, row, Aim::Asylum),
        Choice::Settle => stock.exit(row, Event::Settled),
        Choice::MoveCity => move_city(stock, row),
        Choice::GoHome => stock.exit(row, Event::ReturnedHome),
    }
}

/// Takes up another aim; a registration is kept until it is used or lost.
pub fn turn_to(stock: &mut Stock<'_>, row: u32, aim: Aim) {
    stock.change(row, |_, household| household.aim = aim);
    if aim == Aim::Cross {
        stock.unregister(row);
    }
    let goal = stock.goal_of(row, aim);
    stock.set_off(row, goal, 0.0);
}

/// Moves to the city of another port, drawn by the slots there.
fn move_city(stock: &mut Stock<'_>, row: u32) {
    let ports = &stock.today.scenario.world.ports;
    let date = stock.today.date;
    let weights: Vec<f64> =
        ports.iter().map(|p| p.shares.iter().rev().find(|(from, _)| *from <= date).map_or(0.0, |(_, s)| *s)).collect();
    let port = pick(&weights, weights.iter().sum(), stock.uniform(row, purpose::CITY));
    let place = ports[port].place as u16;
    if place == stock.household(row).place {
        return stock.draw_next(row);
    }
    stock.event(row, Event::MovedCity);
    stock.change(row, |_, household| household.port = port as u8);
    stock.pool.prefer(stock.household(row).ticket, port as u8);
    stock.set_off(row, place, 0.0);
}
