//! Keyed random numbers: a draw depends on (seed, replicate, household, purpose, day), never on
//! the order in which things are computed, so that scenarios share their luck and threads cannot
//! change a result.
//!
//! A key is a random 64-bit start; a draw is the counter-based generator SplitMix64 (Steele, Lea
//! and Flood 2014) at a position made of purpose and day, finished with the `moremur` mixer
//! (Evensen 2019).

use std::convert::Infallible;

use rand::TryRng;
use serde::{Deserialize, Serialize};

const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// Bijective 64-bit mixer.
#[inline(always)]
pub fn mix(mut x: u64) -> u64 {
    x ^= x >> 27;
    x = x.wrapping_mul(0x3C79_AC49_2BA7_B653);
    x ^= x >> 33;
    x = x.wrapping_mul(0x1C69_B3F7_4AC4_AE35);
    x ^ (x >> 27)
}

/// The random identity of something that draws: a household, an inflow stream, a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Key(pub u64);

impl Key {
    /// The root of one replicate.
    pub fn root(seed: u64, replicate: u32) -> Key {
        Key(mix(mix(seed.wrapping_add(GAMMA)) ^ u64::from(replicate).wrapping_mul(GAMMA)))
    }

    /// A key of its own for the `id`-th thing under this one.
    #[inline]
    pub fn child(self, id: u64) -> Key {
        Key(mix(mix(self.0.wrapping_add(id.wrapping_mul(GAMMA))) ^ GAMMA))
    }

    /// 64 random bits for a purpose on a day.
    #[inline(always)]
    pub fn bits(self, purpose: u16, day: u16) -> u64 {
        let position = ((u64::from(purpose) << 16) | u64::from(day)).wrapping_add(1);
        mix(self.0.wrapping_add(position.wrapping_mul(GAMMA)))
    }

    /// A uniform number in [0, 1).
    #[inline]
    pub fn uniform(self, purpose: u16, day: u16) -> f64 {
        unit(self.bits(purpose, day))
    }

    /// Whether an event of probability `p` happens. Where that is certain nothing is drawn.
    #[inline]
    pub fn happens(self, p: f64, purpose: u16, day: u16) -> bool {
        p > 0.0 && (p >= 1.0 || self.uniform(purpose, day) < p)
    }

    /// A generator for library distributions, started at this key.
    pub fn stream(self, purpose: u16, day: u16) -> Stream {
        Stream(self.bits(purpose, day))
    }
}

/// 53 random bits as a number in [0, 1).
#[inline]
pub fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}

/// Index drawn by weights summing to `total`; the last positive weight takes rounding.
#[inline]
pub fn pick(weights: &[f64], total: f64, u: f64) -> usize {
    let mut left = u * total;
    let mut last = 0;
    for (i, &w) in weights.iter().enumerate() {
        if w > 0.0 {
            last = i;
            if left < w {
                return i;
            }
            left -= w;
        }
    }
    last
}

/// Days (at least 1) until an event of daily probability `p`, by inversion of the geometric
/// distribution. `u16::MAX` if it never comes.
#[inline]
pub fn geometric_days(p: f64, u: f64) -> u16 {
    if p >= 1.0 {
        return 1;
    }
    if p <= 0.0 {
        return u16::MAX;
    }
    let days = 1.0 + (libm::log1p(-u) / libm::log1p(-p)).floor();
    if days < f64::from(u16::MAX) { days as u16 } else { u16::MAX }
}

/// `geometric_days` for a probability of which the logarithm is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hazard {
    p: f64,
    /// -ln(1 - p), and one by it.
    rate: f64,
    mean: f64,
}

impl Hazard {
    pub fn new(p: f64) -> Self {
        let rate = -libm::log1p(-p);
        Hazard { p, rate, mean: 1.0 / rate }
    }

    /// Of any of several independent events.
    pub fn of_any(each: &[f64]) -> Self {
        let none: f64 = each.iter().map(|p| 1.0 - p).product();
        Hazard::new(1.0 - none)
    }

