//! What the fuzzers share: the targets, which `tests/fuzz_corpus.rs` replays too, and the limit of time.

#[path = "../../tests/support/fuzz_targets/mod.rs"]
pub mod targets;

use std::time::{Duration, Instant};

use targets::Attack;

/// Longest an input may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// Gives bytes to a target.
///
/// # Panics
/// The target does, or takes longer than a second, twice: once may be the machine's fault.
pub fn attack(target: Attack, bytes: &[u8]) {
    let took = |bytes| {
        let began = Instant::now();
        target(bytes);
        began.elapsed()
    };
    let first = took(bytes);
    if first > PATIENCE {
        let second = took(bytes);
        assert!(second <= PATIENCE, "an input takes {first:?} and {second:?}");
    }
}

/// A fuzzer of a target of this name.
#[macro_export]
macro_rules! fuzzer {
    ($name:literal) => {
        libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
            static TARGET: std::sync::LazyLock<$crate::targets::Attack> =
                std::sync::LazyLock::new(|| $crate::targets::target($name).expect("a target"));
            $crate::attack(*TARGET, bytes);
        });
    };
}
