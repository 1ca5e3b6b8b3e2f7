//! Finds the inflow with which the model gives the exits that were observed.
//!
//! The estimate of `facts/inflow_estimate.csv` was inverted from exits by a mass balance without travel,
//! queues or fear. Here the model itself is the balance: the baseline is run, the inflow of a month is
//! multiplied by how much of the exits it led to were observed (a Richardson-Lucy iteration: Richardson
//! 1972, Lucy 1974), separately for those who use the app and those who cross, and drawn back toward the
//! estimate. Which month's inflow leads to which month's exits is read from the paths of a sample.
//!
//! `cargo run --release --example invert_inflow` writes `inflow_factors.csv`, which `derive_inflow` reads,
//! the shares of app users into the baseline, and bounds around them into its plan of calibration. With `--to 2023-12` later observations are not used, and
//! what it writes is `inflow_factors_2023-12.csv` and the scenario of `hindcast`. What it starts from is the
//! estimate, whatever was found before.

#[path = "../derive_inflow/derive/mod.rs"]
#[allow(dead_code)]
mod derive;
#[path = "../edit_scenario/mod.rs"]
mod edit_scenario;
mod exits;
mod streams;

use std::path::PathBuf;
use std::process::ExitCode;

use antesala::scenario::{Overrides, load};

use derive::Error;
use derive::calendar::Month;
use edit_scenario::ScenarioFile;
use exits::{Observed, Simulated};
use streams::Streams;

/// Share of the households of a run, replicates of a round, rounds.
const SCALE: f64 = 0.1;
const REPLICATES: u32 = 4;
const ROUNDS: usize = 24;
/// How far the odds of a share that was found may be off, for the bounds of its prior (assumed).
const MOST_ODDS: f64 = 1.8;

fn main() -> ExitCode {
    let last = match std::env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [] => Ok(None),
        [flag, month] if flag == "--to" => Month::parse(month).map(Some),
        other => Err(format!("unexpected arguments {other:?}; usage: invert_inflow [--to MONTH]").into()),
    };
    match last.and_then(invert) {
        Ok(path) => {
            println!("written: {}", path.display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn invert(to: Option<Month>) -> Result<PathBuf, Error> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("scenarios/data/mexico");
    let observed = Observed::read(&folder, to)?;
    let overrides = Overrides { scale: Some(SCALE), ..Overrides::default() };
    let untouched = load("baseline", &overrides).map_err(|e| format!("{e:?}"))?;
    let mut scenario = untouched.clone();
    scenario.end = observed.last_day()?;
    let mut streams = Streams::new(&untouched, &folder, &observed)?;
    for round in 1..=ROUNDS {
        streams.write_to(&mut scenario, &untouched)?;
        let simulated = Simulated::run(&scenario, &observed.months, REPLICATES);
        println!("round {round}: {}", simulated.errors(&observed));
        streams.follow(&simulated, &observed);
    }
    let known_to = to.unwrap_or(Month::parse(derive::LAST_KNOWN)?);
    let path = derive::factors::folder().join(derive::factors::file(known_to));
    std::fs::write(&path, streams.table()?).map_err(|e| format!("{}: {e}", path.display()))?;
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let [scenario, plan] = match to {
        Some(_) => ["examples/hindcast/scenario.toml", "examples/hindcast/plan.toml"],
        None => ["scenarios/baseline.toml", "scenarios/calibration/baseline.toml"],
    };
    let (mut scenario, mut plan) = (ScenarioFile::read(&here.join(scenario))?, ScenarioFile::read(&here.join(plan))?);
    for (at, share) in streams.shares() {
        scenario.set(&at, share)?;
        let odds = share / (1.0 - share);
        let [low, high] = [odds / MOST_ODDS, odds * MOST_ODDS].map(|odds| odds / (1.0 + odds));
        plan.bound(&at, low, high);
        // Without later observations people of 2024 are taken to do as in autumn 2023.
        if let (Some(_), Some(name)) = (to, at.strip_prefix("policy.intent-august-2023.")) {
            scenario.set(&format!("policy.intent-2024.{name}"), share)?;
        }
    }
    scenario.write()?;
    plan.write()?;
    Ok(path)
}
