//! What a user may type: commands, arguments and flags.

mod report;
mod sweep;

use std::path::PathBuf;

use bytesize::ByteSize;
use clap::builder::PossibleValue;
use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

pub use report::ReportArgs;
pub use sweep::*;

use crate::experiment::calibrate::plan;
use crate::report::language::Language;
use crate::scenario::{MOST_REPLICATES, Overrides, PosteriorUse};

/// Most runs of a wave, and draws.
const MOST: i64 = plan::MOST as i64;

/// Simulate people moving through a country while they wait for appointments at its border.
#[derive(Debug, Parser)]
#[command(name = "antesala", version, about, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    /// Without a command, `run` with the built-in baseline.
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Simulate one scenario and write tables and charts
    Run(RunArgs),
    /// Fit uncertain parameters to observations: a posterior to run from
    Calibrate(CalibrateArgs),
    /// Score a scenario against observations
    Validate(ValidateArgs),
    /// Run scenarios beside a base with the same chance: differences with intervals
    Compare(CompareArgs),
    /// Many runs over a design of points: plan, run in shards, merge
    #[command(subcommand)]
    Sweep(SweepCommand),
    /// Show what a merged sweep says: which parameters drive which metrics
    Analyze(AnalyzeArgs),
    /// Make a page for planners from a run, a comparison or a sweep: one file, without network
    Report(ReportArgs),
    /// Check scenarios and summarise them, without running anything
    Check(CheckArgs),
    /// List the built-in scenarios and worlds
    List,
    /// Write a commented scenario to start from
    New(NewArgs),
    /// Print the JSON Schema of a scenario file
    Schema,
    /// Describe the parameters of the model
    Params(ParamsArgs),
}

/// Name of the scenario run when none is given.
pub const DEFAULT_SCENARIO: &str = "baseline";

#[derive(Debug, Args)]
pub struct RunArgs {
    /// Built-in scenario or scenario file
    #[arg(default_value = DEFAULT_SCENARIO)]
    pub scenario: String,
    /// Answer points, a line of JSON each, from a file or - for standard input; writes nothing else
    #[arg(long, value_name = "FILE", conflicts_with_all = ["out", "force", "resume", "no_charts", "format", "hxl", "sample", "lang", "quiet"], help_heading = "Batch")]
    pub batch: Option<String>,
    /// Metric of the answers, as in summary.csv, `*` for all of them, or an expression (repeatable)
    #[arg(long = "metric", value_name = "EXPRESSION", requires = "batch", help_heading = "Batch")]
    pub metrics: Vec<String>,
    /// Save the whole state at the end of this day, in OUT/checkpoints/DATE (repeatable)
    #[arg(long, value_name = "DATE", value_parser = date, conflicts_with = "batch", help_heading = "Checkpoints")]
    pub checkpoint: Vec<Date>,
    /// Begin at a checkpoint of an earlier run, OUT/checkpoints/DATE, of this scenario or one that is the same until then
    #[arg(long, value_name = "DIR", conflicts_with = "batch", help_heading = "Checkpoints")]
    pub from_checkpoint: Option<PathBuf>,
    #[command(flatten)]
    pub common: Common,
}

impl Default for RunArgs {
    fn default() -> Self {
        RunArgs {
            scenario: DEFAULT_SCENARIO.into(),
            batch: None,
            metrics: Vec::new(),
            checkpoint: Vec::new(),
            from_checkpoint: None,
            common: Common::default(),
        }
    }
}

/// What every command that simulates may change.
#[derive(Debug, Clone, Default, Args)]
pub struct Simulation {
    /// Seed of all chance [default: the scenario's]
    #[arg(long, value_name = "N", value_parser = seed, help_heading = "Simulation")]
    pub seed: Option<u64>,
    /// Replicates, numbered from 1 [default: the scenario's]
    #[arg(long, value_name = "R", value_parser = replicates, help_heading = "Simulation")]
    pub replicates: Option<u32>,
    /// Threads; the results do not depend on it [default: one a core]
    #[arg(long, value_name = "T", value_parser = threads, help_heading = "Simulation")]
    pub threads: Option<usize>,
    /// Simulate one household in k, written as 1/k: 0.5, 0.1, 0.05 ... [default: the scenario's]
    #[arg(long, value_name = "F", allow_negative_numbers = true, help_heading = "Simulation")]
    pub scale: Option<f64>,
    /// First day written to the tables; the simulation starts at the scenario's start all the same
    #[arg(long, value_name = "DATE", value_parser = date, help_heading = "Simulation")]
    pub from: Option<Date>,
    /// Last day of the run
    #[arg(long, value_name = "DATE", value_parser = date, help_heading = "Simulation")]
    pub to: Option<Date>,
    /// Set a parameter from the start on, e.g. app.slots=1000 (repeatable)
    #[arg(long, value_name = "PATH=VALUE", help_heading = "Simulation")]
    pub set: Vec<String>,
    /// Run from the posterior shipped with the scenario
    #[arg(long, help_heading = "Simulation")]
    pub posterior: bool,
    /// Let scenario files refer to files in this folder too (repeatable)
    #[arg(long, value_name = "DIR", help_heading = "Simulation")]
    pub allow_path: Vec<PathBuf>,
}

