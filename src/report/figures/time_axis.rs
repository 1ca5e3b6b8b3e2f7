//! Labels of a time axis: months under their middle, the weeks of some months or the days of a few weeks, with the
//! year in bold below the first and below each January. `charts.js` draws the same when the reader zooms.

use jiff::ToSpan;
use jiff::civil::Date;

use super::{INK, INK2, RULE2};
use crate::report::draw::axis::Scale;
use crate::report::draw::canvas::{Anchor, Canvas};
use crate::report::draw::font;
use crate::report::number;
use crate::report::words::Words;

/// Longest axis that names days, and longest that names weeks.
const DAYS: f64 = 20.0;
const WEEKS: f64 = 62.0;

struct Axis<'a> {
    canvas: &'a mut Canvas,
    x: Scale,
    y: f64,
    size: f64,
    /// Right ends of the last label of each row.
    ends: [f64; 2],
}

impl Axis<'_> {
    fn tick(&mut self, day: f64, length: f64) {
        let x = self.x.at(day);
        self.canvas.line((x, self.y), (x, self.y + length), RULE2, 1.0);
    }

    /// A label centred on a day, unless it meets the one before or leaves the axis; says whether it stands.
    fn label(&mut self, row: usize, day: f64, text: &str) -> bool {
        let half = font::width(text, self.size, row == 1) / 2.0;
        let x = self.x.at(day);
        if x - half < self.ends[row] + 5.0 || x + half > self.x.to + 14.0 {
            return false;
        }
        self.ends[row] = x + half;
        let y = self.y + 9.0 + self.size * (0.85 + 1.3 * row as f64);
        if row == 1 {
            self.canvas.write_bold(x, y, text, self.size, INK, Anchor::Middle);
        } else {
            self.canvas.write(x, y, text, self.size, INK2, Anchor::Middle);
        }
        true
    }
}

/// Draws the axis at height `y`, for `x` from the start of the first day to the end of the last.
pub fn draw(canvas: &mut Canvas, x: Scale, y: f64, first_day: Date, size: f64, words: &Words) {
    let low = x.from - 30.0;
    let mut axis = Axis { canvas, x, y, size, ends: [low; 2] };
    let date = |day: f64| first_day.saturating_add((day as i64).days());
    let days = x.high - x.low;
    if days > WEEKS {
        return months(&mut axis, first_day, words);
    }
    let weekly = days > DAYS;
    // Weeks begin on Monday.
    let start = if weekly { (7 - i32::from(first_day.weekday().to_monday_zero_offset())) % 7 } else { 0 };
    let mut named: Option<Date> = None;
    let mut day = f64::from(start);
    while day < days {
        let d = date(day);
        let month = number::month_short(d.month(), words);
        axis.tick(day, 5.0);
        let stands = if weekly {
            axis.label(0, day, &format!("{} {month}", d.day()))
        } else {
            axis.label(0, day + 0.5, &d.day().to_string())
        };
        let same = |n: &Date| n.year() == d.year() && (weekly || n.month() == d.month());
        if stands && !named.as_ref().is_some_and(same) {
            let below = if weekly { d.year().to_string() } else { format!("{month} {}", d.year()) };
            if axis.label(1, if weekly { day } else { day + 0.5 }, &below) {
                named = Some(d);
            }
        }
        day += if weekly { 7.0 } else { 1.0 };
    }
}

fn months(axis: &mut Axis, first_day: Date, words: &Words) {
    let days = axis.x.high;
    let room = (axis.x.to - axis.x.from) / (days / 30.4);
    let widest = (1..=12).map(|m| font::width(number::month_short(m, words), axis.size, false)).fold(0.0, f64::max);
    let every = [1, 2, 3, 6, 12].into_iter().find(|n| room * f64::from(*n) >= widest + 6.0).unwrap_or(12);
    let day_of = |d: Date| f64::from((d - first_day).get_days());
    let mut month = first_day.first_of_month();
    let mut year = None;
    while day_of(month) < days {
        let next = month.saturating_add(1.month());
        if next <= month {
            return;
        }
        let (from, to) = (day_of(month).max(0.0), day_of(next).min(days));
        let counted = (i32::from(month.month()) - 1) % every == 0;
        if counted || room >= 5.0 {
            axis.tick(from, if counted && room < 5.0 { 7.0 } else { 5.0 });
        }
        let text = number::month_short(month.month(), words);
        let fits = (to - from) / 30.4 * room >= widest.min(room * 0.6);
        let middle = (from + to) / 2.0;
        if counted && fits && axis.label(0, middle, text) && year != Some(month.year()) {
            let shown = month.year().to_string();
            if axis.label(1, middle, &shown) {
                year = Some(month.year());
            }
        }
        month = next;
    }
}
