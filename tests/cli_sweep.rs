//! `sweep` through the real binary: the same bytes however it is cut up, interrupted and resumed.

mod support;

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use support::{Bench, said};

const DESIGN: &str = "kind = 'lhs'\npoints = 30\nreplicates = 4\nscenario = 'tutorial'\n\
    metrics = ['backlog_end', 'lapses = total(lapse)', 'wait(completed, queue_age, p90, all)']\n\
    [parameters]\n'app.diligence' = [0.5, 0.9]\napp.slots_factor = [0.5, 1.5]\n";

fn bench() -> Bench {
    let b = Bench::new();
    b.write("d.toml", DESIGN);
    b
}

fn ok(b: &Bench, args: &[&str]) -> String {
    let output = b.call(args);
    assert!(output.status.success(), "{args:?}\n{}", said(&output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn plan(b: &Bench, shards: &str, out: &str) {
    ok(b, &["sweep", "plan", "d.toml", "--shards", shards, "--quiet", "-o", out]);
}

fn start(b: &Bench, args: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_antesala"));
    command.current_dir(b.path(".")).args(args).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// The merged results, and those of a sweep run in one go in one shard on one thread.
fn merged(b: &Bench, out: &str) -> Vec<Vec<u8>> {
    ok(b, &["sweep", "merge", out, "--quiet"]);
    ["metrics.csv", "metrics.parquet"].iter().map(|file| fs::read(b.path(out).join(file)).unwrap()).collect()
}

fn reference(b: &Bench) -> Vec<Vec<u8>> {
    plan(b, "1", "one");
    ok(b, &["sweep", "run", "one", "--threads", "1", "--quiet"]);
    merged(b, "one")
}

#[test]
fn a_row_is_what_a_run_gives() {
    let b = bench();
    plan(&b, "3", "s");
    for shard in ["2/3", "0/3", "1/3"] {
        ok(&b, &["sweep", "run", "s", "--shard", shard, "--quiet"]);
    }
    merged(&b, "s");
    let rows: Vec<csv::StringRecord> =
        csv::Reader::from_path(b.path("s/metrics.csv")).unwrap().records().map(|r| r.unwrap()).collect();
    assert_eq!(rows.len(), 30 * 4 * 3);
    let design: Vec<csv::StringRecord> =
        csv::Reader::from_path(b.path("s/design.csv")).unwrap().records().map(|r| r.unwrap()).collect();
    let seeds: std::collections::BTreeSet<&str> = rows.iter().map(|r| &r[2]).collect();
    assert_eq!(seeds.len(), 30, "every point has a seed of its own");
    for point in [0, 17] {
        let row = |replicate: &str, metric: &str| {
            let of = |r: &&csv::StringRecord| r[0] == design[point][0] && &r[1] == replicate && &r[3] == metric;
            rows.iter().find(of).unwrap()
        };
        let first = row("1", "lapses");
        let set = [format!("app.diligence={}", &design[point][1]), format!("app.slots_factor={}", &design[point][2])];
        let out = format!("run-{point}");
        let args = ["run", "tutorial", "--no-charts", "--quiet", "--out", &out, "--seed", &first[2]];
        ok(&b, &[&args[..], &["--replicates", "2", "--set", &set[0], "--set", &set[1]]].concat());
        let flows: Vec<csv::StringRecord> =
            csv::Reader::from_path(b.path(&out).join("flows.csv")).unwrap().records().map(|r| r.unwrap()).collect();
        for replicate in ["1", "2"] {
            let lapsed = flows.iter().filter(|r| &r[0] == replicate && &r[2] == "lapse");
            let lapsed: u64 = lapsed.map(|r| r[5].parse::<u64>().unwrap()).sum();
            assert_eq!(row(replicate, "lapses")[4], lapsed.to_string());
        }
    }
}

#[test]
fn the_same_bytes_for_any_number_of_shards_and_threads() {
    let b = bench();
    let expected = reference(&b);
    plan(&b, "8", "eight");
    for shard in [5, 0, 3, 7, 1, 2, 6, 4] {
        let threads = if shard % 2 == 0 { "1" } else { "2" };
        ok(&b, &["sweep", "run", "eight", "--shard", &format!("{shard}/8"), "--threads", threads, "--quiet"]);
    }
    assert_eq!(merged(&b, "eight"), expected);
}

#[test]
fn a_log_left_beside_a_finished_shard_is_cleared_away() {
    let b = bench();
    let expected = reference(&b);
    plan(&b, "2", "left");
    ok(&b, &["sweep", "run", "left", "--quiet"]);
    let log = b.path("left/shards/shard-0001.log");
    fs::write(&log, "killed before it could remove this").unwrap();
    ok(&b, &["sweep", "run", "left", "--quiet"]);
    assert!(!log.exists());
    assert_eq!(merged(&b, "left"), expected);
}

/// Lets a process work on a sweep for so long and kills it; false if it was done before.
fn lives(b: &Bench, dir: &str, life: Duration) -> bool {
    let mut child = start(b, &["sweep", "run", dir, "--threads", "2"]);
    let begun = Instant::now();
    while begun.elapsed() < life {
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "{status}");
            return false;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    // It may have ended at this very moment.
    !child.wait().unwrap().success()
}

#[test]
fn two_processes_never_work_on_one_shard() {
    let b = bench();
    b.write("d.toml", DESIGN.replace("points = 30", "points = 3000"));
    plan(&b, "2", "s");
    let mut first = start(&b, &["sweep", "run", "s", "--shard", "0/2", "--threads", "1"]);
    let log = b.path("s/shards/shard-0000.log");
    while fs::metadata(&log).map_or(0, |about| about.len()) < 100 {
        assert!(first.try_wait().unwrap().is_none());
        std::thread::sleep(Duration::from_millis(5));
    }
    let second = b.call(&["sweep", "run", "s", "--shard", "0/2"]);
    assert_eq!(second.status.code(), Some(75));
    assert!(said(&second).contains("shard 0 is being run by another process"), "{}", said(&second));
    assert!(ok(&b, &["sweep", "status", "s"]).contains("running      1 shard: 0 ("));
    let replaced = b.call(&["sweep", "plan", "d.toml", "--shards", "2", "--force", "-o", "s"]);
    assert!(replaced.status.code() == Some(1) && said(&replaced).contains("another run"), "{}", said(&replaced));
    first.kill().unwrap();
    first.wait().unwrap();
    let status = ok(&b, &["sweep", "status", "s", "--json"]);
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    assert_eq!(status["shards"][0]["state"], "open");
    assert!(status["shards"][0]["runs_done"].as_u64().unwrap() > 0);
    assert_eq!(status["runs"], 12_000);
}

#[test]
fn damaged_results_are_told_and_run_again() {
    let b = bench();
    let expected = reference(&b);
    plan(&b, "4", "s");
    ok(&b, &["sweep", "run", "s", "--quiet"]);
    let file = b.path("s/shards/shard-0002.parquet");
    let whole = fs::read(&file).unwrap();
    for damage in ["cut", "changed", "gone"] {
        match damage {
            "cut" => fs::write(&file, &whole[..whole.len() / 2]).unwrap(),
            "changed" => {
                let mut bytes = whole.clone();
                bytes[whole.len() / 3] ^= 4;
                fs::write(&file, bytes).unwrap();
            }
            _ => fs::remove_file(&file).unwrap(),
        }
        assert!(ok(&b, &["sweep", "status", "s"]).contains("damaged      1 shard: 2"), "{damage}");
        let refused = b.call(&["sweep", "merge", "s"]);
        assert_eq!(refused.status.code(), Some(1));
        assert!(said(&refused).contains("not as they were written: 2"), "{}", said(&refused));
        assert!(!b.path("s/metrics.csv").exists());
        assert_eq!(ok(&b, &["sweep", "retry", "s"]), "2\n");
        let again = b.call(&["sweep", "run", "s"]);
        assert!(again.status.success() && said(&again).contains("shard 2: its file is not as it was written"));
        assert_eq!(fs::read(&file).unwrap(), whole, "{damage}");
    }
    assert_eq!(merged(&b, "s"), expected);
    assert_eq!(ok(&b, &["sweep", "retry", "s"]), "");
}

#[test]
fn what_is_missing_is_named() {
    let b = bench();
    plan(&b, "5", "s");
    for shard in ["0/5", "3/5"] {
        ok(&b, &["sweep", "run", "s", "--shard", shard, "--quiet"]);
    }
    assert_eq!(ok(&b, &["sweep", "retry", "s"]), "1-2,4\n");
    let refused = b.call(&["sweep", "merge", "s"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("not done: 1-2,4"), "{}", said(&refused));
    ok(&b, &["sweep", "merge", "s", "--allow-missing"]);
    let run: serde_json::Value = serde_json::from_slice(&fs::read(b.path("s/run.json")).unwrap()).unwrap();
    assert_eq!((&run["kind"], &run["complete"]), (&"sweep".into(), &false.into()));
    assert_eq!(run["missing_shards"], serde_json::json!([1, 2, 4]));
    ok(&b, &["sweep", "run", "s", "--quiet"]);
    let whole = merged(&b, "s");
    assert_eq!(whole, reference(&b));
}

#[test]
fn a_full_disk_loses_nothing() {
    let b = bench();
    let expected = reference(&b);
    plan(&b, "1", "s");
    let log = b.path("s/shards/shard-0000.log");
    for blocks in [1, 2, 3] {
        let command = format!("ulimit -f {blocks}; exec \"$0\" sweep run s --threads 2");
        let program = env!("CARGO_BIN_EXE_antesala");
        let stopped = Command::new("bash").current_dir(b.path(".")).args(["-c", &command, program]).output().unwrap();
        assert_eq!(stopped.status.code(), Some(1), "{}", said(&stopped));
        assert!(said(&stopped).contains("cannot write"), "{}", said(&stopped));
        assert!(fs::metadata(&log).unwrap().len() > 0);
        assert!(!b.path("s/shards/shard-0000.parquet").exists());
    }
    ok(&b, &["sweep", "run", "s", "--quiet"]);
    assert_eq!(merged(&b, "s"), expected);
}

#[test]
fn a_sweep_of_another_version_or_a_changed_one_is_refused() {
    let b = bench();
    plan(&b, "2", "s");
    let manifest = fs::read_to_string(b.path("s/manifest.json")).unwrap();
    let with = |from: &str, to: &str| {
        assert!(manifest.contains(from), "{from}");
        b.write("s/manifest.json", manifest.replace(from, to));
    };
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    with(&version, "\"version\": \"0.0.1\"");
    for command in ["run", "status", "merge", "retry"] {
        b.refuses(&["sweep", command, "s"], &["was planned by version 0.0.1", "plan it again"]);
    }
    with("\"commit\": ", "\"commit\": \"0123456789abcdef\", \"former\": ");
    b.refuses(&["sweep", "run", "s"], &["commit 0123456789ab"]);
    b.write("s/manifest.json", &manifest[..manifest.len() / 2]);
    let cut = b.call(&["sweep", "run", "s"]);
    assert!(cut.status.code() == Some(1) && said(&cut).contains("manifest.json is damaged"), "{}", said(&cut));
    b.write("s/manifest.json", &manifest);
    let design = fs::read_to_string(b.path("s/design.csv")).unwrap();
    b.write("s/design.csv", design.replace("\n1,", "\n99,"));
    let changed = b.call(&["sweep", "run", "s"]);
    assert!(changed.status.code() == Some(1) && said(&changed).contains("design.csv"), "{}", said(&changed));
    // Results of another plan are not taken for those of this one.
    b.write("s/design.csv", &design);
    ok(&b, &["sweep", "run", "s", "--quiet"]);
    fs::create_dir_all(b.path("copy")).unwrap();
    ok(&b, &["sweep", "plan", "d.toml", "--shards", "2", "--seed", "9", "--quiet", "-o", "other"]);
    for entry in fs::read_dir(b.path("s/shards")).unwrap() {
        let from = entry.unwrap().path();
        fs::copy(&from, b.path("other/shards").join(from.file_name().unwrap())).unwrap();
    }
    assert_eq!(ok(&b, &["sweep", "retry", "other"]), "0-1\n");
    assert!(ok(&b, &["sweep", "status", "other"]).contains("foreign      2 shards: 0-1"));
    let kept = b.call(&["sweep", "run", "other"]);
    assert!(kept.status.code() == Some(1) && said(&kept).contains("of another sweep"), "{}", said(&kept));
    b.refuses(&["run", "tutorial", "--force", "--out", "s"], &["it holds a sweep"]);
}

#[test]
fn it_stops_when_told_to_and_goes_on() {
    let b = bench();
    b.write("d.toml", DESIGN.replace("points = 30", "points = 20000"));
    plan(&b, "2", "s");
    let short = b.call(&["sweep", "run", "s", "--time-budget", "1s"]);
    assert_eq!(short.status.code(), Some(75), "{}", said(&short));
    assert!(said(&short).contains("go on with the same command"));
    #[cfg(unix)]
    {
        let kept = |b: &Bench| {
            let status: serde_json::Value = serde_json::from_str(&ok(b, &["sweep", "status", "s", "--json"])).unwrap();
            status["runs_done"].as_u64().unwrap()
        };
        let before = kept(&b);
        assert!(before > 0);
        let mut child = start(&b, &["sweep", "run", "s"]);
        let log = b.path("s/shards/shard-0000.log");
        let length = || fs::metadata(&log).map_or(0, |about| about.len());
        let at_first = length();
        while length() == at_first {
            assert!(child.try_wait().unwrap().is_none());
            std::thread::sleep(Duration::from_millis(5));
        }
        Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
        let told = Instant::now();
        assert_eq!(child.wait().unwrap().code(), Some(143));
        // Two seconds are promised; a machine that does much else may take longer to notice.
        assert!(told.elapsed() < Duration::from_secs(10));
        assert!(kept(&b) > before);
    }
}

#[test]
fn bad_designs_and_arguments_are_refused() {
    let b = bench();
    let plan = |design: &str| {
        b.write("bad.toml", design);
        ["sweep", "plan", "bad.toml", "--scenario", "tutorial", "-o", "x"]
    };
    let good = "[parameters]\n'app.slots_factor' = [0.5, 1.5]\n";
    b.refuses(
        &plan(&format!("kind = 'lsh'\npoints = 3\n{good}")),
        &["bad.toml:1:8", "`kind` must be one of grid, lhs"],
    );
    b.refuses(&plan("kind = 'lhs'\npoints = 3\n[parameters]\n'app.slot_factor' = [1, 2]\n"), &["app.slots_factor"]);
    b.refuses(
        &plan(&format!("kind = 'lhs'\npoints = 3\nmetrics = ['peak(backlg)']\n{good}")),
        &["bad.toml:3:18", "did you mean `backlog`?"],
    );
    b.refuses(
        &plan("kind = 'grid'\n[parameters]\n'policy.none.app.slots' = [1, 2]\n"),
        &["there is no parameter `policy.none.app.slots`"],
    );
    b.write("p.csv", "point,app.diligence,app.slots_factor\n1,0.5,1\n2,0.6,-7\n");
    b.refuses(&["sweep", "plan", "p.csv", "--scenario", "tutorial", "-o", "x"], &["p.csv:3:7", "must lie from 0"]);
    b.write("p.csv", "app.diligence,app.slots_factr\n0.5,1\n");
    b.refuses(&["sweep", "plan", "p.csv", "--scenario", "tutorial", "-o", "x"], &["p.csv:1:15", "app.slots_factor"]);
    b.refuses(&["sweep", "plan", "d.txt"], &["neither .toml nor .csv"]);
    b.refuses(&["sweep", "plan", "design.toml"], &["cannot read the design"]);
    b.refuses(&["sweep", "plan", "zzzzzzzz.csv"], &["give a .toml or .csv file"]);
    b.refuses(&["sweep", "plan", "d.toml", "--shards", "121", "-o", "x"], &["121 shards for 120 runs"]);
    b.refuses(&["sweep", "plan", "d.toml", "--metric", "backlog_en", "-o", "x"], &["did you mean `backlog_end`?"]);
    b.refuses(&["sweep", "run", "nowhere"], &["holds no sweep", "sweep plan"]);
    ok(&b, &["sweep", "plan", "d.toml", "--shards", "4", "--quiet", "-o", "s"]);
    b.refuses(
        &["sweep", "plan", "d.toml", "-o", "s"],
        &["there is a sweep in s already", "antesala sweep run s", "--force"],
    );
    b.refuses(&["sweep", "run", "s", "--shard", "1/3"], &["planned with 4 shards", "--shard K/4"]);
    b.refuses(&["sweep", "run", "s", "--shard", "4/4"], &["K from 0 to N-1"]);
    b.refuses(&["sweep", "run", "s", "--time-budget", "soon"], &["55m"]);
}

#[test]
fn points_with_days_in_common_are_run_together_and_give_the_same_numbers() {
    let b = Bench::new();
    let design = |values: &str| {
        format!(
            "kind = 'grid'\nscenario = 'outage-may-2024'\nscale = 0.005\nreplicates = 4\n\
             metrics = ['lapses = total(lapse)', 'backlog_end', 'total(border_patrol_encounter)']\n[parameters]\n\
             'outage.may-2024.days' = {values}\n'outage.may-2024.extend_hours' = [0, 48]\n"
        )
    };
    b.write("all.toml", design("[0, 1, 2, 3, 5, 7, 9, 11, 14]"));
    let to = ["--to", "2024-07-01", "--quiet"];
    ok(&b, &[&["sweep", "plan", "all.toml", "-o", "all"][..], &to].concat());
    let manifest: serde_json::Value = serde_json::from_slice(&fs::read(b.path("all/manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["points_together"], 16);
    ok(&b, &["sweep", "run", "all", "--quiet"]);
    let together = merged(&b, "all");
    let order: Vec<(u32, u32)> = csv::Reader::from_path(b.path("all/metrics.csv"))
        .unwrap()
        .records()
        .map(|r| r.unwrap())
        .map(|r| (r[0].parse().unwrap(), r[1].parse().unwrap()))
        .collect();
    assert!(order.is_sorted() && order.len() == 18 * 4 * 3);
    // In so many shards that each job is one run, and killed on the way.
    ok(&b, &[&["sweep", "plan", "all.toml", "--shards", "18", "-o", "apart"][..], &to].concat());
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(b.path("apart/manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["points_together"], 1);
    let mut life = 20;
    while lives(&b, "apart", Duration::from_millis(life)) {
        life += 150;
    }
    assert!(life > 20, "it was never killed");
    assert_eq!(merged(&b, "apart"), together);
}
