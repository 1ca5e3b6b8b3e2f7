//! Outages and policy changes on a time axis: shades and rules, numbered, listed below the plot.

use jiff::civil::Date;

use super::axis::Plot;
use super::canvas::{Anchor, Canvas, Rect};
use super::label;
use super::page::Mark;
use super::palette::{MUTED, RULE, SHADE, TEXT, WHITE};
use crate::record::digest::Digest;
use crate::report::number;
use crate::report::words::{Words, fill, named};

/// Changes closer than this on the page share a number.
const SAME: f64 = 5.0;
/// Room a number takes along the axis.
const ROOM: f64 = 15.5;
/// Longest label in the list, in characters.
const LABEL: usize = 88;

struct Event {
    day: f64,
    /// End of an outage.
    until: Option<f64>,
    date: Date,
    until_date: Option<Date>,
    label: String,
}

/// The room above the plot that the numbers take.
pub const HEAD: f64 = 22.0;

fn events(digest: &Digest, plot: &Plot) -> Vec<Event> {
    let hours = |t: jiff::civil::DateTime| plot.day_of(t.date()) + f64::from(t.hour()) / 24.0;
    let outages = digest.outages.iter().map(|o| Event {
        day: hours(o.from),
        until: Some(hours(o.to)),
        date: o.from.date(),
        until_date: Some(o.to.date()),
        label: o.label.clone(),
    });
    let policies = digest.policies.iter().map(|p| Event {
        day: plot.day_of(p.from),
        until: None,
        date: p.from,
        until_date: None,
        label: p.label.clone(),
    });
    let inside = |e: &Event| e.day > 0.0 && e.day < plot.days;
    let mut all: Vec<Event> = outages.chain(policies).filter(inside).collect();
    all.sort_by(|a, b| a.day.total_cmp(&b.day).then_with(|| a.label.cmp(&b.label)));
    all
}

/// Legend entries of what would be marked on this axis; none where nothing is.
pub fn legend(digest: &Digest, plot: &Plot, words: &Words) -> Vec<(Mark, String)> {
    let events = events(digest, plot);
    let mut out = Vec::new();
    if !events.is_empty() {
        out.push((Mark::Number, words.policy_key.to_string()));
    }
    if events.iter().any(|e| e.until.is_some()) {
        out.push((Mark::Shade, words.outage_key.to_string()));
    }
    out
}

/// Draws the marks behind the data and returns the list that explains the numbers.
pub fn draw(canvas: &mut Canvas, digest: &Digest, plot: &Plot, words: &Words) -> Vec<String> {
    let events = events(digest, plot);
    let mut groups: Vec<Vec<&Event>> = Vec::new();
    for event in &events {
        match groups.last_mut() {
            Some(group) if plot.x.at(event.day) - plot.x.at(group[0].day) < SAME => group.push(event),
            _ => groups.push(vec![event]),
        }
    }
    for event in &events {
        rule(canvas, plot, event);
    }
    let wishes: Vec<(f64, f64)> = groups.iter().map(|g| (plot.x.at(g[0].day), ROOM)).collect();
    let centres = label::spread(&wishes, plot.area.x0 - ROOM / 2.0, plot.area.x1 + ROOM / 2.0);
    for (i, (group, x)) in groups.iter().zip(centres).enumerate() {
        number_tag(canvas, plot, i + 1, plot.x.at(group[0].day), x);
    }
    listed(&groups, words)
}

fn rule(canvas: &mut Canvas, plot: &Plot, event: &Event) {
    let x = plot.x.at(event.day);
    match event.until {
        Some(until) => {
            let end = plot.x.at(until.min(plot.days)).max(x + 2.5);
            canvas.rect(Rect::new(x, plot.area.y0, end, plot.area.y1), SHADE);
        }
        None => canvas.dashes(&[(x, plot.area.y0), (x, plot.area.y1)], (2.0, 3.0), RULE, 0.8),
    }
}

fn number_tag(canvas: &mut Canvas, plot: &Plot, number: usize, at: f64, x: f64) {
    let y = plot.area.y0 - 13.0;
    canvas.line((x, y + 6.0), (at, plot.area.y0), RULE, 0.8);
    canvas.disc((x, y), 7.0, WHITE, Some((MUTED, 0.9)));
    canvas.write(x, y + 3.2, &number.to_string(), 9.0, TEXT, Anchor::Middle);
}

fn listed(groups: &[Vec<&Event>], words: &Words) -> Vec<String> {
    let said = |event: &&Event| match event.until_date {
        Some(until) => {
            let (from, to) = (number::date(event.date, words), number::date(until, words));
            fill(
                words.outage_item,
                &[("from", &from), ("to", &to), ("label", &short(named(&words.outages, &event.label)))],
            )
        }
        None => format!("{}: {}", number::date(event.date, words), short(&event.label)),
    };
    groups.iter().map(|group| group.iter().map(said).collect::<Vec<_>>().join("; ")).collect()
}

fn short(label: &str) -> String {
    if label.chars().count() <= LABEL {
        return label.to_string();
    }
    let cut: String = label.chars().take(LABEL - 3).collect();
    let whole = cut.rsplit_once(' ').map_or(cut.as_str(), |(head, _)| head);
    format!("{} ...", whole.trim_end_matches([',', ';', ':', ' ']))
}