    /// Days, at least 1, up to `most`; more than `most` if it comes later than that.
    #[inline]
    pub fn days_within(&self, u: f64, most: u16) -> u16 {
        if self.p >= 1.0 {
            return 1;
        }
        // -ln(1 - u) >= u, so most late days need no logarithm; the margin is for rounding.
        if self.p <= 0.0 || u > self.rate * (f64::from(most) + 1.0) {
            return u16::MAX;
        }
        let bounds = bounds_of_log(u).map(|bounds| bounds.map(|log| (log * self.mean) as u32));
        let before = match bounds {
            Some([least, most]) if least == most => least,
            // Not negative, so that to cut is to round down.
            _ => (-libm::log1p(-u) / self.rate) as u32,
        };
        u16::try_from(before).map_or(u16::MAX, |before| before.saturating_add(1))
    }
}

/// Between which numbers -ln(1 - u) lies, for a small `u`: the sum u + u^2/2 + u^3/3 + ... cut short.
#[inline]
fn bounds_of_log(u: f64) -> Option<[f64; 2]> {
    if u > 0.25 {
        return None;
    }
    let fifth = u * u * u * u * u;
    let sum = u * (1.0 + u * (0.5 + u * (1.0 / 3.0 + u * 0.25)));
    // What is left out is less than u^5/5 / (1 - u). The margins are for rounding.
    Some([sum * (1.0 - 1e-14), (sum + fifth * 0.27) * (1.0 + 1e-14)])
}

/// Parts of [0, 1) that a `Geometric` tells apart, by the first eight bits of a number.
const PARTS: usize = 256;

/// `geometric_days` for a probability used again and again: most numbers are looked up.
#[derive(Debug, Clone)]
pub struct Geometric {
    p: f64,
    parts: [Part; PARTS],
}

/// What is known of the numbers that begin alike.
#[derive(Debug, Clone, Copy)]
struct Part {
    /// Days for the first of them, 0 if they differ by more than one.
    days: u16,
    /// The last number that gives these; those after it a day more.
    last: u64,
}

impl Part {
    fn new(p: f64, part: usize) -> Self {
        let days_of = |bits| geometric_days(p, unit(bits));
        // The days grow with the number.
        let (first, last) = ((part as u64) << 56, ((part as u64) << 56) | (u64::MAX >> 8));
        let days = days_of(first);
        let (mut same, mut more) = match days_of(last) - days {
            0 => return Part { days, last: u64::MAX },
            1 => (first, last),
            _ => return Part { days: 0, last: u64::MAX },
        };
        while more - same > 1 {
            let middle = same + (more - same) / 2;
            if days_of(middle) == days { same = middle } else { more = middle }
        }
        Part { days, last: same }
    }
}

impl Default for Geometric {
    fn default() -> Self {
        Geometric::new(1.0)
    }
}

impl Geometric {
    pub fn new(p: f64) -> Self {
        Geometric { p, parts: std::array::from_fn(|part| Part::new(p, part)) }
    }

    /// The day of the event for random bits, counted from a day before.
    #[inline]
    pub fn day_after(&self, today: u16, bits: u64) -> u16 {
        today.saturating_add(self.days(bits))
    }

    /// Days, at least 1, for random bits: `geometric_days(p, unit(bits))`.
    #[inline]
    pub fn days(&self, bits: u64) -> u16 {
        let part = &self.parts[(bits >> 56) as usize];
        if part.days == 0 {
            return self.late(bits);
        }
        part.days + u16::from(bits > part.last)
    }

    /// Where few numbers share a day.
    #[cold]
    #[inline(never)]
    fn late(&self, bits: u64) -> u16 {
        geometric_days(self.p, unit(bits))
    }
}

/// Whole days with a given mean (0 allowed), geometric on 0, 1, 2, ...
#[inline]
pub fn days_with_mean(mean: f64, u: f64) -> u16 {
    if mean <= 0.0 { 0 } else { geometric_days(1.0 / (1.0 + mean), u).saturating_sub(1) }
}

