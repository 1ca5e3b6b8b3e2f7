//! The map of a page: who is where and how many travel between places, week by week.
//!
//! [`PlaceMap::html`] gives a still picture in two layouts (wide and phone), the table behind it and the data from
//! which [`SCRIPT`] makes it move. Without the script the still picture and its table remain.

mod amounts;
mod ground;
mod html;
mod legend;
mod names;
mod picture;
#[cfg(test)]
mod tests;
mod ways;

use super::words::Words;

/// Defines `antesalaMap(document)`, which adds controls to every map of a page.
pub const SCRIPT: &str = include_str!("../../../assets/report/map.js");
/// The style of maps and of their controls.
pub const STYLE: &str = include_str!("../../../assets/report/map.css");

/// A map and its weeks.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaceMap<'a> {
    /// Identifies the map on its page.
    pub id: String,
    /// Name and description of the still picture for those who do not see it.
    pub title: String,
    pub description: String,
    /// GeoJSON with the levels that `geo::basemap` knows; without one, circles and lines stand on plain ground.
    pub basemap: Option<&'a str>,
    pub places: Vec<MapPlace>,
    pub links: Vec<MapLink>,
    pub frames: Vec<MapFrame>,
    /// Index of the frame in the still picture; beyond the last means the last.
    pub shown: usize,
    pub words: MapWords,
    /// How numbers are written here; the script writes them as [`MapWords::lang`] does.
    pub numbers: &'a Words,
}

/// A place on the map.
#[derive(Debug, Clone, PartialEq)]
pub struct MapPlace {
    pub name: String,
    /// Degrees. A place without finite ones is left out of the picture, not of the table.
    pub lat: f64,
    pub lon: f64,
    /// Places of a lower rank are labelled first; within a rank, those with more persons.
    pub label_rank: u32,
}

/// A way that persons travel in one direction.
#[derive(Debug, Clone, PartialEq)]
pub struct MapLink {
    /// Indices of places.
    pub from: usize,
    pub to: usize,
    /// Places passed on the way, in order; empty for neighbours.
    pub via: Vec<usize>,
    /// Whether authorities carry people this way, back south.
    pub back: bool,
}

/// A week. Values that are missing, negative or not finite count as 0.
#[derive(Debug, Clone, PartialEq)]
pub struct MapFrame {
    /// The date in words, as readers see it.
    pub date: String,
    /// Persons present at each place: 5th percentile, median, 95th.
    pub persons: Vec<[f64; 3]>,
    /// Persons a week along each link.
    pub flows: Vec<f64>,
}

/// Every text of the map.
#[derive(Debug, Clone, PartialEq)]
pub struct MapWords {
    /// BCP 47 tag by which the script writes numbers, such as `es-MX`.
    pub lang: String,
    /// Headings of the legends: persons present, persons a week.
    pub persons: String,
    pub flows: String,
    /// The two kinds of line.
    pub onward: String,
    pub back: String,
    /// Says that lines of fewer than `{n}` persons a week are not drawn.
    pub left_out: String,
    /// Instead of a number of 1 to 9, and of 0.
    pub few: String,
    pub nobody: String,
    /// Caption of the table with `{date}`, and its columns.
    pub caption: String,
    pub place: String,
    pub people: String,
    pub range: String,
    /// Controls: buttons, and the name of the slider.
    pub play: String,
    pub pause: String,
    pub earlier: String,
    pub later: String,
    pub slider: String,
}

impl PlaceMap<'_> {
    /// The map as a piece of a page; `None` if no place can be drawn, there is no week, or nobody is anywhere.
    pub fn html(&self) -> Option<String> {
        let shown = self.shown.min(self.frames.len().checked_sub(1)?);
        let data = amounts::Amounts::of(self);
        if data.fullest == 0 && data.most == 0.0 {
            return None;
        }
        let wide = picture::draw(self, &data, shown, &picture::WIDE)?;
        let narrow = picture::draw(self, &data, shown, &picture::NARROW)?;
        Some(html::page(self, &data, shown, &wide.svg, &narrow.svg))
    }
}
