//! Process 7, allocation: the day's slots go to those who asked yesterday, a share to the oldest
//! registrations and the rest at random, whole households only. The same pass over the queue
//! takes today's requests.

use bevy_ecs::prelude::*;

use super::book::{AppointmentBook, NO_CAP};
use super::household::Stage;
use super::observation::{Count, Event};
use super::population::{Population, Stock};
use super::purpose;
use super::registration::{blocked, instant, outage_near};
use crate::engine::dealing::Dealer;
use crate::engine::pool::{Entry, Standing};
use crate::scenario::field::Booking;
use crate::scenario::input::AppFunction;

/// Slots open today, by port, and how far each may still give.
#[derive(Debug, Default)]
struct Counter {
    /// (day of appointment, persons left), earliest first.
    dates: Vec<(u16, u32)>,
    left: u32,
    /// Deals the share of the oldest, with what is left of a slot carried over.
    oldest: Dealer,
    oldest_left: u32,
    /// (priority, position in the queue) of those in the random draw: those likely to be needed,
    /// and the others.
    draw: Vec<(u32, u32)>,
    rest: Vec<(u32, u32)>,
    /// Priorities below this are likely to be needed.
    likely: u32,
    /// Households that asked yesterday.
    asked: u32,
    requests: u32,
}

/// What nationalities may still get of the dates given today.
#[derive(Debug, Default)]
struct Caps {
    first: u16,
    last: u16,
    /// Most places any one date still has for a nationality; `NO_CAP` without a cap.
    most: Vec<u32>,
}

impl Caps {
    fn begin(&mut self, book: &AppointmentBook, (first, last): (u16, u16), groups: usize) {
        (self.first, self.last) = (first, last);
        self.most.clear();
        self.most.resize(groups, 0);
        (0..groups).for_each(|group| self.look(book, group));
    }

    fn look(&mut self, book: &AppointmentBook, group: usize) {
        let dates = self.first..=self.last;
        self.most[group] = dates.map(|date| book.open_to(date as usize, group)).max().unwrap_or(0);
    }
}

/// Memory of the allocation, kept from day to day.
#[derive(Resource, Debug, Default)]
pub struct Allocation {
    counters: Vec<Counter>,
    /// (position in the queue, day of appointment, port).
    winners: Vec<(u32, u16, u8)>,
    caps: Caps,
    /// Rows that got an offer today.
    pub offered: Vec<u32>,
    /// Persons registered outside the geofence, and persons asking by a false location, by
    /// nationality.
    outside: Vec<u32>,
    false_location: Vec<Count>,
}

/// The first date with room for a family at the port and under its nationality's cap.
fn fits(counter: &Counter, book: &AppointmentBook, group: usize, size: u32) -> Option<usize> {
    counter.dates.iter().position(|&(date, left)| left >= size && book.open_to(date as usize, group) >= size)
}

/// Allocates today's slots and takes today's requests.
pub fn allocate_slots(
    mut population: Population,
    mut book: ResMut<AppointmentBook>,
    mut allocation: ResMut<Allocation>,
) {
    let mut stock = population.open();
    if stock.today.scenario.world.ports.is_empty() {
        return;
    }
    let allocation = &mut *allocation;
    open_counters(&stock, &book, allocation);
    serve_oldest_and_ask(&mut stock, &mut book, allocation);
    serve_at_random(&mut stock, &mut book, allocation);
    make_offers(&mut stock, &mut book, allocation);
    let day = stock.day();
    let shutdown = stock.params().app.shutdown;
    for (port, counter) in allocation.counters.iter().enumerate() {
        let announced = if shutdown { 0 } else { book.announced(day as usize, port) };
        if let Some(record) = stock.ledger.port_day(day, port) {
            record.requests = counter.requests;
            record.slots = announced;
        }
    }
    stock.ledger.outside(day, &allocation.outside);
    for (nationality, &count) in allocation.false_location.iter().enumerate() {
        if !count.is_zero() {
            stock.ledger.flows(Event::RequestOutside, nationality as u8, count);
        }
    }
}

