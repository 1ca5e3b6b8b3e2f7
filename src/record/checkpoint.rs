//! States of a run on disk: a folder a date, with the scenario, its world, and the state of each replicate at the
//! end of that day.
//!
//! A state is `NNNN.state` (see [`super::packed`]) and, once that is whole, `NNNN.json`: a record of what it is a
//! state of, and its hash. A state without a record that fits it to the byte is not used: such a folder is refused
//! by those who begin there, with the reason, and written anew by those who save.

mod open;
mod save;

use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use open::{Checkpoint, Refused};
pub use save::{Checkpoints, FOLDER};

/// Layout of these files; another number is not read.
const FORMAT: u32 = 1;

/// Largest record, bytes.
const LARGEST_RECORD: u64 = 1 << 16;

/// Of what a state is, and its hash.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateRecord {
    program: String,
    format: u32,
    version: String,
    commit: Option<String>,
    scenario: String,
    /// The state is that of the end of this day.
    date: Date,
    replicate: u32,
    seed: u64,
    sample_households: u32,
    /// Program, scenario, data and sample; see [`super::spool::fingerprint`].
    fingerprint: String,
    bytes: u64,
    sha256: String,
}

impl StateRecord {
    /// The record in a file.
    ///
    /// # Errors
    /// It is none.
    pub fn of_json(text: &[u8]) -> serde_json::Result<Self> {
        serde_json::from_slice(text)
    }
}

/// How many states are kept beside an output folder that is being written, of whatever run.
pub fn count(partial: &Path) -> usize {
    let folders = fs::read_dir(partial.join(FOLDER)).into_iter().flatten().flatten();
    let files = folders.flat_map(|folder| fs::read_dir(folder.path()).into_iter().flatten().flatten());
    files.filter(|file| file.path().extension().is_some_and(|ending| ending == "json")).count()
}

/// `NNNN.state` or `NNNN.json` of a folder.
fn file(folder: &Path, replicate: u32, ending: &str) -> PathBuf {
    folder.join(name(replicate, ending))
}

fn name(replicate: u32, ending: &str) -> String {
    format!("{replicate:04}.{ending}")
}

#[cfg(test)]
mod tests;
