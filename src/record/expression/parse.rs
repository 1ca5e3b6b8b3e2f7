//! The text of an expression to its tree.

use jiff::civil::Date;

use super::{Expression, Fold, Node, Of, Series, Statistic, Vocabulary};
use crate::model::observation::{Event, State, WaitClock, WaitGroup, WaitKind};
use crate::scenario::error::suggestion;
use crate::scenario::{Problem, Spot};

/// Most terms and factors: what reads them does so one in the other.
const MOST_TERMS: usize = 500;
/// Deepest nesting of brackets.
const DEEPEST: usize = 32;

const FOLDS: [(&str, Fold); 5] = [
    ("peak", Fold::Peak),
    ("peak_day", Fold::PeakDay),
    ("low", Fold::Low),
    ("mean", Fold::Mean),
    ("total", Fold::Total),
];

const STATISTICS: [(&str, Statistic); 6] = [
    ("n", Statistic::N),
    ("mean", Statistic::Mean),
    ("p10", Statistic::P10),
    ("p50", Statistic::P50),
    ("p90", Statistic::P90),
    ("p95", Statistic::P95),
];

/// A node with the unit of its value.
struct Typed {
    node: Node,
    unit: String,
}

pub struct Parser<'a> {
    words: &'a Vocabulary<'a>,
    text: &'a str,
    /// Bytes read.
    at: usize,
    depth: usize,
    terms: usize,
    /// Whether the file shows the text letter by letter, and where that begins in it.
    shown: (bool, usize),
    whole: &'a Spot,
}

impl<'a> Parser<'a> {
    pub fn new(words: &'a Vocabulary<'a>, text: &'a str, shown: (bool, usize), whole: &'a Spot) -> Self {
        Parser { words, text, at: 0, depth: 0, terms: 0, shown, whole }
    }

    fn problem(&self, from: usize, to: usize, message: impl Into<String>, label: impl Into<String>) -> Problem {
        let spot = match self.shown {
            (true, begin) => Spot { text: self.whole.text.clone(), span: begin + from..begin + to },
            _ => self.whole.clone(),
        };
        Problem::at(&spot, message, label)
    }

    /// `name = expression` or an expression alone.
    pub fn metric(mut self) -> Result<Expression, Problem> {
        let name = match self.text.split_once('=') {
            Some((name, _)) => {
                self.at = name.len() + 1;
                Some(self.own_name(name)?)
            }
            None => None,
        };
        let from = self.at;
        let Typed { node, unit } = self.sum()?;
        self.skip();
        if self.at < self.text.len() {
            return Err(self.problem(self.at, self.text.len(), "an expression ends here", "one too many"));
        }
        let text = self.text[from..].trim().to_string();
        Ok(Expression { name: name.unwrap_or_else(|| text.clone()), text, unit, node })
    }

    fn own_name(&self, name: &str) -> Result<String, Problem> {
        let trimmed = name.trim();
        let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        if trimmed.is_empty() || !trimmed.chars().all(fine) {
            let message = "a metric's name has letters, digits, `_`, `-` and `.`";
            return Err(self.problem(0, name.len(), message, "no name"));
        }
        Ok(trimmed.to_string())
    }

