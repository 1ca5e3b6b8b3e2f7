//! `inflow.csv`: persons entering by month, nationality and place.
//!
//! To June 2024 the estimate of `facts/inflow_estimate.csv`, less those already present on
//! 1 January 2023; after it an extension along the Darién, assumed where people do not come that way.

use std::collections::BTreeMap;
use std::path::Path;

use super::border_patrol::Encounters;
use super::calendar::Month;
use super::factors::{self, Factors};
use super::initial::Group;
use super::table::{Table, Writer, deal};
use super::{Error, NATIONALITIES};

/// The class of the estimate that holds Nicaragua, Brazil and all others.
const OTHERS: &str = "Other (Nicaragua, Brazil, Peru, Russia, China, rest)";
/// Share of a month's inflow that stays when those already present are taken off.
const KEPT: f64 = 0.2;
/// Change a month after the last one known of those who do not come through the Darién (assumed).
const DECLINE: f64 = 0.95;
/// Last month of the extension: the shutdown is followed for three months.
const LAST_MONTH: &str = "2025-04";

/// Entry places of each route, with their shares.
const SUCHIATE: &[(&str, f64)] = &[("ciudad_hidalgo", 1.0)];
const TENOSIQUE: &[(&str, f64)] = &[("tenosique", 1.0)];
const INTERIOR: &[(&str, f64)] = &[
    ("cdmx", 0.25),
    ("guadalajara", 0.15),
    ("morelia", 0.15),
    ("oaxaca", 0.1),
    ("puebla", 0.1),
    ("irapuato", 0.1),
    ("acapulco", 0.15),
];
const AIR: &[(&str, f64)] = &[("cdmx", 0.6), ("tijuana", 0.25), ("monterrey", 0.15)];

/// Share of a nationality that comes through the Darién (see `docs/data.md`).
const VIA_DARIEN: [(&str, f64); 6] =
    [("Venezuela", 1.0), ("Ecuador", 0.5), ("Haiti", 0.4), ("Colombia", 0.15), ("Brazil", 0.15), ("other", 0.15)];

/// Persons of a nationality entering in a month.
pub struct Entering {
    pub persons: i64,
    /// Shares by Suchiate, Tenosique, interior, air.
    routes: [f64; 4],
    source: &'static str,
    note: String,
}

pub type Inflow = BTreeMap<(Month, usize), Entering>;

/// The table: one row per month, nationality and place with at least one person.
///
/// # Errors
/// Facts that cannot be read.
pub fn table(folder: &Path, initial: &[Group], known_to: Month) -> Result<String, Error> {
    let mut inflow = after_first_day(folder, initial)?;
    correct(&mut inflow, &factors::read(known_to)?);
    inflow.retain(|(month, _), _| *month <= known_to);
    extend(&mut inflow, folder, known_to)?;
    let mut out = Writer::new(&["month", "nationality", "place", "persons", "source_id", "note"])?;
    for ((month, nationality), entering) in &inflow {
        for (place, persons) in by_place(entering) {
            let (month, persons) = (month.to_string(), persons.to_string());
            out.row(&[&month, NATIONALITIES[*nationality], place, &persons, entering.source, &entering.note])?;
        }
    }
    out.text()
}

/// The estimate less those already present.
///
/// # Errors
/// Facts that cannot be read.
pub fn after_first_day(folder: &Path, initial: &[Group]) -> Result<Inflow, Error> {
    let mut inflow = estimated(folder)?;
    take_off_present(&mut inflow, initial)?;
    Ok(inflow)
}

/// The central estimate, its class of others divided by Border Patrol encounters of the month.
pub fn estimated(folder: &Path) -> Result<Inflow, Error> {
    let facts = Table::read(folder, "facts/inflow_estimate.csv")?;
    let encounters = Encounters::read(folder)?;
    let mut inflow = Inflow::new();
    let mut overland = None;
    for row in facts.rows() {
        let month = Month::parse(row.text("month")?)?;
        let persons = row.number("persons_central")? as i64;
        let routes = [
            row.number("share_suchiate_tapachula")?,
            row.number("share_tenosique_other_south")?,
            row.number("share_interior_mexico")?,
            row.number("share_air")?,
        ];
        let name = row.text("nationality")?;
        if name == "Honduras" {
            overland = Some(routes);
        }
        if name == OTHERS {
            let parts = ["Nicaragua", "Brazil", "other"];
            let dealt = deal(persons, &parts.map(|n| encounters.of(month, n)));
            for (part, persons) in parts.into_iter().zip(dealt) {
                let routes = if part == "Nicaragua" { overland.unwrap_or(routes) } else { routes };
                let note = "central estimate of Other, divided by Border Patrol encounters of the month (S02, S03)";
                inflow
                    .insert((month, index(part)?), Entering { persons, routes, source: "derived", note: note.into() });
            }
        } else {
            let note = "central estimate by mass balance of exits".into();
            inflow.insert((month, index(name)?), Entering { persons, routes, source: "derived", note });
        }
    }
    Ok(inflow)
}