/// A count with a mean and variance mean + k mean^2 (negative binomial; Poisson at k = 0), by
/// inversion: more for a larger `u`.
pub fn negative_binomial(mean: f64, k: f64, u: f64) -> u32 {
    if mean <= 0.0 {
        return 0;
    }
    let spread = libm::sqrt(mean + k * mean * mean);
    // What lies further below has no weight a double could hold.
    let mut x = (mean - 9.0 * spread).floor().max(0.0);
    let at_start = if k > 0.0 {
        let r = 1.0 / k;
        libm::lgamma(x + r) - libm::lgamma(r) - libm::lgamma(x + 1.0) - r * libm::log1p(k * mean)
            + x * (libm::log(mean) - libm::log(r + mean))
    } else {
        x * libm::log(mean) - mean - libm::lgamma(x + 1.0)
    };
    let mut p = libm::exp(at_start);
    let mut below = p;
    while below <= u && x < mean + 40.0 * spread + 40.0 {
        p *= (1.0 + k * x) * mean / ((x + 1.0) * (1.0 + k * mean));
        x += 1.0;
        below += p;
    }
    x as u32
}

/// Standard normal by the inverse distribution function (Acklam 2003, relative error 1.2e-9).
pub fn normal(u: f64) -> f64 {
    const A: [f64; 6] = [
        -3.969683028665376e1,
        2.209460984245205e2,
        -2.759285104469687e2,
        1.38357751867269e2,
        -3.066479806614716e1,
        2.506628277459239,
    ];
    const B: [f64; 5] =
        [-5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1];
    const C: [f64; 6] = [
        -7.784894002430293e-3,
        -3.223964580411365e-1,
        -2.400758277161838,
        -2.549732539343734,
        4.374664141464968,
        2.938163982698783,
    ];
    const D: [f64; 4] = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416];
    let u = u.clamp(1e-15, 1.0 - 1e-15);
    let tail = |q: f64| {
        (((((C[0] * q + C[1]) * q + C[2]) * q + C[3]) * q + C[4]) * q + C[5])
            / ((((D[0] * q + D[1]) * q + D[2]) * q + D[3]) * q + 1.0)
    };
    if u < 0.02425 {
        tail(libm::sqrt(-2.0 * libm::log(u)))
    } else if u > 1.0 - 0.02425 {
        -tail(libm::sqrt(-2.0 * libm::log(1.0 - u)))
    } else {
        let q = u - 0.5;
        let r = q * q;
        (((((A[0] * r + A[1]) * r + A[2]) * r + A[3]) * r + A[4]) * r + A[5]) * q
            / (((((B[0] * r + B[1]) * r + B[2]) * r + B[3]) * r + B[4]) * r + 1.0)
    }
}

/// SplitMix64 positioned at a key, as a `rand` generator.
#[derive(Debug, Clone)]
pub struct Stream(u64);

