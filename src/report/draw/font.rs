//! The bundled font: which characters it has and how wide they are.
//!
//! Only the tables needed to measure text are read: `head`, `hhea`, `hmtx` and a format-4 `cmap`.

use std::sync::OnceLock;

/// Family name of the bundled font.
pub const FAMILY: &str = "Noto Sans";
/// TrueType data of the two weights bundled.
pub const REGULAR: &[u8] = include_bytes!("../../../assets/fonts/NotoSans-Regular.ttf");
pub const BOLD: &[u8] = include_bytes!("../../../assets/fonts/NotoSans-Bold.ttf");

/// Characters that texts may bring along but the font lacks, and what is written instead.
const SPELLINGS: &[(char, &str)] = &[
    ('\u{2192}', "to"),
    ('\u{2190}', "from"),
    ('\u{2194}', "\u{2013}"),
    ('\u{2264}', "at most"),
    ('\u{2265}', "at least"),
    ('\u{2248}', "about"),
    ('\u{2011}', "-"),
    ('\n', " "),
    ('\t', " "),
];

/// Written for a character that neither the font nor `SPELLINGS` knows.
const UNKNOWN: char = '?';

/// A face's character map and advance widths.
#[derive(Debug, Default)]
struct Face {
    units_per_em: f64,
    /// (first, last, delta, glyph ids if not by delta)
    segments: Vec<(u16, u16, u16, Option<Vec<u16>>)>,
    advances: Vec<u16>,
}

fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(data.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(data: &[u8], at: usize) -> Option<usize> {
    Some(u32::from_be_bytes(data.get(at..at + 4)?.try_into().ok()?) as usize)
}

fn table(data: &[u8], tag: &[u8; 4]) -> Option<usize> {
    let count = u16_at(data, 4)? as usize;
    (0..count).map(|i| 12 + 16 * i).find(|&at| data.get(at..at + 4) == Some(tag)).and_then(|at| u32_at(data, at + 8))
}

/// Offset of the format-4 subtable of `cmap`.
fn unicode_map(data: &[u8]) -> Option<usize> {
    let cmap = table(data, b"cmap")?;
    let count = u16_at(data, cmap + 2)? as usize;
    (0..count).find_map(|i| {
        let at = cmap + u32_at(data, cmap + 8 + 8 * i)?;
        (u16_at(data, at)? == 4).then_some(at)
    })
}

impl Face {
    fn read(data: &[u8]) -> Option<Face> {
        let units_per_em = u16_at(data, table(data, b"head")? + 18)? as f64;
        let long_metrics = u16_at(data, table(data, b"hhea")? + 34)? as usize;
        let hmtx = table(data, b"hmtx")?;
        let advances = (0..long_metrics).map(|i| u16_at(data, hmtx + 4 * i)).collect::<Option<_>>()?;
        let map = unicode_map(data)?;
        let count = u16_at(data, map + 6)? as usize / 2;
        let (ends, starts) = (map + 14, map + 16 + 2 * count);
        let (deltas, offsets) = (starts + 2 * count, starts + 4 * count);
        let mut segments = Vec::with_capacity(count);
        for i in 0..count {
            let (first, last) = (u16_at(data, starts + 2 * i)?, u16_at(data, ends + 2 * i)?);
            let offset = u16_at(data, offsets + 2 * i)? as usize;
            let ids = match offset {
                0 => None,
                _ => (first..=last)
                    .map(|c| u16_at(data, offsets + 2 * i + offset + 2 * (c - first) as usize))
                    .collect::<Option<Vec<_>>>(),
            };
            segments.push((first, last, u16_at(data, deltas + 2 * i)?, ids));
        }
        Some(Face { units_per_em, segments, advances })
    }

    /// Glyph of a character; `None` where the font has none.
    fn glyph(&self, c: char) -> Option<u16> {
        let code = u16::try_from(c as u32).ok()?;
        let (first, _, delta, ids) = self.segments.iter().find(|(first, last, ..)| (*first..=*last).contains(&code))?;
        let glyph = match ids {
            None => code.wrapping_add(*delta),
            Some(ids) => match ids[(code - first) as usize] {
                0 => 0,
                id => id.wrapping_add(*delta),
            },
        };
        (glyph != 0 && code != 0xFFFF).then_some(glyph)
    }

    fn advance(&self, c: char) -> f64 {
        let glyph = self.glyph(c).unwrap_or(0) as usize;
        let units = self.advances.get(glyph).or(self.advances.last()).copied().unwrap_or(600);
        units as f64 / self.units_per_em.max(1.0)
    }
}

fn face(bold: bool) -> &'static Face {
    static FACES: OnceLock<[Face; 2]> = OnceLock::new();
    &FACES.get_or_init(|| [REGULAR, BOLD].map(|data| Face::read(data).unwrap_or_default()))[bold as usize]
}

/// Width of a text in page units at a font size in page units.
pub fn width(text: &str, size: f64, bold: bool) -> f64 {
    let face = face(bold);
    text.chars().map(|c| face.advance(c)).sum::<f64>() * size
}

/// Whether both weights have a glyph for the character.
pub fn has(c: char) -> bool {
    face(false).glyph(c).is_some() && face(true).glyph(c).is_some()
}

/// The text with every character the font lacks spelled otherwise.
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if has(c) {
            out.push(c);
        } else if let Some((_, spelling)) = SPELLINGS.iter().find(|(known, _)| *known == c) {
            out.push_str(spelling);
        } else {
            out.push(UNKNOWN);
        }
    }
    out
}

/// Breaks a text at spaces into lines no wider than `limit`; a longer word stays whole.
pub fn wrap(text: &str, size: f64, bold: bool, limit: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(&format!("{line} {word}"), size, bold) <= limit => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_string()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_weights_read_and_cover_spanish() {
        for c in "ABCxyz 0123456789,.;:()–—·“”%áéíóúüñÁÉÍÓÚÜÑ¿¡ãçœ×«»\u{2212}\u{a0}".chars()
        {
            assert!(has(c), "no glyph for {c:?}");
        }
        assert!(!has('≥') && !has('中'));
    }

    #[test]
    fn widths_follow_the_face() {
        assert!(width("iii", 10.0, false) < width("MMM", 10.0, false));
        assert!((width("0", 1000.0, false) - 572.0).abs() < 1.0, "{}", width("0", 1000.0, false));
        assert!(width("people", 10.0, true) > width("people", 10.0, false));
    }

    #[test]
    fn printable_spells_what_is_missing() {
        assert_eq!(printable("740 → 1,000 (≥ 5 −2)"), "740 to 1,000 (at least 5 −2)");
        assert_eq!(printable("中"), "?");
    }
}
