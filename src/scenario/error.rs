//! What is wrong with an input: file, line and column, what was expected, the nearest valid name.

use std::fmt::{self, Display};
use std::ops::Range;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

/// Most problems shown at once.
const MOST_SHOWN: usize = 8;
/// So many tell that a file is another than it is taken for: reading on would find more of the same.
const ENOUGH: usize = 100;

/// Longest name for which a near one is sought, bytes.
const LONGEST_NEAR: usize = 200;

/// Most characters of a word of the input that a message repeats.
const LONGEST_WORD: usize = 60;
/// Longest line that is shown as it stands, bytes; of a longer one, so many characters around the place.
const LONGEST_LINE: usize = 400;
const AROUND: usize = 60;

/// Characters that have no place in a name: tables, charts and terminals cannot show them.
pub fn unprintable(c: char) -> bool {
    c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// What is wrong with a text that holds one.
pub fn no_control(what: &str) -> String {
    format!("{what} must not hold control characters")
}

/// A message in which the words of the input, in backticks, are cut to a length that can be read.
fn shortened(message: String) -> String {
    if message.len() <= LONGEST_WORD {
        return message;
    }
    let short = |(i, part): (usize, &str)| match part.char_indices().nth(LONGEST_WORD) {
        Some((end, _)) if i % 2 == 1 => format!("{}\u{2026}", &part[..end]),
        _ => part.to_string(),
    };
    message.split('`').enumerate().map(short).collect::<Vec<_>>().join("`")
}

/// A text that problems point into: a file, or an argument of the command line.
#[derive(Debug, PartialEq)]
pub struct Text {
    /// Path as the user knows it, `builtin:...`, or the name of a flag.
    pub name: String,
    pub text: String,
}

impl Text {
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        let text: String = text.into();
        // A mark of the encoding is no character of the first line.
        let text = text.strip_prefix('\u{feff}').map(str::to_string).unwrap_or(text);
        Arc::new(Text { name: name.into(), text })
    }

    /// An argument of the command line, in which no mark of the encoding is expected: it is kept as it stands.
    pub fn of_argument(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Text { name: name.into(), text: text.into() })
    }

    /// Line and column of a byte offset, both from 1; columns count characters.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &self.text[..offset];
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

impl Text {
    /// The part of a very long line around a place in it, or from it on.
    fn window<'a>(&'a self, span: &SourceSpan, with_before: bool) -> Box<dyn SpanContents<'a> + 'a> {
        let mut at = span.offset().min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        let (before, after) = self.text.split_at(at);
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        let earliest = before.char_indices().rev().nth(AROUND - 1).map_or(0, |(i, _)| i);
        let from = if with_before { line_start.max(earliest) } else { at };
        let line_end = after.find('\n').unwrap_or(after.len());
        let latest = after.char_indices().nth(2 * AROUND).map_or(after.len(), |(i, _)| i);
        let to = at + line_end.min(latest);
        let (line, column) = self.position(from);
        let (data, shown) = (&self.text.as_bytes()[from..to], (from, to - from).into());
        Box::new(MietteSpanContents::new_named(self.name.clone(), data, shown, line - 1, column - 1, 1))
    }
}

impl SourceCode for Text {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let inner = self.text.read_span(span, before, after)?;
        if inner.data().split(|b| *b == b'\n').any(|line| line.len() > LONGEST_LINE) {
            return Ok(self.window(span, before > 0));
        }
        // The library counts bytes in a column; people count characters.
        let (_, column) = self.position(inner.span().offset());
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            inner.data(),
            *inner.span(),
            inner.line(),
            column - 1,
            inner.line_count(),
        )))
    }
}

/// Where a value stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Spot {
    pub text: Arc<Text>,
    pub span: Range<usize>,
}

impl Spot {
    /// The beginning of a text.
    pub fn start_of(text: &Arc<Text>) -> Self {
        Spot { text: text.clone(), span: 0..0 }
    }
}

impl Display for Spot {
    /// `file:line:column`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = self.text.position(self.span.start);
        write!(f, "{}:{line}:{column}", self.text.name)
    }
}

/// One thing wrong with an input.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    pub message: String,
    /// What stands under the caret.
    pub label: String,
    pub help: Option<String>,
    pub spot: Option<Spot>,
}

impl Problem {
    /// A problem with a value at a place in a text.
    pub fn at(spot: &Spot, message: impl Into<String>, label: impl Into<String>) -> Self {
        let (message, label) = (shortened(message.into()), shortened(label.into()));
        Problem { message, label, help: None, spot: Some(spot.clone()) }
    }

    /// A problem that no text can show (a file that cannot be read).
    pub fn nowhere(message: impl Into<String>) -> Self {
        Problem { message: shortened(message.into()), label: String::new(), help: None, spot: None }
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(shortened(help.into()));
        self
    }
}

impl Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

