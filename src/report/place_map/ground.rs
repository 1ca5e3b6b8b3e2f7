//! The ground of the map: which part of the world is seen, and its outlines.

use std::fmt::Write as _;

use crate::report::draw::canvas::Rect;
use crate::report::geo::basemap::{Level, Outline};
use crate::report::geo::clip;
use crate::report::geo::projection::{Extent, Projection};

/// The home country beyond the places is seen up to this share of their extent.
const AROUND: f64 = 0.25;
/// Smallest width and height seen, in earth radii (about 100 km).
const SMALLEST: f64 = 0.016;
/// Tallest picture as a share of its width.
const TALLEST: f64 = 1.1;
const FLATTEST: f64 = 0.45;
/// Width of the fading edge, as a share of the picture.
const FADE: f64 = 0.12;
/// Points nearer to the last one are dropped, in tenths of a unit.
const NEAR: f64 = 3.0;

/// Where positions lie in the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    pub frame: Rect,
    projection: Projection,
    scale: f64,
    west: f64,
    north: f64,
}

impl View {
    /// A picture `width` wide around positions (lon, lat), with `margin` units around them; around the home country
    /// too if `home` is given. `None` without a finite position.
    pub fn around(positions: &[(f64, f64)], home: Option<&[Outline]>, width: f64, margin: f64) -> Option<View> {
        let projection = Projection::for_extent(Extent::around(positions.iter().copied())?);
        let plane = |(lon, lat): (f64, f64)| projection.at(lon, lat);
        let finite = positions.iter().copied().filter(|p| p.0.is_finite() && p.1.is_finite());
        let mut seen = Extent::around(finite.map(plane))?;
        let reach = (seen.east - seen.west).max(seen.north - seen.south) * AROUND;
        let land = home.into_iter().flatten().filter(|o| o.level == Level::Home).flat_map(|o| &o.points);
        if let Some(land) = Extent::around(land.map(|p| plane(*p))) {
            seen = Extent {
                west: seen.west.min(land.west.max(seen.west - reach)),
                south: seen.south.min(land.south.max(seen.south - reach)),
                east: seen.east.max(land.east.min(seen.east + reach)),
                north: seen.north.max(land.north.min(seen.north + reach)),
            };
        }
        let (w, h) = ((seen.east - seen.west).max(SMALLEST), (seen.north - seen.south).max(SMALLEST));
        let height = ((width - 2.0 * margin) / w * h + 2.0 * margin).clamp(width * FLATTEST, width * TALLEST).round();
        let scale = ((width - 2.0 * margin) / w).min((height - 2.0 * margin) / h);
        Some(View {
            frame: Rect::new(0.0, 0.0, width, height),
            projection,
            scale,
            west: (seen.west + seen.east) / 2.0 - width / 2.0 / scale,
            north: (seen.south + seen.north) / 2.0 + height / 2.0 / scale,
        })
    }

    /// The point of a position in degrees.
    pub fn at(&self, lon: f64, lat: f64) -> (f64, f64) {
        let (x, y) = self.projection.at(lon, lat);
        ((x - self.west) * self.scale, (self.north - y) * self.scale)
    }
}

/// The ground as SVG: sea, neighbours, home and faint lines; plain land without outlines. `id` is unique on the page.
pub fn svg(view: &View, outlines: &[Outline], id: &str) -> String {
    let (w, h) = (view.frame.width(), view.frame.height());
    let ground = if outlines.is_empty() { "m-home" } else { "m-sea" };
    let mut out = format!("<path class=\"{ground}\" d=\"M0 0H{w}V{h}H0z\"/>");
    out.push_str("<g transform=\"scale(.1)\">");
    // Outlines are cut a little outside the picture, so that the cut is not seen.
    let box_ = view.frame.grown(3.0);
    for (level, class) in [(Level::Neighbour, "m-near"), (Level::Home, "m-home m-line"), (Level::Line, "m-line m-open")]
    {
        let mut d = String::new();
        for outline in outlines.iter().filter(|o| o.level == level) {
            let points: Vec<(f64, f64)> = outline.points.iter().map(|(lon, lat)| view.at(*lon, *lat)).collect();
            if level == Level::Line {
                clip::line(&points, &box_).iter().for_each(|piece| relative(&mut d, piece, false));
            } else {
                relative(&mut d, &clip::ring(&points, &box_), true);
            }
        }
        if !d.is_empty() {
            let _ = write!(out, "<path class=\"{class}\" d=\"{d}\"/>");
        }
        if level == Level::Neighbour {
            out.push_str(&fade(view, outlines, id).unwrap_or_default());
        }
    }
    out.push_str("</g>");
    out
}

