//! Finished results, read back from their folders: what a report tells.

mod about;
mod comparison;
mod run;
mod sweep;

use std::io;
use std::path::Path;

pub use about::{About, Kind};
pub use comparison::{Comparison, DailyRow, DifferenceRow};
pub use run::{AppDays, CaravanRun, LegMonth, MetricRow, MonthRow, NeedsRow, Run};
pub use sweep::{AnswerRow, DriverRow, Sweep, Varied};

use super::error::FileError;
use crate::scenario::ScenarioError;

/// Why a folder could not be read.
#[derive(Debug)]
pub enum ReadError {
    File(FileError),
    /// Its `scenario.toml` is not one.
    Scenario(ScenarioError),
}

impl From<FileError> for ReadError {
    fn from(error: FileError) -> Self {
        ReadError::File(error)
    }
}

impl From<ScenarioError> for ReadError {
    fn from(error: ScenarioError) -> Self {
        ReadError::Scenario(error)
    }
}

/// The file cannot be what it should be.
fn damaged(path: &Path, why: impl Into<String>) -> FileError {
    FileError::new("read", path, io::Error::new(io::ErrorKind::InvalidData, why.into()))
}
