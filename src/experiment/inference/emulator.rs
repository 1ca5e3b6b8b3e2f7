//! A target as a function of the parameters: Bayesian regression on a quadratic, its ridges set by the
//! evidence (MacKay 1992), so that terms the runs do not speak for shrink to nothing.

use nalgebra::{Cholesky, DMatrix, DVector};

/// Products of two parameters are tried among this many, those with the largest effects.
pub(super) const ACTIVE: usize = 6;
/// Rounds of the evidence iteration.
const ROUNDS: usize = 30;
/// Fewest runs to learn from.
pub(super) const FEWEST: usize = 8;

/// What an emulator is a sum over, at a point.
pub struct Basis<'a> {
    unit: &'a [f64],
}

impl<'a> Basis<'a> {
    pub fn at(unit: &'a [f64]) -> Self {
        Basis { unit }
    }

    fn square(&self, i: usize) -> f64 {
        // Orthogonal to constant and slope over the cube.
        self.unit[i] * self.unit[i] - 1.0 / 3.0
    }
}

/// A fitted target.
#[derive(Debug, Clone)]
pub struct Emulator {
    centre: f64,
    /// By parameter.
    pub slopes: Vec<f64>,
    squares: Vec<f64>,
    /// (parameter, parameter, coefficient).
    products: Vec<(usize, usize, f64)>,
    /// Variance of the runs around the fit: noise and what a quadratic misses.
    pub residual: f64,
    /// Mean variance of the fit itself.
    pub uncertainty: f64,
    /// Share of the runs' variance explained.
    pub explained: f64,
}

impl Emulator {
    /// Learns from runs at unit points; `None` if fewer than eight, or half of them, gave a value.
    pub fn fit(units: &[Vec<f64>], values: &[f64]) -> Option<Emulator> {
        let rows: Vec<(&Vec<f64>, f64)> =
            units.iter().zip(values).filter(|(_, y)| y.is_finite()).map(|(u, y)| (u, *y)).collect();
        let n = rows.len();
        if n < FEWEST || 2 * n < units.len() {
            return None;
        }
        let dimension = rows[0].0.len();
        let mean = rows.iter().map(|r| r.1).sum::<f64>() / n as f64;
        let spread = (rows.iter().map(|r| (r.1 - mean) * (r.1 - mean)).sum::<f64>() / n as f64).sqrt();
        if spread <= 1e-12 * (1.0 + mean.abs()) {
            let none = vec![0.0; dimension];
            let flat = Emulator {
                centre: mean,
                slopes: none.clone(),
                squares: none,
                products: Vec::new(),
                residual: 0.0,
                uncertainty: 0.0,
                explained: 1.0,
            };
            return Some(flat);
        }
        let y = DVector::from_iterator(n, rows.iter().map(|r| (r.1 - mean) / spread));
        let units: Vec<&Vec<f64>> = rows.iter().map(|r| r.0).collect();
        let first = regress(&units, &y, &[])?;
        let mut order: Vec<usize> = (0..dimension).collect();
        order.sort_by(|a, b| first.weight[*b + 1].abs().total_cmp(&first.weight[*a + 1].abs()));
        order.truncate(ACTIVE);
        order.sort_unstable();
        let pairs: Vec<(usize, usize)> =
            order.iter().enumerate().flat_map(|(i, a)| order[i + 1..].iter().map(|b| (*a, *b))).collect();
        let fitted = regress(&units, &y, &pairs)?;
        let weight = |i: usize| spread * fitted.weight[i];
        Some(Emulator {
            centre: mean + weight(0),
            slopes: (0..dimension).map(|d| weight(1 + d)).collect(),
            squares: (0..dimension).map(|d| weight(1 + dimension + d)).collect(),
            products: pairs.iter().enumerate().map(|(i, (a, b))| (*a, *b, weight(1 + 2 * dimension + i))).collect(),
            residual: fitted.noise * spread * spread,
            uncertainty: fitted.noise * spread * spread * fitted.degrees / n as f64,
            explained: (1.0 - fitted.noise).clamp(0.0, 1.0),
        })
    }

    /// The emulated target.
    #[inline]
    pub fn at(&self, basis: &Basis<'_>) -> f64 {
        let mut sum = self.centre;
        for (i, (slope, square)) in self.slopes.iter().zip(&self.squares).enumerate() {
            sum += slope * basis.unit[i] + square * basis.square(i);
        }
        for (a, b, weight) in &self.products {
            sum += weight * basis.unit[*a] * basis.unit[*b];
        }
        sum
    }

