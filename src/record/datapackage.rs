//! `datapackage.json`: the run as a Frictionless data package. No time, no path of this machine.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::error::FileError;
use super::schema::{self, Column, ColumnType, Table};
use super::staged_file::{FileRecord, write_file};
use crate::scenario::input::Scenario;

/// Writes `datapackage.json` for the files written so far.
///
/// # Errors
/// The file cannot be written.
pub fn write(folder: &Path, scenario: &Scenario, files: &[FileRecord]) -> Result<FileRecord, FileError> {
    let mut text = format!("{:#}", package(scenario, files));
    text.push('\n');
    write_file(folder, "datapackage.json", text.as_bytes())
}

/// The package of some files: tables with their columns, other files by path.
pub fn package(scenario: &Scenario, files: &[FileRecord]) -> Value {
    let resources: Vec<Value> = files.iter().filter(|f| f.name != "scenario.toml").map(resource).collect();
    json!({
        "profile": "data-package",
        "name": slug(&scenario.name),
        "title": if scenario.title.is_empty() { &scenario.name } else { &scenario.title },
        "description": format!(
            "Simulated people, not counted ones. {} Replicates are equally likely courses of the same scenario; \
             the scenario itself, with its data, is scenario.toml and data/.",
            scenario.question
        ).trim(),
        "version": env!("CARGO_PKG_VERSION"),
        "resources": resources,
    })
}

fn resource(file: &FileRecord) -> Value {
    let mut resource = Map::new();
    let stem = file.name.rsplit_once('.').map_or(&*file.name, |(stem, _)| stem);
    let ending = file.name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let table = schema::table(stem);
    let name = if table.is_some() { stem.to_string() } else { slug(&file.name) };
    resource.insert("name".into(), name.into());
    resource.insert("path".into(), file.name.clone().into());
    if let Some(table) = table {
        resource.insert("title".into(), table.name.replace('_', " ").into());
        resource.insert("description".into(), table.meaning.into());
        if ending == "csv" {
            resource.insert("profile".into(), "tabular-data-resource".into());
            resource.insert("encoding".into(), "utf-8".into());
        }
        resource.insert("schema".into(), table_schema(table));
    }
    if let Some(described) = stem.strip_suffix(".hxl").and_then(schema::table) {
        let text = format!("{} With a row of HXL hashtags under the header.", described.meaning);
        resource.insert("description".into(), text.into());
    }
    resource.insert("format".into(), ending.into());
    resource.insert("mediatype".into(), media_type(ending).into());
    resource.insert("bytes".into(), file.bytes.into());
    resource.insert("hash".into(), format!("sha256:{}", file.sha256).into());
    Value::Object(resource)
}

fn table_schema(table: &Table) -> Value {
    let fields: Vec<Value> = table.columns.iter().map(field).collect();
    let mut schema = json!({ "fields": fields, "missingValues": [""] });
    if !table.key.is_empty() {
        schema["primaryKey"] = table.key.into();
    }
    schema
}

fn field(column: &Column) -> Value {
    let kind = match column.kind {
        ColumnType::Text => "string",
        ColumnType::Int => "integer",
        ColumnType::Float(_) | ColumnType::Real => "number",
        ColumnType::Date => "date",
        ColumnType::Month => "yearmonth",
    };
    let mut field = json!({ "name": column.name, "type": kind, "description": column.meaning });
    if !column.unit.is_empty() {
        field["unit"] = column.unit.into();
    }
    field
}

fn media_type(ending: &str) -> &'static str {
    match ending {
        "csv" => "text/csv",
        "parquet" => "application/vnd.apache.parquet",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "geojson" => "application/geo+json",
        "json" => "application/json",
        _ => "application/octet-stream",
    }
}

/// Lower case letters, digits, `.`, `-`, `_` and `/`, as the specification asks of names.
fn slug(name: &str) -> String {
    let keep = |c: char| if c.is_ascii_alphanumeric() || "._-/".contains(c) { c.to_ascii_lowercase() } else { '-' };
    name.chars().map(keep).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::sample;

    fn record(name: &str) -> FileRecord {
        FileRecord { name: name.into(), bytes: 1, sha256: "00".into() }
    }

    #[test]
    fn tables_are_described_and_other_files_named() {
        let names =
            ["scenario.toml", "flows.csv", "waits.parquet", "needs.csv", "needs.hxl.csv", "charts/Backlog é.svg"];
        let package = package(&sample::scenario(), &names.map(record));
        assert_eq!(package["name"], "sample-run");
        let resources = package["resources"].as_array().unwrap();
        let field = |i: usize, name: &str| resources[i][name].as_str().unwrap_or_default().to_string();
        let found: Vec<String> = (0..resources.len()).map(|i| field(i, "name")).collect();
        assert_eq!(found, ["flows", "waits", "needs", "needs.hxl.csv", "charts/backlog--.svg"]);
        assert_eq!(field(0, "profile"), "tabular-data-resource");
        assert_eq!(resources[0]["schema"]["primaryKey"], json!(["replicate", "date", "event", "nationality"]));
        assert_eq!(resources[0]["schema"]["fields"][1]["type"], "date");
        assert_eq!(field(1, "profile"), "");
        assert_eq!(resources[1]["schema"]["fields"].as_array().unwrap().len(), schema::WAITS.columns.len());
        assert!(resources[3].get("schema").is_none(), "a row of tags breaks typed readers");
    }
}
