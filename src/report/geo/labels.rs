//! Placing labels of points on a map: the largest first, each where it covers least.

use crate::report::draw::canvas::Rect;

/// A point that wants a label.
#[derive(Debug, Clone, PartialEq)]
pub struct Wish {
    pub at: (f64, f64),
    /// Radius of the point's own circle.
    pub radius: f64,
    /// Width and height of the label.
    pub size: (f64, f64),
}

/// Where a label went.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placed {
    pub rect: Rect,
    /// Tie from the circle's edge to the label, where it stands apart.
    pub leader: Option<((f64, f64), (f64, f64))>,
}

/// What labels should not cover.
#[derive(Debug, Default)]
pub struct Obstacles {
    /// Never covered.
    pub circles: Vec<((f64, f64), f64)>,
    /// Covered if need be, at a cost.
    pub lines: Vec<(f64, f64)>,
}

/// Distances from the circle at which a label is tried; from the second on it gets a leader.
const STEPS: [f64; 7] = [3.0, 16.0, 28.0, 42.0, 58.0, 78.0, 100.0];
/// Directions tried, clockwise from the right, the best readable first.
const DIRECTIONS: [(f64, f64); 16] = [
    (1.0, 0.0),
    (-1.0, 0.0),
    (0.92, -0.38),
    (0.92, 0.38),
    (-0.92, -0.38),
    (-0.92, 0.38),
    (0.71, -0.71),
    (0.71, 0.71),
    (-0.71, -0.71),
    (-0.71, 0.71),
    (0.38, -0.92),
    (0.38, 0.92),
    (-0.38, -0.92),
    (-0.38, 0.92),
    (0.0, -1.0),
    (0.0, 1.0),
];
/// Costs of a step away, of a less readable direction, and of each line sample covered.
const STEP_COST: f64 = 9.0;
const DIRECTION_COST: f64 = 0.35;
const LINE_COST: f64 = 2.2;
/// Cost of each other circle about as near as the label's own.
const AMBIGUITY_COST: f64 = 12.0;
/// Cost of each leader sample within another circle.
const CROSSING_COST: f64 = 14.0;
/// A label that would cost more is left out.
const MOST: f64 = 140.0;

/// A place for each wish, in the order given (most important first); `None` where nothing is free.
pub fn place(wishes: &[Wish], obstacles: &Obstacles, frame: &Rect) -> Vec<Option<Placed>> {
    let mut out: Vec<Option<Placed>> = Vec::with_capacity(wishes.len());
    for wish in wishes {
        let taken: Vec<Placed> = out.iter().flatten().copied().collect();
        let mut best: Option<(f64, Placed)> = None;
        for (step, distance) in STEPS.into_iter().enumerate() {
            for (rank, direction) in DIRECTIONS.into_iter().enumerate() {
                let placed = candidate(wish, distance, step > 0, direction);
                let base = step as f64 * STEP_COST + rank as f64 * DIRECTION_COST;
                let Some(cost) = cost(&placed, wish, obstacles, &taken, frame) else { continue };
                if base + cost < best.map_or(MOST, |(least, _)| least) {
                    best = Some((base + cost, placed));
                }
            }
        }
        out.push(best.map(|(_, placed)| placed));
    }
    out
}

/// The label whose nearest edge lies `distance` beyond the circle in a direction.
fn candidate(wish: &Wish, distance: f64, tied: bool, (dx, dy): (f64, f64)) -> Placed {
    let (w, h) = wish.size;
    let reach = wish.radius + distance;
    let tip = (wish.at.0 + dx * reach, wish.at.1 + dy * reach);
    // The label grows from the tip outwards: sideways by the sign of dx, up or down by dy.
    let x0 = tip.0 + (dx.clamp(-0.5, 0.5) - 0.5) * w;
    let y0 = tip.1 + (dy * 0.5 - 0.5) * h;
    let rect = Rect::new(x0, y0, x0 + w, y0 + h);
    let edge = (wish.at.0 + dx * wish.radius, wish.at.1 + dy * wish.radius);
    Placed { rect, leader: tied.then_some((edge, tip)) }
}

