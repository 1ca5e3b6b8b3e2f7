//! Section 9: what the run says beside what was published.

use serde::Serialize;

use super::quantity::{Origin, Quantity, Unit};
use super::series;
use super::view::View;
use crate::record::digest::Spread;
use crate::scenario::input::{Month, ObservedRow};

/// Published numbers shown; the rest is in `validate`'s own tables.
const MOST: usize = 26;

/// A published number beside the simulated one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Check {
    pub what: String,
    pub when: String,
    pub published: String,
    pub simulated: Quantity,
    pub unit: String,
    pub inside: bool,
    /// Whether there is a range that it could lie in.
    pub judged: bool,
    /// The published number was used to make the inflow: no test.
    pub used: bool,
    pub source: String,
}

/// The section's table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Validation {
    pub checks: Vec<Check>,
    /// Published numbers of the dates that are a test, and how many of them lie inside the range.
    pub tests: usize,
    pub inside: usize,
    pub left_out: usize,
}

/// Series that are told, most telling first.
const SERIES: [(&str, Unit); 8] = [
    ("wait_completed_queue_age_mean", Unit::Days),
    ("wait_elapsed_time_waiting_p95", Unit::Days),
    ("stock", Unit::Persons),
    ("interception", Unit::Events),
    ("border_patrol_encounter", Unit::Events),
    ("asylum_filed", Unit::Persons),
    ("requests_per_day", Unit::Persons),
    ("processed", Unit::Persons),
];

/// Whole months of a period, if it is one.
fn months(row: &ObservedRow) -> Option<Vec<Month>> {
    let whole = row.from == row.from.first_of_month() && row.to == row.to.last_of_month();
    let mut out = vec![Month::of(row.from)];
    while whole && *out.last()? != Month::of(row.to) {
        let last = out.last()?.first_day().last_of_month().tomorrow().ok()?;
        out.push(Month::of(last));
    }
    whole.then_some(out)
}

/// The simulated counterpart of a published number; `None` where the run has none.
fn simulated(view: &View, row: &ObservedRow, unit: Unit) -> Option<Quantity> {
    let run = view.base();
    let inside = row.from >= run.about.recorded_from && row.to <= run.about.end;
    if !inside || row.nationality.is_some() {
        return None;
    }
    match (row.series.as_str(), row.place) {
        ("stock", Some(place)) => {
            let day = run.day(row.from)?;
            // Counts in cities are of migrants: of foreigners.
            view.worked_out(series::on(&run.foreigners[place], day), unit, false)
        }
        ("requests_per_day", None) => {
            let days = run.day(row.from)?..run.day(row.to)? + 1;
            view.worked_out(series::mean_over(&run.app.requests, days), unit, false)
        }
        (_, None) => {
            // Waits are published for foreigners, counts for all.
            let whose = if row.series.starts_with("wait_") { "foreign" } else { "all" };
            let [month] = months(row)?[..] else { return None };
            let found = |r: &&crate::record::results::MonthRow| {
                r.month == month && r.series == row.series && r.whose == whose && r.place.is_empty()
            };
            let spread: Spread = run.monthly.iter().find(found)?.spread;
            let origin = Origin::of(view.file(run, "monthly"), format!("{month}/{}/{whose}", row.series));
            Some(view.quantity(spread, unit, false, origin))
        }
        _ => None,
    }
}

/// The published numbers that the run has a counterpart for.
pub fn section(view: &View) -> Validation {
    let mut all: Vec<(usize, Check)> = Vec::new();
    for row in &view.base().scenario.world.observed {
        let Some(rank) = SERIES.iter().position(|s| s.0 == row.series) else { continue };
        let Some(number) = simulated(view, row, SERIES[rank].1) else { continue };
        all.push((rank, check(view, row, number)));
    }
    let (tests, used): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, c)| !c.used);
    let inside = tests.iter().filter(|(_, c)| c.inside).count();
    let (count, all) = (tests.len(), tests.len() + used.len());
    // What is a test comes first; of each, the most telling series, and of a series what is latest.
    let ordered = |mut of: Vec<(usize, Check)>| {
        of.reverse();
        of.sort_by_key(|(rank, _)| *rank);
        of.into_iter().map(|(_, check)| check)
    };
    let few = |of: Vec<(usize, Check)>, of_each: usize, most: usize| {
        let mut kept: Vec<(usize, Check)> = Vec::new();
        for (rank, check) in of.into_iter().rev() {
            if kept.iter().filter(|k| k.0 == rank).count() < of_each {
                kept.push((rank, check));
            }
        }
        kept.reverse();
        ordered(kept).take(most).collect::<Vec<_>>()
    };
    let mut checks = few(tests, MOST, MOST);
    let room = MOST - checks.len();
    checks.extend(few(used, 2, room));
    Validation { left_out: all - checks.len(), checks, tests: count, inside }
}

fn check(view: &View, row: &ObservedRow, simulated: Quantity) -> Check {
    let (say, several) = (view.say, view.replicates() > 1);
    let place = row.place.map(|p| view.place_name(p));
    let name = say.text(&format!("metrics.{}", row.series)).to_string();
    let when = match months(row) {
        Some(months) if months.len() == 1 => say.month_year(row.from),
        _ if row.from == row.to => say.date(row.from),
        _ => say.with("common.range", &[("low", &say.date(row.from)), ("high", &say.date(row.to))]),
    };
    Check {
        what: place.map_or(name.clone(), |place| format!("{name}, {place}")),
        when,
        published: say.count(row.value),
        unit: say
            .text(match simulated.unit {
                Unit::Days => "units.days",
                Unit::Events => "units.events",
                _ => "units.persons",
            })
            .into(),
        inside: several && simulated.low <= row.value && row.value <= simulated.high,
        judged: several,
        simulated,
        used: row.used,
        source: row.source_id.clone(),
    }
}

/// Sources that the page names: those of observations, shelters and policies it shows.
pub fn sources(view: &View, shown: &[Check]) -> Vec<Source> {
    let scenario = &view.run.scenario;
    let mut ids: Vec<&str> = shown.iter().map(|c| c.source.as_str()).collect();
    ids.extend(scenario.world.shelters.iter().map(|s| s.source_id.as_str()));
    ids.extend(scenario.policies.iter().flat_map(|p| p.source.split([',', ' ', ';'])));
    for spec in crate::scenario::params::specs().iter().filter(|s| s.path.starts_with("needs.")) {
        ids.push(spec.source);
    }
    ids.sort_unstable();
    ids.dedup();
    ids.retain(|id| view.is_source(id));
    let known = |id: &&str| scenario.world.sources.iter().find(|s| s.id == **id);
    ids.iter()
        .filter_map(known)
        .map(|s| Source {
            id: s.id.clone(),
            title: s.title.clone(),
            publisher: if s.publisher == "-" { String::new() } else { s.publisher.clone() },
            date: if s.date == "-" { String::new() } else { s.date.clone() },
            url: if s.url.starts_with("http") { s.url.clone() } else { String::new() },
        })
        .collect()
}

/// A source as listed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Source {
    pub id: String,
    pub title: String,
    pub publisher: String,
    pub date: String,
    pub url: String,
}
