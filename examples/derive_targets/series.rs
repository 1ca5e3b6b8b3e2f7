//! Targets computed from the observations.

use crate::derive::Error;
use crate::derive::calendar::{Month, period};
use crate::known::{Figure, Known, Period, months};
use crate::rows::Target;

/// Official US counts: share of the count, and least error in persons.
const OFFICIAL: f64 = 0.01;
const LEAST: f64 = 5.0;
/// Mexico's events are revised after publication.
const EVENTS: f64 = 0.06;
/// Asylum claims are revised by up to 2 % after a half-year.
const CLAIMS: f64 = 0.02;
/// No share is known better than this, in points.
const LEAST_SHARE: f64 = 0.1;

const PROCESSED: &str = "processed";
const BORDER_PATROL: &str = "border_patrol_encounter";
const EVENT: &str = "interception";
const CLAIM: &str = "asylum_filed";

/// Border Patrol by month, besides foreigners and nationals.
const LARGER: [&str; 5] = ["Venezuela", "Honduras", "Guatemala", "Colombia", "Ecuador"];
/// Among foreigners processed; the first three have a tolerance.
const MIX: [&str; 5] = ["Cuba", "Haiti", "Venezuela", "Honduras", "Colombia"];
/// Share using the app; the first four have a tolerance.
const APP: [&str; 9] =
    ["Venezuela", "Cuba", "Honduras", "Colombia", "Haiti", "Guatemala", "Ecuador", "El Salvador", "Mexico"];

/// A target before it is written.
#[derive(Default)]
struct Draft<'a> {
    name: String,
    family: &'a str,
    series: &'a str,
    nationality: &'a str,
    place: &'a str,
    from: String,
    to: String,
    value: f64,
    error: f64,
    tolerance: Option<f64>,
    unit: &'a str,
    kind: &'a str,
    used: bool,
    naive: Option<f64>,
    source: &'a str,
    note: &'a str,
}

struct Targets(Vec<Target>);

impl Targets {
    fn add(&mut self, draft: Draft) {
        let number = |x: f64| ((x * 1000.0).round() / 1000.0).to_string();
        let optional = |x: Option<f64>| x.map(number).unwrap_or_default();
        let fields = [
            draft.name,
            draft.family.to_owned(),
            draft.series.to_owned(),
            draft.nationality.to_owned(),
            draft.place.to_owned(),
            draft.from,
            draft.to,
            number(draft.value),
            number(draft.error),
            optional(draft.tolerance),
            draft.unit.to_owned(),
            draft.kind.to_owned(),
            draft.used.to_string(),
            optional(draft.naive),
            draft.source.to_owned(),
        ];
        self.0.push(Target { fields, note: draft.note.trim_start_matches("; ").to_owned() });
    }
}

/// All computed targets.
pub fn all(known: &Known) -> Result<Vec<Target>, Error> {
    let mut out = Targets(Vec::new());
    let every: Vec<Month> = Month::parse("2023-01")?.to(Month::parse("2024-06")?).collect();
    processed(known, &every, &mut out)?;
    border_patrol(known, &every, &mut out)?;
    changes(known, &mut out)?;
    mix(known, &every, &mut out)?;
    families(known, &every, &mut out)?;
    app_use(known, &every, &mut out)?;
    events(known, &mut out)?;
    event_shares(known, &mut out)?;
    claims(known, &mut out)?;
    claim_shares(known, &mut out)?;
    Ok(out.0)
}

fn found(value: Option<f64>, what: &str, month: Month) -> Result<f64, Error> {
    value.ok_or_else(|| format!("observed.csv: no {what} in {month}").into())
}

/// Error of an official count.
fn official(persons: f64) -> f64 {
    (OFFICIAL * persons).max(LEAST)
}

/// A share in % and its error, from a part and the rest, each with its own error.
fn share(part: f64, rest: f64, error: impl Fn(f64) -> f64) -> (f64, f64) {
    let whole = part + rest;
    let spread = (error(part) * rest).hypot(error(rest) * part) / (whole * whole);
    (100.0 * part / whole, (100.0 * spread).max(LEAST_SHARE))
}

