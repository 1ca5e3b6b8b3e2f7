//! Orders in which the model's random numbers are read, each a pure function of seed and position.

use antesala::engine::draw::Key;
use antesala::engine::lots::{self, Purposes};
use antesala::model::purpose;

/// Which of the numbers follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Order {
    /// One household: day after day for a purpose, then the next purpose
    Household,
    /// Households in the order of their number, for one purpose on one day
    Neighbours,
    /// As a run asks: day by day, household by household, purpose by purpose
    Model,
    /// The same household in neighbouring seeds and replicates
    Replicates,
    /// Places in the draw for slots, of 32 bits each: households in the order of their number, day by day
    Places,
}

/// The days, households and purposes of a run, so that numbers follow each other as they do in one.
const DAYS: u64 = 752;
const HOUSEHOLDS: u64 = 100_000;
const PURPOSES: u64 = purpose::LOTS as u64 + 1;
const REPLICATES: u64 = 8;
/// One stream of the inflow: a nationality entering at a place.
const STREAM: u64 = 3 << 16 | 5;

impl Order {
    /// The number at a position.
    #[inline(always)]
    pub fn number(self, seed: u64, at: u64) -> u64 {
        match self {
            // All 2^16 days of all 2^16 purposes a key has: 2^32 numbers, then the next household.
            Order::Household => household(seed, 1, at >> 32).bits((at >> 16) as u16, at as u16),
            Order::Neighbours => household(seed, 1, at).bits(purpose::SIZE, 0),
            Order::Model => {
                let (at, purpose) = (at / PURPOSES, (at % PURPOSES) as u16);
                let (at, number) = (at / HOUSEHOLDS, at % HOUSEHOLDS);
                let (replicate, day) = (1 + (at / DAYS) as u32, (at % DAYS) as u16);
                household(seed, replicate, number).bits(purpose, day)
            }
            Order::Replicates => {
                let (at, replicate) = (at / REPLICATES, 1 + (at % REPLICATES) as u32);
                household(seed.wrapping_add(at % 16), replicate, at / 16).bits(purpose::SIZE, 0)
            }
            Order::Places => u64::from(place(seed, 2 * at)) | u64::from(place(seed, 2 * at + 1)) << 32,
        }
    }
}

#[inline(always)]
fn household(seed: u64, replicate: u32, number: u64) -> Key {
    Key::root(seed, replicate).child(STREAM).child(number)
}

#[inline(always)]
fn place(seed: u64, at: u64) -> u32 {
    const LOTS: Purposes = Purposes { days: purpose::LOTS, rest: purpose::REQUEST };
    let (day, number) = ((at / HOUSEHOLDS % DAYS) as u16, at % HOUSEHOLDS + at / (HOUSEHOLDS * DAYS) * HOUSEHOLDS);
    lots::place(household(seed, 1, number), LOTS, day)
}
