//! Settings of planned events from the command line and designs: `outage.ID.days=2`.

use std::sync::Arc;

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::{Value as Json, json};

use super::describe::Described;
use super::error::{Problem, Spot, Text, suggestion};
use super::input::{CaravanPlan, Outage, Pulse, Remedy, Scenario};
use super::tree::{self, Node};

/// Most days of an outage set this way.
const MOST_DAYS: f64 = 366.0;
const MOST_HOURS: i128 = 24 * 60;
const MOST_PERSONS: i128 = 10_000_000;

/// The events of a scenario that are planned.
pub struct Planned {
    pub outages: Vec<Outage>,
    pub caravans: Vec<CaravanPlan>,
    pub pulses: Vec<Pulse>,
}

/// A number of an event that can be set.
struct Setting {
    array: &'static str,
    field: &'static str,
    kind: &'static str,
    unit: &'static str,
    bounds: Option<(f64, f64)>,
    meaning: &'static str,
}

const SETTINGS: [Setting; 7] = [
    Setting {
        array: "outage",
        field: "days",
        kind: "float",
        unit: "days",
        bounds: Some((0.0, MOST_DAYS)),
        meaning: "How long the outage lasts from its beginning on, rounded to hours; 0: it does not happen.",
    },
    Setting {
        array: "outage",
        field: "share_failing",
        kind: "float",
        unit: "share",
        bounds: Some((0.0, 1.0)),
        meaning: "Households for which the function fails.",
    },
    Setting {
        array: "outage",
        field: "extend_hours",
        kind: "int",
        unit: "hours",
        bounds: Some((0.0, MOST_HOURS as f64)),
        meaning: "Extra time to confirm given to those hit; 0: none.",
    },
    Setting {
        array: "caravan",
        field: "persons",
        kind: "int",
        unit: "persons",
        bounds: Some((1.0, MOST_PERSONS as f64)),
        meaning: "Persons sought for the caravan; fewer go if fewer are there.",
    },
    Setting {
        array: "caravan",
        field: "date",
        kind: "date",
        unit: "",
        bounds: None,
        meaning: "Day the caravan sets off.",
    },
    Setting {
        array: "inflow.pulse",
        field: "persons",
        kind: "int",
        unit: "persons",
        bounds: Some((1.0, MOST_PERSONS as f64)),
        meaning: "Persons of the pulse.",
    },
    Setting {
        array: "policy",
        field: "from",
        kind: "date",
        unit: "",
        bounds: None,
        meaning: "Day from which the policy is in force.",
    },
];

const ARRAYS: [&str; 3] = ["outage", "caravan", "inflow.pulse"];

/// The array that an argument is about, with what follows it.
fn array_of(argument: &str) -> Option<(&'static str, &str)> {
    let argument = argument.trim_start();
    ARRAYS.into_iter().find_map(|array| Some((array, argument.strip_prefix(array)?.strip_prefix('.')?)))
}

/// Whether a `path=value` sets something of an outage, a caravan or a pulse.
pub fn is_of_event(argument: &str) -> bool {
    array_of(argument).is_some()
}

/// An argument taken apart.
struct Read<'a> {
    id: &'a str,
    field: &'a str,
    field_at: Spot,
    node: Node,
}

/// Takes `ID.field=value` apart, the end of an argument.
fn read<'a>(array: &str, rest: &'a str, argument: &'a str, ids: &[&str]) -> Result<Read<'a>, Problem> {
    let text = Text::of_argument("--set", argument);
    let skipped = argument.len() - rest.len();
    let spot = |from: usize, to: usize| Spot { text: text.clone(), span: from..to };
    // Ids may hold dots: the longest that fits is meant.
    let within = |id: &&&str| rest.strip_prefix(**id).is_some_and(|after| after.starts_with('.'));
    let Some(id) = ids.iter().filter(within).max_by_key(|id| id.len()) else {
        let id = rest.split('=').next().unwrap_or_default().trim_end();
        if ids.contains(&id) {
            let known: Vec<&str> = SETTINGS.iter().filter(|s| s.array == array).map(|s| s.field).collect();
            let message = format!("what of `{array}.{id}` is set?");
            return Err(Problem::at(&spot(skipped, skipped + id.len()), message, "its field is missing")
                .help(format!("write {array}.{id}.FIELD with one of {}", known.join(", "))));
        }
        let id = id.split('.').next().unwrap_or_default();
        let message = format!("there is no `[[{array}]]` with the id `{id}`");
        return Err(Problem::at(&spot(skipped, skipped + id.len()), message, "unknown id")
            .help(suggestion(id, ids.iter().copied())));
    };
    let begin = skipped + id.len() + 1;
    let Some(equals) = argument[begin..].find('=').map(|at| begin + at) else {
        return Err(Problem::at(&spot(0, argument.len()), "--set takes path=value", "no `=`"));
    };
    let field = argument[begin..equals].trim();
    let from = equals + 1 + (argument[equals + 1..].len() - argument[equals + 1..].trim_start().len());
    let node = tree::parse_value(&Arc::clone(&text), from)?;
    Ok(Read { id: &rest[..id.len()], field, field_at: spot(begin, equals), node })
}

