//! What circles and lines mean, with round amounts.

use super::PlaceMap;
use super::amounts::{self, Amounts};
use super::picture::Layout;
use super::ways;
use crate::report::draw::canvas::{Anchor, Canvas, Text};
use crate::report::draw::font;
use crate::report::draw::palette::{BLUE, Ink, VERMILION};
use crate::report::number;

pub const INK: Ink = Ink::hex(0x171b1f);
const RULE: Ink = Ink::hex(0x828b93);
/// Opacity of onward lines.
pub const LINE: f64 = 0.68;
pub const DASHES: (f64, f64) = (7.0, 4.0);
/// Length of a sample line.
const SAMPLE: f64 = 56.0;

fn heading(canvas: &mut Canvas, (x, y): (f64, f64), text: &str, size: f64) {
    let text = Text { x, y, text: text.into(), size, bold: true, ink: INK, anchor: Anchor::Start, halo: false };
    canvas.text(text);
}

/// Circles, one within the other; gives the size of what it drew.
pub fn circles(canvas: &mut Canvas, (x, y): (f64, f64), map: &PlaceMap, data: &Amounts, layout: &Layout) -> (f64, f64) {
    if data.fullest == 0 {
        return (0.0, 0.0);
    }
    let size = layout.value;
    let amounts = amounts::legend(data.fullest as f64);
    let radius = |v: f64| layout.radius(v, data.fullest);
    let largest = amounts.first().map_or(0.0, |v| radius(*v));
    heading(canvas, (x, y + size), &map.words.persons, size);
    let (centre, bottom) = (x + largest + 2.0, y + size + 12.0 + 2.0 * largest.max(size * 1.4));
    let mut top = y + size + 10.0;
    let mut right: f64 = font::width(&map.words.persons, size, true);
    for amount in amounts {
        let r = radius(amount);
        canvas.disc((centre, bottom - r), r, INK.faded(0.06), Some((INK, 1.25)));
        let line = (bottom - 2.0 * r).max(top);
        let label = number::count(amount, map.numbers);
        canvas.path(
            vec![(centre, bottom - 2.0 * r), (centre + largest + 4.0, line), (centre + largest + 14.0, line)],
            RULE,
            1.0,
        );
        canvas.write(centre + largest + 18.0, line + size * 0.36, &label, size, INK, Anchor::Start);
        right = right.max(largest * 2.0 + 20.0 + font::width(&label, size, false));
        top = line + size * 1.2;
    }
    (right, bottom.max(top - size * 0.4) + 4.0 - y)
}

/// Lines by width; gives the size of what it drew.
pub fn lines(canvas: &mut Canvas, (x, y): (f64, f64), map: &PlaceMap, data: &Amounts, layout: &Layout) -> (f64, f64) {
    if data.most <= 0.0 {
        return (0.0, 0.0);
    }
    let size = layout.value;
    heading(canvas, (x, y + size), &map.words.flows, size);
    let mut row = y + size + 4.0;
    let mut right: f64 = font::width(&map.words.flows, size, true);
    let step = (layout.widest + 5.0).max(size * 1.5);
    for amount in amounts::legend(data.most) {
        row += step;
        let share = (amount / data.most * 1000.0).round() as u32;
        let thick = ways::width(share, layout.widest, layout.thinnest);
        canvas.line((x, row - size * 0.36), (x + SAMPLE, row - size * 0.36), BLUE.faded(LINE), thick);
        let label = number::count(amount, map.numbers);
        canvas.write(x + SAMPLE + 8.0, row, &label, size, INK, Anchor::Start);
        right = right.max(SAMPLE + 8.0 + font::width(&label, size, false));
    }
    (right, row + 8.0 - y)
}

/// The kinds of line and their direction; gives the size of what it drew.
pub fn kinds(canvas: &mut Canvas, (x, y): (f64, f64), map: &PlaceMap, data: &Amounts, layout: &Layout) -> (f64, f64) {
    let size = layout.value;
    let (mut row, mut right) = (y + size * 0.4, 0.0f64);
    let kinds = [(false, &map.words.onward), (true, &map.words.back)];
    let has = |back: bool| (0..map.links.len()).any(|i| map.links[i].back == back && data.busiest(i) > 0);
    for (back, text) in kinds.into_iter().filter(|(back, _)| has(*back)) {
        row += size * 1.6;
        let middle = row - size * 0.36;
        if back {
            canvas.dashes(&[(x, middle), (x + SAMPLE, middle)], DASHES, VERMILION, 3.0);
        } else {
            canvas.line((x, middle), (x + SAMPLE, middle), BLUE.faded(LINE), 3.0);
        }
        let at = |dx: f64, dy: f64| (x + SAMPLE / 2.0 + dx, middle + dy);
        canvas.polygon(
            vec![at(5.5, 0.0), at(-4.0, -4.5), at(-4.0, 4.5)],
            if back { VERMILION } else { BLUE }.shade(0.35),
        );
        canvas.write(x + SAMPLE + 8.0, row, text, size, INK, Anchor::Start);
        right = right.max(SAMPLE + 8.0 + font::width(text, size, false));
    }
    (right, row + 8.0 - y)
}
