//! The time of whole runs, tables included, and of an event in them: with more persons, a longer queue, more days.
//! `cargo bench --bench end_to_end`; `-- --large` adds 5,000,000 persons; `-- --quick` runs everything once and small, to
//! see that it works.
//!
//! An event of the lottery is what `flows.csv` counts for a household, or a leg travelled; of the baseline what
//! `flows.csv` counts alone. Times are the least of three rounds, so that a slow moment of the machine does not count.

use std::time::{Duration, Instant};

use support::{Case, Events, Folder, fail, metric, run};

mod support;

/// `--to` of a run of twice 730 days; with twice the persons as many enter each day.
const TWICE_AS_LONG: &str = "2026-12-29";

struct Measured {
    least: Duration,
    events: u64,
    backlog: f64,
}

impl Measured {
    fn nanoseconds_an_event(&self) -> f64 {
        self.least.as_nanos() as f64 / self.events as f64
    }
}

fn main() {
    let size = asked();
    let rounds = if size == Size::Quick { 1 } else { 3 };
    let cases = cases(size);
    let mut measured: Vec<Measured> = Vec::new();
    for round in 0..rounds {
        for (at, case) in cases.iter().enumerate() {
            let one = measure(case);
            match measured.get_mut(at) {
                Some(before) => before.least = before.least.min(one.least),
                None => measured.push(one),
            }
            eprintln!("{}, round {}", case.name, round + 1);
        }
    }
    println!(
        "{:<38} {:>12} {:>12} {:>8} {:>12} {:>10}",
        "", "backlog", "events", "seconds", "ns an event", "first = 1"
    );
    for (case, one) in cases.iter().zip(&measured) {
        println!(
            "{:<38} {:>12.0} {:>12} {:>8.3} {:>12.1} {:>10}",
            case.name,
            one.backlog,
            one.events,
            one.least.as_secs_f64(),
            one.nanoseconds_an_event(),
            against(case, one, &measured[0])
        );
    }
}

/// The time of an event over that of the first case, where events are the same.
fn against(case: &Case, one: &Measured, first: &Measured) -> String {
    match case.events {
        Events::FlowsAndLegs => format!("{:.2}", one.nanoseconds_an_event() / first.nanoseconds_an_event()),
        Events::Flows => String::new(),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Size {
    Quick,
    Usual,
    Large,
}

/// What is asked for. Cargo itself adds `--bench`.
fn asked() -> Size {
    let given: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match given.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => Size::Usual,
        ["--quick"] => Size::Quick,
        ["--large"] => Size::Large,
        _ => fail(2, &format!("{}: only `--quick` or `--large` can be asked for", given.join(" "))),
    }
}

fn cases(size: Size) -> Vec<Case> {
    let smaller = if size == Size::Quick { 25 } else { 1 };
    let million = 1_000_000 / smaller;
    let mut cases = vec![
        Case::lottery(million / 4),
        Case::lottery(million),
        gives_up(0.02, million).which("short queue"),
        gives_up(0.001, million).which("long queue"),
        Case::lottery(2 * million).with("--to").with(TWICE_AS_LONG).which("twice the days"),
        Case::baseline(10 * smaller),
    ];
    if size == Size::Large {
        cases.insert(2, Case::lottery(5 * million));
    }
    cases
}

/// The same inflow and slots with another share that gives up on a day.
fn gives_up(daily: f64, persons: u64) -> Case {
    let weekly = 1.0 - (1.0 - daily).powi(7);
    Case::lottery(persons).with("--set").with(format!("decisions.give_up_per_week={weekly:.12}"))
}

fn measure(case: &Case) -> Measured {
    let folder = Folder::new();
    let out = folder.path("run");
    let command = case.command(None, &out);
    let began = Instant::now();
    run(command);
    Measured { least: began.elapsed(), events: case.count(&out), backlog: metric(&out, "backlog_end") }
}
