//! Rank correlations of inputs with an output, for any design whose points are independent of the
//! output.

use super::Estimate;

/// Smallest share of a column's variance, not explained by other columns, that is not rounding.
const ROUNDING: f64 = 1e-12;

/// Spearman's rank correlation of each input with the output; ties take the mean of their ranks.
/// Intervals by Fisher's transform with the variance of Bonett and Wright (2000): a bootstrap of ranks ties
/// points that were not, and draws correlations towards 0. `None` for an input if it or the output is
/// constant; for all if points do not fit the output or a value is not finite.
pub fn spearman(points: &[Vec<f64>], output: &[f64]) -> Vec<Option<Estimate>> {
    correlate(points, output, 0, |ranks, out| {
        let d = out.len();
        out.iter_mut().enumerate().for_each(|(i, out)| *out = ranks.correlation(i, d));
    })
}

/// Partial rank correlation of each input with the output (Iman and Conover 1979): the correlation of
/// what is left of the ranks of both after linear regression on the ranks of all other inputs.
/// Intervals and `None` as for `spearman`, with as many points fewer as there are other inputs; also `None`
/// if other inputs determine the input or the output.
pub fn prcc(points: &[Vec<f64>], output: &[f64]) -> Vec<Option<Estimate>> {
    let columns = points.first().map_or(0, Vec::len) + 1;
    let mut factor = vec![0.0; columns * columns];
    correlate(points, output, columns.saturating_sub(2), |ranks, out| {
        out.iter_mut().enumerate().for_each(|(i, out)| *out = ranks.partial(i, &mut factor));
    })
}

/// `given`: inputs held fixed.
fn correlate(
    points: &[Vec<f64>],
    output: &[f64],
    given: usize,
    mut of: impl FnMut(&Ranks, &mut [f64]),
) -> Vec<Option<Estimate>> {
    let d = points.first().map_or(0, Vec::len);
    let Some(mut ranks) = Ranks::new(points, output) else { return vec![None; d] };
    let mut values = vec![f64::NAN; d];
    ranks.count();
    of(&ranks, &mut values);
    values.into_iter().map(|value| value.is_finite().then(|| interval(value, points.len(), given))).collect()
}

/// The 90 % interval of a rank correlation of n points given some inputs.
fn interval(value: f64, n: usize, given: usize) -> Estimate {
    /// 95th percentile of the normal distribution.
    const Z: f64 = 1.644_853_626_951_472_2;
    let freedom = n as f64 - 3.0 - given as f64;
    if freedom <= 0.0 {
        return Estimate { value, low: -1.0, high: 1.0 };
    }
    // Of n ranks all in order no more is known than of those with two neighbours swapped.
    let nearest = 1.0 - 12.0 / (n as f64 * n as f64 * n as f64);
    let r = value.clamp(-nearest, nearest);
    let (z, half) = (libm::atanh(r), Z * ((1.0 + r * r / 2.0) / freedom).sqrt());
    Estimate { value, low: libm::tanh(z - half).min(value), high: libm::tanh(z + half).max(value) }
}

/// Ranks of all columns (inputs, then the output) and their covariances.
struct Ranks {
    columns: Vec<Column>,
    /// Of point, then column: rank less the mean rank.
    ranks: Vec<f64>,
    /// Sums of products of ranks, square, by column.
    products: Vec<f64>,
}

/// The points of one column in ascending order, and whether each equals the one before.
struct Column {
    order: Vec<usize>,
    tied: Vec<bool>,
}

impl Column {
    fn new(values: impl Iterator<Item = f64>) -> Column {
        let values: Vec<f64> = values.collect();
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
        let before = |i: usize| i > 0 && values[order[i]] == values[order[i - 1]];
        let tied = (0..order.len()).map(before).collect();
        Column { order, tied }
    }
}

impl Ranks {
    fn new(points: &[Vec<f64>], output: &[f64]) -> Option<Ranks> {
        let d = points.first()?.len();
        let sound = |p: &Vec<f64>| p.len() == d && p.iter().all(|x| x.is_finite());
        if points.len() != output.len() || !points.iter().all(sound) || !output.iter().all(|y| y.is_finite()) {
            return None;
        }
        let mut columns: Vec<Column> = (0..d).map(|i| Column::new(points.iter().map(|p| p[i]))).collect();
        columns.push(Column::new(output.iter().copied()));
        let width = columns.len();
        Some(Ranks { columns, ranks: vec![0.0; width * output.len()], products: vec![0.0; width * width] })
    }

