//! One layout of the map as SVG.

use std::fmt::Write as _;

use super::PlaceMap;
use super::amounts::Amounts;
use super::ground::{self, View};
use super::legend;
use super::names::{self, Name};
use super::ways::{self, Sizes, Way};
use crate::report::draw::canvas::Canvas;
use crate::report::draw::inline::{elements, escape, tenth};
use crate::report::geo::basemap::{self, Outline};

/// Sizes of a layout, in its units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Layout {
    pub class: &'static str,
    pub width: f64,
    /// Whether all of the home country is seen, or only the part with places.
    pub home: bool,
    /// Labels at most, and the sizes of their two lines.
    pub labels: usize,
    pub name: f64,
    pub value: f64,
    /// Whether the range has a line of its own in labels.
    pub split: bool,
    /// How much heavier than by default a line weighs under a label.
    pub heavy: usize,
    /// Line widths and the largest circle.
    pub widest: f64,
    pub thinnest: f64,
    pub largest: f64,
    /// Centre of a place.
    pub dot: f64,
}

pub const WIDE: Layout = Layout {
    class: "w",
    width: 860.0,
    home: true,
    labels: 18,
    name: 13.5,
    value: 13.0,
    split: false,
    heavy: 3,
    widest: 14.0,
    thinnest: 1.1,
    largest: 32.0,
    dot: 1.7,
};

pub const NARROW: Layout = Layout {
    class: "n",
    width: 358.0,
    home: false,
    labels: 7,
    name: 11.5,
    value: 11.0,
    split: true,
    heavy: 1,
    widest: 7.0,
    thinnest: 0.8,
    largest: 16.0,
    dot: 1.2,
};

impl Layout {
    /// Radius of the circle of a number of persons: its area is in proportion.
    pub fn radius(&self, persons: f64, fullest: u64) -> f64 {
        if persons <= 0.0 { 0.0 } else { ((persons / fullest.max(1) as f64).sqrt() * self.largest).max(self.dot) }
    }
}

/// A layout as drawn, with where its labels and its largest circles lie.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    pub svg: String,
    pub names: Vec<Name>,
    pub circles: Vec<((f64, f64), f64)>,
}

/// Draws a layout with the frame `shown`; `None` if no place has a position.
pub fn draw(map: &PlaceMap, data: &Amounts, shown: usize, layout: &Layout) -> Option<Picture> {
    let outlines = map.basemap.and_then(basemap::read).unwrap_or_default();
    let at_all = used(map, data);
    let positions: Vec<(f64, f64)> = at_all.iter().map(|i| (map.places[*i].lon, map.places[*i].lat)).collect();
    let home: Option<&[Outline]> = layout.home.then_some(&outlines);
    let view = View::around(&positions, home, layout.width, layout.largest + 3.0)?;
    let mut at: Vec<Option<(f64, f64)>> = vec![None; map.places.len()];
    for i in at_all {
        let point = view.at(map.places[i].lon, map.places[i].lat);
        at[i] = (point.0.is_finite() && point.1.is_finite()).then_some(point);
    }
    let radii: Vec<f64> = (0..at.len()).map(|i| layout.radius(data.peak(i) as f64, data.fullest)).collect();
    let diagonal = view.frame.width().hypot(view.frame.height());
    let sizes = Sizes { widest: layout.widest, thinnest: layout.thinnest, diagonal };
    let ways = ways::ways(map, data, &at, &radii, sizes);
    let names = names::names(map, data, shown, layout, &at, &ways, &view.frame);
    let (legend, below) = legend(map, data, layout, view.frame.y1);

    let (w, h) = (view.frame.width(), view.frame.height());
    let mut svg = format!(
        "<svg class=\"{}\" viewBox=\"0 0 {w} {}\" role=\"img\" data-widest=\"{}\" data-thinnest=\"{}\" \
         data-largest=\"{}\" data-dot=\"{}\"><title>{}</title><desc>{}</desc>",
        layout.class,
        tenth(h + below),
        layout.widest,
        layout.thinnest,
        layout.largest,
        layout.dot,
        escape(&map.title),
        escape(&map.description)
    );
    // The inner picture cuts what reaches beyond the map.
    let _ = write!(svg, "<svg x=\"0\" y=\"0\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\">");
    svg.push_str(&ground::svg(&view, &outlines, &escape(&format!("{}-{}", map.id, layout.class))));
    flows(&mut svg, &ways, data, shown, layout);
    circles(&mut svg, &at, data, shown, layout);
    labels(&mut svg, &names, map, data, shown, layout);
    svg.push_str("</svg>");
    svg.push_str(&legend);
    svg.push_str("</svg>");
    let circles = at.into_iter().zip(radii).filter_map(|(at, r)| Some((at?, r))).filter(|c| c.1 > 0.0).collect();
    Some(Picture { svg, names, circles })
}

/// Places that anyone is at or passes in some frame and that have a position.
fn used(map: &PlaceMap, data: &Amounts) -> Vec<usize> {
    let mut used: Vec<bool> = (0..map.places.len()).map(|i| data.peak(i) > 0).collect();
    for link in (0..map.links.len()).filter(|i| data.busiest(*i) > 0).map(|i| &map.links[i]) {
        for node in link.via.iter().chain([&link.from, &link.to]) {
            if let Some(used) = used.get_mut(*node) {
                *used = true;
            }
        }
    }
    let finite = |i: &usize| map.places[*i].lat.is_finite() && map.places[*i].lon.is_finite();
    (0..map.places.len()).filter(|i| used[*i]).filter(finite).collect()
}

