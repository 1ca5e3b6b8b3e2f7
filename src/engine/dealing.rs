//! Dealing a real-valued daily amount in whole units with carry-over.

use serde::{Deserialize, Serialize};

/// Hands out whole units so that the running total never strays a unit from the exact one.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Dealer {
    exact: f64,
    given: i64,
}

impl Dealer {
    /// Units for a day on which `amount` is due.
    pub fn deal(&mut self, amount: f64) -> u32 {
        self.exact += amount;
        // The tolerance keeps sums of fractions such as 0.1 from losing a unit to rounding.
        let units = (self.exact + 1e-6).floor() as i64 - self.given;
        self.given += units.max(0);
        units.max(0) as u32
    }
}

/// Splits `total` whole units by shares, carrying each part's remainder from call to call.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Splitter {
    due: Vec<f64>,
}

impl Splitter {
    /// Parts summing to `total`; parts with share 0 get nothing.
    pub fn split(&mut self, total: u32, shares: &[f64], parts: &mut Vec<u32>) {
        self.due.resize(shares.len(), 0.0);
        parts.clear();
        parts.resize(shares.len(), 0);
        let sum: f64 = shares.iter().sum();
        if sum <= 0.0 {
            return;
        }
        for (due, share) in self.due.iter_mut().zip(shares) {
            *due = if *share > 0.0 { *due + f64::from(total) * share / sum } else { 0.0 };
        }
        for _ in 0..total {
            let best = (0..shares.len())
                .filter(|&i| shares[i] > 0.0)
                .max_by(|&a, &b| self.due[a].total_cmp(&self.due[b]).then(b.cmp(&a)));
            let Some(best) = best else { return };
            let whole = (self.due[best].floor().max(1.0) as u32).min(total - parts.iter().sum::<u32>());
            parts[best] += whole;
            self.due[best] -= f64::from(whole);
            if parts.iter().sum::<u32>() == total {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dealing_keeps_the_running_total() {
        let mut dealer = Dealer::default();
        let total: u32 = (0..1000).map(|_| dealer.deal(0.7)).sum();
        assert_eq!(total, 700);
    }

    #[test]
    fn splitting_sums_to_the_total_and_to_the_shares() {
        let mut splitter = Splitter::default();
        let shares = [0.5, 0.3, 0.2, 0.0];
        let mut sums = [0u32; 4];
        let mut parts = Vec::new();
        for day in 0..1000 {
            let total = 7 + day % 3;
            splitter.split(total, &shares, &mut parts);
            assert_eq!(parts.iter().sum::<u32>(), total);
            sums.iter_mut().zip(&parts).for_each(|(s, p)| *s += p);
        }
        let all: u32 = sums.iter().sum();
        assert_eq!(sums[3], 0);
        for (sum, share) in sums.iter().zip(shares) {
            assert!((f64::from(*sum) - share * f64::from(all)).abs() <= 1.0);
        }
    }
}
