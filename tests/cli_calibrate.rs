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
    let good = "path = 'app.diligence'\nlow = 0.5\nhigh = 1\n";
    let twice = format!("{good}[[parameter]]\nname = 'other'\n{good}");
    refuses(&plan(&twice), &["p.toml:12:9", "varied twice"]);
    refuses(&plan("path = 'app.diligence'\nlow = nan\nhigh = 1\n"), &["p.toml:8:7", "`low` must be a finite number"]);
    refuses(
        &plan(&format!("{good}[family.requests]\nrelative = 0.1\n[family.requestss]\nrelative = 0.1\n")),
        &["p.toml:12:9", "no target belongs", "did you mean `requests`?"],
    );
    refuses(&plan(&format!("{good}[family.requests]\nrelative = inf\n")), &["p.toml:10:9", "finite"]);
    refuses(&plan(good).replace("scale = 1.0", "scale = 0.3"), &["p.toml:2:9", "1/k"]);
    refuses(&plan(good).replace("draws = 4", "draws = 4\nfinal_scale = 0.3"), &["p.toml:6:15", "1/k"]);
    refuses("scenario = 'tutorial'\nscale = 1.0\nwaves = [10]\nrepeats = 2\ndraws = 4\n", &["at least one parameter"]);
    let more_slots = "path = 'policy.more-slots.app.diligence'\nlow = 0\nhigh = 1\n";
    refuses(&plan(more_slots), &["p.toml:7:9", "does not set `app.diligence`", "app.slots"]);
    b.write("latin.toml", b"scenario = 'tutorial' # \xe9\n");
    b.refuses(&["calibrate", "latin.toml"], &["latin.toml:1:25", "UTF-8"]);
    b.refuses(&["calibrate", "w"], &["w", "not a file"]);
    b.refuses(&["calibrate", "tutorial", "--final-scale", "0.3"], &["--final-scale", "1/k"]);
    b.refuses(&["calibrate", "tutorial", "--waves", "4000000000"], &["--waves", "1000000"]);
    b.refuses(&["calibrate", "tutorial", "--draws", "4000000000"], &["--draws", "1000000"]);
    b.refuses(&["calibrate", "tutorial", "--train-to", "1999-01"], &["--train-to", "the first target ends on"]);
    b.refuses(&["calibrate", "tutorial", "--set", "app.diligence=0.5"], &["--set app.diligence=0.5", "varies"]);
    b.refuses(&["calibrate", "none"], &["cannot read the plan", "none"]);
    b.refuses(&["calibrate", "tutorial", "--scale", "0"], &["--scale"]);
    b.refuses(&["calibrate", "tutorial", "--waves", "3"], &["--waves"]);
    b.refuses(&["calibrate", "tutorial", "--train-to", "2031-5"], &["YYYY-MM"]);
    b.refuses(&["validate", "s.toml"], &["no targets.csv"]);
    b.write("w/targets.csv", "target,family,series,nationality,place,from,to,value,error,unit\na,f,processd,,,2031-03-01,2031-03-31,1,1,persons\n");
    b.refuses(&["validate", "s.toml"], &["targets.csv:2", "did you mean `processed`?"]);
}

