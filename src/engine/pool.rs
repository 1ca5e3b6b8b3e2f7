//! A queue in the order of registration from whose middle people leave and to which they return.
//!
//! Leaving marks the seat; marked seats are cleared away together when there are many. What a daily
//! pass reads lies in columns of their own (eight bytes a key, eight a seat), as its cost is the
//! memory it reads.

use prefetch_index::prefetch_index;
use serde::{Deserialize, Serialize};

use super::draw::Key;
use super::lots::Lot;
use super::seat::{Luck, Seat, Standing};

/// Persons and households.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Asking {
    pub persons: u32,
    pub households: u32,
}

/// Whose a seat is.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Holder {
    row: u32,
    ticket: u32,
}

/// The queue.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Pool {
    keys: Vec<Key>,
    seats: Vec<Seat>,
    holders: Vec<Holder>,
    /// Days on which each joined: this time, and the first time.
    joined: Vec<[i16; 2]>,
    /// Where the seat of a ticket is.
    position: Vec<u32>,
    /// Tickets to be given again.
    free: Vec<u32>,
    /// Seats of those gone that are still there.
    gone: usize,
    /// Persons without a confirmed slot, by port asked for last and by group.
    waiting: Vec<u32>,
    waiting_by_group: Vec<u32>,
    /// Those who may ask, by port preferred.
    able: Vec<Asking>,
    covert: u32,
    /// Positions of those whose standing or port has changed since the latest pass.
    touched: Vec<u32>,
}

impl Default for Pool {
    fn default() -> Self {
        Pool::with_room(0)
    }
}

impl Pool {
    /// An empty queue with room for so many seats, of those gone too. Room that is never used costs no memory.
    pub fn with_room(room: usize) -> Self {
        let mut position = Vec::with_capacity(room + 1);
        position.push(u32::MAX);
        Pool {
            keys: Vec::with_capacity(room),
            seats: Vec::with_capacity(room),
            holders: Vec::with_capacity(room),
            joined: Vec::with_capacity(room),
            position,
            free: Vec::new(),
            gone: 0,
            waiting: vec![0; 256],
            waiting_by_group: vec![0; 256],
            able: vec![Asking::default(); 256],
            covert: 0,
            touched: Vec::new(),
        }
    }
}

/// How many steps ahead of its use something that lies apart in memory is asked for.
const ASKED_AHEAD: usize = 16;

/// Seats that come to the cache together.
const LINE: u32 = 8;

/// Seats of those gone are cleared away when more than one in this many has gone.
const SPARSE: usize = 4;

impl Pool {
    /// Bytes of a seat in all columns.
    pub const SEAT: usize = size_of::<Key>() + size_of::<Seat>() + size_of::<[i16; 2]>() + 3 * size_of::<u32>();

    /// Adds the household of a row at the end and returns its ticket (never 0).
    #[inline(always)]
    pub fn join(&mut self, key: Key, row: u32, seat: Seat, joined: [i16; 2]) -> u32 {
        let position = self.seats.len() as u32;
        let ticket = match self.free.pop() {
            Some(ticket) => {
                self.position[ticket as usize] = position;
                if let Some(later) = self.free.len().checked_sub(ASKED_AHEAD) {
                    self.ask_for_ticket(self.free[later]);
                }
                ticket
            }
            None => {
                self.position.push(position);
                self.position.len() as u32 - 1
            }
        };
        if position.is_multiple_of(LINE) {
            // What lies behind the end will be written soon.
            let later = self.seats.len() + ASKED_AHEAD;
            prefetch_index(&self.keys, later);
            prefetch_index(&self.seats, later);
            prefetch_index(&self.holders, later);
            prefetch_index(&self.joined, later);
        }
        self.keys.push(key);
        self.seats.push(seat);
        self.holders.push(Holder { row, ticket });
        self.joined.push(joined);
        self.count(&seat, true);
        self.touch(position);
        ticket
    }

    /// Counts a seat among those who wait and those who may ask, or takes it out.
    #[inline(always)]
    fn count(&mut self, seat: &Seat, enters: bool) {
        let size = u32::from(seat.size);
        let put = |sum: &mut u32, by: u32| *sum = if enters { *sum + by } else { *sum - by };
        if seat.standing.waits() {
            put(&mut self.waiting[seat.port as usize], size);
            put(&mut self.waiting_by_group[seat.group as usize], size);
        }
        if seat.standing.asks() {
            let able = &mut self.able[seat.home_port as usize];
            put(&mut able.persons, size);
            put(&mut able.households, 1);
        }
        put(&mut self.covert, u32::from(seat.standing == Standing::Covert));
    }

