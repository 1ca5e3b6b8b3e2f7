//! Numbers and dates as readers see them, and ticks that fall on round numbers.

use jiff::civil::Date;

use super::words::Words;

/// A whole number with its thousands separated.
pub fn count(value: f64, words: &Words) -> String {
    let rounded = value.round();
    let digits = format!("{:.0}", rounded.abs());
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push_str(words.thousands);
        }
        out.push(c);
    }
    if rounded < 0.0 { format!("\u{2013}{out}") } else { out }
}

/// A count rounded to three figures: what a simulated mean deserves.
pub fn rounded(value: f64, words: &Words) -> String {
    if value.abs() < 1000.0 {
        return count(value, words);
    }
    let step = 10f64.powi(value.abs().log10().floor() as i32 - 2);
    count((value / step).round() * step, words)
}

/// `12 May 2023`.
pub fn date(d: Date, words: &Words) -> String {
    format!("{} {} {}", d.day(), month_short(d.month(), words), d.year())
}

/// `May`.
pub fn month_short(month: i8, words: &Words) -> &'static str {
    words.months[(month.clamp(1, 12) - 1) as usize]
}

/// Round numbers from 0 up to `top`, about `wanted` of them.
pub fn ticks(top: f64, wanted: usize) -> Vec<f64> {
    let top = if top.is_finite() && top > 0.0 { top } else { 1.0 };
    let step = step(top, wanted);
    let count = (top / step + 1e-9).floor() as usize;
    (0..=count).map(|i| i as f64 * step).collect()
}

/// A round step that divides `top` in about `wanted`.
pub fn step(top: f64, wanted: usize) -> f64 {
    let raw = top / wanted.max(1) as f64;
    let power = 10f64.powf(raw.log10().floor());
    let steps = [1.0, 2.0, 2.5, 5.0, 10.0].map(|m| m * power);
    // People and days come in whole numbers.
    let whole = |step: &f64| top < 1.0 || step.fract() == 0.0;
    let off = |step: &f64| ((top / step).floor() - wanted as f64).abs();
    steps.into_iter().filter(whole).min_by(|a, b| off(a).total_cmp(&off(b))).unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::words::ENGLISH;

    #[test]
    fn counts_are_grouped() {
        assert_eq!(count(0.2, &ENGLISH), "0");
        assert_eq!(count(999.6, &ENGLISH), "1,000");
        assert_eq!(count(1234567.0, &ENGLISH), "1,234,567");
        assert_eq!(count(-45000.0, &ENGLISH), "–45,000");
        assert_eq!(rounded(123456.0, &ENGLISH), "123,000");
        assert_eq!(rounded(987.4, &ENGLISH), "987");
    }

    #[test]
    fn ticks_are_round_and_within_the_axis() {
        assert_eq!(ticks(9.0, 4), [0.0, 2.0, 4.0, 6.0, 8.0]);
        assert_eq!(ticks(145_000.0, 5).last(), Some(&125_000.0));
        for top in [0.0, 0.4, 3.0, 77.0, 123_456.0, 406_000.0, f64::NAN] {
            let t = ticks(top, 5);
            assert!((2..=8).contains(&t.len()), "{top}: {t:?}");
            assert!(t.iter().all(|v| *v <= top.max(1.0)));
        }
    }
}
