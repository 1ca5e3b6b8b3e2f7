//! Cutting rings and lines at a box.

use crate::report::draw::canvas::Rect;

type Point = (f64, f64);

/// One side of a box: which coordinate, its value, whether inside is above it.
#[derive(Clone, Copy)]
struct Side {
    horizontal: bool,
    at: f64,
    above: bool,
}

impl Side {
    fn inside(&self, p: Point) -> bool {
        let v = if self.horizontal { p.1 } else { p.0 };
        if self.above { v >= self.at } else { v <= self.at }
    }

    fn crossing(&self, a: Point, b: Point) -> Point {
        if self.horizontal {
            let t = (self.at - a.1) / (b.1 - a.1);
            (a.0 + (b.0 - a.0) * t, self.at)
        } else {
            let t = (self.at - a.0) / (b.0 - a.0);
            (self.at, a.1 + (b.1 - a.1) * t)
        }
    }
}

fn sides(r: &Rect) -> [Side; 4] {
    let side = |horizontal, at, above| Side { horizontal, at, above };
    [side(false, r.x0, true), side(false, r.x1, false), side(true, r.y0, true), side(true, r.y1, false)]
}

/// The part of a ring inside the box (Sutherland and Hodgman); empty if none.
pub fn ring(points: &[Point], frame: &Rect) -> Vec<Point> {
    let mut ring = points.to_vec();
    for side in sides(frame) {
        let mut out = Vec::with_capacity(ring.len() + 4);
        for i in 0..ring.len() {
            let (a, b) = (ring[(i + ring.len() - 1) % ring.len()], ring[i]);
            if side.inside(a) != side.inside(b) {
                out.push(side.crossing(a, b));
            }
            if side.inside(b) {
                out.push(b);
            }
        }
        ring = out;
    }
    ring
}

/// The pieces of a line inside the box.
pub fn line(points: &[Point], frame: &Rect) -> Vec<Vec<Point>> {
    let mut out: Vec<Vec<Point>> = Vec::new();
    for pair in points.windows(2) {
        let Some((a, b)) = segment(pair[0], pair[1], frame) else { continue };
        match out.last_mut() {
            Some(piece) if piece.last() == Some(&a) => piece.push(b),
            _ => out.push(vec![a, b]),
        }
    }
    out
}

fn segment(mut a: Point, mut b: Point, frame: &Rect) -> Option<(Point, Point)> {
    for side in sides(frame) {
        match (side.inside(a), side.inside(b)) {
            (true, true) => {}
            (false, false) => return None,
            (true, false) => b = side.crossing(a, b),
            (false, true) => a = side.crossing(a, b),
        }
    }
    Some((a, b))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Rect = Rect::new(0.0, 0.0, 10.0, 10.0);

    #[test]
    fn a_ring_is_cut_at_the_box() {
        let cut = ring(&[(5.0, 5.0), (20.0, 5.0), (20.0, 8.0), (5.0, 8.0)], &FRAME);
        assert!(cut.iter().all(|p| p.0 <= 10.0));
        assert!(cut.contains(&(10.0, 5.0)) && cut.contains(&(10.0, 8.0)));
        assert!(ring(&[(20.0, 20.0), (30.0, 20.0), (30.0, 30.0)], &FRAME).is_empty());
    }

    #[test]
    fn a_line_falls_into_pieces() {
        let pieces = line(&[(-5.0, 5.0), (5.0, 5.0), (5.0, 20.0), (6.0, 20.0), (6.0, 5.0)], &FRAME);
        assert_eq!(pieces, [vec![(0.0, 5.0), (5.0, 5.0), (5.0, 10.0)], vec![(6.0, 10.0), (6.0, 5.0)]]);
    }
}
