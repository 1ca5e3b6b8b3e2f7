//! Daily series stacked into layers, labelled beside their right end.

use super::Page;
use crate::report::draw::axis::{Plot, TIME_LABELS, UNIT_LIFT, UNIT_ROOM};
use crate::report::draw::label::{self, Label};
use crate::report::draw::page;
use crate::report::draw::palette::{Ink, TEXT};
use crate::report::draw::series;
use crate::report::foot::{Context, Statistic};
use crate::report::words::ChartWords;

const HEIGHT: f64 = 350.0;
const LABEL_LIMIT: f64 = 150.0;

/// A layer of a stack, from the bottom up.
pub(super) struct Layer {
    pub label: String,
    pub ink: Ink,
    /// One value a day.
    pub values: Vec<f64>,
}

/// Draws layers of persons by day.
pub(super) fn draw(context: Context, chart: &ChartWords, layers: Vec<Layer>, notes: Vec<String>) -> Page {
    let words = context.words;
    let days = layers.iter().map(|l| l.values.len()).min().unwrap_or(0);
    let mut sums = vec![vec![0.0; days]];
    for layer in &layers {
        let below = &sums[sums.len() - 1];
        sums.push(below.iter().zip(&layer.values).map(|(b, v)| b + v.max(0.0)).collect());
    }
    let top = sums[sums.len() - 1].iter().copied().fold(0.0, f64::max);
    if top <= 0.0 {
        return Err(words.left_out_zero.to_string());
    }

    let mut page = page::Page::new(chart.title, &context.subtitle(Statistic::Mean));
    page.skip(UNIT_ROOM);
    let outer = page.body(HEIGHT);
    let room = label::room(layers.iter().map(|l| l.label.as_str()), LABEL_LIMIT);
    let plot = Plot::new(outer, room, context.digest.first_day, days as f64, top, words);
    plot.value_axis(&mut page.canvas, words.persons, UNIT_LIFT, words);
    plot.time_axis(&mut page.canvas, words);
    let mut labels = Vec::new();
    for (layer, pair) in layers.iter().zip(sums.windows(2)) {
        series::layer(&mut page.canvas, &plot, &series::daily(&pair[0]), &series::daily(&pair[1]), layer.ink);
        let at = |s: &[f64]| s.last().copied().unwrap_or(0.0);
        let y = plot.y.at((at(&pair[0]) + at(&pair[1])) / 2.0);
        labels.push(Label { y, text: layer.label.clone(), ink: TEXT, swatch: Some(layer.ink) });
    }
    label::beside(&mut page.canvas, plot.area.x1, plot.area.y0, plot.area.y1 + 6.0, labels, LABEL_LIMIT);
    page.skip(TIME_LABELS + 6.0);
    page.notes(&context.notes(notes, []));
    Ok(page.finish())
}
