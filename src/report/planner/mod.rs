//! The planners' page: one self-contained file from a run or a comparison, in two languages.

mod by_month;
mod drawn;
mod figures;
mod key;
mod language;
mod needs;
mod page;
mod places;
mod quantity;
mod scenarios;
mod series;
mod sweep;
#[cfg(test)]
mod tests;
mod validation;
mod view;
mod warnings;

use std::fmt;

use crate::record::results::Sweep;
use crate::report::words::Words;

pub use language::Say;
pub use page::{Attachments, Paper, Repeat};
pub use view::View;

/// A page that could not be made.
#[derive(Debug)]
pub struct PageError(minijinja::Error);

impl fmt::Display for PageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the page could not be made: {:#}", self.0)
    }
}

impl std::error::Error for PageError {}

/// Series of `daily_differences.csv` that the page tells.
pub const SERIES: [&str; 1] = ["backlog"];

/// The page of a run or a comparison; `sensitivity` is a sweep that says what drives its results.
///
/// # Errors
/// A template refuses its values, which is a fault of this program.
pub fn of_view(
    view: &View,
    sensitivity: Option<&Sweep>,
    attachments: &Attachments,
    repeat: &Repeat,
) -> Result<String, PageError> {
    let drivers = sensitivity.map_or(Vec::new(), |sweep| sweep::drivers(sweep, view.say, view.words));
    page::of_view(view, attachments, drivers, repeat).map_err(PageError)
}

/// The page of a sweep alone.
///
/// # Errors
/// As [`of_view`].
pub fn of_sweep(
    sweep: &Sweep,
    attachments: &Attachments,
    repeat: &Repeat,
    say: &Say,
    words: &Words,
) -> Result<String, PageError> {
    sweep::page(sweep, attachments, repeat, say, words).map_err(PageError)
}
