//! Marks of data: lines, bands, stacked layers, observed points.

use super::axis::Plot;
use super::canvas::Canvas;
use super::palette::{BLUE, GREEN, Ink, ORANGE, PURPLE, TEXT, VERMILION, WHITE};

/// Width of a main line.
pub const LINE: f64 = 2.2;
/// Radius of an observed point.
pub const POINT: f64 = 3.6;
/// Opacity of a band.
pub const BAND: f64 = 0.22;
/// Dashes of second, third and fourth lines.
pub const DASHES: [Option<(f64, f64)>; 4] = [None, Some((7.0, 4.0)), Some((2.5, 3.0)), Some((12.0, 4.0))];

/// How a series is told apart: by colour, dashes and the shape of its points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    pub ink: Ink,
    pub dash: Option<(f64, f64)>,
    shape: usize,
}

/// Series that can be told apart.
pub const LOOKS: usize = 6;

impl Look {
    /// The look of a series; repeated beyond [`LOOKS`].
    pub fn of(index: usize) -> Look {
        let inks = [BLUE, VERMILION, GREEN, PURPLE, ORANGE, TEXT];
        Look { ink: inks[index % LOOKS], dash: DASHES[index % DASHES.len()], shape: index % LOOKS }
    }

    /// A line through points of the page.
    pub fn draw(&self, canvas: &mut Canvas, points: &[(f64, f64)]) {
        match self.dash {
            None => canvas.path(points.to_vec(), self.ink, LINE),
            Some(pattern) => canvas.dashes(points, pattern, self.ink, LINE),
        }
    }

    /// A point of the page; later series are smaller, so that equal points show all.
    pub fn point(&self, canvas: &mut Canvas, at: (f64, f64)) {
        let radius = POINT - 0.25 * self.shape as f64;
        match self.shape % 3 {
            0 => canvas.hollow_circle(at, radius, self.ink),
            1 => canvas.hollow_diamond(at, radius, self.ink),
            _ => canvas.hollow_square(at, radius, self.ink),
        }
    }
}

/// A line through (day, value) points, whole or dashed; a single point as a dot.
pub fn line(canvas: &mut Canvas, plot: &Plot, points: &[(f64, f64)], ink: Ink, dash: Option<(f64, f64)>) {
    let points: Vec<_> = points.iter().map(|&(day, value)| plot.at(day, value)).collect();
    if let [only] = points[..] {
        canvas.disc(only, POINT, ink, None);
    }
    let points = thinned(points);
    match dash {
        None => canvas.path(points, ink, LINE),
        Some(pattern) => canvas.dashes(&points, pattern, ink, LINE),
    }
}

/// The area between a low and a high series of (day, value).
pub fn band(canvas: &mut Canvas, plot: &Plot, low: &[(f64, f64)], high: &[(f64, f64)], ink: Ink) {
    canvas.polygon(between(plot, low, high), ink.faded(BAND));
}

/// A solid layer of a stack, with a thin white edge above it.
pub fn layer(canvas: &mut Canvas, plot: &Plot, low: &[(f64, f64)], high: &[(f64, f64)], ink: Ink) {
    canvas.polygon(between(plot, low, high), ink);
    canvas.path(thinned(high.iter().map(|&(d, v)| plot.at(d, v)).collect()), WHITE, 0.6);
}

fn between(plot: &Plot, low: &[(f64, f64)], high: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut outline = thinned(high.iter().map(|&(d, v)| plot.at(d, v)).collect());
    let mut back = thinned(low.iter().map(|&(d, v)| plot.at(d, v)).collect());
    back.reverse();
    outline.extend(back);
    outline
}

/// Points at the ends of days: index `i` is the end of day `i`.
pub fn daily(values: &[f64]) -> Vec<(f64, f64)> {
    values.iter().enumerate().map(|(i, v)| (i as f64 + 1.0, *v)).collect()
}

/// Leaves out points that lie within a tenth of a unit of the line between their neighbours kept.
fn thinned(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let mut keep = vec![false; points.len()];
    let mut open = vec![(0, points.len().saturating_sub(1))];
    for end in [0, keep.len().saturating_sub(1)] {
        if let Some(k) = keep.get_mut(end) {
            *k = true;
        }
    }
    while let Some((from, to)) = open.pop() {
        let (a, b) = match (points.get(from), points.get(to)) {
            (Some(a), Some(b)) if to > from + 1 => (*a, *b),
            _ => continue,
        };
        let away = |p: &(f64, f64)| {
            let share = if b.0 > a.0 { (p.0 - a.0) / (b.0 - a.0) } else { 0.0 };
            (p.1 - (a.1 + (b.1 - a.1) * share)).abs()
        };
        let far = (from + 1..to).max_by(|i, j| away(&points[*i]).total_cmp(&away(&points[*j])));
        if let Some(i) = far.filter(|i| away(&points[*i]) > 0.1) {
            keep[i] = true;
            open.push((from, i));
            open.push((i, to));
        }
    }
    points.into_iter().zip(keep).filter_map(|(p, k)| k.then_some(p)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinning_keeps_corners_and_ends() {
        let points = vec![(0.0, 0.0), (1.0, 1.0), (2.0, 2.0), (3.0, 9.0), (4.0, 4.0)];
        assert_eq!(thinned(points), [(0.0, 0.0), (2.0, 2.0), (3.0, 9.0), (4.0, 4.0)]);
        assert!(thinned(Vec::new()).is_empty());
        assert_eq!(thinned(vec![(1.0, 1.0)]), [(1.0, 1.0)]);
    }
}
