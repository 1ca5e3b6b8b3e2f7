//! Reading facts by column name, writing tables, dealing whole persons.

use std::path::Path;

use super::Error;

/// A CSV file with a header.
pub struct Table {
    name: String,
    header: csv::StringRecord,
    records: Vec<csv::StringRecord>,
}

impl Table {
    /// Reads `folder/name`.
    pub fn read(folder: &Path, name: &str) -> Result<Table, Error> {
        let said = |e: csv::Error| format!("{name}: {e}");
        let mut reader = csv::Reader::from_path(folder.join(name)).map_err(said)?;
        let header = reader.headers().map_err(said)?.clone();
        let records = reader.records().collect::<Result<_, _>>().map_err(said)?;
        Ok(Table { name: name.to_owned(), header, records })
    }

    /// The rows, in the file's order.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.records.iter().map(move |record| Row { table: self, record })
    }
}

/// One row of a table.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    table: &'a Table,
    record: &'a csv::StringRecord,
}

impl<'a> Row<'a> {
    /// The text in a column; an error if the table has no such column.
    pub fn text(&self, column: &str) -> Result<&'a str, Error> {
        let at = self.table.header.iter().position(|c| c == column);
        let at = at.ok_or_else(|| format!("{}: no column `{column}`", self.table.name))?;
        Ok(self.record.get(at).unwrap_or(""))
    }

    /// The number in a column; `X` (not applicable) and empty count as 0.
    pub fn number(&self, column: &str) -> Result<f64, Error> {
        match self.text(column)? {
            "" | "X" => Ok(0.0),
            text => text.parse().map_err(|_| {
                let line = self.record.position().map_or(0, |p| p.line());
                format!("{}:{line}: `{text}` in `{column}` is not a number", self.table.name).into()
            }),
        }
    }

    /// Whether each column holds the value beside it.
    pub fn is(&self, wanted: &[(&str, &str)]) -> Result<bool, Error> {
        for (column, value) in wanted {
            if self.text(column)? != *value {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// CSV text under construction.
pub struct Writer(csv::Writer<Vec<u8>>);

impl Writer {
    /// A table with this header.
    pub fn new(header: &[&str]) -> Result<Writer, Error> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(header)?;
        Ok(Writer(writer))
    }

    /// Appends a row.
    pub fn row(&mut self, fields: &[&str]) -> Result<(), Error> {
        Ok(self.0.write_record(fields)?)
    }

    /// The finished text.
    pub fn text(self) -> Result<String, Error> {
        Ok(String::from_utf8(self.0.into_inner().map_err(|e| e.to_string())?)?)
    }
}

/// Deals `total` whole persons by weight, largest remainders first (ties: the earlier one).
///
/// The parts sum to `total`; with no positive weight all parts are 0.
pub fn deal(total: i64, weights: &[f64]) -> Vec<i64> {
    let sum: f64 = weights.iter().sum();
    if sum <= 0.0 {
        return vec![0; weights.len()];
    }
    let exact: Vec<f64> = weights.iter().map(|w| total as f64 * w / sum).collect();
    let mut parts: Vec<i64> = exact.iter().map(|x| x.floor() as i64).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by(|&a, &b| (exact[b] - exact[b].floor()).total_cmp(&(exact[a] - exact[a].floor())).then(a.cmp(&b)));
    let missing = (total - parts.iter().sum::<i64>()).max(0) as usize;
    for &i in order.iter().take(missing) {
        parts[i] += 1;
    }
    parts
}
