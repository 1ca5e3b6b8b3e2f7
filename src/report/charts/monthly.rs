//! Monthly counts as lines with bands, with observed months as hollow points.

use super::Page;
use crate::record::digest::Spread;
use crate::report::data::{self, Seen};
use crate::report::draw::axis::{Plot, TIME_LABELS, UNIT_LIFT, UNIT_ROOM};
use crate::report::draw::canvas::Canvas;
use crate::report::draw::label::{self, Label};
use crate::report::draw::page::{self, Mark};
use crate::report::draw::palette::{Ink, RULE, TEXT};
use crate::report::draw::series::{self, POINT};
use crate::report::foot::{Context, Statistic};
use crate::report::words::ChartWords;
use crate::scenario::input::Month;

const HEIGHT: f64 = 300.0;
const LABEL_LIMIT: f64 = 118.0;

/// One quantity by month.
pub(super) struct Line {
    pub label: String,
    pub ink: Ink,
    pub dash: Option<(f64, f64)>,
    /// As long as the months of the chart.
    pub simulated: Vec<Spread>,
    pub seen: Vec<Seen>,
    /// Observed points are diamonds instead of circles.
    pub diamond: bool,
}

/// What a chart by months is made of.
pub(super) struct Monthly<'a> {
    pub words: &'a ChartWords,
    pub unit: &'a str,
    pub lines: Vec<Line>,
    pub notes: Vec<String>,
}

/// A plot over whole months: its first day, its length, and each month's middle.
pub(super) struct MonthSpan {
    pub first: jiff::civil::Date,
    pub days: f64,
    pub middles: Vec<f64>,
    /// Days from the run's first day to the axis' first day.
    pub offset: f64,
}

impl MonthSpan {
    pub fn new(context: Context, months: &[Month]) -> MonthSpan {
        let first = months.first().map_or(context.digest.first_day, |m| m.first_day());
        let last = months.last().map_or(context.digest.last_day, |m| m.first_day().last_of_month());
        let day = |d: jiff::civil::Date| f64::from((d - first).get_days());
        MonthSpan {
            first,
            days: day(last) + 1.0,
            middles: months.iter().map(|m| day(m.first_day()) + f64::from(m.days()) / 2.0).collect(),
            offset: -day(context.digest.first_day),
        }
    }
}

/// Draws a chart by months; nothing simulated and nothing observed leaves it out.
pub(super) fn draw(context: Context, chart: Monthly) -> Page {
    let words = context.words;
    if !chart.lines.iter().any(|l| data::any(&l.simulated)) {
        return Err(words.left_out_zero.to_string());
    }
    let months = data::months(context.digest);
    let span = MonthSpan::new(context, &months);
    let top = chart
        .lines
        .iter()
        .map(|l| data::highest(&l.simulated).max(l.seen.iter().map(|s| s.value).fold(0.0, f64::max)))
        .fold(0.0, f64::max);

    let mut page = page::Page::new(chart.words.title, &context.subtitle(Statistic::MeanBand));
    page.legend(&legend(context, &chart.lines));
    page.skip(UNIT_ROOM);
    let outer = page.body(HEIGHT);
    let room = label::room(chart.lines.iter().map(|l| l.label.as_str()), LABEL_LIMIT);
    let plot = Plot::new(outer, room, span.first, span.days, top, words);
    plot.value_axis(&mut page.canvas, chart.unit, UNIT_LIFT, words);
    plot.time_axis(&mut page.canvas, words);
    let labels = chart.lines.iter().filter_map(|l| draw_line(&mut page.canvas, context, &plot, &span, l)).collect();
    for line in &chart.lines {
        draw_seen(&mut page.canvas, &plot, &span, line);
    }
    label::beside(&mut page.canvas, plot.area.x1, plot.area.y0, plot.area.y1 + 8.0, labels, LABEL_LIMIT);
    page.skip(TIME_LABELS + 6.0);
    let mut notes = chart.notes;
    if data::cuts_months(context.digest) {
        notes.push(words.incomplete_months.to_string());
    }
    page.notes(&context.notes(notes, chart.lines.iter().flat_map(|l| &l.seen)));
    Ok(page.finish())
}