    fn skip(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Takes a sign if it is next.
    fn take(&mut self, sign: char) -> bool {
        self.skip();
        let there = self.text[self.at..].starts_with(sign);
        if there {
            self.at += sign.len_utf8();
        }
        there
    }

    fn expect(&mut self, sign: char) -> Result<(), Problem> {
        if self.take(sign) {
            return Ok(());
        }
        let end = (self.at + 1).min(self.text.len());
        let end = (end..=self.text.len()).find(|i| self.text.is_char_boundary(*i)).unwrap_or(self.text.len());
        Err(self.problem(self.at, end, format!("`{sign}` is missing in `{}`", self.text.trim()), "here"))
    }

    /// A run of letters, digits and signs that names and dates have; its beginning with it.
    fn word(&mut self) -> (usize, &'a str) {
        self.skip();
        let from = self.at;
        let rest = &self.text[from..];
        let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
        // A sign `-` between letters or digits belongs to a name or a date only inside brackets.
        let dashed = |i: usize| rest[..i].chars().next_back().is_some_and(part) && rest[i + 1..].starts_with(part);
        let end = rest.char_indices().find(|(i, c)| !(part(*c) || (*c == '-' && self.depth > 0 && dashed(*i))));
        let length = end.map_or(rest.len(), |(i, _)| i);
        self.at += length;
        (from, &rest[..length])
    }

    fn sum(&mut self) -> Result<Typed, Problem> {
        let mut left = self.product()?;
        loop {
            let sign = if self.take('+') {
                '+'
            } else if self.take('-') {
                '-'
            } else {
                return Ok(left);
            };
            let begin = self.at;
            let right = self.product()?;
            let bare = |unit: &str| matches!(unit, "" | "share" | "ratio");
            let unit = match (left.unit.as_str(), right.unit.as_str()) {
                (a, b) if a == b => a.to_string(),
                (a, b) if bare(a) && bare(b) => "ratio".to_string(),
                // A number takes the unit of what it is added to.
                (unit, "") | ("", unit) => unit.to_string(),
                (a, b) => {
                    let message = format!("{a} and {b} cannot be added");
                    return Err(self.problem(begin, self.at, message, "of another unit"));
                }
            };
            left = Typed { node: Node::Both(sign, Box::new(left.node), Box::new(right.node)), unit };
        }
    }

    fn product(&mut self) -> Result<Typed, Problem> {
        let mut left = self.factor()?;
        loop {
            let sign = if self.take('*') {
                '*'
            } else if self.take('/') {
                '/'
            } else {
                return Ok(left);
            };
            let right = self.factor()?;
            let unit = match (sign, left.unit.as_str(), right.unit.as_str()) {
                (_, unit, "") => unit.to_string(),
                ('/', a, b) if a == b => "ratio".to_string(),
                ('/', "" | "share" | "ratio", b) => format!("1 per {b}"),
                ('/', a, b) => format!("{a} per {b}"),
                (_, "" | "ratio" | "share", unit) | (_, unit, "ratio" | "share") => unit.to_string(),
                (_, a, b) => format!("{a} x {b}"),
            };
            left = Typed { node: Node::Both(sign, Box::new(left.node), Box::new(right.node)), unit };
        }
    }

    fn factor(&mut self) -> Result<Typed, Problem> {
        self.depth += 1;
        self.terms += 1;
        if self.terms > MOST_TERMS {
            let message = format!("an expression has at most {MOST_TERMS} terms");
            return Err(self.problem(self.at, self.text.len(), message, "one too many"));
        }
        if self.depth > DEEPEST {
            return Err(self.problem(self.at, self.text.len(), "too many brackets", "this deep"));
        }
        let factor = self.plain_factor();
        self.depth -= 1;
        factor
    }

    fn plain_factor(&mut self) -> Result<Typed, Problem> {
        if self.take('-') {
            let of = self.factor()?;
            return Ok(Typed { node: Node::Negative(Box::new(of.node)), unit: of.unit });
        }
        if self.take('(') {
            let inner = self.sum()?;
            self.expect(')')?;
            return Ok(inner);
        }
        let depth = std::mem::take(&mut self.depth);
        let (from, word) = self.word();
        self.depth = depth;
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            let number = word.parse().ok().filter(|x: &f64| x.is_finite());
            let number = number.ok_or_else(|| self.problem(from, self.at, format!("`{word}` is no number"), "here"))?;
            return Ok(Typed { node: Node::Number(number), unit: String::new() });
        }
        match (word, self.take('(')) {
            ("", _) => Err(self
                .problem(from, self.text.len(), "an expression is missing here", "nothing")
                .help(super::GRAMMAR)),
            ("at", true) => self.on_a_day(),
            ("wait", true) => self.wait(),
            (word, true) => match FOLDS.iter().find(|(name, _)| *name == word) {
                Some((_, fold)) => self.over_days(*fold),
                None => {
                    let known = FOLDS.iter().map(|f| f.0).chain(["at", "wait"]);
                    let message = format!("there is no function `{word}`");
                    Err(self
                        .problem(from, from + word.len(), message, "unknown function")
                        .help(suggestion(word, known)))
                }
            },
            (word, false) => self.summary(from, word),
        }
    }

