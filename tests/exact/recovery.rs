//! Synthetic recovery: data made by the model with known parameters; the inferred 90 % intervals hold
//! the truth as often as they claim.

use antesala::experiment::inference::{Goal, Prior, Question};
use antesala::model::{RunOptions, run};
use antesala::record::measure::{Series, measure};
use antesala::scenario::field::Value;
use antesala::scenario::input::{Scenario, TargetRow, Whose};
use jiff::ToSpan;
use rayon::prelude::*;
use std::sync::atomic::AtomicBool;

use crate::worlds::{chain, lottery_settings, scenario};

const DAYS: i64 = 200;
const REPEATS: u64 = 40;
/// Path, and bounds of the prior.
const UNKNOWN: [(&str, f64, f64); 3] =
    [("decisions.give_up_per_week", 0.005, 0.08), ("app.diligence", 0.4, 1.0), ("app.share_oldest", 0.0, 1.0)];

fn world(point: &[f64]) -> Scenario {
    let mut settings = lottery_settings(12 * DAYS);
    settings.push(("travel.enabled", Value::Bool(false)));
    settings.push(("app.lead_days", Value::Int(2)));
    settings.extend(UNKNOWN.iter().zip(point).map(|((path, _, _), x)| (*path, Value::Float(*x))));
    scenario(chain(1), DAYS, &settings)
}

/// What is observed, with the error of observation as a share of the value.
fn targets() -> Vec<(TargetRow, f64)> {
    let start = world(&[0.02, 0.8, 0.5]).start;
    let target = |series: &str, from: i64, to: i64, error: f64| {
        let row = TargetRow {
            id: format!("{series}-{from}"),
            family: "all".into(),
            series: series.into(),
            whose: Whose::All,
            place: None,
            from: start + (from - 1).days(),
            to: start + (to - 1).days(),
            value: 0.0,
            error,
            tolerance: None,
            unit: String::new(),
            kind: String::new(),
            used: false,
            naive: None,
            source_id: String::new(),
            line: 0,
        };
        (row, error)
    };
    vec![
        target("requests_per_day", 40, 60, 0.03),
        target("requests_per_day", 100, 120, 0.03),
        target("requests_per_day", 180, 200, 0.03),
        target("stock", 60, 60, 0.03),
        target("stock", 120, 120, 0.03),
        target("stock", 200, 200, 0.03),
        target("returned_home", 1, 100, 0.05),
        target("returned_home", 101, 200, 0.05),
        target("wait_completed_queue_age_mean", 60, 80, 0.05),
        target("wait_completed_queue_age_mean", 120, 140, 0.05),
        target("wait_elapsed_time_waiting_p95", 150, 170, 0.05),
    ]
}

fn observe(point: &[f64], replicate: u32, targets: &[(TargetRow, f64)]) -> Vec<f64> {
    let scenario = world(point);
    let stop = AtomicBool::new(false);
    let options = RunOptions { sample_households: 0, stop: &stop, progress: &|_| {} };
    let seen = run(&scenario, replicate, &options).expect("not stopped");
    let of = |t: &TargetRow| measure(&scenario, &seen, Series::named(&t.series).unwrap(), t).unwrap_or(f64::NAN);
    targets.iter().map(|(t, _)| of(t)).collect()
}

#[test]
fn known_parameters_are_recovered_as_often_as_claimed() {
    let targets = targets();
    let covered: Vec<[bool; 3]> = (0..REPEATS)
        .into_par_iter()
        .map(|repeat| {
            let key = antesala::engine::draw::Key::root(77, repeat as u32);
            let draw = |i: u16| key.uniform(i, 0);
            let truth: Vec<f64> =
                UNKNOWN.iter().enumerate().map(|(i, (_, low, high))| low + draw(i as u16) * (high - low)).collect();
            let exact = observe(&truth, 1_000_000, &targets);
            let goals = exact.iter().zip(&targets).enumerate().map(|(i, (x, (_, error)))| {
                let sd = error * x.abs().max(1.0);
                let shock = antesala::engine::draw::normal(draw(100 + i as u16));
                Goal { value: x + sd * shock, variance: sd * sd, weight: 1.0 }
            });
            let question = Question {
                priors: UNKNOWN
                    .iter()
                    .map(|(n, low, high)| Prior { name: n.to_string(), low: *low, high: *high })
                    .collect(),
                goals: goals.collect(),
                waves: vec![50, 50, 50],
                repeats: 12,
                start: vec![0.03, 0.7, 0.5],
                draws: 400,
                noise_ratio: 1.0,
                seed: 5 + repeat,
            };
            let mut replicate = 0;
            let answer = question.answer(|_, points| {
                let first = replicate;
                replicate += points.len() as u32;
                Some(points.iter().enumerate().map(|(i, p)| observe(p, first + i as u32 + 1, &targets)).collect())
            });
            let answer = answer.expect("nothing stops it");
            std::array::from_fn(|p| {
                let mut values: Vec<f64> = answer.draws.iter().map(|d| d[p]).collect();
                values.sort_by(f64::total_cmp);
                (values[19]..=values[379]).contains(&truth[p])
            })
        })
        .collect();
    for (p, (name, _, _)) in UNKNOWN.iter().enumerate() {
        let held = covered.iter().filter(|c| c[p]).count();
        println!("{name}: {held} of {REPEATS} intervals of 90 % hold the truth");
        // Binomial(40, 0.9): outside 31 to 40 with probability 0.9 %.
        assert!((31..=40).contains(&held), "{name}: {held} of {REPEATS}");
    }
}
