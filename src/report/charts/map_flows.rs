//! Ribbons of the map: each direction of a leg on the right-hand side of its way.

use std::collections::BTreeMap;

use super::map::{BACK, TOWARD};
use crate::report::draw::canvas::{Canvas, Rect};
use crate::report::draw::palette::Ink;
use crate::report::foot::Context;
use crate::scenario::input::PlaceKind;

/// A leg longer than this share of the map is drawn as an arc, so that it does not hide the legs below.
const LONG: f64 = 0.22;
/// Points along the curve in which a ribbon leaves its place.
const LEAD_STEPS: u32 = 8;
/// Height of an arc as a share of its length.
const BULGE: f64 = 0.12;

/// Persons in one direction of a leg, as drawn.
pub(super) struct Ribbon {
    /// Middle line of the ribbon.
    pub points: Vec<(f64, f64)>,
    pub width: f64,
    pub ink: Ink,
}

impl Ribbon {
    pub fn draw(&self, canvas: &mut Canvas) {
        canvas.path(self.points.clone(), self.ink, self.width);
        if self.width > 1.0 {
            for end in [self.points.first(), self.points.last()].into_iter().flatten() {
                canvas.disc(*end, self.width / 2.0, self.ink, None);
            }
        }
    }

    /// Points along the ribbon and on its edges, for labels to keep off.
    pub fn samples(&self) -> Vec<(f64, f64)> {
        let mut out = Vec::new();
        for pair in self.points.windows(2) {
            let ((ax, ay), (bx, by)) = (pair[0], pair[1]);
            let length = (bx - ax).hypot(by - ay).max(1e-9);
            let side = (-(by - ay) / length * self.width / 2.0, (bx - ax) / length * self.width / 2.0);
            let steps = (length / 4.0).ceil().max(1.0) as usize;
            for i in 0..=steps {
                let t = i as f64 / steps as f64;
                let (x, y) = (ax + (bx - ax) * t, ay + (by - ay) * t);
                out.push((x, y));
                if self.width > 4.0 {
                    out.extend([(x + side.0, y + side.1), (x - side.0, y - side.1)]);
                }
            }
        }
        out
    }
}

/// Distance to the nearest place of a kind along legs with travellers, in page units; infinite without one.
fn distance_to(
    kind: PlaceKind,
    context: Context,
    travelled: &BTreeMap<(usize, usize), f64>,
    points: &[(f64, f64)],
) -> Vec<f64> {
    let mut distance: Vec<f64> =
        context.digest.places.iter().map(|p| if p.kind == kind { 0.0 } else { f64::INFINITY }).collect();
    let legs: Vec<(usize, usize, f64)> =
        travelled.keys().map(|&(a, b)| (a, b, (points[a].0 - points[b].0).hypot(points[a].1 - points[b].1))).collect();
    // Few places: relaxing until nothing changes is quick enough (Bellman and Ford).
    for _ in 0..points.len() {
        let mut changed = false;
        for &(a, b, length) in &legs {
            for (from, to) in [(a, b), (b, a)] {
                if distance[to] + length < distance[from] {
                    distance[from] = distance[to] + length;
                    changed = true;
                }
            }
        }
        if !changed {
            break;
        }
    }
    distance
}

/// How persons become widths on the page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Widths {
    /// Persons on the busiest leg, and its width.
    pub most: f64,
    pub widest: f64,
    pub thinnest: f64,
    /// Share of the busiest below which a leg is left out.
    pub least: f64,
}

