//! The split lottery in steady state, where theory is exact.
//!
//! One place with one port: a persons arrive a day and register at once, K slots a day, a share f
//! to the oldest registrations, everyone gives up at rate g. A waiting person is served at random
//! with hazard h = (1 - f) K / N, or at age T as one of the oldest:
//!
//! N = (a - K) / g for every f;  T = ln(a / (f K)) / (h + g);
//! mean served wait = f T + (1 - f) A + lead,
//! with A = 1 / (h + g) - T exp(-(h + g) T) / (1 - exp(-(h + g) T)).

use antesala::model::observation::{Event, Observation, State, WaitClock, WaitGroup, WaitKind};
use antesala::scenario::field::Value;

use std::collections::BTreeMap;

use crate::worlds::{chain, lottery_settings, observe, observe_sampling, scenario};

const DAYS: i64 = 3400;
const BURN_IN: usize = 1400;
const A: f64 = 100.0;
const K: f64 = 70.0;
const G: f64 = 0.004;
const LEAD: f64 = 21.0;

fn settings(f: f64, more: &[(&'static str, Value)]) -> Vec<(&'static str, Value)> {
    let mut settings = lottery_settings((A * DAYS as f64) as i64);
    settings.extend([
        ("travel.enabled", Value::Bool(false)),
        ("app.share_of_inflow", Value::Float(K / A)),
        ("app.share_oldest", Value::Float(f)),
        ("app.confirm_share", Value::Float(1.0)),
        ("decisions.give_up_per_week", Value::Float(1.0 - (1.0 - G).powi(7))),
    ]);
    settings.extend_from_slice(more);
    settings
}

fn queue(f: f64, more: &[(&'static str, Value)]) -> Observation {
    observe(&scenario(chain(1), DAYS, &settings(f, more)))
}

fn mean_backlog(seen: &Observation) -> f64 {
    let days = &seen.appointments[BURN_IN..];
    days.iter().map(|d| f64::from(d.backlog)).sum::<f64>() / days.len() as f64
}

fn mean_completed(seen: &Observation, clock: WaitClock) -> f64 {
    let rows: Vec<_> = seen
        .waits
        .iter()
        .filter(|r| (r.kind, r.clock, r.group) == (WaitKind::Completed, clock, WaitGroup::All))
        .skip(BURN_IN / 30 + 1)
        .collect();
    let n: f64 = rows.iter().map(|r| r.n as f64).sum();
    rows.iter().map(|r| r.mean.unwrap_or(0.0) * r.n as f64).sum::<f64>() / n
}

fn within(what: &str, got: f64, exact: f64, tolerance: f64) {
    assert!((got / exact - 1.0).abs() < tolerance, "{what}: {got:.2}, exact {exact:.2}");
}

#[test]
fn backlog_and_waits_are_those_of_theory_for_every_split() {
    // The backlog's standard error over two thousand days is about 0.3 %: 1.5 % is five of them. DESIGN:
    // 2 % for daily steps.
    let n = (A - K) / G;
    for f in [0.0, 0.3, 0.5, 1.0] {
        let seen = queue(f, &[]);
        within(&format!("backlog at f = {f}"), mean_backlog(&seen), n, 0.015);
        let h = (1.0 - f) * K / n;
        let rate = h + G;
        let exact = if f > 0.0 {
            let t = (A / (f * K)).ln() / rate;
            let young = (-rate * t).exp();
            f * t + (1.0 - f) * (1.0 / rate - t * young / (1.0 - young))
        } else {
            1.0 / rate
        };
        // Those of the oldest are all served at one age: the mean over a finite run is close.
        within(&format!("wait at f = {f}"), mean_completed(&seen, WaitClock::QueueAge), exact + LEAD, 0.02);
    }
}

#[test]
fn the_stock_obeys_littles_law() {
    let settings = settings(0.5, &[]);
    let seen = observe_sampling(&scenario(chain(1), DAYS, &settings), u32::MAX);
    let days = BURN_IN..seen.days;
    let registered: f64 = days
        .clone()
        .map(|d| f64::from(seen.stocks_by_nationality.at(d, 0, State::Registered as usize).persons))
        .sum::<f64>()
        / days.len() as f64;
    let flow = |e: Event| {
        days.clone().map(|d| f64::from(seen.flows.at(d, e as usize, 0).persons)).sum::<f64>() / days.len() as f64
    };
    let served = flow(Event::Confirmation);
    let left = flow(Event::ReturnedHome);
    // Stock = hazard of giving up inverted: everyone in it gives up at rate g.
    within("stock from those who give up", left / G, registered, 0.015);
    within("in and out", served + left, flow(Event::Registration), 0.01);
    // Little: the stock is the rate out times the mean time in it, of those served and those who left.
    let mut entered = BTreeMap::new();
    let (mut time, mut count) = (0.0, 0.0);
    for row in &seen.paths {
        let day = f64::from((row.date - seen.first_day.unwrap()).get_days());
        match row.event {
            Event::Registration => drop(entered.insert(row.household, day)),
            Event::Offer | Event::ReturnedHome => {
                if let Some(since) = entered.remove(&row.household)
                    && day >= BURN_IN as f64
                {
                    (time, count) = (time + day - since, count + 1.0);
                }
            }
            _ => {}
        }
    }
    assert!(count > 0.9 * (served + left) * days.len() as f64, "nearly all paths are kept");
    within("Little's law", (served + left) * time / count, registered, 0.02);
}

/// A plain simulation of the same random-only queue with registrations made anew, written apart.
fn independent(loss: f64, days: usize) -> (f64, f64) {
    let mut state = 0x0123_4567_89AB_CDEF_u64;
    let mut uniform = || {
        // xorshift64*: not the model's generator.
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / (1u64 << 53) as f64
    };
    let mut pool: Vec<(usize, usize)> = Vec::new();
    let (mut queue_age, mut waited, mut n) = (0.0, 0.0, 0.0);
    for day in 0..days {
        let slots = (K * (day + 1) as f64).floor() as usize - (K * day as f64).floor() as usize;
        for _ in 0..slots.min(pool.len()) {
            let i = (uniform() * pool.len() as f64) as usize;
            let (registered, first) = pool.swap_remove(i);
            if day >= BURN_IN {
                queue_age += (day - registered) as f64;
                waited += (day - first) as f64;
                n += 1.0;
            }
        }
        pool.retain(|_| uniform() >= G);
        for person in &mut pool {
            if uniform() < loss {
                person.0 = day;
            }
        }
        pool.extend((0..A as usize).map(|_| (day, day)));
    }
    (queue_age / n, waited / n)
}

#[test]
fn the_two_clocks_agree_with_an_independent_simulation() {
    let per_week = 0.10f64;
    let seen = queue(0.0, &[("app.loss_per_week", Value::Float(per_week))]);
    let (queue_age, waited) = independent(1.0 - (1.0 - per_week).powf(1.0 / 7.0), DAYS as usize);
    within("queue age", mean_completed(&seen, WaitClock::QueueAge) - LEAD, queue_age, 0.04);
    within("time waiting", mean_completed(&seen, WaitClock::TimeWaiting) - LEAD, waited, 0.04);
}
