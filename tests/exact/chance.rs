//! Checks of chance: how likely what was seen, or what is further off, would be if the model is right.
//!
//! Seeds are fixed, so a test says the same every time. `ERROR` is the share of seeds with which a right model would fail
//! a single check.

use statrs::distribution::{Binomial, ChiSquared, ContinuousCDF, DiscreteCDF};

/// Error rate of a single check.
pub const ERROR: f64 = 1e-5;

/// Expected in a class of a chi-squared test, at least; smaller ones are joined with the next.
const SMALLEST_CLASS: f64 = 8.0;

/// So many of `n` independent cases of probability `p`: exact binomial test, two-sided.
pub fn binomial(what: &str, hits: u64, n: u64, p: f64) {
    assert!(n >= 50, "{what}: {n} cases tell nothing");
    let of = Binomial::new(p, n).expect("a probability");
    let (at_most, at_least) = (of.cdf(hits), if hits == 0 { 1.0 } else { of.sf(hits - 1) });
    let chance = 2.0 * at_most.min(at_least);
    assert!(chance > ERROR, "{what}: {hits} of {n}, expected {:.1} (chance {chance:.1e})", p * n as f64);
}

/// Counts of independent cases by class, of known probabilities that sum to 1: chi-squared test.
pub fn classes(what: &str, seen: &[u64], probabilities: &[f64]) {
    assert_eq!(seen.len(), probabilities.len(), "{what}");
    let (n, sum) = (seen.iter().sum::<u64>() as f64, probabilities.iter().sum::<f64>());
    assert!((sum - 1.0).abs() < 1e-9, "{what}: probabilities sum to {sum}");
    let (mut joined, mut open) = (Vec::<(f64, f64)>::new(), (0.0, 0.0));
    for (seen, p) in seen.iter().zip(probabilities) {
        open = (open.0 + *seen as f64, open.1 + p * n);
        assert!(*p > 0.0 || *seen == 0, "{what}: {seen} of what cannot be");
        if open.1 >= SMALLEST_CLASS {
            joined.push(std::mem::take(&mut open));
        }
    }
    let last = joined.last_mut().unwrap_or_else(|| panic!("{what}: {n} cases tell nothing"));
    *last = (last.0 + open.0, last.1 + open.1);
    if joined.len() == 1 {
        assert!(probabilities.contains(&1.0), "{what}: {n} cases tell nothing");
        return;
    }
    let distance: f64 = joined.iter().map(|(seen, expected)| (seen - expected).powi(2) / expected).sum();
    let chance = ChiSquared::new((joined.len() - 1) as f64).expect("classes").sf(distance);
    assert!(chance > ERROR, "{what}: seen and expected {joined:.1?} (chance {chance:.1e})");
}

/// Days that come after geometric times: `first`, `first + 1`, ... with daily probability `p`; those not within `within`
/// are together in the last class.
pub fn geometric(what: &str, days: &[Option<u32>], p: f64, first: u32, within: u32) {
    let probabilities = (0..=within - first).map(|k| p * (1.0 - p).powi(k as i32)).collect::<Vec<f64>>();
    by_day(what, days, &probabilities, first);
}

/// Days of known probabilities, from `first` on; the rest is not within them.
pub fn by_day(what: &str, days: &[Option<u32>], probabilities: &[f64], first: u32) {
    let mut seen = vec![0; probabilities.len() + 1];
    for day in days {
        let class = day.map_or(probabilities.len(), |day| {
            assert!(day >= first, "{what}: after {day} days");
            ((day - first) as usize).min(probabilities.len())
        });
        seen[class] += 1;
    }
    let rest = (1.0 - probabilities.iter().sum::<f64>()).max(0.0);
    classes(what, &seen, &[probabilities, &[rest]].concat());
}

/// Two series of the same length do not go together: their correlation is normal about 0 with variance 1 / n.
pub fn unrelated(what: &str, a: &[f64], b: &[f64]) {
    let n = a.len() as f64;
    let mean = |x: &[f64]| x.iter().sum::<f64>() / n;
    let (ma, mb) = (mean(a), mean(b));
    let of = |x: &[f64], mx: f64, y: &[f64], my: f64| x.iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum::<f64>();
    let correlation = of(a, ma, b, mb) / (of(a, ma, a, ma) * of(b, mb, b, mb)).sqrt();
    // Two-sided 1e-5.
    assert!(correlation.abs() * n.sqrt() < 4.42, "{what}: correlation {correlation:.4} of {n} pairs");
}

/// Probability a day that is as much as one a week.
pub fn daily(per_week: f64) -> f64 {
    1.0 - (1.0 - per_week).powf(1.0 / 7.0)
}

/// Probabilities of whole days with a mean, geometric on 0, 1, 2, ..., of which those below 1 are 1.
pub fn days_at_least_one(mean: f64, within: u32) -> Vec<f64> {
    let p = 1.0 / (1.0 + mean);
    let of = |k: u32| p * (1.0 - p).powi(k as i32);
    std::iter::once(of(0) + of(1)).chain((2..=within).map(of)).collect()
}
