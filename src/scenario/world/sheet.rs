//! One CSV file of a world: its header checked, its cells read by column name.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use csv::{ReaderBuilder, StringRecord, Trim};
use jiff::civil::Date;

use crate::scenario::error::{Problem, Problems, Spot, Text, no_control, suggestion, unprintable};
use crate::scenario::input::Month;

/// Most rows and columns of a table.
const MOST_ROWS: usize = 1_000_000;
const MOST_COLUMNS: usize = 1_000;
/// Years a month may lie in: those a scenario may.
const FIRST_YEAR: i16 = 1900;
const LAST_YEAR: i16 = 2199;

/// What a file is called and which columns it has.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    pub file: &'static str,
    pub required: &'static [&'static str],
    /// Columns that may be left out.
    pub optional: &'static [&'static str],
    /// Without rows the world makes no sense.
    pub needs_rows: bool,
}

/// A CSV file, split into cells.
#[derive(Debug)]
pub struct Sheet {
    pub text: Arc<Text>,
    columns: Vec<String>,
    records: Vec<StringRecord>,
}

/// Names defined in a sheet, and the number of each.
#[derive(Debug, Default)]
pub struct Index {
    pub names: Vec<String>,
    at: HashMap<String, usize>,
}

impl Index {
    /// The number of a name, which is added if it is new.
    pub fn of(&mut self, name: &str) -> usize {
        if let Some(i) = self.at.get(name) {
            return *i;
        }
        self.at.insert(name.to_string(), self.names.len());
        self.names.push(name.to_string());
        self.names.len() - 1
    }

    pub fn contains(&self, name: &str) -> bool {
        self.at.contains_key(name)
    }
}

/// One row of a sheet.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    sheet: &'a Sheet,
    record: &'a StringRecord,
}

impl Sheet {
    /// Splits a file and checks its header; `None` if nothing can be read from it.
    pub fn read(text: &Arc<Text>, layout: &Layout, problems: &mut Problems) -> Option<Sheet> {
        let mut reader = ReaderBuilder::new().flexible(true).trim(Trim::All).from_reader(text.text.as_bytes());
        let header = reader.headers().ok()?;
        if header.len() > MOST_COLUMNS {
            let message = format!("{} has more than {MOST_COLUMNS} columns", layout.file);
            problems.push(Problem::at(&Spot::start_of(text), message, "too many"));
            return None;
        }
        let columns: Vec<String> = header.iter().map(str::to_string).collect();
        let mut sheet = Sheet { text: text.clone(), columns, records: Vec::new() };
        let header_ok = sheet.check_header(layout, problems);
        for record in reader.records() {
            if sheet.records.len() == MOST_ROWS {
                let message = format!("{} has more than {MOST_ROWS} rows", layout.file);
                problems.push(Problem::at(&Spot::start_of(text), message, "too many"));
                return None;
            }
            match record {
                Ok(record) => sheet.records.push(record),
                Err(e) => problems.push(Problem::at(&Spot::start_of(text), "this is not CSV", e.to_string())),
            }
        }
        if !header_ok {
            return None;
        }
        if sheet.records.is_empty() && layout.needs_rows {
            problems.push(Problem::at(&Spot::start_of(text), format!("{} has no rows", layout.file), "only a header"));
        }
        for row in sheet.rows() {
            if row.record.len() != sheet.columns.len() {
                let message = format!("{} fields, the header has {}", row.record.len(), sheet.columns.len());
                problems
                    .push(Problem::at(&row.spot_of_all(), message, "this row").help("put text with a comma in quotes"));
            }
        }
        sheet.records.retain(|r| r.len() == sheet.columns.len());
        sheet.refuse_control_characters(problems);
        Some(sheet)
    }