    #[inline(always)]
    fn touch(&mut self, position: u32) {
        let seat = &mut self.seats[position as usize];
        if !seat.listed {
            seat.listed = true;
            self.touched.push(position);
        }
    }

    #[inline]
    fn change(&mut self, position: u32, change: impl FnOnce(&mut Seat)) {
        let before = self.seats[position as usize];
        let mut after = before;
        change(&mut after);
        self.count(&before, false);
        self.count(&after, true);
        self.seats[position as usize] = after;
        self.touch(position);
    }

    #[inline(always)]
    pub fn set_standing(&mut self, ticket: u32, standing: Standing) {
        let position = self.position[ticket as usize];
        let seat = &mut self.seats[position as usize];
        let before = std::mem::replace(&mut seat.standing, standing);
        if before == standing {
            return;
        }
        let seat = *seat;
        let persons = u32::from(seat.size);
        let put = |sum: &mut u32, by: u32, enters: bool| *sum = if enters { *sum + by } else { *sum - by };
        if before.waits() != standing.waits() {
            put(&mut self.waiting[seat.port as usize], persons, standing.waits());
            put(&mut self.waiting_by_group[seat.group as usize], persons, standing.waits());
        }
        if before.asks() != standing.asks() {
            let able = &mut self.able[seat.home_port as usize];
            put(&mut able.persons, persons, standing.asks());
            put(&mut able.households, 1, standing.asks());
        }
        self.covert += u32::from(standing == Standing::Covert);
        self.covert -= u32::from(before == Standing::Covert);
        if standing == Standing::Gone {
            // Nothing about it will change any more.
            self.gone += 1;
            self.seats[position as usize].asked = false;
        } else {
            self.touch(position);
        }
    }

    /// From now on a holder asks for another port.
    pub fn prefer(&mut self, ticket: u32, port: u8) {
        self.change(self.position[ticket as usize], |seat| seat.home_port = port);
    }

    /// Part of a household has left it.
    pub fn shrink(&mut self, position: u32, size: u8) {
        self.change(position, |seat| seat.size = size);
    }

    /// Notes what the day's allocation brought the holder at a position.
    #[inline]
    pub fn set_luck(&mut self, position: u32, luck: Luck) {
        self.seats[position as usize].luck = luck;
        self.touch(position);
    }

    /// The seat at a position, good until seats are cleared away.
    #[inline]
    pub fn at(&self, position: u32) -> &Seat {
        &self.seats[position as usize]
    }

    #[inline]
    pub fn key(&self, position: u32) -> Key {
        self.keys[position as usize]
    }

    #[inline]
    pub fn row(&self, position: u32) -> u32 {
        self.holders[position as usize].row
    }

    #[inline]
    pub fn ticket(&self, position: u32) -> u32 {
        self.holders[position as usize].ticket
    }

    /// Where the seat of a ticket is that somebody holds.
    #[inline]
    pub fn position(&self, ticket: u32) -> u32 {
        self.position[ticket as usize]
    }

    /// Asks for what tells where the seat of a ticket is, which will be needed soon.
    #[inline]
    pub fn ask_for_ticket(&self, ticket: u32) {
        prefetch_index(&self.position, ticket as usize);
    }

    /// Asks for the seat of a ticket, which will be needed soon.
    #[inline]
    pub fn ask_for_seat(&self, ticket: u32) {
        prefetch_index(&self.seats, self.position[ticket as usize] as usize);
    }

    /// Every seat, in the order of registration; of those gone too, until they are cleared away.
    #[inline]
    pub fn seats(&self) -> &[Seat] {
        &self.seats
    }

    /// The first position from `from` on whose holder stands in line.
    #[inline]
    pub fn next_in_line(&self, from: u32) -> Option<u32> {
        const BLOCK: usize = 8;
        let from = from as usize;
        let ahead = self.seats.get(from..)?;
        // Blocks in which nobody asked are passed over.
        let nobody = |block: &&[Seat; BLOCK]| !block.iter().fold(false, |any, seat| any | seat.asked);
        let passed = ahead.as_chunks::<BLOCK>().0.iter().take_while(nobody).count() * BLOCK;
        let next = ahead[passed..].iter().position(Seat::stands_in_line)?;
        Some((from + passed + next) as u32)
    }

