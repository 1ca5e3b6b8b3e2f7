//! Names of lines and bands beside them: at their ends, or where lines that end together are apart.

use super::place::{Block, Room, around};
use super::series::Grid;
use super::time::{Panel, TimeFigure};
use super::{INK2, Layout, RULE2, known};
use crate::report::draw::canvas::{Anchor, Canvas, Rect};
use crate::report::draw::{font, label};

/// Widest name beside the end of its line.
const WIDEST: f64 = 158.0;
/// A name moved farther than this from the end of its line had better stand elsewhere.
const FAR: f64 = 14.0;
/// How far a line is from all others where its name may stand in the plot.
const APART: f64 = 22.0;

/// A name and the last value that it belongs to.
pub struct Name {
    pub index: usize,
    pub value: f64,
    pub block: Block,
    /// Which line of the panel it names; `None` for a band.
    pub line: Option<usize>,
}

/// Names of a panel's lines and, for the `first` panel, of its bands.
pub fn of(fig: &TimeFigure, panel: &Panel, first: bool, layout: Layout) -> Vec<Name> {
    let size = layout.small();
    let block = |text: &str, bold, ink| {
        let lines = font::wrap(text, size, bold, WIDEST).into_iter().map(|l| (l, bold)).collect();
        Block { lines, size, ink }
    };
    let last = |values: &[f64]| values.iter().rposition(|v| known(*v).is_some());
    let mut out: Vec<Name> = Vec::new();
    for (n, line) in panel.lines.iter().enumerate().filter(|(_, l)| !l.name.is_empty()) {
        if let Some(index) = last(&line.p50) {
            let block = block(&line.name, true, line.role.text());
            out.push(Name { index, value: line.p50[index], block, line: Some(n) });
        }
    }
    let Some(line) = panel.lines.first().filter(|_| first) else { return out };
    let Some(index) = last(&line.p50) else { return out };
    let end = |pair: &Option<(Vec<f64>, Vec<f64>)>| -> Option<(f64, f64)> {
        let (low, high) = pair.as_ref()?;
        Some((known(*low.get(index)?)?, known(*high.get(index)?)?))
    };
    let mut add = |value, text: &str| {
        if !text.is_empty() {
            out.push(Name { index, value, block: block(text, false, INK2), line: None });
        }
    };
    if let Some((_, high)) = end(&line.band) {
        let below = end(&line.half).map_or(line.p50[index], |half| half.1);
        add((high + below) / 2.0, &fig.band_label);
    }
    if let Some((low, _)) = end(&line.half) {
        add((low + line.p50[index]) / 2.0, &fig.half_label);
    }
    out
}

/// Writes the names: beside the ends of their lines, or, where these are too close, in the plot.
pub fn draw(names: &[Name], lines: &[&[f64]], grid: &impl Grid, room: &mut Room, width: f64) -> Canvas {
    let mut canvas = Canvas::default();
    let mut left: Vec<&Name> = names.iter().collect();
    left.sort_by(|a, b| grid.y(a.value).total_cmp(&grid.y(b.value)));
    let (low, high) = (room.inside.y0 - 8.0, room.inside.y1 + 8.0);
    let centres = |names: &[&Name]| {
        let wishes: Vec<_> = names.iter().map(|n| (grid.y(n.value), n.block.extent().1 + 2.0)).collect();
        label::spread(&wishes, low, high)
    };
    let crowded = left.iter().zip(centres(&left)).any(|(n, y)| n.line.is_some() && (y - grid.y(n.value)).abs() > FAR);
    if crowded {
        // The first line, the one compared with, keeps its name at the end.
        left.retain(|n| !n.line.is_some_and(|line| line > 0 && in_plot(&mut canvas, n, line, lines, grid, room)));
    }
    let end = left.iter().map(|n| grid.x(n.index)).fold(room.inside.x0, f64::max);
    let widest = left.iter().map(|n| n.block.extent().0).fold(0.0, f64::max);
    // Beside the plot, or beside the last value of a run that was cut.
    let end = if room.inside.x1 - end <= grid.step() + 2.0 { room.inside.x1 } else { end };
    let x = (end + 11.0).min(width - widest);
    for (name, y) in left.iter().zip(centres(&left)) {
        let ((w, h), at) = (name.block.extent(), grid.y(name.value));
        if (y - at).abs() > h / 2.0 && name.line.is_some() {
            canvas.line((grid.x(name.index) + 2.0, at), (x - 2.0, y), RULE2, 1.0);
        }
        name.block.write(&mut canvas, &Rect::new(x, y - h / 2.0, x + w, y + h / 2.0), Anchor::Start);
    }
    canvas
}

