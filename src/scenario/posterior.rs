//! Draws of uncertain parameters: one value a parameter for each, applied replicate by replicate.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::ops::Range;
use std::sync::Arc;

use csv::{ReaderBuilder, StringRecord};

use super::assign::{self, Assignment};
use super::error::{Problem, Problems, Spot, Text, no_control, suggestion, unprintable};
use super::field::{Kind, Value};

/// Column that numbers the draws.
const DRAW: &str = "draw";
/// Most draws of a file, and most columns.
const MOST_DRAWS: usize = 1_000_000;
const MOST_COLUMNS: usize = 10_000;

/// Draws from a distribution over parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Draws {
    /// Paths as `--set` takes them, `policy.ID.path` included.
    pub names: Vec<String>,
    /// One row a draw, one value a name.
    pub rows: Vec<Vec<f64>>,
    /// The file, and where each name stands in it, for messages.
    text: Arc<Text>,
    at: Vec<Range<usize>>,
}

impl Draws {
    /// Draws made by the program itself.
    pub fn new(names: Vec<String>, rows: Vec<Vec<f64>>) -> Self {
        let text = Text::new("draws", header_of(&names));
        let at = places(&text.text, &names);
        Draws { names, rows, text, at }
    }

    /// The same draws, with names that stand in another text, for messages.
    pub fn said_in(self, text: Arc<Text>, at: Vec<Range<usize>>) -> Self {
        Draws { text, at, ..self }
    }

    /// Reads a CSV with a column `draw` and one column a parameter.
    ///
    /// # Errors
    /// No such columns, a cell that is no finite number, no rows.
    pub fn read(text: &Arc<Text>) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(text.text.as_bytes());
        let start = Spot::start_of(text);
        let header: Vec<String> = match reader.headers() {
            Ok(header) if header.len() > MOST_COLUMNS => {
                let message = format!("a posterior has at most {MOST_COLUMNS} columns");
                problems.push(Problem::at(&start, message, "too many"));
                return Err(problems);
            }
            Ok(header) => header.iter().map(str::to_string).collect(),
            Err(e) => {
                problems.push(Problem::at(&start, "the posterior is not CSV", e.to_string()));
                return Err(problems);
            }
        };
        if header.first().map(String::as_str) != Some(DRAW) || header.len() < 2 {
            let problem = Problem::at(&start, "a posterior has a column `draw` and one a parameter", "not its header");
            problems.push(problem);
            return Err(problems);
        }
        let names = header[1..].to_vec();
        let at = places(&text.text, &names);
        let mut seen = BTreeSet::new();
        for (i, name) in names.iter().enumerate() {
            if name.chars().any(unprintable) {
                problems.push(Problem::at(&start, no_control("a name of the posterior"), "its header"));
            }
            if !seen.insert(name) {
                let spot = Spot { text: text.clone(), span: at[i].clone() };
                problems.push(Problem::at(&spot, format!("`{name}` has two columns"), "the second"));
            }
        }
        let mut draws = Draws { names, rows: Vec::new(), text: text.clone(), at };
        for record in reader.records() {
            if problems.enough() {
                break;
            }
            let read = record.map_err(|e| Problem::at(&start, "the posterior is not CSV", e.to_string()));
            draws.rows.extend(problems.keep(read.and_then(|record| row(text, &header, &record))));
        }
        if problems.is_empty() && !(1..=MOST_DRAWS).contains(&draws.rows.len()) {
            problems.push(Problem::at(&start, format!("a posterior has 1 to {MOST_DRAWS} draws"), "no row"));
        }
        if problems.is_empty() { Ok(draws) } else { Err(problems) }
    }

    /// The file of these draws; it reads back as the same numbers.
    pub fn to_csv(&self) -> String {
        let mut out = header_of(&self.names);
        for (i, row) in self.rows.iter().enumerate() {
            let cells: Vec<String> = row.iter().map(|x| format!("{x:?}")).collect();
            // Writing to a string cannot fail.
            let _ = writeln!(out, "{},{}", i + 1, cells.join(","));
        }
        out
    }

    /// Only the columns for which `keep` is true.
    pub fn columns(&self, keep: &[bool]) -> Draws {
        let pick = |row: &Vec<f64>| row.iter().zip(keep).filter(|(_, k)| **k).map(|(x, _)| *x).collect();
        let kept = || self.names.iter().zip(&self.at).zip(keep).filter(|(_, k)| **k).map(|(column, _)| column);
        Draws {
            names: kept().map(|(name, _)| name.clone()).collect(),
            rows: self.rows.iter().map(pick).collect(),
            text: self.text.clone(),
            at: kept().map(|(_, at)| at.clone()).collect(),
        }
    }

    /// What a column sets: the id of a policy, if it is about one, and the assignment with the value
    /// still to come.
    ///
    /// # Errors
    /// An unknown parameter or policy, or one that is no number.
    pub fn meaning(&self, column: usize, policies: &[&str]) -> Result<(Option<String>, Assignment), Problem> {
        let name = &self.names[column];
        let argument = format!("{name}=0");
        let (policy, mut assignment) = match assign::from_policy_argument(&argument, policies) {
            Some(read) => read.map(|(id, a)| (Some(id), a)).map_err(|p| self.placed(p, column))?,
            None => (None, assign::from_argument(&argument).map_err(|p| self.placed(p, column))?),
        };
        if !matches!(assignment.spec.kind, Kind::Float | Kind::Int) {
            let message = format!("`{name}` is no number: a posterior varies numbers");
            return Err(self.placed(Problem::nowhere(message), column));
        }
        let spot = self.spot(column);
        (assignment.key_at, assignment.at) = (spot.clone(), spot);
        Ok((policy, assignment))
    }

    fn spot(&self, column: usize) -> Spot {
        Spot { text: self.text.clone(), span: self.at[column].clone() }
    }

    /// A problem with a column, at its place.
    pub fn placed(&self, problem: Problem, column: usize) -> Problem {
        Problem { spot: Some(self.spot(column)), label: "this column".into(), ..problem }
    }
}

