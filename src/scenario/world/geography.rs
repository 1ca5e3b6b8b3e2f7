//! Nationalities, places, modes of travel, legs and ports.

use std::collections::BTreeSet;

use super::Reading;
use super::sheet::{Layout, Row, Sheet};
use crate::scenario::error::{Problem, suggestion};
use crate::scenario::input::{Leg, Mode, Nationality, PapersRule, Place, PlaceKind, Port, limits};

pub const NATIONALITIES: Layout = Layout {
    file: "nationalities.csv",
    required: &["nationality", "national"],
    optional: &["note", "source_id"],
    needs_rows: true,
};
pub const MODES: Layout = Layout {
    file: "modes.csv",
    required: &["mode", "leg_tag", "speed_kmh", "on_foot", "papers"],
    optional: &["note", "source_id"],
    needs_rows: true,
};
pub const PLACES: Layout = Layout {
    file: "places.csv",
    required: &[
        "place",
        "name",
        "kind",
        "zone",
        "admin1",
        "pcode",
        "lat",
        "lon",
        "return_weight",
        "crossing_weight",
        "asylum_weight",
        "waiting_hub",
    ],
    optional: &["source_id", "note"],
    needs_rows: true,
};
pub const ROUTES: Layout = Layout {
    file: "routes.csv",
    required: &["from", "to", "km", "hours", "modes"],
    optional: &["source_id", "note"],
    needs_rows: false,
};
pub const PORTS: Layout = Layout {
    file: "ports.csv",
    required: &["port", "place", "from", "share"],
    optional: &["source_id", "note"],
    needs_rows: true,
};

/// What tables of results write for people who are at no place.
const NO_PLACE: &str = "in_transit";

/// Most kilometres and hours of one leg; most weight of a place or port.
const MOST_KM: f64 = 20_000.0;
const MOST_HOURS: f64 = 1_000.0;
const MOST_WEIGHT: f64 = 1e6;

pub fn nationalities(reading: &mut Reading, sheet: &Sheet) {
    let mut seen = BTreeSet::new();
    for row in sheet.rows() {
        if reading.problems.enough() {
            break;
        }
        let (name, national) = (row.text("nationality"), row.boolean("national"));
        reading.source(&row);
        let (Some(name), Some(national)) = (reading.problems.keep(name), reading.problems.keep(national)) else {
            continue;
        };
        if reading.once(&mut seen, name.to_string(), row.spot("nationality"), "nationality") {
            reading.nationalities.of(name);
            reading.world.names.nationalities.push(name.into());
            reading.world.nationalities.push(Nationality { name: name.into(), national });
        }
    }
}

pub fn modes(reading: &mut Reading, sheet: &Sheet) {
    const PAPERS: [(&str, PapersRule); 3] =
        [("none", PapersRule::None), ("where_refused", PapersRule::WhereRefused), ("always", PapersRule::Always)];
    let read = |row: &Row| -> Result<Mode, Problem> {
        Ok(Mode {
            name: row.text("mode")?.into(),
            leg_tag: row.text("leg_tag")?.into(),
            speed_kmh: row.number_or_empty("speed_kmh", 0.1, 2_000.0)?,
            on_foot: row.boolean("on_foot")?,
            papers: row.choice("papers", &PAPERS)?,
        })
    };
    let mut seen = BTreeSet::new();
    for row in sheet.rows() {
        if reading.problems.enough() {
            break;
        }
        reading.source(&row);
        let Some(mode) = reading.problems.keep(read(&row)) else { continue };
        if reading.once(&mut seen, mode.name.clone(), row.spot("mode"), "mode") {
            reading.world.names.modes.push(mode.name.clone());
            reading.world.modes.push(mode);
        }
    }
}

pub fn places(reading: &mut Reading, sheet: &Sheet) {
    let (mut seen, mut names) = (BTreeSet::new(), BTreeSet::new());
    for row in sheet.rows() {
        if reading.problems.enough() {
            break;
        }
        reading.source(&row);
        let zone = reading.problems.keep(row.text("zone"));
        let zone = zone.map(|zone| reading.zones.of(zone));
        let place = reading.problems.keep(place(&row, zone.unwrap_or(0)));
        let Some(place) = place else { continue };
        if !names.insert(place.name.clone()) {
            let message = format!("two places have the name `{}`", place.name);
            let problem = Problem::at(&row.spot("name"), message, "already given above");
            reading.problems.push(problem.help("charts show places by their names: add what tells them apart"));
            continue;
        }
        if reading.once(&mut seen, place.id.clone(), row.spot("place"), "place") {
            reading.place_ids.of(&place.id);
            reading.place_spots.push(row.spot("place"));
            reading.world.places.push(place);
        }
    }
    // Zones are numbered in order of first appearance.
    reading.world.names.zones = reading.zones.names.clone();
}

