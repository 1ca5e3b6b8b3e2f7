//! Differences between paired runs: of metrics, of daily series, and by parts of a combination.

use std::path::Path;

use jiff::Span;
use jiff::civil::Date;

use super::digest::Spread;
use super::error::FileError;
use super::quantile::spread;
use super::schema::compare as schema;
use super::staged_file::FileRecord;
use super::table_writer::{TableOptions, TableWriter};

/// What a combination does beyond the sum of its parts.
pub const INTERACTION: &str = "interaction";
/// What it does in all.
pub const TOTAL: &str = "total";

/// A metric of a variant less that of the base, replicate by replicate.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    pub variant: String,
    pub metric: String,
    pub unit: &'static str,
    /// Means over the pairs.
    pub base_mean: Option<f64>,
    pub variant_mean: Option<f64>,
    pub spread: Option<Spread>,
    /// Replicates in which both have a value.
    pub pairs: usize,
    /// Share of the variance of a difference of unpaired runs that the same chance takes away.
    pub variance_saved: Option<f64>,
    /// Width of the 90 % interval of the difference over that of unpaired runs: all pairs of different replicates.
    pub narrower: Option<f64>,
}

impl Difference {
    /// From one value a replicate, `None` where a metric has no meaning.
    pub fn of(
        variant: &str,
        metric: &str,
        unit: &'static str,
        base: &[Option<f64>],
        other: &[Option<f64>],
    ) -> Difference {
        let pairs: Vec<(f64, f64)> = base.iter().zip(other).filter_map(|(b, o)| Some(((*b)?, (*o)?))).collect();
        let n = pairs.len();
        let bases: Vec<f64> = pairs.iter().map(|p| p.0).collect();
        let others: Vec<f64> = pairs.iter().map(|p| p.1).collect();
        let mut changes: Vec<f64> = pairs.iter().map(|(b, o)| o - b).collect();
        let apart = variance(&bases) + variance(&others);
        let saved = (n > 1 && apart > 0.0).then(|| 1.0 - variance(&changes) / apart);
        let mut unpaired: Vec<f64> = (0..n)
            .flat_map(|i| (0..n).filter(move |j| *j != i).map(move |j| (i, j)))
            .map(|(i, j)| others[j] - bases[i])
            .collect();
        let spread_of_changes = spread(&mut changes);
        let width = |s: Option<Spread>| s.map(|s| s.p95 - s.p05);
        let narrower = match (width(spread_of_changes), width(spread(&mut unpaired))) {
            (Some(paired), Some(unpaired)) if paired > 0.0 => Some(unpaired / paired),
            _ => None,
        };
        let mean = |x: &[f64]| (n > 0).then(|| x.iter().sum::<f64>() / n as f64);
        Difference {
            variant: variant.to_string(),
            metric: metric.to_string(),
            unit,
            base_mean: mean(&bases),
            variant_mean: mean(&others),
            spread: spread_of_changes,
            pairs: n,
            variance_saved: saved,
            narrower,
        }
    }
}

/// Sample variance; 0 of fewer than two numbers.
fn variance(x: &[f64]) -> f64 {
    let n = x.len() as f64;
    let mean = x.iter().sum::<f64>() / n;
    if x.len() < 2 { 0.0 } else { x.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0) }
}

/// A daily series of a variant less that of the base.
#[derive(Debug, Clone, PartialEq)]
pub struct DailyDifference {
    pub variant: String,
    pub series: &'static str,
    pub unit: &'static str,
    pub first: Date,
    pub p05: Vec<f64>,
    pub p50: Vec<f64>,
    pub p95: Vec<f64>,
}

impl DailyDifference {
    /// From one row of days a replicate.
    pub fn of(
        variant: &str,
        series: &'static str,
        unit: &'static str,
        first: Date,
        replicates: &[Vec<f32>],
    ) -> DailyDifference {
        let days = replicates.first().map_or(0, Vec::len);
        let spreads: Vec<Spread> = (0..days)
            .map(|d| spread(&mut replicates.iter().map(|r| f64::from(r[d])).collect::<Vec<_>>()).unwrap_or_default())
            .collect();
        let of = |quantile: fn(&Spread) -> f64| spreads.iter().map(quantile).collect();
        let (p05, p50, p95) = (of(|s| s.p05), of(|s| s.p50), of(|s| s.p95));
        DailyDifference { variant: variant.to_string(), series, unit, first, p05, p50, p95 }
    }
}

impl DailyDifference {
    /// From a day on, counted from the first.
    pub fn since(&self, day: usize) -> DailyDifference {
        let tail = |x: &[f64]| x[day.min(x.len())..].to_vec();
        DailyDifference {
            variant: self.variant.clone(),
            first: self.first.saturating_add(Span::new().days(day as i64)),
            p05: tail(&self.p05),
            p50: tail(&self.p50),
            p95: tail(&self.p95),
            ..*self
        }
    }
}

/// What a part of a combination, their interaction, or the whole changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    pub combination: String,
    pub metric: String,
    pub unit: &'static str,
    pub part: String,
    pub spread: Spread,
}

impl Part {
    /// From one change a replicate.
    pub fn of(combination: &str, metric: &str, unit: &'static str, part: &str, changes: &[f64]) -> Part {
        Part {
            combination: combination.to_string(),
            metric: metric.to_string(),
            unit,
            part: part.to_string(),
            spread: spread(&mut changes.to_vec()).unwrap_or_default(),
        }
    }
}

/// Writes `differences.csv`.
///
/// # Errors
/// The file cannot be written.
pub fn write(folder: &Path, options: TableOptions, rows: &[Difference]) -> Result<Vec<FileRecord>, FileError> {
    let mut out = TableWriter::create(folder, &schema::DIFFERENCES, options)?;
    for row in rows {
        let s = row.spread;
        out.text(&row.variant).text(&row.metric).text(row.unit).float(row.base_mean).float(row.variant_mean);
        out.float(s.map(|s| s.mean)).float(s.map(|s| s.p05)).float(s.map(|s| s.p50)).float(s.map(|s| s.p95));
        out.int(row.pairs as u64).float(row.variance_saved).end_row()?;
    }
    out.finish()
}

/// Writes `daily_differences.csv`: days on which nothing differs are left out.
///
/// # Errors
/// The file cannot be written.
pub fn write_daily(
    folder: &Path,
    options: TableOptions,
    rows: &[DailyDifference],
) -> Result<Vec<FileRecord>, FileError> {
    let mut out = TableWriter::create(folder, &schema::DAILY_DIFFERENCES, options)?;
    for row in rows {
        for day in 0..row.p50.len() {
            let (low, median, high) = (row.p05[day], row.p50[day], row.p95[day]);
            if (low, median, high) == (0.0, 0.0, 0.0) {
                continue;
            }
            let date = row.first.saturating_add(Span::new().days(day as i64));
            out.text(&row.variant).date(date).text(row.series).text(row.unit);
            out.float(Some(low)).float(Some(median)).float(Some(high)).end_row()?;
        }
    }
    out.finish()
}

/// Writes `attribution.csv`.
///
/// # Errors
/// The file cannot be written.
pub fn write_parts(folder: &Path, options: TableOptions, rows: &[Part]) -> Result<Vec<FileRecord>, FileError> {
    let mut out = TableWriter::create(folder, &schema::ATTRIBUTION, options)?;
    for row in rows {
        let s = row.spread;
        out.text(&row.combination).text(&row.metric).text(row.unit).text(&row.part);
        out.float(Some(s.mean)).float(Some(s.p05)).float(Some(s.p50)).float(Some(s.p95)).end_row()?;
    }
    out.finish()
}
