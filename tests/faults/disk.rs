//! Disks that are full, fail or may only be read, and things in the way: a clear message, exit status 1, and nothing
//! half written, for every command that writes.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use crate::desk::{Desk, Files, PROGRAM, files, names, rounds, said, there_is};

/// Every command that writes, into `out` unless it writes where it reads; its inputs lie in the working folder.
const WRITERS: [(&str, &[&str]); 12] = [
    ("run", &["run", "s.toml", "--replicates", "2", "--quiet", "--out", "out/o"]),
    ("run in parquet", &["run", "s.toml", "--format", "parquet", "--no-charts", "--quiet", "--out", "out/o"]),
    ("compare", &["compare", "s.toml", "more.toml", "--replicates", "2", "--no-charts", "--quiet", "--out", "out/o"]),
    ("validate", &["validate", "tutorial", "--replicates", "1", "--no-charts", "--quiet", "--out", "out/o"]),
    ("calibrate", &["calibrate", "tutorial", "--waves", "8", "--draws", "4", "--quiet", "--out", "out/o"]),
    ("sweep plan", &["sweep", "plan", "d.toml", "--quiet", "--out", "out/o"]),
    ("sweep all", &["sweep", "all", "d.toml", "--quiet", "--out", "out/o"]),
    ("sweep run", &["sweep", "run", "out/planned", "--quiet"]),
    ("sweep merge", &["sweep", "merge", "out/done", "--quiet"]),
    ("sweep export", &["sweep", "export", "slurm", "out/done"]),
    ("analyze", &["analyze", "merged", "--no-charts", "--resamples", "20", "--quiet", "--out", "out/o"]),
    ("report", &["report", "ran", "--quiet", "--out", "out/o.html"]),
];

/// A desk where all of them have what they read.
fn desk() -> Desk {
    let desk = Desk::new();
    fs::create_dir(desk.at("out")).unwrap();
    desk.ok(&["run", "s.toml", "--replicates", "1", "--no-charts", "--quiet", "--out", "ran"]);
    for sweep in ["out/planned", "out/done", "merged"] {
        desk.ok(&["sweep", "plan", "d.toml", "--quiet", "--out", sweep]);
    }
    for sweep in ["out/done", "merged"] {
        desk.ok(&["sweep", "run", sweep, "--quiet"]);
    }
    desk.ok(&["sweep", "merge", "merged", "--quiet"]);
    desk
}

/// What may be left where a command failed: what was there, and what the next one goes on with.
fn assert_nothing_half_written(what: &str, before: &Files, after: &Files) {
    // Replicates and runs, and scripts that were written before the one that failed; a sweep of one command is planned.
    let going_on = |path: &Path| {
        let text = path.to_string_lossy();
        let kept = text.starts_with(".o.partial/replicates/") || text.contains("shards/shard-");
        kept || text == ".o.partial/lock" || text.contains("slurm/") || (what == "sweep all" && text.starts_with("o/"))
    };
    for (path, bytes) in before {
        assert!(after.get(path) == Some(bytes), "{what}: {} is not as it was", path.display());
    }
    for path in after.keys().filter(|path| !before.contains_key(*path)) {
        assert!(going_on(path), "{what}: {} is left", path.display());
    }
}

/// A shell in a name space of its own, where file systems can be mounted that nobody else sees.
fn own_mounts(script: &str, arguments: &[&str], folder: &Path) -> Option<Output> {
    let ways: [&[&str]; 2] = [&["-m"], &["-rm"]];
    let way = ways.into_iter().find(|way| {
        let tried = Command::new("unshare").args(*way).args(["sh", "-c", "mount -t tmpfs tmpfs /mnt"]).output();
        tried.is_ok_and(|output| output.status.success())
    })?;
    let mut command = Command::new("unshare");
    command.args(way).args(["sh", "-c", script, "sh"]).args(arguments).current_dir(folder).env("NO_COLOR", "1");
    Some(command.output().unwrap())
}

/// On a disk with so much room, in KiB, as a command finds it: what it said and left.
fn on_a_small_disk(desk: &Desk, room: usize, args: &[&str]) -> Option<(Output, Files, Files)> {
    // What is in `out` moves to a disk of memory; then that is filled up, and what is left of it comes back at the end.
    let script = "room=$1; shift; cp -r out /tmp/$$ && mount -t tmpfs -o size=24m tmpfs out && cp -r /tmp/$$/. out && rm -r /tmp/$$ &&\
        free=$(df -k --output=avail out | tail -1) && head -c $(( (free - room) * 1024 )) /dev/zero > out/filler || exit 99\n\
        \"$@\"; status=$?\nrm out/filler; mkdir -p after; cp -r out/. after; exit $status";
    let before = files(&desk.at("out"));
    if desk.at("after").exists() {
        fs::remove_dir_all(desk.at("after")).unwrap();
    }
    let room = room.to_string();
    let output = own_mounts(script, &[&[room.as_str(), PROGRAM], args].concat(), desk.folder())?;
    assert_ne!(output.status.code(), Some(99), "{}", said(&output));
    Some((output, before, files(&desk.at("after"))))
}

