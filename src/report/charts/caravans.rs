//! The largest caravans of replicate 1: persons by day, with the kilometres walked.

use jiff::civil::Date;

use super::Page;
use super::panels::Grid;
use crate::record::digest::CaravanDay;
use crate::report::draw::axis::{Plot, TIME_LABELS};
use crate::report::draw::canvas::{Anchor, Canvas, Rect};
use crate::report::draw::font;
use crate::report::draw::page::{self, Mark};
use crate::report::draw::palette::{BLUE, BODY, MUTED, NOTE, RULE, TEXT};
use crate::report::foot::{Context, Statistic};
use crate::report::number;
use crate::report::words::{Words, called, fill};

const LARGEST: usize = 6;
/// Statuses of a day on which a caravan does not walk.
const STILL: [&str; 2] = ["resting", "gathering"];

/// A caravan's days.
struct Caravan<'a> {
    name: &'a str,
    days: Vec<&'a CaravanDay>,
}

impl Caravan<'_> {
    fn peak(&self) -> f64 {
        self.days.iter().map(|d| d.persons).fold(0.0, f64::max)
    }

    fn first(&self) -> Option<Date> {
        self.days.first().map(|d| d.date)
    }
}

fn caravans(days: &[CaravanDay]) -> Vec<Caravan<'_>> {
    let mut out: Vec<Caravan> = Vec::new();
    for day in days {
        match out.iter_mut().find(|c| c.name == day.caravan) {
            Some(caravan) => caravan.days.push(day),
            None => out.push(Caravan { name: &day.caravan, days: vec![day] }),
        }
    }
    out.iter_mut().for_each(|c| c.days.sort_by_key(|d| d.date));
    out.retain(|c| c.peak() > 0.0);
    out
}

/// Draws the chart.
pub(super) fn draw(context: Context) -> Page {
    let (digest, words) = (context.digest, context.words);
    let mut all = caravans(&digest.caravans);
    if all.is_empty() {
        return Err(words.left_out_no_caravans.to_string());
    }
    all.sort_by(|a, b| b.peak().total_cmp(&a.peak()).then(a.name.cmp(b.name)));
    let dropped = all.len().saturating_sub(LARGEST);
    all.truncate(LARGEST);
    all.sort_by(|a, b| a.first().cmp(&b.first()).then(a.name.cmp(b.name)));
    let longest = all.iter().filter_map(length).fold(7.0, f64::max);

    let mut page = page::Page::new(words.caravans.title, &context.subtitle(Statistic::Single));
    page.legend(&[
        (Mark::Box(BLUE), words.caravan_walking.to_string()),
        (Mark::Box(BLUE.tint(0.55)), words.caravan_still.to_string()),
    ]);
    page.skip(6.0);
    let grid = Grid { columns: if all.len() == 1 { 1 } else { 2 }, height: 110.0, heading: 50.0, labels: TIME_LABELS };
    let boxes = grid.lay(&mut page, all.len());
    for (caravan, outer) in all.iter().zip(boxes) {
        let Some(first) = caravan.first() else { continue };
        let plot = Plot::new(outer, 2.0, first, longest, caravan.peak(), words);
        heading(&mut page.canvas, context, caravan, outer);
        plot.value_axis(&mut page.canvas, "", 0.0, words);
        bars(&mut page.canvas, &plot, caravan);
        day_axis(&mut page.canvas, context, &plot, caravan);
    }
    page.skip(6.0);
    let mut notes = vec![words.caravan_note.to_string()];
    if dropped > 0 {
        notes.push(fill(words.caravans_more, &[("n", &dropped.to_string())]));
    }
    page.notes(&context.notes(notes, []));
    Ok(page.finish())
}

fn length(caravan: &Caravan) -> Option<f64> {
    let (first, last) = (caravan.days.first()?.date, caravan.days.last()?.date);
    Some(f64::from((last - first).get_days()) + 1.0)
}

/// What readers call a caravan.
fn name(id: &str, words: &Words) -> String {
    match id.strip_prefix("self-organised-") {
        Some(n) => fill(words.caravan_unnamed, &[("n", n)]),
        None => id.to_string(),
    }
}

/// Two lines above a panel: where it set out and where it ended.
fn heading(canvas: &mut Canvas, context: Context, caravan: &Caravan, outer: Rect) {
    let words = context.words;
    let (Some(first), Some(last)) = (caravan.days.first(), caravan.days.last()) else { return };
    let place = |day: &CaravanDay| context.place(day.place).to_string();
    let count = |v: f64| number::count(v, words);
    let set_out =
        [("place", place(first)), ("date", number::date(first.date, words)), ("persons", count(first.persons))];
    let end = [
        ("status", called(&words.caravan_status, &last.status)),
        ("place", place(last)),
        ("date", format!("{} {}", last.date.day(), number::month_short(last.date.month(), words))),
        // On the day it ends all leave it.
        ("persons", count(if last.persons > 0.0 { last.persons } else { last.left })),
        ("km", count(last.km)),
    ];
    let said = |message: &str, values: &[(&str, String)]| {
        fill(message, &values.iter().map(|(k, v)| (*k, v.as_str())).collect::<Vec<_>>())
    };
    let (y, limit) = (outer.y0 - 35.0, outer.width());
    canvas.write_bold(outer.x0, y, &shortened(&name(caravan.name, words), BODY, limit), BODY, TEXT, Anchor::Start);
    for (i, line) in [said(words.caravan_set_out, &set_out), said(words.caravan_ends, &end)].iter().enumerate() {
        canvas.write(outer.x0, y + 13.0 * (i as f64 + 1.0), &shortened(line, NOTE, limit), NOTE, MUTED, Anchor::Start);
    }
}

/// Cut with dots where it is wider than `limit`.
fn shortened(text: &str, size: f64, limit: f64) -> String {
    let mut out = text.to_string();
    while font::width(&out, size, true) > limit && out.chars().count() > 4 {
        out = format!("{}...", out.trim_end_matches('.').chars().take(out.chars().count() - 5).collect::<String>());
    }
    out
}

fn bars(canvas: &mut Canvas, plot: &Plot, caravan: &Caravan) {
    for day in &caravan.days {
        let from = plot.day_of(day.date);
        let (x0, y0) = plot.at(from + 0.1, day.persons);
        let (x1, y1) = plot.at(from + 0.9, 0.0);
        let still = STILL.contains(&day.status.as_str());
        canvas.rect(Rect::new(x0, y0, x1, y1), if still { BLUE.tint(0.55) } else { BLUE });
    }
}

/// Dates below the bars, and below them the kilometres walked by then.
fn day_axis(canvas: &mut Canvas, context: Context, plot: &Plot, caravan: &Caravan) {
    let words = context.words;
    let fitting = (plot.area.width() / 56.0).floor().max(1.0);
    let step =
        [1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 14.0, 28.0].into_iter().find(|s| plot.days / s <= fitting).unwrap_or(56.0);
    let mut next = 0.0;
    for day in &caravan.days {
        let at = plot.day_of(day.date);
        if at < next {
            continue;
        }
        next = at + step;
        let x = plot.x.at(at + 0.5);
        let date = format!("{} {}", day.date.day(), number::month_short(day.date.month(), words));
        let km = fill(words.km, &[("n", &number::count(day.km, words))]);
        canvas.line((x, plot.area.y1), (x, plot.area.y1 + 4.0), RULE, 0.8);
        canvas.write(x, plot.area.y1 + 16.0, &date, NOTE, MUTED, Anchor::Middle);
        canvas.write(x, plot.area.y1 + 29.0, &km, NOTE, MUTED, Anchor::Middle);
    }
}
