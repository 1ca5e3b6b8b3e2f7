//! One scenario from replicates to a finished output folder.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use jiff::Timestamp;
use jiff::civil::Date;
use rayon::ThreadPool;

use super::error::RunError;
use super::replicates::{self, Ended, Replicates};
use super::run_writer::{RunWriter, Written};
use crate::record::checkpoint::{self, Checkpoint, Checkpoints};
use crate::record::digest::Digest;
use crate::record::output_folder::OutputFolder;
use crate::record::provenance::Account;
use crate::record::spool::{self, Spool};
use crate::record::staged_file::FileRecord;
use crate::record::table_writer::TableOptions;
use crate::scenario::input::Scenario;

/// Draws charts into the folder of a run and says which files it wrote.
pub type DrawCharts<'a> = &'a (dyn Fn(&Digest, &Path) -> Result<Vec<FileRecord>, RunError> + Sync);

/// What there is to say of a run that is ended at once.
pub type LastWords = Box<dyn Fn() -> Option<String> + Send>;

/// A run to be done.
pub struct Run<'a> {
    pub scenario: &'a Scenario,
    /// The folder to make.
    pub out: &'a Path,
    /// Files the scenario was read from: a folder that holds one is not replaced.
    pub inputs: &'a [PathBuf],
    /// Replace it if it exists.
    pub force: bool,
    /// Take up the finished replicates of an interrupted run.
    pub resume: bool,
    pub tables: TableOptions,
    /// Households a replicate whose paths are written.
    pub sample_households: u32,
    /// Days at whose end the state of every replicate is saved.
    pub checkpoints: &'a [Date],
    /// Where to begin, if not on the eve of the first day.
    pub begin_at: Option<&'a Checkpoint>,
    /// `None`: tables only.
    pub charts: Option<DrawCharts<'a>>,
    pub pool: &'a ThreadPool,
    /// Ends the run early when set.
    pub stop: &'a AtomicBool,
    /// Given, at the start, what to say if the program has to end before the run has.
    pub last_words: &'a dyn Fn(LastWords),
    /// Called with the number of days done since the last call, over all replicates.
    pub progress: &'a (dyn Fn(u32) + Sync),
    /// Told what the user should know on the way.
    pub notice: &'a dyn Fn(&str),
}

/// A finished run.
#[derive(Debug)]
pub struct Finished {
    /// The folder made.
    pub out: PathBuf,
    pub written: Written,
}

impl Run<'_> {
    /// Simulates, writes, and moves the folder in when it is whole.
    ///
    /// # Errors
    /// The folder exists or cannot be written, a chart cannot be drawn, or the run was stopped. Then no
    /// output folder is made or changed; finished replicates wait for `resume`.
    pub fn execute(&self) -> Result<Finished, RunError> {
        let folder = OutputFolder::open(self.out, self.force, self.inputs)?;
        let spool = Spool::new(folder.replicates(), self.scenario, self.sample_households);
        let partial = folder.partial().to_path_buf();
        let states = Checkpoints::new(&partial, self.scenario, self.sample_households, self.checkpoints);
        let (place, replicates) = (partial.clone(), folder.replicates());
        (self.last_words)(Box::new(move || {
            let (kept, states) = (spool::count(&replicates), checkpoint::count(&place));
            let stopped = RunError::Stopped { kept, states, partial: place.clone() };
            (kept + states > 0).then(|| stopped.to_string())
        }));
        self.write(folder, &spool, &states).map_err(|error| match (error, spool.len()) {
            (error @ (RunError::File(_) | RunError::Chart(_)), kept @ 1..) => {
                RunError::Kept { error: Box::new(error), kept, partial }
            }
            (error, _) => error,
        })
    }

    fn write(&self, folder: OutputFolder, spool: &Spool, states: &Checkpoints<'_>) -> Result<Finished, RunError> {
        let (started, clock) = (Timestamp::now(), Instant::now());
        let kept = spool.len();
        self.prepare(kept, spool, states, &folder)?;
        let mut writer = RunWriter::create(&folder.staging(), self.scenario, self.tables, self.sample_households)?;
        // Else the threads simulate the next replicates.
        let spare = Some(self.pool).filter(|pool| self.scenario.replicates == 1 && pool.current_num_threads() > 1);
        let add = |observation| writer.append(&observation, spare);
        let ended = replicates::run(&self.replicates(spool, states), self.pool, add)?;
        let Ended::Done { resumed } = ended else {
            return Err(self.stopped(spool, &folder));
        };
        writer.add(states.finish(&folder.staging())?);
        if self.resume && resumed == 0 && self.scenario.replicates > 1 && kept > 0 && self.checkpoints.is_empty() {
            (self.notice)("the replicates kept are of another scenario, seed, data or version: none was used");
        }
        let account = || Account {
            replicates: self.scenario.replicates,
            resumed,
            threads: self.pool.current_num_threads(),
            sample_households: self.sample_households,
            began_at: self.begin_at.map(Checkpoint::date),
            started,
            wall: clock.elapsed(),
        };
        let written = writer.finish(account, self.charts.map(|draw| (draw, self.pool)))?;
        if self.stop.load(Ordering::Relaxed) {
            return Err(self.stopped(spool, &folder));
        }
        let (out, untidy) = folder.commit(&written.files)?;
        for error in untidy {
            (self.notice)(&format!("the run is finished, but tidying up failed: {error}"));
        }
        Ok(Finished { out, written })
    }

    fn replicates<'a>(&'a self, spool: &'a Spool, states: &'a Checkpoints<'a>) -> Replicates<'a> {
        Replicates {
            scenario: self.scenario,
            replicates: self.scenario.replicates,
            sample_households: self.sample_households,
            // A single replicate is finished when the run is: there is nothing to go on with.
            spool: Some(spool).filter(|_| self.scenario.replicates > 1),
            begin_at: self.begin_at,
            checkpoints: Some(states),
            stop: self.stop,
            progress: self.progress,
        }
    }

    /// Settles what happens with the replicates of an interrupted run.
    fn prepare(
        &self,
        kept: usize,
        spool: &Spool,
        states: &Checkpoints<'_>,
        folder: &OutputFolder,
    ) -> Result<(), RunError> {
        if !self.resume && !states.is_empty() {
            let place = folder.partial().display();
            (self.notice)(&format!("states of an interrupted run in {place} are dropped; --resume would use them"));
            states.clear()?;
        }
        if self.resume && kept == 0 && states.is_empty() {
            (self.notice)("there is no interrupted run to go on with: starting from the beginning");
        } else if kept > 0 && !self.resume {
            let place = folder.partial().display();
            (self.notice)(&format!(
                "finished replicates of an interrupted run in {place} are dropped ({kept}); --resume would use them"
            ));
            spool.clear()?;
        }
        Ok(())
    }

    fn stopped(&self, spool: &Spool, folder: &OutputFolder) -> RunError {
        let partial = folder.partial().to_path_buf();
        RunError::Stopped { kept: spool.len(), states: checkpoint::count(&partial), partial }
    }
}
