//! A page as a list of shapes, in page units with y downwards.
//!
//! Charts only add shapes; `render` replays them. Tests read the list: what texts there are,
//! where they stand, whether they overlap.

use super::font;
use super::palette::{Ink, WHITE};

/// Where a text's given point lies along it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// An axis-parallel box.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rect {
    pub x0: f64,
    pub y0: f64,
    pub x1: f64,
    pub y1: f64,
}

impl Rect {
    pub const fn new(x0: f64, y0: f64, x1: f64, y1: f64) -> Rect {
        Rect { x0, y0, x1, y1 }
    }

    pub fn width(&self) -> f64 {
        self.x1 - self.x0
    }

    pub fn height(&self) -> f64 {
        self.y1 - self.y0
    }

    /// Whether the two share any area.
    pub fn overlaps(&self, other: &Rect) -> bool {
        self.x0 < other.x1 && other.x0 < self.x1 && self.y0 < other.y1 && other.y0 < self.y1
    }

    /// Whether `other` lies wholly inside.
    pub fn contains(&self, other: &Rect) -> bool {
        self.x0 <= other.x0 && self.y0 <= other.y0 && self.x1 >= other.x1 && self.y1 >= other.y1
    }

    /// Grown by a margin on every side.
    pub fn grown(&self, by: f64) -> Rect {
        Rect::new(self.x0 - by, self.y0 - by, self.x1 + by, self.y1 + by)
    }

    /// The area shared with `other`.
    pub fn shared_area(&self, other: &Rect) -> f64 {
        let w = self.x1.min(other.x1) - self.x0.max(other.x0);
        let h = self.y1.min(other.y1) - self.y0.max(other.y0);
        if w > 0.0 && h > 0.0 { w * h } else { 0.0 }
    }
}

/// A text: `x` by its anchor, `y` its baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    pub x: f64,
    pub y: f64,
    pub text: String,
    pub size: f64,
    pub bold: bool,
    pub ink: Ink,
    pub anchor: Anchor,
    /// A white outline below the letters.
    pub halo: bool,
}

impl Text {
    /// The box the letters fill: from the top of capitals to the bottom of descenders.
    pub fn bounds(&self) -> Rect {
        let w = font::width(&self.text, self.size, self.bold);
        let x0 = match self.anchor {
            Anchor::Start => self.x,
            Anchor::Middle => self.x - w / 2.0,
            Anchor::End => self.x - w,
        };
        Rect::new(x0, self.y - 0.74 * self.size, x0 + w, self.y + 0.22 * self.size)
    }
}

/// One shape.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    Path { points: Vec<(f64, f64)>, ink: Ink, width: f64 },
    Polygon { points: Vec<(f64, f64)>, ink: Ink },
    Circle { center: (f64, f64), radius: f64, fill: Option<Ink>, stroke: Option<(Ink, f64)> },
    Text(Text),
}

/// A page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Canvas {
    pub width: f64,
    pub height: f64,
    pub shapes: Vec<Shape>,
}

impl Canvas {
    /// A line through points; fewer than two draw nothing.
    pub fn path(&mut self, points: Vec<(f64, f64)>, ink: Ink, width: f64) {
        if points.len() > 1 {
            self.shapes.push(Shape::Path { points, ink, width });
        }
    }

