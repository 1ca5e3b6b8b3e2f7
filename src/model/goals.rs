//! Where a household goes: the place that its aim leads it to.

use super::household::Aim;
use super::population::Stock;
use super::purpose;
use crate::engine::draw::Key;

impl Stock<'_> {
    /// Where a household with this aim goes from where it is.
    #[inline(always)]
    pub fn goal_of(&self, row: u32, aim: Aim) -> u16 {
        let household = self.household(row);
        match aim {
            Aim::App => self.waiting_place(row),
            Aim::Cross => self.crossing_place(household.key),
            Aim::Asylum => self.office(row),
            Aim::Stay => household.place,
        }
    }

    /// The nearest office, or for some one drawn by the weights of the offices.
    fn office(&self, row: u32) -> u16 {
        let household = self.household(row);
        let key = household.key;
        if key.uniform(purpose::OFFICE, 0) >= self.params().asylum.elsewhere_share {
            return self.network.nearest_office[household.place as usize];
        }
        drawn(&self.network.offices, key.uniform(purpose::OFFICE, 1)).unwrap_or(household.place)
    }

    /// The port's city, or for some a hub inside the geofence.
    #[inline(always)]
    fn waiting_place(&self, row: u32) -> u16 {
        let household = self.household(row);
        let port_place = self.today.scenario.world.ports.get(household.port as usize).map(|p| p.place as u16);
        if self.waits_inland(row) {
            let national = self.ledger.national(self.nationality(row));
            let inside = |hub: &u16| self.today.inside(national, self.network.zone[*hub as usize]);
            let hubs = || self.network.hubs.iter().copied().filter(inside);
            let number = household.key.uniform(purpose::INLAND, 1) * hubs().count() as f64;
            if let Some(hub) = hubs().nth(number as usize) {
                return hub;
            }
        }
        port_place.unwrap_or(household.place)
    }

    /// Whether a household waits for its appointment inland rather than at the port.
    pub fn waits_inland(&self, row: u32) -> bool {
        self.household(row).key.happens(self.params().travel.inland_share, purpose::INLAND, 0)
    }

    fn crossing_place(&self, key: Key) -> u16 {
        drawn(&self.network.crossings, key.uniform(purpose::CROSSING_PLACE, 0)).unwrap_or(0)
    }
}

/// One of some places, drawn by their weights.
pub fn drawn(places: &[(u16, f64)], u: f64) -> Option<u16> {
    let total: f64 = places.iter().map(|p| p.1).sum();
    let mut left = u * total;
    let found = places.iter().find(|p| {
        left -= p.1;
        left < 0.0
    });
    found.or(places.last()).map(|p| p.0)
}
