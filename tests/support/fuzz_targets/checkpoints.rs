//! Saved states of a run, and what is said of them.

use std::sync::LazyLock;
use std::sync::atomic::AtomicBool;

use antesala::model::{RunOptions, SavedState, Simulation};
use antesala::record::checkpoint::StateRecord;
use antesala::record::packed::{pack, unpack};
use antesala::scenario::{Overrides, Scenario, load};

/// The tutorial, and its state after a month.
static STATE: LazyLock<(Scenario, Vec<u8>)> = LazyLock::new(|| {
    let overrides = Overrides { scale: Some(0.01), ..Overrides::default() };
    let scenario = load("tutorial", &overrides).expect("a built-in scenario");
    let mut simulation = Simulation::new(&scenario, 1, 0);
    let options = RunOptions { sample_households: 0, stop: &AtomicBool::new(false), progress: &|_| {} };
    assert!(simulation.run_to(30, &options));
    let state = pack(&simulation.state()).expect("a state");
    (scenario, state)
});

/// A record, which is also written and read again.
pub fn checkpoint_record(bytes: &[u8]) {
    match StateRecord::of_json(bytes) {
        Ok(record) => {
            let written = serde_json::to_vec(&record).expect("a record");
            assert_eq!(StateRecord::of_json(&written).expect("a record"), record);
        }
        Err(error) => assert!(error.to_string().len() < 1 << 12, "{error}"),
    }
}

/// The state with bytes put at places, four bytes each (what, then where), and so many hundredths of it cut off as what is
/// left over says.
pub fn checkpoint_state(bytes: &[u8]) {
    let (scenario, right) = &*STATE;
    let mut state = right.clone();
    let (changes, rest) = bytes.as_chunks::<4>();
    for [value, a, b, c] in changes {
        let place = u32::from_le_bytes([*a, *b, *c, 0]) as usize % state.len();
        state[place] = *value;
    }
    let cut = rest.first().map_or(0, |hundredths| right.len() * usize::from(*hundredths) / 100);
    state.truncate(right.len().saturating_sub(cut));
    let same = state == *right;
    let read: Option<SavedState> = unpack(&state);
    let fits = read.map(|saved| saved.misfit(scenario));
    assert!(!same || fits == Some(None), "the state itself is refused: {fits:?}");
    assert!(cut == 0 || changes.len() > 1 || fits != Some(None), "a part is taken for the whole");
}
