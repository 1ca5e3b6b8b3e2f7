//! Lines between places: smooth curves that join from leg to leg, the lesser direction beside the greater one.

use std::collections::BTreeMap;

use super::PlaceMap;
use super::amounts::Amounts;
use crate::report::draw::inline::tenth;

type Point = (f64, f64);

/// Links longer than this share of the picture's diagonal bend aside, so that they do not hide the ways below.
const LONG: f64 = 0.28;
const BEND: f64 = 0.3;
/// A turn sharper than this (cosine) is not smoothed.
const SHARP: f64 = -0.2;
/// Space between the two directions of a way.
const BETWEEN: f64 = 1.0;
/// Arrows of one direction keep this far apart, in widths of the widest line.
const APART: f64 = 3.6;

/// A link as drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    pub link: usize,
    pub back: bool,
    /// Width in the busiest frame.
    pub widest: f64,
    /// Bézier pieces: start, two controls, end.
    pieces: Vec<[Point; 4]>,
    /// Where an arrow stands, and its direction in degrees.
    pub arrow: Option<(Point, f64)>,
}

/// Width of a line by its share in thousandths.
pub fn width(share: u32, widest: f64, thinnest: f64) -> f64 {
    if share == 0 { 0.0 } else { (f64::from(share) / 1000.0 * widest).max(thinnest) }
}

fn unit(a: Point, b: Point) -> Option<Point> {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length = dx.hypot(dy);
    (length > 1e-9).then(|| (dx / length, dy / length))
}

fn along(p: Point, d: Point, by: f64) -> Point {
    (p.0 + d.0 * by, p.1 + d.1 * by)
}

fn turned(d: Point, by: f64) -> Point {
    (d.0 * by.cos() - d.1 * by.sin(), d.0 * by.sin() + d.1 * by.cos())
}

/// The direction halfway between two; the second where the turn is sharp.
fn between(before: Point, own: Point) -> Point {
    let cosine = before.0 * own.0 + before.1 * own.1;
    if cosine < SHARP { own } else { unit((0.0, 0.0), (before.0 + own.0, before.1 + own.1)).unwrap_or(own) }
}

impl Way {
    /// The `d` of its path.
    pub fn path(&self) -> String {
        let mut out = String::new();
        for (i, [a, b, c, d]) in self.pieces.iter().enumerate() {
            let at = |p: &Point| format!("{} {}", tenth(p.0), tenth(p.1));
            if i == 0 {
                out.push_str(&format!("M{}", at(a)));
            }
            out.push_str(&format!("C{} {} {}", at(b), at(c), at(d)));
        }
        out
    }

    fn point(&self, piece: usize, t: f64) -> Point {
        let [a, b, c, d] = self.pieces[piece];
        let u = 1.0 - t;
        let mix =
            |a: f64, b: f64, c: f64, d: f64| u * u * u * a + 3.0 * u * u * t * b + 3.0 * u * t * t * c + t * t * t * d;
        (mix(a.0, b.0, c.0, d.0), mix(a.1, b.1, c.1, d.1))
    }

    /// Points about four units apart along the middle, and along both edges if it is broad.
    pub fn samples(&self) -> Vec<Point> {
        let mut out = Vec::new();
        for (i, [a, _, _, d]) in self.pieces.iter().enumerate() {
            let steps = ((d.0 - a.0).hypot(d.1 - a.1) / 4.0).ceil().clamp(2.0, 300.0) as u32;
            let line: Vec<Point> = (0..=steps).map(|s| self.point(i, f64::from(s) / f64::from(steps))).collect();
            if self.widest > 3.0 {
                for pair in line.windows(2) {
                    let Some(d) = unit(pair[0], pair[1]) else { continue };
                    let side = (-d.1, d.0);
                    out.extend([self.widest / 2.0, -self.widest / 2.0].map(|by| along(pair[0], side, by)));
                }
            }
            out.extend(line);
        }
        out
    }
}

/// Largest and smallest widths, and the diagonal of the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sizes {
    pub widest: f64,
    pub thinnest: f64,
    pub diagonal: f64,
}

/// Every link that is drawn in some frame, the broadest first. `at` is the point of each place, if it has one;
/// arrows keep out of the circles around places, of the radii given.
pub fn ways(map: &PlaceMap, data: &Amounts, at: &[Option<Point>], radii: &[f64], sizes: Sizes) -> Vec<Way> {
    let mut drawn: Vec<(u32, usize, Vec<usize>)> = (0..map.links.len())
        .filter_map(|i| {
            let (share, link) = (data.busiest(i), &map.links[i]);
            let mut nodes = vec![link.from];
            nodes.extend(link.via.iter().copied().chain([link.to]));
            let known = nodes.iter().all(|n| at.get(*n).is_some_and(Option::is_some));
            (share > 0 && known).then_some((share, i, nodes))
        })
        .collect();
    drawn.sort_by_key(|(share, link, _)| (std::cmp::Reverse(*share), *link));
    let curves = Curves::of(map, &drawn, at, sizes);
    let mut occupied: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    let mut out: Vec<Way> = Vec::with_capacity(drawn.len());
    for (share, link, nodes) in &drawn {
        let own = width(*share, sizes.widest, sizes.thinnest);
        // The broadest link of a way runs along its middle, the next ones on their own right-hand side.
        let keys: Vec<(usize, usize)> = nodes.windows(2).map(|p| (p[0].min(p[1]), p[0].max(p[1]))).collect();
        let taken = keys.iter().filter_map(|k| occupied.get(k)).copied().fold(0.0, f64::max);
        let aside = if taken > 0.0 { taken + BETWEEN + own / 2.0 } else { 0.0 };
        for key in keys {
            let edge = occupied.entry(key).or_insert(0.0);
            *edge = edge.max(if taken > 0.0 { aside + own / 2.0 } else { own / 2.0 });
        }
        let pieces = curves.pieces(*link, nodes, aside);
        if !pieces.is_empty() {
            out.push(Way { link: *link, back: map.links[*link].back, widest: own, pieces, arrow: None });
        }
    }
    arrows(&mut out, at, radii, sizes.widest * APART);
    out
}

