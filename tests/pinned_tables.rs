//! Every table of small runs of every shipped scenario, of a calibration and of an analysis is pinned by its digest in
//! `tests/golden/results.toml`, and CHANGELOG.md says of every move of them what moved.
//! `UPDATE_GOLDEN=1 cargo test --test pinned_tables` pins them anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use antesala::scenario::scenario_names;
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

const HEAD: &str = "\
# Digests (SHA-256, the first 16 digits) of the tables of small runs, the same on every machine.
# Written by `UPDATE_GOLDEN=1 cargo test --test pinned_tables`; CHANGELOG.md names the id where it moves.
";
const HOW: &str =
    "If they should, run `UPDATE_GOLDEN=1 cargo test --test pinned_tables` and say in CHANGELOG.md what moved and why";

/// By run: digest by table.
type Digests = BTreeMap<String, BTreeMap<String, String>>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn pins() -> PathBuf {
    root().join("tests/golden/results.toml")
}

/// Name and arguments of everything that is pinned.
fn runs() -> Vec<(String, Vec<String>)> {
    let words = |text: &str| text.split_whitespace().map(str::to_string).collect::<Vec<_>>();
    let mut runs: Vec<(String, Vec<String>)> = scenario_names()
        .into_iter()
        .map(|name| {
            let size = match name.as_str() {
                "tutorial" => "--replicates 2 --sample 20",
                "bench/lottery" => "--set inflow.persons=20000",
                _ => "--scale 0.01 --replicates 1",
            };
            let args = words(&format!("run {name} {size} --no-charts --quiet"));
            (name, args)
        })
        .collect();
    let more = [
        (
            "baseline, parameters drawn",
            "run baseline --posterior --scale 0.01 --replicates 3 --no-charts --quiet".into(),
        ),
        ("calibration of the tutorial", "calibrate tutorial --waves 30,30 --draws 8 --quiet".into()),
        ("a sweep of the tutorial", format!("sweep all {} --no-charts --quiet", design().display())),
    ];
    runs.extend(more.into_iter().map(|(name, args): (_, String)| (name.to_string(), words(&args))));
    runs
}

fn design() -> PathBuf {
    root().join("tests/golden/results_design.toml")
}

/// Digests of all tables below a folder, by path, but for copies of the world.
fn tables(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("a folder of the run") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                // What a run was told is no result.
                folders.extend((!path.ends_with("data")).then_some(path));
            } else if path.extension().is_some_and(|e| e == "csv") {
                let name = path.strip_prefix(folder).expect("below").to_string_lossy().replace('\\', "/");
                found.insert(name, digest(&fs::read(&path).expect("a table")));
            }
        }
    }
    found
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Of what is pinned, as it stands in the file.
fn id(digests: &str) -> String {
    digest(digests.as_bytes())[..8].to_string()
}

fn text(digests: &Digests) -> String {
    let mut text = String::new();
    for (run, tables) in digests {
        let _ = writeln!(text, "\n[\"{run}\"]");
        for (table, digest) in tables {
            let _ = writeln!(text, "\"{table}\" = \"{digest}\"");
        }
    }
    text
}

/// Id and digests of the file.
fn pinned() -> (String, Digests) {
    let text = fs::read_to_string(pins()).expect("tests/golden/results.toml");
    let mut table: toml::Table = toml::from_str(&text).expect("TOML");
    let id = table.remove("id").and_then(|id| id.as_str().map(str::to_string)).expect("an id");
    (id, toml::Value::Table(table).try_into().expect("runs, tables and digests"))
}

#[test]
fn tables_are_those_pinned() {
    let folder = tempfile::tempdir().expect("a folder");
    let now: Digests = (runs().into_par_iter().enumerate())
        .map(|(number, (name, args))| {
            let out = folder.path().join(number.to_string());
            let mut command = Command::new(env!("CARGO_BIN_EXE_antesala"));
            let output = command.args(&args).arg("--out").arg(&out).output().expect("the binary runs");
            assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
            (name, tables(&out))
        })
        .collect();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let text = text(&now);
        fs::write(pins(), format!("{HEAD}id = \"{}\"\n{text}", id(&text))).expect("tests/golden can be written");
    }
    let moved = differences(&pinned().1, &now);
    assert!(moved.is_empty(), "results moved:\n{}\n{HOW}", moved.join("\n"));
}

fn differences(was: &Digests, now: &Digests) -> Vec<String> {
    let flat = |digests: &Digests| -> BTreeMap<(String, String), String> {
        let of = |(run, tables): (&String, &BTreeMap<String, String>)| {
            tables.iter().map(|(table, digest)| ((run.clone(), table.clone()), digest.clone())).collect::<Vec<_>>()
        };
        digests.iter().flat_map(of).collect()
    };
    let (was, now) = (flat(was), flat(now));
    let mut all: Vec<_> = was.keys().chain(now.keys()).collect();
    all.sort();
    all.dedup();
    all.into_iter()
        .filter(|key| was.get(*key) != now.get(*key))
        .map(|key| format!("  {}: {} was {:?}, is {:?}", key.0, key.1, was.get(key), now.get(key)))
        .collect()
}

/// Of the newest section of the changelog that names any pins, a line `**Results**` (numbers moved) or `**Tables**` (the
/// same numbers in another form) names those in force.
#[test]
fn the_changelog_says_what_moved_last() {
    let (named, digests) = pinned();
    assert_eq!(named, id(&text(&digests)), "tests/golden/results.toml was changed by hand. {HOW}");
    let changelog = fs::read_to_string(root().join("CHANGELOG.md")).expect("CHANGELOG.md");
    let ids = newest_ids(&changelog);
    assert!(
        ids.contains(&named),
        "CHANGELOG.md has no line that begins with **Results** or **Tables** and ends with (pins {named}); it names {ids:?}"
    );
}

/// Ids named by the lines of the newest section that names any; a line goes on while it is indented.
fn newest_ids(changelog: &str) -> Vec<String> {
    changelog.split("\n## ").map(ids_of).find(|ids| !ids.is_empty()).unwrap_or_default()
}

fn ids_of(section: &str) -> Vec<String> {
    let entries = section.split("\n- ").map(|entry| entry.split("\n\n").next().unwrap_or(entry));
    entries
        .filter(|entry| entry.starts_with("**Results**") || entry.starts_with("**Tables**"))
        .filter_map(|entry| entry.split_once("(pins ")?.1.split_once(')').map(|(id, _)| id.to_string()))
        .collect()
}

#[test]
fn ids_are_found_in_a_changelog() {
    let log = "# Log\n\n## [Unreleased]\n\n- Faster. (pins 00000000)\n\n### Changed\n\n- **Results** of all\n  moved (pins aaaaaaaa).\n\
               - **Results** moved without a name.\n- **Tables** have a column (pins bbbbbbbb).\n\n## [1.0.0]\n\n- **Results** (pins cccccccc)\n";
    assert_eq!(newest_ids(log), ["aaaaaaaa", "bbbbbbbb"]);
    assert_eq!(newest_ids(&log.replace("pins aaaaaaaa", "").replace("pins bbbbbbbb", "")), ["cccccccc"]);
}
