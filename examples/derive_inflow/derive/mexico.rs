//! Observations made in Mexico: events, asylum claims, people waiting in cities, caravans.

use std::path::Path;

use super::calendar::{Month, period};
use super::observed::{Observation, Observations};
use super::table::{Row, Table};
use super::{Error, NATIONALITIES};

/// Periods of Mexico's totals kept beside the single months; others are sums of these.
const TOTAL_PERIODS: [(&str, &str); 6] = [
    ("2023-05", "2023-06"),
    ("2023-09", "2023-12"),
    ("2023-01", "2023-12"),
    ("2024-02", "2024-03"),
    ("2024-01", "2024-03"),
    ("2024-01", "2024-06"),
];
/// Periods kept by nationality; they overlap and must not be added.
const NATIONALITY_PERIODS: [(&str, &str); 4] =
    [("2023-01", "2023-06"), ("2023-01", "2023-12"), ("2024-01", "2024-03"), ("2024-01", "2024-06")];

/// Events of the national statistics (UPMRIP), the whole country, one vintage per period.
pub fn interceptions(folder: &Path, out: &mut Observations) -> Result<(), Error> {
    let months = Table::read(folder, "observed/mexico_encounters_monthly.csv")?;
    for row in months.rows() {
        let nationality = row.text("nationality")?;
        if row.text("geography")? == "MX" && (nationality == "all" || NATIONALITIES.contains(&nationality)) {
            let (from, to) = Month::parse(row.text("month")?)?.days();
            out.add(event(row, nationality, from, to)?)?;
        }
    }
    let cumulative = Table::read(folder, "observed/mexico_encounters_cumulative.csv")?;
    let names = std::iter::once("all").chain(NATIONALITIES);
    for nationality in names {
        let periods = if nationality == "all" { &TOTAL_PERIODS[..] } else { &NATIONALITY_PERIODS[..] };
        for (start, end) in periods {
            let mut best: Option<(u8, Row)> = None;
            for row in cumulative.rows() {
                let wanted = [
                    ("period_start", *start),
                    ("period_end", *end),
                    ("geography", "MX"),
                    ("nationality", nationality),
                    ("metric", "eventos (UPMRIP)"),
                ];
                if row.is(&wanted)? && best.as_ref().is_none_or(|(rank, _)| trust(row).is_ok_and(|t| t < *rank)) {
                    best = Some((trust(row)?, row));
                }
            }
            if let Some((_, row)) = best {
                let (from, to) = period(&format!("{start}..{end}"))?;
                out.add(event(row, nationality, from, to)?)?;
            }
        }
    }
    Ok(())
}

/// How far a row is from reported with high confidence; 0 is best, the first of equals is kept.
fn trust(row: Row) -> Result<u8, Error> {
    let confidence = match row.text("confidence")? {
        "high" => 0,
        "medium" => 2,
        _ => 4,
    };
    Ok(confidence + u8::from(row.text("basis")? != "reported"))
}

fn event<'a>(row: Row<'a>, nationality: &'a str, from: String, to: String) -> Result<Observation<'a>, Error> {
    Ok(Observation {
        series: "interception",
        from,
        to,
        nationality: if nationality == "all" { "" } else { nationality },
        value: row.number("persons")?,
        unit: "events",
        source: row.text("source_id")?,
        note: row.text("note")?,
        ..Default::default()
    })
}

/// Asylum claims (COMAR), national and in Tapachula; periods that only add up others are left out.
pub fn asylum_claims(folder: &Path, out: &mut Observations) -> Result<(), Error> {
    const SUMS: [&str; 6] = [
        "2023-01..2023-05",
        "2023-01..2023-08",
        "2023-01..2023-10",
        "2023-01..2023-11",
        "2023-01-01..2023-11-15",
        "2023-11..2023-12",
    ];
    let table = Table::read(folder, "observed/comar.csv")?;
    let mut seen: Vec<(&str, &str, &str)> = Vec::new();
    for row in table.rows() {
        let (when, name, geography) = (row.text("period")?, row.text("nationality_or_metric")?, row.text("geography")?);
        let known = name == "all" || NATIONALITIES.contains(&name);
        let place = match geography {
            "MX" => "",
            "Tapachula" => "tapachula",
            _ => continue,
        };
        let key = (when, name, place);
        if row.text("unit")? != "applicants" || !known || SUMS.contains(&when) || seen.contains(&key) {
            continue;
        }
        seen.push(key);
        let (from, to) = period(when)?;
        out.add(Observation {
            series: "asylum_filed",
            from,
            to,
            nationality: if name == "all" { "" } else { name },
            place,
            value: row.number("value")?,
            unit: "persons",
            used: place.is_empty(),
            source: row.text("source_id")?,
            note: row.text("note")?,
        })?;
    }
    Ok(())
}

/// People in border cities: counts of a city's stock, and counts of shelters, which are lower bounds.
pub fn stocks(folder: &Path, out: &mut Observations) -> Result<(), Error> {
    const STOCKS: [(&str, &str, &str); 9] = [
        ("2023-05-04", "Mexicali", "stock"),
        ("2023-06-30", "Reynosa", "stock"),
        ("2023-06-30", "Matamoros", "stock"),
        ("2023-06-30", "Nuevo Laredo", "stock"),
        ("2023-12-26", "Matamoros", "stock"),
        ("2023-05-22", "Mexicali", "stock_in_shelters"),
        ("2023-12-26", "Tijuana", "stock_in_shelters"),
        ("2023-12-26", "Reynosa", "stock_in_shelters"),
        ("2024-01-17", "Ciudad Juarez", "stock_in_shelters"),
    ];
    let table = Table::read(folder, "observed/city_waiting.csv")?;
    for row in table.rows() {
        for (date, city, series) in STOCKS {
            if row.is(&[("as_of_date", date), ("city", city)])? {
                let place = city.to_lowercase().replace(' ', "_");
                let note = [row.text("what")?, row.text("note")?].join("; ");
                out.add(Observation {
                    series,
                    from: date.to_owned(),
                    to: date.to_owned(),
                    place: &place,
                    value: row.number("n")?,
                    unit: "persons",
                    source: row.text("source_id")?,
                    note: note.trim_end_matches("; "),
                    ..Default::default()
                })?;
            }
        }
    }
    Ok(())
}

/// Size of a caravan where it was counted on the way.
pub fn caravans(folder: &Path, out: &mut Observations) -> Result<(), Error> {
    const PLACES: [(&str, &str); 5] = [
        ("Huehuetán", "huehuetan"),
        ("Huixtla", "huixtla"),
        ("Mapastepec", "mapastepec"),
        ("Arriaga", "arriaga"),
        ("Juchitán", "juchitan"),
    ];
    let table = Table::read(folder, "observed/caravans.csv")?;
    for row in table.rows() {
        let (checkpoint, when) = (row.text("checkpoint_place")?, row.text("checkpoint_date")?);
        let Some((_, place)) = PLACES.iter().find(|(name, _)| *name == checkpoint) else { continue };
        if when.is_empty() || row.text("size_at_checkpoint")?.is_empty() {
            continue;
        }
        let (from, to) = period(when)?;
        let note = format!(
            "caravan {}, left with {}-{}; {}",
            row.text("caravan_id")?,
            row.text("size_low")?,
            row.text("size_high")?,
            row.text("note")?
        );
        out.add(Observation {
            series: "caravan_persons",
            from,
            to,
            place,
            value: row.number("size_at_checkpoint")?,
            unit: "persons",
            source: row.text("source_id")?,
            note: &note,
            ..Default::default()
        })?;
    }
    Ok(())
}
