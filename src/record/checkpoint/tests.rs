use std::sync::atomic::AtomicBool;

use super::*;
use crate::model::{RunOptions, run};
use crate::scenario::{Overrides, Scenario, load};

fn tutorial(set: &[&str]) -> Scenario {
    let set = set.iter().map(|s| s.to_string()).collect();
    load("tutorial", &Overrides { scale: Some(0.25), replicates: Some(1), set, ..Overrides::default() }).unwrap()
}

/// Saves the state at the end of a date.
fn saved(scenario: &Scenario, date: Date, folder: &Path) -> PathBuf {
    let states = Checkpoints::new(folder, scenario, 0, &[date]);
    let stop = AtomicBool::new(false);
    let options = RunOptions { sample_households: 0, stop: &stop, progress: &|_| {} };
    let mut simulation = crate::model::Simulation::new(scenario, 1, 0);
    let (day, date) = states.days().next().unwrap();
    assert!(simulation.run_to(day, &options));
    states.save(&mut simulation, 1, date).unwrap();
    states.finish(&folder.join("out")).unwrap();
    folder.join("out").join(FOLDER).join(date.to_string())
}

fn gone_on_with(checkpoint: &Checkpoint, scenario: &Scenario) -> String {
    let stop = AtomicBool::new(false);
    let options = RunOptions { sample_households: 0, stop: &stop, progress: &|_| {} };
    let mut simulation = checkpoint.begin(1).unwrap();
    assert!(simulation.run_to(scenario.days(), &options));
    format!("{:?}", simulation.finish())
}

fn alone(scenario: &Scenario) -> String {
    let stop = AtomicBool::new(false);
    let options = RunOptions { sample_households: 0, stop: &stop, progress: &|_| {} };
    format!("{:?}", run(scenario, 1, &options).unwrap())
}

#[test]
fn a_run_from_any_day_is_the_whole_run() {
    let scenario = tutorial(&[]);
    let whole = alone(&scenario);
    for days in [0, 1, 40, 91, 120, scenario.days() as i64 - 2] {
        let folder = tempfile::tempdir().unwrap();
        let date = scenario.start.saturating_add(jiff::Span::new().days(days));
        let place = saved(&scenario, date, folder.path());
        let checkpoint = Checkpoint::open(&place, &scenario, 0).unwrap();
        assert_eq!(checkpoint.date(), date);
        assert!(gone_on_with(&checkpoint, &scenario) == whole, "from {date} on the run differs");
    }
}

#[test]
fn a_scenario_that_parts_later_may_begin_there_and_one_that_parts_earlier_may_not() {
    let scenario = tutorial(&[]);
    let folder = tempfile::tempdir().unwrap();
    let early = jiff::civil::date(2031, 4, 10);
    let place = saved(&scenario, early, folder.path());
    let mut other = tutorial(&[]);
    let from = jiff::civil::date(2031, 7, 1);
    let mut params = other.params_on(from).clone();
    params.travel.retry_days *= 2.0;
    other.timeline.retain(|(date, _)| *date < from);
    other.timeline.push((from, params));
    other.resolved.push_str("# another\n");
    let checkpoint = Checkpoint::open(&place, &other, 0).unwrap();
    assert!(gone_on_with(&checkpoint, &other) == alone(&other));
    assert!(alone(&other) != alone(&scenario), "the other scenario is no other");
    let refused = Checkpoint::open(&place, &tutorial(&["travel.retry_days=9"]), 0).unwrap_err();
    assert!(refused.to_string().contains("may differ from 2031-03-01 on"), "{refused}");
}

#[test]
fn any_byte_changed_or_missing_is_noticed() {
    let scenario = tutorial(&[]);
    let folder = tempfile::tempdir().unwrap();
    let place = saved(&scenario, jiff::civil::date(2031, 4, 10), folder.path());
    let state = file(&place, 1, "state");
    let bytes = fs::read(&state).unwrap();
    let refusal = || Checkpoint::open(&place, &scenario, 0).map(|_| ()).unwrap_err().to_string();
    for at in (0..bytes.len()).step_by(bytes.len() / 40) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        fs::write(&state, &changed).unwrap();
        assert!(refusal().contains("SHA-256 differs"), "{}", refusal());
        fs::write(&state, &bytes[..at]).unwrap();
        assert!(refusal().contains("its record says"), "{}", refusal());
    }
    fs::remove_file(&state).unwrap();
    assert!(refusal().contains("0001.state"), "{}", refusal());
    fs::write(&state, &bytes).unwrap();
    Checkpoint::open(&place, &scenario, 0).unwrap();
}

/// Whatever the bytes of a state are, with a hash that fits them, they are refused or read; nothing else happens.
#[test]
fn states_forged_with_their_hash_end_in_words() {
    let scenario = tutorial(&[]);
    let folder = tempfile::tempdir().unwrap();
    let place = saved(&scenario, jiff::civil::date(2031, 4, 10), folder.path());
    let (state, record) = (file(&place, 1, "state"), file(&place, 1, "json"));
    let bytes = fs::read(&state).unwrap();
    let written: StateRecord = serde_json::from_slice(&fs::read(&record).unwrap()).unwrap();
    for n in (0..bytes.len()).step_by(bytes.len() / 60) {
        let forged = &bytes[..n];
        fs::write(&state, forged).unwrap();
        let sha256 = crate::record::staged_file::sha256_hex(forged);
        let record_of_it = StateRecord { bytes: n as u64, sha256, ..written.clone() };
        fs::write(&record, serde_json::to_vec(&record_of_it).unwrap()).unwrap();
        // What has its head is refused when it is read.
        let begun = Checkpoint::open(&place, &scenario, 0).map(|checkpoint| checkpoint.begin(1).is_err());
        assert!(begun.unwrap_or(true), "{n} of {} bytes were taken for a state", bytes.len());
    }
}
