//! One drawing of panels on a time axis.
//!
//! Bands and lines stand in an inner picture for each panel that the script may stretch; all else that belongs to a
//! time carries it as `data-x`, or `data-from` and `data-to`, in days.

use std::fmt::Write as _;

use super::panel::{self, Heading};
use super::place::{Block, Room, around};
use super::series::{self, Days, Grid};
use super::time::{Panel, TimeFigure, policy_text};
use super::time_names::{self as names, Name};
use super::{INK, INK2, INK3, Layout, RULE, SPAN, group, hex, known, scale, time_axis};
use crate::report::draw::axis::Scale;
use crate::report::draw::canvas::{Anchor, Canvas, Rect};
use crate::report::draw::font;
use crate::report::draw::inline::{escape, tenth};
use crate::report::draw::palette::WHITE;
use crate::report::words::Words;

/// The inner picture is this much higher than the plot at either end, so that lines at its edges stay whole.
const EDGE: f64 = 4.0;

/// A finished drawing.
pub struct Drawing {
    pub layout: Layout,
    pub svg: String,
    /// Names of lines stand at their ends; else keys have to name them.
    pub direct: bool,
    /// Policies have letters; else their labels stand in the plot.
    pub lettered: bool,
}

/// A panel with its place.
struct Plot<'a> {
    panel: &'a Panel,
    area: Rect,
    heading: Vec<Heading>,
    ticks: Vec<f64>,
    grid: Days,
    names: Vec<Name>,
}

/// What the panels of a drawing share.
struct Frame<'a> {
    fig: &'a TimeFigure,
    layout: Layout,
    words: &'a Words,
    x: Scale,
    plots: Vec<Plot<'a>>,
    height: f64,
}

impl Drawing {
    pub fn new(fig: &TimeFigure, layout: Layout, words: &Words) -> Drawing {
        let direct = layout == Layout::Wide;
        let mut frame = Frame::new(fig, layout, words, direct);
        let crowded = |p: &Plot| p.names.iter().map(|n| n.block.extent().1).sum::<f64>() > p.area.height() + 16.0;
        let direct = direct && !frame.plots.iter().any(crowded);
        if !direct && layout == Layout::Wide {
            frame = Frame::new(fig, layout, words, false);
        }
        let (svg, lettered) = frame.draw();
        Drawing { layout, svg, direct, lettered }
    }
}

