//! Small multiples: a grid of equal panels with a heading each.

use crate::report::draw::canvas::Rect;
use crate::report::draw::page::Page;

/// Space between columns.
const GUTTER: f64 = 18.0;

/// A grid of panels on a page.
pub(super) struct Grid {
    pub columns: usize,
    /// Height of a plot and of the heading above it.
    pub height: f64,
    pub heading: f64,
    /// Height of the time labels below it.
    pub labels: f64,
}

impl Grid {
    /// Boxes of the plots of `count` panels, row by row.
    pub fn lay(&self, page: &mut Page, count: usize) -> Vec<Rect> {
        let mut out = Vec::with_capacity(count);
        for row in 0..count.div_ceil(self.columns.max(1)) {
            page.skip(self.heading);
            let band = page.body(self.height);
            let width = (band.width() - GUTTER * (self.columns as f64 - 1.0)) / self.columns as f64;
            for column in 0..self.columns {
                let i = row * self.columns + column;
                if i >= count {
                    break;
                }
                let x = band.x0 + column as f64 * (width + GUTTER);
                out.push(Rect::new(x, band.y0, x + width, band.y1));
            }
            page.skip(self.labels);
        }
        out
    }
}
