//! A rule newly in force: fear comes with a lag and fades as people are seen released as before.

use antesala::model::observation::{Event, Observation};
use antesala::scenario::field::Value;
use antesala::scenario::input::{DispositionRow, Month};

use crate::worlds::{chain, from_day, lottery_settings, observe, scenario};

const RULE: i64 = 60;
const DAYS: i64 = 240;

/// Everyone means to cross and tries every other day; the rule comes on day 60, and of those who cross a
/// share `before` is released until then, `after` from the first of its month (day 59).
fn attempts(before: f64, after: f64, fade: f64) -> Vec<f64> {
    let mut world = chain(1);
    world.places[0].crossing_weight = 1.0;
    let row = |month, released| {
        let month = Month { year: 2001, month };
        DispositionRow { month, nationality: 0, released, removed: 1.0 - released, expelled: 0.0, held: 0.0 }
    };
    world.dispositions = vec![row(1, before), row(2, before), row(3, after)];
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
        ("decisions.reassuring_share", Value::Float(0.5)),
    ]);
    let mut scenario = scenario(world, DAYS, &settings);
    from_day(&mut scenario, RULE, &[("decisions.rule_fear", Value::Float(0.8))]);
    let seen: Observation = observe(&scenario);
    let at = |day| f64::from(seen.flows.at(day, Event::CrossingAttempt as usize, 0).persons);
    (0..DAYS as usize).map(at).collect()
}

#[test]
fn a_rule_is_not_a_step() {
    let seen = attempts(1.0, 1.0, 60.0);
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

/// Persons held back by the end.
fn held_back(seen: &[f64]) -> f64 {
    (RULE as usize..DAYS as usize).map(|d| 1000.0 - seen[d]).sum()
}

/// The same by arithmetic, where fewer are released from the day before the rule on: what is seen comes near the
/// new share by a fourteenth a day, and people are reassured as far as it lies above half of what it was when the
/// rule came. Fear only grows, so that none of those who hold back comes later.
fn expected(before: f64, after: f64, fade: f64) -> f64 {
    let toward = |seen: f64| seen + (after - seen) / 14.0;
    let known = toward(before);
    let (mut seen, mut felt, mut news, mut held) = (known, 0.0, 0.8, 0.0);
    for _ in RULE..DAYS {
        held += 1000.0 * felt;
        seen = toward(seen);
        let reassured = ((seen / known - 0.5) / 0.5).clamp(0.0, 1.0);
        felt = felt * (1.0 - reassured / fade) + news / 14.0;
        news *= 13.0 / 14.0;
    }
    held
}

#[test]
fn fear_lasts_where_fewer_are_released_than_before() {
    let mut all = Vec::new();
    for after in [0.0, 0.2, 0.3] {
        let (seen, exact) = (held_back(&attempts(0.8, after, 20.0)), expected(0.8, after, 20.0));
        assert!((seen / exact - 1.0).abs() < 0.05, "{seen} of {exact} hold back when {after} are released");
        all.push(seen);
    }
    assert!(all[0] > all[1] && all[1] > all[2], "{all:?}");
    let same = held_back(&attempts(0.8, 0.8, 20.0));
    assert!(same < 0.3 * all[0], "{same} hold back when fear has faded");
}

#[test]
fn what_counts_is_the_share_released_before() {
    // Few were released and few still are: nothing is seen to be worse, and fear fades as where all are.
    let (few, all) = (held_back(&attempts(0.1, 0.1, 20.0)), held_back(&attempts(1.0, 1.0, 20.0)));
    assert!((few - all).abs() < 0.05 * 1000.0 * (DAYS - RULE) as f64, "{few} and {all}");
}
