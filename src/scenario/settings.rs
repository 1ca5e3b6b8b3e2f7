//! The plain keys at the top of a scenario: names, dates, seed, replicates, scale.

use jiff::civil::{Date, date};

use super::Overrides;
use super::error::{Problem, Problems, Spot, no_control, suggestion, unprintable};
use super::layers::Layer;
use super::params::specs;
use super::tree::{Entry, Table};

/// Keys at the top of a scenario that are neither parameters nor arrays of tables.
pub const KEYS: [&str; 14] = [
    "extends",
    "name",
    "title",
    "question",
    "world",
    "world_name",
    "start",
    "end",
    "record_from",
    "seed",
    "replicates",
    "scale",
    "posterior",
    "use_posterior",
];
/// Arrays of tables.
pub const ARRAYS: [&str; 4] = ["policy", "outage", "caravan", "inflow.pulse"];

/// Dates a scenario may lie between, and its most days.
const EARLIEST: Date = date(1900, 1, 1);
const LATEST: Date = date(2199, 12, 31);
const MOST_DAYS: i32 = 11_000;
pub const MOST_REPLICATES: i128 = 1_000_000;
/// Longest name of an output folder, bytes: beside it there is one with a longer name.
const LONGEST_NAME: usize = 200;
/// Largest k of a scale 1/k.
const MOST_WEIGHT: f64 = 1e6;
/// How far a written 1/k may be from it, times k.
const ROUNDING: f64 = 1e-5;

/// What the plain keys say.
#[derive(Debug, Clone)]
pub struct Settings {
    pub name: String,
    pub title: String,
    pub question: String,
    pub start: Date,
    pub end: Date,
    pub record_from: Date,
    pub seed: u64,
    pub replicates: u32,
    pub weight: u32,
}

/// The groups of parameters, in order.
pub fn groups() -> Vec<&'static str> {
    let mut groups: Vec<&str> = specs().iter().filter_map(|s| s.path.split('.').next()).collect();
    groups.dedup();
    groups
}

/// The entry of the last file of a chain that has this key.
pub fn last<'a>(layers: &'a [Layer], key: &str) -> Option<(&'a Layer, &'a Entry)> {
    layers.iter().rev().find_map(|layer| Some((layer, layer.root.get(key)?)))
}

/// Refuses files with nothing in them, and keys that mean nothing.
pub fn check_keys(layers: &[Layer], problems: &mut Problems) {
    let known: Vec<&str> = KEYS.into_iter().chain(["policy", "outage", "caravan"]).chain(groups()).collect();
    for layer in layers {
        if layer.root.entries.is_empty() {
            let problem = Problem::at(&Spot::start_of(&layer.text), "a scenario with nothing in it", "empty");
            problems.push(problem.help("begin with `extends = \"baseline\"` and say what differs; see `antesala new`"));
        }
        for entry in &layer.root.entries {
            if problems.enough() {
                break;
            }
            if !known.contains(&entry.key.as_str()) {
                let message = format!("a scenario has no key `{}`", entry.key);
                problems.push(Problem::at(&entry.key_at, message, "unknown key").help(unknown_key(&entry.key, &known)));
            }
        }
    }
}

fn unknown_key(key: &str, known: &[&str]) -> String {
    // A parameter without its group is the likeliest slip.
    let ending = format!(".{key}");
    match specs().iter().find(|s| s.path.ends_with(&ending)) {
        Some(spec) => format!("did you mean the parameter `{}`?", spec.path),
        None => suggestion(key, known.iter().copied()),
    }
}

