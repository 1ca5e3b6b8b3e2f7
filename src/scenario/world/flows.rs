//! Who enters, who is there at first, who is paroled, what follows an encounter.

use std::collections::BTreeSet;

use super::Reading;
use super::sheet::{Layout, Row, Sheet};
use crate::scenario::error::Problem;
use crate::scenario::input::{DispositionRow, InflowRow, InitialRow, ParoleRow};

pub const INFLOW: Layout = Layout {
    file: "inflow.csv",
    required: &["month", "nationality", "place", "persons"],
    optional: &["source_id", "note"],
    needs_rows: true,
};
pub const PAROLE: Layout = Layout {
    file: "parole.csv",
    required: &["month", "nationality", "persons"],
    optional: &["source_id", "note"],
    needs_rows: true,
};
pub const INITIAL: Layout = Layout {
    file: "initial.csv",
    required: &["place", "nationality", "persons", "waited_days"],
    optional: &["source_id", "note"],
    needs_rows: true,
};
pub const DISPOSITIONS: Layout = Layout {
    file: "dispositions.csv",
    required: &["month", "nationality", "released", "removed", "expelled"],
    optional: &["held", "source_id", "note"],
    needs_rows: true,
};

/// Most persons of a row, most days waited.
const MOST_PERSONS: f64 = 1e8;
const MOST_DAYS: f64 = 10_000.0;
/// How far rounded shares may sum from 1.
const ROUNDING: f64 = 0.001;

pub fn inflow(reading: &mut Reading, sheet: &Sheet) {
    let read = |r: &Reading, row: &Row| {
        Ok(InflowRow {
            month: row.month("month")?,
            nationality: row.name("nationality", "nationality", &r.nationalities)?,
            place: r.stay(row)?,
            persons: row.number("persons", 0.0, MOST_PERSONS)?,
        })
    };
    let mut seen = BTreeSet::new();
    for row in sheet.rows() {
        if reading.problems.enough() {
            break;
        }
        reading.source(&row);
        let Some(entry) = keep(reading, &row, read) else { continue };
        let key = (entry.month, entry.nationality, entry.place);
        if reading.once(&mut seen, key, row.spot("month"), "month, nationality and place") {
            reading.world.inflow.push(entry);
        }
    }
    if reading.problems.is_empty() && reading.world.inflow.iter().all(|row| row.persons == 0.0) {
        let header = crate::scenario::error::Spot::start_of(&sheet.text);
        reading.problems.push(Problem::at(&header, "nobody enters: every row of inflow.csv has 0 persons", "all zero"));
    }
}

pub fn parole(reading: &mut Reading, sheet: &Sheet) {
    let read = |r: &Reading, row: &Row| {
        Ok(ParoleRow {
            month: row.month("month")?,
            nationality: row.name("nationality", "nationality", &r.nationalities)?,
            persons: row.number("persons", 0.0, MOST_PERSONS)?,
        })
    };
    let mut seen = BTreeSet::new();
    for row in sheet.rows() {
        if reading.problems.enough() {
            break;
        }
        reading.source(&row);
        let Some(entry) = keep(reading, &row, read) else { continue };
        if reading.once(&mut seen, (entry.month, entry.nationality), row.spot("month"), "month and nationality") {
            reading.world.parole.push(entry);
        }
    }
}

pub fn initial(reading: &mut Reading, sheet: &Sheet) {
    let read = |r: &Reading, row: &Row| {
        Ok(InitialRow {
            place: r.stay(row)?,
            nationality: row.name("nationality", "nationality", &r.nationalities)?,
            persons: row.number("persons", 0.0, MOST_PERSONS)?,
            waited_days: row.number("waited_days", 0.0, MOST_DAYS)?,
        })
    };
    let mut seen = BTreeSet::new();
    for row in sheet.rows() {
        if reading.problems.enough() {
            break;
        }
        reading.source(&row);
        let Some(entry) = keep(reading, &row, read) else { continue };
        if reading.once(&mut seen, (entry.place, entry.nationality), row.spot("place"), "place and nationality") {
            reading.world.initial.push(entry);
        }
    }
}

pub fn dispositions(reading: &mut Reading, sheet: &Sheet) {
    let read = |r: &Reading, row: &Row| {
        let entry = DispositionRow {
            month: row.month("month")?,
            nationality: row.name("nationality", "nationality", &r.nationalities)?,
            released: row.number("released", 0.0, 1.0)?,
            removed: row.number("removed", 0.0, 1.0)?,
            expelled: row.number("expelled", 0.0, 1.0)?,
            held: row.number_or_empty("held", 0.0, 1.0)?.unwrap_or(0.0),
        };
        let sum = entry.released + entry.held + entry.removed + entry.expelled;
        if (sum - 1.0).abs() > ROUNDING {
            let message = format!("released, held, removed and expelled must sum to 1, not to {sum:.4}");
            return Err(Problem::at(&row.spot("released"), message, "these four"));
        }
        Ok(entry)
    };
    let mut seen = BTreeSet::new();
    for row in sheet.rows() {
        if reading.problems.enough() {
            break;
        }
        reading.source(&row);
        let Some(entry) = keep(reading, &row, read) else { continue };
        if reading.once(&mut seen, (entry.month, entry.nationality), row.spot("month"), "month and nationality") {
            reading.world.dispositions.push(entry);
        }
    }
}

/// Reads a row, gathering its problem.
fn keep<T>(reading: &mut Reading, row: &Row, read: impl Fn(&Reading, &Row) -> Result<T, Problem>) -> Option<T> {
    let result = read(reading, row);
    reading.problems.keep(result)
}