/// Takes off the first quarter what `initial.csv` already holds: the estimate counts them as entries.
fn take_off_present(inflow: &mut Inflow, initial: &[Group]) -> Result<(), Error> {
    let quarter: Vec<Month> = Month::parse("2023-01")?.to(Month::parse("2023-03")?).collect();
    for nationality in 0..NATIONALITIES.len() {
        let present: i64 = initial.iter().filter(|g| g.nationality == nationality).map(|g| g.persons).sum();
        let months: Vec<i64> =
            quarter.iter().map(|m| inflow.get(&(*m, nationality)).map_or(0, |e| e.persons)).collect();
        let most = (months.iter().sum::<i64>() as f64 * (1.0 - KEPT)).floor() as i64;
        let weights: Vec<f64> = months.iter().map(|m| *m as f64).collect();
        for (month, off) in quarter.iter().zip(deal(present.min(most), &weights)) {
            if let Some(entering) = inflow.get_mut(&(*month, nationality)) {
                entering.persons -= off;
                if off == 0 {
                    continue;
                }
                entering.note += &format!("; less {off} already present on 2023-01-01");
            }
        }
    }
    Ok(())
}

/// What the model makes of the estimate: the exits it leads to are those observed.
fn correct(inflow: &mut Inflow, factors: &Factors) {
    for (at, entering) in inflow.iter_mut() {
        if let Some(factor) = factors.get(at) {
            entering.persons = (entering.persons as f64 * factor).round() as i64;
            entering.note += &format!("; x {factor} by the model");
        }
    }
}

/// After the last month known: the mean of the last three, times the Darién of the month before
/// (against that of the three before) for the share that comes through it, times a decline for the rest.
/// Where the Darién is no longer known its last month is held.
fn extend(inflow: &mut Inflow, folder: &Path, known_to: Month) -> Result<(), Error> {
    let darien = darien(folder)?;
    let last_known = darien.keys().copied().max().ok_or("facts/darien_monthly.csv: no monthly totals")?;
    let crossings = |month: Month| darien.get(&month).copied().ok_or_else(|| format!("no Darién total of {month}"));
    let base = [known_to.plus(-2), known_to.plus(-1), known_to];
    let mut reference = 0.0;
    for month in base {
        reference += crossings(month.plus(-1))? / 3.0;
    }
    let mut rest = 1.0;
    for month in base[2].plus(1).to(Month::parse(LAST_MONTH)?) {
        rest *= DECLINE;
        let before = month.plus(-1);
        let told_by = before.min(last_known);
        let ratio = crossings(told_by)? / reference;
        for (nationality, name) in NATIONALITIES.iter().enumerate() {
            let share = VIA_DARIEN.iter().find(|(n, _)| n == name).map_or(0.0, |(_, share)| *share);
            let entries: Vec<&Entering> = base.iter().filter_map(|m| inflow.get(&(*m, nationality))).collect();
            let Some(last) = entries.last() else { continue };
            let mean = entries.iter().map(|e| e.persons as f64).sum::<f64>() / entries.len() as f64;
            let factor = share * ratio + (1.0 - share) * rest;
            let source = if share == 1.0 && told_by == before { "derived" } else { "assumed" };
            let held = if told_by == before { "" } else { ", held" };
            let how = extension(share, &format!("the Darién of {told_by}{held} (x {ratio:.3})"));
            let note = format!("{} to {known_to} mean x {factor:.3}: {how}", base[0]);
            let entering = Entering { persons: (mean * factor).round() as i64, routes: last.routes, source, note };
            inflow.insert((month, nationality), entering);
        }
    }
    Ok(())
}

/// How a month of the extension was found, in words.
fn extension(share: f64, darien: &str) -> String {
    let rest = "5% a month less, assumed";
    match share {
        1.0 => darien.to_owned(),
        0.0 => rest.to_owned(),
        _ => format!("{:.0}% by {darien}, the rest {rest}", share * 100.0),
    }
}

/// Darién crossings of all nationalities by month.
fn darien(folder: &Path) -> Result<BTreeMap<Month, f64>, Error> {
    let facts = Table::read(folder, "facts/darien_monthly.csv")?;
    let mut totals = BTreeMap::new();
    for row in facts.rows() {
        let month = row.text("month")?;
        if row.text("nationality")? == "all" && month.len() == 7 {
            totals.insert(Month::parse(month)?, row.number("persons")?);
        }
    }
    Ok(totals)
}

/// The persons by entry place, whole and summing to the total.
fn by_place(entering: &Entering) -> Vec<(&'static str, i64)> {
    let mut places: Vec<(&str, f64)> = Vec::new();
    for (share, route) in entering.routes.iter().zip([SUCHIATE, TENOSIQUE, INTERIOR, AIR]) {
        places.extend(route.iter().map(|(place, part)| (*place, share * part)));
    }
    let weights: Vec<f64> = places.iter().map(|(_, weight)| *weight).collect();
    let mut dealt: Vec<(&str, i64)> = Vec::new();
    for ((place, _), persons) in places.into_iter().zip(deal(entering.persons, &weights)) {
        match dealt.iter_mut().find(|(p, _)| *p == place) {
            Some((_, sum)) => *sum += persons,
            None => dealt.push((place, persons)),
        }
    }
    dealt.retain(|(_, persons)| *persons > 0);
    dealt
}

fn index(name: &str) -> Result<usize, Error> {
    let at = NATIONALITIES.iter().position(|n| *n == name);
    at.ok_or_else(|| format!("facts/inflow_estimate.csv: unknown nationality `{name}`").into())
}
