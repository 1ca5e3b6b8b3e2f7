//! The words of the page, from its message files, and numbers and dates in them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::Date;
use toml::Value;

use super::quantity::{Unit, round_to};
use crate::report::language::Language;
use crate::report::words::fill;

/// The messages of a language.
#[derive(Debug)]
pub struct Say {
    pub language: Language,
    /// Messages by their dotted keys.
    messages: BTreeMap<String, String>,
    /// The same, as templates take them.
    pub tree: Value,
}

/// The messages of one file, by dotted keys.
fn flat(prefix: &str, value: &Value, out: &mut BTreeMap<String, String>) {
    match value {
        Value::Table(table) => {
            for (key, value) in table {
                let key = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                flat(&key, value, out);
            }
        }
        Value::String(text) => drop(out.insert(prefix.to_string(), text.clone())),
        Value::Array(list) => list.iter().enumerate().for_each(|(i, v)| flat(&format!("{prefix}.{i}"), v, out)),
        other => drop(out.insert(prefix.to_string(), other.to_string())),
    }
}

/// Puts the messages of `own` over those of the same keys.
fn overlay(tree: &mut Value, own: &Value) {
    match (tree, own) {
        (Value::Table(tree), Value::Table(own)) => {
            for (key, value) in own {
                match tree.get_mut(key) {
                    Some(known) => overlay(known, value),
                    None => drop(tree.insert(key.clone(), value.clone())),
                }
            }
        }
        (tree, own) => tree.clone_from(own),
    }
}

impl Say {
    fn read(language: Language) -> Say {
        let text = match language {
            Language::English => include_str!("../../../assets/messages/en/report.toml"),
            Language::Spanish => include_str!("../../../assets/messages/es-MX/report.toml"),
        };
        let tree: Value =
            toml::from_str::<toml::Table>(text).map(Value::Table).expect("a test reads the message files");
        let mut messages = BTreeMap::new();
        flat("", &tree, &mut messages);
        Say { language, messages, tree }
    }

