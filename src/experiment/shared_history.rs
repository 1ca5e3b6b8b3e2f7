//! Several scenarios of one replicate: what they have in common is simulated once.

use crate::model::observation::Observation;
use crate::model::{RunOptions, Simulation, shared_days};
use crate::scenario::input::Scenario;

/// How a scenario is reached: it goes on from another one after so many days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Branch {
    from: usize,
    days: usize,
}

/// A tree of scenarios; the first is its root.
#[derive(Debug)]
pub struct Family {
    branches: Vec<Branch>,
}

impl Family {
    /// Each scenario goes on from the earlier one with which it has most days in common.
    pub fn of(scenarios: &[Scenario]) -> Family {
        let nearest = |i: usize| {
            let shared = |from: usize| Branch { from, days: shared_days(&scenarios[from], &scenarios[i]) };
            // Of equals the first.
            (0..i).map(shared).rev().max_by_key(|b| b.days).unwrap_or(Branch { from: 0, days: 0 })
        };
        Family { branches: (0..scenarios.len()).map(nearest).collect() }
    }

    /// Days that need not be simulated, as others have them already.
    pub fn days_saved(&self) -> usize {
        self.branches.iter().skip(1).map(|b| b.days).sum()
    }

    /// One replicate of each scenario, in their order; `None` if it was stopped.
    pub fn run(&self, scenarios: &[Scenario], replicate: u32, options: &RunOptions<'_>) -> Option<Vec<Observation>> {
        self.run_to(scenarios, replicate, options, |_, seen| seen)
    }

    /// The same with only what `take` makes of each observation kept.
    pub fn run_to<T>(
        &self,
        scenarios: &[Scenario],
        replicate: u32,
        options: &RunOptions<'_>,
        take: impl Fn(&Scenario, Observation) -> T,
    ) -> Option<Vec<T>> {
        let mut taken: Vec<Option<T>> = scenarios.iter().map(|_| None).collect();
        let root = Simulation::new(scenarios.first()?, replicate, options.sample_households);
        let mut put = |at: usize, seen: Observation| taken[at] = Some(take(&scenarios[at], seen));
        self.follow(0, root, scenarios, options, &mut put)?;
        taken.into_iter().collect()
    }

    /// Runs a scenario to its end, and on the way those that go on from it.
    fn follow(
        &self,
        at: usize,
        mut simulation: Simulation,
        scenarios: &[Scenario],
        options: &RunOptions<'_>,
        put: &mut dyn FnMut(usize, Observation),
    ) -> Option<()> {
        let mut children: Vec<usize> = (1..scenarios.len()).filter(|&i| self.branches[i].from == at).collect();
        children.sort_by_key(|&i| self.branches[i].days);
        for child in children {
            if !simulation.run_to(self.branches[child].days, options) {
                return None;
            }
            let branched = simulation.branch(&scenarios[child]);
            self.follow(child, branched, scenarios, options, put)?;
        }
        if !simulation.run_to(scenarios[at].days(), options) {
            return None;
        }
        put(at, simulation.finish());
        Some(())
    }
}
