//! One shard: its runs, from where they were left to a Parquet file with a record that it is whole.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rayon::ThreadPool;
use serde::{Deserialize, Serialize};

use super::error::SweepError;
use super::log::{self, Log, Peeked};
use super::manifest::{MANIFEST, Manifest, SHARDS, shard_file, shard_name};
use super::order::Job;
use super::points::Points;
use crate::experiment::replicates::Jobs;
use crate::experiment::shared_history::Family;
use crate::model::RunOptions;
use crate::record::error::{During, FileError};
use crate::record::expression::{self, Expression};
use crate::record::parquet_sink::ParquetSink;
use crate::record::schema::sweep::METRICS;
use crate::record::staged_file::{FileRecord, read_regular, sha256_of};
use crate::scenario::{Prepared, Scenario};

const RESULTS: &str = "parquet";
const RECORD: &str = "done.json";

/// Says that the results of a shard are whole.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Done {
    shard: usize,
    /// Hash of the manifest.
    sweep: String,
    runs: usize,
    rows: usize,
    bytes: u64,
    sha256: String,
}

/// How far a shard is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Done,
    /// Its results are not as they were written; it is run again.
    Damaged,
    /// Its results are of another sweep, or the manifest was changed: they are left alone.
    Foreign,
    /// A process is working on it and has done so many runs.
    Running(usize),
    /// So many runs are kept.
    Open(usize),
}

/// What the record of a shard says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    Nothing,
    Done,
    Damaged,
    Foreign,
}

/// Looks at a shard without touching it.
///
/// # Errors
/// A file cannot be read.
pub fn state(folder: &Path, manifest: &Manifest, sweep: &str, shard: usize) -> Result<State, FileError> {
    let found = found(folder, manifest, sweep, shard)?;
    if found == Found::Done {
        return Ok(State::Done);
    }
    Ok(match (log::peek(folder, shard, sweep, manifest.metrics.len())?, found) {
        (Peeked::Runs { runs, locked: true }, _) => State::Running(runs),
        (_, Found::Damaged) => State::Damaged,
        (_, Found::Foreign) => State::Foreign,
        (Peeked::Runs { runs, .. }, _) => State::Open(runs),
        (Peeked::Nothing, _) => State::Open(0),
    })
}

/// Whether the results are as the record says.
fn found(folder: &Path, manifest: &Manifest, sweep: &str, shard: usize) -> Result<Found, FileError> {
    let path = shard_file(folder, shard, RECORD);
    let bytes = match read_regular(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => return Ok(Found::Damaged),
        Err(error) => return Err(FileError::new("read", path, error)),
    };
    let Ok(done) = serde_json::from_slice::<Done>(&bytes) else { return Ok(Found::Damaged) };
    if done.sweep != sweep || done.shard != shard {
        return Ok(Found::Foreign);
    }
    let runs = manifest.runs_of(shard).len();
    if (done.runs, done.rows) != (runs, runs * manifest.metrics.len()) {
        return Ok(Found::Damaged);
    }
    let path = shard_file(folder, shard, RESULTS);
    if path.metadata().map(|about| about.len()).ok() != Some(done.bytes) {
        return Ok(Found::Damaged);
    }
    match sha256_of(&path).during("read", &path)? == done.sha256 {
        true => Ok(Found::Done),
        false => Ok(Found::Damaged),
    }
}

/// Says whether there is memory for the points of a range, as these scenarios; if not, why.
pub type Suffices<'a> = &'a (dyn Fn(Range<usize>, &[Scenario]) -> Result<(), String> + Sync);

/// A process at work on shards of a sweep.
pub struct Worker<'a> {
    pub folder: &'a Path,
    pub manifest: &'a Manifest,
    /// Hash of the manifest.
    pub sweep: &'a str,
    pub scenario: &'a Prepared,
    pub points: &'a Points,
    pub metrics: &'a [Expression],
    pub pool: &'a ThreadPool,
    /// Ends the work early when set.
    pub stop: &'a AtomicBool,
    pub budget: Budget,
    /// Whether there is memory enough for these points, built; what to say if there is not.
    pub suffices: Suffices<'a>,
    /// Called with the number of runs done since the last call.
    pub progress: &'a (dyn Fn(u32) + Sync),
}

/// When no further run is begun.
pub struct Budget {
    began: Instant,
    limit: Option<Duration>,
    longest: Mutex<Duration>,
}

