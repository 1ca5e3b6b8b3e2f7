//! Places in the random draws of a queue: everyone has one for every day, and only the foremost are looked up.
//!
//! A place is a number of 32 bits, lowest first, of which the first eight come from a random number that eight days
//! share. So a queue is gone through once in eight days, or again where more are wanted than before, and what a day costs is
//! what it draws; where more than about one in eight is drawn, every day.

use serde::{Deserialize, Serialize};

use super::agenda::{BLOCK, bits_of, each_of};
use super::draw::Key;

/// Days that share a random number: one byte each.
const DAYS: usize = 8;

/// Above this first byte of the places wanted, too many are wanted for lists of them to be of use.
const MOST: u32 = 31;

/// What the two parts of a place are drawn for.
#[derive(Debug, Clone, Copy)]
pub struct Purposes {
    pub days: u16,
    pub rest: u16,
}

/// A place in the draw and the position in the queue of who has it; they sort by place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Lot(u64);

impl Lot {
    #[inline(always)]
    pub fn new(place: u32, position: u32) -> Self {
        Lot(u64::from(place) << 32 | u64::from(position))
    }

    #[inline(always)]
    pub fn place(self) -> u32 {
        (self.0 >> 32) as u32
    }

    #[inline(always)]
    pub fn position(self) -> u32 {
        self.0 as u32
    }

    /// The same place of who is now at another position.
    #[inline]
    pub fn at(self, position: u32) -> Self {
        Lot::new(self.place(), position)
    }
}

/// Place in the draw of a day.
#[inline]
pub fn place(key: Key, purposes: Purposes, day: u16) -> u32 {
    let shared = key.bits(purposes.days, day / DAYS as u16).to_le_bytes()[usize::from(day) % DAYS];
    joined(shared, key, purposes, day)
}

/// A place of its two parts.
#[inline(always)]
fn joined(shared: u8, key: Key, purposes: Purposes, day: u16) -> u32 {
    (u32::from(shared) << 24) | (key.bits(purposes.rest, day) as u32 >> 8)
}

/// The foremost of the days at hand, as far as they were looked up.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Lots {
    /// The days listed: one in eight days numbers them. `None` before the first.
    days: Option<u16>,
    /// Highest first byte listed.
    most: u32,
    /// Positions in the queue looked at so far; those beyond came later.
    seen: usize,
    /// By day: those whose first byte is at most `most`.
    lists: [Vec<Lot>; DAYS],
}

impl Lots {
    /// Visits all of a queue whose place on a day is below `limit`. Needs no more than a look at
    /// those listed, mostly; positions may only have changed as told to `hold` and `resume`.
    pub fn for_each_below(
        &mut self,
        keys: &[Key],
        purposes: Purposes,
        (day, limit): (u16, u32),
        mut visit: impl FnMut(Lot),
    ) {
        let first = limit.saturating_sub(1) >> 24;
        if first > MOST {
            self.days = None;
            let all = (0..).zip(keys).map(|(position, key)| Lot::new(place(*key, purposes, day), position));
            return all.filter(|lot| lot.place() < limit).for_each(visit);
        }
        let days = day / DAYS as u16;
        if self.days != Some(days) || first > self.most {
            (self.days, self.most, self.seen) = (Some(days), first, 0);
            self.lists.iter_mut().for_each(Vec::clear);
        }
        let (from, lists) = (usize::from(day) % DAYS, &mut self.lists);
        pulp::Arch::new().dispatch(Listing { keys, purposes, days, most: self.most, first: self.seen, lists, from });
        self.seen = keys.len();
        self.lists[from].iter().filter(|lot| lot.place() < limit).for_each(|lot| visit(*lot));
    }

    /// Before positions change: those who stay are known by a name, of which `resume` tells the new position.
    pub fn hold(&mut self, stays: impl Fn(u32) -> bool, name: impl Fn(u32) -> u32) {
        for list in &mut self.lists {
            list.retain(|lot| stays(lot.position()));
            list.iter_mut().for_each(|lot| *lot = lot.at(name(lot.position())));
        }
        self.seen = (0..self.seen as u32).map(|position| usize::from(stays(position))).sum();
    }

    /// After positions have changed.
    pub fn resume(&mut self, position: impl Fn(u32) -> u32) {
        self.lists.iter_mut().flatten().for_each(|lot| *lot = lot.at(position(lot.position())));
    }
}

