//! Sobol' indices: shares of the variance of an output that inputs explain, and the share that is
//! chance.

use super::{Estimate, draw_counts, intervals, mean, replicates};
use crate::engine::draw::Key;

/// Shares of variance. Indices are of the means over a row's replicates; sampling error can take them
/// a little below 0 or above 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Indices {
    /// Share that input i explains alone: mean of B (AB_i - A) over the variance of A and B (Saltelli
    /// et al. 2010, table 2b).
    pub first: Vec<Estimate>,
    /// Share lost if all inputs but i were known: mean of (A - AB_i)^2 / 2 over the variance of A and B
    /// (Jansen 1999). Replicates' chance counts as if every input took part in it.
    pub total: Vec<Estimate>,
    /// `first` over the variance without chance: the numerator has none on average, as the chance of
    /// the three rows is independent. `None` if chance is shared, R = 1 or chance explains all variance.
    pub first_corrected: Option<Vec<Estimate>>,
    /// `total` without chance, which adds (s2_A + s2_AB) / 2R to the numerator on average and
    /// (1 - 1/2N) s2 / R to the variance of A and B, where s2 is the variance between the replicates of
    /// a row. Unreliable as `noise_of_mean` nears 1. `None` as for `first_corrected`.
    pub total_corrected: Option<Vec<Estimate>>,
    /// Share of the variance of one run that is chance: E[Var(Y|x)] / (E[Var(Y|x)] + Var(E[Y|x])), by the
    /// analysis of variance (Searle, Casella and McCulloch 1992; for nested simulation Sun, Apley and
    /// Staum 2011): Var(E[Y|x]) is the variance of the means of A and B less s2 / R. Of shared chance,
    /// what moves all rows alike is not in the variance of the means: only the mean square of the
    /// interaction of row and replicate, over R, is taken off. `None` if R = 1.
    pub noise: Option<Estimate>,
    /// Share of the variance of the means, on which the indices rest, that is chance: what `noise` takes
    /// off over what it takes it from. `None` if R = 1.
    pub noise_of_mean: Option<Estimate>,
}

/// Sobol' indices from the rows of `designs::saltelli`; `runs[row]` holds the values of that row's
/// replicates. Values are those of SALib 1.6 without second order (Iwanaga, Usher and Herman 2022).
///
/// Intervals resample base points. If `shared_chance` (replicate r has the same chance in all rows)
/// they also resample replicates, the same in all rows; with fewer than about 20 replicates they are
/// then too narrow (of 90 % intervals of a total index 65 % held the truth with 2 replicates, 78 with 5,
/// 85 with 20; with own chance 88 to 92). Where each row has its own chance, base points carry it along;
/// resampling replicates too would count it twice and raise every total (Davison and Hinkley 1997, 3.8).
/// Points of a Sobol' sequence are more even than a bootstrap knows, so intervals are rather wide.
///
/// `None` if the output does not vary, a value is not finite or rows do not fit the dimension.
pub fn indices(runs: &[Vec<f64>], dimension: usize, shared_chance: bool, resamples: u32, key: Key) -> Option<Indices> {
    let design = Design::new(runs, dimension, shared_chance)?;
    let (n, d) = (design.base, dimension);
    let mut table = Table::new(&design);
    let (mut points, mut weights) = (vec![1.0; n], vec![1.0; design.replicates]);
    let mut values = vec![f64::NAN; 4 * d + 2];
    table.fill(&design, &weights, 1.0);
    table.add(&points);
    design.statistics(&table.sums, &weights, 1.0, &mut values);
    if !values[0].is_finite() {
        return None;
    }
    let again = |key: Key, out: &mut [f64]| {
        let mut recentre = 1.0;
        if shared_chance && design.replicates > 1 {
            draw_counts(key.child(1), &mut weights);
            recentre = design.replicates as f64 / (design.replicates as f64 - 1.0);
            table.fill(&design, &weights, recentre);
        }
        draw_counts(key.child(0), &mut points);
        table.add(&points);
        design.statistics(&table.sums, &weights, recentre, out);
    };
    let found = intervals(&values, resamples, key, again);
    let part = |i: usize| found[i * d..(i + 1) * d].iter().copied().collect::<Option<Vec<Estimate>>>();
    Some(Indices {
        first: part(0)?,
        total: part(1)?,
        first_corrected: part(2),
        total_corrected: part(3),
        noise: found[4 * d],
        noise_of_mean: found[4 * d + 1],
    })
}

