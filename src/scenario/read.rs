//! A chain of files, a world and the command line to a [`Scenario`].

use std::path::PathBuf;
use std::sync::Arc;

use super::Overrides;
use super::PosteriorUse;
use super::assign::{self, Assignment};
use super::consistency;
use super::error::{Problem, Problems, ScenarioError, suggestion};
use super::event_settings::{self, Planned};
use super::events;
use super::input::{Policy, Scenario, Timeline, World};
use super::items;
use super::layers::{self, Layer, Origin, WorldPlace};
use super::overruled::{self, Change};
use super::params::Params;
use super::posterior::{self, Draws};
use super::resolved;
use super::settings::{self, Settings};
use super::world;

/// Loads a built-in scenario by name, or a scenario file; `a+b` is the settings of `a`, then those of `b`.
///
/// # Errors
/// Anything wrong with the file, the files it builds on, its world or the overrides.
pub fn load(reference: &str, overrides: &Overrides) -> Result<Scenario, ScenarioError> {
    let mut problems = Problems::default();
    Prepared::read(reference, overrides, &mut problems)?.build(&[], problems)
}

/// Loads a scenario given as text, which lies in no folder: what it builds on, its world and its posterior are
/// built in.
///
/// # Errors
/// As [`load`].
pub fn load_text(name: &str, text: &str, overrides: &Overrides) -> Result<Scenario, ScenarioError> {
    let mut problems = Problems::default();
    let layers = layers::read_text_chain(name, text)?;
    Prepared::of_layers(layers, &[name], overrides, &mut problems)?.build(&[], problems)
}

/// A scenario whose files are read once, to be built with one list of settings after another.
pub struct Prepared {
    layers: Arc<Vec<Layer>>,
    overrides: Overrides,
    settings: Settings,
    world: Arc<World>,
}

impl Prepared {
    /// Reads as [`load`] does.
    ///
    /// # Errors
    /// As [`load`].
    pub fn open(reference: &str, overrides: &Overrides) -> Result<Self, ScenarioError> {
        let mut problems = Problems::default();
        let prepared = Self::read(reference, overrides, &mut problems)?;
        prepared.build(&[], problems)?;
        Ok(prepared)
    }

    /// The scenario with further settings, `path=value` each, above those of the command line.
    ///
    /// # Errors
    /// A setting is refused, or does not fit the others.
    pub fn with(&self, set: &[String]) -> Result<Scenario, ScenarioError> {
        self.build(set, Problems::default())
    }

    /// The same for so many replicates.
    #[must_use]
    pub fn of_replicates(&self, replicates: u32) -> Prepared {
        let settings = Settings { replicates, ..self.settings.clone() };
        let (layers, overrides, world) = (self.layers.clone(), self.overrides.clone(), self.world.clone());
        Prepared { layers, overrides, settings, world }
    }

    fn read(reference: &str, overrides: &Overrides, problems: &mut Problems) -> Result<Self, ScenarioError> {
        let layers = layers::read_chain(reference, &overrides.allow_path)?;
        Self::of_layers(layers, &layers::parts(reference), overrides, problems)
    }

    /// Of the files of the scenarios `parts`.
    fn of_layers(
        layers: Vec<Layer>,
        parts: &[&str],
        overrides: &Overrides,
        problems: &mut Problems,
    ) -> Result<Self, ScenarioError> {
        settings::check_keys(&layers, problems);
        std::mem::take(problems).into_result()?;
        let mut settings = Settings::read(&layers, overrides, problems);
        if let (Some(settings), true) = (&mut settings, parts.len() > 1) {
            settings.name = parts.iter().map(|part| layers::name_of(part)).collect::<Vec<_>>().join("+");
            settings.title = format!("Together: {}", settings.name.replace('+', ", "));
        }
        let world = read_world(&layers, overrides, problems)?;
        let (Some(settings), Some(world)) = (settings, world) else {
            std::mem::take(problems).into_result()?;
            return Err(Problem::nowhere("the scenario cannot be read").into());
        };
        let layers = Arc::new(layers);
        Ok(Prepared { layers, overrides: overrides.clone(), settings, world: Arc::new(world) })
    }

