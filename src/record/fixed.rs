//! Numbers with a fixed number of decimals, exactly as the standard library writes them.
//!
//! A finite double is `m * 2^e` with whole `m` and `e`, so rounding it to decimals is a question of
//! whole numbers: no digit is guessed, and ties go to the even digit as they do there.

use std::io::Write as _;

/// Decimals that are done here: `10^19` is the last power of ten below `2^64`.
const MOST_DECIMALS: u8 = 19;
const POWERS: [u64; MOST_DECIMALS as usize + 1] = {
    let mut powers = [1; MOST_DECIMALS as usize + 1];
    let mut i = 1;
    while i < powers.len() {
        powers[i] = powers[i - 1] * 10;
        i += 1;
    }
    powers
};
/// Up to here every whole number is a double.
const EXACT: u64 = 1 << 53;

/// The multiple of `10^-decimals` next to `|x|`, as a whole number of them; `None` where it has more
/// than the 53 bits that a double holds, or `x` is not finite.
fn multiples(x: f64, decimals: u8) -> Option<u64> {
    if decimals > MOST_DECIMALS || !x.is_finite() {
        return None;
    }
    let x = x.abs();
    let power = POWERS[decimals as usize];
    if x < EXACT as f64 && x.trunc() == x {
        return (x as u64).checked_mul(power).filter(|n| *n <= EXACT);
    }
    let bits = x.to_bits();
    let exponent = (bits >> 52) as i32;
    let fraction = bits & ((1 << 52) - 1);
    let (whole, exponent) = if exponent == 0 { (fraction, 1) } else { (fraction | (1 << 52), exponent) };
    // x = whole / 2^shift; not positive only for whole numbers from 2^53 on.
    let shift = u32::try_from(1075 - exponent).ok().filter(|shift| *shift > 0)?;
    if shift >= u128::BITS {
        // Below 2^117 / 2^128: nearer to nothing than to one.
        return Some(0);
    }
    let scaled = u128::from(whole) * u128::from(power);
    let (low, rest, half) = (scaled >> shift, scaled & ((1 << shift) - 1), 1 << (shift - 1));
    let up = rest > half || (rest == half && low & 1 == 1);
    u64::try_from(low + u128::from(up)).ok().filter(|n| *n <= EXACT)
}

/// Appends `x`, which is finite, with at most `decimals` decimals: no trailing zeros, no sign before 0.
pub fn push(out: &mut Vec<u8>, x: f64, decimals: u8) {
    let Some(multiples) = multiples(x, decimals) else { return push_long(out, x, decimals) };
    if x < 0.0 && multiples > 0 {
        out.push(b'-');
    }
    let power = POWERS[decimals as usize];
    out.extend_from_slice(itoa::Buffer::new().format(multiples / power).as_bytes());
    let mut rest = multiples % power;
    if rest == 0 {
        return;
    }
    let mut width = decimals as usize;
    while rest.is_multiple_of(10) {
        rest /= 10;
        width -= 1;
    }
    out.push(b'.');
    let start = out.len();
    out.resize(start + width, b'0');
    for digit in out[start..].iter_mut().rev() {
        *digit += (rest % 10) as u8;
        rest /= 10;
    }
}

/// The same for numbers of any length.
fn push_long(out: &mut Vec<u8>, x: f64, decimals: u8) {
    let start = out.len();
    // Writing to memory cannot fail.
    let _ = write!(out, "{x:.*}", decimals as usize);
    if decimals > 0 {
        while out.last() == Some(&b'0') {
            out.pop();
        }
        if out.last() == Some(&b'.') {
            out.pop();
        }
    }
    if &out[start..] == b"-0" {
        out.remove(start);
    }
}

/// The double nearest to `x` written with so many decimals; never a negative zero.
pub fn rounded(x: f64, decimals: u8) -> f64 {
    match multiples(x, decimals) {
        // Both are exact up to 10^22, so that one division is rounded once, as reading the text is.
        Some(multiples) => (multiples as f64 / POWERS[decimals as usize] as f64).copysign(x) + 0.0,
        None => format!("{x:.*}", decimals as usize).parse().unwrap_or(x) + 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(x: f64, decimals: u8) -> String {
        let mut out = b"a,".to_vec();
        push(&mut out, x, decimals);
        String::from_utf8(out).unwrap()[2..].to_string()
    }

    /// As the standard library has it.
    fn expected(x: f64, decimals: u8) -> String {
        let mut out = Vec::new();
        push_long(&mut out, x, decimals);
        String::from_utf8(out).unwrap()
    }

    fn check(x: f64, decimals: u8) {
        assert_eq!(text(x, decimals), expected(x, decimals), "{x:e} with {decimals}");
        let read: f64 = expected(x, decimals).parse().unwrap();
        assert_eq!(rounded(x, decimals).to_bits(), (read + 0.0).to_bits(), "{x:e} with {decimals}");
    }

    #[test]
    fn no_trailing_zeros_and_no_negative_zero() {
        for (x, decimals, written) in [
            (12.5, 2, "12.5"),
            (1200.0, 4, "1200"),
            (1200.0, 0, "1200"),
            (-0.00001, 2, "0"),
            (-0.0, 3, "0"),
            (0.99125, 4, "0.9912"),
            (0.5, 0, "0"),
            (1.5, 0, "2"),
            (2.5, 0, "2"),
            (-0.125, 2, "-0.12"),
            (0.05, 4, "0.05"),
            (999.99999, 4, "1000"),
        ] {
            assert_eq!(text(x, decimals), written);
        }
    }

    #[test]
    fn halves_of_every_kind_and_their_neighbours() {
        for decimals in 0..=8 {
            for n in 0..2_000u32 {
                for halves in [1.0, 2.0, 4.0, 8.0, 16.0, 64.0, 1024.0] {
                    let x = f64::from(n) / halves;
                    check(x, decimals);
                    check(-x, decimals);
                }
                let x = (f64::from(n) + 0.5) / POWERS[decimals as usize] as f64;
                for x in [x, x.next_up(), x.next_down(), -x] {
                    check(x, decimals);
                }
            }
        }
    }

    #[test]
    fn the_ends_of_the_range() {
        let ends = [f64::MAX, f64::MIN_POSITIVE, 5e-324, 1e15, 1e16, 1e17, 1e19, 1e22, EXACT as f64, 0.1, 1e-30];
        for decimals in 0..=25 {
            for x in ends {
                [x, -x, x.next_up(), x.next_down(), x / 3.0].into_iter().filter(|x| x.is_finite()).for_each(|x| {
                    check(x, decimals);
                });
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn any_bits(bits: u64, decimals in 0u8..=20) {
            let x = f64::from_bits(bits);
            prop_assume!(x.is_finite());
            check(x, decimals);
        }

        #[test]
        fn common_sizes(mantissa: u64, size in -12i32..18, decimals in 0u8..=9) {
            check(mantissa as f64 / 1.8e19 * 10f64.powi(size), decimals);
        }
    }
}
