//! From a design to a folder in which every process finds what it needs.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use jiff::Timestamp;
use rayon::ThreadPool;

use super::checks::{check_points, stopped};
use super::design::{Design, Draft, Seeds};
use super::error::SweepError;
use super::log;
use super::manifest::{
    DESIGN, MANIFEST, MOST_RUNS, MOST_TOGETHER, Manifest, MetricRow, Parameter, SCENARIO, SHARDS, Source,
};
use super::points;
use crate::experiment::error::RunError;
use crate::experiment::shared_history::Family;
use crate::record::error::During;
use crate::record::expression::{Expression, Vocabulary};
use crate::record::output_folder::OutputFolder;
use crate::record::provenance::{self, Account};
use crate::record::scenario_files;
use crate::record::staged_file::write_file;
use crate::scenario::{Overrides, Prepared, Problem, Scenario, ScenarioError, describe};

/// Metrics of a sweep that names none.
pub const DEFAULT_METRICS: [&str; 8] = [
    "backlog_end",
    "backlog_peak",
    "wait_completed_time_waiting_mean",
    "processed",
    "lapse",
    "border_patrol_encounter",
    "interception",
    "stock_peak",
];
/// Flag that names metrics.
pub const METRIC_FLAG: &str = "--metric";
/// Most shards of a sweep.
pub const MOST_SHARDS: usize = 10_000;
/// Most rows of points run together, which a merge holds to put them in order.
const MOST_HELD: usize = 1_000_000;
/// Share of days saved from which on points are run together.
const WORTH_WHILE: f64 = 0.2;
/// Jobs that keep the threads of a shard busy.
const JOBS_A_SHARD: usize = 4;
/// Most seed: numbers with a sign hold it in every format.
const MOST_SEED: u64 = i64::MAX as u64;

/// A sweep to be planned.
pub struct Planning<'a> {
    pub draft: Draft,
    /// Scenario, unless the design names one.
    pub scenario: &'a str,
    pub overrides: Overrides,
    /// Metrics of the command line; those of the design if empty.
    pub metrics: &'a [String],
    pub shards: usize,
    pub out: &'a Path,
    pub inputs: &'a [PathBuf],
    pub force: bool,
    /// Ends the work early when set.
    pub stop: &'a AtomicBool,
    /// Called with the number of points checked since the last call.
    pub progress: &'a (dyn Fn(u32) + Sync),
    /// Told what the user should know.
    pub notice: &'a dyn Fn(&str),
}

/// A sweep whose points are all right, with its folder open: nothing can be seen of it before it is written.
pub struct Checked<'a> {
    design: Design,
    prepared: Prepared,
    scenario: Scenario,
    metrics: Vec<Expression>,
    warnings: Vec<String>,
    folder: OutputFolder,
    began: (Timestamp, Instant),
    name: String,
    title: Option<String>,
    seeds: Seeds,
    shards: usize,
    threads: usize,
    stop: &'a AtomicBool,
    notice: &'a dyn Fn(&str),
}

/// A sweep that is planned.
pub struct Planned {
    pub out: PathBuf,
    pub manifest: Manifest,
}

