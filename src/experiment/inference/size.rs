//! How much memory an inference takes, beside the runs it is made of.

use super::chain::{BURN_IN, CHAINS, KEPT, STEPS};
use super::emulator::{ACTIVE, FEWEST};

/// What the allocator and a list add to its numbers.
const LIST: usize = 40;

/// Bytes held once, and more by each thread that walks a chain or fits an emulator.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Held {
    pub once: u64,
    pub a_chain: u64,
    pub an_emulator: u64,
}

impl Held {
    /// By an inference of so many parameters from so many goals, with so many runs in all its waves.
    pub fn by(parameters: usize, goals: usize, runs: usize, draws: usize) -> Held {
        let row = |numbers: usize| size_of::<f64>() * numbers + LIST;
        let of = |(fixed, a_parameter): (usize, usize)| fixed + a_parameter * parameters;
        let (walked, kept) = (of(BURN_IN), of(STEPS) / KEPT);
        // Points run, as units and as parameters, their results, and the draws.
        let found = runs * (2 * row(parameters) + row(goals)) + 2 * draws * row(parameters);
        let terms = 1 + 2 * parameters + ACTIVE * (ACTIVE - 1) / 2;
        // Of each: the design, and the matrices of the normal equations with what solves them.
        let regression = size_of::<f64>() * (runs.max(FEWEST) * terms + 6 * terms * terms);
        let bytes = |n: usize| n as u64;
        Held {
            once: bytes(found + CHAINS * kept * row(parameters) + goals * row(terms)),
            a_chain: bytes(walked * row(parameters)),
            an_emulator: bytes(regression),
        }
    }

    /// With so many threads.
    pub fn bytes(&self, threads: u64) -> u64 {
        self.once + (threads.min(CHAINS as u64) * self.a_chain).max(threads * self.an_emulator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_of_many_parameters_weigh_most_and_there_are_four() {
        let held = Held::by(57, 500, 900, 100);
        assert!(held.bytes(2) - held.bytes(1) == held.a_chain && held.a_chain > 19 << 20);
        assert_eq!(held.bytes(4), held.bytes(5));
        assert!(Held::by(3, 20, 80, 20).bytes(1) < 8 << 20);
    }
}
