//! People waiting for an appointment, day by day.

use super::Page;
use crate::record::digest::DailySpread;
use crate::report::data::{self, Seen};
use crate::report::draw::axis::{Plot, TIME_LABELS, UNIT_LIFT, UNIT_ROOM};
use crate::report::draw::canvas::{Canvas, Rect};
use crate::report::draw::label::{self, Label};
use crate::report::draw::marks;
use crate::report::draw::page::{self, Mark};
use crate::report::draw::palette::{BLUE, GREEN, Ink, RULE, VERMILION};
use crate::report::draw::series::{self, DASHES, POINT};
use crate::report::foot::{Context, Statistic};
use crate::report::words::fill;

const HEIGHT: f64 = 330.0;
const LABEL_LIMIT: f64 = 120.0;
/// A published period longer than this many days is drawn as a span.
const SPAN: f64 = 7.0;

/// A daily series with the published numbers it compares with.
struct Line {
    label: String,
    ink: Ink,
    dash: Option<(f64, f64)>,
    daily: DailySpread,
    seen: Vec<Seen>,
    diamond: bool,
}

fn lines(context: Context) -> Vec<Line> {
    let (digest, words) = (context.digest, context.words);
    let line = |label: &str, ink, dash: usize, series: &[Vec<f64>], observed: &str, diamond| Line {
        label: label.to_string(),
        ink,
        dash: DASHES[dash],
        daily: data::spread_of(series),
        seen: data::seen_levels(digest, observed),
        diamond,
    };
    let long = fill(words.long_waiting_line, &[("n", &digest.long_wait_days.to_string())]);
    let all = vec![
        line(words.backlog_line, BLUE, 0, &digest.backlog, "backlog", false),
        line(words.foreign_backlog_line, BLUE.tint(0.4), 0, &digest.foreign_backlog, "", false),
        line(words.requesting_line, GREEN, 2, &digest.requesting, "requests_per_day", true),
        line(&long, VERMILION, 1, &digest.long_waiting, "", false),
    ];
    all.into_iter().filter(|l| l.daily.p95.iter().any(|v| *v > 0.0)).collect()
}

/// Draws the chart.
pub(super) fn draw(context: Context) -> Page {
    let (digest, words) = (context.digest, context.words);
    let lines = lines(context);
    let highest = |l: &Line| l.daily.p95.iter().copied().chain(l.seen.iter().map(|s| s.value)).fold(0.0, f64::max);
    let top = lines.iter().map(highest).fold(0.0, f64::max);
    if digest.backlog.iter().flatten().all(|v| *v <= 0.0) {
        return Err(words.left_out_zero.to_string());
    }

    let mut page = page::Page::new(words.backlog.title, &context.subtitle(Statistic::MedianBand));
    let days = digest.days() as f64;
    let probe = Plot::new(Rect::new(0.0, 0.0, 1.0, 1.0), 0.0, digest.first_day, days, top, words);
    let marked = marks::legend(digest, &probe, words);
    let head = if marked.is_empty() { 0.0 } else { marks::HEAD };
    page.legend(&legend(context, &lines, marked));
    page.skip(UNIT_ROOM + head);
    let outer = page.body(HEIGHT);
    let room = label::room(lines.iter().map(|l| l.label.as_str()), LABEL_LIMIT);
    let plot = Plot::new(outer, room, digest.first_day, days, top, words);
    let list = marks::draw(&mut page.canvas, digest, &plot, words);
    plot.value_axis(&mut page.canvas, words.persons, UNIT_LIFT + head, words);
    plot.time_axis(&mut page.canvas, words);
    let labels = lines.iter().map(|line| draw_line(&mut page.canvas, context, &plot, line)).collect();
    lines.iter().for_each(|line| draw_seen(&mut page.canvas, &plot, line));
    label::beside(&mut page.canvas, plot.area.x1, plot.area.y0, plot.area.y1 + 8.0, labels, LABEL_LIMIT);
    page.skip(TIME_LABELS + 6.0);
    page.list(&list);
    page.notes(&context.notes(Vec::new(), lines.iter().flat_map(|l| &l.seen)));
    Ok(page.finish())
}

fn draw_line(canvas: &mut Canvas, context: Context, plot: &Plot, line: &Line) -> Label {
    let daily = &line.daily;
    if context.banded() {
        series::band(canvas, plot, &series::daily(&daily.p05), &series::daily(&daily.p95), line.ink);
    }
    series::line(canvas, plot, &series::daily(&daily.p50), line.ink, line.dash);
    // Where a line falls to nothing at the end, its name stands where it was before.
    let highest = daily.p50.iter().copied().fold(0.0, f64::max);
    let last = daily.p50.iter().rev().copied().find(|v| *v > 0.1 * highest).unwrap_or(0.0);
    Label { y: plot.y.at(last), text: line.label.clone(), ink: line.ink.shade(0.15), swatch: None }
}

fn seen_ink(line: &Line, used: bool) -> Ink {
    if used { RULE } else { line.ink.shade(0.45) }
}

fn draw_seen(canvas: &mut Canvas, plot: &Plot, line: &Line) {
    for seen in &line.seen {
        let ink = seen_ink(line, seen.used);
        if seen.to - seen.from > SPAN {
            canvas.span(plot.at(seen.from, seen.value), plot.at(seen.to, seen.value), ink);
        }
        let middle = plot.at((seen.from + seen.to) / 2.0, seen.value);
        if line.diamond {
            canvas.hollow_diamond(middle, POINT, ink);
        } else {
            canvas.hollow_circle(middle, POINT, ink);
        }
    }
}

fn legend(context: Context, lines: &[Line], marked: Vec<(Mark, String)>) -> Vec<(Mark, String)> {
    let words = context.words;
    let mut out = Vec::new();
    for line in lines.iter().filter(|l| !l.seen.is_empty()) {
        let ink = seen_ink(line, false);
        let mark = if line.diamond { Mark::Diamond(ink) } else { Mark::Circle(ink) };
        out.push((mark, fill(words.observed_of, &[("what", &line.label)])));
    }
    out.extend(marked);
    out
}
