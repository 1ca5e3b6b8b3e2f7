//! `antesala sweep`: many runs over a design, in shards.

mod room;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use rayon::ThreadPool;
use serde_json::json;

use super::analyze;
use super::args::{
    self, AnalyzeArgs, DEFAULT_SCENARIO, RESAMPLES, SweepAllArgs, SweepCommand, SweepExportArgs, SweepMergeArgs,
    SweepPlanArgs, SweepRunArgs, SweepStatusArgs,
};
use super::memory::{self, Watch};
use super::progress::Progress;
use super::run::{OUTPUT, failure, pool};
use super::signals::Interrupt;
use super::{Failure, Outcome, print, say};
use crate::experiment::error::RunError;
use crate::experiment::memory::Charts;
use crate::experiment::sweep::design::Draft;
use crate::experiment::sweep::error::ranges;
use crate::experiment::sweep::export::{self, Engine, FEWEST_MINUTES, Resources};
use crate::experiment::sweep::manifest::{MANIFEST, Manifest};
use crate::experiment::sweep::merge::{self, states};
use crate::experiment::sweep::plan::{Checked, Planned, Planning};
use crate::experiment::sweep::shard::{self, Budget, Ended, State, Worker};
use crate::experiment::sweep::{Sweep, SweepError};
use crate::scenario;
use room::Runs;

/// Exit status where the time was spent, or others are at work, before all was done: try again later.
pub const UNFINISHED: u8 = 75;

/// Runs a `sweep` command.
///
/// # Errors
/// Bad input, or work that could not be done.
pub fn sweep(command: &SweepCommand) -> Outcome {
    match command {
        SweepCommand::All(args) => all(args),
        SweepCommand::Plan(args) => plan(args),
        SweepCommand::Run(args) => run(args),
        SweepCommand::Status(args) => status(args),
        SweepCommand::Merge(args) => merge(args),
        SweepCommand::Export(args) => export(args),
        SweepCommand::Retry(args) => retry(&args.dir),
    }
}

/// What the user is told of a sweep that cannot go on.
pub fn refused(error: SweepError, interrupt: &Interrupt) -> Failure {
    let message = error.to_string();
    match error {
        SweepError::Input(error) => error.into(),
        SweepError::Run(error) => failure(error, interrupt),
        SweepError::NoSweep(_) => Failure::usage(message, "make one with `antesala sweep plan DESIGN -o DIR`"),
        SweepError::Damaged { .. } => Failure::failed(
            message,
            "plan the sweep again into another folder; shards of this one would be of something else",
        ),
        SweepError::NotAsMerged { ref folder, .. } => {
            Failure::failed(message, format!("merge again: `antesala sweep merge {}`", folder.display()))
        }
        SweepError::OtherVersion { .. } => Failure::usage(
            message,
            "use the version it was planned with, or plan it again: results of two versions are never mixed",
        ),
        SweepError::Foreign { .. } => Failure::failed(
            message,
            "put the manifest of these results back, or move the folder `shards` away: what is in it is not overwritten",
        ),
        SweepError::NotMerged(ref folder) => {
            let help = format!("run it, then `antesala sweep merge {}`", folder.display());
            Failure::usage(message, help)
        }
        SweepError::NotWhole { .. } => {
            Failure::failed(message, "run the shards that `antesala sweep retry` names, and merge again")
        }
        SweepError::Busy { .. } => Failure::failed(message, "wait for it to end, or run another shard"),
        SweepError::Missing { folder, .. } => {
            let folder = folder.display();
            Failure::failed(
                message,
                format!("run them with `antesala sweep run {folder}`, or merge the others with --allow-missing"),
            )
        }
    }
}