impl<'a> Planning<'a> {
    /// Checks every point, on these threads.
    ///
    /// # Errors
    /// The design or a point of it is wrong, the folder exists or cannot be written, or it was stopped.
    pub fn check(self, pool: &ThreadPool) -> Result<Checked<'a>, SweepError> {
        let prepared = Prepared::open(self.scenario, &self.overrides)?;
        let scenario = prepared.with(&[])?;
        if scenario.seed > MOST_SEED {
            let message = format!("a sweep's seed is at most {MOST_SEED}");
            return Err(ScenarioError::from(Problem::nowhere(message)).into());
        }
        if scenario.posterior.is_some() && self.draft.seeds == Seeds::Own {
            let message = "with a posterior, replicate r takes draw r at every point: draws are not independent from point to point";
            return Err(ScenarioError::from(Problem::nowhere(message).help(
                "write `seeds = \"common\"` into the design, or vary the parameters themselves and leave --posterior out",
            ))
            .into());
        }
        let metrics = self.read_metrics(&scenario)?;
        let (name, seeds, title) = (self.draft.name.clone(), self.draft.seeds, self.draft.title.clone());
        let set = self.overrides.set;
        let (out, inputs, force, shards, notice) = (self.out, self.inputs, self.force, self.shards, self.notice);
        let (stop, progress, threads) = (self.stop, self.progress, pool.current_num_threads());
        let design = self.draft.expand(&describe::all(&scenario), &scenario)?;
        design.refuse_set(&set)?;
        let runs = design.rows.len() * scenario.replicates as usize;
        let wrong = match runs {
            _ if shards > runs => format!("{shards} shards for {runs} runs: a shard has at least one"),
            _ if runs > MOST_RUNS => format!("{runs} runs: a sweep has at most {MOST_RUNS}"),
            _ => String::new(),
        };
        if !wrong.is_empty() {
            return Err(ScenarioError::from(Problem::nowhere(wrong)).into());
        }
        refuse_replacing_work(out, force)?;
        let folder = OutputFolder::open_over_sweep(out, force, inputs)?;
        let warnings = check_points(&design, &prepared, pool, stop, progress)?;
        warnings.iter().for_each(|warning| notice(warning));
        let began = (Timestamp::now(), Instant::now());
        Ok(Checked {
            design,
            prepared,
            scenario,
            metrics,
            warnings,
            folder,
            began,
            name,
            title,
            seeds,
            shards,
            threads,
            stop,
            notice,
        })
    }

    /// The metrics asked for: of the command line, of the design, or the usual ones.
    fn read_metrics(&self, scenario: &Scenario) -> Result<Vec<Expression>, ScenarioError> {
        let words = Vocabulary::of(scenario);
        if !self.metrics.is_empty() {
            return words.read_all(self.metrics.iter().map(|m| (m.as_str(), None)), METRIC_FLAG);
        }
        if !self.draft.metrics.is_empty() {
            return words.read_all(self.draft.metrics.iter().map(|(m, at)| (m.as_str(), Some(at))), METRIC_FLAG);
        }
        words.read_all(DEFAULT_METRICS.map(|name| (name, None)), METRIC_FLAG)
    }
}

impl Checked<'_> {
    pub fn points(&self) -> usize {
        self.design.rows.len()
    }

    pub fn replicates(&self) -> u32 {
        self.scenario.replicates
    }

    /// The scenario of a point, counted from 0.
    ///
    /// # Errors
    /// None that was not found before.
    pub fn scenario_of(&self, point: usize) -> Result<Scenario, ScenarioError> {
        self.prepared.with(&self.design.settings(point))
    }

    /// Writes the folder.
    ///
    /// # Errors
    /// A file cannot be written, or it was stopped.
    pub fn write(self) -> Result<Planned, SweepError> {
        let Checked { design, prepared, scenario, metrics, warnings, folder, began, .. } = self;
        let Checked { name, title, seeds, shards, threads, stop, notice, .. } = self;
        let staging = folder.staging();
        let mut files = scenario_files::write(&staging.join(SCENARIO), &scenario)?;
        files.iter_mut().for_each(|file| file.name = format!("{SCENARIO}/{}", file.name));
        files.push(write_file(&staging, DESIGN, points::text(&design).as_bytes())?);
        let sources = files.iter().map(|f| Source { path: f.name.clone(), sha256: f.sha256.clone() }).collect();
        let (program, version, commit, format) = Manifest::format();
        let manifest = Manifest {
            program,
            version,
            commit,
            format,
            name,
            scenario: scenario.name.clone(),
            title: title.unwrap_or_else(|| scenario.title.clone()),
            kind: design.kind.name().into(),
            base_points: design.base_points,
            levels: design.levels,
            parameters: design.factors.iter().map(parameter).collect(),
            points: design.rows.len(),
            replicates: scenario.replicates,
            points_together: together(
                &design,
                &prepared,
                seeds,
                (scenario.replicates as usize, metrics.len()),
                shards,
            )?,
            shards,
            seed: scenario.seed,
            seeds: seeds.name().into(),
            seed_rule: match seeds {
                Seeds::Common => "replicate r of every point has seed `seed` and the number r",
                Seeds::Own => "every point has a seed made of `seed` and its number; see metrics.csv",
            }
            .into(),
            persons_per_simulated_person: scenario.weight,
            metrics: metrics.iter().map(row_of).collect(),
            warnings,
            files: sources,
        };
        files.push(write_file(&staging, "problem.json", problem(&manifest).as_bytes())?);
        files.push(write_file(&staging, MANIFEST, manifest.to_json().as_bytes())?);
        let shards = staging.join(SHARDS);
        std::fs::create_dir_all(&shards).during("create", &shards)?;
        let account = Account::since(began, scenario.replicates, threads);
        files.extend(provenance::write_other(&staging, "sweep", &scenario, &account, &files)?);
        if stop.load(Ordering::Relaxed) {
            return Err(stopped().into());
        }
        let (out, untidy) = folder.commit(&files)?;
        untidy.iter().for_each(|error| notice(&error.to_string()));
        Ok(Planned { out, manifest })
    }
}