    /// Their keys.
    #[inline]
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// Keeps the lots of those of whom something holds.
    pub fn keep(&self, lots: &mut Vec<Lot>, holds: impl Fn(&Seat) -> bool) {
        let mut kept = 0;
        for at in 0..lots.len() {
            if let Some(later) = lots.get(at + ASKED_AHEAD) {
                prefetch_index(&self.seats, later.position() as usize);
            }
            let lot = lots[at];
            lots[kept] = lot;
            kept += usize::from(holds(self.at(lot.position())));
        }
        lots.truncate(kept);
    }

    /// The days on which each joined: this time, and the first time. As many as seats, in their order.
    pub fn joined(&self) -> &[[i16; 2]] {
        &self.joined
    }

    /// Persons in the backlog by port asked for last.
    pub fn waiting(&self) -> &[u32] {
        &self.waiting
    }

    /// Persons in the backlog by group.
    pub fn waiting_by_group(&self) -> &[u32] {
        &self.waiting_by_group
    }

    /// Those who may ask, by port preferred.
    pub fn able(&self) -> &[Asking] {
        &self.able
    }

    /// Whether anyone asks from where one may not.
    pub fn any_covert(&self) -> bool {
        self.covert > 0
    }

    /// Decides for every holder whether it asks today: `asks` is given each one that may, with its
    /// key, and tells the port asked for, or `None`. Clears yesterday's requests and today's luck.
    #[inline]
    pub fn ask(&mut self, mut asks: impl FnMut(u32, Key, &Seat) -> Option<u8>) {
        let Pool { keys, seats, waiting, touched, .. } = self;
        touched.clear();
        for (position, (seat, &key)) in seats.iter_mut().zip(keys.iter()).enumerate() {
            let before = *seat;
            (seat.listed, seat.asked, seat.luck) = (false, false, Luck::None);
            if before.luck != Luck::None {
                // Who was served and still may ask will ask again.
                seat.listed = true;
                touched.push(position as u32);
            }
            if !before.standing.asks() || before.luck == Luck::Oldest {
                continue;
            }
            let Some(port) = asks(position as u32, key, &before) else { continue };
            seat.asked = before.luck == Luck::None;
            if port != seat.port {
                // All who may ask are in the backlog.
                waiting[seat.port as usize] -= u32::from(seat.size);
                waiting[port as usize] += u32::from(seat.size);
                seat.port = port;
            }
        }
    }

    /// As `ask` where everyone who may asks for the port it prefers: only those for whom something
    /// has changed are looked at.
    pub fn ask_all(&mut self) {
        let Pool { seats, waiting, touched, .. } = self;
        let mut kept = 0;
        for at in 0..touched.len() {
            if let Some(later) = touched.get(at + ASKED_AHEAD) {
                prefetch_index(&*seats, *later as usize);
            }
            let position = touched[at];
            let seat = &mut seats[position as usize];
            let luck = std::mem::replace(&mut seat.luck, Luck::None);
            seat.asked = seat.standing.asks() && luck == Luck::None;
            if seat.standing.asks() && luck != Luck::Oldest && seat.port != seat.home_port {
                waiting[seat.port as usize] -= u32::from(seat.size);
                waiting[seat.home_port as usize] += u32::from(seat.size);
                seat.port = seat.home_port;
            }
            // Who was served and still may ask will ask again.
            seat.listed = luck != Luck::None;
            touched[kept] = position;
            kept += usize::from(seat.listed);
        }
        touched.truncate(kept);
    }

    /// Whether many of the seats are of those gone.
    pub fn is_sparse(&self) -> bool {
        self.gone * SPARSE > self.seats.len()
    }

