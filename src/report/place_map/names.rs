//! Names of places with their persons, where they cover neither each other nor a circle.

use super::PlaceMap;
use super::amounts::{Amounts, Shown};
use super::picture::Layout;
use super::ways::Way;
use crate::report::draw::canvas::Rect;
use crate::report::draw::font;
use crate::report::geo::labels::{self, Obstacles, Wish};

/// A label: a name above its persons.
#[derive(Debug, Clone, PartialEq)]
pub struct Name {
    pub place: usize,
    /// Box of both lines.
    pub rect: Rect,
    /// Whether its lines end at the box's right edge, beside a place to the right.
    pub to_left: bool,
    /// From the place to the label, where it stands apart.
    pub leader: Option<((f64, f64), (f64, f64))>,
}

/// Labels for the places that have people in the frame shown, as many as the layout holds. They stand clear of the
/// circles and numbers of every frame, so that nothing moves under them.
pub fn names(
    map: &PlaceMap,
    data: &Amounts,
    shown: usize,
    layout: &Layout,
    at: &[Option<(f64, f64)>],
    ways: &[Way],
    frame: &Rect,
) -> Vec<Name> {
    let peopled = |i: &usize| data.persons[shown][*i].mid > 0 && at[*i].is_some();
    let mut order: Vec<usize> = (0..map.places.len()).filter(peopled).collect();
    order.sort_by_key(|i| (map.places[*i].label_rank, std::cmp::Reverse(data.persons[shown][*i].mid), *i));
    // Some find no room: the next ones are tried in their stead.
    order.truncate(layout.labels * 2);
    let radius = |i: usize| layout.radius(data.peak(i) as f64, data.fullest);
    let widest = |i: usize| {
        let values = data.persons.iter().flat_map(|f| lines(&f[i], map, layout));
        let name = font::width(&map.places[i].name, layout.name, true);
        values.map(|(_, text)| font::width(&text, layout.value, false)).fold(name, f64::max)
    };
    let height = layout.name + layout.value * 1.12 * if layout.split { 2.0 } else { 1.0 } + 1.0;
    let wish = |i: &usize| Some(Wish { at: at[*i]?, radius: radius(*i), size: (widest(*i) + 3.0, height) });
    let wishes: Vec<Wish> = order.iter().filter_map(wish).collect();
    let circles =
        (0..map.places.len()).filter(|i| data.peak(*i) > 0).filter_map(|i| Some((at[i]?, radius(i)))).collect();
    let samples: Vec<(f64, f64)> = ways.iter().flat_map(Way::samples).collect();
    let obstacles = Obstacles { circles, lines: samples.repeat(layout.heavy) };
    let placed = labels::place(&wishes, &obstacles, &frame.grown(-2.0));
    let found = order.iter().zip(&wishes).zip(placed);
    found
        .filter_map(|((place, wish), placed)| {
            let placed = placed?;
            let to_left = (placed.rect.x0 + placed.rect.x1) / 2.0 < wish.at.0 - wish.radius;
            Some(Name {
                place: *place,
                rect: placed.rect,
                to_left,
                leader: placed.leader.map(|(_, tip)| (wish.at, tip)),
            })
        })
        .take(layout.labels)
        .collect()
}

/// The lines below a name, each with the letter by which the script knows what it says.
pub fn lines(persons: &Shown, map: &PlaceMap, layout: &Layout) -> Vec<(char, String)> {
    if !layout.split {
        return vec![('v', persons.text(map))];
    }
    let range = persons.range(map.numbers);
    let range = if range.is_empty() { range } else { format!("({range})") };
    vec![('m', persons.median(map)), ('r', range)]
}