/// The runs, standardised as in SALib: less the mean and over the standard deviation of all row means.
struct Design {
    /// By row, then replicate.
    values: Vec<f64>,
    /// Base points N.
    base: usize,
    dimension: usize,
    replicates: usize,
    shared: bool,
}

impl Design {
    fn new(runs: &[Vec<f64>], dimension: usize, shared: bool) -> Option<Design> {
        let replicates = replicates(runs)?;
        let block = dimension.checked_add(2)?;
        if dimension == 0 || !runs.len().is_multiple_of(block) {
            return None;
        }
        let means: Vec<f64> = runs.iter().map(|row| mean(row)).collect();
        let centre = mean(&means);
        let squares: Vec<f64> = means.iter().map(|y| (y - centre) * (y - centre)).collect();
        let deviation = mean(&squares).sqrt();
        let largest = means.iter().fold(0.0f64, |most, y| most.max(y.abs()));
        // Rounding of a constant looks like a deviation of its last bits.
        if !deviation.is_finite() || deviation <= 8.0 * f64::EPSILON * largest {
            return None;
        }
        let values = runs.iter().flatten().map(|y| (y - centre) / deviation).collect();
        Some(Design { values, base: runs.len() / block, dimension, replicates, shared })
    }

    /// Mean and variance between the replicates of a row, replicate r counting `weights[r]` times; the
    /// variance is multiplied by `recentre`.
    fn row(&self, row: usize, weights: &[f64], recentre: f64) -> (f64, f64) {
        let values = &self.values[row * self.replicates..(row + 1) * self.replicates];
        let count = self.replicates as f64;
        let mean = values.iter().zip(weights).map(|(y, w)| w * y).sum::<f64>() / count;
        if self.replicates < 2 {
            return (mean, f64::NAN);
        }
        let squares: f64 = values.iter().zip(weights).map(|(y, w)| w * (y - mean) * (y - mean)).sum();
        (mean, squares * recentre / (count - 1.0))
    }

    /// The statistics `indices` reports: first, total, both corrected (d each), noise, noise of the mean;
    /// NaN where there is none.
    fn statistics(&self, sums: &[f64], weights: &[f64], recentre: f64, out: &mut [f64]) {
        out.fill(f64::NAN);
        let (n, d, count) = (self.base as f64, self.dimension, self.replicates as f64);
        let both = 2.0 * n;
        let centre = sums[SUM] / both;
        let variance = sums[SQUARES] / both - centre * centre;
        // The threshold of SALib; the output is standardised.
        if variance <= f64::EPSILON {
            return;
        }
        for i in 0..d {
            out[i] = sums[FIXED + i] / n / variance;
            out[d + i] = sums[FIXED + d + i] / n / variance;
        }
        if self.replicates < 2 {
            return;
        }
        let chance = if self.shared { self.interaction(sums, weights, recentre) } else { sums[CHANCE] / both } / count;
        let within = sums[CHANCE_ALL] / (n * (d + 2) as f64);
        let means = variance * both / (both - 1.0);
        out[4 * d] = within / (within + (means - chance).max(0.0));
        out[4 * d + 1] = (chance / means).min(1.0);
        let left = variance - (1.0 - 1.0 / both) * chance;
        if self.shared || left <= f64::EPSILON {
            return;
        }
        for i in 0..d {
            out[2 * d + i] = sums[FIXED + i] / n / left;
            out[3 * d + i] = (sums[FIXED + d + i] - sums[FIXED + 2 * d + i] / count) / n / left;
        }
    }

    /// Mean square of the interaction of the rows A and B with the replicates (two-way analysis of
    /// variance with one value a cell).
    fn interaction(&self, sums: &[f64], weights: &[f64], recentre: f64) -> f64 {
        let (both, count) = (2.0 * self.base as f64, self.replicates as f64);
        let centre = sums[SUM] / both;
        let replicate = |(sum, w): (&f64, &f64)| w * (sum / both - centre) * (sum / both - centre);
        let alike: f64 = sums[FIXED + 3 * self.dimension..].iter().zip(weights).map(replicate).sum();
        let squares = sums[CHANCE] * (count - 1.0) - recentre * both * alike;
        (squares / ((both - 1.0) * (count - 1.0))).max(0.0)
    }
}

