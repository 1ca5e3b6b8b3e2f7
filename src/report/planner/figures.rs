//! Drawings of days: people waiting, lapses around outages; and what the variants change. A finding is the title where
//! the range holds it.

use std::ops::Range;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::drawn::{Figure, MOST_VARIANTS, all_runs, bands_of, cut, figure, finished, line, note, role, several};
use super::key;
use super::language::capital;
use super::quantity::{Quantity, Unit};
use super::series::{self, Bands};
use super::view::View;
use crate::record::digest::Spread;
use crate::record::results::{DailyRow, Run};
use crate::report::figures::{Callout, Dumbbell, Line, Pair, Panel, Period, Role, Span};

/// Days shown before the first difference of a comparison, and at least after it.
const LEAD: i64 = 60;
const TRAIL: usize = 90;
/// Days shown around an outage.
const AROUND: i64 = 10;
/// Differences of a variant day by day; zero where none is written.
fn differences(view: &View, variant: &str, days: Range<usize>) -> Bands {
    let mut rows = vec![Spread::default(); days.len()];
    let all = view.comparison.map_or(&[][..], |c| &c.daily);
    let own = |d: &&DailyRow| d.variant == variant && d.series == "backlog";
    for d in all.iter().filter(own) {
        let at = view.run.day(d.date).and_then(|day| day.checked_sub(days.start));
        if let Some(row) = at.and_then(|at| rows.get_mut(at)) {
            *row = Spread { mean: d.p50, p05: d.p05, p50: d.p50, p95: d.p95 };
        }
    }
    bands_of(&rows)
}

/// The days drawn: of a comparison those in which it differs, with some before; else all.
fn window(view: &View) -> Range<usize> {
    let days = view.run.about.days();
    let Some(comparison) = view.comparison else { return 0..days };
    let from = view.turning_day();
    let rows = || comparison.daily.iter().filter(|d| d.series == "backlog");
    let most = rows().map(|d| d.p50.abs()).fold(0.0, f64::max);
    let last = rows().filter(|d| d.p50.abs() > 0.05 * most).filter_map(|d| view.run.day(d.date)).max();
    let to = last.unwrap_or(from).max(from + TRAIL) + 30;
    from.saturating_sub(LEAD as usize)..to.min(days)
}

/// Outages of all runs within some days, each once.
fn spans(view: &View, days: &Range<usize>) -> Vec<Span> {
    let first = view.run.date(days.start);
    let at = |t: jiff::civil::DateTime| {
        f64::from((t.date() - first).get_days()) + f64::from(t.hour()) / 24.0 + f64::from(t.minute()) / 1440.0
    };
    let mut out: Vec<Span> = Vec::new();
    let runs = std::iter::once(view.run).chain(view.variants());
    for outage in runs.flat_map(|r| &r.scenario.outages) {
        let (from, to) = (at(outage.from).max(0.0), at(outage.to).min(days.len() as f64));
        let known = out.iter().any(|s| (s.from, s.to) == (from, to));
        if to > from && !known {
            let (a, b) = (view.say.day_month(outage.from.date()), view.say.day_month(outage.to.date()));
            out.push(Span { from, to, label: view.say.with("shocks.outage_label", &[("from", &a), ("to", &b)]) });
        }
    }
    out
}

/// People waiting, day by day; of a comparison the base above and the differences below.
pub fn waiting(view: &View) -> Option<Figure> {
    let (say, base) = (view.say, view.base());
    let days = window(view);
    let level = series::bands(&base.app.backlog);
    if level.p95.iter().all(|v| *v == 0.0) {
        return None;
    }
    let first = view.run.date(days.start);
    let mut drawn = figure(view, "waiting", first, Period::Day, days.len());
    let name = if view.comparison.is_some() { say.text("charts.base") } else { say.text("charts.median") };
    let panel = Panel {
        title: say.text("results.waiting_panel").into(),
        note: String::new(),
        signed: false,
        height: 260.0,
        lines: vec![line(name, Role::Base, cut(&level, days.clone()), several(view), true)],
        observed: Vec::new(),
        callouts: Vec::new(),
    };
    let n = say.count(f64::from(view.replicates()));
    let subtitle = say.with("results.waiting_subtitle", &[("n", &n)]);
    let mut title = say.text("results.waiting_finding_neutral").to_string();
    drawn.spans = spans(view, &days);
    match view.comparison {
        None => {
            let peak = view.metric(base, "backlog_peak", Unit::Persons);
            if let Some((q, (day, _))) = peak.zip(view.dates(base, series::peak_days(&base.app.backlog))) {
                title = say.with("results.waiting_finding", &[("day", &say.date(day)), ("n", &q.said())]);
            }
            drawn.panels.push(panel);
        }
        Some(_) => {
            drawn.panels.push(panel);
            let mut below = Panel {
                title: say.text("results.change_panel").into(),
                note: say.text("results.expanded").into(),
                signed: true,
                height: 150.0,
                lines: Vec::new(),
                observed: Vec::new(),
                callouts: Vec::new(),
            };
            for (i, variant) in view.variants().iter().take(MOST_VARIANTS).enumerate() {
                let name = &variant.about.scenario;
                below.lines.push(line(
                    say.scenario(name),
                    role(i + 1),
                    differences(view, name, days.clone()),
                    several(view),
                    false,
                ));
            }
            if let Some(row) = key::largest(view, "backlog").filter(|r| several(view) && (r.p05 > 0.0 || r.p95 < 0.0)) {
                let spread = Spread { mean: row.p50, p05: row.p05, p50: row.p50, p95: row.p95 };
                let q = view.quantity(spread, Unit::Persons, true, Default::default());
                title = say.with("results.waiting_finding_change", &[("day", &say.date(row.date)), ("n", &q.said())]);
                if let Some(at) = view.run.day(row.date).and_then(|d| d.checked_sub(days.start)) {
                    below.callouts.push(callout(view, &q, at, Role::Variant));
                }
            }
            drawn.panels.push(below);
        }
    }
    let note = note(view, &all_runs(view));
    finished(view, drawn, Figure { id: "waiting".into(), title, subtitle, note, ..Figure::default() })
}

