//! Persons present by place and by state, stacked.

use super::Page;
use super::stacked::{self, Layer};
use crate::report::draw::palette::{self, SHADE};
use crate::report::foot::Context;
use crate::report::words::called;

/// Places with a layer of their own.
const LARGEST: usize = 10;

fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

/// The ten places with most people over the run, all others, and in transit.
pub(super) fn by_place(context: Context) -> Page {
    let (digest, words) = (context.digest, context.words);
    let places = digest.stock_by_place.len().min(digest.places.len());
    let mut order: Vec<usize> = (0..places).filter(|&i| mean(&digest.stock_by_place[i].mean) > 0.0).collect();
    order.sort_by(|a, b| mean(&digest.stock_by_place[*b].mean).total_cmp(&mean(&digest.stock_by_place[*a].mean)));
    let rest = order.split_off(order.len().min(LARGEST));
    let mut layers: Vec<Layer> = order
        .iter()
        .enumerate()
        .map(|(rank, &i)| Layer {
            label: context.place(i).to_string(),
            ink: palette::layer(rank),
            values: digest.stock_by_place[i].mean.clone(),
        })
        .collect();
    let mut others = vec![0.0; digest.days()];
    for i in &rest {
        for (sum, v) in others.iter_mut().zip(&digest.stock_by_place[*i].mean) {
            *sum += v;
        }
    }
    if !rest.is_empty() {
        layers.push(Layer { label: words.other_places.to_string(), ink: SHADE, values: others });
    }
    if let Some(transit) = digest.stock_by_place.get(digest.places.len()).filter(|t| mean(&t.mean) > 0.0) {
        let ink = palette::RULE;
        layers.push(Layer { label: words.in_transit.to_string(), ink, values: transit.mean.clone() });
    }
    stacked::draw(context, &words.people_by_place, layers, Vec::new())
}

/// Every state with anyone in it.
pub(super) fn by_state(context: Context) -> Page {
    let (digest, words) = (context.digest, context.words);
    let layers = digest
        .stock_by_state
        .iter()
        .enumerate()
        .filter(|(_, state)| mean(&state.daily.mean) > 0.0)
        .map(|(i, state)| Layer {
            label: called(&words.states, &state.name),
            ink: palette::layer(i),
            values: state.daily.mean.clone(),
        })
        .collect();
    stacked::draw(context, &words.people_by_state, layers, Vec::new())
}
