//! `antesala run`: one scenario, its replicates, tables and charts.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;

use jiff::ToSpan;
use jiff::civil::Date;
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use super::args::{self, Common, RunArgs};
use super::batch;
use super::drawn::write_chart;
use super::memory::{self, Means};
use super::progress::Progress;
use super::signals::Interrupt;
use super::{Failure, Outcome, print, run_words, say};
use crate::experiment::error::RunError;
use crate::experiment::memory::{Charts, Kept, Work};
use crate::experiment::run::Run;
use crate::record::checkpoint::Checkpoint;
use crate::record::digest::Digest;
use crate::record::schema::Format;
use crate::record::staged_file::FileRecord;
use crate::record::table_writer::TableOptions;
use crate::report::charts::{self, Chart, LeftOut};
use crate::report::words::Words;
use crate::scenario::{self, Scenario};

/// Folder of outputs when no other is named.
pub const OUTPUT: &str = "output";

/// Simulates one scenario.
///
/// # Errors
/// Bad input, or a run that could not be done.
pub fn run(args: RunArgs) -> Outcome {
    if let Some(source) = &args.batch {
        return batch::batch(&args, source);
    }
    let common = &args.common;
    memory::refuse_the_impossible(common.memory_limit)?;
    let interrupt = Interrupt::listen()?;
    let scenario = scenario::load(&args.scenario, &common.simulation.overrides())?;
    for warning in &scenario.warnings {
        say(format_args!("warning: {warning}"));
    }
    let begin_at = begin_at(&args, &scenario)?;
    check_dates(&args.checkpoint, &scenario, begin_at.as_ref())?;
    let out = common.out.clone().unwrap_or_else(|| PathBuf::from(OUTPUT).join(&scenario.name));
    let work = Work {
        scenarios: std::slice::from_ref(&scenario),
        branches: 1,
        jobs: scenario.replicates,
        replicates: scenario.replicates,
        kept: kept(common),
        charts: if common.no_charts { Charts::Nothing } else { Charts::Maps },
    };
    let mut inputs = scenario::files_read(&args.scenario, &common.simulation.allow_path)?;
    inputs.extend(begin_at.iter().map(|checkpoint| checkpoint.folder().to_path_buf()));
    let pool = memory::workers(&work, common.means(scenario.weight), &interrupt)?;
    let progress = Progress::new(scenario.days() as u64 * u64::from(scenario.replicates), common.quiet);
    let left_out = Mutex::new(Vec::new());
    let draw = |digest: &Digest, folder: &Path| draw_charts(digest, folder, Words::of(common.lang), &left_out);
    let finished = Run {
        scenario: &scenario,
        out: &out,
        inputs: &inputs,
        force: common.force,
        resume: common.resume,
        tables: table_options(common),
        sample_households: common.sample,
        checkpoints: &args.checkpoint,
        begin_at: begin_at.as_ref(),
        charts: if common.no_charts { None } else { Some(&draw) },
        pool: &pool,
        stop: interrupt.flag(),
        last_words: &|words| interrupt.set_last_words(words),
        progress: &|days| progress.add(days),
        notice: &|text| progress.say(&format!("note: {text}")),
    }
    .execute();
    progress.clear();
    let finished = finished.map_err(|error| failure(error, &interrupt))?;
    if !common.quiet {
        let left_out = left_out.into_inner().unwrap_or_default();
        let shown = common.out.as_deref().unwrap_or(&out);
        print(&run_words::finished(&scenario, &finished, shown, &left_out))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The checkpoint to begin at, if one was named.
fn begin_at(args: &RunArgs, scenario: &Scenario) -> Result<Option<Checkpoint>, Failure> {
    let Some(folder) = &args.from_checkpoint else { return Ok(None) };
    let opened = Checkpoint::open(folder, scenario, args.common.sample);
    opened.map(Some).map_err(|refused| Failure::usage(&refused, refused.help))
}

/// Refuses checkpoints of days that the run does not reach, or has behind it.
fn check_dates(dates: &[Date], scenario: &Scenario, begin_at: Option<&Checkpoint>) -> Result<(), Failure> {
    let first = begin_at.map_or(scenario.start, |checkpoint| checkpoint.date().saturating_add(1.day()));
    let last = scenario.end.saturating_sub(1.day());
    match dates.iter().find(|date| !(first..=last).contains(*date)) {
        None => Ok(()),
        Some(_) if first > last => {
            Err(Failure::usage("no day is left to save a state after", "leave out --checkpoint"))
        }
        Some(date) => Err(Failure::usage(
            format!("no state can be saved at the end of {date}"),
            format!("give --checkpoint a day from {first} to {last}, with days to follow it"),
        )),
    }
}

/// Threads to work on: as many as asked for, or one a core.
///
/// # Errors
/// The system gives no threads.
pub fn pool(threads: Option<usize>) -> Result<ThreadPool, Failure> {
    let threads = threads.unwrap_or_else(cores);
    let pool = ThreadPoolBuilder::new().num_threads(threads).thread_name(|i| format!("worker-{i}")).build();
    pool.map_err(|e| Failure::failed(format!("cannot start {threads} threads: {e}"), "ask for fewer with --threads"))
}

/// Cores there are for this process.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, |n| n.get())
}

/// What is kept in memory by what the flags say about tables.
pub fn kept(common: &Common) -> Kept {
    Kept::Tables { parquet: common.format == args::Format::Parquet, sample: common.sample }
}

impl Common {
    /// What the flags say about memory, for scenarios of this weight.
    pub fn means(&self, weight: u32) -> Means {
        Means { limit: self.memory_limit, threads: self.simulation.threads, weight: Some(weight), charts: true }
    }
}

/// What the flags say about tables.
pub fn table_options(common: &Common) -> TableOptions {
    let format = match common.format {
        args::Format::Csv => Format::Csv,
        args::Format::Parquet => Format::Parquet,
    };
    TableOptions { format, hxl: common.hxl }
}

/// Writes `charts/NAME.svg` and `charts/NAME.png`.
fn draw_charts(
    digest: &Digest,
    folder: &Path,
    words: &Words,
    left_out: &Mutex<Vec<LeftOut>>,
) -> Result<Vec<FileRecord>, RunError> {
    let set = charts::draw_charts(digest, words).map_err(|e| RunError::Chart(e.to_string()))?;
    let write = |chart: &Chart| write_chart(folder, chart.name, &chart.svg, &chart.png);
    let files: Vec<_> = set.drawn.par_iter().map(write).collect::<Result<_, _>>()?;
    if let Ok(mut list) = left_out.lock() {
        *list = set.left_out;
    }
    Ok(files.into_iter().flatten().collect())
}

/// What the user is told of a run that ended without a result.
pub fn failure(error: RunError, interrupt: &Interrupt) -> Failure {
    let message = error.to_string();
    let error = match error {
        RunError::Kept { error, .. } => *error,
        other => other,
    };
    match error {
        RunError::Exists(_) => {
            Failure::usage(message, "replace it with --force, or write to another folder with --out DIR")
        }
        RunError::Unfit { .. } => Failure::usage(message, "write to another folder with --out DIR"),
        RunError::Busy(_) => Failure::failed(message, "wait for it to end, or write to another folder with --out DIR"),
        RunError::File(error) => Failure::failed(message, error.help()),
        RunError::Chart(_) => Failure::failed(message, "write the tables alone with --no-charts"),
        RunError::Kept { .. } => Failure::failed(message, "go on with --resume"),
        RunError::Stopped { .. } => {
            say(message);
            Failure::Ended(interrupt.exit_status().unwrap_or(1))
        }
    }
}
