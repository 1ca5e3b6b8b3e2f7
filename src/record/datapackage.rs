//! `datapackage.json`: the run as a Frictionless data package. No time, no path of this machine.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::error::FileError;
use super::schema::{self, Column, ColumnType, Table};
use super::staged_file::{FileRecord, write_file};
use crate::scenario::input::Scenario;

/// Writes `datapackage.json` for the files a run has written so far.
///
/// # Errors
/// The file cannot be written.
pub fn write(folder: &Path, scenario: &Scenario, files: &[FileRecord]) -> Result<FileRecord, FileError> {
    let more = "Replicates are equally likely courses of the same scenario; the scenario itself, with its data, is \
        scenario.toml and data/.";
    let title = if scenario.title.is_empty() { &scenario.name } else { &scenario.title };
    write_other(folder, &scenario.name, title, &format!("{} {more}", scenario.question), files)
}

/// The same for something else than a run.
///
/// # Errors
/// The file cannot be written.
pub fn write_other(
    folder: &Path,
    name: &str,
    title: &str,
    description: &str,
    files: &[FileRecord],
) -> Result<FileRecord, FileError> {
    let text = format!("{:#}\n", package(name, title, description, files));
    write_file(folder, "datapackage.json", text.as_bytes())
}

/// The package of some files: tables with their columns, other files by path.
pub fn package(name: &str, title: &str, description: &str, files: &[FileRecord]) -> Value {
    let mut resources: Vec<Value> = Vec::new();
    for file in files.iter().filter(|f| f.name != "scenario.toml") {
        let mut resource = resource(file);
        // A table may be there in two formats.
        if resources.iter().any(|other| other["name"] == resource["name"]) {
            resource["name"] = slug(&file.name).into();
        }
        resources.push(resource);
    }
    json!({
        "profile": "data-package",
        "name": slug(name),
        "title": title,
        "description": format!("Simulated people, not counted ones. {}", description.trim()),
        "version": env!("CARGO_PKG_VERSION"),
        "resources": resources,
    })
}

fn resource(file: &FileRecord) -> Value {
    let mut resource = Map::new();
    let (stem, ending) = stem_and_ending(&file.name);
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
    // Frictionless counts no bytes where it reads Parquet, and then finds any number wrong.
    if ending != "parquet" {
        resource.insert("bytes".into(), file.bytes.into());
    }
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

/// `charts/map` and `svg`.
pub(super) fn stem_and_ending(path: &str) -> (&str, &str) {
    path.rsplit_once('.').unwrap_or((path, ""))
}

/// The media type of files with that ending.
pub(super) fn media_type(ending: &str) -> &'static str {
    match ending {
        "csv" => "text/csv",
        "parquet" => "application/vnd.apache.parquet",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "geojson" => "application/geo+json",
        "json" => "application/json",
        "toml" => "application/toml",
        "md" => "text/markdown",
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

    fn record(name: &str) -> FileRecord {
        FileRecord { name: name.into(), bytes: 1, sha256: "00".into() }
    }

    #[test]
    fn tables_are_described_and_other_files_named() {
        let names =
            ["scenario.toml", "flows.csv", "waits.parquet", "needs.csv", "needs.hxl.csv", "charts/Backlog é.svg"];
        let package = package("Sample run", "A sample", "", &names.map(record));
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

    #[test]
    fn a_table_in_two_formats_has_two_names() {
        let package = package("s", "S", "", &["metrics.csv", "metrics.parquet"].map(record));
        let found: Vec<&Value> = package["resources"].as_array().unwrap().iter().map(|r| &r["name"]).collect();
        assert_eq!(found, ["metrics", "metrics.parquet"]);
    }
}