fn place(row: &Row, zone: usize) -> Result<Place, Problem> {
    if row.raw("place") == NO_PLACE {
        let message = format!("a place cannot be called `{NO_PLACE}`: tables write that for people on the road");
        return Err(Problem::at(&row.spot("place"), message, "taken"));
    }
    Ok(Place {
        id: row.text("place")?.into(),
        name: row.text("name")?.into(),
        kind: row.choice("kind", &PlaceKind::ALL)?,
        zone,
        admin1: row.raw("admin1").into(),
        pcode: row.raw("pcode").into(),
        lat: row.number("lat", -90.0, 90.0)?,
        lon: row.number("lon", -180.0, 180.0)?,
        return_weight: row.number("return_weight", 0.0, MOST_WEIGHT)?,
        crossing_weight: row.number("crossing_weight", 0.0, MOST_WEIGHT)?,
        asylum_weight: row.number("asylum_weight", 0.0, MOST_WEIGHT)?,
        waiting_hub: row.boolean("waiting_hub")?,
    })
}

pub fn routes(reading: &mut Reading, sheet: &Sheet) {
    let mut seen = BTreeSet::new();
    for row in sheet.rows() {
        if reading.problems.enough() {
            break;
        }
        reading.source(&row);
        let Some(leg) = reading.problems.keep(leg(reading, &row)) else { continue };
        let ends = (leg.from.min(leg.to), leg.from.max(leg.to));
        // Two ways between the same places are two legs if they serve different modes.
        let key = (ends, leg.modes.clone());
        if reading.once(&mut seen, key, row.spot("from"), "leg and modes") {
            reading.world.legs.push(leg);
        }
    }
}

fn leg(reading: &Reading, row: &Row) -> Result<Leg, Problem> {
    let from = row.name("from", "place", &reading.place_ids)?;
    let to = row.name("to", "place", &reading.place_ids)?;
    if from == to {
        return Err(Problem::at(&row.spot("to"), "a leg leads from a place to itself", "the same place"));
    }
    Ok(Leg {
        from,
        to,
        km: row.number("km", 0.001, MOST_KM)?,
        hours: row.number("hours", 0.0, MOST_HOURS)?,
        modes: leg_modes(&reading.world.modes, row)?,
    })
}

fn leg_modes(modes: &[Mode], row: &Row) -> Result<Vec<bool>, Problem> {
    let mut usable = vec![false; modes.len()];
    for tag in row.text("modes")?.split('|').map(str::trim) {
        if !modes.iter().any(|m| m.leg_tag == tag) {
            let mut tags: Vec<&str> = modes.iter().map(|m| m.leg_tag.as_str()).collect();
            tags.sort_unstable();
            tags.dedup();
            let message = format!("no mode in modes.csv has the leg tag `{tag}`");
            let problem = Problem::at(&row.spot("modes"), message, "unknown tag");
            return Err(problem.help(suggestion(tag, tags.iter().copied())));
        }
        for (slot, mode) in usable.iter_mut().zip(modes) {
            *slot |= mode.leg_tag == tag;
        }
    }
    Ok(usable)
}

pub fn ports(reading: &mut Reading, sheet: &Sheet) {
    let mut seen = BTreeSet::new();
    for row in sheet.rows() {
        if reading.problems.enough() {
            break;
        }
        reading.source(&row);
        if reading.world.ports.len() > limits::PORTS {
            break;
        }
        let (name, place, from, share) =
            (row.text("port"), reading.stay(&row), row.date("from"), row.number("share", 0.0, MOST_WEIGHT));
        let keep = &mut reading.problems;
        let (name, place, from, share) = (keep.keep(name), keep.keep(place), keep.keep(from), keep.keep(share));
        let (Some(name), Some(place), Some(from), Some(share)) = (name, place, from, share) else { continue };
        if !reading.once(&mut seen, (name.to_string(), from), row.spot("from"), "port and date") {
            continue;
        }
        let number = reading.port_names.of(name);
        match reading.world.ports.get_mut(number) {
            Some(port) if port.place != place => {
                let message = format!("the port `{name}` is at another place above");
                reading.problems.push(Problem::at(&row.spot("place"), message, "a second place"));
            }
            Some(port) => port.shares.push((from, share)),
            None => reading.world.ports.push(Port { name: name.into(), place, shares: vec![(from, share)] }),
        }
    }
    for port in &mut reading.world.ports {
        port.shares.sort_by_key(|(from, _)| *from);
    }
}
