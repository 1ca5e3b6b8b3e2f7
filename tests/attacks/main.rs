//! Inputs made to do harm, through the real program: it answers, soon and shortly, in little memory, and reads
//! nothing that a scenario may not read. What fuzzing found is in `fuzz_corpus.rs`.

#[path = "../support/mod.rs"]
mod support;

mod floods;
mod nesting;
mod numbers;
#[cfg(unix)]
mod paths;

use std::process::Output;
use std::time::Duration;

use support::{Bench, said};

/// After so long nobody waits any more: what hangs is ended, and has no exit status.
const PATIENCE: Duration = Duration::from_secs(60);
/// Longest message, bytes.
const LONGEST_MESSAGE: usize = 16 << 10;
/// Address space of the program, KiB: what is read may take half a GiB, code and threads take the rest.
const MEMORY_KIB: u64 = 1 << 20;

/// Calls the program in little memory.
fn answer(bench: &Bench, args: &[&str]) -> Output {
    let script = format!("ulimit -v {MEMORY_KIB}; exec \"$@\"");
    assert_cmd::Command::new("sh")
        .current_dir(bench.path(""))
        .env("NO_COLOR", "1")
        .args(["-c", &script, "sh", env!("CARGO_BIN_EXE_antesala")])
        .args(args)
        .timeout(PATIENCE)
        .output()
        .unwrap()
}

/// The program refuses this with these words.
fn refuses(bench: &Bench, args: &[&str], words: &[&str]) {
    let output = answer(bench, args);
    let message = said(&output);
    let start: String = message.chars().take(2_000).collect();
    assert_eq!(output.status.code(), Some(2), "{args:?}\n{start}");
    assert!(message.len() <= LONGEST_MESSAGE, "{args:?}: a message of {} bytes\n{start}", message.len());
    for word in words {
        assert!(message.contains(word), "`{word}` is not in the message of {args:?}:\n{message}");
    }
}

/// The program accepts this.
fn accepts(bench: &Bench, args: &[&str]) {
    let output = answer(bench, args);
    assert!(output.status.success(), "{args:?}: {:?}\n{}", output.status, said(&output));
}
