//! Bars of what each metric owes to the parameters, a panel a metric.

use super::figures::{self, Ticks};
use super::{Bar, Drivers, Heading, Interval, MOST, Measure, TALLEST, titled, wording};
use crate::report::charts::panel_grid;
use crate::report::draw::axis::Scale;
use crate::report::draw::canvas::{Anchor, Canvas, Rect};
use crate::report::draw::font;
use crate::report::draw::page::{Mark, Page};
use crate::report::draw::palette::{BLUE, GRID, Ink, MUTED, NOTE, ORANGE, RULE, TEXT};
use crate::report::scores::Caption;
use crate::report::words::{Words, fill};

/// Space between two panels, as the grid leaves it.
const GUTTER: f64 = 18.0;
/// Room above the bars for the heading, and below for labels and title of the axis.
const HEADING: f64 = 14.0;
const AXIS: f64 = 34.0;
/// Space between the bars and that of chance.
const APART: f64 = 9.0;
/// Share of a panel that names of parameters may take.
const NAMES: f64 = 0.45;
const NAME_LINE: f64 = 11.5;
/// Ends of the axis of shares, for estimates that stray.
const SHARES: (f64, f64) = (-0.5, 1.5);

/// Sizes that all panels share.
struct Frame<'a> {
    measure: Measure,
    words: &'a Words,
    width: f64,
    names: f64,
    row: f64,
}