/// Gives ways their arrows, the broadest first, none near another of the same direction or within a circle.
fn arrows(ways: &mut [Way], at: &[Option<Point>], radii: &[f64], apart: f64) {
    let mut placed: Vec<(Point, Point)> = Vec::new();
    for way in ways {
        let piece = way.pieces.len() / 2;
        let (before, middle, after) = (way.point(piece, 0.45), way.point(piece, 0.5), way.point(piece, 0.55));
        let Some(d) = unit(before, after) else { continue };
        let near = |(p, other): &(Point, Point)| {
            d.0 * other.0 + d.1 * other.1 > 0.0 && (p.0 - middle.0).hypot(p.1 - middle.1) < apart
        };
        let hidden =
            |(p, r): (&Option<Point>, &f64)| p.is_some_and(|p| (p.0 - middle.0).hypot(p.1 - middle.1) < r * 0.9 + 2.0);
        if !placed.iter().any(near) && !at.iter().zip(radii).any(hidden) {
            way.arrow = Some((middle, d.1.atan2(d.0).to_degrees()));
            placed.push((middle, d));
        }
    }
}

/// What decides how links bend at their ends.
struct Curves<'a> {
    map: &'a PlaceMap<'a>,
    at: &'a [Option<Point>],
    /// Main links into and out of each place, by kind (onward, back): the places at their other ends, broadest first.
    into: BTreeMap<(usize, bool), Vec<usize>>,
    out_of: BTreeMap<(usize, bool), Vec<usize>>,
    long: f64,
}

impl<'a> Curves<'a> {
    fn of(map: &'a PlaceMap<'a>, drawn: &[(u32, usize, Vec<usize>)], at: &'a [Option<Point>], sizes: Sizes) -> Self {
        let long = sizes.diagonal * LONG;
        let mut curves = Curves { map, at, into: BTreeMap::new(), out_of: BTreeMap::new(), long };
        for (_, link, nodes) in drawn {
            let link = &map.links[*link];
            if nodes.len() == 2 && !curves.is_long(nodes) {
                curves.into.entry((link.to, link.back)).or_default().push(link.from);
                curves.out_of.entry((link.from, link.back)).or_default().push(link.to);
            }
        }
        curves
    }

    fn point(&self, node: usize) -> Point {
        self.at[node].unwrap_or_default()
    }

    fn is_long(&self, nodes: &[usize]) -> bool {
        let (a, b) = (self.point(nodes[0]), self.point(nodes[nodes.len() - 1]));
        nodes.len() == 2 && (b.0 - a.0).hypot(b.1 - a.1) > self.long
    }

    /// The pieces of a link, moved aside to the right of travel.
    fn pieces(&self, link: usize, nodes: &[usize], aside: f64) -> Vec<[Point; 4]> {
        let points: Vec<Point> = nodes.iter().map(|n| self.point(*n)).collect();
        let chords: Option<Vec<Point>> = points.windows(2).map(|p| unit(p[0], p[1])).collect();
        let Some(chords) = chords else { return Vec::new() };
        let tangents = self.tangents(link, nodes, &chords);
        let moved = |i: usize| along(points[i], (-tangents[i].1, tangents[i].0), aside);
        (0..chords.len())
            .map(|i| {
                let (a, d) = (moved(i), moved(i + 1));
                let reach = (d.0 - a.0).hypot(d.1 - a.1) / 3.0;
                [a, along(a, tangents[i], reach), along(d, tangents[i + 1], -reach), d]
            })
            .collect()
    }

    /// Directions of travel at each node.
    fn tangents(&self, link: usize, nodes: &[usize], chords: &[Point]) -> Vec<Point> {
        let last = chords.len() - 1;
        if self.is_long(nodes) {
            return vec![turned(chords[0], BEND), turned(chords[0], -BEND)];
        }
        let back = self.map.links[link].back;
        let other = |list: &BTreeMap<(usize, bool), Vec<usize>>, node: usize, not: usize| {
            list.get(&(node, back)).and_then(|l| l.iter().copied().find(|n| *n != not))
        };
        let before = other(&self.into, nodes[0], nodes[1]).and_then(|p| unit(self.point(p), self.point(nodes[0])));
        let after = other(&self.out_of, nodes[last + 1], nodes[last])
            .and_then(|n| unit(self.point(nodes[last + 1]), self.point(n)));
        let mut out = vec![before.map_or(chords[0], |b| between(b, chords[0]))];
        out.extend(chords.windows(2).map(|c| between(c[0], c[1])));
        out.push(after.map_or(chords[last], |a| between(a, chords[last])));
        out
    }
}
