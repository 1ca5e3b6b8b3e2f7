//! `calibrate` and `validate` on the made-up valley, through the real binary.

mod support;

use std::fs;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use support::{Bench, said};

fn ok(b: &Bench, args: &[&str]) -> String {
    let output = b.call(args);
    assert!(output.status.success(), "{}", said(&output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// (parameter, 5th percentile, 95th percentile).
fn intervals(b: &Bench, out: &str) -> Vec<(String, f64, f64)> {
    let text = fs::read_to_string(b.path(out).join("parameters.csv")).unwrap();
    let row = |line: &str| {
        let c: Vec<&str> = line.split(',').collect();
        (c[0].to_string(), c[4].parse().unwrap(), c[6].parse().unwrap())
    };
    text.lines().skip(1).map(row).collect()
}

#[test]
fn a_calibration_finds_what_made_its_targets_and_can_be_run_from() {
    let b = Bench::new();
    let said = ok(&b, &["calibrate", "tutorial", "--out", "c"]);
    assert!(said.contains("wave 2") && said.contains("report.md"), "{said}");
    let truth = [0.65, 0.7, 1.4];
    for ((name, low, high), truth) in intervals(&b, "c").into_iter().zip(truth) {
        // Wider than 5 to 95 %, so that chance seldom fails a right program.
        let slack = high - low;
        assert!(low - slack <= truth && truth <= high + slack, "{name}: {truth} outside {low} to {high}");
        assert!(slack < 0.75, "{name}: {low} to {high}");
    }
    for file in ["posterior.csv", "fits.csv", "information.csv", "waves.csv", "plan.toml", "report.md", "run.json"] {
        assert!(b.path("c").join(file).is_file(), "{file}");
    }
    b.write("s.toml", "extends = 'tutorial'\nposterior = 'c/posterior.csv'\n");
    ok(&b, &["run", "s.toml", "--posterior", "--no-charts", "--quiet", "--out", "r"]);
    let said =
        ok(&b, &["validate", "s.toml", "--posterior", "--replicates", "12", "--train-to", "2031-05", "--out", "v"]);
    assert!(said.contains("inside their interval") && said.contains("after it"), "{said}");
    let rows = fs::read_to_string(b.path("v/validation.csv")).unwrap();
    assert_eq!(rows.lines().count(), 13, "{rows}");
    assert!(rows.matches(",true,").count() > 6, "{rows}");
    assert!(b.path("v/charts/validation.png").is_file());
}

#[test]
fn the_same_bytes_on_one_thread_and_after_a_kill() {
    let b = Bench::new();
    let few = ["calibrate", "tutorial", "--waves", "24,24", "--draws", "12", "--quiet"];
    let with = |more: &[&'static str]| few.iter().copied().chain(more.iter().copied()).collect::<Vec<_>>();
    ok(&b, &with(&["--out", "a", "--threads", "1"]));
    let mut rounds = 0;
    loop {
        rounds += 1;
        let mut child = Command::new(env!("CARGO_BIN_EXE_antesala"))
            .current_dir(b.path("."))
            .args(with(&["--out", "k", "--resume", "--threads", "2"]))
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let until = Instant::now() + Duration::from_millis(150 + 130 * rounds);
        let ended = loop {
            match child.try_wait().unwrap() {
                Some(status) => break Some(status),
                None if Instant::now() > until => break None,
                None => sleep(Duration::from_millis(5)),
            }
        };
        match ended {
            Some(status) => {
                assert!(status.success());
                break;
            }
            None => {
                child.kill().unwrap();
                child.wait().unwrap();
                assert!(!b.path("k").exists(), "nothing that looks whole is left");
            }
        }
    }
    assert!(rounds > 1, "killed at least once");
    for file in ["posterior.csv", "fits.csv", "parameters.csv", "information.csv", "waves.csv", "report.md"] {
        assert_eq!(fs::read(b.path("a").join(file)).unwrap(), fs::read(b.path("k").join(file)).unwrap(), "{file}");
    }
}

#[test]
fn bad_plans_are_refused() {
    let b = Bench::new();
    let plan = |more: &str| {
        format!("scenario = 'tutorial'\nscale = 1.0\nwaves = [10]\nrepeats = 2\ndraws = 4\n[[parameter]]\n{more}")
    };
    let refuses = |text: &str, words: &[&str]| {
        b.write("p.toml", text);
        b.refuses(&["calibrate", "p.toml"], words);
    };
    refuses(&plan("path = 'app.diligenc'\nlow = 0\nhigh = 1\n"), &["p.toml:7:9", "did you mean `app.diligence`?"]);
    refuses(&plan("path = 'app.diligence'\nlow = 0.5\nhigh = 0.5\n"), &["p.toml:9:8", "must lie above `low`"]);
    refuses(&plan("path = 'app.diligence'\nlow = 0.5\nhigh = 1.5\n"), &["p.toml:7:9", "must lie from 0 to 1"]);
    refuses(&plan("path = 'app.enabled'\nlow = 0\nhigh = 1\n"), &["p.toml:7:9", "is no number"]);
    refuses(&plan("path = 'policy.none.app.slots'\nlow = 0\nhigh = 1\n"), &["p.toml:7:9", "no policy `none`"]);
    refuses(&plan("pth = 'app.diligence'\nlow = 0\nhigh = 1\n"), &["p.toml:7:1", "unknown field"]);
    refuses(&plan("low = 0\nhigh = 1\n"), &["p.toml", "`path`"]);
    refuses("waves = 'many'\n", &["p.toml:1:9"]);
    refuses("", &["p.toml:1:1", "missing field"]);
    b.refuses(&["calibrate", "none"], &["cannot read the plan", "none"]);
    b.refuses(&["calibrate", "tutorial", "--scale", "0"], &["--scale"]);
    b.refuses(&["calibrate", "tutorial", "--waves", "3"], &["--waves"]);
    b.refuses(&["calibrate", "tutorial", "--train-to", "2031-5"], &["YYYY-MM"]);
    b.refuses(&["validate", "s.toml"], &["no targets.csv"]);
    b.write("w/targets.csv", "target,family,series,nationality,place,from,to,value,error,unit\na,f,processd,,,2031-03-01,2031-03-31,1,1,persons\n");
    b.refuses(&["validate", "s.toml"], &["targets.csv:2", "did you mean `processed`?"]);
}
