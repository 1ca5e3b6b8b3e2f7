//! Section 1: the key messages, each a number, its range and a date, and what it means.

use jiff::ToSpan as _;
use serde::Serialize;

use super::needs;
use super::quantity::{Origin, Quantity, Unit};
use super::series;
use super::view::View;
use crate::record::results::{DailyRow, Run};
use crate::scenario::input::{Outage, Remedy};

/// How sure a message is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sure {
    /// `high`, `medium` or `low`.
    pub level: &'static str,
    pub reason: String,
}

/// A number and what it means.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KeyMessage {
    pub number: Quantity,
    /// What is counted, and when.
    pub when: String,
    pub heading: String,
    pub text: String,
    pub sure: Sure,
    /// Section that shows it.
    pub section: u8,
}

/// Replicates below which no message is more than a hint.
const FEW: u32 = 8;
/// Differences below this are not told as messages: people are told in tens.
const LEAST: f64 = 20.0;
/// A difference is told as closed when it stays below this share of its highest.
const CLOSED: f64 = 0.05;

/// The key messages: of a comparison what the first variant changes, else what the run shows.
pub fn messages(view: &View) -> Vec<KeyMessage> {
    let found = match view.comparison {
        Some(_) => vec![lapses(view), waiting_change(view), later(view), outcome_change(view), beds(view)],
        None => vec![waiting(view), waited(view), beds(view), outcomes(view)],
    };
    found.into_iter().flatten().collect()
}

/// What to do with it: what holds in nearly every simulation.
pub fn advice(view: &View) -> Vec<String> {
    let mut out = Vec::new();
    let names = needs::always_short(view);
    if !names.is_empty() {
        let key = if view.comparison.is_some() { "key.advice.beds_either_way" } else { "key.advice.beds" };
        out.push(view.say.with(key, &[("places", &view.say.list(&names))]));
    }
    out.extend(extra_time(view));
    out
}

fn sure(view: &View, level: &'static str, reason: &str) -> Sure {
    let say = view.say;
    if view.replicates() < FEW {
        return Sure { level: "low", reason: say.text("sure.few").into() };
    }
    if !view.posterior() && view.comparison.is_none() {
        return Sure { level: "low", reason: say.text("sure.unfitted").into() };
    }
    Sure { level, reason: say.text(reason).into() }
}

fn waiting(view: &View) -> Option<KeyMessage> {
    let (run, say) = (view.run, view.say);
    let number = view.metric(run, "backlog_peak", Unit::Persons)?;
    let (day, range) = view.dates(run, series::peak_days(&run.app.backlog))?;
    let mean = view.metric(run, "backlog_mean", Unit::Persons)?;
    let last = view.metric(run, "backlog_end", Unit::Persons)?;
    let end = say.date(run.about.end);
    let mut text = say.with("key.waiting.text", &[("range", &range), ("mean", &mean.said())]);
    text.push(' ');
    let level = series::bands(&run.app.backlog).p50;
    match level.iter().rposition(|n| *n > 0.0).filter(|at| at + 1 < level.len()) {
        // The list was closed before the end: 0 would read as if all had been served.
        Some(at) => {
            let still = view.on_day(&run.app.backlog, at, Unit::Persons, false);
            let day = say.date(run.date(at + 1));
            text.push_str(&say.with("key.waiting.closed", &[("day", &day), ("n", &still.said())]));
        }
        None => text.push_str(&say.with("key.waiting.end", &[("end", &end), ("last", &last.said())])),
    }
    if let Some(foreign) = foreigners(view, run, day) {
        text.push(' ');
        text.push_str(&foreign);
    }
    Some(KeyMessage {
        when: say.with("key.waiting.when", &[("day", &say.date(day))]),
        heading: say.with("key.waiting.heading", &[("n", &number.text)]),
        text,
        sure: sure(view, "medium", "sure.waiting"),
        section: 4,
        number,
    })
}

/// Of those waiting at the end of the month of a day, the foreigners; nothing where all are.
fn foreigners(view: &View, run: &Run, day: jiff::civil::Date) -> Option<String> {
    let of = |whose: &str| {
        let same = |r: &&crate::record::results::MonthRow| {
            r.series == "backlog" && r.whose == whose && r.month == crate::scenario::input::Month::of(day)
        };
        run.monthly.iter().find(same).map(|r| r.spread)
    };
    let (foreign, all) = (of("foreign")?, of("all")?);
    let origin = Origin::of(view.file(run, "monthly"), String::new());
    let told = view.quantity(foreign, Unit::Persons, false, origin);
    let month = view.say.month_year(day);
    (foreign.p50 < all.p50).then(|| view.say.with("key.waiting.foreign", &[("n", &told.said()), ("month", &month)]))
}

