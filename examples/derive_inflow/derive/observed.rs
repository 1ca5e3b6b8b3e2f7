//! `observed.csv`: what the model must reproduce, to June 2024; US series and the app here,
//! Mexican series in `mexico`.

use std::path::Path;

use super::border_patrol::Encounters;
use super::calendar::Month;
use super::table::{Table, Writer};
use super::{Error, NATIONALITIES, mexico};

/// First and last day of what is compared.
pub const FIRST_DAY: &str = "2023-01-01";
pub const LAST_DAY: &str = "2024-06-30";

/// One observation; empty nationality or place: all.
#[derive(Default)]
pub struct Observation<'a> {
    pub series: &'a str,
    pub from: String,
    pub to: String,
    pub nationality: &'a str,
    pub place: &'a str,
    pub value: f64,
    pub unit: &'a str,
    /// The inflow was derived from it.
    pub used: bool,
    pub source: &'a str,
    pub note: &'a str,
}

/// The rows of `observed.csv`, within the compared days.
pub struct Observations(Writer);

impl Observations {
    /// Adds a row, unless it lies outside the compared days.
    pub fn add(&mut self, o: Observation) -> Result<(), Error> {
        if o.from.as_str() < FIRST_DAY || o.to.as_str() > LAST_DAY {
            return Ok(());
        }
        let value = o.value.to_string();
        let used = if o.used { "true" } else { "false" };
        self.0.row(&[
            o.series,
            &o.from,
            &o.to,
            o.nationality,
            o.place,
            &value,
            o.unit,
            used,
            o.source,
            o.note.trim_end_matches([';', ' ']),
        ])
    }
}

/// The whole table.
pub fn table(folder: &Path) -> Result<String, Error> {
    let header = ["series", "from", "to", "nationality", "place", "value", "unit", "used", "source_id", "note"];
    let mut out = Observations(Writer::new(&header)?);
    processed(folder, &mut out)?;
    encounters(folder, &mut out)?;
    families_at_ports(folder, &mut out)?;
    mexico::interceptions(folder, &mut out)?;
    mexico::asylum_claims(folder, &mut out)?;
    requests(folder, &mut out)?;
    waits(folder, &mut out)?;
    mexico::stocks(folder, &mut out)?;
    mexico::caravans(folder, &mut out)?;
    out.0.text()
}

/// Appointments processed; by nationality without the source's Other, which holds Nicaragua and Brazil.
fn processed(folder: &Path, out: &mut Observations) -> Result<(), Error> {
    let all = Table::read(folder, "observed/cbp_one_monthly.csv")?;
    for row in all.rows() {
        if row.text("metric")? == "appointments_processed" {
            let (from, to) = Month::parse(row.text("period")?)?.days();
            let value = row.number("value")?;
            let (source, note) = (row.text("source_id")?, row.text("note")?);
            out.add(Observation {
                series: "processed",
                from,
                to,
                value,
                unit: "persons",
                used: true,
                source,
                note,
                ..Default::default()
            })?;
        }
    }
    let table = Table::read(folder, "observed/processed_by_nationality_monthly.csv")?;
    for row in table.rows() {
        let nationality = row.text("citizenship")?;
        if NATIONALITIES.contains(&nationality) {
            let (from, to) = Month::parse(row.text("period")?)?.days();
            let (value, source) = (row.number("appointments_processed")?, row.text("source_id")?);
            out.add(Observation {
                series: "processed",
                from,
                to,
                nationality,
                value,
                unit: "persons",
                used: true,
                source,
                note: "rounded to 10",
                ..Default::default()
            })?;
        }
    }
    Ok(())
}

