//! A queue in the order of registration from whose middle people leave and to which they return.
//!
//! Leaving marks the entry; a pass over the queue clears marked entries away when there are many,
//! so that every operation is constant time on average and a day reads each entry once.

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
    ticket: u32,
    pub size: u8,
    pub group: u8,
    /// Port asked for last.
    pub port: u8,
    /// Port asked for before the present day's pass.
    pub port_before: u8,
    /// Port preferred.
    pub home_port: u8,
    /// Asked in the present day's pass.
    pub asks: bool,
    /// Asked the day before.
    pub asked: bool,
    standing: Standing,
}

const _: () = assert!(size_of::<Entry>() == 24);

impl Entry {
    /// A household of a row that prefers a port and has not asked yet.
    pub fn new(key: Key, row: u32, size: u8, group: u8, port: u8) -> Self {
        Entry {
            key,
            row,
            ticket: 0,
            size,
            group,
            port,
            port_before: port,
            home_port: port,
            asks: false,
            asked: false,
            standing: Standing::Away,
        }
    }

    #[inline]
    pub fn standing(&self) -> Standing {
        self.standing
    }
}

/// The queue.
#[derive(Debug, Clone)]
pub struct Pool {
    entries: Vec<Entry>,
    /// Where the entry of a ticket lies.
    position: Vec<u32>,
    /// Tickets to be given again.
    free: Vec<u32>,
    /// Entries that have gone and still lie there.
    gone: usize,
    /// Persons without a confirmed slot, by port asked for last and by group.
    waiting: Vec<u32>,
    waiting_by_group: Vec<u32>,
}

impl Default for Pool {
    fn default() -> Self {
        Pool {
            entries: Vec::new(),
            position: vec![u32::MAX],
            free: Vec::new(),
            gone: 0,
            waiting: vec![0; 256],
            waiting_by_group: vec![0; 256],
        }
    }
}

impl Standing {
    /// Whether the holder takes part: asks, and may be served.
    #[inline]
    pub fn asks(self) -> bool {
        matches!(self, Standing::Present | Standing::Covert)
    }

    /// Whether the holder is in the backlog: registered, without a confirmed slot.
    #[inline]
    pub fn waits(self) -> bool {
        !matches!(self, Standing::Gone | Standing::Confirmed)
    }
}

/// Gone entries are cleared away when more than one in this many has gone.
const SPARSE: usize = 8;

impl Pool {
    /// Adds a household at the end and returns its ticket (never 0).
    pub fn join(&mut self, mut entry: Entry) -> u32 {
        let position = self.entries.len() as u32;
        entry.ticket = match self.free.pop() {
            Some(ticket) => {
                self.position[ticket as usize] = position;
                ticket
            }
            None => {
                self.position.push(position);
                self.position.len() as u32 - 1
            }
        };
        if entry.standing.waits() {
            self.waiting[entry.port as usize] += u32::from(entry.size);
            self.waiting_by_group[entry.group as usize] += u32::from(entry.size);
        }
        self.entries.push(entry);
        entry.ticket
    }

    #[inline]
    pub fn set_standing(&mut self, ticket: u32, standing: Standing) {
        let entry = &mut self.entries[self.position[ticket as usize] as usize];
        let before = std::mem::replace(&mut entry.standing, standing);
        if before.waits() != standing.waits() {
            let (size, enters) = (u32::from(entry.size), standing.waits());
            let counts = [&mut self.waiting[entry.port as usize], &mut self.waiting_by_group[entry.group as usize]];
            for persons in counts {
                *persons = if enters { *persons + size } else { *persons - size };
            }
        }
        if standing == Standing::Gone {
            self.gone += 1;
        }
    }

    /// The entry at a position given by the last pass.
    #[inline]
    pub fn at(&self, position: u32) -> &Entry {
        &self.entries[position as usize]
    }

    /// Takes back today's request of the entry at a position.
    pub fn takes_back(&mut self, position: u32) {
        self.entries[position as usize].asks = false;
    }

    /// From now on a holder asks for another port.
    pub fn prefer(&mut self, ticket: u32, port: u8) {
        self.entries[self.position[ticket as usize] as usize].home_port = port;
    }