/// A month's row of a series for foreigners; for all where nobody is a national.
fn month_row(view: &View, run: &Run, series: &str) -> Option<(jiff::civil::Date, Quantity)> {
    let whose = if run.monthly.iter().any(|r| r.series == series && r.whose == "foreign") { "foreign" } else { "all" };
    let rows = run.monthly.iter().filter(|r| r.series == series && r.whose == whose && r.place.is_empty());
    let row = rows.max_by(|a, b| a.spread.p50.total_cmp(&b.spread.p50).then(b.month.cmp(&a.month)))?;
    let origin = Origin::of(view.file(run, "monthly"), format!("{}/{series}/{whose}", row.month));
    Some((row.month.first_day(), view.quantity(row.spread, Unit::Days, false, origin)))
}

fn waited(view: &View) -> Option<KeyMessage> {
    let (run, say) = (view.run, view.say);
    let (month, number) = month_row(view, run, "wait_completed_queue_age_mean")?;
    let elapsed = month_row(view, run, "wait_elapsed_time_waiting_p95");
    let text = match &elapsed {
        Some((at, q)) => say.with("key.waited.text", &[("long", &q.said()), ("month", &say.month_year(*at))]),
        None => say.text("key.waited.text_short").into(),
    };
    Some(KeyMessage {
        when: say.with("key.waited.when", &[("month", &say.month_year(month))]),
        heading: say.with("key.waited.heading", &[("n", &number.text)]),
        text,
        sure: sure(view, "medium", "sure.waited"),
        section: 4,
        number,
    })
}

/// Ways to leave, as in `summary.csv`.
pub const EXITS: [&str; 7] =
    ["processed", "entered_between_ports", "returned_home", "settled", "asylum_granted", "deported", "removed"];

fn outcomes(view: &View) -> Option<KeyMessage> {
    let (run, say) = (view.run, view.say);
    let number = view.metric(run, "processed", Unit::Persons)?;
    let means: Vec<(&str, f64)> = EXITS.iter().filter_map(|m| Some((*m, run.metric(m)?.mean))).collect();
    let all: f64 = means.iter().map(|m| m.1).sum();
    if all <= 0.0 {
        return None;
    }
    let share = |name: &str| means.iter().find(|m| m.0 == name).map_or(0.0, |m| m.1 / all);
    let mut others: Vec<(&str, f64)> = means.iter().filter(|m| m.0 != "processed").map(|m| (m.0, m.1 / all)).collect();
    others.sort_by(|a, b| b.1.total_cmp(&a.1));
    let told: Vec<String> = others
        .iter()
        .take(2)
        .filter(|o| o.1 >= 0.025)
        .map(|(name, share)| say.with(&format!("key.outcomes.{name}"), &[("k", &say.of_twenty(*share))]))
        .collect();
    let told: Vec<&str> = told.iter().map(String::as_str).collect();
    Some(KeyMessage {
        when: say.with(
            "key.outcomes.when",
            &[("from", &say.date(run.about.recorded_from)), ("to", &say.date(run.about.end))],
        ),
        heading: say.with("key.outcomes.heading", &[("k", &say.of_twenty(share("processed")))]),
        text: match told.is_empty() {
            true => say.text("key.outcomes.text_none").into(),
            false => say.with("key.outcomes.text", &[("others", &say.list(&told))]),
        },
        sure: sure(view, "low", "sure.outcomes"),
        section: 4,
        number,
    })
}

fn beds(view: &View) -> Option<KeyMessage> {
    let say = view.say;
    let worst = needs::worst(view)?;
    let (place, week) = (view.place_name(worst.place), say.date(worst.week));
    let change = match view.comparison {
        Some(_) => needs::change(view, worst.place, worst.week).map(|q| match q.clear {
            true => say.with("key.beds.change", &[("n", &q.said())]),
            false => say.text("key.beds.no_change").into(),
        }),
        None => None,
    }
    .filter(|_: &String| view.replicates() > 1);
    let mut text = match worst.places {
        Some(places) => say.with(
            "key.beds.text",
            &[
                ("present", &worst.present.said()),
                ("places", &say.count(places)),
                ("share", &say.percent(worst.share)),
                ("third", &worst.if_share(view, 0.3).said()),
                ("half", &worst.if_share(view, 0.5).said()),
            ],
        ),
        None => say.text("key.beds.places_not_known").to_string(),
    };
    if let Some(change) = change {
        text = format!("{text} {change}");
    }
    let asked = view.place.is_some();
    let (heading, when) = match (worst.places, worst.number.high > 0.0) {
        (Some(_), true) if worst.share >= 1.0 => ("key.beds.heading_most", "key.beds.when"),
        (Some(_), true) if asked => ("key.beds.heading_place", "key.beds.when"),
        (Some(_), true) => ("key.beds.heading", "key.beds.when"),
        (Some(_), false) => ("key.beds.heading_enough", "key.beds.when"),
        (None, _) if asked => ("key.beds.heading_place_present", "key.beds.when_present"),
        (None, _) => ("key.beds.heading_present", "key.beds.when_present"),
    };
    Some(KeyMessage {
        when: say.with(when, &[("week", &week)]),
        heading: say.with(heading, &[("place", place)]),
        text,
        sure: sure(view, "low", "sure.beds"),
        section: 6,
        number: worst.number,
    })
}

