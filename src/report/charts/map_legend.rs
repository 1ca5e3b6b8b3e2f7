//! The legend of the map: what widths, colours and circles mean.

use super::map::{BACK, STOCK, TOWARD};
use crate::report::draw::canvas::{Anchor, Canvas, Rect};
use crate::report::draw::font;
use crate::report::draw::page::Page;
use crate::report::draw::palette::{BODY, NOTE, TEXT};
use crate::report::foot::Context;
use crate::report::number;

/// The largest amounts and the sizes they are drawn at.
pub(super) struct Sizes {
    pub fullest: f64,
    pub largest: f64,
    pub most: f64,
    pub widest: f64,
}

/// Three round amounts up to `top`: one near it, and its half and tenth.
fn round_amounts(top: f64) -> Vec<f64> {
    if top < 1.0 {
        return Vec::new();
    }
    let power = 10f64.powf(top.log10().floor());
    let near = [5.0, 2.0, 1.0].into_iter().map(|m| m * power).find(|v| *v <= top).unwrap_or(power);
    [near, near / 2.0, near / 10.0].into_iter().filter(|v| *v >= 1.0).collect()
}

/// Draws the legend as a strip of the page.
pub(super) fn draw(page: &mut Page, context: Context, sizes: Sizes) {
    page.skip(8.0);
    let strip = page.body(64.0);
    let canvas = &mut page.canvas;
    let words = context.words;
    let half = strip.x0 + strip.width() * 0.56;
    if sizes.most > 0.0 {
        heading(canvas, strip.x0, strip.y0, words.map_flow);
        ribbons(canvas, context, Rect::new(strip.x0, strip.y0 + 14.0, half, strip.y1), &sizes);
    }
    if sizes.fullest > 0.0 {
        heading(canvas, half, strip.y0, words.map_stock);
        circles(canvas, context, (half, strip.y0 + 40.0), &sizes);
    }
}

fn heading(canvas: &mut Canvas, x: f64, y: f64, text: &str) {
    canvas.write_bold(x, y + 8.0, text, NOTE + 0.5, TEXT, Anchor::Start);
}

fn ribbons(canvas: &mut Canvas, context: Context, area: Rect, sizes: &Sizes) {
    let words = context.words;
    let mut x = area.x0;
    for amount in round_amounts(sizes.most) {
        let width = (amount / sizes.most * sizes.widest).max(0.4);
        canvas.line((x, area.y0 + 10.0), (x + 34.0, area.y0 + 10.0), TOWARD, width);
        let label = number::count(amount, words);
        canvas.write(x + 40.0, area.y0 + 14.0, &label, BODY - 0.5, TEXT, Anchor::Start);
        x += 52.0 + font::width(&label, BODY - 0.5, false);
    }
    // Two directions, each on its own right-hand side, with arrow heads for those who see no colour.
    let y = area.y0 + 35.0;
    let mut x = area.x0;
    for (ink, text, forward) in [(TOWARD, &words.map_toward, true), (BACK, &words.map_back, false)] {
        canvas.line((x + 5.0, y), (x + 29.0, y), ink, 4.0);
        let tip = if forward { x + 35.0 } else { x - 1.0 };
        let base = if forward { x + 27.0 } else { x + 7.0 };
        canvas.polygon(vec![(tip, y), (base, y - 6.0), (base, y + 6.0)], ink);
        canvas.write(x + 41.0, y + 4.0, text, BODY - 0.5, TEXT, Anchor::Start);
        x += 56.0 + font::width(text, BODY - 0.5, false);
    }
}

fn circles(canvas: &mut Canvas, context: Context, at: (f64, f64), sizes: &Sizes) {
    let mut x = at.0;
    for amount in round_amounts(sizes.fullest) {
        let radius = ((amount / sizes.fullest).sqrt() * sizes.largest).max(1.8);
        x += radius;
        canvas.disc((x, at.1), radius, STOCK, None);
        let label = number::count(amount, context.words);
        canvas.write(x + radius + 5.0, at.1 + 4.0, &label, BODY - 0.5, TEXT, Anchor::Start);
        x += radius + 17.0 + font::width(&label, BODY - 0.5, false);
    }
}