fn draw_line(canvas: &mut Canvas, context: Context, plot: &Plot, span: &MonthSpan, line: &Line) -> Option<Label> {
    if !data::any(&line.simulated) {
        return None;
    }
    let points: Vec<(f64, Spread)> = span.middles.iter().copied().zip(line.simulated.iter().copied()).collect();
    let (x, y) = curve(canvas, context, plot, &points, line.ink, line.dash)?;
    canvas.dashes(&[(x, y), (plot.area.x1, y)], (1.0, 2.5), line.ink, 0.8);
    Some(Label { y, text: line.label.clone(), ink: line.ink.shade(0.15), swatch: None })
}

/// A mean line with its band through (day, spread) points; gives the page point of its end.
pub(super) fn curve(
    canvas: &mut Canvas,
    context: Context,
    plot: &Plot,
    points: &[(f64, Spread)],
    ink: Ink,
    dash: Option<(f64, f64)>,
) -> Option<(f64, f64)> {
    let of = |get: fn(&Spread) -> f64| -> Vec<(f64, f64)> { points.iter().map(|(x, s)| (*x, get(s))).collect() };
    if context.banded() {
        series::band(canvas, plot, &of(|s| s.p05), &of(|s| s.p95), ink);
    }
    let means = of(|s| s.mean);
    if let [(x, only)] = points
        && context.banded()
    {
        canvas.line(plot.at(*x, only.p05), plot.at(*x, only.p95), ink, 1.2);
    }
    series::line(canvas, plot, &means, ink, dash);
    means.last().map(|&(x, y)| plot.at(x, y))
}

/// The ink of an observed point: darker than its line, grey if the inflow was derived from it.
fn seen_ink(line: &Line, used: bool) -> Ink {
    if used { RULE } else { line.ink.shade(0.45) }
}

fn draw_seen(canvas: &mut Canvas, plot: &Plot, span: &MonthSpan, line: &Line) {
    for seen in &line.seen {
        let ink = seen_ink(line, seen.used);
        let at = |day: f64| plot.at((day - span.offset).clamp(0.0, span.days), seen.value);
        if seen.months > 1 {
            canvas.span(at(seen.from), at(seen.to), ink);
        }
        let middle = at((seen.from + seen.to) / 2.0);
        if line.diamond {
            canvas.hollow_diamond(middle, POINT, ink);
        } else {
            canvas.hollow_circle(middle, POINT, ink);
        }
    }
}

fn legend(context: Context, lines: &[Line]) -> Vec<(Mark, String)> {
    let words = context.words;
    let main = lines.first().map_or(TEXT, |l| l.ink);
    let mut out = vec![(Mark::Line(main, None), words.simulated_mean.to_string())];
    if !context.banded() {
        out[0].1 = words.simulated.to_string();
    } else {
        out.push((Mark::Band(main), words.band_key.to_string()));
    }
    for (i, line) in lines.iter().enumerate() {
        for used in [false, true] {
            let any = line.seen.iter().any(|s| s.used == used && s.months == 1);
            let ink = seen_ink(line, used);
            let mark = if line.diamond { Mark::Diamond(ink) } else { Mark::Circle(ink) };
            let text = if used { &words.observed_used } else { &words.observed };
            let text = if lines.len() > 1 { format!("{text}, {}", line.label) } else { text.to_string() };
            if any {
                out.push((mark, text));
            }
        }
        let longer = |l: &Line| l.seen.iter().any(|s| s.months > 1);
        if longer(line) && !lines[..i].iter().any(longer) {
            let used = line.seen.iter().all(|s| s.used || s.months == 1);
            out.push((Mark::Span(seen_ink(line, used)), words.observed_longer.to_string()));
        }
    }
    out
}