fn lapses(view: &View) -> Option<KeyMessage> {
    let say = view.say;
    let name = &view.run.about.scenario;
    let number = view.difference_told(name, "lapse", Unit::Persons)?;
    if !number.clear || number.value.abs() < LEAST {
        return None;
    }
    let direction = if number.value > 0.0 { "more" } else { "less" };
    let base = view.metric(view.base(), "lapse", Unit::Persons)?;
    Some(KeyMessage {
        when: say.with(
            "key.lapses.when",
            &[("from", &say.date(view.run.about.recorded_from)), ("to", &say.date(view.run.about.end))],
        ),
        heading: say.text(&format!("key.lapses.heading_{direction}")).into(),
        text: say.with("key.lapses.text", &[("base", &base.said())]),
        sure: if outage(view) { sure(view, "medium", "sure.lapses") } else { sure(view, "medium", "sure.change") },
        section: 5,
        number,
    })
}

/// Whether outages are all that the variant adds.
fn outage(view: &View) -> bool {
    let (own, base) = (&view.run.scenario, &view.base().scenario);
    own.outages != base.outages
        && (&own.policies, &own.caravans, &own.pulses) == (&base.policies, &base.caravans, &base.pulses)
}

/// The days of a daily difference of the first variant.
fn daily<'a>(view: &View<'a>, series: &str) -> Vec<&'a DailyRow> {
    let name = &view.run.about.scenario;
    let all = view.comparison.map_or(&[][..], |c| &c.daily);
    all.iter().filter(|d| d.variant == *name && d.series == series).collect()
}

fn of_day(view: &View, row: &DailyRow) -> Quantity {
    let spread = crate::record::digest::Spread { mean: row.p50, p05: row.p05, p50: row.p50, p95: row.p95 };
    let origin = Origin::of("daily_differences.csv", format!("{}/{}/{}", row.variant, row.series, row.date));
    view.quantity(spread, Unit::Persons, true, origin)
}

/// The day of the largest difference, and whether it is clear of zero.
pub fn largest<'a>(view: &View<'a>, series: &str) -> Option<&'a DailyRow> {
    daily(view, series).into_iter().max_by(|a, b| a.p50.abs().total_cmp(&b.p50.abs()).then(b.date.cmp(&a.date)))
}

/// Whether a difference is one in nearly every pair, and not of single persons.
fn clear(view: &View, row: &DailyRow) -> bool {
    view.replicates() > 1 && (row.p05 > 0.0 || row.p95 < 0.0) && row.p50.abs() >= LEAST
}

fn waiting_change(view: &View) -> Option<KeyMessage> {
    let say = view.say;
    let Some(row) = largest(view, "backlog") else {
        // No day differs in any pair.
        return None;
    };
    let number = of_day(view, row);
    let base = view.base();
    let level = view.on_day(&base.app.backlog, base.day(row.date)?, Unit::Persons, false);
    let share = if level.value > 0.0 { row.p50.abs() / level.value } else { 0.0 };
    let percent = format!("{}%", say.decimal(100.0 * share, usize::from(share < 0.1)));
    let closing = closing(view, row).map(|day| say.with("key.waiting_change.closed", &[("day", &say.date(day))]));
    let heading = match (clear(view, row), row.p50 > 0.0) {
        (false, _) => "key.waiting_change.heading_unclear",
        (true, true) => "key.waiting_change.heading_more",
        (true, false) => "key.waiting_change.heading_less",
    };
    let text = match level.value > 0.0 {
        true => say.with("key.waiting_change.text", &[("level", &level.said()), ("percent", &percent)]),
        false => say.text("key.waiting_change.text_short").into(),
    };
    Some(KeyMessage {
        when: say.with("key.waiting_change.when", &[("day", &say.date(row.date))]),
        heading: say.text(heading).into(),
        text: closing.map_or(text.clone(), |closing| format!("{text} {closing}")),
        sure: match (clear(view, row), outage(view)) {
            (false, _) => sure(view, "low", "sure.unclear"),
            (true, true) => sure(view, "medium", "sure.lapses"),
            (true, false) => sure(view, "medium", "sure.change"),
        },
        section: 4,
        number,
    })
}

