//! `antesala analyze`: what a merged sweep says.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use super::args::AnalyzeArgs;
use super::drawn::write_charts;
use super::run::pool;
use super::signals::Interrupt;
use super::sweep::refused;
use super::{Failure, Outcome, print, say};
use crate::experiment::analysis::responses::lines;
use crate::experiment::analysis::{Analysed, Analysis, CHANCE, Driver, Method, is_main};
use crate::experiment::error::RunError;
use crate::experiment::sensitivity::Estimate;
use crate::experiment::sweep::design::Seeds;
use crate::record::digest::Spread;
use crate::record::staged_file::FileRecord;
use crate::report::scores::{Caption, ScoreChart};
use crate::report::sensitivity::{
    Bar, Drivers, Interval, Line, Measure, Response, heat_map, responses as draw_responses, tornado,
};
use crate::report::words::{Words, fill, named};

/// Metrics that are drawn.
const MOST_DRAWN: usize = 12;
/// Parameters told of each metric.
const MOST_TOLD: usize = 5;

/// Analyses a merged sweep.
///
/// # Errors
/// There is no merged sweep, or the results cannot be written.
pub fn analyze(args: &AnalyzeArgs) -> Outcome {
    let interrupt = Interrupt::listen()?;
    let text = analysed(args, &interrupt)?;
    if !args.quiet {
        print(&text)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Analyses, and says what came of it.
///
/// # Errors
/// As [`analyze`].
pub fn analysed(args: &AnalyzeArgs, interrupt: &Interrupt) -> Result<String, Failure> {
    let out = args.out.clone().unwrap_or_else(|| args.dir.join("analysis"));
    let pool = pool(args.threads)?;
    let draw = |done: &Analysed, folder: &Path| pool.install(|| draw(done, folder, Words::of(args.lang)));
    let analysis = Analysis {
        folder: &args.dir,
        out: &out,
        force: args.force,
        resamples: args.resamples,
        pool: &pool,
        stop: interrupt.flag(),
        charts: if args.no_charts { None } else { Some(&draw) },
    };
    let analysed = analysis.execute().map_err(|error| refused(error, interrupt))?;
    analysed.notes.iter().for_each(|note| say(format_args!("note: {note}")));
    Ok(told(&analysed, &out))
}

fn draw(analysed: &Analysed, folder: &Path, words: &Words) -> Result<Vec<FileRecord>, RunError> {
    let source = source(analysed, words);
    let caption = Caption { title: &analysed.results.manifest.title, source: &source };
    let failed = |e: crate::report::draw::render::RenderError| RunError::Chart(e.to_string());
    let mut charts: Vec<ScoreChart> = Vec::new();
    let measure = match analysed.method {
        Method::Sobol => Some(Measure::Sobol),
        Method::Morris => Some(Measure::Morris),
        Method::Ranks => Some(Measure::Ranks),
        Method::None => None,
    };
    if let Some(measure) = measure {
        let drivers = drivers(analysed, words);
        charts.extend(tornado(&drivers, measure, &caption, words).map_err(failed)?);
        charts.extend(heat_map(&drivers, measure, &caption, words).map_err(failed)?);
    }
    if let Some((x_title, values, differences)) = panels(analysed, words) {
        charts.extend(draw_responses(&values, &x_title, &caption, words).map_err(failed)?);
        charts.extend(draw_responses(&differences, &x_title, &caption, words).map_err(failed)?);
    }
    write_charts(folder, &charts)
}

/// What stands below every chart.
fn source(analysed: &Analysed, words: &Words) -> String {
    let manifest = &analysed.results.manifest;
    let chance = match manifest.seeds() {
        Seeds::Common => &words.chance_common,
        Seeds::Own => &words.chance_own,
    };
    let mut said = vec![fill(
        words.sweep_source,
        &[
            ("version", &manifest.version),
            ("name", &manifest.name),
            ("scenario", &manifest.scenario),
            ("points", &manifest.points.to_string()),
            ("replicates", &words.replicates(manifest.replicates)),
            ("seed", &manifest.seed.to_string()),
            ("chance", chance),
            ("weight", &manifest.persons_per_simulated_person.to_string()),
        ],
    )];
    if !analysed.answers.is_empty() {
        let settings = analysed.results.points.settings(0).join(", ").replace('=', " = ");
        said.push(fill(words.first_point, &[("settings", &settings)]));
    }
    let metrics = manifest.metrics.iter().take(MOST_DRAWN).filter(|m| m.name != m.expression);
    let metrics: Vec<String> = metrics.map(|m| format!("{} = {}", m.name.replace('_', " "), m.expression)).collect();
    if !metrics.is_empty() {
        said.push(format!("{}.", metrics.join("; ")));
    }
    let ranges = manifest.parameters.iter().filter_map(|p| p.bounds.map(|(low, high)| (p, low, high)));
    let ranges: Vec<String> = ranges
        .map(|(p, low, high)| {
            let range = fill(words.range, &[("low", &low.to_string()), ("high", &high.to_string())]);
            format!("{} {range} {}", p.name, named(&words.units, &p.unit)).trim_end().to_string()
        })
        .take(MOST_DRAWN)
        .collect();
    if !ranges.is_empty() {
        said.push(fill(words.ranges, &[("ranges", &ranges.join("; "))]));
    }
    said.extend(manifest.warnings.iter().take(2).map(|w| fill(words.warning_note, &[("warning", w)])));
    said.join(" ")
}

/// What is drawn as bars and cells.
fn drivers(analysed: &Analysed, words: &Words) -> Vec<Drivers> {
    let interval = |e: Estimate| Interval { value: e.value, low: e.low, high: e.high };
    let metrics = analysed.results.metrics().iter().enumerate().take(MOST_DRAWN);
    let of = |(metric, row): (usize, &crate::experiment::sweep::manifest::MetricRow)| {
        let own = || analysed.drivers.iter().filter(move |d| d.metric == metric);
        let inner = |parameter: &str| {
            let wanted = |d: &&Driver| d.parameter == parameter && matches!(d.measure, "first_order" | "sigma");
            own().find(wanted).map(|d| interval(d.estimate))
        };
        let bar =
            |d: &Driver| Bar { parameter: d.parameter.clone(), main: interval(d.estimate), inner: inner(&d.parameter) };
        Drivers {
            metric: row.name.clone(),
            unit: named(&words.units, &row.unit).to_string(),
            bars: own().filter(|d| is_main(d)).map(bar).collect(),
            noise: own().find(|d| d.parameter == CHANCE && d.measure == "variance_share").map(|d| d.estimate.value),
        }
    };
    metrics.map(of).filter(|d| !d.bars.is_empty()).collect()
}

/// Title of the axis, values and differences along it, a panel a metric.
fn panels(analysed: &Analysed, words: &Words) -> Option<(String, Vec<Response>, Vec<Response>)> {
    if analysed.answers.is_empty() {
        return None;
    }
    let (results, found) = (&analysed.results, lines(&analysed.results)?);
    let parameter = &results.manifest.parameters[found.along];
    let unit =
        if parameter.unit.is_empty() { String::new() } else { format!(" ({})", named(&words.units, &parameter.unit)) };
    let interval = |s: Spread| Interval { value: s.mean, low: s.p05, high: s.p95 };
    let of_metric =
        |metric: usize, note: &str, of: fn(&crate::experiment::analysis::responses::Answer) -> Option<Spread>| {
            let at = |point: usize| of(&analysed.answers[metric * results.manifest.points + point]).map(interval);
            let points = |points: &[(f64, usize)]| points.iter().filter_map(|(x, p)| Some((*x, at(*p)?))).collect();
            // A line alone is named by what it runs along.
            let name = |label: &String| if label.is_empty() { parameter.name.clone() } else { label.clone() };
            let lines = found.lines.iter().map(|(label, p)| Line { label: name(label), points: points(p) }).collect();
            let row = &results.metrics()[metric];
            Response {
                metric: row.name.clone(),
                unit: named(&words.units, &row.unit).to_string(),
                note: note.into(),
                lines,
            }
        };
    let metrics = || 0..results.metrics().len().min(MOST_DRAWN);
    let values = metrics().map(|m| of_metric(m, "", |a| a.value)).collect();
    let differences = metrics().map(|m| of_metric(m, words.from_first_point, |a| a.difference)).collect();
    Some((format!("{}{unit}", parameter.name), values, differences))
}

fn told(analysed: &Analysed, out: &Path) -> String {
    let mut text = String::new();
    let results = &analysed.results;
    for (metric, row) in results.metrics().iter().enumerate().take(MOST_DRAWN) {
        let own = analysed.drivers.iter().filter(|d| d.metric == metric);
        let mut main: Vec<&Driver> = own.clone().filter(|d| is_main(d)).collect();
        let chance = own.clone().find(|d| d.measure == "variance_share");
        if main.is_empty() {
            continue;
        }
        main.sort_by(|a, b| b.estimate.value.abs().total_cmp(&a.estimate.value.abs()));
        let _ = writeln!(text, "{} ({}):", row.name, row.unit);
        for d in main.iter().take(MOST_TOLD) {
            let e = d.estimate;
            let number = |x: f64| if x.abs() < 10.0 { format!("{x:.2}") } else { format!("{x:.0}") };
            let interval = format!("({} to {})", number(e.low), number(e.high));
            let _ = writeln!(text, "  {:<44} {:<12} {:>8}  {interval}", d.parameter, d.measure, number(e.value));
        }
        if let Some(d) = chance {
            let _ = writeln!(text, "  {:<44} {:<12} {:>7.0} %", CHANCE, "of variance", 100.0 * d.estimate.value);
        }
        text.push('\n');
    }
    for (metric, row) in results.metrics().iter().enumerate().take(MOST_DRAWN) {
        let of = analysed.answers.iter().filter(|a| a.metric == metric).filter_map(|a| Some((a.point, a.value?.mean)));
        let (least, most) = (of.clone().min_by(|a, b| a.1.total_cmp(&b.1)), of.max_by(|a, b| a.1.total_cmp(&b.1)));
        let (Some(least), Some(most)) = (least, most) else { continue };
        let _ = writeln!(text, "{} ({}), mean over replicates:", row.name, row.unit);
        for (what, (point, mean)) in [("least", least), ("most", most)] {
            let settings = results.points.settings(point).join(" ");
            let _ = writeln!(
                text,
                "  {what:<6}{:>14}  at point {}: {settings}",
                format!("{mean:.1}"),
                results.points.ids[point]
            );
        }
        text.push('\n');
    }
    let tables = [("sensitivity.csv", analysed.drivers.is_empty()), ("responses.csv", analysed.answers.is_empty())];
    for (table, _) in tables.iter().filter(|(_, empty)| !empty) {
        let _ = writeln!(text, "Read {}.", out.join(table).display());
    }
    if results.metrics().len() > MOST_DRAWN {
        let _ = writeln!(text, "Told and drawn: the first {MOST_DRAWN} of {} metrics.", results.metrics().len());
    }
    if !analysed.answers.is_empty() && lines(results).is_none() {
        let _ = writeln!(text, "No chart of responses: the points do not lie on a few lines along a number.");
    }
    text
}
