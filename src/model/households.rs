//! The table of households: a row each, in columns that processes read as slices. Rows are given again when their household
//! has left.

use bevy_ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::household::{Due, Household, Status};
use crate::engine::agenda::NEVER;

/// All households, and the rows without one.
#[derive(Resource, Debug, Clone, Serialize, Deserialize)]
pub struct Households {
    pub dues: Vec<Due>,
    pub statuses: Vec<Status>,
    pub rows: Vec<Household>,
    /// Vacant rows; the last is given first, as it is likeliest to be in the cache.
    pub free: Vec<u32>,
}

impl Households {
    /// Vacant rows, with room for more. Room that is never used costs no memory.
    pub fn new(rows: usize, room: usize) -> Self {
        let room = room.max(rows);
        let mut households = Households {
            dues: Vec::with_capacity(room),
            statuses: Vec::with_capacity(room),
            rows: Vec::with_capacity(room),
            free: Vec::new(),
        };
        households.add(rows);
        households
    }

    /// Keeps so many vacant rows ready.
    pub fn keep_vacant(&mut self, wanted: usize) {
        if self.free.len() < wanted {
            self.add((wanted - self.free.len()).max(self.rows.len() / 16).max(1024));
        }
    }

    fn add(&mut self, more: usize) {
        let (first, rows) = (self.rows.len() as u32, self.rows.len() + more);
        self.dues.resize(rows, Due(NEVER));
        self.statuses.resize(rows, Status::VACANT);
        self.rows.resize(rows, Household::VACANT);
        self.free.extend((first..rows as u32).rev());
    }
}
