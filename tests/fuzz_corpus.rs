//! Every input that fuzzing kept, and every one that once did harm, given to what it was given to then
//! (`fuzz/README.md`).

#[path = "support/fuzz_targets/mod.rs"]
mod fuzz_targets;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use fuzz_targets::{TARGETS, target};

/// Folders of inputs by target: those that were kept, those that once did harm.
const KEPT: &str = "fuzz/corpus";
const HARMFUL: &str = "fuzz/crashes";

/// Says which input it was when a target panics.
struct Named<'a>(&'a Path);

impl Drop for Named<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the input is {}", self.0.display());
        }
    }
}

fn entries(folder: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn replay(name: &str, folder: &str) -> usize {
    let attack = target(name).unwrap();
    let inputs = entries(&format!("{folder}/{name}"));
    for input in &inputs {
        let named = Named(input);
        attack(&fs::read(input).unwrap());
        drop(named);
    }
    inputs.len()
}

#[test]
fn every_input_is_answered() {
    for (name, _) in TARGETS {
        assert!(replay(name, KEPT) > 0, "{KEPT}/{name} is empty");
        replay(name, HARMFUL);
    }
    fuzz_targets::tidy();
}

#[test]
fn every_target_has_its_program_and_nothing_else_is_kept() {
    let names: BTreeSet<&str> = TARGETS.map(|(name, _)| name).into();
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/Cargo.toml")).unwrap();
    let built = manifest.lines().filter_map(|line| line.strip_prefix("path = \"fuzz_targets/")?.strip_suffix(".rs\""));
    assert_eq!(names, built.collect());
    for folder in [KEPT, HARMFUL] {
        for path in entries(folder) {
            assert!(names.contains(path.file_name().unwrap().to_str().unwrap()), "{}", path.display());
        }
    }
}
