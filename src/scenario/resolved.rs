//! A scenario written out in full, so that it can be run again without what it was built from.

use std::fmt::Write;

use super::field::Value;
use super::input::{CaravanPlan, Outage, Policy, Pulse, Remedy, Scenario};
use super::params::specs;
use super::settings::groups;

/// The posterior in use, beside the resolved scenario.
pub const POSTERIOR_FILE: &str = "posterior.csv";
/// Folder of the world's tables beside the resolved scenario.
pub const WORLD_FOLDER: &str = "data";

/// The scenario as TOML without `extends`: every parameter in force at the start, the policies
/// (those already in force change nothing any more), and the planned events. Its world is the folder [`WORLD_FOLDER`] beside it.
pub fn write(scenario: &Scenario) -> String {
    let mut out = String::new();
    head(&mut out, scenario);
    parameters(&mut out, scenario);
    for pulse in &scenario.pulses {
        write_pulse(&mut out, pulse, scenario);
    }
    for policy in &scenario.policies {
        write_policy(&mut out, policy);
    }
    for outage in &scenario.outages {
        write_outage(&mut out, outage, scenario);
    }
    for caravan in &scenario.caravans {
        write_caravan(&mut out, caravan, scenario);
    }
    out
}

/// `key = value`.
fn line(out: &mut String, key: &str, value: impl std::fmt::Display) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{key} = {value}");
}

fn section(out: &mut String, header: &str) {
    let _ = writeln!(out, "\n{header}");
}

fn head(out: &mut String, scenario: &Scenario) {
    line(out, "name", text(&scenario.name));
    line(out, "title", text(&scenario.title));
    line(out, "question", text(&scenario.question));
    line(out, "world", text(WORLD_FOLDER));
    line(out, "world_name", text(&scenario.world.name));
    line(out, "start", scenario.start);
    line(out, "end", scenario.end);
    line(out, "record_from", scenario.record_from);
    // Beyond what TOML calls an integer the seed is written all the same; the reader takes it.
    line(out, "seed", scenario.seed);
    line(out, "replicates", scenario.replicates);
    line(out, "scale", number(1.0 / scenario.weight as f64));
    if scenario.posterior.is_some() {
        line(out, "posterior", text(POSTERIOR_FILE));
        line(out, "use_posterior", true);
    }
}

fn parameters(out: &mut String, scenario: &Scenario) {
    let params = &scenario.timeline[0].1;
    for group in groups() {
        section(out, &format!("[{group}]"));
        for spec in specs() {
            let Some(field) = spec.path.strip_prefix(group).and_then(|rest| rest.strip_prefix('.')) else { continue };
            if let Some(value) = params.get(spec.path, &scenario.world.names) {
                line(out, field, value_text(&value));
            }
        }
    }
}

fn write_pulse(out: &mut String, pulse: &Pulse, scenario: &Scenario) {
    section(out, "[[inflow.pulse]]");
    line(out, "id", text(&pulse.id));
    line(out, "from", pulse.from);
    line(out, "to", pulse.to);
    line(out, "place", text(&scenario.world.places[pulse.place].id));
    line(out, "persons", pulse.persons);
    let named = pulse.mix.iter().map(|(i, weight)| (scenario.world.names.nationalities[*i].clone(), *weight));
    line(out, "mix", value_text(&Value::Map(named.collect())));
}

fn write_policy(out: &mut String, policy: &Policy) {
    section(out, "[[policy]]");
    line(out, "id", text(&policy.id));
    line(out, "from", policy.from);
    if !policy.note.is_empty() {
        line(out, "note", text(&policy.note));
    }
    if !policy.source.is_empty() {
        line(out, "source", text(&policy.source));
    }
    let set: Vec<String> =
        policy.set.iter().map(|(path, value)| format!("{} = {}", text(path), value_text(value))).collect();
    line(out, "set", format!("{{ {} }}", set.join(", ")));
}

fn write_outage(out: &mut String, outage: &Outage, scenario: &Scenario) {
    section(out, "[[outage]]");
    if let Some(id) = &outage.id {
        line(out, "id", text(id));
    }
    let function = super::events::FUNCTIONS.iter().find(|(_, f)| *f == outage.function);
    line(out, "function", text(function.map_or("all", |(name, _)| name)));
    line(out, "from", outage.from);
    line(out, "to", outage.to);
    line(out, "share_failing", number(outage.share_failing));
    if let Some(list) = &outage.nationalities {
        line(out, "nationalities", list_text(list.iter().map(|i| scenario.world.names.nationalities[*i].as_str())));
    }
    if let Some(list) = &outage.ports {
        line(out, "ports", list_text(list.iter().map(|i| scenario.world.ports[*i].name.as_str())));
    }
    match outage.remedy {
        Remedy::None => line(out, "remedy", text("none")),
        Remedy::Extend { hours } => {
            line(out, "remedy", text("extend"));
            line(out, "extend_hours", hours);
        }
    }
}

fn write_caravan(out: &mut String, caravan: &CaravanPlan, scenario: &Scenario) {
    let place = |i: usize| text(&scenario.world.places[i].id);
    section(out, "[[caravan]]");
    line(out, "id", text(&caravan.id));
    line(out, "date", caravan.date);
    line(out, "place", place(caravan.place));
    line(out, "persons", caravan.persons);
    line(out, "aim", place(caravan.aim));
    if let Some(i) = caravan.dissolve_at {
        line(out, "dissolve_at", place(i));
    }
}

/// A number that reads back as the same float.
fn number(x: f64) -> String {
    format!("{x:?}")
}

/// A basic TOML string.
fn text(s: &str) -> String {
    let mut quoted = String::from("\"");
    for c in s.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", c as u32);
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

fn list_text<'a>(items: impl Iterator<Item = &'a str>) -> String {
    format!("[{}]", items.map(text).collect::<Vec<_>>().join(", "))
}

/// A value of a parameter as TOML.
pub fn value_text(value: &Value) -> String {
    match value {
        Value::Float(x) => number(*x),
        Value::Int(i) => i.to_string(),
        Value::Bool(b) => b.to_string(),
        Value::Text(s) => text(s),
        Value::List(items) => list_text(items.iter().map(String::as_str)),
        Value::Map(entries) => {
            let entries: Vec<String> = entries.iter().map(|(k, x)| format!("{} = {}", key(k), number(*x))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
    }
}

/// A TOML key, quoted if it must be.
pub fn key(name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.chars().all(bare) { name.to_string() } else { text(name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_keys_read_back() {
        for s in ["", "plain", "a \"b\" \\ c\n\t\u{7f}\u{1}é", "El Salvador", "a.b"] {
            let document = format!("{} = {}", if s.is_empty() { "\"\"".into() } else { key(s) }, text(s));
            let table: toml::Table = document.parse().unwrap();
            assert_eq!(table.get(s).and_then(|v| v.as_str()), Some(s), "{document}");
        }
        for x in [0.1, 1.0 / 3.0, 1e-9, 1e300, 0.0, 5e-324] {
            let table: toml::Table = format!("x = {}", number(x)).parse().unwrap();
            assert_eq!(table["x"].as_float(), Some(x));
        }
    }
}
