//! Shares of nationalities among those processed: one panel each, all on one scale.

use super::Page;
use super::monthly::MonthSpan;
use super::panels::Grid;
use crate::record::digest::FlowGroup;
use crate::report::data::{self, Seen};
use crate::report::draw::axis::{COMPACT_LABELS, Plot};
use crate::report::draw::canvas::Anchor;
use crate::report::draw::page::{self, Mark};
use crate::report::draw::palette::{BLUE, BODY, RULE, TEXT};
use crate::report::draw::series::{self, POINT};
use crate::report::foot::{Context, Statistic};
use crate::report::words::named;

const EVENT: &str = "processed";
/// Nationalities with a panel of their own.
const LARGEST: usize = 8;

/// One panel.
struct Panel {
    name: String,
    /// Percent by month; `None` where nobody was processed.
    shares: Vec<Option<f64>>,
    seen: Vec<Seen>,
}

/// Draws the chart.
pub(super) fn draw(context: Context) -> Page {
    let (digest, words) = (context.digest, context.words);
    let months = data::months(digest);
    let all: Vec<f64> = data::flow(digest, EVENT, FlowGroup::All, &months).iter().map(|s| s.mean).collect();
    if all.iter().all(|v| *v <= 0.0) {
        return Err(words.left_out_zero.to_string());
    }
    let panels = panels(context, &all);
    let top = panels
        .iter()
        .flat_map(|p| p.shares.iter().flatten().copied().chain(p.seen.iter().map(|s| s.value)))
        .fold(5.0, f64::max);

    let span = MonthSpan::new(context, &months);
    let subtitle = format!("{} · {}", context.subtitle(Statistic::Mean), words.share);
    let mut page = page::Page::new(words.processed_by_nationality.title, &subtitle);
    let mut entries = vec![(Mark::Line(BLUE, None), words.simulated.to_string())];
    for (used, text) in [(false, &words.observed), (true, &words.observed_used)] {
        if panels.iter().any(|p| p.seen.iter().any(|s| s.used == used)) {
            entries.push((Mark::Circle(if used { RULE } else { BLUE.shade(0.45) }), text.to_string()));
        }
    }
    page.legend(&entries);
    page.skip(4.0);
    let grid = Grid { columns: 3, height: 92.0, heading: 24.0, labels: COMPACT_LABELS };
    let boxes = grid.lay(&mut page, panels.len());
    for (panel, outer) in panels.iter().zip(boxes) {
        let plot = Plot::new(outer, 2.0, span.first, span.days, top, words);
        page.canvas.write_bold(plot.area.x0, plot.area.y0 - 8.0, &panel.name, BODY, TEXT, Anchor::Start);
        plot.value_axis(&mut page.canvas, "", 0.0, words);
        plot.compact_time_axis(&mut page.canvas, words);
        let points: Vec<(f64, f64)> =
            span.middles.iter().zip(&panel.shares).filter_map(|(x, s)| s.map(|s| (*x, s))).collect();
        series::line(&mut page.canvas, &plot, &points, BLUE, None);
        for seen in &panel.seen {
            let day = ((seen.from + seen.to) / 2.0 - span.offset).clamp(0.0, span.days);
            let ink = if seen.used { RULE } else { BLUE.shade(0.45) };
            page.canvas.hollow_circle(plot.at(day, seen.value), POINT - 1.0, ink);
        }
    }
    page.skip(4.0);
    let mut notes = Vec::new();
    if data::cuts_months(digest) {
        notes.push(words.incomplete_months.to_string());
    }
    page.notes(&context.notes(notes, panels.iter().flat_map(|p| &p.seen)));
    Ok(page.finish())
}

/// The largest nationalities by persons processed, then all others together.
fn panels(context: Context, all: &[f64]) -> Vec<Panel> {
    let (digest, words) = (context.digest, context.words);
    let months = data::months(digest);
    let means = |i: usize| -> Vec<f64> {
        data::flow(digest, EVENT, FlowGroup::Nationality(i), &months).iter().map(|s| s.mean).collect()
    };
    let mut sizes: Vec<(usize, Vec<f64>)> = (0..digest.nationalities.len()).map(|i| (i, means(i))).collect();
    sizes.retain(|(_, m)| m.iter().any(|v| *v > 0.0));
    sizes.sort_by(|a, b| b.1.iter().sum::<f64>().total_cmp(&a.1.iter().sum::<f64>()).then(a.0.cmp(&b.0)));
    let rest = sizes.split_off(sizes.len().min(LARGEST));
    let share = |part: f64, m: usize| (all[m] > 0.0).then(|| 100.0 * part / all[m]);
    let mut out: Vec<Panel> = sizes
        .iter()
        .map(|(i, part)| Panel {
            name: named(&words.nationalities, &digest.nationalities[*i].name).to_string(),
            shares: part.iter().enumerate().map(|(m, v)| share(*v, m)).collect(),
            seen: seen_shares(context, *i),
        })
        .collect();
    if !rest.is_empty() {
        let shares = (0..all.len()).map(|m| share(rest.iter().map(|(_, part)| part[m]).sum(), m)).collect();
        out.push(Panel { name: words.other_nationalities.to_string(), shares, seen: Vec::new() });
    }
    out
}

/// Published counts of a nationality as a percentage of the published total of the same months.
fn seen_shares(context: Context, nationality: usize) -> Vec<Seen> {
    let totals = data::seen(context.digest, EVENT, FlowGroup::All);
    let whole = |s: &Seen| {
        let same = |t: &&Seen| (t.from, t.to) == (s.from, s.to) && t.value > 0.0;
        let one_source = totals.iter().filter(same).find(|t| t.source == s.source);
        one_source.or_else(|| totals.iter().find(same)).map(|t| t.value)
    };
    data::seen(context.digest, EVENT, FlowGroup::Nationality(nationality))
        .into_iter()
        .filter_map(|s| whole(&s).map(|total| Seen { value: 100.0 * s.value / total, ..s }))
        .collect()
}
