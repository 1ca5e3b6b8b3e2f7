//! `antesala run --batch`: points in, metrics out, a line of JSON each, in one process, so that any
//! optimiser can drive it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read as _, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value as Json, json};

use super::args::RunArgs;
use super::memory;
use super::signals::Interrupt;
use super::{Failure, Outcome};
use crate::experiment::batch_point::BatchPoint;
use crate::experiment::memory::{self as need, Charts, Kept};
use crate::experiment::sweep::plan::{DEFAULT_METRICS, METRIC_FLAG};
use crate::model::{self, RunOptions};
use crate::record::expression::{self, Expression, Vocabulary};
use crate::scenario::{Prepared, Problem, Scenario, ScenarioError};

/// Longest line, bytes.
const LONGEST_LINE: u64 = 16 << 20;

/// Answers points from a file, or standard input if it is `-`, in their order.
///
/// # Errors
/// Bad usage, or input that cannot be read. What is wrong with a point is said in its answer, and in the
/// exit status at the end.
pub fn batch(args: &RunArgs, source: &str) -> Outcome {
    memory::refuse_the_impossible(args.common.memory_limit)?;
    let interrupt = Interrupt::listen()?;
    let prepared = Prepared::open(&args.scenario, &args.common.simulation.overrides())?;
    let metrics = metrics(args, &prepared)?;
    let scenario = prepared.with(&[])?;
    let pool = memory::workers(&work_of(&scenario), args.common.means(scenario.weight), &interrupt)?;
    let memory = memory::Watch::new(args.common.memory_limit, pool.current_num_threads(), interrupt.flag());
    let mut input: Box<dyn BufRead> = match source {
        "-" => Box::new(std::io::stdin().lock()),
        path => match File::open(path) {
            Ok(file) => Box::new(BufReader::new(file)),
            Err(error) => {
                return Err(Failure::usage(format!("cannot read {path}: {error}"), "name a file of points, or -"));
            }
        },
    };
    let gate = Gate::new(4 * pool.current_num_threads());
    let closed = AtomicBool::new(false);
    let (answers, written) = channel();
    let wrong = std::thread::scope(|threads| {
        let (gate, closed) = (&gate, &closed);
        let writer = threads.spawn(move || write(&written, gate, closed));
        let read = pool.in_place_scope(|scope| -> std::io::Result<()> {
            let (mut line, mut number, mut lines) = (Vec::new(), 0, 0);
            loop {
                line.clear();
                if closed.load(Ordering::Relaxed)
                    || interrupt.exit_status().is_some()
                    || input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line)? == 0
                {
                    return Ok(());
                }
                lines += 1;
                if line.len() as u64 == LONGEST_LINE {
                    return Err(std::io::Error::other(format!("line {lines} has more than {LONGEST_LINE} bytes")));
                }
                if line.trim_ascii().is_empty() {
                    continue;
                }
                if !gate.enter(closed) {
                    return Ok(());
                }
                let mut point = Point::read(&line, lines, &prepared);
                // It may need more memory than there is.
                let fits = point.scenario.as_ref().map_or(Ok(()), |scenario| memory.suffices(&work_of(scenario)));
                if let Err(why) = fits {
                    point.scenario = Err(Problem::nowhere(format!("line {lines}: {why}")).into());
                }
                point.start(number, scope, &Work { metrics: &metrics, stop: interrupt.flag(), closed }, &answers);
                number += 1;
            }
        });
        drop(answers);
        let written = writer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (read, written)
    });
    if let Some(status) = interrupt.exit_status() {
        return Err(Failure::Ended(status));
    }
    let (read, written) = wrong;
    read.map_err(|e| Failure::usage(format!("cannot read {source}: {e}"), "points are lines of JSON in UTF-8"))?;
    let wrong = super::written(written.1).map(|()| written.0)?;
    Ok(if wrong > 0 { ExitCode::from(2) } else { ExitCode::SUCCESS })
}

/// What there is to do for a scenario, as far as memory is concerned.
fn work_of(scenario: &Scenario) -> need::Work<'_> {
    need::Work {
        scenarios: std::slice::from_ref(scenario),
        branches: 1,
        // Points keep coming.
        jobs: u32::MAX,
        replicates: scenario.replicates,
        kept: Kept::Numbers,
        charts: Charts::Nothing,
    }
}

fn metrics(args: &RunArgs, prepared: &Prepared) -> Result<Vec<Expression>, ScenarioError> {
    let scenario = prepared.with(&[])?;
    let words = Vocabulary::of(&scenario);
    if args.metrics.is_empty() {
        return words.read_all(DEFAULT_METRICS.map(|name| (name, None)), METRIC_FLAG);
    }
    words.read_all(args.metrics.iter().map(|m| (m.as_str(), None)), METRIC_FLAG)
}

/// What all points share.
#[derive(Clone, Copy)]
struct Work<'s> {
    metrics: &'s [Expression],
    stop: &'s AtomicBool,
    /// Set when no answer is wanted any more.
    closed: &'s AtomicBool,
}

