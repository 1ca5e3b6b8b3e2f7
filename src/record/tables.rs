//! The tables of observations: each replicate's rows, appended in order of replicates.

use std::path::Path;

use jiff::civil::Date;

use super::error::FileError;
use super::schema::{self, IN_TRANSIT};
use super::staged_file::FileRecord;
use super::table_writer::{TableOptions, TableWriter};
use crate::model::observation::{Event, Observation, QueueDay, State};
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

    /// Appends the rows of one replicate.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn append(&mut self, scenario: &Scenario, observation: &Observation) -> Result<(), FileError> {
        let rows = Rows { world: &scenario.world, observation, days: days(scenario, observation) };
        rows.stocks_by_place(&mut self.stocks_by_place)?;
        rows.stocks_by_nationality(&mut self.stocks_by_nationality)?;
        rows.flows(&mut self.flows)?;
        rows.appointments(&mut self.appointments)?;
        rows.waits(&mut self.waits)?;
        rows.equity(&mut self.equity)?;
        rows.caravans(&mut self.caravans)?;
        rows.legs(&mut self.legs)?;
        rows.geofence(&mut self.geofence)?;
        rows.queue(&mut self.queue)?;
        rows.foreigners(&mut self.foreigners)?;
        rows.events_by_place(&mut self.events_by_place)?;
        if let Some(households) = &mut self.households {
            rows.households(households)?;
        }
        Ok(())
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

    fn stocks_by_place(&self, out: &mut TableWriter) -> Result<(), FileError> {
        let cube = &self.observation.stocks_by_place;
        for (day, date) in self.days.iter().enumerate() {
            for place in 0..cube.first {
                for (j, state) in State::ALL.iter().enumerate() {
                    let count = cube.at(day, place, j);
                    if count.is_zero() {
                        continue;
                    }
                    out.int(self.replicate()).date(*date).text(self.place(place));
                    out.text(self.world.places.get(place).map_or("", |p| &p.pcode));
                    out.text(state.name()).int(count.persons).int(count.households).end_row()?;
                }
            }
        }
        Ok(())
    }

    fn stocks_by_nationality(&self, out: &mut TableWriter) -> Result<(), FileError> {
        let cube = &self.observation.stocks_by_nationality;
        for (day, date) in self.days.iter().enumerate() {
            for (i, nationality) in self.world.nationalities.iter().enumerate() {
                for (j, state) in State::ALL.iter().enumerate() {
                    let count = cube.at(day, i, j);
                    if count.is_zero() {
                        continue;
                    }
                    out.int(self.replicate()).date(*date).text(&nationality.name).text(state.name());
                    out.int(count.persons).int(count.households).end_row()?;
                }
            }
        }
        Ok(())
    }

    fn flows(&self, out: &mut TableWriter) -> Result<(), FileError> {
        for (day, date) in self.days.iter().enumerate() {
            for (i, event) in Event::ALL.iter().enumerate() {
                for (j, nationality) in self.world.nationalities.iter().enumerate() {
                    let count = self.observation.flows.at(day, i, j);
                    if count.is_zero() {
                        continue;
                    }
                    out.int(self.replicate()).date(*date).text(event.name()).text(event.kind().name());
                    out.text(&nationality.name).int(count.persons).int(count.households).end_row()?;
                }
            }
        }
        Ok(())
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
            out.int(e.household_size).text(e.measure).float(e.value).end_row()?;
        }
        Ok(())
    }

    fn caravans(&self, out: &mut TableWriter) -> Result<(), FileError> {
        for c in &self.observation.caravans {
            out.int(self.replicate()).text(&c.caravan).date(c.date).text(self.place(c.place)).float(c.km);
            out.int(c.persons).int(c.joined).int(c.left).int(c.detained).text(c.status);
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
        let cube = &self.observation.events_by_place;
        let mut months: Vec<Month> = self.days.iter().map(|day| Month::of(*day)).collect();
        months.dedup();
        let places = self.world.places.len().max(1);
        for row in 0..cube.days {
            let (month, place) = (months[row / places].to_string(), row % places);
            for (i, event) in Event::ALL.iter().enumerate() {
                for (j, nationality) in self.world.nationalities.iter().enumerate() {
                    let count = cube.at(row, i, j);
                    if count.is_zero() {
                        continue;
                    }
                    out.int(self.replicate()).text(&month).text(self.place(place)).text(event.name());
                    out.text(&nationality.name).int(count.persons).int(count.households).end_row()?;
                }
            }
        }
        Ok(())
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
