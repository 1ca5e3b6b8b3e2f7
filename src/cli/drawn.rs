//! Charts on disk.

use std::path::Path;

use rayon::prelude::*;

use crate::experiment::error::RunError;
use crate::record::staged_file::{FileRecord, write_file};
use crate::report::scores::ScoreChart;

/// Writes `charts/NAME.svg` and `charts/NAME.png`.
///
/// # Errors
/// A file cannot be written.
pub fn write_chart(folder: &Path, name: &str, svg: &str, png: &[u8]) -> Result<[FileRecord; 2], RunError> {
    Ok([
        write_file(folder, &format!("charts/{name}.svg"), svg.as_bytes())?,
        write_file(folder, &format!("charts/{name}.png"), png)?,
    ])
}

/// Writes all of some charts.
///
/// # Errors
/// A file cannot be written.
pub fn write_charts(folder: &Path, charts: &[ScoreChart]) -> Result<Vec<FileRecord>, RunError> {
    let write = |chart: &ScoreChart| write_chart(folder, &chart.name, &chart.svg, &chart.png);
    let files: Vec<_> = charts.par_iter().map(write).collect::<Result<_, _>>()?;
    Ok(files.into_iter().flatten().collect())
}
