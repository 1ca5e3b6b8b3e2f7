//! TOML text to a tree in which every key and value knows where it stands.

use std::sync::Arc;

use jiff::civil::{Date, DateTime, Time};
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use toml::value::Datetime;

use super::error::{Problem, Problems, ScenarioError, Spot, Text, no_control, unprintable};

/// Largest text in which every fault of syntax is looked for, bytes; of a larger one the first is told, as each takes
/// memory.
const MOST_RECOVERED: usize = 256 << 10;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub at: Spot,
    pub plain: Plain,
}

/// A value as written.
#[derive(Debug, Clone, PartialEq)]
pub enum Plain {
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(String),
    When(Datetime),
    Array(Vec<Node>),
    Table(Table),
}

/// A table, in the order written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    pub entries: Vec<Entry>,
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub key: String,
    pub key_at: Spot,
    pub node: Node,
}

impl Table {
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|e| e.key == key)
    }
}

/// Parses a TOML document.
///
/// # Errors
/// Faults of syntax, a number too large to hold.
pub fn parse(text: &Arc<Text>) -> Result<Table, ScenarioError> {
    let mut problems = Problems::default();
    let (root, errors) = match text.text.len() {
        ..=MOST_RECOVERED => DeTable::parse_recoverable(&text.text),
        _ => match DeTable::parse(&text.text) {
            Ok(root) => (root, Vec::new()),
            Err(first) => return Err(syntax_problem(text, &first).into()),
        },
    };
    for error in errors {
        problems.push(syntax_problem(text, &error));
    }
    let root = if problems.is_empty() { table(root.into_inner(), text, &mut problems) } else { Table::default() };
    problems.into_result()?;
    Ok(root)
}

/// Parses one TOML value, the part of `text` from `offset` on.
///
/// # Errors
/// It is not a TOML value.
pub fn parse_value(text: &Arc<Text>, offset: usize) -> Result<Node, Problem> {
    // Blanks in place of what stands before keep the spans true.
    let value = &text.text[offset..];
    let at = Spot { text: text.clone(), span: offset..text.text.len() };
    let parsed = DeValue::parse(value).map_err(|error| {
        Problem::at(&at, format!("`{value}` is not a value"), error.message().to_string())
            .help("write a number, true, false, \"text\", or a list [\"a\", \"b\"]")
    })?;
    let mut problems = Problems::default();
    let mut node = node(parsed, text, &mut problems);
    node.at = at;
    match problems.into_result() {
        Ok(()) => Ok(node),
        Err(_) => Err(Problem::at(&node.at, "the number is too large", "cannot be held")),
    }
}

fn syntax_problem(text: &Arc<Text>, error: &toml::de::Error) -> Problem {
    let span = error.span().unwrap_or(0..0);
    let spot = Spot { text: text.clone(), span };
    Problem::at(&spot, "this is not valid TOML", error.message())
}

fn table(table: DeTable<'_>, text: &Arc<Text>, problems: &mut Problems) -> Table {
    let entries = table
        .into_iter()
        .map(|(key, value)| {
            let key_at = Spot { text: text.clone(), span: key.span() };
            Entry { key: key.into_inner().into_owned(), key_at, node: node(value, text, problems) }
        })
        .collect();
    Table { entries }
}