impl<'a> Frame<'a> {
    fn new(drivers: &[Drivers], measure: Measure, words: &'a Words) -> Frame<'a> {
        let columns = columns(drivers.len()) as f64;
        let width = (Page::inner_width() - GUTTER * (columns - 1.0)) / columns;
        let mut frame = Frame { measure, words, width, names: NAMES * width, row: 0.0 };
        let folded: Vec<Vec<String>> = drivers
            .iter()
            .flat_map(|d| d.bars.iter().map(|b| b.parameter.as_str()).chain([words.chance_bar]))
            .map(|name| frame.folded(name))
            .collect();
        let widest = folded.iter().flatten().map(|line| font::width(line, NOTE, false)).fold(0.0, f64::max);
        let deepest = folded.iter().map(Vec::len).max().unwrap_or(1) as f64;
        frame.names = widest.min(frame.names - 8.0) + 8.01;
        frame.row = (deepest * NAME_LINE + 4.0).max(if measure == Measure::Ranks { 18.0 } else { 21.0 });
        frame
    }

    fn folded(&self, name: &str) -> Vec<String> {
        wording::fold(name, NOTE, false, self.names - 8.0, 2)
    }

    /// Chance, where it is a share of what the bars show.
    fn noise(&self, d: &Drivers) -> Option<f64> {
        d.noise.filter(|_| self.measure == Measure::Sobol)
    }

    fn height(&self, d: &Drivers) -> f64 {
        self.row * d.bars.len() as f64 + self.noise(d).map_or(0.0, |_| self.row + APART)
    }

    fn heading(&self, d: &Drivers) -> Heading {
        let chance = d
            .noise
            .filter(|_| self.measure != Measure::Sobol)
            .map(|share| fill(self.words.chance_share, &[("n", &figures::fixed(100.0 * share, 0, self.words))]));
        Heading::new(&d.metric, &[&d.unit, &chance.unwrap_or_default()], self.width, self.words)
    }
}

fn columns(panels: usize) -> usize {
    panels.clamp(1, 2)
}

/// The pages; metrics without bars must be left out before.
pub(super) fn pages(drivers: &[Drivers], measure: Measure, caption: &Caption<'_>, words: &Words) -> Vec<Canvas> {
    if drivers.is_empty() {
        return Vec::new();
    }
    let frame = Frame::new(drivers, measure, words);
    let tallest = |of: &dyn Fn(&Drivers) -> f64| drivers.iter().map(of).fold(0.0, f64::max);
    let panel = tallest(&|d| frame.height(d)) + tallest(&|d| frame.heading(d).height()) + HEADING + AXIS;
    let rows = (TALLEST / panel).floor().clamp(1.0, (MOST / 2) as f64) as usize;
    let chunks: Vec<&[Drivers]> = drivers.chunks(rows * columns(drivers.len())).collect();
    let count = chunks.len();
    chunks
        .into_iter()
        .enumerate()
        .map(|(i, own)| {
            page(own, &titled(words.tornado_title, i, count, words), &frame, caption, columns(drivers.len()))
        })
        .collect()
}

fn page(drivers: &[Drivers], title: &str, frame: &Frame<'_>, caption: &Caption<'_>, columns: usize) -> Canvas {
    let words = frame.words;
    let mut page = Page::new(title, caption.title);
    page.legend(&legend(drivers, frame));
    page.skip(4.0);
    let headings: Vec<Heading> = drivers.iter().map(|d| frame.heading(d)).collect();
    let heading = headings.iter().map(Heading::height).fold(0.0, f64::max);
    let height = drivers.iter().map(|d| frame.height(d)).fold(0.0, f64::max);
    let boxes = panel_grid(&mut page, columns, height, heading + HEADING, AXIS, drivers.len());
    let shared = shares(drivers, frame);
    let mut beyond = false;
    for ((d, heading), outer) in drivers.iter().zip(&headings).zip(boxes) {
        heading.write(&mut page.canvas, outer.x0, outer.y0 - 7.0);
        beyond |= panel(&mut page.canvas, outer, d, ends(d, frame, shared), frame);
    }
    page.skip(8.0);
    let mut notes = vec![frame.measure.words(words).note.to_string()];
    if beyond {
        notes.push(words.beyond_axis.to_string());
    }
    notes.push(caption.source.to_string());
    page.notes(&notes);
    page.finish()
}

fn legend(drivers: &[Drivers], frame: &Frame<'_>) -> Vec<(Mark, String)> {
    let (words, named) = (frame.words, frame.measure.words(frame.words));
    let inner = drivers.iter().flat_map(|d| &d.bars).any(|b| b.inner.is_some_and(|i| i.value.is_finite()));
    let mut out = match frame.measure {
        Measure::Sobol => vec![(Mark::Box(total()), named.main.to_string())],
        Measure::Morris => vec![(Mark::Box(BLUE.tint(0.35)), named.main.to_string())],
        Measure::Ranks => {
            vec![(Mark::Box(ORANGE), words.rank_rises.to_string()), (Mark::Box(BLUE), words.rank_falls.to_string())]
        }
    };
    match frame.measure {
        Measure::Sobol if inner => out.push((Mark::Box(BLUE), named.inner.to_string())),
        Measure::Morris if inner => out.push((Mark::Diamond(TEXT), named.inner.to_string())),
        _ => {}
    }
    if drivers.iter().flat_map(|d| &d.bars).flat_map(marks).any(|i| i.bounds().is_some()) {
        out.push((Mark::Whisker(TEXT), words.interval_90.to_string()));
    }
    if drivers.iter().any(|d| frame.noise(d).is_some()) {
        out.push((Mark::Hatch(MUTED), words.chance_bar.to_string()));
    }
    out
}

/// Colour of a total order's bar.
fn total() -> Ink {
    BLUE.tint(0.62)
}

/// Both marks of a bar.
fn marks(bar: &Bar) -> impl Iterator<Item = Interval> {
    [Some(bar.main), bar.inner].into_iter().flatten()
}

/// Ends of the axis that all panels of shares have.
fn shares(drivers: &[Drivers], frame: &Frame<'_>) -> (f64, f64) {
    let drawn = drivers.iter().flat_map(|d| &d.bars).flat_map(marks).flat_map(|i| i.ends().collect::<Vec<_>>());
    let all: Vec<f64> = drawn.chain(drivers.iter().filter_map(|d| frame.noise(d))).collect();
    let low = all.iter().copied().fold(0.0, f64::min).max(SHARES.0);
    (low, all.iter().copied().fold(1.0, f64::max).min(SHARES.1))
}

/// Ends of a panel's axis.
fn ends(d: &Drivers, frame: &Frame<'_>, shared: (f64, f64)) -> (f64, f64) {
    match frame.measure {
        Measure::Sobol => shared,
        Measure::Ranks => (-1.0, 1.0),
        Measure::Morris => {
            let all: Vec<f64> = d.bars.iter().flat_map(marks).flat_map(|i| i.ends().collect::<Vec<_>>()).collect();
            let (low, high) = all.iter().fold((0.0, 0.0), |(a, b), x| (f64::min(a, *x), f64::max(b, *x)));
            if high > low { (low * 1.03, high * 1.03) } else { (0.0, 1.0) }
        }
    }
}

/// Draws a panel; whether anything goes on beyond its axis.
fn panel(canvas: &mut Canvas, outer: Rect, d: &Drivers, (low, high): (f64, f64), frame: &Frame<'_>) -> bool {
    let area = Rect::new(outer.x0 + frame.names, outer.y0, outer.x1 - 8.0, outer.y0 + frame.height(d));
    let x = Scale { low, high, from: area.x0, to: area.x1 };
    let ticks: Ticks = figures::fitting_ticks(low, high, area.width(), 6, frame.words);
    let axis = &frame.measure.words(frame.words).axis;
    let unit =
        if frame.measure == Measure::Morris && !d.unit.is_empty() { format!(" ({})", d.unit) } else { String::new() };
    figures::axis_below(canvas, area, &x, &ticks, &format!("{axis}{unit}"));
    let mut rows = Rows { canvas, x, beyond: false };
    for (i, bar) in d.bars.iter().enumerate() {
        let y = area.y0 + frame.row * (i as f64 + 0.5);
        rows.name(&frame.folded(&bar.parameter), area.x0 - 8.0, y);
        rows.bar(bar, y, frame);
    }
    let foot = area.y0 + frame.row * d.bars.len() as f64;
    rows.canvas.line((x.at(0.0), area.y0), (x.at(0.0), foot), RULE, 1.0);
    if let Some(noise) = frame.noise(d) {
        rows.canvas.line((outer.x0, foot + APART / 2.0), (area.x1, foot + APART / 2.0), RULE, 0.7);
        let y = foot + APART + frame.row / 2.0;
        rows.name(&frame.folded(frame.words.chance_bar), area.x0 - 8.0, y);
        rows.chance(noise, y, 0.3 * frame.row.min(24.0));
        rows.canvas.line((x.at(0.0), foot + APART), (x.at(0.0), area.y1), RULE, 1.0);
    }
    rows.beyond
}

/// The rows of a panel.
struct Rows<'a> {
    canvas: &'a mut Canvas,
    x: Scale,
    /// Whether anything was cut at an end of the axis.
    beyond: bool,
}