/// As part of a target's name.
fn kebab(name: &str) -> String {
    if name.is_empty() { "all".to_owned() } else { name.to_lowercase().replace([' ', '_'], "-") }
}

/// As part of a target's name: a month, a year, a half-year or two months.
fn spell((from, to): Period) -> String {
    let (year, last) = (from.to_string()[..4].to_owned(), to.to_string()[5..].to_owned());
    match (from == to, &from.to_string()[5..], last.as_str(), months((from, to))) {
        (true, ..) => from.to_string(),
        (_, "01", "12", 12) => year,
        (_, "01", "03", 3) => format!("{year}-q1"),
        (_, "01", "06", 6) => format!("{year}-h1"),
        _ => format!("{from}-to-{to}"),
    }
}

/// Processed a day, and slots used once their number was announced as it was kept.
fn processed(known: &Known, every: &[Month], out: &mut Targets) -> Result<(), Error> {
    let mut last = None;
    for month in every {
        let persons = found(known.persons([PROCESSED, "", ""], (*month, *month)), PROCESSED, *month)?;
        let (mut from, to) = month.days();
        let mut days: f64 = to[8..].parse()?;
        let mut note = String::new();
        if from == "2023-01-01" {
            (from, days) = ("2023-01-18".to_owned(), 14.0);
            note = "14 days: the first appointments were kept on 18 January".to_owned();
        }
        let value = persons / days;
        let name = format!("ramp-{month}");
        let scored = to.as_str() <= "2023-06-30";
        out.add(Draft {
            name,
            family: "ramp",
            series: "processed_per_day",
            from: from.clone(),
            to: to.clone(),
            value,
            error: official(persons) / days,
            tolerance: scored.then_some(0.1 * value),
            unit: "persons/day",
            kind: "flow",
            used: true,
            naive: last,
            source: "S02",
            note: &note,
            ..Default::default()
        });
        last = Some(value);
        if !scored {
            let note = format!(
                "range 99 to 102: middle, half range; {:.1} were processed for 100 of the 1450 announced a day",
                value / 14.5
            );
            out.add(Draft {
                name: format!("slots-used-{month}"),
                family: "slots_used",
                series: "slots_used",
                from,
                to,
                value: 100.5,
                error: 1.0,
                tolerance: Some(1.5),
                unit: "%",
                kind: "invariant",
                used: true,
                source: "derived",
                note: &note,
                ..Default::default()
            });
        }
    }
    Ok(())
}

/// Encounters by month: foreigners, nationals and the larger nationalities.
fn border_patrol(known: &Known, every: &[Month], out: &mut Targets) -> Result<(), Error> {
    for nationality in ["foreign", "national"].into_iter().chain(LARGER) {
        let names = [BORDER_PATROL, nationality, ""];
        for month in every {
            let period = (*month, *month);
            let value = found(known.persons(names, period), BORDER_PATROL, *month)?;
            let (from, to) = month.days();
            let grouped = ["foreign", "national"].contains(&nationality);
            out.add(Draft {
                name: format!("border-patrol-{month}-{}", kebab(nationality)),
                family: "border_patrol",
                series: BORDER_PATROL,
                nationality,
                from,
                to,
                value,
                error: official(value),
                tolerance: grouped.then_some(0.2 * value),
                unit: "persons",
                kind: "flow",
                used: true,
                naive: known.naive(names, period),
                source: if nationality == "foreign" { "derived" } else { "S02" },
                note: if nationality == "foreign" { "all less Mexico (S02)" } else { "" },
                ..Default::default()
            });
        }
    }
    Ok(())
}

