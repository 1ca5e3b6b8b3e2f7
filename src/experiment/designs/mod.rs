//! Points of the unit cube at which to run a model.

pub mod latin_hypercube;

use sobol_burley::{NUM_DIMENSIONS, sample};

use crate::engine::draw::Key;

/// Longest Sobol' sequence (`sobol_burley` takes a 16-bit index).
pub const MOST_POINTS: usize = 1 << 16;
/// Most coordinates of a Sobol' sequence (direction numbers of Joe and Kuo 2008).
pub const MOST_DIMENSIONS: usize = NUM_DIMENSIONS as usize;

/// The first `n` points of a Sobol' sequence in [0, 1)^d, Owen-scrambled by hashing (Burley 2020), to
/// 24 bits. Even where `n` is a power of 2: each of n equal slices of every coordinate holds one
/// point. `None` beyond 2^16 points or 256 coordinates.
pub fn sobol(n: usize, dimension: usize, seed: u32) -> Option<Vec<Vec<f64>>> {
    if n > MOST_POINTS || dimension > MOST_DIMENSIONS {
        return None;
    }
    let point = |i: usize| (0..dimension).map(|d| f64::from(sample(i as u32, d as u32, seed))).collect();
    Some((0..n).map(point).collect())
}

/// The rows `sobol::indices` wants (radial design, Saltelli et al. 2010): for each of `n` base points
/// A_j, then A_j with coordinate i of B_j for i = 1 to d, then B_j. (A_j, B_j) are the halves of
/// a Sobol' point of 2d coordinates, so d is at most 128 and n at most 2^16: else `None`.
pub fn saltelli(n: usize, dimension: usize, seed: u32) -> Option<Vec<Vec<f64>>> {
    let both = sobol(n, dimension.checked_mul(2)?, seed)?;
    let mut rows = Vec::with_capacity(n.checked_mul(dimension.checked_add(2)?)?);
    for point in &both {
        let (a, b) = point.split_at(dimension);
        rows.push(a.to_vec());
        for (i, x) in b.iter().enumerate() {
            let mut mixed = a.to_vec();
            mixed[i] = *x;
            rows.push(mixed);
        }
        rows.push(b.to_vec());
    }
    Some(rows)
}

/// Random trajectories of Morris (1991): d + 1 points each, every step moving one coordinate, in random
/// order, up or down by delta = levels / (2 (levels - 1)) on the grid of `levels` values from 0 to 1.
/// `None` unless `levels` is even and at least 2.
pub fn morris(trajectories: usize, levels: usize, dimension: usize, key: Key) -> Option<Vec<Vec<f64>>> {
    if levels < 2 || !levels.is_multiple_of(2) {
        return None;
    }
    let walks = (0..trajectories).map(|t| walk(levels, dimension, key.child(t as u64)));
    Some(walks.flatten().collect())
}

fn walk(levels: usize, dimension: usize, key: Key) -> Vec<Vec<f64>> {
    const ORDER: u16 = 0;
    const START: u16 = 1;
    const DOWN: u16 = 2;
    let step = levels / 2;
    let last = (levels - 1) as f64;
    let of = |d: usize| key.child(d as u64);
    let low = |d: usize| ((of(d).uniform(START, 0) * step as f64) as usize).min(step - 1);
    let down = |d: usize| of(d).happens(0.5, DOWN, 0);
    let mut order: Vec<usize> = (0..dimension).collect();
    order.sort_by_key(|d| of(*d).bits(ORDER, 0));
    let at = |d: usize, high: bool| (low(d) + if high { step } else { 0 }) as f64 / last;
    let mut point: Vec<f64> = (0..dimension).map(|d| at(d, down(d))).collect();
    let mut points = vec![point.clone()];
    for d in order {
        point[d] = at(d, !down(d));
        points.push(point.clone());
    }
    points
}

