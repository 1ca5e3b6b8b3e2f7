//! Replicates side by side: workers finish in any order, observations come out in one.
//!
//! A worker that is far ahead of the slowest waits, so that only a few observations are held at a
//! time however many replicates there are.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use rayon::ThreadPool;

use crate::model::{self, RunOptions, observation::Observation};
use crate::record::error::FileError;
use crate::record::spool::Spool;
use crate::scenario::input::Scenario;

/// Replicates 1 to `replicates` of a scenario.
pub struct Replicates<'a> {
    pub scenario: &'a Scenario,
    pub replicates: u32,
    /// Households a replicate whose paths are kept.
    pub sample_households: u32,
    /// Where finished replicates are kept, and those of an interrupted run are found.
    pub spool: Option<&'a Spool>,
    /// Ends the run early when set; also set when a file cannot be written.
    pub stop: &'a AtomicBool,
    /// Called with the number of days done since the last call.
    pub progress: &'a (dyn Fn(u32) + Sync),
}

/// How the replicates ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// All were delivered; so many of them came from the spool.
    Done {
        resumed: u32,
    },
    Stopped,
}

/// Runs on as many threads as the pool has and hands over each observation in order of replicates.
///
/// # Errors
/// A replicate could not be kept, or `deliver` failed; the others are stopped then.
pub fn run(
    plan: &Replicates<'_>,
    pool: &ThreadPool,
    mut deliver: impl FnMut(Observation) -> Result<(), FileError>,
) -> Result<Ended, FileError> {
    let resumed = AtomicU32::new(0);
    let workers = (pool.current_num_threads() as u32).min(plan.replicates);
    let all = if workers <= 1 {
        one_by_one(plan, &resumed, &mut deliver)?
    } else {
        side_by_side(plan, pool, workers, &resumed, &mut deliver)?
    };
    Ok(if all { Ended::Done { resumed: resumed.into_inner() } } else { Ended::Stopped })
}

type Deliver<'a> = dyn FnMut(Observation) -> Result<(), FileError> + 'a;

/// Whether all were delivered.
fn one_by_one(plan: &Replicates<'_>, resumed: &AtomicU32, deliver: &mut Deliver<'_>) -> Result<bool, FileError> {
    for replicate in 1..=plan.replicates {
        match plan.observe(replicate, resumed)? {
            Some(observation) => deliver(observation)?,
            None => return Ok(false),
        }
    }
    Ok(true)
}

fn side_by_side(
    plan: &Replicates<'_>,
    pool: &ThreadPool,
    workers: u32,
    resumed: &AtomicU32,
    deliver: &mut Deliver<'_>,
) -> Result<bool, FileError> {
    let next = AtomicU32::new(1);
    let gate = Gate::new(2 * workers);
    pool.in_place_scope(|scope| {
        let (sender, receiver) = channel();
        for _ in 0..workers {
            let (sender, next, gate) = (sender.clone(), &next, &gate);
            scope.spawn(move |_| work(plan, next, gate, resumed, &sender));
        }
        drop(sender);
        let delivered = in_order(plan, &gate, &receiver, deliver);
        if delivered.is_err() {
            plan.stop.store(true, Ordering::Relaxed);
        }
        delivered
    })
}

/// Runs one replicate after another until none is left.
fn work(
    plan: &Replicates<'_>,
    next: &AtomicU32,
    gate: &Gate,
    resumed: &AtomicU32,
    sender: &Sender<Result<Observation, FileError>>,
) {
    let _alarm = Alarm(plan.stop);
    loop {
        let replicate = next.fetch_add(1, Ordering::Relaxed);
        if replicate > plan.replicates || !gate.wait_for(replicate, plan.stop) {
            return;
        }
        let observed = plan.observe(replicate, resumed).transpose();
        // Nobody listens any more when delivery failed.
        let Some(observed) = observed else { return };
        if sender.send(observed).is_err() {
            return;
        }
    }
}

/// Delivers in order of replicates; whether all were.
fn in_order(
    plan: &Replicates<'_>,
    gate: &Gate,
    receiver: &Receiver<Result<Observation, FileError>>,
    deliver: &mut Deliver<'_>,
) -> Result<bool, FileError> {
    let mut early = BTreeMap::new();
    let mut due = 1;
    for observed in receiver {
        let observation = observed?;
        early.insert(observation.replicate, observation);
        while let Some(observation) = early.remove(&due) {
            if plan.stop.load(Ordering::Relaxed) {
                return Ok(false);
            }
            deliver(observation)?;
            due += 1;
            gate.open_to(due);
        }
    }
    Ok(due > plan.replicates)
}

impl Replicates<'_> {
    /// One replicate, from the spool or simulated; `None` if it was stopped.
    fn observe(&self, replicate: u32, resumed: &AtomicU32) -> Result<Option<Observation>, FileError> {
        if self.stop.load(Ordering::Relaxed) {
            return Ok(None);
        }
        if let Some(kept) = self.spool.and_then(|spool| spool.take(replicate)) {
            resumed.fetch_add(1, Ordering::Relaxed);
            (self.progress)(self.scenario.days() as u32);
            return Ok(Some(kept));
        }
        let options =
            RunOptions { sample_households: self.sample_households, stop: self.stop, progress: self.progress };
        let observation = model::run(&self.scenario.of_replicate(replicate), replicate, &options);
        if let (Some(observation), Some(spool)) = (&observation, self.spool) {
            spool.keep(observation)?;
        }
        Ok(observation)
    }
}

/// Lets a worker begin a replicate only when it is near the one due for delivery.
struct Gate {
    due: Mutex<u32>,
    moved: Condvar,
    window: u32,
}

impl Gate {
    fn new(window: u32) -> Self {
        Gate { due: Mutex::new(1), moved: Condvar::new(), window }
    }

    fn open_to(&self, due: u32) {
        *self.due.lock().unwrap_or_else(PoisonError::into_inner) = due;
        self.moved.notify_all();
    }

    /// Whether the replicate may begin; `false` when all is to stop.
    fn wait_for(&self, replicate: u32, stop: &AtomicBool) -> bool {
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        while replicate >= *due + self.window {
            if stop.load(Ordering::Relaxed) {
                return false;
            }
            let waited = self.moved.wait_timeout(due, Duration::from_millis(50));
            due = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }
}

/// Stops the other workers when one dies, so that the panic is seen and nobody waits for ever.
struct Alarm<'a>(&'a AtomicBool);

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}
