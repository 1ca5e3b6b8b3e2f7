//! The program as it is measured: runs in fresh folders, and what is counted in what they wrote.

// Each benchmark uses its own part.
#![allow(dead_code)]

use std::path::{Path, PathBuf};
use std::process::{Command, exit};

use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_antesala");

/// What of a run counts as events.
#[derive(Clone, Copy)]
pub enum Events {
    /// What `flows.csv` counts, once for each household.
    Flows,
    /// And legs travelled. `legs.csv` counts persons: for worlds in which households are single persons.
    FlowsAndLegs,
}

/// A run to be done, without charts and on one thread.
pub struct Case {
    pub name: String,
    pub events: Events,
    /// Households for which a simulated one stands.
    weight: u64,
    arguments: Vec<String>,
}

impl Case {
    /// The lottery with so many persons entering.
    pub fn lottery(persons: u64) -> Case {
        let name = format!("lottery, {persons} persons");
        let case = Case { name, events: Events::FlowsAndLegs, weight: 1, arguments: Vec::new() };
        case.with("bench/lottery").with("--set").with(format!("inflow.persons={persons}"))
    }

    /// A replicate of the baseline with one household in so many.
    pub fn baseline(weight: u64) -> Case {
        let name = format!("baseline, one household in {weight}");
        let case = Case { name, events: Events::Flows, weight, arguments: Vec::new() };
        case.with("baseline").with("--replicates").with("1").with("--scale").with((1.0 / weight as f64).to_string())
    }

    /// With something said of it.
    pub fn which(mut self, has: &str) -> Case {
        self.name = format!("{}, {has}", self.name);
        self
    }

    pub fn with(mut self, argument: impl Into<String>) -> Case {
        self.arguments.push(argument.into());
        self
    }

    /// The program, ready to be started, alone or `under` another one.
    pub fn command(&self, under: Option<Command>, out: &Path) -> Command {
        let mut command = match under {
            Some(mut other) => {
                other.arg(PROGRAM);
                other
            }
            None => Command::new(PROGRAM),
        };
        command.arg("run").args(&self.arguments);
        command.args(["--threads", "1", "--no-charts", "--quiet", "--out"]).arg(out);
        command
    }

    /// Events of a finished run, of the households simulated.
    pub fn count(&self, out: &Path) -> u64 {
        let legs = match self.events {
            Events::Flows => 0,
            Events::FlowsAndLegs => sum(&out.join("legs.csv"), "persons"),
        };
        (sum(&out.join("flows.csv"), "households") + legs) / self.weight
    }
}

/// A place for runs, gone afterwards.
pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Folder {
        Folder(tempfile::tempdir().expect("a temporary folder"))
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

/// Waits for a command; ends this program with what it said if it failed.
pub fn run(mut command: Command) {
    let done = command.output().unwrap_or_else(|error| fail(1, &format!("{command:?}: {error}")));
    if !done.status.success() {
        fail(1, &format!("{command:?}: {}\n{}", done.status, String::from_utf8_lossy(&done.stderr)));
    }
}

/// Sum of a column.
fn sum(file: &Path, column: &str) -> u64 {
    rows(file, column).map(|row| row[1].parse::<u64>().expect("a whole number")).sum()
}

/// Mean of a metric of `summary.csv`.
pub fn metric(out: &Path, name: &str) -> f64 {
    let row = rows(&out.join("summary.csv"), "mean").find(|row| row[0] == name);
    row.expect("a metric of the summary")[1].parse().expect("a number")
}

/// The first column and another one.
fn rows(file: &Path, column: &str) -> impl Iterator<Item = [String; 2]> {
    let mut reader = csv::Reader::from_path(file).unwrap_or_else(|error| fail(1, &format!("{error}")));
    let at = reader.headers().expect("a header").iter().position(|name| name == column);
    let at = at.unwrap_or_else(|| fail(1, &format!("{} has no column {column}", file.display())));
    reader.into_records().map(move |row| {
        let row = row.expect("a row");
        [row[0].to_string(), row[at].to_string()]
    })
}

/// Ends the program.
pub fn fail(status: i32, why: &str) -> ! {
    eprintln!("error: {why}");
    exit(status)
}
