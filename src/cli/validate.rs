//! `antesala validate`: a scenario against observations.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::args::ValidateArgs;
use super::drawn::write_charts;
use super::memory::{self, Means};
use super::progress::Progress;
use super::run::{OUTPUT, failure};
use super::signals::Interrupt;
use super::{Failure, Outcome, print, say};
use crate::experiment::calibrate::plan::{Family, Plan};
use crate::experiment::calibrate::targets::{last_day, targets};
use crate::experiment::error::RunError;
use crate::experiment::memory::{Charts, Kept, Work};
use crate::experiment::validate::{Score, Validated, Validation};
use crate::record::staged_file::FileRecord;
use crate::report::scores::{self, Caption};
use crate::report::words::{Words, fill};
use crate::scenario;
use crate::scenario::Scenario;

/// Scores a scenario.
///
/// # Errors
/// Bad input, or a run that could not be done.
pub fn validate(args: &ValidateArgs) -> Outcome {
    memory::refuse_the_impossible(args.memory_limit)?;
    let interrupt = Interrupt::listen()?;
    let flags = &args.simulation;
    let mut overrides = flags.overrides();
    let loaded = scenario::load(&args.scenario, &overrides)?;
    let targets = targets(&loaded)?;
    // What comes after the last target is not looked at.
    if overrides.to.is_none() {
        overrides.to = last_day(&targets).map(|day| day.min(loaded.end));
    }
    let scenario = scenario::load(&args.scenario, &overrides)?;
    scenario.warnings.iter().for_each(|warning| say(format_args!("warning: {warning}")));
    let families = families(args)?;
    let out = args.out.clone().unwrap_or_else(|| PathBuf::from(OUTPUT).join(format!("validate-{}", scenario.name)));
    let work = Work {
        scenarios: std::slice::from_ref(&scenario),
        branches: 1,
        jobs: scenario.replicates,
        replicates: scenario.replicates,
        // Replicates that are done wait for their turn to be scored.
        kept: Kept::Scored,
        charts: if args.no_charts { Charts::Nothing } else { Charts::Plain },
    };
    let means = Means { limit: args.memory_limit, threads: flags.threads, weight: Some(scenario.weight), charts: true };
    let pool = memory::workers(&work, means, &interrupt)?;
    let progress = Progress::new(scenario.days() as u64 * u64::from(scenario.replicates), args.quiet);
    let draw = |scores: &[Score], folder: &Path| match args.no_charts {
        true => Ok(Vec::new()),
        false => pool.install(|| draw_charts(&scenario, scores, folder, Words::of(args.lang))),
    };
    let validated = Validation {
        scenario: &scenario,
        targets,
        families: &families,
        train_to: args.train_to,
        out: &out,
        inputs: &scenario::files_read(&args.scenario, &flags.allow_path)?,
        force: args.force,
        pool: &pool,
        stop: interrupt.flag(),
        progress: &|days| progress.add(days),
        notice: &|text| progress.say(&format!("note: {text}")),
    }
    .execute(&draw);
    progress.clear();
    let validated = validated.map_err(|error| failure(error, &interrupt))?;
    if !args.quiet {
        print(&told(&scenario, &validated, args, &out))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The discrepancies that intervals allow for: those of the plan named, or of the nearest built-in scenario
/// that has one.
fn families(args: &ValidateArgs) -> Result<BTreeMap<String, Family>, Failure> {
    let name = match &args.plan {
        Some(name) => Some(name.clone()),
        None => {
            let known = scenario::calibration_names();
            let built_on = scenario::built_on(&args.scenario, &args.simulation.allow_path)?;
            built_on.into_iter().find(|name| known.contains(name))
        }
    };
    match name {
        Some(name) => Ok(Plan::read(&name)?.families),
        None => {
            say("note: no plan of a calibration goes with this scenario: intervals allow for no discrepancy (--plan)");
            Ok(BTreeMap::new())
        }
    }
}

fn draw_charts(
    scenario: &Scenario,
    scores: &[Score],
    folder: &Path,
    words: &Words,
) -> Result<Vec<FileRecord>, RunError> {
    let mut replicates = words.replicates(scenario.replicates);
    if scenario.posterior.is_some() {
        replicates = fill(words.validation_draws, &[("replicates", &replicates)]);
    }
    let values = [
        ("version", env!("CARGO_PKG_VERSION")),
        ("scenario", &scenario.name),
        ("seed", &scenario.seed.to_string()),
        ("replicates", &replicates),
    ];
    let source = fill(words.validation_source, &values);
    let caption = Caption { title: &scenario.title, source: &source };
    let charts = scores::charts(scores, &caption, words).map_err(|e| RunError::Chart(e.to_string()))?;
    write_charts(folder, &charts)
}

fn told(scenario: &Scenario, done: &Validated, args: &ValidateArgs, out: &Path) -> String {
    let mut text = format!("{}, {} replicates\n\n", scenario.title, scenario.replicates);
    let _ = writeln!(text, "  {:<16}{:>9}{:>18}{:>18}", "family", "targets", "in 90 % interval", "in tolerance");
    for (name, f) in &done.families {
        let tolerance =
            if f.with_tolerance > 0 { format!("{}/{}", f.within_tolerance, f.with_tolerance) } else { "".into() };
        let _ =
            writeln!(text, "  {name:<16}{:>9}{:>18}{tolerance:>18}", f.scored, format!("{}/{}", f.inside, f.scored));
    }
    let shares = |scores: &[&Score]| {
        let inside = scores.iter().filter(|s| s.inside() == Some(true)).count();
        format!("{inside} of {} ({:.0} %)", scores.len(), 100.0 * inside as f64 / scores.len().max(1) as f64)
    };
    let counted: Vec<&Score> = done.scores.iter().filter(|s| !s.target.row.used && s.simulated.is_some()).collect();
    let _ = writeln!(text, "\n  not used for the inflow, inside their interval: {}", shares(&counted));
    let without = counted.iter().filter(|s| s.inside_runs() == Some(true)).count();
    let bounds = counted.iter().filter(|s| s.target.row.kind.starts_with("at_")).count();
    let _ = writeln!(
        text,
        "  without the discrepancy that the interval allows for: {without} of {}; {bounds} of them are only bounds",
        counted.len()
    );
    if args.train_to.is_some() {
        let (after, before): (Vec<&Score>, Vec<&Score>) = counted.iter().partition(|s| s.after_training);
        let _ = writeln!(text, "  of them to the month given: {}; after it: {}", shares(&before), shares(&after));
    }
    let fair: Vec<_> = done.series.iter().filter(|s| !s.used).collect();
    let better = fair.iter().filter(|s| s.skill() > 0.0).count();
    let _ = writeln!(text, "  series nearer than a guess without a model: {better} of {}", fair.len());
    let _ = writeln!(text, "\nRead {}.", out.join("validation.csv").display());
    text
}
