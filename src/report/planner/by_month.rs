//! Drawings by month: waits, arrivals against slots, people served; with what was published.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::drawn::{Figure, bands_of, figure, finished, line, note, several};
use super::quantity::Unit;
use super::view::View;
use crate::record::digest::Spread;
use crate::record::results::{MonthRow, Run};
use crate::report::figures::{Observed, Panel, Period, Role};
use crate::scenario::input::{Month, ObservedRow};

/// The months that the tables hold whole; all of them where none is.
fn months(view: &View) -> Vec<Month> {
    let about = &view.run.about;
    let mut all = Vec::new();
    let mut day = about.recorded_from.first_of_month();
    while day <= about.end {
        all.push(Month::of(day));
        day = day.saturating_add(1.month());
    }
    let whole = |m: &Month| m.first_day() >= about.recorded_from && m.first_day().last_of_month() <= about.end;
    let kept: Vec<Month> = all.iter().copied().filter(whole).collect();
    if kept.is_empty() { all } else { kept }
}

/// A monthly series of a run; `missing` where there is no row.
fn monthly(run: &Run, months: &[Month], series: &str, whose: &str, missing: f64) -> Vec<Spread> {
    let rows: Vec<&MonthRow> =
        run.monthly.iter().filter(|r| r.series == series && r.whose == whose && r.place.is_empty()).collect();
    let nothing = Spread { mean: missing, p05: missing, p50: missing, p95: missing };
    months.iter().map(|m| rows.iter().find(|r| r.month == *m).map_or(nothing, |r| r.spread)).collect()
}

fn any(rows: &[Spread]) -> bool {
    rows.iter().any(|s| s.p95 > 0.0 || s.mean > 0.0)
}

/// Days that some months fill, from the first.
fn days_of(months: &[Month]) -> (Date, usize) {
    let first = months.first().map_or(Date::constant(2000, 1, 1), |m| m.first_day());
    let days = months.iter().map(|m| m.days() as usize).sum();
    (first, days)
}

/// Published numbers of a series within the months drawn.
fn published(
    view: &View,
    series: &str,
    months: &[Month],
    diamond: bool,
    label: Option<&str>,
) -> (Vec<Observed>, Vec<String>) {
    let (first, days) = days_of(months);
    let last = first.saturating_add((days as i64).days());
    let fits = |row: &&ObservedRow| {
        row.series == series && row.nationality.is_none() && row.place.is_none() && row.from >= first && row.to < last
    };
    let rows: Vec<&ObservedRow> = view.run.scenario.world.observed.iter().filter(fits).collect();
    let mark = |row: &&ObservedRow| Observed {
        from: f64::from((row.from - first).get_days()),
        to: f64::from((row.to - first).get_days()) + 1.0,
        value: row.value,
        label: label.map_or(String::new(), |l| l.replace("{n}", &view.say.count(row.value))),
        diamond,
    };
    (rows.iter().map(mark).collect(), rows.iter().map(|r| r.source_id.clone()).collect())
}

fn cited(mut ids: Vec<String>) -> String {
    ids.sort();
    ids.dedup();
    if ids.is_empty() { String::new() } else { format!("[{}]", ids.join(", ")) }
}

