//! Worlds in which one thing befalls people, and how long it took, from the paths of all of them.

use std::collections::BTreeMap;

use antesala::model::observation::{Event, Observation, PathRow};
use antesala::scenario::field::Value;
use antesala::scenario::input::{Scenario, World};

use crate::worlds::{lottery_settings, observe_sampling, scenario};

pub fn x(value: f64) -> Value {
    Value::Float(value)
}

pub fn n(value: i64) -> Value {
    Value::Int(value)
}

pub const ON: Value = Value::Bool(true);
pub const OFF: Value = Value::Bool(false);

/// So many single persons enter on each of `days` days, app users without slots who set out the day after, and nothing
/// befalls them but what `more` says.
pub fn quiet(world: World, days: i64, a_day: i64, more: &[(&'static str, Value)]) -> Scenario {
    let mut settings = lottery_settings(a_day * days);
    settings.extend([
        ("decisions.enabled", OFF),
        ("decisions.give_up_per_week", x(0.0)),
        ("travel.depart_share", x(1.0)),
        ("travel.living_cost", x(0.0)),
        ("app.share_of_inflow", x(0.0)),
    ]);
    settings.extend_from_slice(more);
    scenario(world, days, &settings)
}

/// A run with the paths of all households.
pub fn everyone(scenario: &Scenario) -> Observation {
    observe_sampling(scenario, u32::MAX)
}

/// The path of every household.
pub fn paths(seen: &Observation) -> BTreeMap<u32, Vec<&PathRow>> {
    let mut paths: BTreeMap<u32, Vec<&PathRow>> = BTreeMap::new();
    for row in &seen.paths {
        paths.entry(row.household).or_default().push(row);
    }
    paths
}

/// Day of the run of a step.
pub fn day(seen: &Observation, row: &PathRow) -> u32 {
    (row.date - seen.first_day.expect("recorded")).get_days() as u32
}

/// What followed the first `from` of each household for which that came on a day of `on`: the step, among `to`, that came
/// next, with the days it took; `None` where none did within `within` days.
pub fn next<'a>(
    seen: &'a Observation,
    from: Event,
    to: &[Event],
    on: std::ops::Range<u32>,
    within: u32,
) -> Vec<Option<(u32, &'a PathRow)>> {
    assert!(on.end - 1 + within < seen.days as u32, "the run ends before {within} days are over");
    let follow = |path: Vec<&'a PathRow>| {
        let at = path.iter().position(|row| row.event == from)?;
        let start = day(seen, path[at]);
        let then = path[at + 1..].iter().find(|row| to.contains(&row.event));
        let then = then.map(|row| (day(seen, row) - start, *row)).filter(|(days, _)| *days <= within);
        on.contains(&start).then_some(then)
    };
    paths(seen).into_values().filter_map(follow).collect()
}

/// The days alone.
pub fn days(next: &[Option<(u32, &PathRow)>]) -> Vec<Option<u32>> {
    next.iter().map(|step| step.map(|(days, _)| days)).collect()
}

/// How many came to each of some ends; steps that did not come are left out.
pub fn ends(next: &[Option<(u32, &PathRow)>], of: &[Event]) -> Vec<u64> {
    let came: Vec<Event> = next.iter().flatten().map(|(_, row)| row.event).collect();
    of.iter().map(|event| came.iter().filter(|e| *e == event).count() as u64).collect()
}