/// The ribbons, those back toward the entry below, broad ones below thin ones.
pub(super) fn ribbons(
    context: Context,
    travelled: &BTreeMap<(usize, usize), f64>,
    points: &[(f64, f64)],
    widths: Widths,
    frame: &Rect,
) -> Vec<Ribbon> {
    let entry = distance_to(PlaceKind::Entry, context, travelled, points);
    let border = distance_to(PlaceKind::Border, context, travelled, points);
    let diagonal = frame.width().hypot(frame.height());
    let mut out: Vec<(bool, Ribbon)> = travelled
        .iter()
        .filter(|(_, persons)| **persons >= widths.most * widths.least)
        .map(|(&(a, b), persons)| {
            let back = entry[b] < entry[a] && border[b] > border[a];
            let width = (persons / widths.most * widths.widest).max(widths.thinnest);
            let points = offset(&way(points[a], points[b], diagonal), width);
            (back, Ribbon { points, width, ink: if back { BACK } else { TOWARD } })
        })
        .collect();
    out.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.width.total_cmp(&a.1.width)));
    out.into_iter().map(|(_, ribbon)| ribbon).collect()
}

/// The way between two places: straight, or an arc if long. Both directions take the same way.
fn way(a: (f64, f64), b: (f64, f64), diagonal: f64) -> Vec<(f64, f64)> {
    let length = (b.0 - a.0).hypot(b.1 - a.1);
    if length <= diagonal * LONG {
        return vec![a, b];
    }
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    // Always bulge to the same side of the page, whichever way it is travelled.
    let side = if (dx, dy) > (0.0, 0.0) { 1.0 } else { -1.0 };
    let height = BULGE * side * 2.0;
    let control = ((a.0 + b.0) / 2.0 + dy * height, (a.1 + b.1) / 2.0 - dx * height);
    let steps = 28;
    (0..=steps)
        .map(|i| {
            let t = f64::from(i) / f64::from(steps);
            let (u, v, w) = ((1.0 - t) * (1.0 - t), 2.0 * t * (1.0 - t), t * t);
            (u * a.0 + v * control.0 + w * b.0, u * a.1 + v * control.1 + w * b.1)
        })
        .collect()
}

/// The line moved to the right of its direction of travel (y points down the page) by half the
/// ribbon's width, leaving from and ending at the places themselves.
fn offset(points: &[(f64, f64)], width: f64) -> Vec<(f64, f64)> {
    let length: f64 = points.windows(2).map(|p| (p[1].0 - p[0].0).hypot(p[1].1 - p[0].1)).sum();
    let lead = (width * 2.0 + 4.0).min(length * 0.4);
    let steps = (1..=LEAD_STEPS).map(|i| lead * f64::from(i) / f64::from(LEAD_STEPS));
    let (near, far): (Vec<f64>, Vec<f64>) = steps.map(|s| (s, length - s)).unzip();
    let dense = with_points_at(points, &[near, far.into_iter().rev().collect()].concat());
    let last = dense.len().saturating_sub(1);
    let mut gone = 0.0;
    let mut out = Vec::with_capacity(dense.len());
    for i in 0..dense.len() {
        if i > 0 {
            gone += (dense[i].0 - dense[i - 1].0).hypot(dense[i].1 - dense[i - 1].1);
        }
        let share = (gone.min(length - gone) / lead.max(1e-9)).clamp(0.0, 1.0);
        // Smooth at both ends, so that the ribbon leaves its place in an easy curve.
        let by = (width / 2.0 + 0.4) * share * share * (3.0 - 2.0 * share);
        let (a, b) = (dense[i.saturating_sub(1)], dense[(i + 1).min(last)]);
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let step = dx.hypot(dy).max(1e-9);
        out.push((dense[i].0 - dy / step * by, dense[i].1 + dx / step * by));
    }
    out
}

/// The line with further points at given lengths along it.
fn with_points_at(points: &[(f64, f64)], lengths: &[f64]) -> Vec<(f64, f64)> {
    let mut out: Vec<(f64, f64)> = points.first().copied().into_iter().collect();
    let mut gone = 0.0;
    for pair in points.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let step = (b.0 - a.0).hypot(b.1 - a.1);
        for at in lengths {
            let t = (at - gone) / step.max(1e-9);
            if t > 1e-6 && t < 1.0 - 1e-6 {
                out.push((a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t));
            }
        }
        out.push(b);
        gone += step;
    }
    out
}
