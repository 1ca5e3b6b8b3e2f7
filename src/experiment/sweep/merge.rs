//! All shards of a sweep in one long table.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;
use std::time::Instant;

use super::Sweep;
use super::error::SweepError;
use super::manifest::{MANIFEST, Manifest};
use super::shard::{self, State, settle};
use crate::record::error::{During, FileError};
use crate::record::provenance::{self, Account};
use crate::record::read::Cell;
use crate::record::schema::Format;
use crate::record::schema::sweep::METRICS;
use crate::record::staged_file::FileRecord;
use crate::record::table_writer::{TableOptions, TableWriter};
use crate::record::{datapackage, output_folder, ro_crate};

/// How the names of folders begin in which a merge is written.
const STAGING: &str = ".merge-";

/// A merged sweep.
pub struct Merged {
    pub rows: usize,
    /// Shards left out.
    pub missing: Vec<usize>,
}

/// The states of all shards.
///
/// # Errors
/// A file cannot be read.
pub fn states(folder: &Path, manifest: &Manifest, sweep: &str) -> Result<Vec<State>, FileError> {
    (0..manifest.shards).map(|shard| shard::state(folder, manifest, sweep, shard)).collect()
}

/// Writes `metrics.csv` and `metrics.parquet`, and what describes them, into the folder of the sweep.
///
/// # Errors
/// Shards are missing and may not be, or a file cannot be read or written; then nothing is changed.
pub fn merge(folder: &Path, sweep: &Sweep, allow_missing: bool) -> Result<Merged, SweepError> {
    let began = (jiff::Timestamp::now(), Instant::now());
    // One merge at a time; another waits. What a killed one left is in nobody's use then.
    let path = folder.join(MANIFEST);
    let turn = File::open(&path).during("read", &path)?;
    turn.lock().during("lock", &path)?;
    for entry in std::fs::read_dir(folder).during("read", folder)?.flatten() {
        if entry.file_name().to_string_lossy().starts_with(STAGING) {
            output_folder::remove(&entry.path())?;
        }
    }
    let (manifest, states) = (&sweep.manifest, states(folder, &sweep.manifest, &sweep.id)?);
    let of = |wanted: fn(&State) -> bool| -> Vec<usize> {
        states.iter().enumerate().filter(|(_, s)| wanted(s)).map(|(i, _)| i).collect()
    };
    let missing = of(|s| *s != State::Done);
    if !missing.is_empty() && (!allow_missing || missing.len() == manifest.shards) {
        return Err(SweepError::Missing {
            folder: folder.to_path_buf(),
            missing: of(|s| matches!(s, State::Open(_) | State::Running(_))),
            damaged: of(|s| matches!(s, State::Damaged | State::Foreign)),
            of: manifest.shards,
        });
    }
    let staging = tempfile::Builder::new().prefix(STAGING).tempdir_in(folder).during("create", folder)?;
    let written = write(folder, staging.path(), sweep, &missing)?;
    let (rows, mut files) = written;
    let built = sweep.scenario.with(&[])?;
    let account = Account::since(began, manifest.replicates, 1);
    let what = "Metrics of every run of a sweep; design.csv has the parameters of each point.";
    files.push(datapackage::write_other(staging.path(), &manifest.name, &manifest.title, what, &files)?);
    files.push(record_of(folder, MANIFEST)?);
    for source in &manifest.files {
        files.push(record_of(folder, &source.path)?);
    }
    let complete = |document: &mut serde_json::Value| {
        document["complete"] = missing.is_empty().into();
        document["missing_shards"] = missing.clone().into();
    };
    provenance::write_with(staging.path(), "sweep", &built, &account, &files, complete)?;
    for format in [Format::Parquet, Format::Csv] {
        settle(&staging.path().join(METRICS.file(format)), &folder.join(METRICS.file(format)))?;
    }
    for name in ["datapackage.json", ro_crate::FILE, "run.json"] {
        settle(&staging.path().join(name), &folder.join(name))?;
    }
    Ok(Merged { rows, missing })
}

fn record_of(folder: &Path, name: &str) -> Result<FileRecord, FileError> {
    let path = folder.join(name);
    let bytes = std::fs::read(&path).during("read", &path)?;
    let sha256 = crate::record::staged_file::sha256_hex(&bytes);
    Ok(FileRecord { name: name.into(), bytes: bytes.len() as u64, sha256 })
}

/// The rows of points that were run together, to be put in the order of points and replicates.
struct Block<'a> {
    points: HashMap<u64, usize>,
    together: usize,
    tables: [&'a mut TableWriter; 2],
    /// Number of the block, and its rows.
    at: usize,
    held: Vec<(usize, u64, Vec<Cell>)>,
    rows: usize,
}

impl Block<'_> {
    fn take(&mut self, row: &[Cell]) -> Result<(), FileError> {
        let (Some(id), Some(replicate)) = (row[0].int(), row[1].int()) else { return Ok(()) };
        let point = self.points.get(&id).copied().unwrap_or_default();
        if point / self.together != self.at {
            self.write()?;
            self.at = point / self.together;
        }
        self.held.push((point, replicate, row.to_vec()));
        Ok(())
    }

    fn write(&mut self) -> Result<(), FileError> {
        // Metrics of a run keep their order.
        self.held.sort_by_key(|(point, replicate, _)| (*point, *replicate));
        self.rows += self.held.len();
        for (_, _, row) in self.held.drain(..) {
            let [point, replicate, seed, metric, value] = row.as_slice() else { continue };
            for table in &mut self.tables {
                let int = |cell: &Cell| cell.int().unwrap_or_default();
                table.int(int(point)).int(int(replicate)).int(int(seed)).text(metric.text()).real(value.number());
                table.end_row()?;
            }
        }
        Ok(())
    }
}

/// Shard after shard, block by block, into both formats.
fn write(
    folder: &Path,
    staging: &Path,
    sweep: &Sweep,
    missing: &[usize],
) -> Result<(usize, Vec<FileRecord>), FileError> {
    let options = |format| TableOptions { format, hxl: false };
    let mut csv = TableWriter::create(staging, &METRICS, options(Format::Csv))?;
    let mut parquet = TableWriter::create(staging, &METRICS, options(Format::Parquet))?;
    let mut failed = None;
    let mut block = Block {
        points: sweep.points.ids.iter().enumerate().map(|(i, id)| (*id, i)).collect(),
        together: sweep.manifest.points_together,
        tables: [&mut csv, &mut parquet],
        at: 0,
        held: Vec::new(),
        rows: 0,
    };
    for shard in (0..sweep.manifest.shards).filter(|shard| missing.binary_search(shard).is_err()) {
        shard::rows(folder, shard, |row| {
            if failed.is_none() {
                failed = block.take(row).err();
            }
        })?;
        if let Some(error) = failed {
            return Err(error);
        }
    }
    block.write()?;
    let rows = block.rows;
    let mut files = csv.finish()?;
    files.append(&mut parquet.finish()?);
    Ok((rows, files))
}
