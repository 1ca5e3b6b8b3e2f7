//! Which inputs move an output, and how much of its variance is chance: variance-based indices and
//! elementary effects, with the interval of a bootstrap, and rank correlations.

pub mod morris;
pub mod ranks;
pub mod sobol;

use crate::engine::draw::Key;
use crate::record::quantile::quantile;

/// A number with its 90 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    pub value: f64,
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// Bootstrap percentile intervals (Efron 1979) of several statistics at once. `values` are those of
/// the sample; `again` writes those of one resample, all of whose chance comes from the key it is
/// given. A value that is not finite has no estimate; a resample's that is not finite is left out.
/// With no resamples left, `low` and `high` are the value itself.
fn intervals(
    values: &[f64],
    resamples: u32,
    key: Key,
    mut again: impl FnMut(Key, &mut [f64]),
) -> Vec<Option<Estimate>> {
    let mut one = vec![f64::NAN; values.len()];
    let mut drawn: Vec<Vec<f64>> = values.iter().map(|_| Vec::with_capacity(resamples as usize)).collect();
    for resample in 0..resamples {
        again(key.child(u64::from(resample)), &mut one);
        for (list, x) in drawn.iter_mut().zip(&one) {
            if x.is_finite() {
                list.push(*x);
            }
        }
    }
    values.iter().zip(&mut drawn).map(|(value, list)| interval(*value, list)).collect()
}

fn interval(value: f64, drawn: &mut [f64]) -> Option<Estimate> {
    if !value.is_finite() {
        return None;
    }
    drawn.sort_unstable_by(f64::total_cmp);
    let at = |p| quantile(drawn, p).unwrap_or(value);
    Some(Estimate { value, low: at(0.05), high: at(0.95) })
}

/// How often each of `counts.len()` things is drawn in as many draws with replacement.
fn draw_counts(key: Key, counts: &mut [f64]) {
    counts.fill(0.0);
    let n = counts.len();
    for draw in 0..n {
        let at = (key.child(draw as u64).uniform(0, 0) * n as f64) as usize;
        if let Some(count) = counts.get_mut(at) {
            *count += 1.0;
        }
    }
}

/// Number of replicates of every row; `None` if there are no rows, rows differ in it, it is 0 or a
/// value is not finite.
fn replicates(runs: &[Vec<f64>]) -> Option<usize> {
    let count = runs.first()?.len();
    let sound = |row: &Vec<f64>| row.len() == count && row.iter().all(|y| y.is_finite());
    (count > 0 && runs.iter().all(sound)).then_some(count)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The interval of a mean of n uniform numbers is about 2 x 1.645 standard errors wide.
    #[test]
    fn interval_of_a_mean() {
        let n = 2_000;
        let sample: Vec<f64> = (0..n).map(|i| Key(3).child(i).uniform(0, 0)).collect();
        let mut counts = vec![0.0; sample.len()];
        let of_resample = |key: Key, out: &mut [f64]| {
            draw_counts(key, &mut counts);
            out[0] = counts.iter().zip(&sample).map(|(c, x)| c * x).sum::<f64>() / n as f64;
            out[1] = f64::NAN;
        };
        let found = intervals(&[mean(&sample), f64::NAN], 2_000, Key(7), of_resample);
        let e = found[0].unwrap();
        let wide = 2.0 * 1.645 * (1.0 / 12.0 / n as f64).sqrt();
        assert!(e.low < e.value && e.value < e.high);
        assert!(((e.high - e.low) / wide - 1.0).abs() < 0.1, "{} of {wide}", e.high - e.low);
        assert_eq!(found[1], None);
    }

    #[test]
    fn no_resamples_leave_the_value() {
        let found = intervals(&[2.0], 0, Key(1), |_, _| {});
        assert_eq!(found[0], Some(Estimate { value: 2.0, low: 2.0, high: 2.0 }));
    }

    #[test]
    fn rows_must_be_alike() {
        assert_eq!(replicates(&[vec![1.0, 2.0], vec![3.0, 4.0]]), Some(2));
        assert_eq!(replicates(&[vec![1.0, 2.0], vec![3.0]]), None);
        assert_eq!(replicates(&[vec![f64::NAN]]), None);
        assert_eq!(replicates(&[vec![]]), None);
        assert_eq!(replicates(&[]), None);
    }
}
