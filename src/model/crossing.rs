//! Process 12, crossing between ports: an attempt is detected or not; those detected are
//! released, removed, or expelled back, from where they decide anew.

use bevy_ecs::prelude::*;

use super::causes::{Cause, DayAgenda, for_each_due};
use super::household::{Aim, Stage};
use super::observation::Event;
use super::perceptions::Perceptions;
use super::population::{Population, Stock};
use super::purpose;
use crate::engine::agenda::due_after;
use crate::engine::draw::days_with_mean;
use crate::scenario::input::{Month, Scenario};

const ALL_RELEASED: [f64; 4] = [1.0, 0.0, 0.0, 0.0];

/// Shares released, removed, expelled and held, by month and nationality.
#[derive(Resource, Debug, Clone, Default)]
pub struct Dispositions {
    months: Vec<Month>,
    /// month x nationality; months without a row keep the one before.
    shares: Vec<[f64; 4]>,
    nationalities: usize,
}

impl Dispositions {
    /// The world's table, with gaps filled from the month before (or all released).
    pub fn new(scenario: &Scenario) -> Self {
        let nationalities = scenario.world.nationalities.len();
        let rows = &scenario.world.dispositions;
        let mut months: Vec<Month> = rows.iter().map(|r| r.month).collect();
        months.sort();
        months.dedup();
        let mut shares: Vec<[f64; 4]> = Vec::with_capacity(months.len() * nationalities);
        for (m, month) in months.iter().enumerate() {
            for n in 0..nationalities {
                let row = rows.iter().find(|r| r.month == *month && r.nationality == n);
                let before = if m > 0 { shares[(m - 1) * nationalities + n] } else { ALL_RELEASED };
                shares.push(row.map_or(before, |r| [r.released, r.removed, r.expelled, r.held]));
            }
        }
        Dispositions { months, shares, nationalities }
    }

    /// Shares in a month; before the table the first month's, after it the last one's.
    pub fn shares(&self, month: Month, nationality: usize) -> [f64; 4] {
        if self.months.is_empty() {
            return ALL_RELEASED;
        }
        let m = self.months.partition_point(|x| *x <= month).max(1) - 1;
        self.shares[m * self.nationalities + nationality]
    }
}

/// Those whose day it is try to cross.
pub fn attempt_crossings(
    mut population: Population,
    mut agenda: ResMut<DayAgenda>,
    mut beliefs: ResMut<Perceptions>,
    dispositions: Res<Dispositions>,
) {
    let mut stock = population.open();
    let month = Month::of(stock.today.date);
    for_each_due(&mut stock, &mut agenda, Cause::Attempt, &[Stage::AtBorder], |stock, row| {
        let n = stock.nationality(row) as usize;
        if deterred(stock, row, &beliefs) {
            return;
        }
        stock.event(row, Event::CrossingAttempt);
        let crossing = &stock.params().crossing;
        stock.spend(row, crossing.attempt_cost);
        if !stock.happens(row, crossing.detected[n], purpose::DETECTED) {
            return stock.exit(row, Event::EnteredBetweenPorts);
        }
        stock.event(row, Event::BorderPatrolEncounter);
        if stock.household(row).encounters == 0 {
            stock.event(row, Event::EncounterFirst);
        }
        let household = &mut stock.households[row as usize];
        household.encounters = household.encounters.saturating_add(1);
        let [released, removed, expelled, held] = dispositions.shares(month, n);
        let removed = removed * crossing.removed_factor;
        let expelled = expelled * crossing.expelled_factor;
        let u = stock.uniform(row, purpose::DISPOSITION) * (released + held + removed + expelled);
        let persons = u32::from(stock.household(row).size);
        if u < expelled {
            beliefs.saw_crossing(n as u8, 2, persons);
            stock.event(row, Event::ExpelledToMexico);
            try_again(stock, row);
        } else if u < expelled + removed {
            beliefs.saw_crossing(n as u8, 1, persons);
            stock.exit(row, Event::Removed);
        } else {
            // Those held stay in the country; nobody sees them released.
            let outcome = if u < expelled + removed + held { 3 } else { 0 };
            beliefs.saw_crossing(n as u8, outcome, persons);
            stock.exit(row, Event::EnteredBetweenPorts);
        }
    });
}

/// Fear of a rule newly in force holds back those who bear less risk than it, until it fades; some of
/// them turn to the app.
fn deterred(stock: &mut Stock<'_>, row: u32, beliefs: &Perceptions) -> bool {
    let decisions = &stock.params().decisions;
    let national = stock.ledger.national(stock.nationality(row));
    let fear = if national { beliefs.fear_of_nationals } else { beliefs.fear };
    let tolerance = stock.household(row).key.uniform(purpose::FEAR, 0);
    if tolerance >= fear.felt * (1.0 - decisions.direct_share_floor) {
        return false;
    }
    let app = &stock.params().app;
    let turns = app.enabled && !app.shutdown && stock.household(row).access;
    if turns && stock.happens(row, stock.params().crossing.deterred_to_app, purpose::RESUME) {
        super::decisions::turn_to(stock, row, Aim::App);
    } else {
        stock.draw_next(row);
    }
    true
}

/// Expelled: tries again after some days, or turns to the app, or goes home.
fn try_again(stock: &mut Stock<'_>, row: u32) {
    let crossing = &stock.params().crossing;
    let retry = crossing.retry[stock.nationality(row) as usize];
    let u = stock.uniform(row, purpose::RETRY);
    if u < retry {
        let days = days_with_mean(crossing.retry_days, stock.uniform(row, purpose::DEPART));
        let day = stock.day();
        stock.plan(row, Cause::Attempt, due_after(day, days));
    } else if u < retry + (1.0 - retry) * crossing.expelled_to_app {
        super::decisions::turn_to(stock, row, Aim::App);
    } else {
        stock.exit(row, Event::ReturnedHome);
    }
}