    fn build(&self, set: &[String], problems: Problems) -> Result<Scenario, ScenarioError> {
        let mut overrides = self.overrides.clone();
        overrides.set.extend_from_slice(set);
        let (world, settings) = (self.world.clone(), self.settings.clone());
        let warnings = Vec::new();
        Builder { layers: &self.layers, overrides: &overrides, world, settings, problems, warnings }.build()
    }
}

/// The real paths of the files a scenario is read from: those of its chain, and those in the folder
/// of its world, its posterior.
///
/// # Errors
/// A file of the chain, or the world, is not there any more.
pub fn files_read(reference: &str, allowed: &[PathBuf]) -> Result<Vec<PathBuf>, ScenarioError> {
    let layers = layers::read_chain(reference, allowed)?;
    let of_chain = layers.iter().filter_map(|layer| match &layer.origin {
        Origin::File(path) => Some([path.canonicalize().unwrap_or_default(), path.clone()]),
        Origin::Builtin(_) => None,
    });
    let mut files: Vec<PathBuf> = of_chain.flatten().collect();
    if let Some((layer, entry)) = settings::last(&layers, "world")
        && let Ok(name) = entry.node.text("`world`")
        && let WorldPlace::Folder { path, .. } = layers::world_place(layer, name, &entry.node.at, allowed)?
    {
        files.extend(world::paths(&path)?);
    }
    if let Some((layer, entry)) = settings::last(&layers, "posterior")
        && let Origin::File(file) = &layer.origin
        && let Ok(name) = entry.node.text("`posterior`")
        && !name.starts_with("builtin:")
    {
        // One that is not there is refused where it is used.
        files.extend(layers::posterior_path(file, name, &entry.node.at, allowed));
    }
    Ok(files)
}

fn read_world(
    layers: &[Layer],
    overrides: &Overrides,
    problems: &mut Problems,
) -> Result<Option<World>, ScenarioError> {
    let Some((layer, entry)) = settings::last(layers, "world") else {
        problems.push(settings::lacking(layers, "world", "\"builtin:NAME\""));
        return Ok(None);
    };
    let Some(name) = problems.keep(entry.node.line("`world`")) else { return Ok(None) };
    let place = layers::world_place(layer, name, &entry.node.at, &overrides.allow_path)?;
    let mut world = world::read(&place)?;
    // A copy beside a resolved scenario keeps the name of the original; another world has its own.
    let named = layer.root.get("world_name").map(|e| e.node.line("`world_name`").map(str::to_string));
    if let Some(name) = problems.keep(named.transpose()).flatten() {
        world.name = name;
    }
    Ok(Some(world))
}

/// Id of the policy that stands for `--set`.
const COMMAND_LINE: &str = "command-line";

/// Whether a `--set` is about what a policy sets.
fn is_of_policy(argument: &str) -> bool {
    argument.trim_start().starts_with("policy.")
}

/// Changes a value that a policy sets, or its date.
fn change_policy(argument: &str, changes: &mut [Change]) -> Result<(), Problem> {
    let ids: Vec<&str> = changes.iter().map(|(policy, _)| policy.id.as_str()).collect();
    if let Some((id, from)) = event_settings::policy_date(argument, &ids)? {
        changes.iter_mut().filter(|(policy, _)| policy.id == id).for_each(|(policy, _)| policy.from = from);
        return Ok(());
    }
    let Some(read) = assign::from_policy_argument(argument, &ids) else { return Ok(()) };
    let (id, new) = read?;
    let of_policy = changes.iter_mut().filter(|(policy, _)| policy.id == id);
    for (policy, assignments) in of_policy {
        let (path, value) = (new.path(), new.value.clone());
        let (Some(old), Some(set)) =
            (assignments.iter_mut().find(|a| a.path() == path), policy.set.iter_mut().find(|(p, _)| *p == path))
        else {
            let paths = policy.set.iter().map(|(path, _)| path.as_str());
            let message = format!("the policy `{id}` does not set `{path}`");
            return Err(Problem::at(&new.key_at, message, "not set by it").help(suggestion(&path, paths)));
        };
        (*old, set.1) = (new.clone(), value);
    }
    Ok(())
}

