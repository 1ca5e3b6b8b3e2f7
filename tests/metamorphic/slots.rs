//! More slots: nobody waits longer for it, one by one where that can be said, else in expectation.

use std::collections::BTreeMap;

use antesala::model::observation::{Event, Observation};
use antesala::scenario::Scenario;
use antesala::scenario::field::Value;
use antesala::scenario::{Overrides, load};

use crate::compare::{mean_backlog, mean_wait, measured, not_larger, replicate, smaller, total};
use crate::worlds::{chain, lottery_settings, scenario};

/// A queue of families for fewer slots than there are people.
fn queue(more: &[(&'static str, Value)]) -> Scenario {
    let mut settings = lottery_settings(20 * 250);
    settings.extend([
        ("travel.enabled", Value::Bool(false)),
        ("app.share_of_inflow", Value::Float(0.0)),
        ("app.slots", Value::Int(8)),
        ("app.reoffer", Value::Bool(true)),
        ("app.lead_days", Value::Int(7)),
    ]);
    settings.extend_from_slice(more);
    scenario(chain(1), 250, &settings)
}

fn with_slots(scenario: &Scenario, factor: f64) -> Scenario {
    let mut other = scenario.clone();
    other.timeline.iter_mut().for_each(|(_, params)| params.app.slots_factor *= factor);
    other
}

/// Days on which households are processed.
fn processed(seen: &Observation) -> BTreeMap<u32, jiff::civil::Date> {
    let rows = seen.paths.iter().filter(|row| row.event == Event::Processed);
    rows.map(|row| (row.household, row.date)).collect()
}

/// Where slots go to the oldest, everyone alone, nobody failing to confirm: with more slots everyone is processed as early as
/// with fewer or earlier, one by one.
#[test]
fn in_order_of_registration_nobody_waits_longer_for_more_slots() {
    let base = queue(&[
        ("app.share_oldest", Value::Float(1.0)),
        ("app.confirm_share", Value::Float(1.0)),
        ("decisions.enabled", Value::Bool(false)),
    ]);
    let was = processed(&replicate(&base, 1, true));
    for factor in [1.1, 1.5, 2.0] {
        let is = processed(&replicate(&with_slots(&base, factor), 1, true));
        assert!(is.len() > was.len(), "{} and {} are processed", was.len(), is.len());
        for (household, date) in &was {
            assert!(is[household] <= *date, "household {household} on {} instead of {date}", is[household]);
        }
    }
}

/// Twice the slots never lengthen the mean wait, and where slots are short they shorten it; likewise the backlog.
#[test]
fn twice_the_slots_do_not_lengthen_the_wait_in_expectation() {
    let families: [(&str, Value); 2] =
        [("household.max_size", Value::Int(6)), ("household.alone_share", Value::Float(0.4))];
    let overrides = Overrides { scale: Some(0.5), ..Overrides::default() };
    let tutorial = load("tutorial", &overrides).expect("the shipped scenario loads");
    let cases = [
        ("by lot", queue(&[("app.share_oldest", Value::Float(0.0))])),
        ("half by lot", queue(&[])),
        ("families", queue(&families)),
        ("half asking", queue(&[("app.diligence", Value::Float(0.5))])),
        ("the tutorial", tutorial),
    ];
    for (name, base) in cases {
        let twice = with_slots(&base, 2.0);
        let of = |scenario| {
            measured(scenario, 8, |seen| (mean_wait(seen), mean_backlog(seen), total(seen, Event::Processed)))
        };
        let (was, is) = (of(&base), of(&twice));
        let waits = |all: &[(f64, f64, f64)]| all.iter().map(|one| one.0).collect::<Vec<f64>>();
        let backlogs = |all: &[(f64, f64, f64)]| all.iter().map(|one| one.1).collect::<Vec<f64>>();
        let numbers = |all: &[(f64, f64, f64)]| all.iter().map(|one| one.2).collect::<Vec<f64>>();
        not_larger(&format!("{name}: mean wait"), &waits(&was), &waits(&is));
        smaller(&format!("{name}: mean wait"), &waits(&was), &waits(&is));
        smaller(&format!("{name}: backlog"), &backlogs(&was), &backlogs(&is));
        smaller(&format!("{name}: processed, with half the slots"), &numbers(&is), &numbers(&was));
    }
}

/// Where there are more slots than people, still more change nothing that people feel.
#[test]
fn slots_that_nobody_needs_change_nothing() {
    let base = queue(&[("app.slots", Value::Int(500)), ("app.share_oldest", Value::Float(1.0))]);
    let flows = |scenario: &Scenario| format!("{:?}", replicate(scenario, 1, false).flows);
    assert_eq!(flows(&base), flows(&with_slots(&base, 2.0)));
}
