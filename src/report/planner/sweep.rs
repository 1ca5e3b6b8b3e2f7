//! What a sweep tells: what its metrics range over, what moves them, and the page of a sweep alone.

use minijinja::{Error, Value, context};
use serde::Serialize;

use super::drawn::Figure;
use super::key::{KeyMessage, Sure};
use super::language::Say;
use super::page::{self, Attachments, Frame, Repeat, Ribbon, of};
use super::quantity::{Origin, Quantity, Unit};
use super::scenarios::Told;
use crate::record::digest::Spread;
use crate::record::results::{AnswerRow, DriverRow, Sweep};
use crate::report::figures::{Bar, Bars, Role};
use crate::report::words::Words;

/// Metrics told of, bars of each, and points listed.
const METRICS: usize = 4;
const BARS: usize = 8;
const POINTS: usize = 12;
/// The measures that say what moves a metric, the first that there is.
const MEASURES: [&str; 3] = ["total_order", "mu_star", "prcc"];
/// The row that stands for chance.
const CHANCE: &str = "(chance)";

/// Metrics, each once, in the order of the tables.
fn metrics(sweep: &Sweep) -> Vec<&str> {
    let mut out: Vec<&str> = Vec::new();
    let named = sweep.answers.iter().map(|a| a.metric.as_str()).chain(sweep.drivers.iter().map(|d| d.metric.as_str()));
    for metric in named {
        if !out.contains(&metric) {
            out.push(metric);
        }
    }
    out
}

/// A metric as readers see it.
fn called(say: &Say, metric: &str) -> String {
    let key = format!("metrics.{metric}");
    if say.has(&key) { say.text(&key).into() } else { metric.replace('_', " ") }
}

/// What moves a metric, the most first.
fn drivers_of<'a>(sweep: &'a Sweep, metric: &str) -> Vec<&'a DriverRow> {
    let own = || sweep.drivers.iter().filter(|d| d.metric == metric && d.parameter != CHANCE);
    let Some(measure) = MEASURES.iter().find(|m| own().any(|d| d.measure == **m)) else { return Vec::new() };
    let mut out: Vec<&DriverRow> = own().filter(|d| d.measure == *measure).collect();
    out.sort_by(|a, b| b.value.abs().total_cmp(&a.value.abs()));
    out
}

/// An estimate as told: a share as a percentage, a correlation with two decimals, else a number.
fn told(say: &Say, row: &DriverRow, value: f64) -> String {
    match row.measure.as_str() {
        "total_order" => say.percent(value),
        "prcc" => say.decimal(value, 2),
        _ => say.decimal(value, usize::from(value.abs() < 10.0) * 2),
    }
}

fn range(say: &Say, row: &DriverRow) -> String {
    row.interval.map_or(String::new(), |(low, high)| {
        say.with("common.range", &[("low", &told(say, row, low)), ("high", &told(say, row, high))])
    })
}

/// A drawing of what moves each metric; nothing where the sweep was not analyzed.
pub fn drivers(sweep: &Sweep, say: &Say, words: &Words) -> Vec<Figure> {
    let drawn = |metric: &&str| -> Option<Figure> {
        let rows = drivers_of(sweep, metric);
        let measure = say.text(&format!("measures.{}", rows.first()?.measure)).to_string();
        let title = say.with("uncertainty.drivers_finding", &[("metric", &called(say, metric))]);
        let points = say.count(sweep.points as f64);
        let values = [("measure", measure.as_str()), ("name", &sweep.name), ("points", &points)];
        let subtitle = say.with("uncertainty.drivers_subtitle", &values);
        let bar = |row: &&DriverRow| Bar {
            name: row.parameter.clone(),
            note: bounds(say, sweep, &row.parameter),
            from: 0.0,
            to: row.value,
            interval: row.interval,
            value: match range(say, row) {
                range if range.is_empty() => told(say, row, row.value),
                range => format!("{} ({range})", told(say, row, row.value)),
            },
        };
        let bars = Bars {
            title: title.clone(),
            description: subtitle.clone(),
            names: say.text("sweep.parameter").into(),
            values: say.text("sweep.estimate").into(),
            unit: measure.clone(),
            centre: None,
            signed: rows[0].measure == "prcc",
            role: Role::Variant,
            rows: rows.iter().take(BARS).map(bar).collect(),
        };
        let note =
            say.with("sweep.note", &[("scenario", &sweep.about.scenario), ("seed", &sweep.about.seed.to_string())]);
        Some(Figure { id: "drivers".into(), title, subtitle, html: bars.html(words)?, note, ..Figure::default() })
    };
    metrics(sweep).iter().take(METRICS).filter_map(drawn).collect()
}

