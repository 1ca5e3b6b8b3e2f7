//! Section 3: the scenarios told of and what they assume; section 5: the shocks in them.

use serde::Serialize;

use super::language::capital;
use super::quantity::{Quantity, Unit};
use super::view::View;
use crate::record::digest::Spread;
use crate::record::quantile::spread;
use crate::record::results::Run;
use crate::report::words::named;
use crate::scenario::describe;
use crate::scenario::input::{AppFunction, Outage, Policy, Remedy, Scenario};

/// A scenario of the page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Told {
    pub name: String,
    pub title: String,
    pub question: String,
    /// Which role and colour it has: 0 the base, 1 and on the variants.
    pub role: usize,
    /// What it holds that the base does not.
    pub events: Vec<String>,
}

/// An assumption with its value and source.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Assumption {
    pub name: String,
    pub value: String,
    pub range: String,
    pub unit: String,
    pub source: String,
    pub parameter: String,
}

/// A dated event of a scenario.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shock {
    pub when: String,
    pub what: String,
    pub source: String,
}

/// Parameters told as assumptions: those that weigh most and are known least.
const ASSUMED: [&str; 8] = [
    "app.loss_per_week",
    "app.diligence",
    "decisions.patience_weight",
    "decisions.trust_weight",
    "travel.inland_share",
    "enforcement.factor",
    "household.access_share",
    "needs.sheltered_share",
];
/// Policies told of; the rest stands in the scenario file.
const MOST_POLICIES: usize = 24;

/// The scenarios, the base first.
pub fn told(view: &View) -> Vec<Told> {
    let base = view.base();
    let of = |(role, run): (usize, &Run)| Told {
        name: view.say.scenario(&run.about.scenario).into(),
        title: view.say.known(&run.about.title).into(),
        question: view.say.known(&run.about.question).into(),
        role,
        events: if role == 0 { held(view, run) } else { own_events(view, &run.scenario, &base.scenario) },
    };
    std::iter::once(base).chain(view.variants()).enumerate().map(of).collect()
}

/// The outages, caravans and pulses of the base, and how many dated changes of rules.
fn held(view: &View, run: &Run) -> Vec<String> {
    let scenario = &run.scenario;
    let mut out: Vec<String> = scenario.outages.iter().map(|o| outage(view, o)).collect();
    let count = |n: usize| view.say.count(n as f64);
    out.push(view.say.with(
        "scenarios.base_holds",
        &[("caravans", &count(scenario.caravans.len())), ("policies", &count(scenario.policies.len()))],
    ));
    out
}

/// Parameters told of where they differ from the base's; the rest is in the scenario file.
const MOST_PARAMETERS: usize = 12;

/// Values at the start that are not those of the base.
fn own_parameters(view: &View, scenario: &Scenario, base: &Scenario) -> Vec<String> {
    let base = describe::parameters(base);
    let own = describe::parameters(scenario);
    let differs = |p: &&describe::Described| base.iter().any(|b| b.name == p.name && b.default != p.default);
    let told = |p: &describe::Described| {
        let was = base.iter().find(|b| b.name == p.name).map_or(String::new(), |b| b.default.to_string());
        view.say.with("scenarios.parameter_set", &[("name", &p.name), ("value", &p.default.to_string()), ("was", &was)])
    };
    own.iter().filter(differs).take(MOST_PARAMETERS).map(told).collect()
}

/// What a scenario holds that another does not, and what it leaves out.
fn own_events(view: &View, scenario: &Scenario, base: &Scenario) -> Vec<String> {
    let mut out: Vec<String> =
        scenario.outages.iter().filter(|o| !base.outages.contains(o)).map(|o| outage(view, o)).collect();
    let caravans = scenario.caravans.iter().filter(|c| !base.caravans.contains(c));
    out.extend(caravans.map(|c| format!("{}: {}", view.say.date(c.date), caravan(view, scenario, c))));
    let pulses = scenario.pulses.iter().filter(|p| !base.pulses.contains(p));
    out.extend(pulses.map(|p| format!("{}: {}", view.say.date(p.from), pulse(view, scenario, p))));
    let policies = scenario.policies.iter().filter(|p| !base.policies.contains(p));
    out.extend(policies.map(|p| format!("{}: {}", view.say.date(p.from), note(view, p))));
    out.extend(own_parameters(view, scenario, base));
    let gone = |text: String| view.say.with("scenarios.left_out", &[("what", &text)]);
    let policies = base.policies.iter().filter(|p| !scenario.policies.iter().any(|own| own.id == p.id));
    out.extend(policies.map(|p| gone(format!("{}: {}", view.say.date(p.from), note(view, p)))));
    let caravans = base.caravans.iter().filter(|c| !scenario.caravans.iter().any(|own| own.id == c.id));
    out.extend(caravans.map(|c| gone(format!("{}: {}", view.say.date(c.date), caravan(view, base, c)))));
    let outages = base.outages.iter().filter(|o| !scenario.outages.contains(o));
    out.extend(outages.map(|o| gone(outage(view, o))));
    out
}

