//! Random rules over a random world: parameters, policies, outages, caravans, pulses.

use std::sync::Arc;

use antesala::scenario::field::{Key, Kind, Names, Value};
use antesala::scenario::input::*;
use antesala::scenario::params::{Params, specs};
use jiff::civil::date;

use crate::dice::Dice;
use crate::world::{day_of, world};

/// The scenario of a case: a world, rules that change, and what is planned.
pub fn scenario(case: u64) -> Scenario {
    let dice = &mut Dice::of(case);
    let days = dice.among(15..=110);
    let start = day_of(date(2001, 1, 1), dice.below(365));
    let world = world(dice, start, days);
    let timeline = timeline(dice, &world, (start, days));
    Scenario {
        name: format!("case {case}"),
        title: "random".into(),
        question: String::new(),
        start,
        end: day_of(start, days - 1),
        record_from: start,
        seed: case,
        replicates: 1,
        weight: if dice.chance(0.25) { dice.among(2..=7) as u32 } else { 1 },
        timeline,
        outages: (0..dice.below(4)).map(|i| outage(dice, &world, i, (start, days))).collect(),
        caravans: (0..dice.below(3)).map(|i| caravan(dice, &world, i, (start, days))).collect(),
        pulses: (0..dice.below(3)).map(|i| pulse(dice, &world, i, (start, days))).collect(),
        world: Arc::new(world),
        resolved: String::new(),
        posterior: None,
        draw_timelines: vec![],
        policies: vec![],
        warnings: vec![],
    }
}

type Run = (jiff::civil::Date, usize);

fn timeline(dice: &mut Dice, world: &World, (start, days): Run) -> Timeline {
    let mut params = Params::defaults(&world.names);
    switch_on(dice, &mut params, &world.names);
    let how_far = dice.between(0.1, 0.9);
    shake(dice, &mut params, &world.names, how_far);
    let mut timeline = vec![(start, params.clone())];
    for day in dice.some_of(days, 2.0 / days as f64) {
        if day > 0 {
            shake(dice, &mut params, &world.names, 0.1);
            timeline.push((day_of(start, day), params.clone()));
        }
    }
    // Now and then the app ends with a run.
    if dice.chance(0.15) {
        let day = days - 1 - dice.below(days / 2);
        timeline.retain(|(from, _)| *from < day_of(start, day));
        params.app.shutdown = true;
        if day > 0 {
            timeline.push((day_of(start, day), params));
        }
    }
    timeline
}

/// Most processes of most worlds are on.
fn switch_on(dice: &mut Dice, params: &mut Params, names: &Names) {
    for spec in specs().iter().filter(|spec| spec.path.ends_with(".enabled")) {
        let on = spec.path == "inflow.enabled" || dice.chance(0.85);
        params.set(spec.path, None, &Value::Bool(on), names).expect("a switch");
    }
    params.decisions.weigh = dice.chance(0.7);
    params.app.slots = dice.among(0..=30) as i64;
    params.inflow.persons = if dice.chance(0.2) { dice.among(1..=1500) as i64 } else { 0 };
}

/// Bounds within which a run stays small and something happens in it.
fn reach(path: &str, low: f64, high: f64) -> (f64, f64) {
    match path {
        "inflow.factor" | "inflow.error_factor" | "inflow.nationality_factor" => (0.0, 1.5),
        "inflow.persons" => (0.0, 1500.0),
        "app.slots" => (0.0, 60.0),
        "app.slots_factor" | "app.share_of_inflow" => (0.0, 2.0),
        "caravans.self_organised_size" => (50.0, 200.0),
        "caravans.min_persons" => (1.0, 60.0),
        "app.walk_ups_per_day" => (0.0, 5.0),
        "asylum.capacity_per_day" => (0.0, 20.0),
        _ => (low, high),
    }
}

/// Gives a share of the parameters other values, bounds among them.
fn shake(dice: &mut Dice, params: &mut Params, names: &Names, share: f64) {
    for spec in specs() {
        let rare = matches!(spec.path, "app.shutdown" | "inflow.enabled") || spec.path.ends_with(".enabled");
        if !dice.chance(if rare { share * 0.1 } else { share }) {
            continue;
        }
        let (low, high) = reach(spec.path, spec.low, spec.high);
        let number = |dice: &mut Dice| match dice.below(10) {
            0 => low,
            1 => high,
            _ => dice.between(low, high),
        };
        let value = match (spec.kind, spec.key) {
            (Kind::Float, Key::None) => Value::Float(number(dice)),
            (Kind::Float, key) => Value::Map(key.names(names).iter().map(|n| (n.clone(), number(dice))).collect()),
            (Kind::Int, _) => Value::Int(number(dice).round() as i64),
            (Kind::Bool, _) => Value::Bool(dice.chance(0.5)),
            (Kind::Choice(choices), _) => Value::Text((*dice.pick(choices)).into()),
            (Kind::Zones, _) => Value::List(names.zones.iter().filter(|_| dice.chance(0.6)).cloned().collect()),
        };
        params.set(spec.path, None, &value, names).unwrap_or_else(|e| panic!("{} = {value:?}: {e:?}", spec.path));
    }
}

fn outage(dice: &mut Dice, world: &World, number: usize, (start, days): Run) -> Outage {
    let functions = [AppFunction::Register, AppFunction::Request, AppFunction::Confirm, AppFunction::All];
    let from = day_of(start, dice.below(days)).at(dice.below(24) as i8, 0, 0, 0);
    let hours = dice.among(1..=200) as i64;
    let some = |dice: &mut Dice, n: usize| dice.chance(0.3).then(|| dice.some_of(n, 0.6));
    Outage {
        id: dice.chance(0.5).then(|| format!("outage {number}")),
        function: *dice.pick(&functions),
        from,
        to: from.checked_add(jiff::Span::new().hours(hours)).expect("within the calendar"),
        share_failing: if dice.chance(0.2) { 1.0 } else { dice.unit() },
        nationalities: some(dice, world.nationalities.len()),
        ports: some(dice, world.ports.len()),
        remedy: if dice.chance(0.5) { Remedy::Extend { hours: dice.among(1..=120) as i64 } } else { Remedy::None },
    }
}

fn caravan(dice: &mut Dice, world: &World, number: usize, (start, days): Run) -> CaravanPlan {
    CaravanPlan {
        id: format!("caravan {number}"),
        date: day_of(start, dice.below(days)),
        place: dice.below(world.places.len()),
        persons: dice.among(1..=300) as i64,
        aim: dice.below(world.places.len()),
        dissolve_at: dice.chance(0.3).then(|| dice.below(world.places.len())),
    }
}

fn pulse(dice: &mut Dice, world: &World, number: usize, (start, days): Run) -> Pulse {
    let first = dice.below(days);
    let stays: Vec<usize> =
        (0..world.places.len()).filter(|&p| world.places[p].kind != PlaceKind::Checkpoint).collect();
    let mut mix: Vec<(usize, f64)> = Vec::new();
    for nationality in dice.some_of(world.nationalities.len(), 0.6) {
        mix.push((nationality, dice.between(0.1, 1.0)));
    }
    if mix.is_empty() {
        mix.push((0, 1.0));
    }
    Pulse {
        id: format!("pulse {number}"),
        from: day_of(start, first),
        to: day_of(start, (first + dice.below(10)).min(days - 1)),
        place: *dice.pick(&stays),
        persons: dice.among(1..=300) as i64,
        mix,
    }
}