    /// Share of the emulated variance over the prior that each parameter explains alone.
    pub fn shares(&self) -> Vec<f64> {
        // Variances of a uniform on [-1, 1], of its square, and of a product.
        let (one, square, product) = (1.0 / 3.0, 4.0 / 45.0, 1.0 / 9.0);
        let own: Vec<f64> = self.slopes.iter().zip(&self.squares).map(|(a, b)| a * a * one + b * b * square).collect();
        let all = own.iter().sum::<f64>() + self.products.iter().map(|p| p.2 * p.2 * product).sum::<f64>();
        own.iter().map(|v| if all > 0.0 { v / all } else { 0.0 }).collect()
    }
}

struct Regression {
    weight: DVector<f64>,
    /// Residual variance, of a target of variance 1.
    noise: f64,
    /// Effective number of terms.
    degrees: f64,
}

/// Group of a term: constant, slopes, curvature; each has a ridge of its own.
fn group(term: usize, dimension: usize) -> usize {
    match term {
        0 => 0,
        t if t <= dimension => 1,
        _ => 2,
    }
}

fn regress(units: &[&Vec<f64>], y: &DVector<f64>, pairs: &[(usize, usize)]) -> Option<Regression> {
    let (n, dimension) = (units.len(), units[0].len());
    let terms = 1 + 2 * dimension + pairs.len();
    let design = DMatrix::from_fn(n, terms, |row, term| {
        let (unit, basis) = (units[row], Basis::at(units[row]));
        match term {
            0 => 1.0,
            t if t <= dimension => unit[t - 1],
            t if t <= 2 * dimension => basis.square(t - 1 - dimension),
            t => unit[pairs[t - 1 - 2 * dimension].0] * unit[pairs[t - 1 - 2 * dimension].1],
        }
    });
    let (gram, cross) = (design.tr_mul(&design), design.tr_mul(y));
    let mut ridge = [1e-6, 1.0, 10.0];
    let mut noise = 0.5;
    let mut found = None;
    for _ in 0..ROUNDS {
        let mut precision = &gram / noise;
        for t in 0..terms {
            precision[(t, t)] += ridge[group(t, dimension)];
        }
        let factor = Cholesky::new(precision)?;
        let weight = factor.solve(&(&cross / noise));
        let covariance = factor.inverse();
        let mut degrees = [0.0; 3];
        let mut squares = [0.0; 3];
        for t in 0..terms {
            let g = group(t, dimension);
            degrees[g] += 1.0 - ridge[g] * covariance[(t, t)];
            squares[g] += weight[t] * weight[t];
        }
        for g in 1..3 {
            ridge[g] = ((degrees[g].max(1e-6) + 1e-6) / (squares[g] + 1e-9)).clamp(1e-3, 1e9);
        }
        let used: f64 = degrees.iter().sum();
        let misfit = y - &design * &weight;
        noise = (misfit.norm_squared() / (n as f64 - used).max(1.0)).max(1e-8);
        found = Some(Regression { weight, noise, degrees: used });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::draw::{Key, normal};

    fn points(n: u64, dimension: usize) -> Vec<Vec<f64>> {
        let unit = |i: u64| (0..dimension).map(|d| 2.0 * Key(9).child(i).uniform(d as u16, 0) - 1.0).collect();
        (0..n).map(unit).collect()
    }

    #[test]
    fn a_quadratic_is_found_again_and_noise_measured() {
        let units = points(200, 8);
        let truth = |u: &[f64]| 100.0 + 5.0 * u[0] - 3.0 * u[1] + 2.0 * u[2] * u[2] + 4.0 * u[0] * u[1];
        let noisy = |(i, u): (usize, &Vec<f64>)| truth(u) + 0.5 * normal(Key(1).child(i as u64).uniform(0, 0));
        let values: Vec<f64> = units.iter().enumerate().map(noisy).collect();
        let emulator = Emulator::fit(&units, &values).unwrap();
        let errors = points(50, 8).iter().map(|u| (emulator.at(&Basis::at(u)) - truth(u)).powi(2)).sum::<f64>() / 50.0;
        assert!(errors.sqrt() < 0.3, "{}", errors.sqrt());
        assert!((emulator.residual.sqrt() - 0.5).abs() < 0.1, "{}", emulator.residual);
        let shares = emulator.shares();
        assert!(shares[0] > 0.4 && shares[5] < 0.02, "{shares:?}");
    }

    #[test]
    fn constant_or_missing_targets_are_no_trouble() {
        let units = points(30, 3);
        assert_eq!(Emulator::fit(&units, &[7.0; 30]).unwrap().at(&Basis::at(&[0.5, 0.5, 0.5])), 7.0);
        assert!(Emulator::fit(&units, &[f64::NAN; 30]).is_none());
    }
}
