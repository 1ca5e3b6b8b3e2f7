//! Simulating one household in k changes the noise, not the picture.

use antesala::model::observation::{Event, Observation};
use antesala::scenario::field::Value;
use antesala::scenario::input::Scenario;

use crate::worlds::{chain, lottery_settings, observe, scenario, total};

/// A queue of families at a small port: 60 persons a day, 42 slots.
fn families(weight: u32, more: &[(&'static str, Value)]) -> Scenario {
    let mut settings = lottery_settings(60 * 1000);
    settings.extend([
        ("household.max_size", Value::Int(6)),
        ("household.alone_share", Value::Float(0.5)),
        ("travel.enabled", Value::Bool(false)),
        ("app.confirm_share", Value::Float(0.9)),
        ("app.reoffer", Value::Bool(true)),
        ("app.overbooking", Value::Float(0.1)),
    ]);
    settings.extend_from_slice(more);
    let mut scenario = scenario(chain(1), 1000, &settings);
    scenario.weight = weight;
    scenario
}

/// Share of persons served among those registered, by size of household.
fn served(seen: &Observation) -> Vec<f64> {
    seen.equity.iter().filter(|row| row.measure.name() == "share_served").map(|row| row.value).collect()
}

#[test]
fn families_are_served_alike_at_every_scale() {
    let full = observe(&families(1, &[]));
    let tenth = observe(&families(10, &[]));
    let (a, b) = (served(&full), served(&tenth));
    assert_eq!((a.len(), b.len()), (5, 5));
    for (size, (a, b)) in a.iter().zip(&b).enumerate() {
        // About 300 simulated households a size at a tenth: standard error 0.03, and families of five and
        // more are fewer.
        assert!((a - b).abs() < 0.10, "size {}: {a:.3} at full scale, {b:.3} at a tenth", size + 1);
    }
    let persons = |seen: &Observation| total(seen, Event::Arrival) as f64;
    assert!((persons(&full) - 60_000.0).abs() <= 6.0 && (persons(&tenth) - 60_000.0).abs() <= 60.0);
    let households = |seen: &Observation| -> f64 {
        (0..seen.days).map(|d| f64::from(seen.flows.at(d, Event::Arrival as usize, 0).households)).sum()
    };
    let size = |seen: &Observation| persons(seen) / households(seen);
    // About 3,000 simulated households of a standard deviation of 1.3: 4.5 standard errors.
    assert!((size(&full) - size(&tenth)).abs() < 0.11, "{} and {}", size(&full), size(&tenth));
}

#[test]
fn families_are_dealt_whole_places_at_a_small_scale() {
    // 0.42 slots a day in simulated persons.
    let seen = observe(&families(100, &[]));
    let shares = served(&seen);
    // 600 simulated persons, 0.7 slots each; the largest size has about 20 households.
    assert!(shares[3] > 0.3, "families of four get {:?}", shares);
    let slots: u32 = seen.appointments.iter().map(|p| p.slots).sum();
    assert!((41_900..=42_000).contains(&slots), "{slots} slots where 42,000 are announced");
    let kept: u32 = seen.appointments.iter().map(|p| p.processed + p.no_show).sum();
    assert!(f64::from(kept) <= 42_000.0 * 1.1, "{kept} appointments");
}

#[test]
fn what_is_learned_does_not_depend_on_the_scale() {
    // Many failures: trust falls, and the fewer are seen the more the prior holds.
    let settings = [
        ("app.confirm_share", Value::Float(0.3)),
        ("decisions.weigh", Value::Bool(true)),
        ("decisions.trust_weight", Value::Float(4.0)),
        ("decisions.wait", Value::Float(4.0)),
        ("decisions.prior_persons", Value::Float(40.0)),
        ("decisions.settle", Value::Float(0.0)),
        ("decisions.go_home", Value::Float(-10.0)),
        ("decisions.move_city", Value::Float(-10.0)),
        ("decisions.patience_weight", Value::Float(0.0)),
        ("decisions.means_weight", Value::Float(0.0)),
        ("travel.living_cost", Value::Float(0.0)),
    ];
    let settled = |weight| total(&observe(&families(weight, &settings)), Event::Settled) as f64;
    let (full, tenth) = (settled(1), settled(10));
    // About 1,500 simulated households settle at a tenth: 4.5 standard errors are 12 %.
    assert!((full / tenth - 1.0).abs() < 0.12, "{full} at full scale, {tenth} at a tenth");
}
