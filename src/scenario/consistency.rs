//! What must fit together once everything is read, and what the user should know.

use jiff::civil::Date;

use super::error::{Problem, Problems, ScenarioError, Spot};
use super::input::{Month, Place, Scenario};
use super::layers::Layer;
use super::params::Params;
use super::tree::Plain;

/// Refuses a scenario in which nothing happens, and processes without the places they need.
///
/// # Errors
/// All that does not fit.
pub fn check(scenario: &Scenario, layers: &[Layer]) -> Result<(), ScenarioError> {
    let mut problems = Problems::default();
    let ever = |on: fn(&Params) -> bool| scenario.timeline.iter().any(|(_, p)| on(p));
    let any_process = ever(|p| {
        p.inflow.enabled
            || p.travel.enabled
            || p.enforcement.enabled
            || p.caravans.enabled
            || p.app.enabled
            || p.asylum.enabled
            || p.decisions.enabled
            || p.crossing.enabled
            || p.harm.enabled
    });
    if !any_process {
        let spot = layers.last().map(|l| Spot::start_of(&l.text));
        problems.push(Problem {
            message: "a scenario with nothing in it: no process is switched on".into(),
            label: "nothing would happen".into(),
            help: Some(
                "switch processes on, for instance [inflow] enabled = true, or build on a scenario with `extends`"
                    .into(),
            ),
            spot,
        });
    }
    let places = &scenario.world.places;
    let mut need = |on: bool, group: &str, weight: fn(&Place) -> f64, column: &str| {
        if on && !places.iter().any(|p| weight(p) > 0.0) {
            let message = format!("`{group}.enabled` needs a place with a `{column}` above 0 in places.csv");
            problems.push(at_switch(layers, group, message));
        }
    };
    need(ever(|p| p.crossing.enabled), "crossing", |p| p.crossing_weight, "crossing_weight");
    need(ever(|p| p.asylum.enabled), "asylum", |p| p.asylum_weight, "asylum_weight");
    let returns = ever(|p| p.enforcement.enabled && p.enforcement.returned_share > 0.0);
    need(returns, "enforcement", |p| p.return_weight, "return_weight");
    if let Some(day) = app_without_ports(scenario) {
        let message = format!("`app.enabled` needs a port; on {day} no port of ports.csv has a share above 0");
        problems.push(at_switch(layers, "app", message));
    }
    problems.into_result()
}

/// A problem shown where a process is switched on.
fn at_switch(layers: &[Layer], group: &str, message: String) -> Problem {
    let switch = layers.iter().rev().find_map(|layer| match &layer.root.get(group)?.node.plain {
        Plain::Table(table) => Some(table.get("enabled")?.node.at.clone()),
        _ => None,
    });
    let spot = switch.or_else(|| layers.last().map(|l| Spot::start_of(&l.text)));
    Problem { message, label: "switched on here".into(), help: None, spot }
}

/// The first day with the app on and no port to give slots at.
fn app_without_ports(scenario: &Scenario) -> Option<Date> {
    let ports = &scenario.world.ports;
    let changes = ports.iter().flat_map(|p| p.shares.iter().map(|(from, _)| *from));
    let mut days: Vec<Date> = changes.chain(scenario.timeline.iter().map(|(from, _)| *from)).collect();
    days.retain(|day| (scenario.start..=scenario.end).contains(day));
    days.sort_unstable();
    days.dedup();
    days.into_iter().find(|day| {
        let share = |shares: &[(Date, f64)]| {
            let i = shares.partition_point(|(from, _)| from <= day);
            if i == 0 { 0.0 } else { shares[i - 1].1 }
        };
        scenario.params_on(*day).app.enabled && ports.iter().map(|p| share(&p.shares)).sum::<f64>() <= 0.0
    })
}

/// What is no error but might surprise.
pub fn warnings(scenario: &Scenario) -> Vec<String> {
    let mut said = Vec::new();
    let (start, end) = (scenario.start, scenario.end);
    let named = |id: &Option<String>| id.as_ref().map_or(String::new(), |id| format!(" `{id}`"));
    for outage in &scenario.outages {
        if outage.from.date() > end || outage.to.date() < start {
            said.push(format!(
                "the outage{} of {} lies outside the run, {start} to {end}",
                named(&outage.id),
                outage.from
            ));
        }
    }
    for caravan in &scenario.caravans {
        if caravan.date > end || caravan.date < start {
            said.push(format!(
                "the caravan `{}` of {} lies outside the run, {start} to {end}",
                caravan.id, caravan.date
            ));
        }
    }
    for pulse in &scenario.pulses {
        if pulse.from > end || pulse.to < start {
            said.push(format!("the pulse `{}` of {} lies outside the run, {start} to {end}", pulse.id, pulse.from));
        }
    }
    let walks = |date: Date| scenario.params_on(date).caravans.enabled;
    for caravan in scenario.caravans.iter().filter(|c| (start..=end).contains(&c.date) && !walks(c.date)) {
        said.push(format!(
            "the caravan `{}` does not form: `caravans.enabled` is false on {}",
            caravan.id, caravan.date
        ));
    }
    said.extend(months_without_inflow(scenario));
    let world = &scenario.world;
    for (i, mode) in world.modes.iter().enumerate() {
        if !world.legs.is_empty() && !world.legs.iter().any(|leg| leg.modes[i]) {
            said.push(format!(
                "nobody can travel by `{}`: no leg of routes.csv has its tag, `{}`",
                mode.name, mode.leg_tag
            ));
        }
    }
    said
}

/// Names the months of the run for which the world has no inflow.
fn months_without_inflow(scenario: &Scenario) -> Option<String> {
    let has_rows = |month: Month| scenario.world.inflow.iter().any(|row| row.month == month);
    let mut missing: Vec<String> = Vec::new();
    let mut day = Month::of(scenario.start).first_day();
    while day <= scenario.end {
        let params = scenario.params_on(day.max(scenario.start));
        let month = Month::of(day);
        if params.inflow.enabled && params.inflow.persons == 0 && !has_rows(month) {
            missing.push(month.to_string());
        }
        day = day.saturating_add(jiff::Span::new().months(1));
    }
    let (first, last) = (missing.first()?, missing.last()?);
    let which = if first == last { first.clone() } else { format!("{} months from {first} to {last}", missing.len()) };
    Some(format!("inflow.csv has no rows for {which}: nobody enters then"))
}
