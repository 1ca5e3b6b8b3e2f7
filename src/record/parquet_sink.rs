//! One table as Parquet: Snappy, dictionaries for texts, days as `DATE`; the same bytes for the
//! same rows.

use std::io;
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::{Date32Builder, Float64Builder, Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use jiff::civil::Date;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::error::FileError;
use super::fixed;
use super::schema::{ColumnType, Table};
use super::staged_file::{FileRecord, StagedFile};

/// Rows gathered before they are encoded.
const BATCH: usize = 1 << 14;
/// Rows in a row group.
const ROW_GROUP: usize = 1 << 19;

/// Writes a table's Parquet file.
pub struct ParquetSink {
    schema: Arc<Schema>,
    columns: Vec<Buffer>,
    rows: usize,
    next: usize,
    day: Option<(Date, i32)>,
    path: std::path::PathBuf,
    writer: ArrowWriter<StagedFile>,
}

enum Buffer {
    Text(StringBuilder),
    Int(Int64Builder),
    Float(Float64Builder),
    Date(Date32Builder),
}

impl Buffer {
    fn new(kind: ColumnType) -> Self {
        match kind {
            ColumnType::Text | ColumnType::Month => Buffer::Text(StringBuilder::with_capacity(BATCH, BATCH * 12)),
            ColumnType::Int => Buffer::Int(Int64Builder::with_capacity(BATCH)),
            ColumnType::Float(_) | ColumnType::Real => Buffer::Float(Float64Builder::with_capacity(BATCH)),
            ColumnType::Date => Buffer::Date(Date32Builder::with_capacity(BATCH)),
        }
    }

    fn take(&mut self) -> ArrayRef {
        match self {
            Buffer::Text(b) => Arc::new(b.finish()),
            Buffer::Int(b) => Arc::new(b.finish()),
            Buffer::Float(b) => Arc::new(b.finish()),
            Buffer::Date(b) => Arc::new(b.finish()),
        }
    }
}

/// The Parquet type of a column.
pub fn data_type(kind: ColumnType) -> DataType {
    match kind {
        ColumnType::Text | ColumnType::Month => DataType::Utf8,
        ColumnType::Int => DataType::Int64,
        ColumnType::Float(_) | ColumnType::Real => DataType::Float64,
        ColumnType::Date => DataType::Date32,
    }
}

impl ParquetSink {
    /// Starts `NAME.parquet`.
    ///
    /// # Errors
    /// The file cannot be created.
    pub fn create(folder: &Path, table: &Table) -> Result<Self, FileError> {
        Self::named(folder, &format!("{}.parquet", table.name), table)
    }

    /// Starts a file of another name with the columns of a table.
    ///
    /// # Errors
    /// The file cannot be created.
    pub fn named(folder: &Path, name: &str, table: &Table) -> Result<Self, FileError> {
        let file = StagedFile::create(folder, name)?;
        let path = file.path().to_path_buf();
        let fields: Vec<Field> = table
            .columns
            .iter()
            .map(|c| Field::new(c.name, data_type(c.kind), matches!(c.kind, ColumnType::Float(_) | ColumnType::Real)))
            .collect();
        let schema = Arc::new(Schema::new(fields));
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(ROW_GROUP))
            .set_created_by(concat!("antesala ", env!("CARGO_PKG_VERSION")).to_string())
            .build();
        let writer = ArrowWriter::try_new(file, schema.clone(), Some(properties)).map_err(|e| failed(e, &path))?;
        let columns = table.columns.iter().map(|c| Buffer::new(c.kind)).collect();
        Ok(ParquetSink { schema, columns, rows: 0, next: 0, day: None, path, writer })
    }

    fn column(&mut self) -> &mut Buffer {
        let i = self.next;
        self.next += 1;
        &mut self.columns[i]
    }

    pub fn int(&mut self, value: u64) {
        match self.column() {
            Buffer::Int(b) => b.append_value(value as i64),
            _ => unreachable!("a column that is no whole number"),
        }
    }

    /// As many decimals as the CSV has, so that both formats hold the same numbers.
    pub fn float(&mut self, value: Option<f64>, decimals: u8) {
        match self.column() {
            Buffer::Float(b) => b.append_option(value.filter(|x| x.is_finite()).map(|x| fixed::rounded(x, decimals))),
            _ => unreachable!("a column that is no number"),
        }
    }

    pub fn real(&mut self, value: Option<f64>) {
        match self.column() {
            Buffer::Float(b) => b.append_option(value.filter(|x| x.is_finite()).map(|x| x + 0.0)),
            _ => unreachable!("a column that is no number"),
        }
    }

    /// An empty cell in a column of numbers.
    pub fn nothing(&mut self) {
        match self.column() {
            Buffer::Float(b) => b.append_null(),
            _ => unreachable!("a column that is always filled"),
        }
    }

    pub fn text(&mut self, value: &str) {
        match self.column() {
            Buffer::Text(b) => b.append_value(value),
            _ => unreachable!("a column that is no text"),
        }
    }

    pub fn date(&mut self, value: Date) {
        let days = match self.day {
            Some((day, days)) if day == value => days,
            _ => (value - jiff::civil::date(1970, 1, 1)).get_days(),
        };
        self.day = Some((value, days));
        match self.column() {
            Buffer::Date(b) => b.append_value(days),
            _ => unreachable!("a column that is no date"),
        }
    }

    /// Ends a row.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn end_row(&mut self) -> Result<(), FileError> {
        self.next = 0;
        self.rows += 1;
        if self.rows >= BATCH { self.hand_over() } else { Ok(()) }
    }

    fn hand_over(&mut self) -> Result<(), FileError> {
        if self.rows == 0 {
            return Ok(());
        }
        self.rows = 0;
        let arrays = self.columns.iter_mut().map(Buffer::take).collect();
        let batch = RecordBatch::try_new(self.schema.clone(), arrays)
            .map_err(|e| FileError::new("write", &self.path, io::Error::other(e)))?;
        self.writer.write(&batch).map_err(|e| failed(e, &self.path))
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn finish(mut self) -> Result<FileRecord, FileError> {
        self.hand_over()?;
        self.writer.into_inner().map_err(|e| failed(e, &self.path))?.finish()
    }
}

fn failed(error: ParquetError, path: &Path) -> FileError {
    let source = match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(io) => *io,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    };
    FileError::new("write", path, source)
}
