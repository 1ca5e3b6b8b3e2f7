//! Charts of a comparison: daily differences with their bands, and metrics with their intervals.

use super::charts::panel_grid;
use super::draw::axis::{COMPACT_LABELS, Plot, Scale};
use super::draw::canvas::{Anchor, Canvas, Rect};
use super::draw::page::{Mark, Page};
use super::draw::palette::{BODY, GRID, Ink, MUTED, NOTE, RULE, TEXT, layer};
use super::draw::render::RenderError;
use super::draw::series;
use super::number;
use super::scores::{Caption, ScoreChart, ScorePage, rendered};
use super::words::{Words, called, fill, named};
use crate::experiment::compare::Compared;
use crate::record::differences::{DailyDifference, Difference};
use crate::record::series::FLOW;

/// Series of the fans, in the order drawn; those without any difference are left out.
const SERIES: [&str; 9] = [
    "backlog",
    "present",
    "requests",
    "processed",
    "lapse",
    "border_patrol_encounter",
    "interception",
    "outside_geofence",
    "asylum_filed",
];

/// Metrics of the intervals.
const METRICS: [&str; 12] = [
    "backlog_peak",
    "backlog_end",
    "backlog_mean",
    "wait_completed_queue_age_mean",
    "wait_elapsed_time_waiting_p95_end",
    "processed",
    "lapse",
    "no_show",
    "border_patrol_encounter",
    "interception",
    "returned_home",
    "stock_end",
];

/// Most variants drawn: more cannot be told apart.
const MOST: usize = 6;
/// Days shown before anything differs.
const LEAD_IN: usize = 14;
/// Height of a variant's line in a row of the intervals.
const LINE: f64 = 17.0;

/// Both charts; one without a difference to show is left out.
///
/// # Errors
/// A chart cannot be rendered.
pub fn charts(done: &Compared, caption: &Caption<'_>, words: &Words) -> Result<Vec<ScoreChart>, RenderError> {
    let pages = [
        ("differences", intervals(done, caption, words), &words.differences_title),
        ("daily_differences", fans(done, caption, words), &words.fans_title),
    ];
    let drawn = pages.into_iter().filter_map(|(name, page, title)| {
        let (name, page) = (name.to_string(), page?);
        Some(ScorePage { name, page, title: format!("{title}: {}", caption.title), shows: title })
    });
    rendered(&drawn.collect::<Vec<_>>())
}

/// Colour of a variant, and its name for readers.
fn variants(done: &Compared) -> Vec<(&str, Ink, &str)> {
    let named = done.names.iter().zip(&done.titles).skip(1).take(MOST).enumerate();
    named.map(|(i, (name, title))| (name.as_str(), layer(i), title.as_str())).collect()
}

fn subtitle(done: &Compared, caption: &Caption<'_>, words: &Words) -> String {
    fill(words.compared_with, &[("base", caption.title), ("n", &done.replicates.to_string())])
}

/// Metrics as differences in percent of the base, each variant on a line of its own.
fn intervals(done: &Compared, caption: &Caption<'_>, words: &Words) -> Option<Canvas> {
    let variants = variants(done);
    let of = |metric: &str, name: &str| -> Option<(&Difference, f64, f64, f64)> {
        let d = done.differences.iter().find(|d| d.metric == metric && d.variant == name)?;
        let (s, base) = (d.spread?, d.base_mean?);
        (base.abs() > 0.0).then(|| (d, 100.0 * s.mean / base, 100.0 * s.p05 / base, 100.0 * s.p95 / base))
    };
    let rows: Vec<&str> = METRICS
        .into_iter()
        .filter(|metric| variants.iter().any(|v| of(metric, v.0).is_some_and(|d| (d.2, d.3) != (0.0, 0.0))))
        .collect();
    if rows.is_empty() {
        return None;
    }
    let ends = rows.iter().flat_map(|m| variants.iter().filter_map(|v| of(m, v.0))).flat_map(|d| [d.1, d.2, d.3]);
    let reach = ends.map(f64::abs).fold(0.0, f64::max).max(0.1) * 1.05;
    let mut page = Page::new(words.differences_title, &subtitle(done, caption, words));
    let marks = variants.iter().map(|(_, ink, title)| (Mark::Circle(*ink), title.to_string()));
    page.legend(&marks.collect::<Vec<_>>());
    page.skip(8.0);
    let height = LINE * variants.len() as f64 + 12.0;
    let body = page.body(height * rows.len() as f64 + 26.0);
    let (left, right) = (body.x0 + 215.0, body.x1 - 190.0);
    let x = |percent: f64| left + (percent + reach) / (2.0 * reach) * (right - left);
    let foot = body.y0 + height * rows.len() as f64;
    page.canvas.line((x(0.0), body.y0), (x(0.0), foot), RULE, 1.0);
    for (i, metric) in rows.iter().enumerate() {
        let top = body.y0 + height * i as f64;
        page.canvas.line((body.x0, top + height), (body.x1, top + height), GRID, 0.6);
        let name = called(&words.metric_names, metric);
        page.canvas.write(body.x0, top + height / 2.0 + 4.0, &name, BODY, TEXT, Anchor::Start);
        for (v, (variant, ink, _)) in variants.iter().enumerate() {
            let Some((d, mean, low, high)) = of(metric, variant) else { continue };
            let y = top + 6.0 + LINE * (v as f64 + 0.5);
            page.canvas.line((x(0.0), y), (x(mean), y), ink.tint(0.55), 1.2);
            page.canvas.line((x(low), y), (x(high), y), *ink, 2.6);
            page.canvas.hollow_circle((x(mean), y), 3.4, *ink);
            let s = d.spread.unwrap_or_default();
            let said = format!("{} {}", signed(s.mean, words), named(&words.units, d.unit));
            page.canvas.write(body.x1, y + 4.0, &said, NOTE, MUTED, Anchor::End);
        }
    }
    for tick in ticks(reach) {
        page.canvas.line((x(tick), foot), (x(tick), foot + 4.0), RULE, 0.8);
        let label = if tick == 0.0 { "0".to_string() } else { number::percent_label(&signed(tick, words), words) };
        page.canvas.write(x(tick), foot + 17.0, &label, NOTE, MUTED, Anchor::Middle);
    }
    page.skip(4.0);
    page.notes(&[words.differences_note.to_string(), caption.source.to_string()]);
    Some(page.finish())
}

