//! What a sweep says: which parameters drive which metrics, how much is chance, and how metrics answer
//! point by point.

pub mod responses;
mod results;
mod write;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use jiff::Timestamp;
use rayon::ThreadPool;

pub use results::Results;

use super::error::RunError;
use super::sensitivity::{Estimate, morris, ranks, sobol};
use super::sweep::SweepError;
use super::sweep::design::{Kind, Seeds, units};
use super::sweep::manifest::MANIFEST;
use crate::engine::draw::Key;
use crate::record::error::During as _;
use crate::record::output_folder::OutputFolder;
use crate::record::staged_file::FileRecord;
use responses::{Answer, answers};

/// Name in tables of what replicates of a point differ by.
pub const CHANCE: &str = "(chance)";
/// Fewest points for rank correlations.
const FEWEST_POINTS: usize = 10;

/// One number of a sensitivity analysis.
#[derive(Debug, Clone, PartialEq)]
pub struct Driver {
    /// By its place in the manifest.
    pub metric: usize,
    /// A parameter, or [`CHANCE`].
    pub parameter: String,
    /// As in `sensitivity.csv`.
    pub measure: &'static str,
    pub unit: String,
    pub estimate: Estimate,
}

/// How the parameters were weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Sobol,
    Morris,
    Ranks,
    /// The design is for looking at points, not for weighing parameters.
    None,
}

/// An analysis to be done.
pub struct Analysis<'a> {
    pub folder: &'a Path,
    pub out: &'a Path,
    pub force: bool,
    pub resamples: u32,
    pub pool: &'a ThreadPool,
    /// Ends the analysis early when set.
    pub stop: &'a AtomicBool,
    pub charts: Option<DrawAnalysis<'a>>,
}

/// Draws charts of an analysis into a folder.
pub type DrawAnalysis<'a> = &'a dyn Fn(&Analysed, &Path) -> Result<Vec<FileRecord>, RunError>;

/// A finished analysis.
pub struct Analysed {
    pub out: PathBuf,
    pub results: Results,
    pub method: Method,
    pub drivers: Vec<Driver>,
    /// Of designs whose points are looked at one by one.
    pub answers: Vec<Answer>,
    /// What the user should know.
    pub notes: Vec<String>,
}

impl Analysis<'_> {
    /// Analyses, writes, and moves the folder in when it is whole.
    ///
    /// # Errors
    /// The sweep is not merged or not whole, the folder exists or cannot be written, or it was stopped.
    pub fn execute(&self) -> Result<Analysed, SweepError> {
        let began = (Timestamp::now(), Instant::now());
        let results = Results::read(self.folder)?;
        let manifest = self.folder.join(MANIFEST);
        let inputs = [manifest.canonicalize().during("find", &manifest)?];
        let folder = OutputFolder::open(self.out, self.force, &inputs)?;
        let resamples = self.resamples;
        let mut analysed = self.pool.install(|| analyse(results, resamples))?;
        self.go_on(&folder)?;
        let staging = folder.staging();
        let mut files = write::tables(&staging, &analysed)?;
        if let Some(draw) = self.charts {
            files.extend(draw(&analysed, &staging)?);
        }
        let files = write::record(&staging, self.folder, &analysed, began, self.resamples, files)?;
        self.go_on(&folder)?;
        let (out, untidy) = folder.commit(&files)?;
        analysed.notes.extend(untidy.iter().map(ToString::to_string));
        analysed.out = out;
        Ok(analysed)
    }

    /// Stops if told to.
    fn go_on(&self, folder: &OutputFolder) -> Result<(), RunError> {
        match self.stop.load(Ordering::Relaxed) {
            true => Err(RunError::Stopped { kept: 0, states: 0, partial: folder.partial().to_path_buf() }),
            false => Ok(()),
        }
    }
}

