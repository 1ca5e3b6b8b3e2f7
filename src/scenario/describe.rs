//! The parameters of a scenario, one row a number, for people, design columns and `--set`.

use serde_json::{Value as Json, json};

use super::event_settings;
use super::field::{Key, Kind, Names, Spec, Value};
use super::input::Scenario;
use super::params::specs;

/// One parameter, or one key of a keyed one.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    /// What `--set` and design columns take.
    pub name: String,
    /// `float`, `int`, `bool`, `date` or `choice`.
    pub kind: &'static str,
    pub unit: &'static str,
    /// Lowest and highest accepted, for `float` and `int`; whole numbers for `int`.
    pub bounds: Option<(Json, Json)>,
    /// What a `choice` may be.
    pub choices: Vec<&'static str>,
    /// Value at the start of the scenario.
    pub default: Json,
    /// How a design draws it: `uniform` within the bounds, or among the values.
    pub distribution: &'static str,
    pub source: &'static str,
    pub meaning: &'static str,
}

/// Every parameter of a scenario, in the order of the table, keyed ones once a name of its world; then
/// what can be set of its planned events and policies.
pub fn all(scenario: &Scenario) -> Vec<Described> {
    let mut rows = parameters(scenario);
    rows.extend(event_settings::described(scenario));
    rows.extend(of_policies(scenario));
    rows
}

/// The parameters alone: what a policy may set.
pub fn parameters(scenario: &Scenario) -> Vec<Described> {
    let names = &scenario.world.names;
    let params = &scenario.timeline[0].1;
    let rows = |spec: &'static Spec| match params.get(spec.path, names) {
        Some(value) => rows_of(spec, &value, names),
        None => Vec::new(),
    };
    specs().iter().flat_map(rows).collect()
}

/// Values that policies set, by the names that `--set` takes.
fn of_policies(scenario: &Scenario) -> Vec<Described> {
    let mut out = Vec::new();
    for policy in &scenario.policies {
        for (path, value) in &policy.set {
            let within = |s: &&Spec| path.strip_prefix(s.path).is_some_and(|r| r.is_empty() || r.starts_with('.'));
            let Some(spec) = specs().iter().find(within) else { continue };
            let name = format!("policy.{}.{path}", policy.id);
            let default = match value {
                Value::Float(x) => json!(x),
                Value::Int(i) => json!(i),
                Value::Bool(b) => json!(b),
                Value::Text(s) => json!(s),
                // Set whole only.
                Value::List(_) | Value::Map(_) => continue,
            };
            out.push(row(spec, name, default));
        }
    }
    out
}

fn rows_of(spec: &'static Spec, value: &Value, names: &Names) -> Vec<Described> {
    match value {
        Value::Map(entries) => {
            entries.iter().map(|(name, x)| row(spec, format!("{}.{name}", spec.path), json!(x))).collect()
        }
        Value::List(on) => {
            let zones = Key::Zone.names(names).iter();
            zones.map(|zone| row(spec, format!("{}.{zone}", spec.path), json!(on.contains(zone)))).collect()
        }
        Value::Float(x) => vec![row(spec, spec.path.into(), json!(x))],
        Value::Int(i) => vec![row(spec, spec.path.into(), json!(i))],
        Value::Bool(b) => vec![row(spec, spec.path.into(), json!(b))],
        Value::Text(s) => vec![row(spec, spec.path.into(), json!(s))],
    }
}

fn row(spec: &'static Spec, name: String, default: Json) -> Described {
    let (kind, bounds, choices, distribution) = match spec.kind {
        Kind::Float => ("float", Some((json!(spec.low), json!(spec.high))), Vec::new(), "uniform"),
        Kind::Int => ("int", Some((json!(spec.low as i64), json!(spec.high as i64))), Vec::new(), "uniform"),
        Kind::Bool | Kind::Zones => ("bool", None, Vec::new(), "choice"),
        Kind::Choice(choices) => ("choice", None, choices.to_vec(), "choice"),
    };
    let (unit, source, meaning) = (spec.unit, spec.source, spec.meaning);
    // A set of zones is described zone by zone, as true or false.
    let unit = if spec.kind == Kind::Zones { "" } else { unit };
    Described { name, kind, unit, bounds, choices, default, distribution, source, meaning }
}
