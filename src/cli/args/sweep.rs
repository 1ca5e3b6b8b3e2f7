//! Arguments of `sweep` and `analyze`.

use std::path::PathBuf;

use bytesize::ByteSize;
use clap::{Args, Subcommand, ValueEnum};

use super::{Simulation, memory_size, threads};
use crate::experiment::sweep;
use crate::report::language::Language;

const MOST_SHARDS: i64 = sweep::plan::MOST_SHARDS as i64;

/// Resamples of a bootstrap unless told otherwise.
pub const RESAMPLES: u32 = 1000;

#[derive(Debug, Args)]
pub struct AnalyzeArgs {
    /// Folder of a merged sweep
    pub dir: PathBuf,
    /// Resamples of the bootstrap behind the intervals
    #[arg(long, value_name = "N", default_value_t = RESAMPLES, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub resamples: u32,
    /// Threads; the results do not depend on it [default: one a core]
    #[arg(long, value_name = "T", value_parser = threads)]
    pub threads: Option<usize>,
    /// Folder to write [default: DIR/analysis]
    #[arg(short, long, value_name = "DIR", help_heading = "Output")]
    pub out: Option<PathBuf>,
    /// Replace the output folder of an earlier analysis
    #[arg(long, help_heading = "Output")]
    pub force: bool,
    /// Write tables only
    #[arg(long, help_heading = "Output")]
    pub no_charts: bool,
    /// Language of the charts
    #[arg(long, value_enum, default_value_t, value_name = "LANGUAGE", help_heading = "Output")]
    pub lang: Language,
    /// No summary
    #[arg(short, long, help_heading = "Output")]
    pub quiet: bool,
}

#[derive(Debug, Subcommand)]
pub enum SweepCommand {
    /// Plan, run, merge and analyze on this machine
    All(SweepAllArgs),
    /// Check a design and write the folder of a sweep
    Plan(SweepPlanArgs),
    /// Run a shard, or all that are left
    Run(SweepRunArgs),
    /// Show how far each shard is
    Status(SweepStatusArgs),
    /// Put all shards together in metrics.csv and metrics.parquet
    Merge(SweepMergeArgs),
    /// Write ready scripts for Slurm, HyperQueue, Snakemake or GNU parallel
    Export(SweepExportArgs),
    /// Print the shards left to do as a job array takes them, e.g. 3,7-9
    Retry(SweepFolder),
}

#[derive(Debug, Args)]
pub struct SweepPlanArgs {
    /// Design: a .toml that says how to choose points, or a .csv with one row a point
    pub design: PathBuf,
    /// Built-in scenario or scenario file [default: the design's, or baseline]
    #[arg(long, value_name = "SCENARIO")]
    pub scenario: Option<String>,
    /// Parts that separate processes can run
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=MOST_SHARDS))]
    pub shards: u32,
    /// Metric, as in summary.csv, `*` for all of them, or an expression, e.g. "peak(backlog)" (repeatable) [default: the design's]
    #[arg(long = "metric", value_name = "EXPRESSION")]
    pub metrics: Vec<String>,
    #[command(flatten)]
    pub simulation: Simulation,
    /// Folder to write [default: output/sweep-<design>]
    #[arg(short, long, value_name = "DIR", help_heading = "Output")]
    pub out: Option<PathBuf>,
    /// Replace the output folder of an earlier sweep
    #[arg(long, help_heading = "Output")]
    pub force: bool,
    /// No progress bar, no summary
    #[arg(short, long, help_heading = "Output")]
    pub quiet: bool,
}

#[derive(Debug, Args)]
pub struct SweepAllArgs {
    #[command(flatten)]
    pub plan: SweepPlanArgs,
    /// Refuse if more memory than this would be needed, e.g. 2GiB or 800MB [default: what the system gives]
    #[arg(long, value_name = "SIZE", value_parser = memory_size, allow_hyphen_values = true, help_heading = "Simulation")]
    pub memory_limit: Option<ByteSize>,
    /// Write tables only
    #[arg(long, help_heading = "Output")]
    pub no_charts: bool,
    /// Language of the charts
    #[arg(long, value_enum, default_value_t, value_name = "LANGUAGE", help_heading = "Output")]
    pub lang: Language,
}

