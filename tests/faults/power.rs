//! Power that is lost: what a disk has for certain is what was brought there. Every file and folder is, before the
//! output gets its name, and the name is, before what it replaced goes away.
//!
//! The calls of the program are read from strace; a disk may put off everything else as long as it likes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::desk::{Desk, PROGRAM, said, there_is};

/// A call that changes the disk, or makes a change last.
#[derive(Debug, Clone, PartialEq)]
enum Call {
    /// A file is written to, or a folder gets, loses or renames what is in it.
    Changes(PathBuf),
    /// A file or folder is brought to disk.
    Syncs(PathBuf),
    /// A file or folder gets another name; whether two change places.
    Renames(PathBuf, PathBuf, bool),
    Removes(PathBuf),
}

const TRACED: &str = "trace=open,openat,creat,write,pwrite64,writev,ftruncate,mkdir,mkdirat,rename,renameat,renameat2,\
    unlink,unlinkat,rmdir,fsync,fdatasync,link,linkat,symlink,symlinkat,fallocate,copy_file_range,sendfile";

/// The calls of a command, in order.
fn calls(desk: &Desk, args: &[&str]) -> Vec<Call> {
    let traces = tempfile::tempdir().unwrap();
    let trace = traces.path().join("t");
    let mut command = Command::new("strace");
    command.args(["-ff", "-ttt", "-y", "-qqq", "-s", "0", "-e", TRACED, "-o"]).arg(&trace).arg(PROGRAM).args(args);
    let output = command.current_dir(desk.folder()).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let mut lines: Vec<(f64, String)> = Vec::new();
    for entry in fs::read_dir(traces.path()).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let line = |line: &str| Some((line.split_once(' ')?.0.parse().ok()?, line.split_once(' ')?.1.to_string()));
        lines.extend(text.lines().filter_map(line));
    }
    lines.sort_by(|a, b| a.0.total_cmp(&b.0));
    let here = desk.folder().canonicalize().unwrap();
    lines.iter().flat_map(|(_, line)| read(line, &here)).collect()
}

/// What a line of a trace did, in a folder.
fn read(line: &str, here: &Path) -> Vec<Call> {
    let Some((name, rest)) = line.split_once('(') else { return Vec::new() };
    let Some((arguments, result)) = rest.rsplit_once(" = ") else { return Vec::new() };
    if result.starts_with('-') || result.starts_with('?') {
        return Vec::new();
    }
    // Of files that are open `-y` gives the path, and of those named the name stands in quotes.
    let open = |text: &str| Some(PathBuf::from(text.split_once('<')?.1.split_once('>')?.0));
    let named: Vec<PathBuf> = arguments.split('"').skip(1).step_by(2).map(|text| here.join(text)).collect();
    let at = |i: usize| -> PathBuf {
        // A name may be relative to a folder that is open.
        let base = arguments.split('"').nth(2 * i).and_then(|before| open(before.rsplit(", ").nth(1)?));
        let text = arguments.split('"').nth(2 * i + 1).unwrap_or_default();
        base.unwrap_or_else(|| here.into()).join(text)
    };
    let parent = |path: &Path| Call::Changes(path.parent().unwrap_or(path).into());
    let calls = match name {
        "open" | "openat" | "creat" if name == "creat" || arguments.contains("O_CREAT") => {
            vec![Call::Changes(at(0)), parent(&at(0))]
        }
        "mkdir" | "mkdirat" => vec![Call::Changes(at(0)), parent(&at(0))],
        "write" | "pwrite64" | "writev" | "ftruncate" | "fallocate" => {
            open(arguments).map(Call::Changes).into_iter().collect()
        }
        "fsync" | "fdatasync" => open(arguments).map(Call::Syncs).into_iter().collect(),
        "rename" | "renameat" | "renameat2" => {
            vec![Call::Renames(named[0].clone(), named[1].clone(), arguments.contains("RENAME_EXCHANGE"))]
        }
        "unlink" | "rmdir" | "unlinkat" => vec![Call::Removes(at(0))],
        "link" | "linkat" | "symlink" | "symlinkat" | "copy_file_range" | "sendfile" => {
            panic!("nothing is known of `{name}` here: {line}")
        }
        _ => Vec::new(),
    };
    let of_here = |call: &Call| match call {
        Call::Changes(path) | Call::Syncs(path) | Call::Removes(path) => path.starts_with(here),
        Call::Renames(_, to, _) => to.starts_with(here),
    };
    calls.into_iter().filter(of_here).collect()
}

/// A file or folder that gets its name for good.
fn is_hidden(path: &Path) -> bool {
    path.components().any(|c| {
        let name = c.as_os_str().to_string_lossy();
        (name.starts_with('.') && (name.ends_with(".partial") || name.contains(".remains"))) || name.ends_with(".part")
    })
}

