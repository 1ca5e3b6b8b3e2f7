//! Rebuilds the derived tables of the Mexico world from its facts and observations.
//!
//! `cargo run --example derive_inflow` writes them; with `-- --check` it writes nothing and fails
//! if a table on disk differs. `docs/data.md` explains each derivation and its doubts.

mod derive;

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let check = match std::env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [] => false,
        [flag] if flag == "--check" => true,
        other => {
            eprintln!("unexpected arguments {other:?}; usage: derive_inflow [--check]");
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

/// Writes the tables, or compares them with those on disk.
fn run(check: bool) -> Result<String, derive::Error> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("scenarios/data/mexico");
    let tables = derive::derive(&folder)?;
    let mut stale = Vec::new();
    for (name, text) in &tables {
        let path = folder.join(name);
        if !check {
            std::fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))?;
        } else if std::fs::read_to_string(&path).ok().as_deref() != Some(text) {
            stale.push(*name);
        }
    }
    match (check, stale.is_empty()) {
        (false, _) => Ok(format!("{} tables written to {}", tables.len(), folder.display())),
        (true, true) => Ok(format!("{} tables agree with the facts", tables.len())),
        (true, false) => {
            Err(format!("{} differ from what the facts give; run without --check", stale.join(", ")).into())
        }
    }
}
