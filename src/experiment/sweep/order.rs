//! In which order a sweep is run: one replicate of a few points at a time, so that what their scenarios
//! have in common is simulated once.

use std::ops::Range;

/// The runs of a sweep, numbered from 0 in the order in which they are done: blocks of points one after the
/// other, in a block replicate after replicate, in that point after point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    pub points: usize,
    pub replicates: usize,
    /// Points of a block.
    pub together: usize,
}

/// One replicate of the points of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Counted from 0.
    pub points: Range<usize>,
    /// From 1.
    pub replicate: u32,
}

impl Order {
    /// Number of jobs.
    pub fn jobs(&self) -> usize {
        self.points.div_ceil(self.together) * self.replicates
    }

    pub fn job(&self, job: usize) -> Job {
        let first = job / self.replicates * self.together;
        let replicate = (job % self.replicates) as u32 + 1;
        Job { points: first..first + self.size(job / self.replicates), replicate }
    }

    /// Points of a block.
    fn size(&self, block: usize) -> usize {
        self.together.min(self.points - block * self.together)
    }

    /// Jobs of a shard.
    pub fn jobs_of(&self, shard: usize, shards: usize) -> Range<usize> {
        let first = |k: usize| (k as u128 * self.jobs() as u128 / shards as u128) as usize;
        first(shard)..first(shard + 1)
    }

    /// Runs of all jobs before one.
    pub fn runs_before(&self, job: usize) -> usize {
        if job == self.jobs() {
            return self.points * self.replicates;
        }
        let (block, replicate) = (job / self.replicates, job % self.replicates);
        block * self.together * self.replicates + replicate * self.size(block)
    }

    /// The job that a run belongs to.
    pub fn job_of(&self, run: usize) -> usize {
        let block = run / (self.together * self.replicates);
        let within = run - block * self.together * self.replicates;
        block * self.replicates + within / self.size(block)
    }

    /// Point, counted from 0, and replicate, from 1, of a run.
    pub fn place(&self, run: usize) -> (usize, u32) {
        let job = self.job_of(run);
        let Job { points, replicate } = self.job(job);
        (points.start + run - self.runs_before(job), replicate)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_run_has_one_place_and_one_shard() {
        for (points, replicates, together, shards) in
            [(1, 1, 1, 1), (7, 3, 1, 5), (7, 3, 4, 5), (45, 12, 16, 9), (3, 2, 16, 2)]
        {
            let order = Order { points, replicates, together };
            let places: BTreeSet<_> = (0..points * replicates).map(|run| order.place(run)).collect();
            assert_eq!(places.len(), points * replicates);
            let of_jobs: Vec<_> = (0..order.jobs())
                .flat_map(|job| order.job(job).points.map(move |point| (point, order.job(job).replicate)))
                .collect();
            let in_order: Vec<_> = (0..points * replicates).map(|run| order.place(run)).collect();
            assert_eq!(of_jobs, in_order);
            let mut next = 0;
            for shard in 0..shards {
                let jobs = order.jobs_of(shard, shards);
                assert_eq!(order.runs_before(jobs.start), next);
                next = order.runs_before(jobs.end);
            }
            assert_eq!(next, points * replicates);
            for run in 0..points * replicates {
                let job = order.job_of(run);
                assert!((order.runs_before(job)..order.runs_before(job + 1)).contains(&run));
            }
        }
    }
}
