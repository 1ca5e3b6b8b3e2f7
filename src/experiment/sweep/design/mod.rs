//! What a sweep varies: a TOML file that says how to choose points, or a CSV of points.

mod given;
mod range;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use given::{Given, given};
pub use range::{Factor, Range, Shape};
use range::{is_range, range, values_asked};

use crate::engine::draw::Key;
use crate::experiment::designs::{self, latin_hypercube::latin_hypercube};
use crate::scenario::describe::Described;
use crate::scenario::error::{Problems, suggestion};
use crate::scenario::params::specs;
use crate::scenario::tree::{self, Entry, Node, Plain, Table};
use crate::scenario::{MOST_REPLICATES, Problem, Scenario, ScenarioError, Spot, Text, file_text_within, scale_weight};

/// Most points of a design.
pub const MOST_POINTS: usize = 1_000_000;
/// Largest designs read, bytes.
const LARGEST_CSV: u64 = 256 << 20;
const LARGEST_TOML: u64 = 4 << 20;
/// Levels of a Morris design unless it says otherwise.
const LEVELS: usize = 4;

const KEYS: [&str; 11] =
    ["kind", "title", "points", "levels", "scenario", "replicates", "scale", "seeds", "set", "metrics", "parameters"];
const KINDS: [(&str, Kind); 6] = [
    ("grid", Kind::Grid),
    ("lhs", Kind::LatinHypercube),
    ("sobol", Kind::Sobol),
    ("saltelli", Kind::Saltelli),
    ("morris", Kind::Morris),
    ("prior", Kind::Prior),
];

/// How points are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Every combination of the values.
    Grid,
    LatinHypercube,
    /// Points of the Sobol' sequence.
    Sobol,
    /// Points for Sobol' indices: (parameters + 2) runs a point asked for.
    Saltelli,
    /// Trajectories for elementary effects: (parameters + 1) runs each.
    Morris,
    /// Independent draws.
    Prior,
    /// Points as given.
    Given,
}

impl Kind {
    /// As written in designs and manifests.
    pub fn name(self) -> &'static str {
        KINDS.iter().find(|(_, kind)| *kind == self).map_or("given", |(name, _)| name)
    }

    /// Points that are compared share their chance; where the variance of the output is taken apart, chance
    /// is a part of its own.
    fn seeds(self) -> Seeds {
        match self {
            Kind::Grid | Kind::Given | Kind::Morris => Seeds::Common,
            _ => Seeds::Own,
        }
    }

    /// The kind of that name.
    pub fn named(name: &str) -> Option<Kind> {
        if name == "given" { Some(Kind::Given) } else { KINDS.iter().find(|(n, _)| *n == name).map(|(_, kind)| *kind) }
    }
}

/// Which chance runs share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seeds {
    /// Replicate r has the same chance at every point, so that points differ by their settings alone.
    Common,
    /// Every point has chance of its own.
    Own,
}

impl Seeds {
    pub fn name(self) -> &'static str {
        match self {
            Seeds::Common => "common",
            Seeds::Own => "own",
        }
    }
}

/// A design as written, before its scenario is known.
pub struct Draft {
    /// Name of its file, without its ending.
    pub name: String,
    pub text: Arc<Text>,
    pub kind: Kind,
    /// What stands under the titles of charts.
    pub title: Option<String>,
    pub scenario: Option<String>,
    pub replicates: Option<u32>,
    pub scale: Option<f64>,
    pub set: Vec<String>,
    pub seeds: Seeds,
    pub metrics: Vec<(String, Spot)>,
    points: Option<(usize, Spot)>,
    levels: usize,
    parameters: Vec<(String, Spot, Node)>,
    given: Option<Given>,
}

/// A design with its points.
#[derive(Debug)]
pub struct Design {
    pub kind: Kind,
    pub factors: Vec<Factor>,
    /// Points asked for: base points of a Saltelli design, trajectories of a Morris design, else as many as there are.
    pub base_points: usize,
    pub levels: usize,
    /// Number of each point, as in `metrics.csv`.
    pub ids: Vec<u64>,
    /// One cell a factor, as text.
    pub rows: Vec<Vec<String>>,
    /// Where each parameter stands, and each row of a CSV.
    names_at: Vec<Spot>,
    rows_at: Vec<usize>,
    /// Columns of a CSV before the parameters.
    skipped: usize,
    text: Arc<Text>,
}

