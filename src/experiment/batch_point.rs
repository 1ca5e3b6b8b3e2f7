//! A point of `run --batch`: a line of JSON that says what to set, and the scenario it makes.

use serde_json::{Map, Value as Json};

use crate::scenario::error::suggestion;
use crate::scenario::{MOST_REPLICATES, Prepared, Problem, Scenario, ScenarioError};

const KEYS: [&str; 4] = ["id", "set", "seed", "replicates"];

/// A point that is asked for.
pub struct BatchPoint {
    /// As given, for the answer; null where there is none or the line cannot be read.
    pub id: Json,
    /// What is to be run, or what is wrong with the line.
    pub scenario: Result<Scenario, ScenarioError>,
}

impl BatchPoint {
    /// Reads a line, the one of this number in its input.
    pub fn read(line: &[u8], number: usize, prepared: &Prepared) -> BatchPoint {
        let parsed: Result<Map<String, Json>, _> = serde_json::from_slice(line);
        let mut object = match parsed {
            Ok(object) => object,
            Err(error) => {
                let problem = Problem::nowhere(format!(
                    "line {number}: a point is an object of JSON on one line (column {}: {})",
                    error.column(),
                    error.to_string().split(" at line").next().unwrap_or_default()
                ));
                let problem = problem.help("for instance {\"id\": 1, \"set\": {\"app.slots\": 1000}}");
                return BatchPoint { id: Json::Null, scenario: Err(problem.into()) };
            }
        };
        let id = object.remove("id").unwrap_or(Json::Null);
        BatchPoint { id, scenario: scenario(&object, prepared) }
    }
}

/// The scenario of a point.
fn scenario(point: &Map<String, Json>, prepared: &Prepared) -> Result<Scenario, ScenarioError> {
    if let Some(key) = point.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(Problem::nowhere(format!("a point has no key `{key}`")).help(suggestion(key, KEYS)).into());
    }
    let mut set = Vec::new();
    match point.get("set") {
        None => {}
        Some(Json::Object(settings)) => {
            for (path, value) in settings {
                let text = match value {
                    Json::Number(n) => n.to_string(),
                    Json::Bool(b) => b.to_string(),
                    Json::String(s) => s.clone(),
                    _ => {
                        let message = format!("`{path}` must be a number, a text, true or false");
                        return Err(Problem::nowhere(message).into());
                    }
                };
                set.push(format!("{path}={text}"));
            }
        }
        Some(_) => return Err(Problem::nowhere("`set` must be an object of parameters and values").into()),
    }
    let whole = |key: &str, low: u64, high: u64| match point.get(key) {
        None => Ok(None),
        Some(value) => match value.as_u64().filter(|n| (low..=high).contains(n)) {
            Some(n) => Ok(Some(n)),
            None => Err(Problem::nowhere(format!("`{key}` must be a whole number from {low} to {high}"))),
        },
    };
    let mut scenario = match whole("replicates", 1, MOST_REPLICATES as u64)? {
        Some(replicates) => prepared.of_replicates(replicates as u32).with(&set)?,
        None => prepared.with(&set)?,
    };
    scenario.seed = whole("seed", 0, u64::MAX)?.unwrap_or(scenario.seed);
    Ok(scenario)
}
