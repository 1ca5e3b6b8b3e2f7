//! A scenario scored against observations: each target inside its interval or not, and better or worse
//! than a guess without a model.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use jiff::Timestamp;
use jiff::civil::Date;
use rayon::ThreadPool;

use super::calibrate::plan::Family;
use super::calibrate::targets::{Target, measure_all};
use super::error::RunError;
use super::replicates::{self, Ended, Replicates};
use crate::engine::draw::normal;
use crate::record::digest::Spread;
use crate::record::output_folder::OutputFolder;
use crate::record::plain_table::plain_table;
use crate::record::provenance::{self, Account};
use crate::record::quantile::{quantile, spread};
use crate::record::scenario_files;
use crate::record::staged_file::{FileRecord, write_file};
use crate::scenario::input::{Scenario, Whose};

/// A target beside what a scenario gives.
#[derive(Debug, Clone)]
pub struct Score {
    pub target: Target,
    /// Whose numbers, in words; empty for all.
    pub whose: String,
    /// Over replicates; `None` where the runs do not hold it.
    pub simulated: Option<Spread>,
    /// 90 % interval of what would be observed: over replicates, with the error of observation.
    pub runs: (f64, f64),
    /// The same with the discrepancy a calibration allows between model and world.
    pub interval: (f64, f64),
    /// Ends after the months a calibration was to learn from.
    pub after_training: bool,
}

impl Score {
    fn error(&self) -> Option<f64> {
        self.simulated.map(|s| (s.p50 - self.target.row.value).abs())
    }

    fn naive_error(&self) -> Option<f64> {
        self.target.row.naive.map(|guess| (guess - self.target.row.value).abs())
    }

    /// Whether the observation lies in the interval.
    pub fn inside(&self) -> Option<bool> {
        let (low, high) = self.interval;
        self.simulated.map(|_| (low..=high).contains(&self.target.row.value))
    }

    pub fn inside_runs(&self) -> Option<bool> {
        let (low, high) = self.runs;
        self.simulated.map(|_| (low..=high).contains(&self.target.row.value))
    }

    /// Whether the median is as near as the facts ask for.
    pub fn within_tolerance(&self) -> Option<bool> {
        Some(self.error()? <= self.target.row.tolerance?)
    }
}

/// A family of targets.
#[derive(Debug, Clone, Default)]
pub struct FamilyScore {
    pub targets: usize,
    pub scored: usize,
    pub inside: usize,
    pub inside_runs: usize,
    pub with_tolerance: usize,
    pub within_tolerance: usize,
    /// Mean of error over tolerance, of those with one.
    pub error_of_tolerance: Option<f64>,
}

/// A series: the targets of one quantity of one nationality or place.
#[derive(Debug, Clone)]
pub struct SeriesScore {
    pub family: String,
    pub series: String,
    pub whose: String,
    pub used: bool,
    pub targets: usize,
    pub error: f64,
    pub naive_error: f64,
}

impl SeriesScore {
    /// 1 for no error, 0 for as good as the guess, below 0 for worse.
    pub fn skill(&self) -> f64 {
        1.0 - self.error / self.naive_error.max(1e-12)
    }
}

/// A validation to be done.
pub struct Validation<'a> {
    pub scenario: &'a Scenario,
    pub targets: Vec<Target>,
    pub families: &'a BTreeMap<String, Family>,
    pub train_to: Option<Date>,
    pub out: &'a Path,
    pub inputs: &'a [PathBuf],
    pub force: bool,
    pub pool: &'a ThreadPool,
    pub stop: &'a AtomicBool,
    /// Called with the number of days done since the last call.
    pub progress: &'a (dyn Fn(u32) + Sync),
    pub notice: &'a dyn Fn(&str),
}

/// A finished validation.
pub struct Validated {
    pub scores: Vec<Score>,
    pub families: Vec<(String, FamilyScore)>,
    pub series: Vec<SeriesScore>,
}

/// Draws charts of scores into a folder.
pub type DrawScores<'a> = &'a dyn Fn(&[Score], &Path) -> Result<Vec<FileRecord>, RunError>;

