//! Scenarios against their base: a hollow ring, a filled point, and the range of the paired difference.

use super::rows::{Headings, RowWords, Rows};
use super::{INK3, Layout, Role, extent, known};
use crate::report::draw::canvas::Rect;
use crate::report::draw::inline::picture;
use crate::report::draw::palette::WHITE;
use crate::report::words::Words;

/// A scenario's result beside that of the base, on the axis of the figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    pub name: String,
    pub base: f64,
    pub variant: f64,
    /// Ends of the range of the paired difference, counted from `base`.
    pub low: f64,
    pub high: f64,
    /// The difference and its range as readers see them.
    pub value: String,
    pub range: String,
}

/// Rows of pairs on a common axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Dumbbell {
    pub title: String,
    pub description: String,
    /// Above the names and above the values.
    pub names: String,
    pub values: String,
    /// What the axis measures.
    pub unit: String,
    /// Above the base where all rows share one; may be empty.
    pub base_label: String,
    /// Signed values on the axis.
    pub signed: bool,
    pub rows: Vec<Pair>,
}

impl Dumbbell {
    /// Both drawings; `None` without any row of numbers.
    pub fn html(&self, words: &Words) -> Option<String> {
        let rows: Vec<&Pair> =
            self.rows.iter().filter(|r| known(r.base).is_some() && known(r.variant).is_some()).collect();
        let ends = extent(rows.iter().flat_map(|r| [r.base, r.variant, r.low, r.high]))?;
        let drawn = |layout: Layout| {
            let canvas = self.draw(&rows, (ends.0.min(0.0), ends.1.max(0.0)), layout, words);
            picture(&canvas, layout.class(), &self.title, &self.description)
        };
        Some(format!("<div class=\"chart\">{}{}</div>", drawn(Layout::Wide), drawn(Layout::Narrow)))
    }

    fn draw(
        &self,
        rows: &[&Pair],
        ends: (f64, f64),
        layout: Layout,
        words: &Words,
    ) -> crate::report::draw::canvas::Canvas {
        let texts: Vec<RowWords> =
            rows.iter().map(|r| RowWords { name: &r.name, note: "", value: &r.value, range: &r.range }).collect();
        let shared = rows.first().map(|r| r.base).filter(|b| rows.iter().all(|r| r.base == *b));
        let label = shared.is_some() && !self.base_label.is_empty();
        let head = Headings { names: &self.names, values: &self.values, unit: &self.unit, signed: self.signed, label };
        let mut out = Rows::new(layout, &texts, &head, ends, words);
        if let Some(base) = shared.filter(|_| label) {
            let x = out.x.at(base);
            for (y0, y1) in out.pieces(layout) {
                out.canvas.line((x, y0), (x, y1), Role::Base.ink(), 2.0);
            }
            if layout == Layout::Wide {
                out.canvas.line((x, out.top - 6.0), (x, out.top), Role::Base.ink(), 2.0);
            }
            out.above(base, &self.base_label, layout.text(), Role::Base.text());
        }
        for (row, y) in rows.iter().zip(out.at.clone()) {
            let at = |v: f64| out.x.at(v);
            let (base, variant) = (at(row.base), at(row.variant));
            let range = known(row.low)
                .zip(known(row.high))
                .map(|(l, h)| Rect::new(at(l.min(h)), y - 4.0, at(l.max(h)), y + 4.0));
            out.canvas.line((base, y), (variant, y), INK3, 1.4);
            if let Some(range) = range {
                out.canvas.rect(range, Role::Variant.ink().faded(0.38));
            }
            out.canvas.disc((base, y), 4.6, WHITE, Some((Role::Base.ink(), 2.2)));
            out.canvas.disc((variant, y), 5.6, Role::Variant.ink(), Some((WHITE, 1.0)));
        }
        out.canvas
    }
}