/// Weighs the parameters as the design allows.
fn analyse(results: Results, resamples: u32) -> Result<Analysed, SweepError> {
    let kind = results.manifest.kind();
    let method = match kind {
        Kind::Saltelli => Method::Sobol,
        Kind::Morris => Method::Morris,
        Kind::Grid => Method::None,
        _ if results.manifest.points >= FEWEST_POINTS => Method::Ranks,
        _ => Method::None,
    };
    if results.missing > 0 && matches!(method, Method::Sobol | Method::Morris) {
        return Err(SweepError::NotWhole { missing: results.missing, of: results.manifest.runs() });
    }
    let mut notes = results.manifest.warnings.clone();
    if results.missing > 0 {
        let (missing, of) = (results.missing, results.manifest.runs());
        notes.push(format!("{missing} of {of} runs are missing; when their shards are done, merge again"));
    }
    if kind != Kind::Grid && method == Method::None {
        notes.push(format!("fewer than {FEWEST_POINTS} points: parameters are not weighed"));
    }
    if results.manifest.replicates < 2 {
        notes.push("one replicate a point: chance cannot be told from the parameters".to_string());
    }
    if method == Method::Ranks {
        let numbers = |i: &usize| results.numbers(*i).is_some();
        for i in (0..results.manifest.parameters.len()).filter(|i| !numbers(i)) {
            let name = &results.manifest.parameters[i].name;
            notes.push(format!("`{name}` is no number: rank correlations leave it out"));
        }
    }
    let mut drivers = Vec::new();
    let (mut constant, mut empty) = (Vec::new(), Vec::new());
    for metric in 0..results.metrics().len() {
        let weigh = Weigh { results: &results, metric, resamples };
        let found = match method {
            Method::Sobol => weigh.sobol(),
            Method::Morris => weigh.morris(),
            Method::Ranks => weigh.ranks(),
            Method::None => weigh.chance_alone(),
        };
        match found {
            Some(found) => drivers.extend(found),
            None if method != Method::None => match results.whole(metric) {
                Some(_) => constant.push(results.metrics()[metric].name.as_str()),
                None => empty.push(results.metrics()[metric].name.as_str()),
            },
            None => {}
        }
        let partly = results.whole(metric).is_none() && method == Method::Ranks && results.missing == 0;
        if partly {
            let name = &results.metrics()[metric].name;
            let without = (0..results.manifest.points).filter(|p| results.at(metric, *p).contains(&None)).count();
            notes.push(format!(
                "`{name}` has no value at {without} of {} points: its correlations are those of the others alone",
                results.manifest.points
            ));
        }
    }
    for (names, why) in [(constant, "does not vary"), (empty, "has no value in some runs")] {
        if let Some((first, others)) = names.split_first() {
            let more = if others.is_empty() { String::new() } else { format!(" and {} more metrics", others.len()) };
            notes.push(format!("left out, as it {why}: `{first}`{more}"));
        }
    }
    notes.extend(sums_to_little(&results, &drivers));
    let weighed = drivers.iter().filter(|d| is_main(d)).count();
    let unsure: Vec<&Driver> = drivers.iter().filter(|d| is_unsure(d)).collect();
    if let Some(first) = unsure.first() {
        let (n, metric) = (unsure.len(), &results.metrics()[first.metric].name);
        notes.push(format!(
            "the intervals of {n} of {weighed} values hold 0 or are wider than the value, for instance that of `{}` for `{metric}`: do not rank by those; more points help",
            first.parameter
        ));
    }
    let looked_at = matches!(kind, Kind::Grid | Kind::Given);
    let answers = if looked_at { answers(&results) } else { Vec::new() };
    Ok(Analysed { out: PathBuf::new(), results, method, drivers, answers, notes })
}

/// Whether a value is one that parameters are ranked by.
pub fn is_main(driver: &Driver) -> bool {
    matches!(driver.measure, "total_order" | "mu_star" | "prcc")
}

/// Whether a value that ranks parameters has an interval that holds 0 or is wider than itself.
pub fn is_unsure(driver: &Driver) -> bool {
    let e = driver.estimate;
    is_main(driver) && ((e.low <= 0.0 && 0.0 <= e.high) || e.high - e.low > e.value.abs())
}

/// Total indices add up to 1 or more; much less says that there are too few points.
fn sums_to_little(results: &Results, drivers: &[Driver]) -> Vec<String> {
    let sum = |metric: usize| -> f64 {
        let totals = drivers.iter().filter(|d| d.metric == metric && d.measure == "total_order");
        totals.map(|d| d.estimate.value).sum()
    };
    let short = (0..results.metrics().len()).filter(|metric| (1e-9..0.9).contains(&sum(*metric)));
    let said = |metric: usize| {
        let name = &results.metrics()[metric].name;
        format!("the total indices of `{name}` add up to {:.2}, less than 1: too few points", sum(metric))
    };
    short.map(said).collect()
}

struct Weigh<'a> {
    results: &'a Results,
    metric: usize,
    resamples: u32,
}

