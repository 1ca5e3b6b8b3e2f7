//! Writes a folder in which nothing observed after December 2023 is known: a world (inflow, what followed
//! encounters), a scenario with the policies of 2024 but not what was learned of their strength, and a plan
//! to calibrate it. From it the first half of 2024 is predicted (docs/calibration.md).
//!
//! `cargo run --release --example hindcast -- FOLDER`

#[path = "../derive_inflow/derive/mod.rs"]
#[allow(dead_code)]
mod derive;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use derive::Error;
use derive::calendar::Month;

/// Last month that is known.
const KNOWN_TO: &str = "2023-12";

fn main() -> ExitCode {
    let folder = match std::env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [folder] => PathBuf::from(folder),
        other => {
            eprintln!("unexpected arguments {other:?}; usage: hindcast FOLDER");
            return ExitCode::from(2);
        }
    };
    match write(&folder) {
        Ok(()) => {
            println!("written: {}", folder.display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(folder: &Path) -> Result<(), Error> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let world = here.join("scenarios/data/mexico");
    fs::create_dir_all(folder.join("world"))?;
    for entry in fs::read_dir(&world)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), folder.join("world").join(entry.file_name()))?;
        }
    }
    for (name, text) in derive::derive_known_to(&world, Month::parse(KNOWN_TO)?)? {
        fs::write(folder.join("world").join(name), text)?;
    }
    for name in ["scenario.toml", "fitted.toml", "plan.toml"] {
        fs::copy(here.join("examples/hindcast").join(name), folder.join(name))?;
    }
    Ok(())
}
