//! What the drawings of the page have in common: their words, lines and notes.

use std::ops::Range;

use jiff::civil::Date;
use serde::Serialize;

use super::language::Say;
use super::quantity::{Unit, step};
use super::series::{Bands, Replicates};
use super::view::View;
use crate::record::digest::Spread;
use crate::record::results::Run;
use crate::report::figures::{Line, Period, Role, TimeFigure, UiWords};

/// Most variants in one drawing.
pub const MOST_VARIANTS: usize = 3;

/// A drawing with its words.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Figure {
    pub id: String,
    /// "Figure 3"; given last, when it is known which are drawn.
    pub number: String,
    pub title: String,
    pub subtitle: String,
    pub html: String,
    pub note: String,
    /// About published points; empty without any.
    pub published: String,
}

/// Words of the controls.
pub fn ui(say: &Say) -> UiWords {
    let text = |key: &str| say.text(key).to_string();
    UiWords {
        to: text("charts.to"),
        zoom_in: text("charts.zoom_in"),
        zoom_out: text("charts.zoom_out"),
        reset: text("charts.reset"),
        hint: text("charts.hint"),
        week_of: text("charts.week_of"),
        none: text("common.no_data"),
    }
}

/// The role of the run with this place in the comparison: 0 is the base.
pub fn role(index: usize) -> Role {
    [Role::Base, Role::Variant, Role::Second, Role::Third].get(index).copied().unwrap_or(Role::Other)
}

pub fn line(name: &str, role: Role, bands: Bands, several: bool, half: bool) -> Line {
    let typical = |of: &[f64]| {
        let mut sorted: Vec<f64> = of.to_vec();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
    };
    let step = step(typical(&bands.p50), typical(&bands.p05), typical(&bands.p95), Unit::Persons);
    Line {
        name: name.into(),
        role,
        band: several.then(|| (bands.p05.clone(), bands.p95.clone())),
        half: (several && half).then(|| (bands.p25.clone(), bands.p75.clone())),
        p50: bands.p50,
        step,
    }
}

/// A part of each band.
pub fn cut(bands: &Bands, days: Range<usize>) -> Bands {
    let of = |x: &[f64]| x.get(days.clone()).map_or(Vec::new(), <[f64]>::to_vec);
    Bands { p05: of(&bands.p05), p25: of(&bands.p25), p50: of(&bands.p50), p75: of(&bands.p75), p95: of(&bands.p95) }
}

pub fn bands_of(rows: &[Spread]) -> Bands {
    let of = |f: fn(&Spread) -> f64| rows.iter().map(f).collect::<Vec<f64>>();
    Bands { p05: of(|s| s.p05), p25: Vec::new(), p50: of(|s| s.p50), p75: Vec::new(), p95: of(|s| s.p95) }
}

pub fn figure<'a>(view: &View<'a>, id: &str, first_day: Date, period: Period, days: usize) -> TimeFigure {
    TimeFigure {
        id: id.into(),
        title: String::new(),
        description: String::new(),
        first_day,
        period,
        days,
        known_days: days,
        cut_label: String::new(),
        spans: Vec::new(),
        policies: Vec::new(),
        panels: Vec::new(),
        band_label: view.say.text("charts.band").into(),
        half_label: view.say.text("charts.half").into(),
    }
}

pub fn finished(view: &View, mut drawn: TimeFigure, mut words: Figure) -> Option<Figure> {
    drawn.id = words.id.to_string();
    drawn.title.clone_from(&words.title);
    drawn.description = format!("{}. {}", words.subtitle, words.note);
    words.html = drawn.html(view.words, &ui(view.say))?;
    Some(words)
}

pub fn several(view: &View) -> bool {
    view.replicates() > 1
}

/// The base and the variants that are drawn.
pub fn all_runs<'a>(view: &View<'a>) -> Vec<&'a Run> {
    std::iter::once(view.base()).chain(view.variants()).take(MOST_VARIANTS + 1).collect()
}

/// What every note of a simulated figure says; `runs` are those drawn.
pub fn note(view: &View, runs: &[&Run]) -> String {
    let (say, about) = (view.say, &view.run.about);
    let names: Vec<&str> = runs.iter().map(|r| r.about.scenario.as_str()).collect();
    let k = about.persons_per_simulated_person.to_string();
    let key = if about.persons_per_simulated_person > 1 { "page.provenance_sample" } else { "page.provenance" };
    say.with(
        key,
        &[
            ("version", &about.version),
            ("scenario", &names.join(", ")),
            ("seed", &about.seed.to_string()),
            ("n", &say.count(f64::from(about.replicates))),
            ("k", &k),
        ],
    )
}

/// Whether any replicate of a series has anything.
pub fn has(series: &Replicates) -> bool {
    series.iter().any(|s| s.iter().any(|v| *v != 0.0))
}
