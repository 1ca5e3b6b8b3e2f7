//! Markov chains over the unit cube [-1, 1]^d: Metropolis with a proposal that adapts to the
//! covariance seen (Haario, Saksman and Tamminen 2001), reflected at the walls.

use nalgebra::{Cholesky, DMatrix, DVector};
use rayon::prelude::*;

use crate::engine::draw::{Key, normal};

pub(super) const CHAINS: usize = 4;
/// Steps before and after the proposal is settled: so many, and so many more a dimension.
pub(super) const BURN_IN: (usize, usize) = (8_000, 600);
pub(super) const STEPS: (usize, usize) = (16_000, 1_200);
/// One in so many steps is kept.
pub(super) const KEPT: usize = 4;
/// Steps between two adaptations.
const ADAPT: usize = 500;

/// Draws and how well the chains mixed.
pub struct Chains {
    pub draws: Vec<Vec<f64>>,
    pub r_hat: f64,
    pub accepted: f64,
}

/// Draws `wanted` points with density proportional to exp(`log_density`). Chains begin at the first of
/// `starts`, which are in order of density.
pub fn sample(log_density: &(dyn Fn(&[f64]) -> f64 + Sync), starts: &[Vec<f64>], wanted: usize, key: Key) -> Chains {
    let walks: Vec<Walk> = (0..CHAINS)
        .into_par_iter()
        .map(|c| Walk::run(log_density, &starts[c.min(starts.len() - 1)], key.child(c as u64)))
        .collect();
    let draws = (0..wanted).map(|i| {
        // Evenly over chains and along each.
        let (walk, place) = (&walks[i % CHAINS], i / CHAINS);
        let each = wanted.div_ceil(CHAINS);
        walk.path[(place * walk.path.len() + walk.path.len() / 2) / each].clone()
    });
    let accepted = walks.iter().map(|w| w.accepted).sum::<f64>() / CHAINS as f64;
    Chains { draws: draws.collect(), r_hat: r_hat(&walks), accepted }
}

struct Walk {
    path: Vec<Vec<f64>>,
    accepted: f64,
}

impl Walk {
    fn run(log_density: &(dyn Fn(&[f64]) -> f64 + Sync), start: &[f64], key: Key) -> Walk {
        let d = start.len();
        let (burn_in, steps) = (BURN_IN.0 + BURN_IN.1 * d, STEPS.0 + STEPS.1 * d);
        let mut at = start.to_vec();
        let mut density = log_density(&at);
        let mut shape = DMatrix::<f64>::identity(d, d) * 0.1;
        let mut size = 2.4 / (d as f64).sqrt();
        let (mut seen, mut path) = (Vec::new(), Vec::with_capacity(steps / KEPT));
        let (mut recent, mut accepted) = (0usize, 0usize);
        for step in 0..burn_in + steps {
            let luck = key.child(step as u64);
            let shock = DVector::from_fn(d, |i, _| normal(luck.uniform(i as u16, 0)));
            let jump = &shape * shock * size;
            let next: Vec<f64> = at.iter().zip(jump.iter()).map(|(x, j)| reflected(x + j)).collect();
            let next_density = log_density(&next);
            if libm::log(luck.uniform(0, 1).max(1e-300)) < next_density - density {
                (at, density) = (next, next_density);
                recent += 1;
                accepted += usize::from(step >= burn_in);
            }
            if step < burn_in {
                seen.push(at.clone());
                if (step + 1) % ADAPT == 0 {
                    // Nothing adapts later, so that the chain is a Markov chain.
                    let rate = recent as f64 / ADAPT as f64;
                    size *= libm::exp((rate - 0.234) * 2.0).clamp(0.5, 2.0);
                    recent = 0;
                    if let Some(factor) = factor(&seen[seen.len() / 2..]) {
                        shape = factor;
                    }
                }
            } else if step % KEPT == 0 {
                path.push(at.clone());
            }
        }
        Walk { path, accepted: accepted as f64 / steps as f64 }
    }
}