/// The first day after the largest difference from which on it stays small.
fn closing(view: &View, largest: &DailyRow) -> Option<jiff::civil::Date> {
    let rows = daily(view, "backlog");
    let open = |d: &&&DailyRow| d.p50.abs() > CLOSED * largest.p50.abs() && d.p50 * largest.p50 > 0.0;
    // The first run of days without the difference ends it; what comes later is told apart.
    let mut day = largest.date;
    while rows.iter().any(|d| d.date == day && open(&d)) {
        day = day.checked_add(1.day()).ok()?;
    }
    (day <= view.run.about.end && day > largest.date).then_some(day)
}

/// The largest difference the other way after the first.
fn later(view: &View) -> Option<KeyMessage> {
    let say = view.say;
    let first = largest(view, "backlog")?;
    let after =
        daily(view, "backlog").into_iter().filter(|d| d.date > first.date && d.p50 * first.p50 < 0.0 && clear(view, d));
    let row = after.max_by(|a, b| a.p50.abs().total_cmp(&b.p50.abs()).then(b.date.cmp(&a.date)))?;
    let number = of_day(view, row);
    let direction = if row.p50 > 0.0 { "more" } else { "less" };
    Some(KeyMessage {
        when: say.with("key.waiting_change.when", &[("day", &say.date(row.date))]),
        heading: say.text(&format!("key.later.heading_{direction}")).into(),
        text: say.text(&format!("key.later.text_{direction}")).into(),
        sure: sure(view, "low", "sure.later"),
        section: 4,
        number,
    })
}

/// Outcomes of which the clearest change is told.
const OUTCOMES: [(&str, Unit); 8] = [
    ("returned_home", Unit::Persons),
    ("entered_between_ports", Unit::Persons),
    ("processed", Unit::Persons),
    ("border_patrol_encounter", Unit::Events),
    ("interception", Unit::Events),
    ("asylum_filed", Unit::Persons),
    ("settled", Unit::Persons),
    ("no_show", Unit::Persons),
];

fn outcome_change(view: &View) -> Option<KeyMessage> {
    let say = view.say;
    let name = &view.run.about.scenario;
    let told = OUTCOMES.iter().filter_map(|(metric, unit)| {
        let q = view.difference_told(name, metric, *unit)?;
        (q.clear && q.value.abs() >= LEAST).then_some((*metric, q))
    });
    let clearest = |q: &Quantity| q.value.abs() / (q.high - q.low).max(1.0);
    let (metric, number) = told.max_by(|a, b| clearest(&a.1).total_cmp(&clearest(&b.1)))?;
    let base = view.metric(view.base(), metric, number.unit)?;
    let direction = if number.value > 0.0 { "more" } else { "less" };
    Some(KeyMessage {
        when: say.text(if number.unit == Unit::Events { "key.change.when_events" } else { "key.change.when" }).into(),
        heading: say.text(&format!("key.change.{metric}_{direction}")).into(),
        text: say.with("key.change.text", &[("base", &base.said())]),
        sure: sure(view, "medium", "sure.change"),
        section: 7,
        number,
    })
}

/// How much of the lapses of an outage another variant undoes that differs by extra time alone.
fn extra_time(view: &View) -> Option<String> {
    let without_remedy = |run: &Run| {
        let outages = run.scenario.outages.iter().cloned();
        outages.map(|o| Outage { remedy: Remedy::None, id: None, ..o }).collect::<Vec<_>>()
    };
    let extended = |run: &Run| run.scenario.outages.iter().any(|o| matches!(o.remedy, Remedy::Extend { .. }));
    let same = |run: &&Run| extended(run) && without_remedy(run) == without_remedy(view.run);
    let with = view.variants().iter().find(same)?;
    if extended(view.run) {
        return None;
    }
    let lapse = |run: &Run| view.difference(&run.about.scenario, "lapse")?.difference;
    let (without, with) = (lapse(view.run)?, lapse(with)?);
    // Of the worst pair with extra time and the mildest without, so that it is said with care.
    let undone = (without.p05 > LEAST && view.replicates() > 1).then(|| 1.0 - with.p95.max(0.0) / without.p05)?;
    (undone > 0.05).then(|| view.say.with("key.advice.extra_time", &[("k", &view.say.of_twenty(undone))]))
}
