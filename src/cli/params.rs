//! `antesala params describe`: every parameter, for people and for tools.

use std::process::ExitCode;

use serde_json::{Value as Json, json};

use super::args::{DescribeArgs, ParamsArgs, ParamsCommand};
use super::{Failure, Outcome, print};
use crate::scenario::describe::{self, Described};
use crate::scenario::error::suggestion;
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
    let rows = chosen(describe::all(&scenario), &args.names)?;
    if args.salib {
        print(&problem(&rows)?)?;
    } else if args.json {
        let rows: Vec<Json> = rows.iter().map(as_json).collect();
        let text = serde_json::to_string_pretty(&rows)
            .map_err(|e| Failure::failed(format!("cannot write JSON: {e}"), "report this"))?;
        print(&format!("{text}\n"))?;
    } else {
        print(&table(&rows))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Those of these names, or of groups of these names; all if there are none.
fn chosen(rows: Vec<Described>, names: &[String]) -> Result<Vec<Described>, Failure> {
    if names.is_empty() {
        return Ok(rows);
    }
    let mut out: Vec<Described> = Vec::new();
    for name in names {
        let plain = name.replace(['"', '\''], "");
        let within =
            |d: &&Described| d.name == plain || d.name.strip_prefix(&plain).is_some_and(|rest| rest.starts_with('.'));
        let found: Vec<&Described> = rows.iter().filter(within).collect();
        if found.is_empty() {
            let known: Vec<&str> = rows.iter().map(|d| d.name.as_str()).collect();
            return Err(Failure::usage(format!("there is no parameter `{name}`"), suggestion(&plain, known)));
        }
        out.extend(found.into_iter().filter(|d| !out.iter().any(|o| o.name == d.name)).cloned().collect::<Vec<_>>());
    }
    Ok(out)
}

/// The problem of SALib.
fn problem(rows: &[Described]) -> Result<String, Failure> {
    if let Some(row) = rows.iter().find(|d| d.bounds.is_none()) {
        let message = format!("`{}` is no number: it has no bounds", row.name);
        return Err(Failure::usage(message, "name parameters that are numbers"));
    }
    let document = json!({
        "num_vars": rows.len(),
        "names": rows.iter().map(|d| &d.name).collect::<Vec<_>>(),
        "bounds": rows.iter().map(|d| json!(d.bounds)).collect::<Vec<_>>(),
    });
    Ok(format!("{document:#}\n"))
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
