//! Horizontal bars: how far each assumption moves a result.

use super::rows::{Headings, RowWords, Rows};
use super::{INK, Layout, Role, extent, known};
use crate::report::draw::canvas::{Canvas, Rect};
use crate::report::draw::inline::picture;
use crate::report::words::Words;

/// A bar between two values.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    pub name: String,
    /// Under the name, such as the range tried; may be empty.
    pub note: String,
    pub from: f64,
    pub to: f64,
    /// How well an end at `to` is known.
    pub interval: Option<(f64, f64)>,
    /// The value in words.
    pub value: String,
}

/// Bars on a common axis, drawn in the order given.
#[derive(Debug, Clone, PartialEq)]
pub struct Bars {
    pub title: String,
    pub description: String,
    /// Above the names and above the values.
    pub names: String,
    pub values: String,
    /// What the axis measures.
    pub unit: String,
    /// The result with nothing moved, with its label.
    pub centre: Option<(f64, String)>,
    /// Signed values on the axis.
    pub signed: bool,
    pub role: Role,
    pub rows: Vec<Bar>,
}

impl Bars {
    /// Both drawings; `None` without any bar of numbers.
    pub fn html(&self, words: &Words) -> Option<String> {
        let rows: Vec<&Bar> = self.rows.iter().filter(|r| known(r.from).is_some() && known(r.to).is_some()).collect();
        let intervals = rows.iter().filter_map(|r| r.interval).flat_map(|(l, h)| [l, h]);
        let centre = self.centre.iter().map(|c| c.0);
        let ends = extent(rows.iter().flat_map(|r| [r.from, r.to]).chain(intervals).chain(centre))
            .filter(|_| !rows.is_empty())?;
        let drawn = |layout: Layout| {
            let canvas = self.draw(&rows, (ends.0.min(0.0), ends.1.max(0.0)), layout, words);
            picture(&canvas, layout.class(), &self.title, &self.description)
        };
        Some(format!("<div class=\"chart\">{}{}</div>", drawn(Layout::Wide), drawn(Layout::Narrow)))
    }

    fn draw(&self, rows: &[&Bar], ends: (f64, f64), layout: Layout, words: &Words) -> Canvas {
        let texts: Vec<RowWords> =
            rows.iter().map(|r| RowWords { name: &r.name, note: &r.note, value: &r.value, range: "" }).collect();
        let centre = self.centre.as_ref().filter(|c| known(c.0).is_some());
        let head = Headings {
            names: &self.names,
            values: &self.values,
            unit: &self.unit,
            signed: self.signed,
            label: centre.is_some(),
        };
        let mut out = Rows::new(layout, &texts, &head, ends, words);
        for (row, y) in rows.iter().zip(out.at.clone()) {
            let (a, b) = (out.x.at(row.from.min(row.to)), out.x.at(row.from.max(row.to)));
            out.canvas.rect(Rect::new(a, y - 7.5, b.max(a + 1.5), y + 7.5), self.role.ink().faded(0.62));
            if let Some((low, high)) = row.interval.and_then(|(l, h)| known(l).zip(known(h))) {
                let (low, high) = (out.x.at(low), out.x.at(high));
                out.canvas.span((low, y), (high, y), INK);
            }
        }
        if let Some((value, label)) = centre {
            let x = out.x.at(*value);
            for (y0, y1) in out.pieces(layout) {
                out.canvas.dashes(&[(x, y0), (x, y1)], (4.0, 3.0), self.role.text(), 1.6);
            }
            out.above(*value, label, layout.text(), self.role.text());
        }
        out.canvas
    }
}
