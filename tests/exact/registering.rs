//! Registration, process 6: how long it takes, how registrations are lost, who registers from outside, and whom an outage
//! keeps from it. Each check has error rate 1e-5.

use antesala::model::observation::Event;
use antesala::scenario::input::{AppFunction, Outage, Remedy};
use jiff::civil::date;

use crate::chance::{binomial, daily, geometric};
use crate::people::{OFF, days, everyone, next, quiet, x};
use crate::worlds::chain;

/// From the day of coming, which is the day after entry, a geometric number of days with the mean.
#[test]
fn registering_takes_geometric_days() {
    for mean in [1.0, 6.0] {
        let seen = everyone(&quiet(chain(1), 150, 50, &[("app.registration_days", x(mean))]));
        let steps = next(&seen, Event::Arrival, &[Event::Registration], 0..70, 70);
        geometric(&format!("days until registered with mean {mean}"), &days(&steps), 1.0 / (1.0 + mean), 1, 70);
    }
}

/// A registration is lost with a daily probability that is as much as the weekly one, and made anew on the same day.
#[test]
fn registrations_are_lost_at_their_rate() {
    let per_week = 0.15;
    let seen = everyone(&quiet(chain(1), 200, 50, &[("app.loss_per_week", x(per_week))]));
    let lost = next(&seen, Event::Registration, &[Event::RegistrationLost], 0..80, 110);
    geometric("days until a registration is lost", &days(&lost), daily(per_week), 1, 110);
    let again = next(&seen, Event::RegistrationLost, &[Event::Registration], 0..190, 0);
    assert!(again.len() > 1000 && again.iter().all(Option::is_some), "registered again on the same day");
    // The second is lost as the first was.
    let second: Vec<Option<u32>> = crate::people::paths(&seen)
        .values()
        .filter_map(|path| {
            let lost: Vec<u32> = path
                .iter()
                .filter(|row| row.event == Event::RegistrationLost)
                .map(|row| crate::people::day(&seen, row))
                .collect();
            let first = *lost.first().filter(|day| **day < 90)?;
            Some(lost.get(1).map(|day| day - first).filter(|days| *days <= 100))
        })
        .collect();
    geometric("days until a registration is lost again", &second, daily(per_week), 1, 100);
}

/// Of those held up outside the geofence a share registers by a false location.
#[test]
fn a_share_registers_from_outside() {
    let seen = everyone(&quiet(chain(2), 40, 200, &[("travel.enabled", OFF), ("app.outside_share", x(0.13))]));
    let steps = next(&seen, Event::Arrival, &[Event::Registration], 0..30, 9);
    let registered = steps.iter().flatten().count() as u64;
    binomial("registered from outside", registered, steps.len() as u64, 0.13);
}

/// An outage of several days keeps its failing share from registering on all of them, and nobody else.
#[test]
fn an_outage_takes_its_share_of_households_once() {
    let share = 0.6;
    let mut scenario = quiet(chain(1), 60, 200, &[]);
    let (from, to) = (date(2001, 1, 11).at(0, 0, 0, 0), date(2001, 1, 21).at(0, 0, 0, 0));
    scenario.outages.push(Outage {
        id: Some("registering".into()),
        function: AppFunction::Register,
        from,
        to,
        share_failing: share,
        nationalities: None,
        ports: None,
        remedy: Remedy::None,
    });
    let seen = everyone(&scenario);
    // Who enters on day d comes on day d + 1; the outage is on days 10 to 19.
    let caught = next(&seen, Event::Arrival, &[Event::Registration], 9..15, 30);
    let waits = caught.iter().filter(|step| step.is_none_or(|(days, _)| days > 1)).count() as u64;
    binomial("kept from registering", waits, caught.len() as u64, share);
    for (days, row) in caught.iter().flatten().filter(|(days, _)| *days > 1) {
        assert!(row.date >= to.date(), "registers after {days} days, during the outage");
    }
    // When it is over they register at once.
    assert!(caught.iter().flatten().all(|(_, row)| row.date <= to.date()), "later than need be");
    let before = next(&seen, Event::Arrival, &[Event::Registration], 0..9, 1);
    assert!(before.iter().all(Option::is_some), "those before it are not touched");
}
