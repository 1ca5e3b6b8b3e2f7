//! The page itself: facts and drawings into templates.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minijinja::value::{Kwargs, Serde};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value, context};
use serde::Serialize;

use super::drawn::{self, Figure};
use super::language::Say;
use super::view::View;
use super::{by_month, figures, key, needs, places, scenarios, validation, warnings};
use crate::record::results::About;
use crate::report::draw::font;
use crate::report::draw::inline::escape;
use crate::report::figures as charts;
use crate::report::language::Language;
use crate::report::place_map;
use crate::report::words::fill;

const TEMPLATES: [(&str, &str); 13] = [
    ("page.html", include_str!("../../../assets/report/page.html")),
    ("macros.html", include_str!("../../../assets/report/sections/macros.html")),
    ("key.html", include_str!("../../../assets/report/sections/key.html")),
    ("question.html", include_str!("../../../assets/report/sections/question.html")),
    ("scenarios.html", include_str!("../../../assets/report/sections/scenarios.html")),
    ("results.html", include_str!("../../../assets/report/sections/results.html")),
    ("shocks.html", include_str!("../../../assets/report/sections/shocks.html")),
    ("needs.html", include_str!("../../../assets/report/sections/needs.html")),
    ("comparison.html", include_str!("../../../assets/report/sections/comparison.html")),
    ("warnings.html", include_str!("../../../assets/report/sections/warnings.html")),
    ("uncertainty.html", include_str!("../../../assets/report/sections/uncertainty.html")),
    ("limits.html", include_str!("../../../assets/report/sections/limits.html")),
    ("annex.html", include_str!("../../../assets/report/sections/annex.html")),
];
const STYLE: &str = include_str!("../../../assets/report/style.css");
const SCRIPT: &str = include_str!("../../../assets/report/page.js");

/// A page may be this long, so that it can be sent by mail; data that would go beyond it are left out.
const LONGEST: usize = 2_900_000;

/// A file to be had from the page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Download {
    pub name: String,
    pub label: String,
    pub href: String,
}

/// Files of the output that go into the page, the most wanted first, with their contents.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Attachments(pub Vec<(String, String)>);

/// A strip above the title.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ribbon {
    pub head: String,
    pub text: String,
}

/// A bar chart of what drives a metric, or another drawing of a sensitivity analysis.
pub type Drivers = Vec<Figure>;

/// Anything with a serial form as a value of a template.
pub fn of(any: impl Serialize) -> Value {
    Value::from(Serde(any))
}

fn with(text: &str, values: Kwargs) -> Result<String, Error> {
    let mut given: Vec<(String, String)> = Vec::new();
    for name in values.args() {
        let value: Value = values.get(name)?;
        if !text.contains(&format!("{{{name}}}")) {
            return Err(Error::new(ErrorKind::InvalidOperation, format!("no {{{name}}} in `{text}`")));
        }
        given.push((name.to_string(), value.to_string()));
    }
    Ok(fill(text, &given.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>()))
}

/// A text with what stands in backticks marked as something to type.
fn typed(text: &str) -> Value {
    let pieces = text.split('`').enumerate();
    let marked = pieces.map(|(i, piece)| match i % 2 {
        0 => escape(piece),
        _ => format!("<code>{}</code>", escape(piece)),
    });
    Value::from_safe_string(marked.collect())
}

/// A text as a string of a style sheet.
fn css_string(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        if c.is_alphanumeric() || " .,·:;()-\u{2013}".contains(c) {
            out.push(c);
        } else {
            out.push_str(&format!("\\{:x} ", c as u32));
        }
    }
    out.push('"');
    out
}

fn environment() -> &'static Environment<'static> {
    static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
        let mut env = Environment::new();
        env.set_auto_escape_callback(|_| AutoEscape::Html);
        env.set_undefined_behavior(UndefinedBehavior::Strict);
        env.add_filter("with", with);
        env.add_filter("css_string", css_string);
        env.add_filter("typed", typed);
        for (name, text) in TEMPLATES {
            env.add_template(name, text).expect("a test renders every template");
        }
        env
    });
    &ENVIRONMENT
}