type Block = fn(&mut Canvas, (f64, f64), &PlaceMap, &Amounts, &Layout) -> (f64, f64);

/// The legends below the map, side by side as far as they fit, and the height they take.
fn legend(map: &PlaceMap, data: &Amounts, layout: &Layout, bottom: f64) -> (String, f64) {
    let mut canvas = Canvas::default();
    let (gap, mut x, mut y, mut lowest) = (layout.name * 2.4, 2.0, bottom + 10.0, bottom);
    for block in [legend::circles as Block, legend::lines, legend::kinds] {
        let (width, height) = block(&mut Canvas::default(), (0.0, 0.0), map, data, layout);
        if width == 0.0 {
            continue;
        }
        if x > 2.0 && x + width > layout.width {
            (x, y) = (2.0, lowest + 4.0);
        }
        block(&mut canvas, (x, y), map, data, layout);
        x += width + gap;
        lowest = f64::max(lowest, y + height);
    }
    (elements(&canvas), lowest - bottom)
}

fn flows(svg: &mut String, ways: &[Way], data: &Amounts, shown: usize, layout: &Layout) {
    let width = |way: &Way| ways::width(data.flows[shown][way.link], layout.widest, layout.thinnest);
    let hide = |w: f64| if w > 0.0 { "" } else { " display=\"none\"" };
    let line = |svg: &mut String, way: &Way, class: &str, more: f64| {
        let w = width(way);
        let (link, d) = (way.link, way.path());
        let _ = write!(
            svg,
            "<path class=\"{class}\" data-l=\"{link}\" d=\"{d}\" stroke-width=\"{}\"{}/>",
            tenth(w + more),
            hide(w)
        );
    };
    ways.iter().filter(|way| !way.back).for_each(|way| line(svg, way, "k", 2.0));
    svg.push_str("<g class=\"m-on\">");
    ways.iter().filter(|way| !way.back).for_each(|way| line(svg, way, "f", 0.0));
    svg.push_str("</g>");
    ways.iter().filter(|way| way.back).for_each(|way| line(svg, way, "k", 2.0));
    ways.iter().filter(|way| way.back).for_each(|way| line(svg, way, "f b", 0.0));
    let size = layout.widest / 14.0 * 0.4 + 0.6;
    for way in ways {
        let Some(((x, y), turn)) = way.arrow else { continue };
        let _ = write!(
            svg,
            "<path class=\"a{}\" data-l=\"{}\" d=\"M5.5 0L-4-4.5V4.5z\" transform=\"translate({} {})rotate({turn:.0})scale({size:.2})\"{}/>",
            if way.back { " b" } else { "" },
            way.link,
            tenth(x),
            tenth(y),
            hide(width(way))
        );
    }
}

fn circles(svg: &mut String, at: &[Option<(f64, f64)>], data: &Amounts, shown: usize, layout: &Layout) {
    let mut order: Vec<usize> = (0..at.len()).filter(|i| data.peak(*i) > 0).collect();
    order.sort_by_key(|i| (std::cmp::Reverse(data.peak(*i)), *i));
    for place in order {
        let Some((x, y)) = at[place] else { continue };
        let (x, y) = (tenth(x), tenth(y));
        let r = layout.radius(data.persons[shown][place].mid as f64, data.fullest);
        let _ = write!(
            svg,
            "<g data-p=\"{place}\"{}><circle class=\"c\" cx=\"{x}\" cy=\"{y}\" r=\"{}\"/>\
             <circle class=\"d\" cx=\"{x}\" cy=\"{y}\" r=\"{}\"/></g>",
            if r > 0.0 { "" } else { " display=\"none\"" },
            tenth(r),
            layout.dot
        );
    }
}

fn labels(svg: &mut String, names: &[Name], map: &PlaceMap, data: &Amounts, shown: usize, layout: &Layout) {
    for ((x0, y0), (x1, y1)) in names.iter().filter_map(|n| n.leader) {
        let d = format!("M{} {}L{} {}", tenth(x0), tenth(y0), tenth(x1), tenth(y1));
        let _ = write!(svg, "<path class=\"t\" d=\"{d}\"/>");
    }
    for name in names {
        let (x, anchor) =
            if name.to_left { (name.rect.x1 - 1.5, " text-anchor=\"end\"") } else { (name.rect.x0 + 1.5, "") };
        let (x, mut y) = (tenth(x), name.rect.y0 + layout.name * 0.86);
        let _ = write!(
            svg,
            "<text class=\"h\" x=\"{x}\" y=\"{}\" font-size=\"{}\" font-weight=\"700\"{anchor}>{}</text>",
            tenth(y),
            layout.name,
            escape(&map.places[name.place].name)
        );
        for (says, text) in names::lines(&data.persons[shown][name.place], map, layout) {
            y += layout.value * 1.12;
            let _ = write!(
                svg,
                "<text class=\"h\" data-v=\"{}\" data-says=\"{says}\" x=\"{x}\" y=\"{}\" font-size=\"{}\"{anchor}>{}</text>",
                name.place,
                tenth(y),
                layout.value,
                escape(&text)
            );
        }
    }
}
