//! Every point of a design tried before a sweep is planned: what is wrong is said now, not after hours.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::ThreadPool;
use rayon::prelude::*;

use super::design::Design;
use super::error::SweepError;
use crate::experiment::error::RunError;
use crate::scenario::error::Problems;
use crate::scenario::{Prepared, ScenarioError};

/// Most warnings kept.
const MOST_WARNINGS: usize = 12;

/// What is said where the planning was stopped.
pub fn stopped() -> RunError {
    RunError::Stopped { kept: 0, states: 0, partial: PathBuf::new() }
}

/// Builds the scenario of every point. Gives what the user should know of the points and not of the scenario alone.
///
/// # Errors
/// The first point that is wrong, or it was stopped.
pub fn check_points(
    design: &Design,
    prepared: &Prepared,
    pool: &ThreadPool,
    stop: &AtomicBool,
    progress: &(dyn Fn(u32) + Sync),
) -> Result<Vec<String>, SweepError> {
    let first: Mutex<Option<(usize, ScenarioError)>> = Mutex::new(None);
    let plain = prepared.with(&[])?.warnings;
    // How many points a warning is about, and the first of them.
    let warnings: Mutex<BTreeMap<String, (usize, usize)>> = Mutex::default();
    let check = |point: usize| {
        progress(1);
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let error = match prepared.with(&design.settings(point)) {
            Err(error) => error,
            Ok(scenario) => {
                let Ok(mut warnings) = warnings.lock() else { return };
                for warning in scenario.warnings.into_iter().filter(|warning| !plain.contains(warning)) {
                    let (count, earliest) = warnings.entry(of_design(&warning)).or_insert((0, point));
                    (*count, *earliest) = (*count + 1, point.min(*earliest));
                }
                return;
            }
        };
        let Ok(mut first) = first.lock() else { return };
        // The first of the design, whatever order they were tried in.
        if first.as_ref().is_none_or(|(earlier, _)| point < *earlier) {
            *first = Some((point, error));
        }
    };
    pool.install(|| (0..design.rows.len()).into_par_iter().for_each(check));
    if stop.load(Ordering::Relaxed) {
        return Err(stopped().into());
    }
    if let Ok(Some((point, error))) = first.into_inner() {
        let mut problems = Problems::default();
        error.problems().for_each(|problem| problems.push(design.placed(point, problem)));
        problems.into_result()?;
    }
    let all = design.rows.len();
    let said = |(warning, (count, earliest)): (String, (usize, usize))| match count {
        _ if count == all => warning,
        _ => format!("{warning} ({count} of {all} points, the first is {})", design.ids[earliest]),
    };
    let found = warnings.into_inner().unwrap_or_default();
    let more = found.len().saturating_sub(MOST_WARNINGS);
    let mut shown: Vec<String> = found.into_iter().take(MOST_WARNINGS).map(said).collect();
    if more > 0 {
        shown.push(format!("{more} more warnings like these"));
    }
    Ok(shown)
}

/// A warning about an argument, as one about the design.
fn of_design(warning: &str) -> String {
    match warning.strip_prefix("--set ") {
        Some(rest) => format!("in the design, {rest}"),
        None => warning.to_string(),
    }
}
