//! Points of a design as a CSV gives them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::MOST_POINTS;
use crate::scenario::error::Problems;
use crate::scenario::{Problem, ScenarioError, Spot, Text};

/// Most columns of a CSV.
const MOST_COLUMNS: usize = 10_000;

/// Points of a CSV.
pub struct Given {
    pub names: Vec<(String, Spot)>,
    /// Whether the first column numbers the points.
    pub numbered: bool,
    pub ids: Vec<u64>,
    pub rows: Vec<Vec<String>>,
    /// Where each row begins.
    pub at: Vec<usize>,
}

/// Reads a CSV of points.
///
/// # Errors
/// Not CSV, a column without a name, a row of another length, a number that stands twice, no row.
pub fn given(text: &Arc<Text>) -> Result<Given, ScenarioError> {
    let start = Spot::start_of(text);
    if text.text.bytes().filter(|b| *b == b'"').count() % 2 == 1 {
        let last = text.text.rfind('"').unwrap_or_default();
        let at = Spot { text: text.clone(), span: last..last + 1 };
        return Err(Problem::at(&at, "a quote is opened and never closed", "perhaps this one").into());
    }
    let wrong = |e: csv::Error| Problem::at(&start, "the design is not CSV", e.to_string());
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.text.as_bytes());
    let header = reader.headers().map_err(wrong)?;
    if header.len() > MOST_COLUMNS {
        let message = format!("a design has at most {MOST_COLUMNS} columns");
        return Err(Problem::at(&start, message, "too many").into());
    }
    let header: Vec<String> = header.iter().map(str::to_string).collect();
    let numbered = header.first().is_some_and(|name| name == "point");
    let mut from = 0;
    let mut names = Vec::new();
    for (i, name) in header.iter().enumerate() {
        let found = text.text[from..].find(name.as_str()).map_or(from..from, |at| from + at..from + at + name.len());
        from = found.end;
        let at = Spot { text: text.clone(), span: found };
        if name.is_empty() {
            return Err(Problem::at(&at, format!("column {} of the design has no name", i + 1), "its header").into());
        }
        if !(numbered && i == 0) {
            names.push((name.clone(), at));
        }
    }
    if names.is_empty() {
        return Err(Problem::at(&start, "a design has one column a parameter", "none here").into());
    }
    let mut found = Given { names, numbered, ids: Vec::new(), rows: Vec::new(), at: Vec::new() };
    let mut problems = Problems::default();
    let mut seen = BTreeSet::new();
    for record in reader.records() {
        if problems.enough() {
            break;
        }
        let record = record.map_err(wrong)?;
        let line = line_of(text, &record);
        if record.len() != header.len() {
            let message = format!("{} fields, the header has {}", record.len(), header.len());
            problems.push(Problem::at(&line, message, "this row"));
            continue;
        }
        let id = if numbered { record[0].parse().ok() } else { Some(found.ids.len() as u64 + 1) };
        match id.filter(|id| (1..=u64::from(u32::MAX)).contains(id) && seen.insert(*id)) {
            Some(id) => found.ids.push(id),
            None => {
                let message = format!("`point` is a whole number from 1 on, each once; this is `{}`", &record[0]);
                problems.push(Problem::at(&line, message, "this row"));
                continue;
            }
        }
        found.rows.push(record.iter().skip(usize::from(numbered)).map(str::to_string).collect());
        found.at.push(line.span.start);
    }
    problems.into_result()?;
    if !(1..=MOST_POINTS).contains(&found.rows.len()) {
        let message = format!("a design has 1 to {MOST_POINTS} points");
        return Err(Problem::at(&start, message, "no row, or too many").into());
    }
    Ok(found)
}

/// Where the row of a record stands.
fn line_of(text: &Arc<Text>, record: &csv::StringRecord) -> Spot {
    let begin = record.position().map_or(0, |p| p.byte() as usize).min(text.text.len());
    // The position is that of the line's end before it where that has two bytes, or of blank lines.
    let blank = text.text[begin..].bytes().take_while(|b| matches!(b, b'\r' | b'\n')).count();
    let line = text.text[begin + blank..].lines().next().unwrap_or_default();
    Spot { text: text.clone(), span: begin + blank..begin + blank + line.len() }
}
