//! An outage takes and does not give: exactly, within its hours and of what was offered before it; in expectation, of all who
//! are processed.

use std::collections::BTreeSet;

use antesala::model::observation::{Event, Observation};
use antesala::scenario::field::Value;
use antesala::scenario::input::{AppFunction, Outage, Remedy};
use antesala::scenario::{Overrides, Scenario, load};
use jiff::civil::{Date, DateTime, date};

use crate::compare::{measured, not_larger, replicate, smaller, total};
use crate::worlds::{chain, lottery_settings, scenario};

/// Families asking for 12 slots a day.
fn queue(more: &[(&'static str, Value)]) -> Scenario {
    let mut settings = lottery_settings(20 * 150);
    settings.extend([
        ("travel.enabled", Value::Bool(false)),
        ("app.share_of_inflow", Value::Float(0.0)),
        ("app.slots", Value::Int(12)),
        ("app.confirm_hours", Value::Int(23)),
        ("app.allocation_hour", Value::Int(12)),
        ("app.lead_days", Value::Int(10)),
        ("app.diligence", Value::Float(0.8)),
        ("app.registration_days", Value::Float(2.0)),
        ("app.loss_per_week", Value::Float(0.05)),
        ("household.max_size", Value::Int(5)),
    ]);
    settings.extend_from_slice(more);
    scenario(chain(1), 150, &settings)
}

fn tutorial() -> Scenario {
    load("tutorial", &Overrides { scale: Some(0.5), ..Overrides::default() }).expect("the shipped scenario loads")
}

fn struck(base: &Scenario, function: AppFunction, [from, to]: [DateTime; 2], share: f64, remedy: Remedy) -> Scenario {
    let mut other = base.clone();
    other.outages.push(Outage {
        id: Some("new".into()),
        function,
        from,
        to,
        share_failing: share,
        nationalities: None,
        ports: None,
        remedy,
    });
    other
}

/// Households that confirm an offer made before a date, with the date of the offer.
fn confirmed(seen: &Observation, before: Date) -> BTreeSet<(u32, Date)> {
    let mut offered = std::collections::BTreeMap::new();
    let mut confirmed = BTreeSet::new();
    for row in &seen.paths {
        match row.event {
            Event::Offer => drop(offered.insert(row.household, row.date)),
            Event::Confirmation => {
                let offer = offered[&row.household];
                if offer < before {
                    confirmed.insert((row.household, offer));
                }
            }
            _ => {}
        }
    }
    confirmed
}

const REMEDIES: [Remedy; 3] = [Remedy::None, Remedy::Extend { hours: 6 }, Remedy::Extend { hours: 48 }];

/// Of offers made before an outage of confirming, those confirmed in spite of it are among those confirmed without it.
#[test]
fn an_outage_adds_no_confirmation_of_offers_made_before_it() {
    for (base, first) in [(queue(&[]), date(2001, 3, 10)), (tutorial(), date(2031, 5, 20))] {
        let hours = [first.at(0, 0, 0, 0), first.tomorrow().unwrap().at(15, 0, 0, 0)];
        let was = replicate(&base, 1, true);
        for share in [0.3, 1.0] {
            for remedy in REMEDIES {
                let is = replicate(&struck(&base, AppFunction::Confirm, hours, share, remedy), 1, true);
                // Until then the two have the same history.
                let history = |seen: &Observation| -> Vec<_> {
                    seen.paths.iter().filter(|row| row.date < first).cloned().collect()
                };
                assert!(history(&was) == history(&is), "felt before it comes");
                let (was, is) = (confirmed(&was, first), confirmed(&is, first));
                assert!(is.is_subset(&was), "{:?}", is.difference(&was).collect::<Vec<_>>());
                let in_time = remedy == Remedy::Extend { hours: 48 };
                let told = format!("share {share}, {remedy:?}: {} of {}", is.len(), was.len());
                assert!(if in_time { is == was } else { share < 1.0 || is.len() < was.len() }, "{told}");
            }
        }
    }
}

/// While an outage lasts that fails for all, nobody does what it stops: whole days of registering and asking, and offers
/// whose whole time lies within it.
#[test]
fn while_all_fail_nobody_gets_through() {
    let base = queue(&[]);
    let (first, days) = (date(2001, 3, 10), 6);
    let day = |date: Date| (date - base.start).get_days() as usize;
    let hours = [first.at(0, 0, 0, 0), first.checked_add(jiff::Span::new().days(days)).unwrap().at(0, 0, 0, 0)];
    let during = day(first)..day(first) + days as usize;
    let flow = |seen: &Observation, event: Event, day: usize| seen.flows.at(day, event as usize, 0).persons;
    let run = |function| replicate(&struck(&base, function, hours, 1.0, Remedy::None), 1, false);
    let was = replicate(&base, 1, false);
    for day in during.clone() {
        let before = [Event::Registration, Event::Confirmation, Event::Offer].map(|event| flow(&was, event, day));
        assert!(before.iter().all(|&n| n > 0), "{before:?}: nothing to be stopped on day {day}");
    }
    let registering = run(AppFunction::Register);
    assert_eq!(during.clone().map(|day| flow(&registering, Event::Registration, day)).sum::<u32>(), 0);
    let asking = run(AppFunction::Request);
    assert_eq!(during.clone().map(|day| asking.appointments[day].requests).sum::<u32>(), 0);
    // Slots go to those who asked the day before.
    assert_eq!(during.clone().skip(1).map(|day| flow(&asking, Event::Offer, day)).sum::<u32>(), 0);
    assert!(flow(&asking, Event::Offer, during.start) > 0);
    let confirming = run(AppFunction::Confirm);
    // Answered on the day after they are made: those of the eve may have been in time.
    assert_eq!(during.clone().skip(1).map(|day| flow(&confirming, Event::Confirmation, day)).sum::<u32>(), 0);
    assert!(flow(&confirming, Event::Confirmation, during.start) > 0);
    let all = run(AppFunction::All);
    for event in [Event::Registration, Event::Offer, Event::Confirmation] {
        let through: u32 = during.clone().skip(1).map(|day| flow(&all, event, day)).sum();
        assert_eq!(through, 0, "{} in spite of an outage of all", event.name());
    }
}

/// No outage adds to those processed in expectation; one that takes slots for good lowers them.
#[test]
fn an_outage_adds_nobody_in_expectation() {
    let lost = queue(&[("app.reoffer", Value::Bool(false))]);
    let cases = [
        ("a queue", queue(&[]), date(2001, 3, 10)),
        ("no second offers", lost, date(2001, 3, 10)),
        ("the tutorial", tutorial(), date(2031, 5, 20)),
    ];
    for (name, base, first) in cases {
        let hours = [first.at(0, 0, 0, 0), first.checked_add(jiff::Span::new().days(5)).unwrap().at(0, 0, 0, 0)];
        let of = |scenario: &Scenario| measured(scenario, 12, |seen| total(seen, Event::Processed));
        let was = of(&base);
        for function in [AppFunction::Register, AppFunction::Request, AppFunction::Confirm, AppFunction::All] {
            let is = of(&struck(&base, function, hours, 0.9, Remedy::None));
            let what = format!("{name}: processed, with an outage of {function:?}");
            not_larger(&what, &was, &is);
            // Who is not hit asks and confirms: an outage of all leaves the slots to them.
            if name == "no second offers" && function == AppFunction::Confirm {
                smaller(&what, &was, &is);
            }
        }
    }
}