/// Border Patrol: one month against another.
fn changes(known: &Known, out: &mut Targets) -> Result<(), Error> {
    const SCORED: [&str; 5] = ["Venezuela", "Honduras", "Colombia", "Guatemala", "Mexico"];
    const CHANGES: [(&str, &str, &[&str]); 3] = [
        ("2023-05", "2023-06", &["", "foreign", "Mexico", "Venezuela", "Honduras", "Guatemala", "Colombia"]),
        (
            "2023-12",
            "2024-01",
            &[
                "",
                "foreign",
                "Venezuela",
                "Honduras",
                "Colombia",
                "Guatemala",
                "Mexico",
                "Ecuador",
                "El Salvador",
                "Nicaragua",
                "Cuba",
            ],
        ),
        ("2024-05", "2024-06", &["", "foreign", "Mexico", "Venezuela", "Honduras", "Guatemala", "Colombia"]),
    ];
    for (start, end, nationalities) in CHANGES {
        for nationality in nationalities {
            let tolerance = (start == "2023-12" && SCORED.contains(nationality)).then_some(12.0);
            against(known, out, start, end, nationality, true, tolerance)?;
        }
    }
    for nationality in ["", "foreign", "Mexico", "Venezuela", "Honduras", "Guatemala", "Colombia"] {
        let tolerance = nationality.is_empty().then_some(0.25 * 2.2);
        against(known, out, "2023-06", "2023-09", nationality, false, tolerance)?;
    }
    Ok(())
}

/// One change in %, or one ratio; naive: nothing changes.
fn against(
    known: &Known,
    out: &mut Targets,
    start: &str,
    end: &str,
    nationality: &str,
    change: bool,
    tolerance: Option<f64>,
) -> Result<(), Error> {
    let persons = |text: &str| -> Result<f64, Error> {
        let month = Month::parse(text)?;
        found(known.persons([BORDER_PATROL, nationality, ""], (month, month)), BORDER_PATROL, month)
    };
    let (first, last) = (persons(start)?, persons(end)?);
    let ratio = last / first;
    let error = ratio * (official(first) / first).hypot(official(last) / last);
    let (from, to) = period(&format!("{start}..{end}"))?;
    let word = if change { "change" } else { "ratio" };
    out.add(Draft {
        name: format!("border-patrol-{word}-{start}-to-{end}-{}", kebab(nationality)),
        family: "border_patrol",
        // The factors of the inflow follow both counts, each by itself.
        used: true,
        series: if change { "border_patrol_encounter_change" } else { "border_patrol_encounter_ratio" },
        nationality,
        from,
        to,
        value: if change { 100.0 * (ratio - 1.0) } else { ratio },
        error: if change { 100.0 * error } else { error },
        tolerance,
        unit: if change { "%" } else { "ratio" },
        kind: "change",
        naive: Some(if change { 0.0 } else { 1.0 }),
        source: "derived",
        note: "S02; first and last month of the period",
        ..Default::default()
    });
    Ok(())
}

/// Processed by nationality: shares among foreigners, and Mexico's share of all.
fn mix(known: &Known, every: &[Month], out: &mut Targets) -> Result<(), Error> {
    let lines = MIX.iter().map(|n| (*n, "foreign", "processed_share_foreign"));
    for (nationality, among, series) in lines.chain([("Mexico", "", "processed_share")]) {
        let (part, whole) = ([PROCESSED, nationality, ""], [PROCESSED, among, ""]);
        for month in every {
            let period = (*month, *month);
            let persons = found(known.persons(part, period), nationality, *month)?;
            let rest = found(known.persons(whole, period), PROCESSED, *month)? - persons;
            let (value, error) = share(persons, rest, official);
            let (from, to) = month.days();
            let scored = MIX[..3].contains(&nationality) && from.as_str() >= "2023-07-01";
            out.add(Draft {
                name: format!("processed-share-{month}-{}", kebab(nationality)),
                family: "processed_mix",
                // The factors of the inflow follow both counts, each by itself.
                used: true,
                series,
                nationality,
                from,
                to,
                value,
                error,
                tolerance: scored.then_some(2.0),
                unit: "%",
                kind: "share",
                naive: known.naive_share(part, whole, period),
                source: "derived",
                note: if scored {
                    "S02; the tolerance is for the mean absolute error of the twelve months"
                } else {
                    "S02"
                },
                ..Default::default()
            });
        }
    }
    Ok(())
}

