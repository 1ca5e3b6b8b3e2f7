//! Metrics written as small expressions: `peak(backlog)`, `total(lapse[Cuba]) / total(offer[Cuba])`.
//!
//! A name alone is a metric of `summary.csv`. Series are those of comparisons: stocks at the end of a
//! day, requests and events of a day; `[...]` takes those of a nationality, of `foreign` or `national`
//! people, or (stocks only) at a place.

mod evaluate;
mod parse;

use std::sync::Arc;

use crate::model::Simulation;
use crate::model::observation::{Event, Observation, State, WaitClock, WaitGroup, WaitKind};
use crate::record::metrics::{Metric, metrics};
use crate::scenario::error::Problems;
use crate::scenario::input::Scenario;
use crate::scenario::{Problem, ScenarioError, Spot, Text};

/// A metric of a sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    /// Its name in tables: as given before `=`, or the expression as written.
    pub name: String,
    /// As written, without the name.
    pub text: String,
    pub unit: String,
    node: Node,
}

impl Expression {
    /// The same under another name.
    pub fn named(self, name: &str) -> Self {
        Expression { name: name.to_string(), ..self }
    }
}

/// Daily numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Series {
    Present,
    Backlog,
    OutsideGeofence,
    PresentOver210Days,
    State(State),
    Requests,
    Event(Event),
}

/// Whose daily numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Of {
    All,
    Foreign,
    National,
    /// By index in the world.
    Nationality(usize),
    Place(usize),
}

/// What is made of the days of a period.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fold {
    Peak,
    PeakDay,
    Low,
    Mean,
    Total,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Statistic {
    N,
    Mean,
    P10,
    P50,
    P90,
    P95,
}

#[derive(Debug, Clone, PartialEq)]
enum Node {
    Number(f64),
    /// A metric of `summary.csv`, by its place among them.
    Summary(usize),
    /// Days are numbered from the first recorded one; the last is included.
    Days {
        series: Series,
        of: Of,
        fold: Fold,
        from: usize,
        to: usize,
    },
    /// `day` is the number of the last day a row may have.
    Wait {
        kind: WaitKind,
        clock: WaitClock,
        group: WaitGroup,
        statistic: Statistic,
        month: Option<(i16, i8)>,
    },
    Negative(Box<Node>),
    Both(char, Box<Node>, Box<Node>),
}

/// What expressions may speak of in one scenario.
pub struct Vocabulary<'a> {
    scenario: &'a Scenario,
    /// The metrics of `summary.csv`, without values that mean anything.
    pub summary: Vec<Metric>,
}

impl<'a> Vocabulary<'a> {
    pub fn of(scenario: &'a Scenario) -> Self {
        let nothing = Simulation::new(scenario, 1, 0).finish();
        Vocabulary { scenario, summary: metrics(scenario, &nothing) }
    }

    /// Reads `expression` or `name = expression`, which stands at `at`.
    ///
    /// # Errors
    /// Where it goes wrong, and what may stand there.
    pub fn read(&self, written: &str, at: &Spot) -> Result<Expression, Problem> {
        // Where the text shows it letter by letter, problems point into it.
        let inside = at.text.text.get(at.span.clone()).and_then(|shown| shown.find(written));
        let begin = inside.map_or(at.span.start, |offset| at.span.start + offset);
        parse::Parser::new(self, written, (inside.is_some(), begin), at).metric()
    }

    /// Reads one that stands in no file.
    ///
    /// # Errors
    /// As [`Vocabulary::read`].
    pub fn read_argument(&self, written: &str, flag: &str) -> Result<Expression, Problem> {
        let text: Arc<Text> = Text::new(flag, written);
        let span = 0..written.len();
        self.read(written, &Spot { text, span })
    }

    /// Reads several, each at its place in a file or an argument of a flag; `*` is every metric of `summary.csv`.
    ///
    /// # Errors
    /// All that is wrong, and two of one name that are not the same.
    pub fn read_all<'t>(
        &self,
        written: impl IntoIterator<Item = (&'t str, Option<&'t Spot>)>,
        flag: &str,
    ) -> Result<Vec<Expression>, ScenarioError> {
        let mut problems = Problems::default();
        let mut found: Vec<Expression> = Vec::new();
        for (text, at) in written {
            let read = match at {
                _ if text.trim() == "*" => self.all(),
                Some(at) => problems.keep(self.read(text, at)).into_iter().collect(),
                None => problems.keep(self.read_argument(text, flag)).into_iter().collect(),
            };
            for read in read {
                match found.iter().find(|e| e.name == read.name) {
                    Some(same) if same.text != read.text => {
                        let message = format!("two metrics are called `{}`", read.name);
                        let spot =
                            at.cloned().unwrap_or_else(|| Spot { text: Text::new(flag, text), span: 0..text.len() });
                        problems.push(Problem::at(&spot, message, "the second"));
                    }
                    Some(_) => {}
                    None => found.push(read),
                }
            }
        }
        problems.into_result()?;
        Ok(found)
    }

    /// Every metric of `summary.csv`.
    pub fn all(&self) -> Vec<Expression> {
        (0..self.summary.len()).map(|i| self.summary_metric(i)).collect()
    }

    fn summary_metric(&self, i: usize) -> Expression {
        let metric = &self.summary[i];
        let (name, unit) = (metric.name.clone(), metric.unit.to_string());
        Expression { text: name.clone(), name, unit, node: Node::Summary(i) }
    }
}

/// The value of every expression in one replicate; `None` where it has no meaning.
pub fn values(expressions: &[Expression], scenario: &Scenario, observation: &Observation) -> Vec<Option<f64>> {
    let summary = if expressions.iter().any(|e| evaluate::needs_summary(&e.node)) {
        metrics(scenario, observation)
    } else {
        Vec::new()
    };
    let seen = evaluate::Seen { scenario, observation, summary: &summary };
    expressions.iter().map(|e| seen.value(&e.node).filter(|x| x.is_finite())).collect()
}

/// What an expression is in words and where it comes from, for `--help` and the docs.
pub const GRAMMAR: &str = "NAME of summary.csv | at(SERIES, DATE) | peak, peak_day, low, mean or total(SERIES[, FROM, TO]) | wait(KIND, CLOCK, STATISTIC[, GROUP][, YYYY-MM]) | + - * / ( ) numbers; SERIES[WHO] for a nationality, `foreign`, `national` or a place";
