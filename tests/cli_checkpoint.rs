//! States saved on the way: a run from one is the run, byte for byte, and what is not such a state is refused.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use support::said;

const RUN: [&str; 8] = ["run", "tutorial", "--scale", "0.25", "--replicates", "2", "--no-charts", "--quiet"];
const DATES: [&str; 4] = ["--checkpoint", "2031-04-30", "--checkpoint", "2031-07-15"];

fn antesala(args: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_antesala")).args(args).current_dir(folder).output().unwrap()
}

fn ok(args: &[&str], folder: &Path) {
    let output = antesala(args, folder);
    assert!(output.status.success(), "{args:?}\n{}", said(&output));
}

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&RUN, more].concat()
}

fn refuses(args: &[&str], folder: &Path, words: &[&str]) {
    let output = antesala(args, folder);
    assert_eq!(output.status.code(), Some(2), "{args:?}\n{}", said(&output));
    words.iter().for_each(|word| assert!(said(&output).contains(word), "`{word}` is not in:\n{}", said(&output)));
    assert!(!folder.join("refused").exists(), "something was written");
}

/// Files of a folder without its checkpoints and what tells times.
fn tables(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(&inner).unwrap().map(|entry| entry.unwrap().path()) {
            let name = entry.strip_prefix(folder).unwrap().to_path_buf();
            let told = ["run.json", "ro-crate-metadata.json", "datapackage.json", "checkpoints"];
            if entry.is_dir() && name != Path::new("checkpoints") {
                folders.push(entry);
            } else if !told.iter().any(|other| name == Path::new(other)) {
                files.push((name, fs::read(&entry).unwrap()));
            }
        }
    }
    files.sort();
    files
}

fn assert_same(a: &Path, b: &Path) {
    let (a, b) = (tables(a), tables(b));
    let names = |files: &[(PathBuf, Vec<u8>)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&a), names(&b));
    assert!(a.len() > 10, "{:?}", names(&a));
    a.iter().zip(&b).for_each(|(x, y)| assert!(x.1 == y.1, "{} differs", x.0.display()));
}

#[test]
fn a_run_from_a_checkpoint_is_the_whole_run() {
    let base = tempfile::tempdir().unwrap();
    let base = base.path();
    ok(&with(&["--sample", "20", "--out", "whole"]), base);
    ok(&[&with(&["--sample", "20", "--threads", "1", "--out", "saving"])[..], &DATES].concat(), base);
    assert_same(&base.join("whole"), &base.join("saving"));
    for date in ["2031-04-30", "2031-07-15"] {
        let place = format!("saving/checkpoints/{date}");
        ok(&with(&["--sample", "20", "--from-checkpoint", &place, "--out", date]), base);
        assert_same(&base.join("whole"), &base.join(date));
        let run: serde_json::Value =
            serde_json::from_slice(&fs::read(base.join(date).join("run.json")).unwrap()).unwrap();
        assert_eq!(run["began_at_checkpoint"], date);
    }
    // The first replicate alone, and a state saved by a run from a state.
    let one = ["run", "tutorial", "--scale", "0.25", "--replicates", "1", "--no-charts", "--quiet", "--sample", "20"];
    ok(&[&one[..], &["--from-checkpoint", "saving/checkpoints/2031-07-15", "--out", "one"]].concat(), base);
    ok(&[&one[..], &["--out", "whole-one"]].concat(), base);
    assert_same(&base.join("whole-one"), &base.join("one"));
    let onward = ["--sample", "20", "--from-checkpoint", "saving/checkpoints/2031-04-30", "--checkpoint", "2031-07-15"];
    ok(&[&with(&onward)[..], &["--out", "onward"]].concat(), base);
    for name in ["0001.state", "0002.state", "0001.json", "scenario.toml"] {
        let of = |run: &str| fs::read(base.join(run).join("checkpoints/2031-07-15").join(name)).unwrap();
        assert!(of("saving") == of("onward"), "{name} differs");
    }
    // Every file is named in run.json, with its hash.
    let run = fs::read_to_string(base.join("saving/run.json")).unwrap();
    assert!(run.contains("checkpoints/2031-04-30/0002.state") && run.contains("checkpoints/2031-07-15/scenario.toml"));
}

#[test]
fn scenarios_that_part_after_it_begin_there() {
    let base = tempfile::tempdir().unwrap();
    let base = base.path();
    let variant = |name: &str, from: &str| {
        let policy = format!(
            "extends = \"tutorial\"\n[[policy]]\nid = \"more\"\nfrom = {from}\nset = {{ \"travel.retry_days\" = 12 }}\n"
        );
        fs::write(base.join(name), policy).unwrap();
    };
    variant("later.toml", "2031-07-20");
    variant("earlier.toml", "2031-04-01");
    ok(&[&with(&["--out", "saving"])[..], &DATES].concat(), base);
    let run = |name: &'static str| [&["run", name][..], &RUN[2..]].concat();
    let place = ["--from-checkpoint", "saving/checkpoints/2031-04-30"];
    ok(&[&run("later.toml")[..], &["--out", "later"]].concat(), base);
    ok(&[&run("later.toml")[..], &place, &["--out", "from"]].concat(), base);
    assert_same(&base.join("later"), &base.join("from"));
    let refused = ["--out", "refused"];
    let parted = ["rules or events may differ from", "2031-04-30"];
    refuses(&[&run("earlier.toml")[..], &place, &refused].concat(), base, &parted);
    let plain = |scale, replicates| ["run", "tutorial", "--scale", scale, "--replicates", replicates, "--quiet"];
    let others = [
        (plain("0.25", "3"), &[][..], &["it has no replicate 3", "--replicates"][..]),
        (plain("0.5", "2"), &[], &["its scale is 1/4, and this run's 1/2"]),
        (plain("0.25", "2"), &["--seed", "9"], &["its seed is 1, and this run's 9"]),
        (plain("0.25", "2"), &["--to", "2031-08-01"], &["its last day is 2031-08-31, and this run's 2031-08-01"]),
        (plain("0.25", "2"), &["--sample", "5"], &["--sample"]),
        (plain("0.25", "2"), &["--set", "inflow.factor=2"], &["may differ from 2031-03-01 on"]),
        (
            plain("0.25", "2"),
            &["--checkpoint", "2031-04-30"],
            &["no state can be saved at the end of 2031-04-30", "from 2031-05-01 to 2031-08-30"],
        ),
    ];
    for (words, more, said) in others {
        refuses(&[&words[..], &place, more, &refused].concat(), base, said);
    }
}

