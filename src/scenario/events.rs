//! Planned events of a scenario: outages, caravans, pulses of inflow, policies.

use std::collections::BTreeSet;

use super::assign::{self, Assignment};
use super::error::{Problem, Problems, suggestion};
use super::input::{AppFunction, CaravanPlan, Outage, PlaceKind, Policy, Pulse, Remedy, World};
use super::items::Item;
use super::tree::Node;

/// Most persons of one event.
const MOST_PERSONS: i128 = 10_000_000;
/// Most hours a remedy gives.
const MOST_HOURS: i128 = 24 * 60;

/// The names of functions, as in `[[outage]] function`.
pub const FUNCTIONS: [(&str, AppFunction); 4] = [
    ("register", AppFunction::Register),
    ("request", AppFunction::Request),
    ("confirm", AppFunction::Confirm),
    ("all", AppFunction::All),
];

/// Keys of each array of tables, besides `id` and `remove`.
pub const OUTAGE_KEYS: [&str; 10] =
    ["function", "from", "to", "share_failing", "nationalities", "ports", "remedy", "extend_hours", "note", "source"];
pub const CARAVAN_KEYS: [&str; 7] = ["date", "place", "persons", "aim", "dissolve_at", "note", "source"];
pub const PULSE_KEYS: [&str; 7] = ["from", "to", "place", "persons", "mix", "note", "source"];
pub const POLICY_KEYS: [&str; 4] = ["from", "note", "source", "set"];

/// Reads an `[[outage]]`.
pub fn outage(item: &Item, world: &World, problems: &mut Problems) -> Option<Outage> {
    item.only(&OUTAGE_KEYS, problems);
    let function = item.read("function", problems, |n| one_of(n, "`function`", &FUNCTIONS));
    let from = item.read("from", problems, |n| n.hour("`from`"));
    let to = item.read("to", problems, |n| n.hour("`to`"));
    let share_failing = item.read("share_failing", problems, |n| n.number("`share_failing`", 0.0, 1.0));
    let known = &world.names.nationalities;
    let nationalities =
        item.read_maybe("nationalities", problems, |n| names(n, "`nationalities`", "nationality", known));
    let ports = item.read_maybe("ports", problems, |n| names(n, "`ports`", "port", &port_names(world)));
    texts(item, problems);
    let remedy = problems.keep(remedy(item));
    let outage = Outage {
        id: item.id.map(str::to_string),
        function: function?,
        from: from?,
        to: to?,
        share_failing: share_failing?,
        nationalities: nationalities?,
        ports: ports?,
        remedy: remedy?,
    };
    // One that ends as it begins does not happen; settings make such.
    let before = format!("before {}", outage.from);
    ordered(outage.from <= outage.to, item, "to", "an outage must not end before it begins", before, problems)?;
    Some(outage)
}

/// The `note` and `source` any entry may have; empty where left out.
fn texts(item: &Item, problems: &mut Problems) -> [String; 2] {
    ["note", "source"].map(|key| {
        let text = item.read_maybe(key, problems, |n| n.text(&format!("`{key}`")).map(str::to_string));
        text.flatten().unwrap_or_default()
    })
}

/// Refuses an end that does not follow its beginning.
fn ordered(right: bool, item: &Item, key: &str, message: &str, label: String, problems: &mut Problems) -> Option<()> {
    if right {
        return Some(());
    }
    let at = item.maybe(key).map_or(item.at, |node| &node.at);
    problems.push(Problem::at(at, message, label));
    None
}

fn remedy(item: &Item) -> Result<Remedy, Problem> {
    let extends = match item.maybe("remedy") {
        Some(node) => one_of(node, "`remedy`", &[("none", false), ("extend", true)])?,
        None => false,
    };
    match (extends, item.maybe("extend_hours")) {
        (true, _) => {
            let hours = item.need("extend_hours")?.whole("`extend_hours`", 1, MOST_HOURS)?;
            Ok(Remedy::Extend { hours: hours as i64 })
        }
        (false, Some(node)) => {
            Err(Problem::at(&node.at, "`extend_hours` goes with remedy = \"extend\"", "nothing is extended"))
        }
        (false, None) => Ok(Remedy::None),
    }
}

/// Reads a `[[caravan]]`.
pub fn caravan(item: &Item, world: &World, problems: &mut Problems) -> Option<CaravanPlan> {
    item.only(&CARAVAN_KEYS, problems);
    let id = item.read_id(problems);
    let date = item.read("date", problems, |n| n.date("`date`"));
    let departure = item.read("place", problems, |n| stay(n, world));
    let persons = item.read("persons", problems, persons);
    let aim = item.read("aim", problems, |n| place(n, world));
    texts(item, problems);
    let dissolve_at = item.read_maybe("dissolve_at", problems, |n| place(n, world));
    let plan = CaravanPlan {
        id: id?,
        date: date?,
        place: departure?,
        persons: persons?,
        aim: aim?,
        dissolve_at: dissolve_at?,
    };
    let label = "where it departs".to_string();
    ordered(plan.aim != plan.place, item, "aim", "a caravan must walk somewhere else", label, problems)?;
    Some(plan)
}

fn persons(node: &Node) -> Result<i64, Problem> {
    node.whole("`persons`", 1, MOST_PERSONS).map(|n| n as i64)
}

