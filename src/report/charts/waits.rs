//! Completed waits of those served above elapsed waits of those still waiting: never one line.

use super::Page;
use super::monthly;
use crate::record::digest::{Spread, WaitMonth};
use crate::report::draw::axis::{Plot, TIME_LABELS, UNIT_LIFT, UNIT_ROOM};
use crate::report::draw::canvas::{Anchor, Canvas, Rect};
use crate::report::draw::label::{self, Label};
use crate::report::draw::page::{self, Mark};
use crate::report::draw::palette::{BLUE, BODY, GREEN, Ink, RULE, TEXT, VERMILION};
use crate::report::draw::series::{DASHES, POINT};
use crate::report::foot::{Context, Statistic};
use crate::report::words::{Words, fill};

const PANEL: f64 = 185.0;
const LABEL_LIMIT: f64 = 128.0;

/// A line of a panel: its clock, its statistic, how it looks.
struct Kind {
    clock: &'static str,
    statistic: &'static str,
    of: fn(&WaitMonth) -> Option<Spread>,
    ink: Ink,
    dash: usize,
    label: fn(&Words) -> &str,
}

const QUEUE_AGE: Kind = Kind {
    clock: "queue_age",
    statistic: "mean",
    of: |row| row.mean,
    ink: BLUE,
    dash: 0,
    label: |words| words.queue_age_mean,
};
const TIME_WAITING: Kind = Kind {
    clock: "time_waiting",
    statistic: "mean",
    of: |row| row.mean,
    ink: VERMILION,
    dash: 1,
    label: |words| words.time_waiting_mean,
};
const TIME_WAITING_P95: Kind = Kind {
    clock: "time_waiting",
    statistic: "p95",
    of: |row| row.p95,
    ink: GREEN,
    dash: 2,
    label: |words| words.time_waiting_p95,
};

/// A published wait.
struct Published {
    day: f64,
    value: f64,
    used: bool,
    source: String,
}

/// A line with its data.
struct Drawn {
    kind: &'static Kind,
    points: Vec<(f64, Spread)>,
    published: Vec<Published>,
}

/// Draws the chart.
pub(super) fn draw(context: Context) -> Page {
    let (digest, words) = (context.digest, context.words);
    let group = if digest.waits.iter().any(|r| r.group == "foreign" && r.mean.is_some()) { "foreign" } else { "all" };
    let panels = [
        ("completed", &words.completed_panel, lines(context, "completed", group, &[&QUEUE_AGE, &TIME_WAITING])),
        (
            "elapsed",
            &words.elapsed_panel,
            lines(context, "elapsed", group, &[&QUEUE_AGE, &TIME_WAITING, &TIME_WAITING_P95]),
        ),
    ];
    let drawn = || panels.iter().flat_map(|p| &p.2);
    if drawn().all(|l| l.points.is_empty()) {
        return Err(words.left_out_zero.to_string());
    }

    let whose = if group == "foreign" { &words.foreigners } else { &words.all_people };
    let subtitle = format!("{} · {whose}", context.subtitle(Statistic::MeanBand));
    let mut page = page::Page::new(words.waits.title, &subtitle);
    page.legend(&legend(context, &drawn().collect::<Vec<_>>()));
    let room = label::room(drawn().map(|l| (l.kind.label)(words)), LABEL_LIMIT);
    let whole = Rect::new(0.0, 0.0, page::Page::inner_width(), PANEL);
    let plot_of = |outer: Rect, lines: &[Drawn], left: f64| {
        Plot::aligned(outer, room, digest.first_day, digest.days() as f64, top(lines), left, words)
    };
    let left = panels.iter().map(|p| plot_of(whole, &p.2, 0.0)).map(|p| p.area.x0 - p.left).fold(0.0, f64::max);
    for (i, (_, heading, lines)) in panels.iter().enumerate() {
        page.skip(UNIT_ROOM + 16.0 + if i > 0 { TIME_LABELS } else { 0.0 });
        let outer = page.body(PANEL);
        let plot = plot_of(outer, lines, left);
        panel(&mut page.canvas, context, &plot, heading, lines);
    }
    page.skip(TIME_LABELS + 6.0);
    let mut notes = context.notes(vec![words.waits_note.to_string()], []);
    let ids: Vec<&str> = drawn().flat_map(|l| l.published.iter().map(|p| p.source.as_str())).collect();
    notes.extend(context.sources(words.observed_source, &ids));
    page.notes(&notes);
    Ok(page.finish())
}

