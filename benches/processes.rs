//! What each process of a day costs: the baseline, one household in ten, on 14 March 2024, a day on which
//! all have work and no rule changes.
//! `cargo bench --bench processes`; with `-- travel` that process alone, with `-- --test` each once.
//!
//! Every measurement starts from a copy of the simulation that has run the day before and, on the day itself, all
//! that comes before the process: nothing of this is timed.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use antesala::model::schedule::PROCESSES;
use antesala::model::{RunOptions, Simulation};
use antesala::scenario::{Overrides, load};
use criterion::{BatchSize, Criterion, SamplingMode, criterion_group, criterion_main};
use jiff::civil::date;

fn processes(criterion: &mut Criterion) {
    let overrides = Overrides { scale: Some(0.1), ..Overrides::default() };
    let scenario = load("baseline", &overrides).unwrap_or_else(|error| panic!("{error}"));
    let day = (date(2024, 3, 14) - scenario.start).get_days() as usize;
    let stop = AtomicBool::new(false);
    let options = RunOptions { sample_households: 0, stop: &stop, progress: &|_| {} };
    let mut simulation = Simulation::new(&scenario, 1, options.sample_households);
    simulation.run_to(day - 1, &options);

    let mut group = criterion.benchmark_group("processes");
    // A copy takes longer than most processes, and counts in the time that is planned with.
    group.sampling_mode(SamplingMode::Flat).sample_size(20);
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    for (name, _) in PROCESSES {
        let mut on_the_eve_of_it = || {
            let mut copy = simulation.branch(&scenario);
            copy.run_to(day, &options);
            copy.run_before(name);
            copy
        };
        group.bench_function(name, |bencher| {
            bencher.iter_batched_ref(&mut on_the_eve_of_it, |copy| copy.run_process(name), BatchSize::PerIteration);
        });
    }
    group.finish();
}

criterion_group!(benches, processes);
criterion_main!(benches);
