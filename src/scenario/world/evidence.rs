//! Sources, shelters, observations and the base map.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Reading;
use super::sheet::{Layout, Row, Sheet};
use crate::scenario::error::{Problem, Spot, Text, suggestion};
use crate::scenario::input::{ObservedRow, ShelterRow, Source, TargetRow, Whose};

pub const SOURCES: Layout = Layout {
    file: "sources.csv",
    required: &["source_id", "title", "publisher", "date", "url"],
    optional: &["note"],
    needs_rows: true,
};
pub const SHELTERS: Layout = Layout {
    file: "shelters.csv",
    required: &["place", "from", "places"],
    optional: &["source_id", "note"],
    needs_rows: true,
};
pub const OBSERVED: Layout = Layout {
    file: "observed.csv",
    required: &["series", "from", "to", "nationality", "place", "value", "unit", "used"],
    optional: &["source_id", "note"],
    needs_rows: true,
};

pub const TARGETS: Layout = Layout {
    file: "targets.csv",
    required: &["target", "family", "series", "nationality", "place", "from", "to", "value", "error", "unit"],
    optional: &["tolerance", "kind", "used", "naive", "source_id", "note"],
    needs_rows: true,
};
/// What the column `nationality` of a target may say besides a name.
const GROUPS: [(&str, Whose); 3] = [("", Whose::All), ("foreign", Whose::Foreign), ("national", Whose::National)];

/// What a `source_id` may say besides an id of `sources.csv`: how a value without a source came about.
const UNSOURCED: [&str; 3] = ["assumed", "derived", "general_knowledge"];

pub fn sources(reading: &mut Reading, sheet: &Sheet) {
    let mut seen = BTreeSet::new();
    for row in sheet.rows() {
        if reading.problems.enough() {
            break;
        }
        let Some(id) = reading.problems.keep(row.text("source_id")) else { continue };
        if reading.once(&mut seen, id.to_string(), row.spot("source_id"), "source") {
            reading.source_ids.of(id);
            let cell = |column| row.raw(column).to_string();
            let (title, publisher, date, url) = (cell("title"), cell("publisher"), cell("date"), cell("url"));
            reading.world.sources.push(Source { id: id.into(), title, publisher, date, url });
        }
    }
}

impl Reading {
    /// Checks the `source_id` of a row: ids of `sources.csv` separated by `;`, or a word that says
    /// how the value came about. Not checked in a world without `sources.csv`.
    pub(super) fn source(&mut self, row: &Row) {
        if self.world.sources.is_empty() {
            return;
        }
        for id in row.raw("source_id").split(';').map(str::trim).filter(|id| !id.is_empty()) {
            if !UNSOURCED.contains(&id) && !self.source_ids.contains(id) {
                let known = self.source_ids.names.iter().map(String::as_str).chain(UNSOURCED);
                let near = suggestion(id, known.collect::<Vec<_>>());
                let message = format!("`{id}` is not in sources.csv");
                let problem = Problem::at(&row.spot("source_id"), message, "unknown source").help(near);
                self.problems.push(problem);
            }
        }
    }
}

pub fn shelters(reading: &mut Reading, sheet: &Sheet) {
    let read = |r: &Reading, row: &Row| -> Result<ShelterRow, Problem> {
        Ok(ShelterRow {
            place: r.stay(row)?,
            from: row.date("from")?,
            places: row.number("places", 0.0, 1e7)?,
            source_id: row.raw("source_id").into(),
        })
    };
    let mut seen = BTreeSet::new();
    for row in sheet.rows() {
        if reading.problems.enough() {
            break;
        }
        reading.source(&row);
        let entry = read(reading, &row);
        let Some(entry) = reading.problems.keep(entry) else { continue };
        if reading.once(&mut seen, (entry.place, entry.from), row.spot("place"), "place and date") {
            reading.world.shelters.push(entry);
        }
    }
}

