//! An estimate of the most memory that a command will hold, made before anything is run or written.
//!
//! The peak of a process is a fixed part, what each replicate under way needs, what is kept of all
//! replicates, and the charts. Tables follow from the scenario ([`crate::model::size`]). The number of
//! households present at the peak follows from no formula, as nobody knows beforehand how long people
//! stay: all who enter are a bound, which is enough to go on with where it fits. Only where it does not,
//! a thinned trial tells more closely (see [`trial`]). The constants below were fitted to measured peaks.

pub mod limit;
pub mod trial;

use std::sync::atomic::AtomicBool;

use super::inference::Held;
use crate::model::size::{self, STEP, Tables};
use crate::scenario::input::Scenario;

use limit::{Limit, Present, Source};

const MIB: u64 = 1 << 20;
/// The program itself, its scenarios and worlds read, and buffers of files.
const FIXED: u64 = 20 * MIB;
/// Threads but those of the pool: the main one, and those that wait for signals.
const OTHER_THREADS: u64 = 2;
/// Stack of a thread, and the address space that the allocator reserves for it.
const STACK: u64 = 2 * MIB;
const ARENA: u64 = 64 * MIB;
/// Address space lost between blocks.
const GAPS: u64 = 96 * MIB;
/// Data that are not in use: what the allocator keeps between blocks, and for each thread. Where there is too little
/// the process is ended, so that it is rather more than was ever seen.
const KEPT_BACK: u64 = 16 * MIB;
const KEPT_BACK_EACH: u64 = 4 * MIB;
/// Fonts, texts and pictures being drawn: once, and on each thread; and a base map.
const CHARTS: u64 = 20 * MIB;
const CHARTS_EACH: u64 = 22 * MIB;
const BASE_MAP: u64 = 34 * MIB;
/// A file of a world in memory, as read and as text, beside its bytes.
const READ: u64 = 3;
/// Bytes of a metric of a replicate: its name and value, and its part of the summary.
const METRIC: u64 = 160;
const METRICS: u64 = 400;
/// Rows of waits kept of a month.
const WAITS_OF_A_MONTH: u64 = 18 * 160;
/// Daily series of a comparison.
const SERIES: u64 = 60;
/// Events of a sampled household, rather more than are usual.
const STEPS_OF_A_HOUSEHOLD: u64 = 24;
/// Results of runs of which only numbers are kept, and what is worked out from them.
const NUMBERS: u64 = 5 * MIB;
/// Most that tables in Parquet keep until a group of rows is whole.
const PARQUET: u64 = 160 * MIB;

/// What becomes of the replicates of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Tables of a run are written; so many households a replicate are followed.
    Tables { parquet: bool, sample: u32 },
    /// Tables are scored, one replicate after the other.
    Scored,
    /// Only a few numbers of each are kept.
    Numbers,
    /// The same, and parameters are inferred from them.
    Inferred(Held),
}

/// Which charts are drawn at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charts {
    Nothing,
    Plain,
    /// With maps over the base map of the world.
    Maps,
}

/// What a command is going to do.
pub struct Work<'a> {
    /// Simulated together, replicate by replicate; of scenarios run one after the other, those that may be largest.
    pub scenarios: &'a [Scenario],
    /// Scenarios whose households are held at the same time.
    pub branches: usize,
    /// Jobs that could be under way at the same time.
    pub jobs: u32,
    pub replicates: u32,
    pub kept: Kept,
    pub charts: Charts,
}

/// An estimate, for any number of threads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Need {
    fixed: u64,
    jobs: u64,
    /// Of each replicate under way: households, and all the rest.
    households: u64,
    tables: u64,
    /// Of each replicate under way: room for households, which takes address space, but no memory before it is used.
    room: u64,
    /// Of each replicate under way, more, where several are and the one due is waited for.
    waiting: u64,
    kept: u64,
    charts: u64,
    charts_each: u64,
    inference: Held,
}

/// A limit that a command would pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    pub limit: Limit,
    /// What it would take of what is limited.
    pub needed: u64,
}

impl Need {
    /// The least that a scenario needs to be read, with nothing under way yet.
    pub fn least() -> Need {
        Need { fixed: FIXED, ..Need::default() }
    }

