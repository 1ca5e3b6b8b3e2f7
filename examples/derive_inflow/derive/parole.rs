//! `parole.csv`: persons paroled by air from their own country.

use std::path::Path;

use super::table::{Table, Writer};
use super::{Error, NATIONALITIES};

/// The months from January 2023 on, by nationality; sums over months or nationalities are left out.
pub fn table(folder: &Path) -> Result<String, Error> {
    let facts = Table::read(folder, "facts/chnv_parole_monthly.csv")?;
    let mut out = Writer::new(&["month", "nationality", "persons", "source_id"])?;
    for row in facts.rows() {
        let (month, nationality) = (row.text("month")?, row.text("nationality")?);
        if month.len() == 7 && month >= "2023-01" && NATIONALITIES.contains(&nationality) {
            out.row(&[month, nationality, row.text("persons")?, row.text("source_id")?])?;
        }
    }
    out.text()
}
