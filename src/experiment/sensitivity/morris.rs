//! Elementary effects: which inputs matter, from few runs (Morris 1991).

use super::{Estimate, draw_counts, intervals, replicates};
use crate::engine::draw::Key;

/// The elementary effects of one input, in output units per unit cube (the input's whole range).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effect {
    /// Mean effect.
    pub mu: Estimate,
    /// Mean absolute effect (Campolongo, Cariboni and Saltelli 2007). Chance of the runs raises it.
    pub mu_star: Estimate,
    /// Standard deviation of the effects, divisor trajectories - 1: interactions, curvature and, where
    /// rows have their own chance, that too.
    pub sigma: Estimate,
}

/// Effects of each input from the rows of `designs::morris`, of which `runs[row]` holds the values of
/// the replicates. Values are those of SALib 1.6, not scaled.
///
/// Intervals resample trajectories; if `shared_chance` (replicate r has the same chance in all rows)
/// also replicates, the same in all rows. Chance of the rows' own goes along with the trajectories.
///
/// `None` if there are fewer than 2 trajectories, rows do not fit, a value is not finite or a trajectory
/// does not move each coordinate once.
pub fn effects(
    points: &[Vec<f64>],
    runs: &[Vec<f64>],
    trajectories: usize,
    resamples: u32,
    key: Key,
    shared_chance: bool,
) -> Option<Vec<Effect>> {
    let walks = Walks::new(points, runs, trajectories)?;
    let d = walks.dimension;
    let (mut times, mut weights) = (vec![1.0; trajectories], vec![1.0; walks.replicates]);
    let mut means = vec![0.0; trajectories * d];
    let mut values = vec![0.0; 3 * d];
    walks.average(&weights, &mut means);
    moments(&means, &times, &mut values);
    let again = |key: Key, out: &mut [f64]| {
        if shared_chance && walks.replicates > 1 {
            draw_counts(key.child(1), &mut weights);
            walks.average(&weights, &mut means);
        }
        draw_counts(key.child(0), &mut times);
        moments(&means, &times, out);
    };
    let found = intervals(&values, resamples, key, again);
    let effect = |e: &[Option<Estimate>]| Some(Effect { mu: e[0]?, mu_star: e[1]?, sigma: e[2]? });
    found.chunks_exact(3).map(effect).collect()
}

/// Elementary effects of every trajectory.
struct Walks {
    /// By trajectory, coordinate, replicate.
    effects: Vec<f64>,
    dimension: usize,
    replicates: usize,
}

impl Walks {
    fn new(points: &[Vec<f64>], runs: &[Vec<f64>], trajectories: usize) -> Option<Walks> {
        let replicates = replicates(runs)?;
        let dimension = points.first()?.len();
        let length = dimension.checked_add(1)?;
        let rows = trajectories.checked_mul(length)?;
        let even = points.iter().all(|p| p.len() == dimension && p.iter().all(|x| x.is_finite()));
        if dimension == 0 || trajectories < 2 || rows != points.len() || rows != runs.len() || !even {
            return None;
        }
        let mut effects = vec![f64::NAN; trajectories * dimension * replicates];
        let walks = points.chunks_exact(length).zip(runs.chunks_exact(length));
        for ((points, runs), out) in walks.zip(effects.chunks_exact_mut(dimension * replicates)) {
            for (x, y) in points.windows(2).zip(runs.windows(2)) {
                let (at, step) = moved(&x[0], &x[1])?;
                let out = &mut out[at * replicates..(at + 1) * replicates];
                for (out, (before, after)) in out.iter_mut().zip(y[0].iter().zip(&y[1])) {
                    *out = (after - before) / step;
                }
            }
        }
        effects.iter().all(|e| e.is_finite()).then_some(Walks { effects, dimension, replicates })
    }

    /// Mean over replicates of each effect, replicate r counting `weights[r]` times.
    fn average(&self, weights: &[f64], out: &mut [f64]) {
        let count = self.replicates as f64;
        for (out, effects) in out.iter_mut().zip(self.effects.chunks_exact(self.replicates)) {
            *out = effects.iter().zip(weights).map(|(e, w)| e * w).sum::<f64>() / count;
        }
    }
}

/// The coordinate that differs and by how much; `None` unless it is one.
fn moved(from: &[f64], to: &[f64]) -> Option<(usize, f64)> {
    const ROUNDING: f64 = 1e-9;
    let steps = from.iter().zip(to).map(|(a, b)| b - a).enumerate();
    let mut far = steps.filter(|(_, step)| step.abs() > ROUNDING);
    let first = far.next()?;
    far.next().is_none().then_some(first)
}

