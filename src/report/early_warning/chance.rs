//! What chance alone gives: intervals of shares, and how often a warning would do as well if it told nothing.

use statrs::distribution::{Beta, ContinuousCDF as _, DiscreteCDF as _, Hypergeometric};

use super::search::Counts;

/// A share with its 90 % interval (Clopper and Pearson's: it covers the true share at least that often).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// From 0 to 1; 0 if `n` is 0.
    pub share: f64,
    pub low: f64,
    pub high: f64,
    /// Replicates the share is of.
    pub n: u32,
}

impl Rate {
    /// `count` of `n`.
    pub fn of(count: u32, n: u32) -> Rate {
        let (k, rest) = (f64::from(count), f64::from(n.saturating_sub(count)));
        let quantile = |a, b, p| Beta::new(a, b).ok().map(|beta| beta.inverse_cdf(p));
        Rate {
            share: k / f64::from(n.max(1)),
            low: quantile(k, rest + 1.0, 0.05).unwrap_or(0.0),
            high: quantile(k + 1.0, rest, 0.95).unwrap_or(1.0),
            n,
        }
    }
}

/// How often at least as many warnings come true if as many fall on courses by chance (Fisher's exact test,
/// one-sided).
pub fn p_value(counts: &Counts) -> f64 {
    let [all, happened, warned] = [counts.replicates, counts.happened, counts.warned].map(u64::from);
    let by_chance = Hypergeometric::new(all, happened, warned);
    match (by_chance, counts.warned_and_happened.checked_sub(1)) {
        (Ok(by_chance), Some(fewer)) => by_chance.sf(fewer.into()),
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where none or all came, a bound is a root: 0.05^(1/20).
    #[test]
    fn intervals_of_none_and_all() {
        let none = Rate::of(0, 20);
        assert_eq!((none.share, none.low), (0.0, 0.0));
        assert!((none.high - (1.0 - 0.05f64.powf(0.05))).abs() < 1e-9, "{none:?}");
        let all = Rate::of(20, 20);
        assert_eq!((all.share, all.high), (1.0, 1.0));
        assert!((all.low - 0.05f64.powf(0.05)).abs() < 1e-9, "{all:?}");
        assert_eq!(Rate::of(0, 0), Rate { share: 0.0, low: 0.0, high: 1.0, n: 0 });
    }

    /// At each bound the binomial tail is 5 %.
    #[test]
    fn bounds_leave_five_percent_in_each_tail() {
        for (k, n) in [(16, 20), (1, 7), (250, 1000)] {
            let rate = Rate::of(k, n);
            let tail = |p: f64, counts: std::ops::RangeInclusive<u32>| -> f64 {
                let choose = |j: u32| (0..j).map(|i| f64::from(n - i).ln() - f64::from(i + 1).ln()).sum::<f64>();
                let log = |j: u32| choose(j) + f64::from(j) * p.ln() + f64::from(n - j) * (1.0 - p).ln();
                counts.map(|j| log(j).exp()).sum()
            };
            assert!((tail(rate.low, k..=n) - 0.05).abs() < 1e-7, "{rate:?}");
            assert!((tail(rate.high, 0..=k) - 0.05).abs() < 1e-7, "{rate:?}");
        }
    }

    /// Fisher's tea: 4 of 4 cups has 1 in 70, 3 of 4 or better 17 in 70.
    #[test]
    fn fishers_tea() {
        let tea = |right| {
            let counts = Counts { replicates: 8, happened: 4, warned: 4, warned_and_happened: right, already: 0 };
            p_value(&counts)
        };
        for (right, p) in [(4, 1.0 / 70.0), (3, 17.0 / 70.0), (2, 53.0 / 70.0), (0, 1.0)] {
            assert!((tea(right) - p).abs() < 1e-9, "{right}: {}", tea(right));
        }
        assert_eq!(p_value(&Counts::default()), 1.0);
    }
}
