//! What a calibration varies and how: a TOML file.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;

use crate::scenario::error::{Problem, Problems, ScenarioError, Spot, Text, suggestion};
use crate::scenario::input::Scenario;
use crate::scenario::posterior::Draws;
use crate::scenario::{Overrides, PosteriorUse, calibration_names, calibration_text, load};

/// A calibration as written.
#[derive(Debug, Clone)]
pub struct Plan {
    pub name: String,
    /// Built-in scenario or file, beside the plan.
    pub scenario: String,
    pub scale: f64,
    /// Scale of the runs at the draws of the posterior.
    pub final_scale: f64,
    pub waves: Vec<usize>,
    pub repeats: usize,
    pub draws: usize,
    pub seed: u64,
    /// In the order written.
    pub parameters: Vec<PlanParameter>,
    pub families: BTreeMap<String, Family>,
    pub text: Arc<Text>,
}

/// A number to be inferred; it may stand for several parameters.
#[derive(Debug, Clone)]
pub struct PlanParameter {
    pub name: String,
    /// What it sets: paths as `--set` takes them.
    pub paths: Vec<String>,
    pub low: f64,
    pub high: f64,
}

/// How far a family of targets may be from the world for reasons the model does not have.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Family {
    /// Standard deviation of the discrepancy, as a share of the value.
    #[serde(default)]
    pub relative: f64,
    /// And in the unit of the target.
    #[serde(default)]
    pub absolute: f64,
    /// As how many independent numbers its targets count together; all of them if left out.
    pub worth: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    scenario: String,
    scale: Spanned<f64>,
    final_scale: Option<Spanned<f64>>,
    waves: Spanned<Vec<usize>>,
    repeats: Spanned<usize>,
    draws: Spanned<usize>,
    #[serde(default = "one")]
    seed: u64,
    #[serde(default)]
    family: BTreeMap<Spanned<String>, Family>,
    parameter: Vec<Spanned<WrittenParameter>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenParameter {
    name: Option<String>,
    path: Option<Spanned<String>>,
    #[serde(default)]
    paths: Vec<Spanned<String>>,
    low: Spanned<f64>,
    high: Spanned<f64>,
}

fn one() -> u64 {
    1
}

/// Most runs of one wave, draws and repeats.
const MOST: usize = 1_000_000;

impl Plan {
    /// Reads a built-in plan by name, or a file.
    ///
    /// # Errors
    /// No such plan, not TOML, unknown keys, numbers out of bounds, parameters the scenario has not.
    pub fn read(reference: &str) -> Result<Plan, ScenarioError> {
        let text = plan_text(reference)?;
        let written: Written = toml::from_str(&text.text).map_err(|e| {
            let span = e.span().unwrap_or(0..0);
            Problem::at(&spot(&text, span), e.message().to_string(), "here")
        })?;
        let name = Path::new(reference).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let mut problems = Problems::default();
        let mut bound = |value: &Spanned<f64>, what: &str, low: f64, high: f64| {
            let x = *value.get_ref();
            if !(x > low && x <= high) {
                let at = spot(&text, value.span());
                problems.push(Problem::at(
                    &at,
                    format!("`{what}` must lie above {low} and at most at {high}"),
                    "out of bounds",
                ));
            }
        };
        bound(&written.scale, "scale", 0.0, 1.0);
        let final_scale = written.final_scale.as_ref().unwrap_or(&written.scale);
        bound(final_scale, "final_scale", 0.0, 1.0);
        let mut count = |value: usize, span: Range<usize>, what: &str, low: usize| {
            if !(low..=MOST).contains(&value) {
                let message = format!("`{what}` must lie from {low} to {MOST}");
                problems.push(Problem::at(&spot(&text, span), message, "out of bounds"));
            }
        };
        count(*written.repeats.get_ref(), written.repeats.span(), "repeats", 2);
        count(*written.draws.get_ref(), written.draws.span(), "draws", 4);
        count(written.waves.get_ref().len(), written.waves.span(), "number of waves", 1);
        for runs in written.waves.get_ref() {
            count(*runs, written.waves.span(), "waves", 8);
        }
        let parameters = written.parameter.iter().filter_map(|p| problems.keep(parameter(p, &text))).collect();
        for (name, family) in &written.family {
            if !(family.relative >= 0.0 && family.absolute >= 0.0 && family.worth.is_none_or(|w| w > 0.0)) {
                let message = "a discrepancy is not below 0, and a worth is above 0";
                problems.push(Problem::at(&spot(&text, name.span()), message, "this family"));
            }
        }
        let plan = Plan {
            name,
            scenario: beside(&written.scenario, reference),
            scale: *written.scale.get_ref(),
            final_scale: *final_scale.get_ref(),
            waves: written.waves.into_inner(),
            repeats: written.repeats.into_inner(),
            draws: written.draws.into_inner(),
            seed: written.seed,
            parameters,
            families: written.family.into_iter().map(|(name, f)| (name.into_inner(), f)).collect(),
            text,
        };
        problems.into_result()?;
        Ok(plan)
    }

