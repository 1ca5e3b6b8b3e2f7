//! Small panels of the same measure, each on its own stated scale.

use jiff::ToSpan;
use jiff::civil::Date;

use super::series::{self, Days, Grid};
use super::{INK, INK2, Layout, Period, RULE, Role, SPAN, Span, extent, group, known, scale};
use crate::report::draw::axis::Scale;
use crate::report::draw::canvas::{Anchor, Canvas, Rect, Text};
use crate::report::draw::font;
use crate::report::draw::inline::{escape, tenth};
use crate::report::draw::palette::WHITE;
use crate::report::number;
use crate::report::words::Words;

/// A place's panel.
#[derive(Debug, Clone, PartialEq)]
pub struct Small {
    pub name: String,
    /// A value and its range as readers see them.
    pub value: String,
    pub range: String,
    pub p50: Vec<f64>,
    /// 5 % and 95 %.
    pub band: Option<(Vec<f64>, Vec<f64>)>,
    /// Such as known shelter places, with its label.
    pub capacity: Option<(f64, String)>,
}

/// Panels side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct Multiples {
    pub title: String,
    pub description: String,
    pub first_day: Date,
    pub days: usize,
    pub period: Period,
    pub role: Role,
    /// Index of the values given in words, and its label below the axis; a dot marks it.
    pub mark: Option<(usize, String)>,
    pub spans: Vec<Span>,
    pub panels: Vec<Small>,
}

const PLOT: f64 = 84.0;

impl Multiples {
    /// Both drawings; `None` without any value.
    pub fn html(&self, words: &Words) -> Option<String> {
        let panels: Vec<&Small> = self.panels.iter().filter(|p| extent(p.p50.iter().copied()).is_some()).collect();
        if panels.is_empty() || self.days == 0 {
            return None;
        }
        let drawn = |layout| self.draw(&panels, layout, words);
        Some(format!("<div class=\"chart\">{}{}</div>", drawn(Layout::Wide), drawn(Layout::Narrow)))
    }

    fn draw(&self, panels: &[&Small], layout: Layout, words: &Words) -> String {
        let (columns, gutter) = if layout == Layout::Wide { (4, 28.0) } else { (2, 18.0) };
        let width = (layout.width() - gutter * (columns as f64 - 1.0)) / columns as f64;
        let size = layout.text();
        let names: Vec<Vec<String>> = panels.iter().map(|p| font::wrap(&p.name, size + 0.5, true, width)).collect();
        let one_line = |p: &&Small| {
            font::width(&p.value, size, true) + 6.0 + font::width(&p.range, layout.small(), false) <= width
        };
        let split = !panels.iter().all(one_line);
        let (mut body, mut y) = (String::new(), 0.0);
        for (row, names) in panels.chunks(columns).zip(names.chunks(columns)) {
            let deepest = names.iter().map(Vec::len).max().unwrap_or(1) as f64;
            let head = deepest * size * 1.35 + size * if split { 2.6 } else { 1.3 } + size * 1.5;
            for (i, (panel, name)) in row.iter().zip(names).enumerate() {
                let x = (width + gutter) * i as f64;
                self.heading(&mut body, panel, name, (x, y), layout, split);
                self.panel(&mut body, panel, Rect::new(x, y + head, x + width, y + head + PLOT), layout, words);
            }
            y += head + PLOT + size * 1.5 + 24.0;
        }
        format!(
            "<svg class=\"{}\" viewBox=\"0 0 {} {}\" role=\"img\"><title>{}</title><desc>{}</desc>{body}</svg>",
            layout.class(),
            tenth(layout.width()),
            tenth(y - 16.0),
            escape(&self.title),
            escape(&self.description)
        )
    }

    fn heading(
        &self,
        out: &mut String,
        panel: &Small,
        name: &[String],
        (x, y): (f64, f64),
        layout: Layout,
        split: bool,
    ) {
        let mut canvas = Canvas::default();
        let size = layout.text();
        let mut base = y;
        for line in name {
            base += size * 1.35;
            canvas.write_bold(x, base, line, size + 0.5, INK, Anchor::Start);
        }
        base += size * 1.3;
        canvas.write_bold(x, base, &panel.value, size, self.role.text(), Anchor::Start);
        let beside = if panel.value.is_empty() { 0.0 } else { font::width(&panel.value, size, true) + 6.0 };
        let (rx, ry) = if split { (x, base + size * 1.3) } else { (x + beside, base) };
        canvas.write(rx, ry, &panel.range, layout.small(), INK2, Anchor::Start);
        out.push_str(&group("", &canvas));
    }

