//! Random choices behind a world: the same for the same case.

use std::ops::RangeInclusive;

use antesala::engine::draw::Key;

/// Chance of a case.
pub struct Dice {
    key: Key,
    rolls: u64,
}

impl Dice {
    /// Those of a case; no two cases share theirs.
    pub fn of(case: u64) -> Self {
        Dice { key: Key::root(0x00D1_CE00, 1).child(case), rolls: 0 }
    }

    /// A number from 0 up to 1.
    pub fn unit(&mut self) -> f64 {
        self.rolls += 1;
        self.key.child(self.rolls).uniform(1, 0)
    }

    pub fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A whole number from 0 up to `n`, without `n`.
    pub fn below(&mut self, n: usize) -> usize {
        ((self.unit() * n as f64) as usize).min(n.saturating_sub(1))
    }

    pub fn among(&mut self, range: RangeInclusive<usize>) -> usize {
        range.start() + self.below(range.end() - range.start() + 1)
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// Some of the numbers below `n`, each with a probability; perhaps none.
    pub fn some_of(&mut self, n: usize, p: f64) -> Vec<usize> {
        (0..n).filter(|_| self.chance(p)).collect()
    }
}
