//! Exits by month and outcome, as stacked bars.

use super::Page;
use super::monthly::MonthSpan;
use crate::record::digest::FlowGroup;
use crate::report::data;
use crate::report::draw::axis::{Plot, TIME_LABELS, UNIT_LIFT, UNIT_ROOM};
use crate::report::draw::canvas::Rect;
use crate::report::draw::label::{self, Label};
use crate::report::draw::page;
use crate::report::draw::palette::{self, Ink, TEXT};
use crate::report::foot::{Context, Statistic};
use crate::report::words::called;

const HEIGHT: f64 = 330.0;
const LABEL_LIMIT: f64 = 140.0;
/// Share of a month's width that its bar takes, and the widest bar.
const BAR: f64 = 0.78;
const WIDEST: f64 = 160.0;

/// Exit events in the order of the stack.
const EXITS: [&str; 8] = [
    "processed",
    "walk_up",
    "entered_between_ports",
    "removed",
    "deported",
    "returned_home",
    "settled",
    "asylum_granted",
];

/// Names of exit events: the known ones, then any other.
fn exits(context: Context) -> Vec<String> {
    let mut names: Vec<String> = EXITS.map(String::from).to_vec();
    for row in context.digest.flows.iter().filter(|row| row.kind == "exit") {
        if !names.contains(&row.event) {
            names.push(row.event.clone());
        }
    }
    names
}

/// Draws the chart.
pub(super) fn draw(context: Context) -> Page {
    let (digest, words) = (context.digest, context.words);
    let months = data::months(digest);
    let layers: Vec<(String, Ink, Vec<f64>)> = exits(context)
        .into_iter()
        .enumerate()
        .map(|(i, name)| {
            let means = data::flow(digest, &name, FlowGroup::All, &months).iter().map(|s| s.mean).collect();
            (called(&words.exits, &name), palette::layer(i), means)
        })
        .filter(|(_, _, means): &(_, _, Vec<f64>)| means.iter().any(|v| *v > 0.0))
        .collect();
    let total = |m: usize| layers.iter().map(|l| l.2[m]).sum::<f64>();
    let top = (0..months.len()).map(total).fold(0.0, f64::max);
    if top <= 0.0 {
        return Err(words.left_out_zero.to_string());
    }

    let span = MonthSpan::new(context, &months);
    let mut page = page::Page::new(words.flows_by_outcome.title, &context.subtitle(Statistic::Mean));
    page.skip(UNIT_ROOM);
    let outer = page.body(HEIGHT);
    let room = label::room(layers.iter().map(|l| l.0.as_str()), LABEL_LIMIT);
    let plot = Plot::new(outer, room, span.first, span.days, top, words);
    plot.value_axis(&mut page.canvas, words.persons_a_month, UNIT_LIFT, words);
    plot.time_axis(&mut page.canvas, words);
    let mut labels = Vec::new();
    for (m, middle) in span.middles.iter().enumerate() {
        let x = plot.x.at(*middle);
        let half = ((plot.x.at(f64::from(months[m].days())) - plot.x.at(0.0)) * BAR).min(WIDEST) / 2.0;
        let mut below = 0.0;
        for (label, ink, means) in &layers {
            let (low, high) = (plot.y.at(below), plot.y.at(below + means[m]));
            // A hairline of white keeps neighbours apart where colours alone would not.
            let gap = if low - high > 1.5 { 0.5 } else { 0.0 };
            page.canvas.rect(Rect::new(x - half, high + gap, x + half, low), *ink);
            below += means[m];
            if m + 1 == months.len() {
                labels.push(Label { y: (low + high) / 2.0, text: label.clone(), ink: TEXT, swatch: Some(*ink) });
            }
        }
    }
    label::beside(&mut page.canvas, plot.area.x1, plot.area.y0, plot.area.y1 + 8.0, labels, LABEL_LIMIT);
    page.skip(TIME_LABELS + 6.0);
    let cut = data::cuts_months(digest).then(|| words.incomplete_months.to_string());
    page.notes(&context.notes(cut.into_iter().collect(), []));
    Ok(page.finish())
}