/// Writes a name where its line is farthest from all others, if there is room; says whether it did.
fn in_plot(canvas: &mut Canvas, name: &Name, line: usize, lines: &[&[f64]], grid: &impl Grid, room: &mut Room) -> bool {
    let height = |values: &[f64], i: usize| values.get(i).copied().and_then(known).map(|v| grid.y(v));
    let apart = |i: usize| -> Option<(usize, f64)> {
        let own = height(lines[line], i)?;
        let others = lines.iter().enumerate().filter(|(n, _)| *n != line).filter_map(|(_, l)| height(l, i));
        Some((i, others.map(|y| (y - own).abs()).fold(f64::INFINITY, f64::min)))
    };
    let best = (0..lines[line].len()).filter_map(apart).max_by(|a, b| a.1.total_cmp(&b.1));
    let Some(((i, _), y)) = best.filter(|b| b.1 >= APART).and_then(|b| Some((b, height(lines[line], b.0)?))) else {
        return false;
    };
    let at = (grid.x(i), y);
    let places: Vec<_> = [8.0, 14.0, 60.0].into_iter().flat_map(|gap| around(at, name.block.extent(), gap)).collect();
    let Some((place, anchor, _)) = room.choose(&places).filter(|p| p.2 < 1.0) else { return false };
    name.block.tie(canvas, &place, at, name.block.ink);
    name.block.write(canvas, &place, anchor);
    room.taken.push(place);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Plain;
    impl Grid for Plain {
        fn x(&self, index: usize) -> f64 {
            index as f64 * 30.0
        }
        fn y(&self, value: f64) -> f64 {
            200.0 - value
        }
        fn step(&self) -> f64 {
            30.0
        }
    }

    #[test]
    fn names_stand_apart_and_inside() {
        let name = |text: &str, value, line| Name {
            index: 10,
            value,
            block: Block::line(text, true, 12.0, INK2),
            line: Some(line),
        };
        let flat = [10.0; 11];
        let mut peak = flat;
        peak[5] = 150.0;
        let drawn = |lines: &[&[f64]]| {
            let names: Vec<Name> = (0..lines.len()).map(|i| name(&format!("line {i}"), lines[i][10], i)).collect();
            let mut room = Room::new(Rect::new(0.0, 0.0, 315.0, 200.0));
            lines.iter().for_each(|l| {
                room.avoid(&l.iter().enumerate().map(|(i, v)| (Plain.x(i), Plain.y(*v))).collect::<Vec<_>>())
            });
            draw(&names, lines, &Plain, &mut room, 400.0)
                .texts()
                .map(|t| (t.text.clone(), t.bounds()))
                .collect::<Vec<_>>()
        };
        for lines in [vec![&flat[..], &peak[..], &flat[..]], vec![&flat[..]; 4]] {
            let texts = drawn(&lines);
            assert_eq!(texts.len(), lines.len());
            for (i, (_, a)) in texts.iter().enumerate() {
                assert!(a.x0 >= 0.0 && a.x1 <= 400.0 && a.y0 >= -10.0 && a.y1 <= 210.0, "{texts:?}");
                assert!(texts.iter().skip(i + 1).all(|(_, b)| !a.overlaps(b)), "{texts:?}");
            }
            let peaked = texts.iter().find(|(t, _)| t == "line 1").map(|(_, r)| r.x1 < 300.0);
            assert_eq!(peaked, Some(lines[1] == &peak[..] && lines.len() == 3));
        }
    }
}
