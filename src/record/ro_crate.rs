//! `ro-crate-metadata.json`: a folder as an [RO-Crate](https://w3id.org/ro/crate/1.1) of the profile
//! [Process Run Crate](https://w3id.org/ro/wfrun/process/0.5): what was run on what, and what came of it.
//! Like `run.json`, from which it is made, it holds times. It names no person and no machine.

use serde_json::{Map, Value, json};

use super::datapackage::{media_type, stem_and_ending};
use super::schema;
use super::staged_file::FileRecord;
use crate::scenario::{POSTERIOR_FILE, WORLD_FOLDER};

/// Name of the file.
pub const FILE: &str = "ro-crate-metadata.json";

const CRATE: &str = "https://w3id.org/ro/crate/1.1";
const PROFILE: &str = "https://w3id.org/ro/wfrun/process/0.5";
const CONDITIONS: &str = "Antesala sets no licence for what it writes: whoever publishes this folder says under which \
    terms, and heeds those of the data it was made from.";

/// Numbers of `run.json` that a run depends on, and their units.
const SETTINGS: [(&str, &str); 4] =
    [("seed", ""), ("replicates", ""), ("scale", ""), ("persons_per_simulated_person", "persons")];

/// The crate of a folder with these files, `run.json` among them; `run` is what that says.
pub fn metadata(run: &Value, files: &[FileRecord]) -> Value {
    let kind = text(run, "kind");
    let name = format!("Antesala {kind}: {}", text(run, "title"));
    let merged = files.iter().any(|f| f.name == "metrics.csv");
    let (inputs, results): (Vec<&FileRecord>, Vec<&FileRecord>) =
        files.iter().partition(|f| is_input(&f.name, kind, merged));
    let settings = SETTINGS.map(|(name, _)| json!({ "@id": format!("#{name}") }));
    let objects: Vec<Value> = inputs.iter().map(|f| reference(f)).chain(settings).collect();
    let mut graph = vec![
        json!({
            "@id": FILE,
            "@type": "CreativeWork",
            "conformsTo": { "@id": CRATE },
            "about": { "@id": "./" },
        }),
        json!({
            "@id": "./",
            "@type": "Dataset",
            "conformsTo": { "@id": PROFILE },
            "name": name,
            "description": format!(
                "Simulated people, not counted ones. {} Simulated from {} to {}.",
                text(run, "question"), text(run, "start"), text(run, "end"),
            ),
            "datePublished": time(run, "finished"),
            "license": { "@id": "#conditions" },
            "hasPart": files.iter().map(reference).collect::<Vec<_>>(),
            "mentions": { "@id": "#process" },
        }),
        json!({ "@id": PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5" }),
        json!({ "@id": "#conditions", "@type": "CreativeWork", "name": "Conditions of use", "description": CONDITIONS }),
        json!({
            "@id": "#process",
            "@type": "CreateAction",
            "name": name,
            "description": format!("antesala {kind}, scenario {}", text(run, "scenario")),
            "instrument": { "@id": "#antesala" },
            "object": objects,
            "result": results.iter().map(|f| reference(f)).collect::<Vec<_>>(),
            "startTime": time(run, "started"),
            "endTime": time(run, "finished"),
            "actionStatus": "http://schema.org/CompletedActionStatus",
        }),
    ];
    graph.extend(software(run));
    graph.extend(SETTINGS.iter().map(|(name, unit)| property(name, &run[*name], unit)));
    graph.extend(files.iter().map(entity));
    json!({
        "@context": [format!("{CRATE}/context"), "https://w3id.org/ro/terms/workflow-run/context"],
        "@graph": graph,
    })
}

/// What the process read, and not what it made.
fn is_input(path: &str, kind: &str, merged: bool) -> bool {
    let of_one = match path.split_once('/') {
        Some(("runs", rest)) => rest.split_once('/').map_or(rest, |(_, inside)| inside),
        Some(("scenario", rest)) => rest,
        _ => path,
    };
    match of_one {
        "scenario.toml" => true,
        "plan.toml" => kind == "calibrate",
        POSTERIOR_FILE => kind != "calibrate",
        "manifest.json" | "design.csv" => merged,
        _ => of_one.split_once('/').is_some_and(|(folder, _)| folder == WORLD_FOLDER),
    }
}

fn software(run: &Value) -> Vec<Value> {
    let mut software = json!({
        "@id": "#antesala",
        "@type": "SoftwareApplication",
        "name": "Antesala",
        "description": env!("CARGO_PKG_DESCRIPTION"),
        "softwareVersion": run["version"],
    });
    if run["commit"].is_null() {
        return vec![software];
    }
    software["identifier"] = json!({ "@id": "#commit" });
    vec![software, property("commit", &run["commit"], "")]
}

fn property(name: &str, value: &Value, unit: &str) -> Value {
    let mut property =
        json!({ "@id": format!("#{name}"), "@type": "PropertyValue", "name": name.replace('_', " "), "value": value });
    if !unit.is_empty() {
        property["unitText"] = unit.into();
    }
    property
}

fn entity(file: &FileRecord) -> Value {
    let (stem, ending) = stem_and_ending(file.name.rsplit('/').next().unwrap_or_default());
    let mut entity = Map::new();
    entity.insert("@id".into(), address(&file.name).into());
    entity.insert("@type".into(), "File".into());
    entity.insert("name".into(), file.name.clone().into());
    if let Some(table) = schema::table(stem) {
        entity.insert("description".into(), table.meaning.into());
    }
    entity.insert("encodingFormat".into(), media_type(ending).into());
    entity.insert("contentSize".into(), file.bytes.to_string().into());
    entity.insert("sha256".into(), file.sha256.clone().into());
    Value::Object(entity)
}

fn reference(file: &FileRecord) -> Value {
    json!({ "@id": address(&file.name) })
}

/// A path as a relative URI.
fn address(path: &str) -> String {
    use std::fmt::Write as _;
    path.bytes().fold(String::new(), |mut uri, byte| {
        if byte.is_ascii_alphanumeric() || b"/._-~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
        uri
    })
}

/// With the offset as validators of crates want it.
fn time(run: &Value, key: &str) -> String {
    text(run, key).replace('Z', "+00:00")
}

fn text<'a>(run: &'a Value, key: &str) -> &'a str {
    run[key].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entity<'a>(crated: &'a Value, id: &str) -> &'a Value {
        let graph = crated["@graph"].as_array().unwrap();
        graph.iter().find(|e| e["@id"] == id).unwrap_or_else(|| panic!("no {id} in {crated:#}"))
    }

    fn ids(references: &Value) -> Vec<&str> {
        references.as_array().unwrap().iter().filter_map(|r| r["@id"].as_str()).collect()
    }

    fn of(kind: &str, names: &[&str]) -> Value {
        let files: Vec<FileRecord> =
            names.iter().map(|n| FileRecord { name: n.to_string(), bytes: 3, sha256: "ab".into() }).collect();
        let run = json!({
            "kind": kind, "title": "T", "scenario": "s", "version": "1.0", "commit": null, "seed": 7,
            "replicates": 2, "scale": 0.5, "persons_per_simulated_person": 2,
            "started": "2024-05-01T00:00:00Z", "finished": "2024-05-01T00:01:00Z",
        });
        metadata(&run, &files)
    }

    #[test]
    fn what_was_read_and_what_was_made_are_told_apart() {
        let settings = ["#seed", "#replicates", "#scale", "#persons_per_simulated_person"];
        for (kind, inputs, results) in [
            ("run", vec!["scenario.toml", "data/places.csv", "posterior.csv"], vec!["flows.csv", "charts/map.svg"]),
            ("compare", vec!["runs/data/scenario.toml", "runs/data/data/a.csv"], vec!["runs/data/flows.csv"]),
            ("calibrate", vec!["plan.toml"], vec!["posterior.csv", "fits.csv"]),
            ("sweep", vec!["scenario/scenario.toml", "scenario/data/a.csv"], vec!["design.csv", "manifest.json"]),
            ("sweep", vec!["design.csv", "manifest.json"], vec!["metrics.csv", "metrics.parquet"]),
        ] {
            let crated = of(kind, &[inputs.clone(), results.clone()].concat());
            let process = entity(&crated, "#process");
            assert_eq!(ids(&process["object"]), [inputs, settings.to_vec()].concat(), "{kind}");
            assert_eq!(ids(&process["result"]), results, "{kind}");
        }
    }

    #[test]
    fn files_and_settings_are_described() {
        let crated = of("run", &["scenario.toml", "needs.csv", "charts/é 1.png"]);
        let root = entity(&crated, "./");
        assert_eq!(ids(&root["hasPart"]), ["scenario.toml", "needs.csv", "charts/%C3%A9%201.png"]);
        assert!(root["description"].as_str().unwrap().starts_with("Simulated people, not counted ones."));
        assert_eq!(root["datePublished"], "2024-05-01T00:01:00+00:00");
        let needs = entity(&crated, "needs.csv");
        assert_eq!(needs["description"], schema::NEEDS.meaning);
        assert_eq!((&needs["contentSize"], &needs["encodingFormat"]), (&json!("3"), &json!("text/csv")));
        assert_eq!(entity(&crated, "charts/%C3%A9%201.png")["name"], "charts/é 1.png");
        assert_eq!(entity(&crated, "#seed")["value"], 7);
        assert_eq!(entity(&crated, "#persons_per_simulated_person")["unitText"], "persons");
        assert_eq!(entity(&crated, "#antesala")["softwareVersion"], "1.0");
        assert!(entity(&crated, "#antesala").get("identifier").is_none());
    }
}