/// Where neighbours end at a meridian, the map has no more of them: they fade away before it.
fn fade(view: &View, outlines: &[Outline], id: &str) -> Option<String> {
    let points: Vec<(f64, f64)> =
        outlines.iter().filter(|o| o.level == Level::Neighbour).flat_map(|o| o.points.iter().copied()).collect();
    let east = Extent::around(points.iter().copied())?.east;
    let cut = Extent::around(points.into_iter().filter(|p| p.0 == east)).filter(|e| e.north > e.south)?;
    let (top, bottom) = (view.at(east, cut.north), view.at(east, cut.south));
    let length = (bottom.0 - top.0).hypot(bottom.1 - top.1);
    let reach = view.frame.width() * FADE / length;
    let (dx, dy) = ((bottom.1 - top.1) * reach, (top.0 - bottom.0) * reach);
    let ten = |v: f64| (v * 10.0).round();
    let (w, h) = (ten(view.frame.x1), ten(view.frame.y1));
    Some(format!(
        "<linearGradient id=\"{id}-fade\" gradientUnits=\"userSpaceOnUse\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\">\
         <stop class=\"m-clear\"/><stop class=\"m-gone\" offset=\"1\"/></linearGradient>\
         <path fill=\"url(#{id}-fade)\" d=\"M0 0H{w}V{h}H0z\"/>",
        ten(top.0 - dx),
        ten(top.1 - dy),
        ten(top.0),
        ten(top.1)
    ))
}

/// Adds points to path data as whole tenths, each step from the last one; rings too small to see are left out.
fn relative(d: &mut String, points: &[(f64, f64)], closed: bool) {
    let tenths = |p: &(f64, f64)| ((p.0 * 10.0).round(), (p.1 * 10.0).round());
    let mut kept: Vec<(f64, f64)> = Vec::with_capacity(points.len());
    for (i, point) in points.iter().map(tenths).enumerate() {
        let far = kept.last().is_none_or(|last| (point.0 - last.0).hypot(point.1 - last.1) >= NEAR);
        if far || (!closed && i + 1 == points.len() && kept.last() != Some(&point)) {
            kept.push(point);
        }
    }
    if kept.len() < if closed { 4 } else { 2 } {
        return;
    }
    let _ = write!(d, "M{} {}l", kept[0].0, kept[0].1);
    for (i, pair) in kept.windows(2).enumerate() {
        let (dx, dy) = (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1);
        let gap = |v: f64| if v < 0.0 { "" } else { " " };
        let _ = write!(d, "{}{dx}{}{dy}", if i == 0 { "" } else { gap(dx) }, gap(dy));
    }
    if closed {
        d.push('z');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_go_in_whole_tenths() {
        let mut d = String::new();
        relative(&mut d, &[(0.0, 0.0), (1.0, 0.02), (1.1, 0.0), (1.0, -2.0), (0.0, -2.0)], true);
        assert_eq!(d, "M0 0l10 0 0-20-10 0z");
        d.clear();
        relative(&mut d, &[(0.0, 0.0), (0.1, 0.0)], false);
        assert_eq!(d, "M0 0l1 0");
    }

    #[test]
    fn every_place_is_seen_with_its_margin() {
        let places = [(-117.0, 32.5), (-92.2, 14.7), (-97.5, 25.9)];
        let view = View::around(&places, None, 358.0, 20.0).expect("a view");
        let inner = view.frame.grown(-19.9);
        for (lon, lat) in places {
            let (x, y) = view.at(lon, lat);
            assert!(inner.contains(&Rect::new(x, y, x, y)), "{x} {y}");
        }
        assert!(View::around(&[(f64::NAN, 1.0)], None, 358.0, 20.0).is_none());
        let one = View::around(&[(10.0, 50.0)], None, 358.0, 20.0).expect("one place");
        let (x, y) = one.at(10.0, 50.0);
        assert!((x - 179.0).abs() < 1e-6 && (y - one.frame.y1 / 2.0).abs() < 1e-6, "{x} {y}");
    }
}
