//! What a calibration varies and how: a TOML file.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;
use toml_edit::{DocumentMut, Value, value};

use crate::scenario::error::{Problem, Problems, ScenarioError, Spot, Text, suggestion};
use crate::scenario::input::Scenario;
use crate::scenario::posterior::Draws;
use crate::scenario::{
    Overrides, PosteriorUse, calibration_names, calibration_text, file_text, load, scale_weight, scenario_names,
};

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
    /// Settings of the scenario, as `--set` takes them.
    pub set: Vec<String>,
    pub text: Arc<Text>,
    /// Where the text names its families.
    families_at: BTreeMap<String, Range<usize>>,
    /// Targets that end later carry no weight.
    pub train_to: Option<Date>,
}

/// A number to be inferred; it may stand for several parameters.
#[derive(Debug, Clone)]
pub struct PlanParameter {
    pub name: String,
    /// What it sets: paths as `--set` takes them.
    pub paths: Vec<String>,
    /// Where each path stands in the text.
    pub paths_at: Vec<Range<usize>>,
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
    scenario: Spanned<String>,
    scale: Spanned<f64>,
    final_scale: Option<Spanned<f64>>,
    waves: Spanned<Vec<usize>>,
    repeats: Spanned<usize>,
    draws: Spanned<usize>,
    #[serde(default = "one")]
    seed: u64,
    #[serde(default)]
    set: Vec<String>,
    train_to: Option<Spanned<String>>,
    #[serde(default)]
    family: BTreeMap<Spanned<String>, Family>,
    #[serde(default)]
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
pub const MOST: usize = 1_000_000;

impl Plan {
    /// Reads a built-in plan by name, or a file.
    ///
    /// # Errors
    /// No such plan, not TOML, unknown keys, numbers out of bounds, parameters the scenario has not.
    pub fn read(reference: &str) -> Result<Plan, ScenarioError> {
        Self::of_text(reference, plan_text(reference)?)
    }

