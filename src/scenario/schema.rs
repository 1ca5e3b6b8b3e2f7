//! The JSON Schema (2020-12) of a scenario file, made from the table of parameters.

use serde_json::{Map, Value as Json, json};

use super::events::{CARAVAN_KEYS, FUNCTIONS, OUTAGE_KEYS, POLICY_KEYS, PULSE_KEYS};
use super::field::{Key, Kind, Spec};
use super::params::specs;
use super::settings::{MOST_REPLICATES, groups};

const DATE: &str = "^\\d{4}-\\d{2}-\\d{2}$";
const HOUR: &str = "^\\d{4}-\\d{2}-\\d{2}([Tt ]\\d{2}:00(:00(\\.0+)?)?)?$";

/// The schema, as editors want it. Names of places, zones, nationalities, modes and ports are the
/// world's and are checked by `antesala check`.
pub fn json_schema() -> Json {
    let mut properties = head();
    for group in groups() {
        properties.insert(group.into(), group_schema(group, true));
    }
    properties.insert("policy".into(), array(policy(), "Changes of parameters from a date on."));
    properties.insert("outage".into(), array(outage(), "Failures of the app."));
    properties.insert("caravan".into(), array(caravan(), "Caravans announced by the scenario."));
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Antesala scenario",
        "description": "A scenario of the simulator, in TOML. It says how it differs from the one it extends.",
        "type": "object",
        "minProperties": 1,
        "properties": properties,
        "additionalProperties": false,
    })
}

fn head() -> Map<String, Json> {
    let text = |meaning: &str| json!({ "type": "string", "description": meaning });
    let date = |meaning: &str| json!({ "type": "string", "pattern": DATE, "description": meaning });
    let mut head = Map::new();
    head.insert("extends".into(), text("Built-in scenario, or a file (with .toml) relative to this one."));
    head.insert("name".into(), text("Name of the output folder; without it, that of the file."));
    head.insert("title".into(), text("What is simulated."));
    head.insert("question".into(), text("The question this scenario answers."));
    head.insert("world".into(), text("\"builtin:NAME\", or a folder of CSV files relative to this file."));
    head.insert("world_name".into(), text("Name of the world; without it, that of its folder."));
    head.insert("start".into(), date("First simulated day."));
    head.insert("end".into(), date("Last simulated day."));
    head.insert("record_from".into(), date("First day written to tables; without it, the start."));
    head.insert(
        "posterior".into(),
        text("Draws of uncertain parameters: \"builtin:NAME\", or a CSV file relative to this one."),
    );
    head.insert(
        "use_posterior".into(),
        json!({ "type": "boolean", "default": false, "description": "Run replicate r with draw r, as --posterior does." }),
    );
    head.insert(
        "seed".into(),
        json!({ "type": "integer", "minimum": 0, "default": 1, "description": "Seed of all chance." }),
    );
    head.insert(
        "replicates".into(),
        json!({ "type": "integer", "minimum": 1, "maximum": MOST_REPLICATES as i64, "default": 1, "description": "Runs with the same parameters." }),
    );
    head.insert(
        "scale".into(),
        json!({ "type": "number", "exclusiveMinimum": 0, "maximum": 1, "default": 1, "description": "1/k with whole k: each household drawn stands for k." }),
    );
    head
}