    /// The messages of a language.
    pub fn of(language: Language) -> &'static Say {
        static ENGLISH: LazyLock<Say> = LazyLock::new(|| Say::read(Language::English));
        static SPANISH: LazyLock<Say> = LazyLock::new(|| Say::read(Language::Spanish));
        match language {
            Language::English => &ENGLISH,
            Language::Spanish => &SPANISH,
        }
    }

    /// These messages with those that are said otherwise of a world.
    pub fn of_world(&self, world: &str) -> Say {
        let mut tree = self.tree.clone();
        if let Some(own) = self.tree.get("worlds").and_then(|worlds| worlds.get(world)) {
            overlay(&mut tree, own);
        }
        let mut messages = BTreeMap::new();
        flat("", &tree, &mut messages);
        Say { language: self.language, messages, tree }
    }

    /// A message; `[?]` where there is none, which a test looks for.
    pub fn text(&self, key: &str) -> &str {
        self.messages.get(key).map_or("[?]", String::as_str)
    }

    /// Whether there is such a message.
    pub fn has(&self, key: &str) -> bool {
        self.messages.contains_key(key)
    }

    /// A message with its `{name}`s filled in.
    pub fn with(&self, key: &str, values: &[(&str, &str)]) -> String {
        fill(self.text(key), values)
    }

    /// What the author of a scenario or a world wrote, in this language where it is known, else as it is.
    pub fn known<'a>(&'a self, text: &'a str) -> &'a str {
        let table = self.tree.get("texts").and_then(|t| t.get(text)).and_then(Value::as_str);
        table.unwrap_or(text)
    }

    /// What readers call a scenario: the name of its file where it is no built-in one.
    pub fn scenario<'a>(&'a self, name: &'a str) -> &'a str {
        self.tree.get("names").and_then(|names| names.get(name)).and_then(Value::as_str).unwrap_or(name)
    }

    /// A number with its thousands separated.
    pub fn count(&self, value: f64) -> String {
        self.decimal(value, 0)
    }

    /// A number with so many decimals; a minus sign before what is below zero.
    pub fn decimal(&self, value: f64, decimals: usize) -> String {
        let digits = format!("{:.decimals$}", value.abs());
        let (whole, rest) = digits.split_once('.').unwrap_or((&digits, ""));
        let mut out = String::new();
        for (i, c) in whole.chars().enumerate() {
            if i > 0 && (whole.len() - i).is_multiple_of(3) {
                out.push(',');
            }
            out.push(c);
        }
        if !rest.is_empty() {
            out.push('.');
            out.push_str(rest);
        }
        let nothing = digits.chars().all(|c| matches!(c, '0' | '.'));
        if value < 0.0 && !nothing { format!("\u{2212}{out}") } else { out }
    }

    /// A number rounded to a step: with its sign, if `signed`; small counts of people in words.
    pub fn amount(&self, value: f64, step: f64, unit: Unit, signed: bool) -> String {
        if matches!(unit, Unit::Persons | Unit::Events) && value != 0.0 && value.abs() < 10.0 && step <= 10.0 && !signed
        {
            return self.text("common.fewer_than_10").to_string();
        }
        self.end(value, step, unit, signed)
    }

    /// The same for an end of a range: always a number.
    pub fn end(&self, value: f64, step: f64, unit: Unit, signed: bool) -> String {
        if unit == Unit::Share {
            return self.percent(value);
        }
        let rounded = round_to(value, step);
        let decimals = if step < 1.0 { 1 } else { 0 };
        let text = self.decimal(rounded, decimals);
        if signed && rounded > 0.0 { format!("+{text}") } else { text }
    }

    /// A share as a percentage.
    pub fn percent(&self, share: f64) -> String {
        format!("{}%", self.decimal(100.0 * share, 0))
    }

    /// A share of people as "k of 20".
    pub fn of_twenty(&self, share: f64) -> String {
        self.with("common.of_twenty", &[("k", &format!("{:.0}", (20.0 * share).clamp(0.0, 20.0)))])
    }

    /// `21 May 2024`, `21 may 2024`.
    pub fn date(&self, date: Date) -> String {
        format!("{} {} {}", date.day(), self.month_short(date), date.year())
    }

    /// `06:00`, `6:00`.
    pub fn hour(&self, at: jiff::civil::DateTime) -> String {
        match self.language {
            Language::English => format!("{:02}:{:02}", at.hour(), at.minute()),
            Language::Spanish => format!("{}:{:02}", at.hour(), at.minute()),
        }
    }

    /// `21 May`, for tables whose year is said elsewhere.
    pub fn day_month(&self, date: Date) -> String {
        format!("{} {}", date.day(), self.month_short(date))
    }

    /// `21 May 2024`, `21 de mayo de 2024`.
    pub fn date_long(&self, date: Date) -> String {
        let (day, year) = (date.day().to_string(), date.year().to_string());
        self.with("dates.long", &[("day", &day), ("month", self.month_long(date)), ("year", &year)])
    }

    /// `May 2024`, `mayo de 2024`.
    pub fn month_year(&self, date: Date) -> String {
        let year = date.year().to_string();
        self.with("dates.month_year", &[("month", self.month_long(date)), ("year", &year)])
    }

    fn month_short(&self, date: Date) -> &str {
        self.messages.get(&format!("dates.short.{}", date.month() - 1)).map_or("", String::as_str)
    }

    fn month_long(&self, date: Date) -> &str {
        self.messages.get(&format!("dates.months.{}", date.month() - 1)).map_or("", String::as_str)
    }

    /// Names in a row: `a, b and c`.
    pub fn list(&self, names: &[&str]) -> String {
        match names {
            [] => String::new(),
            [one] => one.to_string(),
            [most @ .., last] => {
                // Spanish has another "and" before the sound of an i.
                let i = ["I", "i", "Í", "í", "Hi", "hi"].iter().any(|sound| last.starts_with(sound));
                let key = if i { "common.and_i" } else { "common.and" };
                self.with(key, &[("some", &most.join(", ")), ("last", last)])
            }
        }
    }

    /// All messages, for tests.
    pub fn messages(&self) -> &BTreeMap<String, String> {
        &self.messages
    }
}

/// With a capital at its beginning.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}