/// Flags of a command whose output is that of a run.
#[derive(Debug, Clone, Default, Args)]
pub struct Common {
    #[command(flatten)]
    pub simulation: Simulation,
    /// Refuse if more memory than this would be needed, e.g. 2GiB or 800MB [default: what the system gives]
    #[arg(long, value_name = "SIZE", value_parser = memory_size, allow_hyphen_values = true, help_heading = "Simulation")]
    pub memory_limit: Option<ByteSize>,
    /// Folder to write [default: output/<scenario>]
    #[arg(short, long, value_name = "DIR", help_heading = "Output")]
    pub out: Option<PathBuf>,
    /// Replace the output folder of an earlier run
    #[arg(long, help_heading = "Output")]
    pub force: bool,
    /// Go on with an interrupted run
    #[arg(long, help_heading = "Output")]
    pub resume: bool,
    /// Write tables only
    #[arg(long, help_heading = "Output")]
    pub no_charts: bool,
    /// Language of the charts
    #[arg(long, value_enum, default_value_t, value_name = "LANGUAGE", help_heading = "Output")]
    pub lang: Language,
    /// Format of the big tables
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT", help_heading = "Output")]
    pub format: Format,
    /// Write twins of the tables with a row of HXL hashtags
    #[arg(long, help_heading = "Output")]
    pub hxl: bool,
    /// Write the paths of N households a replicate
    #[arg(long, value_name = "N", default_value_t, hide_default_value = true, help_heading = "Output")]
    pub sample: u32,
    /// No progress bar, no summary
    #[arg(short, long, help_heading = "Output")]
    pub quiet: bool,
}

impl Simulation {
    /// What the flags change in a scenario.
    pub fn overrides(&self) -> Overrides {
        Overrides {
            seed: self.seed,
            replicates: self.replicates,
            scale: self.scale,
            from: self.from,
            to: self.to,
            set: self.set.clone(),
            posterior: if self.posterior { PosteriorUse::Shipped } else { PosteriorUse::AsWritten },
            allow_path: self.allow_path.clone(),
        }
    }
}

#[derive(Debug, Args)]
pub struct CalibrateArgs {
    /// Built-in plan, or a plan file (TOML)
    #[arg(default_value = DEFAULT_SCENARIO)]
    pub plan: String,
    /// Give no weight to targets after this month
    #[arg(long, value_name = "YYYY-MM", value_parser = month)]
    pub train_to: Option<Date>,
    /// Runs of each wave, e.g. 300,300,300 [default: the plan's]
    #[arg(long, value_name = "N,N,...", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(8..=MOST))]
    pub waves: Vec<u32>,
    /// Draws of the posterior [default: the plan's]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(4..=MOST))]
    pub draws: Option<u32>,
    /// Scale of the waves [default: the plan's]
    #[arg(long, value_name = "F")]
    pub scale: Option<f64>,
    /// Scale of the runs at the draws of the posterior [default: the plan's]
    #[arg(long, value_name = "F")]
    pub final_scale: Option<f64>,
    /// Seed of all chance [default: the plan's]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64))]
    pub seed: Option<u64>,
    /// Threads; the results do not depend on it [default: one a core]
    #[arg(long, value_name = "T", value_parser = threads)]
    pub threads: Option<usize>,
    /// Refuse if more memory than this would be needed, e.g. 2GiB or 800MB [default: what the system gives]
    #[arg(long, value_name = "SIZE", value_parser = memory_size, allow_hyphen_values = true)]
    pub memory_limit: Option<ByteSize>,
    /// Set a parameter from the start on, e.g. app.slots=1000 (repeatable)
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Folder to write [default: output/calibrate-<plan>]
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Replace the output folder if it exists
    #[arg(long)]
    pub force: bool,
    /// Go on with an interrupted calibration
    #[arg(long)]
    pub resume: bool,
    /// Language of the charts
    #[arg(long, value_enum, default_value_t, value_name = "LANGUAGE")]
    pub lang: Language,
    /// No progress bar, no summary
    #[arg(short, long)]
    pub quiet: bool,
}