/// What a column of a posterior sets.
struct Effect {
    /// The policy it is about, by number.
    policy: Option<usize>,
    assignment: Assignment,
}

struct Builder<'a> {
    layers: &'a [Layer],
    overrides: &'a Overrides,
    world: Arc<World>,
    settings: Settings,
    problems: Problems,
    warnings: Vec<String>,
}

impl Builder<'_> {
    fn build(mut self) -> Result<Scenario, ScenarioError> {
        let tables = self.tables();
        let arguments = self.arguments();
        let changes = self.changes(&arguments);
        let posterior = self.posterior()?;
        let drawn = posterior.map(|(draws, rank)| self.drawn(draws, rank, &tables, &changes)).transpose()?;
        let timeline = self.timeline(&tables, &changes);
        let mut warnings = std::mem::take(&mut self.warnings);
        let (posterior, draw_timelines) = match drawn {
            Some((_, effects)) if effects.is_empty() => {
                warnings.push("no column of the posterior sets anything here: all is removed or set anew".to_string());
                (None, Vec::new())
            }
            Some((draws, effects)) => {
                let timelines = draws
                    .rows
                    .iter()
                    .take(self.draws_needed())
                    .map(|row| self.draw_timeline(&tables, &changes, &effects, row));
                let timelines = timelines.collect();
                (Some(draws), timelines)
            }
            None => (None, Vec::new()),
        };
        let (start, end) = (self.settings.start, self.settings.end);
        let overruled = overruled::Settings {
            layers: self.layers,
            tables: &tables,
            arguments: &arguments,
            changes: &changes,
            start,
            end,
        };
        // What is refused needs no warnings.
        if self.problems.is_empty() {
            warnings.extend(overruled.warnings());
            let of_policies = self.overrides.set.iter().filter(|a| is_of_policy(a));
            warnings.extend(overruled::of_policy_arguments(of_policies, &changes, end));
        }
        let (layers, world, problems) = (self.layers, &self.world, &mut self.problems);
        let outages = items::merged(layers, "outage", problems);
        let outages = outages.iter().filter_map(|i| events::outage(i, world, problems)).collect();
        let caravans = items::merged(layers, "caravan", problems);
        let caravans = caravans.iter().filter_map(|i| events::caravan(i, world, problems)).collect();
        let pulses = items::merged(layers, "inflow.pulse", problems);
        let pulses = pulses.iter().filter_map(|i| events::pulse(i, world, problems)).collect();
        let mut events = Planned { outages, caravans, pulses };
        problems.keep(events.set_all(&self.overrides.set));
        let Planned { outages, caravans, pulses } = events;
        std::mem::take(problems).into_result()?;
        let s = self.settings;
        let mut scenario = Scenario {
            name: s.name,
            title: s.title,
            question: s.question,
            start: s.start,
            end: s.end,
            record_from: s.record_from,
            seed: s.seed,
            replicates: s.replicates,
            weight: s.weight,
            timeline,
            posterior,
            draw_timelines,
            policies: changes.into_iter().map(|(policy, _)| policy).collect(),
            outages,
            caravans,
            pulses,
            world: self.world,
            resolved: String::new(),
            warnings,
        };
        consistency::check(&scenario, layers)?;
        scenario.warnings.extend(consistency::warnings(&scenario));
        scenario.resolved = resolved::write(&scenario);
        Ok(scenario)
    }

    /// The draws to run with, and the rank of the file that names them.
    fn posterior(&mut self) -> Result<Option<(Draws, usize)>, ScenarioError> {
        let top = self.layers.len().saturating_sub(1);
        if let PosteriorUse::Given(draws) = &self.overrides.posterior {
            return Ok(Some((draws.clone(), top)));
        }
        let written = settings::last(self.layers, "use_posterior").map(|(_, e)| e.node.boolean("`use_posterior`"));
        let written = self.problems.keep(written.transpose()).flatten().unwrap_or(false);
        if !written && self.overrides.posterior == PosteriorUse::AsWritten {
            return Ok(None);
        }
        let Some((layer, entry)) = settings::last(self.layers, "posterior") else {
            return Err(Problem::nowhere("this scenario ships no posterior")
                .help("run without --posterior to use its point values, or name one: posterior = \"FILE.csv\"")
                .into());
        };
        let Some(name) = self.problems.keep(entry.node.text("`posterior`")) else { return Ok(None) };
        let text = layers::posterior_text(layer, name, &entry.node.at, &self.overrides.allow_path)?;
        let draws = match Draws::read(&text) {
            Ok(draws) => draws,
            Err(problems) => {
                problems.into_result()?;
                return Ok(None);
            }
        };
        let rank = self.layers.iter().position(|l| std::ptr::eq(l, layer)).unwrap_or(top);
        Ok(Some((draws, rank)))
    }

    /// Of given draws all, as their maker says which to use; of others as many as there are replicates.
    fn draws_needed(&self) -> usize {
        match self.overrides.posterior {
            PosteriorUse::Given(_) => usize::MAX,
            _ => self.settings.replicates as usize,
        }
    }

    /// How far up the chain a value stands; the command line is above all files.
    fn rank(&self, assignment: &Assignment) -> usize {
        let own = |layer: &Layer| Arc::ptr_eq(&layer.text, &assignment.at.text);
        self.layers.iter().position(own).unwrap_or(self.layers.len())
    }

    /// What the columns of a posterior set, without those that files above the one that names it have
    /// taken over.
    fn drawn(
        &mut self,
        draws: Draws,
        rank: usize,
        tables: &[Assignment],
        changes: &[Change],
    ) -> Result<(Draws, Vec<Effect>), ScenarioError> {
        // What a column may speak of is what is there at the file that names the posterior: files above it may
        // have removed a policy, or what one sets.
        let mut problems = std::mem::take(&mut self.problems);
        let below = &self.layers[..(rank + 1).min(self.layers.len())];
        let items = items::merged(below, "policy", &mut problems);
        let known: Vec<Change> = items.iter().filter_map(|i| events::policy(i, &mut problems)).collect();
        let ids: Vec<&str> = known.iter().map(|(policy, _)| policy.id.as_str()).collect();
        let (mut keep, mut effects) = (Vec::new(), Vec::new());
        for column in 0..draws.names.len() {
            if problems.enough() {
                break;
            }
            let meaning = draws.meaning(column, &ids).and_then(|(id, assignment)| {
                let path = assignment.path();
                let policy = id.as_ref().and_then(|id| known.iter().find(|(p, _)| p.id == *id));
                match policy {
                    Some((policy, set)) if !set.iter().any(|a| a.path() == path) => {
                        let message = format!("the policy `{}` does not set `{path}`", policy.id);
                        let paths = policy.set.iter().map(|(path, _)| path.as_str());
                        Err(draws.placed(Problem::nowhere(message).help(suggestion(&path, paths)), column))
                    }
                    _ => Ok((id, assignment)),
                }
            });
            let Some((policy, assignment)) = problems.keep(meaning) else { continue };
            let path = assignment.path();
            let (holds, within) = match &policy {
                Some(id) => {
                    let of_policy =
                        changes.iter().position(|(p, set)| p.id == *id && set.iter().any(|a| a.path() == path));
                    let holds = of_policy.is_some_and(|i| {
                        changes[i].1.iter().filter(|a| a.path() == path).all(|a| self.rank(a) <= rank)
                    });
                    (holds, of_policy)
                }
                None => (!tables.iter().any(|a| a.meets(&assignment) && self.rank(a) > rank), None),
            };
            keep.push(holds);
            if holds {
                effects.push(Effect { policy: within, assignment });
            }
        }
        problems.into_result()?;
        Ok((draws.columns(&keep), effects))
    }

    /// The timeline with one draw in force.
    fn draw_timeline(
        &mut self,
        tables: &[Assignment],
        changes: &[Change],
        effects: &[Effect],
        row: &[f64],
    ) -> Timeline {
        let (mut tables, mut changes) = (tables.to_vec(), changes.to_vec());
        for (effect, &x) in effects.iter().zip(row) {
            let drawn = Assignment { value: posterior::value(&effect.assignment, x), ..effect.assignment.clone() };
            match effect.policy {
                Some(i) => {
                    let path = drawn.path();
                    changes[i].1.iter_mut().filter(|a| a.path() == path).for_each(|a| *a = drawn.clone());
                }
                None => tables.push(drawn),
            }
        }
        self.timeline(&tables, &changes)
    }

    /// Applies assignments in order, gathering problems.
    fn apply(&mut self, params: &mut Params, assignments: &[Assignment]) {
        for assignment in assignments {
            if self.problems.enough() {
                break;
            }
            let result = assignment.apply(params, &self.world.names);
            self.problems.keep(result);
        }
    }

    /// What the parameter tables of each file set, base first.
    fn tables(&mut self) -> Vec<Assignment> {
        let mut found = Vec::new();
        for layer in self.layers {
            let table = settings::parameters(&layer.root);
            found.extend(assign::from_table(&table, "", &settings::ARRAYS, &mut self.problems));
        }
        found
    }

    /// What `--set` sets; of two that set the same, the last.
    fn arguments(&mut self) -> Vec<Assignment> {
        let mut arguments: Vec<Assignment> = Vec::new();
        for argument in self.overrides.set.iter().filter(|a| !is_of_policy(a) && !event_settings::is_of_event(a)) {
            if self.problems.enough() {
                break;
            }
            let Some(new) = self.problems.keep(assign::from_argument(argument)) else { continue };
            arguments.retain(|old| old.path() != new.path());
            arguments.push(new);
        }
        arguments
    }

    /// The policies, in order of date; those of one date in the order written, then the command line.
    fn changes(&mut self, arguments: &[Assignment]) -> Vec<Change> {
        let items = items::merged(self.layers, "policy", &mut self.problems);
        let mut changes: Vec<Change> = items.iter().filter_map(|i| events::policy(i, &mut self.problems)).collect();
        for argument in self.overrides.set.iter().filter(|a| is_of_policy(a)) {
            if self.problems.enough() {
                break;
            }
            let changed = change_policy(argument, &mut changes);
            self.problems.keep(changed);
        }
        let moved = |argument: &&String| event_settings::moves_policy(argument);
        for argument in self.overrides.set.iter().filter(moved) {
            let never = changes.iter().find(|(p, _)| p.from > self.settings.end && argument.contains(&p.id));
            if let Some((policy, _)) = never {
                self.warnings.push(format!("--set {argument}: the policy `{}` begins after the end", policy.id));
            }
        }
        if !arguments.is_empty() {
            changes.push(self.command_line(arguments, &changes));
        }
        changes.sort_by_key(|(policy, _)| policy.from);
        changes
    }

    /// What the command line sets, as the last policy at the start.
    fn command_line(&self, arguments: &[Assignment], changes: &[Change]) -> Change {
        let taken = |id: &str| changes.iter().any(|(policy, _)| policy.id == id);
        let mut id = COMMAND_LINE.to_string();
        for i in 2.. {
            if !taken(&id) {
                break;
            }
            id = format!("{COMMAND_LINE}-{i}");
        }
        let set = arguments.iter().map(|a| (a.path(), a.value.clone())).collect();
        let (from, note, source) = (self.settings.start, "Set on the command line.".into(), String::new());
        (Policy { id, from, note, source, set }, arguments.to_vec())
    }

    /// Parameters from each date on: the defaults, the tables, all that is in force at the start, the
    /// later policies.
    fn timeline(&mut self, tables: &[Assignment], changes: &[Change]) -> Timeline {
        let (start, end) = (self.settings.start, self.settings.end);
        let mut params = Params::defaults(&self.world.names);
        self.apply(&mut params, tables);
        let in_force = changes.partition_point(|(policy, _)| policy.from <= start);
        for (_, assignments) in &changes[..in_force] {
            self.apply(&mut params, assignments);
        }
        let mut timeline = vec![(start, params.clone())];
        for (policy, assignments) in &changes[in_force..] {
            // Policies after the end never come, but must be right all the same.
            self.apply(&mut params, assignments);
            if policy.from > end {
                continue;
            }
            match timeline.last_mut() {
                Some((date, segment)) if *date == policy.from => *segment = params.clone(),
                _ => timeline.push((policy.from, params.clone())),
            }
        }
        timeline
    }
}
