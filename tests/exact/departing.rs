//! Travel, process 3: rests on the way, the choice of a mode, refusals. Each check has error rate 1e-5.

use antesala::model::observation::{Event, Observation};
use antesala::scenario::field::Value;
use antesala::scenario::input::{Mode, PapersRule, World};

use crate::chance::{binomial, classes, geometric};
use crate::people::{OFF, day, days, everyone, next, paths, quiet, x};
use crate::worlds::{chain, from_day};

/// A newcomer sets out after a geometric number of days, at least one, and rests as long at a place on the way.
#[test]
fn people_set_out_after_geometric_rests() {
    for p in [0.05, 0.4, 0.9] {
        // From one place to the next, 20 km away: there, and registered, on the day it sets out.
        let seen = everyone(&quiet(chain(2), 200, 50, &[("travel.depart_share", x(p))]));
        let steps = next(&seen, Event::Arrival, &[Event::Registration], 0..100, 90);
        geometric(&format!("days until setting out with {p}"), &days(&steps), p, 1, 90);
    }
}

/// Three modes on a leg of 20 km: a bus that may ask for papers, a lorry, walking.
fn modes() -> World {
    let mut world = chain(2);
    let mode = |name: &str, papers, speed_kmh| Mode {
        name: name.into(),
        leg_tag: name.into(),
        speed_kmh,
        on_foot: speed_kmh.is_none(),
        papers,
    };
    world.modes = vec![
        mode("bus", PapersRule::WhereRefused, Some(50.0)),
        mode("lorry", PapersRule::None, Some(30.0)),
        mode("walk", PapersRule::None, None),
        mode("plane", PapersRule::Always, Some(500.0)),
    ];
    world.names.modes = world.modes.iter().map(|m| m.name.clone()).collect();
    world.legs[0].modes = vec![true; 4];
    world
}

const CONSTANTS: [f64; 4] = [0.2, -0.1, 1.5, 0.3];
const COSTS: [f64; 4] = [1.0, 3.0, 0.0, 8.0];
const RISKS: [(f64, f64); 4] = [(0.8, 0.5), (1.0, 1.5), (0.6, 2.0), (0.1, 0.0)];

fn by_mode(of: impl Fn(usize) -> f64) -> Value {
    Value::Map(
        ["bus", "lorry", "walk", "plane"].iter().enumerate().map(|(m, name)| (name.to_string(), of(m))).collect(),
    )
}

