//! `design.csv`: the points of a sweep as they are run.

use std::path::Path;

use super::design::{Design, settings};
use super::error::SweepError;
use super::manifest::{DESIGN, Manifest};
use crate::record::error::During;
use crate::record::plain_table::plain_table;
use crate::record::staged_file::read_regular;

/// Points with their numbers and settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Points {
    pub names: Vec<String>,
    /// As in `metrics.csv`.
    pub ids: Vec<u64>,
    /// One cell a name.
    rows: Vec<csv::StringRecord>,
}

/// The text of `design.csv`.
pub fn text(design: &Design) -> String {
    let header: Vec<&str> = std::iter::once("point").chain(design.factors.iter().map(|f| f.name.as_str())).collect();
    let row =
        |(id, cells): (&u64, &Vec<String>)| std::iter::once(id.to_string()).chain(cells.iter().cloned()).collect();
    plain_table(&header, design.ids.iter().zip(&design.rows).map(row))
}

impl Points {
    /// Reads the points of a planned sweep.
    ///
    /// # Errors
    /// The file is not there, or does not fit the manifest.
    pub fn read(folder: &Path, manifest: &Manifest) -> Result<Points, SweepError> {
        let path = folder.join(DESIGN);
        let bytes = read_regular(&path).during("read", &path)?;
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let damaged = |why: &str| SweepError::Damaged { path: path.clone(), why: why.into() };
        let header = reader.headers().map_err(|e| damaged(&e.to_string()))?;
        let names: Vec<String> = header.iter().skip(1).map(str::to_string).collect();
        if !names.iter().eq(manifest.parameters.iter().map(|p| &p.name)) {
            return Err(damaged("its columns are not the parameters of the manifest"));
        }
        let mut points = Points { names, ids: Vec::new(), rows: Vec::new() };
        for record in reader.records() {
            let record = record.map_err(|e| damaged(&e.to_string()))?;
            points.ids.push(record[0].parse().map_err(|_| damaged("a point has no number"))?);
            points.rows.push(record.iter().skip(1).collect());
        }
        match points.ids.len() == manifest.points {
            true => Ok(points),
            false => Err(damaged("it has not as many points as the manifest says")),
        }
    }

    /// Settings of a point, counted from 0, as `--set` takes them.
    pub fn settings(&self, point: usize) -> Vec<String> {
        let cells: Vec<String> = self.rows[point].iter().map(str::to_string).collect();
        settings(self.names.iter().map(String::as_str), &cells)
    }

    /// The text of a cell.
    pub fn cell(&self, point: usize, parameter: usize) -> &str {
        self.rows[point].get(parameter).unwrap_or_default()
    }
}