impl Diagnostic for Problem {
    fn help<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        self.help.as_ref().map(|h| Box::new(h) as Box<dyn Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.spot.as_ref().map(|s| &*s.text as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let spot = self.spot.as_ref()?;
        let label = Some(self.label.clone()).filter(|l| !l.is_empty());
        let wide = spot.span.start..spot.span.end.max(spot.span.start);
        let text = spot.text.text.get(wide.clone()).unwrap_or("");
        // A caret as wide as what is shown of a very long line.
        let width = text.char_indices().nth(AROUND).map_or(wide.len(), |(i, _)| i);
        let span = if wide.len() > LONGEST_LINE { wide.start..wide.start + width } else { wide };
        let span = LabeledSpan::new_primary_with_span(label, span);
        Some(Box::new(std::iter::once(span)))
    }
}

/// Why a scenario or a world was refused: at least one problem.
#[derive(Debug, Clone, PartialEq)]
pub struct ScenarioError {
    first: Box<Problem>,
    others: Vec<Problem>,
}

impl ScenarioError {
    /// All problems found, in the order of the input.
    pub fn problems(&self) -> impl Iterator<Item = &Problem> {
        std::iter::once(&*self.first).chain(&self.others)
    }
}

impl From<Problem> for ScenarioError {
    fn from(problem: Problem) -> Self {
        ScenarioError { first: Box::new(problem), others: Vec::new() }
    }
}

impl Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.first.fmt(f)
    }
}

impl std::error::Error for ScenarioError {}

impl Diagnostic for ScenarioError {
    fn help<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        Diagnostic::help(&*self.first)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.first.source_code()
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.first.labels()
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        if self.others.is_empty() {
            return None;
        }
        Some(Box::new(self.others.iter().map(|p| p as &dyn Diagnostic)))
    }
}

/// Problems gathered while reading, so that one look shows them all.
#[derive(Debug, Default)]
pub struct Problems {
    found: Vec<Problem>,
    /// Found beyond those kept.
    more: usize,
}

impl Problems {
    pub fn push(&mut self, problem: Problem) {
        if self.found.len() < MOST_SHOWN {
            self.found.push(problem);
        } else {
            self.more += 1;
        }
    }

    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Whether there are so many that what reads a list may end.
    pub fn enough(&self) -> bool {
        self.found.len() + self.more >= ENOUGH
    }

    /// Keeps the value of a result and gathers its problem.
    pub fn keep<T>(&mut self, result: Result<T, Problem>) -> Option<T> {
        result.map_err(|p| self.push(p)).ok()
    }

    /// # Errors
    /// Anything was gathered.
    pub fn into_result(self) -> Result<(), ScenarioError> {
        let stopped = self.enough();
        let mut found = self.found.into_iter();
        let Some(first) = found.next() else { return Ok(()) };
        let mut others: Vec<_> = found.collect();
        if self.more > 0 {
            let at_least = if stopped { "at least " } else { "" };
            others.push(Problem::nowhere(format!("{at_least}{} more like these are not shown", self.more)));
        }
        Err(ScenarioError { first: Box::new(first), others })
    }
}

/// The nearest of some valid names, if one is near enough to be meant.
pub fn nearest<'a>(name: &str, allowed: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Nobody means a name by so long a text.
    if name.len() > LONGEST_NEAR {
        return None;
    }
    let lower = name.to_lowercase();
    allowed
        .into_iter()
        .map(|a| (strsim::jaro_winkler(&lower, &a.to_lowercase()), a))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, a)| a)
}

/// "did you mean ...?", and what is allowed if that is short enough to say.
pub fn suggestion<'a>(name: &str, allowed: impl IntoIterator<Item = &'a str> + Clone) -> String {
    let near = nearest(name, allowed.clone()).map(|near| format!("did you mean `{near}`?"));
    let names: Vec<&str> = allowed.into_iter().collect();
    let list = match (names.len(), &near) {
        (0, _) => Some("none is defined".to_string()),
        (1..=24, _) => Some(format!("allowed: {}", names.join(", "))),
        (_, Some(_)) => None,
        (n, None) => Some(format!("none of the {n} allowed names is near, for instance {}", names[..6].join(", "))),
    };
    [near, list].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let text = Text::new("x", "a\nTecún Umán = 1\n");
        let offset = text.text.find('=').unwrap();
        assert_eq!(text.position(offset), (2, 12));
        assert_eq!(Spot { text, span: offset..offset + 1 }.to_string(), "x:2:12");
    }

    #[test]
    fn long_words_are_cut() {
        let problem = Problem::nowhere(format!("there is no `{}` in {}", "é".repeat(100), "b".repeat(80)));
        assert_eq!(problem.message, format!("there is no `{}\u{2026}` in {}", "é".repeat(60), "b".repeat(80)));
    }

    #[test]
    fn a_mark_of_the_encoding_is_no_column() {
        let text = Text::new("x", "\u{feff}ab");
        assert_eq!(Spot { text, span: 1..2 }.to_string(), "x:1:2");
    }

    #[test]
    fn the_nearest_name_is_found_whatever_its_case() {
        assert_eq!(nearest("hondura", ["Honduras", "Haiti"]), Some("Honduras"));
        assert_eq!(nearest("app.slot", ["app.slots", "app.lead_days"]), Some("app.slots"));
        assert_eq!(nearest("xyz", ["Honduras", "Haiti"]), None);
    }

    #[test]
    fn problems_beyond_the_most_shown_are_counted() {
        let mut problems = Problems::default();
        for i in 0..MOST_SHOWN + 3 {
            problems.push(Problem::nowhere(i.to_string()));
        }
        let error = problems.into_result().unwrap_err();
        assert_eq!(error.problems().count(), MOST_SHOWN + 1);
        assert!(error.problems().last().unwrap().message.starts_with("3 more"));
    }
}
