//! `initial.csv`: who was there on 1 January 2023.

use std::path::Path;

use super::calendar::Month;
use super::table::{Table, Writer, deal};
use super::{Error, NATIONALITIES};

/// A group of persons present on the first day.
pub struct Group {
    pub place: &'static str,
    /// Index into [`NATIONALITIES`].
    pub nationality: usize,
    pub persons: i64,
    waited_days: u32,
    source: String,
    note: String,
}

/// Which mix of nationalities a city is given.
enum Mix {
    /// That of the persons processed at ports in January 2023.
    Processed,
    /// The same among foreigners, beside a known share of Mexicans.
    ProcessedWithMexicans(f64),
    /// That of those who asked Mexico for asylum in 2023.
    AsylumClaims,
}

/// Cities, their stock where no source counts it, days already waited (assumed), mix.
const CITIES: [(&str, &str, Option<i64>, u32, Mix); 6] = [
    ("tijuana", "Tijuana", None, 45, Mix::ProcessedWithMexicans(0.6)),
    ("mexicali", "Mexicali", Some(2000), 45, Mix::Processed),
    ("ciudad_juarez", "Ciudad Juarez", Some(6000), 45, Mix::Processed),
    ("reynosa", "Reynosa", None, 60, Mix::Processed),
    ("matamoros", "Matamoros", None, 60, Mix::Processed),
    ("tapachula", "Tapachula", Some(15000), 30, Mix::AsylumClaims),
];

/// Where those on the way on the first day are, days since they entered, days of January's entries
/// found there: foreigners, then Mexicans (all assumed).
const ON_THE_WAY: [(&str, u32, f64); 4] =
    [("huixtla", 3, 4.0), ("palenque", 5, 2.0), ("juchitan", 7, 3.0), ("cdmx", 12, 5.0)];
const NATIONALS_ON_THE_WAY: [(&str, u32, f64); 2] = [("cdmx", 2, 3.0), ("guadalajara", 4, 4.0)];

/// Those on the way: some days of the entries that the estimate gives January.
fn travelling(folder: &Path) -> Result<Vec<Group>, Error> {
    let mut groups = Vec::new();
    let january = Month::parse("2023-01")?;
    for ((_, nationality), entering) in super::inflow::estimated(folder)?.iter().filter(|((m, _), _)| *m == january) {
        let national = NATIONALITIES[*nationality] == "Mexico";
        let places: &[_] = if national { &NATIONALS_ON_THE_WAY } else { &ON_THE_WAY };
        for &(place, waited_days, days) in places {
            let persons = (entering.persons as f64 * days / 31.0).round() as i64;
            if persons > 0 {
                let note = format!("on the way: {days} days of January's entries (assumed)");
                let source = "assumed".to_owned();
                groups.push(Group { place, nationality: *nationality, persons, waited_days, source, note });
            }
        }
    }
    Ok(groups)
}

/// The stock by city and nationality.
pub fn present(folder: &Path) -> Result<Vec<Group>, Error> {
    let counts = Table::read(folder, "observed/city_waiting.csv")?;
    let processed = processed_mix(folder)?;
    let mut groups = Vec::new();
    for (place, city, assumed, waited_days, mix) in &CITIES {
        let (total, source) = match assumed {
            Some(total) => (*total, "assumed".to_owned()),
            None => counted(&counts, city)?,
        };
        let (weights, words) = match mix {
            Mix::Processed => (processed.clone(), "mix of appointments January to March 2023".to_owned()),
            Mix::ProcessedWithMexicans(share) => (
                with_mexicans(&processed, *share),
                format!(
                    "{:.0}% Mexicans ({source}), foreigners by the mix of appointments January to March 2023",
                    share * 100.0
                ),
            ),
            Mix::AsylumClaims => (claims_mix(folder)?, "mix of 2023 asylum claims in Mexico".to_owned()),
        };
        let origin = if assumed.is_some() { "stock assumed" } else { "stock of 2022-12-19" };
        for (nationality, &persons) in deal(total, &weights).iter().enumerate() {
            if persons > 0 {
                let note = format!("{origin}; {words} (assumed); days waited assumed");
                let source = source.clone();
                groups.push(Group { place, nationality, persons, waited_days: *waited_days, source, note });
            }
        }
    }
    groups.extend(travelling(folder)?);
    Ok(groups)
}

/// The table of those groups.
pub fn table(groups: &[Group]) -> Result<String, Error> {
    let mut out = Writer::new(&["place", "nationality", "persons", "waited_days", "source_id", "note"])?;
    for g in groups {
        let (persons, days) = (g.persons.to_string(), g.waited_days.to_string());
        out.row(&[g.place, NATIONALITIES[g.nationality], &persons, &days, &g.source, &g.note])?;
    }
    out.text()
}

fn counted(table: &Table, city: &str) -> Result<(i64, String), Error> {
    for row in table.rows() {
        if row.is(&[("as_of_date", "2022-12-19"), ("city", city)])? {
            return Ok((row.number("n")? as i64, row.text("source_id")?.to_owned()));
        }
    }
    Err(format!("observed/city_waiting.csv: no count of {city} on 2022-12-19").into())
}

/// Persons processed in January 2023; Russia counts as other. Nicaragua and Brazil are within other.
const MONTHS: [&str; 3] = ["2023-01", "2023-02", "2023-03"];

fn processed_mix(folder: &Path) -> Result<Vec<f64>, Error> {
    let table = Table::read(folder, "observed/processed_by_nationality_monthly.csv")?;
    let mut weights = vec![0.0; NATIONALITIES.len()];
    for row in table.rows() {
        if MONTHS.contains(&row.text("period")?) {
            weights[index_or_other(row.text("citizenship")?)] += row.number("appointments_processed")?;
        }
    }
    Ok(weights)
}

/// Asylum claims of 2023 by nationality; what the total leaves is other.
fn claims_mix(folder: &Path) -> Result<Vec<f64>, Error> {
    let table = Table::read(folder, "observed/comar.csv")?;
    let mut weights = vec![0.0; NATIONALITIES.len()];
    let mut all = 0.0;
    for row in table.rows() {
        if !row.is(&[
            ("period", "2023"),
            ("geography", "MX"),
            ("unit", "applicants"),
            ("source_id", "EFE_COMAR_2023"),
        ])? {
            continue;
        }
        let (name, value) = (row.text("nationality_or_metric")?, row.number("value")?);
        if name == "all" {
            all = value;
        } else if let Some(i) = NATIONALITIES.iter().position(|n| *n == name) {
            weights[i] = value;
        }
    }
    let named: f64 = weights.iter().sum();
    weights[index_or_other("")] = (all - named).max(0.0);
    Ok(weights)
}

fn with_mexicans(weights: &[f64], share: f64) -> Vec<f64> {
    let mexico = index_or_other("Mexico");
    let foreign: f64 = weights.iter().sum::<f64>() - weights[mexico];
    let mut mixed: Vec<f64> = weights.iter().map(|w| w / foreign * (1.0 - share)).collect();
    mixed[mexico] = share;
    mixed
}

fn index_or_other(name: &str) -> usize {
    NATIONALITIES.iter().position(|n| *n == name).unwrap_or(NATIONALITIES.len() - 1)
}
