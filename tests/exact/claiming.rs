//! Asylum in the transit country, process 10: what becomes of claims, when, and at which office. Each check has error rate
//! 1e-5.

use antesala::model::observation::Event;
use antesala::scenario::input::{Nationality, World};

use crate::chance::{binomial, classes, daily, geometric};
use crate::people::{ON, days, ends, everyone, next, quiet, x};
use crate::worlds::chain;

fn offices(weights: &[f64]) -> World {
    let mut world = chain(weights.len());
    weights.iter().enumerate().for_each(|(p, weight)| world.places[p].asylum_weight = *weight);
    world
}

/// Everyone means to file, and is admitted on the day of coming.
const FILE: [(&str, f64); 2] = [("asylum.file_share", 1.0), ("asylum.capacity_per_day", 20_000.0)];

/// The decision, leaving the procedure and giving up compete day by day.
#[test]
fn claims_end_at_their_rates() {
    let (decision, abandon, give_up, granted) = (30.0, 0.12, 0.05, [0.7, 0.25]);
    let mut world = offices(&[1.0]);
    world.names.nationalities.push("Elsewhere".into());
    world.nationalities.push(Nationality { name: "Elsewhere".into(), national: false });
    let other = antesala::scenario::input::InflowRow { nationality: 1, ..world.inflow[0].clone() };
    world.inflow.push(other);
    let mut settings: Vec<_> = FILE.iter().map(|(path, value)| (*path, x(*value))).collect();
    settings.extend([
        ("asylum.enabled", ON),
        ("asylum.decision_days", x(decision)),
        ("asylum.abandon_per_week", x(abandon)),
        ("decisions.enabled", ON),
        ("decisions.give_up_per_week", x(give_up)),
    ]);
    let mut scenario = quiet(world, 200, 100, &settings);
    let names = scenario.world.names.clone();
    for (name, share) in names.nationalities.iter().zip(granted) {
        scenario.timeline[0].1.set("asylum.grant_share", Some(name), &x(share), &names).unwrap();
    }
    let seen = everyone(&scenario);
    let of = [Event::AsylumGranted, Event::AsylumDenied, Event::AsylumAbandoned, Event::ReturnedHome];
    let after = next(&seen, Event::AsylumFiled, &of, 0..80, 110);
    let rates = [1.0 / decision, daily(abandon), daily(give_up)];
    let any = 1.0 - rates.iter().map(|p| 1.0 - p).product::<f64>();
    geometric("days of a claim", &days(&after), any, 1, 110);
    let [yes, no, left, gave_up] = ends(&after, &of)[..] else { unreachable!() };
    let sum: f64 = rates.iter().sum();
    classes("ends of claims", &[yes + no, left, gave_up], &rates.map(|rate| rate / sum));
    for (nation, share) in granted.into_iter().enumerate() {
        let decided: Vec<Event> =
            after.iter().flatten().filter(|(_, r)| r.nationality == nation).map(|(_, r)| r.event).collect();
        let count = |event| decided.iter().filter(|e| **e == event).count() as u64;
        let (yes, no) = (count(Event::AsylumGranted), count(Event::AsylumDenied));
        binomial(&format!("granted to nationality {nation}"), yes, yes + no, share);
    }
}

/// Most file at the nearest office, a share at one drawn by weight.
#[test]
fn offices_are_chosen_near_or_by_weight() {
    let (weights, elsewhere) = ([1.0, 5.0, 2.0], 0.4);
    let mut settings: Vec<_> = FILE.iter().map(|(path, value)| (*path, x(*value))).collect();
    settings.extend([("asylum.enabled", ON), ("asylum.elsewhere_share", x(elsewhere))]);
    let seen = everyone(&quiet(offices(&weights), 60, 100, &settings));
    let filed = next(&seen, Event::Arrival, &[Event::AsylumFiled], 0..45, 10);
    let at = |place: usize| filed.iter().flatten().filter(|(_, row)| row.place == Some(place)).count() as u64;
    let by_weight = weights.map(|weight| elsewhere * weight / 8.0);
    let expected = [1.0 - elsewhere + by_weight[0], by_weight[1], by_weight[2]];
    classes("where people file", &[at(0), at(1), at(2)], &expected);
}
