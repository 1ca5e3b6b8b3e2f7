//! A queue in the order of registration from whose middle people leave and to which they return.
//!
//! Entries stay in the order of their tickets. Leaving marks the ticket; the next pass over the
//! queue drops the entry, so every operation is constant time and the pass is linear.

use super::draw::Key;

/// Where a ticket's holder stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Standing {
    /// Out of the queue for good.
    Gone,
    /// May ask.
    Present,
    /// Asks from where one may not.
    Covert,
    /// Registered but not able to ask.
    Away,
    /// Holds an offer.
    Offered,
    /// Holds a confirmed slot; keeps the place in the queue until it is used.
    Confirmed,
}

/// A registered household.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    pub key: Key,
    pub row: u32,
    pub ticket: u32,
    /// Order among those who asked yesterday; drawn anew with each request.
    pub priority: u32,
    /// Day of the current registration (negative: before the run).
    pub registered: i16,
    /// Day of the first registration.
    pub first: i16,
    pub size: u8,
    pub group: u8,
    /// Port asked for last.
    pub port: u8,
    /// Port preferred.
    pub home_port: u8,
    /// Asked yesterday.
    pub asked: bool,
}

/// The queue.
#[derive(Debug, Default)]
pub struct Pool {
    pub entries: Vec<Entry>,
    standing: Vec<Standing>,
}

impl Standing {
    /// Whether the holder takes part: asks, and may be served.
    #[inline]
    pub fn asks(self) -> bool {
        matches!(self, Standing::Present | Standing::Covert)
    }
}

impl Pool {
    /// Adds a household at the end and returns its ticket (never 0).
    pub fn join(&mut self, mut entry: Entry, standing: Standing) -> u32 {
        if self.standing.is_empty() {
            self.standing.push(Standing::Gone);
        }
        let ticket = self.standing.len() as u32;
        entry.ticket = ticket;
        self.standing.push(standing);
        self.entries.push(entry);
        ticket
    }

    #[inline]
    pub fn standing(&self, ticket: u32) -> Standing {
        self.standing[ticket as usize]
    }

    #[inline]
    pub fn set_standing(&mut self, ticket: u32, standing: Standing) {
        self.standing[ticket as usize] = standing;
    }

    /// Visits every entry in order with its standing and drops those that have gone.
    #[inline]
    pub fn pass(&mut self, mut visit: impl FnMut(u32, &mut Entry, Standing)) {
        let mut kept = 0;
        for i in 0..self.entries.len() {
            let mut entry = self.entries[i];
            let standing = self.standing[entry.ticket as usize];
            if standing == Standing::Gone {
                continue;
            }
            visit(kept as u32, &mut entry, standing);
            self.entries[kept] = entry;
            kept += 1;
        }
        self.entries.truncate(kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(row: u32) -> Entry {
        Entry {
            key: Key(u64::from(row)),
            row,
            ticket: 0,
            priority: 0,
            registered: 0,
            first: 0,
            size: 1,
            group: 0,
            port: 0,
            home_port: 0,
            asked: false,
        }
    }

    #[test]
    fn the_queue_keeps_its_order_when_people_leave_and_return() {
        let mut pool = Pool::default();
        let tickets: Vec<u32> = (0..5).map(|row| pool.join(entry(row), Standing::Present)).collect();
        pool.set_standing(tickets[1], Standing::Gone);
        pool.set_standing(tickets[3], Standing::Away);
        let mut seen = Vec::new();
        pool.pass(|_, e, _| seen.push(e.row));
        assert_eq!(seen, [0, 2, 3, 4]);
        pool.set_standing(tickets[3], Standing::Present);
        seen.clear();
        pool.pass(|position, e, s| {
            assert_eq!(s, Standing::Present);
            assert_eq!(position as usize, seen.len());
            seen.push(e.row)
        });
        assert_eq!(seen, [0, 2, 3, 4]);
    }
}