/// Persons in family units among encounters at ports.
fn families(known: &Known, every: &[Month], out: &mut Targets) -> Result<(), Error> {
    let (part, whole) = (["port_encounter_family", "", ""], ["port_encounter", "", ""]);
    let year = (Month::parse("2023-07")?, Month::parse("2024-06")?);
    for period in every.iter().map(|m| (*m, *m)).chain([year]) {
        let persons = found(known.persons(part, period), part[0], period.0)?;
        let all = found(known.persons(whole, period), whole[0], period.0)?;
        let scored = period == year;
        let note = "S02, all encounters at ports: about one in eight had no appointment (0.87 had one in January 2024, \
                    S43), and their families are not known: error 3 points";
        let first = "; twelve months together, against 42 in the facts; ";
        out.add(Draft {
            name: format!("processed-family-{}", spell(period)),
            family: "processed_mix",
            series: "processed_family_share",
            from: period.0.days().0,
            to: period.1.days().1,
            value: 100.0 * persons / all,
            error: 3.0,
            tolerance: scored.then_some(5.0),
            unit: "%",
            kind: "share",
            naive: known.naive_share(part, whole, period),
            source: "derived",
            note: &if scored { format!("{first}{note}") } else { note.to_owned() },
            ..Default::default()
        });
    }
    Ok(())
}

/// Processed among all who crossed, by appointment or between ports.
fn app_use(known: &Known, every: &[Month], out: &mut Targets) -> Result<(), Error> {
    for nationality in APP {
        let mut last = None;
        for month in every {
            let count = |series| known.persons([series, nationality, ""], (*month, *month));
            let (Some(at_ports), Some(between)) = (count(PROCESSED), count(BORDER_PATROL)) else { continue };
            let (value, error) = share(at_ports, between, official);
            let scored = APP[..4].contains(&nationality) && ["2023-12", "2024-06"].contains(&&*month.to_string());
            let (from, to) = month.days();
            out.add(Draft {
                name: format!("app-use-{month}-{}", kebab(nationality)),
                family: "app_use",
                // The factors of the inflow follow both counts, each by itself.
                used: true,
                series: "app_use_share",
                nationality,
                from,
                to,
                value,
                error,
                tolerance: scored.then_some(6.0),
                unit: "%",
                kind: "share",
                naive: last,
                source: "derived",
                note: "S02",
                ..Default::default()
            });
            last = Some(value);
        }
    }
    Ok(())
}

/// Events of all nationalities, in every period observed.
fn events(known: &Known, out: &mut Targets) -> Result<(), Error> {
    let names = [EVENT, "", ""];
    for period in known.periods(names) {
        let Some(Figure { value, used, source, note }) = known.figure(names, period).cloned() else { continue };
        let (from, to) = (period.0.days().0, period.1.days().1);
        let scored = from.starts_with("2024") || spell(period) == "2023";
        let note = overlapping(&known.periods(names), period, &note);
        out.add(Draft {
            name: format!("interception-{}", spell(period)),
            family: "interception",
            series: EVENT,
            from,
            to,
            value,
            error: EVENTS * value,
            tolerance: scored.then_some(0.1 * value),
            unit: "events",
            kind: "events",
            used,
            naive: known.naive(names, period),
            source: &source,
            note: &note,
            ..Default::default()
        });
    }
    Ok(())
}

/// The note of a period, which says so if shorter ones lie within it.
fn overlapping(periods: &[Period], period: Period, note: &str) -> String {
    let within = periods.iter().any(|p| *p != period && p.0 >= period.0 && p.1 <= period.1);
    let words = if within { "contains shorter periods: not to be added; " } else { "" };
    format!("{words}{note}").trim_end_matches("; ").to_owned()
}