impl Settings {
    /// Reads the plain keys and puts the command line on top of them.
    pub fn read(layers: &[Layer], overrides: &Overrides, problems: &mut Problems) -> Option<Settings> {
        let top = layers.last()?;
        let name = problems.keep(name(top));
        let title = problems.keep(title(layers));
        let question = problems.keep(text(layers, "question"));
        let start = problems.keep(mandatory_date(layers, "start"));
        let end = problems.keep(mandatory_date(layers, "end"));
        let seed = problems.keep(whole(layers, "seed", 0, u64::MAX as i128, 1));
        let replicates = problems.keep(whole(layers, "replicates", 1, MOST_REPLICATES, 1));
        let weight = problems.keep(weight(layers, overrides));
        let (start, end) = (start?, end?);
        let (record_from, end) = problems.keep(period(layers, overrides, start, end))?;
        let name = name?;
        Some(Settings {
            title: title?.unwrap_or_else(|| name.clone()),
            question: question?.unwrap_or_default(),
            name,
            start,
            end,
            record_from,
            seed: overrides.seed.unwrap_or(seed? as u64),
            replicates: overrides.replicates.unwrap_or(replicates? as u32),
            weight: weight?,
        })
    }
}

/// The name: the file's own `name`, or that of the built-in or file.
fn name(top: &Layer) -> Result<String, Problem> {
    let Some(entry) = top.root.get("name") else {
        let name = top.origin.name();
        return match name.chars().any(unprintable) {
            true => Err(Problem::at(&Spot::start_of(&top.text), no_control("the name of the file"), "")
                .help("rename the file, or say `name = \"...\"` in it")),
            false => Ok(name),
        };
    };
    let name = entry.node.line("`name`")?;
    let ok = |part: &str| !part.is_empty() && part != "." && part != "..";
    if !name.split('/').all(ok) || name.contains(['\\', ':']) {
        return Err(Problem::at(&entry.node.at, "`name` names the output folder", "not a name"));
    }
    if name.split('/').any(|part| part.len() > LONGEST_NAME) {
        let message = format!("`name` names the output folder: it has at most {LONGEST_NAME} bytes");
        return Err(Problem::at(&entry.node.at, message, "too long"));
    }
    Ok(name.to_string())
}

fn text(layers: &[Layer], key: &str) -> Result<Option<String>, Problem> {
    last(layers, key).map(|(_, entry)| entry.node.text(&format!("`{key}`")).map(str::to_string)).transpose()
}

fn title(layers: &[Layer]) -> Result<Option<String>, Problem> {
    last(layers, "title").map(|(_, entry)| entry.node.line("`title`").map(str::to_string)).transpose()
}

fn whole(layers: &[Layer], key: &str, low: i128, high: i128, default: i128) -> Result<i128, Problem> {
    last(layers, key).map_or(Ok(default), |(_, entry)| entry.node.whole(&format!("`{key}`"), low, high))
}

/// A problem with a mandatory key that no file of the chain has.
pub fn lacking(layers: &[Layer], key: &str, example: &str) -> Problem {
    let spot = layers.last().map(|l| Spot::start_of(&l.text));
    Problem {
        message: format!("the scenario lacks `{key}`"),
        label: "not in this file nor in what it extends".into(),
        help: Some(format!("add `{key} = {example}`, or build on a scenario that has it with `extends`")),
        spot,
    }
}

fn mandatory_date(layers: &[Layer], key: &str) -> Result<Date, Problem> {
    let (_, entry) = last(layers, key).ok_or_else(|| lacking(layers, key, "2024-01-01"))?;
    let date = entry.node.date(&format!("`{key}`"))?;
    if !(EARLIEST..=LATEST).contains(&date) {
        let message = format!("`{key}` must lie from {EARLIEST} to {LATEST}");
        return Err(Problem::at(&entry.node.at, message, "out of bounds"));
    }
    Ok(date)
}