/// Mean, mean absolute value and standard deviation of each coordinate's effects, by coordinate;
/// trajectory t counts `times[t]` times, as many in all as there are trajectories.
fn moments(effects: &[f64], times: &[f64], out: &mut [f64]) {
    let d = out.len() / 3;
    let count = times.len() as f64;
    out.fill(0.0);
    for (line, w) in effects.chunks_exact(d).zip(times) {
        for (out, e) in out.chunks_exact_mut(3).zip(line) {
            out[0] += w * e / count;
            out[1] += w * e.abs() / count;
        }
    }
    for (line, w) in effects.chunks_exact(d).zip(times) {
        for (out, e) in out.chunks_exact_mut(3).zip(line) {
            out[2] += w * (e - out[0]) * (e - out[0]);
        }
    }
    out.chunks_exact_mut(3).for_each(|out| out[2] = (out[2] / (count - 1.0)).sqrt());
}

#[cfg(test)]
mod tests {
    use super::super::mean;
    use super::*;
    use crate::engine::draw::normal;
    use crate::experiment::designs::morris;

    fn run(points: &[Vec<f64>], f: impl Fn(&[f64]) -> f64) -> Vec<Vec<f64>> {
        points.iter().map(|x| vec![f(x)]).collect()
    }

    #[test]
    fn linear_function() {
        let slopes = [3.0, -2.0, 0.5, 0.0];
        let linear = |x: &[f64]| x.iter().zip(slopes).map(|(x, b)| b * x).sum::<f64>();
        let points = morris(10, 4, 4, Key(1)).unwrap();
        let found = effects(&points, &run(&points, linear), 10, 100, Key(2), false).unwrap();
        for (e, slope) in found.iter().zip(slopes) {
            assert!((e.mu.value - slope).abs() < 1e-12 && (e.mu_star.value - slope.abs()).abs() < 1e-12);
            assert!(e.sigma.value < 1e-12 && e.sigma.high < 1e-12);
            assert!((e.mu.low - slope).abs() < 1e-12 && (e.mu.high - slope).abs() < 1e-12);
        }
    }

    /// x1 x2 on the grid of two levels: effects are 0 or 1, each half of the time.
    #[test]
    fn interaction_shows_in_sigma() {
        let points = morris(2_000, 2, 2, Key(1)).unwrap();
        let found = effects(&points, &run(&points, |x| x[0] * x[1]), 2_000, 200, Key(2), false).unwrap();
        for e in found {
            assert!((e.mu.value - 0.5).abs() < 0.05 && (e.sigma.value - 0.5).abs() < 0.01);
            assert!(e.mu.low < 0.5 && 0.5 < e.mu.high && e.mu.value == e.mu_star.value);
        }
    }

    /// Chance common to a replicate's rows cancels from effects; chance x input widens the interval only if
    /// replicates are resampled.
    #[test]
    fn replicates_are_resampled_if_chance_is_shared() {
        let points = morris(8, 4, 2, Key(1)).unwrap();
        let chance: Vec<f64> = (0..5).map(|r| normal(Key(9).child(r).uniform(0, 0))).collect();
        let with = |x: &Vec<f64>| chance.iter().map(|c| c + (2.0 + c) * x[0]).collect();
        let runs: Vec<Vec<f64>> = points.iter().map(with).collect();
        let own = effects(&points, &runs, 8, 200, Key(2), false).unwrap();
        let shared = effects(&points, &runs, 8, 200, Key(2), true).unwrap();
        let known = 2.0 + mean(&chance);
        assert!((own[0].mu.value - known).abs() < 1e-12 && own[0].mu.high - own[0].mu.low < 1e-12);
        assert!(shared[0].mu.low < known - 0.2 && known + 0.2 < shared[0].mu.high);
        assert!(shared[1].mu_star.high < 1e-12);
    }

    #[test]
    fn rows_that_do_not_fit() {
        let points = morris(3, 4, 2, Key(1)).unwrap();
        let runs = run(&points, |x| x[0]);
        assert!(effects(&points, &runs, 3, 10, Key(1), false).is_some());
        assert!(effects(&points, &runs, 2, 10, Key(1), false).is_none());
        assert!(effects(&points[..3], &runs[..3], 1, 10, Key(1), false).is_none());
        assert!(effects(&vec![vec![0.5, 0.5]; 9], &runs, 3, 10, Key(1), false).is_none());
        assert!(effects(&points, &run(&points, |_| f64::NAN), 3, 10, Key(1), false).is_none());
        let flat = effects(&points, &run(&points, |_| 7.0), 3, 10, Key(1), false).unwrap();
        assert!(flat.iter().all(|e| e.mu_star.value == 0.0 && e.sigma.value == 0.0));
    }
}
