//! Axes: values on the left with light rules, months or weeks along the bottom.

use jiff::ToSpan;
use jiff::civil::Date;

use super::canvas::{Anchor, Canvas, Rect};
use super::font;
use super::palette::{BODY, GRID, MUTED, NOTE, RULE};
use crate::report::number;
use crate::report::words::Words;

/// Space below the plot that month and year labels take.
pub const TIME_LABELS: f64 = 36.0;

/// Space below a small plot that its one line of labels takes.
pub const COMPACT_LABELS: f64 = 18.0;
/// The value axis ends this much above the highest value.
const HEADROOM: f64 = 1.04;
/// How far above a plot its unit is written, and the room to leave above the plot for it.
pub const UNIT_LIFT: f64 = 16.0;
pub const UNIT_ROOM: f64 = 32.0;

/// A linear map from values to page units.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    pub low: f64,
    pub high: f64,
    pub from: f64,
    pub to: f64,
}

impl Scale {
    pub fn at(&self, value: f64) -> f64 {
        let span = if self.high > self.low { self.high - self.low } else { 1.0 };
        self.from + (value - self.low) / span * (self.to - self.from)
    }
}

/// A plot area with a day axis (0 = start of the first day) and a value axis from 0.
#[derive(Debug, Clone)]
pub struct Plot {
    pub area: Rect,
    /// Left end of the value labels.
    pub left: f64,
    pub x: Scale,
    pub y: Scale,
    pub first_day: Date,
    pub days: f64,
    pub ticks: Vec<f64>,
}

impl Plot {
    /// A plot in `outer`, leaving room on the left for the value labels and `right` on the right.
    pub fn new(outer: Rect, right: f64, first_day: Date, days: f64, top: f64, words: &Words) -> Plot {
        Plot::aligned(outer, right, first_day, days, top, 0.0, words)
    }

    /// As `new`, with at least `left` units for the value labels, so that panels can share an edge.
    pub fn aligned(outer: Rect, right: f64, first_day: Date, days: f64, top: f64, left: f64, words: &Words) -> Plot {
        let high = if top.is_finite() && top > 0.0 { top * HEADROOM } else { 1.0 };
        let ticks = number::ticks(high, if outer.height() > 200.0 { 5 } else { 3 });
        let widest = ticks.iter().map(|t| font::width(&number::count(*t, words), BODY, false)).fold(0.0, f64::max);
        let area = Rect::new(outer.x0 + left.max(widest + 8.0), outer.y0, outer.x1 - right, outer.y1);
        Plot {
            area,
            left: outer.x0,
            x: Scale { low: 0.0, high: days, from: area.x0, to: area.x1 },
            y: Scale { low: 0.0, high, from: area.y1, to: area.y0 },
            first_day,
            days,
            ticks,
        }
    }

    /// The point of a day (fractions allowed) and value.
    pub fn at(&self, day: f64, value: f64) -> (f64, f64) {
        (self.x.at(day), self.y.at(value))
    }

    /// Days from the first day to the start of `date`.
    pub fn day_of(&self, date: Date) -> f64 {
        f64::from((date - self.first_day).get_days())
    }

    /// Horizontal rules with their values, and the unit `lift` above the plot.
    pub fn value_axis(&self, canvas: &mut Canvas, unit: &str, lift: f64, words: &Words) {
        for &tick in &self.ticks {
            let y = self.y.at(tick);
            let (ink, width) = if tick == 0.0 { (RULE, 1.0) } else { (GRID, 0.8) };
            canvas.line((self.area.x0, y), (self.area.x1, y), ink, width);
            let label = number::count(tick, words);
            canvas.write(self.area.x0 - 7.0, y + 0.36 * BODY, &label, BODY, MUTED, Anchor::End);
        }
        if !unit.is_empty() {
            canvas.write(self.left, self.area.y0 - lift, unit, NOTE, MUTED, Anchor::Start);
        }
    }

    /// Months (or weeks, on a short run) below the plot, years below them.
    pub fn time_axis(&self, canvas: &mut Canvas, words: &Words) {
        if self.days < 62.0 { self.week_axis(canvas, words) } else { self.month_axis(canvas, words) }
    }