/// Waits by month: completed and elapsed, with what was published of each.
pub fn waits(view: &View) -> Option<Figure> {
    let (say, run) = (view.say, view.base());
    let months = months(view);
    let whose = if run.monthly.iter().any(|r| r.series.starts_with("wait_") && r.whose == "foreign") {
        "foreign"
    } else {
        "all"
    };
    let completed = monthly(run, &months, "wait_completed_queue_age_mean", whose, f64::NAN);
    let elapsed = monthly(run, &months, "wait_elapsed_time_waiting_p95", whose, f64::NAN);
    if !any(&completed) && !any(&elapsed) {
        return None;
    }
    let (first, days) = days_of(&months);
    let mut drawn = figure(view, "waits", first, Period::Month, days);
    let mut lines = Vec::new();
    for (key, role, rows) in
        [("results.elapsed_line", Role::Third, &elapsed), ("results.completed_line", Role::Base, &completed)]
    {
        if any(rows) {
            let mut line = line(say.text(key), role, bands_of(rows), several(view), false);
            line.step = 1.0;
            lines.push(line);
        }
    }
    let label = say.text("charts.published_days");
    let (mut observed, mut ids) = published(view, "wait_completed_queue_age_mean", &months, false, Some(label));
    let (more, others) = published(view, "wait_elapsed_time_waiting_p95", &months, true, Some(label));
    observed.extend(more);
    ids.extend(others);
    let said = if observed.is_empty() {
        String::new()
    } else {
        format!("{} {}", say.text("results.waits_published"), cited(ids))
    };
    drawn.panels.push(Panel {
        title: say.text("results.waits_panel").into(),
        note: String::new(),
        signed: false,
        height: 260.0,
        lines,
        observed,
        callouts: Vec::new(),
    });
    let highest =
        completed.iter().zip(&months).filter(|(s, _)| s.p50.is_finite()).max_by(|a, b| a.0.p50.total_cmp(&b.0.p50));
    let title = match highest {
        Some((s, month)) => {
            let q = view.quantity(*s, Unit::Days, false, Default::default());
            say.with("results.waits_finding", &[("month", &say.month_year(month.first_day())), ("n", &q.text)])
        }
        None => say.text("results.waits_finding_neutral").into(),
    };
    let subtitle = say.text("results.waits_subtitle").into();
    finished(
        view,
        drawn,
        Figure { id: "waits".into(), title, subtitle, note: note(view, &[run]), published: said, ..Figure::default() },
    )
}

/// Arrivals against slots and people served, month by month.
pub fn slots(view: &View) -> Option<Figure> {
    let (say, run) = (view.say, view.base());
    let months = months(view);
    let whose =
        if run.monthly.iter().any(|r| r.series == "arrival" && r.whose == "foreign") { "foreign" } else { "all" };
    let arrivals = monthly(run, &months, "arrival", whose, 0.0);
    let slots = monthly(run, &months, "slots", "all", 0.0);
    let served = monthly(run, &months, "processed", "all", 0.0);
    if !any(&arrivals) && !any(&slots) {
        return None;
    }
    let (first, days) = days_of(&months);
    let mut drawn = figure(view, "slots", first, Period::Month, days);
    let lines = [
        ("results.arrivals_line", Role::Variant, &arrivals),
        ("results.slots_line", Role::Other, &slots),
        ("results.served_line", Role::Base, &served),
    ];
    let (observed, ids) = published(view, "processed", &months, false, None);
    drawn.panels.push(Panel {
        title: say.text("results.slots_panel").into(),
        note: String::new(),
        signed: false,
        height: 240.0,
        lines: lines
            .iter()
            .filter(|l| any(l.2))
            .map(|(key, role, rows)| line(say.text(key), *role, bands_of(rows), several(view), false))
            .collect(),
        observed,
        callouts: Vec::new(),
    });
    let title = say.text("results.slots_finding").into();
    let published = if ids.is_empty() { String::new() } else { cited(ids) };
    finished(
        view,
        drawn,
        Figure {
            id: "slots".into(),
            title,
            subtitle: say.text("results.slots_subtitle").into(),
            note: note(view, &[run]),
            published,
            ..Figure::default()
        },
    )
}

/// People served, simulated and published.
pub fn processed(view: &View) -> Option<Figure> {
    let (say, run) = (view.say, view.base());
    let months = months(view);
    let served = monthly(run, &months, "processed", "all", 0.0);
    let (observed, ids) = published(view, "processed", &months, false, None);
    if observed.is_empty() || !any(&served) {
        return None;
    }
    let (first, days) = days_of(&months);
    let mut drawn = figure(view, "processed", first, Period::Month, days);
    drawn.panels.push(Panel {
        title: say.text("results.slots_panel").into(),
        note: String::new(),
        signed: false,
        height: 200.0,
        lines: vec![line(say.text("results.served_line"), Role::Base, bands_of(&served), several(view), false)],
        observed,
        callouts: Vec::new(),
    });
    let words = Figure {
        id: "processed".into(),
        title: say.text("uncertainty.processed_finding").into(),
        subtitle: say.text("uncertainty.processed_subtitle").into(),
        note: format!("{} {}", note(view, &[run]), say.text("uncertainty.processed_note")),
        published: cited(ids),
        ..Figure::default()
    };
    finished(view, drawn, words)
}
