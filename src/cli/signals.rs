//! Interrupts: a first SIGINT or SIGTERM asks the work to stop, a second ends the program at once.
//!
//! Should the work not stop by itself in time, the program ends all the same: output folders are
//! moved in whole or not at all, so nothing is left half done.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::Failure;
use crate::experiment::run::LastWords;

/// Set when the work is to stop.
#[derive(Clone, Default)]
pub struct Interrupt {
    stop: Arc<AtomicBool>,
    signal: Arc<AtomicUsize>,
    last_words: Arc<Mutex<Option<LastWords>>>,
}

impl Interrupt {
    /// Begins to listen.
    ///
    /// # Errors
    /// The system refuses to deliver signals.
    pub fn listen() -> Result<Self, Failure> {
        let interrupt = Interrupt::default();
        let refused = |e| Failure::failed(format!("cannot listen to signals: {e}"), "check the system's limits");
        imp::listen(&interrupt).map_err(refused)?;
        Ok(interrupt)
    }

    /// The flag that the work watches.
    pub fn flag(&self) -> &AtomicBool {
        &self.stop
    }

    /// What is to be said should the work not stop in time.
    pub fn set_last_words(&self, words: LastWords) {
        if let Ok(mut last_words) = self.last_words.lock() {
            *last_words = Some(words);
        }
    }

    /// 130 after SIGINT, 143 after SIGTERM; `None` if there was no signal.
    pub fn exit_status(&self) -> Option<u8> {
        match self.signal.load(Ordering::Relaxed) {
            0 => None,
            signal => Some(128 + signal as u8),
        }
    }
}

/// Lets a file that grows beyond the limit of the system fail to be written, which is then reported,
/// instead of ending the program without a word.
pub fn survive_limits() {
    // Where there is no such signal, or it cannot be caught, the system does what it always does.
    #[cfg(unix)]
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default());
}

#[cfg(unix)]
mod imp {
    use std::io;
    use std::sync::atomic::Ordering;
    use std::sync::mpsc::channel;
    use std::thread;
    use std::time::Duration;

    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    use super::Interrupt;

    /// How long the work may take to stop by itself.
    const PATIENCE: Duration = Duration::from_millis(1500);
    /// How long the last words may take.
    const BREATH: Duration = Duration::from_millis(300);

    pub fn listen(interrupt: &Interrupt) -> io::Result<()> {
        let mut signals = Signals::new([SIGINT, SIGTERM])?;
        let interrupt = interrupt.clone();
        thread::Builder::new().name("signals".into()).spawn(move || {
            for signal in signals.forever() {
                interrupt.signal.store(signal as usize, Ordering::Relaxed);
                if interrupt.stop.swap(true, Ordering::Relaxed) {
                    std::process::exit(128 + signal);
                }
                let interrupt = interrupt.clone();
                let limit = move || {
                    thread::sleep(PATIENCE);
                    speak(interrupt);
                    std::process::exit(128 + signal);
                };
                // Without a thread the work stops by itself, or a second signal ends it.
                let _ = thread::Builder::new().name("limit".into()).spawn(limit);
            }
        })?;
        Ok(())
    }

    /// Says the last words. Standard error may be a pipe that nobody reads from: then they are not waited for.
    fn speak(interrupt: Interrupt) {
        let (said, heard) = channel();
        let speech = move || {
            let words = interrupt.last_words.lock().ok().and_then(|words| words.as_ref()?());
            words.into_iter().for_each(crate::cli::say);
            // Nobody listens any more if it took too long.
            let _ = said.send(());
        };
        if thread::Builder::new().name("words".into()).spawn(speech).is_ok() {
            let _ = heard.recv_timeout(BREATH);
        }
    }
}

#[cfg(not(unix))]
mod imp {
    use std::io;
    use std::sync::Arc;

    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::flag;

    use super::Interrupt;

    pub fn listen(interrupt: &Interrupt) -> io::Result<()> {
        for signal in [SIGINT, SIGTERM] {
            flag::register_usize(signal, Arc::clone(&interrupt.signal), signal as usize)?;
            flag::register(signal, Arc::clone(&interrupt.stop))?;
        }
        Ok(())
    }
}
