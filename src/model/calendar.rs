//! Process 1, calendar: the date, the policies in force, and what a change of policy touches.

use bevy_ecs::prelude::*;
use jiff::Span;
use serde::{Deserialize, Serialize};

use super::ahead::reach_of_today;
use super::book::AppointmentBook;
use super::caravans::Caravan;
use super::causes::{Cause, Rates};
use super::household::{Aim, Stage};
use super::households::Households;
use super::inflow::Arrivals;
use super::ledger::Ledger;
use super::network::Network;
use super::perceptions::Perceptions;
use super::population::{Population, Today};
use super::purpose;
use super::registration::outage_near;
use super::size::VACANT_PER_PORT;
use super::trips::Trips;
use crate::engine::agenda::due_after;
use crate::engine::draw::days_with_mean;

/// Turns to the next day and, where a policy begins, puts its parameters in force.
pub fn turn_the_page(
    mut today: ResMut<Today>,
    mut network: ResMut<Network>,
    mut beliefs: ResMut<Perceptions>,
    mut ledger: ResMut<Ledger>,
    mut trips: ResMut<Trips>,
    until: Res<Until>,
    caravans: Query<&Caravan>,
) {
    let today = &mut *today;
    let walking = caravans.iter().any(|caravan| !caravan.over);
    ledger.open_day(today.day);
    today.date = today.scenario.start.saturating_add(Span::new().days(i64::from(today.day)));
    // Whatever the rules in force.
    today.outage_near = outage_near(today);
    let segment = today.scenario.timeline.partition_point(|(from, _)| *from <= today.date).max(1) - 1;
    if segment == today.segment && today.day > 0 {
        today.reach = reach_of_today(today, until.0, walking);
        return;
    }
    let world = today.scenario.world.clone();
    let before = today.params().decisions.rule_fear;
    today.segment = segment;
    let after = today.params().decisions.rule_fear;
    let raised = if today.day == 0 { after } else { after - before };
    beliefs.hear_of_rule(raised, today.params().decisions.rule_reach_nationals);
    today.rates = Rates::of(today.params(), &world);
    network.under(&world, today.params());
    trips.forget();
    today.reach = reach_of_today(today, until.0, walking);
}

/// The day before which the run halts: households are not taken ahead beyond it.
#[derive(Resource, Debug, Clone, Default)]
pub struct Until(pub u16);

/// The geofence in force, to notice when it moves.
#[derive(Resource, Debug, Clone, Default, Serialize, Deserialize)]
pub struct GeofenceSeen {
    inside: Vec<(bool, bool)>,
    app: bool,
}

/// Where the geofence has moved or the app was switched on, households feel it at once: those now
/// inside may ask, and those held up there turn to the app.
pub fn feel_the_geofence(mut population: Population, mut seen: ResMut<GeofenceSeen>) {
    let mut stock = population.open();
    let app = &stock.params().app;
    let now: Vec<(bool, bool)> = app.geofence.0.iter().copied().zip(app.geofence_nationals.0.iter().copied()).collect();
    let on = app.enabled && !app.shutdown;
    if now == seen.inside && on == seen.app {
        return;
    }
    let day = stock.day();
    for row in 0..stock.statuses.len() as u32 {
        stock.refresh_standing(row);
        let (national, zone) = (stock.ledger.national(stock.nationality(row)), stock.zone(row));
        let pick = |sides: &[(bool, bool)]| {
            sides.get(zone).is_some_and(|&(foreign, nationals)| if national { nationals } else { foreign })
        };
        let newly = pick(&now) && (!pick(&seen.inside) || !seen.app) && on;
        let household = stock.household(row);
        if !newly || household.aim != Aim::App || household.ticket != 0 || !household.access {
            continue;
        }
        match stock.stage(row) {
            Stage::Stranded => {
                // They wait where they are.
                stock.change(row, |status, household| {
                    status.stage = Stage::Waiting;
                    household.goal = household.place;
                });
                stock.draw_next(row);
            }
            Stage::Waiting => {
                let mean = stock.params().app.registration_days;
                let days = days_with_mean(mean, stock.uniform(row, purpose::REGISTER));
                stock.plan(row, Cause::Register, due_after(day, days));
            }
            _ => {}
        }
    }
    *seen = GeofenceSeen { inside: now, app: on };
}

/// Keeps enough vacant rows for the day's newcomers, so that no process adds rows while others
/// hold slices.
pub fn reserve_rows(
    today: Res<Today>,
    arrivals: Res<Arrivals>,
    book: Res<AppointmentBook>,
    mut households: ResMut<Households>,
) {
    let there = if today.day == 0 { super::inflow::initial_persons(&today.scenario) } else { 0 };
    let splits = book.ports() * VACANT_PER_PORT;
    households.keep_vacant(there + arrivals.persons() + splits + 1);
}
