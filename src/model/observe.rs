//! Processes 14 and 15, learning and observation: beliefs learn from the day, and numbers leave the model.

use bevy_ecs::prelude::*;

use super::household::{NO_DAY, Stage};
use super::observation::{WaitClock, WaitKind};
use super::perceptions::Perceptions;
use super::population::{Population, Stock, Today};
use super::waits::WaitTable;

/// Households learn from what their neighbours and compatriots met today.
pub fn learn(today: Res<Today>, mut beliefs: ResMut<Perceptions>) {
    let decisions = &today.params().decisions;
    let prior = decisions.prior_persons / f64::from(today.scenario.weight);
    beliefs.learn(decisions.learning_days, prior, decisions.fear_fade_days, decisions.reassuring_share);
}

/// Writes the day's counts, and at the end of a month the waits.
pub fn record(mut population: Population) {
    let mut stock = population.open();
    let day = stock.day();
    #[cfg(debug_assertions)]
    check(&stock);
    count_backlog(&mut stock);
    let (today, ledger) = (stock.today, &mut *stock.ledger);
    let waiting = stock.pool.waiting_by_group();
    ledger.close_day(day, |national, zone| today.inside(national, zone as u8), waiting);
    let month = stock.ledger.month_of_day[day as usize] as usize;
    if stock.ledger.month_ends[month] == stock.today.date {
        record_waits(&mut stock);
    }
    if i32::from(day) + 1 == stock.today.scenario.days() as i32 {
        censor(&mut stock);
    }
}

/// Persons registered without a confirmed appointment, at the port they asked for last.
fn count_backlog(stock: &mut Stock<'_>) {
    let day = stock.day();
    for (port, &persons) in stock.pool.waiting().iter().enumerate().take(stock.today.scenario.world.ports.len()) {
        if let Some(record) = stock.ledger.port_day(day, port) {
            record.backlog = persons;
        }
    }
}

/// Completed waits of the month and elapsed waits of those still waiting today.
fn record_waits(stock: &mut Stock<'_>) {
    let date = stock.today.date;
    let w = u64::from(stock.ledger.weight);
    let completed = std::mem::take(&mut stock.ledger.completed);
    completed.rows(date, WaitKind::Completed, w, &mut stock.ledger.seen.waits);
    let mut elapsed = WaitTable::default();
    let day = i32::from(stock.day());
    // Those who registered on the same day stand together: they are added together.
    let (joined, mut seats) = (stock.pool.joined(), stock.pool.seats());
    let nationalities = stock.today.scenario.world.nationalities.len();
    let of_nationals: [u32; 256] =
        std::array::from_fn(|n| u32::from(n < nationalities && stock.ledger.national(n as u8)));
    for alike in joined.chunk_by(|a, b| a == b) {
        let (these, later) = seats.split_at(alike.len());
        seats = later;
        let (mut all, mut nationals) = (0, 0);
        for seat in these {
            let persons = u32::from(seat.size) * u32::from(seat.standing().waits());
            all += persons;
            nationals += persons * of_nationals[usize::from(seat.group)];
        }
        let [registered, first] = alike[0].map(i32::from);
        for (national, persons) in [(false, all - nationals), (true, nationals)] {
            if persons > 0 {
                elapsed.add(WaitClock::QueueAge, national, day - registered, persons);
                elapsed.add(WaitClock::TimeWaiting, national, day - first, persons);
            }
        }
    }
    elapsed.rows(date, WaitKind::Elapsed, w, &mut stock.ledger.seen.waits);
}

/// At the end of the run everyone still waiting is lost sight of (right-censored).
fn censor(stock: &mut Stock<'_>) {
    let day = i32::from(stock.day());
    for row in 0..stock.statuses.len() {
        let (status, household) = (stock.statuses[row], stock.households[row]);
        if status.stage == Stage::Free {
            continue;
        }
        let national = stock.ledger.national(status.nationality);
        let persons = u32::from(household.size);
        if household.first_registered != NO_DAY {
            let month = stock.ledger.month(household.first_registered);
            let age = day - i32::from(household.first_registered);
            stock.ledger.cohorts.lost(WaitClock::TimeWaiting, national, month, age, persons);
        }
        if household.ticket != 0 {
            let month = stock.ledger.month(household.registered);
            let age = day - i32::from(household.registered);
            stock.ledger.cohorts.lost(WaitClock::QueueAge, national, month, age, persons);
        }
        let sum = stock.ledger.equity_of(status.nationality, household.size);
        sum.cost += f64::from(household.spent) * f64::from(persons);
    }
}

/// Rows and running stocks agree, by nationality (checked every day in debug builds).
#[cfg(debug_assertions)]
fn check(stock: &Stock<'_>) {
    let nationalities = stock.today.scenario.world.nationalities.len();
    let mut present = vec![0u32; nationalities];
    for (status, household) in stock.statuses.iter().zip(stock.households.iter()) {
        if status.stage != Stage::Free {
            present[status.nationality as usize] += u32::from(household.size);
            debug_assert!(household.size > 0, "a household without members");
        }
    }
    for (n, persons) in present.into_iter().enumerate() {
        debug_assert_eq!(persons, stock.ledger.present(n), "stock of nationality {n} on {}", stock.today.date);
    }
}
