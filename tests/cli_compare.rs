//! `compare` through the real binary.

mod support;

use std::collections::BTreeMap;
use std::fs;

use support::{Bench, said};

/// Rows of a table by header.
fn table(b: &Bench, file: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(b.path(file)).unwrap();
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_string).collect();
    let row = |r: csv::StringRecord| header.iter().cloned().zip(r.iter().map(str::to_string)).collect();
    reader.records().map(|r| row(r.unwrap())).collect()
}

fn bench() -> Bench {
    let b = Bench::new();
    b.write(
        "more.toml",
        "extends = 'tutorial'\n[[policy]]\nid = 'm'\nfrom = 2031-05-01\nset = { 'app.slots_factor' = 1.6 }\n",
    );
    b.write(
        "less.toml",
        "extends = 'tutorial'\n[[policy]]\nid = 'l'\nfrom = 2031-04-01\nset = { 'app.diligence' = 0.3 }\n",
    );
    b
}

fn ok(b: &Bench, args: &[&str]) -> String {
    let output = b.call(args);
    assert!(output.status.success(), "{}", said(&output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn differences_are_those_of_the_runs_replicate_by_replicate() {
    let b = bench();
    let told = ok(&b, &["compare", "tutorial", "more.toml", "--replicates", "6", "--out", "c"]);
    assert!(told.contains("6 pairs") && told.contains("differences.csv"), "{told}");
    for name in ["tutorial", "more.toml"] {
        ok(&b, &["run", name, "--replicates", "6", "--no-charts", "--quiet", "--out", &format!("alone-{name}")]);
    }
    // The runs are those one gets alone.
    for (inside, alone) in [("tutorial", "alone-tutorial"), ("more", "alone-more.toml")] {
        for file in ["summary.csv", "flows.csv", "stocks_by_place.csv", "scenario.toml"] {
            let read = |folder: String| fs::read(b.path(&folder).join(file)).unwrap();
            assert_eq!(read(format!("c/runs/{inside}")), read(alone.to_string()), "{inside} {file}");
        }
    }
    let mean = |folder: &str, metric: &str| -> f64 {
        let rows = table(&b, &format!("{folder}/summary.csv"));
        rows.iter().find(|r| r["metric"] == metric).unwrap()["mean"].parse().unwrap()
    };
    let rows = table(&b, "c/differences.csv");
    let processed = rows.iter().find(|r| r["metric"] == "processed").unwrap();
    let expected = mean("alone-more.toml", "processed") - mean("alone-tutorial", "processed");
    assert!((processed["diff_mean"].parse::<f64>().unwrap() - expected).abs() < 0.01, "{processed:?}");
    assert!(expected > 0.0 && processed["pairs"] == "6");
    // Nothing differs before the variant does.
    let days = table(&b, "c/daily_differences.csv");
    assert!(!days.is_empty() && days.iter().all(|r| r["date"].as_str() >= "2031-04-01"), "{:?}", days.first());
    for chart in ["differences", "daily_differences"] {
        assert!(b.path("c/charts").join(format!("{chart}.png")).is_file(), "{chart}");
    }
    let run = fs::read_to_string(b.path("c/run.json")).unwrap();
    assert!(run.contains("\"kind\": \"compare\""), "{run}");
}

#[test]
fn what_is_combined_is_told_apart() {
    let b = bench();
    ok(
        &b,
        &["compare", "tutorial", "more.toml+less.toml", "--replicates", "4", "--no-charts", "--quiet", "--out", "c"],
    );
    for name in ["tutorial", "more", "less", "more+less"] {
        assert!(b.path("c/runs").join(name).join("summary.csv").is_file(), "{name}");
    }
    let rows = table(&b, "c/attribution.csv");
    let part = |metric: &str, part: &str| -> f64 {
        let found = rows.iter().find(|r| r["metric"] == metric && r["part"] == part).unwrap();
        found["diff_mean"].parse().unwrap()
    };
    for metric in ["processed", "backlog_end"] {
        let sum = part(metric, "more") + part(metric, "less") + part(metric, "interaction");
        assert!((sum - part(metric, "total")).abs() < 0.01, "{metric}");
    }
    assert!(part("processed", "more") > 0.0);
}

#[test]
fn the_same_bytes_on_any_number_of_threads() {
    let b = bench();
    for threads in ["1", "2"] {
        let args = ["compare", "tutorial", "more.toml", "--replicates", "5", "--quiet", "--out", threads];
        ok(&b, &[&args[..], &["--threads", threads]].concat());
    }
    for file in ["differences.csv", "daily_differences.csv", "charts/differences.svg", "runs/more/flows.csv"] {
        assert_eq!(fs::read(b.path("1").join(file)).unwrap(), fs::read(b.path("2").join(file)).unwrap(), "{file}");
    }
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let b = bench();
    b.refuses(&["compare", "tutorial"], &["VARIANT"]);
    b.refuses(&["compare", "tutorial", "tutorial"], &["differs in nothing"]);
    b.refuses(&["compare", "tutorial", "mor.toml"], &["mor.toml", "did you mean `more.toml`?"]);
    b.refuses(&["compare", "tutorial", "baseline"], &["the base `tutorial`", "--to"]);
    b.write("clash.toml", fs::read_to_string(b.path("less.toml")).unwrap().replace("'l'", "'m'"));
    b.refuses(&["compare", "tutorial", "more.toml+clash.toml"], &["`more` and `clash` both set the policy `m`"]);
    fs::create_dir(b.path("other")).unwrap();
    fs::copy(b.path("more.toml"), b.path("other/more.toml")).unwrap();
    b.refuses(&["compare", "tutorial", "more.toml", "other/more.toml"], &["two of the scenarios are called `more`"]);
}

#[test]
fn a_comparison_that_cannot_be_written_keeps_its_replicates() {
    let b = bench();
    let args = ["compare", "tutorial", "more.toml", "--replicates", "8", "--no-charts", "--quiet", "--out", "c"];
    // A replicate kept has some 90 kB and fits, the tables of all days, 4 MB, do not.
    let command = format!("ulimit -f 1000; exec \"$0\" {}", args.join(" "));
    let program = env!("CARGO_BIN_EXE_antesala");
    let stopped =
        std::process::Command::new("sh").current_dir(b.path(".")).args(["-c", &command, program]).output().unwrap();
    assert_eq!(stopped.status.code(), Some(1), "{}", said(&stopped));
    let message = said(&stopped);
    assert!(message.contains("kept in") && message.contains("--resume"), "{message}");
    assert!(!b.path("c").exists());
    ok(&b, &[&args[..], &["--resume"]].concat());
    let about: serde_json::Value = serde_json::from_slice(&fs::read(b.path("c/run.json")).unwrap()).unwrap();
    assert!(about["replicates_resumed"].as_u64() > Some(0), "{}", about["replicates_resumed"]);
    ok(&b, &[&args[..8], &["fresh"]].concat());
    let read = |out: &str| fs::read(b.path(out).join("differences.csv")).unwrap();
    assert_eq!(read("c"), read("fresh"));
}

#[test]
fn a_comparison_killed_at_any_moment_goes_on() {
    let b = bench();
    let args = ["compare", "tutorial", "more.toml", "less.toml", "--replicates", "16", "--no-charts", "--quiet"];
    ok(&b, &[&args[..], &["--out", "whole"]].concat());
    let (mut kills, mut life) = (0, 5);
    loop {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_antesala"));
        command.current_dir(b.path(".")).args(args).args(["--out", "killed", "--resume"]);
        let mut child = command.stderr(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(life));
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "{status}");
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // Killed after the folder was moved in: it is whole, as is compared below.
        if b.path("killed").exists() {
            break;
        }
        (kills, life) = (kills + 1, life + 40);
    }
    assert!(kills >= 1, "it was never killed");
    for file in ["differences.csv", "daily_differences.csv", "runs/more/flows.csv", "runs/less/waits.csv"] {
        assert_eq!(
            fs::read(b.path("whole").join(file)).unwrap(),
            fs::read(b.path("killed").join(file)).unwrap(),
            "{file}"
        );
    }
}
