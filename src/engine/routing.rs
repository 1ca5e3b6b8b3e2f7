//! Shortest paths over a small undirected network, one table of next hops a cost function.

use serde::{Deserialize, Serialize};

/// Next hop and remaining cost for every pair of nodes.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct NextHops {
    nodes: usize,
    hop: Vec<u32>,
    cost: Vec<f64>,
}

/// No way from here to there.
pub const NO_LEG: u32 = u32::MAX;

impl NextHops {
    /// Dijkstra from every aim. `legs` are (from, to, cost), usable both ways; an infinite cost
    /// closes a leg. Ties go to the leg listed first.
    pub fn build(nodes: usize, legs: &[(usize, usize, f64)]) -> Self {
        let mut neighbours: Vec<Vec<(usize, u32, f64)>> = vec![Vec::new(); nodes];
        for (i, &(a, b, cost)) in legs.iter().enumerate() {
            if cost.is_finite() {
                neighbours[a].push((b, i as u32, cost));
                neighbours[b].push((a, i as u32, cost));
            }
        }
        let mut table = NextHops { nodes, hop: vec![NO_LEG; nodes * nodes], cost: vec![f64::INFINITY; nodes * nodes] };
        for aim in 0..nodes {
            table.fill(aim, &neighbours);
        }
        table
    }

    fn fill(&mut self, aim: usize, neighbours: &[Vec<(usize, u32, f64)>]) {
        let base = aim * self.nodes;
        let mut done = vec![false; self.nodes];
        self.cost[base + aim] = 0.0;
        loop {
            let next = (0..self.nodes)
                .filter(|&n| !done[n] && self.cost[base + n].is_finite())
                .min_by(|&a, &b| self.cost[base + a].total_cmp(&self.cost[base + b]).then(a.cmp(&b)));
            let Some(node) = next else { return };
            done[node] = true;
            for &(other, leg, cost) in &neighbours[node] {
                let through = self.cost[base + node] + cost;
                if through < self.cost[base + other] {
                    self.cost[base + other] = through;
                    self.hop[base + other] = leg;
                }
            }
        }
    }

    /// The leg to take from `node` toward `aim`, or `NO_LEG`.
    #[inline]
    pub fn hop(&self, node: usize, aim: usize) -> u32 {
        self.hop[aim * self.nodes + node]
    }

    /// Remaining cost, infinite if there is no way.
    pub fn cost(&self, node: usize, aim: usize) -> f64 {
        self.cost[aim * self.nodes + node]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cheapest_way_is_taken_in_both_directions() {
        let legs = [(0, 1, 1.0), (1, 2, 1.0), (0, 2, 3.0), (2, 3, f64::INFINITY)];
        let table = NextHops::build(4, &legs);
        assert_eq!(table.hop(0, 2), 0);
        assert_eq!(table.cost(0, 2), 2.0);
        assert_eq!(table.hop(2, 0), 1);
        assert_eq!(table.hop(0, 3), NO_LEG);
        assert!(table.cost(0, 3).is_infinite());
    }
}
