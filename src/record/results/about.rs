//! What `run.json` says of an output folder.

use std::path::Path;

use jiff::civil::Date;
use serde::Deserialize;

use crate::record::error::{During as _, FileError};
use crate::record::schema::{Format, Table};
use crate::record::staged_file::{read_regular_within, sha256_of};

/// The kinds of output that can be reported on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Run,
    Compare,
    Sweep,
    Analyze,
    Validate,
    Calibrate,
}

/// Where an output came from: the parts of `run.json` that a reader is told.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct About {
    pub kind: Kind,
    pub version: String,
    #[serde(default)]
    pub commit: Option<String>,
    /// Name, title and question of the scenario; of the base, in a comparison.
    pub scenario: String,
    pub title: String,
    #[serde(default)]
    pub question: String,
    pub world: String,
    /// First and last day of the tables.
    pub recorded_from: Date,
    pub end: Date,
    pub seed: u64,
    pub replicates: u32,
    /// Real persons to a simulated one.
    pub persons_per_simulated_person: u32,
    /// When the computation ended, as written; for the page's foot only.
    #[serde(default)]
    pub finished: String,
    /// The files of the output as they were written.
    #[serde(default)]
    files: Vec<Written>,
}

/// A file as `run.json` lists it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Written {
    path: String,
    bytes: u64,
    sha256: String,
}

/// Largest `run.json` read, bytes.
const LARGEST: u64 = 16 << 20;
/// Most replicates that are read: a run has no more.
const MOST_REPLICATES: i128 = crate::scenario::MOST_REPLICATES;

impl About {
    /// Reads `run.json` of a folder.
    ///
    /// # Errors
    /// There is none, or it is not that of an output of this program.
    pub fn read(folder: &Path) -> Result<About, FileError> {
        let path = folder.join("run.json");
        Self::of_bytes(&read_regular_within(&path, LARGEST).during("read", &path)?, &path)
    }

    /// Reads the bytes of the `run.json` at `path`.
    ///
    /// # Errors
    /// It is not that of an output of this program.
    pub fn of_bytes(bytes: &[u8], path: &Path) -> Result<About, FileError> {
        let about: About = serde_json::from_slice(bytes)
            .map_err(|e| super::damaged(path, format!("not the run.json of a result: {e}")))?;
        let sound = about.recorded_from <= about.end
            && (1..=MOST_REPLICATES).contains(&i128::from(about.replicates))
            && about.persons_per_simulated_person > 0;
        if sound { Ok(about) } else { Err(super::damaged(path, "its dates, replicates or scale cannot be")) }
    }

    /// Refuses files of the folder that are not those that were written.
    ///
    /// # Errors
    /// A file is not listed, not there, or another one.
    pub fn check(&self, folder: &Path, names: &[&str]) -> Result<(), FileError> {
        for name in names {
            let path = folder.join(name);
            let listed = self.files.iter().find(|f| f.path == *name);
            let Some(listed) = listed else {
                return Err(super::damaged(&path, "run.json does not list it"));
            };
            let size = std::fs::metadata(&path).during("read", &path)?.len();
            if size != listed.bytes || sha256_of(&path).during("read", &path)? != listed.sha256 {
                return Err(super::damaged(
                    &path,
                    "it is not the file that was written (its hash differs from run.json)",
                ));
            }
        }
        Ok(())
    }

    /// The name of a table's file here: as Parquet where that is what was written.
    pub fn file_of(&self, table: &Table) -> String {
        let parquet = table.file(Format::Parquet);
        let written = table.big && self.files.iter().any(|f| f.path == parquet);
        if written { parquet } else { table.file(Format::Csv) }
    }

    /// Days of the tables.
    pub fn days(&self) -> usize {
        ((self.end - self.recorded_from).get_days().max(0) as usize) + 1
    }
}