/// Reads an `[[inflow.pulse]]`.
pub fn pulse(item: &Item, world: &World, problems: &mut Problems) -> Option<Pulse> {
    item.only(&PULSE_KEYS, problems);
    let id = item.read_id(problems);
    let from = item.read("from", problems, |n| n.date("`from`"));
    let to = item.read("to", problems, |n| n.date("`to`"));
    let entry = item.read("place", problems, |n| stay(n, world));
    let persons = item.read("persons", problems, persons);
    texts(item, problems);
    let mix = item.read("mix", problems, |n| mix(n, &world.names.nationalities));
    let pulse = Pulse { id: id?, from: from?, to: to?, place: entry?, persons: persons?, mix: mix? };
    let before = format!("before {}", pulse.from);
    ordered(pulse.from <= pulse.to, item, "to", "a pulse must not end before it begins", before, problems)?;
    Some(pulse)
}

fn mix(node: &Node, nationalities: &[String]) -> Result<Vec<(usize, f64)>, Problem> {
    let mut mix = Vec::new();
    for entry in &node.table("`mix`")?.entries {
        let i = index(&entry.key, nationalities).ok_or_else(|| {
            Problem::at(&entry.key_at, format!("there is no nationality `{}`", entry.key), "unknown nationality")
                .help(suggestion(&entry.key, nationalities.iter().map(String::as_str)))
        })?;
        mix.push((i, entry.node.number("a weight of `mix`", 0.0, 1e9)?));
    }
    if mix.iter().map(|(_, weight)| weight).sum::<f64>() <= 0.0 {
        return Err(Problem::at(&node.at, "`mix` gives no nationality a weight above 0", "nobody")
            .help("for instance { NAME = 1.0 }"));
    }
    Ok(mix)
}

/// Reads a `[[policy]]`; its assignments are checked when they are applied.
pub fn policy(item: &Item, problems: &mut Problems) -> Option<(Policy, Vec<Assignment>)> {
    item.only(&POLICY_KEYS, problems);
    let id = item.read_id(problems);
    let from = item.read("from", problems, |n| n.date("`from`"));
    let [note, source] = texts(item, problems);
    let set = problems.keep(item.need("set").and_then(|node| Ok((node, node.table("`set`")?))));
    let assignments = set.map(|(_, table)| assign::from_table(table, "", &[], problems)).unwrap_or_default();
    if let Some((node, table)) = set
        && table.entries.is_empty()
    {
        let problem = Problem::at(&node.at, "a policy must set something", "empty");
        problems.push(problem.help("for instance { \"app.slots\" = 1000 }"));
    }
    let mut paths = BTreeSet::new();
    for assignment in &assignments {
        if !paths.insert(assignment.path()) {
            let message = format!("`{}` is set twice in one policy", assignment.path());
            problems.push(Problem::at(&assignment.key_at, message, "the second"));
        }
    }
    let set = assignments.iter().map(|a| (a.path(), a.value.clone())).collect();
    Some((Policy { id: id?, from: from?, note, source, set }, assignments))
}

fn index(name: &str, known: &[String]) -> Option<usize> {
    known.iter().position(|k| k == name)
}

fn one_of<T: Copy>(node: &Node, what: &str, options: &[(&str, T)]) -> Result<T, Problem> {
    let text = node.text(what)?;
    options.iter().find(|(name, _)| *name == text).map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<&str> = options.iter().map(|(name, _)| *name).collect();
        Problem::at(&node.at, format!("{what} must be one of {}", names.join(", ")), "unknown")
            .help(suggestion(text, names))
    })
}

/// A list of names of the world.
fn names(node: &Node, list: &str, what: &str, known: &[String]) -> Result<Vec<usize>, Problem> {
    let mut found = Vec::new();
    for node in node.array(list)? {
        let name = node.text(&format!("a {what}"))?;
        let i = index(name, known).ok_or_else(|| {
            Problem::at(&node.at, format!("there is no {what} `{name}`"), format!("unknown {what}"))
                .help(suggestion(name, known.iter().map(String::as_str)))
        })?;
        if found.contains(&i) {
            return Err(Problem::at(&node.at, format!("`{name}` is listed twice"), "the second"));
        }
        found.push(i);
    }
    if found.is_empty() {
        return Err(Problem::at(&node.at, format!("{list} is empty"), "nobody").help("leave it out to mean all"));
    }
    Ok(found)
}

fn port_names(world: &World) -> Vec<String> {
    world.ports.iter().map(|p| p.name.clone()).collect()
}

/// A place by its id, where people can be.
fn stay(node: &Node, world: &World) -> Result<usize, Problem> {
    let i = place(node, world)?;
    if world.places[i].kind != PlaceKind::Checkpoint {
        return Ok(i);
    }
    Err(Problem::at(&node.at, format!("`{}` is a checkpoint: nobody stays there", world.places[i].id), "a checkpoint")
        .help("name a place of another kind, or change its kind in places.csv"))
}

/// A place by its id.
fn place(node: &Node, world: &World) -> Result<usize, Problem> {
    let text = node.text("a place")?;
    world.places.iter().position(|p| p.id == text).ok_or_else(|| {
        let problem = Problem::at(&node.at, format!("there is no place `{text}`"), "unknown place");
        match world.places.iter().find(|p| p.name.to_lowercase() == text.to_lowercase()) {
            Some(named) => problem.help(format!(
                "did you mean `{}` ({})? places are written by the id of places.csv",
                named.id, named.name
            )),
            None => problem.help(suggestion(text, world.places.iter().map(|p| p.id.as_str()))),
        }
    })
}
