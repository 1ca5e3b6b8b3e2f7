//! `antesala run`, from the outside.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use antesala::record::schema::{Format, TABLES};
use antesala::record::{balance, ro_crate};

fn antesala(args: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_antesala"));
    command.args(args).current_dir(folder).stdin(Stdio::null());
    command
}

fn run(args: &[&str], folder: &Path) -> Output {
    antesala(args, folder).output().unwrap()
}

fn status(args: &[&str], folder: &Path) -> (i32, String) {
    let output = run(args, folder);
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Every file under a folder with its bytes, but for `run.json` and the crate, which hold times.
fn bytes(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if ![Some("run.json"), Some(ro_crate::FILE)].contains(&path.file_name().unwrap().to_str()) {
                found.push((path.strip_prefix(folder).unwrap().to_path_buf(), fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

fn assert_same_bytes(a: &Path, b: &Path) {
    let (a, b) = (bytes(a), bytes(b));
    let names = |files: &[(PathBuf, Vec<u8>)]| files.iter().map(|f| f.0.clone()).collect::<Vec<_>>();
    assert_eq!(names(&a), names(&b));
    for ((name, a), (_, b)) in a.iter().zip(&b) {
        assert!(a == b, "{} differs", name.display());
    }
}

fn provenance(folder: &Path) -> serde_json::Value {
    serde_json::from_slice(&fs::read(folder.join("run.json")).unwrap()).unwrap()
}

#[test]
fn a_run_writes_every_table_and_they_add_up() {
    let base = tempfile::tempdir().unwrap();
    let output = run(&["run", "tutorial", "--replicates", "2", "--sample", "3", "--hxl"], base.path());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "no bar in a pipe: {}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("output/tutorial"), "{said}");
    let out = base.path().join("output/tutorial");
    for table in TABLES {
        let text = fs::read_to_string(out.join(table.file(Format::Csv))).unwrap();
        let header = text.lines().next().unwrap();
        assert!(header.split(',').eq(table.columns.iter().map(|c| c.name)), "{}", table.name);
        assert!(text.lines().count() > 1, "{} is empty", table.name);
        assert_eq!(out.join(format!("{}.hxl.csv", table.name)).exists(), table.hxl, "{}", table.name);
    }
    let charts = ["charts/backlog.svg", "charts/backlog.png"];
    for file in ["scenario.toml", "data/places.csv", "datapackage.json", ro_crate::FILE].iter().chain(&charts) {
        assert!(out.join(file).exists(), "{file}");
    }
    assert!(balance::check(&out).unwrap() > 1000);
    assert_eq!(fs::read_dir(base.path().join("output")).unwrap().count(), 1, "something was left beside the folder");
}

#[test]
fn charts_speak_the_language_asked_for() {
    let base = tempfile::tempdir().unwrap();
    let in_language = |flags: &[&str], out: &str| {
        let fixed = ["run", "tutorial", "--replicates", "1", "--to", "2031-03-20", "-q", "--out", out];
        assert_eq!(status(&[&fixed, flags].concat(), base.path()).0, 0);
        bytes(&base.path().join(out))
    };
    let (plain, en, es) =
        (in_language(&[], "o"), in_language(&["--lang", "en"], "en"), in_language(&["--lang", "es"], "es"));
    assert!(plain == en);
    assert_eq!(en.iter().map(|f| &f.0).collect::<Vec<_>>(), es.iter().map(|f| &f.0).collect::<Vec<_>>());
    // The data package names itself after the bytes of all files.
    let charts: Vec<_> = en
        .iter()
        .zip(&es)
        .filter(|(en, es)| en.1 != es.1)
        .map(|(en, _)| &en.0)
        .filter(|path| !path.ends_with("datapackage.json"))
        .collect();
    assert!(charts.len() > 10 && charts.iter().all(|path| path.starts_with("charts")), "{charts:?}");
    let backlog = fs::read_to_string(base.path().join("es/charts/backlog.svg")).unwrap();
    assert!(backlog.contains("<title>Personas en espera de una cita"));
    let (code, said) = status(&["run", "tutorial", "--lang", "fr"], base.path());
    assert!(code == 2 && said.contains("possible values: en, es"), "{said}");
}

#[test]
fn run_json_says_what_was_run_and_names_every_file() {
    let base = tempfile::tempdir().unwrap();
    let out = base.path().join("o");
    let args =
        ["run", "tutorial", "--replicates", "1", "--seed", "7", "--threads", "1", "--no-charts", "-q", "--out", "o"];
    assert_eq!(status(&args, base.path()), (0, String::new()));
    let run = provenance(&out);
    assert_eq!(run["kind"], "run");
    assert_eq!(run["seed"], 7);
    assert_eq!(run["replicates"], 1);
    assert_eq!(run["threads"], 1);
    let files = run["files"].as_array().unwrap();
    let mut named: Vec<&str> = files.iter().map(|f| f["path"].as_str().unwrap()).collect();
    named.sort_unstable();
    let found = bytes(&out);
    assert_eq!(named, found.iter().map(|f| f.0.to_str().unwrap()).collect::<Vec<_>>());
    let package = fs::read_to_string(out.join("datapackage.json")).unwrap();
    assert!(!package.contains(base.path().to_str().unwrap()), "the package holds a path of this machine");
    assert!(!out.join("charts").exists());
}

#[test]
fn the_bytes_depend_neither_on_threads_nor_on_where_the_scenario_lies() {
    let base = tempfile::tempdir().unwrap();
    let at = |name: &str| base.path().join(name);
    for (threads, out) in [("1", "one"), ("2", "two"), ("4", "four")] {
        let args = ["run", "tutorial", "--replicates", "3", "--sample", "2", "-q", "--threads", threads, "--out", out];
        assert_eq!(status(&args, base.path()), (0, String::new()));
    }
    assert_same_bytes(&at("one"), &at("two"));
    assert_same_bytes(&at("one"), &at("four"));
    let args = ["run", "one/scenario.toml", "--sample", "2", "-q", "--out", "again"];
    assert_eq!(status(&args, base.path()), (0, String::new()));
    assert_same_bytes(&at("one"), &at("again"));
}

#[test]
fn parquet_runs_hold_the_same_rows() {
    let base = tempfile::tempdir().unwrap();
    let flags = ["--replicates", "2", "--sample", "2", "--no-charts", "-q"];
    for format in ["csv", "parquet"] {
        let args = [&["run", "tutorial", "--format", format, "--out", format], &flags[..]].concat();
        assert_eq!(status(&args, base.path()), (0, String::new()));
    }
    for table in TABLES {
        let rows = |folder: &str| {
            let mut rows = Vec::new();
            antesala::record::read::rows(&base.path().join(folder), table, |row| rows.push(row.to_vec())).unwrap();
            rows
        };
        let file = base.path().join("parquet").join(table.file(Format::Parquet));
        assert!(file.exists(), "{}", file.display());
        assert!(rows("csv") == rows("parquet"), "{}", table.name);
    }
    balance::check(&base.path().join("parquet")).unwrap();
}

#[test]
fn a_recorded_part_is_the_same_part_of_the_whole() {
    let base = tempfile::tempdir().unwrap();
    let flags = ["--replicates", "1", "--no-charts", "-q"];
    let whole = [&["run", "tutorial", "--out", "whole"], &flags[..]].concat();
    let part = [&["run", "tutorial", "--out", "part", "--from", "2031-07-20"], &flags[..]].concat();
    assert_eq!(status(&whole, base.path()).0, 0);
    assert_eq!(status(&part, base.path()).0, 0);
    let rows = |folder: &str, keep: fn(&str) -> bool| -> Vec<String> {
        let text = fs::read_to_string(base.path().join(folder).join("stocks_by_place.csv")).unwrap();
        text.lines().skip(1).filter(|l| keep(l)).map(str::to_string).collect()
    };
    let expected = rows("whole", |line| line >= "1,2031-07-20");
    assert!(!expected.is_empty());
    assert_eq!(rows("part", |_| true), expected);
}

#[test]
fn an_existing_folder_needs_force() {
    let base = tempfile::tempdir().unwrap();
    let flags = ["run", "tutorial", "--replicates", "1", "--to", "2031-03-20", "--no-charts", "-q", "--out", "o"];
    fs::create_dir(base.path().join("o")).unwrap();
    fs::write(base.path().join("o/old"), "").unwrap();
    let (code, said) = status(&flags, base.path());
    assert_eq!(code, 2);
    assert!(said.contains("exists") && said.contains("--force"), "{said}");
    assert!(base.path().join("o/old").exists());
    let forced = [&flags[..], &["--force"]].concat();
    let (code, said) = status(&forced, base.path());
    assert_eq!(code, 2, "no run wrote it: {said}");
    assert!(said.contains("no run wrote it"), "{said}");
    assert!(base.path().join("o/old").exists());
    fs::write(base.path().join("o/run.json"), r#"{ "program": "antesala" }"#).unwrap();
    assert_eq!(status(&forced, base.path()).0, 0);
    assert!(!base.path().join("o/old").exists());
    assert!(base.path().join("o/run.json").exists());
}

#[test]
fn force_never_removes_what_the_run_is_read_from() {
    let base = tempfile::tempdir().unwrap();
    let flags = ["--replicates", "1", "--to", "2031-03-10", "--no-charts", "-q", "--force", "--out"];
    assert_eq!(status(&[&["run", "tutorial"], &flags[..], &["o"]].concat(), base.path()).0, 0);
    // What a run left is read in full before it is replaced.
    assert_eq!(status(&[&["run", "o/scenario.toml"], &flags[..], &["o"]].concat(), base.path()).0, 0);
    fs::write(base.path().join("o/mine.toml"), "extends = \"scenario.toml\"\n").unwrap();
    let (code, said) = status(&[&["run", "o/mine.toml"], &flags[..], &["o"]].concat(), base.path());
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("this run is read from"), "{said}");
    assert!(base.path().join("o/mine.toml").exists());
}

#[test]
fn a_path_that_cannot_be_written_is_named() {
    let base = tempfile::tempdir().unwrap();
    fs::write(base.path().join("file"), "").unwrap();
    let (code, said) = status(&["run", "tutorial", "--no-charts", "--out", "file/o"], base.path());
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("file") && said.contains("--out"), "{said}");
    let (code, said) = status(&["run", "tutorial", "--no-charts", "--force", "--out", "."], base.path());
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("working folder"), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_fails_clearly() {
    // A device that is always full stands in for a table's file: no root needed.
    let base = tempfile::tempdir().unwrap();
    let mut file = antesala::record::staged_file::StagedFile::create(Path::new("/dev"), "full").unwrap();
    let error = file.put(&vec![b'x'; 1 << 20]).unwrap_err();
    assert!(error.to_string().contains("No space left"), "{error}");
    assert!(error.help().contains("make room"), "{}", error.help());
    drop(base);
}

#[cfg(unix)]
mod signals {
    use std::process::Child;
    use std::time::{Duration, Instant};

    use super::*;

    const LONG: &[&str] = &["run", "tutorial", "--replicates", "12", "--set", "inflow.factor=4", "--no-charts", "-q"];

    fn kept(base: &Path) -> usize {
        let Ok(files) = fs::read_dir(base.join(".o.partial/replicates")) else { return 0 };
        files.flatten().filter(|f| f.path().extension().is_some_and(|e| e == "done")).count()
    }

    /// Starts a long run and sends it a signal once two replicates are finished.
    fn interrupted(base: &Path, signal: &str) -> (i32, String) {
        let args = [LONG, &["--threads", "2", "--out", "o"]].concat();
        let child = antesala(&args, base).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let start = Instant::now();
        while kept(base) < 2 {
            assert!(start.elapsed() < Duration::from_secs(120), "no replicate was finished");
            std::thread::sleep(Duration::from_millis(5));
        }
        let sent = Instant::now();
        send(&child, signal);
        let output = child.wait_with_output().unwrap();
        assert!(sent.elapsed() < Duration::from_secs(2), "it took {:?} to stop", sent.elapsed());
        (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stderr).into_owned())
    }

    fn send(child: &Child, signal: &str) {
        let sent = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    #[test]
    fn an_interrupted_run_goes_on_to_the_same_bytes() {
        let base = tempfile::tempdir().unwrap();
        let (code, said) = interrupted(base.path(), "TERM");
        assert_eq!(code, 143);
        assert!(said.contains("--resume"), "{said}");
        assert!(!base.path().join("o").exists());
        assert!(!base.path().join(".o.partial/out").exists());
        let finished = kept(base.path());
        assert!((2..12).contains(&finished), "{finished} of 12 were finished");
        let resumed = [LONG, &["--resume", "--out", "o"]].concat();
        assert_eq!(status(&resumed, base.path()), (0, String::new()));
        assert_eq!(provenance(&base.path().join("o"))["replicates_resumed"], finished);
        assert!(!base.path().join(".o.partial").exists());
        let fresh = [LONG, &["--threads", "1", "--out", "fresh"]].concat();
        assert_eq!(status(&fresh, base.path()), (0, String::new()));
        assert_same_bytes(&base.path().join("o"), &base.path().join("fresh"));
    }

    #[test]
    fn replicates_of_another_run_are_not_taken() {
        let base = tempfile::tempdir().unwrap();
        assert_eq!(interrupted(base.path(), "TERM").0, 143);
        let other = [LONG, &["--seed", "2", "--resume", "--out", "o"]].concat();
        let (code, said) = status(&other, base.path());
        assert_eq!(code, 0, "{said}");
        assert!(said.contains("none was used"), "{said}");
        assert_eq!(provenance(&base.path().join("o"))["replicates_resumed"], 0);
    }

    #[test]
    fn ctrl_c_leaves_the_folder_that_was_there() {
        let base = tempfile::tempdir().unwrap();
        let (code, _) = interrupted(base.path(), "INT");
        assert_eq!(code, 130);
        let other = ["run", "tutorial", "--replicates", "1", "--to", "2031-03-10", "--no-charts", "-q", "--out", "o"];
        let (code, said) = status(&other, base.path());
        assert_eq!(code, 0);
        assert!(said.contains("dropped"), "replicates of another run go with a word: {said}");
        assert!(!base.path().join(".o.partial").exists());
    }
}

/// What is not there, or cannot be written to, never ends in a panic, nor in half a file.
#[cfg(target_os = "linux")]
mod limits {
    use super::*;

    const SHORT: &[&str] = &["run", "tutorial", "--to", "2031-03-10", "--no-charts", "-q", "--out", "o"];

    /// Runs under a limit of the shell.
    fn limited(limit: &str, args: &[&str], folder: &Path) -> (i32, String) {
        let program = env!("CARGO_BIN_EXE_antesala");
        let script = format!("{limit} && exec \"$0\" \"$@\"");
        let output = Command::new("sh").args(["-c", &script, program]).args(args).current_dir(folder).output().unwrap();
        (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stderr).into_owned())
    }

    fn is_empty(folder: &Path) -> bool {
        fs::read_dir(folder).unwrap().next().is_none()
    }

    #[test]
    fn a_limit_to_the_size_of_files_is_reported() {
        let base = tempfile::tempdir().unwrap();
        let (code, said) = limited("ulimit -f 10", SHORT, base.path());
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("File too large") && said.contains("ulimit -f"), "{said}");
        assert!(is_empty(base.path()));
    }

    #[test]
    fn a_failure_with_replicates_left_says_how_to_go_on() {
        let base = tempfile::tempdir().unwrap();
        let args = [SHORT, &["--replicates", "3", "--threads", "1"]].concat();
        // Enough for an observation, not for the tables of three.
        let size = |name: &str| fs::metadata(base.path().join(name)).unwrap().len();
        assert_eq!(status(&args, base.path()).0, 0);
        let limit = size("o/flows.csv").max(size("o/stocks_by_place.csv")).max(size("o/waits.csv")) / 1024 - 1;
        fs::remove_dir_all(base.path().join("o")).unwrap();
        let (code, said) = limited(&format!("ulimit -f {limit}"), &args, base.path());
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("finished replicates are kept in") && said.contains("--resume"), "{said}");
        assert_eq!(status(&[&args[..], &["--resume"]].concat(), base.path()).0, 0);
    }

    #[test]
    fn new_leaves_no_half_file() {
        let base = tempfile::tempdir().unwrap();
        let (code, said) = limited("ulimit -f 0", &["new", "q"], base.path());
        assert_eq!(code, 1, "{said}");
        assert!(is_empty(base.path()));
        let (code, said) = status(&["new", &"q".repeat(255)], base.path());
        assert_eq!(code, 2, "{said}");
        assert_eq!(status(&["new", "q"], base.path()).0, 0);
    }

    #[test]
    fn numbers_of_flags_have_bounds() {
        let base = tempfile::tempdir().unwrap();
        for (flag, value, bounds) in [
            ("--replicates", "99999999", "from 1 to 1000000"),
            ("--seed", "99999999999999999999", "from 0 to 18446744073709551615"),
        ] {
            let (code, said) = status(&["run", "tutorial", flag, value], base.path());
            assert_eq!(code, 2, "{said}");
            assert!(said.contains(bounds), "{said}");
        }
    }
}
