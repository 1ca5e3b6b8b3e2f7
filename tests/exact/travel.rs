//! Travel over a line of legs: times are sums of geometric rests.

use antesala::model::observation::{Event, Observation};
use antesala::scenario::field::Value;
use antesala::scenario::input::PapersRule;

use crate::worlds::{chain, lottery_settings, observe, scenario, total};

const PLACES: usize = 6;

/// Everyone enters on the first days only, on average; registrations mark arrival.
fn journey(settings: &[(&'static str, Value)]) -> Observation {
    let mut all = lottery_settings(20_000);
    all.push(("decisions.enabled", Value::Bool(false)));
    all.extend_from_slice(settings);
    observe(&scenario(chain(PLACES), 200, &all))
}

/// Mean days from entry to registration: with a constant inflow, people on the way = inflow x mean
/// time (Little's law).
fn mean_days(seen: &Observation) -> f64 {
    let window = 120..200;
    let on_the_way: f64 = window
        .clone()
        .map(|d| {
            let upto = |e: Event| -> f64 { (0..=d).map(|x| f64::from(seen.flows.at(x, e as usize, 0).persons)).sum() };
            upto(Event::Arrival) - upto(Event::Registration)
        })
        .sum::<f64>()
        / window.len() as f64;
    on_the_way / 100.0
}

#[test]
fn a_leg_a_day_without_rest_takes_as_many_days_as_legs() {
    let seen = journey(&[("travel.depart_share", Value::Float(1.0))]);
    assert_eq!(mean_days(&seen), (PLACES - 1) as f64);
}

#[test]
fn rests_are_geometric() {
    let p = 0.4;
    let seen = journey(&[("travel.depart_share", Value::Float(p))]);
    let exact = (PLACES - 1) as f64 / p;
    // 8,000 journeys in the window, variance (legs)(1 - p)/p^2 each: 4.5 standard errors.
    let tolerance = 4.5 * ((PLACES - 1) as f64 * (1.0 - p) / (p * p) / 8000.0).sqrt();
    assert!((mean_days(&seen) - exact).abs() < tolerance.max(0.1), "{} not {exact}", mean_days(&seen));
}

#[test]
fn several_short_legs_fit_in_a_day_and_a_long_one_takes_nights_on_the_road() {
    let quick = journey(&[("travel.depart_share", Value::Float(1.0)), ("travel.legs_per_day", Value::Int(5))]);
    // 20 km a day on foot and legs of 20 km: one a day all the same.
    assert_eq!(mean_days(&quick), (PLACES - 1) as f64);
    let fast = journey(&[
        ("travel.depart_share", Value::Float(1.0)),
        ("travel.legs_per_day", Value::Int(5)),
        ("travel.walk_km_per_day", Value::Float(40.0)),
    ]);
    // Two legs a day: five legs on days 1, 2 and 3 after entry.
    assert_eq!(mean_days(&fast), 3.0);
    let slow = journey(&[("travel.depart_share", Value::Float(1.0)), ("travel.walk_km_per_day", Value::Float(10.0))]);
    assert_eq!(mean_days(&slow), 2.0 * (PLACES - 1) as f64);
    let transit = slow.stocks_by_place.first - 1;
    let on_road: u32 = (0..slow.stocks_by_place.second).map(|s| slow.stocks_by_place.at(150, transit, s).persons).sum();
    assert_eq!(on_road, 100 * (PLACES as u32 - 1), "one night of each leg is on the road");
    assert_eq!(total(&slow, Event::Stranded), 0);
}

#[test]
fn one_bus_and_no_papers_means_staying() {
    let mut world = chain(3);
    (world.modes[0].papers, world.modes[0].on_foot, world.modes[0].speed_kmh) =
        (PapersRule::WhereRefused, false, Some(60.0));
    let mut settings = lottery_settings(20 * 60);
    settings.extend([
        ("travel.bus_refused", Value::List(vec!["road".into()])),
        ("travel.bus_refusal_share", Value::Float(1.0)),
        ("decisions.enabled", Value::Bool(false)),
    ]);
    let seen = observe(&scenario(world, 60, &settings));
    assert!(total(&seen, Event::BusRefused) > 1000);
    assert_eq!(total(&seen, Event::Registration), 0, "nobody gets on");
}
