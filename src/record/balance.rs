//! The balance anyone can check from the files: stock(today) = stock(yesterday) + entries - exits,
//! in households plus those that a `family_split` adds.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display};
use std::path::Path;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::error::FileError;
use super::read::{Cell, rows};
use super::schema::{FLOWS, STOCKS_BY_NATIONALITY, STOCKS_BY_PLACE};
use crate::model::observation::Event;

/// Why the tables of a run do not add up.
#[derive(Debug)]
pub enum Imbalance {
    File(FileError),
    /// Stock found and expected of a nationality, in persons and households.
    Stock {
        replicate: u64,
        date: Date,
        nationality: String,
        found: [i64; 2],
        expected: [i64; 2],
    },
    /// The two tables of stocks disagree on the total.
    Totals {
        replicate: u64,
        date: Date,
        by_place: [i64; 2],
        by_nationality: [i64; 2],
    },
}

impl From<FileError> for Imbalance {
    fn from(error: FileError) -> Self {
        Imbalance::File(error)
    }
}

impl Display for Imbalance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Imbalance::File(error) => error.fmt(f),
            Imbalance::Stock { replicate, date, nationality, found, expected } => write!(
                f,
                "replicate {replicate}, {date}, {nationality}: {found:?} persons and households, expected {expected:?}"
            ),
            Imbalance::Totals { replicate, date, by_place, by_nationality } => {
                write!(f, "replicate {replicate}, {date}: {by_place:?} by place, {by_nationality:?} by nationality")
            }
        }
    }
}

impl std::error::Error for Imbalance {}

/// Persons and households by (replicate, day, nationality).
type Sums = BTreeMap<(u64, Date, String), [i64; 2]>;

/// Checks the tables of a run, persons and households, from its second recorded day on. Returns how
/// many balances were checked.
///
/// # Errors
/// A table cannot be read, or something does not add up.
pub fn check(folder: &Path) -> Result<usize, Imbalance> {
    let stocks = sums(folder)?;
    let changes = changes(folder)?;
    totals_agree(folder, &stocks)?;
    let keys: BTreeSet<_> = stocks.keys().chain(changes.keys()).collect();
    let days: BTreeSet<(u64, Date)> = keys.iter().map(|k| (k.0, k.1)).collect();
    let nationalities: BTreeSet<&String> = keys.iter().map(|k| &k.2).collect();
    let mut checked = 0;
    for (replicate, day) in days {
        let Ok(eve) = day.checked_sub(1.day()) else { continue };
        if !keys.iter().any(|k| k.0 == replicate && k.1 == eve) {
            continue;
        }
        for nationality in &nationalities {
            let at =
                |sums: &Sums, day| sums.get(&(replicate, day, (*nationality).clone())).copied().unwrap_or_default();
            let (before, change, found) = (at(&stocks, eve), at(&changes, day), at(&stocks, day));
            let expected = [before[0] + change[0], before[1] + change[1]];
            if found != expected {
                let nationality = (*nationality).clone();
                return Err(Imbalance::Stock { replicate, date: day, nationality, found, expected });
            }
            checked += 1;
        }
    }
    Ok(checked)
}

fn pair(row: &[Cell]) -> [i64; 2] {
    let n = |cell: &Cell| cell.int().unwrap_or(0) as i64;
    [n(&row[row.len() - 2]), n(&row[row.len() - 1])]
}

fn add(sums: &mut Sums, row: &[Cell], nationality: &str, sign: i64) {
    let (Some(replicate), Some(day)) = (row[0].int(), row[1].date()) else { return };
    let sum = sums.entry((replicate, day, nationality.to_string())).or_default();
    let [persons, households] = pair(row);
    sum[0] += sign * persons;
    sum[1] += sign * households;
}

fn sums(folder: &Path) -> Result<Sums, FileError> {
    let mut sums = Sums::new();
    rows(folder, &STOCKS_BY_NATIONALITY, |row| add(&mut sums, row, row[2].text(), 1))?;
    Ok(sums)
}

fn changes(folder: &Path) -> Result<Sums, FileError> {
    let mut sums = Sums::new();
    rows(folder, &FLOWS, |row| match row[3].text() {
        "entry" => add(&mut sums, row, row[4].text(), 1),
        "exit" => add(&mut sums, row, row[4].text(), -1),
        _ => {
            // One household becomes two; nobody comes or goes.
            if row[2].text() == Event::FamilySplit.name() {
                let mut row = row.to_vec();
                row[5] = Cell::Int(0);
                add(&mut sums, &row, row[4].text(), 1);
            }
        }
    })?;
    Ok(sums)
}

fn totals_agree(folder: &Path, stocks: &Sums) -> Result<(), Imbalance> {
    let mut by_place = Sums::new();
    rows(folder, &STOCKS_BY_PLACE, |row| add(&mut by_place, row, "", 1))?;
    let mut by_nationality = Sums::new();
    for ((replicate, day, _), sum) in stocks {
        let total = by_nationality.entry((*replicate, *day, String::new())).or_default();
        total[0] += sum[0];
        total[1] += sum[1];
    }
    let keys: BTreeSet<_> = by_place.keys().chain(by_nationality.keys()).collect();
    for key in keys {
        let at = |sums: &Sums| sums.get(key).copied().unwrap_or_default();
        let (by_place, by_nationality) = (at(&by_place), at(&by_nationality));
        if by_place != by_nationality {
            return Err(Imbalance::Totals { replicate: key.0, date: key.1, by_place, by_nationality });
        }
    }
    Ok(())
}