#[derive(Debug, Args)]
pub struct SweepFolder {
    /// Folder of a planned sweep
    pub dir: PathBuf,
}

#[derive(Debug, Args)]
pub struct SweepRunArgs {
    /// Folder of a planned sweep
    pub dir: PathBuf,
    /// Shard k of n, counted from 0 [default: all that are left, one after the other]
    #[arg(long, value_name = "K/N", value_parser = shard)]
    pub shard: Option<(usize, usize)>,
    /// Threads; the results do not depend on it [default: one a core]
    #[arg(long, value_name = "T", value_parser = threads)]
    pub threads: Option<usize>,
    /// Refuse if more memory than this would be needed, e.g. 2GiB or 800MB [default: what the system gives]
    #[arg(long, value_name = "SIZE", value_parser = memory_size, allow_hyphen_values = true)]
    pub memory_limit: Option<ByteSize>,
    /// Begin no run that would end later than this, e.g. 55m or 1h30m; exit status 75 if more is to do
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub time_budget: Option<std::time::Duration>,
    /// No progress bar, no summary
    #[arg(short, long)]
    pub quiet: bool,
}

#[derive(Debug, Args)]
pub struct SweepStatusArgs {
    /// Folder of a planned sweep
    pub dir: PathBuf,
    /// Write JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct SweepExportArgs {
    /// What runs the jobs
    #[arg(value_enum)]
    pub engine: Engine,
    /// Folder of a planned sweep; the scripts go into its folder ENGINE
    pub dir: PathBuf,
    /// Slurm: time limit of a job; what is left then is requeued [default: 1h]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub time: Option<std::time::Duration>,
    /// Cores of a job; not for GNU parallel [default: 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub cpus: Option<u16>,
    /// Slurm: memory of a job [default: 2G]
    #[arg(long, value_name = "SIZE", value_parser = memory)]
    pub memory: Option<String>,
    /// Slurm: further option of sbatch, e.g. --option=--account=NAME (repeatable)
    #[arg(long, value_name = "OPTION", allow_hyphen_values = true, value_parser = one_line)]
    pub option: Vec<String>,
    /// Replace scripts written before
    #[arg(long)]
    pub force: bool,
}

/// What runs the jobs of a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    Slurm,
    Hyperqueue,
    Snakemake,
    Parallel,
}

#[derive(Debug, Args)]
pub struct SweepMergeArgs {
    /// Folder of a planned sweep
    pub dir: PathBuf,
    /// Merge what is done although shards are missing; run.json says which
    #[arg(long)]
    pub allow_missing: bool,
    /// No summary
    #[arg(short, long)]
    pub quiet: bool,
}

fn memory(text: &str) -> Result<String, String> {
    let digits = text.strip_suffix(['K', 'M', 'G', 'T']).unwrap_or(text);
    let number: Option<u32> = digits.parse().ok().filter(|n| *n > 0);
    number.map(|_| text.to_string()).ok_or_else(|| "expected a size such as 500M or 4G".into())
}

/// `k/n` with k from 0 to n - 1.
fn shard(text: &str) -> Result<(usize, usize), String> {
    let parts = text.split_once('/').and_then(|(k, n)| Some((k.parse().ok()?, n.parse().ok()?)));
    match parts {
        Some((k, n)) if k < n => Ok((k, n)),
        _ => Err("expected K/N with K from 0 to N-1, e.g. 0/8".into()),
    }
}

fn one_line(text: &str) -> Result<String, String> {
    let fine = !text.is_empty() && !text.contains(char::is_control);
    if fine { Ok(text.to_string()) } else { Err("expected one line of text".into()) }
}

fn duration(text: &str) -> Result<std::time::Duration, String> {
    let span: Option<jiff::SignedDuration> = text.parse().ok();
    span.and_then(|span| span.try_into().ok())
        .filter(|time: &std::time::Duration| !time.is_zero())
        .ok_or_else(|| "expected a time such as 90s, 55m or 1h30m".into())
}