/// `policy.ID.from=DATE`: the policy's id and the date; `None` if the argument is about something else.
///
/// # Errors
/// Not a date.
pub fn policy_date<'a>(argument: &'a str, ids: &[&str]) -> Result<Option<(&'a str, Date)>, Problem> {
    let Some(rest) = argument.trim_start().strip_prefix("policy.") else { return Ok(None) };
    let path = rest.split('=').next().unwrap_or_default().trim_end();
    let Some(id) = path.strip_suffix(".from") else { return Ok(None) };
    if !ids.contains(&id) {
        return Ok(None);
    }
    let read = read("policy", rest, argument, ids)?;
    Ok(Some((read.id, read.node.date("`from`")?)))
}

/// Whether an argument sets the date of a policy.
pub fn moves_policy(argument: &str) -> bool {
    let path = argument.trim_start().split('=').next().unwrap_or_default().trim_end();
    path.starts_with("policy.") && path.ends_with(".from")
}

impl Planned {
    /// Sets all that is of events among some arguments; of two that set the same, the last holds.
    ///
    /// # Errors
    /// The first that is refused.
    pub fn set_all(&mut self, arguments: &[String]) -> Result<(), Problem> {
        arguments.iter().filter(|a| is_of_event(a)).try_for_each(|argument| self.set(argument))
    }

    /// Sets what `outage.ID.field=value` and the like say.
    ///
    /// # Errors
    /// No such event or field, a value of the wrong type or out of bounds.
    fn set(&mut self, argument: &str) -> Result<(), Problem> {
        let Some((array, rest)) = array_of(argument) else { return Ok(()) };
        let ids: Vec<String> = match array {
            "outage" => self.outages.iter().filter_map(|o| o.id.clone()).collect(),
            "caravan" => self.caravans.iter().map(|c| c.id.clone()).collect(),
            _ => self.pulses.iter().map(|p| p.id.clone()).collect(),
        };
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let Read { id, field, field_at, node } = read(array, rest, argument, &ids)?;
        let outage = self.outages.iter_mut().find(|o| array == "outage" && o.id.as_deref() == Some(id));
        let caravan = self.caravans.iter_mut().find(|c| array == "caravan" && c.id == id);
        let pulse = self.pulses.iter_mut().find(|p| array == "inflow.pulse" && p.id == id);
        match (field, outage, caravan, pulse) {
            ("days", Some(outage), ..) => last(outage, node.number("`days`", 0.0, MOST_DAYS)?),
            ("share_failing", Some(outage), ..) => {
                outage.share_failing = node.number("`share_failing`", 0.0, 1.0)?;
            }
            ("extend_hours", Some(outage), ..) => {
                outage.remedy = match whole(&node, "`extend_hours`", 0, MOST_HOURS)? {
                    0 => Remedy::None,
                    hours => Remedy::Extend { hours },
                };
            }
            ("persons", _, Some(caravan), _) => caravan.persons = whole(&node, "`persons`", 1, MOST_PERSONS)?,
            ("date", _, Some(caravan), _) => caravan.date = node.date("`date`")?,
            ("persons", _, _, Some(pulse)) => pulse.persons = whole(&node, "`persons`", 1, MOST_PERSONS)?,
            _ => {
                let known = SETTINGS.iter().filter(|s| s.array == array).map(|s| s.field);
                let message = format!("`{field}` of an `[[{array}]]` cannot be set this way");
                return Err(Problem::at(&field_at, message, "unknown").help(suggestion(field, known)));
            }
        }
        Ok(())
    }
}

/// A whole number; designs vary them between bounds like any other, so one with decimals is rounded.
fn whole(node: &Node, what: &str, low: i128, high: i128) -> Result<i64, Problem> {
    match node.plain {
        tree::Plain::Float(_) => Ok(node.number(what, low as f64, high as f64)?.round() as i64),
        _ => Ok(node.whole(what, low, high)? as i64),
    }
}

