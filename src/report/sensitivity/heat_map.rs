//! Parameters by metrics: what each metric owes to each parameter as a colour and a number.

use super::colors::{color, over};
use super::{Drivers, Interval, Measure, figures, metric_name, titled, wording};
use crate::report::draw::canvas::{Anchor, Canvas, Rect};
use crate::report::draw::font;
use crate::report::draw::page::{Mark, Page};
use crate::report::draw::palette::{BODY, GRID, MUTED, NOTE, RULE, TEXT};
use crate::report::number;
use crate::report::scores::Caption;
use crate::report::words::Words;

/// Columns of a page.
const MOST: usize = 12;
/// Most lines of a column's head; longer ones are numbered and listed below.
const HEAD_LINES: usize = 6;
const HEAD_SIZE: f64 = 10.5;
const LINE: f64 = 13.0;
const NAME_LINE: f64 = 11.5;
/// Widest column.
const WIDEST: f64 = 110.0;
/// Space between the parameters and chance.
const APART: f64 = 6.0;
/// Steps of the colour bar.
const STEPS: usize = 64;

/// A filled cell.
struct Cell {
    /// Place on the colour scale.
    amount: f64,
    said: String,
    uncertain: bool,
}

/// The whole table.
struct Table<'a> {
    measure: Measure,
    words: &'a Words,
    /// Parameters from top to bottom.
    rows: Vec<&'a str>,
    /// Whether chance has a row of its own.
    chance: bool,
    columns: &'a [Drivers],
}

/// The pages; metrics without bars must be left out before.
pub(super) fn pages(drivers: &[Drivers], measure: Measure, caption: &Caption<'_>, words: &Words) -> Vec<Canvas> {
    let rows = ordered(drivers, measure);
    let chance = measure == Measure::Sobol && drivers.iter().any(|d| d.noise.is_some());
    let count = drivers.len().div_ceil(MOST);
    drivers
        .chunks(MOST)
        .enumerate()
        .map(|(i, columns)| {
            let table = Table { measure, words, rows: rows.clone(), chance, columns };
            table.page(&titled(words.heat_map_title, i, count, words), caption)
        })
        .collect()
}

/// Parameters, the one with the largest mean first.
fn ordered(drivers: &[Drivers], measure: Measure) -> Vec<&str> {
    let mut sums: Vec<(&str, f64)> = Vec::new();
    for d in drivers {
        for bar in &d.bars {
            let size = amount(bar.main.value, d, measure).abs();
            match sums.iter_mut().find(|(name, _)| *name == bar.parameter) {
                Some((_, sum)) => *sum += size,
                None => sums.push((&bar.parameter, size)),
            }
        }
    }
    sums.sort_by(|a, b| b.1.total_cmp(&a.1));
    sums.into_iter().map(|(name, _)| name).collect()
}

/// The largest size of a metric.
fn largest(d: &Drivers) -> f64 {
    d.bars.iter().map(|b| b.main.value.abs()).fold(0.0, f64::max)
}

/// A value's place on the colour scale.
fn amount(value: f64, d: &Drivers, measure: Measure) -> f64 {
    match measure {
        Measure::Sobol => value.clamp(0.0, 1.0),
        Measure::Ranks => value.clamp(-1.0, 1.0),
        Measure::Morris => value.abs() / largest(d).max(f64::MIN_POSITIVE),
    }
}

