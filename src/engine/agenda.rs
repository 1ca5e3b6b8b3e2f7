//! Who has something to do today: one sweep over a compact column of due days.

use serde::{Deserialize, Serialize};

/// A due day that never comes.
pub const NEVER: u16 = u16::MAX;

/// Rows due today, by stage, in row order.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Agenda {
    lists: Vec<Vec<u32>>,
}

impl Agenda {
    /// Empties the lists of `stages` stages, keeping their memory.
    pub fn clear(&mut self, stages: usize) {
        self.lists.resize_with(stages, Vec::new);
        self.lists.iter_mut().for_each(Vec::clear);
    }

    #[inline]
    pub fn push(&mut self, stage: usize, row: u32) {
        self.lists[stage].push(row);
    }

    /// A stage's list.
    pub fn list(&self, stage: usize) -> &[u32] {
        self.lists.get(stage).map_or(&[], Vec::as_slice)
    }

    /// Takes a stage's list out for reading; give it back with `put_back` to keep its memory.
    pub fn take(&mut self, stage: usize) -> Vec<u32> {
        self.lists.get_mut(stage).map(std::mem::take).unwrap_or_default()
    }

    pub fn put_back(&mut self, stage: usize, mut list: Vec<u32>) {
        list.clear();
        if let Some(slot) = self.lists.get_mut(stage) {
            *slot = list;
        }
    }
}

/// Items looked at together.
pub const BLOCK: usize = 64;

/// As many of a block are due at most, mostly.
const FEW: usize = 3;

/// Lists the rows whose day has come, in order; `day_of` tells the due day of one.
#[inline]
pub fn due_on<T>(dues: &[T], day_of: impl Fn(&T) -> u16, day: u16, due: &mut Vec<u32>) {
    let sweep = DueOn { dues, day_of, day, due };
    #[cfg(target_arch = "x86_64")]
    if let Some(simd) = pulp::x86::V4::try_new() {
        return simd.vectorize(WithMasks { simd, sweep });
    } else if let Some(simd) = pulp::x86::V3::try_new() {
        return simd.vectorize(WithMasks { simd, sweep });
    }
    pulp::Arch::new().dispatch(sweep);
}

/// The same with the vector instructions that the processor has: whole numbers, so that the answer is the same on all.
struct DueOn<'a, T, F> {
    dues: &'a [T],
    day_of: F,
    day: u16,
    due: &'a mut Vec<u32>,
}

impl<T, F: Fn(&T) -> u16> pulp::WithSimd for DueOn<'_, T, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        let day = self.day;
        self.by_blocks(|days| bits_of(days, |due| *due == day));
    }
}

impl<T, F: Fn(&T) -> u16> DueOn<'_, T, F> {
    /// `due_of` tells which of a block are due, a bit each.
    #[inline(always)]
    fn by_blocks(self, due_of: impl Fn(&[u16; BLOCK]) -> u64) {
        let DueOn { dues, day_of, day, due } = self;
        let (blocks, rest) = dues.as_chunks::<BLOCK>();
        let mut many = due.len();
        for (first, block) in (0..).step_by(BLOCK).zip(blocks) {
            let days = std::array::from_fn(|place| day_of(&block[place]));
            let mut bits = due_of(&days);
            if due.len() < many + BLOCK {
                due.resize(2 * many + BLOCK, 0);
            }
            // Mostly there are few: so many are written whether there are or not, as the processor could not guess.
            let (found, space) = (bits.count_ones() as usize, &mut due[many..many + BLOCK]);
            for place in &mut space[..FEW] {
                *place = first + bits.trailing_zeros();
                bits &= bits.wrapping_sub(1);
            }
            if found > FEW {
                let mut more = space[FEW..].iter_mut();
                each_of(bits, |place| *more.next().expect("a block has no more") = first + place);
            }
            many += found;
        }
        due.truncate(many);
        let first = dues.len() - rest.len();
        due.extend((first as u32..).zip(rest).filter(|(_, row)| day_of(row) == day).map(|(row, _)| row));
    }
}

/// The same where the processor gives the bits of a comparison at once.
#[cfg(target_arch = "x86_64")]
struct WithMasks<'a, S, T, F> {
    simd: S,
    sweep: DueOn<'a, T, F>,
}

