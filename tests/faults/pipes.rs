//! Nobody listens, or nobody can: pipes closed early, standard streams closed or full. A closed pipe is a quiet end;
//! results that could not be told are a failure; files are written all the same.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Output, Stdio};

use crate::desk::{Desk, PROGRAM, assert_whole, said};

/// Commands that write to standard output.
const TELLERS: [&[&str]; 10] = [
    &["list"],
    &["schema"],
    &["params", "describe", "--json"],
    &["check", "s.toml"],
    &["--help"],
    &["--version"],
    &["sweep", "status", "planned"],
    &["sweep", "retry", "planned"],
    &["run", "s.toml", "--batch", "points"],
    &["new", "q"],
];

fn desk() -> Desk {
    let desk = Desk::new();
    desk.ok(&["sweep", "plan", "d.toml", "--quiet", "--out", "planned"]);
    let points: String = (0..200).map(|i| format!("{{\"id\": {i}, \"replicates\": 1}}\n")).collect();
    desk.write("points", points);
    desk
}

/// Runs a line of a shell in which `$antesala` is the program.
fn shell(desk: &Desk, line: &str) -> Output {
    let mut command = Command::new("bash");
    command.args(["-c", line]).current_dir(desk.folder()).env("antesala", PROGRAM).env("NO_COLOR", "1");
    command.output().unwrap()
}

#[test]
fn a_pipe_closed_early_is_a_quiet_end() {
    let desk = desk();
    for args in TELLERS {
        let _ = fs::remove_file(desk.at("q.toml"));
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = desk.command(args).stdout(writer).output().unwrap();
        assert_eq!((output.status.code(), said(&output)), (Some(0), String::new()), "{args:?}");
    }
    for (line, first) in [
        ("$antesala params describe --json | head -1", "["),
        ("$antesala run s.toml --batch points | head -1", "{\"id\":0,"),
        ("$antesala run s.toml --batch - < points | head -1", "{\"id\":0,"),
        ("$antesala list | true", ""),
    ] {
        let output = shell(&desk, &format!("set -o pipefail; {line}"));
        assert_eq!((output.status.code(), said(&output)), (Some(0), String::new()), "{line}");
        assert!(String::from_utf8_lossy(&output.stdout).starts_with(first), "{line}");
    }
}

/// A reader that takes its time gets everything, and one that goes away in the middle ends it.
#[test]
fn a_slow_reader_gets_every_answer_or_ends_it() {
    let desk = desk();
    let args = ["run", "s.toml", "--batch", "points", "--metric", "*"];
    let whole = desk.call(&args);
    assert!(whole.status.success() && whole.stdout.len() > 200_000, "{} bytes", whole.stdout.len());
    let mut child = desk.command(&args).stdout(Stdio::piped()).spawn().unwrap();
    let (mut out, mut found, mut block) = (child.stdout.take().unwrap(), Vec::new(), [0; 1 << 14]);
    loop {
        match out.read(&mut block).unwrap() {
            0 => break,
            n => found.extend_from_slice(&block[..n]),
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    assert!(child.wait().unwrap().success() && found == whole.stdout);
    let mut child = desk.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    let mut line = Vec::new();
    for _ in 0..3 {
        reader.read_until(b'\n', &mut line).unwrap();
    }
    drop(reader);
    assert!(whole.stdout.starts_with(&line));
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), said(&output)), (Some(0), String::new()));
}

#[test]
fn standard_output_that_is_full_is_a_failure_and_files_are_whole() {
    let desk = desk();
    let full = || fs::File::options().write(true).open("/dev/full").unwrap();
    for args in TELLERS {
        let _ = fs::remove_file(desk.at("q.toml"));
        let output = desk.command(args).stdout(full()).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{args:?}: {}", said(&output));
        assert!(
            said(&output).contains("cannot write to standard output: No space left"),
            "{args:?}: {}",
            said(&output)
        );
    }
    let run = ["run", "s.toml", "--replicates", "1", "--no-charts", "--out"];
    for (out, stdout, stderr, status) in [("a", true, false, 1), ("b", false, true, 0), ("c", true, true, 1)] {
        let mut command = desk.command(&[&run[..], &[out]].concat());
        command.stdout(if stdout { full().into() } else { Stdio::null() });
        command.stderr(if stderr { full().into() } else { Stdio::null() });
        assert_eq!(command.status().unwrap().code(), Some(status), "{out}");
        assert_whole(&desk.at(out));
    }
}

#[test]
fn streams_that_are_closed_change_nothing_that_is_written() {
    let desk = desk();
    for (i, closed) in ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"].iter().enumerate() {
        let line = format!("$antesala run s.toml --replicates 1 --no-charts --out r{i} {closed}");
        assert_eq!(shell(&desk, &line).status.code(), Some(0), "{line}");
        assert_whole(&desk.at(&format!("r{i}")));
        // What is wrong is told by the status.
        assert_eq!(shell(&desk, &format!("{line} --replicates 0")).status.code(), Some(2), "{closed}");
    }
    let output = shell(&desk, "$antesala run s.toml --batch - <&-");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0), "no point, no answer: {}", said(&output));
}
