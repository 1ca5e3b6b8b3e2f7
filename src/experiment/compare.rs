//! Scenarios beside a base, replicate by replicate with the same chance: differences, not levels.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use jiff::Timestamp;
use jiff::civil::Date;
use rayon::ThreadPool;

use super::error::RunError;
use super::replicates::Jobs;
use super::run::LastWords;
use super::run_writer::RunWriter;
use super::shared_history::Family;
use crate::model::RunOptions;
use crate::model::observation::Observation;
use crate::record::datapackage;
use crate::record::differences::{self, DailyDifference, Difference, Part};
use crate::record::error::FileError;
use crate::record::output_folder::OutputFolder;
use crate::record::provenance::{self, Account};
use crate::record::reduced::Reduced;
use crate::record::series::{FLOW, NamedSeries, daily_series};
use crate::record::spool::{self, Spool};
use crate::record::staged_file::FileRecord;
use crate::record::table_writer::TableOptions;
use crate::record::tables::days;
use crate::scenario::input::Scenario;

/// A scenario that combines others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Combination {
    /// Index of the combined scenario, and of its parts.
    pub whole: usize,
    pub parts: Vec<usize>,
}

/// Draws charts of a comparison into a folder.
pub type DrawComparison<'a> = &'a dyn Fn(&Compared, &Path) -> Result<Vec<FileRecord>, RunError>;

/// A comparison to be done.
pub struct Comparison<'a> {
    /// The base first.
    pub scenarios: &'a [Scenario],
    pub combinations: &'a [Combination],
    pub out: &'a Path,
    /// Files the scenarios were read from: a folder that holds one is not replaced.
    pub inputs: &'a [PathBuf],
    pub force: bool,
    /// Take up the finished replicates of an interrupted comparison.
    pub resume: bool,
    pub tables: TableOptions,
    pub charts: Option<DrawComparison<'a>>,
    pub pool: &'a ThreadPool,
    /// Ends the comparison early when set.
    pub stop: &'a AtomicBool,
    /// Given, at the start, what to say if the program has to end before the comparison has.
    pub last_words: &'a dyn Fn(LastWords),
    /// Called with the number of days done since the last call, over all replicates and scenarios.
    pub progress: &'a (dyn Fn(u32) + Sync),
    pub notice: &'a dyn Fn(&str),
}

/// A finished comparison.
#[derive(Debug)]
pub struct Compared {
    /// The folder made.
    pub out: PathBuf,
    /// Names, the base first.
    pub names: Vec<String>,
    pub titles: Vec<String>,
    pub first_day: Date,
    pub replicates: u32,
    pub differences: Vec<Difference>,
    pub daily: Vec<DailyDifference>,
    /// Stocks as they are, flows summed up from the first day: what charts show.
    pub so_far: Vec<DailyDifference>,
    pub parts: Vec<Part>,
    /// Days of all replicates, and of them those simulated once for several scenarios.
    pub days: u64,
    pub days_shared: u64,
}

/// One replicate of every scenario.
struct Together {
    seen: Vec<Observation>,
    shared: usize,
    /// Whether it was kept from before.
    kept: bool,
}