/// `None` where the label may not stand.
fn cost(placed: &Placed, wish: &Wish, obstacles: &Obstacles, taken: &[Placed], frame: &Rect) -> Option<f64> {
    let rect = placed.rect.grown(1.5);
    if !frame.contains(&rect) || taken.iter().any(|t| t.rect.overlaps(&rect)) {
        return None;
    }
    if taken.iter().filter_map(|t| t.leader).any(|l| crosses(l, &rect)) {
        return None;
    }
    if placed.leader.is_some_and(|l| taken.iter().any(|t| crosses(l, &t.rect.grown(1.0)))) {
        return None;
    }
    if obstacles.circles.iter().any(|(at, r)| touches(&rect, *at, *r)) {
        return None;
    }
    let covered = obstacles.lines.iter().filter(|p| holds(&rect, **p)).count() as f64 * LINE_COST;
    let crossed = placed.leader.map_or(0.0, |leader| {
        let over_circle = |p: &(f64, f64)| {
            obstacles.circles.iter().any(|(at, r)| *at != wish.at && (p.0 - at.0).hypot(p.1 - at.1) < r + 1.0)
        };
        samples(leader).filter(over_circle).count() as f64 * CROSSING_COST
    });
    Some(covered + crossed + ambiguity(placed, wish, obstacles))
}

/// A label should stand clearly nearer to its own circle than to any other.
fn ambiguity(placed: &Placed, wish: &Wish, obstacles: &Obstacles) -> f64 {
    let own = gap(&placed.rect, wish.at, wish.radius);
    let near = |(at, r): &&((f64, f64), f64)| *at != wish.at && gap(&placed.rect, *at, *r) < own.min(10.0) + 4.0;
    obstacles.circles.iter().filter(near).count() as f64 * AMBIGUITY_COST
}

/// Distance from a circle's edge to a box.
fn gap(rect: &Rect, at: (f64, f64), radius: f64) -> f64 {
    let (dx, dy) = (at.0 - at.0.clamp(rect.x0, rect.x1), at.1 - at.1.clamp(rect.y0, rect.y1));
    dx.hypot(dy) - radius
}

fn holds(rect: &Rect, p: (f64, f64)) -> bool {
    p.0 > rect.x0 && p.0 < rect.x1 && p.1 > rect.y0 && p.1 < rect.y1
}

fn touches(rect: &Rect, at: (f64, f64), radius: f64) -> bool {
    gap(rect, at, radius) < 0.0
}

type Leader = ((f64, f64), (f64, f64));

fn crosses(leader: Leader, rect: &Rect) -> bool {
    samples(leader).any(|p| holds(rect, p))
}

/// Points along a leader, two units apart, without its ends.
fn samples((a, b): Leader) -> impl Iterator<Item = (f64, f64)> {
    let steps = ((b.0 - a.0).hypot(b.1 - a.1) / 2.0).ceil().clamp(2.0, 200.0) as u32;
    (1..steps).map(move |i| {
        let t = f64::from(i) / f64::from(steps);
        (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Rect = Rect::new(0.0, 0.0, 400.0, 300.0);

    #[test]
    fn crowded_labels_do_not_overlap() {
        let wishes: Vec<Wish> = (0..20)
            .map(|i| Wish {
                at: (150.0 + 9.0 * f64::from(i % 5), 120.0 + 11.0 * f64::from(i / 5)),
                radius: 3.0,
                size: (70.0, 12.0),
            })
            .collect();
        let obstacles = Obstacles { circles: wishes.iter().map(|w| (w.at, w.radius)).collect(), lines: Vec::new() };
        let placed: Vec<Placed> = place(&wishes, &obstacles, &FRAME).into_iter().flatten().collect();
        assert!(placed.len() >= 12, "{}", placed.len());
        for (i, a) in placed.iter().enumerate() {
            assert!(FRAME.contains(&a.rect));
            assert!(placed[i + 1..].iter().all(|b| !a.rect.overlaps(&b.rect)));
            let crossed = |b: &Placed| b.rect != a.rect && a.leader.is_some_and(|l| crosses(l, &b.rect));
            assert!(!placed.iter().any(crossed));
        }
    }

    #[test]
    fn a_lone_label_stands_at_the_right() {
        let wish = Wish { at: (100.0, 100.0), radius: 5.0, size: (40.0, 12.0) };
        let got = place(std::slice::from_ref(&wish), &Obstacles::default(), &FRAME);
        assert_eq!(got[0], Some(Placed { rect: Rect::new(108.0, 94.0, 148.0, 106.0), leader: None }));
    }
}
