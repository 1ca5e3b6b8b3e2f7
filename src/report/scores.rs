//! Charts of a validation: every target beside its interval.

use jiff::civil::Date;
use rayon::prelude::*;

use super::charts::panel_grid;
use super::draw::axis::{COMPACT_LABELS, Plot};
use super::draw::canvas::{Anchor, Canvas, Rect};
use super::draw::page::{Mark, Page};
use super::draw::palette::{BLUE, BODY, GRID, MUTED, NOTE, RULE, TEXT, VERMILION};
use super::draw::render::{RenderError, render};
use super::number;
use super::words::{Words, called, named};
use crate::experiment::validate::Score;

/// Targets of one quantity that make a panel of their own.
const FEWEST: usize = 6;
/// Panels of a chart.
const MOST: usize = 12;
/// Half-intervals shown beside each family.
const REACH: f64 = 4.0;

/// A chart of a validation.
pub struct ScoreChart {
    pub name: String,
    pub svg: String,
    pub png: Vec<u8>,
}

/// A page that is to be such a chart.
pub struct ScorePage<'a> {
    pub name: String,
    pub page: Canvas,
    /// Title and description for search and screen readers.
    pub title: String,
    pub shows: &'a str,
}

/// What stands under every chart.
#[derive(Debug)]
pub struct Caption<'a> {
    pub title: &'a str,
    pub source: &'a str,
}

/// One chart of all targets by family, and one a family with monthly series.
///
/// # Errors
/// A chart cannot be rendered.
pub fn charts(scores: &[Score], caption: &Caption<'_>, words: &Words) -> Result<Vec<ScoreChart>, RenderError> {
    let mut pages = vec![("validation".to_string(), overview(scores, caption, words))];
    for family in families(scores) {
        pages.extend(monthly(&family, scores, caption, words).map(|page| (format!("validation_{family}"), page)));
    }
    let title = format!("{}: {}", words.validation_title, caption.title);
    let page = |(name, page)| ScorePage { name, page, title: title.clone(), shows: words.validation_shows };
    rendered(&pages.into_iter().map(page).collect::<Vec<_>>())
}

/// Pages as charts, side by side where there are threads.
///
/// # Errors
/// One cannot be rendered.
pub fn rendered(pages: &[ScorePage<'_>]) -> Result<Vec<ScoreChart>, RenderError> {
    let finish = |p: &ScorePage<'_>| {
        let (svg, png) = render(&p.page, &p.title, p.shows)?;
        Ok(ScoreChart { name: p.name.clone(), svg, png })
    };
    pages.par_iter().map(finish).collect()
}

fn families(scores: &[Score]) -> Vec<String> {
    let mut out: Vec<String> = scores.iter().map(|s| s.target.row.family.clone()).collect();
    let mut seen = Vec::new();
    out.retain(|name| {
        !seen.contains(name) && {
            seen.push(name.clone());
            true
        }
    });
    out
}

/// Whose numbers: a group or a nationality; `None` for all.
fn whose_name(whose: &str, words: &Words) -> Option<String> {
    let listed = words.whose.get(whose).map_or_else(|| named(&words.nationalities, whose), |name| *name);
    (!whose.is_empty()).then(|| listed.to_string())
}

/// Where the observation lies in units of the interval's half-width, by family.
fn overview(scores: &[Score], caption: &Caption<'_>, words: &Words) -> Canvas {
    let mut page = Page::new(words.validation_title, caption.title);
    page.legend(&[
        (Mark::Circle(BLUE), words.validation_inside.to_string()),
        (Mark::Diamond(VERMILION), words.validation_outside.to_string()),
        (Mark::Circle(RULE), words.validation_used.to_string()),
    ]);
    page.skip(10.0);
    let names = families(scores);
    let row = 34.0;
    let body = page.body(row * names.len() as f64 + 30.0);
    let (left, right) = (body.x0 + 150.0, body.x1 - 110.0);
    let x = |z: f64| left + (z.clamp(-REACH, REACH) + REACH) / (2.0 * REACH) * (right - left);
    page.canvas.rect(Rect::new(x(-1.0), body.y0, x(1.0), body.y0 + row * names.len() as f64), GRID);
    for (i, name) in names.iter().enumerate() {
        let y = body.y0 + row * (i as f64 + 0.5);
        page.canvas.write(body.x0, y + 4.0, &called(&words.families, name), BODY, TEXT, Anchor::Start);
        let own: Vec<&Score> =
            scores.iter().filter(|s| s.target.row.family == *name && s.simulated.is_some()).collect();
        for (k, s) in own.iter().enumerate() {
            let (low, high) = s.interval;
            let z = (s.target.row.value - (low + high) / 2.0) / ((high - low) / 2.0).max(1e-12);
            // Spread over the height of the row, so that many can be told apart.
            let lift = (k as f64 * 0.618_034).fract() * (row - 12.0) - (row - 12.0) / 2.0;
            let at = (x(z), y + lift);
            match (s.target.row.used, s.inside() == Some(true)) {
                (true, _) => page.canvas.hollow_circle(at, 2.4, RULE),
                (false, true) => page.canvas.hollow_circle(at, 2.6, BLUE),
                (false, false) => page.canvas.hollow_diamond(at, 3.4, VERMILION),
            }
        }
        let counted: Vec<&&Score> = own.iter().filter(|s| !s.target.row.used).collect();
        let inside = counted.iter().filter(|s| s.inside() == Some(true)).count();
        let said = match counted.len() {
            0 => words.validation_all_used.to_string(),
            n => format!("{inside} / {n}"),
        };
        page.canvas.write(body.x1, y + 4.0, &said, BODY, MUTED, Anchor::End);
    }
    let foot = body.y0 + row * names.len() as f64 + 16.0;
    for z in [-REACH, -1.0, 0.0, 1.0, REACH] {
        let end = if z.abs() == REACH { "…" } else { "" };
        let label = format!("{}{end}", number::signed(z, words));
        page.canvas.write(x(z), foot, &label, NOTE, MUTED, Anchor::Middle);
    }
    page.skip(4.0);
    page.notes(&[words.validation_note.to_string(), caption.source.to_string()]);
    page.finish()
}