impl Comparison<'_> {
    /// Simulates, pairs, writes, and moves the folder in when it is whole.
    ///
    /// # Errors
    /// The folder exists or cannot be written, a chart cannot be drawn, or it was stopped; finished
    /// replicates wait for `resume` then.
    pub fn execute(&self) -> Result<Compared, RunError> {
        let folder = OutputFolder::open(self.out, self.force, self.inputs)?;
        let partial = folder.partial().to_path_buf();
        let places: Vec<PathBuf> = self.scenarios.iter().map(|s| folder.replicates().join(&s.name)).collect();
        let spools: Vec<Spool> =
            self.scenarios.iter().zip(&places).map(|(s, place)| Spool::new(place.clone(), s, 0)).collect();
        let place = partial.clone();
        (self.last_words)(Box::new(move || {
            let kept = places.iter().map(|place| spool::count(place)).min().filter(|kept| *kept > 0)?;
            Some(RunError::Stopped { kept, states: 0, partial: place.clone() }.to_string())
        }));
        self.carry_out(folder, &spools).map_err(|error| match (error, kept(&spools)) {
            (error @ (RunError::File(_) | RunError::Chart(_)), kept @ 1..) => {
                RunError::Kept { error: Box::new(error), kept, partial }
            }
            (error, _) => error,
        })
    }

    fn carry_out(&self, folder: OutputFolder, spools: &[Spool]) -> Result<Compared, RunError> {
        let began = (Timestamp::now(), Instant::now());
        if !self.resume && kept(spools) > 0 {
            (self.notice)("finished replicates of an interrupted comparison are dropped; --resume would use them");
            spools.iter().try_for_each(Spool::clear)?;
        }
        let stopped = || RunError::Stopped { kept: kept(spools), states: 0, partial: folder.partial().to_path_buf() };
        let staging = folder.staging();
        let mut writers = Vec::new();
        for scenario in self.scenarios {
            writers.push(RunWriter::create(&staging.join("runs").join(&scenario.name), scenario, self.tables, 0)?);
        }
        let replicates = self.scenarios[0].replicates;
        let mut paired = Paired::new(self.scenarios);
        let (mut shared, mut resumed) = (0, 0);
        let (scenarios, stop, progress) = (self.scenarios, self.stop, self.progress);
        let side_by_side = SideBySide { scenarios, spools, stop, progress };
        let jobs = Jobs { count: replicates, stop: self.stop, job: &|replicate| side_by_side.run(replicate) };
        let all = jobs.run(self.pool, |together| {
            shared += together.shared as u64;
            resumed += u32::from(together.kept);
            for (writer, seen) in writers.iter_mut().zip(&together.seen) {
                writer.append(seen, None)?;
            }
            paired.add(self.scenarios, &together.seen);
            Ok(())
        })?;
        if !all {
            return Err(stopped());
        }
        let mut files = Vec::new();
        let mut runs = Vec::new();
        let threads = self.pool.current_num_threads();
        let account = || Account { resumed, ..Account::since(began, replicates, threads) };
        for (writer, scenario) in writers.into_iter().zip(self.scenarios) {
            let written = writer.finish(account, None)?;
            let inside = |f: FileRecord| FileRecord { name: format!("runs/{}/{}", scenario.name, f.name), ..f };
            files.extend(written.files.into_iter().map(inside));
            runs.push(written.replicates);
        }
        let base = &self.scenarios[0];
        let mut done = Compared {
            out: self.out.to_path_buf(),
            names: self.scenarios.iter().map(|s| s.name.clone()).collect(),
            titles: self.scenarios.iter().map(|s| s.title.clone()).collect(),
            first_day: base.record_from,
            replicates,
            differences: self.differences(&runs),
            daily: paired.differences(|_, rows| rows.to_vec()),
            so_far: paired.differences(|unit, rows| match unit {
                FLOW => rows.iter().map(|row| summed_up(row)).collect(),
                _ => rows.to_vec(),
            }),
            parts: self.parts(&runs),
            days: base.days() as u64 * u64::from(replicates) * self.scenarios.len() as u64,
            days_shared: shared,
        };
        let mut own = differences::write(&staging, self.tables, &done.differences)?;
        own.append(&mut differences::write_daily(&staging, self.tables, &done.daily)?);
        if !self.combinations.is_empty() {
            own.append(&mut differences::write_parts(&staging, self.tables, &done.parts)?);
        }
        if let Some(draw) = self.charts {
            own.append(&mut draw(&done, &staging)?);
        }
        own.push(package(&staging, &done, &own)?);
        files.append(&mut own);
        files.extend(provenance::write_other(&staging, "compare", base, &account(), &files)?);
        if self.stop.load(Ordering::Relaxed) {
            return Err(stopped());
        }
        let (out, untidy) = folder.commit(&files)?;
        untidy.iter().for_each(|error| (self.notice)(&error.to_string()));
        done.out = out;
        Ok(done)
    }

    fn differences(&self, runs: &[Vec<Reduced>]) -> Vec<Difference> {
        let mut out = Vec::new();
        for (variant, scenario) in self.scenarios.iter().enumerate().skip(1) {
            for (name, unit, base, other) in common_metrics(&runs[0], &runs[variant]) {
                out.push(Difference::of(&scenario.name, name, unit, &base, &other));
            }
        }
        out
    }

    fn parts(&self, runs: &[Vec<Reduced>]) -> Vec<Part> {
        let mut out = Vec::new();
        for combination in self.combinations {
            let whole = &self.scenarios[combination.whole].name;
            let changes = |of: usize, metric: &str| -> Option<Vec<f64>> {
                let metrics = common_metrics(&runs[0], &runs[of]);
                let (_, _, base, other) = metrics.into_iter().find(|m| m.0 == metric)?;
                base.iter().zip(&other).map(|(b, o)| Some((*o)? - (*b)?)).collect()
            };
            for (name, unit, ..) in common_metrics(&runs[0], &runs[combination.whole]) {
                let Some(all) = changes(combination.whole, name) else { continue };
                let each: Option<Vec<Vec<f64>>> = combination.parts.iter().map(|&p| changes(p, name)).collect();
                let Some(each) = each else { continue };
                let beyond: Vec<f64> =
                    (0..all.len()).map(|r| all[r] - each.iter().map(|part| part[r]).sum::<f64>()).collect();
                for (&part, values) in combination.parts.iter().zip(&each) {
                    out.push(Part::of(whole, name, unit, &self.scenarios[part].name, values));
                }
                out.push(Part::of(whole, name, unit, differences::INTERACTION, &beyond));
                out.push(Part::of(whole, name, unit, differences::TOTAL, &all));
            }
        }
        out
    }
}

