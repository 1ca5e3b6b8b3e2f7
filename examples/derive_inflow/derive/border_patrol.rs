//! US Border Patrol encounters by month and nationality of the world.

use std::collections::BTreeMap;
use std::path::Path;

use super::calendar::Month;
use super::table::Table;
use super::{Error, NATIONALITIES};

/// Encounters of a nationality in a month, rounded to 10 by the source.
pub struct Encounters {
    /// Persons by month and name; `ALL` is the source's own total.
    pub persons: BTreeMap<(Month, String), f64>,
}

impl Encounters {
    /// Reads the series of S02; Nicaragua and Brazil from S03; `other` is what remains.
    pub fn read(folder: &Path) -> Result<Encounters, Error> {
        let table = Table::read(folder, "observed/us_border_encounters_monthly.csv")?;
        let mut persons: BTreeMap<(Month, String), f64> = BTreeMap::new();
        for row in table.rows() {
            if row.text("component")? != "USBP" {
                continue;
            }
            let (citizenship, value) = (row.text("citizenship")?, row.number("encounters")?);
            let month = Month::parse(row.text("month")?)?;
            let mut add = |name: &str, value: f64| *persons.entry((month, name.to_owned())).or_default() += value;
            match (row.text("source_id")?, citizenship) {
                ("S02", "Other" | "China, People's Republic") => add("other", value),
                ("S03", "Nicaragua" | "Brazil") => {
                    add(citizenship, value);
                    add("other", -value);
                }
                ("S02", name) if name == "ALL" || NATIONALITIES.contains(&name) => add(name, value),
                _ => {}
            }
        }
        Ok(Encounters { persons })
    }

    /// Encounters in a month; 0 where the source has none.
    pub fn of(&self, month: Month, name: &str) -> f64 {
        self.persons.get(&(month, name.to_owned())).copied().unwrap_or(0.0)
    }
}