impl TryRng for Stream {
    type Error = Infallible;

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0 = self.0.wrapping_add(GAMMA);
        Ok(mix(self.0))
    }

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.try_next_u64()? >> 32) as u32)
    }

    fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), Infallible> {
        for chunk in dst.chunks_mut(8) {
            let bytes = self.try_next_u64()?.to_le_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Means over many keys lie within 4.5 standard errors (error rate 7e-6 a check).
    #[test]
    fn draws_are_uniform_and_geometric() {
        let n = 200_000u64;
        let root = Key::root(1, 1);
        let (mut sum, mut days, mut z, mut z2) = (0.0, 0.0, 0.0, 0.0);
        for i in 0..n {
            let key = root.child(i);
            sum += key.uniform(1, 0);
            days += f64::from(geometric_days(1.0 / 3.0, key.uniform(2, 7)));
            let x = normal(key.uniform(3, 9));
            z += x;
            z2 += x * x;
        }
        let n = n as f64;
        assert!((sum / n - 0.5).abs() < 4.5 * (1.0f64 / 12.0 / n).sqrt());
        assert!((days / n - 3.0).abs() < 4.5 * (6.0f64 / n).sqrt());
        assert!((z / n).abs() < 4.5 / n.sqrt());
        assert!((z2 / n - 1.0).abs() < 4.5 * (2.0f64 / n).sqrt());
    }

    /// Days looked up are those of the formula: at random, and where one day gives way to the next.
    #[test]
    fn days_are_looked_up_right() {
        let root = Key::root(2, 1);
        for p in [1.0, 0.97, 1.0 / 3.0, 0.05, 0.002, 1e-9, 0.0] {
            let table = Geometric::new(p);
            let agrees = |bits: u64| assert_eq!(table.days(bits), geometric_days(p, unit(bits)), "{p} at {bits}");
            (0..20_000).for_each(|i| agrees(root.bits(1, i)));
            for (number, part) in (0u64..).zip(&table.parts) {
                let ends = [number << 56, (number << 56) | (u64::MAX >> 8)];
                ends.into_iter().for_each(agrees);
                // Numbers that differ in their last eleven bits alone are one.
                (0..200u64).for_each(|k| agrees(part.last.saturating_add(k << 11)));
                (0..200u64).for_each(|k| agrees(part.last.saturating_sub(k << 11)));
            }
        }
    }

    /// Days up to some day are those of the formula, and none is missed.
    #[test]
    fn days_within_a_time_are_those_of_the_formula() {
        let root = Key::root(6, 1);
        for p in [0.9, 0.3, 0.05, 0.002, 1e-7, 0.0] {
            let hazard = Hazard::new(p);
            let near = |day: u16| -libm::expm1(f64::from(day) * libm::log1p(-p));
            let close =
                (0..150).flat_map(|day| [-1e-15, 0.0, 1e-15].map(|by| (near(day) + by).clamp(0.0, 1.0 - 1e-15)));
            for u in (0..20_000).map(|i| root.uniform(1, i)).chain(close) {
                let (days, all) = (hazard.days_within(u, 120), geometric_days(p, u));
                assert!(days == all || days.min(all) > 120, "{p} at {u}: {days}, not {all}");
            }
        }
    }

    /// Mean and variance within 5 standard errors, probabilities against the formula.
    #[test]
    fn counts_have_the_mean_and_variance_asked_for() {
        let n = 100_000;
        let root = Key::root(3, 1);
        for (mean, k) in [(0.3, 0.0), (4.0, 0.5), (900.0, 0.05), (2000.0, 0.0), (2000.0, 0.001), (5.0, 3.0)] {
            let (mut sum, mut squares) = (0.0, 0.0);
            for i in 0..n {
                let x = f64::from(negative_binomial(mean, k, root.child(i).uniform(1, 0)));
                (sum, squares) = (sum + x, squares + (x - mean) * (x - mean));
            }
            let (n, variance) = (n as f64, mean + k * mean * mean);
            assert!((sum / n - mean).abs() < 5.0 * (variance / n).sqrt(), "mean {} of {mean}, {k}", sum / n);
            let (kurtosis, seen) = (3.0 + 6.0 * k + 1.0 / variance, squares / n);
            let error = variance * ((kurtosis - 1.0) / n).sqrt();
            assert!((seen - variance).abs() < 6.0 * error, "variance {seen} of {mean}, {k}: {variance}");
        }
        // P(0) = (1 + k mean)^(-1/k).
        let none = 3.0f64.powf(-2.0);
        assert_eq!((negative_binomial(4.0, 0.5, none - 1e-9), negative_binomial(4.0, 0.5, none + 1e-9)), (0, 1));
    }

    #[test]
    fn purposes_days_and_replicates_are_separate() {
        let a = Key::root(1, 1).child(5);
        let b = Key::root(1, 2).child(5);
        assert_ne!(a.bits(1, 1), a.bits(1, 2));
        assert_ne!(a.bits(1, 1), a.bits(2, 1));
        assert_ne!(a.bits(1, 1), b.bits(1, 1));
        assert_eq!(a.bits(1, 1), Key::root(1, 1).child(5).bits(1, 1));
    }
}