fn plan(args: &SweepPlanArgs) -> Outcome {
    let interrupt = Interrupt::listen()?;
    let (planned, ()) = planned(args, &interrupt, |_| Ok(()))?;
    if !args.quiet {
        print(&planned_words(&planned))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Plans a sweep, if `before` has nothing against it when all points are checked and nothing is written yet.
fn planned<T>(
    args: &SweepPlanArgs,
    interrupt: &Interrupt,
    before: impl FnOnce(&Checked<'_>) -> Result<T, Failure>,
) -> Result<(Planned, T), Failure> {
    let draft = Draft::read(&args.design)?;
    let out = args.out.clone().unwrap_or_else(|| Path::new(OUTPUT).join(format!("sweep-{}", draft.name)));
    if out.to_str().is_none() {
        return Err(Failure::usage("the name of the output folder is no UTF-8", "choose another with --out"));
    }
    let scenario = args.scenario.clone().or(draft.scenario.clone()).unwrap_or_else(|| DEFAULT_SCENARIO.into());
    let mut overrides = args.simulation.overrides();
    overrides.replicates = overrides.replicates.or(draft.replicates);
    overrides.scale = overrides.scale.or(draft.scale);
    overrides.set.splice(0..0, draft.set.iter().cloned());
    let mut inputs = scenario::files_read(&scenario, &args.simulation.allow_path)?;
    inputs.extend(args.design.canonicalize());
    let pool = pool(args.simulation.threads)?;
    let progress = Progress::over(0, "points checked", args.quiet);
    let checked_more = |points: u32| progress.add(points);
    let notice = |text: &str| progress.say(&format!("warning: {text}"));
    let checked = Planning {
        draft,
        scenario: &scenario,
        overrides,
        metrics: &args.metrics,
        shards: args.shards as usize,
        out: &out,
        inputs: &inputs,
        force: args.force,
        stop: interrupt.flag(),
        progress: &checked_more,
        notice: &notice,
    }
    .check(&pool);
    progress.clear();
    drop(pool);
    let refused = |error| match error {
        SweepError::Run(RunError::Exists(path)) if path.join(MANIFEST).is_file() => Failure::usage(
            format!("there is a sweep in {} already", out.display()),
            format!(
                "go on with it by `antesala sweep run {0}`, `antesala sweep merge {0}` and `antesala analyze {0}`; --force replaces it",
                out.display()
            ),
        ),
        error => refused(error, interrupt),
    };
    let checked = checked.map_err(refused)?;
    let more = before(&checked)?;
    let mut planned = checked.write().map_err(refused)?;
    planned.out = out.clone();
    Ok((planned, more))
}

fn all(args: &SweepAllArgs) -> Outcome {
    memory::refuse_the_impossible(args.memory_limit)?;
    let interrupt = Interrupt::listen()?;
    let (quiet, threads, memory_limit) = (args.plan.quiet, args.plan.simulation.threads, args.memory_limit);
    let charts = if args.no_charts { Charts::Nothing } else { Charts::Plain };
    // Nothing is planned that cannot be run.
    let suffices = |checked: &Checked<'_>| {
        let of = |point: usize| checked.scenario_of(point);
        Runs { points: checked.points(), replicates: checked.replicates(), scenario: &of, charts }.workers(
            memory_limit,
            threads,
            &interrupt,
        )
    };
    let (planned, pool) = planned(&args.plan, &interrupt, suffices)?;
    let dir = planned.out;
    let sweep = Sweep::open(&dir).map_err(|error| refused(error, &interrupt))?;
    let run = SweepRunArgs { dir: dir.clone(), shard: None, threads, memory_limit, time_budget: None, quiet };
    let unfinished = work(&run, &sweep, 0..sweep.manifest.shards, &pool, &interrupt).inspect_err(|_| {
        let dir = dir.display();
        say(format_args!("the sweep is planned in {dir}: `antesala sweep run {dir}` goes on with it"));
    })?;
    if !unfinished.is_empty() {
        let dir = dir.display();
        say(format_args!(
            "stopped; finished runs are kept: go on with `antesala sweep run {dir}`, `antesala sweep merge {dir}` and `antesala analyze {dir}`"
        ));
        return Err(Failure::Ended(interrupt.exit_status().unwrap_or(UNFINISHED)));
    }
    drop(pool);
    let merged = merged(&dir, false)?;
    if let Some(status) = interrupt.exit_status() {
        say(format_args!("stopped; the sweep is merged: go on with `antesala analyze {}`", dir.display()));
        return Err(Failure::Ended(status));
    }
    let (no_charts, lang) = (args.no_charts, args.lang);
    let analysis = AnalyzeArgs { dir, resamples: RESAMPLES, threads, out: None, force: false, no_charts, lang, quiet };
    let analysed = analyze::analysed(&analysis, &interrupt)?;
    if !quiet {
        print(&format!("{merged}\n{analysed}"))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn planned_words(planned: &Planned) -> String {
    let Manifest { points, replicates, shards, metrics, .. } = &planned.manifest;
    let (runs, out) = (planned.manifest.runs(), planned.out.display());
    let metrics = metrics.len();
    let mut text = String::new();
    for parameter in &planned.manifest.parameters {
        let range = match (&parameter.bounds, &parameter.values) {
            (Some((low, high)), _) => format!("{low} to {high}"),
            (None, Some(values)) => values.join(", "),
            (None, None) => "as given".to_string(),
        };
        let now = parameter.now.as_ref().map_or(String::new(), |now| format!("; {now} in the scenario at the start"));
        let _ = writeln!(text, "  {}: {}{now}", parameter.name, format!("{range} {}", parameter.unit).trim_end());
    }
    format!(
        "Planned: {points} points x {replicates} replicates = {runs} runs in {shards} shards, {metrics} metrics each\n{text}\n\
         Run it here with `antesala sweep run {out}`, or a shard with `antesala sweep run {out} --shard 0/{shards}`;\n\
         then `antesala sweep merge {out}`.\n"
    )
}

fn run(args: &SweepRunArgs) -> Outcome {
    memory::refuse_the_impossible(args.memory_limit)?;
    let interrupt = Interrupt::listen()?;
    let sweep = Sweep::open(&args.dir).map_err(|error| refused(error, &interrupt))?;
    let shards = sweep.manifest.shards;
    let wanted = match args.shard {
        Some((_, n)) if n != shards => {
            let message = format!("--shard is of {n}, but the sweep was planned with {shards} shards");
            return Err(Failure::usage(message, format!("write --shard K/{shards} with K from 0 to {}", shards - 1)));
        }
        Some((k, _)) => k..k + 1,
        None => 0..shards,
    };
    let of = |point: usize| sweep.scenario.with(&sweep.points.settings(point));
    let (points, replicates) = (sweep.manifest.points, sweep.manifest.replicates);
    let pool = Runs { points, replicates, scenario: &of, charts: Charts::Nothing }.workers(
        args.memory_limit,
        args.threads,
        &interrupt,
    )?;
    let unfinished = work(args, &sweep, wanted, &pool, &interrupt)?;
    if unfinished.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(status) = interrupt.exit_status() {
        say(format_args!("stopped; finished runs are kept: go on with the same command"));
        return Err(Failure::Ended(status));
    }
    say(format_args!("not all is done: shards {}; go on with the same command", ranges(&unfinished)));
    Ok(ExitCode::from(UNFINISHED))
}

/// Works on shards one after the other; those that are not done at the end.
///
/// # Errors
/// A shard was asked for alone and another process has it, or a file cannot be written.
pub fn work(
    args: &SweepRunArgs,
    sweep: &Sweep,
    wanted: std::ops::Range<usize>,
    pool: &ThreadPool,
    interrupt: &Interrupt,
) -> Result<Vec<usize>, Failure> {
    let runs = sweep.manifest.runs_of(wanted.start).start..sweep.manifest.runs_of(wanted.end - 1).end;
    let progress = Progress::over(runs.len() as u64, "runs", args.quiet);
    let began = std::time::Instant::now();
    let memory = Watch::new(args.memory_limit, pool.current_num_threads(), interrupt.flag());
    let (all, jobs) = (sweep.manifest.points, sweep.manifest.runs());
    let worker = Worker {
        folder: &args.dir,
        manifest: &sweep.manifest,
        sweep: &sweep.id,
        scenario: &sweep.scenario,
        points: &sweep.points,
        metrics: &sweep.metrics,
        pool,
        stop: interrupt.flag(),
        budget: Budget::new(args.time_budget),
        suffices: &|_, scenarios| match room::all_were_tried(all) {
            true => Ok(()),
            false => memory.suffices(&room::work_of(scenarios, jobs, sweep.manifest.replicates, Charts::Nothing)),
        },
        progress: &|runs| progress.add(runs),
    };
    let (mut unfinished, mut before) = (Vec::new(), 0);
    for shard in wanted {
        if shard::is_stopped(&worker) {
            unfinished.push(shard);
            continue;
        }
        match worker.work(shard) {
            Ok((ended, damaged)) => {
                if damaged {
                    progress.say(&format!("note: shard {shard}: its file is not as it was written; it was run again"));
                }
                before += usize::from(ended == Ended::DoneBefore);
                if ended == Ended::Done && !args.quiet {
                    let (runs, seconds) = (sweep.manifest.runs_of(shard).len(), began.elapsed().as_secs_f64());
                    progress.say(&format!(
                        "shard {shard}/{}: done, {runs} runs, {seconds:.0} s since the start",
                        sweep.manifest.shards
                    ));
                }
                if let Ended::Unfinished(_) = ended {
                    unfinished.push(shard);
                }
            }
            Err(SweepError::Busy { shard }) => {
                progress.say(&format!("note: shard {shard} is being run by another process"));
                unfinished.push(shard);
            }
            Err(error) => {
                progress.clear();
                return Err(refused(error, interrupt));
            }
        }
    }
    progress.clear();
    if before > 0 && !args.quiet {
        say(format_args!("note: {before} of the shards were done before"));
    }
    Ok(unfinished)
}

fn status(args: &SweepStatusArgs) -> Outcome {
    let (manifest, id) = opened(&args.dir)?;
    let states = states(&args.dir, &manifest, &id).map_err(|e| refused(e.into(), &Interrupt::default()))?;
    let runs = |shard: usize, state: &State| match state {
        State::Done => manifest.runs_of(shard).len(),
        State::Running(runs) | State::Open(runs) => *runs,
        State::Damaged | State::Foreign => 0,
    };
    let done: usize = states.iter().enumerate().map(|(shard, state)| runs(shard, state)).sum();
    if args.json {
        let row = |(shard, state): (usize, &State)| json!({ "shard": shard, "state": word(state), "runs": manifest.runs_of(shard).len(), "runs_done": runs(shard, state) });
        let rows: Vec<_> = states.iter().enumerate().map(row).collect();
        let document = json!({ "runs": manifest.runs(), "runs_done": done, "shards": rows });
        print(&format!("{document:#}\n"))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut text = format!("{}: {done} of {} runs done\n", args.dir.display(), manifest.runs());
    for wanted in ["done", "running", "open", "damaged", "foreign"] {
        let of: Vec<usize> = (0..states.len()).filter(|i| word(&states[*i]) == wanted).collect();
        if of.is_empty() {
            continue;
        }
        let (some, all): (usize, usize) =
            of.iter().fold((0, 0), |(a, b), i| (a + runs(*i, &states[*i]), b + manifest.runs_of(*i).len()));
        let several = if of.len() == 1 { "shard" } else { "shards" };
        let partly =
            if matches!(wanted, "open" | "running") { format!(" ({some} of {all} runs)") } else { String::new() };
        let _ = writeln!(text, "  {wanted:<8} {:>5} {several}: {}{partly}", of.len(), ranges(&of));
    }
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn word(state: &State) -> &'static str {
    match state {
        State::Done => "done",
        State::Damaged => "damaged",
        State::Foreign => "foreign",
        State::Running(_) => "running",
        State::Open(_) => "open",
    }
}

fn opened(dir: &Path) -> Result<(Manifest, String), Failure> {
    Manifest::read(dir).map_err(|error| refused(error, &Interrupt::default()))
}

fn merge(args: &SweepMergeArgs) -> Outcome {
    let text = merged(&args.dir, args.allow_missing)?;
    if !args.quiet {
        print(&text)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Merges a sweep and says what came of it.
///
/// # Errors
/// Shards are missing, or a file cannot be written.
pub fn merged(dir: &Path, allow_missing: bool) -> Result<String, Failure> {
    let refuse = |error| refused(error, &Interrupt::default());
    let sweep = Sweep::open(dir).map_err(refuse)?;
    let merged = merge::merge(dir, &sweep, allow_missing).map_err(refuse)?;
    if !merged.missing.is_empty() {
        say(format_args!(
            "warning: shards {} are missing: the tables are not of the whole design",
            ranges(&merged.missing)
        ));
    }
    let file: PathBuf = dir.join("metrics.csv");
    Ok(format!("Merged: {} rows in {} and metrics.parquet\n", merged.rows, file.display()))
}

fn export(args: &SweepExportArgs) -> Outcome {
    let (manifest, _) = opened(&args.dir)?;
    let engine = match args.engine {
        args::Engine::Slurm => Engine::Slurm,
        args::Engine::Hyperqueue => Engine::HyperQueue,
        args::Engine::Snakemake => Engine::Snakemake,
        args::Engine::Parallel => Engine::Parallel,
    };
    let folder = args.dir.join(engine.folder());
    if engine.names().any(|name| folder.join(name).exists()) && !args.force {
        return Err(Failure::usage(
            format!("{} exists already", folder.display()),
            "replace its scripts with --force; logs in it stay",
        ));
    }
    refuse_unused(args)?;
    let time = args.time.unwrap_or(std::time::Duration::from_secs(3600));
    let minutes = u32::try_from(time.as_secs() / 60).unwrap_or(u32::MAX);
    if !(FEWEST_MINUTES..=MOST_MINUTES).contains(&minutes) {
        let message = format!("--time lies from {FEWEST_MINUTES} minutes to {} days", MOST_MINUTES / 60 / 24);
        return Err(Failure::usage(message, "for instance --time 4h"));
    }
    let program = std::env::current_exe()
        .map_err(|e| Failure::failed(format!("cannot tell where this program lies: {e}"), "check the system"))?;
    let (options, memory) = (args.option.clone(), args.memory.clone().unwrap_or_else(|| "2G".into()));
    let resources = Resources { minutes, cpus: usize::from(args.cpus.unwrap_or(1)), memory, options };
    let files = export::export(&args.dir, &manifest, engine, &program, &resources)
        .map_err(|e| refused(e, &Interrupt::default()))?;
    let mut text = String::new();
    for file in &files {
        let _ = writeln!(text, "{}", file.display());
    }
    let first = match args.engine {
        args::Engine::Snakemake => format!("snakemake --snakefile {} --cores N", folder.join("Snakefile").display()),
        args::Engine::Parallel => folder.join("run.sh").display().to_string(),
        args::Engine::Slurm | args::Engine::Hyperqueue => folder.join("submit.sh").display().to_string(),
    };
    if engine == Engine::Slurm && manifest.shards > MAX_ARRAY_SIZE {
        say(format_args!(
            "note: {} shards: many sites allow arrays of {MAX_ARRAY_SIZE} (`scontrol show config | grep MaxArraySize`); plan with fewer",
            manifest.shards
        ));
    }
    let _ = writeln!(text, "\nStart it with {first}; then `antesala analyze {}`.", args.dir.display());
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// Refuses options that the scripts of an engine have no place for.
fn refuse_unused(args: &SweepExportArgs) -> Result<(), Failure> {
    let slurm = args.engine == args::Engine::Slurm;
    let given = [
        ("--time", args.time.is_some() && !slurm),
        ("--memory", args.memory.is_some() && !slurm),
        ("--option", !args.option.is_empty() && !slurm),
        ("--cpus", args.cpus.is_some() && args.engine == args::Engine::Parallel),
    ];
    match given.iter().find(|(_, unused)| *unused) {
        Some((flag, _)) => Err(Failure::usage(
            format!("{flag} has no place in these scripts"),
            "give it to the engine when the scripts are started",
        )),
        None => Ok(()),
    }
}

/// Largest job array where a site has not said otherwise.
const MAX_ARRAY_SIZE: usize = 1000;
/// Longest time limit.
const MOST_MINUTES: u32 = 60 * 24 * 60;

fn retry(dir: &Path) -> Outcome {
    let (manifest, id) = opened(dir)?;
    let states = states(dir, &manifest, &id).map_err(|e| refused(e.into(), &Interrupt::default()))?;
    let left: Vec<usize> = (0..states.len()).filter(|i| states[*i] != State::Done).collect();
    if left.is_empty() {
        say("note: every shard is done");
    } else {
        print(&format!("{}\n", ranges(&left)))?;
    }
    Ok(ExitCode::SUCCESS)
}