/// First recorded and last simulated day.
fn period(layers: &[Layer], overrides: &Overrides, start: Date, end: Date) -> Result<(Date, Date), Problem> {
    let at = |key: &str| last(layers, key).map(|(_, e)| e.node.at.clone());
    let fault = |key: &str, message: String, label: String| Problem { message, label, help: None, spot: at(key) };
    if end < start {
        return Err(fault("end", "the scenario ends before it starts".into(), format!("before {start}")));
    }
    let last_day = overrides.to.unwrap_or(end);
    if let Some(to) = overrides.to.filter(|to| *to < start) {
        return Err(Problem::nowhere(format!("--to {to} is before the scenario's start, {start}")));
    }
    if (last_day - start).get_days() >= MOST_DAYS {
        let message = format!("a run of more than {MOST_DAYS} days");
        return Err(if overrides.to.is_some() {
            Problem::nowhere(format!("--to {last_day}: {message}"))
        } else {
            fault("end", message, "too late".into())
        });
    }
    if let Some(from) = overrides.from {
        if let Some(to) = overrides.to.filter(|to| *to < from) {
            return Err(Problem::nowhere(format!("--to {to} is before --from {from}")));
        }
        if from < start || from > last_day {
            let message = format!("--from {from} is outside the run, {start} to {last_day}");
            return Err(Problem::nowhere(message)
                .help("--from only starts the record; the simulation begins at the scenario's start"));
        }
        return Ok((from, last_day));
    }
    let Some((_, entry)) = last(layers, "record_from") else { return Ok((start, last_day)) };
    let record_from = entry.node.date("`record_from`")?;
    if record_from < start || record_from > last_day {
        let message = format!("`record_from` must lie within the run, {start} to {last_day}");
        return Err(fault("record_from", message, "outside".into()));
    }
    Ok((record_from, last_day))
}

fn weight(layers: &[Layer], overrides: &Overrides) -> Result<u32, Problem> {
    if let Some(scale) = overrides.scale {
        return scale_weight(scale)
            .map_err(|(message, help)| Problem::nowhere(format!("--scale {scale:?}: {message}")).help(help));
    }
    let Some((_, entry)) = last(layers, "scale") else { return Ok(1) };
    let scale = entry.node.number("`scale`", f64::MIN, f64::MAX)?;
    scale_weight(scale)
        .map_err(|(message, help)| Problem::at(&entry.node.at, format!("`scale`: {message}"), "not 1/k").help(help))
}

/// k of a scale 1/k, or what is wrong and what to do.
///
/// # Errors
/// Not 1/k with whole k, or too small.
pub fn scale_weight(scale: f64) -> Result<u32, (String, String)> {
    if !(scale > 0.0 && scale <= 1.0) {
        return Err((
            "a scale lies above 0 and at most at 1".into(),
            "1 simulates every household, 0.1 one in ten".into(),
        ));
    }
    let k = (1.0 / scale).round();
    if k > MOST_WEIGHT {
        return Err((format!("a scale is at least 1/{MOST_WEIGHT}"), "hardly anyone would be simulated".into()));
    }
    if (scale * k - 1.0).abs() > ROUNDING {
        let (above, below) = ((1.0 / scale).floor(), (1.0 / scale).ceil());
        let help = format!("nearest: {:.6} (1/{below}) and {:.6} (1/{above})", 1.0 / below, 1.0 / above);
        return Err(("a scale is 1/k with whole k, as each household stands for k".into(), help));
    }
    Ok(k as u32)
}

/// Whether a table has a group of parameters other than the arrays in it.
pub fn parameters(root: &Table) -> Table {
    let groups = groups();
    Table { entries: root.entries.iter().filter(|e| groups.contains(&e.key.as_str())).cloned().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_one_over_a_whole_number() {
        for (scale, k) in
            [(1.0, 1), (0.5, 2), (0.25, 4), (0.1, 10), (0.05, 20), (1.0 / 3.0, 3), (0.333333, 3), (0.001, 1000)]
        {
            assert_eq!(scale_weight(scale), Ok(k));
        }
        for scale in [0.3, 0.33, 0.7, 0.0, -0.1, 1.5, f64::NAN, f64::INFINITY, 1e-9] {
            assert!(scale_weight(scale).is_err(), "{scale}");
        }
        assert!(scale_weight(0.3).unwrap_err().1.contains("0.250000 (1/4) and 0.333333 (1/3)"));
    }

    #[test]
    fn every_group_is_listed_once() {
        let mut groups = groups();
        assert!(groups.starts_with(&["inflow", "household", "travel"]));
        let n = groups.len();
        groups.sort_unstable();
        groups.dedup();
        assert_eq!(groups.len(), n);
    }
}
