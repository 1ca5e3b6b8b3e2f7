//! A chain of files, a world and the command line to a [`Scenario`].

use std::sync::Arc;

use jiff::civil::Date;

use super::Overrides;
use super::assign::{self, Assignment};
use super::consistency;
use super::error::{Problem, Problems, ScenarioError};
use super::events;
use super::input::{Policy, Scenario, World};
use super::items;
use super::layers::{self, Layer};
use super::overruled::{self, Change};
use super::params::Params;
use super::resolved;
use super::settings::{self, Settings};
use super::world;

/// Loads a built-in scenario by name, or a scenario file.
///
/// # Errors
/// Anything wrong with the file, the files it builds on, its world or the overrides.
pub fn load(reference: &str, overrides: &Overrides) -> Result<Scenario, ScenarioError> {
    let layers = layers::read_chain(reference, &overrides.allow_path)?;
    let mut problems = Problems::default();
    settings::check_keys(&layers, &mut problems);
    std::mem::take(&mut problems).into_result()?;
    let settings = Settings::read(&layers, overrides, &mut problems);
    let world = read_world(&layers, overrides, &mut problems)?;
    let (Some(settings), Some(world)) = (settings, world) else {
        problems.into_result()?;
        return Err(Problem::nowhere("the scenario cannot be read").into());
    };
    let scenario = Builder { layers: &layers, overrides, world, settings, problems }.build()?;
    Ok(scenario)
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
    let Some(name) = problems.keep(entry.node.text("`world`")) else { return Ok(None) };
    let place = layers::world_place(layer, name, &entry.node.at, &overrides.allow_path)?;
    let mut world = world::read(&place)?;
    // A copy beside a resolved scenario keeps the name of the original; another world has its own.
    let named = layer.root.get("world_name").map(|e| e.node.text("`world_name`").map(str::to_string));
    if let Some(name) = problems.keep(named.transpose()).flatten() {
        world.name = name;
    }
    Ok(Some(world))
}

/// Id of the policy that stands for `--set`.
const COMMAND_LINE: &str = "command-line";

struct Builder<'a> {
    layers: &'a [Layer],
    overrides: &'a Overrides,
    world: World,
    settings: Settings,
    problems: Problems,
}

impl Builder<'_> {
    fn build(mut self) -> Result<Scenario, ScenarioError> {
        let tables = self.tables();
        let arguments = self.arguments();
        let changes = self.changes(&arguments);
        let timeline = self.timeline(&tables, &changes);
        let (start, end) = (self.settings.start, self.settings.end);
        let overruled = overruled::Settings {
            layers: self.layers,
            tables: &tables,
            arguments: &arguments,
            changes: &changes,
            start,
            end,
        };
        let warnings = overruled.warnings();
        let (layers, world, problems) = (self.layers, &self.world, &mut self.problems);
        let outages = items::merged(layers, "outage", problems);
        let outages = outages.iter().filter_map(|i| events::outage(i, world, problems)).collect();
        let caravans = items::merged(layers, "caravan", problems);
        let caravans = caravans.iter().filter_map(|i| events::caravan(i, world, problems)).collect();
        let pulses = items::merged(layers, "inflow.pulse", problems);
        let pulses = pulses.iter().filter_map(|i| events::pulse(i, world, problems)).collect();
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
            policies: changes.into_iter().map(|(policy, _)| policy).collect(),
            outages,
            caravans,
            pulses,
            world: Arc::new(self.world),
            resolved: String::new(),
            warnings,
        };
        consistency::check(&scenario, layers)?;
        scenario.warnings.extend(consistency::warnings(&scenario));
        scenario.resolved = resolved::write(&scenario);
        Ok(scenario)
    }

    /// Applies assignments in order, gathering problems.
    fn apply(&mut self, params: &mut Params, assignments: &[Assignment]) {
        for assignment in assignments {
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
        for argument in &self.overrides.set {
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
    fn timeline(&mut self, tables: &[Assignment], changes: &[Change]) -> Vec<(Date, Params)> {
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
