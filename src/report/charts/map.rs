//! The map: legs as ribbons by the persons who travelled them, places as circles by who is there.

use std::collections::BTreeMap;

use super::Page;
use super::map_flows::{self, Ribbon};
use super::map_legend;
use crate::report::draw::canvas::{Anchor, Canvas, Rect, Text};
use crate::report::draw::font;
use crate::report::draw::page;
use crate::report::draw::palette::{BLUE, GRID, Ink, RULE, TEXT, VERMILION, WHITE};
use crate::report::foot::{Context, Statistic};
use crate::report::geo::basemap::{self, Level, Outline};
use crate::report::geo::clip;
use crate::report::geo::labels::{self, Obstacles, Wish};
use crate::report::geo::projection::{Extent, Projection};
use crate::report::number;
use crate::report::words::fill;
use crate::scenario::input::PlaceKind;

/// Widest ribbon and largest circle, in page units.
const WIDEST: f64 = 13.0;
const LARGEST: f64 = 19.0;
/// Every ribbon is at least this wide.
const THINNEST: f64 = 0.7;
/// Legs with less than this share of the busiest are left out.
const LEAST: f64 = 0.001;
const LABEL: f64 = 11.0;
/// Labels at most; small places beyond remain without.
const LABELS: usize = 32;
/// Room around the places, as a share of the map.
const PADDING: f64 = 0.07;
const SIDE_PADDING: f64 = 0.10;
const LOWEST: f64 = 260.0;
const HIGHEST: f64 = 640.0;

const SEA: Ink = Ink::hex(0xEDF2F6);
const LAND: Ink = Ink::hex(0xFCFBF7);
const NEIGHBOUR: Ink = Ink::hex(0xE3E3E0);
const BORDER: Ink = Ink::hex(0xC4C2BC);

pub(super) const TOWARD: Ink = BLUE;
pub(super) const BACK: Ink = VERMILION;
pub(super) const STOCK: Ink = Ink::hex(0x333333);

/// Page positions of everything.
struct View {
    frame: Rect,
    projection: Projection,
    scale: f64,
    /// Plane point at the frame's centre.
    centre: (f64, f64),
}

impl View {
    fn at(&self, lon: f64, lat: f64) -> (f64, f64) {
        let (x, y) = self.projection.at(lon, lat);
        (
            (self.frame.x0 + self.frame.x1) / 2.0 + (x - self.centre.0) * self.scale,
            (self.frame.y0 + self.frame.y1) / 2.0 - (y - self.centre.1) * self.scale,
        )
    }
}

/// A place to draw.
struct Spot {
    place: usize,
    at: (f64, f64),
    persons: f64,
    radius: f64,
}

/// Draws the chart.
pub(super) fn draw(context: Context) -> Page {
    let (digest, words) = (context.digest, context.words);
    let persons = mean_persons(context);
    let travelled = travelled(context);
    let shown: Vec<usize> = (0..digest.places.len())
        .filter(|i| persons[*i] > 0.0 || travelled.keys().any(|(a, b)| a == i || b == i))
        .collect();
    let position = |i: &usize| (digest.places[*i].lon, digest.places[*i].lat);
    let Some(extent) = Extent::around(shown.iter().map(position)) else {
        return Err(words.left_out_no_places.to_string());
    };

    let mut page = page::Page::new(words.map.title, &context.subtitle(Statistic::Mean));
    page.skip(4.0);
    let view = view(&mut page, extent, shown.iter().map(position));
    let outlines = digest.basemap.as_deref().and_then(basemap::read).unwrap_or_default();
    let canvas = &mut page.canvas;
    draw_ground(canvas, &view, &outlines);

    let most = travelled.values().copied().fold(0.0, f64::max);
    let points: Vec<(f64, f64)> = digest.places.iter().map(|p| view.at(p.lon, p.lat)).collect();
    let widths = map_flows::Widths { most, widest: WIDEST, thinnest: THINNEST, least: LEAST };
    let ribbons = map_flows::ribbons(context, &travelled, &points, widths, &view.frame);
    ribbons.iter().for_each(|ribbon| ribbon.draw(canvas));
    let spots = spots(context, &shown, &persons, &points);
    draw_spots(canvas, context, &spots);
    let unlabelled = draw_labels(canvas, context, &view, &spots, &ribbons);
    draw_frame(canvas, &view.frame);

    let fullest = persons.iter().copied().fold(0.0, f64::max);
    map_legend::draw(&mut page, context, map_legend::Sizes { fullest, largest: LARGEST, most, widest: WIDEST });
    page.notes(&context.notes(notes(context, &outlines, most, unlabelled), []));
    Ok(page.finish())
}

