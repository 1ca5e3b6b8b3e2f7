//! Memory: what does not fit is refused before it is run, and the estimate holds.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const MIB: u64 = 1 << 20;

fn antesala(args: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_antesala")).args(args).current_dir(folder).env("NO_COLOR", "1").output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().next().is_none()
}

/// Expects exit status 1 with these words, and nothing written.
fn refuses(output: &Output, folder: &Path, words: &[&str]) {
    let message = said(output);
    assert_eq!(output.status.code(), Some(1), "{message}");
    for word in words {
        assert!(message.contains(word), "`{word}` is not in the message:\n{message}");
    }
    assert!(is_empty(folder), "something was written");
}

fn number(run: &Path, name: &str) -> u64 {
    let text = fs::read_to_string(run.join("run.json")).unwrap();
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    document[name].as_u64().unwrap_or_else(|| panic!("{name} in {text}"))
}

/// The tutorial, made small.
const SMALL: [&str; 6] = ["tutorial", "--scale", "0.1", "--replicates", "4", "--quiet"];

#[test]
fn sizes_that_cannot_be_limits_are_refused_with_what_can() {
    let folder = tempfile::tempdir().unwrap();
    for size in ["banana", "0", "-5GB", "-1", "2 GiX", "99999999999 EiB", "", "3 kB"] {
        let output = antesala(&["run", "tutorial", "--memory-limit", size], folder.path());
        assert_eq!(output.status.code(), Some(2), "{size}: {}", said(&output));
        assert!(said(&output).contains("from 1 MiB to 1 PiB"), "{size}: {}", said(&output));
    }
    assert!(is_empty(folder.path()));
}

#[test]
fn every_command_that_simulates_keeps_to_the_limit() {
    let folder = tempfile::tempdir().unwrap();
    for command in [
        &["run", "tutorial"][..],
        &["run", "tutorial", "--batch", "-"],
        &["compare", "tutorial", "baseline"],
        &["validate", "baseline"],
        &["calibrate", "baseline"],
        &["sweep", "all", "design.toml"],
        &["sweep", "run", "sweep"],
    ] {
        let output = antesala(&[command, &["--memory-limit", "2MiB"]].concat(), folder.path());
        refuses(
            &output,
            folder.path(),
            &["needs at least", "the limit is 2.0 MiB (--memory-limit)", "nothing was run"],
        );
    }
}

#[test]
fn a_scale_that_fits_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["run", "bench/lottery", "--set", "inflow.persons=20000000", "--no-charts", "--threads", "1"];
    let output = antesala(&[&args[..], &["--memory-limit", "100MiB"]].concat(), folder.path());
    refuses(&output, folder.path(), &["this with 1 thread needs about", "--scale 0.", "would fit"]);
}

/// All who enter are taken to stay where that fits; where it does not, a trial tells who is there at the peak.
#[test]
fn the_bound_is_looked_at_more_closely_where_it_does_not_fit() {
    let folder = tempfile::tempdir().unwrap();
    let run = |name: &str, limit: &str| {
        let args =
            ["run", "baseline", "--scale", "0.1", "--replicates", "1", "--threads", "1", "--no-charts", "--quiet"];
        let output = antesala(&[&args[..], &["--out", name, "--memory-limit", limit]].concat(), folder.path());
        assert!(output.status.success(), "{}", said(&output));
        number(&folder.path().join(name), "memory_bound_bytes")
    };
    let bound = run("bound", "2GiB");
    let closer = run("closer", &(bound - MIB).to_string());
    assert!(closer < bound - MIB, "{closer} of {bound}");
    if cfg!(target_os = "linux") {
        let peak = number(&folder.path().join("closer"), "peak_memory_bytes");
        assert!(peak as f64 <= 1.1 * closer as f64 && closer < 2 * peak, "peak {peak}, estimate {closer}");
    }
}

#[test]
fn a_run_within_its_limit_keeps_to_the_estimate() {
    let folder = tempfile::tempdir().unwrap();
    for (name, threads) in [("one", "1"), ("two", "2")] {
        let args = [&["run"][..], &SMALL, &["--threads", threads, "--out", name, "--memory-limit", "2 GiB"]].concat();
        let output = antesala(&args, folder.path());
        assert!(output.status.success(), "{}", said(&output));
        let run = folder.path().join(name);
        let estimate = number(&run, "memory_bound_bytes");
        assert!((10 * MIB..2048 * MIB).contains(&estimate), "{estimate}");
        if cfg!(target_os = "linux") {
            let peak = number(&run, "peak_memory_bytes");
            assert!(peak as f64 <= 1.1 * estimate as f64, "peak {peak}, estimate {estimate}");
        }
    }
    let of = |name: &str| number(&folder.path().join(name), "memory_bound_bytes");
    assert!(of("one") < of("two"));
}

#[test]
fn comparisons_and_validations_tell_their_memory() {
    let folder = tempfile::tempdir().unwrap();
    let flags = ["--scale", "0.01", "--replicates", "1", "--no-charts", "--quiet", "--out", "out", "--force"];
    for command in [&["compare", "baseline", "oldest-first"][..], &["validate", "baseline"]] {
        let output = antesala(&[command, &flags].concat(), folder.path());
        assert!(output.status.success(), "{}", said(&output));
        assert!(number(&folder.path().join("out"), "memory_bound_bytes") > 10 * MIB);
        if cfg!(target_os = "linux") {
            assert!(number(&folder.path().join("out"), "peak_memory_bytes") > 5 * MIB);
        }
    }
}

