//! What the estimate is multiplied by, so that the model gives the exits observed (`invert_inflow`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::calendar::Month;
use super::table::Table;
use super::{Error, LAST_KNOWN, NATIONALITIES};

/// By month and nationality; 1 where none is given.
pub type Factors = BTreeMap<(Month, usize), f64>;

/// Folder of the table, beside the example.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/derive_inflow")
}

/// Name of the table found with observations to a month.
pub fn file(known_to: Month) -> String {
    let known_to = known_to.to_string();
    if known_to == LAST_KNOWN { "inflow_factors.csv".to_owned() } else { format!("inflow_factors_{known_to}.csv") }
}

/// Reads the factors found with observations to a month.
///
/// # Errors
/// A table that cannot be read.
pub fn read(known_to: Month) -> Result<Factors, Error> {
    let mut factors = Factors::new();
    for row in Table::read(&folder(), &file(known_to))?.rows() {
        let name = row.text("nationality")?;
        let n = NATIONALITIES.iter().position(|n| *n == name).ok_or_else(|| format!("unknown nationality {name}"))?;
        factors.insert((Month::parse(row.text("month")?)?, n), row.number("factor")?);
    }
    Ok(factors)
}