/// Positions in a line of the table: A + B, A^2 + B^2, s2_A + s2_B, s2 of all rows; from `FIXED`, d each:
/// B (AB_i - A), (A - AB_i)^2 / 2, (s2_A + s2_AB_i) / 2; then A + B of each replicate.
const SUM: usize = 0;
const SQUARES: usize = 1;
const CHANCE: usize = 2;
const CHANCE_ALL: usize = 3;
const FIXED: usize = 4;

/// What each base point adds to the sums of which all statistics are made.
struct Table {
    /// By base point.
    lines: Vec<f64>,
    sums: Vec<f64>,
}

impl Table {
    fn new(design: &Design) -> Table {
        let width = FIXED + 3 * design.dimension + design.replicates;
        Table { lines: vec![0.0; width * design.base], sums: vec![0.0; width] }
    }

    fn fill(&mut self, design: &Design, weights: &[f64], recentre: f64) {
        let (d, count) = (design.dimension, design.replicates);
        for (j, line) in self.lines.chunks_exact_mut(self.sums.len()).enumerate() {
            let start = j * (d + 2);
            let of = |row: usize| design.row(start + row, weights, recentre);
            let ((a, chance_a), (b, chance_b)) = (of(0), of(d + 1));
            line[SUM] = a + b;
            line[SQUARES] = a * a + b * b;
            line[CHANCE] = chance_a + chance_b;
            line[CHANCE_ALL] = line[CHANCE];
            for i in 0..d {
                let (mixed, chance) = of(i + 1);
                line[FIXED + i] = b * (mixed - a);
                line[FIXED + d + i] = 0.5 * (a - mixed) * (a - mixed);
                line[FIXED + 2 * d + i] = 0.5 * (chance_a + chance);
                line[CHANCE_ALL] += chance;
            }
            let row_b = (start + d + 1) * count;
            for r in 0..count {
                line[FIXED + 3 * d + r] = design.values[start * count + r] + design.values[row_b + r];
            }
        }
    }

