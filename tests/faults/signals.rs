//! SIGINT and SIGTERM at any moment: the end comes within two seconds, what is complete is kept, nothing is left half
//! written, and going on gives the same bytes.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::desk::{Chance, Desk, Files, HANGS, assert_whole, ends, ends_unless, files, is_long, results, rounds, send};

/// What is promised.
const AT_MOST: Duration = Duration::from_secs(2);

/// Commands that listen to signals, each writing to `o`, with how it goes on and what is needed before.
const COMMANDS: [(&str, &[&str], &[&str]); 8] = [
    ("run", &["run", "s.toml", "--replicates", "4", "--quiet", "--out", "o"], &["--resume"]),
    ("compare", &["compare", "s.toml", "more.toml", "--replicates", "3", "--quiet", "--out", "o"], &["--resume"]),
    ("validate", &["validate", "tutorial", "--replicates", "2", "--quiet", "--out", "o"], &[]),
    (
        "calibrate",
        &["calibrate", "tutorial", "--waves", "16,16", "--draws", "8", "--quiet", "--out", "o"],
        &["--resume"],
    ),
    ("sweep plan", &["sweep", "plan", "d.toml", "--quiet", "--out", "o"], &[]),
    ("sweep run", &["sweep", "run", "planned", "--quiet"], &[]),
    ("analyze", &["analyze", "merged", "--resamples", "500", "--quiet", "--out", "o"], &[]),
    ("report", &["report", "ran", "--quiet", "--out", "o.html"], &[]),
];

/// The status that a signal gives: as the program says it, or the system of one that had not begun to listen.
fn is_of(status: ExitStatus, signal: Signal) -> bool {
    status.code() == Some(128 + signal.as_raw()) || status.signal() == Some(signal.as_raw())
}

/// What a command writes.
fn written(desk: &Desk, command: &str) -> Files {
    match command {
        "sweep run" => files(&desk.at("planned/shards")),
        "report" => files(desk.folder()).into_iter().filter(|(path, _)| path.as_os_str() == "o.html").collect(),
        _ => results(&desk.at("o")),
    }
}

/// Takes away what a command wrote.
fn clear(desk: &Desk) {
    for name in desk.names().iter().filter(|name| name.trim_start_matches('.').starts_with("o.") || *name == "o") {
        let path = desk.at(name);
        if path.is_dir() { fs::remove_dir_all(path).unwrap() } else { fs::remove_file(path).unwrap() }
    }
    if desk.at("planned").exists() {
        fs::remove_dir_all(desk.at("planned")).unwrap();
    }
    desk.ok(&["sweep", "plan", "d.toml", "--shards", "3", "--quiet", "--out", "planned"]);
}

fn desk() -> Desk {
    let desk = Desk::new();
    desk.ok(&["run", "s.toml", "--replicates", "2", "--no-charts", "--quiet", "--out", "ran"]);
    desk.ok(&["sweep", "plan", "d.toml", "--quiet", "--out", "merged"]);
    desk.ok(&["sweep", "run", "merged", "--quiet"]);
    desk.ok(&["sweep", "merge", "merged", "--quiet"]);
    desk
}

#[test]
fn a_signal_at_any_moment_ends_every_command_and_it_goes_on_to_the_same_bytes() {
    let desk = desk();
    let mut chance = Chance(11);
    for (command, args, on) in COMMANDS {
        clear(&desk);
        let whole = desk.time(args);
        let expected = written(&desk, command);
        assert!(!expected.is_empty());
        let (mut longest, mut stopped, mut late, mut kept) = (Duration::ZERO, 0, 0, 0);
        for round in 0..(rounds() / 4).max(1) {
            clear(&desk);
            let signal = [Signal::INT, Signal::TERM][round % 2];
            let mut child = desk.start(args);
            ends_unless(&mut child, chance.within(whole.mul_f64(1.05)));
            send(&mut child, signal);
            let sent = Instant::now();
            let status = ends(&mut child);
            longest = longest.max(sent.elapsed());
            if status.success() {
                // It came when all was done.
                late += 1;
                assert!(written(&desk, command) == expected, "{command}");
                continue;
            }
            assert!(is_of(status, signal), "{command}: {status}");
            stopped += 1;
            // One that came to its last step before it heard may have taken it.
            let left = written(&desk, command);
            if command != "sweep run" {
                assert!(left.is_empty() || left == expected, "{command}: {:?}", left.keys());
            }
            if !left.is_empty() && desk.at("o/run.json").exists() {
                assert_whole(&desk.at("o"));
                continue;
            }
            kept += usize::from(desk.at(".o.partial/replicates").exists());
            desk.ok(&[args, on].concat());
            assert!(written(&desk, command) == expected, "{command}");
            assert!(!desk.names().iter().any(|name| name.starts_with(".o")), "{command}: {:?}", desk.names());
        }
        println!("{command}: {stopped} stopped, {kept} with something kept, {late} done; {longest:.2?} at the longest");
        // Two seconds are promised; a machine that does much else may take longer to notice.
        assert!(longest < if is_long() { AT_MOST } else { 5 * AT_MOST }, "{command} took {longest:?}");
    }
}

