//! The page around a plot: title and subtitle above, legend, notes and sources below.

use super::canvas::{Anchor, Canvas, Rect};
use super::font;
use super::palette::{BODY, Ink, MARGIN, MUTED, NOTE, PAGE_WIDTH, SHADE, SUBTITLE, TEXT, TITLE};
use super::series;

/// How a legend entry's mark looks.
#[derive(Debug, Clone, Copy)]
pub enum Mark {
    Line(Ink, Option<(f64, f64)>),
    Band(Ink),
    Circle(Ink),
    Diamond(Ink),
    Square(Ink),
    /// A point over a longer period.
    Span(Ink),
    Shade,
    /// A solid area.
    Box(Ink),
    /// A numbered event.
    Number,
    /// A line with the point of a series, by its [`series::Look`].
    Points(series::Look),
    /// A point's interval alone.
    Whisker(Ink),
    /// An area with slanting lines.
    Hatch(Ink),
}

/// A page under construction, filled from top to bottom.
#[derive(Debug)]
pub struct Page {
    pub canvas: Canvas,
    cursor: f64,
}

impl Page {
    /// A page with its title and a subtitle.
    pub fn new(title: &str, subtitle: &str) -> Page {
        let mut canvas = Canvas { width: PAGE_WIDTH, ..Canvas::default() };
        let mut y = MARGIN + 4.0;
        let limit = PAGE_WIDTH - 2.0 * MARGIN;
        for line in font::wrap(title, TITLE, true, limit) {
            y += TITLE * 0.9;
            canvas.write_bold(MARGIN, y, &line, TITLE, TEXT, Anchor::Start);
            y += TITLE * 0.3;
        }
        for line in font::wrap(subtitle, SUBTITLE, false, limit) {
            y += SUBTITLE * 1.15;
            canvas.write(MARGIN, y, &line, SUBTITLE, MUTED, Anchor::Start);
            y += SUBTITLE * 0.2;
        }
        Page { canvas, cursor: y + 10.0 }
    }

    /// Width between the margins.
    pub fn inner_width() -> f64 {
        PAGE_WIDTH - 2.0 * MARGIN
    }

    /// A row of marks with their meaning, wrapped to the page.
    pub fn legend(&mut self, entries: &[(Mark, String)]) {
        if entries.is_empty() {
            return;
        }
        let mut x = MARGIN;
        let mut y = self.cursor + 8.0;
        for (mark, text) in entries {
            let w = 34.0 + font::width(text, BODY, false);
            if x > MARGIN && x + w > PAGE_WIDTH - MARGIN {
                x = MARGIN;
                y += 19.0;
            }
            draw_mark(&mut self.canvas, *mark, x, y);
            self.canvas.write(x + 32.0, y + 0.36 * BODY, text, BODY, TEXT, Anchor::Start);
            x += w + 18.0;
        }
        self.cursor = y + 12.0;
    }

    /// The next `height` units of the page, over its whole inner width.
    pub fn body(&mut self, height: f64) -> Rect {
        let rect = Rect::new(MARGIN, self.cursor, PAGE_WIDTH - MARGIN, self.cursor + height);
        self.cursor = rect.y1;
        rect
    }

    /// Leaves some room.
    pub fn skip(&mut self, height: f64) {
        self.cursor += height;
    }

    /// A numbered list in two columns, filled downwards.
    pub fn list(&mut self, items: &[String]) {
        const INDENT: f64 = 18.0;
        let column = (PAGE_WIDTH - 2.0 * MARGIN) / 2.0;
        let wrapped: Vec<Vec<String>> =
            items.iter().map(|item| font::wrap(item, NOTE, false, column - INDENT - 12.0)).collect();
        let half = wrapped.iter().map(Vec::len).sum::<usize>().div_ceil(2);
        let (mut x, mut row, mut deepest) = (MARGIN, 0, 0);
        for (i, lines) in wrapped.iter().enumerate() {
            if row >= half && x == MARGIN {
                (x, row) = (MARGIN + column, 0);
            }
            let y = self.cursor + NOTE * 1.4 * (row as f64 + 1.0);
            self.canvas.write_bold(x + INDENT - 6.0, y, &(i + 1).to_string(), NOTE, TEXT, Anchor::End);
            for (k, line) in lines.iter().enumerate() {
                let y = y + NOTE * 1.4 * k as f64;
                self.canvas.write(x + INDENT, y, line, NOTE, MUTED, Anchor::Start);
            }
            row += lines.len();
            deepest = deepest.max(row);
        }
        self.cursor += NOTE * 1.4 * deepest as f64 + if items.is_empty() { 0.0 } else { 5.0 };
    }

    /// Small text below the plot, one paragraph each.
    pub fn notes(&mut self, paragraphs: &[String]) {
        for paragraph in paragraphs {
            for line in font::wrap(paragraph, NOTE, false, PAGE_WIDTH - 2.0 * MARGIN) {
                self.cursor += NOTE * 1.4;
                self.canvas.write(MARGIN, self.cursor, &line, NOTE, MUTED, Anchor::Start);
            }
            self.cursor += 2.0;
        }
    }

    /// The finished page, cut to its content.
    pub fn finish(mut self) -> Canvas {
        self.canvas.height = (self.cursor + MARGIN * 0.8).ceil();
        self.canvas
    }
}

fn draw_mark(canvas: &mut Canvas, mark: Mark, x: f64, y: f64) {
    let middle = (x + 13.0, y);
    match mark {
        Mark::Line(ink, None) => canvas.line((x, y), (x + 26.0, y), ink, series::LINE),
        Mark::Line(ink, Some(dash)) => canvas.dashes(&[(x, y), (x + 26.0, y)], dash, ink, series::LINE),
        Mark::Band(ink) => canvas.rect(Rect::new(x, y - 6.0, x + 26.0, y + 6.0), ink.faded(series::BAND)),
        Mark::Circle(ink) => canvas.hollow_circle(middle, series::POINT, ink),
        Mark::Diamond(ink) => canvas.hollow_diamond(middle, series::POINT, ink),
        Mark::Square(ink) => canvas.hollow_square(middle, series::POINT, ink),
        Mark::Span(ink) => {
            canvas.span((x, y), (x + 26.0, y), ink);
            canvas.hollow_circle(middle, series::POINT, ink);
        }
        Mark::Box(ink) => canvas.rect(Rect::new(x + 8.0, y - 6.0, x + 20.0, y + 6.0), ink),
        Mark::Shade => canvas.rect(Rect::new(x + 8.0, y - 7.0, x + 18.0, y + 7.0), SHADE),
        Mark::Points(look) => {
            look.draw(canvas, &[(x, y), (x + 26.0, y)]);
            look.point(canvas, middle);
        }
        Mark::Whisker(ink) => canvas.span((x + 3.0, y), (x + 23.0, y), ink),
        Mark::Hatch(ink) => {
            let area = Rect::new(x + 4.0, y - 6.0, x + 24.0, y + 6.0);
            canvas.rect(area, super::palette::GRID);
            canvas.hatch(area, 5.0, ink, 0.9);
        }
        Mark::Number => {
            canvas.disc(middle, 7.0, super::palette::WHITE, Some((MUTED, 1.0)));
            canvas.write(middle.0, y + 3.3, "1", 9.0, TEXT, Anchor::Middle);
        }
    }
}
