//! Too little memory: what would not fit is refused with its estimate, before anything is written; no command that
//! simulates is ended by the system for want of it.

use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Output};

use crate::desk::{Desk, PROGRAM, rounds, said};

/// Runs with so much address space, in KiB.
fn within(desk: &Desk, kib: usize, args: &[&str]) -> Output {
    let mut command = Command::new("timeout");
    command.args(["-s", "KILL", "120", "sh", "-c", &format!("ulimit -v {kib} && exec \"$0\" \"$@\""), PROGRAM]);
    command.args(args).current_dir(desk.folder()).env("NO_COLOR", "1").output().unwrap()
}

const SIMULATING: [&[&str]; 7] = [
    &["run", "s.toml", "--replicates", "3", "--out", "o"],
    &["run", "s.toml", "--batch", "points"],
    &["compare", "s.toml", "more.toml", "--replicates", "2", "--out", "o"],
    &["validate", "tutorial", "--replicates", "2", "--out", "o"],
    &["calibrate", "tutorial", "--waves", "8", "--draws", "4", "--out", "o"],
    &["sweep", "all", "d.toml", "--out", "o"],
    &["sweep", "run", "planned"],
];

/// Sizes of which the smallest fit nothing and the largest everything.
fn sizes() -> Vec<usize> {
    let step = if rounds() > 20 { 10_000 } else { 100_000 };
    (60_000..=760_000).step_by(step).collect()
}

#[test]
fn every_command_that_simulates_is_done_or_refused_in_any_address_space() {
    let desk = Desk::new();
    desk.write("points", "{\"id\": 1}\n{\"id\": 2, \"replicates\": 2}\n");
    for args in SIMULATING {
        let (mut refused, mut done) = (0, 0);
        for kib in sizes() {
            for left in ["o", "planned"].into_iter().filter(|left| desk.at(left).exists()) {
                std::fs::remove_dir_all(desk.at(left)).unwrap();
            }
            if args.contains(&"planned") {
                desk.ok(&["sweep", "plan", "d.toml", "--quiet", "--out", "planned"]);
            }
            let names = desk.names();
            let output = within(&desk, kib, args);
            let said = said(&output);
            assert_eq!(output.status.signal(), None, "{args:?} within {kib} KiB: {}\n{said}", output.status);
            match output.status.code() {
                Some(0) => done += 1,
                Some(1) => {
                    refused += 1;
                    assert!(said.contains("needs a") && said.contains("`ulimit -v`"), "{args:?} within {kib}: {said}");
                    assert_eq!(desk.names(), names, "{args:?} within {kib} KiB left something");
                }
                other => panic!("{args:?} within {kib} KiB: {other:?}\n{said}"),
            }
        }
        println!("{}: {done} done, {refused} refused", args[..2].join(" "));
        assert!(refused > 0 && done > 0, "{args:?}: {refused} refused, {done} done");
    }
}

/// Nothing is planned that is then refused.
#[test]
fn a_sweep_of_one_command_is_refused_before_it_is_planned() {
    let desk = Desk::new();
    desk.write(
        "large.toml",
        "kind = 'grid'\nscenario = 'bench/lottery'\nmetrics = ['processed']\n[parameters]\n\
         'inflow.persons' = [20000000, 30000000]\n",
    );
    let names = desk.names();
    let output = desk.call(&["sweep", "all", "large.toml", "--memory-limit", "60MiB", "--out", "o"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("needs about") && said(&output).contains("60.0 MiB"), "{}", said(&output));
    assert_eq!(desk.names(), names);
}

/// Some points are looked at beforehand, and each of the others before it is run: what is done is kept.
#[test]
fn a_point_of_a_sweep_that_does_not_fit_is_named_before_it_is_run() {
    let desk = Desk::new();
    desk.write("p.csv", "inflow.persons\n20000\n20000\n20000\n20000000\n20000\n20000\n20000\n");
    let plan = ["sweep", "plan", "p.csv", "--scenario", "bench/lottery", "--metric", "processed", "--out", "s"];
    desk.ok(&[&plan[..], &["--quiet"]].concat());
    let run = ["sweep", "run", "s", "--threads", "1", "--memory-limit", "60MiB"];
    for _ in 0..2 {
        let output = desk.call(&run);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("design.csv: points 3 to 4: it needs about"), "{said}");
        assert!(
            said.contains("the limit is 60.0 MiB (--memory-limit)") && said.contains("allow more memory"),
            "{said}"
        );
    }
    let status = desk.call(&["sweep", "status", "s"]);
    assert!(String::from_utf8_lossy(&status.stdout).contains("2 of 7 runs done"), "{status:?}");
}
