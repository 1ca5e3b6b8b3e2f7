//! The runs of a calibration: on all threads, each kept on disk when it is done, so that a killed
//! calibration goes on where it was.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::ThreadPool;
use rayon::prelude::*;

use super::targets::{Target, measure_all};
use crate::model::{self, RunOptions};
use crate::record::error::{During, FileError};
use crate::scenario::input::Scenario;

/// Where results of runs are kept, and how they are made.
pub struct Workshop<'a> {
    pub folder: PathBuf,
    pub targets: &'a [Target],
    pub pool: &'a ThreadPool,
    pub stop: &'a AtomicBool,
    /// Called with the number of runs done since the last call.
    pub progress: &'a (dyn Fn(u32) + Sync),
}

impl Workshop<'_> {
    /// Runs point i (draw i of the scenario) as replicate `first + i`, unless its result is kept.
    /// `None` if stopped.
    ///
    /// # Errors
    /// A result could not be kept.
    pub fn run(
        &self,
        batch: &str,
        scenario: &Scenario,
        points: usize,
        first: u32,
    ) -> Result<Option<Vec<Vec<f64>>>, FileError> {
        fs::create_dir_all(&self.folder).during("create", &self.folder)?;
        let path = self.folder.join(format!("{batch}.csv"));
        trim(&path)?;
        let mut done = kept(&path, self.targets.len());
        done.retain(|point, _| *point < points);
        (self.progress)(done.len() as u32);
        let file = OpenOptions::new().create(true).append(true).open(&path).during("open", &path)?;
        let file = Mutex::new((file, None::<FileError>));
        let made: Vec<(usize, Vec<f64>)> = self.pool.install(|| {
            (0..points)
                .into_par_iter()
                .filter(|point| !done.contains_key(point))
                .filter_map(|point| {
                    if self.stop.load(Ordering::Relaxed) {
                        return None;
                    }
                    let drawn = scenario.with_draw(point);
                    let options = RunOptions { sample_households: 0, stop: self.stop, progress: &|_| {} };
                    let seen = model::run(&drawn, first + point as u32, &options)?;
                    let row = measure_all(&drawn, &seen, self.targets);
                    keep(&file, &path, point, &row, self.stop);
                    (self.progress)(1);
                    Some((point, row))
                })
                .collect()
        });
        if let Some(error) = file.into_inner().ok().and_then(|(_, error)| error) {
            return Err(error);
        }
        done.extend(made);
        if done.len() < points {
            return Ok(None);
        }
        Ok(Some(done.into_values().collect()))
    }
}

/// Takes off what was cut off in writing, so that nothing is glued to it.
fn trim(path: &Path) -> Result<(), FileError> {
    let Ok(bytes) = fs::read(path) else { return Ok(()) };
    let whole = bytes.windows(END.len()).rposition(|w| w == END).map_or(0, |at| at + END.len());
    if whole < bytes.len() {
        let file = OpenOptions::new().write(true).open(path).during("open", path)?;
        file.set_len(whole as u64).during("write", path)?;
    }
    Ok(())
}

/// What a whole row ends with.
const END: &[u8] = b",end\n";

/// Appends a row; a failure stops the others.
fn keep(file: &Mutex<(File, Option<FileError>)>, path: &Path, point: usize, row: &[f64], stop: &AtomicBool) {
    let cells: Vec<String> = row.iter().map(|x| format!("{x:?}")).collect();
    let line = format!("{point},{},end\n", cells.join(","));
    let Ok(mut file) = file.lock() else { return };
    if let Err(error) = file.0.write_all(line.as_bytes()) {
        file.1 = Some(FileError::new("write", path, error));
        stop.store(true, Ordering::Relaxed);
    }
}

/// Whole rows kept.
fn kept(path: &Path, width: usize) -> BTreeMap<usize, Vec<f64>> {
    let mut rows = BTreeMap::new();
    let Ok(bytes) = fs::read(path) else { return rows };
    for line in String::from_utf8_lossy(&bytes).split_inclusive('\n') {
        // What was cut off in writing lacks its end.
        let Some(line) = line.strip_suffix(",end\n") else { continue };
        let mut cells = line.split(',');
        let point = cells.next().and_then(|c| c.parse().ok());
        let row: Option<Vec<f64>> = cells.map(|c| c.parse().ok()).collect();
        if let (Some(point), Some(row)) = (point, row)
            && row.len() == width
        {
            rows.insert(point, row);
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_cut_off_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("wave.csv");
        fs::write(&path, "0,1.5,NaN,end\n1,2.0,3.0,end\n2,4.0,5.0,e\n3,1.0,2").unwrap();
        trim(&path).unwrap();
        assert!(fs::read_to_string(&path).unwrap().ends_with("3.0,end\n"));
        let rows = kept(&path, 2);
        assert_eq!(rows.len(), 2);
        assert!(rows[&0][1].is_nan());
        assert_eq!(rows[&1], [2.0, 3.0]);
    }
}