    /// One line of labels for small panels: years where the run has several, else months.
    pub fn compact_time_axis(&self, canvas: &mut Canvas, words: &Words) {
        let months = self.months();
        let years = self.days > 420.0;
        let room = self.area.width() / (self.days / 30.4);
        let every = [1, 2, 3, 6, 12].into_iter().find(|n| room * f64::from(*n) >= 52.0).unwrap_or(12);
        for (i, (month, from, _)) in months.iter().enumerate() {
            let january = month.month() == 1;
            if years && !january && i > 0 {
                continue;
            }
            if !years && i as i32 % every != 0 {
                continue;
            }
            let label = match (years, january || i == 0) {
                (true, true) if january => month.year().to_string(),
                (false, true) => format!("{} {}", number::month_short(month.month(), words), month.year()),
                _ => number::month_short(month.month(), words).to_string(),
            };
            let x = self.x.at(*from);
            let half = font::width(&label, NOTE, false) / 2.0;
            self.tick(canvas, *from, 4.0);
            if x + half <= self.area.x1 + 10.0 {
                canvas.write(
                    x.max(self.area.x0 - 8.0 + half),
                    self.area.y1 + 15.0,
                    &label,
                    NOTE,
                    MUTED,
                    Anchor::Middle,
                );
            }
        }
    }

    fn tick(&self, canvas: &mut Canvas, day: f64, length: f64) {
        let x = self.x.at(day);
        canvas.line((x, self.area.y1), (x, self.area.y1 + length), RULE, 0.8);
    }

    fn week_axis(&self, canvas: &mut Canvas, words: &Words) {
        let fitting = (self.area.width() / 58.0).floor().max(1.0);
        let step = [1.0, 2.0, 7.0, 14.0, 28.0].into_iter().find(|s| self.days / s <= fitting).unwrap_or(28.0);
        let mut day = 0.0;
        while day <= self.days - 0.5 {
            let date = self.first_day.saturating_add((day as i64).days());
            self.tick(canvas, day, 4.0);
            let label = format!("{} {}", date.day(), number::month_short(date.month(), words));
            canvas.write(self.x.at(day), self.area.y1 + 16.0, &label, BODY, MUTED, Anchor::Middle);
            day += step;
        }
        let year = self.first_day.year().to_string();
        canvas.write(self.area.x0, self.area.y1 + 31.0, &year, BODY, MUTED, Anchor::Middle);
    }

    /// First days of the months on the axis, with the first day of the run.
    fn months(&self) -> Vec<(Date, f64, f64)> {
        let mut out = Vec::new();
        let mut month = self.first_day.first_of_month();
        loop {
            let next = month.saturating_add(1.month());
            let (from, to) = (self.day_of(month).max(0.0), self.day_of(next).min(self.days));
            if from >= self.days || next <= month {
                return out;
            }
            out.push((month, from, to));
            month = next;
        }
    }

    fn month_axis(&self, canvas: &mut Canvas, words: &Words) {
        let months = self.months();
        let widest = words.months.iter().map(|m| font::width(m, BODY, false)).fold(0.0, f64::max);
        let room = self.area.width() / (self.days / 30.4);
        let every = [1, 2, 3, 6, 12].into_iter().find(|n| room * f64::from(*n) >= widest + 5.0).unwrap_or(12);
        let mut year = None;
        for (month, from, to) in months {
            let january = month.month() == 1;
            self.tick(canvas, from, if january { 8.0 } else { 4.0 });
            if (i32::from(month.month()) - 1) % every != 0 {
                continue;
            }
            // A label stands under its month where each has one, else at the month's beginning.
            let x = if every == 1 { self.x.at((from + to) / 2.0) } else { self.x.at(from + 15.0) };
            canvas.write(
                x,
                self.area.y1 + 17.0,
                number::month_short(month.month(), words),
                BODY,
                MUTED,
                Anchor::Middle,
            );
            if year != Some(month.year()) {
                year = Some(month.year());
                canvas.write(x, self.area.y1 + 32.0, &month.year().to_string(), BODY, MUTED, Anchor::Middle);
            }
        }
    }
}
