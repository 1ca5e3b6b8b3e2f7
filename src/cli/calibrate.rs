//! `antesala calibrate`: a posterior of uncertain parameters from observations.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use rayon::ThreadPool;

use super::args::CalibrateArgs;
use super::drawn::write_charts;
use super::memory::{self, Means};
use super::progress::Progress;
use super::run::{OUTPUT, failure};
use super::signals::Interrupt;
use super::{Failure, Outcome, print};
use crate::experiment::calibrate::plan::Plan;
use crate::experiment::calibrate::{Calibrated, Calibration, CalibrationError};
use crate::experiment::error::RunError;
use crate::experiment::inference::Held;
use crate::experiment::memory::{Charts, Kept, Work};
use crate::model::size;
use crate::record::staged_file::FileRecord;
use crate::report::fits;
use crate::report::scores::Caption;
use crate::report::words::{Words, fill};
use crate::scenario::{self, Overrides};

/// Calibrates as a plan says.
///
/// # Errors
/// Bad input, or a calibration that could not be done.
pub fn calibrate(args: &CalibrateArgs) -> Outcome {
    memory::refuse_the_impossible(args.memory_limit)?;
    let interrupt = Interrupt::listen()?;
    let plan = plan(args)?;
    let out = args.out.clone().unwrap_or_else(|| PathBuf::from(OUTPUT).join(format!("calibrate-{}", plan.name)));
    // The plan, its scenario and what that is read from: a folder that holds one is not replaced.
    let mut inputs = scenario::files_read(&plan.scenario, &[])?;
    if scenario::calibration_text(&args.plan).is_none() {
        inputs.extend(Path::new(&args.plan).canonicalize());
    }
    let pool = workers(&plan, args, &interrupt)?;
    let progress = Progress::over(Calibration::runs(&plan) as u64, "runs", args.quiet);
    let calibrated = Calibration {
        plan: &plan,
        // One seed for all chance: of designs, chains and runs.
        overrides: Overrides { set: plan.set.clone(), seed: Some(plan.seed), ..Overrides::default() },
        out: &out,
        inputs: &inputs,
        force: args.force,
        resume: args.resume,
        pool: &pool,
        stop: interrupt.flag(),
        last_words: &|words| interrupt.set_last_words(words),
        progress: &|runs| progress.add(runs),
        notice: &|text| progress.say(&format!("note: {text}")),
    }
    .execute(&|done, folder| pool.install(|| draw_charts(&plan, done, folder, Words::of(args.lang))));
    progress.clear();
    let calibrated = calibrated.map_err(|error| match error {
        CalibrationError::Input(error) => Failure::from(error),
        CalibrationError::Run(error) => failure(error, &interrupt),
    })?;
    if !args.quiet {
        print(&told(&plan, &calibrated, &out))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn draw_charts(plan: &Plan, done: &Calibrated, folder: &Path, words: &Words) -> Result<Vec<FileRecord>, RunError> {
    let values = [
        ("version", env!("CARGO_PKG_VERSION")),
        ("name", &plan.name),
        ("draws", &plan.draws.to_string()),
        ("seed", &plan.seed.to_string()),
    ];
    let source = fill(words.calibration_source, &values);
    let caption = Caption { title: &done.scenario.title, source: &source };
    let charts = fits::charts(plan, done, &caption, words).map_err(|e| RunError::Chart(e.to_string()))?;
    write_charts(folder, &charts)
}

/// Threads for the runs of a plan: for the larger of its scales, with its parameters at their bounds.
fn workers(plan: &Plan, args: &CalibrateArgs, interrupt: &Interrupt) -> Result<ThreadPool, Failure> {
    let (lows, highs) = plan.parameters.iter().map(|p| (p.low, p.high)).unzip();
    let overrides = Overrides { set: plan.set.clone(), seed: Some(plan.seed), ..Overrides::default() };
    let scenario = plan.load(&overrides, plan.scale.max(plan.final_scale), &[lows, highs])?;
    let runs = Calibration::runs(plan);
    let (waves, most) = (plan.waves.iter().sum(), plan.waves.iter().copied().max().unwrap_or(0).max(plan.draws));
    let mut held = Held::by(plan.parameters.len(), scenario.world.targets.len(), waves, plan.draws);
    // The points of a wave are the draws of one scenario.
    held.once += (most * size::timeline(&scenario)) as u64;
    let work = Work {
        scenarios: std::slice::from_ref(&scenario),
        branches: 1,
        jobs: runs as u32,
        replicates: runs as u32,
        kept: Kept::Inferred(held),
        charts: Charts::Plain,
    };
    let means = Means { limit: args.memory_limit, threads: args.threads, weight: None, charts: false };
    memory::workers(&work, means, interrupt)
}

/// The plan with what the flags change in it.
fn plan(args: &CalibrateArgs) -> Result<Plan, Failure> {
    let mut plan = Plan::read(&args.plan)?;
    for (name, scale) in [("--scale", args.scale), ("--final-scale", args.final_scale)] {
        if let Some(Err((message, help))) = scale.map(scenario::scale_weight) {
            return Err(Failure::usage(format!("{name}: {message}"), help));
        }
    }
    plan.scale = args.scale.unwrap_or(plan.scale);
    plan.final_scale = args.final_scale.unwrap_or(plan.final_scale);
    plan.set.extend(args.set.iter().cloned());
    plan.train_to = args.train_to.or(plan.train_to);
    plan.seed = args.seed.unwrap_or(plan.seed);
    plan.draws = args.draws.map_or(plan.draws, |n| n as usize);
    if !args.waves.is_empty() {
        plan.waves = args.waves.iter().map(|n| *n as usize).collect();
    }
    Ok(plan)
}

fn told(plan: &Plan, done: &Calibrated, out: &Path) -> String {
    let mut text = format!("Calibration of {}\n\n", done.scenario.title);
    for (i, wave) in done.answer.waves.iter().enumerate() {
        let _ = writeln!(
            text,
            "  wave {}: {} runs, {:.2} % of the prior not ruled out, implausibility {:.1}",
            i + 1,
            wave.runs,
            100.0 * wave.not_ruled_out,
            wave.implausibility
        );
    }
    let _ = writeln!(
        text,
        "  posterior: {} draws, R-hat {:.2}\n\nRead {}; run from {}.",
        plan.draws,
        done.answer.r_hat,
        out.join("report.md").display(),
        out.join("posterior.csv").display()
    );
    text
}