fn note(view: &View, policy: &Policy) -> String {
    if policy.note.is_empty() { policy.id.clone() } else { view.say.known(&policy.note).to_string() }
}

/// An outage in a sentence.
pub fn outage(view: &View, outage: &Outage) -> String {
    let say = view.say;
    let function = match outage.function {
        AppFunction::Register => "register",
        AppFunction::Request => "request",
        AppFunction::Confirm => "confirm",
        AppFunction::All => "all",
    };
    let hours = (outage.to.duration_since(outage.from).as_secs_f64() / 3600.0).round();
    let remedy = match outage.remedy {
        Remedy::None => say.text("outage.no_remedy").to_string(),
        Remedy::Extend { hours } => say.with("outage.extend", &[("hours", &say.count(hours as f64))]),
    };
    let at = |t: jiff::civil::DateTime| say.with("dates.hour", &[("day", &say.date(t.date())), ("hour", &say.hour(t))]);
    say.with(
        "outage.told",
        &[
            ("what", say.text(&format!("outage.{function}"))),
            ("from", &at(outage.from)),
            ("to", &at(outage.to)),
            ("hours", &say.count(hours)),
            ("share", &say.percent(outage.share_failing)),
            ("remedy", &remedy),
        ],
    )
}

fn caravan(view: &View, scenario: &Scenario, plan: &crate::scenario::input::CaravanPlan) -> String {
    let place = |p: usize| named(&view.words.places, &scenario.world.places[p].name);
    view.say.with(
        "shocks.caravan",
        &[("place", place(plan.place)), ("n", &view.say.count(plan.persons as f64)), ("aim", place(plan.aim))],
    )
}

fn pulse(view: &View, scenario: &Scenario, pulse: &crate::scenario::input::Pulse) -> String {
    view.say.with(
        "shocks.pulse",
        &[
            ("to", &view.say.date(pulse.to)),
            ("place", named(&view.words.places, &scenario.world.places[pulse.place].name)),
            ("n", &view.say.count(pulse.persons as f64)),
        ],
    )
}

/// The dated events of the run told of, in order of date.
pub fn shocks(view: &View) -> Vec<Shock> {
    let scenario = &view.run.scenario;
    let (first, last) = (view.run.about.recorded_from, view.run.about.end);
    let say = view.say;
    let mut out: Vec<(jiff::civil::Date, Shock)> = Vec::new();
    for o in &scenario.outages {
        let (when, what) = (say.date(o.from.date()), outage(view, o));
        out.push((o.from.date(), Shock { when, what, source: say.text("common.see_scenario").into() }));
    }
    for c in &scenario.caravans {
        let what = capital(&caravan(view, scenario, c));
        let shock = Shock { when: say.date(c.date), what, source: String::new() };
        out.push((c.date, shock));
    }
    for p in &scenario.pulses {
        let what = capital(&pulse(view, scenario, p));
        out.push((p.from, Shock { when: say.date(p.from), what, source: String::new() }));
    }
    // Rules that were published, and those that a variant sets; steps derived from data are in the scenario file.
    let base = &view.base().scenario;
    let published = |p: &Policy| p.source.split([',', ' ', ';']).any(|id| view.is_source(id));
    let told = |p: &&Policy| {
        p.from > first
            && p.from <= last
            && match view.comparison {
                Some(_) => !base.policies.contains(p),
                None => published(p) && !p.note.is_empty(),
            }
    };
    for p in scenario.policies.iter().filter(told).take(MOST_POLICIES) {
        let source = say.known(&p.source).to_string();
        out.push((p.from, Shock { when: say.date(p.from), what: note(view, p), source }));
    }
    out.retain(|(date, _)| (first..=last).contains(date));
    out.sort_by_key(|(date, _)| *date);
    out.into_iter().map(|(_, shock)| shock).collect()
}

/// Caravans of the run: how many, how large.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Caravans {
    pub count: Quantity,
    pub largest: Quantity,
}

