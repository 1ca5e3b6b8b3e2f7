//! The merged results of a sweep, by metric, point and replicate.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::experiment::sweep::SweepError;
use crate::experiment::sweep::manifest::{MANIFEST, Manifest, MetricRow};
use crate::experiment::sweep::points::Points;
use crate::record::error::During as _;
use crate::record::read;
use crate::record::schema::Format;
use crate::record::schema::sweep::METRICS;
use crate::record::staged_file::{read_regular, sha256_of};

/// A sweep with its results.
pub struct Results {
    pub manifest: Manifest,
    pub points: Points,
    /// Metric, then point, then replicate; `None` where a run is missing or the metric has no meaning.
    values: Vec<Vec<Vec<Option<f64>>>>,
    /// Runs without any row.
    pub missing: usize,
}

/// Refuses tables that are not those that were merged, and those of another manifest.
fn check_merged(folder: &Path) -> Result<(), SweepError> {
    let path = folder.join("run.json");
    let changed = |path: PathBuf| SweepError::NotAsMerged { folder: folder.to_path_buf(), path };
    let bytes = read_regular(&path).map_err(|_| changed(path.clone()))?;
    let document: serde_json::Value = serde_json::from_slice(&bytes).map_err(|_| changed(path.clone()))?;
    let files = document["files"].as_array().cloned().unwrap_or_default();
    let recorded = |name: &str| files.iter().find(|f| f["path"] == name).and_then(|f| f["sha256"].as_str());
    let tables = [Format::Csv, Format::Parquet].map(|format| METRICS.file(format));
    for name in tables.iter().map(String::as_str).chain([MANIFEST]) {
        let path = folder.join(name);
        if path.exists() && recorded(name) != Some(&sha256_of(&path).during("read", &path)?) {
            return Err(changed(path));
        }
    }
    Ok(())
}

impl Results {
    /// Reads what `sweep merge` wrote.
    ///
    /// # Errors
    /// There is no sweep or it is not merged, or its tables do not fit its manifest.
    pub fn read(folder: &Path) -> Result<Results, SweepError> {
        let (manifest, _) = Manifest::read(folder)?;
        manifest.check_files(folder)?;
        let points = Points::read(folder, &manifest)?;
        let file = folder.join(METRICS.file(Format::Csv));
        if !file.exists() && !folder.join(METRICS.file(Format::Parquet)).exists() {
            return Err(SweepError::NotMerged(folder.to_path_buf()));
        }
        check_merged(folder)?;
        let empty = vec![vec![None; manifest.replicates as usize]; manifest.points];
        let mut values = vec![empty; manifest.metrics.len()];
        let point_of: HashMap<u64, usize> = points.ids.iter().enumerate().map(|(i, id)| (*id, i)).collect();
        let metric_of: HashMap<&str, usize> =
            manifest.metrics.iter().enumerate().map(|(i, m)| (m.name.as_str(), i)).collect();
        let replicates = manifest.replicates as usize;
        let mut seen = vec![false; manifest.points * replicates];
        let mut foreign = 0;
        read::rows(folder, &METRICS, |row| {
            let [point, replicate, _, metric, value] = row else { return };
            let place = point.int().and_then(|id| point_of.get(&id)).zip(metric_of.get(metric.text()));
            let replicate = replicate.int().filter(|r| (1..=u64::from(manifest.replicates)).contains(r));
            match (place, replicate) {
                (Some((point, metric)), Some(replicate)) => {
                    values[*metric][*point][replicate as usize - 1] = value.number();
                    seen[*point * replicates + replicate as usize - 1] = true;
                }
                _ => foreign += 1,
            }
        })?;
        if foreign > 0 {
            let why = format!("{foreign} of its rows are not of this sweep: merge it again");
            return Err(SweepError::Damaged { path: file, why });
        }
        let missing = seen.iter().filter(|s| !**s).count();
        Ok(Results { manifest, points, values, missing })
    }

    pub fn metrics(&self) -> &[MetricRow] {
        &self.manifest.metrics
    }

    /// Replicates of a metric at a point.
    pub fn at(&self, metric: usize, point: usize) -> &[Option<f64>] {
        &self.values[metric][point]
    }

    /// All runs of a metric, a row a point; `None` if any has no value.
    pub fn whole(&self, metric: usize) -> Option<Vec<Vec<f64>>> {
        self.values[metric].iter().map(|row| row.iter().copied().collect()).collect()
    }

    /// Numbers of a parameter at every point: true is 1; `None` for dates and choices.
    pub fn numbers(&self, parameter: usize) -> Option<Vec<f64>> {
        let number = |cell: &str| match cell {
            "true" => Some(1.0),
            "false" => Some(0.0),
            _ => cell.parse().ok().filter(|x: &f64| x.is_finite()),
        };
        (0..self.manifest.points).map(|point| number(self.points.cell(point, parameter))).collect()
    }
}
