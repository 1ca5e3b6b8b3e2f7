//! How many households are present at the peak: told by a trial of the same scenario in which each household
//! stands for very many.
//!
//! Flows, capacities and slots of a scenario at a small scale are those at full scale divided, so the stock
//! follows the same course; what differs is chance. A trial of a few thousand households takes far less
//! than the run, and its result does not reach any file but the estimate.

use std::sync::atomic::AtomicBool;

use crate::model::size;
use crate::model::{RunOptions, run};
use crate::scenario::input::Scenario;

/// Households that enter in a trial, about.
const ENTERING: f64 = 3000.0;
/// Draws of uncertain parameters that are tried.
const DRAWS: usize = 3;
/// What is added for chance, and for what a trial so thin cannot show.
const MARGIN: f64 = 1.1;
/// What is added more where only some draws were tried.
const MARGIN_OF_DRAWS: f64 = 1.15;

/// Households present at the peak, as simulated at the scenario's scale; `None` if it was stopped.
pub fn households_at_the_peak(scenario: &Scenario, stop: &AtomicBool) -> Option<f64> {
    let draws = scenario.draw_timelines.len();
    if draws == 0 {
        return Some(peak(scenario, stop)? * MARGIN);
    }
    let tried = draws.min(DRAWS);
    let mut most = 0.0f64;
    for i in 0..tried {
        most = most.max(peak(&scenario.with_draw(i * draws / tried), stop)?);
    }
    let margin = if tried < draws { MARGIN * MARGIN_OF_DRAWS } else { MARGIN };
    Some(most * margin)
}

fn peak(scenario: &Scenario, stop: &AtomicBool) -> Option<f64> {
    let times = (size::entering(scenario) / ENTERING).max(1.0) as u32;
    let weight = scenario.weight.saturating_mul(times);
    let thinned = Scenario { weight, record_from: scenario.start, ..scenario.clone() };
    let seen = run(&thinned, 1, &RunOptions { sample_households: 0, stop, progress: &|_| {} })?;
    let stocks = &seen.stocks_by_place;
    let width = stocks.first * stocks.second;
    let of_day =
        |cells: &[crate::model::observation::Count]| cells.iter().map(|c| f64::from(c.households)).sum::<f64>();
    let most = stocks.cells.chunks(width.max(1)).map(of_day).fold(0.0, f64::max);
    Some(most / f64::from(scenario.weight))
}