/// Nothing where there was none in any replicate.
pub fn caravans(view: &View) -> Option<Caravans> {
    let run = view.run;
    if run.caravans.is_empty() {
        return None;
    }
    let each = |f: &dyn Fn(usize) -> f64| (0..run.about.replicates as usize).map(f).collect::<Vec<f64>>();
    let of = |r: usize| run.caravans.iter().filter(move |c| c.replicate == r);
    Some(Caravans {
        count: view.worked_out(each(&|r| of(r).count() as f64), Unit::Things, false)?,
        largest: view.worked_out(each(&|r| of(r).map(|c| c.most_persons).fold(0.0, f64::max)), Unit::Persons, false)?,
    })
}

/// The assumptions that weigh most, with the value in force at the start, or the draws of the posterior.
pub fn assumptions(view: &View) -> Vec<Assumption> {
    let scenario = &view.run.scenario;
    let mut out: Vec<Assumption> = scenario
        .outages
        .iter()
        .enumerate()
        .map(|(i, o)| Assumption {
            name: view.say.text("assumptions.share_failing").into(),
            value: view.say.percent(o.share_failing),
            range: String::new(),
            unit: view.say.text("assumptions.of_those_who_try").into(),
            source: view.say.known("assumed").into(),
            parameter: format!("outage.{}.share_failing", o.id.clone().unwrap_or_else(|| i.to_string())),
        })
        .collect();
    for path in ASSUMED {
        let Some(spec) = crate::scenario::params::specs().iter().find(|s| s.path == path) else { continue };
        let Some(value) = scenario.value_of(path) else { continue };
        let draws: Vec<f64> =
            (0..scenario.draw_timelines.len()).filter_map(|d| scenario.with_draw(d).value_of(path)).collect();
        let share = spec.unit == "share";
        let (value, range) = told_value(view, value, draws, share);
        out.push(Assumption {
            name: view.say.text(&format!("assumptions.{}", path.replace('.', "_"))).into(),
            value,
            unit: if share { String::new() } else { view.say.known(spec.unit).into() },
            source: if range.is_empty() { view.say.known(spec.source) } else { view.say.text("assumptions.fitted") }
                .into(),
            range,
            parameter: path.into(),
        });
    }
    out
}

/// A value, or the median of draws and their range.
fn told_value(view: &View, value: f64, mut draws: Vec<f64>, share: bool) -> (String, String) {
    let decimals = |x: f64| if x != 0.0 && x.abs() < 1.0 { 2 } else { usize::from(x.fract() != 0.0) };
    let tell = |x: f64| if share { view.say.percent(x) } else { view.say.decimal(x, decimals(x)) };
    match spread(&mut draws) {
        Some(Spread { p05, p50, p95, .. }) if p05 != p95 => {
            (tell(p50), view.say.with("common.range", &[("low", &tell(p05)), ("high", &tell(p95))]))
        }
        _ => (tell(value), String::new()),
    }
}

/// Metrics compared, with their units.
const COMPARED: [(&str, Unit); 12] = [
    ("lapse", Unit::Persons),
    ("processed", Unit::Persons),
    ("backlog_peak", Unit::Persons),
    ("backlog_end", Unit::Persons),
    ("wait_completed_queue_age_mean", Unit::Days),
    ("entered_between_ports", Unit::Persons),
    ("border_patrol_encounter", Unit::Events),
    ("interception", Unit::Events),
    ("returned_home", Unit::Persons),
    ("asylum_filed", Unit::Persons),
    ("settled", Unit::Persons),
    ("stock_end", Unit::Persons),
];

/// A metric, its level in the base and what each variant changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComparedMetric {
    pub name: String,
    pub unit: String,
    pub base: Option<Quantity>,
    pub changes: Vec<Option<Quantity>>,
}

/// Section 7: the metrics that any variant changes, and those that stay.
pub fn compared(view: &View) -> Vec<ComparedMetric> {
    let row = |(metric, unit): &(&str, Unit)| ComparedMetric {
        name: view.say.text(&format!("metrics.{metric}")).into(),
        unit: view.say.text(&format!("units.{}", unit_key(*unit))).into(),
        base: view.metric(view.base(), metric, *unit),
        changes: view.variants().iter().map(|v| view.difference_told(&v.about.scenario, metric, *unit)).collect(),
    };
    if view.comparison.is_none() {
        return Vec::new();
    }
    let known = |m: &ComparedMetric| m.base.is_some() || m.changes.iter().any(Option::is_some);
    COMPARED.iter().map(row).filter(known).collect()
}

fn unit_key(unit: Unit) -> &'static str {
    match unit {
        Unit::Persons => "persons",
        Unit::Events => "events",
        Unit::Days => "days",
        Unit::Things | Unit::Share => "number",
    }
}
