//! Labels beside lines: moved apart so that none covers another, tied back where they moved.

use super::canvas::{Anchor, Canvas, Rect};
use super::font;
use super::palette::{BODY, Ink, RULE};

/// A label that wants to stand at a height.
#[derive(Debug, Clone)]
pub struct Label {
    pub y: f64,
    pub text: String,
    pub ink: Ink,
    /// A square of this colour before the text.
    pub swatch: Option<Ink>,
}

const LINE: f64 = 14.5;
/// A label moved farther than this gets a line back to its place.
const TIED: f64 = 5.0;
const GAP: f64 = 18.0;
/// Room for a colour square.
const SWATCH: f64 = 13.0;

/// Width to leave at the right of a plot for these texts, at most `limit` (they wrap).
pub fn room<'a>(texts: impl IntoIterator<Item = &'a str>, limit: f64) -> f64 {
    let widest = texts
        .into_iter()
        .flat_map(|t| font::wrap(t, BODY, false, limit))
        .map(|line| font::width(&line, BODY, false))
        .fold(0.0, f64::max);
    widest + GAP + SWATCH + 2.0
}

/// Centres at least half of both heights apart, each as near its wish as the order allows.
///
/// `wishes` are (centre, height) in rising order; all stay within `low..=high` if they fit.
pub fn spread(wishes: &[(f64, f64)], low: f64, high: f64) -> Vec<f64> {
    // Blocks of touching labels: (first index, wished top of the block, height, weight).
    struct Block {
        count: usize,
        top: f64,
        height: f64,
    }
    let limit = |top: f64, height: f64| top.min(high - height).max(low);
    let mut blocks: Vec<Block> = Vec::new();
    for &(centre, height) in wishes {
        blocks.push(Block { count: 1, top: limit(centre - height / 2.0, height), height });
        while let [.., a, b] = blocks.as_slice() {
            if a.top + a.height <= b.top + 1e-9 {
                break;
            }
            let (n, m) = (a.count as f64, b.count as f64);
            let wish = (a.top * n + (b.top - a.height) * m) / (n + m);
            let merged =
                Block { count: a.count + b.count, top: limit(wish, a.height + b.height), height: a.height + b.height };
            blocks.truncate(blocks.len() - 2);
            blocks.push(merged);
        }
    }
    let mut out = Vec::with_capacity(wishes.len());
    for block in blocks {
        let mut top = block.top;
        for _ in 0..block.count {
            let height = wishes[out.len()].1;
            out.push(top + height / 2.0);
            top += height;
        }
    }
    out
}

/// Writes labels at the right of `x`, wrapped to `limit`, from top to bottom without overlap.
pub fn beside(canvas: &mut Canvas, x: f64, low: f64, high: f64, mut labels: Vec<Label>, limit: f64) {
    labels.sort_by(|a, b| a.y.total_cmp(&b.y));
    let lines: Vec<Vec<String>> = labels.iter().map(|l| font::wrap(&l.text, BODY, false, limit)).collect();
    let wishes: Vec<_> = labels.iter().zip(&lines).map(|(l, t)| (l.y, LINE * t.len() as f64 + 1.0)).collect();
    let heights = spread(&wishes, low, high);
    let tied = |label: &Label, y: f64| (y - label.y).abs() > TIED;
    let shift = if labels.iter().zip(&heights).any(|(l, y)| tied(l, *y)) { GAP } else { 8.0 };
    for ((label, lines), y) in labels.iter().zip(&lines).zip(heights) {
        if tied(label, y) {
            let tie = vec![(x + 1.0, label.y), (x + 5.0, label.y), (x + GAP - 4.0, y), (x + GAP - 1.5, y)];
            canvas.path(tie, RULE, 0.7);
        }
        let inset = if label.swatch.is_some() { SWATCH } else { 0.0 };
        if let Some(ink) = label.swatch {
            canvas.rect(Rect::new(x + shift, y - 4.5, x + shift + 9.0, y + 4.5), ink);
        }
        let mut base = y - LINE * (lines.len() as f64 - 1.0) / 2.0 + 0.36 * BODY;
        for line in lines {
            canvas.write(x + shift + inset, base, line, BODY, label.ink, Anchor::Start);
            base += LINE;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spread_keeps_order_and_distance() {
        let wishes = [(10.0, 10.0), (11.0, 10.0), (12.0, 20.0), (80.0, 10.0), (99.0, 10.0)];
        let got = spread(&wishes, 0.0, 100.0);
        for (i, pair) in got.windows(2).enumerate() {
            assert!(pair[1] - pair[0] >= (wishes[i].1 + wishes[i + 1].1) / 2.0 - 1e-9, "{got:?}");
        }
        assert!(got[0] >= 5.0 && got[4] <= 95.0 + 1e-9, "{got:?}");
        assert_eq!(got[3], 80.0);
    }

    #[test]
    fn spread_leaves_what_is_apart() {
        assert_eq!(spread(&[(20.0, 10.0), (50.0, 10.0)], 0.0, 100.0), [20.0, 50.0]);
    }
}