impl Draft {
    /// Reads a design file.
    ///
    /// # Errors
    /// It is not there, neither TOML nor CSV, or something in it is wrong.
    pub fn read(path: &Path) -> Result<Draft, ScenarioError> {
        let shown = path.to_string_lossy();
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        if !matches!(&*ending, "toml" | "csv") {
            let help = "a design is a .toml that says how to choose points, or a .csv with one row a point";
            return Err(Problem::nowhere(format!("`{shown}` is no design: its name ends in neither .toml nor .csv"))
                .help(help)
                .into());
        }
        let most = if ending == "csv" { LARGEST_CSV } else { LARGEST_TOML };
        let text = file_text_within(path, &shown, most).map_err(|problem| {
            let what = problem.message.replacen("cannot read", "cannot read the design", 1);
            let help = problem.help.filter(|help| !help.contains("antesala list"));
            Problem { message: what, help: help.or(Some("give a .toml or .csv file".into())), ..problem }
        })?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if ending == "csv" { Self::of_points(name, &text) } else { Self::of_toml(name, &text, path) }
    }

    /// How many points of how many parameters it asks for, as written: what is wrong with a parameter shows only
    /// when its scenario is known.
    pub fn size(&self) -> (f64, usize) {
        let d = self.parameters.len();
        match (&self.given, self.kind) {
            (Some(given), _) => (given.rows.len() as f64, given.names.len()),
            (None, Kind::Grid) => (self.parameters.iter().map(|(_, _, node)| values_asked(node)).product(), d),
            (None, _) => (self.rows_asked(self.points.as_ref().map_or(0, |p| p.0), d), d),
        }
    }

    /// Rows of so many points of so many parameters.
    fn rows_asked(&self, n: usize, d: usize) -> f64 {
        match self.kind {
            Kind::Saltelli => n as f64 * (d + 2) as f64,
            Kind::Morris => n as f64 * (d + 1) as f64,
            _ => n as f64,
        }
    }

    fn empty(name: String, text: &Arc<Text>, kind: Kind) -> Draft {
        Draft {
            name,
            text: text.clone(),
            kind,
            title: None,
            scenario: None,
            replicates: None,
            scale: None,
            set: Vec::new(),
            seeds: kind.seeds(),
            metrics: Vec::new(),
            points: None,
            levels: LEVELS,
            parameters: Vec::new(),
            given: None,
        }
    }

    /// Reads the text of a CSV of points.
    ///
    /// # Errors
    /// Something in it is wrong.
    pub fn of_points(name: String, text: &Arc<Text>) -> Result<Draft, ScenarioError> {
        let given = given(text)?;
        Ok(Draft { given: Some(given), ..Self::empty(name, text, Kind::Given) })
    }

    /// Reads the text of a TOML file that lies at `path`.
    ///
    /// # Errors
    /// Something in it is wrong.
    pub fn of_toml(name: String, text: &Arc<Text>, path: &Path) -> Result<Draft, ScenarioError> {
        let root = tree::parse(text)?;
        let mut problems = Problems::default();
        for entry in root.entries.iter().filter(|e| !KEYS.contains(&e.key.as_str())) {
            let message = format!("a design has no key `{}`", entry.key);
            problems.push(Problem::at(&entry.key_at, message, "unknown key").help(suggestion(&entry.key, KEYS)));
        }
        let node = |key: &str| root.get(key).map(|e| &e.node);
        let kind = match node("kind") {
            Some(node) => problems.keep(one_of(node, "`kind`", &KINDS)),
            None => {
                let names: Vec<&str> = KINDS.iter().map(|k| k.0).collect();
                let problem = Problem::at(&Spot::start_of(text), "a design lacks `kind`", "not in this file");
                problems.push(problem.help(format!("add `kind = \"...\"`, one of {}", names.join(", "))));
                None
            }
        };
        let mut draft = Self::empty(name, text, kind.unwrap_or(Kind::Grid));
        if kind.is_some() {
            draft.read_settings(&root, path, &mut problems);
        }
        match node("parameters").map(|n| n.table("`parameters`")) {
            Some(Ok(table)) => leaves(table, "", &mut draft.parameters),
            Some(Err(problem)) => problems.push(problem),
            None => {}
        }
        if draft.parameters.is_empty() {
            let at = node("parameters").map_or(Spot::start_of(text), |n| n.at.clone());
            let problem = Problem::at(&at, "a design varies at least one parameter", "none here");
            problems.push(problem.help("write [parameters] and below it, for instance, \"app.slots\" = [1000, 2000]"));
        }
        problems.into_result()?;
        Ok(draft)
    }

