//! The JSON Schema accepts every shipped scenario and refuses what the loader refuses.

use std::fs;
use std::path::Path;

use antesala::scenario::schema::json_schema;
use serde_json::{Value as Json, json};

/// The part of JSON Schema that ours uses: why a value is refused, if it is.
fn refusal(value: &Json, schema: &Json, path: &str) -> Option<String> {
    let refused = |why: &str| Some(format!("{path}: {why}"));
    let of_type = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        other => panic!("unknown type {other}"),
    };
    for (keyword, rule) in schema.as_object().expect("a schema is an object") {
        let bound = || rule.as_f64().unwrap();
        let wrong = match keyword.as_str() {
            "$schema" | "title" | "description" | "default" | "properties" | "patternProperties" => None,
            "type" if of_type(rule.as_str().unwrap()) => None,
            "type" => refused(&format!("is not {rule}")),
            "enum" if rule.as_array().unwrap().contains(value) => None,
            "enum" => refused(&format!("is none of {rule}")),
            "const" if rule == value => None,
            "const" => refused("is another constant"),
            "minimum" if value.as_f64().is_none_or(|x| x >= bound()) => None,
            "maximum" if value.as_f64().is_none_or(|x| x <= bound()) => None,
            "exclusiveMinimum" if value.as_f64().is_none_or(|x| x > bound()) => None,
            "minLength" if value.as_str().is_none_or(|s| s.len() as f64 >= bound()) => None,
            "minItems" if value.as_array().is_none_or(|a| a.len() as f64 >= bound()) => None,
            "minProperties" if value.as_object().is_none_or(|o| o.len() as f64 >= bound()) => None,
            "minimum" | "maximum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties" => {
                refused(&format!("breaks {keyword} {rule}"))
            }
            "uniqueItems" => None,
            "pattern" => value.as_str().filter(|s| !date_like(s)).and_then(|_| refused("is no date")),
            "required" => {
                let missing = rule.as_array().unwrap().iter().find(|k| value.get(k.as_str().unwrap()).is_none());
                missing.and_then(|k| refused(&format!("lacks {k}")))
            }
            "items" => (value.as_array().into_iter().flatten().enumerate())
                .find_map(|(i, item)| refusal(item, rule, &format!("{path}[{i}]"))),
            "anyOf" => {
                let whys: Vec<_> = rule.as_array().unwrap().iter().map(|s| refusal(value, s, path)).collect();
                if whys.iter().any(Option::is_none) { None } else { whys.into_iter().next().flatten() }
            }
            "additionalProperties" => None,
            other => panic!("the schema uses `{other}`, which this check does not know"),
        };
        if wrong.is_some() {
            return wrong;
        }
    }
    members(value, schema, path)
}

fn members(value: &Json, schema: &Json, path: &str) -> Option<String> {
    let known = schema.get("properties").and_then(Json::as_object);
    let patterns = schema.get("patternProperties").and_then(Json::as_object);
    for (key, member) in value.as_object().into_iter().flatten() {
        let path = format!("{path}/{key}");
        let prefixed = |pattern: &str| {
            let prefix = pattern.trim_start_matches('^').trim_end_matches(".+$").replace("\\.", ".");
            key.len() > prefix.len() && key.starts_with(&prefix)
        };
        let by_name = known.and_then(|k| k.get(key));
        let by_pattern = patterns.and_then(|p| p.iter().find(|(pattern, _)| prefixed(pattern)).map(|(_, s)| s));
        let wrong = match (by_name.or(by_pattern), schema.get("additionalProperties")) {
            (Some(schema), _) => refusal(member, schema, &path),
            (None, Some(Json::Bool(false))) => Some(format!("{path}: is not known")),
            (None, Some(schema)) if schema.is_object() => refusal(member, schema, &path),
            (None, _) => None,
        };
        if wrong.is_some() {
            return wrong;
        }
    }
    None
}

/// Both patterns of the schema begin with a date.
fn date_like(text: &str) -> bool {
    text.get(..10).is_some_and(|d| d.parse::<jiff::civil::Date>().is_ok())
}

/// TOML as editors see it: dates are texts.
fn as_json(value: &toml::Value) -> Json {
    match value {
        toml::Value::String(s) => json!(s),
        toml::Value::Integer(i) => json!(i),
        toml::Value::Float(x) => json!(x),
        toml::Value::Boolean(b) => json!(b),
        toml::Value::Datetime(d) => json!(d.to_string()),
        toml::Value::Array(a) => a.iter().map(as_json).collect(),
        toml::Value::Table(t) => Json::Object(t.iter().map(|(k, v)| (k.clone(), as_json(v))).collect()),
    }
}

fn refused(toml: &str) -> Option<String> {
    refusal(&as_json(&toml::Value::Table(toml.parse().unwrap())), &json_schema(), "")
}

fn shipped(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // Plans of calibrations are files of another kind.
        if path.ends_with("calibration") {
            continue;
        }
        if path.is_dir() {
            found.extend(shipped(&path));
        } else if path.extension().is_some_and(|e| e == "toml") {
            found.push(path);
        }
    }
    found
}

#[test]
fn every_shipped_scenario_is_accepted() {
    let files = shipped(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios"));
    assert!(files.len() >= 2);
    for file in files {
        assert_eq!(refused(&fs::read_to_string(&file).unwrap()), None, "{}", file.display());
    }
}

#[test]
fn resolved_scenarios_are_accepted() {
    for name in antesala::scenario::scenario_names() {
        let scenario = antesala::scenario::load(&name, &Default::default()).unwrap();
        assert_eq!(refused(&scenario.resolved), None, "{name}");
    }
}

#[test]
fn what_the_loader_refuses_is_refused() {
    for bad in [
        "",
        "titel = 'x'",
        "[app]\nslot = 3",
        "[app]\nslots = -3",
        "[app]\nslots = 1.5",
        "[app]\nenabled = 1",
        "[app]\nbooking = 'lottery'",
        "[app.slots]\nsouth = 1",
        "[enforcement.level]\nsouth = 'much'",
        "[enforcement.level]\nsouth = 99",
        "scale = 0",
        "replicates = 0",
        "start = 'soon'",
        "[[outage]]\nfunction = 'all'",
        "[[outage]]\nfunction = 'confrm'\nfrom = 2031-01-01\nto = 2031-01-02\nshare_failing = 1",
        "[[policy]]\nid = 'p'\nfrom = 2031-01-01\nset = { 'app.slot' = 1 }",
        "[[policy]]\nid = 'p'\nfrom = 2031-01-01\nset = { 'app.slots' = -1 }",
        "[[policy]]\nid = 'p'\nfrom = 2031-01-01\nset = {}",
        "[[inflow.pulse]]\nid = 'p'",
    ] {
        assert!(refused(bad).is_some(), "accepted: {bad}");
    }
}

#[test]
fn both_forms_of_a_keyed_parameter_are_accepted() {
    for good in [
        "[enforcement]\nlevel = 0.5",
        "[enforcement.level]\nsouth = 0.5",
        "[app]\ngeofence = ['south']",
        "[app.geofence]\nsouth = true",
        "[[policy]]\nid = 'p'\nfrom = 2031-01-01\nset = { 'enforcement.level.south' = 0.5, 'app.geofence.south' = false }",
        "[[policy]]\nid = 'p'\nfrom = 2031-01-01\nset = { app.slots = 5 }",
        "[[policy]]\nid = 'p'\nremove = true",
    ] {
        assert_eq!(refused(good), None, "{good}");
    }
}
