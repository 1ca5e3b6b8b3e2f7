//! Households followed from their entry to their end, for `households.csv`.

use bevy_ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

/// Households sampled for their paths.
#[derive(Resource, Debug, Clone, Default, Serialize, Deserialize)]
pub struct Sample {
    /// Probability that a household is taken.
    pub share: f64,
    /// Family of each household followed: the number of the one whose part it is, or its own.
    families: Vec<u32>,
}

impl Sample {
    /// Each household is taken with probability `share`.
    pub fn new(share: f64) -> Self {
        Sample { share, ..Sample::default() }
    }

    /// Follows one more household; its number.
    pub fn take(&mut self) -> u32 {
        let number = self.families.len() as u32 + 1;
        self.families.push(number);
        number
    }

    /// Follows the part that leaves a household, if that is followed; its number, or 0.
    pub fn take_part(&mut self, of: u32) -> u32 {
        if of == 0 {
            return 0;
        }
        self.families.push(self.family(of));
        self.families.len() as u32
    }

    pub fn family(&self, number: u32) -> u32 {
        self.families[number as usize - 1]
    }
}
