//! What both examples that derive tables do on the command line.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::derive::{Error, Tables};

/// The command line of an example: writes the tables, or with `--check` compares them with those on
/// disk and fails if one differs.
pub fn command(name: &str, derive: fn(&Path) -> Result<Tables, Error>) -> ExitCode {
    let check = match std::env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [] => false,
        [flag] if flag == "--check" => true,
        other => {
            eprintln!("unexpected arguments {other:?}; usage: {name} [--check]");
            return ExitCode::from(2);
        }
    };
    match write_or_check(check, derive) {
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

fn write_or_check(check: bool, derive: fn(&Path) -> Result<Tables, Error>) -> Result<String, Error> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("scenarios/data/mexico");
    let tables = derive(&folder)?;
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
        (false, _) => Ok(format!("written to {}: {}", folder.display(), tables.len())),
        (true, true) => Ok(format!("tables that agree with the facts: {}", tables.len())),
        (true, false) => {
            Err(format!("{} differ from what the facts give; run without --check", stale.join(", ")).into())
        }
    }
}