/// Ends the reading when a worker dies, so that the panic is seen and nobody waits for ever.
struct Alarm<'s>(&'s AtomicBool);

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}

/// A point that is asked for.
struct Point {
    id: Json,
    scenario: Result<Arc<Scenario>, ScenarioError>,
}

/// The replicates of a point while they run.
struct Running {
    number: usize,
    id: Json,
    scenario: Arc<Scenario>,
    values: Mutex<Vec<Option<Vec<Option<f64>>>>>,
    left: AtomicUsize,
}

/// The line of a point, and whether the point was wrong.
type Answer = (usize, String, bool);

impl Point {
    fn read(line: &[u8], number: usize, prepared: &Prepared) -> Point {
        let BatchPoint { id, scenario } = BatchPoint::read(line, number, prepared);
        Point { id, scenario: scenario.map(Arc::new) }
    }

    /// Spreads its replicates over the threads; the last to end gives the answer.
    fn start<'s>(self, number: usize, scope: &rayon::Scope<'s>, work: &Work<'s>, answers: &Sender<Answer>) {
        let scenario = match self.scenario {
            Ok(scenario) => scenario,
            Err(error) => {
                let first = error.problems().next();
                let help = first.and_then(|p| p.help.clone());
                let line = json!({ "id": self.id, "error": error.to_string(), "help": help });
                // Nobody listens any more when standard output is closed.
                let _ = answers.send((number, line.to_string(), true));
                return;
            }
        };
        let replicates = scenario.replicates;
        let running = Arc::new(Running {
            number,
            id: self.id,
            values: Mutex::new(vec![None; replicates as usize]),
            left: AtomicUsize::new(replicates as usize),
            scenario,
        });
        for replicate in 1..=replicates {
            let (running, answers) = (running.clone(), answers.clone());
            let Work { metrics, stop, closed } = *work;
            scope.spawn(move |_| {
                let _alarm = Alarm(closed);
                let of = running.scenario.of_replicate(replicate);
                let options = RunOptions { sample_households: 0, stop, progress: &|_| {} };
                let values = model::run(&of, replicate, &options).map(|seen| expression::values(metrics, &of, &seen));
                let mut all = running.values.lock().unwrap_or_else(PoisonError::into_inner);
                all[replicate as usize - 1] = values;
                drop(all);
                if running.left.fetch_sub(1, Ordering::AcqRel) == 1
                    && let Some(line) = running.line(metrics)
                {
                    let _ = answers.send((running.number, line, false));
                }
            });
        }
    }
}

impl Running {
    /// The answer; `None` if a replicate was stopped.
    fn line(&self, metrics: &[Expression]) -> Option<String> {
        let values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut means, mut all) = (Map::new(), Map::new());
        for (i, metric) in metrics.iter().enumerate() {
            let of: Option<Vec<Option<f64>>> = values.iter().map(|v| Some(v.as_ref()?[i])).collect();
            let of = of?;
            let known: Vec<f64> = of.iter().flatten().copied().collect();
            let mean = (known.len() == of.len()).then(|| known.iter().sum::<f64>() / known.len() as f64);
            means.insert(metric.name.clone(), json!(mean));
            all.insert(metric.name.clone(), json!(of));
        }
        let mut line = json!({
            "id": self.id,
            "seed": self.scenario.seed,
            "replicates": self.scenario.replicates,
            "mean": means,
            "values": all,
        });
        if !self.scenario.warnings.is_empty() {
            line["warnings"] = json!(self.scenario.warnings);
        }
        Some(line.to_string())
    }
}

/// Writes answers in the order of the points; how many were wrong, and how the writing ended.
fn write(answers: &Receiver<Answer>, gate: &Gate, closed: &AtomicBool) -> (usize, std::io::Result<()>) {
    let mut out = std::io::stdout().lock();
    let (mut early, mut due, mut wrong) = (BTreeMap::new(), 0, 0);
    let mut ended = Ok(());
    for (number, line, is_wrong) in answers {
        wrong += usize::from(is_wrong);
        early.insert(number, line);
        while let Some(line) = early.remove(&due) {
            if ended.is_ok() {
                ended = writeln!(out, "{line}").and_then(|()| out.flush());
                if ended.is_err() {
                    closed.store(true, Ordering::Relaxed);
                }
            }
            due += 1;
            gate.leave();
        }
    }
    (wrong, ended)
}

/// Lets only so many points be under way.
struct Gate {
    inside: Mutex<usize>,
    left: Condvar,
    most: usize,
}

impl Gate {
    fn new(most: usize) -> Self {
        Gate { inside: Mutex::new(0), left: Condvar::new(), most }
    }

    /// False when answers are not wanted any more.
    fn enter(&self, closed: &AtomicBool) -> bool {
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        while *inside >= self.most {
            if closed.load(Ordering::Relaxed) {
                return false;
            }
            let waited = self.left.wait_timeout(inside, Duration::from_millis(100));
            inside = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        *inside += 1;
        true
    }

    fn leave(&self) {
        *self.inside.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.left.notify_one();
    }
}
