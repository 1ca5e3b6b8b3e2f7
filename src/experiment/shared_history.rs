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
    /// Generations at most, and so simulations that are held at the same time.
    pub const GENERATIONS: usize = 3;

    /// Each scenario goes on from the earlier one with which it has most days in common, of those that are not of the
    /// last generation.
    pub fn of(scenarios: &[Scenario]) -> Family {
        let mut branches: Vec<Branch> = Vec::new();
        let mut generations: Vec<usize> = Vec::new();
        for (i, scenario) in scenarios.iter().enumerate() {
            let parents = (0..i).filter(|&from| generations[from] < Family::GENERATIONS);
            let shared = parents.map(|from| Branch { from, days: shared_days(&scenarios[from], scenario) });
            // Of equals the first.
            let nearest = shared.rev().max_by_key(|b| b.days).unwrap_or(Branch { from: 0, days: 0 });
            generations.push(if i == 0 { 1 } else { generations[nearest.from] + 1 });
            branches.push(nearest);
        }
        Family { branches }
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
