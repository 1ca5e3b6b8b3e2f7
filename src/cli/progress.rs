//! The progress bar: on a terminal, days simulated and time left; otherwise nothing.

use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Days done over all replicates.
pub struct Progress(ProgressBar);

impl Progress {
    /// A bar over `days` days on standard error, if that is a terminal and `quiet` is not set.
    pub fn new(days: u64, quiet: bool) -> Self {
        Self::over(days, "days", quiet)
    }

    /// A bar over so many things.
    pub fn over(days: u64, things: &str, quiet: bool) -> Self {
        let shown = !quiet && std::io::stderr().is_terminal();
        let target = if shown { ProgressDrawTarget::stderr_with_hz(8) } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(days), target);
        let template =
            format!("{{msg}} {{bar:30}} {{percent:>3}} %, {{human_pos}} of {{human_len}} {things}, {{eta}} left");
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_message("Simulating");
        Progress(bar)
    }

    pub fn add(&self, days: u32) {
        self.0.inc(u64::from(days));
    }

    /// Writes a line to standard error without disturbing the bar.
    pub fn say(&self, line: &str) {
        self.0.suspend(|| super::say(line));
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        self.0.finish_and_clear();
    }
}
