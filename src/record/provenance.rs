//! `run.json`: what was run, by what, on what, for how long; and the same as an RO-Crate. No other file has times in it.

use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::error::FileError;
use super::ro_crate;
use super::staged_file::{FileRecord, sha256_hex, write_json};
use crate::scenario::input::Scenario;

/// Version of this program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The commit this program was built from; `None` for a build outside its repository.
pub fn commit() -> Option<&'static str> {
    option_env!("ANTESALA_COMMIT")
}

impl Account {
    /// Of `replicates` on so many threads, begun then.
    pub fn since(began: (Timestamp, Instant), replicates: u32, threads: usize) -> Self {
        let (started, clock) = began;
        Account {
            replicates,
            resumed: 0,
            threads,
            sample_households: 0,
            began_at: None,
            started,
            wall: clock.elapsed(),
        }
    }
}

/// Most memory that this process was expected to hold.
static MEMORY_ESTIMATE: OnceLock<u64> = OnceLock::new();

/// Notes how much memory, in bytes, this process is expected to hold at most; the first time counts.
pub fn expect_memory(bytes: u64) {
    // A process does one thing: what it expects does not change.
    let _ = MEMORY_ESTIMATE.set(bytes);
}

/// How a run went.
#[derive(Debug, Clone)]
pub struct Account {
    pub replicates: u32,
    /// Of them, taken from an interrupted run.
    pub resumed: u32,
    pub threads: usize,
    pub sample_households: u32,
    /// Date of the checkpoint it began at, if any.
    pub began_at: Option<Date>,
    pub started: Timestamp,
    pub wall: Duration,
}

/// Writes the last files of a run, `run.json` and `ro-crate-metadata.json`.
///
/// # Errors
/// A file cannot be written.
pub fn write(
    folder: &Path,
    scenario: &Scenario,
    account: &Account,
    files: &[FileRecord],
) -> Result<[FileRecord; 2], FileError> {
    write_other(folder, "run", scenario, account, files)
}

/// Writes those of something else than a run.
///
/// # Errors
/// A file cannot be written.
pub fn write_other(
    folder: &Path,
    kind: &str,
    scenario: &Scenario,
    account: &Account,
    files: &[FileRecord],
) -> Result<[FileRecord; 2], FileError> {
    write_with(folder, kind, scenario, account, files, |_| {})
}

/// The same, with more said in `run.json`.
///
/// # Errors
/// A file cannot be written.
pub fn write_with(
    folder: &Path,
    kind: &str,
    scenario: &Scenario,
    account: &Account,
    files: &[FileRecord],
    more: impl FnOnce(&mut Value),
) -> Result<[FileRecord; 2], FileError> {
    let mut document = document(scenario, account, files);
    document["kind"] = kind.into();
    more(&mut document);
    let run = write_json(folder, "run.json", &document)?;
    let all = [files, std::slice::from_ref(&run)].concat();
    let metadata = ro_crate::metadata(&document, &all);
    let metadata = write_json(folder, ro_crate::FILE, &metadata)?;
    Ok([run, metadata])
}

fn document(scenario: &Scenario, account: &Account, files: &[FileRecord]) -> Value {
    let seconds = |t: Timestamp| t.round(jiff::Unit::Second).unwrap_or(t).to_string();
    let finished = account.started.checked_add(account.wall).unwrap_or(account.started);
    let data: serde_json::Map<String, Value> =
        scenario.world.files.iter().map(|(name, bytes)| (name.clone(), sha256_hex(bytes).into())).collect();
    let files: Vec<Value> =
        files.iter().map(|f| json!({ "path": f.name, "bytes": f.bytes, "sha256": f.sha256 })).collect();
    json!({
        "kind": "run",
        "program": env!("CARGO_PKG_NAME"),
        "version": VERSION,
        "commit": commit(),
        "scenario": scenario.name,
        "title": scenario.title,
        "question": scenario.question,
        "world": scenario.world.name,
        "start": scenario.start.to_string(),
        "end": scenario.end.to_string(),
        "recorded_from": scenario.record_from.to_string(),
        "seed": scenario.seed,
        "replicates": account.replicates,
        "replicates_resumed": account.resumed,
        "scale": 1.0 / f64::from(scenario.weight.max(1)),
        "persons_per_simulated_person": scenario.weight,
        "sample_households": account.sample_households,
        "began_at_checkpoint": account.began_at.map(|date| date.to_string()),
        "threads": account.threads,
        "started": seconds(account.started),
        "finished": seconds(finished),
        "wall_seconds": (account.wall.as_secs_f64() * 1000.0).round() / 1000.0,
        "peak_memory_bytes": peak_memory(),
        "memory_bound_bytes": MEMORY_ESTIMATE.get(),
        "scenario_sha256": sha256_hex(scenario.resolved.as_bytes()),
        "data_sha256": data,
        "files": files,
    })
}

/// Most memory this process has held, in bytes, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}