#[test]
fn a_sweep_of_one_command_is_stopped_with_what_to_do_next() {
    let desk = Desk::new();
    let all = ["sweep", "all", "d.toml", "--quiet", "--out", "o"];
    let whole = desk.time(&all);
    let expected = fs::read(desk.at("o/metrics.csv")).unwrap();
    let mut chance = Chance(13);
    for round in 0..(rounds() / 4).max(1) {
        fs::remove_dir_all(desk.at("o")).unwrap();
        let signal = [Signal::INT, Signal::TERM][round % 2];
        let mut child = desk.start(&all);
        ends_unless(&mut child, chance.within(whole));
        send(&mut child, signal);
        let sent = Instant::now();
        let status = ends(&mut child);
        assert!(sent.elapsed() < if is_long() { AT_MOST } else { 5 * AT_MOST });
        assert!(status.success() || is_of(status, signal), "{status}");
        match desk.at("o/manifest.json").exists() {
            false => desk.ok(&all),
            true => {
                for next in [&["sweep", "run", "o", "--quiet"][..], &["sweep", "merge", "o", "--quiet"]] {
                    desk.ok(next);
                }
                desk.ok(&["analyze", "o", "--quiet", "--force"]);
            }
        }
        assert!(fs::read(desk.at("o/metrics.csv")).unwrap() == expected);
        assert_whole(&desk.at("o/analysis"));
    }
}

/// Answers that were given before a signal are whole lines, the same that others get.
#[test]
fn a_batch_is_stopped_between_two_answers() {
    let desk = Desk::new();
    let points: String = (0..40).map(|i| format!("{{\"id\": {i}, \"seed\": {i}, \"replicates\": 2}}\n")).collect();
    desk.write("points", &points);
    let args = ["run", "s.toml", "--batch", "points"];
    let whole = desk.call(&args);
    assert!(whole.status.success());
    let lines: Vec<&[u8]> = whole.stdout.split_inclusive(|byte| *byte == b'\n').collect();
    assert_eq!(lines.len(), 40);
    let time = desk.time(&args);
    let mut chance = Chance(17);
    for round in 0..(rounds() / 2).max(1) {
        let signal = [Signal::INT, Signal::TERM][round % 2];
        let mut child = desk.command(&args).stdout(Stdio::piped()).spawn().unwrap();
        ends_unless(&mut child, chance.within(time));
        send(&mut child, signal);
        let sent = Instant::now();
        let mut found = Vec::new();
        child.stdout.take().unwrap().read_to_end(&mut found).unwrap();
        let status = ends(&mut child);
        assert!(sent.elapsed() < if is_long() { AT_MOST } else { 5 * AT_MOST });
        assert!(status.success() || is_of(status, signal), "{status}");
        assert!(whole.stdout.starts_with(&found) && found.last().is_none_or(|byte| *byte == b'\n'));
    }
    // It waits for a point that does not come.
    let mut command = desk.command(&["run", "s.toml", "--batch", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut points_in = child.stdin.take().unwrap();
    points_in.write_all(b"{\"id\": 0, \"seed\": 0, \"replicates\": 2}\n").unwrap();
    let mut answer = vec![0; lines[0].len()];
    child.stdout.as_mut().unwrap().read_exact(&mut answer).unwrap();
    assert!(answer == lines[0]);
    send(&mut child, Signal::TERM);
    let sent = Instant::now();
    let status = ends(&mut child);
    assert!(is_of(status, Signal::TERM), "{status}");
    assert!(sent.elapsed() < if is_long() { AT_MOST } else { 5 * AT_MOST });
}

/// A pipe that nobody reads from keeps nobody from ending: `antesala run | less`, and `less` is asleep.
#[test]
fn a_reader_that_is_asleep_does_not_keep_it() {
    let desk = Desk::new();
    let long = ["run", "tutorial", "--set", "inflow.factor=4", "--replicates", "40", "--no-charts", "--out", "o"];
    let (_reader, writer) = std::io::pipe().unwrap();
    // Full, so that the next word waits for ever.
    rustix::io::ioctl_fionbio(&writer, true).unwrap();
    while (&writer).write(&[b'x'; 4096]).is_ok() {}
    while (&writer).write(b"x").is_ok() {}
    rustix::io::ioctl_fionbio(&writer, false).unwrap();
    let mut child = desk.command(&long).stdout(Stdio::null()).stderr(writer).spawn().unwrap();
    let begun = Instant::now();
    let kept = || fs::read_dir(desk.at(".o.partial/replicates")).is_ok_and(|mut files| files.next().is_some());
    while !kept() {
        assert!(begun.elapsed() < HANGS && child.try_wait().unwrap().is_none());
        std::thread::sleep(Duration::from_millis(2));
    }
    send(&mut child, Signal::TERM);
    let sent = Instant::now();
    let status = ends(&mut child);
    assert_eq!(status.code(), Some(143));
    assert!(sent.elapsed() < if is_long() { AT_MOST } else { 5 * AT_MOST }, "{:?}", sent.elapsed());
}

#[test]
fn a_second_signal_ends_at_once() {
    let desk = Desk::new();
    let long = ["run", "tutorial", "--set", "inflow.factor=4", "--replicates", "40", "--quiet", "--out", "o"];
    let mut child = desk.start(&long);
    while !desk.at(".o.partial/out").exists() {
        assert!(child.try_wait().unwrap().is_none());
        std::thread::sleep(Duration::from_millis(1));
    }
    send(&mut child, Signal::INT);
    send(&mut child, Signal::TERM);
    let status = ends(&mut child);
    assert!(is_of(status, Signal::INT) || is_of(status, Signal::TERM), "{status}");
    assert!(!desk.at("o").exists());
}
