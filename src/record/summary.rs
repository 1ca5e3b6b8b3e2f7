//! `summary.csv`: every metric, over replicates.

use std::path::Path;

use super::digest::Spread;
use super::error::FileError;
use super::quantile::spread;
use super::reduced::Reduced;
use super::schema;
use super::staged_file::FileRecord;
use super::table_writer::{TableOptions, TableWriter};

/// A metric over replicates.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricSpread {
    pub name: String,
    pub unit: &'static str,
    /// `None` where no replicate has a value.
    pub spread: Option<Spread>,
    /// Replicates that have a value.
    pub replicates: usize,
}

/// Every metric of a run, over its replicates.
pub fn summary(replicates: &[Reduced]) -> Vec<MetricSpread> {
    let Some(first) = replicates.first() else {
        return Vec::new();
    };
    let over = |(i, metric): (usize, &super::metrics::Metric)| {
        let mut values: Vec<f64> = replicates.iter().filter_map(|r| r.metrics[i].value).collect();
        MetricSpread {
            name: metric.name.clone(),
            unit: metric.unit,
            replicates: values.len(),
            spread: spread(&mut values),
        }
    };
    first.metrics.iter().enumerate().map(over).collect()
}

/// Writes `summary.csv`.
///
/// # Errors
/// The file cannot be written.
pub fn write(folder: &Path, options: TableOptions, metrics: &[MetricSpread]) -> Result<Vec<FileRecord>, FileError> {
    let mut out = TableWriter::create(folder, &schema::SUMMARY, options)?;
    for metric in metrics {
        let s = metric.spread;
        out.text(&metric.name).text(metric.unit);
        out.float(s.map(|s| s.mean)).float(s.map(|s| s.p05)).float(s.map(|s| s.p50)).float(s.map(|s| s.p95));
        out.int(metric.replicates as u64).end_row()?;
    }
    out.finish()
}