impl Budget {
    pub fn new(limit: Option<Duration>) -> Self {
        Budget { began: Instant::now(), limit, longest: Mutex::default() }
    }

    /// Whether a run as long as the longest so far would end too late.
    pub fn is_spent(&self) -> bool {
        let longest = self.longest.lock().map(|longest| *longest).unwrap_or_default();
        self.limit.is_some_and(|limit| self.began.elapsed() + longest > limit)
    }

    fn took(&self, time: Duration) {
        if let Ok(mut longest) = self.longest.lock() {
            *longest = time.max(*longest);
        }
    }
}

/// How the work on a shard ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    Done,
    /// It was done before.
    DoneBefore,
    /// Stopped from outside, or the time was spent; so many runs are kept.
    Unfinished(usize),
}

impl Worker<'_> {
    /// Works on a shard until it is done or has to stop; whether its former results were damaged.
    ///
    /// # Errors
    /// Another process works on it, or a file cannot be written; what is done is kept.
    pub fn work(&self, shard: usize) -> Result<(Ended, bool), SweepError> {
        // A process may have been killed between writing the results and removing the log.
        if self.found(shard)? == Found::Done && !log::is_left(self.folder, shard) {
            (self.progress)(self.manifest.runs_of(shard).len() as u32);
            return Ok((Ended::DoneBefore, false));
        }
        let (order, first) = (self.manifest.order(), self.manifest.runs_of(shard).start);
        let ends = |runs: usize| {
            let run = first + runs;
            run >= self.manifest.runs() || order.runs_before(order.job_of(run)) == run
        };
        let shards = self.folder.join(SHARDS);
        fs::create_dir_all(&shards).during("create", &shards)?;
        let mut log = Log::open(self.folder, shard, self.sweep, self.metrics.len(), ends)?;
        // Another process may just have finished it.
        let found = self.found(shard)?;
        if found == Found::Done {
            log.remove()?;
            (self.progress)(self.manifest.runs_of(shard).len() as u32);
            return Ok((Ended::DoneBefore, false));
        }
        self.is_still_this_one()?;
        let damaged = found == Found::Damaged;
        (self.progress)(log.runs as u32);
        if !self.run(shard, &mut log)? {
            return Ok((Ended::Unfinished(log.runs), damaged));
        }
        self.finish(shard, log)?;
        Ok((Ended::Done, damaged))
    }

    fn found(&self, shard: usize) -> Result<Found, SweepError> {
        match found(self.folder, self.manifest, self.sweep, shard)? {
            Found::Foreign => Err(SweepError::Foreign { path: shard_file(self.folder, shard, RESULTS) }),
            found => Ok(found),
        }
    }

    /// Refuses to write into a sweep that has taken the place of this one.
    fn is_still_this_one(&self) -> Result<(), SweepError> {
        let path = self.folder.join(MANIFEST);
        if sha256_of(&path).during("read", &path)? == self.sweep {
            return Ok(());
        }
        Err(SweepError::Damaged { path, why: "it was replaced while this process was at work".into() })
    }

    /// Runs what is left, in order; whether all is done.
    fn run(&self, shard: usize, log: &mut Log) -> Result<bool, FileError> {
        let (order, runs, jobs) = (self.manifest.order(), self.manifest.runs_of(shard), self.manifest.jobs_of(shard));
        let next = runs.start + log.runs;
        let first = if next >= runs.end { jobs.end } else { order.job_of(next) };
        let jobs = Jobs {
            count: (jobs.end - first) as u32,
            stop: self.stop,
            job: &|number| self.values(&order.job(first + number as usize - 1)),
        };
        jobs.run(self.pool, |values| {
            log.append(&values)?;
            (self.progress)(values.len() as u32);
            Ok(())
        })
    }

    /// The metrics of the runs of a job; `None` if it was stopped.
    fn values(&self, job: &Job) -> Result<Option<Vec<Vec<Option<f64>>>>, FileError> {
        if self.budget.is_spent() {
            return Ok(None);
        }
        let began = Instant::now();
        let scenarios = job.points.clone().map(|point| self.of_point(point, job.replicate));
        let scenarios = scenarios.collect::<Result<Vec<Scenario>, FileError>>()?;
        (self.suffices)(job.points.clone(), &scenarios).map_err(|why| self.does_not_fit(&job.points, &why))?;
        let options = RunOptions { sample_households: 0, stop: self.stop, progress: &|_| {} };
        let take = |scenario: &Scenario, seen| expression::values(self.metrics, scenario, &seen);
        let values = Family::of(&scenarios).run_to(&scenarios, job.replicate, &options, take);
        self.budget.took(began.elapsed());
        Ok(values)
    }

    fn does_not_fit(&self, points: &Range<usize>, why: &str) -> FileError {
        let (first, last) = (self.points.ids[points.start], self.points.ids[points.end - 1]);
        let of = if points.len() == 1 { format!("point {first}") } else { format!("points {first} to {last}") };
        let why = io::Error::new(io::ErrorKind::OutOfMemory, format!("{of}: {why}"));
        FileError::new("run", self.folder.join(super::manifest::DESIGN), why)
    }

    /// The scenario of a point as a replicate runs it.
    fn of_point(&self, point: usize, replicate: u32) -> Result<Scenario, FileError> {
        let built = self.scenario.with(&self.points.settings(point));
        // It was tried when the sweep was planned.
        let mut scenario = built.map_err(|e| {
            FileError::new("use", self.folder.join(super::manifest::DESIGN), io::Error::other(e.to_string()))
        })?;
        scenario.seed = self.manifest.seed_of(self.points.ids[point]);
        Ok(match scenario.of_replicate(replicate) {
            Cow::Borrowed(_) => scenario,
            Cow::Owned(drawn) => drawn,
        })
    }

    /// Writes the results: under another name, to disk, then the right name, then the record.
    fn finish(&self, shard: usize, mut log: Log) -> Result<(), FileError> {
        let expected = self.manifest.runs_of(shard).len();
        if log.runs != expected {
            let why = io::Error::other(format!("it has {} runs of {expected}", log.runs));
            return Err(FileError::new("use", shard_file(self.folder, shard, log::ENDING), why));
        }
        let shards = self.folder.join(SHARDS);
        let (unfinished, results) = (shard_name(shard, "parquet.unfinished"), shard_file(self.folder, shard, RESULTS));
        let mut sink = ParquetSink::named(&shards, &unfinished, &METRICS)?;
        let (order, first) = (self.manifest.order(), self.manifest.runs_of(shard).start);
        let mut rows = 0;
        log.read(|i, values| {
            let (point, replicate) = order.place(first + i);
            let id = self.points.ids[point];
            for (metric, value) in self.metrics.iter().zip(values) {
                sink.int(id);
                sink.int(u64::from(replicate));
                sink.int(self.manifest.seed_of(id));
                sink.text(&metric.name);
                sink.real(*value);
                sink.end_row()?;
                rows += 1;
            }
            Ok(())
        })?;
        let FileRecord { bytes, sha256, .. } = sink.finish()?;
        log.is_still_there()?;
        settle(&shards.join(&unfinished), &results)?;
        let done = Done { shard, sweep: self.sweep.to_string(), runs: log.runs, rows, bytes, sha256 };
        let text = format!("{:#}\n", serde_json::json!(done));
        let unfinished = shards.join(shard_name(shard, "done.unfinished"));
        fs::write(&unfinished, text).during("write", &unfinished)?;
        settle(&unfinished, &shard_file(self.folder, shard, RECORD))?;
        log.remove()
    }
}

/// Brings a file to disk and gives it its name.
///
/// # Errors
/// The disk failed, or the name cannot be given.
pub fn settle(unfinished: &Path, name: &Path) -> Result<(), FileError> {
    File::open(unfinished).and_then(|f| f.sync_all()).during("write", unfinished)?;
    fs::rename(unfinished, name).during("create", name)?;
    #[cfg(unix)]
    if let Some(parent) = name.parent() {
        File::open(parent).and_then(|f| f.sync_all()).during("write", parent)?;
    }
    Ok(())
}

/// Whether all work is to end.
pub fn is_stopped(worker: &Worker<'_>) -> bool {
    worker.stop.load(Ordering::Relaxed) || worker.budget.is_spent()
}

/// Gives the rows of a shard that is done to `take`.
///
/// # Errors
/// The file cannot be read.
pub fn rows(folder: &Path, shard: usize, take: impl FnMut(&[crate::record::read::Cell])) -> Result<(), FileError> {
    crate::record::read::parquet_rows(&shard_file(folder, shard, RESULTS), &METRICS, take)
}
