//! Moves made ahead, until the day comes on which they are counted.

/// Days for which moves can be noted: how far ahead households are taken, at most.
pub const DAYS_AHEAD: u16 = 64;

/// How many more persons (upper half) and households (lower half, signed) there will be at a place, or fewer: one sum
/// for both, as it is made for every journey.
#[derive(Debug, Clone, Copy, Default)]
pub struct Change(u64);

impl Change {
    /// One household of so many persons.
    #[inline]
    fn one(persons: u32) -> u64 {
        (u64::from(persons) << 32) | 1
    }

    /// Persons and households.
    pub fn parts(self) -> (i32, i32) {
        let households = self.0 as i32;
        ((self.0.wrapping_sub(households as u64) >> 32) as i32, households)
    }
}

/// Changes by day (in a ring), spot and nationality.
#[derive(Debug, Clone)]
pub struct Moves {
    nationalities: usize,
    of_a_day: usize,
    changes: Vec<Change>,
}

impl Moves {
    pub fn new(spots: usize, nationalities: usize) -> Self {
        let of_a_day = spots * nationalities;
        Moves { nationalities, of_a_day, changes: vec![Change::default(); usize::from(DAYS_AHEAD) * of_a_day] }
    }

    /// Notes the move of a household from one spot to another.
    #[inline]
    pub fn add(&mut self, day: u16, nationality: u8, persons: u32, [from, to]: [u16; 2]) {
        let (first, one) = (self.first(day) + usize::from(nationality), Change::one(persons));
        let [from, to] = [from, to].map(|spot| first + usize::from(spot) * self.nationalities);
        self.changes[from].0 = self.changes[from].0.wrapping_sub(one);
        self.changes[to].0 = self.changes[to].0.wrapping_add(one);
    }

    #[inline]
    fn first(&self, day: u16) -> usize {
        usize::from(day % DAYS_AHEAD) * self.of_a_day
    }

    /// The changes of a day, by spot and nationality, to be taken.
    pub fn of_day(&mut self, day: u16) -> &mut [Change] {
        let first = self.first(day);
        &mut self.changes[first..first + self.of_a_day]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_are_kept_for_their_day() {
        let mut moves = Moves::new(3, 2);
        moves.add(70, 1, 4, [0, 2]);
        moves.add(70, 1, 3, [0, 1]);
        moves.add(70, 1, 2, [1, 0]);
        moves.add(71, 0, 9, [1, 2]);
        let parts: Vec<(i32, i32)> = moves.of_day(70).iter().map(|change| change.parts()).collect();
        assert_eq!(parts, [(0, 0), (-5, -1), (0, 0), (1, 0), (0, 0), (4, 1)]);
        assert_eq!(moves.of_day(71)[2].parts(), (-9, -1));
        assert_eq!(moves.of_day(70 + DAYS_AHEAD)[5].parts(), (4, 1));
    }
}
