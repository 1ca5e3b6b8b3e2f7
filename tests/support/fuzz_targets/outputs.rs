//! Finished results, as `report` reads them back.
//!
//! What reads checkpoints belongs here too, as `checkpoint`.

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{LazyLock, OnceLock};

use antesala::experiment::run::Run as Work;
use antesala::record::results::{About, Run};
use antesala::record::table_writer::TableOptions;
use antesala::scenario::{self, Overrides, Scenario};
use jiff::civil::date;

use super::scratch;

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

/// What the run tells of itself, and the first line of each of its tables.
static ORIGINAL: OnceLock<(About, [Vec<u8>; 8])> = OnceLock::new();

/// A table of a run: the first line names the file, what follows is in it.
pub fn result_table(bytes: &[u8]) {
    const TABLES: [&str; 8] = [
        "summary.csv",
        "monthly.csv",
        "needs.csv",
        "appointments.csv",
        "stocks_by_place.csv",
        "foreigners_by_place.csv",
        "legs.csv",
        "caravans.csv",
    ];
    let end = bytes.iter().position(|b| *b == b'\n').unwrap_or(bytes.len());
    let Some(name) = TABLES.iter().find(|name| name.as_bytes() == &bytes[..end]) else { return };
    let content = bytes.get(end + 1..).unwrap_or_default();
    scratch::with(|scratch| {
        let original = ORIGINAL.get_or_init(|| {
            let folder = scratch.path("original");
            write_run(&folder);
            let read = |file: &str| std::fs::read(folder.join(file)).expect("a file of a run");
            // Only the heads of tables, so that the one in question is what takes time.
            let about = About::of_bytes(&read("run.json"), Path::new("run.json")).expect("run.json");
            (about, TABLES.map(|table| head(&read(table))))
        });
        let (about, heads) = original;
        let others = TABLES.iter().zip(heads).filter(|(table, _)| *table != name);
        let files = others.map(|(table, head)| (*table, head.as_slice())).chain([(*name, content)]);
        scratch.set("run", &files.collect::<Vec<_>>());
        match Run::tables(&scratch.path("run"), about.clone(), SCENARIO.clone()) {
            Ok(run) => sound(&run),
            Err(error) => {
                assert!(!error.to_string().is_empty() && !error.help().is_empty());
                assert!(error.source.kind() == std::io::ErrorKind::InvalidData, "{error}");
            }
        }
    });
}

/// The first line of a table.
fn head(bytes: &[u8]) -> Vec<u8> {
    let end = bytes.iter().position(|b| *b == b'\n').map_or(bytes.len(), |i| i + 1);
    bytes[..end].to_vec()
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