    fn panel(&self, out: &mut String, panel: &Small, area: Rect, layout: Layout, words: &Words) {
        let bands = panel.band.iter().flat_map(|(low, high)| low.iter().chain(high));
        let capacity = panel.capacity.as_ref().filter(|c| known(c.0).is_some());
        let values = panel.p50.iter().chain(bands).copied().chain(capacity.map(|c| c.0));
        let ends = extent(values).unwrap_or((0.0, 1.0));
        let ticks = scale::ticks(ends.0.min(0.0), ends.1.max(0.0), 7);
        let (low, high) = (ticks[0], ticks[ticks.len() - 1]);
        let x = Scale { low: 0.0, high: self.days as f64, from: area.x0, to: area.x1 };
        let grid = Days {
            first_day: self.first_day,
            period: self.period,
            x,
            y: Scale { low, high, from: area.y1, to: area.y0 },
        };
        let small = layout.small();
        let mut back = Canvas::default();
        for span in &self.spans {
            if let Some((from, to)) = known(span.from).zip(known(span.to)) {
                let (x0, x1) = (x.at(from.clamp(0.0, x.high)), x.at(to.clamp(0.0, x.high)));
                if x1 > x0 {
                    back.rect(Rect::new(x0, area.y0, x1.max(x0 + 2.5).min(area.x1), area.y1), SPAN);
                }
            }
        }
        back.line((area.x0, area.y0), (area.x1, area.y0), RULE, 1.0);
        let zero = grid.y(0.0);
        back.line((area.x0, zero), (area.x1, zero), INK, 1.4);
        let top = scale::label(high, &ticks, false, words);
        back.write(area.x1, area.y0 - 5.0, &top, small, INK2, Anchor::End);
        out.push_str(&group("", &back));
        if let Some((low, high)) = &panel.band {
            out.push_str(&series::band((low, high), &grid, self.role, 0.2));
        }
        out.push_str(&series::median(&panel.p50, &grid, self.role, 2.2));
        let mut front = Canvas::default();
        if let Some((value, text)) = capacity {
            let y = grid.y(*value);
            front.dashes(&[(area.x0, y), (area.x1, y)], (5.0, 3.0), INK, 1.2);
            let base = if y - area.y0 > small + 4.0 { y - 4.0 } else { y + small + 2.0 };
            front.text(Text {
                x: area.x0,
                y: base,
                text: text.clone(),
                size: small,
                bold: false,
                ink: INK,
                anchor: Anchor::Start,
                halo: true,
            });
        }
        let mut taken: Vec<(f64, f64)> = Vec::new();
        if let Some((index, text)) = &self.mark {
            let at = grid.x(*index);
            if let Some(value) = panel.p50.get(*index).copied().and_then(known).filter(|_| at <= area.x1) {
                front.disc((at, grid.y(value)), 4.2, self.role.ink(), Some((WHITE, 1.0)));
                let half = font::width(text, small, true) / 2.0;
                let centre = at.clamp(area.x0 + half, (area.x1 - half).max(area.x0 + half));
                front.write_bold(centre, area.y1 + small + 7.0, text, small, INK, Anchor::Middle);
                taken.push((centre - half, centre + half));
            }
        }
        for (last, text) in self.ends(words).into_iter().enumerate() {
            let w = font::width(&text, small, false);
            let (from, to) = if last == 0 { (area.x0, area.x0 + w) } else { (area.x1 - w, area.x1) };
            if taken.iter().all(|(a, b)| to + 5.0 < *a || from > *b + 5.0) {
                front.write(from, area.y1 + small + 7.0, &text, small, INK2, Anchor::Start);
                taken.push((from, to));
            }
        }
        out.push_str(&group("", &front));
    }

    /// The first and the last month, or days where they are in one.
    fn ends(&self, words: &Words) -> [String; 2] {
        let last = self.first_day.saturating_add((self.days as i64 - 1).days());
        let near = self.days < 62;
        [self.first_day, last].map(|d| {
            let month = number::month_short(d.month(), words);
            if near { format!("{} {month}", d.day()) } else { month.to_string() }
        })
    }
}