fn group_schema(group: &str, with_pulses: bool) -> Json {
    let mut properties = Map::new();
    for spec in specs() {
        if let Some(field) = spec.path.strip_prefix(group).and_then(|rest| rest.strip_prefix('.')) {
            properties.insert(field.into(), parameter(spec));
        }
    }
    if group == "inflow" && with_pulses {
        properties.insert("pulse".into(), array(pulse(), "More people entering for some days."));
    }
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

/// One value of a parameter, without its meaning.
fn one(spec: &Spec) -> Json {
    match spec.kind {
        Kind::Float => json!({ "type": "number", "minimum": spec.low, "maximum": spec.high }),
        Kind::Int => json!({ "type": "integer", "minimum": spec.low as i64, "maximum": spec.high as i64 }),
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::Choice(choices) => json!({ "enum": choices }),
        Kind::Zones => json!({ "type": "array", "items": { "type": "string" } }),
    }
}

/// A parameter: one value, or one a name where it is keyed.
fn parameter(spec: &Spec) -> Json {
    let one_value = one(spec);
    let by_name = match (spec.key, spec.kind) {
        (_, Kind::Zones) => Some(json!({ "type": "boolean" })),
        (Key::None, _) => None,
        _ => Some(one_value.clone()),
    };
    let mut schema = match by_name {
        Some(by_name) => json!({ "anyOf": [one_value, { "type": "object", "additionalProperties": by_name }] }),
        None => one_value,
    };
    schema["description"] = json!(description(spec));
    schema
}

fn description(spec: &Spec) -> String {
    let by = match (spec.key, spec.kind) {
        (Key::Nationality, _) => " One value, or one a nationality.",
        (Key::Zone, _) => " One value, or one a zone.",
        (Key::Mode, _) => " One value, or one a mode.",
        (Key::None, Kind::Zones) => " A list of zones.",
        (Key::None, _) => "",
    };
    let unit = if spec.unit.is_empty() { String::new() } else { format!(" Unit: {}.", spec.unit) };
    format!("{}{unit}{by} Source: {}.", spec.meaning, spec.source)
}

fn array(items: Json, meaning: &str) -> Json {
    json!({ "type": "array", "items": items, "description": meaning })
}

/// An entry of an array of tables; what drops an entry of the base needs no more than its id.
fn entry(keys: &[&str], required: &[&str], schema: impl Fn(&str) -> Json) -> Json {
    let mut properties = Map::new();
    properties.insert("id".into(), json!({ "type": "string", "minLength": 1, "description": "Names the entry; the same id replaces that of the base." }));
    properties.insert(
        "remove".into(),
        json!({ "type": "boolean", "description": "Drops the entry of the base with this id." }),
    );
    for key in keys {
        properties.insert((*key).into(), schema(key));
    }
    json!({
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "anyOf": [
            { "required": required },
            { "required": ["id", "remove"], "properties": { "remove": { "const": true } } },
        ],
    })
}

fn outage() -> Json {
    let functions: Vec<&str> = FUNCTIONS.iter().map(|(name, _)| *name).collect();
    let names = || json!({ "type": "array", "minItems": 1, "uniqueItems": true, "items": { "type": "string" } });
    entry(&OUTAGE_KEYS, &["function", "from", "to", "share_failing"], |key| match key {
        "function" => json!({ "enum": functions, "description": "The step of the app that fails." }),
        "from" => {
            json!({ "type": "string", "pattern": HOUR, "description": "Begins, on the app's own clock, whole hours." })
        }
        "to" => json!({ "type": "string", "pattern": HOUR, "description": "Ends; this hour is not included." }),
        "share_failing" => {
            json!({ "type": "number", "minimum": 0, "maximum": 1, "description": "Households for which it fails, drawn once an outage." })
        }
        "nationalities" | "ports" => names(),
        "remedy" => json!({ "enum": ["none", "extend"], "default": "none" }),
        "extend_hours" => {
            json!({ "type": "integer", "minimum": 1, "description": "More hours to confirm, with remedy = \"extend\"." })
        }
        _ => json!({ "type": "string" }),
    })
}

fn caravan() -> Json {
    entry(&CARAVAN_KEYS, &["id", "date", "place", "persons", "aim"], |key| match key {
        "date" => json!({ "type": "string", "pattern": DATE, "description": "Day of departure." }),
        "persons" => {
            json!({ "type": "integer", "minimum": 1, "description": "Persons sought; fewer go if fewer are there." })
        }
        "place" => json!({ "type": "string", "description": "Place of departure, by id." }),
        "aim" => json!({ "type": "string", "description": "Where it walks to, by id." }),
        "dissolve_at" => json!({ "type": "string", "description": "Place where authorities dissolve it, by id." }),
        _ => json!({ "type": "string" }),
    })
}

fn pulse() -> Json {
    entry(&PULSE_KEYS, &["id", "from", "to", "place", "persons", "mix"], |key| match key {
        "from" => json!({ "type": "string", "pattern": DATE, "description": "First day." }),
        "to" => json!({ "type": "string", "pattern": DATE, "description": "Last day, included." }),
        "persons" => json!({ "type": "integer", "minimum": 1, "description": "Persons entering in all." }),
        "mix" => {
            json!({ "type": "object", "minProperties": 1, "additionalProperties": { "type": "number", "minimum": 0 }, "description": "Weights by nationality." })
        }
        _ => json!({ "type": "string" }),
    })
}

fn policy() -> Json {
    entry(&POLICY_KEYS, &["id", "from", "set"], |key| match key {
        "from" => json!({ "type": "string", "pattern": DATE, "description": "First day in force." }),
        "set" => policy_set(),
        _ => json!({ "type": "string" }),
    })
}

/// Parameters by their dotted path, quoted; or nested in the tables of their groups.
fn policy_set() -> Json {
    let mut properties = Map::new();
    let mut patterns = Map::new();
    for spec in specs() {
        properties.insert(spec.path.into(), parameter(spec));
        let by_name = if spec.kind == Kind::Zones { json!({ "type": "boolean" }) } else { one(spec) };
        if spec.key != Key::None || spec.kind == Kind::Zones {
            patterns.insert(format!("^{}\\..+$", spec.path.replace('.', "\\.")), by_name);
        }
    }
    for group in groups() {
        properties.insert(group.into(), group_schema(group, false));
    }
    json!({
        "type": "object",
        "minProperties": 1,
        "properties": properties,
        "patternProperties": patterns,
        "additionalProperties": false,
        "description": "Parameters by path, e.g. { \"app.slots\" = 1000 }.",
    })
}