    fn check_header(&self, layout: &Layout, problems: &mut Problems) -> bool {
        let start = Spot::start_of(&self.text);
        if self.text.text.trim().is_empty() {
            let help = format!("its columns are {}", layout.required.join(","));
            problems.push(Problem::at(&start, format!("{} is empty", layout.file), "no header").help(help));
            return false;
        }
        if let [only] = self.columns.as_slice()
            && only.contains([';', '\t'])
        {
            let problem = Problem::at(&start, format!("{} is not separated by commas", layout.file), "one column");
            problems.push(problem.help("save it as CSV with commas between the fields and dots in numbers"));
            return false;
        }
        let mut ok = true;
        let known = || layout.required.iter().chain(layout.optional).copied();
        for (i, column) in self.columns.iter().enumerate() {
            if problems.enough() {
                break;
            }
            let at = Spot { text: self.text.clone(), span: field_span(&self.text.text, 0, i) };
            if !known().any(|k| k == column) {
                let message = format!("{} has no column `{column}`", layout.file);
                problems.push(Problem::at(&at, message, "unknown column").help(suggestion(column, known())));
                ok = false;
            } else if self.columns[..i].contains(column) {
                problems.push(Problem::at(&at, format!("column `{column}` appears twice"), "the second"));
                ok = false;
            }
        }
        let lacking: Vec<&str> =
            layout.required.iter().copied().filter(|r| !self.columns.iter().any(|c| c == r)).collect();
        if !lacking.is_empty() {
            let header = Spot { text: self.text.clone(), span: 0..self.text.text.lines().next().map_or(0, str::len) };
            let plural = if lacking.len() == 1 { "" } else { "s" };
            let message = format!("{} lacks the column{plural} `{}`", layout.file, lacking.join("`, `"));
            let help = format!("its columns are {}", known().collect::<Vec<_>>().join(","));
            problems.push(Problem::at(&header, message, "not in the header").help(help));
            ok = false;
        }
        ok
    }

    /// Refuses what cannot be shown; a note may go over several lines.
    fn refuse_control_characters(&self, problems: &mut Problems) {
        for row in self.rows() {
            if problems.enough() {
                break;
            }
            for (column, cell) in self.columns.iter().zip(row.record) {
                let fine = |c: char| column == "note" && matches!(c, '\n' | '\r' | '\t');
                if let Some(c) = cell.chars().find(|c| unprintable(*c) && !fine(*c)) {
                    let message = no_control(&format!("`{column}`"));
                    problems.push(Problem::at(&row.spot(column), message, format!("U+{:04X} in it", c as u32)));
                }
            }
        }
    }

    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.records.iter().map(|record| Row { sheet: self, record })
    }
}

impl<'a> Row<'a> {
    fn index(&self, column: &str) -> Option<usize> {
        self.sheet.columns.iter().position(|c| c == column)
    }

    /// A cell as written; empty if the column is left out.
    pub fn raw(&self, column: &str) -> &'a str {
        self.index(column).and_then(|i| self.record.get(i)).unwrap_or("")
    }

    pub fn spot(&self, column: &str) -> Spot {
        let start = self.start();
        let span = match self.index(column) {
            Some(i) => field_span(&self.sheet.text.text, start, i),
            None => start..start,
        };
        Spot { text: self.sheet.text.clone(), span }
    }

    fn start(&self) -> usize {
        let from = self.record.position().map_or(0, |p| p.byte() as usize);
        let rest = &self.sheet.text.text[from.min(self.sheet.text.text.len())..];
        from + (rest.len() - rest.trim_start_matches(['\n', '\r']).len())
    }

    /// The whole row.
    pub fn spot_of_all(&self) -> Spot {
        let start = self.start();
        let length = self.sheet.text.text[start..].find(['\n', '\r']).unwrap_or(self.sheet.text.text.len() - start);
        Spot { text: self.sheet.text.clone(), span: start..start + length }
    }

    fn wrong(&self, column: &str, expected: impl std::fmt::Display) -> Problem {
        let raw = self.raw(column);
        let label = if raw.is_empty() { "empty".to_string() } else { format!("`{raw}`") };
        Problem::at(&self.spot(column), format!("`{column}` must be {expected}"), label)
    }

    /// A text that is not empty.
    pub fn text(&self, column: &str) -> Result<&'a str, Problem> {
        match self.raw(column) {
            "" => Err(self.wrong(column, "filled in")),
            text => Ok(text),
        }
    }

    /// A finite number within bounds.
    pub fn number(&self, column: &str, low: f64, high: f64) -> Result<f64, Problem> {
        let expected = match high {
            f64::MAX => format!("a number of at least {low}"),
            _ => format!("a number from {low} to {high}"),
        };
        match self.raw(column).parse::<f64>() {
            Ok(x) if x.is_finite() && (low..=high).contains(&x) => Ok(x),
            _ => Err(self.wrong(column, expected)),
        }
    }

    /// A number, or nothing.
    pub fn number_or_empty(&self, column: &str, low: f64, high: f64) -> Result<Option<f64>, Problem> {
        if self.raw(column).is_empty() { Ok(None) } else { self.number(column, low, high).map(Some) }
    }

    pub fn boolean(&self, column: &str) -> Result<bool, Problem> {
        self.choice(column, &[("true", true), ("false", false)])
    }

    /// One of a closed list.
    pub fn choice<T: Copy>(&self, column: &str, options: &[(&str, T)]) -> Result<T, Problem> {
        let raw = self.raw(column);
        options.iter().find(|(name, _)| *name == raw).map(|(_, value)| *value).ok_or_else(|| {
            let names = options.iter().map(|(name, _)| *name);
            let expected = names.clone().collect::<Vec<_>>().join(", ");
            self.wrong(column, format!("one of {expected}")).help(suggestion(raw, names))
        })
    }

    /// A name defined elsewhere, as its index.
    pub fn name(&self, column: &str, what: &str, known: &Index) -> Result<usize, Problem> {
        let raw = self.text(column)?;
        known.at.get(raw).copied().ok_or_else(|| {
            Problem::at(&self.spot(column), format!("there is no {what} `{raw}`"), format!("unknown {what}"))
                .help(suggestion(raw, known.names.iter().map(String::as_str)))
        })
    }

    /// A name defined elsewhere, or nothing.
    pub fn name_or_empty(&self, column: &str, what: &str, known: &Index) -> Result<Option<usize>, Problem> {
        if self.raw(column).is_empty() { Ok(None) } else { self.name(column, what, known).map(Some) }
    }

    pub fn date(&self, column: &str) -> Result<Date, Problem> {
        let raw = self.raw(column);
        // Only the plain form: a time or an offset behind the date is refused.
        let date = if raw.len() == 10 { raw.parse().ok() } else { None };
        date.ok_or_else(|| self.wrong(column, "a date as YYYY-MM-DD"))
    }

    pub fn month(&self, column: &str) -> Result<Month, Problem> {
        let raw = self.raw(column);
        let date: Option<Date> = if raw.len() == 7 { format!("{raw}-01").parse().ok() } else { None };
        let month = date.map(Month::of).ok_or_else(|| self.wrong(column, "a month as YYYY-MM"))?;
        match month.year {
            FIRST_YEAR..=LAST_YEAR => Ok(month),
            _ => Err(self.wrong(column, format!("a month from {FIRST_YEAR}-01 to {LAST_YEAR}-12"))),
        }
    }
}

