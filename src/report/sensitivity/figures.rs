//! Numbers with decimals, axes that need not begin at 0, and whiskers.

use crate::report::draw::axis::Scale;
use crate::report::draw::canvas::{Anchor, Canvas, Rect};
use crate::report::draw::font;
use crate::report::draw::palette::{GRID, Ink, MUTED, NOTE, RULE, WHITE};
use crate::report::number;
use crate::report::words::Words;

/// Half the height of a whisker's caps.
const CAP: f64 = 2.6;
/// Decimals beyond which a number is written with its power of ten.
const FINEST: i32 = 4;

/// A number with the given decimals, its thousands separated.
pub(super) fn fixed(value: f64, decimals: usize, words: &Words) -> String {
    if value.abs() >= 1e12 {
        return powered(value);
    }
    if decimals == 0 || value.abs() >= 1000.0 {
        return number::count(value, words);
    }
    number::fixed(value, decimals, words)
}

/// A number in about three figures.
pub(super) fn amount(value: f64, words: &Words) -> String {
    match value.abs() {
        s if s >= 1e12 => powered(value),
        s if s >= 100.0 || s == 0.0 => number::rounded(value, words),
        s if s >= 10.0 => fixed(value, 1, words),
        s if s >= 0.01 => fixed(value, 2, words),
        s if s >= 1e-4 => fixed(value, 4, words),
        _ => powered(value),
    }
}

fn powered(value: f64) -> String {
    format!("{value:.1e}").replace('-', "\u{2212}")
}

/// A round step of which `span` holds at most `wanted`.
fn round_step(span: f64, wanted: usize) -> f64 {
    let raw = span / wanted.max(1) as f64;
    if !raw.is_finite() || raw <= 0.0 {
        return 1.0;
    }
    let power = 10f64.powf(raw.log10().floor());
    [1.0, 2.0, 5.0, 10.0].map(|m| m * power).into_iter().find(|s| *s >= 0.999 * raw).unwrap_or(raw)
}

/// Values and labels of an axis.
pub(super) type Ticks = Vec<(f64, String)>;

/// Round values from `low` to `high`, about `wanted`.
pub(super) fn ticks(low: f64, high: f64, wanted: usize, words: &Words) -> Ticks {
    let step = round_step(high - low, wanted);
    let decimals = (-(step * 1.001).log10().floor()) as i32;
    let label = |x: f64| match decimals {
        d if d > FINEST && x != 0.0 => powered(x),
        d => fixed(x, if x == 0.0 { 0 } else { d.max(0) as usize }, words),
    };
    let (first, last) = ((low / step - 1e-6).ceil(), (high / step + 1e-6).floor());
    let count = (last - first).clamp(0.0, 50.0) as usize;
    (0..=count)
        .map(|i| (first + i as f64) * step)
        .map(|x| if x == 0.0 { 0.0 } else { x })
        .map(|x| (x, label(x)))
        .collect()
}

/// As many ticks, up to `wanted`, as have room side by side.
pub(super) fn fitting_ticks(low: f64, high: f64, room: f64, wanted: usize, words: &Words) -> Ticks {
    let fits = |t: &Ticks| {
        let widest = t.iter().map(|(_, label)| font::width(label, NOTE, false)).fold(0.0, f64::max);
        let apart = match t.as_slice() {
            [a, b, ..] => (b.0 - a.0) / (high - low) * room,
            _ => room,
        };
        apart >= widest + 10.0
    };
    (1..=wanted).rev().map(|n| ticks(low, high, n, words)).find(fits).unwrap_or_else(|| ticks(low, high, 1, words))
}

/// Rules across an area with labels below, and a title below them.
pub(super) fn axis_below(canvas: &mut Canvas, area: Rect, x: &Scale, ticks: &Ticks, title: &str) {
    for (value, label) in ticks {
        let at = x.at(*value);
        canvas.line((at, area.y0), (at, area.y1), GRID, 0.8);
        canvas.line((at, area.y1), (at, area.y1 + 4.0), RULE, 0.8);
        let half = font::width(label, NOTE, false) / 2.0;
        let at = at.min(area.x1 + 8.0 - half);
        canvas.write(at, area.y1 + 15.0, label, NOTE, MUTED, Anchor::Middle);
    }
    let title = super::wording::shortened(title, NOTE, false, area.width() + 60.0);
    let half = font::width(&title, NOTE, false) / 2.0;
    let middle = ((area.x0 + area.x1) / 2.0).min(area.x1 + 8.0 - half);
    canvas.write(middle, area.y1 + 29.0, &title, NOTE, MUTED, Anchor::Middle);
}

/// A line with caps, over a white edge that keeps it visible on a dark bar.
pub(super) fn whisker(canvas: &mut Canvas, from: (f64, f64), to: (f64, f64), ink: Ink) {
    let flat = (to.0 - from.0).abs() >= (to.1 - from.1).abs();
    let cap = |(x, y): (f64, f64)| if flat { ((x, y - CAP), (x, y + CAP)) } else { ((x - CAP, y), (x + CAP, y)) };
    for (ink, width) in [(WHITE, 2.8), (ink, 1.2)] {
        canvas.line(from, to, ink, width);
        for (a, b) in [cap(from), cap(to)] {
            canvas.line(a, b, ink, width);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::language::Language::English;

    #[test]
    fn numbers_keep_their_figures() {
        let said: Vec<String> = [0.0, 0.256, -0.256, 12.34, 1234.5, -1e6, 2e-7, 1e15, -0.001]
            .iter()
            .map(|x| amount(*x, Words::of(English)))
            .collect();
        assert_eq!(said, ["0", "0.26", "−0.26", "12.3", "1,230", "−1,000,000", "2.0e−7", "1.0e15", "−0.0010"]);
        assert_eq!(fixed(-0.001, 2, Words::of(English)), "0.00");
    }

    #[test]
    fn ticks_are_round() {
        let labels =
            |low, high, n| ticks(low, high, n, Words::of(English)).into_iter().map(|t| t.1).collect::<Vec<_>>();
        assert_eq!(labels(0.0, 1.3, 4), ["0", "0.5", "1.0"]);
        assert_eq!(labels(-1.0, 1.0, 4), ["−1.0", "−0.5", "0", "0.5", "1.0"]);
        assert_eq!(labels(10.2, 11.4, 4), ["10.5", "11.0"]);
        assert_eq!(labels(0.0, 1.2e6, 3), ["0", "500,000", "1,000,000"]);
        for (low, high) in [(0.0, 0.0), (5.0, 5.0), (f64::NAN, 1.0), (-1e300, 1e300), (0.0, 1e-300)] {
            assert!(ticks(low, high, 4, Words::of(English)).len() < 60);
        }
    }
}
