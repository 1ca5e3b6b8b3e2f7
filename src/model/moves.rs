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
    pub fn add(&mut self, day: u16, nationality: u8, persons: u32, spots: [u16; 2]) {
        self.shift(day, persons, spots.map(|spot| self.cell(spot, nationality)));
    }

    /// The cell of a spot and nationality on any day.
    #[inline]
    pub fn cell(&self, spot: u16, nationality: u8) -> u32 {
        u32::from(spot) * self.nationalities as u32 + u32::from(nationality)
    }

    /// Notes the move of a household from one cell to another.
    #[inline]
    pub fn shift(&mut self, day: u16, persons: u32, [from, to]: [u32; 2]) {
        let (first, one) = (self.first(day), Change::one(persons));
        let changes = &mut self.changes[first..first + self.of_a_day];
        changes[from as usize].0 = changes[from as usize].0.wrapping_sub(one);
        changes[to as usize].0 = changes[to as usize].0.wrapping_add(one);
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
