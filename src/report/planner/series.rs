//! Daily series over replicates: bands, days, paired differences.

use crate::record::digest::Spread;
use crate::record::quantile::{quantile, spread};

/// A series of days for each replicate.
pub type Replicates = [Vec<f32>];

/// Quantiles over replicates, day by day.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bands {
    pub p05: Vec<f64>,
    pub p25: Vec<f64>,
    pub p50: Vec<f64>,
    pub p75: Vec<f64>,
    pub p95: Vec<f64>,
}

/// The bands of a series.
pub fn bands(series: &Replicates) -> Bands {
    let days = series.first().map_or(0, Vec::len);
    let mut out = Bands::default();
    for day in 0..days {
        let mut values = on(series, day);
        values.sort_by(f64::total_cmp);
        let at = |p| quantile(&values, p).unwrap_or(f64::NAN);
        out.p05.push(at(0.05));
        out.p25.push(at(0.25));
        out.p50.push(at(0.5));
        out.p75.push(at(0.75));
        out.p95.push(at(0.95));
    }
    out
}

/// One value a replicate on a day.
pub fn on(series: &Replicates, day: usize) -> Vec<f64> {
    series.iter().map(|s| f64::from(s[day])).collect()
}

/// The spread on a day.
pub fn spread_on(series: &Replicates, day: usize) -> Spread {
    spread(&mut on(series, day)).unwrap_or_default()
}

/// One series less another, replicate by replicate; only those that both have.
pub fn less(one: &Replicates, other: &Replicates) -> Vec<Vec<f32>> {
    one.iter().zip(other).map(|(a, b)| a.iter().zip(b).map(|(a, b)| a - b).collect()).collect()
}

/// The sum of several series, replicate by replicate.
pub fn sum<'a>(series: impl IntoIterator<Item = &'a Vec<Vec<f32>>>) -> Vec<Vec<f32>> {
    let mut out: Vec<Vec<f32>> = Vec::new();
    for one in series {
        if out.is_empty() {
            out.clone_from(one);
            continue;
        }
        for (sum, add) in out.iter_mut().zip(one) {
            sum.iter_mut().zip(add).for_each(|(s, a)| *s += a);
        }
    }
    out
}

/// The mean of each replicate over some days.
pub fn mean_over(series: &Replicates, days: std::ops::Range<usize>) -> Vec<f64> {
    let count = days.len().max(1) as f64;
    series.iter().map(|s| s[days.clone()].iter().map(|v| f64::from(*v)).sum::<f64>() / count).collect()
}

/// The day on which a series of numbers is highest: the first of equals; `None` if all are zero.
pub fn peak(values: &[f64]) -> Option<usize> {
    let best = |best: Option<usize>, i: usize| match best {
        Some(b) if values[b] >= values[i] => Some(b),
        _ if values[i] > 0.0 => Some(i),
        other => other,
    };
    (0..values.len()).fold(None, best)
}

/// The day on which each replicate is highest.
pub fn peak_days(series: &Replicates) -> Vec<f64> {
    let of = |s: &Vec<f32>| peak(&s.iter().map(|v| f64::from(*v)).collect::<Vec<_>>());
    series.iter().filter_map(of).map(|day| day as f64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_are_quantiles_day_by_day() {
        let series = vec![vec![1.0, 10.0], vec![3.0, 10.0], vec![2.0, 40.0]];
        let b = bands(&series);
        assert_eq!((b.p50[0], b.p50[1]), (2.0, 10.0));
        assert!((b.p95[1] - 37.0).abs() < 1e-9 && b.p25[0] == 1.5);
        assert_eq!(bands(&[]), Bands::default());
    }

    #[test]
    fn peaks_are_the_first_of_equals_and_none_of_nothing() {
        assert_eq!(peak(&[0.0, 5.0, 5.0]), Some(1));
        assert_eq!(peak(&[0.0, 0.0]), None);
        assert_eq!(peak(&[]), None);
        assert_eq!(peak_days(&[vec![0.0, 2.0], vec![0.0, 0.0]]), [1.0]);
    }

    #[test]
    fn sums_and_differences_pair_replicates() {
        let (a, b) = (vec![vec![1.0, 2.0], vec![5.0, 5.0]], vec![vec![1.0, 1.0], vec![0.0, 9.0]]);
        assert_eq!(sum([&a, &b]), [[2.0, 3.0], [5.0, 14.0]]);
        assert_eq!(less(&a, &b), [[0.0, 1.0], [5.0, -4.0]]);
        assert_eq!(mean_over(&a, 1..2), [2.0, 5.0]);
    }
}
