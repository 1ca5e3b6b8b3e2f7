//! Rebuilds `targets.csv`, what a run of the Mexico world is compared with, from `observed.csv`
//! and the short table `stated.csv` beside this file.
//!
//! `cargo run --example derive_targets` writes it; with `-- --check` it writes nothing and fails
//! if the table on disk differs. `docs/data.md` explains families, errors, tolerances and doubts.

#[path = "../derive_inflow/derive/mod.rs"]
#[allow(dead_code)]
mod derive;
mod known;
mod rows;
mod series;

use std::path::PathBuf;
use std::process::ExitCode;

use derive::Error;

fn main() -> ExitCode {
    let check = match std::env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [] => false,
        [flag] if flag == "--check" => true,
        other => {
            eprintln!("unexpected arguments {other:?}; usage: derive_targets [--check]");
            return ExitCode::from(2);
        }
    };
    match run(check) {
        Ok(message) => {
            println!("{message}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Writes the table, or compares it with the one on disk.
fn run(check: bool) -> Result<String, Error> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("scenarios/data/mexico");
    let mut targets = series::all(&known::Known::read(&folder)?)?;
    targets.extend(rows::stated(&root.join("examples/derive_targets"), &folder)?);
    let text = rows::table(targets, &folder)?;
    let path = folder.join("targets.csv");
    if !check {
        std::fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))?;
        Ok(format!("written: {}", path.display()))
    } else if std::fs::read_to_string(&path).ok().as_deref() == Some(text.as_str()) {
        Ok("targets.csv agrees with the observations".to_owned())
    } else {
        Err("targets.csv differs from what the observations give; run without --check".into())
    }
}
