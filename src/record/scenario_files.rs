//! What was run, beside what came of it: enough to run it again.

use std::path::Path;

use super::error::FileError;
use super::staged_file::{FileRecord, write_file};
use crate::scenario::input::Scenario;
use crate::scenario::{POSTERIOR_FILE, WORLD_FOLDER};

/// Writes the scenario, resolved, its draws and the world it runs in.
///
/// # Errors
/// A file cannot be written.
pub fn write(folder: &Path, scenario: &Scenario) -> Result<Vec<FileRecord>, FileError> {
    let mut files = vec![write_file(folder, "scenario.toml", scenario.resolved.as_bytes())?];
    if let Some(draws) = &scenario.posterior {
        files.push(write_file(folder, POSTERIOR_FILE, draws.to_csv().as_bytes())?);
    }
    for (name, bytes) in &scenario.world.files {
        files.push(write_file(folder, &format!("{WORLD_FOLDER}/{name}"), bytes)?);
    }
    Ok(files)
}