fn node(value: Spanned<DeValue<'_>>, text: &Arc<Text>, problems: &mut Problems) -> Node {
    let at = Spot { text: text.clone(), span: value.span() };
    let plain = match value.into_inner() {
        DeValue::Boolean(b) => Plain::Bool(b),
        DeValue::String(s) => Plain::Text(s.into_owned()),
        DeValue::Datetime(d) => Plain::When(d),
        DeValue::Integer(i) => match i128::from_str_radix(i.as_str(), i.radix()) {
            Ok(i) => Plain::Int(i),
            Err(_) => {
                problems.push(Problem::at(&at, "the number is too large", "cannot be held"));
                Plain::Int(0)
            }
        },
        // Too large a float reads as infinity, which every check refuses by name.
        DeValue::Float(f) => Plain::Float(f.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Array(a) => Plain::Array(a.into_iter().map(|v| node(v, text, problems)).collect()),
        DeValue::Table(t) => Plain::Table(table(t, text, problems)),
    };
    Node { at, plain }
}

impl Node {
    /// What kind of value this is, for messages.
    pub fn kind(&self) -> &'static str {
        match &self.plain {
            Plain::Bool(_) => "true or false",
            Plain::Int(_) => "a whole number",
            Plain::Float(f) if f.is_finite() => "a number",
            Plain::Float(_) => "not a finite number",
            Plain::Text(_) => "a text",
            Plain::When(d) if d.time.is_none() => "a date",
            Plain::When(d) if d.date.is_none() => "a time of day",
            Plain::When(d) if d.offset.is_some() => "a date and time with an offset",
            Plain::When(_) => "a date and time",
            Plain::Array(_) => "a list",
            Plain::Table(_) => "a table",
        }
    }

    fn wrong(&self, what: &str, expected: &str) -> Problem {
        Problem::at(&self.at, format!("{what} must be {expected}"), format!("this is {}", self.kind()))
    }

    pub fn text(&self, what: &str) -> Result<&str, Problem> {
        match &self.plain {
            Plain::Text(s) => {
                let broken = |c: char| !matches!(c, '\n' | '\r' | '\t') && unprintable(c);
                self.printable(what, s, broken)
            }
            _ => Err(self.wrong(what, "a text in quotes")),
        }
    }

    /// A text on one line: a name or a title.
    pub fn line(&self, what: &str) -> Result<&str, Problem> {
        self.text(what).and_then(|s| self.printable(what, s, unprintable))
    }

    fn printable<'a>(&self, what: &str, s: &'a str, broken: impl Fn(char) -> bool) -> Result<&'a str, Problem> {
        match s.chars().find(|c| broken(*c)) {
            None => Ok(s),
            Some(c) => Err(Problem::at(&self.at, no_control(what), format!("U+{:04X} in it", c as u32))),
        }
    }

    pub fn boolean(&self, what: &str) -> Result<bool, Problem> {
        match self.plain {
            Plain::Bool(b) => Ok(b),
            _ => Err(self.wrong(what, "true or false")),
        }
    }

    /// A whole number within bounds.
    pub fn whole(&self, what: &str, low: i128, high: i128) -> Result<i128, Problem> {
        let expected = format!("a whole number from {low} to {high}");
        match self.plain {
            Plain::Int(i) if (low..=high).contains(&i) => Ok(i),
            Plain::Int(_) => Err(Problem::at(&self.at, format!("{what} must be {expected}"), "out of bounds")),
            _ => Err(self.wrong(what, &expected)),
        }
    }

    /// A finite number within bounds.
    pub fn number(&self, what: &str, low: f64, high: f64) -> Result<f64, Problem> {
        let expected = match high {
            f64::MAX => "a finite number".to_string(),
            _ => format!("a number from {low} to {high}"),
        };
        let x = match self.plain {
            Plain::Int(i) => i as f64,
            Plain::Float(x) => x,
            _ => return Err(self.wrong(what, &expected)),
        };
        if !x.is_finite() {
            return Err(self.wrong(what, &expected));
        }
        if x < low || x > high {
            return Err(Problem::at(&self.at, format!("{what} must be {expected}"), "out of bounds"));
        }
        Ok(x)
    }

    pub fn array(&self, what: &str) -> Result<&[Node], Problem> {
        match &self.plain {
            Plain::Array(nodes) => Ok(nodes),
            _ => Err(self.wrong(what, "a list")),
        }
    }

    pub fn table(&self, what: &str) -> Result<&Table, Problem> {
        match &self.plain {
            Plain::Table(table) => Ok(table),
            _ => Err(self.wrong(what, "a table")),
        }
    }

    /// A local date.
    pub fn date(&self, what: &str) -> Result<Date, Problem> {
        let expected = "a date without quotes, e.g. 2024-05-21";
        match &self.plain {
            Plain::When(Datetime { date: Some(date), time: None, offset: None }) => self.civil_date(date),
            _ => Err(self.wrong(what, expected)),
        }
    }

    /// A local date and whole hour; a date alone is its beginning.
    pub fn hour(&self, what: &str) -> Result<DateTime, Problem> {
        let expected = "a local date and time without quotes, e.g. 2024-05-21T06:00:00";
        let Plain::When(Datetime { date: Some(date), time, offset }) = &self.plain else {
            return Err(self.wrong(what, expected));
        };
        if offset.is_some() {
            return Err(self.wrong(what, expected).help("hours are the app's own wall clock: leave out the offset"));
        }
        let date = self.civil_date(date)?;
        let Some(time) = time else { return Ok(date.to_datetime(Time::midnight())) };
        let exact = time.minute == 0 && time.second.unwrap_or(0) == 0 && time.nanosecond.unwrap_or(0) == 0;
        let hour = Time::new(time.hour as i8, 0, 0, 0).ok().filter(|_| exact);
        let hour = hour.ok_or_else(|| {
            Problem::at(&self.at, format!("{what} must be a whole hour"), "minutes and seconds must be 0")
        })?;
        Ok(date.to_datetime(hour))
    }

    fn civil_date(&self, date: &toml::value::Date) -> Result<Date, Problem> {
        Date::new(date.year as i16, date.month as i8, date.day as i8)
            .map_err(|_| Problem::at(&self.at, "there is no such date", "not in the calendar"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(toml: &str) -> Node {
        parse(&Text::new("t", toml)).unwrap().entries.remove(0).node
    }

    #[test]
    fn values_know_where_they_stand() {
        let root = parse(&Text::new("t", "[app]\nslots = 7\n")).unwrap();
        let app = root.get("app").unwrap();
        let slots = app.node.table("app").unwrap().get("slots").unwrap();
        assert_eq!(slots.key_at.to_string(), "t:2:1");
        assert_eq!(slots.node.at.to_string(), "t:2:9");
        assert_eq!(slots.node.plain, Plain::Int(7));
    }

    #[test]
    fn dates_are_local_and_exist() {
        assert_eq!(one("d = 2024-02-29").date("d").unwrap(), jiff::civil::date(2024, 2, 29));
        assert!(one("d = 2024-05-21T06:00:00Z").hour("d").unwrap_err().help.unwrap().contains("offset"));
        assert!(one("d = 2024-05-21T06:30:00").hour("d").is_err());
        assert_eq!(one("d = 2024-05-21").hour("d").unwrap(), jiff::civil::date(2024, 5, 21).at(0, 0, 0, 0));
        assert!(one("d = \"2024-05-21\"").date("d").unwrap_err().label.contains("a text"));
    }

    #[test]
    fn numbers_must_be_finite_and_within_bounds() {
        assert!(one("x = nan").number("x", 0.0, 1.0).is_err());
        assert!(one("x = inf").number("x", 0.0, 1.0).is_err());
        assert!(one("x = 1e999").number("x", 0.0, 1.0).is_err());
        assert_eq!(one("x = 1").number("x", 0.0, 1.0).unwrap(), 1.0);
        assert_eq!(one("x = 18446744073709551615").whole("x", 0, u64::MAX as i128).unwrap(), u64::MAX as i128);
    }
}
