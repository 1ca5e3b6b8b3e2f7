//! `needs.csv`: people by week and place, shelter places, and what the people need.

use std::path::Path;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::digest::Spread;
use super::error::FileError;
use super::quantile::spread;
use super::reduced::Reduced;
use super::schema;
use super::staged_file::FileRecord;
use super::table_writer::{TableOptions, TableWriter};
use crate::scenario::input::Scenario;
use crate::scenario::params::Needs;

/// Days of a week that lie within the run: the Monday, and indices of the first and last day + 1.
struct Week {
    monday: Date,
    days: std::ops::Range<usize>,
}

fn weeks(days: &[Date]) -> Vec<Week> {
    let mut weeks: Vec<Week> = Vec::new();
    for (i, day) in days.iter().enumerate() {
        let monday = day.saturating_sub(i64::from(day.weekday().to_monday_zero_offset()).days());
        match weeks.last_mut() {
            Some(week) if week.monday == monday => week.days.end = i + 1,
            _ => weeks.push(Week { monday, days: i..i + 1 }),
        }
    }
    weeks
}

/// Writes `needs.csv`; only its header where needs are switched off.
///
/// # Errors
/// The file cannot be written.
pub fn write(
    folder: &Path,
    options: TableOptions,
    scenario: &Scenario,
    replicates: &[Reduced],
) -> Result<Vec<FileRecord>, FileError> {
    let mut out = TableWriter::create(folder, &schema::NEEDS, options)?;
    let days = replicates.first().map_or(&[][..], |r| &r.days);
    for week in weeks(days) {
        let needs = &scenario.params_on(week.monday.max(scenario.start)).needs;
        if needs.enabled {
            for place in 0..scenario.world.places.len() {
                row(&mut out, scenario, replicates, needs, &week, place)?;
            }
        }
    }
    out.finish()
}

fn row(
    out: &mut TableWriter,
    scenario: &Scenario,
    replicates: &[Reduced],
    needs: &Needs,
    week: &Week,
    place: usize,
) -> Result<(), FileError> {
    let width = scenario.world.places.len() + 1;
    let mean = |r: &Reduced| {
        let persons: u64 = week.days.clone().map(|d| u64::from(r.stock_by_place[d * width + place])).sum();
        persons as f64 / week.days.len() as f64
    };
    let mut present: Vec<f64> = replicates.iter().map(mean).collect();
    if present.iter().all(|n| *n == 0.0) {
        return Ok(());
    }
    let shelter_places = places_on(scenario, place, week.monday.max(scenario.start));
    let shortfall = shelter_places.and_then(|places| {
        let short = |n: &f64| (n * needs.sheltered_share - places).max(0.0);
        spread(&mut present.iter().map(short).collect::<Vec<_>>())
    });
    let persons = spread(&mut present).unwrap_or_default();
    let here = &scenario.world.places[place];
    out.date(week.monday).text(&here.id);
    out.int(whole(persons.p05)).int(whole(persons.p50)).int(whole(persons.p95));
    out.maybe_int(shelter_places.map(whole));
    for of in [|s: Spread| s.p05, |s: Spread| s.p50, |s: Spread| s.p95] {
        out.maybe_int(shortfall.map(|s| whole(of(s))));
    }
    supplies(out, needs, persons.p50.round());
    out.text(&here.pcode).end_row()
}

/// What that many persons need, in the order of the table's columns.
fn supplies(out: &mut TableWriter, needs: &Needs, persons: f64) {
    out.int(whole(persons * needs.water_litres)).int(whole(persons * needs.meals));
    out.int(at_least(persons / needs.persons_per_toilet)).int(at_least(persons / needs.persons_per_tap));
    out.int(whole(persons * needs.shelter_m2));
    out.int(at_least(persons / 10_000.0 * needs.health_workers));
    out.int(at_least(persons / needs.persons_per_health_post));
    out.int(whole(persons * needs.soap_g / 1000.0)).int(whole(persons * needs.kcal / 1000.0));
}

fn whole(x: f64) -> u64 {
    x.round() as u64
}

fn at_least(x: f64) -> u64 {
    x.ceil() as u64
}

/// Shelter places known on a date; `None` where the world has no figure that early.
fn places_on(scenario: &Scenario, place: usize, date: Date) -> Option<f64> {
    let known = scenario.world.shelters.iter().filter(|s| s.place == place && s.from <= date);
    known.max_by_key(|s| s.from).map(|s| s.places)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn weeks_start_on_mondays_and_may_be_cut() {
        // 2024-05-17 is a Friday.
        let days: Vec<Date> = date(2024, 5, 17).series(1.day()).take(12).collect();
        let weeks = weeks(&days);
        let found: Vec<_> = weeks.iter().map(|w| (w.monday, w.days.clone())).collect();
        assert_eq!(found, [(date(2024, 5, 13), 0..3), (date(2024, 5, 20), 3..10), (date(2024, 5, 27), 10..12)]);
    }
}