    /// Sums over base points, each counting as often as it was drawn.
    fn add(&mut self, points: &[f64]) {
        self.sums.fill(0.0);
        for (line, times) in self.lines.chunks_exact(self.sums.len()).zip(points) {
            if *times > 0.0 {
                self.sums.iter_mut().zip(line).for_each(|(sum, x)| *sum += times * x);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;
    use crate::engine::draw::normal;
    use crate::experiment::designs::{random, saltelli};

    fn run(rows: &[Vec<f64>], f: impl Fn(&[f64]) -> f64) -> Vec<Vec<f64>> {
        rows.iter().map(|x| vec![f(x)]).collect()
    }

    /// The model of the rows plus normal chance of standard deviation `sd(x)`, `count` replicates.
    fn noisy(rows: &[Vec<f64>], count: usize, f: impl Fn(&[f64]) -> f64, sd: impl Fn(&[f64]) -> f64) -> Vec<Vec<f64>> {
        let one = |i: usize, r: usize| normal(Key(77).child(i as u64).child(r as u64).uniform(0, 0));
        let row = |(i, x): (usize, &Vec<f64>)| (0..count).map(|r| f(x) + sd(x) * one(i, r)).collect();
        rows.iter().enumerate().map(row).collect()
    }

    fn near(found: &[Estimate], known: &[f64], tolerance: f64) {
        assert_eq!(found.len(), known.len());
        for (e, k) in found.iter().zip(known) {
            assert!((e.value - k).abs() < tolerance, "{} of {k}", e.value);
            assert!(e.low <= e.high);
        }
    }

    fn ishigami(u: &[f64]) -> f64 {
        let x: Vec<f64> = u.iter().map(|u| PI * (2.0 * u - 1.0)).collect();
        x[0].sin() + 7.0 * x[1].sin().powi(2) + 0.1 * x[2].powi(4) * x[0].sin()
    }

    /// Ishigami and Homma 1990, a = 7, b = 0.1.
    #[test]
    fn ishigami_function() {
        let (a, b) = (7.0f64, 0.1);
        let (v1, v2) = (0.5 * (1.0 + b * PI.powi(4) / 5.0).powi(2), a * a / 8.0);
        let v13 = b * b * PI.powi(8) * (1.0 / 18.0 - 1.0 / 50.0);
        let v = v1 + v2 + v13;
        let found = indices(&run(&saltelli(8192, 3, 1).unwrap(), ishigami), 3, false, 200, Key(1)).unwrap();
        near(&found.first, &[v1 / v, v2 / v, 0.0], 0.01);
        near(&found.total, &[(v1 + v13) / v, v2 / v, v13 / v], 0.01);
        for (e, known) in found.first.iter().zip([v1 / v, v2 / v, 0.0]) {
            assert!(e.low < known && known < e.high);
        }
        assert!(found.noise.is_none() && found.noise_of_mean.is_none());
        assert!(found.first_corrected.is_none() && found.total_corrected.is_none());
    }

    /// Sobol' g-function: V_i = 1 / (3 (1 + a_i)^2), V = prod(1 + V_i) - 1, VT_i = V_i prod(1 + V_k) / (1 + V_i).
    #[test]
    fn g_function() {
        let a: [f64; 5] = [0.0, 1.0, 4.5, 9.0, 99.0];
        let g = |u: &[f64]| u.iter().zip(a).map(|(u, a)| ((4.0 * u - 2.0).abs() + a) / (1.0 + a)).product::<f64>();
        let part: Vec<f64> = a.iter().map(|a| 1.0 / (3.0 * (1.0 + a).powi(2))).collect();
        let all: f64 = part.iter().map(|v| 1.0 + v).product();
        let first: Vec<f64> = part.iter().map(|v| v / (all - 1.0)).collect();
        let total: Vec<f64> = part.iter().map(|v| v * all / (1.0 + v) / (all - 1.0)).collect();
        let found = indices(&run(&saltelli(8192, 5, 3).unwrap(), g), 5, false, 50, Key(1)).unwrap();
        near(&found.first, &first, 0.01);
        near(&found.total, &total, 0.01);
    }

    /// y = 3 x1 + 2 x2 + x3 + chance of variance 1.5: inputs have variance 9/12, 4/12 and 1/12, the mean of
    /// four replicates has chance of 1.5/4.
    #[test]
    fn chance_of_its_own_is_measured_and_taken_off() {
        let linear = |x: &[f64]| 3.0 * x[0] + 2.0 * x[1] + x[2];
        let (inputs, chance, count) = (14.0 / 12.0, 1.5f64, 4);
        let runs = noisy(&saltelli(4096, 3, 2).unwrap(), count, linear, |_| chance.sqrt());
        let found = indices(&runs, 3, false, 300, Key(4)).unwrap();
        let (noise, of_mean) = (found.noise.unwrap(), found.noise_of_mean.unwrap());
        let of_four = chance / count as f64;
        near(&[noise], &[chance / (chance + inputs)], 0.01);
        near(&[of_mean], &[of_four / (of_four + inputs)], 0.01);
        assert!(noise.low < noise.value && noise.value < noise.high);
        let share = [9.0 / 14.0, 4.0 / 14.0, 1.0 / 14.0];
        let blurred: Vec<f64> = share.iter().map(|s| s * inputs / (inputs + of_four)).collect();
        let raised: Vec<f64> = share.iter().map(|s| (s * inputs + of_four) / (inputs + of_four)).collect();
        near(&found.first, &blurred, 0.03);
        near(&found.total, &raised, 0.03);
        near(&found.first_corrected.unwrap(), &share, 0.03);
        near(&found.total_corrected.unwrap(), &share, 0.03);
    }

    /// Chance whose size depends on an input: E[Var] = E[(2 x2)^2] = 4/3.
    #[test]
    fn uneven_chance_is_taken_off() {
        let runs = noisy(&saltelli(8192, 3, 5).unwrap(), 3, |x| 4.0 * x[0], |x| 2.0 * x[1]);
        let found = indices(&runs, 3, false, 100, Key(4)).unwrap();
        near(&[found.noise.unwrap()], &[0.5], 0.01);
        near(&found.total_corrected.unwrap(), &[1.0, 0.0, 0.0], 0.03);
    }

    /// Chance common to all rows moves no index; the chance x input part is in the means.
    #[test]
    fn shared_chance_cancels() {
        let rows = saltelli(1024, 2, 6).unwrap();
        let count = 400;
        let chance: Vec<f64> = (0..count).map(|r| normal(Key(5).child(r as u64).uniform(0, 0))).collect();
        let shift = |x: &Vec<f64>| chance.iter().map(|c| x[0] + 2.0 * x[1] + c).collect();
        let runs: Vec<Vec<f64>> = rows.iter().map(shift).collect();
        let found = indices(&runs, 2, true, 20, Key(1)).unwrap();
        let bare = indices(&run(&rows, |x| x[0] + 2.0 * x[1]), 2, true, 20, Key(1)).unwrap();
        for i in 0..2 {
            assert!((found.first[i].value - bare.first[i].value).abs() < 1e-9);
            assert!((found.total[i].value - bare.total[i].value).abs() < 1e-9);
        }
        assert!(found.noise_of_mean.unwrap().value < 1e-9);
        let centre = mean(&chance);
        let spread = chance.iter().map(|c| (c - centre).powi(2)).sum::<f64>() / (count as f64 - 1.0);
        near(&[found.noise.unwrap()], &[spread / (spread + 5.0 / 12.0)], 0.002);
        assert!(found.total_corrected.is_none() && found.first_corrected.is_none());
    }

    /// y = x1 + c_r x2 with E[c] = 1: the interaction of chance and input is (x2 - 1/2) (c - 1).
    #[test]
    fn shared_chance_that_meets_an_input() {
        let rows = saltelli(2048, 2, 6).unwrap();
        let count = 6;
        let chance: Vec<f64> = (0..count).map(|r| 1.0 + normal((r as f64 + 0.5) / f64::from(count))).collect();
        let met = |x: &Vec<f64>| chance.iter().map(|c| x[0] + c * x[1]).collect();
        let runs: Vec<Vec<f64>> = rows.iter().map(met).collect();
        let found = indices(&runs, 2, true, 200, Key(1)).unwrap();
        let s2 = chance.iter().map(|c| (c - 1.0) * (c - 1.0)).sum::<f64>() / 5.0;
        near(&[found.noise_of_mean.unwrap()], &[s2 / 12.0 / 6.0 / (2.0 / 12.0)], 0.005);
        let of_inputs = (2.0 - s2 / 6.0) / 12.0;
        near(&[found.noise.unwrap()], &[s2 / 3.0 / (s2 / 3.0 + of_inputs)], 0.01);
        assert!(found.noise.unwrap().high - found.noise.unwrap().low > 0.05);
    }

    #[test]
    fn no_variance_no_indices() {
        let rows = saltelli(16, 2, 1).unwrap();
        assert!(indices(&run(&rows, |_| 0.1), 2, false, 10, Key(1)).is_none());
        assert!(indices(&vec![vec![0.1, 0.3]; 64], 2, false, 10, Key(1)).is_none());
        assert!(indices(&run(&rows, |_| f64::NAN), 2, false, 10, Key(1)).is_none());
        assert!(indices(&run(&rows, |x| x[0])[1..], 2, false, 10, Key(1)).is_none());
        assert!(indices(&[], 2, false, 10, Key(1)).is_none());
        assert!(indices(&run(&rows, |x| x[0]), 0, false, 10, Key(1)).is_none());
        // Only A and B are constant.
        let mut runs = run(&rows, |_| 1.0);
        runs[1][0] = 2.0;
        assert!(indices(&runs, 2, false, 10, Key(1)).is_none());
    }

    #[test]
    fn pure_chance_gives_numbers() {
        let runs = noisy(&random(20 * 4, 2, Key(1)), 2, |_| 0.0, |_| 1.0);
        for shared in [false, true] {
            let found = indices(&runs, 2, shared, 300, Key(1)).unwrap();
            let all = found.first.iter().chain(&found.total).chain(&found.noise).chain(&found.noise_of_mean);
            let more = found.first_corrected.iter().chain(&found.total_corrected).flatten();
            assert!(all.chain(more).all(|e| e.value.is_finite() && e.low.is_finite() && e.high.is_finite()));
        }
    }

    #[test]
    fn the_key_decides_the_interval() {
        let runs = run(&saltelli(64, 3, 1).unwrap(), ishigami);
        assert_eq!(indices(&runs, 3, false, 50, Key(1)), indices(&runs, 3, false, 50, Key(1)));
        assert_ne!(indices(&runs, 3, false, 50, Key(1)), indices(&runs, 3, false, 50, Key(2)));
    }
}
