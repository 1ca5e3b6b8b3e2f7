//! Rows of `targets.csv`: stated ones read, all of them checked and written.

use std::collections::BTreeSet;
use std::path::Path;

use crate::derive::Error;
use crate::derive::table::{Table, Writer};

pub const COLUMNS: [&str; 15] = [
    "target",
    "family",
    "series",
    "nationality",
    "place",
    "from",
    "to",
    "value",
    "error",
    "tolerance",
    "unit",
    "kind",
    "used",
    "naive",
    "source_id",
];
const FAMILIES: [&str; 12] = [
    "slots_used",
    "ramp",
    "requests",
    "completed_wait",
    "elapsed_wait",
    "interception",
    "border_patrol",
    "processed_mix",
    "app_use",
    "asylum",
    "cities",
    "caravans",
];
const KINDS: [&str; 11] = [
    "at_least",
    "at_most",
    "flow",
    "share",
    "change",
    "stock",
    "completed",
    "elapsed",
    "events",
    "caravan",
    "invariant",
];
const UNITS: [&str; 7] = ["persons", "persons/day", "events", "%", "ratio", "days", "km/day"];
/// No target is later: what follows is kept apart.
const LAST_DAY: &str = "2024-06-30";

/// One target, as text in the order of `COLUMNS`, and its note.
pub struct Target {
    pub fields: [String; 15],
    pub note: String,
}

/// The stated targets; a value and a source left empty are those of the observation of that series, day and place.
pub fn stated(beside: &Path, folder: &Path) -> Result<Vec<Target>, Error> {
    let observed = Table::read(folder, "observed.csv")?;
    let mut targets = Vec::new();
    for row in Table::read(beside, "stated.csv")?.rows() {
        let mut fields: [String; 15] = Default::default();
        for (field, column) in fields.iter_mut().zip(COLUMNS) {
            *field = row.text(column)?.to_owned();
        }
        let mut note = row.text("note")?.to_owned();
        if fields[7].is_empty() {
            let mut found = None;
            for o in observed.rows() {
                let same = o.is(&[("place", &fields[4]), ("from", &fields[5]), ("to", &fields[6])])?;
                let series = o.text("series")?;
                if same && (series == fields[2] || fields[2] == "stock" && series == "stock_in_shelters") {
                    found = Some(o);
                }
            }
            let o = found.ok_or_else(|| format!("stated.csv: `{}` is not in observed.csv", fields[0]))?;
            fields[7] = o.text("value")?.to_owned();
            fields[14] = o.text("source_id")?.to_owned();
            note = [note.as_str(), o.text("note")?].join("; ").trim_end_matches("; ").to_owned();
        }
        targets.push(Target { fields, note });
    }
    Ok(targets)
}

/// The whole table, family by family.
pub fn table(mut targets: Vec<Target>, folder: &Path) -> Result<String, Error> {
    let mut sources = BTreeSet::new();
    for row in Table::read(folder, "sources.csv")?.rows() {
        sources.insert(row.text("source_id")?.to_owned());
    }
    let family = |t: &Target| FAMILIES.iter().position(|f| *f == t.fields[1]);
    let mut seen = BTreeSet::new();
    for target in &targets {
        let [name, _, _, _, _, from, to, value, error, tolerance, unit, kind, used, naive, source] = &target.fields;
        let number = |text: &str| text.parse::<f64>().is_ok_and(f64::is_finite);
        let right = family(target).is_some()
            && KINDS.contains(&kind.as_str())
            && UNITS.contains(&unit.as_str())
            && ["true", "false"].contains(&used.as_str())
            && from <= to
            && to.as_str() <= LAST_DAY
            && number(value)
            && error.parse::<f64>().is_ok_and(|e| e > 0.0)
            && (tolerance.is_empty() || number(tolerance))
            && (naive.is_empty() || number(naive))
            && sources.contains(source)
            && seen.insert(name.clone());
        if !right {
            return Err(format!("target `{name}` is double or not understood: {:?}", target.fields).into());
        }
    }
    targets.sort_by_key(family);
    let header: Vec<&str> = COLUMNS.into_iter().chain(["note"]).collect();
    let mut out = Writer::new(&header)?;
    for target in &targets {
        let fields: Vec<&str> = target.fields.iter().map(String::as_str).chain([target.note.as_str()]).collect();
        out.row(&fields)?;
    }
    out.text()
}
