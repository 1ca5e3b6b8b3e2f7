//! Space-filling points.

use crate::engine::draw::Key;

/// `n` points of a Latin hypercube in [-1, 1]^d: each of n slices of every coordinate holds one point
/// (McKay, Beckman and Conover 1979). Of several drawn, the one whose nearest points lie farthest
/// apart.
pub fn latin_hypercube(n: usize, dimension: usize, key: Key) -> Vec<Vec<f64>> {
    const TRIES: u64 = 8;
    let drawn = (0..TRIES).map(|t| draw(n, dimension, key.child(t)));
    let scored = drawn.map(|points| (closest(&points), points));
    scored.max_by(|a, b| a.0.total_cmp(&b.0)).map(|s| s.1).unwrap_or_default()
}

fn draw(n: usize, dimension: usize, key: Key) -> Vec<Vec<f64>> {
    let mut points = vec![vec![0.0; dimension]; n];
    for d in 0..dimension {
        let column = key.child(d as u64);
        let mut slices: Vec<usize> = (0..n).collect();
        slices.sort_by_key(|i| column.child(*i as u64).0);
        for (point, slice) in points.iter_mut().zip(slices) {
            let within = column.child((n + slice) as u64).uniform(0, 0);
            point[d] = 2.0 * (slice as f64 + within) / n as f64 - 1.0;
        }
    }
    points
}

/// Smallest squared distance between two points (of a sample of pairs where there are many).
fn closest(points: &[Vec<f64>]) -> f64 {
    let mut least = f64::INFINITY;
    for (i, a) in points.iter().enumerate() {
        for b in points[i + 1..].iter().take(200) {
            least = least.min(a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum());
        }
    }
    least
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_slice_holds_one_point() {
        let points = latin_hypercube(20, 3, Key(5));
        for d in 0..3 {
            let mut slices: Vec<usize> = points.iter().map(|p| ((p[d] + 1.0) / 2.0 * 20.0) as usize).collect();
            slices.sort_unstable();
            assert_eq!(slices, (0..20).collect::<Vec<_>>());
        }
    }
}