fn callout(view: &View, q: &Quantity, day: usize, role: Role) -> Callout {
    let mut lines = vec![q.text.clone()];
    if several(view) && !q.short.is_empty() {
        lines.push(format!("({})", q.range));
    }
    Callout { day: day as f64 + 0.5, value: q.value, lines, role }
}

/// Offers that lapse around the outages of a comparison, in every scenario.
pub fn lapses(view: &View) -> Option<Figure> {
    view.comparison?;
    let say = view.say;
    let runs = all_runs(view);
    let outages = runs.iter().flat_map(|r| &r.scenario.outages).map(|o| (o.from.date(), o.to.date()));
    let (from, to) = outages.fold(None, |all: Option<(Date, Date)>, (from, to)| match all {
        None => Some((from, to)),
        Some((a, b)) => Some((a.min(from), b.max(to))),
    })?;
    let last = view.run.about.days().checked_sub(1)?;
    let at = |date: Date| (date - view.run.about.recorded_from).get_days().clamp(0, last as i32) as usize;
    let days = at(from.saturating_sub(AROUND.days()))..at(to.saturating_add(AROUND.days())) + 1;
    let mut drawn = figure(view, "lapses", view.run.date(days.start), Period::Day, days.len());
    drawn.spans = spans(view, &days);
    let of = |run: &Run| cut(&series::bands(&run.app.lapsed), days.clone());
    let lines: Vec<Line> = runs
        .iter()
        .enumerate()
        .map(|(i, run)| line(say.scenario(&run.about.scenario), role(i), of(run), several(view), false))
        .collect();
    if lines.iter().all(|l| l.p50.iter().all(|v| *v == 0.0)) {
        return None;
    }
    drawn.panels.push(Panel {
        title: say.text("shocks.lapses_panel").into(),
        note: String::new(),
        signed: false,
        height: 280.0,
        lines,
        observed: Vec::new(),
        callouts: Vec::new(),
    });
    let name = &view.run.about.scenario;
    let title = match view.difference_told(name, "lapse", Unit::Persons).filter(|q| q.clear && q.value > 0.0) {
        Some(q) => capital(&say.with("shocks.lapses_finding_more", &[("name", say.scenario(name)), ("n", &q.said())])),
        None => say.text("shocks.lapses_finding").into(),
    };
    let words = Figure {
        id: "lapses".into(),
        title,
        subtitle: say.text("shocks.lapses_subtitle").into(),
        note: note(view, &runs),
        ..Figure::default()
    };
    finished(view, drawn, words)
}

/// What each variant changes in the first of some measures in which the first variant clearly differs.
pub fn changes(view: &View) -> Option<Figure> {
    view.comparison?;
    let say = view.say;
    let told = ["backlog_mean", "backlog_peak", "backlog_end", "processed", "stock_end", "interception"];
    let unit = |metric: &str| if metric == "interception" { Unit::Events } else { Unit::Persons };
    let clear = |metric: &&str| {
        let q = view.difference_told(&view.run.about.scenario, metric, unit(metric));
        q.is_some_and(|q| q.clear && q.value.abs() >= 10.0)
    };
    let metric = told.into_iter().find(|m| clear(m)).unwrap_or("backlog_mean");
    let row = |run: &Run| {
        let q = view.difference_told(&run.about.scenario, metric, unit(metric))?;
        Some(Pair {
            name: say.scenario(&run.about.scenario).into(),
            base: 0.0,
            variant: q.value,
            low: q.low,
            high: q.high,
            value: q.text,
            range: q.range,
        })
    };
    let what = say.text(&format!("metrics.{metric}")).to_string();
    let drawn = Dumbbell {
        title: say.text("comparison.finding").into(),
        description: say.with("comparison.subtitle", &[("what", &what)]),
        names: say.text("scenarios.name").into(),
        values: say.text("comparison.change").into(),
        unit: format!(
            "{what}, {}",
            say.text(if unit(metric) == Unit::Events { "units.events" } else { "units.persons" })
        ),
        base_label: say.scenario(&view.base().about.scenario).into(),
        signed: true,
        rows: view.variants().iter().filter_map(row).collect(),
    };
    Some(Figure {
        id: "changes".into(),
        title: say.text("comparison.finding").into(),
        subtitle: say.with("comparison.subtitle", &[("what", &what)]),
        html: drawn.html(view.words)?,
        note: note(view, &all_runs(view)),
        ..Figure::default()
    })
}