/// Round numbers either side of 0.
fn ticks(reach: f64) -> Vec<f64> {
    let step = number::step(reach, 3);
    let count = (reach / step).floor() as i64;
    (-count..=count).map(|i| i as f64 * step).collect()
}

/// A difference with its sign.
fn signed(x: f64, words: &Words) -> String {
    let size = x.abs();
    let text = match size {
        s if s >= 100.0 || s == 0.0 => number::rounded(size, words),
        s if s >= 10.0 => number::count(size, words),
        s if s >= 0.1 => number::fixed(size, 1, words),
        _ => number::fixed(size, 2, words),
    };
    match x {
        x if x > 0.0 => format!("+{text}"),
        x if x < 0.0 => format!("\u{2212}{text}"),
        _ => text,
    }
}

/// Daily differences, a panel a series: median and band of each variant.
fn fans(done: &Compared, caption: &Caption<'_>, words: &Words) -> Option<Canvas> {
    let variants = variants(done);
    let of = |series: &str, name: &str| -> Option<&DailyDifference> {
        done.so_far.iter().find(|d| d.series == series && d.variant == name)
    };
    let moves = |d: &DailyDifference| d.p05.iter().chain(&d.p95).any(|x| *x != 0.0);
    let shown: Vec<&str> =
        SERIES.into_iter().filter(|s| variants.iter().any(|v| of(s, v.0).is_some_and(moves))).collect();
    if shown.is_empty() {
        return None;
    }
    let moved = |d: &DailyDifference| (0..d.p50.len()).find(|i| (d.p05[*i], d.p95[*i]) != (0.0, 0.0));
    let first = shown.iter().flat_map(|s| variants.iter().filter_map(|v| of(s, v.0))).filter_map(moved).min();
    let from = first.unwrap_or(0).saturating_sub(LEAD_IN);
    let mut page = Page::new(words.fans_title, &subtitle(done, caption, words));
    let mut marks: Vec<(Mark, String)> =
        variants.iter().map(|(_, ink, title)| (Mark::Line(*ink, None), title.to_string())).collect();
    marks.push((Mark::Band(MUTED), words.fans_band.to_string()));
    page.legend(&marks);
    page.skip(6.0);
    let columns = shown.len().min(3);
    let boxes = panel_grid(&mut page, columns, 118.0, 34.0, COMPACT_LABELS, shown.len());
    for (name, outer) in shown.iter().zip(boxes) {
        let own: Vec<(DailyDifference, Ink)> =
            variants.iter().filter_map(|v| Some((of(name, v.0)?.since(from), v.1))).collect();
        panel(&mut page.canvas, outer, name, &own, words);
    }
    page.skip(6.0);
    page.notes(&[words.fans_note.to_string(), caption.source.to_string()]);
    Some(page.finish())
}

fn panel(canvas: &mut Canvas, outer: Rect, name: &str, own: &[(DailyDifference, Ink)], words: &Words) {
    let Some((first, _)) = own.first() else { return };
    let ends = |pick: fn(&DailyDifference) -> &Vec<f64>| own.iter().flat_map(move |(d, _)| pick(d).iter().copied());
    let high = ends(|d| &d.p95).fold(0.0, f64::max);
    let low = ends(|d| &d.p05).fold(0.0, f64::min);
    let span = (high - low).max(1.0);
    let mut plot = Plot::aligned(outer, 4.0, first.first, first.p50.len() as f64, span, 52.0, words);
    plot.y = Scale { low: low - 0.04 * span, high: high + 0.04 * span, ..plot.y };
    let step = number::step(span, 4).max(1.0);
    plot.ticks = ((low / step).ceil() as i64..=(high / step).floor() as i64).map(|i| i as f64 * step).collect();
    let label = called(&words.metric_names, name);
    canvas.write_bold(plot.area.x0, plot.area.y0 - 18.0, &label, BODY, TEXT, Anchor::Start);
    let unit = if first.unit == FLOW { &words.summed_up } else { &words.persons };
    canvas.write(plot.area.x0, plot.area.y0 - 5.0, unit, NOTE, MUTED, Anchor::Start);
    plot.value_axis(canvas, "", 0.0, words);
    plot.compact_time_axis(canvas, words);
    for (d, ink) in own {
        series::band(canvas, &plot, &series::daily(&d.p05), &series::daily(&d.p95), *ink);
    }
    for (d, ink) in own {
        series::line(canvas, &plot, &series::daily(&d.p50), *ink, None);
    }
}
