//! What must always hold, over random worlds: networks of 1 to 12 places, 1 to 5 nationalities, 1 to 4 ports and modes,
//! with random tables, parameters, policies, outages, caravans and pulses.
//!
//! `ANTESALA_CASES=5000` tries so many worlds instead of a few, `ANTESALA_CASE=17` that one alone. A case is the same
//! everywhere: a failure names its number.

mod books;
mod dice;
mod histories;
mod rules;
mod same_world;
mod stories;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use antesala::model::observation::Observation;
use antesala::model::{RunOptions, run};
use antesala::scenario::Scenario;
use rayon::prelude::*;

use books::Books;
use rules::scenario;

/// Runs a replicate with the paths of everyone.
fn observe(scenario: &Scenario) -> Observation {
    let stop = AtomicBool::new(false);
    let options = RunOptions { sample_households: u32::MAX, stop: &stop, progress: &|_| {} };
    run(scenario, 1, &options).expect("not stopped")
}

/// Does something for every case: a share of those asked for, or of the `few` of an ordinary test.
fn for_each_case(few: u64, act: impl Fn(u64) + Sync) {
    let number = |name: &str| std::env::var(name).ok().map(|n| n.parse::<u64>().expect("a number"));
    if let Some(case) = number("ANTESALA_CASE") {
        return act(case);
    }
    let cases = number("ANTESALA_CASES").unwrap_or(few);
    let failed = AtomicUsize::new(0);
    (0..cases).into_par_iter().for_each(|case| {
        if catch_unwind(AssertUnwindSafe(|| act(case))).is_err() {
            eprintln!("the world of ANTESALA_CASE={case} fails");
            failed.fetch_add(1, Ordering::Relaxed);
        }
    });
    println!("{cases} worlds tried");
    assert_eq!(failed.into_inner(), 0, "of {cases} worlds so many fail: see above");
}

#[test]
fn books_balance_in_any_world() {
    let (persons, processed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    for_each_case(64, |case| {
        let scenario = scenario(case);
        let seen = observe(&scenario);
        let books = Books { scenario: &scenario, seen: &seen };
        books.check();
        stories::check(&books);
        persons.fetch_add(seen.paths.len(), Ordering::Relaxed);
        processed.fetch_add(books.processed() as usize, Ordering::Relaxed);
    });
    let [steps, processed] = [persons, processed].map(AtomicUsize::into_inner);
    println!("{steps} steps of households, {processed} persons processed");
    assert!(processed > 0 || std::env::var_os("ANTESALA_CASE").is_some(), "nothing happens in these worlds");
}
