//! Yardstick by hand: nothing is looked at on a day on which nothing happens to it. When somebody enters, the day
//! of reaching the tenth place is drawn; when they come there, the day of giving up. A person who waits is a ticket;
//! tickets rise in the order of coming. Who is where on the way is not known, so this does a little less than
//! the task asks.

use lottery::{DAYS, GIVE_UP, Leaving, MOVE, MOVES, Record, TAKE, Task};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

/// Not among those waiting.
const ABSENT: u32 = u32::MAX;

fn main() -> std::io::Result<()> {
    let task = Task::from_arguments();
    let mut chance = Chance(SmallRng::seed_from_u64(task.seed));
    let mut reaching = vec![0u64; DAYS as usize];
    let mut quitting: Vec<Vec<u32>> = vec![Vec::new(); DAYS as usize];
    let mut pool = Pool::default();
    let mut leaving = Leaving::default();
    let mut record = Record::default();
    let mut on_the_way = 0;
    for day in 0..DAYS {
        for ticket in pool.draw(day, task.slots(day) as usize, &mut chance.0) {
            if chance.0.random_bool(TAKE) {
                record.admit(day, day - u64::from(pool.since[ticket as usize]));
                leaving.admit(day);
                pool.leave(ticket);
            }
        }
        for ticket in std::mem::take(&mut quitting[day as usize]) {
            pool.leave(ticket);
        }
        let reached = reaching[day as usize];
        for _ in 0..reached {
            let ticket = pool.join(day);
            let quits = day + chance.days_until(GIVE_UP);
            if quits < DAYS {
                quitting[quits as usize].push(ticket);
            }
        }
        for _ in 0..task.entering(day) {
            let reaches = day + (0..MOVES).map(|_| chance.days_until(MOVE)).sum::<u64>();
            if reaches < DAYS {
                reaching[reaches as usize] += 1;
            }
        }
        on_the_way += task.entering(day) - reached;
        let waiting = pool.tickets.len() as u64;
        record.end_of_day(waiting, waiting + on_the_way + leaving.end_of_day(day));
    }
    record.finish(&task)
}

struct Chance(SmallRng);

impl Chance {
    /// Days until something that happens each day with this probability.
    #[inline]
    fn days_until(&mut self, probability: f64) -> u64 {
        1 + ((1.0 - self.0.random::<f64>()).ln() / (-probability).ln_1p()) as u64
    }
}

/// Those waiting: dense, for the draw, and found by ticket.
#[derive(Default)]
struct Pool {
    tickets: Vec<u32>,
    /// Of each ticket ever given: where it is in `tickets`, and the day of coming.
    row: Vec<u32>,
    since: Vec<u16>,
    /// Of each ticket ever given, the day on which it was last drawn.
    drawn: Vec<u16>,
    /// No ticket below it waits.
    first: usize,
}

impl Pool {
    fn join(&mut self, day: u64) -> u32 {
        let ticket = self.row.len() as u32;
        self.row.push(self.tickets.len() as u32);
        self.since.push(day as u16);
        self.drawn.push(u16::MAX);
        self.tickets.push(ticket);
        ticket
    }

    /// Takes a ticket out, if it is still in.
    fn leave(&mut self, ticket: u32) {
        let row = std::mem::replace(&mut self.row[ticket as usize], ABSENT);
        if row == ABSENT {
            return;
        }
        self.tickets.swap_remove(row as usize);
        if let Some(&moved) = self.tickets.get(row as usize) {
            self.row[moved as usize] = row;
        }
    }

    /// The longest waiting for half of the places, for the others anybody else. Nobody is drawn twice.
    fn draw(&mut self, day: u64, places: usize, rng: &mut SmallRng) -> Vec<u32> {
        let places = places.min(self.tickets.len());
        let mut drawn = Vec::with_capacity(places);
        while self.first < self.row.len() && self.row[self.first] == ABSENT {
            self.first += 1;
        }
        let mut next = self.first;
        while drawn.len() < places / 2 {
            if self.row[next] != ABSENT {
                drawn.push(next as u32);
            }
            next += 1;
        }
        // Places are few against those waiting but for the first days: try again where it was an old one or a repeat.
        while drawn.len() < places {
            let ticket = self.tickets[rng.random_range(0..self.tickets.len())];
            let last = &mut self.drawn[ticket as usize];
            if ticket as usize >= next && *last != day as u16 {
                *last = day as u16;
                drawn.push(ticket);
            }
        }
        drawn
    }
}