impl Weigh<'_> {
    fn key(&self) -> Key {
        Key::root(self.results.manifest.seed, 0).child(5)
    }

    fn shared(&self) -> bool {
        self.results.manifest.seeds() == Seeds::Common
    }

    fn driver(&self, parameter: &str, measure: &'static str, unit: &str, estimate: Estimate) -> Driver {
        let (parameter, unit) = (parameter.to_string(), unit.to_string());
        Driver { metric: self.metric, parameter, measure, unit, estimate }
    }

    fn sobol(&self) -> Option<Vec<Driver>> {
        let runs = self.results.whole(self.metric)?;
        let parameters = &self.results.manifest.parameters;
        let found = sobol::indices(&runs, parameters.len(), self.shared(), self.resamples, self.key())?;
        let mut out = Vec::new();
        let of_all = [
            ("first_order", Some(&found.first)),
            ("total_order", Some(&found.total)),
            ("first_order_without_chance", found.first_corrected.as_ref()),
            ("total_order_without_chance", found.total_corrected.as_ref()),
        ];
        for (i, parameter) in parameters.iter().enumerate() {
            for (measure, values) in of_all {
                out.extend(values.map(|v| self.driver(&parameter.name, measure, "share", v[i])));
            }
        }
        out.extend(found.noise.map(|e| self.driver(CHANCE, "variance_share", "share", e)));
        out.extend(found.noise_of_mean.map(|e| self.driver(CHANCE, "variance_share_of_mean", "share", e)));
        Some(out)
    }

    fn morris(&self) -> Option<Vec<Driver>> {
        let manifest = &self.results.manifest;
        let (n, d) = (manifest.base_points, manifest.parameters.len());
        let points = units(Kind::Morris, n, d, manifest.levels, Key::root(manifest.seed, 0))?;
        let runs = self.results.whole(self.metric)?;
        let effects = morris::effects(&points, &runs, n, self.resamples, self.key(), self.shared())?;
        let unit = &self.results.metrics()[self.metric].unit;
        let mut out = Vec::new();
        for (parameter, effect) in manifest.parameters.iter().zip(effects) {
            for (measure, estimate) in [("mu", effect.mu), ("mu_star", effect.mu_star), ("sigma", effect.sigma)] {
                out.push(self.driver(&parameter.name, measure, unit, estimate));
            }
        }
        out.extend(self.chance_alone().into_iter().flatten());
        Some(out)
    }

    /// Rank correlations of the means over replicates with the parameters that are numbers.
    fn ranks(&self) -> Option<Vec<Driver>> {
        let manifest = &self.results.manifest;
        let columns: Vec<(&str, Vec<f64>)> = (0..manifest.parameters.len())
            .filter_map(|i| Some((manifest.parameters[i].name.as_str(), self.results.numbers(i)?)))
            .collect();
        let (mut points, mut means) = (Vec::new(), Vec::new());
        for point in 0..manifest.points {
            let values: Option<Vec<f64>> = self.results.at(self.metric, point).iter().copied().collect();
            if let Some(values) = values {
                points.push(columns.iter().map(|(_, column)| column[point]).collect::<Vec<f64>>());
                means.push(values.iter().sum::<f64>() / values.len() as f64);
            }
        }
        if points.len() < FEWEST_POINTS {
            return None;
        }
        let spearman = ranks::spearman(&points, &means);
        let partial = ranks::prcc(&points, &means);
        let mut out = Vec::new();
        for (measure, found) in [("spearman", spearman), ("prcc", partial)] {
            let known = columns.iter().zip(found).filter_map(|((name, _), e)| Some((*name, e?)));
            out.extend(known.map(|(name, e)| self.driver(name, measure, "correlation", e)));
        }
        if out.is_empty() {
            return None;
        }
        out.extend(self.chance_alone().into_iter().flatten());
        Some(out)
    }

    /// Share of the variance of one run that is chance: within points over within and between, by the analysis
    /// of variance, as in [`sobol::Indices`]. Without interval.
    fn chance_alone(&self) -> Option<Vec<Driver>> {
        let runs = self.results.whole(self.metric)?;
        let replicates = self.results.manifest.replicates as usize;
        if replicates < 2 || runs.len() < 2 {
            return None;
        }
        let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
        let square = |x: f64| x * x;
        let variance = |x: &[f64]| x.iter().map(|v| square(v - mean(x))).sum::<f64>() / (x.len() - 1) as f64;
        let within = mean(&runs.iter().map(|row| variance(row)).collect::<Vec<f64>>());
        let of_means = variance(&runs.iter().map(|row| mean(row)).collect::<Vec<f64>>());
        // Of shared chance, only what it does at one point and not at others is in the variance of the means.
        let of_replicate = |r: usize| mean(&runs.iter().map(|row| row[r]).collect::<Vec<f64>>());
        let alike = variance(&(0..replicates).map(of_replicate).collect::<Vec<f64>>());
        let n = runs.len() as f64;
        let own = if self.shared() { (within - alike).max(0.0) * n / (n - 1.0) } else { within };
        let between = (of_means - own / replicates as f64).max(0.0);
        let share = within / (within + between);
        let estimate = Estimate { value: share, low: f64::NAN, high: f64::NAN };
        share.is_finite().then(|| vec![self.driver(CHANCE, "variance_share", "share", estimate)])
    }
}