/// Back into [-1, 1].
fn reflected(x: f64) -> f64 {
    let folded = (x + 1.0).rem_euclid(4.0);
    if folded <= 2.0 { folded - 1.0 } else { 3.0 - folded }
}

/// A root of the covariance of points.
fn factor(points: &[Vec<f64>]) -> Option<DMatrix<f64>> {
    let (n, d) = (points.len() as f64, points.first()?.len());
    let mean = DVector::from_fn(d, |i, _| points.iter().map(|p| p[i]).sum::<f64>() / n);
    let mut covariance = DMatrix::<f64>::identity(d, d) * 1e-6;
    for point in points {
        let off = DVector::from_fn(d, |i, _| point[i] - mean[i]);
        covariance.ger(1.0 / n, &off, &off, 1.0);
    }
    Cholesky::new(covariance).map(|c| c.l())
}

/// Potential scale reduction (Gelman and Rubin 1992), the largest over coordinates.
fn r_hat(walks: &[Walk]) -> f64 {
    let (m, n) = (walks.len() as f64, walks[0].path.len() as f64);
    let d = walks[0].path[0].len();
    let of = |i: usize| {
        let means: Vec<f64> = walks.iter().map(|w| w.path.iter().map(|p| p[i]).sum::<f64>() / n).collect();
        let all = means.iter().sum::<f64>() / m;
        let between = n * means.iter().map(|x| (x - all) * (x - all)).sum::<f64>() / (m - 1.0);
        let within = walks
            .iter()
            .zip(&means)
            .map(|(w, mean)| w.path.iter().map(|p| (p[i] - mean) * (p[i] - mean)).sum::<f64>() / (n - 1.0))
            .sum::<f64>()
            / m;
        if within > 0.0 { ((n - 1.0) / n + between / n / within).sqrt() } else { 1.0 }
    };
    (0..d).map(of).fold(1.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_a_correlated_normal() {
        // Standard deviations 0.2 and 0.1, correlation 0.8, far from the walls.
        let density = |u: &[f64]| {
            let (x, y) = (u[0] / 0.2, (u[1] - 0.3) / 0.1);
            -0.5 * (x * x - 1.6 * x * y + y * y) / (1.0 - 0.64)
        };
        let chains = sample(&density, &[vec![0.5, 0.5]], 4000, Key(3));
        let mean = |i: usize| chains.draws.iter().map(|d| d[i]).sum::<f64>() / 4000.0;
        let (mx, my) = (mean(0), mean(1));
        let moment =
            |f: fn(f64, f64) -> f64| chains.draws.iter().map(|d| f(d[0] - mx, d[1] - my)).sum::<f64>() / 4000.0;
        assert!(mx.abs() < 0.03 && (my - 0.3).abs() < 0.015, "{mx} {my}");
        let (sx, sy) = (moment(|x, _| x * x).sqrt(), moment(|_, y| y * y).sqrt());
        assert!((sx - 0.2).abs() < 0.02 && (sy - 0.1).abs() < 0.01, "{sx} {sy}");
        assert!((moment(|x, y| x * y) / sx / sy - 0.8).abs() < 0.06);
        assert!(chains.r_hat < 1.05, "{}", chains.r_hat);
    }

    #[test]
    fn walls_reflect() {
        for (x, expected) in [(1.25, 0.75), (-1.5, -0.5), (3.5, -0.5), (0.2, 0.2), (-4.0, 0.0)] {
            assert!((reflected(x) - expected).abs() < 1e-12, "{x}: {}", reflected(x));
        }
        let flat = sample(&|_: &[f64]| 0.0, &[vec![0.0; 3]], 2000, Key(8));
        let mean = flat.draws.iter().map(|d| d[0] * d[0]).sum::<f64>() / 2000.0;
        assert!((mean - 1.0 / 3.0).abs() < 0.04, "{mean}");
    }
}
