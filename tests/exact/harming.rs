//! Harm, process 13: on the road, where people stay, and how long kidnappers hold them. Each check has error rate 1e-5.

use antesala::model::observation::Event;
use antesala::scenario::field::Value;

use crate::chance::{binomial, classes, daily, geometric};
use crate::people::{ON, days, ends, everyone, next, quiet, x};
use crate::worlds::chain;

fn by_zone(road: f64, border: f64) -> Value {
    Value::Map(vec![("road".into(), road), ("border".into(), border)])
}

/// On a leg of 20 km, 1 - exp(-rate) are harmed, by the rates of the zone where it begins and the danger of the mode; how,
/// by those of the zone where the day ends.
#[test]
fn a_leg_harms_its_share() {
    let of = [Event::Robbed, Event::Extorted, Event::Kidnapped];
    for danger in [1.0, 4.0] {
        let settings = [
            ("harm.enabled", ON),
            ("harm.robbed", by_zone(0.2, 0.9)),
            ("harm.extorted", by_zone(0.3, 0.3)),
            ("harm.kidnapped", by_zone(0.1, 0.6)),
            ("harm.in_place", x(0.0)),
            ("modes.danger", x(danger)),
        ];
        let seen = everyone(&quiet(chain(2), 60, 200, &settings));
        let harmed = next(&seen, Event::Arrival, &of, 0..50, 1);
        let counts = ends(&harmed, &of);
        let rate = (0.2 + 0.3 + 0.1) * 0.2 * danger;
        let all = harmed.len() as u64;
        binomial(&format!("harmed at rate {rate:.2}"), counts.iter().sum(), all, 1.0 - f64::exp(-rate));
        classes("kinds of harm", &counts, &[0.5, 0.3 / 1.8, 0.6 / 1.8]);
    }
}

/// Those who wait are robbed with a daily probability that is as much as the weekly one of their zone.
#[test]
fn those_who_wait_are_robbed_at_their_rate() {
    let settings = [("harm.enabled", ON), ("harm.in_place", x(0.2)), ("harm.robbed", by_zone(2.0, 0.7))];
    let seen = everyone(&quiet(chain(1), 160, 60, &settings));
    let robbed = next(&seen, Event::Registration, &[Event::Robbed], 0..60, 95);
    geometric("days until robbed", &days(&robbed), daily(0.2 * 0.7), 1, 95);
}

/// Kidnappers hold people for a geometric number of days, at least until tomorrow; then they go on.
#[test]
fn kidnappers_hold_people_for_their_days() {
    for mean in [0.0, 7.0] {
        let settings = [
            ("harm.enabled", ON),
            ("harm.kidnapped", by_zone(2.0, 2.0)),
            ("harm.in_place", x(0.0)),
            ("harm.kidnap_days", x(mean)),
            ("modes.danger", x(3.0)),
        ];
        let seen = everyone(&quiet(chain(2), 120, 60, &settings));
        // Held at the end of the leg, where they are: registered the day after they are let go.
        let free = next(&seen, Event::Kidnapped, &[Event::Registration], 0..50, 65);
        let held: Vec<Option<u32>> = days(&free).into_iter().map(|days| days.map(|days| days - 1)).collect();
        crate::chance::by_day("days held", &held, &crate::chance::days_at_least_one(mean, 60), 1);
    }
}
