//! Who enters: everyone counted on is there, on the day counted on.

use antesala::model::observation::{Event, Observation};
use antesala::scenario::field::Value;
use antesala::scenario::input::{InitialRow, Scenario};
use jiff::civil::date;

use crate::worlds::{chain, from_day, lottery_settings, observe, scenario, total};

/// Ten persons a day for 100 days, and nothing else.
fn even(more: &[(&'static str, Value)]) -> Scenario {
    let mut settings = lottery_settings(1000);
    settings.extend([("travel.enabled", Value::Bool(false)), ("decisions.enabled", Value::Bool(false))]);
    settings.extend_from_slice(more);
    scenario(chain(1), 100, &settings)
}

fn arrivals(seen: &Observation) -> Vec<u32> {
    (0..seen.days).map(|d| seen.flows.at(d, Event::Arrival as usize, 0).persons).collect()
}

#[test]
fn a_new_rate_holds_from_its_day_and_brings_nobody_from_the_past() {
    let mut scenario = even(&[]);
    from_day(&mut scenario, 50, &[("inflow.factor", Value::Float(2.0))]);
    let expected: Vec<u32> = (0..100).map(|d| if d < 50 { 10 } else { 20 }).collect();
    assert_eq!(arrivals(&observe(&scenario)), expected);
}

#[test]
fn a_pause_is_not_made_up_for() {
    let mut scenario = even(&[]);
    from_day(&mut scenario, 30, &[("inflow.enabled", Value::Bool(false))]);
    from_day(&mut scenario, 60, &[("inflow.enabled", Value::Bool(true))]);
    let expected: Vec<u32> = (0..100).map(|d| if (30..60).contains(&d) { 0 } else { 10 }).collect();
    assert_eq!(arrivals(&observe(&scenario)), expected);
}

#[test]
fn the_first_day_has_room_for_those_there_and_those_who_come() {
    // Everyone alone, so that each person is a household.
    let mut scenario = even(&[("inflow.persons", Value::Int(300_000))]);
    std::sync::Arc::get_mut(&mut scenario.world).unwrap().initial =
        vec![InitialRow { place: 0, nationality: 0, persons: 4000.0, waited_days: 10.0 }];
    scenario.end = date(2001, 1, 3);
    let seen = observe(&scenario);
    assert_eq!(total(&seen, Event::Initial), 4000);
    assert_eq!(total(&seen, Event::Arrival), 300_000);
}

#[test]
fn a_fraction_of_a_person_a_day_is_carried_over() {
    // CONTRACT of the lottery task: floor(N (d + 1) / T) - floor(N d / T) on day d.
    let (n, t) = (730u64 * 3 + 17, 730u64);
    let mut scenario = even(&[("inflow.persons", Value::Int(n as i64))]);
    scenario.end = date(2002, 12, 31);
    let expected: Vec<u32> = (0..t).map(|d| (n * (d + 1) / t - n * d / t) as u32).collect();
    assert_eq!(arrivals(&observe(&scenario)), expected);
}
