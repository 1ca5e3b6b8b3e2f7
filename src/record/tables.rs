//! The tables of observations: each replicate's rows, appended in order of replicates.

use std::path::Path;

use jiff::civil::Date;
use rayon::ThreadPool;
use rayon::prelude::*;

use super::error::FileError;
use super::schema::{self, IN_TRANSIT};
use super::staged_file::FileRecord;
use super::table_writer::{TableOptions, TableWriter};
use crate::model::observation::{Count, Cube, Event, Observation, QueueDay, State};
use crate::scenario::input::{Month, Scenario, World};

/// The tables that grow by replicate.
pub struct ObservationTables {
    stocks_by_place: TableWriter,
    stocks_by_nationality: TableWriter,
    flows: TableWriter,
    appointments: TableWriter,
    waits: TableWriter,
    equity: TableWriter,
    caravans: TableWriter,
    legs: TableWriter,
    geofence: TableWriter,
    queue: TableWriter,
    foreigners: TableWriter,
    events_by_place: TableWriter,
    /// Only when households are sampled.
    households: Option<TableWriter>,
}

impl ObservationTables {
    /// Starts every table in `folder`; `households.csv` only if `sampled`.
    ///
    /// # Errors
    /// A file cannot be created.
    pub fn create(folder: &Path, options: TableOptions, sampled: bool) -> Result<Self, FileError> {
        let start = |table| TableWriter::create(folder, table, options);
        Ok(ObservationTables {
            stocks_by_place: start(&schema::STOCKS_BY_PLACE)?,
            stocks_by_nationality: start(&schema::STOCKS_BY_NATIONALITY)?,
            flows: start(&schema::FLOWS)?,
            appointments: start(&schema::APPOINTMENTS)?,
            waits: start(&schema::WAITS)?,
            equity: start(&schema::EQUITY)?,
            caravans: start(&schema::CARAVANS)?,
            legs: start(&schema::LEGS)?,
            geofence: start(&schema::GEOFENCE)?,
            queue: start(&schema::QUEUE)?,
            foreigners: start(&schema::FOREIGNERS_BY_PLACE)?,
            events_by_place: start(&schema::EVENTS_BY_PLACE)?,
            households: if sampled { Some(start(&schema::HOUSEHOLDS_TABLE)?) } else { None },
        })
    }

