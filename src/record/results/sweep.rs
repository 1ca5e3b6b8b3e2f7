//! A merged sweep, read back: what was varied, and what its analysis found.

use std::path::Path;

use serde::Deserialize;

use super::run::number;
use super::{About, ReadError, damaged};
use crate::record::digest::Spread;
use crate::record::error::{During as _, FileError};
use crate::record::read::fields;
use crate::record::schema::sweep::{RESPONSES, SENSITIVITY};
use crate::record::staged_file::read_regular;

/// A parameter that was varied.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Varied {
    pub name: String,
    #[serde(default)]
    pub unit: String,
    /// Range of the design, where it has one.
    #[serde(default)]
    pub bounds: Option<(f64, f64)>,
}

/// The parts of `manifest.json` that are told.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Plan {
    name: String,
    points: usize,
    parameters: Vec<Varied>,
}

/// What a metric owes to a parameter, by one measure.
#[derive(Debug, Clone, PartialEq)]
pub struct DriverRow {
    pub metric: String,
    pub parameter: String,
    pub measure: String,
    pub unit: String,
    pub value: f64,
    /// Ends of the 90 % interval, where there is one.
    pub interval: Option<(f64, f64)>,
}

/// A metric at a point of the design.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerRow {
    pub metric: String,
    pub unit: String,
    pub point: String,
    pub settings: String,
    /// Nothing where no replicate has a value.
    pub spread: Option<Spread>,
}

/// A merged sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct Sweep {
    pub about: About,
    pub name: String,
    pub points: usize,
    pub parameters: Vec<Varied>,
    /// Empty where the sweep was not analyzed.
    pub drivers: Vec<DriverRow>,
    pub answers: Vec<AnswerRow>,
}

impl Sweep {
    /// Reads a merged sweep and, where there is one, its analysis in `analysis/`.
    ///
    /// # Errors
    /// A file is not what it should be.
    pub fn read(folder: &Path) -> Result<Sweep, ReadError> {
        let about = About::read(folder)?;
        about.check(folder, &["manifest.json"])?;
        let path = folder.join("manifest.json");
        let text = read_regular(&path).during("read", &path)?;
        let plan: Plan = serde_json::from_slice(&text).map_err(|e| damaged(&path, e.to_string()))?;
        let analysis = folder.join("analysis");
        if analysis.exists() {
            let written = About::read(&analysis)?;
            let tables = ["sensitivity.csv", "responses.csv"].into_iter().filter(|file| there(&analysis, file));
            written.check(&analysis, &tables.collect::<Vec<_>>())?;
        }
        Ok(Sweep {
            about,
            name: plan.name,
            points: plan.points,
            parameters: plan.parameters,
            drivers: if there(&analysis, "sensitivity.csv") { drivers(&analysis)? } else { Vec::new() },
            answers: if there(&analysis, "responses.csv") { answers(&analysis)? } else { Vec::new() },
        })
    }
}

fn there(folder: &Path, file: &str) -> bool {
    folder.join(file).exists()
}

fn known(text: &str) -> Result<Option<f64>, String> {
    if text.is_empty() { Ok(None) } else { number(text).map(Some) }
}

fn drivers(folder: &Path) -> Result<Vec<DriverRow>, FileError> {
    let mut out = Vec::new();
    let columns = ["metric", "parameter", "measure", "unit", "value", "low", "high"];
    fields(folder, &SENSITIVITY, columns, |[metric, parameter, measure, unit, value, low, high]| {
        if let Some(value) = known(value)? {
            out.push(DriverRow {
                metric: metric.into(),
                parameter: parameter.into(),
                measure: measure.into(),
                unit: unit.into(),
                value,
                interval: known(low)?.zip(known(high)?),
            });
        }
        Ok(())
    })?;
    Ok(out)
}

fn answers(folder: &Path) -> Result<Vec<AnswerRow>, FileError> {
    let mut out = Vec::new();
    let columns = ["metric", "unit", "point", "settings", "mean", "p05", "p50", "p95"];
    fields(folder, &RESPONSES, columns, |[metric, unit, point, settings, mean, p05, p50, p95]| {
        let spread = match (known(mean)?, known(p05)?, known(p50)?, known(p95)?) {
            (Some(mean), Some(p05), Some(p50), Some(p95)) => Some(Spread { mean, p05, p50, p95 }),
            _ => None,
        };
        let (metric, unit, point, settings) = (metric.into(), unit.into(), point.into(), settings.into());
        out.push(AnswerRow { metric, unit, point, settings, spread });
        Ok(())
    })?;
    Ok(out)
}
