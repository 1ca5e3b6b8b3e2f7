//! Facts in, world tables out: no clock, no chance, no network.

pub mod border_patrol;
pub mod calendar;
mod dispositions;
pub mod factors;
mod inflow;
mod initial;
mod mexico;
mod observed;
mod parole;
pub mod table;

use std::path::Path;

use calendar::Month;

/// What goes wrong here: a file that cannot be read, a value that cannot be understood.
pub type Error = Box<dyn std::error::Error>;

/// Tables of the world folder: file name and text.
pub type Tables = Vec<(&'static str, String)>;

/// The nationalities of the world, in the order of its tables.
pub const NATIONALITIES: [&str; 12] = [
    "Venezuela",
    "Cuba",
    "Haiti",
    "Honduras",
    "Guatemala",
    "El Salvador",
    "Nicaragua",
    "Ecuador",
    "Colombia",
    "Brazil",
    "Mexico",
    "other",
];

/// Last month of the observations.
pub const LAST_KNOWN: &str = "2024-06";

/// Every derived table of the world folder: file name and text.
///
/// # Errors
/// Facts that cannot be read.
pub fn derive(folder: &Path) -> Result<Tables, Error> {
    derive_known_to(folder, Month::parse(LAST_KNOWN)?)
}

/// The same with nothing observed after a month but the Darién.
///
/// # Errors
/// Facts that cannot be read.
pub fn derive_known_to(folder: &Path, known_to: Month) -> Result<Tables, Error> {
    let initial = initial::present(folder)?;
    Ok(vec![
        ("inflow.csv", inflow::table(folder, &initial, known_to)?),
        ("parole.csv", parole::table(folder)?),
        ("initial.csv", initial::table(&initial)?),
        ("dispositions.csv", dispositions::table(folder, known_to)?),
        ("observed.csv", observed::table(folder)?),
    ])
}

/// The inflow as estimated, before any factor, less those present on the first day.
///
/// # Errors
/// Facts that cannot be read.
pub fn estimate(folder: &Path) -> Result<inflow::Inflow, Error> {
    inflow::after_first_day(folder, &initial::present(folder)?)
}
