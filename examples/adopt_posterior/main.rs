//! Puts what a calibration found into the built-in baseline: its draws become the posterior, and parameters
//! that are at least weakly known take their medians. Those that stay unknown keep the values written.
//!
//! `cargo run --release --example adopt_posterior -- FOLDER`, after `antesala calibrate --out FOLDER`.

#[path = "../edit_scenario/mod.rs"]
#[allow(dead_code)]
mod edit_scenario;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use edit_scenario::ScenarioFile;

fn main() -> ExitCode {
    let folder = match std::env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [folder] => PathBuf::from(folder),
        other => {
            eprintln!("unexpected arguments {other:?}; usage: adopt_posterior FOLDER");
            return ExitCode::from(2);
        }
    };
    match adopt(&folder) {
        Ok(count) => {
            println!("medians put into scenarios/baseline.toml: {count}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn adopt(folder: &Path) -> Result<usize, Box<dyn Error>> {
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut baseline = ScenarioFile::read(&scenarios.join("baseline.toml"))?;
    let mut count = 0;
    let table = folder.join("parameters.csv");
    let mut reader = csv::Reader::from_path(&table).map_err(|e| format!("{}: {e}", table.display()))?;
    let columns = reader.headers()?.clone();
    let column = |name: &str| columns.iter().position(|c| c == name).ok_or_else(|| format!("no column {name}"));
    let (paths, median, verdict) = (column("paths")?, column("posterior_p50")?, column("verdict")?);
    for row in reader.records() {
        let row = row?;
        if &row[verdict] == "unknown" {
            continue;
        }
        for path in row[paths].split(';') {
            baseline.set(path.trim(), row[median].parse()?)?;
            count += 1;
        }
    }
    baseline.write()?;
    fs::copy(folder.join("posterior.csv"), scenarios.join("posterior/baseline.csv"))?;
    Ok(count)
}
