//! Reads the tables of a finished run, CSV or Parquet, whichever is there.

use std::fs::File;
use std::io;
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use jiff::Span;
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

    /// Replaces `text` by the cell as the CSV has it.
    fn write(&self, text: &mut String) {
        use std::fmt::Write as _;
        text.clear();
        // Writing to a string cannot fail.
        let _ = match self {
            Cell::Text(value) => write!(text, "{value}"),
            Cell::Int(value) => write!(text, "{value}"),
            Cell::Float(value) => write!(text, "{value}"),
            Cell::Date(value) => write!(text, "{value}"),
            Cell::Nothing => Ok(()),
        };
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

/// A reader of a CSV file that has the columns of the table.
fn csv_reader(path: &Path, table: &Table) -> Result<csv::Reader<File>, FileError> {
    let file = File::open(path).during("read", path)?;
    let mut reader = csv::ReaderBuilder::new().buffer_capacity(1 << 17).from_reader(file);
    let header = reader.headers().map_err(|e| damaged(path, e.to_string()))?;
    if !header.iter().eq(table.columns.iter().map(|c| c.name)) {
        return Err(damaged(path, "its columns are not those of this version"));
    }
    Ok(reader)
}

fn csv_rows(path: &Path, table: &Table, mut take: impl FnMut(&[Cell])) -> Result<(), FileError> {
    let mut reader = csv_reader(path, table)?;
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
        ColumnType::Float(_) | ColumnType::Real => Cell::Float(text.parse().ok().filter(|x: &f64| x.is_finite())?),
        ColumnType::Date => Cell::Date(text.parse().ok()?),
    })
}

/// Gives the texts of some columns of every row of a table in `folder` to `take`, in the order asked for: as they
/// stand in the CSV. For long tables of which little is needed; `take` stops the reading with what is wrong.
///
/// # Errors
/// The table is not there, cannot be read, or does not have these columns; or what `take` finds wrong.
///
/// # Panics
/// If the table has no column of a name.
pub fn fields<const N: usize>(
    folder: &Path,
    table: &Table,
    names: [&str; N],
    mut take: impl FnMut([&str; N]) -> Result<(), String>,
) -> Result<(), FileError> {
    let wanted = names.map(|name| table.column(name).unwrap_or_else(|| panic!("{} has no {name}", table.name)));
    let parquet = folder.join(table.file(Format::Parquet));
    if table.big && parquet.exists() {
        let mut wrong = None;
        let mut texts = [const { String::new() }; N];
        parquet_rows(&parquet, table, |row| {
            if wrong.is_none() {
                wanted.iter().zip(&mut texts).for_each(|(at, text)| row[*at].write(text));
                wrong = take(std::array::from_fn(|i| texts[i].as_str())).err();
            }
        })?;
        return wrong.map_or(Ok(()), |why| Err(damaged(&parquet, why)));
    }
    let path = folder.join(table.file(Format::Csv));
    let mut reader = csv_reader(&path, table)?;
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|e| damaged(&path, e.to_string()))? {
        let line = record.position().map_or(0, csv::Position::line);
        take(wanted.map(|at| &record[at])).map_err(|why| damaged(&path, format!("line {line}: {why}")))?;
    }
    Ok(())
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
            Cell::Date(date(1970, 1, 1).checked_add(Span::new().try_days(i64::from(days)).ok()?).ok()?)
        }
    })
}
