//! The charts of a run. Each file draws one; `monthly` and `stacked` serve several.

mod appointments;
mod backlog;
mod caravans;
mod flows_by_outcome;
mod map;
mod map_flows;
mod map_legend;
mod monthly;
mod monthly_counts;
mod nationalities;
mod needs;
mod panels;
mod people_stacked;
mod stacked;
mod waits;

use rayon::prelude::*;

use super::draw::canvas::Canvas;
use super::draw::render::{self, RenderError};
use super::foot::{Context, described};
use super::words::{ChartWords, Words};
use crate::record::digest::Digest;

/// Boxes of a grid of panels on a page: its columns, the height of a panel, of the head above and of the
/// labels below it.
pub fn panel_grid(
    page: &mut super::draw::page::Page,
    columns: usize,
    height: f64,
    heading: f64,
    labels: f64,
    count: usize,
) -> Vec<super::draw::canvas::Rect> {
    panels::Grid { columns, height, heading, labels }.lay(page, count)
}

/// A finished chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// File name without extension; one of [`CATALOG`].
    pub name: &'static str,
    pub svg: String,
    pub png: Vec<u8>,
}

/// A chart that was not drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    pub name: &'static str,
    /// Why, for readers.
    pub reason: String,
}

/// The charts of a run and those it has nothing for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ChartSet {
    pub drawn: Vec<Chart>,
    pub left_out: Vec<LeftOut>,
}

/// Why charts could not be made.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartError {
    pub chart: &'static str,
    pub cause: RenderError,
}

impl std::fmt::Display for ChartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the chart `{}` could not be drawn: {}", self.chart, self.cause)
    }
}

impl std::error::Error for ChartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}

/// A page, or why the run has nothing for it.
pub type Page = Result<Canvas, String>;

/// A chart's name, words and drawing function.
pub struct Entry {
    /// File name without extension.
    pub name: &'static str,
    /// Its title and what it shows, of the messages of a language.
    pub words: fn(&Words) -> &ChartWords,
    draw: fn(Context) -> Page,
}

macro_rules! entry {
    ($name:literal, $field:ident, $draw:path) => {
        Entry { name: $name, words: |words| &words.$field, draw: $draw }
    };
}

/// Every chart, in the order readers meet them.
pub const CATALOG: &[Entry] = &[
    entry!("backlog", backlog, backlog::draw),
    entry!("waits_completed_elapsed", waits, waits::draw),
    entry!("people_by_place", people_by_place, people_stacked::by_place),
    entry!("flows_by_outcome", flows_by_outcome, flows_by_outcome::draw),
    entry!("appointments_processed", appointments, appointments::draw),
    entry!("border_patrol", border_patrol, monthly_counts::border_patrol),
    entry!("caravans", caravans, caravans::draw),
    entry!("map", map, map::draw),
    entry!("interceptions", interceptions, monthly_counts::interceptions),
    entry!("processed_by_nationality", processed_by_nationality, nationalities::draw),
    entry!("people_by_state", people_by_state, people_stacked::by_state),
    entry!("asylum_claims", asylum, monthly_counts::asylum),
    entry!("needs", needs, needs::draw),
];

/// The pages of a digest before they become bytes, in the order of [`CATALOG`].
pub fn pages(digest: &Digest, words: &Words) -> Vec<(&'static Entry, Page)> {
    let context = Context { digest, words };
    CATALOG.par_iter().map(|entry| (entry, (entry.draw)(context))).collect()
}

/// Draws every chart the digest has data for and names the others with the reason.
///
/// # Errors
/// When a page cannot be made into bytes; data never cause it.
pub fn draw_charts(digest: &Digest, words: &Words) -> Result<ChartSet, ChartError> {
    let context = Context { digest, words };
    let done: Vec<Result<Chart, LeftOut>> = CATALOG
        .par_iter()
        .map(|entry| match (entry.draw)(context) {
            Err(reason) => Ok(Err(LeftOut { name: entry.name, reason })),
            Ok(canvas) => {
                let (title, description) = described((entry.words)(context.words), context);
                let (svg, png) = render::render(&canvas, &title, &description)
                    .map_err(|cause| ChartError { chart: entry.name, cause })?;
                Ok(Ok(Chart { name: entry.name, svg, png }))
            }
        })
        .collect::<Result<_, ChartError>>()?;
    let mut set = ChartSet::default();
    for chart in done {
        match chart {
            Ok(chart) => set.drawn.push(chart),
            Err(left_out) => set.left_out.push(left_out),
        }
    }
    Ok(set)
}

/// The charts of [`draw_charts`] alone.
///
/// # Errors
/// As [`draw_charts`].
pub fn draw_all(digest: &Digest, words: &Words) -> Result<Vec<Chart>, ChartError> {
    draw_charts(digest, words).map(|set| set.drawn)
}
