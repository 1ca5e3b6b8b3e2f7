//! Reads the tables of a finished run, CSV or Parquet, whichever is there.

use std::fs::File;
use std::io;
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::error::{During, FileError};
use super::schema::{ColumnType, Format, Table};

/// A value of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Text(String),
    Int(u64),
    Float(f64),
    Date(Date),
    /// Empty.
    Nothing,
}

impl Cell {
    /// The text of a cell; empty for others.
    pub fn text(&self) -> &str {
        match self {
            Cell::Text(text) => text,
            _ => "",
        }
    }

    /// The number of a cell.
    pub fn number(&self) -> Option<f64> {
        match self {
            Cell::Int(n) => Some(*n as f64),
            Cell::Float(x) => Some(*x),
            _ => None,
        }
    }

    /// The whole number of a cell.
    pub fn int(&self) -> Option<u64> {
        match self {
            Cell::Int(n) => Some(*n),
            _ => None,
        }
    }

    /// The day of a cell.
    pub fn date(&self) -> Option<Date> {
        match self {
            Cell::Date(day) => Some(*day),
            _ => None,
        }
    }
}

/// Gives every row of a table in `folder` to `take`, cells in the order of the table's columns.
///
/// # Errors
/// The table is not there, cannot be read, or does not have these columns.
pub fn rows(folder: &Path, table: &Table, take: impl FnMut(&[Cell])) -> Result<(), FileError> {
    let parquet = folder.join(table.file(Format::Parquet));
    if table.big && parquet.exists() {
        return parquet_rows(&parquet, table, take);
    }
    csv_rows(&folder.join(table.file(Format::Csv)), table, take)
}

fn damaged(path: &Path, why: impl Into<String>) -> FileError {
    FileError::new("read", path, io::Error::new(io::ErrorKind::InvalidData, why.into()))
}

fn csv_rows(path: &Path, table: &Table, mut take: impl FnMut(&[Cell])) -> Result<(), FileError> {
    let file = File::open(path).during("read", path)?;
    let mut reader = csv::Reader::from_reader(io::BufReader::with_capacity(1 << 17, file));
    let header = reader.headers().map_err(|e| damaged(path, e.to_string()))?;
    if !header.iter().eq(table.columns.iter().map(|c| c.name)) {
        return Err(damaged(path, "its columns are not those of this version"));
    }
    let mut record = csv::StringRecord::new();
    let mut row = Vec::with_capacity(table.columns.len());
    while reader.read_record(&mut record).map_err(|e| damaged(path, e.to_string()))? {
        row.clear();
        for (column, text) in table.columns.iter().zip(&record) {
            let cell = csv_cell(column.kind, text);
            row.push(cell.ok_or_else(|| damaged(path, format!("`{text}` in column {}", column.name)))?);
        }
        take(&row);
    }
    Ok(())
}

fn csv_cell(kind: ColumnType, text: &str) -> Option<Cell> {
    Some(match kind {
        ColumnType::Text | ColumnType::Month => Cell::Text(text.to_string()),
        _ if text.is_empty() => Cell::Nothing,
        ColumnType::Int => Cell::Int(text.parse().ok()?),
        ColumnType::Float(_) | ColumnType::Real => Cell::Float(text.parse().ok()?),
        ColumnType::Date => Cell::Date(text.parse().ok()?),
    })
}

/// Gives every row of a Parquet file with the columns of a table to `take`.
///
/// # Errors
/// It cannot be read, or does not have these columns.
pub fn parquet_rows(path: &Path, table: &Table, mut take: impl FnMut(&[Cell])) -> Result<(), FileError> {
    let file = File::open(path).during("read", path)?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| damaged(path, e.to_string()))?;
    if !builder.schema().fields().iter().map(|f| f.name().as_str()).eq(table.columns.iter().map(|c| c.name)) {
        return Err(damaged(path, "its columns are not those of this version"));
    }
    let batches = builder.with_batch_size(1 << 13).build().map_err(|e| damaged(path, e.to_string()))?;
    let mut row = Vec::with_capacity(table.columns.len());
    for batch in batches {
        let batch = batch.map_err(|e| damaged(path, e.to_string()))?;
        for i in 0..batch.num_rows() {
            row.clear();
            for (j, column) in table.columns.iter().enumerate() {
                let cell = parquet_cell(&batch, i, j, column.kind);
                row.push(cell.ok_or_else(|| damaged(path, format!("type of column {}", column.name)))?);
            }
            take(&row);
        }
    }
    Ok(())
}

fn parquet_cell(batch: &RecordBatch, row: usize, column: usize, kind: ColumnType) -> Option<Cell> {
    let array = batch.column(column);
    if array.is_null(row) {
        return Some(Cell::Nothing);
    }
    Some(match kind {
        ColumnType::Text | ColumnType::Month => Cell::Text(array.as_string_opt::<i32>()?.value(row).to_string()),
        ColumnType::Int => Cell::Int(array.as_primitive_opt::<Int64Type>()?.value(row).try_into().ok()?),
        ColumnType::Float(_) | ColumnType::Real => Cell::Float(array.as_primitive_opt::<Float64Type>()?.value(row)),
        ColumnType::Date => {
            let days = array.as_primitive_opt::<Date32Type>()?.value(row);
            Cell::Date(date(1970, 1, 1).checked_add(i64::from(days).days()).ok()?)
        }
    })
}