/// The range of a parameter, in words.
fn bounds(say: &Say, sweep: &Sweep, parameter: &str) -> String {
    let varied = sweep.parameters.iter().find(|p| p.name == parameter);
    let Some((low, high)) = varied.and_then(|p| p.bounds) else { return String::new() };
    let number = |x: f64| say.decimal(x, if x.fract() == 0.0 { 0 } else { 2 });
    say.with("common.range", &[("low", &number(low)), ("high", &number(high))])
}

fn unit(of: &str) -> Unit {
    match of {
        "persons" | "households" => Unit::Persons,
        "events" => Unit::Events,
        "days" => Unit::Days,
        _ => Unit::Things,
    }
}

fn quantity(say: &Say, spread: Spread, of: &str, replicates: u32, origin: Origin) -> Quantity {
    Quantity::new(spread, unit(of), false, replicates, origin, say)
}

/// What a metric ranges over, and what moves it most.
fn message(sweep: &Sweep, say: &Say, metric: &str) -> Option<KeyMessage> {
    let rows: Vec<&AnswerRow> = sweep.answers.iter().filter(|a| a.metric == metric).collect();
    let mut means: Vec<f64> = rows.iter().filter_map(|a| Some(a.spread?.mean)).collect();
    means.sort_by(f64::total_cmp);
    let (low, high) = (*means.first()?, *means.last()?);
    let middle = crate::record::quantile::quantile(&means, 0.5)?;
    let spread = Spread { mean: middle, p05: low, p50: middle, p95: high };
    let number = quantity(say, spread, &rows[0].unit, means.len() as u32, Origin::default());
    let drivers = drivers_of(sweep, metric);
    let name = called(say, metric);
    let text = match drivers[..] {
        [] => say.text("sweep.text").to_string(),
        [first] => {
            say.with("sweep.driver", &[("parameter", &first.parameter), ("value", &told(say, first, first.value))])
        }
        [first, second, ..] => {
            let estimate = match range(say, first) {
                range if range.is_empty() => told(say, first, first.value),
                range => format!("{} ({range})", told(say, first, first.value)),
            };
            let measure = say.text(&format!("measures.{}", first.measure));
            let values = [
                ("parameter", first.parameter.as_str()),
                ("measure", measure),
                ("value", &estimate),
                ("next", &second.parameter),
            ];
            say.with("sweep.drivers", &values)
        }
    };
    let points = say.count(sweep.points as f64);
    let units =
        say.text(&format!("units.{}", if unit(&rows[0].unit) == Unit::Things { "number" } else { &rows[0].unit }));
    Some(KeyMessage {
        number,
        when: say.with("sweep.when", &[("unit", units), ("n", &points)]).trim_start_matches([',', ' ']).to_string(),
        heading: say.with("sweep.heading", &[("metric", &name)]),
        text,
        sure: Sure { level: "low", reason: say.text("sweep.range_reason").into() },
        section: 9,
    })
}

#[derive(Serialize)]
struct Answers {
    metrics: Vec<String>,
    rows: Vec<AnswerLine>,
    /// Points that are not listed.
    more: usize,
}

#[derive(Serialize)]
struct AnswerLine {
    point: String,
    settings: String,
    cells: Vec<Option<Quantity>>,
}

