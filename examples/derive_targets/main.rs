//! Rebuilds `targets.csv`, what a run of the Mexico world is compared with, from `observed.csv`
//! and the short table `stated.csv` beside this file.
//!
//! `cargo run --example derive_targets` writes it; with `-- --check` it writes nothing and fails
//! if the table on disk differs. `docs/data.md` explains families, errors, tolerances and doubts.

#[path = "../derive_inflow/command.rs"]
mod command;
#[path = "../derive_inflow/derive/mod.rs"]
#[allow(dead_code)]
mod derive;
mod known;
mod rows;
mod series;

use std::path::Path;
use std::process::ExitCode;

use derive::{Error, Tables};

fn main() -> ExitCode {
    command::command("derive_targets", targets)
}

fn targets(folder: &Path) -> Result<Tables, Error> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/derive_targets");
    let mut targets = series::all(&known::Known::read(folder)?)?;
    targets.extend(rows::stated(&beside, folder)?);
    Ok(vec![("targets.csv", rows::table(targets, folder)?)])
}