    /// Appends the rows of one replicate, table beside table if there are threads with nothing else to do.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn append(
        &mut self,
        scenario: &Scenario,
        observation: &Observation,
        spare: Option<&ThreadPool>,
    ) -> Result<(), FileError> {
        let rows = Rows { world: &scenario.world, observation, days: days(scenario, observation) };
        let mut tables = self.with_rows();
        match spare {
            Some(pool) => pool.install(|| tables.par_iter_mut().try_for_each(|(add, table)| add(&rows, table))),
            None => tables.iter_mut().try_for_each(|(add, table)| add(&rows, table)),
        }
    }

    /// Every table and what adds a replicate's rows to it, those with most rows first.
    fn with_rows<'a>(&mut self) -> Vec<(AddRows<'a>, &mut TableWriter)> {
        let always: [(AddRows<'a>, &mut TableWriter); 12] = [
            (Rows::stocks_by_place, &mut self.stocks_by_place),
            (Rows::flows, &mut self.flows),
            (Rows::events_by_place, &mut self.events_by_place),
            (Rows::stocks_by_nationality, &mut self.stocks_by_nationality),
            (Rows::foreigners, &mut self.foreigners),
            (Rows::appointments, &mut self.appointments),
            (Rows::queue, &mut self.queue),
            (Rows::geofence, &mut self.geofence),
            (Rows::legs, &mut self.legs),
            (Rows::waits, &mut self.waits),
            (Rows::equity, &mut self.equity),
            (Rows::caravans, &mut self.caravans),
        ];
        let mut tables = Vec::from(always);
        tables.extend(self.households.as_mut().map(|table| (Rows::households as AddRows<'a>, table)));
        tables
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn finish(self) -> Result<Vec<FileRecord>, FileError> {
        let tables = [
            Some(self.stocks_by_place),
            Some(self.stocks_by_nationality),
            Some(self.flows),
            Some(self.appointments),
            Some(self.waits),
            Some(self.equity),
            Some(self.caravans),
            Some(self.legs),
            Some(self.geofence),
            Some(self.queue),
            Some(self.foreigners),
            Some(self.events_by_place),
            self.households,
        ];
        let mut files = Vec::new();
        for table in tables.into_iter().flatten() {
            files.append(&mut table.finish()?);
        }
        Ok(files)
    }
}

/// The recorded days of an observation.
pub fn days(scenario: &Scenario, observation: &Observation) -> Vec<Date> {
    let first = observation.first_day.unwrap_or(scenario.record_from);
    first.series(jiff::Span::new().days(1)).take(observation.days).collect()
}

/// Calls `row` with every cell of a table that counts somebody, in order.
fn each_filled(
    cube: &Cube,
    mut row: impl FnMut(usize, usize, usize, Count) -> Result<(), FileError>,
) -> Result<(), FileError> {
    // Most cells are empty: they are looked through as one list, and places worked out for the others.
    for (i, count) in cube.cells.iter().enumerate().filter(|(_, count)| !count.is_zero()) {
        let line = i / cube.second;
        row(line / cube.first, line % cube.first, i % cube.second, *count)?;
    }
    Ok(())
}

/// Adds the rows of one replicate to one table.
type AddRows<'a> = fn(&Rows<'a>, &mut TableWriter) -> Result<(), FileError>;

/// One replicate's rows.
struct Rows<'a> {
    world: &'a World,
    observation: &'a Observation,
    days: Vec<Date>,
}

impl Rows<'_> {
    fn replicate(&self) -> u32 {
        self.observation.replicate
    }

    /// Identifier of a place, or [`IN_TRANSIT`] for the index after the last.
    fn place(&self, place: usize) -> &str {
        self.world.places.get(place).map_or(IN_TRANSIT, |p| &p.id)
    }

    fn nationality(&self, nationality: usize) -> &str {
        &self.world.nationalities[nationality].name
    }

    fn stocks_by_place(&self, out: &mut TableWriter) -> Result<(), FileError> {
        each_filled(&self.observation.stocks_by_place, |day, place, state, count| {
            out.int(self.replicate()).date(self.days[day]).text(self.place(place));
            out.text(self.world.places.get(place).map_or("", |p| &p.pcode));
            out.text(State::ALL[state].name()).int(count.persons).int(count.households).end_row()
        })
    }

    fn stocks_by_nationality(&self, out: &mut TableWriter) -> Result<(), FileError> {
        each_filled(&self.observation.stocks_by_nationality, |day, nationality, state, count| {
            out.int(self.replicate()).date(self.days[day]).text(self.nationality(nationality));
            out.text(State::ALL[state].name()).int(count.persons).int(count.households).end_row()
        })
    }

    fn flows(&self, out: &mut TableWriter) -> Result<(), FileError> {
        each_filled(&self.observation.flows, |day, event, nationality, count| {
            let event = Event::ALL[event];
            out.int(self.replicate()).date(self.days[day]).text(event.name()).text(event.kind().name());
            out.text(self.nationality(nationality)).int(count.persons).int(count.households).end_row()
        })
    }

    fn appointments(&self, out: &mut TableWriter) -> Result<(), FileError> {
        let ports = &self.world.ports;
        for (day, date) in self.days.iter().enumerate() {
            for (i, port) in ports.iter().enumerate() {
                let p = &self.observation.appointments[day * ports.len() + i];
                out.int(self.replicate()).date(*date).text(&port.name);
                for n in [p.slots, p.offered, p.confirmed, p.lapsed, p.no_show, p.processed, p.requests, p.backlog] {
                    out.int(n);
                }
                out.end_row()?;
            }
        }
        Ok(())
    }

    fn waits(&self, out: &mut TableWriter) -> Result<(), FileError> {
        for w in &self.observation.waits {
            out.int(self.replicate()).date(w.date).text(w.kind.name()).text(w.clock.name()).text(w.group.name());
            out.int(w.n).float(w.mean).float(w.p10).float(w.p50).float(w.p90).float(w.p95).end_row()?;
        }
        Ok(())
    }

    fn equity(&self, out: &mut TableWriter) -> Result<(), FileError> {
        for e in &self.observation.equity {
            out.int(self.replicate()).text(&self.world.nationalities[e.nationality].name);
            out.int(e.household_size).text(e.measure.name()).float(e.value).end_row()?;
        }
        Ok(())
    }

    fn caravans(&self, out: &mut TableWriter) -> Result<(), FileError> {
        for c in &self.observation.caravans {
            out.int(self.replicate()).text(&c.caravan).date(c.date).text(self.place(c.place)).float(c.km);
            out.int(c.persons).int(c.joined).int(c.left).int(c.detained).text(c.status.name());
            out.int(c.households)
                .int(c.families)
                .int(c.small_families)
                .int(c.children)
                .int(c.small_children)
                .end_row()?;
        }
        Ok(())
    }

    fn legs(&self, out: &mut TableWriter) -> Result<(), FileError> {
        for l in &self.observation.legs {
            out.int(self.replicate()).text(&Month::of(l.month).to_string()).text(self.place(l.from));
            out.text(self.place(l.to)).text(&self.world.modes[l.mode].name).int(l.persons).end_row()?;
        }
        Ok(())
    }

    fn geofence(&self, out: &mut TableWriter) -> Result<(), FileError> {
        let nationalities = &self.world.nationalities;
        for (day, date) in self.days.iter().enumerate() {
            for (i, nationality) in nationalities.iter().enumerate() {
                let [unregistered, registered] = self.observation.outside_geofence[day * nationalities.len() + i];
                if unregistered + registered > 0 {
                    out.int(self.replicate()).date(*date).text(&nationality.name);
                    out.int(registered).int(unregistered).end_row()?;
                }
            }
        }
        Ok(())
    }

    fn queue(&self, out: &mut TableWriter) -> Result<(), FileError> {
        let nationalities = &self.world.nationalities;
        for (day, date) in self.days.iter().enumerate() {
            for (i, nationality) in nationalities.iter().enumerate() {
                let q = self.observation.queue[day * nationalities.len() + i];
                if q != QueueDay::default() {
                    out.int(self.replicate()).date(*date).text(&nationality.name);
                    out.int(q.backlog).int(q.registered_long).int(q.present_long).end_row()?;
                }
            }
        }
        Ok(())
    }

    fn foreigners(&self, out: &mut TableWriter) -> Result<(), FileError> {
        let width = self.world.places.len() + 1;
        for (day, date) in self.days.iter().enumerate() {
            for (place, &persons) in self.observation.foreigners[day * width..(day + 1) * width].iter().enumerate() {
                if persons > 0 {
                    out.int(self.replicate()).date(*date).text(self.place(place)).int(persons).end_row()?;
                }
            }
        }
        Ok(())
    }

    fn events_by_place(&self, out: &mut TableWriter) -> Result<(), FileError> {
        let mut months: Vec<Month> = self.days.iter().map(|day| Month::of(*day)).collect();
        months.dedup();
        let months: Vec<String> = months.iter().map(Month::to_string).collect();
        let places = self.world.places.len().max(1);
        each_filled(&self.observation.events_by_place, |row, event, nationality, count| {
            let (month, place) = (&months[row / places], row % places);
            out.int(self.replicate()).text(month).text(self.place(place)).text(Event::ALL[event].name());
            out.text(self.nationality(nationality)).int(count.persons).int(count.households).end_row()
        })
    }

    fn households(&self, out: &mut TableWriter) -> Result<(), FileError> {
        for p in &self.observation.paths {
            out.int(self.replicate()).int(p.household).int(p.family).date(p.date);
            out.text(&self.world.nationalities[p.nationality].name).int(p.persons).int(p.children);
            out.text(p.place.map_or(IN_TRANSIT, |i| self.place(i))).text(p.event.name()).end_row()?;
        }
        Ok(())
    }
}