    /// Loads the scenario with points of the plan's parameters as draws, in turn.
    ///
    /// # Errors
    /// What the scenario's reader refuses: an unknown path, a value out of bounds.
    pub fn load(&self, base: &Overrides, scale: f64, points: &[Vec<f64>]) -> Result<Scenario, ScenarioError> {
        let posterior = PosteriorUse::Given(self.draws_of(points));
        load(&self.scenario, &Overrides { scale: Some(scale), posterior, ..base.clone() })
    }

    /// Points as draws of parameters: one column a path.
    pub fn draws_of(&self, points: &[Vec<f64>]) -> Draws {
        let spread = |point: &Vec<f64>| -> Vec<f64> {
            self.parameters.iter().zip(point).flat_map(|(p, x)| p.paths.iter().map(|_| *x)).collect()
        };
        let names = self.parameters.iter().flat_map(|p| p.paths.clone()).collect();
        Draws::new(names, points.iter().map(spread).collect()).said_in(self.text.clone())
    }
}

fn parameter(written: &Spanned<WrittenParameter>, text: &Arc<Text>) -> Result<PlanParameter, Problem> {
    let at = |span| spot(text, span);
    let p = written.get_ref();
    let paths: Vec<String> = p.path.iter().chain(&p.paths).map(|path| path.get_ref().clone()).collect();
    let Some(first) = paths.first() else {
        return Err(Problem::at(&at(written.span()), "a parameter needs `path`, or `paths`", "nothing to vary"));
    };
    let (low, high) = (*p.low.get_ref(), *p.high.get_ref());
    if !(low.is_finite() && high.is_finite() && low < high) {
        return Err(Problem::at(&at(p.high.span()), "`high` must lie above `low`", "not above it"));
    }
    Ok(PlanParameter { name: p.name.clone().unwrap_or_else(|| first.clone()), paths, low, high })
}

fn spot(text: &Arc<Text>, span: Range<usize>) -> Spot {
    Spot { text: text.clone(), span }
}

/// A scenario's file lies beside the plan that names it; a built-in one has no ending.
fn beside(scenario: &str, plan: &str) -> String {
    match Path::new(plan).parent() {
        Some(folder) if scenario.ends_with(".toml") => folder.join(scenario).to_string_lossy().into_owned(),
        _ => scenario.to_owned(),
    }
}

fn plan_text(reference: &str) -> Result<Arc<Text>, ScenarioError> {
    if let Some(text) = calibration_text(reference) {
        return Ok(Text::new(format!("builtin:calibration/{reference}.toml"), text));
    }
    let read = std::fs::read_to_string(reference);
    read.map(|text| Text::new(reference, text)).map_err(|e| {
        let known = calibration_names();
        let problem = Problem::nowhere(format!("cannot read the plan of a calibration {reference}: {e}"));
        problem.help(suggestion(reference, known.iter().map(String::as_str))).into()
    })
}
