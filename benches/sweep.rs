//! What a sweep costs besides its runs: overhead a run, the gain of a second thread, and memory of 1,000 and
//! 10,000 runs of the tutorial. `cargo bench --bench sweep`.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use antesala::experiment::sweep::Sweep;
use antesala::experiment::sweep::shard::{Budget, Worker};
use antesala::model::{self, RunOptions};

const PROGRAM: &str = env!("CARGO_BIN_EXE_antesala");

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let here = folder.path();
    let runs = 1_000;
    let one = swept(here, "one", runs, 1);
    let two = swept(here, "two", runs, 2);
    let alone = simulated_alone(here, runs);
    let overhead = (one.as_secs_f64() - alone.as_secs_f64()) / runs as f64;
    println!(
        "{runs} runs of the tutorial on one thread: {:.2} s, simulated alone {:.2} s",
        one.as_secs_f64(),
        alone.as_secs_f64()
    );
    println!(
        "overhead a run: {:.2} ms ({:.1} % of the run)",
        1e3 * overhead,
        100.0 * overhead * runs as f64 / alone.as_secs_f64()
    );
    println!("two threads against one: {:.2} times", one.as_secs_f64() / two.as_secs_f64());
    for runs in [1_000, 10_000] {
        let dir = planned(here, &format!("memory-{runs}"), runs);
        let (peak, wall) = peak_memory(&dir);
        let log = fs::metadata(dir.join("shards/shard-0000.parquet")).map_or(0, |about| about.len());
        println!(
            "{runs} runs in one process: {:.1} MiB at most, {:.1} s, results {:.1} MiB",
            peak / 1024.0,
            wall.as_secs_f64(),
            log as f64 / 1048576.0
        );
    }
}

/// Plans so many runs.
fn planned(here: &Path, name: &str, runs: usize) -> std::path::PathBuf {
    let design = format!(
        "kind = 'lhs'\npoints = {}\nreplicates = 2\nscenario = 'tutorial'\n[parameters]\n'app.diligence' = [0.5, 0.9]\napp.slots_factor = [0.5, 1.5]\n",
        runs / 2
    );
    let (file, dir) = (here.join(format!("{name}.toml")), here.join(name));
    fs::write(&file, design).expect("a temporary file");
    let status = Command::new(PROGRAM).args(["sweep", "plan", "--quiet", "-o"]).arg(&dir).arg(&file).status();
    assert!(status.expect("the program").success());
    dir
}

/// Time to run a sweep on so many threads.
fn swept(here: &Path, name: &str, runs: usize, threads: usize) -> Duration {
    let dir = planned(here, name, runs);
    let sweep = Sweep::open(&dir).unwrap_or_else(|e| panic!("{e}"));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let worker = Worker {
        folder: &dir,
        manifest: &sweep.manifest,
        sweep: &sweep.id,
        scenario: &sweep.scenario,
        points: &sweep.points,
        metrics: &sweep.metrics,
        pool: &pool,
        stop: &AtomicBool::new(false),
        budget: Budget::new(None),
        suffices: &|_, _| Ok(()),
        progress: &|_| {},
    };
    let began = Instant::now();
    worker.work(0).unwrap_or_else(|e| panic!("{e}"));
    began.elapsed()
}

/// Time of the same simulations without anything around them.
fn simulated_alone(here: &Path, runs: usize) -> Duration {
    let sweep = Sweep::open(&here.join("one")).unwrap_or_else(|e| panic!("{e}"));
    let scenarios: Vec<_> = (0..runs / 2)
        .map(|point| {
            let mut scenario = sweep.scenario.with(&sweep.points.settings(point)).unwrap_or_else(|e| panic!("{e}"));
            scenario.seed = sweep.manifest.seed_of(sweep.points.ids[point]);
            scenario
        })
        .collect();
    let stop = AtomicBool::new(false);
    let options = RunOptions { sample_households: 0, stop: &stop, progress: &|_| {} };
    let began = Instant::now();
    for scenario in &scenarios {
        for replicate in 1..=2 {
            assert!(model::run(scenario, replicate, &options).is_some());
        }
    }
    began.elapsed()
}

/// Most memory of a process that runs a sweep, in KiB (0 where the system does not tell), and its time.
fn peak_memory(dir: &Path) -> (f64, Duration) {
    let began = Instant::now();
    let mut child =
        Command::new(PROGRAM).args(["sweep", "run"]).arg(dir).stderr(Stdio::null()).spawn().expect("the program");
    let mut peak = 0.0;
    while child.try_wait().expect("the program").is_none() {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok());
        peak = kib.unwrap_or(peak);
        std::thread::sleep(Duration::from_millis(20));
    }
    (peak, began.elapsed())
}