/// US Border Patrol encounters of the south-west border.
fn encounters(folder: &Path, out: &mut Observations) -> Result<(), Error> {
    let encounters = Encounters::read(folder)?;
    for ((month, name), value) in &encounters.persons {
        let (from, to) = month.days();
        let (source, note) = match name.as_str() {
            "other" => ("derived", "S02 Other and China, less Nicaragua and Brazil of S03"),
            "Nicaragua" | "Brazil" => ("S03", "rounded to 10"),
            _ => ("S02", "rounded to 10"),
        };
        let nationality = if name == "ALL" { "" } else { name };
        out.add(Observation {
            series: "border_patrol_encounter",
            from,
            to,
            nationality,
            value: *value,
            unit: "persons",
            used: true,
            source,
            note,
            ..Default::default()
        })?;
    }
    Ok(())
}

/// All encounters at ports, and those of persons in family units; with appointments or without.
fn families_at_ports(folder: &Path, out: &mut Observations) -> Result<(), Error> {
    let table = Table::read(folder, "observed/us_border_family_status_monthly.csv")?;
    for row in table.rows() {
        let series = match (row.text("component")?, row.text("family_status")?) {
            ("OFO", "Total") => "port_encounter",
            ("OFO", "Family Unit Individuals") => "port_encounter_family",
            _ => continue,
        };
        let (from, to) = Month::parse(row.text("month")?)?.days();
        let (value, source) = (row.number("n")?, row.text("source_id")?);
        let note = "at ports, with appointments and without; rounded to 10";
        out.add(Observation { series, from, to, value, unit: "persons", source, note, ..Default::default() })?;
    }
    Ok(())
}

/// Requests of a day, and their mean from the change of method to 8 February 2024.
fn requests(folder: &Path, out: &mut Observations) -> Result<(), Error> {
    let table = Table::read(folder, "observed/cbp_one_monthly.csv")?;
    for row in table.rows() {
        let (metric, period, note) = (row.text("metric")?, row.text("period")?, row.text("note")?);
        let (from, value, source, note) = match metric {
            "requests_per_day" | "requests_for_one_day" => {
                (period, row.number("value")?, row.text("source_id")?, note.to_owned())
            }
            "cumulative_requests" => {
                let note = format!(
                    "middle of 148,000-234,000: {} requests to {period} ({}), 0-24 million of them before 10 May 2023",
                    row.text("value")?,
                    row.text("source_id")?
                );
                ("2023-05-10", 191_000.0, "derived", note)
            }
            _ => continue,
        };
        out.add(Observation {
            series: "requests_per_day",
            from: from.to_owned(),
            to: period.to_owned(),
            value,
            unit: "persons/day",
            used: true,
            source,
            note: &note,
            ..Default::default()
        })?;
    }
    Ok(())
}

/// Completed waits of foreigners, elapsed waits of those still waiting.
fn waits(folder: &Path, out: &mut Observations) -> Result<(), Error> {
    const WANTED: [(&str, &str, &str, &str, &str); 4] = [
        ("S91", "2024-02", "wait_completed_queue_age_mean", "foreigners; ", "2024-02"),
        ("S20", "2024-04-23", "wait_completed_queue_age_mean", "foreigners; ", "2024-04"),
        ("S48", "2023-11-05", "wait_elapsed_time_waiting_p95", "reported as the usual delay; ", "2023-11"),
        ("S42", "2024-01-17", "wait_elapsed_time_waiting_p95", "reported as the longest; ", "2024-01"),
    ];
    let table = Table::read(folder, "observed/wait_times.csv")?;
    for row in table.rows() {
        for (source, as_of, series, words, month) in WANTED {
            if row.is(&[("source_id", source), ("as_of_date", as_of)])? {
                let (from, to) = Month::parse(month)?.days();
                let value = row.number("value_days_high")?;
                let note = format!("{words}as of {as_of}: {}", row.text("note")?);
                out.add(Observation {
                    series,
                    from,
                    to,
                    value,
                    unit: "days",
                    // The level of foreigners who use the app follows them (`invert_inflow`).
                    used: series == "wait_completed_queue_age_mean",
                    source,
                    note: &note,
                    ..Default::default()
                })?;
            }
        }
    }
    Ok(())
}
