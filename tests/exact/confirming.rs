//! Confirmation and appointments, processes 8 and 9: offers that lapse, hours at which people try, no-shows. Each check
//! has error rate 1e-5.

use antesala::model::observation::{Event, Observation};
use antesala::scenario::field::Value;
use antesala::scenario::input::{AppFunction, Outage, Remedy, Scenario};
use jiff::civil::date;

use crate::chance::binomial;
use crate::people::{OFF, everyone, n, paths, quiet, x};
use crate::worlds::{chain, total};

/// A queue of 100 persons a day for 80 slots.
fn queue(more: &[(&'static str, Value)]) -> Scenario {
    let mut settings = vec![
        ("app.slots", n(80)),
        ("app.confirm_share", x(1.0)),
        ("app.confirm_hours", n(24)),
        ("app.allocation_hour", n(12)),
        ("app.lead_days", n(5)),
        ("app.reoffer", OFF),
    ];
    settings.extend_from_slice(more);
    quiet(chain(1), 100, 100, &settings)
}

/// The answers to the first and second offer of each household.
fn answers(seen: &Observation) -> Vec<Vec<bool>> {
    paths(seen)
        .values()
        .map(|path| {
            let answers = path.iter().filter(|row| matches!(row.event, Event::Confirmation | Event::Lapse));
            answers.map(|row| row.event == Event::Confirmation).collect()
        })
        .collect()
}

/// Each offer is confirmed with its share, whatever became of the one before.
#[test]
fn offers_are_confirmed_with_their_share() {
    let share = 0.7;
    let answers = answers(&everyone(&queue(&[("app.confirm_share", x(share))])));
    let of = |number: usize| {
        let all: Vec<bool> = answers.iter().filter_map(|a| a.get(number).copied()).collect();
        (all.iter().filter(|confirmed| **confirmed).count() as u64, all.len() as u64)
    };
    for (number, what) in ["first", "second", "third"].iter().enumerate() {
        let (confirmed, all) = of(number);
        binomial(&format!("{what} offers confirmed"), confirmed, all, share);
    }
}

/// People try at an hour drawn evenly from those they have, noon to noon: an outage that lasts to their deadline hits its
/// failing share of those who try after it began.
#[test]
fn people_confirm_at_any_hour_they_have() {
    for (share, begins) in [(1.0, 6), (0.5, 15), (0.8, 0)] {
        let mut scenario = queue(&[]);
        // Every other day from 10 February on, each outage with luck of its own.
        for number in 0..20 {
            let noon = date(2001, 2, 10).at(12, 0, 0, 0).checked_add(jiff::Span::new().days(2 * number)).unwrap();
            scenario.outages.push(Outage {
                id: None,
                function: AppFunction::Confirm,
                from: noon.checked_add(jiff::Span::new().hours(begins)).unwrap(),
                to: noon.checked_add(jiff::Span::new().hours(24)).unwrap(),
                share_failing: share,
                nationalities: None,
                ports: None,
                remedy: Remedy::None,
            });
        }
        let seen = everyone(&scenario);
        let of_day = |k: usize| u64::from(seen.flows.at(40 + 2 * k, Event::Offer as usize, 0).persons);
        let (lapsed, offered) = (total(&seen, Event::LapseOutage), (0..20).map(of_day).sum());
        let late = (24 - begins) as f64 / 24.0;
        binomial(&format!("lapsed for an outage after {begins} hours"), lapsed, offered, share * late);
        assert_eq!(lapsed, total(&seen, Event::Lapse), "nothing else lapses");
    }
}

/// Of those with an appointment who are at the port, a share does not come.
#[test]
fn a_share_does_not_come() {
    let seen = everyone(&queue(&[("app.no_show_share", x(0.12))]));
    let (kept, not) = (total(&seen, Event::Processed), total(&seen, Event::NoShow));
    binomial("appointments not kept", not, kept + not, 0.12);
}

/// A share of those who confirm is given papers for the way.
#[test]
fn a_share_is_given_safe_passage() {
    let seen = everyone(&queue(&[("app.safe_passage", x(0.35))]));
    binomial("papers for the way", total(&seen, Event::PermitIssued), total(&seen, Event::Confirmation), 0.35);
}