impl Validation<'_> {
    /// Simulates, scores, writes, and moves the folder in when it is whole.
    ///
    /// # Errors
    /// The folder exists or cannot be written, or the run was stopped.
    pub fn execute(&self, draw: DrawScores<'_>) -> Result<Validated, RunError> {
        let began = (Timestamp::now(), Instant::now());
        let folder = OutputFolder::open(self.out, self.force, self.inputs)?;
        let mut rows: Vec<Vec<f64>> = Vec::new();
        let plan = Replicates {
            scenario: self.scenario,
            replicates: self.scenario.replicates,
            sample_households: 0,
            spool: None,
            begin_at: None,
            checkpoints: None,
            stop: self.stop,
            progress: self.progress,
        };
        let ended = replicates::run(&plan, self.pool, |seen| {
            rows.push(measure_all(self.scenario, &seen, &self.targets));
            Ok(())
        })?;
        let stopped = || RunError::Stopped { kept: 0, states: 0, partial: folder.partial().to_path_buf() };
        if ended == Ended::Stopped {
            return Err(stopped());
        }
        let scores: Vec<Score> =
            self.targets.iter().enumerate().map(|(t, target)| self.score(target, &rows, t)).collect();
        let validated = Validated { families: families(&scores), series: series(&scores), scores };
        let staging = folder.staging();
        let mut files = self.write(&staging, &validated)?;
        files.append(&mut draw(&validated.scores, &staging)?);
        let account = Account::since(began, self.scenario.replicates, self.pool.current_num_threads());
        files.extend(provenance::write_other(&staging, "validate", self.scenario, &account, &files)?);
        if self.stop.load(Ordering::Relaxed) {
            return Err(stopped());
        }
        let (_, untidy) = folder.commit(&files)?;
        untidy.iter().for_each(|error| (self.notice)(&error.to_string()));
        Ok(validated)
    }

    fn score(&self, target: &Target, rows: &[Vec<f64>], t: usize) -> Score {
        let mut values: Vec<f64> = rows.iter().map(|row| row[t]).filter(|x| x.is_finite()).collect();
        let error = target.row.error;
        let family = self.families.get(&target.row.family);
        let discrepancy = family.map_or(0.0, |f| libm::hypot(f.relative * target.row.value.abs(), f.absolute));
        let simulated = spread(&mut values);
        let interval = |sd: f64| blurred(&values, sd).unwrap_or((f64::NAN, f64::NAN));
        let whose = match target.row.whose {
            Whose::All => String::new(),
            Whose::Foreign => "foreign".into(),
            Whose::National => "national".into(),
            Whose::Nationality(n) => self.scenario.world.nationalities[n].name.clone(),
        };
        Score {
            target: target.clone(),
            whose,
            simulated,
            runs: interval(error),
            interval: interval(libm::hypot(error, discrepancy)),
            after_training: self.train_to.is_some_and(|end| target.row.to > end),
        }
    }

    fn write(&self, folder: &Path, done: &Validated) -> Result<Vec<FileRecord>, RunError> {
        let tables = [
            ("validation.csv", self.table(&done.scores)),
            ("families.csv", families_table(&done.families)),
            ("series.csv", series_table(&done.series)),
        ];
        let mut files = scenario_files::write(folder, self.scenario)?;
        for (name, text) in &tables {
            files.push(write_file(folder, name, text.as_bytes())?);
        }
        Ok(files)
    }

    fn table(&self, scores: &[Score]) -> String {
        let row = |s: &Score| {
            let r = &s.target.row;
            let place = r.place.map_or("", |p| self.scenario.world.places[p].id.as_str());
            let of = |f: fn(Spread) -> f64| s.simulated.map(f);
            vec![
                r.id.clone(),
                r.family.clone(),
                r.series.clone(),
                s.whose.clone(),
                place.to_string(),
                r.from.to_string(),
                r.to.to_string(),
                r.unit.clone(),
                r.kind.clone(),
                number(Some(r.value)),
                number(Some(r.error)),
                r.used.to_string(),
                s.after_training.to_string(),
                number(of(|s| s.p05)),
                number(of(|s| s.p50)),
                number(of(|s| s.p95)),
                number(Some(s.runs.0)),
                number(Some(s.runs.1)),
                number(Some(s.interval.0)),
                number(Some(s.interval.1)),
                s.inside().map_or(String::new(), |b| b.to_string()),
                number(s.error()),
                number(r.naive),
                number(s.naive_error()),
                number(r.tolerance),
                s.within_tolerance().map_or(String::new(), |b| b.to_string()),
                r.source_id.clone(),
            ]
        };
        plain_table(&VALIDATION, scores.iter().map(row))
    }
}

/// Columns of `validation.csv`.
const VALIDATION: [&str; 27] = [
    "target",
    "family",
    "series",
    "nationality",
    "place",
    "from",
    "to",
    "unit",
    "kind",
    "observed",
    "error",
    "used",
    "after_training",
    "simulated_p05",
    "simulated_p50",
    "simulated_p95",
    "runs_low",
    "runs_high",
    "interval_low",
    "interval_high",
    "inside",
    "absolute_error",
    "naive",
    "naive_error",
    "tolerance",
    "within_tolerance",
    "source_id",
];