    /// Ranks of the points, in one pass over each sorted column.
    fn count(&mut self) {
        let width = self.columns.len();
        for (c, column) in self.columns.iter().enumerate() {
            let (n, mut start) = (column.order.len(), 0);
            while start < n {
                let ties = column.tied[start + 1..].iter().take_while(|tied| **tied).count();
                let rank = start as f64 + (ties as f64 + 2.0) / 2.0 - (n as f64 + 1.0) / 2.0;
                column.order[start..=start + ties].iter().for_each(|i| self.ranks[i * width + c] = rank);
                start += ties + 1;
            }
        }
        self.multiply();
    }

    fn multiply(&mut self) {
        let width = self.columns.len();
        self.products.fill(0.0);
        for line in self.ranks.chunks_exact(width) {
            for (i, x) in line.iter().enumerate() {
                let sums = &mut self.products[i * width..i * width + i + 1];
                sums.iter_mut().zip(line).for_each(|(sum, y)| *sum += x * y);
            }
        }
    }

    /// Correlation of the ranks of two columns; NaN if one is constant.
    fn correlation(&self, i: usize, j: usize) -> f64 {
        let at = |i: usize, j: usize| self.products[i.max(j) * self.columns.len() + i.min(j)];
        let scale = at(i, i) * at(j, j);
        if scale > 0.0 { (at(i, j) / scale.sqrt()).clamp(-1.0, 1.0) } else { f64::NAN }
    }

