//! Fits parameters to observations: a posterior to run from, and what was learned.

pub mod plan;
mod results;
pub mod targets;
pub mod work;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use jiff::Timestamp;
use jiff::civil::Date;
use rayon::ThreadPool;

use super::error::RunError;
use super::inference::{Answer, Goal, Prior, Question};
use crate::record::error::{During, FileError};
use crate::record::output_folder::{OutputFolder, remove};
use crate::record::provenance;
use crate::record::staged_file::{FileRecord, sha256_hex};
use crate::scenario::input::Scenario;
use crate::scenario::{Overrides, ScenarioError, load};
use plan::Plan;
use targets::Target;
use work::Workshop;

/// A calibration to be done.
pub struct Calibration<'a> {
    pub plan: &'a Plan,
    /// What the command line changes in the scenario (never the scale).
    pub overrides: Overrides,
    /// Targets that end later carry no weight.
    pub train_to: Option<Date>,
    pub out: &'a Path,
    pub inputs: &'a [PathBuf],
    pub force: bool,
    pub resume: bool,
    pub pool: &'a ThreadPool,
    pub stop: &'a AtomicBool,
    /// Called with the number of runs done since the last call.
    pub progress: &'a (dyn Fn(u32) + Sync),
    /// Told what the user should know on the way.
    pub notice: &'a dyn Fn(&str),
}

/// What a finished calibration holds.
pub struct Calibrated {
    pub out: PathBuf,
    pub targets: Vec<Target>,
    pub goals: Vec<Goal>,
    pub answer: Answer,
    /// Results at each draw of the posterior, at the final scale.
    pub fits: Vec<Vec<f64>>,
    pub scenario: Scenario,
}

/// Why a calibration gave nothing.
#[derive(Debug)]
pub enum CalibrationError {
    Input(ScenarioError),
    Run(RunError),
}

impl From<ScenarioError> for CalibrationError {
    fn from(error: ScenarioError) -> Self {
        CalibrationError::Input(error)
    }
}

impl<E: Into<RunError>> From<E> for CalibrationError {
    fn from(error: E) -> Self {
        CalibrationError::Run(error.into())
    }
}

/// Draws charts of a calibration into a folder.
pub type DrawFits<'a> = &'a dyn Fn(&Calibrated, &Path) -> Result<Vec<FileRecord>, RunError>;