/// Makes an outage last so many days.
fn last(outage: &mut Outage, days: f64) {
    let hours = (days * 24.0).round() as i64;
    if let Ok(end) = outage.from.checked_add(hours.hours()) {
        outage.to = end;
    }
}

/// What can be set of the planned events and the policies of a scenario.
pub fn described(scenario: &Scenario) -> Vec<Described> {
    let mut rows = Vec::new();
    let mut put = |array: &str, id: &str, field: &str, default: Json| {
        let Some(s) = SETTINGS.iter().find(|s| s.array == array && s.field == field) else { return };
        let number = |x: f64| if s.kind == "int" { json!(x as i64) } else { json!(x) };
        rows.push(Described {
            name: format!("{array}.{id}.{field}"),
            kind: s.kind,
            unit: s.unit,
            bounds: s.bounds.map(|(low, high)| (number(low), number(high))),
            choices: Vec::new(),
            default,
            distribution: if s.bounds.is_some() { "uniform" } else { "choice" },
            source: "scenario",
            meaning: s.meaning,
        });
    };
    for outage in &scenario.outages {
        let Some(id) = &outage.id else { continue };
        let days = (outage.to - outage.from).total((jiff::Unit::Day, outage.from)).unwrap_or(0.0);
        let extend = if let Remedy::Extend { hours } = outage.remedy { hours } else { 0 };
        put("outage", id, "days", json!(days));
        put("outage", id, "share_failing", json!(outage.share_failing));
        put("outage", id, "extend_hours", json!(extend));
    }
    for caravan in &scenario.caravans {
        put("caravan", &caravan.id, "persons", json!(caravan.persons));
        put("caravan", &caravan.id, "date", json!(caravan.date.to_string()));
    }
    for pulse in &scenario.pulses {
        put("inflow.pulse", &pulse.id, "persons", json!(pulse.persons));
    }
    for policy in &scenario.policies {
        put("policy", &policy.id, "from", json!(policy.from.to_string()));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Overrides, load};

    fn built(set: &[&str]) -> Result<Scenario, String> {
        let set = set.iter().map(|s| s.to_string()).collect();
        load("outage-may-2024", &Overrides { set, ..Default::default() })
            .map_err(|e| format!("{e} {:?}", e.problems().next()))
    }

    #[test]
    fn outages_are_made_longer_and_shorter_and_left_out() {
        let outage = |set: &[&str]| built(set).unwrap().outages.pop().unwrap();
        let two = outage(&[]);
        let long = outage(&["outage.may-2024.days=3.5", "outage.may-2024.extend_hours=24.4"]);
        assert_eq!(long.to, two.to.checked_add(36.hours()).unwrap());
        assert_eq!(long.remedy, Remedy::Extend { hours: 24 });
        let none = outage(&["outage.may-2024.days=0"]);
        assert_eq!((none.share_failing, none.to), (two.share_failing, two.from));
        assert_eq!(outage(&["outage.may-2024.days=0", "outage.may-2024.days=2"]), two);
    }

    #[test]
    fn policies_move() {
        let known = built(&[]).unwrap();
        let policy = known.policies.iter().find(|p| p.from > known.start).unwrap();
        let later = policy.from.tomorrow().unwrap();
        let moved = built(&[&format!("policy.{}.from={later}", policy.id)]).unwrap();
        assert!(moved.policies.iter().any(|p| p.id == policy.id && p.from == later));
        assert!(moved.timeline.iter().any(|(from, _)| *from == later));
    }

    #[test]
    fn wrong_settings_say_what_is_meant() {
        let wrong = |set: &str| built(&[set]).unwrap_err();
        assert!(wrong("outage.may.days=1").contains("may-2024"));
        assert!(wrong("outage.may-2024.day=1").contains("days"));
        assert!(wrong("outage.may-2024.days=-1").contains("from 0 to 366"));
        assert!(wrong("outage.may-2024.days").contains("path=value"));
        assert!(wrong("caravan.x.persons=3").contains("there is no"));
    }

    #[test]
    fn what_can_be_set_is_described() {
        let rows = described(&built(&[]).unwrap());
        let days = rows.iter().find(|r| r.name == "outage.may-2024.days").unwrap();
        assert_eq!((days.default.as_f64(), days.unit), (Some(2.0), "days"));
        assert!(rows.iter().any(|r| r.kind == "date" && r.name.starts_with("policy.")));
    }
}
