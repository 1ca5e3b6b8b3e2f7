//! Round values for an axis of values, and how they are written.

use super::known;
use crate::report::number;
use crate::report::words::Words;

/// Rising round values, the first at or below `low`, the last at or above `high`, at most `most` of them (three at
/// least); an axis without extent goes one step beyond zero.
pub fn ticks(low: f64, high: f64, most: usize) -> Vec<f64> {
    let low = known(low).unwrap_or(0.0);
    let high = known(high).filter(|h| *h > low).unwrap_or(low + 1.0);
    let most = most.max(3) as f64;
    let first = ((high - low) / most).log10().floor() as i32;
    for power in (first..first + 4).map(|p| 10f64.powi(p)) {
        // Halves and quarters of one person or day are no round values.
        for step in [1.0, 2.0, 2.5, 5.0].into_iter().filter(|m| *m != 2.5 || power >= 10.0).map(|m| m * power) {
            let (from, to) = ((low / step + 1e-9).floor(), (high / step - 1e-9).ceil());
            if to - from < most {
                return (0..=(to - from) as usize).map(|i| (from + i as f64) * step).collect();
            }
        }
    }
    vec![low, high]
}

/// A value of an axis with these ticks; `signed` marks what is above zero with a plus.
pub fn label(value: f64, ticks: &[f64], signed: bool, words: &Words) -> String {
    let step = ticks.get(1).zip(ticks.first()).map_or(1.0, |(b, a)| b - a);
    let text = if step >= 1.0 || step <= 0.0 {
        number::count(value, words)
    } else {
        let decimals = (-(step + 1e-12).log10().floor()).clamp(1.0, 6.0) as usize;
        let minus = if value < -step / 2.0 { "\u{2212}" } else { "" };
        format!("{minus}{:.*}", decimals, value.abs())
    };
    if signed && value > 0.0 { format!("+{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::language::Language;
    use crate::report::words::Words;

    #[test]
    fn ticks_are_round_and_hold_the_values() {
        assert_eq!(ticks(0.0, 109_000.0, 7), [0.0, 20e3, 40e3, 60e3, 80e3, 100e3, 120e3]);
        assert_eq!(ticks(0.0, 109_000.0, 6), [0.0, 25e3, 50e3, 75e3, 100e3, 125e3]);
        assert_eq!(ticks(-1400.0, 2200.0, 6), [-2000.0, -1000.0, 0.0, 1000.0, 2000.0, 3000.0]);
        assert_eq!(ticks(0.0, 9.0, 5), [0.0, 5.0, 10.0]);
        assert_eq!(ticks(0.0, 0.0, 6).first(), Some(&0.0));
        for (low, high) in [(0.0, 1e-4), (0.0, 3.0), (-7.0, 0.0), (0.0, 1e15), (f64::NAN, f64::NAN), (-3e9, 40.0)] {
            for most in [3, 4, 6] {
                let t = ticks(low, high, most);
                assert!((2..=most).contains(&t.len()), "{low} {high} {most}: {t:?}");
                assert!(t.windows(2).all(|w| w[0] < w[1]), "{t:?}");
                let held = low.is_nan() || (low >= t[0] - 1e-9 && high <= t[t.len() - 1] + 1e-9);
                assert!(held, "{low} {high}: {t:?}");
            }
        }
    }

    #[test]
    fn labels_carry_sign_and_decimals_where_needed() {
        let t = [-1000.0, 0.0, 1000.0];
        assert_eq!(t.map(|v| label(v, &t, true, Words::of(Language::English))), ["\u{2212}1,000", "0", "+1,000"]);
        let t = ticks(0.0, 0.5, 6);
        assert_eq!(label(t[1], &t, false, Words::of(Language::English)), "0.1");
    }
}
