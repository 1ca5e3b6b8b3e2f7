//! Whether there is memory enough for the runs of a sweep: some of its points tell before anything is run.

use bytesize::ByteSize;
use rayon::ThreadPool;

use crate::cli::Failure;
use crate::cli::memory::{self, Means};
use crate::cli::signals::Interrupt;
use crate::experiment::memory::{Charts, Kept, Work};
use crate::experiment::shared_history::Family;
use crate::scenario::{Scenario, ScenarioError};

/// Points of a design that are looked at beforehand.
const TRIED: usize = 4;

/// The runs of a sweep.
pub struct Runs<'a> {
    pub points: usize,
    pub replicates: u32,
    /// The scenario of a point, counted from 0.
    pub scenario: &'a dyn Fn(usize) -> Result<Scenario, ScenarioError>,
    /// Those of a sweep that is analysed at once: that is where there is a `--no-charts`.
    pub charts: Charts,
}

impl Runs<'_> {
    /// Threads for them: as many as some of the points allow, spread over the design.
    ///
    /// # Errors
    /// They do not fit, or the system gives no threads.
    pub fn workers(
        &self,
        limit: Option<ByteSize>,
        threads: Option<usize>,
        interrupt: &Interrupt,
    ) -> Result<ThreadPool, Failure> {
        let tried = self.points.min(TRIED);
        let at = |i: usize| (self.scenario)(i * (self.points - 1) / (tried - 1).max(1));
        let scenarios = (0..tried).map(at).collect::<Result<Vec<_>, _>>()?;
        let runs = self.points * self.replicates as usize;
        let work = work_of(&scenarios, runs, self.replicates, self.charts);
        let means = Means { limit, threads, weight: None, charts: self.charts != Charts::Nothing };
        memory::workers(&work, means, interrupt)
    }
}

/// Whether every point of so many is looked at beforehand.
pub fn all_were_tried(points: usize) -> bool {
    points <= TRIED
}

/// What there is to do for some points of so many runs.
pub fn work_of(scenarios: &[Scenario], runs: usize, replicates: u32, charts: Charts) -> Work<'_> {
    Work {
        scenarios,
        // Points are run together, as they share their beginning.
        branches: scenarios.len().min(Family::GENERATIONS),
        jobs: u32::try_from(runs).unwrap_or(u32::MAX),
        replicates,
        kept: Kept::Numbers,
        charts,
    }
}
