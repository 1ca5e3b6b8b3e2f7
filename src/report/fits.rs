//! Charts of a calibration: what was learned of each parameter, and how far off each target was before
//! and is after.

use super::draw::canvas::{Anchor, Canvas, Rect};
use super::draw::page::{Mark, Page};
use super::draw::palette::{BLUE, BODY, GRID, MUTED, NOTE, RULE, TEXT, VERMILION};
use super::draw::render::RenderError;
use super::number;
use super::scores::{Caption, ScoreChart, ScorePage, rendered};
use super::words::{Words, called, fill};
use crate::experiment::calibrate::Calibrated;
use crate::experiment::calibrate::plan::Plan;
use crate::record::quantile::spread;

/// Standard deviations shown.
const REACH: f64 = 6.0;
/// Height of a parameter's row.
const ROW: f64 = 17.0;

/// Both charts.
///
/// # Errors
/// A chart cannot be rendered.
pub fn charts(
    plan: &Plan,
    done: &Calibrated,
    caption: &Caption<'_>,
    words: &Words,
) -> Result<Vec<ScoreChart>, RenderError> {
    let pages = [
        ("parameters", parameters(plan, done, caption, words), &words.posterior_title),
        ("fits", misfits(done, caption, words), &words.fits_title),
    ];
    let page = |(name, page, title): (&str, Canvas, &&'static str)| ScorePage {
        name: name.to_string(),
        page,
        title: format!("{title}: {}", caption.title),
        shows: title,
    };
    rendered(&pages.map(page))
}

/// Prior and posterior of each parameter, each prior across the same width.
fn parameters(plan: &Plan, done: &Calibrated, caption: &Caption<'_>, words: &Words) -> Canvas {
    let mut page = Page::new(words.posterior_title, caption.title);
    page.legend(&[
        (Mark::Box(GRID), words.posterior_prior.to_string()),
        (Mark::Box(BLUE.tint(0.5)), words.posterior_interval.to_string()),
        (Mark::Line(BLUE, None), words.posterior_median.to_string()),
    ]);
    page.skip(8.0);
    let body = page.body(ROW * plan.parameters.len() as f64);
    let (left, right) = (body.x0 + 330.0, body.x1 - 130.0);
    for (p, parameter) in plan.parameters.iter().enumerate() {
        let mut values: Vec<f64> = done.answer.draws.iter().map(|draw| draw[p]).collect();
        let s = spread(&mut values).unwrap_or_default();
        let x = |v: f64| left + (v - parameter.low) / (parameter.high - parameter.low) * (right - left);
        let y = body.y0 + ROW * p as f64;
        page.canvas.write(body.x0, y + 11.5, &parameter.name, NOTE, TEXT, Anchor::Start);
        page.canvas.rect(Rect::new(left, y + 4.0, right, y + ROW - 4.0), GRID);
        page.canvas.rect(Rect::new(x(s.p05), y + 4.0, x(s.p95), y + ROW - 4.0), BLUE.tint(0.5));
        page.canvas.line((x(s.p50), y + 2.0), (x(s.p50), y + ROW - 2.0), BLUE, 1.8);
        let number = |v: f64| number::fixed(v, 3, words).trim_end_matches('0').trim_end_matches('.').to_string();
        let bounds = format!("{} – {}", number(parameter.low), number(parameter.high));
        page.canvas.write(body.x1, y + 11.5, &bounds, NOTE, MUTED, Anchor::End);
    }
    page.skip(6.0);
    page.notes(&[words.posterior_note.to_string(), caption.source.to_string()]);
    page.finish()
}

/// How many standard deviations each target is off, by family: before above, after below.
fn misfits(done: &Calibrated, caption: &Caption<'_>, words: &Words) -> Canvas {
    let mut page = Page::new(words.fits_title, caption.title);
    page.legend(&[
        (Mark::Circle(RULE), words.fits_before.to_string()),
        (Mark::Circle(BLUE), words.fits_after.to_string()),
        (Mark::Diamond(VERMILION), words.fits_beyond.to_string()),
    ]);
    page.skip(10.0);
    let mut families: Vec<&str> = Vec::new();
    for (target, goal) in done.targets.iter().zip(&done.goals) {
        if goal.weight > 0.0 && !families.contains(&target.row.family.as_str()) {
            families.push(&target.row.family);
        }
    }
    let row = 44.0;
    let body = page.body(row * families.len() as f64 + 26.0);
    let (left, right) = (body.x0 + 150.0, body.x1 - 150.0);
    let x = |z: f64| left + z.clamp(0.0, REACH) / REACH * (right - left);
    page.canvas.rect(Rect::new(left, body.y0, x(3.0), body.y0 + row * families.len() as f64), GRID);
    for (f, family) in families.iter().enumerate() {
        let y = body.y0 + row * f as f64;
        page.canvas.write(body.x0, y + row / 2.0 + 4.0, &called(&words.families, family), BODY, TEXT, Anchor::Start);
        let (mut before, mut after, mut count) = (0.0, 0.0, 0.0);
        let own = |t: &usize| done.targets[*t].row.family == *family && done.goals[*t].weight > 0.0;
        for t in (0..done.targets.len()).filter(own) {
            let (Some(old), Some(new)) = (misfit(done, &done.answer.before, t), misfit(done, &done.fits, t)) else {
                continue;
            };
            let lift = (t as f64 * 0.618_034).fract() * (row / 2.0 - 8.0);
            page.canvas.hollow_circle((x(old), y + 5.0 + lift), 2.2, RULE);
            let at = (x(new), y + row / 2.0 + 2.0 + lift);
            match new > 3.0 {
                true => page.canvas.hollow_diamond(at, 3.0, VERMILION),
                false => page.canvas.hollow_circle(at, 2.4, BLUE),
            }
            (before, after, count) = (before + old, after + new, count + 1.0);
        }
        let mean = |sum: f64| number::fixed(sum / f64::max(count, 1.0), 1, words);
        let said = fill(words.range, &[("low", &mean(before)), ("high", &mean(after))]);
        page.canvas.write(body.x1, y + row / 2.0 + 4.0, &said, BODY, MUTED, Anchor::End);
    }
    let foot = body.y0 + row * families.len() as f64 + 16.0;
    for z in [0.0, 1.0, 2.0, 3.0, REACH] {
        let label = if z == REACH { format!("{z:.0}…") } else { format!("{z:.0}") };
        page.canvas.write(x(z), foot, &label, NOTE, MUTED, Anchor::Middle);
    }
    page.skip(4.0);
    page.notes(&[words.fits_note.to_string(), caption.source.to_string()]);
    page.finish()
}

/// How many standard deviations (observation and discrepancy) the median of some runs is off a target.
fn misfit(done: &Calibrated, rows: &[Vec<f64>], t: usize) -> Option<f64> {
    let mut values: Vec<f64> = rows.iter().map(|row| row[t]).filter(|x| x.is_finite()).collect();
    let median = spread(&mut values)?.p50;
    Some((median - done.targets[t].row.value).abs() / done.goals[t].variance.sqrt().max(1e-12))
}
