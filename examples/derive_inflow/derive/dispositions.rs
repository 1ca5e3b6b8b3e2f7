//! `dispositions.csv`: what followed an encounter between ports.

use std::collections::BTreeMap;
use std::path::Path;

use super::calendar::Month;
use super::table::{Table, Writer, deal};
use super::{Error, NATIONALITIES};

/// Fewer outcomes than this in a month say little: foreigners as a whole stand in.
const ENOUGH: f64 = 100.0;

/// Last month of the table: the shutdown is followed for three months.
const LAST_MONTH: &str = "2025-04";

/// Whose expulsions under Title 42 ended in Mexico (assumed for the first three, in force since 2020;
/// the others by the agreement of January 2023). The rest were flown home.
const TAKEN_UNDER_TITLE_42: [&str; 7] =
    ["Guatemala", "Honduras", "El Salvador", "Venezuela", "Cuba", "Haiti", "Nicaragua"];

/// Whom Mexico went on taking under Title 8 from 12 May 2023; Nicaragua is not told apart by the source.
const TAKEN_UNDER_TITLE_8: [&str; 3] = ["Venezuela", "Cuba", "Haiti"];

/// Persons by outcome.
#[derive(Debug, Clone, Copy, Default)]
struct Outcomes {
    /// Released, or children handed to those who shelter them.
    released: f64,
    /// Handed over in custody (transfers to ICE).
    held: f64,
    /// Repatriated under Title 8.
    repatriated: f64,
    /// Expelled under Title 42.
    expelled: f64,
}

impl Outcomes {
    fn total(self) -> f64 {
        self.released + self.held + self.repatriated + self.expelled
    }

    fn add(&mut self, other: Outcomes, sign: f64) {
        self.released += sign * other.released;
        self.held += sign * other.held;
        self.repatriated += sign * other.repatriated;
        self.expelled += sign * other.expelled;
    }
}

type ByCitizenship = BTreeMap<(Month, String), Outcomes>;

/// Shares by month and nationality, January 2023 to April 2025; after the last month, held.
pub fn table(folder: &Path, known_to: Month) -> Result<String, Error> {
    let outcomes = read(folder)?;
    let (first, end) = (Month::parse("2023-01")?, Month::parse(LAST_MONTH)?);
    let last = outcomes.keys().map(|(month, _)| *month).max().unwrap_or(first).min(known_to);
    let mut out =
        Writer::new(&["month", "nationality", "released", "removed", "expelled", "held", "source_id", "note"])?;
    for month in first.to(end) {
        let from = month.min(last);
        for name in NATIONALITIES {
            let (found, mut note) = of(&outcomes, from, name);
            let (parts, words) = by_where(found, name);
            note += words;
            let mut source = if note.starts_with("by citizenship") { "S02" } else { "derived" };
            if month > last {
                note += &format!("; {last} held");
                source = "assumed";
            }
            let shares: Vec<String> = deal(10_000, &parts).iter().map(|p| format!("{:.4}", *p as f64 / 1e4)).collect();
            out.row(&[&month.to_string(), name, &shares[0], &shares[1], &shares[2], &shares[3], source, &note])?;
        }
    }
    out.text()
}

/// Released, removed to the country of origin, expelled to the Mexican side, held; and what was assumed.
fn by_where(found: Outcomes, name: &str) -> ([f64; 4], &'static str) {
    let Outcomes { released, held, repatriated, expelled } = found;
    if name == "Mexico" {
        let words = "; all repatriations are to their own side of the border: expelled";
        return ([released, 0.0, repatriated + expelled, held], words);
    }
    if TAKEN_UNDER_TITLE_8.contains(&name) {
        let words = if repatriated > 0.0 { "; Title 8 repatriations taken as returns to Mexico (assumed)" } else { "" };
        return ([released, 0.0, repatriated + expelled, held], words);
    }
    if TAKEN_UNDER_TITLE_42.contains(&name) {
        return ([released, repatriated, expelled, held], "");
    }
    let words = if expelled > 0.0 { "; Title 42 expulsions taken as flights home (assumed)" } else { "" };
    ([released, repatriated + expelled, 0.0, held], words)
}

/// Outcomes of the whole border by citizenship; port paroles are appointments and stay out.
fn read(folder: &Path) -> Result<ByCitizenship, Error> {
    let table = Table::read(folder, "observed/us_border_dispositions_by_citizenship_monthly.csv")?;
    let mut outcomes = ByCitizenship::new();
    for row in table.rows() {
        let n = row.number("n")?;
        let part = match row.text("outcome")? {
            "USBP Releases" | "Transfers to HHS" => Outcomes { released: n, ..Default::default() },
            "Transfers to ICE" => Outcomes { held: n, ..Default::default() },
            "T8 repatriations" => Outcomes { repatriated: n, ..Default::default() },
            "T42 expulsions" => Outcomes { expelled: n, ..Default::default() },
            _ => continue,
        };
        let key = (Month::parse(row.text("month")?)?, row.text("citizenship")?.to_owned());
        outcomes.entry(key).or_default().add(part, 1.0);
    }
    Ok(outcomes)
}

/// A nationality's outcomes in a month, and how they were found.
fn of(outcomes: &ByCitizenship, month: Month, name: &str) -> (Outcomes, String) {
    let get = |name: &str| outcomes.get(&(month, name.to_owned())).copied();
    if let Some(found) = get(name).filter(|o| o.total() >= ENOUGH) {
        return (
            found,
            "by citizenship, all components; transfers of children count as released; port paroles left out".into(),
        );
    }
    let mut rest = get("ALL").unwrap_or_default();
    if get(name).is_some() {
        rest.add(get("Mexico").unwrap_or_default(), -1.0);
        return (rest, format!("fewer than {ENOUGH} outcomes of the nationality: all foreigners (S02)"));
    }
    for listed in NATIONALITIES {
        rest.add(get(listed).unwrap_or_default(), -1.0);
    }
    (rest, "total less the citizenships given (S02)".into())
}