fn number(x: Option<f64>) -> String {
    x.filter(|x| x.is_finite()).map_or(String::new(), |x| format!("{}", (x * 1e4).round() / 1e4))
}

/// 5th and 95th percentile of values, each blurred by a normal error.
fn blurred(values: &[f64], sd: f64) -> Option<(f64, f64)> {
    const STEPS: usize = 40;
    let shocks: Vec<f64> = (0..STEPS).map(|i| normal((i as f64 + 0.5) / STEPS as f64)).collect();
    let mut all: Vec<f64> = values.iter().flat_map(|x| shocks.iter().map(move |z| x + sd * z)).collect();
    all.sort_by(f64::total_cmp);
    Some((quantile(&all, 0.05)?, quantile(&all, 0.95)?))
}

fn families(scores: &[Score]) -> Vec<(String, FamilyScore)> {
    let mut found: Vec<(String, FamilyScore)> = Vec::new();
    for score in scores {
        let name = &score.target.row.family;
        if !found.iter().any(|(known, _)| known == name) {
            found.push((name.clone(), FamilyScore::default()));
        }
    }
    for (name, family) in &mut found {
        let mut errors = Vec::new();
        for s in scores.iter().filter(|s| s.target.row.family == *name) {
            family.targets += 1;
            family.scored += usize::from(s.simulated.is_some());
            family.inside += usize::from(s.inside() == Some(true));
            family.inside_runs += usize::from(s.inside_runs() == Some(true));
            family.with_tolerance += usize::from(s.within_tolerance().is_some());
            family.within_tolerance += usize::from(s.within_tolerance() == Some(true));
            if let (Some(error), Some(tolerance)) = (s.error(), s.target.row.tolerance) {
                errors.push(error / tolerance.max(1e-12));
            }
        }
        family.error_of_tolerance = (!errors.is_empty()).then(|| errors.iter().sum::<f64>() / errors.len() as f64);
    }
    found
}

fn series(scores: &[Score]) -> Vec<SeriesScore> {
    let mut found: BTreeMap<(String, String, String), SeriesScore> = BTreeMap::new();
    for s in scores {
        let (Some(error), Some(naive)) = (s.error(), s.naive_error()) else { continue };
        let r = &s.target.row;
        let key = (r.family.clone(), r.series.clone(), s.whose.clone());
        let entry = found.entry(key).or_insert_with(|| SeriesScore {
            family: r.family.clone(),
            series: r.series.clone(),
            whose: s.whose.clone(),
            used: r.used,
            targets: 0,
            error: 0.0,
            naive_error: 0.0,
        });
        entry.used |= r.used;
        entry.targets += 1;
        entry.error += error;
        entry.naive_error += naive;
    }
    let mean = |mut s: SeriesScore| {
        (s.error, s.naive_error) = (s.error / s.targets as f64, s.naive_error / s.targets as f64);
        s
    };
    found.into_values().map(mean).collect()
}

fn families_table(families: &[(String, FamilyScore)]) -> String {
    let row = |(name, f): &(String, FamilyScore)| {
        let counts = [f.targets, f.scored, f.inside, f.inside_runs, f.with_tolerance, f.within_tolerance];
        let counts = counts.iter().map(ToString::to_string);
        std::iter::once(name.clone()).chain(counts).chain([number(f.error_of_tolerance)]).collect()
    };
    let header = [
        "family",
        "targets",
        "scored",
        "inside_interval",
        "inside_runs",
        "with_tolerance",
        "within_tolerance",
        "mean_error_of_tolerance",
    ];
    plain_table(&header, families.iter().map(row))
}

fn series_table(series: &[SeriesScore]) -> String {
    let row = |s: &SeriesScore| {
        vec![
            s.family.clone(),
            s.series.clone(),
            s.whose.clone(),
            s.used.to_string(),
            s.targets.to_string(),
            number(Some(s.error)),
            number(Some(s.naive_error)),
            number(Some(s.skill())),
        ]
    };
    let header = ["family", "series", "nationality", "used", "targets", "mean_absolute_error", "naive_error", "skill"];
    plain_table(&header, series.iter().map(row))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blurred_interval_is_that_of_the_sum_of_variances() {
        // Normal values with sd 3 and an error of sd 4: 1.645 x 5 either side.
        let values: Vec<f64> = (0..400).map(|i| 10.0 + 3.0 * normal((f64::from(i) + 0.5) / 400.0)).collect();
        let (low, high) = blurred(&values, 4.0).unwrap();
        assert!((low - (10.0 - 8.224)).abs() < 0.15 && (high - (10.0 + 8.224)).abs() < 0.15, "{low} {high}");
        assert!(blurred(&[], 1.0).is_none());
    }
}
