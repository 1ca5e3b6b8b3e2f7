//! Sweeps killed at any moment: shards go on to the same bytes, and a merge is never taken for what it is not.

use std::fs;
use std::path::Path;
use std::process::Output;
use std::time::Duration;

use crate::desk::{Chance, Desk, ends, ends_unless, files, names, rounds, said};

const TABLES: [&str; 2] = ["metrics.csv", "metrics.parquet"];

fn plan(desk: &Desk, shards: &str, out: &str) {
    desk.ok(&["sweep", "plan", "d.toml", "--shards", shards, "--quiet", "--out", out]);
}

fn tables(folder: &Path) -> Vec<Option<Vec<u8>>> {
    TABLES.iter().map(|table| fs::read(folder.join(table)).ok()).collect()
}

fn merged(desk: &Desk, out: &str) -> Vec<Option<Vec<u8>>> {
    desk.ok(&["sweep", "merge", out, "--quiet"]);
    tables(&desk.at(out))
}

/// The merged tables of a sweep run in one go in one shard on one thread, and how long that takes.
fn reference(desk: &Desk) -> (Vec<Option<Vec<u8>>>, Duration) {
    plan(desk, "1", "one");
    let whole = desk.time(&["sweep", "run", "one", "--threads", "1", "--quiet"]);
    (merged(desk, "one"), whole)
}

#[test]
fn shards_killed_at_any_moment_go_on_to_the_same_bytes() {
    let desk = Desk::new();
    let (expected, whole) = reference(&desk);
    let args = ["sweep", "run", "s", "--threads", "2", "--quiet"];
    let (mut chance, mut kills, mut sweeps) = (Chance(5), 0, 0);
    while kills < rounds() {
        plan(&desk, "6", "s");
        // Longer lives as they become more, so that it ends on a busy machine too.
        for life in 1.. {
            let mut child = desk.start(&args);
            let status = ends_unless(&mut child, chance.within(whole.mul_f64(f64::from(life) / 8.0)));
            if let Some(status) = status {
                assert!(status.success(), "{status}");
                break;
            }
            child.kill().unwrap();
            kills += 1;
            if ends(&mut child).success() {
                break;
            }
        }
        assert!(merged(&desk, "s") == expected);
        let left = names(&desk.at("s/shards"));
        assert!(left.iter().all(|name| name.ends_with(".parquet") || name.ends_with(".done.json")), "{left:?}");
        fs::remove_dir_all(desk.at("s")).unwrap();
        sweeps += 1;
    }
    println!("sweep run: {kills} kills of {sweeps} sweeps that were resumed to the same bytes");
}

/// Each file is the old one or the new one, and where they do not go together, nobody reads them.
#[test]
fn a_merge_killed_at_any_moment_is_done_again() {
    let desk = Desk::new();
    plan(&desk, "3", "s");
    for shard in ["0/3", "2/3"] {
        desk.ok(&["sweep", "run", "s", "--shard", shard, "--quiet"]);
    }
    desk.ok(&["sweep", "merge", "s", "--allow-missing", "--quiet"]);
    let before = files(&desk.at("s"));
    let part = tables(&desk.at("s"));
    desk.ok(&["sweep", "run", "s", "--quiet"]);
    let shards: Vec<_> = files(&desk.at("s/shards")).into_iter().collect();
    let merge = ["sweep", "merge", "s", "--quiet"];
    let whole = desk.time(&merge);
    let expected = tables(&desk.at("s"));
    assert!(part != expected);
    let (mut chance, mut mixed) = (Chance(7), 0);
    for _ in 0..rounds() {
        fs::remove_dir_all(desk.at("s")).unwrap();
        let all = before.iter().map(|(path, bytes)| (desk.at("s").join(path), bytes));
        let all = all.chain(shards.iter().map(|(path, bytes)| (desk.at("s/shards").join(path), bytes)));
        for (path, bytes) in all {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        let mut child = desk.start(&merge);
        ends_unless(&mut child, chance.within(whole.mul_f64(1.2)));
        child.kill().unwrap();
        ends(&mut child);
        let found = tables(&desk.at("s"));
        for ((found, part), whole) in found.iter().zip(&part).zip(&expected) {
            assert!(found == part || found == whole);
        }
        let read: Output = desk.call(&["analyze", "s", "--resamples", "1", "--no-charts", "--quiet", "--force"]);
        let agree = found == part || found == expected;
        match read.status.code() {
            Some(0) => assert!(agree),
            Some(1) => assert!(said(&read).contains("merge again"), "{}", said(&read)),
            other => panic!("{other:?}: {}", said(&read)),
        }
        mixed += usize::from(read.status.code() == Some(1));
        assert!(merged(&desk, "s") == expected);
        desk.ok(&["analyze", "s", "--resamples", "1", "--no-charts", "--quiet", "--force"]);
        assert!(!names(&desk.at("s")).iter().any(|name| name.starts_with('.')));
    }
    println!("sweep merge: {} kills, {mixed} of them between two files", rounds());
}