/// Refuses to replace a sweep that a process is working on.
fn refuse_replacing_work(out: &Path, force: bool) -> Result<(), SweepError> {
    let Ok(entries) = std::fs::read_dir(out.join(SHARDS)) else { return Ok(()) };
    for path in entries.flatten().map(|entry| entry.path()).filter(|p| p.extension().is_some_and(|e| e == log::ENDING))
    {
        if force && log::is_locked(&path)? {
            return Err(RunError::Busy(out.to_path_buf()).into());
        }
    }
    Ok(())
}

/// Points worth running together: those of a block, if enough of their days are the same, and if there are jobs
/// enough for all shards and their threads.
fn together(
    design: &Design,
    prepared: &Prepared,
    seeds: Seeds,
    (replicates, metrics): (usize, usize),
    shards: usize,
) -> Result<usize, ScenarioError> {
    let points = design.rows.len();
    if seeds == Seeds::Own || points < 2 {
        return Ok(1);
    }
    let first = (0..points.min(MOST_TOGETHER)).map(|point| prepared.with(&design.settings(point)));
    let scenarios = first.collect::<Result<Vec<Scenario>, _>>()?;
    let days: usize = scenarios.iter().map(Scenario::days).sum();
    if (Family::of(&scenarios).days_saved() as f64) < WORTH_WHILE * days as f64 {
        return Ok(1);
    }
    let mut together = MOST_TOGETHER;
    let too_few = |n: usize| points.div_ceil(n) * replicates < JOBS_A_SHARD * shards;
    while together > 1 && (too_few(together) || together * replicates * metrics > MOST_HELD) {
        together /= 2;
    }
    Ok(together)
}

fn parameter(factor: &super::design::Factor) -> Parameter {
    let row = Parameter {
        name: factor.name.clone(),
        kind: factor.kind.into(),
        unit: factor.unit.into(),
        now: factor.now.clone(),
        bounds: None,
        distribution: None,
        mode: None,
        values: None,
    };
    row.with(factor.range.as_ref())
}

fn row_of(metric: &Expression) -> MetricRow {
    MetricRow { name: metric.name.clone(), expression: metric.text.clone(), unit: metric.unit.clone() }
}

/// `problem.json`, as SALib takes it: parameters that are numbers between bounds.
pub fn problem(manifest: &Manifest) -> String {
    let numbers: Vec<&Parameter> = manifest.parameters.iter().filter(|p| p.bounds.is_some()).collect();
    let distribution = |p: &Parameter| match p.distribution.as_deref() {
        Some("loguniform") => "logunif",
        Some("triangular") => "triang",
        _ => "unif",
    };
    // SALib's triangle has its mode as a share of the way between the bounds.
    let bounds = |p: &Parameter| -> Vec<f64> {
        let (low, high) = p.bounds.unwrap_or_default();
        std::iter::once(low).chain([high]).chain(p.mode.map(|mode| (mode - low) / (high - low))).collect()
    };
    let document = serde_json::json!({
        "num_vars": numbers.len(),
        "names": numbers.iter().map(|p| &p.name).collect::<Vec<_>>(),
        "bounds": numbers.iter().map(|p| bounds(p)).collect::<Vec<_>>(),
        "dists": numbers.iter().map(|p| distribution(p)).collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}