/// The first points with their metrics.
fn answers(sweep: &Sweep, say: &Say) -> Option<Answers> {
    let metrics: Vec<&str> = metrics(sweep).into_iter().take(METRICS).collect();
    let mut points: Vec<(&str, &str)> = Vec::new();
    for row in &sweep.answers {
        if points.last().is_none_or(|p| p.0 != row.point) && !points.iter().any(|p| p.0 == row.point) {
            points.push((&row.point, &row.settings));
        }
    }
    if points.is_empty() {
        return None;
    }
    let cell = |point: &str, metric: &&str| {
        let row = sweep.answers.iter().find(|a| a.point == point && a.metric == **metric)?;
        let origin = Origin::of("analysis/responses.csv", format!("{metric}/{point}"));
        Some(quantity(say, row.spread?, &row.unit, sweep.about.replicates, origin))
    };
    let line = |(point, settings): &(&str, &str)| AnswerLine {
        point: (*point).into(),
        settings: (*settings).into(),
        cells: metrics.iter().map(|m| cell(point, m)).collect(),
    };
    Some(Answers {
        metrics: metrics.iter().map(|m| called(say, m)).collect(),
        rows: points.iter().take(POINTS).map(line).collect(),
        more: points.len().saturating_sub(POINTS),
    })
}

/// The page of a sweep alone.
///
/// # Errors
/// A template refuses its values: a fault of this program.
pub fn page(
    sweep: &Sweep,
    attachments: &Attachments,
    repeat: &Repeat,
    say: &Say,
    words: &Words,
) -> Result<String, Error> {
    let about = &sweep.about;
    let mut drivers = drivers(sweep, say, words);
    for (i, figure) in drivers.iter_mut().enumerate() {
        figure.number = say.with("page.figure", &[("n", &(i + 1).to_string())]);
        figure.id = format!("fig-{}", i + 1);
    }
    let title = say.known(&about.title).to_string();
    let question = say.known(&about.question).to_string();
    let ribbon = |head: &str, text: &str| Ribbon { head: say.text(head).into(), text: say.text(text).into() };
    let simulations = say.count(sweep.points as f64 * f64::from(about.replicates));
    let frame = page::frame(Frame {
        say,
        paper: repeat.paper,
        title: say.with("sweep.title", &[("name", &sweep.name)]),
        lede: title.clone(),
        ribbons: vec![
            ribbon("page.simulated_ribbon", "page.simulated_ribbon_text"),
            ribbon("sweep.ribbon", "sweep.ribbon_text"),
        ],
        version: about.version.clone(),
        period: say.with("common.range", &[("low", &say.date(about.recorded_from)), ("high", &say.date(about.end))]),
        simulations,
        scenario: format!("{}, {}", about.scenario, about.seed),
    });
    let key: Vec<KeyMessage> = metrics(sweep).iter().take(METRICS).filter_map(|m| message(sweep, say, m)).collect();
    let number = |x: f64| say.decimal(x, if x.fract() == 0.0 { 0 } else { 3 });
    let parameters: Vec<Value> = sweep
        .parameters
        .iter()
        .map(|p| {
            let (low, high) = p.bounds.map_or(("–".into(), "–".into()), |(low, high)| (number(low), number(high)));
            context! { name => p.name.clone(), low => low, high => high, unit => say.known(&p.unit) }
        })
        .collect();
    let scenario =
        Told { name: about.scenario.clone(), title, question: question.clone(), role: 0, events: Vec::new() };
    let nothing = Vec::<String>::new;
    let analyzed = !sweep.drivers.is_empty() || !sweep.answers.is_empty();
    let own = context! {
        several => true,
        posterior => false,
        no_days => say.text("sweep.no_days"),
        question => question,
        key => of(key),
        key_none => say.text(if analyzed { "sweep.see_drivers" } else { "sweep.not_analyzed" }),
        range_note => say.text("sweep.range_note"),
        answers_none => say.text(if analyzed { "sweep.no_answers" } else { "sweep.not_analyzed" }),
        advice => of(nothing()),
        scenarios => of(vec![scenario]),
        holds_base => "–",
        parameters => parameters,
        assumptions => of(nothing()),
        figures => context! {},
        tables => context! { answers => say.with("page.table", &[("n", "1")]) },
        variants => of(nothing()),
        answers => of(answers(sweep, say)),
        drivers => of(drivers),
        drivers_none => say.text(if analyzed { "uncertainty.drivers_none" } else { "sweep.not_analyzed" }),
        sources => of(nothing()),
        repeat => repeat.simulate.clone(),
        repeat_report => repeat.report.clone(),
        provenance => page::provenance(say, about, sweep.points as f64 * f64::from(about.replicates), repeat),
        places => Value::from(()),
    };
    page::rendered(say, context! { ..frame, ..own }, attachments)
}
