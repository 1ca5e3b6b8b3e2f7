//! Yardstick by hand: arrays, and a random number a person and day. A byte is somebody on the way (the place),
//! two bytes are somebody who waits (the day of coming). Those waiting stay in the order of coming, so the
//! longest waiting are the first.

use lottery::{GIVE_UP, Leaving, MOVE, MOVES, Record, TAKE, Task};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

/// Marks a row to be closed.
const GONE: u16 = u16::MAX;

fn main() -> std::io::Result<()> {
    let task = Task::from_arguments();
    let mut border = Border {
        rng: SmallRng::seed_from_u64(task.seed),
        places: Vec::new(),
        since: Vec::new(),
        leaving: Leaving::default(),
        record: Record::default(),
    };
    for day in 0..lottery::DAYS {
        border.allocate(day, task.slots(day) as usize);
        border.give_up();
        border.travel(day);
        border.places.resize(border.places.len() + task.entering(day) as usize, 0);
        let leaving = border.leaving.end_of_day(day);
        let waiting = border.since.len() as u64;
        border.record.end_of_day(waiting, waiting + border.places.len() as u64 + leaving);
    }
    border.record.finish(&task)
}

struct Border {
    rng: SmallRng,
    places: Vec<u8>,
    since: Vec<u16>,
    leaving: Leaving,
    record: Record,
}

/// `probability` as the number of 32-bit values below it.
const fn threshold(probability: f64) -> u32 {
    (probability * 4_294_967_296.0) as u32
}

impl Border {
    /// Keeps those who do not give up, in place and in order. A word of chance serves two.
    fn give_up(&mut self) {
        const LEAVES: u32 = threshold(GIVE_UP);
        let mut kept = 0;
        let mut keep = |since: &mut [u16], row: usize, chance: u32| {
            since[kept] = since[row];
            kept += usize::from(chance >= LEAVES);
        };
        let rows = self.since.len();
        for row in (0..rows).step_by(2) {
            let word = self.rng.next_u64();
            keep(&mut self.since, row, word as u32);
            if row + 1 < rows {
                keep(&mut self.since, row + 1, (word >> 32) as u32);
            }
        }
        self.since.truncate(kept);
    }

    fn allocate(&mut self, day: u64, slots: usize) {
        let slots = slots.min(self.since.len());
        let oldest = slots / 2;
        for row in 0..oldest {
            self.offer(day, row);
        }
        let rest = self.since.len() - oldest;
        // In any order: a row cannot be drawn twice.
        for row in rand::seq::index::sample(&mut self.rng, rest, slots - oldest) {
            self.offer(day, oldest + row);
        }
        self.since.retain(|&since| since != GONE);
    }

    #[inline]
    fn offer(&mut self, day: u64, row: usize) {
        if self.rng.next_u32() < threshold(TAKE) {
            let since = std::mem::replace(&mut self.since[row], GONE);
            self.record.admit(day, day - u64::from(since));
            self.leaving.admit(day);
        }
    }

    /// A pass without branches that moves, and one that closes the rows of those who have come to the end.
    fn travel(&mut self, day: u64) {
        const MOVES_ON: u32 = threshold(MOVE);
        for pair in self.places.chunks_mut(2) {
            let word = self.rng.next_u64();
            pair[0] += u8::from((word as u32) < MOVES_ON);
            if let [_, second] = pair {
                *second += u8::from(((word >> 32) as u32) < MOVES_ON);
            }
        }
        let before = self.places.len();
        let mut kept = 0;
        for row in 0..before {
            let place = self.places[row];
            self.places[kept] = place;
            kept += usize::from(place < MOVES);
        }
        self.places.truncate(kept);
        self.since.resize(self.since.len() + before - kept, day as u16);
    }
}
