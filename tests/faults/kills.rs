//! Killed at any moment, by SIGKILL: what is there is the old output or the new one, and the next run clears up.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::desk::{Chance, Desk, Files, HANGS, assert_whole, ends, ends_unless, is_long, results, rounds, there_is};

const RUN: [&str; 9] = ["run", "s.toml", "--replicates", "2", "--no-charts", "--quiet", "--force", "--out", "o"];

/// The run with a seed.
fn run(seed: &'static str) -> Vec<&'static str> {
    [&RUN[..], &["--seed", seed]].concat()
}

/// A desk with the output of the first of two runs, and what both give.
fn desk() -> (Desk, [Files; 2]) {
    let desk = Desk::new();
    let of = |seed| {
        desk.ok(&run(seed));
        results(&desk.at("o"))
    };
    let two = of("2");
    let one = of("1");
    assert_ne!(one, two);
    (desk, [one, two])
}

/// Where a kill came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Met {
    /// The process before it had written all.
    Work,
    /// All written, and the old folder still there: it was being brought to disk and moved in.
    Commit,
    /// The new folder there, and something to be tidied up.
    Tidying,
    /// Nothing: the process had ended, or had only to end.
    End,
}

/// What a run over `old` was doing when it was killed; refuses anything but the old folder or the new one.
fn met(desk: &Desk, old: &Files, new: &Files) -> Met {
    let out = desk.at("o");
    let found = results(&out);
    assert!(found == *old || found == *new, "a mix: {:?}", found.keys());
    assert_whole(&out);
    let all_written = desk.at(".o.partial/out/run.json").exists();
    match (found == *new, desk.names().iter().any(|name| name.starts_with(".o."))) {
        (true, true) => Met::Tidying,
        (true, false) => Met::End,
        (false, _) if all_written => Met::Commit,
        (false, _) => Met::Work,
    }
}

/// Says how many kills met what.
fn tell(what: &str, all: &[Met]) {
    let of = |met: Met| all.iter().filter(|m| **m == met).count();
    let (work, commit, tidying, end) = (of(Met::Work), of(Met::Commit), of(Met::Tidying), of(Met::End));
    println!(
        "{what}: {} kills; {work} at work, {commit} in the commit, {tidying} after it, {end} at the end",
        all.len()
    );
}

/// Waits until all is written and the folder is about to be moved in; false if the process ended before it was seen.
fn waits_for_commit(child: &mut Child, written: &Path) -> bool {
    let begun = Instant::now();
    while !written.exists() {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        assert!(begun.elapsed() < HANGS, "it hangs");
        std::hint::spin_loop();
    }
    true
}

#[test]
fn a_run_killed_at_any_moment_leaves_the_old_folder_or_the_new_one() {
    let (desk, outputs) = desk();
    let whole = desk.time(&run("1"));
    let written = desk.at(".o.partial/out/run.json");
    // How long the end takes.
    let mut child = desk.start(&run("1"));
    waits_for_commit(&mut child, &written);
    let begun = Instant::now();
    ends(&mut child);
    let end = begun.elapsed();
    let (mut chance, mut all) = (Chance(1), Vec::new());
    let mut there = 0;
    for round in 0..rounds() {
        let coming = 1 - there;
        let mut child = desk.start(&run(["1", "2"][coming]));
        // One in two at any moment of its life, the other at its end.
        let longest = if round % 2 > 0 && waits_for_commit(&mut child, &written) { end } else { whole };
        ends_unless(&mut child, chance.within(longest));
        child.kill().unwrap();
        let status = ends(&mut child);
        assert!(status.signal() == Some(9) || status.success(), "{status}");
        all.push(met(&desk, &outputs[there], &outputs[coming]));
        desk.ok(&run(["1", "2"][coming]));
        assert!(results(&desk.at("o")) == outputs[coming]);
        assert_whole(&desk.at("o"));
        assert!(!desk.names().iter().any(|name| name.starts_with('.')), "{:?}", desk.names());
        there = coming;
    }
    tell("run", &all);
    assert!(all.contains(&Met::Work));
    if is_long() {
        assert!(all.contains(&Met::Commit), "none met the commit");
    }
}

