//! Where a label finds room: beside its mark, off other labels and off the lines of the data.

use crate::report::draw::canvas::{Anchor, Canvas, Rect, Text};
use crate::report::draw::font;
use crate::report::draw::palette::Ink;

/// A text of one or more lines, each with its weight.
#[derive(Debug, Clone)]
pub struct Block {
    pub lines: Vec<(String, bool)>,
    pub size: f64,
    pub ink: Ink,
}

impl Block {
    /// One plain or bold line.
    pub fn line(text: &str, bold: bool, size: f64, ink: Ink) -> Block {
        Block { lines: vec![(text.to_string(), bold)], size, ink }
    }

    fn leading(&self) -> f64 {
        self.size * 1.32
    }

    /// Width and height of all lines.
    pub fn extent(&self) -> (f64, f64) {
        let width = self.lines.iter().map(|(t, bold)| font::width(t, self.size, *bold)).fold(0.0, f64::max);
        (width, self.leading() * self.lines.len() as f64)
    }

    /// A thin line from a box of this text to the point it belongs to, where they are apart.
    pub fn tie(&self, canvas: &mut Canvas, place: &Rect, point: (f64, f64), ink: Ink) {
        let near = (point.0.clamp(place.x0, place.x1), point.1.clamp(place.y0, place.y1));
        if (near.0 - point.0).hypot(near.1 - point.1) > 16.0 {
            canvas.line(point, near, ink, 1.0);
        }
    }

    /// Writes the lines into a box of their extent.
    pub fn write(&self, canvas: &mut Canvas, place: &Rect, anchor: Anchor) {
        let x = match anchor {
            Anchor::Start => place.x0,
            Anchor::Middle => (place.x0 + place.x1) / 2.0,
            Anchor::End => place.x1,
        };
        for (i, (text, bold)) in self.lines.iter().enumerate() {
            let y = place.y0 + self.leading() * (i as f64 + 0.5) + 0.36 * self.size;
            canvas.text(Text {
                x,
                y,
                text: text.clone(),
                size: self.size,
                bold: *bold,
                ink: self.ink,
                anchor,
                halo: true,
            });
        }
    }
}

/// A plot with what stands in it already.
#[derive(Debug, Clone)]
pub struct Room {
    pub inside: Rect,
    pub taken: Vec<Rect>,
    lines: Vec<(f64, f64)>,
}

impl Room {
    pub fn new(inside: Rect) -> Room {
        Room { inside, taken: Vec::new(), lines: Vec::new() }
    }

    /// Marks a line of the data as one to stay off.
    pub fn avoid(&mut self, points: &[(f64, f64)]) {
        self.lines.extend(points.first());
        for pair in points.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let steps = ((b.0 - a.0).hypot(b.1 - a.1) / 4.0).ceil().clamp(1.0, 500.0);
            for i in 1..=steps as usize {
                let t = i as f64 / steps;
                self.lines.push((a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t));
            }
        }
    }

    /// How badly a box stands here; zero where nothing is in its way.
    pub fn cost(&self, r: &Rect) -> f64 {
        let out = r.width() * r.height() - r.shared_area(&self.inside);
        let over: f64 = self.taken.iter().map(|t| t.shared_area(r)).sum();
        let near = r.grown(2.0);
        let hit = |(x, y): &&(f64, f64)| *x > near.x0 && *x < near.x1 && *y > near.y0 && *y < near.y1;
        out.max(0.0) * 20.0 + over * 10.0 + self.lines.iter().filter(hit).count() as f64
    }

    /// The best of the candidates, the first of equals.
    pub fn choose(&self, candidates: &[(Rect, Anchor)]) -> Option<(Rect, Anchor, f64)> {
        let costs = candidates.iter().map(|(r, anchor)| (*r, *anchor, self.cost(r)));
        costs.reduce(|best, next| if next.2 < best.2 - 0.5 { next } else { best })
    }
}

/// Places for a label of this extent around a point, `gap` off it: right, left, above, below, then the corners.
pub fn around((x, y): (f64, f64), (w, h): (f64, f64), gap: f64) -> Vec<(Rect, Anchor)> {
    let at = |x0: f64, y0: f64| Rect::new(x0, y0, x0 + w, y0 + h);
    vec![
        (at(x - w / 2.0, y - gap - h), Anchor::Middle),
        (at(x - w / 2.0, y + gap), Anchor::Middle),
        (at(x + gap, y - h / 2.0), Anchor::Start),
        (at(x - gap - w, y - h / 2.0), Anchor::End),
        (at(x - gap - w, y - gap - h), Anchor::End),
        (at(x + gap, y - gap - h), Anchor::Start),
        (at(x - gap - w, y + gap), Anchor::End),
        (at(x + gap, y + gap), Anchor::Start),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_goes_where_nothing_is_in_its_way() {
        let mut room = Room::new(Rect::new(0.0, 0.0, 100.0, 100.0));
        let wishes = around((50.0, 50.0), (20.0, 10.0), 5.0);
        assert_eq!(room.choose(&wishes).map(|c| c.0), Some(wishes[0].0));
        room.taken.push(wishes[0].0);
        assert_eq!(room.choose(&wishes).map(|c| c.0), Some(wishes[1].0));
        room.avoid(&[(0.0, 60.0), (100.0, 60.0)]);
        assert_eq!(room.choose(&wishes).map(|c| c.0), Some(wishes[2].0));
        assert!(room.choose(&[]).is_none());
    }
}
