//! Quantiles over replicates.

use super::digest::Spread;

/// Quantile of sorted numbers by linear interpolation between order statistics (type 7 of Hyndman
/// and Fan 1996); `None` if there are none.
pub fn quantile(sorted: &[f64], p: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let at = p.clamp(0.0, 1.0) * last as f64;
    let low = at.floor() as usize;
    let high = (low + 1).min(last);
    Some(sorted[low] + (at - low as f64) * (sorted[high] - sorted[low]))
}

/// Mean, 5th, 50th and 95th percentile; `None` if there are no numbers. Sorts them.
pub fn spread(values: &mut [f64]) -> Option<Spread> {
    if values.is_empty() {
        return None;
    }
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.sort_unstable_by(f64::total_cmp);
    let at = |p| quantile(values, p).unwrap_or(mean);
    Some(Spread { mean, p05: at(0.05), p50: at(0.5), p95: at(0.95) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_seven() {
        let sorted = [1.0, 2.0, 4.0, 8.0, 16.0];
        assert_eq!(quantile(&sorted, 0.0), Some(1.0));
        assert_eq!(quantile(&sorted, 0.5), Some(4.0));
        assert!((quantile(&sorted, 0.95).unwrap() - 14.4).abs() < 1e-12);
        assert_eq!(quantile(&sorted, 1.0), Some(16.0));
        assert_eq!(quantile(&[], 0.5), None);
    }

    #[test]
    fn one_number_has_no_spread() {
        assert_eq!(spread(&mut [3.0]), Some(Spread::exactly(3.0)));
        assert_eq!(spread(&mut []), None);
    }
}
