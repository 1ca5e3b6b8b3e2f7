//! Targets of a scenario, ready to be measured and compared.

use jiff::civil::Date;

use super::plan::Family;
use crate::experiment::inference::Goal;
use crate::model::observation::Observation;
use crate::record::measure::{Series, measure};
use crate::scenario::error::{Problem, Problems, ScenarioError, suggestion};
use crate::scenario::input::{Scenario, TargetRow};

/// A target with what it means.
#[derive(Debug, Clone)]
pub struct Target {
    pub row: TargetRow,
    pub series: Series,
}

/// The targets of a scenario's world.
///
/// # Errors
/// The world has none, or one has a series that does not exist.
pub fn targets(scenario: &Scenario) -> Result<Vec<Target>, ScenarioError> {
    let mut problems = Problems::default();
    let rows = &scenario.world.targets;
    if rows.is_empty() {
        let message = format!("the world `{}` has no targets.csv: nothing to compare a run with", scenario.world.name);
        return Err(Problem::nowhere(message).into());
    }
    let mut out = Vec::new();
    for row in rows {
        if !row.kind.is_empty() && !KINDS.contains(&row.kind.as_str()) {
            let message = format!("{}: there is no kind `{}`", place(scenario, row), row.kind);
            problems.push(Problem::nowhere(message).help(suggestion(&row.kind, KINDS)));
        }
        match Series::named(&row.series) {
            Some(series) => out.push(Target { row: row.clone(), series }),
            None => {
                let message = format!("{}: there is no series `{}`", place(scenario, row), row.series);
                problems.push(Problem::nowhere(message).help(suggestion(&row.series, Series::names())));
            }
        }
    }
    problems.into_result()?;
    if out.iter().all(|target: &Target| target.row.to < scenario.start) {
        let message = format!("every target ends before the run starts on {}", scenario.start);
        return Err(Problem::nowhere(message).into());
    }
    Ok(out)
}

/// What a target may be, if it is said.
const KINDS: [&str; 11] = [
    "flow",
    "stock",
    "events",
    "share",
    "change",
    "completed",
    "elapsed",
    "caravan",
    "invariant",
    "at_least",
    "at_most",
];

/// Where a target stands.
fn place(scenario: &Scenario, row: &TargetRow) -> String {
    format!("targets.csv:{} of the world `{}`", row.line, scenario.world.name)
}

/// The day the last target asks for: waits are taken at the end of a month.
pub fn last_day(targets: &[Target]) -> Option<Date> {
    targets.iter().map(|t| t.row.to.last_of_month()).max()
}

/// All targets of one replicate; NaN where there is none. Where an observation is only a bound, a run
/// on its right side counts as on it.
pub fn measure_all(scenario: &Scenario, seen: &Observation, targets: &[Target]) -> Vec<f64> {
    let of = |t: &Target| match (measure(scenario, seen, t.series, &t.row), t.row.kind.as_str()) {
        (Some(x), "at_least") => x.min(t.row.value),
        (Some(x), "at_most") => x.max(t.row.value),
        (x, _) => x.unwrap_or(f64::NAN),
    };
    targets.iter().map(of).collect()
}

/// Targets as goals: those used for the inflow, and those after `train_to`, count for nothing.
pub fn goals(
    targets: &[Target],
    families: &std::collections::BTreeMap<String, Family>,
    train_to: Option<Date>,
) -> Vec<Goal> {
    let counts = |t: &Target| !t.row.used && train_to.is_none_or(|end| t.row.to <= end);
    let goal = |t: &Target| {
        let family = families.get(&t.row.family);
        let discrepancy = family.map_or(0.0, |f| libm::hypot(f.relative * t.row.value.abs(), f.absolute));
        let fellows = targets.iter().filter(|o| o.row.family == t.row.family && counts(o)).count();
        let worth = family.and_then(|f| f.worth).unwrap_or(f64::INFINITY);
        let weight = if counts(t) { (worth / fellows as f64).min(1.0) } else { 0.0 };
        Goal { value: t.row.value, variance: t.row.error * t.row.error + discrepancy * discrepancy, weight }
    };
    targets.iter().map(goal).collect()
}
