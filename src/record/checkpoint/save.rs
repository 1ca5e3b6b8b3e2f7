//! Writing states.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::{FORMAT, StateRecord, file, name};
use crate::model::Simulation;
use crate::record::error::{During, FileError};
use crate::record::packed::{pack, unpack};
use crate::record::staged_file::{FileRecord, sha256_hex};
use crate::record::{output_folder, provenance, scenario_files, spool};
use crate::scenario::input::Scenario;

/// Folder of checkpoints in an output folder.
pub const FOLDER: &str = "checkpoints";

/// The states asked for of one run, kept beside its output folder until that is whole.
#[derive(Debug)]
pub struct Checkpoints<'a> {
    folder: PathBuf,
    scenario: &'a Scenario,
    sample_households: u32,
    fingerprint: String,
    /// In order, each once.
    dates: Vec<Date>,
}

impl<'a> Checkpoints<'a> {
    /// Those at the end of some days of a run of exactly this scenario, in `partial`.
    pub fn new(partial: &Path, scenario: &'a Scenario, sample_households: u32, dates: &[Date]) -> Self {
        let mut dates = dates.to_vec();
        dates.sort_unstable();
        dates.dedup();
        let fingerprint = spool::fingerprint(scenario, sample_households);
        Checkpoints { folder: partial.join(FOLDER), scenario, sample_households, fingerprint, dates }
    }

    /// Days to save a state after, as numbers of days done, with their dates.
    pub fn days(&self) -> impl Iterator<Item = (usize, Date)> {
        self.dates.iter().map(|date| (self.scenario.days_done(*date), *date))
    }

    /// Saves the state of a replicate at the end of a day.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn save(&self, simulation: &mut Simulation, replicate: u32, date: Date) -> Result<(), FileError> {
        let folder = self.folder.join(date.to_string());
        fs::create_dir_all(&folder).during("create", &folder)?;
        let state = file(&folder, replicate, "state");
        let bytes = pack(&simulation.state()).during("write", &state)?;
        fs::write(&state, &bytes).during("write", &state)?;
        let record = self.record(replicate, date, &bytes);
        let (part, path) = (file(&folder, replicate, "part"), file(&folder, replicate, "json"));
        let text = serde_json::to_string_pretty(&record).map_err(std::io::Error::other).during("write", &path)?;
        fs::write(&part, text).during("write", &part)?;
        fs::rename(&part, &path).during("write", &path)
    }

    fn record(&self, replicate: u32, date: Date, bytes: &[u8]) -> StateRecord {
        StateRecord {
            program: env!("CARGO_PKG_NAME").into(),
            format: FORMAT,
            version: provenance::VERSION.into(),
            commit: provenance::commit().map(str::to_string),
            scenario: self.scenario.name.clone(),
            date,
            replicate,
            seed: self.scenario.seed,
            sample_households: self.sample_households,
            fingerprint: self.fingerprint.clone(),
            bytes: bytes.len() as u64,
            sha256: sha256_hex(bytes),
        }
    }

    /// The state of a replicate at the end of a day, if it was saved by a run of this very scenario.
    fn saved(&self, replicate: u32, date: Date) -> Option<(StateRecord, Vec<u8>)> {
        let folder = self.folder.join(date.to_string());
        let bytes = fs::read(file(&folder, replicate, "state")).ok()?;
        let record = StateRecord::of_json(&fs::read(file(&folder, replicate, "json")).ok()?).ok()?;
        (record == self.record(replicate, date, &bytes)).then_some((record, bytes))
    }

    /// Whether all states of a replicate are there.
    pub fn has_all(&self, replicate: u32) -> bool {
        self.dates.iter().all(|date| self.saved(replicate, *date).is_some())
    }

    /// The latest state of a replicate that an interrupted run has saved, with all before it.
    pub fn latest(&self, replicate: u32) -> Option<Simulation> {
        let there = self.dates.iter().map_while(|date| self.saved(replicate, *date));
        let (_, bytes) = there.last()?;
        let saved = unpack(&bytes)?;
        Simulation::restore(saved, &self.scenario.of_replicate(replicate)).ok()
    }

    /// Whether no state is kept, of whatever run.
    pub fn is_empty(&self) -> bool {
        !self.folder.exists()
    }

    /// Forgets all states kept.
    ///
    /// # Errors
    /// The folder cannot be removed.
    pub fn clear(&self) -> Result<(), FileError> {
        output_folder::remove(&self.folder)
    }

    /// Puts all states into the output folder, with the scenario beside them.
    ///
    /// # Errors
    /// A file is not there any more, or cannot be written.
    pub fn finish(&self, staging: &Path) -> Result<Vec<FileRecord>, FileError> {
        let mut files = Vec::new();
        for date in &self.dates {
            let inside = format!("{FOLDER}/{date}");
            let target = staging.join(&inside);
            for record in scenario_files::write(&target, self.scenario)? {
                files.push(FileRecord { name: format!("{inside}/{}", record.name), ..record });
            }
            for replicate in 1..=self.scenario.replicates {
                for ending in ["state", "json"] {
                    let from = file(&self.folder.join(date.to_string()), replicate, ending);
                    let bytes = fs::read(&from).during("read", &from)?;
                    let to = file(&target, replicate, ending);
                    // They stay where they are until the output folder is whole.
                    if fs::hard_link(&from, &to).is_err() {
                        fs::write(&to, &bytes).during("write", &to)?;
                    }
                    let name = format!("{inside}/{}", name(replicate, ending));
                    files.push(FileRecord { name, bytes: bytes.len() as u64, sha256: sha256_hex(&bytes) });
                }
            }
        }
        Ok(files)
    }
}
