//! A rule newly in force: fear comes with a lag and fades as people are seen released.

use antesala::model::observation::{Event, Observation};
use antesala::scenario::field::Value;
use antesala::scenario::input::{DispositionRow, Month};

use crate::worlds::{chain, from_day, lottery_settings, observe, scenario};

const RULE: i64 = 60;
const DAYS: i64 = 240;

/// Everyone means to cross and tries every other day; the rule comes on day 60.
fn attempts(released: f64, fade: f64) -> Vec<f64> {
    let mut world = chain(1);
    world.places[0].crossing_weight = 1.0;
    let month = Month { year: 2001, month: 1 };
    world.dispositions =
        vec![DispositionRow { month, nationality: 0, released, removed: 1.0 - released, expelled: 0.0, held: 0.0 }];
    let mut settings = lottery_settings(1000 * DAYS);
    settings.extend([
        ("household.app_share", Value::Float(0.0)),
        ("travel.enabled", Value::Bool(false)),
        ("app.enabled", Value::Bool(false)),
        ("decisions.enabled", Value::Bool(false)),
        ("crossing.enabled", Value::Bool(true)),
        ("crossing.wait_days", Value::Float(1.0)),
        ("crossing.detected", Value::Float(1.0)),
        ("crossing.deterred_to_app", Value::Float(0.0)),
        ("decisions.learning_days", Value::Float(14.0)),
        ("decisions.fear_fade_days", Value::Float(fade)),
    ]);
    let mut scenario = scenario(world, DAYS, &settings);
    from_day(&mut scenario, RULE, &[("decisions.rule_fear", Value::Float(0.8))]);
    let seen: Observation = observe(&scenario);
    let at = |day| f64::from(seen.flows.at(day, Event::CrossingAttempt as usize, 0).persons);
    (0..DAYS as usize).map(at).collect()
}

#[test]
fn a_rule_is_not_a_step() {
    let seen = attempts(1.0, 60.0);
    let rule = RULE as usize;
    let mean = |days: std::ops::Range<usize>| seen[days.clone()].iter().sum::<f64>() / days.len() as f64;
    let before = mean(rule - 20..rule);
    // A thousand a day enter and go; on the first day of the rule hardly anyone has heard of it.
    assert!((before - 1000.0).abs() < 30.0, "{before} a day before the rule");
    assert!(seen[rule] > 0.9 * before, "{} on the first day", seen[rule]);
    // Those who bear less risk than the fear hold back: up to the share of the fear that has come.
    let low = mean(rule + 10..rule + 25);
    assert!(low < 0.75 * before, "{low} while fear rises");
    // They come when it fades.
    let late = mean(DAYS as usize - 40..DAYS as usize);
    assert!(late > 1.1 * before, "{late} when fear has faded");
}

#[test]
fn fear_lasts_where_nobody_is_seen_released() {
    let held_back = |seen: &[f64]| (RULE as usize..DAYS as usize).map(|d| 1000.0 - seen[d]).sum::<f64>();
    let (all, none) = (held_back(&attempts(1.0, 20.0)), held_back(&attempts(0.0, 20.0)));
    // On day k of a rule a share 0.8 (1 - (13/14)^k) of a thousand a day hold back, and none comes later.
    let exact: f64 = (0..DAYS - RULE).map(|k| 800.0 * (1.0 - (13.0f64 / 14.0).powi(k as i32))).sum();
    assert!((none / exact - 1.0).abs() < 0.03, "{none} of {exact} hold back for fear that stays");
    assert!(all < 0.3 * none, "{all} hold back when fear has faded");
}

#[test]
fn nobody_is_reassured_by_few_releases() {
    let held_back = |seen: &[f64]| (RULE as usize..DAYS as usize).map(|d| 1000.0 - seen[d]).sum::<f64>();
    // The share that reassures is 0.3: fewer releases leave fear as it is.
    let (few, none) = (held_back(&attempts(0.2, 20.0)), held_back(&attempts(0.0, 20.0)));
    assert!((few / none - 1.0).abs() < 0.03, "{few} and {none}");
}