/// One panel a monthly series of a family.
fn monthly(family: &str, scores: &[Score], caption: &Caption<'_>, words: &Words) -> Option<Canvas> {
    let mut groups: Vec<((String, String), Vec<&Score>)> = Vec::new();
    for s in scores.iter().filter(|s| s.target.row.family == family && s.simulated.is_some()) {
        let month = (s.target.row.to - s.target.row.from).get_days() < 31;
        // Places are told apart by their names alone.
        if !month || s.target.row.place.is_some() {
            continue;
        }
        let key = (s.target.row.series.clone(), s.whose.clone());
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, list)) => list.push(s),
            None => groups.push((key, vec![s])),
        }
    }
    groups.retain(|(_, list)| list.len() >= FEWEST && list.iter().all(|s| s.target.row.value >= 0.0));
    groups.truncate(MOST);
    if groups.is_empty() {
        return None;
    }
    let first = groups.iter().flat_map(|(_, list)| list.iter().map(|s| s.target.row.from)).min()?;
    let last = groups.iter().flat_map(|(_, list)| list.iter().map(|s| s.target.row.to)).max()?;
    let title = format!("{}: {}", words.validation_title, called(&words.families, family));
    let mut page = Page::new(&title, caption.title);
    page.legend(&[
        (Mark::Box(BLUE.tint(0.6)), words.validation_interval.to_string()),
        (Mark::Line(BLUE, None), words.validation_median.to_string()),
        (Mark::Circle(TEXT), words.validation_inside.to_string()),
        (Mark::Diamond(VERMILION), words.validation_outside.to_string()),
    ]);
    page.skip(4.0);
    let columns = if groups.len() == 1 { 1 } else { 3 };
    let boxes = panel_grid(&mut page, columns, 104.0, 24.0, COMPACT_LABELS, groups.len());
    for (((series, whose), list), outer) in groups.iter().zip(boxes) {
        let name = whose_name(whose, words).unwrap_or_else(|| called(&words.series, series));
        panel(&mut page.canvas, outer, &name, list, (first, last), words);
    }
    page.skip(6.0);
    let unit = named(&words.units, &groups[0].1[0].target.row.unit);
    page.notes(&[
        format!("{} {unit}. {}", words.validation_unit, words.validation_monthly_note),
        caption.source.to_string(),
    ]);
    Some(page.finish())
}

fn panel(canvas: &mut Canvas, outer: Rect, name: &str, list: &[&Score], (first, last): (Date, Date), words: &Words) {
    let highest = list.iter().map(|s| s.interval.1.max(s.target.row.value)).fold(0.0, f64::max);
    let top = if list.iter().all(|s| s.target.row.kind == "share") { highest.min(100.0) } else { highest };
    let days = f64::from((last - first).get_days()) + 1.0;
    let plot = Plot::aligned(outer, 2.0, first, days, top, 34.0, words);
    canvas.write_bold(plot.area.x0, plot.area.y0 - 8.0, name, BODY, TEXT, Anchor::Start);
    plot.value_axis(canvas, "", 0.0, words);
    plot.compact_time_axis(canvas, words);
    for s in list {
        let r = &s.target.row;
        let (from, to) = (plot.day_of(r.from) + 3.0, (plot.day_of(r.to) - 2.0).max(plot.day_of(r.from) + 6.0));
        // No share is above all, or below none.
        let most = if r.kind == "share" { 100.0 } else { f64::INFINITY };
        let (low, high) = (s.interval.0.clamp(0.0, most), s.interval.1.clamp(0.0, most));
        let ((x0, y0), (x1, y1)) = (plot.at(from, high), plot.at(to, low));
        canvas.rect(Rect::new(x0, y0, x1, y1), BLUE.tint(0.6));
        if let Some(simulated) = s.simulated {
            canvas.line(plot.at(from, simulated.p50.max(0.0)), plot.at(to, simulated.p50.max(0.0)), BLUE, 1.6);
        }
        let at = plot.at((from + to) / 2.0, r.value);
        match s.inside() {
            Some(true) => canvas.hollow_circle(at, 2.4, TEXT),
            _ => canvas.hollow_diamond(at, 3.2, VERMILION),
        }
    }
}