#[test]
fn what_a_killed_calibration_left_serves_only_the_same() {
    let b = Bench::new();
    let with = |more: &[&'static str]| {
        let mut args = vec!["calibrate", "tutorial", "--quiet"];
        for (flag, value) in [("--waves", "48,24"), ("--draws", "12")] {
            if !more.contains(&flag) {
                args.extend([flag, value]);
            }
        }
        args.extend(more);
        args
    };
    let kill_under_way = || {
        let rows = b.path(".k.partial/replicates/wave-1.csv");
        let mut child = Command::new(env!("CARGO_BIN_EXE_antesala"))
            .current_dir(b.path("."))
            .args(with(&["--out", "k"]))
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while fs::read_to_string(&rows).unwrap_or_default().lines().count() < 3 {
            assert!(child.try_wait().unwrap().is_none(), "it was done before it could be killed");
            sleep(Duration::from_millis(2));
        }
        child.kill().unwrap();
        child.wait().unwrap();
    };
    let changes: [&[&'static str]; 4] =
        [&["--seed", "77"], &["--waves", "40,24"], &["--draws", "8"], &["--final-scale", "0.5"]];
    for change in changes {
        kill_under_way();
        let output = b.call(&with(&[&["--out", "k", "--resume"], change].concat()));
        assert!(output.status.success() && said(&output).contains("another plan"), "{change:?} {}", said(&output));
        ok(&b, &with(&[&["--out", "fresh"], change].concat()));
        for file in ["posterior.csv", "fits.csv"] {
            let read = |out: &str| fs::read(b.path(out).join(file)).unwrap();
            assert_eq!(read("k"), read("fresh"), "{change:?}: {file}");
        }
        fs::remove_dir_all(b.path("k")).unwrap();
        fs::remove_dir_all(b.path("fresh")).unwrap();
    }
    // A row cut off after its number is not glued to the next one.
    kill_under_way();
    let rows = b.path(".k.partial/replicates/wave-1.csv");
    let text = fs::read_to_string(&rows).unwrap();
    fs::write(&rows, format!("{}\n1", text.lines().next().unwrap())).unwrap();
    ok(&b, &with(&["--out", "k", "--resume"]));
    ok(&b, &with(&["--out", "fresh"]));
    let read = |out: &str| fs::read(b.path(out).join("posterior.csv")).unwrap();
    assert_eq!(read("k"), read("fresh"));
}

#[test]
fn nothing_that_was_read_is_replaced() {
    let b = Bench::new();
    let few = ["--waves", "24", "--draws", "12", "--quiet"];
    ok(&b, &[&["calibrate", "tutorial", "--out", "work"], &few[..]].concat());
    let plan = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/calibration/tutorial.toml")).unwrap();
    b.write("work/mine.toml", "extends = 'tutorial'\n");
    b.write("work/p.toml", plan.replace("\"tutorial\"", "\"mine.toml\""));
    b.refuses(&[&["calibrate", "work/p.toml", "--out", "work", "--force"], &few[..]].concat(), &["lies in it"]);
    b.write("p.toml", plan.replace("\"tutorial\"", "\"work/mine.toml\""));
    b.refuses(&[&["calibrate", "p.toml", "--out", "work", "--force"], &few[..]].concat(), &["lies in it"]);
    b.write("v.toml", "extends = 'tutorial'\nposterior = 'work/posterior.csv'\n");
    b.refuses(&["validate", "v.toml", "--posterior", "--out", "work", "--force"], &["lies in it"]);
}

#[test]
fn a_variant_is_scored_with_the_discrepancy_of_what_it_builds_on() {
    let b = Bench::new();
    b.write("x.toml", "extends = 'tutorial'\n");
    let intervals = |scenario: &str, out: &str, more: &[&str]| {
        let args = ["validate", scenario, "--replicates", "2", "--no-charts", "--out", out];
        let output = b.call(&[&args[..], more].concat());
        assert!(output.status.success(), "{}", said(&output));
        let rows = fs::read_to_string(b.path(out).join("validation.csv")).unwrap();
        (rows, said(&output).contains("no plan of a calibration"))
    };
    let (own, alone) = intervals("tutorial", "a", &[]);
    assert!(!alone && own.lines().count() > 10, "{own}");
    assert_eq!(intervals("x.toml", "b", &[]), (own.clone(), false));
    assert_ne!(intervals("x.toml", "c", &["--plan", "baseline"]).0, own);
    // What is written can be run again; which plan was meant it does not say.
    assert_eq!(intervals("a/scenario.toml", "d", &[]), (own, true));
}

#[test]
fn the_plan_that_is_written_can_be_run_again() {
    let b = Bench::new();
    fs::create_dir(b.path("plans")).unwrap();
    b.write("plans/s.toml", "extends = 'tutorial'\n");
    let plan = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/calibration/tutorial.toml")).unwrap();
    let changed = plan.replace("scenario = \"tutorial\"", "scenario = \"s.toml\"");
    assert_ne!(plan, changed);
    b.write("plans/p.toml", &changed);
    let few = ["--waves", "24", "--draws", "12", "--quiet"];
    // What the flags change is in it, and links on the way to it are followed.
    fs::create_dir_all(b.path("deep/er")).unwrap();
    std::os::unix::fs::symlink(b.path("deep/er"), b.path("made")).unwrap();
    let changes = ["--seed", "5", "--set", "app.loyalty=0.9"];
    ok(&b, &[&["calibrate", "plans/p.toml", "--out", "made/first"], &few[..], &changes].concat());
    ok(&b, &["calibrate", "made/first/plan.toml", "--out", "second", "--quiet"]);
    let of = |folder: &str| fs::read(b.path(folder).join("posterior.csv")).unwrap();
    assert_eq!(of("made/first"), of("second"));
}