pub fn observed(reading: &mut Reading, sheet: &Sheet) {
    let read = |r: &Reading, row: &Row| -> Result<ObservedRow, Problem> {
        let entry = ObservedRow {
            series: row.text("series")?.into(),
            from: row.date("from")?,
            to: row.date("to")?,
            nationality: row.name_or_empty("nationality", "nationality", &r.nationalities)?,
            place: row.name_or_empty("place", "place", &r.place_ids)?,
            value: row.number("value", -1e12, 1e12)?,
            unit: row.raw("unit").into(),
            used: row.boolean("used")?,
            source_id: row.raw("source_id").into(),
        };
        if entry.to < entry.from {
            return Err(Problem::at(
                &row.spot("to"),
                "`to` must not be before `from`",
                format!("before {}", entry.from),
            ));
        }
        Ok(entry)
    };
    for row in sheet.rows() {
        if reading.problems.enough() {
            break;
        }
        reading.source(&row);
        let entry = read(reading, &row);
        if let Some(entry) = reading.problems.keep(entry) {
            reading.world.observed.push(entry);
        }
    }
}

pub fn targets(reading: &mut Reading, sheet: &Sheet) {
    let read = |r: &Reading, row: &Row| -> Result<TargetRow, Problem> {
        let maybe = |column: &str, low: f64| match row.raw(column) {
            "" => Ok(None),
            _ => row.number(column, low, 1e12).map(Some),
        };
        let group = GROUPS.iter().find(|(word, _)| *word == row.raw("nationality"));
        let target = TargetRow {
            id: row.text("target")?.into(),
            family: row.text("family")?.into(),
            series: row.text("series")?.into(),
            whose: match group {
                Some((_, whose)) => *whose,
                None => Whose::Nationality(row.name("nationality", "nationality", &r.nationalities)?),
            },
            place: row.name_or_empty("place", "place", &r.place_ids)?,
            from: row.date("from")?,
            to: row.date("to")?,
            value: row.number("value", -1e12, 1e12)?,
            error: row.number("error", 0.0, 1e12)?,
            tolerance: maybe("tolerance", 0.0)?,
            unit: row.raw("unit").into(),
            kind: row.raw("kind").into(),
            used: !row.raw("used").is_empty() && row.boolean("used")?,
            naive: maybe("naive", -1e12)?,
            source_id: row.raw("source_id").into(),
            line: row.spot("target").text.position(row.spot("target").span.start).0,
        };
        if target.to < target.from {
            let label = format!("before {}", target.from);
            return Err(Problem::at(&row.spot("to"), "`to` must not be before `from`", label));
        }
        Ok(target)
    };
    let mut seen = BTreeSet::new();
    for row in sheet.rows() {
        if reading.problems.enough() {
            break;
        }
        reading.source(&row);
        let entry = read(reading, &row);
        let Some(entry) = reading.problems.keep(entry) else { continue };
        if reading.once(&mut seen, entry.id.clone(), row.spot("target"), "target") {
            reading.world.targets.push(entry);
        }
    }
}

/// Checks that a base map is GeoJSON.
///
/// # Errors
/// Not JSON, or not a collection of features.
pub fn basemap(text: &Arc<Text>) -> Result<String, Problem> {
    let wrong =
        |spot: &Spot, label: String| Problem::at(spot, "the base map is not a GeoJSON FeatureCollection", label);
    let value: serde_json::Value = serde_json::from_str(&text.text).map_err(|e| {
        let line_start = text.text.split_inclusive('\n').take(e.line().saturating_sub(1)).map(str::len).sum::<usize>();
        // The library counts bytes: one within a character stands for it.
        let offset = text.text.floor_char_boundary(line_start + e.column().saturating_sub(1));
        wrong(&Spot { text: text.clone(), span: offset..offset }, e.to_string())
    })?;
    let is_collection = value.get("type").and_then(|t| t.as_str()) == Some("FeatureCollection");
    if !is_collection || !value.get("features").is_some_and(|f| f.is_array()) {
        return Err(wrong(&Spot::start_of(text), "no features".into()));
    }
    Ok(text.text.clone())
}