/// Lists the foremost of those who came since, with the vector instructions that the processor has: whole numbers, so
/// that the answer is the same on all.
struct Listing<'a> {
    keys: &'a [Key],
    purposes: Purposes,
    days: u16,
    most: u32,
    first: usize,
    lists: &'a mut [Vec<Lot>; DAYS],
    /// Days before this one are over.
    from: usize,
}

impl pulp::WithSimd for Listing<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        const LOW: u64 = u64::MAX / 255;
        const HIGH: u64 = LOW << 7;
        let Listing { keys, purposes, days, most, first, lists, from } = self;
        // Which bytes are less than `over` (at most 128): Anderson, Bit Twiddling Hacks, "hasless". Above one that is, it
        // may err.
        let over = LOW * (u64::from(most) + 1);
        let less = |drawn: u64| drawn.wrapping_sub(over) & !drawn & (HIGH << (8 * from));
        let mut list = |position: usize, drawn: u64| {
            each_of(less(drawn), |bit| {
                let day = bit / 8;
                let byte = (drawn >> (8 * day)) as u8;
                if u32::from(byte) <= most {
                    let place = joined(byte, keys[position], purposes, days * DAYS as u16 + day as u16);
                    lists[day as usize].push(Lot::new(place, position as u32));
                }
            });
        };
        let (blocks, rest) = keys[first..].as_chunks::<BLOCK>();
        let mut drawn = [0; BLOCK];
        for (first, block) in (first..).step_by(BLOCK).zip(blocks) {
            drawn.iter_mut().zip(block).for_each(|(drawn, key)| *drawn = key.bits(purposes.days, days));
            let any = bits_of(&drawn, |drawn| less(*drawn) != 0);
            each_of(any, |place| list(first + place as usize, drawn[place as usize]));
        }
        for (position, key) in (keys.len() - rest.len()..).zip(rest) {
            list(position, key.bits(purposes.days, days));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PURPOSES: Purposes = Purposes { days: 7, rest: 8 };

    /// Those found are those whom a look at everyone finds, while the queue grows and shrinks and more or less is
    /// wanted.
    #[test]
    fn the_foremost_of_a_day_are_found() {
        let root = Key::root(4, 1);
        let (mut lots, mut queue, mut found) = (Lots::default(), Vec::new(), Vec::new());
        for day in 0..60u16 {
            let coming = root.bits(1, day) % 500;
            queue.extend((0..coming).map(|i| root.child(u64::from(day) << 32 | i)));
            // All of them now and then: that begins the lists anew, which must not happen always.
            let all = if day % 20 == 9 { u32::MAX } else { 2 };
            for limit in [0, 1, u32::MAX / 300, (u32::MAX / 40) * u32::from(day % 5), all] {
                found.clear();
                lots.for_each_below(&queue, PURPOSES, (day, limit), |lot| found.push((lot.position(), lot.place())));
                let all = (0..).zip(&queue).map(|(position, key)| (position, place(*key, PURPOSES, day)));
                assert_eq!(found, all.filter(|(_, place)| *place < limit).collect::<Vec<_>>(), "on day {day}");
            }
            if day % 7 == 3 {
                // Every third leaves: positions change.
                let stays = |position: u32| !position.is_multiple_of(3);
                lots.hold(stays, |position| position - 1 - position / 3);
                lots.resume(|position| position);
                let mut at = 0..;
                queue.retain(|_| stays(at.next().unwrap()));
            }
        }
    }

    /// Chi-squared of the first digit of places over 64 classes and of pairs of days: within what one in 1e5 exceeds.
    #[test]
    fn places_are_uniform_and_days_independent() {
        let root = Key::root(5, 1);
        let n = 64 * 4000;
        let (mut single, mut pairs) = ([0u32; 64], [0u32; 64]);
        for i in 0..n {
            let key = root.child(i);
            let at = |day| place(key, PURPOSES, day) >> 26;
            single[at(3) as usize] += 1;
            pairs[(at(10) >> 3 << 3 | at(11) >> 3) as usize] += 1;
        }
        for counts in [single, pairs] {
            let chi: f64 = counts.iter().map(|&c| (f64::from(c) - 4000.0).powi(2) / 4000.0).sum();
            // 63 degrees of freedom.
            assert!(chi < 126.0, "chi-squared {chi}");
        }
    }
}