/// Bytes of the `index`-th field of the record that begins at `start`.
fn field_span(text: &str, start: usize, index: usize) -> Range<usize> {
    let bytes = text.as_bytes();
    let (mut field, mut begin, mut quoted, mut i) = (0, start, false, start);
    while i < bytes.len() {
        match bytes[i] {
            b'"' => quoted = !quoted,
            b',' if !quoted => {
                if field == index {
                    return begin..i;
                }
                field += 1;
                begin = i + 1;
            }
            b'\n' | b'\r' if !quoted => break,
            _ => {}
        }
        i += 1;
    }
    if field == index { begin..i } else { i..i }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAYOUT: Layout =
        Layout { file: "legs.csv", required: &["name", "km"], optional: &["note"], needs_rows: true };

    fn sheet(text: &str) -> (Option<Sheet>, Vec<String>) {
        let mut problems = Problems::default();
        let sheet = Sheet::read(&Text::new("legs.csv", text), &LAYOUT, &mut problems);
        let said = match problems.into_result() {
            Ok(()) => Vec::new(),
            Err(e) => e.problems().map(|p| p.message.clone()).collect(),
        };
        (sheet, said)
    }

    #[test]
    fn cells_are_found_in_quotes_and_after_blank_lines() {
        let (sheet, said) = sheet("name,km,note\n\"a, b\",1,\n\nç,x,y\n");
        assert!(said.is_empty(), "{said:?}");
        let sheet = sheet.unwrap();
        let rows: Vec<Row> = sheet.rows().collect();
        assert_eq!(rows[0].raw("name"), "a, b");
        assert_eq!(rows[0].spot("km").to_string(), "legs.csv:2:8");
        let problem = rows[1].number("km", 0.0, 9.0).unwrap_err();
        assert_eq!(problem.spot.unwrap().to_string(), "legs.csv:4:3");
    }

    #[test]
    fn headers_are_checked() {
        assert_eq!(sheet("").1, ["legs.csv is empty"]);
        assert_eq!(sheet("name,kn\na,1\n").1, ["legs.csv has no column `kn`", "legs.csv lacks the column `km`"]);
        assert_eq!(sheet("name,km,km\na,1,2\n").1, ["column `km` appears twice"]);
        assert_eq!(sheet("name,km\n").1, ["legs.csv has no rows"]);
        assert_eq!(sheet("name,km\na\n").1, ["1 fields, the header has 2"]);
    }

    #[test]
    fn numbers_that_are_none_are_refused() {
        for bad in ["NaN", "inf", "-1", "ten", "", "1e999"] {
            let (sheet, _) = sheet(&format!("name,km\na,{bad}\n"));
            let sheet = sheet.unwrap();
            assert!(sheet.rows().next().unwrap().number("km", 0.0, f64::MAX).is_err(), "{bad}");
        }
    }
}