    /// Clears away the seats of those gone. Positions change.
    pub fn tidy(&mut self) {
        let Pool { keys, seats, holders, joined, position, free, touched, gone, .. } = self;
        touched.clear();
        let (mut to, mut freed, seats_before) = (0, free.len(), seats.len());
        // One more, as every ticket is written down, and kept only if its holder has gone: there is no telling who
        // has, and a wrong guess would cost the processor more than the writing.
        free.resize(freed + std::mem::take(gone) + 1, 0);
        {
            let (keys, seats) = (&mut keys[..seats_before], &mut seats[..seats_before]);
            let (holders, joined) = (&mut holders[..seats_before], &mut joined[..seats_before]);
            for at in 0..seats_before {
                // Told to the compiler: so no seat below can lie outside.
                assert!(to <= at);
                let (seat, holder) = (seats[at], holders[at]);
                (keys[to], seats[to], holders[to], joined[to]) = (keys[at], seat, holder, joined[at]);
                position[holder.ticket as usize] = to as u32;
                free[freed] = holder.ticket;
                let stays = seat.standing != Standing::Gone;
                if seat.listed && stays {
                    touched.push(to as u32);
                }
                (to, freed) = (to + usize::from(stays), freed + usize::from(!stays));
            }
        }
        debug_assert_eq!(freed + 1, free.len(), "all who have gone were counted");
        free.truncate(freed);
        keys.truncate(to);
        seats.truncate(to);
        holders.truncate(to);
        joined.truncate(to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn join(pool: &mut Pool, row: u32) -> u32 {
        pool.join(Key(u64::from(row)), row, Seat::new(2, 0, 1), [row as i16; 2])
    }

    fn there(pool: &Pool) -> impl Iterator<Item = (&Seat, [i16; 2])> {
        let all = pool.seats().iter().zip(pool.joined().iter().copied());
        all.filter(|(seat, _)| seat.standing() != Standing::Gone)
    }

    fn rows(pool: &Pool) -> Vec<(u32, Standing)> {
        there(pool).map(|(seat, [joined, _])| (joined as u32, seat.standing())).collect()
    }

    #[test]
    fn the_queue_keeps_its_order_when_people_leave_and_return() {
        let mut pool = Pool::default();
        let tickets: Vec<u32> = (0..5).map(|row| join(&mut pool, row)).collect();
        assert_eq!(pool.waiting()[1], 10);
        pool.set_standing(tickets[2], Standing::Gone);
        pool.set_standing(tickets[1], Standing::Gone);
        pool.set_standing(tickets[3], Standing::Confirmed);
        assert_eq!(pool.waiting()[1], 4);
        let here = Standing::Away;
        assert_eq!(rows(&pool), [(0, here), (3, Standing::Confirmed), (4, here)]);
        pool.set_standing(tickets[3], Standing::Present);
        assert!(pool.is_sparse());
        pool.tidy();
        // The ticket of one who left is given again, at the end of the queue.
        let again = join(&mut pool, 7);
        assert_eq!((again, pool.position(again)), (tickets[2], 3));
        let now = [(0, here), (3, Standing::Present), (4, here), (7, here)];
        assert_eq!(rows(&pool), now);
        pool.set_standing(again, Standing::Offered);
        pool.shrink(3, 1);
        assert_eq!((pool.at(3).size, pool.at(3).standing()), (1, Standing::Offered));
        let waiting: u32 = there(&pool).filter(|(s, _)| s.standing().waits()).map(|(s, _)| u32::from(s.size)).sum();
        assert_eq!((waiting, waiting), (pool.waiting().iter().sum(), pool.waiting_by_group()[0]));
    }

    #[test]
    fn looking_only_at_those_who_changed_gives_what_looking_at_all_gives() {
        let (mut all, mut few) = (Pool::default(), Pool::default());
        let mut drawn = 0;
        let mut next = || {
            drawn += 1;
            Key(7).bits(0, drawn)
        };
        for day in 0..200u32 {
            for pool in [&mut all, &mut few] {
                (0..3).for_each(|i| {
                    join(pool, 3 * day + i);
                });
            }
            for _ in 0..6 {
                let n = all.seats().len() as u64;
                let (position, what) = ((next() % n) as u32, next() % 6);
                for pool in [&mut all, &mut few] {
                    let ticket = pool.ticket(position);
                    if pool.at(position).standing() == Standing::Gone {
                        continue;
                    }
                    match what {
                        0 | 1 => pool.set_standing(ticket, Standing::Present),
                        2 => pool.set_standing(ticket, Standing::Away),
                        3 => pool.set_standing(ticket, Standing::Gone),
                        4 => pool.prefer(ticket, (day % 4) as u8),
                        _ if pool.at(position).stands_in_line() => {
                            pool.set_luck(position, if day % 2 == 0 { Luck::Oldest } else { Luck::Drawn });
                        }
                        _ => {}
                    }
                }
            }
            all.ask(|_, _, seat| Some(seat.home_port));
            few.ask_all();
            let seen = |pool: &Pool| -> Vec<_> {
                pool.seats().iter().map(|s| (s.standing(), s.asked, s.port, s.luck == Luck::None)).collect()
            };
            assert_eq!(seen(&all), seen(&few), "on day {day}");
            assert_eq!((all.waiting(), all.able()), (few.waiting(), few.able()));
            let able = there(&all).filter(|(s, _)| s.standing().asks()).count() as u32;
            assert_eq!(able, all.able().iter().map(|a| a.households).sum::<u32>());
            if day % 50 == 49 {
                all.tidy();
                few.tidy();
            }
        }
        assert!(there(&few).any(|(seat, _)| seat.asked));
    }
}