#[derive(Debug, Args)]
pub struct ValidateArgs {
    /// Built-in scenario or scenario file
    #[arg(default_value = DEFAULT_SCENARIO)]
    pub scenario: String,
    /// Score targets after this month apart
    #[arg(long, value_name = "YYYY-MM", value_parser = month)]
    pub train_to: Option<Date>,
    /// Plan whose discrepancies the intervals allow for [default: that of the built-in scenario it builds on]
    #[arg(long, value_name = "PLAN")]
    pub plan: Option<String>,
    #[command(flatten)]
    pub simulation: Simulation,
    /// Refuse if more memory than this would be needed, e.g. 2GiB or 800MB [default: what the system gives]
    #[arg(long, value_name = "SIZE", value_parser = memory_size, allow_hyphen_values = true, help_heading = "Simulation")]
    pub memory_limit: Option<ByteSize>,
    /// Folder to write [default: output/validate-<scenario>]
    #[arg(short, long, value_name = "DIR", help_heading = "Output")]
    pub out: Option<PathBuf>,
    /// Replace the output folder of an earlier run
    #[arg(long, help_heading = "Output")]
    pub force: bool,
    /// Write tables only
    #[arg(long, help_heading = "Output")]
    pub no_charts: bool,
    /// Language of the charts
    #[arg(long, value_enum, default_value_t, value_name = "LANGUAGE", help_heading = "Output")]
    pub lang: Language,
    /// No progress bar, no summary
    #[arg(short, long, help_heading = "Output")]
    pub quiet: bool,
}

#[derive(Debug, Args)]
pub struct CompareArgs {
    /// The scenario that the others are compared with: built-in, or a file
    pub base: String,
    /// Scenarios beside it; A+B is A with the settings of B, and then A and B are run alone too
    #[arg(required = true)]
    pub variants: Vec<String>,
    #[command(flatten)]
    pub common: Common,
}

/// Format of the big tables.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    #[default]
    Csv,
    Parquet,
}

impl ValueEnum for Language {
    fn value_variants<'a>() -> &'a [Language] {
        &Language::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.code()))
    }
}

#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Built-in scenarios or scenario files
    #[arg(default_value = DEFAULT_SCENARIO)]
    pub scenarios: Vec<String>,
    /// Set a parameter from the start on, e.g. app.slots=1000 (repeatable)
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Let scenario files refer to files in this folder too (repeatable)
    #[arg(long, value_name = "DIR")]
    pub allow_path: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub struct NewArgs {
    /// Name of the scenario; NAME.toml is written here
    pub name: String,
    /// Scenario to build on
    #[arg(long, value_name = "SCENARIO", default_value = DEFAULT_SCENARIO)]
    pub from: String,
}

#[derive(Debug, Args)]
pub struct ParamsArgs {
    #[command(subcommand)]
    pub command: ParamsCommand,
}

#[derive(Debug, Subcommand)]
pub enum ParamsCommand {
    /// List every parameter: name, unit, bounds, default, source, meaning
    Describe(DescribeArgs),
}

#[derive(Debug, Args)]
pub struct DescribeArgs {
    /// Parameters or groups of parameters to describe [default: all]
    pub names: Vec<String>,
    /// Write JSON
    #[arg(long)]
    pub json: bool,
    /// Write the problem of SALib: names and bounds of those that are numbers
    #[arg(long, conflicts_with = "json", requires = "names")]
    pub salib: bool,
    /// Scenario whose world names the keyed parameters and whose values are the defaults
    #[arg(long, value_name = "SCENARIO", default_value = DEFAULT_SCENARIO)]
    pub scenario: String,
    /// Let scenario files refer to files in this folder too (repeatable)
    #[arg(long, value_name = "DIR")]
    pub allow_path: Vec<PathBuf>,
}

fn date(text: &str) -> Result<Date, String> {
    // Only the plain form: a time or an offset behind the date is refused.
    let plain = if text.len() == 10 { text.parse().ok() } else { None };
    plain.ok_or_else(|| "expected a date there is, as YYYY-MM-DD, e.g. 2024-05-21".to_string())
}

fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("expected a whole number from 0 to {}", u64::MAX))
}

fn replicates(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(n) if (1..=MOST_REPLICATES).contains(&i128::from(n)) => Ok(n),
        _ => Err(format!("expected a whole number from 1 to {MOST_REPLICATES}")),
    }
}

/// The last day of a month.
fn month(text: &str) -> Result<Date, String> {
    plan::last_day_of(text).ok_or_else(|| "expected a month as YYYY-MM, from 01 to 12, e.g. 2023-12".to_string())
}

fn threads(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n @ 1..=1024) => Ok(n),
        _ => Err("expected a number of threads from 1 to 1024".into()),
    }
}

/// Smallest and largest limit of memory.
const MEMORY: [ByteSize; 2] = [ByteSize::mib(1), ByteSize::pib(1)];

fn memory_size(text: &str) -> Result<ByteSize, String> {
    let [least, most] = MEMORY;
    text.parse::<ByteSize>().ok().filter(|size| (least..=most).contains(size)).ok_or_else(|| {
        "expected a size from 1 MiB to 1 PiB, a number and a unit: 800MB, 1.5 GB (1000 MB), 2GiB (1024 MiB)".into()
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn run_takes_the_baseline_when_none_is_named() {
        let Cli { command: Some(Command::Run(args)) } = Cli::parse_from(["antesala", "run"]) else { panic!() };
        assert_eq!(args.scenario, DEFAULT_SCENARIO);
        assert!(Cli::parse_from(["antesala"]).command.is_none());
    }
}