fn lines(context: Context, kind: &str, group: &str, kinds: &[&'static Kind]) -> Vec<Drawn> {
    let digest = context.digest;
    let day = |date: jiff::civil::Date| f64::from((date - digest.first_day).get_days());
    let points = |line: &Kind| -> Vec<(f64, Spread)> {
        // The longest waits are reported of all who wait.
        let group = if line.statistic == "p95" { "all" } else { group };
        let rows = digest.waits.iter().filter(|r| r.kind == kind && r.clock == line.clock && r.group == group);
        let dated = rows.filter(|r| r.date >= digest.first_day && r.date <= digest.last_day);
        let at = |row: &WaitMonth| match kind {
            // Those processed in a month stand in its middle, those waiting at its end there.
            "completed" => (day(row.date.first_of_month()).max(0.0) + day(row.date) + 1.0) / 2.0,
            _ => day(row.date) + 1.0,
        };
        dated.filter_map(|row| (line.of)(row).map(|s| (at(row), s))).collect()
    };
    let published = |line: &Kind| -> Vec<Published> {
        let series = format!("wait_{kind}_{}_{}", line.clock, line.statistic);
        let rows = digest.observed.iter().filter(|r| r.series == series && r.place.is_none());
        rows.filter(|r| r.from >= digest.first_day && r.to <= digest.last_day)
            .map(|r| Published {
                day: (day(r.from) + day(r.to) + 1.0) / 2.0,
                value: r.value,
                used: r.used,
                source: r.source_id.clone(),
            })
            .collect()
    };
    kinds.iter().map(|kind| Drawn { kind, points: points(kind), published: published(kind) }).collect()
}

/// The highest value of a panel.
fn top(lines: &[Drawn]) -> f64 {
    let points = lines.iter().flat_map(|l| l.points.iter().map(|(_, s)| s.p95.max(s.mean)));
    let published = lines.iter().flat_map(|l| l.published.iter().map(|p| p.value));
    points.chain(published).fold(1.0, f64::max)
}

fn panel(canvas: &mut Canvas, context: Context, plot: &Plot, heading: &str, lines: &[Drawn]) {
    let words = context.words;
    canvas.write_bold(plot.left, plot.area.y0 - UNIT_LIFT - 15.0, heading, BODY + 0.5, TEXT, Anchor::Start);
    plot.value_axis(canvas, words.days, UNIT_LIFT - 2.0, words);
    plot.time_axis(canvas, words);
    let mut labels = Vec::new();
    for line in lines {
        let (ink, dash) = (line.kind.ink, DASHES[line.kind.dash]);
        if let Some((x, y)) = monthly::curve(canvas, context, plot, &line.points, ink, dash) {
            canvas.dashes(&[(x, y), (plot.area.x1, y)], (1.0, 2.5), ink, 0.8);
            let text = (line.kind.label)(words).to_string();
            labels.push(Label { y, text, ink: ink.shade(0.2), swatch: None });
        }
    }
    for line in lines {
        for p in &line.published {
            observed_mark(canvas, line.kind, plot.at(p.day, p.value), p.used);
        }
    }
    label::beside(canvas, plot.area.x1, plot.area.y0 - 10.0, plot.area.y1 + 8.0, labels, LABEL_LIMIT);
}

fn mark_ink(kind: &Kind, used: bool) -> Ink {
    if used { RULE } else { kind.ink.shade(0.45) }
}

fn observed_mark(canvas: &mut Canvas, kind: &Kind, at: (f64, f64), used: bool) {
    let ink = mark_ink(kind, used);
    match kind.dash {
        0 => canvas.hollow_circle(at, POINT + 0.4, ink),
        1 => canvas.hollow_diamond(at, POINT + 0.4, ink),
        _ => canvas.hollow_square(at, POINT + 0.4, ink),
    }
}

fn legend(context: Context, lines: &[&Drawn]) -> Vec<(Mark, String)> {
    let words = context.words;
    let mut out = Vec::new();
    if context.banded() {
        out.push((Mark::Line(BLUE, None), words.simulated_mean.to_string()));
        out.push((Mark::Band(BLUE), words.band_key.to_string()));
    } else {
        out.push((Mark::Line(BLUE, None), words.simulated.to_string()));
    }
    for kind in [&QUEUE_AGE, &TIME_WAITING, &TIME_WAITING_P95] {
        let same = |l: &&&Drawn| l.kind.clock == kind.clock && l.kind.statistic == kind.statistic;
        if lines.iter().filter(same).any(|l| !l.published.is_empty()) {
            let ink = mark_ink(kind, false);
            let mark = match kind.dash {
                0 => Mark::Circle(ink),
                1 => Mark::Diamond(ink),
                _ => Mark::Square(ink),
            };
            out.push((mark, fill(words.observed_of, &[("what", (kind.label)(words))])));
        }
    }
    out
}