    /// Of some work without its households: a lower bound, as far as the rest is known.
    pub fn of_tables(work: &Work<'_>) -> Need {
        let sum = |of: &dyn Fn(&Scenario) -> u64| work.scenarios.iter().map(of).sum::<u64>();
        let largest = |of: &dyn Fn(&Scenario) -> u64| work.scenarios.iter().map(of).max().unwrap_or(0);
        let seen = |s: &Scenario| Tables::of(s).seen as u64;
        let working = |s: &Scenario| Tables::of(s).working as u64;
        let branches = work.branches as u64;
        let read = work.scenarios.first().map_or(0, |s| s.world.files.iter().map(|f| f.1.len() as u64).sum());
        let drawn_values = |s: &Scenario| (s.draw_timelines.len() * size::timeline(s)) as u64;
        let fixed = FIXED + READ * read + sum(&drawn_values);
        let mut need = Need { fixed, jobs: u64::from(work.jobs), ..Need::default() };
        match work.kept {
            Kept::Numbers | Kept::Inferred(_) => {
                need.tables = branches * largest(&|s| seen(s) + working(s));
                need.kept = NUMBERS;
                if let Kept::Inferred(held) = work.kept {
                    need.inference = held;
                }
            }
            Kept::Scored => {
                need.tables = largest(&|s| seen(s) + working(s));
                need.waiting = largest(&seen);
            }
            Kept::Tables { parquet, sample } => {
                let followed = f64::from(sample).min(entering(work)) as u64;
                let steps = followed * STEPS_OF_A_HOUSEHOLD * STEP as u64;
                let all_seen = sum(&seen) + steps;
                // A replicate is encoded as a whole when it is put aside.
                let encoded = if work.replicates > 1 { largest(&seen) / 2 + steps / 2 } else { 0 };
                need.tables = all_seen + branches * largest(&working) + encoded;
                need.waiting = all_seen;
                need.kept = u64::from(work.replicates) * sum(&reduced);
                if parquet {
                    need.kept += (u64::from(work.replicates) * sum(&seen) / 3).min(PARQUET);
                }
                if work.scenarios.len() > 1 {
                    let series = SERIES * work.scenarios[0].days() as u64 * 4;
                    // As they are, and summed up.
                    need.kept += 2 * (work.scenarios.len() as u64 - 1) * u64::from(work.replicates) * series;
                }
            }
        }
        if work.charts != Charts::Nothing {
            let with_map = work.charts == Charts::Maps && work.scenarios.iter().any(|s| s.world.basemap.is_some());
            need.charts = CHARTS + largest(&drawn) + if with_map { BASE_MAP } else { 0 };
            need.charts_each = CHARTS_EACH;
        }
        need
    }

    /// Of some work as if nobody who enters ever left: an upper bound.
    pub fn bound(work: &Work<'_>) -> Need {
        Need::of_tables(work).with_households(work, entering(work))
    }

    /// Of some work by a trial, for where the bound does not fit; `stop` ends the trial. `None` if it was stopped.
    pub fn by_trial(work: &Work<'_>, stop: &AtomicBool) -> Option<Need> {
        let mut most = 0.0f64;
        for scenario in work.scenarios {
            most = most.max(trial::households_at_the_peak(scenario, stop)?);
        }
        Some(Need::of_tables(work).with_households(work, most.min(entering(work))))
    }

    fn with_households(self, work: &Work<'_>, present: f64) -> Need {
        let bytes = work.scenarios.iter().map(|scenario| size::households(scenario, present)).fold(0.0, f64::max);
        let room = work.scenarios.iter().map(size::reserved).max().unwrap_or(0) as u64;
        let branches = work.branches as u64;
        Need { households: branches * bytes as u64, room: branches * room, ..self }
    }

    /// Memory held at the peak with so many threads.
    pub fn bytes(&self, threads: usize) -> u64 {
        let threads = threads as u64;
        let under_way = threads.min(self.jobs).max(1);
        // Those that are done wait for the one that is due, if there are more than the threads have in hand. One
        // more by measurement: what is freed of those written is not all used again.
        let done = if under_way > 1 { self.jobs.saturating_sub(under_way).min(under_way + 1) } else { 0 };
        let simulating = under_way * (self.households + self.tables) + done * self.waiting;
        // The system gets little of what is freed back before the charts are drawn.
        let drawing = self.charts + if self.charts > 0 { threads * self.charts_each } else { 0 };
        self.fixed + self.kept + simulating + drawing + self.inference.bytes(threads)
    }

    /// Whether this takes no more than that of anything.
    pub fn is_within(&self, other: &Need) -> bool {
        let parts = |need: &Need| {
            let Need { fixed, jobs, households, tables, room, waiting, kept, charts, charts_each, inference } = *need;
            [fixed, jobs, households, tables, room, waiting, kept, charts, charts_each, inference.bytes(1)]
        };
        parts(self).iter().zip(parts(other)).all(|(mine, others)| *mine <= others)
    }

