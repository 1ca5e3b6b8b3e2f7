//! Whether the memory suffices, asked before anything is run or written.

use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};

use bytesize::ByteSize;
use rayon::ThreadPool;

use super::run::{cores, pool};
use super::signals::Interrupt;
use super::{Failure, say};
use crate::experiment::memory::limit::{Limit, Source, limits};
use crate::experiment::memory::{Need, Passed, Work};
use crate::record::provenance;

/// What the flags say about memory and threads.
#[derive(Debug, Clone, Copy)]
pub struct Means {
    pub limit: Option<ByteSize>,
    pub threads: Option<usize>,
    /// Whether the command has a `--scale`, and the weight it stands at.
    pub weight: Option<u32>,
    /// Whether the command has a `--no-charts`.
    pub charts: bool,
}

impl Means {
    fn limits(&self) -> Vec<Limit> {
        limits(self.limit.map(|size| size.as_u64()))
    }
}

/// Refuses where no simulation at all would fit, before a scenario is even read.
///
/// # Errors
/// The limit is too small.
pub fn refuse_the_impossible(limit: Option<ByteSize>) -> Result<(), Failure> {
    match Need::least().passed(1, &limits(limit.map(|size| size.as_u64()))) {
        Some(passed) => Err(refusal(&passed, "any simulation needs at least", help_for(&passed).to_string())),
        None => Ok(()),
    }
}

/// Threads to work on: as many as asked for, or one a core, or as many of them as there is memory for.
///
/// # Errors
/// The work does not fit, or the system gives no threads.
pub fn workers(work: &Work<'_>, means: Means, interrupt: &Interrupt) -> Result<ThreadPool, Failure> {
    let limits = means.limits();
    let wanted = means.threads.unwrap_or_else(cores);
    // Without its households and charts first: a trial that tells how many there are has to fit too.
    if let Some(passed) = Need::of_tables(work).without_charts().passed(1, &limits) {
        let what = "this, on one thread, at any scale and without charts, needs at least";
        return Err(refusal(&passed, what, help_for(&passed).to_string()));
    }
    let bound = Need::bound(work);
    if bound.passed(wanted, &limits).is_none() {
        return start(&bound, wanted);
    }
    // The bound may be far above what will be: whether to refuse is decided by a trial.
    let Some(need) = Need::by_trial(work, interrupt.flag()) else {
        say("stopped; nothing was written");
        return Err(Failure::Ended(interrupt.exit_status().unwrap_or(1)));
    };
    let threads = match (need.passed(wanted, &limits), most_threads(&need, wanted, &limits)) {
        (None, _) => wanted,
        (Some(passed), Some(fewer)) if means.threads.is_none() => {
            say(format_args!(
                "note: {} instead of {wanted}, as all would need about {} and the limit is {} ({}); the results are the same",
                threads_of(fewer),
                shown(passed.needed),
                shown(passed.limit.bytes),
                passed.limit.source
            ));
            fewer
        }
        (Some(passed), _) => return Err(advise(&need, &passed, wanted, &limits, means)),
    };
    start(&need, threads)
}

/// Looks at work that comes part by part, on threads that run already, before each part is begun.
pub struct Watch<'a> {
    limit: Option<ByteSize>,
    threads: usize,
    /// Ends a trial.
    stop: &'a AtomicBool,
    /// The most that was let pass even if nobody who enters ever leaves.
    passed: Mutex<Option<Need>>,
}

impl<'a> Watch<'a> {
    pub fn new(limit: Option<ByteSize>, threads: usize, stop: &'a AtomicBool) -> Self {
        Watch { limit, threads, stop, passed: Mutex::default() }
    }

    /// Whether the next part has memory enough.
    ///
    /// # Errors
    /// What to say if it has not.
    pub fn suffices(&self, work: &Work<'_>) -> Result<(), String> {
        let passed = || self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        let bound = Need::bound(work);
        if passed().is_some_and(|most| bound.is_within(&most)) {
            return Ok(());
        }
        let limits = limits(self.limit.map(|size| size.as_u64()));
        if bound.passed(self.threads, &limits).is_none() {
            *passed() = Some(bound);
            return Ok(());
        }
        match Need::by_trial(work, self.stop).and_then(|need| need.passed(self.threads, &limits)) {
            None => Ok(()),
            Some(Passed { limit, needed }) => {
                let (needed, least) = (shown(needed), shown(limit.bytes));
                Err(format!("it needs about {needed} of memory, the limit is {least} ({})", limit.source))
            }
        }
    }
}

fn start(need: &Need, threads: usize) -> Result<ThreadPool, Failure> {
    provenance::expect_memory(need.bytes(threads));
    pool(Some(threads))
}

fn most_threads(need: &Need, wanted: usize, limits: &[Limit]) -> Option<usize> {
    (1..wanted).rev().find(|&threads| need.passed(threads, limits).is_none())
}

/// Refuses, and says what would fit.
fn advise(need: &Need, passed: &Passed, threads: usize, limits: &[Limit], means: Means) -> Failure {
    let fits = |need: &Need, threads: usize| need.passed(threads, limits).is_none();
    let mut help = Vec::new();
    if let Some(fewer) = most_threads(need, threads, limits) {
        help.push(format!("--threads {fewer} would fit"));
    }
    if means.charts
        && need.without_charts() != *need
        && (fits(&need.without_charts(), threads) || fits(&need.without_charts(), 1))
    {
        let alone = if fits(&need.without_charts(), threads) { "" } else { " with --threads 1" };
        help.push(format!("--no-charts{alone} would fit"));
    }
    if let Some(weight) = means.weight {
        // Weights whose scale is a short number.
        let of = |threads: usize| {
            let weights = [2, 4, 5, 10, 20, 25, 40, 50, 100, 200, 500, 1000].into_iter();
            weights.filter(|k| k % weight == 0 && *k > weight).find(|k| fits(&need.thinned(k / weight), threads))
        };
        let found = of(threads).map(|k| (k, "")).or_else(|| of(1).map(|k| (k, " with --threads 1")));
        if let Some((k, alone)) = found {
            help.push(format!("--scale {}{alone} would fit", 1.0 / f64::from(k)));
        }
    }
    help.push(help_for(passed).to_string());
    refusal(passed, &format!("this with {} needs about", threads_of(threads)), help.join("; or "))
}

fn threads_of(threads: usize) -> String {
    if threads == 1 { "1 thread".to_string() } else { format!("{threads} threads") }
}

fn refusal(passed: &Passed, what: &str, help: String) -> Failure {
    let Passed { limit, needed } = passed;
    let of = if limit.source == Source::AddressSpace { "address space" } else { "memory" };
    Failure::failed(
        format!(
            "{what} {} of {of}, the limit is {} ({}); nothing was run",
            shown(*needed),
            shown(limit.bytes),
            limit.source
        ),
        help,
    )
}

fn help_for(passed: &Passed) -> &'static str {
    match passed.limit.source {
        Source::Option => "give a higher --memory-limit, if there is as much",
        Source::AddressSpace => "raise `ulimit -v`",
        Source::Data => "raise `ulimit -d`",
        Source::ControlGroup => {
            "ask the container or batch system for more, or --memory-limit if it has more than it says"
        }
        Source::Machine => "end other programs, or give a --memory-limit if more may be used, by swapping",
    }
}

fn shown(bytes: u64) -> String {
    ByteSize::b(bytes).display().iec().to_string()
}