/// Counts what is open at each port for the dates that may be given today.
fn open_counters(stock: &Stock<'_>, book: &AppointmentBook, allocation: &mut Allocation) {
    let app = &stock.params().app;
    let day = stock.day();
    let on = app.enabled && !app.shutdown;
    let last = day + app.lead_days as u16;
    let first = if app.reoffer { day + (app.min_lead_days as u16).max(1).min(app.lead_days as u16) } else { last };
    allocation.counters.resize_with(book.ports(), Counter::default);
    for (port, counter) in allocation.counters.iter_mut().enumerate() {
        counter.dates.clear();
        counter.draw.clear();
        counter.rest.clear();
        (counter.requests, counter.left) = (0, 0);
        if on {
            for date in first..=last {
                let open = book.open(date as usize, port);
                if open > 0 {
                    counter.dates.push((date, open));
                    counter.left += open;
                }
            }
        }
        counter.oldest_left = match app.booking {
            Booking::TwoStep => counter.oldest.deal(f64::from(counter.left) * app.share_oldest).min(counter.left),
            Booking::FirstCome => 0,
        };
        let wanted = f64::from(counter.left) * 3.0 + 64.0;
        counter.likely = (wanted / f64::from(counter.asked.max(1)) * f64::from(u32::MAX)) as u32;
        counter.asked = 0;
    }
    allocation.caps.begin(book, (first, last), app.cap_share.0.len());
    allocation.outside.clear();
    allocation.outside.resize(app.cap_share.0.len(), 0);
    allocation.false_location.clear();
    allocation.false_location.resize(app.cap_share.0.len(), Count::default());
    allocation.winners.clear();
}

/// Gives places of a port to a household of the queue if it fits whole; true if so.
#[inline]
fn give(
    (port, counter): (usize, &mut Counter),
    book: &mut AppointmentBook,
    caps: &mut Caps,
    winners: &mut Vec<(u32, u16, u8)>,
    entry: &Entry,
    position: u32,
) -> bool {
    let size = u32::from(entry.size);
    let group = entry.group as usize;
    if caps.most[group] < size {
        return false;
    }
    let Some(at) = fits(counter, book, group, size) else { return false };
    let (date, left) = &mut counter.dates[at];
    *left -= size;
    counter.left -= size;
    book.offer(*date as usize, port, group, size);
    if caps.most[group] != NO_CAP {
        caps.look(book, group);
    }
    winners.push((position, *date, port as u8));
    true
}

/// One pass over the queue in order of registration: the oldest who asked get their share, the
/// others enter the draw; then each decides whether to ask today.
fn serve_oldest_and_ask(stock: &mut Stock<'_>, book: &mut AppointmentBook, allocation: &mut Allocation) {
    let today = stock.today;
    let app = &today.params().app;
    let day = today.day;
    let on = app.enabled && !app.shutdown;
    let outage = on && outage_near(today);
    // Sixteen bits each for diligence and port, and the others for the order of the draw, so that
    // one number a day serves a request.
    let diligence = (app.diligence * 65536.0).round() as u32;
    let loyal = app.loyalty >= 1.0 || book.ports() == 1;
    let ports = book.ports();
    let slots: Vec<f64> =
        (0..ports).map(|p| f64::from(book.announced(day as usize + app.lead_days as usize, p))).collect();
    let all_slots: f64 = slots.iter().sum();
    let Allocation { counters, winners, caps, outside, false_location, .. } = allocation;
    stock.pool.pass(|position, entry, standing| {
        if standing == Standing::Confirmed {
            return;
        }
        let size = u32::from(entry.size);
        if entry.asked && standing.asks() {
            let port = entry.port as usize;
            let counter = &mut counters[port];
            let oldest = counter.oldest_left >= size && give((port, counter), book, caps, winners, entry, position);
            if oldest {
                counter.oldest_left -= size;
                entry.asked = false;
                return;
            }
            if counter.left > 0 {
                let list = if entry.priority < counter.likely { &mut counter.draw } else { &mut counter.rest };
                list.push((entry.priority, position));
            }
        }
        entry.asked = on && standing.asks() && {
            let bits = entry.key.bits(purpose::REQUEST, day);
            let asks = u32::from((bits >> 32) as u16) < diligence;
            let asks = asks && (!outage || !request_fails(today, entry));
            if asks {
                entry.priority = bits as u32;
                entry.port = if loyal {
                    entry.home_port
                } else {
                    let u = f64::from((bits >> 48) as u16) / 65536.0;
                    port_asked(entry.home_port, u, app.loyalty, &slots, all_slots)
                };
                let counter = &mut counters[entry.port as usize];
                counter.requests += size;
                counter.asked += 1;
                if standing == Standing::Covert {
                    false_location[entry.group as usize].add(size, 1);
                }
            }
            asks
        };
        if matches!(standing, Standing::Away | Standing::Covert) {
            outside[entry.group as usize] += size;
        }
    });
}