/// Killed just before its k-th call of a kind, for each k: all moments that the disk can tell apart.
#[test]
fn a_run_killed_before_any_of_its_calls_leaves_the_old_folder_or_the_new_one() {
    if !there_is("strace", &["-qq", "true"], "kills before each call that changes the disk") {
        return;
    }
    let (desk, outputs) = desk();
    let mut all = Vec::new();
    let mut there = 0;
    let calls = ["rename,renameat,renameat2", "fsync", "mkdir,mkdirat", "unlink,unlinkat,rmdir", "write", "openat"];
    for (kind, calls) in calls.iter().enumerate() {
        // Files are opened and written to by the dozen; the commit has few calls, each of which counts.
        let step = if is_long() || kind == 0 { 1 } else { [1, 6, 2, 6, 40, 80][kind] };
        for k in (1..).step_by(step) {
            let coming = 1 - there;
            let mut command = desk.injected(calls, "signal=KILL", k, &run(["1", "2"][coming]));
            let mut child = command.stderr(Stdio::null()).spawn().unwrap();
            let status = ends(&mut child);
            if status.success() {
                break;
            }
            assert_eq!(status.signal(), Some(9), "{calls} {k}: {status}");
            let met = met(&desk, &outputs[there], &outputs[coming]);
            all.push(met);
            if matches!(met, Met::Tidying | Met::End) {
                there = coming;
            }
        }
        there = 1 - there;
        desk.ok(&run(["1", "2"][there]));
        assert!(results(&desk.at("o")) == outputs[there]);
        assert!(!desk.names().iter().any(|name| name.starts_with('.')), "{:?}", desk.names());
    }
    tell("run, before each call", &all);
    assert!([Met::Work, Met::Commit, Met::Tidying].iter().all(|met| all.contains(met)));
}

/// Kills a command again and again, and goes on with `--resume` until it is done; how often it was killed.
fn killed_and_resumed(desk: &Desk, args: &[&str], whole: Duration, chance: &mut Chance) -> usize {
    let args = [args, &["--resume"]].concat();
    for kills in 0.. {
        let mut child = desk.start(&args);
        // Longer lives as they become more, so that it ends on a busy machine too.
        let life = chance.within(whole.mul_f64(1.0 + kills as f64 / 8.0));
        if let Some(status) = ends_unless(&mut child, life) {
            assert!(status.success(), "{status}");
            return kills;
        }
        child.kill().unwrap();
        if ends(&mut child).success() {
            return kills;
        }
        if desk.at("o").exists() {
            // Killed when only tidying was left: it is done.
            assert_whole(&desk.at("o"));
            return kills + 1;
        }
    }
    unreachable!()
}

#[test]
fn runs_killed_and_resumed_give_the_same_bytes() {
    for args in [
        &["run", "s.toml", "--replicates", "8", "--no-charts", "--quiet", "--out", "o"][..],
        &["compare", "s.toml", "more.toml", "--replicates", "6", "--no-charts", "--quiet", "--out", "o"],
    ] {
        let desk = Desk::new();
        let whole = desk.time(args);
        let expected = results(&desk.at("o"));
        let (mut chance, mut kills, mut runs) = (Chance(args.len() as u64), 0, 0);
        while kills < rounds() / 2 {
            fs::remove_dir_all(desk.at("o")).unwrap();
            kills += killed_and_resumed(&desk, args, whole, &mut chance);
            assert!(results(&desk.at("o")) == expected, "{args:?}");
            runs += 1;
        }
        println!("{}: {kills} kills of {runs} that were resumed to the same bytes", args[0]);
    }
}

/// A page is the old one or the new one, and what a killed process left is cleared away by the next.
#[test]
fn a_report_killed_at_any_moment_leaves_the_old_page_or_the_new_one() {
    let desk = Desk::new();
    desk.ok(&["run", "s.toml", "--replicates", "2", "--no-charts", "--quiet", "--out", "o"]);
    let report = |lang| ["report", "o", "--quiet", "--out", "page.html", "--lang", lang];
    let page = |lang| {
        desk.ok(&report(lang));
        fs::read(desk.at("page.html")).unwrap()
    };
    let pages = [page("en"), page("es")];
    let whole = desk.time(&report("es"));
    let (mut chance, mut left, mut there) = (Chance(3), 0, 1);
    for round in 0..rounds() {
        let coming = 1 - there;
        let args = report(["en", "es"][coming]);
        let mut child = desk.start(&args);
        if round % 2 > 0 {
            waits_for_commit(&mut child, &desk.at(".page.html.unfinished"));
        } else {
            ends_unless(&mut child, chance.within(whole.mul_f64(1.1)));
        }
        child.kill().unwrap();
        ends(&mut child);
        let found = fs::read(desk.at("page.html")).unwrap();
        assert!(found == pages[there] || found == pages[coming]);
        left += usize::from(desk.names().iter().any(|name| name.ends_with(".unfinished")));
        if round % 4 == 3 {
            desk.ok(&args);
            assert!(fs::read(desk.at("page.html")).unwrap() == pages[coming]);
            assert!(!desk.names().iter().any(|name| name.ends_with(".unfinished")), "{:?}", desk.names());
            there = coming;
        } else if found == pages[coming] {
            there = coming;
        }
    }
    println!("report: {} kills, {left} of them left a page half written under its hidden name", rounds());
}
