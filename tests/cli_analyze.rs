//! `analyze`, `run --batch` and what outside tools use, through the real binary.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use support::{Bench, said};

fn ok(b: &Bench, args: &[&str]) -> String {
    let output = b.call(args);
    assert!(output.status.success(), "{args:?}\n{}", said(&output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Rows of a table by header.
fn table(b: &Bench, file: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(b.path(file)).unwrap();
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_string).collect();
    let row = |r: csv::StringRecord| header.iter().cloned().zip(r.iter().map(str::to_string)).collect();
    reader.records().map(|r| row(r.unwrap())).collect()
}

const RANGES: &str = "scenario = 'tutorial'\nmetrics = ['processed', 'interception']\n[parameters]\n\
    app.slots_factor = [0.5, 1.5]\n'enforcement.level' = [0.0, 2.0]\n";

#[test]
fn sobol_indices_find_what_drives_a_metric() {
    let b = Bench::new();
    b.write("d.toml", format!("kind = 'saltelli'\npoints = 16\nreplicates = 2\n{RANGES}"));
    let told = ok(&b, &["sweep", "all", "d.toml", "-o", "s"]);
    assert!(told.contains("Merged: 256 rows") && told.contains("total_order"), "{told}");
    let rows = table(&b, "s/analysis/sensitivity.csv");
    let value = |metric: &str, parameter: &str, measure: &str| -> f64 {
        let of = |r: &&BTreeMap<String, String>| {
            r["metric"] == metric && r["parameter"] == parameter && r["measure"] == measure
        };
        rows.iter().find(of).unwrap()["value"].parse().unwrap()
    };
    // Slots make appointments, enforcement makes interceptions.
    assert!(value("processed", "app.slots_factor", "total_order") > 0.7);
    assert!(value("processed", "enforcement.level", "total_order") < 0.2);
    assert!(value("interception", "enforcement.level", "total_order") > 0.7);
    let chance = value("processed", "(chance)", "variance_share");
    assert!((0.0..0.2).contains(&chance), "{chance}");
    for chart in ["tornado", "heat_map"] {
        assert!(b.path("s/analysis/charts").join(format!("{chart}.png")).is_file(), "{chart}");
    }
    b.refuses(&["analyze", "s"], &["exists already", "--force"]);
    b.refuses(&["analyze", "s", "--force", "--out", "s"], &["cannot be an output folder"]);
    let before = fs::read(b.path("s/analysis/sensitivity.csv")).unwrap();
    ok(&b, &["analyze", "s", "--force", "--threads", "1", "--quiet"]);
    assert_eq!(fs::read(b.path("s/analysis/sensitivity.csv")).unwrap(), before);
}

#[test]
fn effects_ranks_and_responses_are_written() {
    let b = Bench::new();
    b.write("m.toml", format!("kind = 'morris'\npoints = 6\nreplicates = 2\n{RANGES}"));
    b.write("l.toml", format!("kind = 'lhs'\npoints = 24\nreplicates = 1\n{RANGES}"));
    for (design, measure, parameter) in
        [("m", "mu_star", "app.slots_factor"), ("l", "spearman", "app.slots_factor"), ("l", "prcc", "app.slots_factor")]
    {
        ok(&b, &["sweep", "all", &format!("{design}.toml"), "-o", design, "--force", "--quiet"]);
        let rows = table(&b, &format!("{design}/analysis/sensitivity.csv"));
        let processed = rows.iter().filter(|r| r["metric"] == "processed" && r["measure"] == measure);
        let largest = processed.max_by(|a, b| {
            let size = |r: &BTreeMap<String, String>| r["value"].parse::<f64>().unwrap().abs();
            size(a).total_cmp(&size(b))
        });
        assert_eq!(largest.unwrap()["parameter"], parameter, "{design} {measure}");
    }
    b.write(
        "g.toml",
        "kind = 'grid'\nscenario = 'outage-may-2024'\nscale = 0.005\nreplicates = 3\n\
         metrics = ['lapses = total(lapse)', 'backlog_end']\nset = ['inflow.factor=0.5']\n[parameters]\n\
         'outage.may-2024.days' = [0, 14]\n'outage.may-2024.extend_hours' = [0, 336]\n",
    );
    ok(&b, &["sweep", "all", "g.toml", "-o", "g", "--quiet", "--to", "2024-07-15"]);
    let rows = table(&b, "g/analysis/responses.csv");
    let lapses: Vec<f64> =
        rows.iter().filter(|r| r["metric"] == "lapses").map(|r| r["diff_mean"].parse().unwrap()).collect();
    assert_eq!(lapses[..2], [0.0, 0.0], "an outage of no days changes nothing: {lapses:?}");
    assert!(lapses[2] > 5_000.0 && lapses[3] < 0.3 * lapses[2], "extra time undoes most lapses: {lapses:?}");
    for chart in ["responses", "effects"] {
        assert!(b.path("g/analysis/charts").join(format!("{chart}.svg")).is_file(), "{chart}");
    }
}

#[test]
fn what_cannot_be_analysed_is_refused() {
    let b = Bench::new();
    b.refuses(&["analyze", "nowhere"], &["holds no sweep"]);
    b.write("d.toml", format!("kind = 'saltelli'\npoints = 4\nreplicates = 1\n{RANGES}"));
    ok(&b, &["sweep", "plan", "d.toml", "--shards", "4", "-o", "s", "--quiet"]);
    b.refuses(&["analyze", "s"], &["not merged yet"]);
    ok(&b, &["sweep", "run", "s", "--shard", "1/4", "--quiet"]);
    ok(&b, &["sweep", "merge", "s", "--allow-missing", "--quiet"]);
    let partly = b.call(&["analyze", "s"]);
    assert_eq!(partly.status.code(), Some(1));
    assert!(said(&partly).contains("12 of 16 runs are missing"), "{}", said(&partly));
}

#[test]
fn results_that_are_not_as_they_were_merged_are_refused() {
    let b = Bench::new();
    b.write("d.toml", format!("kind = 'lhs'\npoints = 12\nreplicates = 1\n{RANGES}"));
    ok(&b, &["sweep", "all", "d.toml", "-o", "s", "--no-charts", "--quiet"]);
    let refused = |file: &str, from: &str, to: &str| {
        let whole = fs::read_to_string(b.path(file)).unwrap();
        assert!(whole.contains(from), "{file}");
        b.write(file, whole.replacen(from, to, 1));
        let output = b.call(&["analyze", "s", "--force"]);
        assert_eq!(output.status.code(), Some(1), "{file}: {}", said(&output));
        b.write(file, whole);
        said(&output)
    };
    assert!(refused("s/metrics.csv", ",processed,", ",interception,").contains("not as it was merged"));
    assert!(refused("s/manifest.json", "\"seed\": 1,", "\"seed\": 2,").contains("not as it was merged"));
    assert!(refused("s/manifest.json", "\"lhs\"", "\"morris\"").contains("points do not fit its kind"));
    assert!(refused("s/manifest.json", "\"replicates\": 1,", "\"replicates\": 4000000000,").contains("do not fit"));
    ok(&b, &["analyze", "s", "--force", "--quiet"]);
}

#[test]
fn what_a_sweep_would_ignore_is_refused_or_told() {
    let b = Bench::new();
    b.write("d.toml", format!("kind = 'lhs'\npoints = 12\nreplicates = 2\n{RANGES}"));
    b.refuses(
        &["sweep", "plan", "d.toml", "--set", "enforcement.level.coast=1"],
        &["d.toml:8:1", "varies this parameter"],
    );
    b.write("both.csv", "household.alone_share,household.alone_share.Maresia\n0.1,0.9\n");
    b.refuses(&["sweep", "plan", "both.csv", "--scenario", "tutorial"], &["both.csv:1:23", "set the same"]);
    b.write("cut.csv", "app.slots_factor\n1\n\"0.5");
    b.refuses(&["sweep", "plan", "cut.csv", "--scenario", "tutorial"], &["cut.csv:3:1", "never closed"]);
    b.refuses(
        &["sweep", "plan", "d.toml", "--metric", "a = processed", "--metric", "a = interception"],
        &["two metrics are called `a`"],
    );
    // A policy sets the parameter again: whoever reads the results must know.
    b.write("p.csv", "enforcement.level\n0.1\n0.2\n");
    let planned = b.call(&["sweep", "plan", "p.csv", "--scenario", "tutorial", "-o", "p"]);
    assert!(said(&planned).contains("in the design, enforcement.level holds until 2031-06-15"), "{}", said(&planned));
    ok(&b, &["sweep", "run", "p", "--quiet"]);
    ok(&b, &["sweep", "merge", "p", "--quiet"]);
    let analysed = b.call(&["analyze", "p"]);
    assert!(said(&analysed).contains("holds until 2031-06-15"), "{}", said(&analysed));
    let (_, answers, _) = batch(&b, "{\"set\": {\"enforcement.level\": 0.1}}\n", &["--metric", "processed"]);
    assert!(answers[0]["warnings"][0].as_str().unwrap().contains("holds until 2031-06-15"));
    let posterior = b.call(&["sweep", "plan", "d.toml", "--scenario", "baseline", "--posterior", "-o", "q"]);
    assert!(posterior.status.code() == Some(2) && said(&posterior).contains("seeds"), "{}", said(&posterior));
}

fn batch(b: &Bench, input: &str, args: &[&str]) -> (Option<i32>, Vec<Value>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_antesala"));
    command.current_dir(b.path(".")).args(["run", "tutorial", "--batch", "-"]).args(args);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let lines = String::from_utf8(output.stdout.clone()).unwrap();
    let answers = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (output.status.code(), answers, said(&output))
}

#[test]
fn a_batch_answers_every_point_in_order() {
    let b = Bench::new();
    let points: String = (0..12)
        .map(|i| format!("{{\"id\": {i}, \"set\": {{\"app.slots_factor\": {}}}}}\n", 0.5 + f64::from(i) / 10.0))
        .collect();
    let metrics = ["--metric", "processed", "--metric", "top = peak(backlog)", "--replicates", "3"];
    let (status, answers, told) = batch(&b, &points, &[&metrics[..], &["--threads", "2"]].concat());
    assert_eq!(status, Some(0), "{told}");
    let ids: Vec<u64> = answers.iter().map(|a| a["id"].as_u64().unwrap()).collect();
    assert_eq!(ids, (0..12).collect::<Vec<_>>());
    assert_eq!(batch(&b, &points, &[&metrics[..], &["--threads", "1"]].concat()).1, answers);
    // The numbers are those of a run.
    ok(
        &b,
        &[
            "run",
            "tutorial",
            "--set",
            "app.slots_factor=1.1",
            "--replicates",
            "3",
            "--no-charts",
            "--quiet",
            "--out",
            "r",
        ],
    );
    let summary = table(&b, "r/summary.csv");
    let processed = &summary.iter().find(|r| r["metric"] == "processed").unwrap()["mean"];
    let mean = answers[6]["mean"]["processed"].as_f64().unwrap();
    assert!((processed.parse::<f64>().unwrap() - mean).abs() < 1e-3);
    assert_eq!(answers[6]["values"]["top"].as_array().unwrap().len(), 3);
    assert_eq!(answers[6]["seed"], 1);
}

#[test]
fn a_wrong_point_is_told_and_the_others_are_answered() {
    let b = Bench::new();
    let input = "{\"id\": \"a\", \"set\": {\"app.slot\": 1}}\nnonsense\n\n{\"id\": \"b\", \"replicates\": 1, \"seed\": 7}\n\
                 {\"id\": \"c\", \"sets\": {}}\n{\"id\": \"d\", \"set\": {\"app.slots_factor\": [1]}}\n\
                 {\"id\": \"e\", \"replicates\": 0}\n";
    let (status, answers, told) = batch(&b, input, &["--metric", "processed"]);
    assert_eq!(status, Some(2), "{told}");
    assert_eq!(answers.len(), 6);
    assert!(answers[0]["error"].as_str().unwrap().contains("no parameter `app.slot`"));
    assert!(answers[0]["help"].as_str().unwrap().contains("app.slots"));
    assert!(answers[1]["error"].as_str().unwrap().contains("an object of JSON"));
    assert_eq!(
        (&answers[2]["id"], &answers[2]["seed"], &answers[2]["replicates"]),
        (&json!("b"), &json!(7), &json!(1))
    );
    assert!(answers[3]["help"].as_str().unwrap().contains("`set`"));
    assert!(answers[4]["error"].as_str().unwrap().contains("must be a number"));
    assert!(answers[5]["error"].as_str().unwrap().contains("`replicates`"));
    b.refuses(&["run", "tutorial", "--batch", "no.ndjson"], &["cannot read no.ndjson"]);
    b.refuses(&["run", "tutorial", "--batch", "-", "--metric", "x"], &["no metric `x`"]);
    b.refuses(&["run", "tutorial", "--batch", "-", "--out", "x"], &["--out"]);
}

#[test]
fn an_optimiser_can_wait_for_each_answer() {
    let b = Bench::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_antesala"));
    command.current_dir(b.path(".")).args([
        "run",
        "tutorial",
        "--batch",
        "-",
        "--metric",
        "processed",
        "--replicates",
        "1",
    ]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    for i in 0..3 {
        writeln!(input, "{{\"id\": {i}}}").unwrap();
        line.clear();
        output.read_line(&mut line).unwrap();
        let answer: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(answer["id"], i);
    }
    drop(input);
    assert!(child.wait().unwrap().success());
}

#[test]
fn parameters_are_described_for_other_tools() {
    let b = Bench::new();
    let problem: Value =
        serde_json::from_str(&ok(&b, &["params", "describe", "app.diligence", "app.slots", "--salib"])).unwrap();
    assert_eq!(problem["num_vars"], 2);
    assert_eq!(problem["names"], json!(["app.diligence", "app.slots"]));
    assert_eq!(problem["bounds"][0], json!([0.0, 1.0]));
    let some: Value = serde_json::from_str(&ok(&b, &["params", "describe", "decisions", "--json"])).unwrap();
    assert!(some.as_array().unwrap().iter().all(|d| d["name"].as_str().unwrap().starts_with("decisions.")));
    let outage = ok(&b, &["params", "describe", "outage.may-2024", "--scenario", "outage-may-2024", "--json"]);
    assert!(outage.contains("outage.may-2024.days"), "{outage}");
    b.refuses(&["params", "describe", "app.slot"], &["did you mean `app.slots`?"]);
    b.refuses(&["params", "describe", "app.enabled", "--salib"], &["has no bounds"]);
}

#[test]
fn scripts_for_engines_are_written_and_run() {
    let b = Bench::new();
    b.write("d.toml", format!("kind = 'lhs'\npoints = 12\nreplicates = 1\n{RANGES}"));
    ok(&b, &["sweep", "plan", "d.toml", "--shards", "3", "-o", "it's a sweep", "--quiet"]);
    let dir = "it's a sweep";
    for (engine, file) in
        [("slurm", "submit.sh"), ("hyperqueue", "submit.sh"), ("snakemake", "Snakefile"), ("parallel", "run.sh")]
    {
        let options: &[&str] = match engine {
            "slurm" => &["--time", "90m", "--cpus", "2", "--option=--account=x"],
            "parallel" => &[],
            _ => &["--cpus", "2"],
        };
        let told = ok(&b, &[&["sweep", "export", engine, dir], options].concat());
        assert!(told.contains(file), "{told}");
        for entry in fs::read_dir(b.path(dir).join(engine)).unwrap() {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            let places = ["ANTESALA", "DIR", "SHARDS", "LAST", "NAME", "TIME", "BUDGET", "CPUS", "MEMORY", "OPTIONS"];
            let left = places.iter().find(|name| text.contains(&format!("@{name}@")));
            assert_eq!(left, None, "{}", path.display());
            if path.extension().is_some_and(|e| e == "sh") {
                let checked = Command::new("bash").arg("-n").arg(&path).status().unwrap();
                assert!(checked.success(), "{}", path.display());
            }
        }
    }
    let array = fs::read_to_string(b.path(dir).join("slurm/array.sh")).unwrap();
    for line in ["#SBATCH --array=0-2", "#SBATCH --time=01:30:00", "#SBATCH --account=x", "--time-budget 86m"] {
        assert!(array.contains(line), "{line}\n{array}");
    }
    b.refuses(&["sweep", "export", "slurm", dir], &["exists already", "--force"]);
    b.refuses(&["sweep", "export", "slrum", dir], &["slurm"]);
    b.refuses(&["sweep", "export", "parallel", dir, "--force", "--cpus", "2"], &["--cpus has no place"]);
    b.refuses(&["sweep", "export", "slurm", dir, "--time", "3m", "--force"], &["10 minutes"]);
    let version = Command::new("parallel").arg("--version").output();
    if version.is_ok_and(|told| told.stdout.starts_with(b"GNU parallel")) {
        let run = Command::new(b.path(dir).join("parallel/run.sh")).current_dir(b.path(".")).output().unwrap();
        assert!(run.status.success(), "{}", said(&run));
        let rows = table(&b, &format!("{dir}/metrics.csv"));
        assert_eq!(rows.len(), 24);
    } else {
        eprintln!("skipped: GNU parallel is not installed");
    }
}
