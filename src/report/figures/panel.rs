//! What the place of a panel follows from: the values of its axis and the lines of its heading.

use super::time::Panel;
use super::{Layout, extent, scale};
use crate::report::draw::font;

/// Round values that hold all that the panel shows, and zero.
pub fn ticks(panel: &Panel, layout: Layout) -> Vec<f64> {
    let lines = panel.lines.iter().flat_map(|l| {
        let bands = [&l.band, &l.half].into_iter().flatten().flat_map(|(low, high)| low.iter().chain(high));
        l.p50.iter().chain(bands).copied()
    });
    let observed = panel.observed.iter().map(|o| o.value);
    let callouts = panel.callouts.iter().map(|c| c.value);
    let (low, high) = extent(lines.chain(observed).chain(callouts)).unwrap_or((0.0, 0.0));
    let (low, high) = (low.min(0.0), high.max(0.0));
    let (low, high) = if low == high && panel.signed { (-1.0, 1.0) } else { (low, high) };
    let most = match layout {
        Layout::Wide if panel.height >= 190.0 => 7,
        Layout::Narrow if panel.height >= 190.0 => 6,
        _ => 5,
    };
    scale::ticks(low, high, most)
}

/// A line above a panel: of its title, of its note, or of both.
#[derive(Debug, Default, PartialEq)]
pub struct Heading {
    pub title: String,
    pub note: String,
}

/// Lines of the heading: measure in bold, the note beside it where there is room, else below.
pub fn heading(panel: &Panel, layout: Layout) -> Vec<Heading> {
    let (size, small, width) = (layout.text(), layout.small(), layout.width());
    let title = font::wrap(&panel.title, size, true, width).into_iter();
    let mut lines: Vec<Heading> = title.map(|title| Heading { title, ..Heading::default() }).collect();
    let beside = font::width(&panel.title, size, true) + 10.0 + font::width(&panel.note, small, false);
    match &mut lines[..] {
        [only] if beside <= width => only.note = panel.note.clone(),
        _ => {
            let notes = font::wrap(&panel.note, small, false, width).into_iter();
            lines.extend(notes.map(|note| Heading { note, ..Heading::default() }));
        }
    }
    lines
}
