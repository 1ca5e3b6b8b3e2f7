//! `monthly.csv`: flows, stocks and waits by month, over the replicates: what fits into a spreadsheet.

use std::path::Path;

use super::error::FileError;
use super::quantile::spread;
use super::reduced::Reduced;
use super::schema;
use super::staged_file::FileRecord;
use super::table_writer::{TableOptions, TableWriter};
use crate::model::observation::{Event, State, WaitKind, WaitRow};
use crate::scenario::input::{Month, Scenario};

/// A number of a month: one row.
struct Row<'a> {
    month: Month,
    series: &'a str,
    /// A nationality, `foreign`, `national` or `all`.
    whose: &'a str,
    place: &'a str,
    unit: &'static str,
}

struct Table<'a> {
    out: TableWriter,
    replicates: &'a [Reduced],
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
    let mut table = Table { out: TableWriter::create(folder, &schema::MONTHLY, options)?, replicates };
    let months = replicates.first().map_or(&[][..], |r| &r.months);
    for (at, month) in months.iter().enumerate() {
        table.flows(scenario, at, *month)?;
        table.app(at, *month)?;
        table.stocks(scenario, *month)?;
        table.waits(*month)?;
    }
    table.out.finish()
}

impl Table<'_> {
    /// Writes a row; none where no replicate has a number or all have 0.
    fn row(&mut self, row: &Row<'_>, value: impl Fn(&Reduced) -> Option<f64>) -> Result<(), FileError> {
        let mut values: Vec<f64> = self.replicates.iter().filter_map(value).collect();
        let count = values.len() as u64;
        let Some(s) = spread(&mut values).filter(|s| s.mean != 0.0) else { return Ok(()) };
        self.out.text(&row.month.to_string()).text(row.series).text(row.whose).text(row.place).text(row.unit);
        self.out.float(s.mean).float(s.p05).float(s.p50).float(s.p95).int(count).end_row()
    }

    /// Persons to whom an event happened in the month.
    fn flows(&mut self, scenario: &Scenario, at: usize, month: Month) -> Result<(), FileError> {
        let nationalities = &scenario.world.nationalities;
        let width = nationalities.len();
        for event in Event::ALL {
            let of = |r: &Reduced, n: usize| r.flows[(at * Event::COUNT + *event as usize) * width + n] as f64;
            let row = |whose| Row { month, series: event.name(), whose, place: "", unit: "persons" };
            self.row(&row("all"), |r| Some((0..width).map(|n| of(r, n)).sum()))?;
            let foreign = |r: &Reduced| (0..width).filter(|n| !nationalities[*n].national).map(|n| of(r, n)).sum();
            self.row(&row("foreign"), |r| Some(foreign(r)))?;
            for (n, nationality) in nationalities.iter().enumerate() {
                self.row(&row(&nationality.name), |r| Some(of(r, n)))?;
            }
        }
        Ok(())
    }

    /// Slots and requests, and the backlog at the end of the month.
    fn app(&mut self, at: usize, month: Month) -> Result<(), FileError> {
        let row = |series, whose, unit| Row { month, series, whose, place: "", unit };
        self.row(&row("slots", "all", "persons"), |r| Some(r.appointments[at].slots as f64))?;
        let days = |r: &Reduced| r.days.iter().filter(|d| Month::of(**d) == month).count() as f64;
        self.row(&row("requests", "all", "persons/day"), |r| Some(r.appointments[at].requests as f64 / days(r)))?;
        self.row(&row("backlog", "all", "persons"), |r| Some(f64::from(r.backlog[last(r, month)?])))?;
        self.row(&row("backlog", "foreign", "persons"), |r| Some(f64::from(r.foreign_backlog[last(r, month)?])))
    }

    /// Persons present at the end of the month, by state and by place.
    fn stocks(&mut self, scenario: &Scenario, month: Month) -> Result<(), FileError> {
        let places = &scenario.world.places;
        let row = |series, place, whose| Row { month, series, whose, place, unit: "persons" };
        let all = |r: &Reduced, day: usize| {
            (0..State::COUNT).map(|s| f64::from(r.stock_by_state[day * State::COUNT + s])).sum()
        };
        self.row(&row("present", "", "all"), |r| Some(all(r, last(r, month)?)))?;
        let width = places.len() + 1;
        for (p, place) in places.iter().enumerate() {
            let at = |r: &Reduced| Some(f64::from(r.stock_by_place[last(r, month)? * width + p]));
            self.row(&row("present", &place.id, "all"), at)?;
            let foreign = |r: &Reduced| Some(f64::from(r.foreigners_by_place[last(r, month)? * width + p]));
            self.row(&row("present", &place.id, "foreign"), foreign)?;
        }
        Ok(())
    }

    /// Waits, completed in the month or elapsed at its end.
    fn waits(&mut self, month: Month) -> Result<(), FileError> {
        let known: Vec<WaitRow> = self.replicates.first().map_or(Vec::new(), |r| r.waits.clone());
        let of_month = |w: &&WaitRow| Month::of(w.date) == month && w.kind != WaitKind::KaplanMeier;
        for wait in known.iter().filter(of_month) {
            let same =
                |w: &&WaitRow| (w.date, w.kind, w.clock, w.group) == (wait.date, wait.kind, wait.clock, wait.group);
            for (name, value) in [("mean", (|w: &WaitRow| w.mean) as fn(&WaitRow) -> Option<f64>), ("p95", |w| w.p95)] {
                let series = format!("wait_{}_{}_{name}", wait.kind.name(), wait.clock.name());
                let row = Row { month, series: &series, whose: wait.group.name(), place: "", unit: "days" };
                self.row(&row, |r| r.waits.iter().find(same).and_then(value))?;
            }
        }
        Ok(())
    }
}

/// The last recorded day of a month.
fn last(r: &Reduced, month: Month) -> Option<usize> {
    r.days.iter().rposition(|day| Month::of(*day) == month)
}