impl Table<'_> {
    fn page(&self, title: &str, caption: &Caption<'_>) -> Canvas {
        let mut page = Page::new(title, caption.title);
        let (names, left, width) = self.columns_of(Page::inner_width());
        let deepest = names.iter().map(Vec::len).max().unwrap_or(1) as f64;
        let row = if deepest > 1.0 { 2.0 * NAME_LINE + 4.0 } else { 21.0 };
        let (heads, listed) = self.heads(width);
        let units = self.units(listed.len() < self.columns.len(), width);
        let unit = if units.is_empty() { 0.0 } else { LINE };
        let head = LINE * heads.iter().map(Vec::len).max().unwrap_or(1) as f64 + unit + 6.0;
        let area = page.body(head + row * names.len() as f64 + if self.chance { APART } else { 0.0 });
        let top = area.y0 + head;
        let middle = |column: usize| area.x0 + left + width * (column as f64 + 0.5);
        for (column, lines) in heads.iter().enumerate() {
            let mut y = top - 7.0 - unit - LINE * (lines.len() as f64 - 1.0);
            for line in lines {
                page.canvas.write_bold(middle(column), y, line, HEAD_SIZE, TEXT, Anchor::Middle);
                y += LINE;
            }
        }
        for (column, text) in units.iter().enumerate() {
            page.canvas.write(middle(column), top - 7.0, text, NOTE, MUTED, Anchor::Middle);
        }
        for (r, lines) in names.iter().enumerate() {
            let apart = if self.chance && r == self.rows.len() { APART } else { 0.0 };
            let y = top + row * (r as f64 + 0.5) + apart;
            write_lines(&mut page.canvas, lines, area.x0 + left - 8.0, y);
            for (column, d) in self.columns.iter().enumerate() {
                let x = middle(column);
                let area = Rect::new(x - width / 2.0, y - row / 2.0, x + width / 2.0, y + row / 2.0).grown(-0.75);
                draw_cell(&mut page.canvas, area, self.cell(r, d).as_ref(), self.measure);
            }
        }
        if self.measure == Measure::Morris {
            self.largest_row(&mut page, left, width);
        }
        page.skip(10.0);
        self.key(&mut page);
        page.list(&listed);
        let numbers = if listed.is_empty() { "" } else { self.words.heat_map_numbers };
        let note = [numbers, self.words.heat_map_order, self.measure.words(self.words).note].join(" ");
        page.notes(&[note.trim().to_string(), caption.source.to_string()]);
        page.finish()
    }

    /// Folded names of the rows, the room they take and the width of a column.
    fn columns_of(&self, inner: f64) -> (Vec<Vec<String>>, f64, f64) {
        let count = self.columns.len() as f64;
        let limit = if self.columns.len() > 8 { 0.23 } else { 0.32 } * inner;
        let chance = self.chance.then_some(self.words.chance_bar);
        let names: Vec<Vec<String>> =
            self.rows.iter().copied().chain(chance).map(|n| wording::fold(n, NOTE, false, limit, 2)).collect();
        let widest = names.iter().flatten().map(|line| font::width(line, NOTE, false)).fold(0.0, f64::max);
        let left = widest.min(limit) + 10.0;
        (names, left, ((inner - left) / count.max(1.0)).min(WIDEST))
    }

    /// Heads of the columns; a number for a name that is too long, and all such names with their units. Where most
    /// are too long, all are numbered.
    fn heads(&self, width: f64) -> (Vec<Vec<String>>, Vec<String>) {
        let limit = width - 8.0;
        let names: Vec<String> = self.columns.iter().map(|d| metric_name(&d.metric, self.words)).collect();
        let mut folded: Vec<Vec<String>> =
            names.iter().map(|n| wording::fold(n, HEAD_SIZE, true, limit, HEAD_LINES + 1)).collect();
        let long = |i: &usize| folded[*i].len() > HEAD_LINES || wording::is_split(&names[*i], HEAD_SIZE, true, limit);
        let mut listed: Vec<usize> = (0..names.len()).filter(long).collect();
        if 2 * listed.len() > names.len() {
            listed = (0..names.len()).collect();
        }
        for (n, i) in listed.iter().enumerate() {
            folded[*i] = vec![(n + 1).to_string()];
        }
        let full = |i: usize| match self.columns[i].unit.as_str() {
            "" => names[i].clone(),
            unit => format!("{} ({unit})", names[i]),
        };
        (folded, listed.into_iter().map(full).collect())
    }

    /// Units below the heads; none where a list or the last row has them.
    fn units(&self, named: bool, width: f64) -> Vec<String> {
        if !named || self.measure == Measure::Morris || self.columns.iter().all(|d| d.unit.is_empty()) {
            return Vec::new();
        }
        self.columns.iter().map(|d| wording::shortened(&d.unit, NOTE, false, width - 4.0)).collect()
    }

    fn cell(&self, row: usize, d: &Drivers) -> Option<Cell> {
        let Some(name) = self.rows.get(row) else {
            let share = d.noise?;
            return Some(self.filled(&Interval { value: share, low: f64::NAN, high: f64::NAN }, d));
        };
        d.bars.iter().find(|b| b.parameter == *name).map(|bar| self.filled(&bar.main, d))
    }

    fn filled(&self, main: &Interval, d: &Drivers) -> Cell {
        let amount = amount(main.value, d, self.measure);
        let number = match self.measure {
            Measure::Morris => number::percent_label(&number::count(100.0 * amount, self.words), self.words),
            _ if main.value.abs() >= 10.0 => figures::amount(main.value, self.words),
            _ => figures::fixed(main.value, 2, self.words),
        };
        let uncertain = main.uncertain();
        Cell { amount, said: if uncertain { format!("({number})") } else { number }, uncertain }
    }

    /// What 100 % is in each column.
    fn largest_row(&self, page: &mut Page, left: f64, width: f64) {
        let said = |d: &Drivers| {
            let amount = figures::amount(largest(d), self.words);
            let mut lines = vec![wording::shortened(&amount, NOTE, false, width - 4.0)];
            lines.extend(wording::fold(&d.unit, NOTE, false, width - 4.0, 2));
            lines
        };
        let said: Vec<Vec<String>> = self.columns.iter().map(said).collect();
        let area = page.body(8.0 + LINE * said.iter().map(Vec::len).max().unwrap_or(1) as f64);
        page.canvas.write(area.x0 + left - 8.0, area.y0 + 15.0, self.words.largest_row, NOTE, MUTED, Anchor::End);
        for (column, lines) in said.iter().enumerate() {
            let x = area.x0 + left + width * (column as f64 + 0.5);
            for (i, line) in lines.iter().enumerate() {
                page.canvas.write(x, area.y0 + 15.0 + LINE * i as f64, line, NOTE, MUTED, Anchor::Middle);
            }
        }
    }

    /// The colour bar with its title, and what hatching says.
    fn key(&self, page: &mut Page) {
        let scale = &self.measure.words(self.words).scale;
        let area = page.body(46.0);
        page.canvas.write(area.x0, area.y0 + 9.0, scale, BODY, TEXT, Anchor::Start);
        let bar = Rect::new(area.x0, area.y0 + 16.0, area.x0 + 260.0, area.y0 + 27.0);
        let (low, ticks): (f64, &[(f64, &str)]) = match self.measure {
            Measure::Sobol => (0.0, &[(0.0, "0"), (0.25, "0.25"), (0.5, "0.50"), (0.75, "0.75"), (1.0, "1")]),
            Measure::Morris => (0.0, &[(0.0, "0"), (0.25, "25"), (0.5, "50"), (0.75, "75"), (1.0, "100")]),
            Measure::Ranks => {
                (-1.0, &[(-1.0, "\u{2212}1"), (-0.5, "\u{2212}0.5"), (0.0, "0"), (0.5, "0.5"), (1.0, "1")])
            }
        };
        let at = |amount: f64| bar.x0 + (amount - low) / (1.0 - low) * bar.width();
        for i in 0..STEPS {
            let (from, to) = (i as f64 / STEPS as f64, (i + 1) as f64 / STEPS as f64);
            let ink = color(low + (from + to) / 2.0 * (1.0 - low), self.measure);
            // A little wider than its step, so that no seam shows.
            let right = (bar.x0 + to * bar.width() + 0.5).min(bar.x1);
            page.canvas.rect(Rect::new(bar.x0 + from * bar.width(), bar.y0, right, bar.y1), ink);
        }
        for (value, label) in ticks {
            let label = &match self.measure {
                Measure::Morris => number::percent_label(label, self.words),
                Measure::Sobol | Measure::Ranks => label.to_string(),
            };
            page.canvas.line((at(*value), bar.y1), (at(*value), bar.y1 + 3.0), RULE, 0.8);
            let half = font::width(label, NOTE, false) / 2.0;
            page.canvas.write(at(*value).max(bar.x0 + half), bar.y1 + 14.0, label, NOTE, MUTED, Anchor::Middle);
        }
        let marked =
            (0..self.rows.len()).any(|r| self.columns.iter().any(|d| self.cell(r, d).is_some_and(|c| c.uncertain)));
        if marked {
            page.legend(&[(Mark::Hatch(MUTED), self.words.uncertain_cells.to_string())]);
            page.skip(2.0);
        }
    }
}

fn write_lines(canvas: &mut Canvas, lines: &[String], right: f64, y: f64) {
    let mut base = y - NAME_LINE * (lines.len() as f64 - 1.0) / 2.0 + 0.36 * NOTE;
    for line in lines {
        canvas.write(right, base, line, NOTE, TEXT, Anchor::End);
        base += NAME_LINE;
    }
}

fn draw_cell(canvas: &mut Canvas, area: Rect, cell: Option<&Cell>, measure: Measure) {
    let (x, y) = ((area.x0 + area.x1) / 2.0, (area.y0 + area.y1) / 2.0);
    let Some(cell) = cell else {
        canvas.rect(area, GRID.tint(0.6));
        return;
    };
    let ink = color(cell.amount, measure);
    canvas.rect(area, ink);
    let text = wording::shortened(&cell.said, NOTE, false, area.width());
    if cell.uncertain {
        canvas.hatch(area, 5.0, over(ink).faded(0.45), 0.6);
        let half = font::width(&text, NOTE, false) / 2.0 + 2.0;
        canvas.rect(Rect::new(x - half, y - 7.0, x + half, y + 7.0), ink);
    }
    canvas.write(x, y + 0.36 * NOTE, &text, NOTE, over(ink), Anchor::Middle);
}