    fn summary(&self, from: usize, word: &str) -> Result<Typed, Problem> {
        let summary = &self.words.summary;
        match summary.iter().position(|m| m.name == word) {
            Some(i) => Ok(Typed { node: Node::Summary(i), unit: summary[i].unit.to_string() }),
            None => {
                let message = format!("there is no metric `{word}`");
                let problem = self.problem(from, from + word.len(), message, "unknown metric");
                Err(match series(word) {
                    Some(_) => problem.help(format!(
                        "`{word}` is a daily series: write peak({word}), mean({word}), total({word}) or at({word}, DATE)"
                    )),
                    None => problem.help(suggestion(word, summary.iter().map(|m| m.name.as_str()))),
                })
            }
        }
    }

    /// `SERIES` or `SERIES[WHO]`.
    fn series(&mut self) -> Result<(Series, Of), Problem> {
        let (from, word) = self.word();
        let Some(series) = series(word) else {
            let message = format!("there is no daily series `{word}`");
            let known = names_of_series();
            return Err(self.problem(from, from + word.len(), message, "unknown series").help(suggestion(word, known)));
        };
        if !self.take('[') {
            return Ok((series, Of::All));
        }
        let from = self.at;
        let Some(length) = self.text[from..].find(']') else {
            return Err(self.problem(from, self.text.len(), "`]` is missing", "here"));
        };
        self.at = from + length + 1;
        let who = self.text[from..from + length].trim();
        let of = self.who(who, from, length)?;
        let flow = matches!(series, Series::Event(_));
        let wrong = match (series, of) {
            (Series::Requests, _) => Some("requests are known for all together only"),
            (_, Of::Place(_)) if flow || !matches!(series, Series::Present | Series::State(_)) => {
                Some("only `present` and states are known by place")
            }
            _ => None,
        };
        match wrong {
            Some(message) => Err(self.problem(from, from + length, message, "not known")),
            None => Ok((series, of)),
        }
    }

    fn who(&self, who: &str, from: usize, length: usize) -> Result<Of, Problem> {
        let world = &self.words.scenario.world;
        let nationality = world.names.nationalities.iter().position(|n| n == who).map(Of::Nationality);
        let place = || world.places.iter().position(|p| p.id == who || p.name == who).map(Of::Place);
        let group = || match who {
            "foreign" => Some(Of::Foreign),
            "national" => Some(Of::National),
            _ => None,
        };
        nationality.or_else(group).or_else(place).ok_or_else(|| {
            let nationalities = world.names.nationalities.iter().map(String::as_str);
            let known = nationalities.chain(["foreign", "national"]).chain(world.places.iter().map(|p| p.id.as_str()));
            let message = format!("there is no nationality, group or place `{who}`");
            self.problem(from, from + length, message, "unknown").help(suggestion(who, known))
        })
    }

    /// A date within the record, as a day's number.
    fn day(&mut self) -> Result<usize, Problem> {
        let (from, word) = self.word();
        let scenario = self.words.scenario;
        let date: Option<Date> = if word.len() == 10 { word.parse().ok() } else { None };
        let Some(date) = date else {
            let message = format!("`{word}` is no date");
            return Err(self.problem(from, from + word.len(), message, "expected YYYY-MM-DD"));
        };
        if date < scenario.record_from || date > scenario.end {
            let message = format!("{date} is outside the record, {} to {}", scenario.record_from, scenario.end);
            return Err(self.problem(from, from + word.len(), message, "outside"));
        }
        Ok((date - scenario.record_from).get_days() as usize)
    }

    /// `SERIES, DATE)`.
    fn on_a_day(&mut self) -> Result<Typed, Problem> {
        let (series, of) = self.series()?;
        self.expect(',')?;
        let day = self.day()?;
        self.expect(')')?;
        let node = Node::Days { series, of, fold: Fold::Mean, from: day, to: day };
        Ok(Typed { node, unit: unit(series, Fold::Mean) })
    }