    /// Correlation of input i and the output given the other inputs, from the Cholesky factor of the
    /// correlations of (other inputs, input i, output): its last two lines hold what is left. Columns that
    /// those before determine are left out. NaN if nothing is left of one of the two.
    fn partial(&self, input: usize, factor: &mut [f64]) -> f64 {
        let width = self.columns.len();
        let output = width - 1;
        // The input moves behind the others.
        let column = |k: usize| match k {
            k if k == output => output,
            k if k == output - 1 => input,
            k if k >= input => k + 1,
            k => k,
        };
        for i in 0..width {
            for j in 0..=i {
                let done = |k: usize| factor[i * width + k] * factor[j * width + k];
                let known: f64 = (0..j.min(output - 1)).map(done).sum();
                let own = if i == j { 1.0 } else { self.correlation(column(i), column(j)) };
                let left = own - known;
                let pivot = factor[j * width + j];
                factor[i * width + j] = match () {
                    () if !left.is_finite() => 0.0,
                    () if j >= output - 1 => left,
                    () if i == j => {
                        if left > ROUNDING {
                            left.sqrt()
                        } else {
                            0.0
                        }
                    }
                    () if pivot > 0.0 => left / pivot,
                    () => 0.0,
                };
            }
        }
        let of = |i: usize, j: usize| factor[i * width + j];
        let (x, y) = (of(output - 1, output - 1), of(output, output));
        let defined = self.correlation(input, output).is_finite() && x > ROUNDING && y > ROUNDING;
        if defined { (of(output, output - 1) / (x * y).sqrt()).clamp(-1.0, 1.0) } else { f64::NAN }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::draw::{Key, normal};
    use crate::experiment::designs::random;

    fn values(found: &[Option<Estimate>]) -> Vec<f64> {
        found.iter().map(|e| e.map_or(f64::NAN, |e| e.value)).collect()
    }

    #[test]
    fn monotone_functions() {
        let points = random(100, 2, Key(1));
        let rise: Vec<f64> = points.iter().map(|x| x[0].exp()).collect();
        let fall: Vec<f64> = points.iter().map(|x| -x[0].powi(3)).collect();
        let (up, down) = (spearman(&points, &rise), spearman(&points, &fall));
        let e = up[0].unwrap();
        assert!((e.value - 1.0).abs() < 1e-12 && e.low > 0.99 && e.low < 1.0 && e.high == e.value);
        assert!((down[0].unwrap().value + 1.0).abs() < 1e-12);
        let near = up[1].unwrap();
        assert!(near.low < 0.0 && 0.0 < near.high);
        assert!((prcc(&points, &rise)[0].unwrap().value - 1.0).abs() < 1e-12);
        // The first input alone determines the output: nothing is left for the second.
        assert_eq!(prcc(&points, &rise)[1], None);
        let one: Vec<Vec<f64>> = points.iter().map(|x| vec![x[0]]).collect();
        assert!((prcc(&one, &fall)[0].unwrap().value + 1.0).abs() < 1e-12);
    }

    /// Ranks 1, 2.5, 2.5, 4 and 1, 2, 3, 4: 4.5 / sqrt(4.5 x 5).
    #[test]
    fn ties_share_their_rank() {
        let points = [vec![0.0], vec![1.0], vec![1.0], vec![2.0]];
        let found = spearman(&points, &[10.0, 20.0, 30.0, 40.0]);
        assert!((found[0].unwrap().value - 4.5 / 22.5f64.sqrt()).abs() < 1e-15);
    }

    /// Three columns: (r_xy - r_xz r_yz) / sqrt((1 - r_xz^2) (1 - r_yz^2)) (Yule 1907).
    #[test]
    fn partial_of_two_inputs() {
        let points = random(80, 2, Key(4));
        let mixed: Vec<Vec<f64>> = points.iter().map(|x| vec![x[0], x[0] + 0.5 * x[1]]).collect();
        let output: Vec<f64> = points.iter().zip(random(80, 1, Key(5))).map(|(x, e)| x[1] + e[0]).collect();
        let r = values(&spearman(&mixed, &output));
        let second: Vec<f64> = mixed.iter().map(|x| x[1]).collect();
        let xz = values(&spearman(&mixed, &second))[0];
        let left = |y: f64| ((1.0 - xz * xz) * (1.0 - y * y)).sqrt();
        let found = values(&prcc(&mixed, &output));
        assert!((found[0] - (r[0] - r[1] * xz) / left(r[1])).abs() < 1e-12);
        assert!((found[1] - (r[1] - r[0] * xz) / left(r[0])).abs() < 1e-12);
    }

    /// An input without effect of its own, but correlated with one that has: PRCC near 0, Spearman not.
    #[test]
    fn prcc_sees_through_correlated_inputs() {
        let z = |i: u64, d: u64| normal(Key(6).child(i).child(d).uniform(0, 0));
        let n = 2_000;
        let points: Vec<Vec<f64>> = (0..n).map(|i| vec![z(i, 0), 0.8 * z(i, 0) + 0.6 * z(i, 1)]).collect();
        let output: Vec<f64> = points.iter().zip(0..n).map(|(x, i)| x[0] + z(i, 2)).collect();
        let (plain, partial) = (spearman(&points, &output), prcc(&points, &output));
        assert!(plain[1].unwrap().value > 0.45 && partial[1].unwrap().value.abs() < 0.1);
        let known = 0.5f64.sqrt() * 0.6 / (1.0f64 - 0.8 * 0.8 * 0.5).sqrt();
        let e = partial[0].unwrap();
        assert!((e.value - known).abs() < 0.05 && e.low < e.value && e.value < e.high, "{e:?} of {known}");
    }

    #[test]
    fn constant_columns_have_none() {
        let mut points = random(30, 3, Key(1));
        let output: Vec<f64> = points.iter().map(|x| x[0] + x[2]).collect();
        points.iter_mut().for_each(|x| x[1] = 0.25);
        for found in [spearman(&points, &output), prcc(&points, &output)] {
            assert!(found[0].is_some() && found[1].is_none() && found[2].is_some());
        }
        assert_eq!(spearman(&points, &[1.0; 30]), vec![None; 3]);
        assert_eq!(prcc(&points, &[1.0; 30]), vec![None; 3]);
        assert_eq!(prcc(&points, &output[1..]), vec![None; 3]);
        assert!(spearman(&[], &[]).is_empty());
        // Twice the same input: neither has anything left of its own.
        let twice: Vec<Vec<f64>> = points.iter().map(|x| vec![x[0], x[0], x[2]]).collect();
        let found = prcc(&twice, &output);
        assert!(found[0].is_none() && found[1].is_none() && found[2].is_some());
    }

    /// Of 90 % intervals of a correlation some nine in ten hold it: 400 samples, so that 0.84 and 0.95 lie four
    /// standard errors off.
    #[test]
    fn intervals_hold_what_they_say() {
        let z = |i: u64, d: u64| normal(Key(8).child(i).child(d).uniform(0, 0));
        let rho: f64 = 0.7;
        // Spearman's of a normal pair: 6 / pi asin(rho / 2).
        let known = 6.0 / std::f64::consts::PI * (rho / 2.0).asin();
        let held = (0..400u64).filter(|sample| {
            let pair = |i: u64| (z(sample * 1000 + i, 0), z(sample * 1000 + i, 1));
            let points: Vec<Vec<f64>> = (0..60).map(|i| vec![pair(i).0]).collect();
            let output: Vec<f64> = (0..60).map(|i| rho * pair(i).0 + (1.0 - rho * rho).sqrt() * pair(i).1).collect();
            let e = spearman(&points, &output)[0].unwrap();
            assert!(e.low < e.value && e.value < e.high);
            e.low < known && known < e.high
        });
        let share = held.count() as f64 / 400.0;
        assert!((0.84..0.95).contains(&share), "{share}");
    }
}
