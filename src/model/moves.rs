//! Moves made ahead, until the day comes on which they are counted.

use serde::{Deserialize, Serialize};

/// Days for which moves can be noted: how far ahead households are taken, at most.
pub const DAYS_AHEAD: u16 = 64;

/// How many more persons (upper half) and households (lower half, signed) there will be at a place, or fewer: one sum
/// for both, as it is made for every journey.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
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

/// Changes on the days to come.
pub type Ring = [Change; DAYS_AHEAD as usize];

/// Changes by spot, nationality and day (in a ring).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Moves {
    nationalities: usize,
    #[serde(with = "flat")]
    rings: Vec<Ring>,
}

impl Moves {
    pub fn new(spots: usize, nationalities: usize) -> Self {
        Moves { nationalities, rings: vec![[Change::default(); DAYS_AHEAD as usize]; spots * nationalities] }
    }

    /// Notes the move of a household from one spot to another.
    #[inline]
    pub fn add(&mut self, day: u16, nationality: u8, persons: u32, spots: [u16; 2]) {
        if let Some([from, to]) = self.between(nationality, spots) {
            shift([from, to], day, persons);
        }
    }

    /// Those who leave a spot, and those who come to another; `None` if they are one.
    #[inline]
    pub fn between(&mut self, nationality: u8, spots: [u16; 2]) -> Option<[&mut Ring; 2]> {
        if spots[0] == spots[1] {
            return None;
        }
        let cells = spots.map(|spot| usize::from(spot) * self.nationalities + usize::from(nationality));
        Some(self.rings.get_disjoint_mut(cells).expect("both spots are of the table"))
    }

    /// Changes of a day, by spot and nationality, to be taken.
    pub fn of_day(&mut self, day: u16) -> impl Iterator<Item = &mut Change> {
        self.rings.iter_mut().map(move |ring| &mut ring[place(day)])
    }
}

/// Notes the move of a household.
#[inline]
pub fn shift([from, to]: [&mut Ring; 2], day: u16, persons: u32) {
    let (one, place) = (Change::one(persons), place(day));
    from[place].0 = from[place].0.wrapping_sub(one);
    to[place].0 = to[place].0.wrapping_add(one);
}

/// Rings one after the other, as a list of changes.
mod flat {
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    use super::{Change, Ring};

    pub fn serialize<S: Serializer>(rings: &[Ring], to: S) -> Result<S::Ok, S::Error> {
        rings.as_flattened().serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Ring>, D::Error> {
        let changes = Vec::<Change>::deserialize(from)?;
        match changes.as_chunks() {
            (rings, []) => Ok(rings.to_vec()),
            _ => Err(D::Error::custom("changes of days to come that fill no ring")),
        }
    }
}

#[inline]
fn place(day: u16) -> usize {
    usize::from(day % DAYS_AHEAD)
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
        let parts: Vec<(i32, i32)> = moves.of_day(70).map(|change| change.parts()).collect();
        assert_eq!(parts, [(0, 0), (-5, -1), (0, 0), (1, 0), (0, 0), (4, 1)]);
        assert_eq!(moves.of_day(71).nth(2).unwrap().parts(), (-9, -1));
        assert_eq!(moves.of_day(70 + DAYS_AHEAD).nth(5).unwrap().parts(), (4, 1));
    }
}