/// Asserts that whatever gets its name for good is on disk by then, and that its name is before anything is removed
/// that it replaced; gives what got its name.
fn assert_lasting(calls: &[Call], desk: &Desk) -> Vec<PathBuf> {
    let here = desk.folder().canonicalize().unwrap();
    // Changed, and when last; brought to disk, and when last.
    let (mut changed, mut synced): (BTreeMap<&Path, usize>, BTreeMap<&Path, usize>) = Default::default();
    let mut named = Vec::new();
    for (when, call) in calls.iter().enumerate() {
        match call {
            Call::Changes(path) => drop(changed.insert(path, when)),
            Call::Syncs(path) => drop(synced.insert(path, when)),
            Call::Removes(path) => {
                changed.insert(path.parent().unwrap(), when);
                // What is removed bit by bit is what was replaced: the new name has to be on disk.
                if path.components().any(|c| c.as_os_str().to_string_lossy().contains(".remains")) {
                    let (at, to): &(usize, PathBuf) = named.last().expect("something was replaced");
                    let parent = to.parent().unwrap();
                    assert!(
                        synced.get(parent) > Some(at),
                        "{} goes before the name of {}",
                        path.display(),
                        to.display()
                    );
                }
            }
            Call::Renames(from, to, _) => {
                let within = |path: &&Path| path.starts_with(from);
                if !is_hidden(to) {
                    for (path, changed) in changed.iter().filter(|(path, _)| within(path)) {
                        let is_there = to.join(path.strip_prefix(from).unwrap());
                        assert!(
                            synced.get(path) > Some(changed),
                            "{} was not on disk when {} got its name",
                            path.display(),
                            is_there.display()
                        );
                    }
                    assert!(changed.keys().any(within), "nothing is known of {}", from.display());
                    named.push((when, to.clone()));
                }
                changed.retain(|path, _| !path.starts_with(from));
            }
        }
    }
    for (when, to) in &named {
        let parent = to.parent().unwrap();
        assert!(synced.get(parent) > Some(when), "the name {} was not brought to disk", to.display());
        // Folders made on the way as well.
        let made = |above: &&Path| calls.contains(&Call::Changes(above.to_path_buf())) && **above != here;
        for above in parent.ancestors().take_while(made).filter_map(Path::parent) {
            let after = calls.iter().position(|call| *call == Call::Changes(above.into()));
            assert!(
                after.is_none() || synced.get(above).copied() > after,
                "{} was not brought to disk",
                above.display()
            );
        }
    }
    named.into_iter().map(|(_, to)| to.strip_prefix(&here).unwrap().to_path_buf()).collect()
}

#[test]
fn what_gets_its_name_is_on_disk_before() {
    if !there_is("strace", &["-qq", "true"], "what is brought to disk, and when") {
        return;
    }
    let desk = Desk::new();
    let run = ["run", "s.toml", "--replicates", "2", "--quiet", "--force", "--out", "new/folders/o"];
    let shard = |name: &str| ["parquet", "done.json"].map(|ending| format!("s/shards/{name}.{ending}"));
    let merged = ["metrics.parquet", "metrics.csv", "datapackage.json", "ro-crate-metadata.json", "run.json"];
    for (args, expected) in [
        (&run[..], vec!["new/folders/o".to_string()]),
        // Over the one that is there.
        (&run, vec!["new/folders/o".to_string()]),
        (&["compare", "s.toml", "more.toml", "--replicates", "2", "--quiet", "--out", "c"], vec!["c".to_string()]),
        (&["sweep", "plan", "d.toml", "--quiet", "--out", "s"], vec!["s".to_string()]),
        (&["sweep", "run", "s", "--quiet"], shard("shard-0000").to_vec()),
        (&["sweep", "merge", "s", "--quiet"], merged.map(|name| format!("s/{name}")).to_vec()),
        (&["analyze", "s", "--quiet"], vec!["s/analysis".to_string()]),
        (&["report", "c", "--quiet", "--out", "page.html"], vec!["page.html".to_string()]),
        (&["new", "q"], vec!["q.toml".to_string()]),
    ] {
        let calls = calls(&desk, args);
        let named = assert_lasting(&calls, &desk);
        assert_eq!(named, expected.iter().map(PathBuf::from).collect::<Vec<_>>(), "{args:?}");
        let syncs = calls.iter().filter(|call| matches!(call, Call::Syncs(_))).count();
        println!("{}: {syncs} brought to disk, {} names given after that", args[..2].join(" "), named.len());
    }
}
