//! The tables of an analysis.

use std::path::Path;
use std::time::Instant;

use jiff::Timestamp;
use serde_json::json;

use super::{Analysed, Method};
use crate::experiment::sweep::SweepError;
use crate::experiment::sweep::manifest::{MANIFEST, SCENARIO};
use crate::record::datapackage;
use crate::record::error::{During, FileError};
use crate::record::provenance::{self, Account};
use crate::record::schema::sweep::{RESPONSES, SENSITIVITY};
use crate::record::staged_file::{FileRecord, sha256_of};
use crate::record::table_writer::{TableOptions, TableWriter};
use crate::scenario::{Overrides, load};

/// Writes `sensitivity.csv` and `responses.csv`, those of them that have rows.
///
/// # Errors
/// A file cannot be written.
pub fn tables(folder: &Path, analysed: &Analysed) -> Result<Vec<FileRecord>, FileError> {
    let metrics = analysed.results.metrics();
    let mut files = Vec::new();
    if !analysed.drivers.is_empty() {
        let mut out = TableWriter::create(folder, &SENSITIVITY, TableOptions::default())?;
        for d in &analysed.drivers {
            let e = d.estimate;
            out.text(&metrics[d.metric].name).text(&d.parameter).text(d.measure).text(&d.unit);
            out.float(e.value).float(e.low).float(e.high);
            let parameters = &analysed.results.manifest.parameters;
            let range = parameters.iter().find(|p| p.name == d.parameter).and_then(|p| p.bounds);
            out.float(range.map(|r| r.0)).float(range.map(|r| r.1)).end_row()?;
        }
        files.append(&mut out.finish()?);
    }
    if !analysed.answers.is_empty() {
        let mut out = TableWriter::create(folder, &RESPONSES, TableOptions::default())?;
        for a in &analysed.answers {
            let metric = &metrics[a.metric];
            out.text(&metric.name).text(&metric.unit).int(analysed.results.points.ids[a.point]);
            out.text(&analysed.results.points.settings(a.point).join(" "));
            for s in [a.value, a.difference] {
                out.float(s.map(|s| s.mean)).float(s.map(|s| s.p05)).float(s.map(|s| s.p50)).float(s.map(|s| s.p95));
            }
            out.float(a.mean_difference.map(|m| m.0)).float(a.mean_difference.map(|m| m.1));
            out.int(a.replicates as u64).end_row()?;
        }
        files.append(&mut out.finish()?);
    }
    Ok(files)
}

/// Writes what describes these files: `datapackage.json`, `run.json` and the crate. Gives the files of all.
///
/// # Errors
/// A file cannot be read or written.
pub fn record(
    staging: &Path,
    sweep: &Path,
    analysed: &Analysed,
    began: (Timestamp, Instant),
    resamples: u32,
    mut files: Vec<FileRecord>,
) -> Result<Vec<FileRecord>, SweepError> {
    let scenario = load(&sweep.join(SCENARIO).join("scenario.toml").to_string_lossy(), &Overrides::default())?;
    let path = sweep.join(MANIFEST);
    let manifest = sha256_of(&path).during("read", &path)?;
    let account = Account::since(began, scenario.replicates, rayon::current_num_threads());
    let method = match analysed.method {
        Method::Sobol => "sobol",
        Method::Morris => "morris",
        Method::Ranks => "ranks",
        Method::None => "none",
    };
    let more = |document: &mut serde_json::Value| {
        document["sweep"] = json!({ "name": analysed.results.manifest.name, "manifest_sha256": manifest });
        document["method"] = method.into();
        document["resamples"] = resamples.into();
        document["notes"] = analysed.notes.clone().into();
    };
    let about = &analysed.results.manifest;
    let what = "What the metrics of a sweep owe to its parameters, and to chance.";
    files.push(datapackage::write_other(staging, &format!("{}-analysis", about.name), &about.title, what, &files)?);
    files.extend(provenance::write_with(staging, "analyze", &scenario, &account, &files, more)?);
    Ok(files)
}
