//! Rows with a name, marks on a common axis and values in words: what scenarios and assumptions change.

use super::{INK, INK2, Layout, RULE, scale};
use crate::report::draw::axis::Scale;
use crate::report::draw::canvas::{Anchor, Canvas};
use crate::report::draw::font;
use crate::report::words::Words;

/// Texts of a row: its name, a note on it, its value and the range of that.
pub struct RowWords<'a> {
    pub name: &'a str,
    pub note: &'a str,
    pub value: &'a str,
    pub range: &'a str,
}

/// A drawing of rows under construction: the axis, and where the marks of each row go.
pub struct Rows {
    pub canvas: Canvas,
    pub x: Scale,
    /// Height of the marks of each row.
    pub at: Vec<f64>,
    pub top: f64,
    pub bottom: f64,
}

/// What stands above and below the rows.
pub struct Headings<'a> {
    pub names: &'a str,
    pub values: &'a str,
    /// What the axis measures, below it.
    pub unit: &'a str,
    pub signed: bool,
    /// Room above the axis for a mark's label.
    pub label: bool,
}

impl Rows {
    /// Lays out the rows and draws their texts and the axis over `low..=high`.
    pub fn new(layout: Layout, rows: &[RowWords], head: &Headings, (low, high): (f64, f64), words: &Words) -> Rows {
        let (size, small, width) = (layout.text(), layout.small(), layout.width());
        let wide = layout == Layout::Wide;
        let mut canvas = Canvas { width, ..Canvas::default() };
        let ticks = scale::ticks(low, high, if wide { 8 } else { 5 });
        let widest = |texts: &mut dyn Iterator<Item = (&str, f64, bool)>| {
            texts.map(|(t, s, b)| font::width(t, s, b)).fold(0.0, f64::max)
        };
        let names =
            widest(&mut rows.iter().map(|r| (r.name, size, false)).chain([(head.names, size, true)])).min(250.0);
        let values = rows.iter().flat_map(|r| [(r.value, size, true), (r.range, small, false)]);
        let values = widest(&mut values.chain([(head.values, size, true)]));
        let half = |v: Option<&f64>| {
            v.map_or(0.0, |v| font::width(&scale::label(*v, &ticks, head.signed, words), size, false) / 2.0)
        };
        let (from, to) = if wide {
            (names + 26.0, width - values - 24.0)
        } else {
            (half(ticks.first()).max(8.0), width - half(ticks.last()).max(8.0))
        };
        let x = Scale { low: ticks[0], high: ticks[ticks.len() - 1], from, to: to.max(from + 40.0) };
        let mut y = if wide || head.label { size * 1.2 } else { 0.0 };
        if wide {
            canvas.write_bold(0.0, y, head.names, size, INK2, Anchor::Start);
            canvas.write_bold(width, y, head.values, size, INK2, Anchor::End);
        }
        y += 12.0;
        let top = y;
        let mut at = Vec::new();
        let mut texts = Canvas::default();
        for row in rows {
            if wide {
                let lines = font::wrap(row.name, size, false, names + 1.0);
                let notes = font::wrap(row.note, small, false, names + 1.0);
                let text = lines.len() as f64 * size * 1.3 + notes.len() as f64 * small * 1.3;
                let high = text.max(if row.range.is_empty() { 0.0 } else { 2.4 * size }).max(22.0) + 12.0;
                let middle = y + high / 2.0;
                let mut base = middle - text / 2.0 + size;
                for (line, s, ink) in lines.iter().map(|l| (l, size, INK)).chain(notes.iter().map(|l| (l, small, INK2)))
                {
                    texts.write(0.0, base, line, s, ink, Anchor::Start);
                    base += s * 1.3;
                }
                let lift = if row.range.is_empty() { 0.36 * size } else { -0.18 * size };
                texts.write_bold(width, middle + lift, row.value, size, INK, Anchor::End);
                texts.write(width, middle + 1.1 * size, row.range, small, INK2, Anchor::End);
                at.push(middle);
                y += high;
                canvas.line((0.0, y), (width, y), RULE, 1.0);
            } else {
                y += 4.0;
                for line in font::wrap(row.name, size, true, width) {
                    y += size * 1.3;
                    texts.write_bold(0.0, y, &line, size, INK, Anchor::Start);
                }
                y += small * 1.35;
                texts.write_bold(0.0, y, row.value, small, INK, Anchor::Start);
                let x = if row.value.is_empty() { 0.0 } else { font::width(row.value, small, true) + 8.0 };
                let rest = if row.range.is_empty() { row.note } else { row.range };
                if x + font::width(rest, small, false) > width {
                    y += small * 1.35;
                    texts.write(0.0, y, rest, small, INK2, Anchor::Start);
                } else {
                    texts.write(x, y, rest, small, INK2, Anchor::Start);
                }
                at.push(y + 17.0);
                y += 31.0;
            }
        }
        let mut grid = Canvas::default();
        for &tick in &ticks {
            let (tx, zero) = (x.at(tick), tick == 0.0);
            let (ink, thick) = if zero { (INK, 1.3) } else { (RULE, 1.0) };
            if wide {
                grid.line((tx, top), (tx, y), ink, thick);
            } else {
                // Lines stop at the texts between the marks.
                at.iter().for_each(|m| grid.line((tx, m - 11.0), (tx, m + 12.0), ink, thick));
            }
            let text = scale::label(tick, &ticks, head.signed, words);
            grid.write(tx, y + 6.0 + size, &text, size, INK2, Anchor::Middle);
        }
        let bottom = y;
        y += 12.0 + size;
        if !head.unit.is_empty() {
            for line in font::wrap(head.unit, small, false, if wide { x.to - x.from + 60.0 } else { width }) {
                y += small * 1.35;
                let (at, anchor) = if wide { ((x.from + x.to) / 2.0, Anchor::Middle) } else { (0.0, Anchor::Start) };
                grid.write(at, y, &line, small, INK2, anchor);
            }
        }
        canvas.shapes.extend(grid.shapes);
        canvas.shapes.extend(texts.shapes);
        canvas.height = y + 6.0;
        Rows { canvas, x, at, top, bottom }
    }

    /// Whether a height lies beside marks, where vertical rules may pass on the narrow drawing.
    pub fn pieces(&self, layout: Layout) -> Vec<(f64, f64)> {
        match layout {
            Layout::Wide => vec![(self.top, self.bottom)],
            Layout::Narrow => self.at.iter().map(|m| (m - 11.0, m + 12.0)).collect(),
        }
    }

    /// A label above the axis, inside the drawing.
    pub fn above(&mut self, value: f64, text: &str, size: f64, ink: crate::report::draw::palette::Ink) {
        let half = font::width(text, size, true) / 2.0;
        let x = self.x.at(value).clamp(half, (self.canvas.width - half).max(half));
        self.canvas.write_bold(x, self.top - 12.0, text, size, ink, Anchor::Middle);
    }
}
