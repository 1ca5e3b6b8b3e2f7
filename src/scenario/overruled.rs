//! Warns of values that do not last: a scenario or `--set` gives a parameter a value, and a policy
//! of a scenario further down sets it again.

use std::sync::Arc;

use jiff::civil::Date;

use super::assign::{self, Assignment};
use super::input::Policy;
use super::layers::Layer;

/// A policy with its assignments.
pub type Change = (Policy, Vec<Assignment>);

/// Everything that sets parameters of one scenario.
pub struct Settings<'a> {
    /// Base first.
    pub layers: &'a [Layer],
    /// Of the tables of all files.
    pub tables: &'a [Assignment],
    /// Of `--set`.
    pub arguments: &'a [Assignment],
    /// In order of date.
    pub changes: &'a [Change],
    pub start: Date,
    pub end: Date,
}

impl Settings<'_> {
    /// One warning for each value overruled by a policy of a file below its own.
    pub fn warnings(&self) -> Vec<String> {
        let tables = self.tables.iter().filter_map(|a| self.of_table(a));
        let arguments = self.arguments.iter().filter_map(|a| self.of_argument(a));
        tables.chain(arguments).collect()
    }

    /// How far up the chain a value stands; the command line is above all files.
    fn rank(&self, assignment: &Assignment) -> usize {
        let own = |layer: &Layer| Arc::ptr_eq(&layer.text, &assignment.at.text);
        self.layers.iter().position(own).unwrap_or(self.layers.len())
    }

    /// Policies of files below that set the same parameter and come before the end.
    fn overruling(&self, assignment: &Assignment) -> Vec<&Policy> {
        let rank = self.rank(assignment);
        let below = |changed: &Assignment| self.rank(changed) < rank && changed.meets(assignment);
        let changes = self.changes.iter().filter(|(policy, set)| policy.from <= self.end && set.iter().any(below));
        changes.map(|(policy, _)| policy).collect()
    }

    fn of_table(&self, assignment: &Assignment) -> Option<String> {
        let policies = self.overruling(assignment);
        if policies.is_empty() {
            return None;
        }
        let what = format!("`{}` ({})", assignment.path(), assignment.key_at);
        match policies.iter().rfind(|p| p.from <= self.start) {
            Some(policy) => {
                let id = &policy.id;
                Some(format!(
                    "{what} never holds: the policy `{id}`, in force at the start, sets it; replace that policy"
                ))
            }
            None => until(&what, &policies),
        }
    }

    fn of_argument(&self, assignment: &Assignment) -> Option<String> {
        let mut policies = self.overruling(assignment);
        policies.retain(|p| p.from > self.start);
        until(&format!("--set {}", assignment.path()), &policies)
    }
}

/// Warns of a value given to a policy, `--set policy.ID.path=value`, that a later policy sets again.
pub fn of_policy_arguments<'a>(
    arguments: impl Iterator<Item = &'a String>,
    changes: &[Change],
    end: Date,
) -> Vec<String> {
    let ids: Vec<&str> = changes.iter().map(|(policy, _)| policy.id.as_str()).collect();
    let of = |argument: &String| {
        let (id, assignment) = assign::from_policy_argument(argument, &ids)?.ok()?;
        let own = changes.iter().position(|(policy, _)| policy.id == id)?;
        let again = |(policy, set): &&Change| policy.from <= end && set.iter().any(|a| a.meets(&assignment));
        let later: Vec<&Policy> = changes[own + 1..].iter().filter(again).map(|(policy, _)| policy).collect();
        until(&format!("--set policy.{id}.{}", assignment.path()), &later)
    };
    arguments.filter_map(of).collect()
}

/// Says how long a value holds, if it is overruled at all.
fn until(what: &str, policies: &[&Policy]) -> Option<String> {
    let (first, others) = policies.split_first()?;
    let more = match others.len() {
        0 => String::new(),
        1 => " (and another after it)".into(),
        n => format!(" (and {n} others after it)"),
    };
    Some(format!("{what} holds until {}, when the policy `{}` sets it again{more}", first.from, first.id))
}
