//! Asylum in the transit country: capacity, cards, claims beside the app.

use antesala::model::observation::{Event, Observation};
use antesala::scenario::field::Value;
use antesala::scenario::input::Scenario;

use crate::worlds::{chain, lottery_settings, observe, scenario, total};

/// An office in the one place; everyone means to file.
fn office(days: i64, persons: i64, more: &[(&'static str, Value)]) -> Scenario {
    let mut world = chain(1);
    world.places[0].asylum_weight = 1.0;
    let mut settings = lottery_settings(persons * days);
    settings.extend([
        ("decisions.enabled", Value::Bool(false)),
        ("travel.enabled", Value::Bool(false)),
        ("app.enabled", Value::Bool(false)),
        ("asylum.enabled", Value::Bool(true)),
        ("asylum.file_share", Value::Float(1.0)),
        ("asylum.abandon_per_week", Value::Float(0.0)),
        ("asylum.decision_days", Value::Float(2000.0)),
    ]);
    settings.extend_from_slice(more);
    scenario(world, days, &settings)
}

fn filed_by_day(seen: &Observation) -> Vec<u32> {
    (0..seen.days).map(|d| seen.flows.at(d, Event::AsylumFiled as usize, 0).persons).collect()
}

#[test]
fn families_do_not_stretch_the_capacity() {
    let families = [
        ("household.max_size", Value::Int(6)),
        ("household.alone_share", Value::Float(0.0)),
        ("household.mean_family", Value::Float(4.0)),
        ("asylum.capacity_per_day", Value::Float(2.5)),
    ];
    let filed: u32 = filed_by_day(&observe(&office(400, 20, &families))).iter().sum();
    // A queue never empty: 2.5 a day, and the last family may be under way.
    assert!((985..=1006).contains(&filed), "{filed} claims where 1000 can be taken");
}

#[test]
fn capacity_not_used_is_not_saved() {
    let filed = filed_by_day(&observe(&office(100, 5, &[("asylum.capacity_per_day", Value::Float(8.0))])));
    assert!(filed.iter().all(|&n| n <= 8));
    assert!(filed[10..].iter().all(|&n| n == 5), "all who come are admitted on the day");
}

#[test]
fn a_card_is_for_those_whose_papers_have_expired_too() {
    let expired = [
        ("travel.papers_at_entry", Value::Float(1.0)),
        ("enforcement.permit_days", Value::Float(1.0)),
        ("asylum.capacity_per_day", Value::Float(1000.0)),
        ("asylum.card_share", Value::Float(1.0)),
        ("asylum.card_days", Value::Float(5.0)),
        ("asylum.card_valid_days", Value::Float(2000.0)),
    ];
    let seen = observe(&office(100, 20, &expired));
    // Who filed by day 50 has a card by day 99 but for a share of (1 - 1/5)^49 = 2e-5.
    let before: u32 = filed_by_day(&seen)[..50].iter().sum();
    assert!(total(&seen, Event::CardIssued) >= u64::from(before));
}

#[test]
fn the_share_that_gets_a_card_is_the_share_asked_for() {
    let leaving = [
        ("asylum.capacity_per_day", Value::Float(1000.0)),
        ("asylum.card_share", Value::Float(0.5)),
        ("asylum.card_days", Value::Float(20.0)),
        ("asylum.abandon_per_week", Value::Float(0.10)),
        ("asylum.decision_days", Value::Float(180.0)),
    ];
    let seen = observe(&office(400, 20, &leaving));
    let filed: u32 = filed_by_day(&seen)[..300].iter().sum();
    let cards: u32 = (0..400).map(|d| seen.flows.at(d, Event::CardIssued as usize, 0).persons).sum();
    // Nearly all cards of claims before day 300 come within a hundred days; those of later claims, 15 % of
    // all cards, are taken off by their number: 2,000 claims x 0.5 x the share that comes in time.
    let later: u32 = filed_by_day(&seen)[300..].iter().sum();
    let rate = 1.0 / 20.0 + 1.0 / 180.0 + 1.0 - 0.9f64.powf(1.0 / 7.0);
    let in_time = 1.0 - (1.0 - (-rate * 100.0).exp()) / (rate * 100.0);
    let expected = 0.5 * (f64::from(filed) + f64::from(later) * in_time);
    // Binomial: 4.5 standard deviations.
    assert!(
        (f64::from(cards) - expected).abs() < 4.5 * (expected * 0.5).sqrt(),
        "{cards} cards, {expected:.0} expected"
    );
}