    fn read_settings(&mut self, root: &Table, path: &Path, problems: &mut Problems) {
        let node = |key: &str| root.get(key).map(|e| &e.node);
        let title = node("title").and_then(|n| problems.keep(n.line("`title`")));
        self.title = title.map(str::to_string);
        if let Some(node) = node("points") {
            // From one trajectory or base point nothing can be told.
            let fewest = if matches!(self.kind, Kind::Saltelli | Kind::Morris) { 2 } else { 1 };
            let points = problems.keep(node.whole("`points`", fewest, MOST_POINTS as i128));
            self.points = points.map(|n| (n as usize, node.at.clone()));
            if self.kind == Kind::Grid {
                let problem = Problem::at(&node.at, "a grid has as many points as its values make", "not for a grid");
                problems.push(problem.help("leave `points` out"));
            }
        } else if self.kind != Kind::Grid {
            let message = format!("a design of kind `{}` lacks `points`", self.kind.name());
            problems.push(Problem::at(&Spot::start_of(&self.text), message, "add `points = ...`"));
        }
        if let Some(node) = node("levels") {
            let levels = problems.keep(node.whole("`levels`", 2, 100)).unwrap_or(LEVELS as i128) as usize;
            if self.kind != Kind::Morris || levels % 2 == 1 {
                let message = "`levels` goes with kind = \"morris\", and is even";
                problems.push(Problem::at(&node.at, message, "not here"));
            }
            self.levels = levels;
        }
        let scenario = node("scenario").and_then(|n| problems.keep(n.line("`scenario`")));
        // A scenario's file lies beside the design that names it.
        self.scenario = scenario.map(|name| match (name.ends_with(".toml"), path.parent()) {
            (true, Some(folder)) => folder.join(name).to_string_lossy().into_owned(),
            _ => name.to_string(),
        });
        let replicates = node("replicates").and_then(|n| problems.keep(n.whole("`replicates`", 1, MOST_REPLICATES)));
        self.replicates = replicates.map(|n| n as u32);
        self.scale = node("scale").and_then(|node| {
            let scale = problems.keep(node.number("`scale`", 0.0, 1.0))?;
            let checked = scale_weight(scale)
                .map_err(|(message, help)| Problem::at(&node.at, format!("`scale`: {message}"), "not 1/k").help(help));
            problems.keep(checked).map(|_| scale)
        });
        if let Some(node) = node("seeds") {
            let seeds = one_of(node, "`seeds`", &[("common", Seeds::Common), ("own", Seeds::Own)]);
            self.seeds = problems.keep(seeds).unwrap_or(self.seeds);
        }
        let mut texts = |key: &str| -> Vec<(String, Spot)> {
            let Some(nodes) = node(key).and_then(|n| problems.keep(n.array(&format!("`{key}`")))) else {
                return Vec::new();
            };
            let text = |n: &Node| Some((problems.keep(n.line("each item"))?.to_string(), n.at.clone()));
            nodes.iter().filter_map(text).collect()
        };
        self.set = texts("set").into_iter().map(|(text, _)| text).collect();
        self.metrics = texts("metrics");
    }

    /// The points, for a scenario with these parameters.
    ///
    /// # Errors
    /// A parameter is not there, or its range is not right.
    pub fn expand(self, described: &[Described], scenario: &Scenario) -> Result<Design, ScenarioError> {
        let mut problems = Problems::default();
        let mut factors = Vec::new();
        let mut names_at = Vec::new();
        let named: Vec<(String, Spot, Option<Node>)> = match &self.given {
            Some(given) => given.names.iter().map(|(name, at)| (name.clone(), at.clone(), None)).collect(),
            None => {
                self.parameters.iter().map(|(name, at, node)| (name.clone(), at.clone(), Some(node.clone()))).collect()
            }
        };
        for (name, at, node) in named {
            if problems.enough() {
                break;
            }
            let Some(of) = problems.keep(known(&name, &at, described, scenario)) else { continue };
            let range = node.and_then(|node| problems.keep(range(&name, &node, of, self.kind)));
            let now = (of.name == name.replace(['"', '\''], "")).then(|| of.default.clone());
            factors.push(Factor { name, kind: of.kind, unit: of.unit, now, range });
            names_at.push(at);
        }
        twice(&factors, &names_at, &mut problems);
        problems.into_result()?;
        let skipped = self.given.as_ref().map_or(0, |given| usize::from(given.numbered));
        let (ids, rows, rows_at) = match self.given {
            Some(Given { ids, rows, at, .. }) => (ids, rows, at),
            None => {
                let rows = self.rows(&factors, Key::root(scenario.seed, 0))?;
                ((1..=rows.len() as u64).collect(), rows, Vec::new())
            }
        };
        let base_points = self.points.as_ref().map_or(rows.len(), |p| p.0);
        let (kind, levels, text) = (self.kind, self.levels, self.text);
        Ok(Design { kind, factors, base_points, levels, ids, rows, names_at, rows_at, skipped, text })
    }

