//! Fits parameters to observations: a posterior to run from, and what was learned.

pub mod plan;
mod results;
pub mod targets;
pub mod work;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use jiff::Timestamp;
use rayon::ThreadPool;

use super::error::RunError;
use super::inference::{Answer, Goal, Prior, Question};
use super::run::LastWords;
use crate::record::error::{During, FileError};
use crate::record::output_folder::{OutputFolder, remove};
use crate::record::provenance::{self, Account};
use crate::record::staged_file::{FileRecord, sha256_hex};
use crate::scenario::input::Scenario;
use crate::scenario::{Overrides, Problem, ScenarioError, load};
use plan::Plan;
use targets::Target;
use work::Workshop;

/// A calibration to be done.
pub struct Calibration<'a> {
    pub plan: &'a Plan,
    /// What the command line changes in the scenario (never the scale).
    pub overrides: Overrides,
    pub out: &'a Path,
    pub inputs: &'a [PathBuf],
    pub force: bool,
    pub resume: bool,
    pub pool: &'a ThreadPool,
    pub stop: &'a AtomicBool,
    /// Given, at the start, what to say if the program has to end before the calibration has.
    pub last_words: &'a dyn Fn(LastWords),
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

/// A calibration that can be done.
struct Task {
    scenario: Scenario,
    targets: Vec<Target>,
    goals: Vec<Goal>,
    /// What runs change in the scenario, but for the scale.
    base: Overrides,
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
        let task = self.task()?;
        let folder = OutputFolder::open(self.out, self.force, self.inputs)?;
        let (runs, partial) = (folder.replicates(), folder.partial().to_path_buf());
        let (of_words, place) = (runs.clone(), partial.clone());
        (self.last_words)(Box::new(move || {
            let kept = Some(kept(&of_words)).filter(|kept| *kept > 0)?;
            Some(RunError::Stopped { kept, states: 0, partial: place.clone() }.to_string())
        }));
        self.carry_out(task, folder, draw).map_err(|error| match (error, kept(&runs)) {
            (CalibrationError::Run(error @ (RunError::File(_) | RunError::Chart(_))), kept @ 1..) => {
                RunError::Kept { error: Box::new(error), kept, partial }.into()
            }
            (error, _) => error,
        })
    }

    /// What is to be done, if it can be: refuses what is wrong before anything runs.
    fn task(&self) -> Result<Task, CalibrationError> {
        let plan = self.plan;
        let at_scale = Overrides { scale: Some(plan.scale), ..self.overrides.clone() };
        let scenario = load(&plan.scenario, &at_scale)?;
        let targets = targets::targets(&scenario)?;
        plan.check(targets.iter().map(|t| t.row.family.as_str()))?;
        // Nothing after the last target is looked at.
        let last = targets::last_day(&targets).map_or(scenario.end, |day| day.min(scenario.end));
        let base = Overrides { to: Some(last), ..self.overrides.clone() };
        // Unknown names, and bounds beyond those of the parameters.
        let (lows, highs) = plan.parameters.iter().map(|p| (p.low, p.high)).unzip();
        plan.load(&base, plan.scale, &[lows, highs])?;
        let goals = targets::goals(&targets, &plan.families, self.plan.train_to);
        if goals.iter().all(|goal| goal.weight <= 0.0) {
            return Err(ScenarioError::from(self.nothing_to_fit(&targets)).into());
        }
        Ok(Task { scenario, targets, goals, base })
    }

    fn carry_out(&self, task: Task, folder: OutputFolder, draw: DrawFits<'_>) -> Result<Calibrated, CalibrationError> {
        let began = (Timestamp::now(), Instant::now());
        let plan = self.plan;
        let Task { scenario, targets, goals, base } = task;
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
        let mut files = results::write(&staging, folder.target(), plan, &done)?;
        files.extend(draw(&done, &staging)?);
        files.extend(provenance::write_other(&staging, "calibrate", &done.scenario, &self.account(began), &files)?);
        if self.stop.load(Ordering::Relaxed) {
            return Err(self.stopped(&folder));
        }
        let (out, untidy) = folder.commit(&files)?;
        for error in untidy {
            (self.notice)(&error.to_string());
        }
        done.out = out;
        Ok(done)
    }

    fn account(&self, began: (Timestamp, Instant)) -> Account {
        Account::since(began, Calibration::runs(self.plan) as u32, self.pool.current_num_threads())
    }

    /// Why no target carries weight.
    fn nothing_to_fit(&self, targets: &[Target]) -> Problem {
        let first = targets.iter().filter(|t| !t.row.used).map(|t| t.row.to).min();
        let message = match (self.plan.train_to, first) {
            (Some(end), Some(first)) if first > end => format!("--train-to {end}: the first target ends on {first}"),
            _ => "every target was used to make the inputs: there is nothing to fit to".to_string(),
        };
        Problem::nowhere(message).help("give a later month, or targets that are not `used`")
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

    /// What makes two calibrations the same: program, scenario, data, and the plan as carried out.
    fn fingerprint(&self, scenario: &Scenario) -> String {
        let plan = self.plan;
        let mut text = format!("{} {:?} {:?}\n", provenance::VERSION, provenance::commit(), self.plan.train_to);
        text.push_str(&plan.text.text);
        let carried_out = (plan.scale, plan.final_scale, &plan.waves, plan.repeats, plan.draws, plan.seed);
        text.push_str(&format!("{carried_out:?} {:?}\n", self.overrides));
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
        RunError::Stopped { kept: kept(&folder.replicates()), states: 0, partial: folder.partial().to_path_buf() }
            .into()
    }
}

/// Finished runs in a folder.
fn kept(folder: &Path) -> usize {
    let Ok(files) = std::fs::read_dir(folder) else { return 0 };
    let csv = files.flatten().filter(|file| file.path().extension().is_some_and(|e| e == "csv"));
    let whole = |file: std::fs::DirEntry| {
        let text = std::fs::read_to_string(file.path()).unwrap_or_default();
        text.lines().filter(|line| line.ends_with(",end")).count()
    };
    csv.map(whole).sum()
}