/// A text as a `data:` address that a page can hold in quotes.
fn data_address(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    out.push_str("data:text/csv;charset=utf-8,");
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b',' | b'.' | b'-' | b'_' | b':' | b'(' | b')' | b'*' => {
                out.push(byte as char)
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn contents(say: &Say) -> Vec<Value> {
    let names = [
        "key",
        "question",
        "scenarios",
        "results",
        "shocks",
        "needs",
        "comparison",
        "warnings",
        "uncertainty",
        "limits",
    ];
    let title = |name: &str| say.text(&format!("sections.{name}")).to_string();
    let mut out: Vec<Value> = names
        .iter()
        .enumerate()
        .map(|(i, name)| context! { id => format!("s{}", i + 1), number => (i + 1).to_string(), title => title(name) })
        .collect();
    out.push(context! { id => "an", number => "A", title => title("annex") });
    out
}

fn glossary(say: &Say) -> Vec<[String; 2]> {
    let words = [
        "household",
        "backlog",
        "slot",
        "lapse",
        "completed",
        "elapsed",
        "interception",
        "encounter",
        "returned",
        "replicate",
        "range",
        "geofence",
    ];
    words.iter().map(|w| [0, 1].map(|i| say.text(&format!("glossary.{w}.{i}")).to_string())).collect()
}

fn ribbons(view: &View) -> Vec<Ribbon> {
    let say = view.say;
    let about = &view.run.about;
    let mut out = Vec::new();
    let mut add = |key: &str, text: String| {
        out.push(Ribbon { head: say.text(&format!("page.{key}")).into(), text });
    };
    add("simulated_ribbon", say.text("page.simulated_ribbon_text").into());
    match about.replicates {
        1 => add("one", say.text("page.one_text").into()),
        n if n < 8 => add("few", say.with("page.few_text", &[("n", &n.to_string())])),
        _ => (),
    }
    if !view.posterior() {
        add("unfitted", say.text("page.unfitted_text").into());
    }
    if about.recorded_from > view.run.scenario.start {
        let dates = [about.recorded_from, about.end, view.run.scenario.start].map(|d| say.date(d));
        let [from, to, start] = &dates;
        add("cut", say.with("page.cut_text", &[("from", from), ("to", to), ("start", start)]));
    }
    if about.persons_per_simulated_person > 1 {
        add("scaled", say.with("page.scaled_text", &[("k", &about.persons_per_simulated_person.to_string())]));
    }
    out
}

/// The figures of a page by name, numbered in the order in which they stand.
fn numbered(
    say: &Say,
    figures: Vec<(&'static str, Option<Figure>)>,
    drivers: &mut [Figure],
) -> Vec<(&'static str, Option<Figure>)> {
    let mut count = 0;
    let mut number = |figure: &mut Figure| {
        count += 1;
        figure.number = say.with("page.figure", &[("n", &count.to_string())]);
        figure.id = format!("fig-{count}");
    };
    let mut out = figures;
    out.iter_mut().filter_map(|(_, f)| f.as_mut()).for_each(&mut number);
    drivers.iter_mut().for_each(number);
    out
}

/// "Table 1" and so on for the tables that are shown.
fn table_numbers(say: &Say, shown: &[(&'static str, bool)]) -> Vec<(&'static str, String)> {
    let mut count = 0;
    let number = |&(name, shown): &(&'static str, bool)| {
        count += usize::from(shown);
        (name, if shown { say.with("page.table", &[("n", &count.to_string())]) } else { String::new() })
    };
    shown.iter().map(number).collect()
}

/// What stands at the head and foot of a page of either kind.
pub struct Frame<'a> {
    pub say: &'a Say,
    pub paper: Paper,
    pub title: String,
    pub lede: String,
    pub ribbons: Vec<Ribbon>,
    pub version: String,
    pub period: String,
    pub simulations: String,
    pub scenario: String,
}

/// The paper of a print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    A4,
    Letter,
}

impl Paper {
    pub const ALL: [Paper; 2] = [Paper::A4, Paper::Letter];

    /// As style sheets and the command line name it.
    pub fn name(self) -> &'static str {
        match self {
            Paper::A4 => "a4",
            Paper::Letter => "letter",
        }
    }

    /// What is usual where the language is spoken as here.
    pub fn usual(language: Language) -> Paper {
        match language {
            Language::English => Paper::A4,
            Language::Spanish => Paper::Letter,
        }
    }
}

/// What every page has.
pub fn frame(frame: Frame) -> Value {
    let say = frame.say;
    let printed = say.with("page.printed", &[("version", &frame.version), ("scenario", &frame.scenario)]);
    let page_of = say.with("page.page_of", &[("page", "\" counter(page) \""), ("pages", "\" counter(pages) \"")]);
    context! {
        t => of(&say.tree),
        lang => say.language.tag(),
        fonts => context! { regular => STANDARD.encode(font::REGULAR), bold => STANDARD.encode(font::BOLD) },
        style => format!("{STYLE}{}{}", charts::STYLE, place_map::STYLE),
        script => format!("{}{}{SCRIPT}", charts::SCRIPT, place_map::SCRIPT),
        title => frame.title,
        lede => frame.lede,
        ribbons => of(frame.ribbons),
        contents => of(contents(say)),
        about => context! { version => frame.version },
        meta => context! { period => frame.period, simulations => frame.simulations, scenario => frame.scenario },
        paper => frame.paper.name(),
        printed => printed,
        page_of => format!("\"{page_of}\""),
        glossary => of(glossary(say)),
    }
}

/// The page of a run or a comparison.
///
/// # Errors
/// A template refuses its values: a fault of this program.
pub fn of_view(view: &View, attachments: &Attachments, mut drivers: Drivers, repeat: &Repeat) -> Result<String, Error> {
    let (say, about) = (view.say, &view.run.about);
    let found = vec![
        ("waiting", figures::waiting(view)),
        ("waits", by_month::waits(view)),
        ("slots", by_month::slots(view)),
        ("map", places::map(view)),
        ("places", places::panels(view)),
        ("lapses", figures::lapses(view)),
        ("changes", figures::changes(view)),
        ("processed", by_month::processed(view)),
    ];
    let figures = numbered(say, found, &mut drivers);
    let needs = needs::section(view);
    let warnings = warnings::section(view);
    let validation = validation::section(view);
    let compared = scenarios::compared(view);
    let tables = table_numbers(
        say,
        &[
            ("short", !needs.short.rows.is_empty()),
            ("present", !needs.present.rows.is_empty()),
            ("quarters", needs.quarters.is_some()),
            ("supplies", !needs.supplies.is_empty()),
            ("answers", false),
            ("compared", !compared.is_empty()),
            ("warnings", !warnings.rules.is_empty()),
            ("checks", !validation.checks.is_empty()),
        ],
    );
    let variants: Vec<&str> = view.variants().iter().map(|v| say.scenario(&v.about.scenario)).collect();
    let title = say.known(&about.title).to_string();
    let question = say.known(&about.question).to_string();
    let several = about.replicates > 1;
    let simulations = match view.comparison {
        Some(_) => say.with("page.pairs", &[("n", &say.count(f64::from(about.replicates)))]),
        None => say.count(f64::from(about.replicates)),
    };
    let period = say.with("common.range", &[("low", &say.date(about.recorded_from)), ("high", &say.date(about.end))]);
    let lede = match view.comparison {
        Some(_) => {
            let base = say.known(&view.base().about.title);
            say.with("page.compared_with", &[("base", base)])
        }
        None => question.clone(),
    };
    let head = if question.is_empty() || view.comparison.is_none() { title.clone() } else { question.clone() };
    let lede = if view.comparison.is_some() { format!("{title}; {lede}") } else { lede };
    let frame = frame(Frame {
        say,
        paper: repeat.paper,
        title: if head.is_empty() { about.scenario.clone() } else { head },
        lede,
        ribbons: ribbons(view),
        version: about.version.clone(),
        period,
        simulations,
        scenario: format!("{}, {}", about.scenario, about.seed),
    });
    let never = view.place.filter(|p| !drawn::has(&view.run.present[*p]));
    let place_note = match (view.place, never) {
        (_, Some(p)) => say.with("results.place_never", &[("place", view.place_name(p))]),
        (Some(p), None) => say.with("results.place_focus", &[("place", view.place_name(p))]),
        _ => String::new(),
    };
    let caravans = scenarios::caravans(view)
        .map(|c| say.with("shocks.caravans_told", &[("count", &c.count.said()), ("largest", &c.largest.said())]));
    let checks_finding = match validation.tests {
        n if n > 0 && !several => say.text("uncertainty.checks_finding_single").to_string(),
        0 => say.text("uncertainty.checks_finding_none").to_string(),
        n => say.with(
            "uncertainty.checks_finding",
            &[
                ("inside", &validation.inside.to_string()),
                ("tests", &n.to_string()),
                ("expected", &format!("{:.0}", 0.9 * n as f64)),
            ],
        ),
    };
    let key = key::messages(view);
    let key_none = if view.comparison.is_some() { "key.no_change" } else { "key.none" };
    let with_without: Vec<_> = compared
        .iter()
        .filter(|row| row.changes.iter().flatten().any(|q| q.clear && q.value.abs() >= q.step / 2.0))
        .collect();
    let own = context! {
        several => several,
        posterior => view.posterior(),
        no_days => "",
        question => if question.is_empty() { title.clone() } else { question },
        key => of(key),
        key_none => say.text(key_none),
        range_note => say.text(if several { "page.range_note" } else { "page.single_note" }),
        answers_none => "",
        advice => of(key::advice(view)),
        scenarios => of(scenarios::told(view)),
        holds_base => say.text("scenarios.as_base"),
        parameters => of(Vec::<Value>::new()),
        assumptions => of(scenarios::assumptions(view)),
        place_note => place_note,
        figures => of(figures.into_iter().collect::<std::collections::BTreeMap<_, _>>()),
        tables => of(tables.into_iter().collect::<std::collections::BTreeMap<_, _>>()),
        shocks => of(scenarios::shocks(view)),
        caravans => of(caravans),
        variants => of(variants),
        base_name => say.scenario(&view.base().about.scenario),
        with_without => of(with_without),
        needs => of(needs),
        compared => of(compared),
        answers => Value::from(()),
        warnings => of(warnings),
        checks_finding => checks_finding,
        drivers => of(drivers),
        drivers_none => say.text("uncertainty.drivers_none"),
        sources => of(validation::sources(view, &validation.checks)),
        validation => of(validation),
        repeat => repeat.simulate.clone(),
        repeat_report => repeat.report.clone(),
        provenance => provenance(say, about, f64::from(about.replicates), repeat),
        places => of(places::list(view)),
    };
    rendered(say, context! { ..frame, ..own }, attachments)
}

/// What was computed, with what and when; `runs` simulations in all.
pub fn provenance(say: &Say, about: &About, runs: f64, repeat: &Repeat) -> Value {
    let commit = about.commit.as_deref().unwrap_or("–");
    context! {
        version => say.with("annex.version", &[("version", &about.version), ("commit", commit)]),
        seed => say.with("annex.seed", &[
            ("seed", &about.seed.to_string()),
            ("n", &say.count(runs)),
            ("k", &about.persons_per_simulated_person.to_string()),
            ("when", &day(say, about)),
        ]),
        scenario => say.with("annex.scenario_file", &[("file", &repeat.scenario_file)]),
    }
}

/// The day on which results were computed.
fn day(say: &Say, about: &About) -> String {
    about.finished.get(..10).and_then(|day| day.parse().ok()).map_or("–".into(), |day| say.date(day))
}

/// How the page is asked for: the commands that give the same results and this page, and its paper.
#[derive(Debug, Clone, PartialEq)]
pub struct Repeat {
    pub simulate: String,
    pub report: String,
    pub scenario_file: String,
    /// The paper it is to be printed on.
    pub paper: Paper,
}

/// The finished page, with as many of the attachments as it may hold.
pub fn rendered(say: &Say, values: Value, attachments: &Attachments) -> Result<String, Error> {
    let template = environment().get_template("page.html")?;
    let plain = template.render(context! { downloads => of(Vec::<Download>::new()), ..values.clone() })?;
    let mut room = LONGEST.saturating_sub(plain.len());
    let mut downloads = Vec::new();
    for (path, text) in &attachments.0 {
        let href = data_address(text);
        if href.len() + 500 <= room {
            room -= href.len() + 500;
            let name = path.replace('/', "-");
            let label = say
                .with("annex.download", &[("file", path), ("size", &say.count((text.len() as f64 / 1000.0).ceil()))]);
            downloads.push(Download { name, label, href });
        }
    }
    template.render(context! { downloads => of(downloads), ..values })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_hold_any_text() {
        assert_eq!(data_address("a,b\n1,\"x\"é"), "data:text/csv;charset=utf-8,a,b%0A1,%22x%22%C3%A9");
    }

    #[test]
    fn style_strings_cannot_be_left() {
        assert_eq!(css_string("a\"}b"), "\"a\\22 \\7d b\"");
    }
}
