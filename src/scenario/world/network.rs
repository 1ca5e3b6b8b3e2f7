//! Whether everyone who enters can reach every port and every place where people cross.

use crate::scenario::error::{Problem, Problems, Spot};
use crate::scenario::input::World;

/// Names every port and crossing place that cannot be reached from a place of entry.
pub fn check(world: &World, spots: &[Spot], problems: &mut Problems) {
    let mut entries: Vec<usize> = world.inflow.iter().filter(|r| r.persons > 0.0).map(|r| r.place).collect();
    entries.sort_unstable();
    entries.dedup();
    let aims = aims(world);
    for entry in entries {
        let reached = reached_from(world, entry);
        let cut_off: Vec<usize> = aims.iter().copied().filter(|aim| !reached[*aim]).collect();
        let Some(first) = cut_off.first() else { continue };
        let ids: Vec<&str> = cut_off.iter().map(|i| world.places[*i].id.as_str()).collect();
        let message = format!(
            "the network is not connected: from `{}`, where people enter, no legs lead to {}",
            world.places[entry].id,
            ids.join(", ")
        );
        problems
            .push(Problem::at(&spots[*first], message, "cannot be reached").help("add the missing legs to routes.csv"));
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

/// Which places legs of any mode lead to.
fn reached_from(world: &World, start: usize) -> Vec<bool> {
    let mut reached = vec![false; world.places.len()];
    let mut open = vec![start];
    reached[start] = true;
    while let Some(place) = open.pop() {
        for leg in &world.legs {
            let next = match place {
                p if p == leg.from => leg.to,
                p if p == leg.to => leg.from,
                _ => continue,
            };
            if !reached[next] {
                reached[next] = true;
                open.push(next);
            }
        }
    }
    reached
}
