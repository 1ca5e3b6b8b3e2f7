//! Colours (Okabe and Ito 2008, safe for colour-blind readers) and sizes in page units.

/// A colour with opacity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ink {
    pub rgb: (u8, u8, u8),
    /// 0 clear, 1 solid.
    pub alpha: f64,
}

impl Ink {
    /// A solid colour from 0xRRGGBB.
    pub const fn hex(code: u32) -> Ink {
        Ink { rgb: ((code >> 16) as u8, (code >> 8) as u8, code as u8), alpha: 1.0 }
    }

    /// The same colour at another opacity.
    pub const fn faded(self, alpha: f64) -> Ink {
        Ink { rgb: self.rgb, alpha }
    }

    /// The colour mixed with white; 0 keeps it, 1 is white.
    pub fn tint(self, share: f64) -> Ink {
        let mix = |c: u8| (c as f64 + (255.0 - c as f64) * share).round() as u8;
        Ink { rgb: (mix(self.rgb.0), mix(self.rgb.1), mix(self.rgb.2)), alpha: self.alpha }
    }

    /// The colour mixed with black, for text on white; 0 keeps it, 1 is black.
    pub fn shade(self, share: f64) -> Ink {
        let mix = |c: u8| (c as f64 * (1.0 - share)).round() as u8;
        Ink { rgb: (mix(self.rgb.0), mix(self.rgb.1), mix(self.rgb.2)), alpha: self.alpha }
    }
}

pub const BLUE: Ink = Ink::hex(0x0072B2);
pub const VERMILION: Ink = Ink::hex(0xD55E00);
pub const GREEN: Ink = Ink::hex(0x009E73);
pub const ORANGE: Ink = Ink::hex(0xE69F00);
pub const SKY: Ink = Ink::hex(0x56B4E9);
pub const PURPLE: Ink = Ink::hex(0xCC79A7);
/// For filled areas only: a yellow line on white cannot be seen.
pub const YELLOW: Ink = Ink::hex(0xF0E442);

pub const WHITE: Ink = Ink::hex(0xFFFFFF);
pub const TEXT: Ink = Ink::hex(0x1A1A1A);
pub const MUTED: Ink = Ink::hex(0x595959);
pub const RULE: Ink = Ink::hex(0x8C8C8C);
pub const GRID: Ink = Ink::hex(0xE2E2E2);
pub const SHADE: Ink = Ink::hex(0xD0D0D0);

/// Fills of stacked layers, neighbours well apart in lightness; repeated beyond their number.
pub fn layer(index: usize) -> Ink {
    let fills = [
        BLUE,
        ORANGE.tint(0.25),
        GREEN,
        PURPLE.tint(0.25),
        VERMILION,
        SKY.tint(0.25),
        Ink::hex(0x7A5C00),
        YELLOW.tint(0.2),
        Ink::hex(0x44457A),
        GREEN.tint(0.6),
    ];
    fills[index % fills.len()]
}

/// Page width; heights follow from the content.
pub const PAGE_WIDTH: f64 = 800.0;
pub const MARGIN: f64 = 22.0;
pub const TITLE: f64 = 20.0;
pub const SUBTITLE: f64 = 13.0;
/// Axis labels, legends and direct labels.
pub const BODY: f64 = 12.0;
/// Notes and sources.
pub const NOTE: f64 = 10.5;