/// `n` independent uniform points of [0, 1)^d.
pub fn random(n: usize, dimension: usize, key: Key) -> Vec<Vec<f64>> {
    let point = |i: Key| (0..dimension).map(|d| i.child(d as u64).uniform(0, 0)).collect();
    (0..n).map(|i| point(key.child(i as u64))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_in_each_slice(points: &[Vec<f64>], d: usize) {
        let n = points.len();
        let mut slices: Vec<usize> = points.iter().map(|p| (p[d] * n as f64) as usize).collect();
        slices.sort_unstable();
        assert_eq!(slices, (0..n).collect::<Vec<_>>(), "coordinate {d}");
    }

    #[test]
    fn every_dyadic_slice_holds_one_sobol_point() {
        for (n, seed) in [(1, 0), (2, 5), (64, 1), (1024, 9)] {
            let points = sobol(n, 20, seed).unwrap();
            (0..20).for_each(|d| one_in_each_slice(&points, d));
        }
        one_in_each_slice(&sobol(MOST_POINTS, 1, 3).unwrap(), 0);
    }

    /// The first two coordinates make a (0, m, 2)-net: one point in each elementary rectangle.
    #[test]
    fn every_elementary_rectangle_holds_one_point() {
        let points = sobol(256, 2, 11).unwrap();
        for bits in 0..=8 {
            let (wide, high) = (f64::from(1 << bits), f64::from(1 << (8 - bits)));
            let mut cells: Vec<usize> =
                points.iter().map(|p| (p[0] * wide) as usize * high as usize + (p[1] * high) as usize).collect();
            cells.sort_unstable();
            assert_eq!(cells, (0..256).collect::<Vec<_>>());
        }
    }

    #[test]
    fn seeds_differ_and_limits_hold() {
        assert_ne!(sobol(8, 2, 1), sobol(8, 2, 2));
        assert!(sobol(MOST_POINTS + 1, 1, 0).is_none() && sobol(2, MOST_DIMENSIONS + 1, 0).is_none());
        assert!(sobol(2, MOST_DIMENSIONS, 0).is_some());
        assert!(saltelli(2, MOST_DIMENSIONS / 2, 0).is_some() && saltelli(2, MOST_DIMENSIONS / 2 + 1, 0).is_none());
        assert!(saltelli(2, usize::MAX, 0).is_none());
    }

    #[test]
    fn saltelli_rows_take_one_coordinate_from_b() {
        let (n, d) = (32, 5);
        let rows = saltelli(n, d, 4).unwrap();
        assert_eq!(rows.len(), n * (d + 2));
        for block in rows.chunks(d + 2) {
            let (a, b) = (&block[0], &block[d + 1]);
            for i in 0..d {
                for k in 0..d {
                    assert_eq!(block[i + 1][k], if k == i { b[k] } else { a[k] });
                    assert!(a[k] != b[k] && (0.0..1.0).contains(&a[k]));
                }
            }
        }
    }

    #[test]
    fn morris_steps_move_one_coordinate_by_delta() {
        let (trajectories, d) = (200, 6);
        for levels in [2, 4, 10] {
            let delta = levels as f64 / (2.0 * (levels as f64 - 1.0));
            let rows = morris(trajectories, levels, d, Key(8)).unwrap();
            assert_eq!(rows.len(), trajectories * (d + 1));
            let (mut up, mut firsts) = (0, vec![0; d]);
            for walk in rows.chunks(d + 1) {
                let mut moved = Vec::new();
                for pair in walk.windows(2) {
                    let changed: Vec<usize> = (0..d).filter(|k| pair[0][*k] != pair[1][*k]).collect();
                    assert_eq!(changed.len(), 1);
                    let step = pair[1][changed[0]] - pair[0][changed[0]];
                    assert!((step.abs() - delta).abs() < 1e-15);
                    up += usize::from(step > 0.0);
                    moved.push(changed[0]);
                }
                firsts[moved[0]] += 1;
                moved.sort_unstable();
                assert_eq!(moved, (0..d).collect::<Vec<_>>());
                let off_grid = |x: &f64| (x * (levels as f64 - 1.0) - (x * (levels as f64 - 1.0)).round()).abs();
                assert!(walk.iter().flatten().all(|x| (0.0..=1.0).contains(x) && off_grid(x) < 1e-12));
            }
            // Up or down, and first of the order, by chance: within 4.5 standard errors.
            let steps = (trajectories * d) as f64;
            assert!((up as f64 - steps / 2.0).abs() < 4.5 * (steps / 4.0).sqrt());
            let expected = trajectories as f64 / d as f64;
            assert!(firsts.iter().all(|f| (f64::from(*f) - expected).abs() < 4.5 * expected.sqrt()));
        }
        assert!(morris(2, 3, 2, Key(1)).is_none() && morris(2, 0, 2, Key(1)).is_none());
    }

    #[test]
    fn random_points_depend_on_the_key_alone() {
        let points = random(50, 3, Key(2));
        assert_eq!(points[..20], random(20, 3, Key(2))[..]);
        assert_ne!(points, random(50, 3, Key(3)));
        assert!(points.iter().flatten().all(|x| (0.0..1.0).contains(x)));
    }
}
