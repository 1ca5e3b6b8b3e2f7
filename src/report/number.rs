//! Numbers and dates as readers see them, and ticks that fall on round numbers.

use jiff::civil::Date;

use super::words::{Words, fill};

/// A whole number with its thousands separated.
pub fn count(value: f64, words: &Words) -> String {
    let rounded = value.round();
    let out = grouped(&format!("{:.0}", rounded.abs()), words);
    if rounded < 0.0 { format!("\u{2212}{out}") } else { out }
}

fn grouped(digits: &str, words: &Words) -> String {
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push_str(words.thousands);
        }
        out.push(c);
    }
    out
}

/// A count rounded to three figures: what a simulated mean deserves.
pub fn rounded(value: f64, words: &Words) -> String {
    if value.abs() < 1000.0 {
        return count(value, words);
    }
    let step = 10f64.powi(value.abs().log10().floor() as i32 - 2);
    count((value / step).round() * step, words)
}

/// A whole number with its sign: `+1,900`, `−700`, `0`.
pub fn signed(value: f64, words: &Words) -> String {
    let text = count(value, words);
    if value.round() > 0.0 { format!("+{text}") } else { text }
}

/// A number with the given decimals, its thousands separated.
pub fn fixed(value: f64, decimals: usize, words: &Words) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let nothing = text.chars().all(|c| matches!(c, '0' | '.'));
    let sign = if value < 0.0 && !nothing { "\u{2212}" } else { "" };
    format!("{sign}{}{rest}", grouped(whole, words))
}

/// A share from 0 to 1 in whole percent: `45%`.
pub fn percent(share: f64, words: &Words) -> String {
    fill(words.percent, &[("n", &count(100.0 * share, words))])
}

/// The same number of percent on an axis or in a cell.
pub fn percent_label(percent: &str, words: &Words) -> String {
    fill(words.percent_label, &[("n", percent)])
}

/// `1,600 to 2,200`, both in whole numbers.
pub fn range(low: f64, high: f64, words: &Words) -> String {
    fill(words.range, &[("low", &count(low, words)), ("high", &count(high, words))])
}

/// `12 May 2023`.
pub fn date(d: Date, words: &Words) -> String {
    format!("{} {} {}", d.day(), month_short(d.month(), words), d.year())
}

/// `21 May 2024`, with the month in full.
pub fn date_long(d: Date, words: &Words) -> String {
    let month = &words.months_long[index(d.month())];
    fill(words.date_long, &[("day", &d.day().to_string()), ("month", month), ("year", &d.year().to_string())])
}

/// `May`.
pub fn month_short(month: i8, words: &Words) -> &str {
    words.months[index(month)]
}

fn index(month: i8) -> usize {
    (month.clamp(1, 12) - 1) as usize
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
    use crate::report::language::Language::{English, Spanish};

    #[test]
    fn counts_are_grouped() {
        let words = Words::of(English);
        assert_eq!(count(0.2, words), "0");
        assert_eq!(count(999.6, words), "1,000");
        assert_eq!(count(1234567.0, words), "1,234,567");
        assert_eq!(count(-45000.0, words), "−45,000");
        assert_eq!(rounded(123456.0, words), "123,000");
        assert_eq!(rounded(987.4, words), "987");
    }

    #[test]
    fn numbers_and_dates_follow_the_language() {
        let day = Date::constant(2024, 5, 21);
        let both = |said: fn(Date, &Words) -> String| [English, Spanish].map(|l| said(day, Words::of(l)));
        assert_eq!(both(date), ["21 May 2024", "21 may 2024"]);
        assert_eq!(both(date_long), ["21 May 2024", "21 de mayo de 2024"]);
        assert_eq!(both(|_, w| range(1600.0, 2200.0, w)), ["1,600 to 2,200", "1,600 a 2,200"]);
        assert_eq!(both(|_, w| percent(0.4549, w)), ["45%", "45%"]);
        assert_eq!(both(|_, w| percent_label("25", w)), ["25 %", "25%"]);
        assert_eq!(both(|_, w| fixed(-1234.56, 1, w)), ["−1,234.6", "−1,234.6"]);
    }

    #[test]
    fn signs_stand_before_numbers_that_are_not_nothing() {
        let said = |x| signed(x, Words::of(English));
        assert_eq!([1900.0, -700.0, 0.0, 0.3, -0.3].map(said), ["+1,900", "−700", "0", "0", "0"]);
        assert_eq!(fixed(-0.001, 2, Words::of(English)), "0.00");
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
