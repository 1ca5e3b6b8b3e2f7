//! `antesala list`: what is built in.

use std::fmt::Write;
use std::process::ExitCode;

use super::{Outcome, print};
use crate::scenario::{self, Overrides};

/// Prints the built-in scenarios with the question each answers, and the built-in worlds.
///
/// # Errors
/// A built-in scenario that cannot be read; output that cannot be written.
pub fn list() -> Outcome {
    let mut out = String::from("Scenarios\n");
    for name in scenario::scenario_names() {
        let scenario = scenario::load(&name, &Overrides::default())?;
        let _ = writeln!(out, "  {name}\n      {}", scenario.title);
        if !scenario.question.is_empty() {
            let _ = writeln!(out, "      {}", scenario.question);
        }
    }
    out.push_str("\nWorlds (world = \"builtin:NAME\")\n");
    for name in scenario::world_names() {
        let _ = writeln!(out, "  {name}");
    }
    out.push_str("\nRun one with `antesala run NAME`; build on one with `antesala new MINE --from NAME`.\n");
    print(&out)?;
    Ok(ExitCode::SUCCESS)
}