/// One draw: all cells but the first, which numbers it.
fn row(text: &Arc<Text>, header: &[String], record: &StringRecord) -> Result<Vec<f64>, Problem> {
    let begin = record.position().map_or(0, |p| p.byte() as usize);
    // The position is that of the line's end before it where that has two bytes, or of blank lines.
    let blank = text.text[begin..].bytes().take_while(|b| matches!(b, b'\r' | b'\n')).count();
    let line = text.text[begin + blank..].lines().next().unwrap_or_default();
    let whole = begin + blank..begin + blank + line.len();
    let spot = Spot { text: text.clone(), span: whole.clone() };
    if record.len() != header.len() {
        let message = format!("{} fields, the header has {}", record.len(), header.len());
        return Err(Problem::at(&spot, message, "this row"));
    }
    let mut from = whole.start + record.get(0).map_or(0, str::len) + 1;
    let mut values = Vec::with_capacity(header.len() - 1);
    for (cell, name) in record.iter().zip(header).skip(1) {
        match cell.trim().parse().ok().filter(|x: &f64| x.is_finite()) {
            Some(x) => values.push(x),
            None => {
                let span = from.min(whole.end)..(from + cell.len()).min(whole.end);
                let message = format!("`{cell}` is no finite number: a value of {name}");
                return Err(Problem::at(&Spot { text: text.clone(), span }, message, "this cell"));
            }
        }
        from += cell.len() + 1;
    }
    Ok(values)
}

/// The first line of a file of draws.
fn header_of(names: &[String]) -> String {
    format!("{DRAW},{}\n", names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(","))
}

/// A name as a cell.
fn quoted(name: &str) -> String {
    if name.contains([',', '"']) { format!("\"{}\"", name.replace('"', "\"\"")) } else { name.to_string() }
}

/// Where names stand in a header, one after the other.
fn places(text: &str, names: &[String]) -> Vec<Range<usize>> {
    let mut from = DRAW.len().min(text.len());
    let place = |name: &String| {
        // A cell may be quoted where it need not be; if it is found in neither form, the search stays where it is.
        let Some((at, length)) =
            [quoted(name), name.clone()].iter().find_map(|cell| Some((from + text[from..].find(cell)?, cell.len())))
        else {
            return from..from;
        };
        from = at + length;
        at..from
    };
    names.iter().map(place).collect()
}

/// The value of a draw for a parameter: whole where it must be.
pub fn value(assignment: &Assignment, x: f64) -> Value {
    match assignment.spec.kind {
        Kind::Int => Value::Int(x.round() as i64),
        _ => Value::Float(x),
    }
}

/// Refuses a name that has no posterior among those there are.
pub fn unknown(name: &str, at: &Spot, known: &[String]) -> Problem {
    Problem::at(at, format!("there is no built-in posterior `{name}`"), "unknown posterior")
        .help(suggestion(name, known.iter().map(String::as_str)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_read_back_as_the_same_numbers() {
        let names = vec!["app.diligence".to_string(), "policy.x.app.slots".into()];
        let draws = Draws::new(names, vec![vec![0.1, 1.0 / 3.0], vec![1e-9, 1000.0]]);
        let read = Draws::read(&Text::new("p.csv", draws.to_csv())).unwrap();
        assert_eq!((&read.names, &read.rows), (&draws.names, &draws.rows));
        let one = read.columns(&[false, true]);
        assert_eq!((one.names.len(), one.rows[1][0]), (1, 1000.0));
    }

    #[test]
    fn what_is_no_posterior_is_refused() {
        for text in [
            "",
            "draw\n1\n",
            "draw,\"é\"\"aaaa\",b\n1,1\n",
            "x,y\n1,2\n",
            "draw,app.diligence\n",
            "draw,app.diligence\n1,nan\n",
            "draw,a\n1,2,3\n",
        ] {
            assert!(Draws::read(&Text::new("p.csv", text)).is_err(), "{text:?}");
        }
        let draws = Draws::new(vec!["app.diligenc".into(), "app.enabled".into(), "policy.a.b".into()], vec![]);
        for column in 0..3 {
            assert!(draws.meaning(column, &["c"]).is_err());
        }
    }
}