    /// Part of a household has left it.
    pub fn shrink(&mut self, position: u32, size: u8) {
        let entry = &mut self.entries[position as usize];
        if entry.standing.waits() {
            self.waiting[entry.port as usize] -= u32::from(entry.size - size);
            self.waiting_by_group[entry.group as usize] -= u32::from(entry.size - size);
        }
        entry.size = size;
    }

    /// Those in the queue, in order of registration.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.iter_placed().map(|(_, entry)| entry)
    }

    /// Those in the queue, each with its position.
    pub fn iter_placed(&self) -> impl Iterator<Item = (u32, &Entry)> {
        let placed = self.entries.iter().enumerate().map(|(at, entry)| (at as u32, entry));
        placed.filter(|(_, entry)| entry.standing != Standing::Gone)
    }

    /// Persons in the backlog by port asked for last.
    pub fn waiting(&self) -> &[u32] {
        &self.waiting
    }

    /// Persons in the backlog by group.
    pub fn waiting_by_group(&self) -> &[u32] {
        &self.waiting_by_group
    }

    /// Visits every entry in order with its position.
    #[inline]
    pub fn pass(&mut self, mut visit: impl FnMut(u32, &mut Entry)) {
        if self.gone * SPARSE > self.entries.len() {
            self.clear_away();
        }
        for (position, entry) in self.entries.iter_mut().enumerate() {
            if entry.standing == Standing::Gone {
                continue;
            }
            let port = entry.port;
            visit(position as u32, entry);
            if entry.port != port && entry.standing.waits() {
                self.waiting[port as usize] -= u32::from(entry.size);
                self.waiting[entry.port as usize] += u32::from(entry.size);
            }
        }
    }

    fn clear_away(&mut self) {
        let Pool { entries, position, free, gone, .. } = self;
        let mut kept = 0;
        entries.retain(|entry| {
            let stays = entry.standing != Standing::Gone;
            if stays {
                position[entry.ticket as usize] = kept;
                kept += 1;
            } else {
                free.push(entry.ticket);
            }
            stays
        });
        *gone = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(pool: &Pool) -> u32 {
        pool.iter().filter(|e| e.standing().waits()).map(|e| u32::from(e.size)).sum()
    }

    #[test]
    fn the_queue_keeps_its_order_when_people_leave_and_return() {
        let mut pool = Pool::default();
        let join = |pool: &mut Pool, row| pool.join(Entry::new(Key(u64::from(row)), row, 2, 0, 1));
        let tickets: Vec<u32> = (0..5).map(|row| join(&mut pool, row)).collect();
        assert_eq!(pool.waiting()[1], 10);
        pool.set_standing(tickets[1], Standing::Gone);
        pool.set_standing(tickets[3], Standing::Confirmed);
        assert_eq!(pool.waiting()[1], 6);
        let mut seen = Vec::new();
        pool.pass(|_, e| {
            seen.push((e.row, e.standing()));
            if e.row == 2 {
                e.port = 3;
            }
        });
        let here = Standing::Away;
        assert_eq!(seen, [(0, here), (2, here), (3, Standing::Confirmed), (4, here)]);
        assert_eq!((pool.waiting()[1], pool.waiting()[3]), (4, 2));
        pool.set_standing(tickets[3], Standing::Present);
        // The ticket of the one who left is given again, at the end of the queue.
        let again = join(&mut pool, 7);
        assert_eq!(again, tickets[1]);
        seen.clear();
        pool.pass(|position, e| {
            assert_eq!(position as usize, seen.len());
            seen.push((e.row, e.standing()));
        });
        assert_eq!(seen, [(0, here), (2, here), (3, Standing::Present), (4, here), (7, here)]);
        pool.set_standing(again, Standing::Offered);
        pool.shrink(4, 1);
        assert_eq!((pool.at(4).size, pool.at(4).standing()), (1, Standing::Offered));
        assert_eq!(waiting(&pool), pool.waiting().iter().sum::<u32>());
        assert_eq!(waiting(&pool), pool.waiting_by_group()[0]);
    }
}
