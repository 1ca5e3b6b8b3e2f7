//! Draws of uncertain parameters: one value a parameter for each, applied replicate by replicate.

use std::fmt::Write;
use std::sync::Arc;

use csv::ReaderBuilder;

use super::assign::{self, Assignment};
use super::error::{Problem, Problems, Spot, Text, suggestion};
use super::field::{Kind, Value};

/// Column that numbers the draws.
const DRAW: &str = "draw";
/// Most draws of a file.
const MOST_DRAWS: usize = 1_000_000;

/// Draws from a distribution over parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Draws {
    /// Paths as `--set` takes them, `policy.ID.path` included.
    pub names: Vec<String>,
    /// One row a draw, one value a name.
    pub rows: Vec<Vec<f64>>,
    /// The file, to say where a name stands.
    text: Arc<Text>,
}

impl Draws {
    /// Draws made by the program itself.
    pub fn new(names: Vec<String>, rows: Vec<Vec<f64>>) -> Self {
        let mut draws = Draws { names, rows, text: Text::new("draws", "") };
        draws.text = Text::new("draws", draws.to_csv());
        draws
    }

    /// The same draws, with names that stand in another text, for messages.
    pub fn said_in(self, text: Arc<Text>) -> Self {
        Draws { text, ..self }
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
        let mut draws = Draws { names: header[1..].to_vec(), rows: Vec::new(), text: text.clone() };
        for record in reader.records() {
            let read = record.map_err(|e| Problem::at(&start, "the posterior is not CSV", e.to_string()));
            let row = read.and_then(|record| {
                let at = record.position().map_or(0, |p| p.byte() as usize);
                let spot = Spot { text: text.clone(), span: at..at };
                if record.len() != header.len() {
                    let message = format!("{} fields, the header has {}", record.len(), header.len());
                    return Err(Problem::at(&spot, message, "this row"));
                }
                let number = |cell: &str| cell.trim().parse().ok().filter(|x: &f64| x.is_finite());
                let cells: Option<Vec<f64>> = record.iter().skip(1).map(number).collect();
                cells.ok_or_else(|| Problem::at(&spot, "every value of a draw must be a finite number", "this row"))
            });
            draws.rows.extend(problems.keep(row));
        }
        if problems.is_empty() && !(1..=MOST_DRAWS).contains(&draws.rows.len()) {
            problems.push(Problem::at(&start, format!("a posterior has 1 to {MOST_DRAWS} draws"), "no row"));
        }
        if problems.is_empty() { Ok(draws) } else { Err(problems) }
    }

    /// The file of these draws; it reads back as the same numbers.
    pub fn to_csv(&self) -> String {
        let quoted = |name: &String| match name.contains([',', '"']) {
            true => format!("\"{}\"", name.replace('"', "\"\"")),
            false => name.clone(),
        };
        let mut out = format!("{DRAW},{}\n", self.names.iter().map(quoted).collect::<Vec<_>>().join(","));
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
        let names = self.names.iter().zip(keep).filter(|(_, k)| **k).map(|(n, _)| n.clone()).collect();
        Draws::new(names, self.rows.iter().map(pick).collect())
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
            Some(read) => read.map(|(id, a)| (Some(id), a)).map_err(|p| self.placed(p, name))?,
            None => (None, assign::from_argument(&argument).map_err(|p| self.placed(p, name))?),
        };
        if !matches!(assignment.spec.kind, Kind::Float | Kind::Int) {
            let message = format!("`{name}` is no number: a posterior varies numbers");
            return Err(self.placed(Problem::nowhere(message), name));
        }
        let spot = self.spot(name);
        (assignment.key_at, assignment.at) = (spot.clone(), spot);
        Ok((policy, assignment))
    }

    fn spot(&self, name: &str) -> Spot {
        let at = self.text.text.find(name);
        Spot { text: self.text.clone(), span: at.map_or(0..0, |at| at..at + name.len()) }
    }

    fn placed(&self, problem: Problem, name: &str) -> Problem {
        Problem { spot: Some(self.spot(name)), label: "this column".into(), ..problem }
    }
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
        for text in
            ["", "draw\n1\n", "x,y\n1,2\n", "draw,app.diligence\n", "draw,app.diligence\n1,nan\n", "draw,a\n1,2,3\n"]
        {
            assert!(Draws::read(&Text::new("p.csv", text)).is_err(), "{text:?}");
        }
        let draws = Draws::new(vec!["app.diligenc".into(), "app.enabled".into(), "policy.a.b".into()], vec![]);
        for column in 0..3 {
            assert!(draws.meaning(column, &["c"]).is_err());
        }
    }
}
