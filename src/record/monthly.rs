//! `monthly.csv`: flows, stocks and waits by month, over the replicates: what fits into a spreadsheet.

use std::path::Path;

use super::error::FileError;
use super::quantile::spread;
use super::reduced::Reduced;
use super::schema;
use super::staged_file::FileRecord;
use super::table_writer::{TableOptions, TableWriter};
use crate::model::observation::{Event, State, WaitKind, WaitRow};
use crate::scenario::input::{Month, Nationality, Scenario};

/// A number of a month: one row.
struct Row<'a> {
    series: &'a str,
    /// A nationality, `foreign`, `national` or `all`.
    whose: &'a str,
    place: &'a str,
    unit: &'static str,
}

/// A month of the run: the same in every replicate.
struct Recorded {
    month: Month,
    name: String,
    /// Where it stands among the months.
    at: usize,
    days: usize,
    last_day: usize,
}

struct Table<'a> {
    out: TableWriter,
    scenario: &'a Scenario,
    replicates: &'a [Reduced],
    /// Of the row at work, one a replicate.
    values: Vec<f64>,
}

/// Writes `monthly.csv`.
///
/// # Errors
/// The file cannot be written.
pub fn write(
    folder: &Path,
    options: TableOptions,
    scenario: &Scenario,
    replicates: &[Reduced],
) -> Result<Vec<FileRecord>, FileError> {
    let out = TableWriter::create(folder, &schema::MONTHLY, options)?;
    let mut table = Table { out, scenario, replicates, values: Vec::with_capacity(replicates.len()) };
    for month in replicates.first().map_or(Vec::new(), recorded) {
        table.flows(&month)?;
        table.app(&month)?;
        table.stocks(&month)?;
        table.waits(&month)?;
    }
    table.out.finish()
}

/// The months of a run.
fn recorded(first: &Reduced) -> Vec<Recorded> {
    let mut months: Vec<Recorded> = Vec::with_capacity(first.months.len());
    for (day, date) in first.days.iter().enumerate() {
        let month = Month::of(*date);
        match months.last_mut() {
            Some(same) if same.month == month => (same.days, same.last_day) = (same.days + 1, day),
            _ => months.push(Recorded { month, name: month.to_string(), at: months.len(), days: 1, last_day: day }),
        }
    }
    months
}

impl Table<'_> {
    /// Writes a row; none where no replicate has a number or all have 0.
    fn row(
        &mut self,
        month: &Recorded,
        row: &Row<'_>,
        value: impl Fn(&Reduced) -> Option<f64>,
    ) -> Result<(), FileError> {
        self.values.clear();
        self.values.extend(self.replicates.iter().filter_map(value));
        let count = self.values.len() as u64;
        let Some(s) = spread(&mut self.values).filter(|s| s.mean != 0.0) else { return Ok(()) };
        self.out.text(&month.name).text(row.series).text(row.whose).text(row.place).text(row.unit);
        self.out.float(s.mean).float(s.p05).float(s.p50).float(s.p95).int(count).end_row()
    }

    /// Persons to whom an event happened in the month.
    fn flows(&mut self, month: &Recorded) -> Result<(), FileError> {
        let nationalities = &self.scenario.world.nationalities;
        let width = nationalities.len();
        for (e, event) in Event::ALL.iter().enumerate() {
            let first = (month.at * Event::COUNT + e) * width;
            let cells = first..first + width;
            if self.replicates.iter().all(|r| r.flows[cells.clone()].iter().all(|persons| *persons == 0)) {
                continue;
            }
            let row = |whose| Row { series: event.name(), whose, place: "", unit: "persons" };
            let sum = |r: &Reduced, counts: fn(&Nationality) -> bool| {
                let counted = r.flows[cells.clone()].iter().zip(nationalities).filter(|(_, n)| counts(n));
                counted.map(|(persons, _)| *persons as f64).sum::<f64>()
            };
            self.row(month, &row("all"), |r| Some(sum(r, |_| true)))?;
            self.row(month, &row("foreign"), |r| Some(sum(r, |n| !n.national)))?;
            for (n, nationality) in nationalities.iter().enumerate() {
                self.row(month, &row(&nationality.name), |r| Some(r.flows[first + n] as f64))?;
            }
        }
        Ok(())
    }

    /// Slots and requests, and the backlog at the end of the month.
    fn app(&mut self, month: &Recorded) -> Result<(), FileError> {
        let row = |series, whose, unit| Row { series, whose, place: "", unit };
        let of = |r: &Reduced| r.appointments[month.at];
        self.row(month, &row("slots", "all", "persons"), |r| Some(of(r).slots as f64))?;
        let requests = |r: &Reduced| Some(of(r).requests as f64 / month.days as f64);
        self.row(month, &row("requests", "all", "persons/day"), requests)?;
        let day = month.last_day;
        self.row(month, &row("backlog", "all", "persons"), |r| Some(f64::from(r.backlog[day])))?;
        self.row(month, &row("backlog", "foreign", "persons"), |r| Some(f64::from(r.foreign_backlog[day])))
    }

    /// Persons present at the end of the month, by state and by place.
    fn stocks(&mut self, month: &Recorded) -> Result<(), FileError> {
        let row = |place, whose| Row { series: "present", whose, place, unit: "persons" };
        let states = month.last_day * State::COUNT..(month.last_day + 1) * State::COUNT;
        let all = |r: &Reduced| r.stock_by_state[states.clone()].iter().map(|persons| f64::from(*persons)).sum::<f64>();
        self.row(month, &row("", "all"), |r| Some(all(r)))?;
        let places = &self.scenario.world.places;
        let first = month.last_day * (places.len() + 1);
        for (p, place) in places.iter().enumerate() {
            self.row(month, &row(&place.id, "all"), |r| Some(f64::from(r.stock_by_place[first + p])))?;
            self.row(month, &row(&place.id, "foreign"), |r| Some(f64::from(r.foreigners_by_place[first + p])))?;
        }
        Ok(())
    }

    /// Waits, completed in the month or elapsed at its end.
    fn waits(&mut self, month: &Recorded) -> Result<(), FileError> {
        let Some(first) = self.replicates.first() else { return Ok(()) };
        for (at, wait) in first.waits.iter().enumerate() {
            if wait.kind == WaitKind::KaplanMeier || Month::of(wait.date) != month.month {
                continue;
            }
            for (name, value) in [("mean", (|w: &WaitRow| w.mean) as fn(&WaitRow) -> Option<f64>), ("p95", |w| w.p95)] {
                let series = format!("wait_{}_{}_{name}", wait.kind.name(), wait.clock.name());
                let row = Row { series: &series, whose: wait.group.name(), place: "", unit: "days" };
                self.row(month, &row, |r| same_wait(r, wait, at).and_then(value))?;
            }
        }
        Ok(())
    }
}

/// The same wait in another replicate: as a rule at the same place.
fn same_wait<'a>(r: &'a Reduced, wait: &WaitRow, at: usize) -> Option<&'a WaitRow> {
    let same = |w: &&WaitRow| (w.date, w.kind, w.clock, w.group) == (wait.date, wait.kind, wait.clock, wait.group);
    r.waits.get(at).filter(same).or_else(|| r.waits.iter().find(same))
}
