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

use crate::model::{RunOptions, Simulation, observation::Observation};
use crate::record::checkpoint::{Checkpoint, Checkpoints};
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
    /// Where to begin, if not on the eve of the first day.
    pub begin_at: Option<&'a Checkpoint>,
    /// States to be saved on the way.
    pub checkpoints: Option<&'a Checkpoints<'a>>,
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
    deliver: impl FnMut(Observation) -> Result<(), FileError>,
) -> Result<Ended, FileError> {
    let resumed = AtomicU32::new(0);
    let jobs = Jobs { count: plan.replicates, stop: plan.stop, job: &|replicate| plan.observe(replicate, &resumed) };
    let all = jobs.run(pool, deliver)?;
    Ok(if all { Ended::Done { resumed: resumed.into_inner() } } else { Ended::Stopped })
}

/// Numbered jobs, from 1: workers finish in any order, results come out in one.
pub struct Jobs<'a, T> {
    pub count: u32,
    /// Ends the jobs early when set; also set when one fails.
    pub stop: &'a AtomicBool,
    /// `None` if it was stopped.
    pub job: &'a (dyn Fn(u32) -> Result<Option<T>, FileError> + Sync),
}

impl<T: Send> Jobs<'_, T> {
    /// Whether all were delivered.
    ///
    /// # Errors
    /// That of a job, or of `deliver`; the others are stopped then.
    pub fn run(
        &self,
        pool: &ThreadPool,
        mut deliver: impl FnMut(T) -> Result<(), FileError>,
    ) -> Result<bool, FileError> {
        match (pool.current_num_threads() as u32).min(self.count) {
            0 | 1 => self.one_by_one(&mut deliver),
            workers => self.side_by_side(pool, workers, &mut deliver),
        }
    }

    fn one_by_one(&self, deliver: &mut Deliver<'_, T>) -> Result<bool, FileError> {
        for number in 1..=self.count {
            match self.begin(number)? {
                Some(result) => deliver(result)?,
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    fn begin(&self, number: u32) -> Result<Option<T>, FileError> {
        if self.stop.load(Ordering::Relaxed) { Ok(None) } else { (self.job)(number) }
    }

    fn side_by_side(&self, pool: &ThreadPool, workers: u32, deliver: &mut Deliver<'_, T>) -> Result<bool, FileError> {
        let next = AtomicU32::new(1);
        let gate = Gate::new(2 * workers);
        pool.in_place_scope(|scope| {
            let (sender, receiver) = channel();
            for _ in 0..workers {
                let (sender, next, gate) = (sender.clone(), &next, &gate);
                scope.spawn(move |_| self.work(next, gate, &sender));
            }
            drop(sender);
            let delivered = self.in_order(&gate, &receiver, deliver);
            if delivered.is_err() {
                self.stop.store(true, Ordering::Relaxed);
            }
            delivered
        })
    }

    /// Runs one job after another until none is left.
    fn work(&self, next: &AtomicU32, gate: &Gate, sender: &Sender<Result<(u32, T), FileError>>) {
        let _alarm = Alarm(self.stop);
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number > self.count || !gate.wait_for(number, self.stop) {
                return;
            }
            let result = self.begin(number).transpose();
            // Nobody listens any more when delivery failed.
            let Some(result) = result else { return };
            if sender.send(result.map(|r| (number, r))).is_err() {
                return;
            }
        }
    }

    /// Delivers in order; whether all were.
    fn in_order(
        &self,
        gate: &Gate,
        receiver: &Receiver<Result<(u32, T), FileError>>,
        deliver: &mut Deliver<'_, T>,
    ) -> Result<bool, FileError> {
        let mut early = BTreeMap::new();
        let mut due = 1;
        for result in receiver {
            let (number, result) = result?;
            early.insert(number, result);
            while let Some(result) = early.remove(&due) {
                if self.stop.load(Ordering::Relaxed) {
                    return Ok(false);
                }
                deliver(result)?;
                due += 1;
                gate.open_to(due);
            }
        }
        Ok(due > self.count)
    }
}

type Deliver<'a, T> = dyn FnMut(T) -> Result<(), FileError> + 'a;

impl Replicates<'_> {
    /// One replicate, from the spool or simulated; `None` if it was stopped.
    fn observe(&self, replicate: u32, resumed: &AtomicU32) -> Result<Option<Observation>, FileError> {
        let states_kept = self.checkpoints.is_none_or(|checkpoints| checkpoints.has_all(replicate));
        if let Some(kept) = self.spool.filter(|_| states_kept).and_then(|spool| spool.take(replicate)) {
            resumed.fetch_add(1, Ordering::Relaxed);
            (self.progress)(self.scenario.days() as u32);
            return Ok(Some(kept));
        }
        let options =
            RunOptions { sample_households: self.sample_households, stop: self.stop, progress: self.progress };
        let observation = self.simulate(replicate, &options)?;
        if let (Some(observation), Some(spool)) = (&observation, self.spool) {
            spool.keep(observation)?;
        }
        Ok(observation)
    }

    /// From where there is a state to begin with, saving those asked for; `None` if it was stopped.
    fn simulate(&self, replicate: u32, options: &RunOptions<'_>) -> Result<Option<Observation>, FileError> {
        let mut simulation = self.begin(replicate)?;
        (self.progress)(simulation.day() as u32);
        for (day, date) in self.checkpoints.into_iter().flat_map(Checkpoints::days) {
            if day <= simulation.day() {
                continue;
            }
            if !simulation.run_to(day, options) {
                return Ok(None);
            }
            if let Some(checkpoints) = self.checkpoints {
                checkpoints.save(&mut simulation, replicate, date)?;
            }
        }
        Ok(simulation.run_to(self.scenario.days(), options).then(|| simulation.finish()))
    }

    fn begin(&self, replicate: u32) -> Result<Simulation, FileError> {
        if let Some(simulation) = self.checkpoints.and_then(|checkpoints| checkpoints.latest(replicate)) {
            return Ok(simulation);
        }
        match self.begin_at {
            Some(checkpoint) => checkpoint.begin(replicate),
            None => {
                let scenario = self.scenario.of_replicate(replicate);
                Ok(Simulation::new(&scenario, replicate, self.sample_households))
            }
        }
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