#[cfg(target_arch = "x86_64")]
impl<T, F: Fn(&T) -> u16> pulp::NullaryFnOnce for WithMasks<'_, pulp::x86::V4, T, F> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let WithMasks { simd, sweep } = self;
        let today = pulp::cast([sweep.day; BLOCK / 2]);
        sweep.by_blocks(|days| {
            let [low, high] = pulp::cast::<_, [pulp::u16x32; 2]>(*days).map(|half| simd.cmp_eq_u16x32(half, today).0);
            u64::from(low) | u64::from(high) << (BLOCK / 2)
        });
    }
}

#[cfg(target_arch = "x86_64")]
impl<T, F: Fn(&T) -> u16> pulp::NullaryFnOnce for WithMasks<'_, pulp::x86::V3, T, F> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let WithMasks { simd, sweep } = self;
        let (avx2, today) = (simd.avx2, pulp::cast([sweep.day; BLOCK / 4]));
        sweep.by_blocks(|days| {
            let [a, b, c, d] = pulp::cast::<_, [std::arch::x86_64::__m256i; 4]>(*days)
                .map(|days| avx2._mm256_cmpeq_epi16(days, today));
            // Two vectors of words become one of bytes, half by half of each: 0, 2, 1, 3.
            let bytes = [avx2._mm256_packs_epi16(a, b), avx2._mm256_packs_epi16(c, d)];
            let in_order = bytes.map(|halves| avx2._mm256_permute4x64_epi64::<0b11_01_10_00>(halves));
            let [low, high] = in_order.map(|bytes| avx2._mm256_movemask_epi8(bytes) as u32);
            u64::from(low) | u64::from(high) << (BLOCK / 2)
        });
    }
}

/// For which of a block something holds: a bit each, the first the lowest.
#[inline(always)]
pub fn bits_of<T>(block: &[T; BLOCK], holds: impl Fn(&T) -> bool) -> u64 {
    block.iter().enumerate().fold(0, |bits, (place, item)| bits | u64::from(holds(item)) << place)
}

/// Visits the places of the bits that are set, in order.
#[inline(always)]
pub fn each_of(mut bits: u64, mut visit: impl FnMut(u32)) {
    while bits != 0 {
        visit(bits.trailing_zeros());
        bits &= bits - 1;
    }
}

/// A household's due day after `days` from `today`, never before tomorrow.
#[inline]
pub fn due_after(today: u16, days: u16) -> u16 {
    today.saturating_add(days.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::draw::Key;

    fn sweep<'a>(dues: &'a [u16], day: u16, due: &'a mut Vec<u32>) -> DueOn<'a, u16, fn(&u16) -> u16> {
        DueOn { dues, day_of: |due| *due, day, due }
    }

    #[test]
    fn rows_whose_day_has_come_are_listed_in_order() {
        let root = Key::root(1, 1);
        for rows in 0..300u64 {
            let days: Vec<u16> = (0..rows)
                .map(|row| match root.child(row).bits(1, rows as u16) % 8 {
                    0 => 0,
                    1 => 0x8000,
                    2 => 0x8001,
                    3 => NEVER,
                    4 => 0x7FFF,
                    _ => 1,
                })
                .collect();
            for day in [0, 1, 0x7FFF, 0x8000, 0x8001, NEVER] {
                let expected: Vec<u32> = (0..rows as u32).filter(|&row| days[row as usize] == day).collect();
                let mut found = Vec::new();
                due_on(&days, |due| *due, day, &mut found);
                assert_eq!(found, expected, "on day {day} of {rows} rows");
                // What other processors do.
                let (mut one_by_one, mut shorter) = (Vec::new(), Vec::new());
                pulp::Arch::Scalar.dispatch(sweep(&days, day, &mut one_by_one));
                assert_eq!(one_by_one, expected, "on day {day} of {rows} rows, one by one");
                #[cfg(target_arch = "x86_64")]
                if let Some(simd) = pulp::x86::V3::try_new() {
                    simd.vectorize(WithMasks { simd, sweep: sweep(&days, day, &mut shorter) });
                    assert_eq!(shorter, expected, "on day {day} of {rows} rows, with shorter vectors");
                }
            }
        }
    }
}