    /// `SERIES)` or `SERIES, FROM, TO)`.
    fn over_days(&mut self, fold: Fold) -> Result<Typed, Problem> {
        let begin = self.at;
        let (series, of) = self.series()?;
        let flow = matches!(series, Series::Event(_) | Series::Requests);
        if fold == Fold::Total && !flow {
            let message = "the total of a stock means nothing: the same person is counted each day";
            return Err(self.problem(begin, self.at, message, "a stock").help("use peak, mean, low or at"));
        }
        let mut period = (0, (self.words.scenario.end - self.words.scenario.record_from).get_days() as usize);
        if self.take(',') {
            let from = self.day()?;
            self.expect(',')?;
            let begin = self.at;
            period = (from, self.day()?);
            if period.1 < period.0 {
                return Err(self.problem(begin, self.at, "a period must not end before it begins", "too early"));
            }
        }
        self.expect(')')?;
        let node = Node::Days { series, of, fold, from: period.0, to: period.1 };
        Ok(Typed { node, unit: unit(series, fold) })
    }

    /// One of some names.
    fn one_of<T: Copy>(&mut self, what: &str, known: &[(&str, T)]) -> Result<T, Problem> {
        let (from, word) = self.word();
        known.iter().find(|(name, _)| *name == word).map(|(_, value)| *value).ok_or_else(|| {
            let message = format!("there is no {what} `{word}`");
            let names = known.iter().map(|(name, _)| *name);
            self.problem(from, from + word.len(), message, "unknown").help(suggestion(word, names))
        })
    }

    /// `KIND, CLOCK, STATISTIC[, GROUP][, YYYY-MM])`.
    fn wait(&mut self) -> Result<Typed, Problem> {
        let kinds: Vec<_> = WaitKind::ALL.iter().map(|k| (k.name(), *k)).collect();
        let clocks: Vec<_> = WaitClock::ALL.iter().map(|c| (c.name(), *c)).collect();
        let groups: Vec<_> = WaitGroup::ALL.iter().map(|g| (g.name(), *g)).collect();
        let kind = self.one_of("kind of wait", &kinds)?;
        self.expect(',')?;
        let clock = self.one_of("clock", &clocks)?;
        self.expect(',')?;
        let statistic = self.one_of("statistic", &STATISTICS)?;
        let (mut group, mut month) = (WaitGroup::Foreign, None);
        while self.take(',') {
            self.skip();
            if self.text[self.at..].starts_with(|c: char| c.is_ascii_digit()) {
                month = Some(self.month()?);
            } else {
                group = self.one_of("group", &groups)?;
            }
        }
        self.expect(')')?;
        let unit = if statistic == Statistic::N { "persons" } else { "days" };
        Ok(Typed { node: Node::Wait { kind, clock, group, statistic, month }, unit: unit.into() })
    }

    fn month(&mut self) -> Result<(i16, i8), Problem> {
        let (from, word) = self.word();
        let first: Option<Date> = if word.len() == 7 { format!("{word}-01").parse().ok() } else { None };
        let scenario = self.words.scenario;
        match first {
            None => Err(self.problem(from, from + word.len(), format!("`{word}` is no month"), "expected YYYY-MM")),
            Some(day) if day > scenario.end || day.last_of_month() < scenario.record_from => {
                let message = format!("{word} is outside the record, {} to {}", scenario.record_from, scenario.end);
                Err(self.problem(from, from + word.len(), message, "outside"))
            }
            Some(day) => Ok((day.year(), day.month())),
        }
    }
}

fn unit(series: Series, fold: Fold) -> String {
    let flow = matches!(series, Series::Event(_) | Series::Requests);
    match fold {
        Fold::PeakDay => "days",
        Fold::Total => "persons",
        _ if flow => "persons/day",
        _ => "persons",
    }
    .to_string()
}

fn series(name: &str) -> Option<Series> {
    let fixed = match name {
        "present" => Some(Series::Present),
        "backlog" => Some(Series::Backlog),
        "outside_geofence" => Some(Series::OutsideGeofence),
        "present_over_210_days" => Some(Series::PresentOver210Days),
        "requests" => Some(Series::Requests),
        _ => None,
    };
    let state = || State::ALL.iter().find(|s| s.name() == name).map(|s| Series::State(*s));
    // `stranded` is a state and an event: the state is meant.
    let event = || Event::ALL.iter().find(|e| e.name() == name).map(|e| Series::Event(*e));
    fixed.or_else(state).or_else(event)
}

fn names_of_series() -> Vec<&'static str> {
    let fixed = ["present", "backlog", "outside_geofence", "present_over_210_days", "requests"];
    fixed.into_iter().chain(State::ALL.iter().map(|s| s.name())).chain(Event::ALL.iter().map(|e| e.name())).collect()
}