/// Nationalities among events, where both are of one period.
fn event_shares(known: &Known, out: &mut Targets) -> Result<(), Error> {
    let whole = [EVENT, "", ""];
    let first_half = (Month::parse("2023-01")?, Month::parse("2023-06")?);
    for nationality in
        ["Venezuela", "Ecuador", "Honduras", "Guatemala", "Colombia", "El Salvador", "Nicaragua", "Haiti", "Cuba"]
    {
        let part = [EVENT, nationality, ""];
        for period in known.periods(part) {
            let Some(figure) = known.figure(part, period) else { continue };
            // The shares of this half-year were printed with a first count of its total.
            let all =
                if period == first_half { 240_185.0 } else { found(known.persons(whole, period), EVENT, period.0)? };
            let (value, error) = share(figure.value, all - figure.value, |persons| EVENTS * persons);
            let note = if period == first_half { "of the first count, 240,185; " } else { "" };
            out.add(Draft {
                name: format!("interception-share-{}-{}", spell(period), kebab(nationality)),
                family: "interception",
                series: "interception_share",
                nationality,
                from: period.0.days().0,
                to: period.1.days().1,
                value,
                error,
                tolerance: (spell(period) == "2024-h1").then_some(2.5),
                unit: "%",
                kind: "share",
                naive: known.naive_share(part, whole, period),
                source: "derived",
                note: &format!("{note}part: {} ({})", figure.value, figure.source),
                ..Default::default()
            });
        }
    }
    Ok(())
}

/// Asylum claims by period, all and by nationality.
fn claims(known: &Known, out: &mut Targets) -> Result<(), Error> {
    let half = (Month::parse("2024-01")?, Month::parse("2024-06")?);
    for nationality in ["", "Haiti", "Honduras", "Cuba", "El Salvador", "Guatemala", "Venezuela", "Brazil", "Colombia"]
    {
        let names = [CLAIM, nationality, ""];
        let mut periods = known.periods(names);
        if nationality.is_empty() {
            periods.push(half);
        }
        for period in periods {
            let value = found(known.persons(names, period), CLAIM, period.0)?;
            let figure = known.figure(names, period);
            let scored = spell(period) == "2023" || period == half;
            let note = figure.map_or("sum of the six months; 41,427 in EFE_COMAR_H1_2024", |f| &f.note);
            let note = overlapping(&known.periods(names), period, note);
            out.add(Draft {
                name: format!("asylum-{}-{}", spell(period), kebab(nationality)),
                family: "asylum",
                series: CLAIM,
                nationality,
                from: period.0.days().0,
                to: period.1.days().1,
                value,
                error: (CLAIMS * value).max(LEAST),
                tolerance: scored.then_some(0.15 * value),
                unit: "persons",
                kind: "flow",
                used: true,
                naive: known.naive(names, period),
                source: figure.map_or("derived", |f| &f.source),
                note: &note,
                ..Default::default()
            });
        }
    }
    Ok(())
}

/// Claims made in Tapachula.
fn claim_shares(known: &Known, out: &mut Targets) -> Result<(), Error> {
    let (part, whole) = ([CLAIM, "", "tapachula"], [CLAIM, "", ""]);
    for period in known.periods(part) {
        let here = found(known.persons(part, period), "claims in Tapachula", period.0)?;
        let all = found(known.persons(whole, period), CLAIM, period.0)?;
        let (value, error) = share(here, all - here, |persons| (CLAIMS * persons).max(LEAST));
        let input = period.0.days().0.starts_with("2023");
        let source = known.figure(part, period).map_or("derived", |f| &f.source);
        out.add(Draft {
            name: format!("asylum-tapachula-{}", spell(period)),
            family: "asylum",
            series: "asylum_filed_place_share",
            place: "tapachula",
            from: period.0.days().0,
            to: period.1.days().1,
            value,
            error,
            tolerance: (spell(period) == "2023").then_some(0.15 * value),
            unit: "%",
            kind: "share",
            used: input,
            naive: known.naive_share(part, whole, period),
            source,
            note: if input { "the share of 2023 is an input (`asylum_weight` of places.csv)" } else { "" },
            ..Default::default()
        });
    }
    Ok(())
}