impl<'a> Frame<'a> {
    fn new(fig: &'a TimeFigure, layout: Layout, words: &'a Words, direct: bool) -> Frame<'a> {
        let size = layout.text();
        let ticks: Vec<Vec<f64>> = fig.panels.iter().map(|p| panel::ticks(p, layout)).collect();
        let labels = |(p, t): (&Panel, &Vec<f64>)| -> Vec<f64> {
            t.iter().map(|v| font::width(&scale::label(*v, t, p.signed, words), size, false)).collect()
        };
        let widest = fig.panels.iter().zip(&ticks).flat_map(labels).fold(0.0, f64::max);
        let names = |(i, p): (usize, &Panel)| names::of(fig, p, i == 0, layout);
        let mut names: Vec<_> = fig.panels.iter().enumerate().filter(|_| direct).map(names).collect();
        names.resize_with(fig.panels.len(), Vec::new);
        let room = names.iter().flatten().map(|n| n.block.extent().0 + 12.0).fold(8.0, f64::max);
        let x = Scale { low: 0.0, high: fig.days as f64, from: widest + 8.0, to: layout.width() - room };
        let mut y = 0.0;
        let mut plots = Vec::new();
        for ((panel, ticks), names) in fig.panels.iter().zip(ticks).zip(names) {
            let heading = panel::heading(panel, layout);
            let top = y + heading.len() as f64 * size * 1.35 + 14.0;
            let shrink = if layout == Layout::Wide { 1.0 } else { 0.88 };
            let height = known(panel.height).unwrap_or(0.0).clamp(60.0, 1200.0) * shrink;
            let area = Rect::new(x.from, top, x.to, top + height);
            let ends = ticks.first().copied().zip(ticks.last().copied()).unwrap_or((0.0, 1.0));
            let value = Scale { low: ends.0, high: ends.1, from: area.y1, to: area.y0 };
            let grid = Days { first_day: fig.first_day, period: fig.period, x, y: value };
            plots.push(Plot { panel, area, heading, ticks, grid, names });
            y = area.y1 + 26.0;
        }
        let height = y - 26.0 + 12.0 + 2.4 * size + 4.0;
        Frame { fig, layout, words, x, plots, height }
    }

    fn draw(&self) -> (String, bool) {
        let fig = self.fig;
        let (Some(first), Some(last)) = (self.plots.first(), self.plots.last()) else { return (String::new(), false) };
        let whole = Rect::new(self.x.from, first.area.y0, self.x.to, last.area.y1);
        let class = self.layout.class();
        let name: String = fig.id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        let mut out = format!(
            "<svg class=\"{class}\" viewBox=\"0 0 {} {}\" data-plot=\"{} {} {} {}\" data-text=\"{}\" role=\"img\"><title>{}</title><desc>{}</desc>",
            tenth(self.layout.width()),
            tenth(self.height),
            tenth(whole.x0),
            tenth(whole.x1),
            tenth(whole.y0),
            tenth(whole.y1),
            self.layout.text(),
            escape(&fig.title),
            escape(&fig.description)
        );
        for span in &fig.spans {
            self.stretch(&mut out, (span.from, span.to), (whole.y0, whole.y1), &hex(SPAN), 3.0);
        }
        let mut rooms: Vec<Room> = self.plots.iter().map(|p| self.room(p)).collect();
        self.cut(&mut out, &whole, &format!("cut-{name}-{class}"), rooms.first_mut());
        let mut frame = Canvas::default();
        self.plots.iter().for_each(|p| self.values(&mut frame, p));
        out.push_str(&group("", &frame));
        self.plots.iter().for_each(|p| self.lines(&mut out, p));
        let mut axis = Canvas::default();
        time_axis::draw(&mut axis, self.x, last.area.y1, fig.first_day, self.layout.text(), self.words);
        out.push_str(&group(" class=\"time\"", &axis));
        for (plot, room) in self.plots.iter().zip(&mut rooms) {
            self.marks(&mut out, plot, room);
            let lines: Vec<&[f64]> = plot.panel.lines.iter().map(|l| &l.p50[..]).collect();
            let canvas = names::draw(&plot.names, &lines, &plot.grid, room, self.layout.width());
            out.push_str(&group(" class=\"ends\"", &canvas));
        }
        if let Some(room) = rooms.first_mut() {
            self.span_labels(&mut out, room);
        }
        let lettered = self.policies(&mut out, rooms.first_mut());
        out.push_str("</svg>");
        (out, lettered)
    }

    fn day(&self, day: f64) -> f64 {
        self.x.at(known(day).unwrap_or(0.0).clamp(0.0, self.x.high))
    }

    /// The part of a stretch that is on the axis.
    fn within(&self, (from, to): (f64, f64)) -> Option<(f64, f64)> {
        let (from, to) = (known(from)?.max(0.0), known(to)?.min(self.x.high));
        (from < to).then_some((from, to))
    }

    /// A box over a stretch of time that stays `least` units wide.
    fn stretch(&self, out: &mut String, time: (f64, f64), (y0, y1): (f64, f64), fill: &str, least: f64) {
        let Some((from, to)) = self.within(time) else { return };
        let (x0, width) = (self.day(from), (self.day(to) - self.day(from)).max(least));
        let _ = write!(
            out,
            "<rect data-from=\"{from:.3}\" data-to=\"{to:.3}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{fill}\"/>",
            tenth(x0),
            tenth(y0),
            tenth(width),
            tenth(y1 - y0)
        );
    }

    /// Shapes that keep their size and move with a time.
    fn moving(&self, out: &mut String, day: f64, canvas: &Canvas) {
        out.push_str(&group(&format!(" data-x=\"{day:.3}\""), canvas));
    }

    fn room(&self, plot: &Plot) -> Room {
        let mut room = Room::new(plot.area);
        for line in &plot.panel.lines {
            series::runs(&line.p50, &plot.grid).iter().for_each(|run| room.avoid(run));
        }
        for (day, _) in self.fig.policies_shown() {
            room.avoid(&[(self.day(day), plot.area.y0), (self.day(day), plot.area.y1)]);
        }
        if plot.panel.signed {
            room.avoid(&[(plot.area.x0, plot.grid.y(0.0)), (plot.area.x1, plot.grid.y(0.0))]);
        }
        for o in &plot.panel.observed {
            if let Some(((x, y), _)) = self.observed_at(plot, o) {
                room.taken.push(Rect::new(x - 6.0, y - 6.0, x + 6.0, y + 6.0));
            }
        }
        room
    }

    fn cut(&self, out: &mut String, whole: &Rect, id: &str, room: Option<&mut Room>) {
        let from = self.fig.known_days as f64;
        if from >= self.x.high {
            return;
        }
        let _ = write!(
            out,
            "<pattern id=\"{id}\" width=\"7\" height=\"7\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><path d=\"M0 0V7\" stroke=\"{}\" stroke-width=\"2\"/></pattern>",
            hex(RULE)
        );
        self.stretch(out, (from, self.x.high), (whole.y0, whole.y1), &format!("url(#{id})"), 0.0);
        let block = Block::line(&self.fig.cut_label, false, self.layout.small(), INK2);
        let (Some(room), false) = (room, self.fig.cut_label.is_empty()) else { return };
        let ((w, h), x) = (block.extent(), self.day(from));
        let at = |x0: f64, y0: f64| Rect::new(x0, y0, x0 + w, y0 + h);
        let rows = (0..3).flat_map(|row| {
            let y = room.inside.y0 + 4.0 + f64::from(row) * h;
            [(at(x + 6.0, y), Anchor::Start), (at(x - 6.0 - w, y), Anchor::End)]
        });
        if let Some((place, anchor, _)) = room.choose(&rows.collect::<Vec<_>>()) {
            let mut canvas = Canvas::default();
            block.write(&mut canvas, &place, anchor);
            room.taken.push(place);
            self.moving(out, from, &canvas);
        }
    }

    fn values(&self, canvas: &mut Canvas, plot: &Plot) {
        let (size, area) = (self.layout.text(), &plot.area);
        let signed = plot.panel.signed;
        for &tick in &plot.ticks {
            let y = plot.grid.y(tick);
            let zero = tick == 0.0;
            let (ink, width) = if zero { (INK, 1.4) } else { (RULE, 1.0) };
            canvas.line((area.x0, y), (area.x1, y), ink, width);
            let text = scale::label(tick, &plot.ticks, signed, self.words);
            canvas.write(area.x0 - 7.0, y + 0.36 * size, &text, size, INK2, Anchor::End);
        }
        let mut y = area.y0 - 13.0 - (plot.heading.len() as f64 - 1.0) * size * 1.35;
        for line in &plot.heading {
            canvas.write_bold(0.0, y, &line.title, size, INK, Anchor::Start);
            let x = if line.title.is_empty() { 0.0 } else { font::width(&line.title, size, true) + 10.0 };
            canvas.write(x, y, &line.note, self.layout.small(), INK2, Anchor::Start);
            y += size * 1.35;
        }
    }

    fn lines(&self, out: &mut String, plot: &Plot) {
        let a = &plot.area;
        let bounds = [a.x0, a.y0 - EDGE, a.width(), a.height() + 2.0 * EDGE].map(tenth);
        let [x, y, w, h] = &bounds;
        let _ = write!(
            out,
            "<svg class=\"plot\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" viewBox=\"{x} {y} {w} {h}\" preserveAspectRatio=\"none\">"
        );
        let width = if self.layout == Layout::Wide { 2.5 } else { 2.2 };
        let (bands, medians): (Vec<String>, Vec<String>) =
            plot.panel.lines.iter().map(|line| series::line(line, &plot.grid, width)).unzip();
        bands.iter().for_each(|b| out.push_str(b));
        medians.iter().for_each(|m| out.push_str(m));
        out.push_str("</svg>");
    }

    /// Where an observation stands, and its time.
    fn observed_at(&self, plot: &Plot, o: &super::Observed) -> Option<((f64, f64), (f64, f64))> {
        let (from, to) = self.within((o.from, o.to.max(o.from + 1e-6)))?;
        Some(((self.day((from + to) / 2.0), plot.grid.y(known(o.value)?)), (from, to)))
    }

    /// Observations and points with words.
    fn marks(&self, out: &mut String, plot: &Plot, room: &mut Room) {
        let small = self.layout.small();
        for callout in &plot.panel.callouts {
            let Some(value) = known(callout.value).filter(|_| self.within((callout.day, self.x.high)).is_some()) else {
                continue;
            };
            let point = (self.day(callout.day), plot.grid.y(value));
            let mut canvas = Canvas::default();
            canvas.disc(point, 4.2, callout.role.ink(), Some((WHITE, 1.0)));
            let lines = callout.lines.iter().enumerate().map(|(i, t)| (t.clone(), i == 0)).collect();
            let block = Block { lines, size: small, ink: INK };
            let (w, h) = block.extent();
            let mut places = around(point, (w, h), 9.0);
            places.rotate_left(2);
            places.extend(around(point, (w, h), 26.0));
            if let Some((place, anchor, _)) = room.choose(&places) {
                block.tie(&mut canvas, &place, point, INK3);
                let zero = plot.grid.y(0.0);
                if plot.panel.signed && place.y0 < zero && zero < place.y1 {
                    canvas.rect(place, WHITE.faded(0.85));
                }
                block.write(&mut canvas, &place, anchor);
                room.taken.push(place);
            }
            self.moving(out, callout.day, &canvas);
        }
        for o in &plot.panel.observed {
            let Some((point, (from, to))) = self.observed_at(plot, o) else { continue };
            if self.day(to) - self.day(from) > 18.0 {
                self.stretch(out, (from, to), (point.1 - 0.6, point.1 + 0.6), &hex(INK), 0.0);
            }
            let mut canvas = Canvas::default();
            mark(&mut canvas, point, o.diamond);
            let block = Block::line(&o.label, false, small, INK2);
            let places: Vec<_> = around(point, block.extent(), 8.0).into_iter().collect();
            // A label with no room of its own is left to the table behind the figure.
            if let Some((place, anchor, cost)) = room.choose(&places).filter(|_| !o.label.is_empty())
                && (cost < 60.0 || self.layout == Layout::Wide)
            {
                block.write(&mut canvas, &place, anchor);
                room.taken.push(place);
            }
            self.moving(out, (from + to) / 2.0, &canvas);
        }
    }

    fn span_labels(&self, out: &mut String, room: &mut Room) {
        for span in self.fig.spans.iter().filter(|s| !s.label.is_empty()) {
            let Some((from, to)) = self.within((span.from, span.to)) else { continue };
            let (x0, x1) = (self.day(from), self.day(to));
            let block = Block::line(&span.label, true, self.layout.small(), INK);
            let (w, h) = block.extent();
            let at = |x: f64, y: f64| Rect::new(x, y, x + w, y + h);
            let rows = (0..4).flat_map(|row| {
                let y = room.inside.y0 + 2.0 + f64::from(row) * h;
                let inside = (at((x0 + x1 - w) / 2.0, y), Anchor::Middle);
                let beside = [(at(x0 - 7.0 - w, y), Anchor::End), (at(x1 + 7.0, y), Anchor::Start)];
                // Where neither side has room, within the picture.
                let x = x1.min(room.inside.x1 - w).max(room.inside.x0);
                let within = (at(x, y), Anchor::Start);
                beside.into_iter().chain((x1 - x0 > w + 8.0).then_some(inside)).chain([within])
            });
            if let Some((place, anchor, _)) = room.choose(&rows.collect::<Vec<_>>()) {
                let mut canvas = Canvas::default();
                block.write(&mut canvas, &place, anchor);
                room.taken.push(place);
                let edge = match anchor {
                    Anchor::Start => to,
                    Anchor::Middle => (from + to) / 2.0,
                    Anchor::End => from,
                };
                self.moving(out, edge, &canvas);
            }
        }
    }

    /// Dotted lines with labels at the foot; with letters where labels do not find room.
    fn policies(&self, out: &mut String, room: Option<&mut Room>) -> bool {
        let Some(room) = room else { return false };
        let shown = self.fig.policies_shown();
        let labels: Vec<String> = shown.iter().map(|(_, p)| policy_text(p, self.words)).collect();
        let letters: Vec<String> = self.fig.legend(self.words).into_iter().map(|(l, _)| format!("({l})")).collect();
        let written = |texts: &[String], room: &mut Room| -> (Vec<(Block, Rect, Anchor)>, f64) {
            let mut worst: f64 = 0.0;
            let mut placed = Vec::new();
            for ((day, _), text) in shown.iter().zip(texts) {
                let block = Block::line(text, false, self.layout.small(), INK2);
                let ((w, h), x) = (block.extent(), self.day(*day));
                let rows = (0..3).flat_map(|row| {
                    let y = room.inside.y1 - 6.0 - h * f64::from(row + 1);
                    [
                        (Rect::new(x + 5.0, y, x + 5.0 + w, y + h), Anchor::Start),
                        (Rect::new(x - 5.0 - w, y, x - 5.0, y + h), Anchor::End),
                    ]
                });
                if let Some((place, anchor, cost)) = room.choose(&rows.collect::<Vec<_>>()) {
                    worst = worst.max(cost);
                    room.taken.push(place);
                    placed.push((block, place, anchor));
                }
            }
            (placed, worst)
        };
        let full = (self.layout == Layout::Wide).then(|| written(&labels, &mut room.clone()));
        let (placed, lettered) = match full {
            Some((placed, worst)) if worst < 1.0 => (placed, false),
            _ => (written(&letters, room).0, !shown.is_empty()),
        };
        for ((day, _), (block, place, anchor)) in shown.iter().zip(placed) {
            let mut canvas = Canvas::default();
            block.write(&mut canvas, &place, anchor);
            let rules: String = self
                .plots
                .iter()
                .map(|p| {
                    let x = tenth(self.day(*day));
                    format!("M{x} {}V{}", tenth(p.area.y0), tenth(p.area.y1))
                })
                .collect();
            let text = group("", &canvas);
            let _ = write!(
                out,
                "<g data-x=\"{day:.3}\"><path d=\"{rules}\" {}/>{text}</g>",
                super::stroke(INK3, 1.2, Some("1.5 3"))
            );
        }
        lettered
    }
}

/// The mark of something published.
pub fn mark(canvas: &mut Canvas, (x, y): (f64, f64), diamond: bool) {
    if diamond {
        canvas.hollow_diamond((x, y), 4.5, INK);
    } else {
        canvas.disc((x, y), 4.5, WHITE, Some((INK, 1.75)));
    }
}