#[test]
fn a_point_too_large_for_the_limit_is_refused_and_the_others_answered() {
    let folder = tempfile::tempdir().unwrap();
    let point = |id: u32, persons: u32| format!("{{\"id\": {id}, \"set\": {{\"inflow.persons\": {persons}}}}}\n");
    let points = [point(1, 20_000), point(2, 20_000_000), point(3, 30_000)].concat();
    std::fs::write(folder.path().join("points.jsonl"), points).unwrap();
    let args = ["run", "bench/lottery", "--batch", "points.jsonl", "--metric", "processed", "--memory-limit", "60MiB"];
    let output = antesala(&args, folder.path());
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let answers: Vec<String> = String::from_utf8(output.stdout).unwrap().lines().map(String::from).collect();
    assert_eq!(answers.len(), 3);
    assert!(answers[1].contains("line 2: it needs about") && answers[1].contains("60.0 MiB"), "{}", answers[1]);
    assert!([0, 2].iter().all(|&at| answers[at].contains("mean")), "{answers:?}");
}

/// Scenarios each of which goes on from the one before: no more than three are held at a time.
#[test]
fn a_long_line_of_scenarios_needs_no_more_than_a_short_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut names = vec!["bench/lottery".to_string()];
    for step in 1..=8u32 {
        let later = format!(
            "extends = \"{}\"\ntitle = \"t\"\nquestion = \"q\"\n[[policy]]\nid = \"p{step}\"\nfrom = 2024-{:02}-01\nnote = \"n\"\n\
             source = \"invented\"\nset = {{ \"app.share_oldest\" = 0.{} }}\n",
            names.last().unwrap(),
            10 - step,
            step + 1
        );
        let name = format!("later-{step}.toml");
        std::fs::write(folder.path().join(&name), later).unwrap();
        names.push(name);
    }
    let flags = ["--set", "inflow.persons=400000", "--replicates", "1", "--threads", "1", "--no-charts", "--quiet"];
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let output = antesala(&[&["compare"], &names[..], &flags, &["--out", "out"]].concat(), folder.path());
    assert!(output.status.success(), "{}", said(&output));
    if cfg!(target_os = "linux") {
        let of = |name: &str| number(&folder.path().join("out"), name);
        let (peak, bound) = (of("peak_memory_bytes"), of("memory_bound_bytes"));
        assert!(peak < bound, "{peak} of {bound}");
    }
}

#[test]
fn fewer_threads_are_taken_where_that_is_enough_and_the_bytes_are_the_same() {
    let folder = tempfile::tempdir().unwrap();
    // More threads than cores are asked for by name only: the number of cores decides what is tried here.
    if std::thread::available_parallelism().map_or(1, |n| n.get()) < 2 {
        return;
    }
    let run = |name: &str, more: &[&str]| {
        antesala(&[&["run"][..], &SMALL, &["--no-charts", "--out", name], more].concat(), folder.path())
    };
    for (name, threads) in [("one", "1"), ("two", "2")] {
        assert!(run(name, &["--threads", threads]).status.success());
    }
    let of = |name: &str| number(&folder.path().join(name), "memory_bound_bytes");
    let between = ((of("one") + of("two")) / 2).to_string();
    let limit = ["--memory-limit", &between];
    let output = run("fewer", &limit);
    assert!(output.status.success(), "{}", said(&output));
    let message = said(&output);
    assert!(message.contains("note: 1 thread instead of") && message.contains("the results are the same"), "{message}");
    assert_eq!(number(&folder.path().join("fewer"), "threads"), 1);
    for table in ["summary.csv", "stocks_by_place.csv", "flows.csv", "waits.csv"] {
        let read = |name: &str| fs::read(folder.path().join(name).join(table)).unwrap();
        assert!(read("fewer") == read("two"), "{table} differs");
    }
    let refused = run("asked", &[&["--threads", "2"][..], &limit].concat());
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("--threads 1 would fit"), "{}", said(&refused));
    assert!(!folder.path().join("asked").exists());
}

/// Whatever the address space, a run is done or refused: it is never ended for want of memory.
#[cfg(target_os = "linux")]
#[test]
fn a_small_address_space_ends_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let run = |kib: u32, args: &str| {
        let program = env!("CARGO_BIN_EXE_antesala");
        let command = format!("ulimit -v {kib} && exec '{program}' {args}");
        Command::new("sh").args(["-c", &command]).current_dir(folder.path()).env("NO_COLOR", "1").output().unwrap()
    };
    for (kib, threads) in [(300_000, "--threads 2"), (150_000, ""), (100_000, "")] {
        let output = run(kib, &format!("run baseline {threads}"));
        refuses(&output, folder.path(), &["needs a", "`ulimit -v`"]);
    }
    // Room for more than will come is reserved: it counts, or a run would be ended by it.
    let crowd = "--set inflow.persons=9000000 --set decisions.give_up_per_week=0.5 --set travel.depart_share=1";
    let output = run(250_000, &format!("run bench/lottery {crowd} --threads 1"));
    refuses(&output, folder.path(), &["needs a", "`ulimit -v`"]);
    let output = run(2_000_000, "run bench/lottery --set inflow.persons=20000 --threads 2 --out out --quiet");
    assert!(output.status.success(), "{}", said(&output));
}
