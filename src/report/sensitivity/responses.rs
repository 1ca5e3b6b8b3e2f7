//! How metrics answer to one parameter: lines with bands, a panel a metric.

use super::figures;
use super::{Heading, Interval, MOST, finish, titled, wording};
use crate::report::charts::panel_grid;
use crate::report::draw::axis::Scale;
use crate::report::draw::canvas::{Anchor, Canvas, Rect};
use crate::report::draw::font;
use crate::report::draw::page::{Mark, Page};
use crate::report::draw::palette::{BODY, GRID, MUTED, NOTE, RULE};
use crate::report::draw::render::RenderError;
use crate::report::draw::series::{BAND, LOOKS, Look};
use crate::report::scores::{Caption, ScoreChart};
use crate::report::words::{Words, fill};

/// Height of a plot.
const HEIGHT: f64 = 150.0;
/// Room above a plot besides its heading, and below it for labels and title of the axis.
const HEADING: f64 = 16.0;
const AXIS: f64 = 36.0;
/// Space between points side by side above the only value of a parameter.
const ASIDE: f64 = 12.0;
/// Space between two panels, as the grid leaves it.
const GUTTER: f64 = 18.0;

/// How a metric answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    pub metric: String,
    pub unit: String,
    /// What the values are differences from, as readers see it; empty where they are none.
    pub note: String,
    pub lines: Vec<Line>,
}

/// One line: values of the parameter and what the metric is there.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub label: String,
    pub points: Vec<(f64, Interval)>,
}

/// Lines of each metric over the values of a parameter: charts `responses`, `responses-2` and so on, or
/// `effects` if all are differences; none without any number.
///
/// # Errors
/// A chart cannot be rendered.
pub fn responses(
    panels: &[Response],
    x_title: &str,
    caption: &Caption<'_>,
    words: &Words,
) -> Result<Vec<ScoreChart>, RenderError> {
    let name = if are_differences(panels) { "effects" } else { "responses" };
    finish(name, title(panels, words), pages(panels, x_title, caption, words), caption)
}

/// Whether all panels show differences.
fn are_differences(panels: &[Response]) -> bool {
    !panels.is_empty() && panels.iter().all(|p| !p.note.is_empty())
}

fn title<'a>(panels: &[Response], words: &'a Words) -> &'a str {
    if are_differences(panels) { words.effects_title } else { words.responses_title }
}

/// What all panels share.
struct Frame<'a> {
    x_title: &'a str,
    words: &'a Words,
    /// Lines in the order of their looks.
    labels: Vec<String>,
    x: (f64, f64),
    /// The only value of the parameter, if there is but one.
    only: Option<f64>,
    /// Room for the labels of values.
    left: f64,
}

/// The pages.
pub(super) fn pages(panels: &[Response], x_title: &str, caption: &Caption<'_>, words: &Words) -> Vec<Canvas> {
    let (known, labels, dropped) = known(panels);
    if known.is_empty() {
        return Vec::new();
    }
    let all = || known.iter().flat_map(|r| &r.lines).flat_map(|line| &line.points).map(|p| p.0);
    let (first, last) = (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max));
    let (x, only) = (padded(first, last, 0.03), (first == last).then_some(first));
    let ticks = known.iter().flat_map(|r| figures::ticks(ends(r).0, ends(r).1, 5, words));
    let widest = ticks.map(|(_, label)| font::width(&label, NOTE, false)).fold(0.0, f64::max);
    let frame = Frame { x_title, words, labels, x, only, left: widest + 10.0 };
    let count = known.len().div_ceil(MOST);
    known
        .chunks(MOST)
        .enumerate()
        .map(|(i, own)| {
            page(own, &titled(title(panels, words), i, count, words), &frame, dropped, caption, known.len())
        })
        .collect()
}

/// The panels with their finite points from left to right, the labels drawn and how many are not.
fn known(panels: &[Response]) -> (Vec<Response>, Vec<String>, usize) {
    let mut out = panels.to_vec();
    for line in out.iter_mut().flat_map(|r| &mut r.lines) {
        line.points.retain(|(x, y)| x.is_finite() && y.value.is_finite());
        line.points.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    let mut labels: Vec<String> = Vec::new();
    for line in out.iter().flat_map(|r| &r.lines).filter(|line| !line.points.is_empty()) {
        if !labels.contains(&line.label) {
            labels.push(line.label.clone());
        }
    }
    let dropped = labels.len().saturating_sub(LOOKS);
    labels.truncate(LOOKS);
    for r in &mut out {
        r.lines.retain(|line| !line.points.is_empty() && labels.contains(&line.label));
    }
    out.retain(|r| !r.lines.is_empty());
    (out, labels, dropped)
}

/// Ends of an axis with some room beyond the values.
fn padded(low: f64, high: f64, share: f64) -> (f64, f64) {
    let span = if high > low { (high - low) * share } else { (0.1 * high.abs()).max(0.5) };
    (low - span, high + span)
}

/// Ends of the axis of values: with 0 where they are differences or 0 is near.
fn ends(response: &Response) -> (f64, f64) {
    let all = || response.lines.iter().flat_map(|line| &line.points).flat_map(|(_, y)| y.ends());
    let (low, high) = (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max));
    let near = low > 0.0 && low < 0.5 * high || high < 0.0 && high > 0.5 * low;
    match near || !response.note.is_empty() {
        true => padded(low.min(0.0), high.max(0.0), 0.05),
        false => padded(low, high, 0.05),
    }
}

