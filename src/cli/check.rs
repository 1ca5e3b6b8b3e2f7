//! `antesala check`: scenarios read and summarised, nothing run or written.

use std::fmt::Write;
use std::process::ExitCode;

use jiff::civil::Date;

use super::args::CheckArgs;
use super::{Outcome, print};
use crate::scenario::field::Value;
use crate::scenario::input::Month;
use crate::scenario::{self, Overrides, Scenario, value_text};

/// Checks each scenario in turn and prints a summary of it.
///
/// # Errors
/// The first scenario that is not right.
pub fn check(args: &CheckArgs) -> Outcome {
    let overrides = Overrides { set: args.set.clone(), allow_path: args.allow_path.clone(), ..Overrides::default() };
    for (i, reference) in args.scenarios.iter().enumerate() {
        let scenario = scenario::load(reference, &overrides)?;
        let gap = if i == 0 { "" } else { "\n" };
        print(&format!("{gap}{}", summary(&scenario)))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A scenario in words.
fn summary(scenario: &Scenario) -> String {
    let mut out = String::new();
    head(&mut out, scenario);
    world(&mut out, scenario);
    events(&mut out, scenario);
    for warning in &scenario.warnings {
        let _ = writeln!(out, "  warning      {warning}");
    }
    let _ = writeln!(out, "  ok");
    out
}

fn row(out: &mut String, label: &str, text: impl std::fmt::Display) {
    let _ = writeln!(out, "  {label:<12} {text}");
}

fn head(out: &mut String, s: &Scenario) {
    let _ = writeln!(out, "{}: {}", s.name, s.title);
    if !s.question.is_empty() {
        row(out, "question", &s.question);
    }
    let recorded = if s.record_from > s.start { format!(", recorded from {}", s.record_from) } else { String::new() };
    row(out, "dates", format!("{} to {}, {} days{recorded}", s.start, s.end, s.days()));
    let scale = if s.weight == 1 { "full scale".to_string() } else { format!("scale 1/{}", s.weight) };
    row(out, "runs", format!("{}, seed {}, {scale}", count(s.replicates as usize, "replicate"), s.seed));
}

fn world(out: &mut String, s: &Scenario) {
    let w = &s.world;
    let (nationalities, zones) = (w.names.nationalities.len(), w.names.zones.len());
    let sizes = [
        count(w.places.len(), "place"),
        count(zones, "zone"),
        count(w.legs.len(), "leg"),
        count(w.modes.len(), "mode"),
        count(w.ports.len(), "port"),
        plural(nationalities, "nationality", "nationalities"),
    ];
    row(out, "world", format!("{}: {}", w.name, sizes.join(", ")));
    row(out, "inflow", inflow(s));
}

/// How many enter, in words.
fn inflow(s: &Scenario) -> String {
    let params = &s.timeline[0].1.inflow;
    let first = Month::of(s.start);
    let last = Month::of(s.end);
    let rows = s.world.inflow.iter().filter(|r| (first..=last).contains(&r.month));
    match params.persons {
        _ if !params.enabled => "off at the start".into(),
        0 => format!("{:.0} persons in the months of the run", rows.map(|r| r.persons).sum::<f64>() * params.factor),
        n => format!("{n} persons, evenly over the run"),
    }
}

fn events(out: &mut String, s: &Scenario) {
    for policy in &s.policies {
        let when = timing(s, policy.from);
        row(out, "policy", format!("{} {}{when}: {}", policy.from, policy.id, changes(&policy.set)));
    }
    for pulse in &s.pulses {
        let place = &s.world.places[pulse.place].name;
        row(out, "pulse", format!("{} {}: {} persons at {place}", pulse.from, pulse.id, pulse.persons));
    }
    for outage in &s.outages {
        let id = outage.id.as_deref().unwrap_or("without id");
        row(out, "outage", format!("{} to {} {id}, fails for {}", outage.from, outage.to, outage.share_failing));
    }
    for caravan in &s.caravans {
        let (from, to) = (&s.world.places[caravan.place].name, &s.world.places[caravan.aim].name);
        row(out, "caravan", format!("{} {}: {} persons, {from} to {to}", caravan.date, caravan.id, caravan.persons));
    }
}

/// What a policy sets; of a long list the beginning.
fn changes(set: &[(String, Value)]) -> String {
    const MOST_SHOWN: usize = 4;
    let shown = set.iter().take(MOST_SHOWN).map(|(path, value)| format!("{path} = {}", value_text(value)));
    let mut text = shown.collect::<Vec<_>>().join(", ");
    if set.len() > MOST_SHOWN {
        text.push_str(&format!(" and {} more", set.len() - MOST_SHOWN));
    }
    text
}

fn timing(s: &Scenario, date: Date) -> &'static str {
    match date {
        d if d > s.end => " (after the end)",
        d if d <= s.start => " (in force at the start)",
        _ => "",
    }
}

fn count(n: usize, one: &str) -> String {
    plural(n, one, &format!("{one}s"))
}

fn plural(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}
