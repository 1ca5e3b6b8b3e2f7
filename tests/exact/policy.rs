//! A change of policy is felt from its day on.

use antesala::model::observation::Event;
use antesala::scenario::field::Value;

use crate::worlds::{chain, from_day, lottery_settings, observe, scenario};

#[test]
fn a_new_rate_of_giving_up_holds_for_those_who_wait_already() {
    let before = 0.001;
    let after = 0.05;
    let weekly = |daily: f64| Value::Float(1.0 - (1.0 - daily).powi(7));
    let mut settings = lottery_settings(100 * 200);
    settings.extend([
        ("travel.enabled", Value::Bool(false)),
        ("app.share_of_inflow", Value::Float(0.0)),
        ("decisions.give_up_per_week", weekly(before)),
    ]);
    let mut scenario = scenario(chain(1), 200, &settings);
    from_day(&mut scenario, 150, &[("decisions.give_up_per_week", weekly(after))]);
    let seen = observe(&scenario);
    let mut waiting = f64::from(seen.appointments[150].backlog);
    for day in 151..200 {
        let gone = f64::from(seen.flows.at(day, Event::ReturnedHome as usize, 0).persons);
        // Binomial among those waiting yesterday: 4.5 standard deviations (error rate 7e-6 a day).
        let tolerance = 4.5 * (waiting * after).sqrt();
        assert!((gone - waiting * after).abs() < tolerance, "day {day}: {gone} of {waiting} give up");
        waiting = f64::from(seen.appointments[day].backlog);
    }
}
