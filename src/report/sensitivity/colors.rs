//! Colours of amounts and of correlations, and what can be read on them.

use super::Measure;
use crate::report::draw::palette::{BLUE, Ink, ORANGE, TEXT, WHITE};

/// Viridis (van der Walt and Smith 2015) from few to many.
const VIRIDIS: [u32; 10] =
    [0x440154, 0x482878, 0x3E4A89, 0x31688E, 0x26828E, 0x1F9E89, 0x35B779, 0x6DCD59, 0xB4DE2C, 0xFDE725];

/// The colour of a place on the scale: -1 to 1 for rank correlations, else 0 to 1.
pub(super) fn color(amount: f64, measure: Measure) -> Ink {
    if measure == Measure::Ranks {
        let pole = if amount < 0.0 { BLUE } else { ORANGE };
        return pole.tint(1.0 - amount.abs());
    }
    let place = amount.clamp(0.0, 1.0) * (VIRIDIS.len() - 1) as f64;
    let below = (place.floor() as usize).min(VIRIDIS.len() - 2);
    let (a, b) = (Ink::hex(VIRIDIS[below]).rgb, Ink::hex(VIRIDIS[below + 1]).rgb);
    let mix = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * (place - below as f64)).round() as u8;
    Ink { rgb: (mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2)), alpha: 1.0 }
}

/// Black or white, whichever stands out more from a colour.
pub(super) fn over(ink: Ink) -> Ink {
    let linear = |c: u8| (f64::from(c) / 255.0).powf(2.2);
    let light = 0.2126 * linear(ink.rgb.0) + 0.7152 * linear(ink.rgb.1) + 0.0722 * linear(ink.rgb.2);
    if light > 0.2 { TEXT } else { WHITE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_have_their_ends_and_middle() {
        assert_eq!(color(0.0, Measure::Sobol), Ink::hex(0x440154));
        assert_eq!(color(1.0, Measure::Morris), Ink::hex(0xFDE725));
        assert_eq!([-1.0, 0.0, 1.0].map(|x| color(x, Measure::Ranks)), [BLUE, WHITE, ORANGE]);
        assert_eq!((over(Ink::hex(0x440154)), over(Ink::hex(0xFDE725))), (WHITE, TEXT));
    }
}