    fn rows(&self, factors: &[Factor], key: Key) -> Result<Vec<Vec<String>>, ScenarioError> {
        let at = self.points.as_ref().map_or(Spot::start_of(&self.text), |p| p.1.clone());
        let too_many = |count: f64| {
            Problem::at(&at, format!("{count} points: a design has at most {MOST_POINTS}"), "too many").into()
        };
        if self.kind == Kind::Grid {
            let axes: Vec<Vec<String>> = factors.iter().map(Factor::steps).collect();
            let count: f64 = axes.iter().map(|a| a.len() as f64).product();
            if count > MOST_POINTS as f64 {
                return Err(too_many(count));
            }
            return Ok(grid(&axes));
        }
        let (n, d) = (self.points.as_ref().map_or(0, |p| p.0), factors.len());
        let rows = self.rows_asked(n, d);
        if rows > MOST_POINTS as f64 {
            return Err(too_many(rows));
        }
        let units = units(self.kind, n, d, self.levels, key).ok_or_else(|| {
            let (most_points, most_dimensions) = (designs::MOST_POINTS, designs::MOST_DIMENSIONS);
            let message = format!("a Sobol' sequence has at most {most_points} points and {most_dimensions} dimensions (two a parameter for `saltelli`)");
            Problem::at(&at, message, "too many")
        })?;
        Ok(units.iter().map(|u| factors.iter().zip(u).map(|(f, u)| f.cell(*u)).collect()).collect())
    }
}

/// Points in the unit cube; `None` beyond what a sequence gives. Chance comes from `key`.
pub fn units(kind: Kind, n: usize, d: usize, levels: usize, key: Key) -> Option<Vec<Vec<f64>>> {
    let seed = (key.child(1).0 >> 32) as u32;
    match kind {
        Kind::Sobol => designs::sobol(n, d, seed),
        Kind::Saltelli => designs::saltelli(n, d, seed),
        Kind::Morris => designs::morris(n, levels, d, key.child(2)),
        Kind::LatinHypercube => {
            let mut points = latin_hypercube(n, d, key.child(3));
            points.iter_mut().flatten().for_each(|x| *x = (*x + 1.0) / 2.0);
            Some(points)
        }
        _ => Some(designs::random(n, d, key.child(4))),
    }
}

/// Every combination; the last axis moves fastest.
fn grid(axes: &[Vec<String>]) -> Vec<Vec<String>> {
    let mut rows = vec![Vec::new()];
    for axis in axes {
        let with = |row: &Vec<String>, value: &String| row.iter().cloned().chain([value.clone()]).collect();
        rows = rows.iter().flat_map(|row| axis.iter().map(move |value| with(row, value))).collect();
    }
    rows
}

/// The parameters of a design: a table that is no range goes deeper.
fn leaves(table: &Table, prefix: &str, found: &mut Vec<(String, Spot, Node)>) {
    for Entry { key, key_at, node } in &table.entries {
        let name = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match &node.plain {
            Plain::Table(inner) if !is_range(inner) => leaves(inner, &name, found),
            _ => found.push((name, key_at.clone(), node.clone())),
        }
    }
}

fn one_of<T: Copy>(node: &Node, what: &str, known: &[(&str, T)]) -> Result<T, Problem> {
    let text = node.text(what)?;
    let names = || known.iter().map(|(name, _)| *name);
    known.iter().find(|(name, _)| *name == text).map(|(_, value)| *value).ok_or_else(|| {
        let all: Vec<&str> = names().collect();
        Problem::at(&node.at, format!("{what} must be one of {}", all.join(", ")), "unknown")
            .help(suggestion(text, names().collect::<Vec<_>>()))
    })
}

