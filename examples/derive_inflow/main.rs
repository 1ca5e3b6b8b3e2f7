//! Rebuilds the derived tables of the Mexico world from its facts and observations.
//!
//! `cargo run --example derive_inflow` writes them; with `-- --check` it writes nothing and fails
//! if a table on disk differs. `docs/data.md` explains each derivation and its doubts.

mod command;
#[allow(dead_code)]
mod derive;

use std::process::ExitCode;

fn main() -> ExitCode {
    command::command("derive_inflow", derive::derive)
}
