//! `antesala params describe`: every parameter, for people and for tools.

use std::process::ExitCode;

use serde_json::{Value as Json, json};

use super::args::{DescribeArgs, ParamsArgs, ParamsCommand};
use super::{Failure, Outcome, print};
use crate::scenario::describe::{self, Described};
use crate::scenario::{self, Overrides};

/// Runs a `params` command.
///
/// # Errors
/// The scenario that names the keyed parameters is not right.
pub fn params(args: &ParamsArgs) -> Outcome {
    match &args.command {
        ParamsCommand::Describe(args) => describe(args),
    }
}

fn describe(args: &DescribeArgs) -> Outcome {
    let overrides = Overrides { allow_path: args.allow_path.clone(), ..Overrides::default() };
    let scenario = scenario::load(&args.scenario, &overrides)?;
    let rows = describe::all(&scenario);
    if args.json {
        let rows: Vec<Json> = rows.iter().map(as_json).collect();
        let text = serde_json::to_string_pretty(&rows)
            .map_err(|e| Failure::failed(format!("cannot write JSON: {e}"), "report this"))?;
        print(&format!("{text}\n"))?;
    } else {
        print(&table(&rows))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn as_json(row: &Described) -> Json {
    let mut object = json!({ "name": row.name, "type": row.kind, "unit": row.unit });
    let fields = object.as_object_mut();
    // An object was just made.
    let Some(fields) = fields else { return object };
    if let Some((low, high)) = &row.bounds {
        fields.insert("bounds".into(), json!([low, high]));
    }
    if !row.choices.is_empty() {
        fields.insert("choices".into(), json!(row.choices));
    }
    fields.insert("default".into(), row.default.clone());
    fields.insert("distribution".into(), json!(row.distribution));
    fields.insert("source".into(), json!(row.source));
    fields.insert("meaning".into(), json!(row.meaning));
    object
}

fn table(rows: &[Described]) -> String {
    let width = rows.iter().map(|r| r.name.chars().count()).max().unwrap_or(0);
    let mut out = String::new();
    for row in rows {
        let bounds = match &row.bounds {
            Some((low, high)) => format!("{low} to {high}"),
            None => row.choices.join(" | "),
        };
        let mut facts = vec![row.kind.to_string()];
        facts.extend([row.unit.to_string(), bounds].into_iter().filter(|s| !s.is_empty()));
        facts.push(format!("default {}", row.default));
        facts.push(format!("source {}", row.source));
        out.push_str(&format!("{:<width$}  {}\n{:<width$}  {}\n", row.name, row.meaning, "", facts.join("; ")));
    }
    out
}