impl Calibration<'_> {
    /// Number of simulations.
    pub fn runs(plan: &Plan) -> usize {
        plan.repeats + plan.waves.iter().sum::<usize>() + plan.draws
    }

    /// Calibrates, writes, and moves the folder in when it is whole.
    ///
    /// # Errors
    /// Bad input, a folder that exists or cannot be written, or the calibration was stopped; finished
    /// runs wait for `resume` then.
    pub fn execute(&self, draw: DrawFits<'_>) -> Result<Calibrated, CalibrationError> {
        let (started, clock) = (Timestamp::now(), Instant::now());
        let plan = self.plan;
        let at_scale = Overrides { scale: Some(plan.scale), ..self.overrides.clone() };
        let scenario = load(&plan.scenario, &at_scale)?;
        let targets = targets::targets(&scenario)?;
        // Nothing after the last target is looked at.
        let last = targets::last_day(&targets).map_or(scenario.end, |day| day.min(scenario.end));
        let base = Overrides { to: Some(last), ..self.overrides.clone() };
        // Refuses unknown names and bounds beyond those of the parameters before anything runs.
        let (lows, highs) = plan.parameters.iter().map(|p| (p.low, p.high)).unzip();
        plan.load(&base, plan.scale, &[lows, highs])?;
        let goals = targets::goals(&targets, &plan.families, self.train_to);
        let folder = OutputFolder::open(self.out, self.force, self.inputs)?;
        let workshop = Workshop {
            folder: folder.replicates(),
            targets: &targets,
            pool: self.pool,
            stop: self.stop,
            progress: self.progress,
        };
        self.prepare(&workshop.folder, &scenario)?;
        let question = self.question(&scenario, &goals);
        let failed = Mutex::new(None);
        let mut first = 1;
        let answer = self.pool.install(|| {
            question.answer(|wave, points| {
                let batch = if wave == 0 { "before".to_string() } else { format!("wave-{wave}") };
                let run = plan.load(&base, plan.scale, points).map_err(CalibrationError::from).and_then(|drawn| {
                    workshop.run(&batch, &drawn, points.len(), first).map_err(CalibrationError::from)
                });
                first += points.len() as u32;
                run.unwrap_or_else(|error| {
                    if let Ok(mut failed) = failed.lock() {
                        *failed = Some(error);
                    }
                    None
                })
            })
        });
        if let Ok(Some(error)) = failed.into_inner() {
            return Err(error);
        }
        let Some(answer) = answer else { return Err(self.stopped(&folder)) };
        let drawn = plan.load(&base, plan.final_scale, &answer.draws)?;
        let Some(fits) = workshop.run("posterior", &drawn, plan.draws, 1)? else { return Err(self.stopped(&folder)) };
        let mut done = Calibrated { out: self.out.to_path_buf(), targets, goals, answer, fits, scenario };
        let staging = folder.staging();
        let mut files = results::write(&staging, plan, self.train_to, &done)?;
        files.extend(draw(&done, &staging)?);
        files.push(provenance::write_other(&staging, "calibrate", &done.scenario, started, clock.elapsed(), &files)?);
        let (out, untidy) = folder.commit(&files)?;
        for error in untidy {
            (self.notice)(&error.to_string());
        }
        done.out = out;
        Ok(done)
    }

    /// Keeps runs of an interrupted calibration only if they are of this very one.
    fn prepare(&self, folder: &Path, scenario: &Scenario) -> Result<(), FileError> {
        let marker = folder.join("fingerprint");
        let mine = self.fingerprint(scenario);
        let there = std::fs::read_to_string(&marker).ok();
        if self.resume && there.as_deref() == Some(&mine) {
            return Ok(());
        }
        if folder.exists() {
            let why = if self.resume {
                "is of another plan, scenario, data or version"
            } else {
                "is dropped; --resume would use it"
            };
            (self.notice)(&format!("what an interrupted calibration left {why}"));
            remove(folder)?;
        }
        std::fs::create_dir_all(folder).during("create", folder)?;
        std::fs::write(&marker, mine).during("write", &marker)
    }

    fn fingerprint(&self, scenario: &Scenario) -> String {
        let mut text = format!("{} {:?} {:?}\n", provenance::VERSION, provenance::commit(), self.train_to);
        text.push_str(&self.plan.text.text);
        text.push_str(&scenario.resolved);
        for (name, bytes) in &scenario.world.files {
            text.push_str(&format!("{name} {}\n", sha256_hex(bytes)));
        }
        sha256_hex(text.as_bytes())
    }

    fn question(&self, scenario: &Scenario, goals: &[Goal]) -> Question {
        let plan = self.plan;
        let priors: Vec<Prior> =
            plan.parameters.iter().map(|p| Prior { name: p.name.clone(), low: p.low, high: p.high }).collect();
        let start = plan
            .parameters
            .iter()
            .map(|p| scenario.value_of(&p.paths[0]).unwrap_or((p.low + p.high) / 2.0).clamp(p.low, p.high))
            .collect();
        Question {
            priors,
            goals: goals.to_vec(),
            waves: plan.waves.clone(),
            repeats: plan.repeats,
            start,
            draws: plan.draws,
            // The noise of a count falls as the number of households simulated.
            noise_ratio: plan.scale,
            seed: plan.seed,
        }
    }

    fn stopped(&self, folder: &OutputFolder) -> CalibrationError {
        let count = |name: &str| {
            let text = std::fs::read_to_string(folder.replicates().join(name)).unwrap_or_default();
            text.lines().filter(|line| line.ends_with(",end")).count()
        };
        let waves = (1..=self.plan.waves.len()).map(|w| count(&format!("wave-{w}.csv"))).sum::<usize>();
        let kept = waves + count("before.csv") + count("posterior.csv");
        RunError::Stopped { kept, partial: folder.partial().to_path_buf() }.into()
    }
}
