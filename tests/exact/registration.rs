//! Registration: how long it takes, and whose requests count as made from outside.

use antesala::model::observation::{Event, State};
use antesala::scenario::field::Value;

use crate::worlds::{chain, from_day, lottery_settings, observe, scenario, total};

#[test]
fn registering_takes_its_mean_number_of_days() {
    // Everyone enters at the port. Little's law: unregistered = inflow x mean days. The parameter
    // is the mean of a geometric number of days (0 allowed), variance m (m + 1), so over 300 days
    // of 200 persons the mean's standard error is below 0.02 days (with days' correlation 0.06).
    for mean in [0.0, 1.0, 3.0, 8.0] {
        let mut settings = lottery_settings(200 * 400);
        settings.extend([
            ("decisions.enabled", Value::Bool(false)),
            ("app.registration_days", Value::Float(mean)),
            ("app.share_of_inflow", Value::Float(0.0)),
        ]);
        let seen = observe(&scenario(chain(1), 400, &settings));
        let waiting: f64 = (100..400)
            .map(|d| f64::from(seen.stocks_by_nationality.at(d, 0, State::WaitingUnregistered as usize).persons))
            .sum();
        // A newcomer reaches its place the day after it enters.
        let days = waiting / 300.0 / 200.0;
        assert!((days - mean).abs() < 0.03 * mean + 1e-9, "{days:.3} days, not {mean}");
    }
}

/// Everyone is held up at the first place of two; a fifth registers from there by a false location.
fn outside(more: &[(&'static str, Value)]) -> antesala::scenario::input::Scenario {
    let mut settings = lottery_settings(100 * 120);
    settings.extend([
        ("decisions.enabled", Value::Bool(false)),
        ("travel.enabled", Value::Bool(false)),
        ("travel.retry_days", Value::Float(1.0)),
        ("travel.depart_share", Value::Float(1.0)),
        ("app.outside_share", Value::Float(0.2)),
        ("inflow.enabled", Value::Bool(true)),
    ]);
    settings.extend_from_slice(more);
    let mut scenario = scenario(chain(2), 120, &settings);
    from_day(&mut scenario, 60, &[("travel.enabled", Value::Bool(true)), ("inflow.enabled", Value::Bool(false))]);
    scenario
}

#[test]
fn requests_count_as_made_from_outside_only_while_they_are() {
    let seen = observe(&outside(&[("app.share_of_inflow", Value::Float(0.0))]));
    let asked = |day: usize| seen.flows.at(day, Event::RequestOutside as usize, 0).persons;
    let registered = |day: usize| seen.outside_geofence[day][1];
    // Diligence 1: each who registered by yesterday asks. Binomial(5900, 0.2), 4.5 deviations.
    assert!((f64::from(asked(59)) - 1160.0).abs() < 4.5 * (5900.0f64 * 0.16).sqrt() + 20.0, "{}", asked(59));
    assert!(registered(59) >= asked(59), "those who ask from outside are registered outside");
    // From day 60 the road is open and on day 61 at the latest all are at the port.
    assert_eq!((70..120).map(asked).sum::<u32>(), 0);
    assert_eq!(seen.appointments[80].requests, 6000);
}

#[test]
fn nobody_whose_offer_lapsed_on_the_way_is_left_there() {
    let seen =
        observe(&outside(&[("app.confirm_share", Value::Float(0.0)), ("app.share_of_inflow", Value::Float(0.7))]));
    assert!(total(&seen, Event::Lapse) > 1000);
    let left: u32 = (0..State::COUNT).map(|s| seen.stocks_by_place.at(119, 0, s).persons).sum();
    assert_eq!(left, 0, "still at the first place long after the road was opened");
}
