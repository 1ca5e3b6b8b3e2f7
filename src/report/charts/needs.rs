//! Persons present against shelter places, one panel a city.

use super::Page;
use super::panels::Grid;
use crate::record::digest::DailySpread;
use crate::report::draw::axis::{COMPACT_LABELS, Plot};
use crate::report::draw::canvas::{Anchor, Canvas, Rect};
use crate::report::draw::page::{self, Mark};
use crate::report::draw::palette::{BLUE, BODY, TEXT, VERMILION};
use crate::report::draw::series::{self, DASHES};
use crate::report::foot::{Context, Statistic};
use crate::scenario::input::ShelterRow;

const LARGEST: usize = 9;

/// A city with people and shelter places.
struct City<'a> {
    place: usize,
    persons: &'a DailySpread,
    /// Rows of this place by date.
    shelters: Vec<&'a ShelterRow>,
}

fn cities(context: Context) -> Vec<City> {
    let digest = context.digest;
    let peak = |d: &DailySpread| d.mean.iter().copied().fold(0.0, f64::max);
    let mut out: Vec<City> = (0..digest.places.len().min(digest.stock_by_place.len()))
        .filter_map(|place| {
            let mut shelters: Vec<&ShelterRow> =
                digest.shelters.iter().filter(|row| row.place == place && row.from <= digest.last_day).collect();
            shelters.sort_by_key(|row| row.from);
            let persons = &digest.stock_by_place[place];
            (!shelters.is_empty() && peak(persons) > 0.0).then_some(City { place, persons, shelters })
        })
        .collect();
    out.sort_by(|a, b| peak(b.persons).total_cmp(&peak(a.persons)).then(a.place.cmp(&b.place)));
    out.truncate(LARGEST);
    out
}

/// Draws the chart.
pub(super) fn draw(context: Context) -> Page {
    let (digest, words) = (context.digest, context.words);
    let cities = cities(context);
    if cities.is_empty() {
        return Err(words.left_out_no_shelters.to_string());
    }
    let mut page = page::Page::new(words.needs.title, &context.subtitle(Statistic::MedianBand));
    page.legend(&legend(context));
    page.skip(4.0);
    let grid = Grid { columns: 3, height: 100.0, heading: 24.0, labels: COMPACT_LABELS };
    let boxes = grid.lay(&mut page, cities.len());
    let plot_of = |outer: Rect, city: &City, left: f64| {
        let places = city.shelters.iter().map(|row| row.places).fold(0.0, f64::max);
        let top = city.persons.p95.iter().copied().fold(places, f64::max);
        Plot::aligned(outer, 2.0, digest.first_day, digest.days() as f64, top, left, words)
    };
    let left =
        cities.iter().zip(&boxes).map(|(c, b)| plot_of(*b, c, 0.0)).map(|p| p.area.x0 - p.left).fold(0.0, f64::max);
    for (city, outer) in cities.iter().zip(boxes) {
        let plot = plot_of(outer, city, left);
        let name = context.place(city.place);
        page.canvas.write_bold(plot.area.x0, plot.area.y0 - 8.0, name, BODY, TEXT, Anchor::Start);
        plot.value_axis(&mut page.canvas, "", 0.0, words);
        plot.compact_time_axis(&mut page.canvas, words);
        city_lines(&mut page.canvas, context, &plot, city);
    }
    page.skip(4.0);
    let mut notes = context.notes(vec![words.needs_none.to_string()], []);
    let ids: Vec<&str> = cities.iter().flat_map(|c| c.shelters.iter().map(|row| row.source_id.as_str())).collect();
    notes.extend(context.sources(words.shelter_source, &ids));
    page.notes(&notes);
    Ok(page.finish())
}

fn legend(context: Context) -> Vec<(Mark, String)> {
    let words = context.words;
    let mut out = vec![(Mark::Line(BLUE, None), words.persons_line.to_string())];
    if context.banded() {
        out.push((Mark::Band(BLUE), words.band_key.to_string()));
    }
    out.push((Mark::Line(VERMILION, DASHES[1]), words.shelter_line.to_string()));
    out
}

fn city_lines(canvas: &mut Canvas, context: Context, plot: &Plot, city: &City) {
    if context.banded() {
        let (low, high) = (series::daily(&city.persons.p05), series::daily(&city.persons.p95));
        series::band(canvas, plot, &low, &high, BLUE);
    }
    series::line(canvas, plot, &series::daily(&city.persons.p50), BLUE, None);
    let mut steps: Vec<(f64, f64)> = Vec::new();
    for row in &city.shelters {
        let day = plot.day_of(row.from).max(0.0);
        if let Some((_, before)) = steps.last().copied() {
            steps.push((day, before));
        }
        steps.push((day, row.places));
    }
    if let Some((_, last)) = steps.last().copied() {
        steps.push((plot.days, last));
    }
    let steps: Vec<_> = steps.into_iter().map(|(day, v)| plot.at(day, v)).collect();
    canvas.dashes(&steps, (7.0, 4.0), VERMILION, series::LINE);
}
