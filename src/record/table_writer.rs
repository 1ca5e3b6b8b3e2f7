//! One table being written, in whatever formats were asked for: cells in the order of its columns.

use std::path::Path;

use jiff::civil::Date;

use super::csv_sink::CsvSink;
use super::error::FileError;
use super::parquet_sink::ParquetSink;
use super::schema::{ColumnType, Format, Table};
use super::staged_file::FileRecord;

/// Which files a run writes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TableOptions {
    pub format: Format,
    /// Also write the HXL twins.
    pub hxl: bool,
}

/// Takes the cells of a table row by row.
pub struct TableWriter {
    table: &'static Table,
    column: usize,
    csv: Option<CsvSink>,
    parquet: Option<ParquetSink>,
}

impl TableWriter {
    /// Starts the files of a table.
    ///
    /// # Errors
    /// A file cannot be created.
    pub fn create(folder: &Path, table: &'static Table, options: TableOptions) -> Result<Self, FileError> {
        let parquet = table.big && options.format == Format::Parquet;
        let hxl = table.hxl && options.hxl;
        Ok(TableWriter {
            table,
            column: 0,
            csv: if !parquet || hxl { Some(CsvSink::create(folder, table, !parquet, hxl)?) } else { None },
            parquet: if parquet { Some(ParquetSink::create(folder, table)?) } else { None },
        })
    }

    #[inline]
    fn next(&mut self) -> ColumnType {
        let kind = self.table.columns[self.column].kind;
        self.column += 1;
        kind
    }

    #[inline]
    pub fn int(&mut self, value: impl Into<u64>) -> &mut Self {
        let kind = self.next();
        debug_assert_eq!(kind, ColumnType::Int, "{}", self.table.name);
        let value = value.into();
        if let Some(sink) = &mut self.csv {
            sink.int(value);
        }
        if let Some(sink) = &mut self.parquet {
            sink.int(value);
        }
        self
    }

    /// A whole number that may be unknown.
    pub fn maybe_int(&mut self, value: Option<u64>) -> &mut Self {
        let Some(value) = value else {
            return self.nothing();
        };
        self.int(value)
    }

    fn nothing(&mut self) -> &mut Self {
        let kind = self.next();
        debug_assert!(matches!(kind, ColumnType::Int | ColumnType::Float(_)), "{}", self.table.name);
        if let Some(sink) = &mut self.csv {
            sink.float(None, 0);
        }
        if let Some(sink) = &mut self.parquet {
            sink.nothing();
        }
        self
    }

    #[inline]
    pub fn float(&mut self, value: impl Into<Option<f64>>) -> &mut Self {
        let ColumnType::Float(decimals) = self.next() else {
            unreachable!("{}: a column that is no number", self.table.name);
        };
        let value = value.into();
        if let Some(sink) = &mut self.csv {
            sink.float(value, decimals);
        }
        if let Some(sink) = &mut self.parquet {
            sink.float(value, decimals);
        }
        self
    }

    /// A number with all its digits.
    pub fn real(&mut self, value: Option<f64>) -> &mut Self {
        let kind = self.next();
        debug_assert_eq!(kind, ColumnType::Real, "{}", self.table.name);
        if let Some(sink) = &mut self.csv {
            sink.real(value);
        }
        if let Some(sink) = &mut self.parquet {
            sink.real(value);
        }
        self
    }

    #[inline]
    pub fn text(&mut self, value: &str) -> &mut Self {
        let kind = self.next();
        debug_assert!(matches!(kind, ColumnType::Text | ColumnType::Month), "{}", self.table.name);
        if let Some(sink) = &mut self.csv {
            sink.text(value);
        }
        if let Some(sink) = &mut self.parquet {
            sink.text(value);
        }
        self
    }

    #[inline]
    pub fn date(&mut self, value: Date) -> &mut Self {
        let kind = self.next();
        debug_assert_eq!(kind, ColumnType::Date, "{}", self.table.name);
        if let Some(sink) = &mut self.csv {
            sink.date(value);
        }
        if let Some(sink) = &mut self.parquet {
            sink.date(value);
        }
        self
    }

    /// Ends a row.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn end_row(&mut self) -> Result<(), FileError> {
        debug_assert_eq!(self.column, self.table.columns.len(), "{}", self.table.name);
        self.column = 0;
        if let Some(sink) = &mut self.csv {
            sink.end_row()?;
        }
        if let Some(sink) = &mut self.parquet {
            sink.end_row()?;
        }
        Ok(())
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn finish(self) -> Result<Vec<FileRecord>, FileError> {
        let mut files = match self.csv {
            Some(sink) => sink.finish()?,
            None => Vec::new(),
        };
        if let Some(sink) = self.parquet {
            files.push(sink.finish()?);
        }
        Ok(files)
    }
}
