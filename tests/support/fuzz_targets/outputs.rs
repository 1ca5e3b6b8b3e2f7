//! Finished results, as `report` reads them back.
//!
//! What reads checkpoints belongs here too, as `checkpoint`.

use std::path::Path;
use std::sync::LazyLock;
use std::sync::atomic::AtomicBool;

use antesala::experiment::run::Run as Work;
use antesala::record::results::{About, ReadError, Run};
use antesala::record::staged_file::sha256_hex;
use antesala::record::table_writer::TableOptions;
use antesala::scenario::{self, Overrides, Scenario};
use jiff::civil::date;
use serde_json::{Value, json};

use super::{refused, scratch};

/// What `run.json` says of an output.
pub fn run_json(bytes: &[u8]) {
    match About::of_bytes(bytes, Path::new("run.json")) {
        Ok(about) => assert!(about.replicates >= 1 && about.days() >= 1),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// The run whose tables are replaced: a week of the tutorial, twice.
static SCENARIO: LazyLock<Scenario> = LazyLock::new(|| {
    let (scale, to) = (Some(0.1), Some(date(2031, 4, 5)));
    let from = Some(date(2031, 3, 29));
    let overrides = Overrides { scale, from, to, replicates: Some(2), ..Overrides::default() };
    scenario::load("tutorial", &overrides).expect("a built-in scenario")
});

/// A table of a run: the first line names the file, what follows is in it, and `run.json` lists it as it is.
pub fn result_table(bytes: &[u8]) {
    const TABLES: [&str; 9] = [
        "summary.csv",
        "monthly.csv",
        "needs.csv",
        "appointments.csv",
        "stocks_by_place.csv",
        "foreigners_by_place.csv",
        "legs.csv",
        "caravans.csv",
        "scenario.toml",
    ];
    let end = bytes.iter().position(|b| *b == b'\n').unwrap_or(bytes.len());
    let Some(name) = TABLES.iter().find(|name| name.as_bytes() == &bytes[..end]) else { return };
    let content = bytes.get(end + 1..).unwrap_or_default();
    scratch::with(|scratch| {
        let original = scratch.path("original");
        if !original.exists() {
            write_run(&original);
        }
        let right = |file: &str| std::fs::read(original.join(file)).expect("a file of a run");
        let folder = "run";
        if !scratch.path("run/data").exists() {
            TABLES.iter().for_each(|table| scratch.write(&format!("{folder}/{table}"), &right(table)));
            for (table, bytes) in &SCENARIO.world.files {
                scratch.write(&format!("{folder}/data/{table}"), bytes);
            }
        }
        scratch.write(&format!("{folder}/{name}"), content);
        let mut about: Value = serde_json::from_slice(&right("run.json")).expect("run.json");
        for file in about["files"].as_array_mut().expect("files").iter_mut().filter(|f| f["path"] == **name) {
            file["bytes"] = json!(content.len());
            file["sha256"] = json!(sha256_hex(content));
        }
        scratch.write(&format!("{folder}/run.json"), about.to_string().as_bytes());
        match Run::read(&scratch.path(folder)) {
            Ok(run) => sound(&run),
            Err(ReadError::Scenario(error)) => drop(refused(&error)),
            Err(ReadError::File(error)) => {
                assert!(!error.to_string().is_empty() && !error.help().is_empty());
                assert!(error.source.kind() == std::io::ErrorKind::InvalidData, "{error}");
            }
        }
        scratch.write(&format!("{folder}/{name}"), &right(name));
    });
}

/// Makes the run.
fn write_run(out: &Path) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    let run = Work {
        scenario: &SCENARIO,
        out,
        inputs: &[],
        force: false,
        resume: false,
        tables: TableOptions::default(),
        sample_households: 0,
        checkpoints: &[],
        begin_at: None,
        charts: None,
        pool: &pool,
        stop: &AtomicBool::new(false),
        last_words: &|_| {},
        progress: &|_| {},
        notice: &|_| {},
    };
    run.execute().expect("a run");
}

/// What a run that was accepted may be relied on for.
fn sound(run: &Run) {
    let (days, replicates) = (run.about.days(), run.about.replicates as usize);
    let places = run.scenario.world.places.len();
    for series in run.present.iter().chain(&run.foreigners).chain([&run.app.backlog, &run.app.lapsed]) {
        assert!(series.len() == replicates && series.iter().all(|of| of.len() == days));
    }
    assert!(run.present.len() == places + 1);
    assert!(run.needs.iter().all(|row| row.place < places && row.persons.iter().all(|x| x.is_finite())));
    assert!(run.legs.iter().all(|leg| leg.from < places && leg.to < places && leg.persons.is_finite()));
    assert!(run.caravans.iter().all(|caravan| caravan.replicate < replicates));
}