#[test]
fn what_is_no_such_state_is_refused() {
    let base = tempfile::tempdir().unwrap();
    let base = base.path();
    ok(&[&with(&["--out", "saving"])[..], &DATES].concat(), base);
    let (place, copy) = (base.join("saving/checkpoints/2031-04-30"), base.join("copy"));
    let anew = || {
        let _ = fs::remove_dir_all(&copy);
        fs::create_dir_all(copy.join("data")).unwrap();
        for folder in ["", "data"] {
            for entry in fs::read_dir(place.join(folder)).unwrap().map(|entry| entry.unwrap().path()) {
                if entry.is_file() {
                    fs::copy(&entry, copy.join(folder).join(entry.file_name().unwrap())).unwrap();
                }
            }
        }
    };
    let edit = |name: &str, from: &str, to: &str| {
        let text = fs::read_to_string(copy.join(name)).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(copy.join(name), text.replacen(from, to, 1)).unwrap();
    };
    let args = with(&["--from-checkpoint", "copy", "--out", "refused"]);
    let expect = |words: &[&str]| refuses(&args, base, words);
    anew();
    ok(&with(&["--from-checkpoint", "copy", "--out", "fine"]), base);
    // Foreign.
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    edit("0001.json", &version, "\"version\": \"0.0.9\"");
    expect(&["0001.json", "it was saved by version 0.0.9", "--checkpoint DATE"]);
    anew();
    edit("0002.json", "\"format\": 1", "\"format\": 2");
    expect(&["0002.json", "layout 2"]);
    anew();
    edit("scenario.toml", "start = 2031-03-01", "start = 2031-02-01");
    expect(&["not those it was saved under"]);
    anew();
    edit("data/inflow.csv", ",4", ",5");
    expect(&["not those it was saved under"]);
    // Of another day.
    anew();
    edit("0001.json", "\"date\": \"2031-04-30\"", "\"date\": \"2031-05-02\"");
    expect(&["0001.state", "another replicate or day"]);
    // Of another replicate.
    anew();
    fs::copy(copy.join("0002.json"), copy.join("0001.json")).unwrap();
    fs::copy(copy.join("0002.state"), copy.join("0001.state")).unwrap();
    expect(&["it is of replicate 2"]);
    // Cut, altered, missing.
    anew();
    let state = fs::read(copy.join("0002.state")).unwrap();
    fs::write(copy.join("0002.state"), &state[..state.len() - 1]).unwrap();
    expect(&["0002.state", "its record says"]);
    let mut altered = state.clone();
    altered[state.len() / 2] ^= 4;
    fs::write(copy.join("0002.state"), &altered).unwrap();
    expect(&["0002.state", "SHA-256 differs"]);
    fs::remove_file(copy.join("0002.state")).unwrap();
    expect(&["0002.state"]);
    anew();
    fs::write(copy.join("0001.json"), "{}").unwrap();
    expect(&["0001.json", "no record of a state"]);
    anew();
    fs::remove_file(copy.join("scenario.toml")).unwrap();
    expect(&["scenario.toml"]);
    refuses(
        &with(&["--from-checkpoint", "nowhere", "--out", "refused"]),
        base,
        &["nowhere", "there is no such folder"],
    );
    for date in ["2031-02-28", "2031-08-31", "2040-01-01"] {
        let words = ["no state can be saved", "from 2031-03-01 to 2031-08-30"];
        refuses(&with(&["--checkpoint", date, "--out", "refused"]), base, &words);
    }
}

#[cfg(unix)]
#[test]
fn a_run_that_is_killed_goes_on_from_its_states() {
    use std::time::{Duration, Instant};

    let base = tempfile::tempdir().unwrap();
    let base = base.path();
    let long = ["run", "baseline", "--scale", "0.02", "--replicates", "2", "--threads", "1", "--no-charts", "--quiet"];
    let saving = [&long[..], &["--checkpoint", "2023-06-30", "--checkpoint", "2024-12-31", "--out", "o"]].concat();
    let mut child = Command::new(env!("CARGO_BIN_EXE_antesala")).args(&saving).current_dir(base).spawn().unwrap();
    let start = Instant::now();
    let first = base.join(".o.partial/checkpoints/2023-06-30/0001.json");
    while !first.exists() {
        assert!(start.elapsed() < Duration::from_secs(120), "no state was saved");
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!base.join("o").exists());
    let written = fs::metadata(&first).unwrap().modified().unwrap();
    ok(&[&saving[..], &["--resume"]].concat(), base);
    let kept = fs::metadata(base.join("o/checkpoints/2023-06-30/0001.json")).unwrap().modified().unwrap();
    assert_eq!(written, kept, "the first state was made anew");
    assert!(!base.join(".o.partial").exists());
    ok(&[&long[..], &["--out", "whole"]].concat(), base);
    assert_same(&base.join("whole"), &base.join("o"));
}