/// Describes the tables of the comparison itself; each of its runs has a package of its own.
fn package(folder: &Path, done: &Compared, files: &[FileRecord]) -> Result<FileRecord, FileError> {
    let title = format!("{} beside {}", done.titles[1..].join(", "), done.titles[0]);
    let what = "Differences of scenarios that were run with the same chance, replicate by replicate. The tables of each \
        scenario are in runs/, each with a package of its own.";
    datapackage::write_other(folder, &format!("compare-{}", done.names.join("-")), &title, what, files)
}

/// Replicates finished of every scenario.
fn kept(spools: &[Spool]) -> usize {
    spools.iter().map(Spool::len).min().unwrap_or(0)
}

/// Every scenario, replicate by replicate.
struct SideBySide<'a> {
    scenarios: &'a [Scenario],
    spools: &'a [Spool],
    stop: &'a AtomicBool,
    progress: &'a (dyn Fn(u32) + Sync),
}

impl SideBySide<'_> {
    /// One replicate of every scenario, kept ones or simulated; `None` if it was stopped.
    fn run(&self, replicate: u32) -> Result<Option<Together>, FileError> {
        if let Some(seen) = self.spools.iter().map(|spool| spool.take(replicate)).collect::<Option<Vec<_>>>() {
            (self.progress)((self.scenarios[0].days() * self.scenarios.len()) as u32);
            return Ok(Some(Together { seen, shared: 0, kept: true }));
        }
        let scenarios: Vec<Scenario> = self.scenarios.iter().map(|s| s.of_replicate(replicate).into_owned()).collect();
        let family = Family::of(&scenarios);
        let options = RunOptions { sample_households: 0, stop: self.stop, progress: self.progress };
        let Some(seen) = family.run(&scenarios, replicate, &options) else { return Ok(None) };
        (self.progress)(family.days_saved() as u32);
        for (spool, seen) in self.spools.iter().zip(&seen) {
            spool.keep(seen)?;
        }
        Ok(Some(Together { seen, shared: family.days_saved(), kept: false }))
    }
}

/// A metric of two runs: name, unit, its values of each replicate.
type PairedMetric<'a> = (&'a str, &'static str, Vec<Option<f64>>, Vec<Option<f64>>);

/// Metrics that both have, in the order of the base.
fn common_metrics<'a>(base: &'a [Reduced], other: &'a [Reduced]) -> Vec<PairedMetric<'a>> {
    let (Some(b), Some(o)) = (base.first(), other.first()) else { return Vec::new() };
    let values = |runs: &[Reduced], i: usize| runs.iter().map(|r| r.metrics[i].value).collect();
    let pair = |(i, metric): (usize, &'a crate::record::metrics::Metric)| {
        let j = o.metrics.iter().position(|m| m.name == metric.name)?;
        Some((metric.name.as_str(), metric.unit, values(base, i), values(other, j)))
    };
    b.metrics.iter().enumerate().filter_map(pair).collect()
}

/// Sums from the first day on.
fn summed_up(row: &[f32]) -> Vec<f32> {
    let mut sum = 0.0;
    row.iter().map(|x| (sum += f64::from(*x), sum as f32).1).collect()
}

/// Daily series of all replicates: what each variant has more than the base.
struct Paired {
    /// By variant and series: one row a replicate.
    changes: Vec<Vec<Vec<Vec<f32>>>>,
    series: Vec<(&'static str, &'static str)>,
    names: Vec<String>,
    first: Option<Date>,
}

impl Paired {
    fn new(scenarios: &[Scenario]) -> Self {
        let names: Vec<String> = scenarios.iter().skip(1).map(|s| s.name.clone()).collect();
        Paired { changes: vec![Vec::new(); names.len()], series: Vec::new(), names, first: None }
    }

    fn add(&mut self, scenarios: &[Scenario], seen: &[Observation]) {
        let of: Vec<Vec<NamedSeries>> = scenarios.iter().zip(seen).map(|(s, o)| daily_series(s, o)).collect();
        self.first = self.first.or_else(|| days(&scenarios[0], &seen[0]).first().copied());
        self.series = of[0].iter().map(|s| (s.name, s.unit)).collect();
        for (changes, variant) in self.changes.iter_mut().zip(&of[1..]) {
            changes.resize(self.series.len(), Vec::new());
            for (all, (base, other)) in changes.iter_mut().zip(of[0].iter().zip(variant)) {
                let change = |(b, o): (&u32, &u32)| (f64::from(*o) - f64::from(*b)) as f32;
                all.push(base.daily.iter().zip(&other.daily).map(change).collect());
            }
        }
    }

    fn differences(&self, shown: impl Fn(&str, &[Vec<f32>]) -> Vec<Vec<f32>>) -> Vec<DailyDifference> {
        let Some(first) = self.first else { return Vec::new() };
        let mut out = Vec::new();
        for (name, changes) in self.names.iter().zip(&self.changes) {
            for ((series, unit), replicates) in self.series.iter().zip(changes) {
                out.push(DailyDifference::of(name, series, unit, first, &shown(unit, replicates)));
            }
        }
        out
    }
}