/// What is known of a parameter that is varied.
fn known<'a>(name: &str, at: &Spot, described: &'a [Described], scenario: &Scenario) -> Result<&'a Described, Problem> {
    let plain = name.replace(['"', '\''], "");
    // A parameter with a value a name can be set for all names at once, within the same bounds.
    let of_all = |path: &str| {
        let keyed = specs().iter().any(|s| s.path == path);
        keyed.then(|| described.iter().find(|d| d.name.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'))))?
    };
    let find = |path: &str| described.iter().find(|d| d.name == path).or_else(|| of_all(path));
    let of_policy = || {
        let rest = plain.strip_prefix("policy.")?;
        let ids = scenario.policies.iter().map(|p| p.id.as_str());
        ids.filter_map(|id| rest.strip_prefix(id)?.strip_prefix('.')).find_map(find)
    };
    find(&plain).or_else(of_policy).ok_or_else(|| {
        let (group, whole) = (format!("{plain}."), described.iter().any(|d| d.name.starts_with(&format!("{plain}."))));
        let near: Vec<&str> = match whole {
            true => described.iter().filter(|d| d.name.starts_with(&group)).map(|d| d.name.as_str()).collect(),
            false => described.iter().map(|d| d.name.as_str()).collect(),
        };
        let message = match whole {
            true => format!("`{plain}` is a group of parameters: a design varies one by one"),
            false => format!("there is no parameter `{plain}`"),
        };
        Problem::at(at, message, "unknown parameter")
            .help(format!("{} (all: `antesala params describe`)", suggestion(&plain, near)))
    })
}

fn twice(factors: &[Factor], at: &[Spot], problems: &mut Problems) {
    let mut seen = BTreeSet::new();
    for (factor, at) in factors.iter().zip(at) {
        let name = factor.name.replace(['"', '\''], "");
        // A parameter with a value a name is set for all of them at once, or name by name.
        let whole = name.match_indices('.').map(|(i, _)| &name[..i]).find(|whole| seen.contains(*whole));
        let part = seen.range(format!("{name}.")..).next().filter(|s: &&String| s.starts_with(&format!("{name}.")));
        if let Some(other) = whole.map(str::to_string).or(part.cloned()) {
            let message = format!("`{}` and `{other}` set the same", factor.name);
            problems.push(Problem::at(at, message, "one of the two would do nothing"));
        }
        if !seen.insert(name) {
            problems.push(Problem::at(at, format!("`{}` is varied twice", factor.name), "the second"));
        }
    }
}

impl Design {
    /// Settings of a point, as `--set` takes them.
    pub fn settings(&self, point: usize) -> Vec<String> {
        settings(self.factors.iter().map(|f| f.name.as_str()), &self.rows[point])
    }

    /// Refuses settings of what the design varies: they would do nothing.
    ///
    /// # Errors
    /// The first such setting.
    pub fn refuse_set(&self, set: &[String]) -> Result<(), ScenarioError> {
        for argument in set {
            let plain = |path: &str| path.split('=').next().unwrap_or_default().trim().replace(['"', '\''], "");
            let path = plain(argument);
            // A parameter with a value a name covers those of its names.
            let within = |a: &str, b: &str| a == b || a.strip_prefix(b).is_some_and(|rest| rest.starts_with('.'));
            let varied = |f: &Factor| within(&plain(&f.name), &path) || within(&path, &plain(&f.name));
            if let Some(i) = self.factors.iter().position(varied) {
                let message = format!("{argument}: the design varies this parameter");
                return Err(Problem::at(&self.names_at[i], message, "varied here").help("set it or vary it").into());
            }
        }
        Ok(())
    }

    /// A problem with a setting of a point, at its place in the design.
    pub fn placed(&self, point: usize, problem: &Problem) -> Problem {
        let mut problem = problem.clone();
        let of_setting = problem.spot.as_ref().filter(|spot| spot.text.name == "--set").map(|s| s.text.text.clone());
        let Some(argument) = of_setting else { return problem };
        let Some(column) = self.settings(point).iter().position(|s| *s == argument) else { return problem };
        let at = match self.rows_at.get(point) {
            Some(&begin) => self.cell_at(begin, column),
            None => self.names_at[column].clone(),
        };
        problem.message = format!("point {}: {}", self.ids[point], problem.message);
        problem.spot = Some(at);
        problem
    }

    /// Where a cell of a CSV stands: the row, if it cannot be told.
    fn cell_at(&self, begin: usize, column: usize) -> Spot {
        let line = self.text.text[begin..].lines().next().unwrap_or_default();
        let plain = !line.contains('"');
        let mut from = begin;
        for (i, cell) in line.split(',').enumerate() {
            if plain && i == column + self.skipped {
                return Spot { text: self.text.clone(), span: from..from + cell.len() };
            }
            from += cell.len() + 1;
        }
        Spot { text: self.text.clone(), span: begin..begin + line.len() }
    }
}

/// Settings as `--set` takes them.
pub fn settings<'a>(names: impl Iterator<Item = &'a str>, cells: &[String]) -> Vec<String> {
    names.zip(cells).map(|(name, cell)| format!("{name}={cell}")).collect()
}