fn page(
    panels: &[Response],
    title: &str,
    frame: &Frame<'_>,
    dropped: usize,
    caption: &Caption<'_>,
    of: usize,
) -> Canvas {
    let words = frame.words;
    let mut page = Page::new(title, caption.title);
    page.legend(&legend(frame));
    let columns = of.clamp(1, 2);
    let width = (Page::inner_width() - GUTTER * (columns as f64 - 1.0)) / columns as f64;
    let headings: Vec<Heading> =
        panels.iter().map(|r| Heading::new(&r.metric, &[&r.unit, &r.note], width, words)).collect();
    let heading = headings.iter().map(Heading::height).fold(0.0, f64::max);
    let height = if columns == 1 { 2.0 * HEIGHT } else { HEIGHT };
    let boxes = panel_grid(&mut page, columns, height, heading + HEADING, AXIS, panels.len());
    for ((response, heading), outer) in panels.iter().zip(&headings).zip(boxes) {
        heading.write(&mut page.canvas, outer.x0, outer.y0 - 7.0);
        panel(&mut page.canvas, outer, response, frame);
    }
    page.skip(8.0);
    let mut notes = vec![words.responses_note.to_string()];
    if dropped > 0 {
        notes.push(fill(words.lines_left_out, &[("n", &dropped.to_string())]));
    }
    notes.push(caption.source.to_string());
    page.notes(&notes);
    page.finish()
}

fn legend(frame: &Frame<'_>) -> Vec<(Mark, String)> {
    let limit = Page::inner_width() - 40.0;
    let said = |label: &String| wording::shortened(label, BODY, false, limit);
    let mut out: Vec<(Mark, String)> =
        frame.labels.iter().enumerate().map(|(i, label)| (Mark::Points(Look::of(i)), said(label))).collect();
    out.push(match frame.only {
        Some(_) => (Mark::Whisker(MUTED), frame.words.interval_90.to_string()),
        None => (Mark::Band(MUTED), frame.words.band_90.to_string()),
    });
    out
}

fn panel(canvas: &mut Canvas, outer: Rect, response: &Response, frame: &Frame<'_>) {
    let area = Rect::new(outer.x0 + frame.left, outer.y0, outer.x1 - 8.0, outer.y1);
    let (low, high) = ends(response);
    let x = Scale { low: frame.x.0, high: frame.x.1, from: area.x0, to: area.x1 };
    let y = Scale { low, high, from: area.y1, to: area.y0 };
    let ticks = match frame.only {
        Some(x) => vec![(x, figures::amount(x, frame.words))],
        None => figures::fitting_ticks(frame.x.0, frame.x.1, area.width(), 8, frame.words),
    };
    figures::axis_below(canvas, area, &x, &ticks, frame.x_title);
    for (value, label) in figures::ticks(low, high, 5, frame.words) {
        canvas.line((area.x0, y.at(value)), (area.x1, y.at(value)), GRID, 0.8);
        canvas.write(area.x0 - 6.0, y.at(value) + 0.36 * NOTE, &label, NOTE, MUTED, Anchor::End);
    }
    canvas.line((area.x0, area.y1), (area.x1, area.y1), RULE, 0.8);
    if low <= 0.0 && high >= 0.0 {
        canvas.line((area.x0, y.at(0.0)), (area.x1, y.at(0.0)), RULE, 1.4);
    }
    let looked: Vec<(&Line, Look)> = response
        .lines
        .iter()
        .filter_map(|line| Some((line, Look::of(frame.labels.iter().position(|l| *l == line.label)?))))
        .collect();
    let aside =
        |i: usize| if frame.only.is_some() { ASIDE * (i as f64 - (looked.len() as f64 - 1.0) / 2.0) } else { 0.0 };
    for (i, (line, look)) in looked.iter().enumerate() {
        band(canvas, line, *look, &Scale { from: x.from + aside(i), to: x.to + aside(i), ..x }, &y);
    }
    for (i, (line, look)) in looked.iter().enumerate() {
        let points: Vec<(f64, f64)> = line.points.iter().map(|p| (x.at(p.0) + aside(i), y.at(p.1.value))).collect();
        look.draw(canvas, &points);
        points.into_iter().for_each(|at| look.point(canvas, at));
    }
}

/// The 90 % band; a whisker where there is one point only.
fn band(canvas: &mut Canvas, line: &Line, look: Look, x: &Scale, y: &Scale) {
    let ends: Vec<(f64, f64, f64)> = line
        .points
        .iter()
        .filter_map(|(at, v)| v.bounds().map(|(low, high)| (x.at(*at), y.at(low), y.at(high))))
        .collect();
    if let [(at, low, high)] = ends[..] {
        figures::whisker(canvas, (at, low), (at, high), look.ink);
        return;
    }
    let above = ends.iter().map(|e| (e.0, e.2));
    let below = ends.iter().rev().map(|e| (e.0, e.1));
    canvas.polygon(above.chain(below).collect(), look.ink.faded(BAND * 0.8));
}