#[test]
fn a_disk_that_fills_up_is_said_and_leaves_nothing_half_written() {
    let desk = desk();
    let rooms = if rounds() > 20 { vec![0, 1, 4, 8, 16, 32, 64, 128, 256, 512] } else { vec![0, 12, 60] };
    for (what, args) in WRITERS {
        let mut full = 0;
        for room in &rooms {
            let Some((output, before, after)) = on_a_small_disk(&desk, *room, args) else {
                println!("skipped, as nothing can be mounted here: a disk that fills up");
                return;
            };
            if output.status.success() {
                continue;
            }
            full += 1;
            let said = said(&output);
            assert_eq!(output.status.code(), Some(1), "{what}, {room} KiB: {said}");
            assert!(said.contains("No space left on device") && said.contains("make room"), "{what}: {said}");
            assert_nothing_half_written(what, &before, &after);
        }
        assert!(full > 0, "{what} never found the disk full");
        println!("{what}: the disk was full in {full} of {}", rooms.len());
    }
}

#[test]
fn a_disk_that_may_only_be_read_is_said() {
    let desk = desk();
    let before = files(desk.folder());
    let script = "mount --bind out out && mount -o remount,bind,ro out || exit 99\nexec \"$@\"";
    for (what, args) in WRITERS {
        let Some(output) = own_mounts(script, &[&[PROGRAM], args].concat(), desk.folder()) else {
            println!("skipped, as nothing can be mounted here: a disk that may only be read");
            return;
        };
        let said = said(&output);
        assert_eq!(output.status.code(), Some(1), "{what}: {said}");
        assert!(said.contains("Read-only file system") && said.contains("out"), "{what}: {said}");
        assert!(files(desk.folder()) == before, "{what}");
    }
}

#[test]
fn a_folder_of_somebody_else_is_said() {
    let desk = desk();
    // Others may read everything here, and write nowhere.
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    mode(desk.folder(), 0o755);
    let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups", "--"];
    let root = rustix::process::geteuid().is_root();
    if root && !there_is("setpriv", &[&nobody[..], &[PROGRAM, "--version"]].concat(), "a folder of somebody else") {
        return;
    }
    if !root {
        mode(&desk.at("out"), 0o555);
    }
    let before = files(desk.folder());
    for (what, args) in WRITERS {
        // Of a sweep that is there its owner may still write to its folders.
        if !root && args[1..].iter().any(|arg| arg.starts_with("out/planned") || arg.starts_with("out/done")) {
            continue;
        }
        let mut command = Command::new(if root { "setpriv" } else { PROGRAM });
        if root {
            command.args(nobody).arg(PROGRAM);
        }
        let output = command.args(args).current_dir(desk.folder()).env("NO_COLOR", "1").output().unwrap();
        let said = said(&output);
        assert_eq!(output.status.code(), Some(1), "{what}: {said}");
        assert!(said.contains("Permission denied") && said.contains("out"), "{what}: {said}");
        assert!(files(desk.folder()) == before, "{what}");
    }
    mode(&desk.at("out"), 0o755);
}

#[test]
fn a_file_in_the_way_is_said_and_stays() {
    let desk = desk();
    desk.write("file", "mine");
    let folders = |(_, args): &(&str, &[&str])| args.contains(&"out/o");
    for (what, args) in WRITERS.into_iter().filter(folders) {
        let to =
            |out: &'static str| args.iter().map(|arg| if *arg == "out/o" { out } else { *arg }).collect::<Vec<_>>();
        for (args, status, words) in [
            (to("file"), 2, "exists already"),
            ([to("file"), vec!["--force"]].concat(), 2, "it is a file"),
            (to("file/o"), 1, "file"),
            (to("file/o/deeper"), 1, "file"),
        ] {
            let output = desk.call(&args);
            let said = said(&output);
            assert_eq!(output.status.code(), Some(status), "{what}: {said}");
            assert!(said.contains(words), "{what}: {said}");
            assert_eq!(fs::read(desk.at("file")).unwrap(), b"mine", "{what}");
            assert!(!names(desk.folder()).iter().any(|name| name.starts_with('.')), "{what}");
        }
    }
    let report = |out| desk.call(&["report", "ran", "--quiet", "--out", out]);
    for (out, words) in
        [("file", "is no page of this program"), ("file/o.html", "is no folder"), ("out", "no plain file")]
    {
        let output = report(out);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains(words), "{}", said(&output));
    }
    // A folder where a file is to be.
    fs::create_dir(desk.at("q.toml")).unwrap();
    let output = desk.call(&["new", "q"]);
    assert!(output.status.code() == Some(2) && said(&output).contains("exists"), "{}", said(&output));
}

/// What fails of itself: the k-th call to bring a file or folder to disk, or to move the output in.
#[test]
fn a_disk_that_fails_leaves_what_was_there() {
    if !there_is("strace", &["-qq", "true"], "a disk that fails") {
        return;
    }
    let desk = Desk::new();
    let run = |seed: &'static str| {
        ["run", "s.toml", "--replicates", "1", "--no-charts", "--quiet", "--force", "--out", "o", "--seed", seed]
    };
    desk.ok(&run("1"));
    let before = files(&desk.at("o"));
    let mut failed = 0;
    for k in (1..).step_by(if rounds() > 20 { 1 } else { 5 }) {
        let output = desk.injected("fsync", "error=EIO", k, &run("2")).output().unwrap();
        let said = said(&output);
        if output.status.success() {
            // After the folder was moved in it is a note, and the run is done.
            assert!(files(&desk.at("o")) != before);
            break;
        }
        failed += 1;
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("cannot write") && said.contains("Input/output error"), "{said}");
        assert!(files(&desk.at("o")) == before && desk.names() == ["d.toml", "more.toml", "o", "s.toml"]);
    }
    assert!(failed > 2);
}