/// Persons present at each place, mean over days and replicates.
fn mean_persons(context: Context) -> Vec<f64> {
    let digest = context.digest;
    let mean = |values: &[f64]| if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 };
    (0..digest.places.len()).map(|i| digest.stock_by_place.get(i).map_or(0.0, |d| mean(&d.mean))).collect()
}

/// Persons by (from, to), all modes together.
fn travelled(context: Context) -> BTreeMap<(usize, usize), f64> {
    let places = context.digest.places.len();
    let mut out = BTreeMap::new();
    for leg in &context.digest.legs {
        if leg.persons > 0.0 && leg.from < places && leg.to < places && leg.from != leg.to {
            *out.entry((leg.from, leg.to)).or_insert(0.0) += leg.persons;
        }
    }
    out
}

fn view(page: &mut page::Page, extent: Extent, places: impl Iterator<Item = (f64, f64)>) -> View {
    let projection = Projection::for_extent(extent);
    let plane: Vec<(f64, f64)> = places.map(|(lon, lat)| projection.at(lon, lat)).collect();
    let bounds = Extent::around(plane).unwrap_or(extent);
    let smallest = 1e-4;
    let width = (bounds.east - bounds.west).max(smallest) * (1.0 + 2.0 * SIDE_PADDING);
    let height = (bounds.north - bounds.south).max(smallest) * (1.0 + 2.0 * PADDING);
    let inner = page.body(0.0).width();
    let frame = page.body((inner * height / width).clamp(LOWEST, HIGHEST));
    View {
        frame,
        projection,
        scale: (frame.width() / width).min(frame.height() / height),
        centre: ((bounds.west + bounds.east) / 2.0, (bounds.south + bounds.north) / 2.0),
    }
}

fn draw_ground(canvas: &mut Canvas, view: &View, outlines: &[Outline]) {
    canvas.rect(view.frame, if outlines.is_empty() { LAND } else { SEA });
    let project = |o: &Outline| -> Vec<(f64, f64)> { o.points.iter().map(|(lon, lat)| view.at(*lon, *lat)).collect() };
    for (level, fill) in [(Level::Neighbour, NEIGHBOUR), (Level::Home, LAND)] {
        for outline in outlines.iter().filter(|o| o.level == level) {
            canvas.polygon(clip::ring(&project(outline), &view.frame), fill);
        }
    }
    for outline in outlines {
        let width = if outline.level == Level::Line { 0.4 } else { 0.6 };
        for piece in clip::line(&project(outline), &view.frame) {
            canvas.path(piece, BORDER, width);
        }
    }
}

fn draw_frame(canvas: &mut Canvas, r: &Rect) {
    let corners = vec![(r.x0, r.y0), (r.x1, r.y0), (r.x1, r.y1), (r.x0, r.y1), (r.x0, r.y0), (r.x1, r.y0)];
    canvas.path(corners, GRID.shade(0.15), 0.8);
}

/// Places by persons, most first.
fn spots(context: Context, shown: &[usize], persons: &[f64], points: &[(f64, f64)]) -> Vec<Spot> {
    let most = persons.iter().copied().fold(0.0, f64::max);
    let mut out: Vec<Spot> = shown
        .iter()
        .map(|&place| {
            let share = if most > 0.0 { persons[place] / most } else { 0.0 };
            let checkpoint = context.digest.places[place].kind == PlaceKind::Checkpoint;
            let smallest = if checkpoint { 1.6 } else { 2.2 };
            let radius = (share.sqrt() * LARGEST).max(smallest);
            Spot { place, at: points[place], persons: persons[place], radius }
        })
        .collect();
    out.sort_by(|a, b| b.persons.total_cmp(&a.persons).then(a.place.cmp(&b.place)));
    out
}