    /// The plan of a text that stands at `reference`.
    ///
    /// # Errors
    /// As [`Plan::read`], but for the file.
    pub fn of_text(reference: &str, text: Arc<Text>) -> Result<Plan, ScenarioError> {
        let written: Written = toml::from_str(&text.text).map_err(|e| {
            let span = e.span().unwrap_or(0..0);
            Problem::at(&spot(&text, span), e.message().to_string(), "here")
        })?;
        let name = Path::new(reference).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let mut problems = Problems::default();
        let final_scale = written.final_scale.as_ref().unwrap_or(&written.scale);
        for scale in [&written.scale, final_scale] {
            if let Err((message, help)) = scale_weight(*scale.get_ref()) {
                problems.push(Problem::at(&spot(&text, scale.span()), message, "not a scale").help(help));
            }
        }
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
        let train_to = written.train_to.as_ref().and_then(|month| {
            problems.keep(last_day_of(month.get_ref()).ok_or_else(|| {
                Problem::at(&spot(&text, month.span()), "`train_to` is a month, as \"2023-12\"", "no month")
            }))
        });
        let parameters: Vec<PlanParameter> =
            written.parameter.iter().filter_map(|p| problems.keep(parameter(p, &text))).collect();
        if written.parameter.is_empty() {
            problems.push(Problem::at(&Spot::start_of(&text), "a plan varies at least one parameter", "none here"));
        }
        twice(&parameters, &text, &mut problems);
        for (name, family) in &written.family {
            let discrepancy = |x: f64| (0.0..f64::INFINITY).contains(&x);
            if !(discrepancy(family.relative) && discrepancy(family.absolute) && family.worth.is_none_or(|w| w > 0.0)) {
                let message = "a discrepancy is a finite number not below 0, and a worth is above 0";
                problems.push(Problem::at(&spot(&text, name.span()), message, "this family"));
            }
        }
        let plan = Plan {
            name,
            families_at: written.family.keys().map(|name| (name.get_ref().clone(), name.span())).collect(),
            train_to,
            set: written.set,
            scenario: beside(written.scenario.get_ref(), reference),
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

    /// The plan as carried out, written into a folder: it names a scenario's file as seen from there.
    pub fn text_in(&self, folder: &Path) -> String {
        // It was read from TOML.
        let mut document: DocumentMut = self.text.text.parse().unwrap_or_default();
        if !scenario_names().contains(&self.scenario) && Path::new(&self.scenario).is_file() {
            document["scenario"] = value(seen_from(Path::new(&self.scenario), folder));
        }
        let mut put = |name: &str, new: Value, same: bool| {
            if !same {
                document[name] = value(new);
            }
        };
        let written: Option<Written> = toml::from_str(&self.text.text).ok();
        let as_written = |same: fn(&Written, &Plan) -> bool| written.as_ref().is_some_and(|w| same(w, self));
        put("scale", self.scale.into(), as_written(|w, p| *w.scale.get_ref() == p.scale));
        let whole = |w: &Written, p: &Plan| {
            w.final_scale.as_ref().map_or(*w.scale.get_ref(), |scale| *scale.get_ref()) == p.final_scale
        };
        put("final_scale", self.final_scale.into(), as_written(whole));
        let waves = self.waves.iter().map(|n| *n as i64).collect();
        put("waves", Value::Array(waves), as_written(|w, p| *w.waves.get_ref() == p.waves));
        put("draws", (self.draws as i64).into(), as_written(|w, p| *w.draws.get_ref() == p.draws));
        put("seed", (self.seed as i64).into(), as_written(|w, p| w.seed == p.seed));
        if let Some(end) = self.train_to {
            let same = as_written(|w, p| w.train_to.as_ref().and_then(|m| last_day_of(m.get_ref())) == p.train_to);
            put("train_to", end.strftime("%Y-%m").to_string().into(), same);
        }
        put("set", Value::Array(self.set.iter().collect()), as_written(|w, p| w.set == p.set));
        document.to_string()
    }

    /// Refuses families that no target of the scenario belongs to, and settings of what is varied.
    ///
    /// # Errors
    /// As said.
    pub fn check<'a>(&self, families: impl Iterator<Item = &'a str> + Clone) -> Result<(), ScenarioError> {
        let mut problems = Problems::default();
        for (name, at) in &self.families_at {
            if !families.clone().any(|family| family == name) {
                let message = format!("no target belongs to a family `{name}`");
                let problem = Problem::at(&spot(&self.text, at.clone()), message, "unknown family");
                problems.push(problem.help(suggestion(name, families.clone())));
            }
        }
        for argument in &self.set {
            let plain = |path: &str| path.split('=').next().unwrap_or_default().trim().replace(['"', '\''], "");
            let path = plain(argument);
            // A parameter of nationalities or zones set as a whole is set for each.
            let meets = |varied: &String| {
                let varied = plain(varied);
                varied == path || varied.strip_prefix(&path).is_some_and(|rest| rest.starts_with('.'))
            };
            let varied = self.parameters.iter().find_map(|p| Some(&p.paths_at[p.paths.iter().position(meets)?]));
            if let Some(at) = varied {
                let message = format!("--set {argument}: the plan varies this parameter");
                problems.push(Problem::at(&spot(&self.text, at.clone()), message, "varied here"));
            }
        }
        problems.into_result()
    }

    /// Points as draws of parameters: one column a path.
    pub fn draws_of(&self, points: &[Vec<f64>]) -> Draws {
        let spread = |point: &Vec<f64>| -> Vec<f64> {
            self.parameters.iter().zip(point).flat_map(|(p, x)| p.paths.iter().map(|_| *x)).collect()
        };
        let names = self.parameters.iter().flat_map(|p| p.paths.clone()).collect();
        let at = self.parameters.iter().flat_map(|p| p.paths_at.clone()).collect();
        Draws::new(names, points.iter().map(spread).collect()).said_in(self.text.clone(), at)
    }
}

fn parameter(written: &Spanned<WrittenParameter>, text: &Arc<Text>) -> Result<PlanParameter, Problem> {
    let at = |span| spot(text, span);
    let p = written.get_ref();
    let paths: Vec<String> = p.path.iter().chain(&p.paths).map(|path| path.get_ref().clone()).collect();
    let paths_at = p.path.iter().chain(&p.paths).map(|path| inside_quotes(path.span())).collect();
    let Some(first) = paths.first() else {
        return Err(Problem::at(&at(written.span()), "a parameter needs `path`, or `paths`", "nothing to vary"));
    };
    let (low, high) = (*p.low.get_ref(), *p.high.get_ref());
    for (name, bound) in [("low", &p.low), ("high", &p.high)] {
        if !bound.get_ref().is_finite() {
            return Err(Problem::at(&at(bound.span()), format!("`{name}` must be a finite number"), "not finite"));
        }
    }
    if low >= high {
        return Err(Problem::at(&at(p.high.span()), "`high` must lie above `low`", "not above it"));
    }
    let name = p.name.clone().unwrap_or_else(|| first.clone());
    if name.chars().any(char::is_control) {
        return Err(Problem::at(&at(written.span()), "a name is one line without control characters", "its name"));
    }
    Ok(PlanParameter { name, paths, paths_at, low, high })
}

/// Last day of a month written as 2023-12.
pub fn last_day_of(month: &str) -> Option<Date> {
    let first: Date = format!("{month}-01").parse().ok()?;
    (month.len() == 7).then(|| first.last_of_month())
}

/// A string's span without its quotes.
fn inside_quotes(span: Range<usize>) -> Range<usize> {
    span.start + 1..span.end.saturating_sub(1).max(span.start + 1)
}

/// Refuses paths and names that stand twice.
fn twice(parameters: &[PlanParameter], text: &Arc<Text>, problems: &mut Problems) {
    let mut paths = BTreeSet::new();
    let mut names = BTreeSet::new();
    for p in parameters {
        for (path, at) in p.paths.iter().zip(&p.paths_at) {
            if !paths.insert(path.as_str()) {
                let message = format!("`{path}` is varied twice");
                problems.push(Problem::at(&spot(text, at.clone()), message, "the second"));
            }
        }
        if !names.insert(p.name.as_str()) {
            let message = format!("two parameters are called `{}`", p.name);
            problems.push(Problem::at(&spot(text, p.paths_at[0].clone()), message, "of the second"));
        }
    }
}

fn spot(text: &Arc<Text>, span: Range<usize>) -> Spot {
    Spot { text: text.clone(), span }
}

/// A scenario's file lies beside the plan that names it; a built-in one has no ending.
fn beside(scenario: &str, plan: &str) -> String {
    let file = Path::new(plan).parent().map(|folder| folder.join(scenario));
    match file {
        Some(file) if scenario.ends_with(".toml") => file.to_string_lossy().into_owned(),
        Some(file) if !scenario_names().iter().any(|name| name == scenario) && file.is_file() => {
            file.to_string_lossy().into_owned()
        }
        _ => scenario.to_owned(),
    }
}

/// The way to a file from a folder that may be still to come.
fn seen_from(file: &Path, folder: &Path) -> String {
    let real = |path: &Path| path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_default();
    let file = real(file);
    let folder = match (folder.parent(), folder.file_name()) {
        (Some(parent), Some(name)) => real(parent).join(name),
        _ => real(folder),
    };
    let shared = file.components().zip(folder.components()).take_while(|(a, b)| a == b).count();
    let up = folder.components().skip(shared).map(|_| Component::ParentDir);
    up.chain(file.components().skip(shared)).collect::<PathBuf>().to_string_lossy().into_owned()
}

fn plan_text(reference: &str) -> Result<Arc<Text>, ScenarioError> {
    if let Some(text) = calibration_text(reference) {
        return Ok(Text::new(format!("builtin:calibration/{reference}.toml"), text));
    }
    let known = calibration_names();
    let read = file_text(Path::new(reference), reference).map_err(|problem| match Path::new(reference).exists() {
        true => problem,
        false => {
            let what = problem.message.replacen("cannot read", "cannot read the plan of a calibration", 1);
            let problem = Problem { message: what, ..problem };
            let near = suggestion(reference, known.iter().map(String::as_str));
            let help = problem.help.as_ref().filter(|help| help.contains("did you mean")).cloned();
            problem.help(help.unwrap_or(near))
        }
    });
    Ok(read?)
}