    /// A straight line.
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), ink: Ink, width: f64) {
        self.path(vec![from, to], ink, width);
    }

    /// A line cut into dashes; `pattern` is (on, off) in page units.
    pub fn dashes(&mut self, points: &[(f64, f64)], pattern: (f64, f64), ink: Ink, width: f64) {
        let (mut on, mut left) = (true, pattern.0);
        let mut piece: Vec<(f64, f64)> = points.first().copied().into_iter().collect();
        for pair in points.windows(2) {
            let (mut a, b) = (pair[0], pair[1]);
            loop {
                let gap = (b.0 - a.0).hypot(b.1 - a.1);
                if gap <= left {
                    left -= gap;
                    piece.push(b);
                    break;
                }
                a = (a.0 + (b.0 - a.0) * left / gap, a.1 + (b.1 - a.1) * left / gap);
                piece.push(a);
                if on {
                    self.path(std::mem::take(&mut piece), ink, width);
                }
                on = !on;
                left = if on { pattern.0 } else { pattern.1 };
                piece = vec![a];
            }
        }
        if on {
            self.path(piece, ink, width);
        }
    }

    /// A filled polygon; fewer than three points draw nothing.
    pub fn polygon(&mut self, points: Vec<(f64, f64)>, ink: Ink) {
        if points.len() > 2 {
            self.shapes.push(Shape::Polygon { points, ink });
        }
    }

    /// A filled box.
    pub fn rect(&mut self, r: Rect, ink: Ink) {
        self.polygon(vec![(r.x0, r.y0), (r.x1, r.y0), (r.x1, r.y1), (r.x0, r.y1)], ink);
    }

    /// A filled circle.
    pub fn disc(&mut self, center: (f64, f64), radius: f64, fill: Ink, stroke: Option<(Ink, f64)>) {
        self.shapes.push(Shape::Circle { center, radius, fill: Some(fill), stroke });
    }

    /// A circle with a white inside: the mark of an observation.
    pub fn hollow_circle(&mut self, center: (f64, f64), radius: f64, ink: Ink) {
        self.shapes.push(Shape::Circle { center, radius, fill: Some(WHITE), stroke: Some((ink, 1.5)) });
    }

    /// A diamond with a white inside: the mark of a second group's observation.
    pub fn hollow_diamond(&mut self, (x, y): (f64, f64), radius: f64, ink: Ink) {
        let r = radius * 1.3;
        let corners = vec![(x, y - r), (x + r, y), (x, y + r), (x - r, y)];
        self.polygon(corners.clone(), WHITE);
        let mut outline = corners;
        outline.extend([(x, y - r), (x + r, y)]);
        self.path(outline, ink, 1.5);
    }

    /// A square with a white inside: the mark of a third group's observation.
    pub fn hollow_square(&mut self, (x, y): (f64, f64), radius: f64, ink: Ink) {
        let r = radius * 0.95;
        self.rect(Rect::new(x - r, y - r, x + r, y + r), WHITE);
        let (a, b, c, d) = ((x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r));
        self.path(vec![a, b, c, d, a, b], ink, 1.5);
    }

    /// A thin line with caps: the period of an observation.
    pub fn span(&mut self, from: (f64, f64), to: (f64, f64), ink: Ink) {
        self.line(from, to, ink, 1.1);
        for (x, y) in [from, to] {
            self.line((x, y - 3.5), (x, y + 3.5), ink, 1.1);
        }
    }

    /// Slanting lines across a box.
    pub fn hatch(&mut self, r: Rect, gap: f64, ink: Ink, width: f64) {
        if !(gap > 0.0 && r.width() > 0.0 && r.height() > 0.0) {
            return;
        }
        let mut start = r.x0 - r.height() + gap / 2.0;
        while start < r.x1 {
            let (from, to) = (start.max(r.x0), (start + r.height()).min(r.x1));
            self.line((from, r.y1 - (from - start)), (to, r.y1 - (to - start)), ink, width);
            start += gap;
        }
    }

    /// A text; characters the font lacks are spelled otherwise.
    pub fn text(&mut self, mut text: Text) {
        text.text = font::printable(&text.text);
        if !text.text.is_empty() {
            self.shapes.push(Shape::Text(text));
        }
    }

    /// A plain text.
    pub fn write(&mut self, x: f64, y: f64, text: &str, size: f64, ink: Ink, anchor: Anchor) {
        self.text(Text { x, y, text: text.to_string(), size, bold: false, ink, anchor, halo: false });
    }

    /// A bold text.
    pub fn write_bold(&mut self, x: f64, y: f64, text: &str, size: f64, ink: Ink, anchor: Anchor) {
        self.text(Text { x, y, text: text.to_string(), size, bold: true, ink, anchor, halo: false });
    }

    /// Every text on the page.
    pub fn texts(&self) -> impl Iterator<Item = &Text> {
        self.shapes.iter().filter_map(|shape| match shape {
            Shape::Text(text) => Some(text),
            _ => None,
        })
    }
}