/// The preferred port, or with the rest of the probability any port, by its slots.
#[inline]
fn port_asked(home: u8, u: f64, loyalty: f64, slots: &[f64], all: f64) -> u8 {
    if u < loyalty || all <= 0.0 {
        return home;
    }
    crate::engine::draw::pick(slots, all, (u - loyalty) / (1.0 - loyalty)) as u8
}

/// An outage keeps a household from asking if it covers the whole of the day's window.
fn request_fails(today: &super::population::Today, entry: &Entry) -> bool {
    let app = &today.params().app;
    let opens = app.request_from_hour;
    let closes = opens + app.request_hours - 1;
    [opens, (opens + closes) / 2, closes].iter().all(|&hour| {
        blocked(today, AppFunction::Request, entry.key, entry.group, entry.port, instant(today, hour)).is_some()
    })
}

/// The rest of each port's slots, to those who asked, in random order.
fn serve_at_random(stock: &mut Stock<'_>, book: &mut AppointmentBook, allocation: &mut Allocation) {
    for port in 0..allocation.counters.len() {
        // All of `draw` comes before any of `rest`.
        let mut draw = std::mem::take(&mut allocation.counters[port].draw);
        serve_in_order(stock, book, allocation, port, &mut draw);
        let mut rest = std::mem::take(&mut allocation.counters[port].rest);
        serve_in_order(stock, book, allocation, port, &mut rest);
        (allocation.counters[port].draw, allocation.counters[port].rest) = (draw, rest);
    }
}

/// Serves a list by priority until the port's slots are given.
fn serve_in_order(
    stock: &mut Stock<'_>,
    book: &mut AppointmentBook,
    allocation: &mut Allocation,
    port: usize,
    draw: &mut [(u32, u32)],
) {
    let Allocation { counters, winners, caps, false_location, .. } = allocation;
    let mut start = 0;
    // Sort only as many as there may be winners; families skipped for size need a few more.
    while counters[port].left > 0 && start < draw.len() {
        let want = (counters[port].left as usize * 2 + 16).min(draw.len() - start);
        if start + want < draw.len() {
            draw[start..].select_nth_unstable(want - 1);
        }
        draw[start..start + want].sort_unstable();
        for &(_, position) in &draw[start..start + want] {
            if counters[port].left == 0 {
                break;
            }
            let entry = &mut stock.pool.entries[position as usize];
            if give((port, &mut counters[port]), book, caps, winners, entry, position) && entry.asked {
                // An offer is out: today's request is not made.
                entry.asked = false;
                let today = &mut counters[entry.port as usize];
                today.requests -= u32::from(entry.size);
                today.asked -= 1;
                let (ticket, group, size) = (entry.ticket, entry.group as usize, u32::from(entry.size));
                if stock.pool.standing(ticket) == Standing::Covert {
                    false_location[group].persons -= size;
                    false_location[group].households -= 1;
                }
            }
        }
        start += want;
    }
}

/// Turns winners into offers, to be confirmed in time.
fn make_offers(stock: &mut Stock<'_>, book: &mut AppointmentBook, allocation: &mut Allocation) {
    let app = &stock.params().app;
    let day = stock.day();
    allocation.offered.clear();
    // Answered when the hours to confirm are over, at the latest on the eve of the appointment.
    let time_up = day + ((app.allocation_hour + app.confirm_hours) / 24) as u16;
    for &(position, date, port) in &allocation.winners {
        let entry = stock.pool.entries[position as usize];
        let splits = app.booking == Booking::FirstCome && entry.size > 1;
        if splits && stock.happens(entry.row, app.split_share, purpose::SPLIT) {
            // First come, first served: part of the family got slots, the others try again.
            let kept = entry.size.div_ceil(2);
            if stock.split(entry.row, kept) {
                book.give_back(date as usize, port as usize, entry.group as usize, u32::from(entry.size - kept));
                stock.pool.entries[position as usize].size = kept;
            }
        }
        stock.change(entry.row, |clock, household| {
            clock.stage = Stage::Offered;
            clock.due = time_up.min(date - 1);
            household.since = day;
            household.appointment = date;
            household.port = port;
        });
        allocation.offered.push(entry.row);
        stock.event(entry.row, Event::Offer);
        let persons = u32::from(stock.household(entry.row).size);
        if let Some(record) = stock.ledger.port_day(day, port as usize) {
            record.offered += persons;
        }
    }
}