impl Rows<'_> {
    fn name(&mut self, lines: &[String], right: f64, y: f64) {
        let mut base = y - NAME_LINE * (lines.len() as f64 - 1.0) / 2.0 + 0.36 * NOTE;
        for line in lines {
            self.canvas.write(right, base, line, NOTE, TEXT, Anchor::End);
            base += NAME_LINE;
        }
    }

    fn bar(&mut self, bar: &Bar, y: f64, frame: &Frame<'_>) {
        let half = 0.35 * frame.row.min(24.0);
        match frame.measure {
            Measure::Sobol => {
                self.fill(bar.main.value, y - half, y + half, total());
                let inner = bar.inner.filter(|i| i.value.is_finite());
                if let Some(first) = inner {
                    self.fill(first.value, y + 0.5, y + half, BLUE);
                    self.whisker(&first, y + 0.5 + half / 2.0);
                }
                self.whisker(&bar.main, if inner.is_some() { y - half / 2.0 } else { y });
            }
            Measure::Morris => {
                self.fill(bar.main.value, y - half, y + half, BLUE.tint(0.35));
                let sigma = bar.inner.filter(|i| i.value.is_finite());
                self.whisker(&bar.main, if sigma.is_some() { y - half / 2.0 } else { y });
                if let Some(sigma) = sigma {
                    self.canvas.hollow_diamond((self.x.at(sigma.value), y + half / 2.0), 2.7, TEXT);
                }
            }
            Measure::Ranks => {
                let ink = if bar.main.value < 0.0 { BLUE } else { ORANGE };
                self.fill(bar.main.value, y - half, y + half, ink);
                self.whisker(&bar.main, y);
            }
        }
    }

    fn chance(&mut self, share: f64, y: f64, half: f64) {
        let area = self.fill(share, y - half, y + half, GRID);
        self.canvas.hatch(area, 5.0, MUTED, 0.9);
    }

    /// A value's place, at most an end of the axis.
    fn at(&mut self, value: f64, y: f64) -> f64 {
        let cut = value.clamp(self.x.low, self.x.high);
        let at = self.x.at(cut);
        if (cut - value).abs() > 1e-9 * value.abs() {
            self.beyond = true;
            let to = if value > cut { 6.0 } else { -6.0 };
            self.canvas.polygon(vec![(at, y - 3.5), (at + to, y), (at, y + 3.5)], TEXT);
        }
        at
    }

    fn fill(&mut self, value: f64, top: f64, foot: f64, ink: Ink) -> Rect {
        let (zero, end) = (self.x.at(0.0), self.at(value, (top + foot) / 2.0));
        let area = Rect::new(zero.min(end), top, zero.max(end), foot);
        if area.width() > 0.0 {
            self.canvas.rect(area, ink);
        }
        area
    }

    fn whisker(&mut self, interval: &Interval, y: f64) {
        // One that lies wholly beyond an end is told by the bar's arrowhead.
        let seen = |(low, high): &(f64, f64)| *low <= self.x.high && *high >= self.x.low;
        if let Some((low, high)) = interval.bounds().filter(seen) {
            let (from, to) = (self.at(low, y), self.at(high, y));
            figures::whisker(self.canvas, (from, y), (to, y), TEXT);
        }
    }
}
