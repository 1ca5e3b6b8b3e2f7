//! Whether everyone who enters can reach every port and every place where people cross.

use std::collections::BTreeMap;

use crate::scenario::error::{Problem, Problems, Spot};
use crate::scenario::input::World;

/// Most places that a message names.
const MOST_NAMED: usize = 12;

/// Names every port and crossing place that cannot be reached from a place of entry.
pub fn check(world: &World, spots: &[Spot], problems: &mut Problems) {
    let mut entries: Vec<usize> = world.inflow.iter().filter(|r| r.persons > 0.0).map(|r| r.place).collect();
    entries.sort_unstable();
    entries.dedup();
    let aims = aims(world);
    let part = parts(world);
    let mut within: BTreeMap<usize, usize> = BTreeMap::new();
    aims.iter().for_each(|aim| *within.entry(part[*aim]).or_default() += 1);
    for entry in entries {
        let count = aims.len() - within.get(&part[entry]).copied().unwrap_or_default();
        let beyond = aims.iter().copied().filter(|aim| part[*aim] != part[entry]);
        let beyond: Vec<usize> = beyond.take(MOST_NAMED.min(count)).collect();
        let Some(first) = beyond.first() else { continue };
        let message = format!(
            "the network is not connected: from `{}`, where people enter, no legs lead to {}",
            world.places[entry].id,
            named(world, &beyond, count)
        );
        problems
            .push(Problem::at(&spots[*first], message, "cannot be reached").help("add the missing legs to routes.csv"));
    }
}

/// The ids of the first of so many places.
fn named(world: &World, first: &[usize], count: usize) -> String {
    let ids: Vec<&str> = first.iter().map(|i| world.places[*i].id.as_str()).collect();
    match count - ids.len() {
        0 => ids.join(", "),
        more => format!("{} and {more} more", ids.join(", ")),
    }
}

fn aims(world: &World) -> Vec<usize> {
    let ports = world.ports.iter().map(|p| p.place);
    let crossings = (0..world.places.len()).filter(|i| world.places[*i].crossing_weight > 0.0);
    let mut aims: Vec<usize> = ports.chain(crossings).collect();
    aims.sort_unstable();
    aims.dedup();
    aims
}

/// The part of the network that each place is in: places of one part reach each other by legs of any mode.
fn parts(world: &World) -> Vec<usize> {
    const NONE: usize = usize::MAX;
    let mut neighbours = vec![Vec::new(); world.places.len()];
    for leg in &world.legs {
        neighbours[leg.from].push(leg.to);
        neighbours[leg.to].push(leg.from);
    }
    let mut part = vec![NONE; world.places.len()];
    for start in 0..part.len() {
        if part[start] != NONE {
            continue;
        }
        part[start] = start;
        let mut open = vec![start];
        while let Some(place) = open.pop() {
            for &next in &neighbours[place] {
                if part[next] == NONE {
                    part[next] = start;
                    open.push(next);
                }
            }
        }
    }
    part
}
