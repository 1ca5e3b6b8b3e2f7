//! `datapackage.json`: the run as a Frictionless data package. No time, no path of this machine.

use std::borrow::Cow;
use std::path::Path;

use serde::Serialize;

use super::error::FileError;
use super::schema::{self, Column, ColumnType, Table};
use super::staged_file::{FileRecord, write_json};
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
    write_json(folder, "datapackage.json", &package(name, title, description, files))
}

#[derive(Serialize)]
struct Package<'a> {
    profile: &'static str,
    name: String,
    title: &'a str,
    description: String,
    version: &'static str,
    resources: Vec<Resource<'a>>,
}

#[derive(Serialize)]
struct Resource<'a> {
    name: Cow<'a, str>,
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<TableSchema>,
    format: &'a str,
    mediatype: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    hash: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TableSchema {
    fields: Vec<Field>,
    missing_values: [&'static str; 1],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    primary_key: &'static [&'static str],
}

#[derive(Serialize)]
struct Field {
    name: &'static str,
    r#type: &'static str,
    description: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    unit: &'static str,
}

/// The package of some files: tables with their columns, other files by path.
fn package<'a>(name: &str, title: &'a str, description: &str, files: &'a [FileRecord]) -> Package<'a> {
    let mut resources: Vec<Resource> = Vec::with_capacity(files.len());
    for file in files.iter().filter(|f| f.name != "scenario.toml") {
        let mut resource = resource(file);
        // A table may be there in two formats.
        if resources.iter().any(|other| other.name == resource.name) {
            resource.name = slug(&file.name).into();
        }
        resources.push(resource);
    }
    Package {
        profile: "data-package",
        name: slug(name),
        title,
        description: format!("Simulated people, not counted ones. {}", description.trim()),
        version: env!("CARGO_PKG_VERSION"),
        resources,
    }
}

fn resource(file: &FileRecord) -> Resource<'_> {
    let (stem, ending) = stem_and_ending(&file.name);
    let table = schema::table(stem);
    let csv = table.filter(|_| ending == "csv");
    let tagged = || stem.strip_suffix(".hxl").and_then(schema::table);
    let description = match table {
        Some(table) => Some(table.meaning.into()),
        None => tagged().map(|t| format!("{} With a row of HXL hashtags under the header.", t.meaning).into()),
    };
    Resource {
        name: if table.is_some() { stem.into() } else { slug(&file.name).into() },
        path: &file.name,
        title: table.map(|table| table.name.replace('_', " ")),
        description,
        profile: csv.map(|_| "tabular-data-resource"),
        encoding: csv.map(|_| "utf-8"),
        schema: table.map(table_schema),
        format: ending,
        mediatype: media_type(ending),
        // Frictionless counts no bytes where it reads Parquet, and then finds any number wrong.
        bytes: Some(file.bytes).filter(|_| ending != "parquet"),
        hash: format!("sha256:{}", file.sha256),
    }
}

fn table_schema(table: &Table) -> TableSchema {
    TableSchema { fields: table.columns.iter().map(field).collect(), missing_values: [""], primary_key: table.key }
}

fn field(column: &Column) -> Field {
    let kind = match column.kind {
        ColumnType::Text => "string",
        ColumnType::Int => "integer",
        ColumnType::Float(_) | ColumnType::Real => "number",
        ColumnType::Date => "date",
        ColumnType::Month => "yearmonth",
    };
    Field { name: column.name, r#type: kind, description: column.meaning, unit: column.unit }
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
    use serde_json::{Value, json};

    fn described(name: &str, files: &[FileRecord]) -> Value {
        serde_json::to_value(package(name, "Title", "", files)).unwrap()
    }

    fn record(name: &str) -> FileRecord {
        FileRecord { name: name.into(), bytes: 1, sha256: "00".into() }
    }

    #[test]
    fn tables_are_described_and_other_files_named() {
        let names =
            ["scenario.toml", "flows.csv", "waits.parquet", "needs.csv", "needs.hxl.csv", "charts/Backlog é.svg"];
        let package = described("Sample run", &names.map(record));
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
        let package = described("s", &["metrics.csv", "metrics.parquet"].map(record));
        let found: Vec<&Value> = package["resources"].as_array().unwrap().iter().map(|r| &r["name"]).collect();
        assert_eq!(found, ["metrics", "metrics.parquet"]);
    }
}