fn choosing(more: &[(&'static str, Value)]) -> Observation {
    let mut settings = vec![
        ("household.means_spread", x(0.0)),
        ("household.means_median", x(3000.0)),
        ("modes.constant", by_mode(|m| CONSTANTS[m])),
        ("modes.cost_per_km", by_mode(|m| COSTS[m])),
        ("modes.interception", by_mode(|m| RISKS[m].0)),
        ("modes.danger", by_mode(|m| RISKS[m].1)),
        ("modes.open", by_mode(|m| if m == 1 { 0.7 } else { 1.0 })),
        ("travel.reference_km", x(100.0)),
        ("travel.time_weight", x(0.5)),
        ("travel.cost_weight", x(4.0)),
        ("travel.risk_weight", x(1.2)),
        // Who is stranded stays so.
        ("travel.retry_days", x(120.0)),
    ];
    settings.extend_from_slice(more);
    everyone(&quiet(modes(), 20, 400, &settings))
}

/// Weights of the modes by the formula of the documentation, written anew: money of the middle of the class of 2,048 to
/// 4,096; days of ten hours by vehicle, 20 km a day on foot.
fn weights(papers: bool) -> [f64; 4] {
    let means = 2.0f64.powf(11.5);
    std::array::from_fn(|m| {
        let days = [100.0 / 50.0 / 10.0, 100.0 / 30.0 / 10.0, 100.0 / 20.0, 100.0 / 500.0 / 10.0][m];
        let cost = (COSTS[m] * 100.0 / means).min(5.0);
        let risk = (RISKS[m].0 + RISKS[m].1) / 2.0;
        let weight = (CONSTANTS[m] - 0.5 * days - 4.0 * cost - 1.2 * risk).exp();
        let open = if m == 1 { 0.7 } else { 1.0 };
        if m == 3 && !papers { 0.0 } else { weight * open }
    })
}

fn travelled(seen: &Observation) -> Vec<u64> {
    (0..4).map(|m| seen.legs.iter().filter(|row| row.mode == m).map(|row| u64::from(row.persons)).sum()).collect()
}

fn normalised(weights: &[f64]) -> Vec<f64> {
    weights.iter().map(|w| w / weights.iter().sum::<f64>()).collect()
}

/// Modes are chosen by the logit of their utilities; those that always ask for papers by holders alone.
#[test]
fn modes_are_chosen_by_their_utilities() {
    for papers in [false, true] {
        let seen = choosing(&[("travel.papers_at_entry", x(f64::from(u8::from(papers))))]);
        let expected = normalised(&weights(papers));
        classes(&format!("modes, papers: {papers}"), &travelled(&seen), &expected);
    }
}

/// A share of those who enter has papers.
#[test]
fn a_share_enters_with_papers() {
    let constants = by_mode(|m| if m == 3 { 20.0 } else { -20.0 });
    let seen = choosing(&[("travel.papers_at_entry", x(0.35)), ("modes.constant", constants)]);
    let flown = travelled(&seen);
    binomial("enter with papers", flown[3], flown.iter().sum(), 0.35);
}

/// Without papers a bus refuses with its share; of those refused a share is stranded, the others choose among the other
/// modes by the same weights.
#[test]
fn refused_people_stay_or_choose_again() {
    let (refusal, strand) = (0.7, 0.4);
    let refused_where = Value::List(vec!["road".into()]);
    let seen = choosing(&[
        ("travel.bus_refused", refused_where),
        ("travel.bus_refusal_share", x(refusal)),
        ("travel.strand_share", x(strand)),
    ]);
    let shares = normalised(&weights(false));
    let (mut tried, mut refused, mut stranded, mut went) = (0, 0, 0, 0);
    for path in paths(&seen).values().filter(|path| day(&seen, path[0]) < 18) {
        let first_day = |event| path.iter().any(|row| row.event == event && day(&seen, row) == day(&seen, path[0]) + 1);
        tried += 1;
        refused += u64::from(first_day(Event::BusRefused));
        stranded += u64::from(first_day(Event::Stranded));
        went += u64::from(first_day(Event::Registration));
    }
    assert_eq!(tried, stranded + went);
    binomial("refused on a bus", refused, tried, shares[0] * refusal);
    binomial("stranded after a refusal", stranded, refused, strand);
    // Those who go on, by mode: not refused, or by the second choice. Few of the stranded have tried again.
    let again = shares[0] * refusal * (1.0 - strand);
    let others = 1.0 - shares[0];
    let expected: Vec<f64> = (0..4)
        .map(|m| if m == 0 { shares[0] * (1.0 - refusal) } else { shares[m] + again * shares[m] / others })
        .collect();
    classes("modes where buses refuse", &travelled(&seen), &normalised(&expected));
    let papers = choosing(&[
        ("travel.bus_refused", Value::List(vec!["road".into()])),
        ("travel.bus_refusal_share", x(1.0)),
        ("travel.papers_at_entry", x(1.0)),
    ]);
    assert!(papers.paths.iter().all(|row| row.event != Event::BusRefused), "refused in spite of papers");
}

/// Of app users, a share waits at hubs inside the geofence, drawn evenly; the others go on to the port.
#[test]
fn hubs_are_drawn_evenly() {
    let mut world = chain(4);
    for hub in 1..=2 {
        world.places[hub].waiting_hub = true;
    }
    world.places.iter_mut().for_each(|place| place.zone = 1);
    let mut scenario = quiet(world, 60, 100, &[("travel.inland_share", x(0.3))]);
    from_day(&mut scenario, 50, &[("inflow.enabled", OFF)]);
    let seen = everyone(&scenario);
    // All have come where they wait.
    let at = |place: usize| -> u64 {
        (0..seen.stocks_by_place.second).map(|s| u64::from(seen.stocks_by_place.at(59, place, s).persons)).sum()
    };
    assert_eq!(at(0), 0, "nobody stays where they entered");
    classes("where app users wait", &[at(1), at(2), at(3)], &[0.15, 0.15, 0.7]);
}