    /// The same without charts.
    pub fn without_charts(&self) -> Need {
        Need { charts: 0, charts_each: 0, ..*self }
    }

    /// The same with one household in `k` of those simulated now.
    pub fn thinned(&self, k: u32) -> Need {
        Need { households: self.households / u64::from(k), ..*self }
    }

    /// The limit passed with so many threads, if one is: the one passed by most.
    pub fn passed(&self, threads: usize, limits: &[Limit]) -> Option<Passed> {
        let now = *Present::at_first();
        let bytes = self.bytes(threads);
        let unused = (threads as u64).min(self.jobs).max(1) * self.room.saturating_sub(self.households);
        let coming = bytes.saturating_sub(now.resident) + unused;
        let all_threads = threads as u64 + OTHER_THREADS;
        let stacks = all_threads * STACK;
        let reserved = if self.jobs > 0 { all_threads * ARENA + GAPS } else { 0 };
        let kept_back = if self.jobs > 0 { KEPT_BACK + all_threads * KEPT_BACK_EACH } else { 0 };
        let passed = limits.iter().filter_map(|limit| {
            let needed = match limit.source {
                Source::Option | Source::ControlGroup | Source::Machine => bytes,
                Source::Data => now.data + coming + stacks + kept_back,
                Source::AddressSpace => now.address_space + coming + stacks + reserved,
            };
            (needed > limit.bytes).then(|| Passed { limit: limit.clone(), needed })
        });
        passed.max_by_key(|passed| passed.needed - passed.limit.bytes)
    }
}

/// Households that enter, in the scenario with most.
fn entering(work: &Work<'_>) -> f64 {
    work.scenarios.iter().map(size::entering).fold(0.0, f64::max)
}

/// What is kept of a replicate whose tables are written.
fn reduced(scenario: &Scenario) -> u64 {
    use crate::model::observation::{Event, State};
    let world = &scenario.world;
    let (days, places) = (scenario.days() as u64, world.places.len() as u64 + 1);
    let months = days / 28 + 2;
    let daily = (2 * places + State::COUNT as u64 + 4) * 4 + 16;
    let monthly = Event::COUNT as u64 * world.nationalities.len() as u64 * 8 + WAITS_OF_A_MONTH;
    days * daily + months * monthly + METRICS * METRIC
}

/// What the charts of a scenario draw: spreads of daily series.
fn drawn(scenario: &Scenario) -> u64 {
    let series = scenario.world.places.len() as u64 + 20;
    series * scenario.days() as u64 * 32
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEED: Need = Need {
        fixed: 10 * MIB,
        jobs: 4,
        households: 100 * MIB,
        tables: 20 * MIB,
        room: 100 * MIB,
        waiting: 15 * MIB,
        kept: 5 * MIB,
        charts: 30 * MIB,
        charts_each: 10 * MIB,
        inference: Held { once: 0, a_chain: 0, an_emulator: 0 },
    };

    #[test]
    fn more_threads_need_more_until_there_is_one_a_job() {
        let of = |threads| NEED.without_charts().bytes(threads) / MIB;
        assert_eq!(of(1), 10 + 5 + 120);
        assert_eq!(of(2), 10 + 5 + 2 * (120 + 15));
        assert_eq!(of(4), 10 + 5 + 4 * 120);
        assert_eq!(of(4), of(8));
    }

    #[test]
    fn charts_come_on_top() {
        assert_eq!(NEED.bytes(2) - NEED.without_charts().bytes(2), (30 + 2 * 10) * MIB);
    }

    #[test]
    fn nobody_waits_where_each_thread_has_one() {
        let two = Need { jobs: 2, ..NEED.without_charts() };
        assert_eq!(two.bytes(2) / MIB, 10 + 5 + 2 * 120);
    }

    #[test]
    fn what_is_more_in_one_thing_is_not_within() {
        assert!(NEED.is_within(&NEED) && NEED.without_charts().is_within(&NEED));
        let roomy = Need { room: NEED.room + 1, households: 0, ..NEED };
        assert!(!roomy.is_within(&NEED) && !NEED.is_within(&roomy));
    }

    #[test]
    fn the_limit_passed_by_most_is_named() {
        let limit = |mib: u64, source| Limit { bytes: mib * MIB, source };
        let all = [limit(120, Source::Option), limit(100, Source::Machine), limit(4000, Source::ControlGroup)];
        let passed = NEED.passed(1, &all).unwrap();
        assert_eq!((passed.limit.source, passed.needed), (Source::Machine, 175 * MIB));
        assert_eq!(NEED.thinned(10).passed(1, &all[..1]), None);
    }
}
