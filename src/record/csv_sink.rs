//! One table as CSV: rows are put together in memory, each formatted once, also for its HXL twin.

use std::io::Write as _;
use std::path::Path;

use jiff::civil::Date;

use super::error::FileError;
use super::fixed;
use super::schema::{Column, Table};
use super::staged_file::{FileRecord, StagedFile};

/// Rows are handed to the files in blocks of about this many bytes.
const BLOCK: usize = 1 << 16;

/// Writes a table's CSV, its HXL twin, or both.
#[derive(Debug)]
pub struct CsvSink {
    files: Vec<StagedFile>,
    rows: Vec<u8>,
    /// The day last written, and its text with the comma.
    day: Option<(Date, [u8; 11])>,
}

impl CsvSink {
    /// Starts `NAME.csv` if `plain`, and `NAME.hxl.csv` with its hashtag row if `hxl`.
    ///
    /// # Errors
    /// A file cannot be created.
    pub fn create(folder: &Path, table: &Table, plain: bool, hxl: bool) -> Result<Self, FileError> {
        let header = line(table.columns, |c| c.name);
        let mut files = Vec::with_capacity(2);
        if plain {
            let mut file = StagedFile::create(folder, &format!("{}.csv", table.name))?;
            file.put(&header)?;
            files.push(file);
        }
        if hxl {
            let mut file = StagedFile::create(folder, &format!("{}.hxl.csv", table.name))?;
            file.put(&header)?;
            file.put(&line(table.columns, |c| c.hxl))?;
            files.push(file);
        }
        Ok(CsvSink { files, rows: Vec::with_capacity(BLOCK + 1024), day: None })
    }

    #[inline]
    pub fn int(&mut self, value: u64) {
        push_int(&mut self.rows, value);
        self.rows.push(b',');
    }

    /// Nothing for `None`.
    #[inline]
    pub fn float(&mut self, value: Option<f64>, decimals: u8) {
        if let Some(x) = value.filter(|x| x.is_finite()) {
            fixed::push(&mut self.rows, x, decimals);
        }
        self.rows.push(b',');
    }

    /// In as many digits as it takes to read it back the same; nothing for `None`.
    pub fn real(&mut self, value: Option<f64>) {
        if let Some(x) = value.filter(|x| x.is_finite()) {
            // Adding 0 takes the sign from a negative zero; writing to memory cannot fail.
            let _ = write!(self.rows, "{}", x + 0.0);
        }
        self.rows.push(b',');
    }

    #[inline]
    pub fn text(&mut self, value: &str) {
        push_text(&mut self.rows, value);
        self.rows.push(b',');
    }

    #[inline]
    pub fn date(&mut self, value: Date) {
        let text = match self.day {
            Some((day, text)) if day == value => text,
            _ => {
                let mut text = *b"0000-00-00,";
                text[..10].copy_from_slice(&iso(value));
                self.day = Some((value, text));
                text
            }
        };
        self.rows.extend_from_slice(&text);
    }

    /// Ends a row.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn end_row(&mut self) -> Result<(), FileError> {
        // Every cell ends in a comma, the last one of a row in a line break instead.
        if let Some(end) = self.rows.last_mut() {
            *end = b'\n';
        }
        if self.rows.len() >= BLOCK { self.hand_over() } else { Ok(()) }
    }

    fn hand_over(&mut self) -> Result<(), FileError> {
        for file in &mut self.files {
            file.put(&self.rows)?;
        }
        self.rows.clear();
        Ok(())
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn finish(mut self) -> Result<Vec<FileRecord>, FileError> {
        self.hand_over()?;
        self.files.into_iter().map(StagedFile::finish).collect()
    }
}

fn line(columns: &[Column], cell: impl Fn(&Column) -> &'static str) -> Vec<u8> {
    let mut row = Vec::new();
    for (i, column) in columns.iter().enumerate() {
        if i > 0 {
            row.push(b',');
        }
        push_text(&mut row, cell(column));
    }
    row.push(b'\n');
    row
}

#[inline]
fn push_int(out: &mut Vec<u8>, value: u64) {
    match u8::try_from(value) {
        // Most counts of a small group.
        Ok(digit @ 0..=9) => out.push(b'0' + digit),
        _ => out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes()),
    }
}

/// Quoted only where it must be.
fn push_text(out: &mut Vec<u8>, value: &str) {
    let bytes = value.as_bytes();
    // What must be quoted lies before the hyphen, names hardly ever do: looked at in one sweep.
    let low = bytes.iter().fold(false, |low, b| low | (*b < b'-'));
    if !low || !bytes.iter().any(|b| matches!(b, b',' | b'"' | b'\n' | b'\r')) {
        out.extend_from_slice(bytes);
        return;
    }
    out.push(b'"');
    for &b in bytes {
        if b == b'"' {
            out.push(b'"');
        }
        out.push(b);
    }
    out.push(b'"');
}

fn iso(date: Date) -> [u8; 10] {
    let mut text = *b"0000-00-00";
    let mut put = |at: usize, width: usize, value: u32| {
        let mut value = value;
        for i in (at..at + width).rev() {
            text[i] = b'0' + (value % 10) as u8;
            value /= 10;
        }
    };
    put(0, 4, date.year().max(0) as u32);
    put(5, 2, date.month() as u32);
    put(8, 2, date.day() as u32);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers() {
        let mut out = Vec::new();
        for x in [0, 7, 10, 255, 256, u64::MAX] {
            push_int(&mut out, x);
            out.push(b' ');
        }
        assert_eq!(out, b"0 7 10 255 256 18446744073709551615 ");
    }

    #[test]
    fn dates_and_quotes() {
        assert_eq!(&iso(jiff::civil::date(2024, 5, 21)), b"2024-05-21");
        let mut out = Vec::new();
        push_text(&mut out, "Ayutla, \"Tecún\"");
        assert_eq!(out, "\"Ayutla, \"\"Tecún\"\"\"".as_bytes());
    }
}