fn draw_spots(canvas: &mut Canvas, context: Context, spots: &[Spot]) {
    for spot in spots {
        let border = context.digest.places[spot.place].kind == PlaceKind::Border;
        canvas.disc(spot.at, spot.radius, STOCK, Some((WHITE, 0.8)));
        if border {
            canvas.disc(spot.at, (spot.radius * 0.35).max(0.9), WHITE, None);
        }
    }
}

/// Names with counts; gives how many places with people have none.
fn draw_labels(canvas: &mut Canvas, context: Context, view: &View, spots: &[Spot], ribbons: &[Ribbon]) -> usize {
    let words = context.words;
    let peopled: Vec<&Spot> = spots.iter().filter(|s| s.persons >= 0.5).collect();
    let mut named = peopled.clone();
    named.sort_by(|a, b| (b.persons * landmark(context, b)).total_cmp(&(a.persons * landmark(context, a))));
    named.truncate(LABELS);
    let text = |s: &Spot| {
        let count = number::rounded(s.persons, words);
        font::printable(&format!("{} {count}", context.place(s.place)))
    };
    let wishes: Vec<Wish> = named
        .iter()
        .map(|s| Wish { at: s.at, radius: s.radius, size: (font::width(&text(s), LABEL, false) + 2.0, LABEL * 1.05) })
        .collect();
    let obstacles = Obstacles {
        circles: spots.iter().map(|s| (s.at, s.radius)).collect(),
        lines: ribbons.iter().flat_map(Ribbon::samples).collect(),
    };
    let placed = labels::place(&wishes, &obstacles, &view.frame.grown(-3.0));
    let missing = placed.iter().filter(|p| p.is_none()).count() + peopled.len() - named.len();
    for place in placed.iter().flatten() {
        if let Some((from, to)) = place.leader {
            canvas.line(from, to, WHITE, 2.2);
            canvas.line(from, to, RULE.shade(0.3), 0.8);
        }
    }
    for (spot, place) in named.iter().zip(&placed) {
        let Some(place) = place else { continue };
        canvas.text(Text {
            x: place.rect.x0 + 1.0,
            y: place.rect.y0 + LABEL * 0.86,
            text: text(spot),
            size: LABEL,
            bold: false,
            ink: TEXT,
            anchor: Anchor::Start,
            halo: true,
        });
    }
    missing
}

/// Border cities and places of entry are what readers look for: they are named before others.
fn landmark(context: Context, spot: &Spot) -> f64 {
    match context.digest.places[spot.place].kind {
        PlaceKind::Border => 4.0,
        PlaceKind::Entry | PlaceKind::City => 1.5,
        PlaceKind::Stop | PlaceKind::Checkpoint => 1.0,
    }
}

fn notes(context: Context, outlines: &[Outline], most: f64, unlabelled: usize) -> Vec<String> {
    let (digest, words) = (context.digest, context.words);
    let from = number::date(digest.first_day, words);
    let to = number::date(digest.last_day, words);
    let mut out = vec![fill(words.map_present, &[("from", &from), ("to", &to)])];
    let (thin, least) = (most * THINNEST / WIDEST, (most * LEAST).ceil());
    if least >= 1.0 {
        let (thin, least) = (number::rounded(thin, words), number::rounded(least, words));
        out.push(fill(words.map_fewest, &[("thin", &thin), ("n", &least)]));
    }
    if unlabelled > 0 {
        out.push(fill(words.map_unlabelled, &[("n", &unlabelled.to_string())]));
    }
    if !outlines.is_empty() {
        out.push(words.map_boundaries.to_string());
    }
    out
}
