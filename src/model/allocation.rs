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
#[derive(Debug, Clone, Default)]
struct Counter {
    /// (day of appointment, persons left), earliest first.
    dates: Vec<(u16, u32)>,
    left: u32,
    /// Deals the share of the oldest, with what is left of a slot carried over.
    oldest: Dealer,
    /// Left for the oldest; below 0 where the last of them was a family larger than what was left,
    /// which is made up for on the next day.
    oldest_left: i64,
    /// (priority, position in the queue) of those in the random draw who are likely to be needed.
    draw: Vec<(u32, u32)>,
    /// Priorities below this are likely to be needed.
    likely: u32,
    /// Households that asked yesterday.
    asked: u32,
    requests: u32,
}

/// What nationalities may still get of the dates given today.
#[derive(Debug, Clone, Default)]
struct Caps {
    first: u16,
    last: u16,
    /// Whether a family may be given places of later dates (scales below 1).
    may_borrow: bool,
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
#[derive(Resource, Debug, Clone, Default)]
pub struct Allocation {
    counters: Vec<Counter>,
    /// (position in the queue, day of appointment, port).
    winners: Vec<(u32, u16, u8)>,
    caps: Caps,
    /// Rows that got an offer today.
    pub offered: Vec<u32>,
    /// Persons asking by a false location, by nationality.
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
        let dealt = match app.booking {
            Booking::TwoStep => counter.oldest.deal(f64::from(counter.left) * app.share_oldest).min(counter.left),
            Booking::FirstCome => 0,
        };
        counter.oldest_left = i64::from(dealt) + counter.oldest_left.min(0);
        let wanted = f64::from(counter.left) * 3.0 + 64.0;
        counter.likely = (wanted / f64::from(counter.asked.max(1)) * f64::from(u32::MAX)) as u32;
        counter.asked = 0;
    }
    allocation.caps.begin(book, (first, last), app.cap_share.0.len());
    allocation.caps.may_borrow = stock.ledger.weight > 1;
    allocation.false_location.clear();
    allocation.false_location.resize(app.cap_share.0.len(), Count::default());
    allocation.winners.clear();
}

/// Makes room for a family at a scale below 1, on the first date with a place left.
#[cold]
fn make_room(counter: &mut Counter, book: &mut AppointmentBook, port: usize, group: usize, size: u32) -> Option<usize> {
    let room = |&(date, left): &(u16, u32)| left > 0 && book.open_to(date as usize, group) > 0;
    let at = counter.dates.iter().position(room)?;
    if !book.borrow(counter.dates[at].0 as usize, port, group, size) {
        return None;
    }
    counter.left = 0;
    for (date, left) in &mut counter.dates {
        *left = book.open(*date as usize, port);
        counter.left += *left;
    }
    Some(at)
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
    let at = match fits(counter, book, group, size) {
        Some(at) if caps.most[group] >= size => at,
        _ if caps.may_borrow && caps.most[group] > 0 => match make_room(counter, book, port, group, size) {
            Some(at) => at,
            None => return false,
        },
        _ => return false,
    };
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
    // Then the number need not be drawn to know the answer.
    let certain = loyal && app.diligence >= 1.0;
    let yesterday = day.wrapping_sub(1);
    let ports = book.ports();
    let slots: Vec<f64> =
        (0..ports).map(|p| f64::from(book.announced(day as usize + app.lead_days as usize, p))).collect();
    let all_slots: f64 = slots.iter().sum();
    let Allocation { counters, winners, caps, false_location, .. } = allocation;
    stock.pool.pass(|position, entry| {
        let standing = entry.standing();
        if standing == Standing::Confirmed {
            entry.asked = false;
            return;
        }
        let size = u32::from(entry.size);
        (entry.asked, entry.port_before) = (entry.asks && standing.asks(), entry.port);
        if entry.asked {
            let port = entry.port as usize;
            let counter = &mut counters[port];
            if counter.oldest_left > 0 && give((port, counter), book, caps, winners, entry, position) {
                counter.oldest_left -= i64::from(size);
                (entry.asks, entry.asked) = (false, false);
                return;
            }
            if counter.left > 0 {
                let priority = priority(entry, yesterday);
                if priority < counter.likely {
                    counter.draw.push((priority, position));
                }
            }
        }
        entry.asks = on && standing.asks() && {
            let bits = if certain { 0 } else { entry.key.bits(purpose::REQUEST, day) };
            let asks = u32::from((bits >> 32) as u16) < diligence;
            let asks = asks && (!outage || !request_fails(today, entry));
            if asks {
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
    });
}

/// Place in the random draw among those who asked on a day, drawn with the request.
#[inline]
fn priority(entry: &Entry, asked_on: u16) -> u32 {
    entry.key.bits(purpose::REQUEST, asked_on) as u32
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
    let yesterday = stock.day().wrapping_sub(1);
    for port in 0..allocation.counters.len() {
        let mut draw = std::mem::take(&mut allocation.counters[port].draw);
        serve_in_order(stock, book, allocation, port, &mut draw);
        let counter = &allocation.counters[port];
        if counter.left > 0 && counter.likely < u32::MAX {
            // Families too large were skipped, and more are needed than were thought likely.
            draw.clear();
            let others = stock.pool.iter_placed().filter(|(_, e)| e.asked && usize::from(e.port_before) == port);
            draw.extend(others.map(|(at, e)| (priority(e, yesterday), at)).filter(|&(p, _)| p >= counter.likely));
            serve_in_order(stock, book, allocation, port, &mut draw);
        }
        allocation.counters[port].draw = draw;
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
            let entry = *stock.pool.at(position);
            if give((port, &mut counters[port]), book, caps, winners, &entry, position) && entry.asks {
                // An offer is out: today's request is not made.
                stock.pool.takes_back(position);
                let today = &mut counters[entry.port as usize];
                today.requests -= u32::from(entry.size);
                today.asked -= 1;
                if entry.standing() == Standing::Covert {
                    false_location[entry.group as usize].persons -= u32::from(entry.size);
                    false_location[entry.group as usize].households -= 1;
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
        let entry = *stock.pool.at(position);
        let splits = app.booking == Booking::FirstCome && entry.size > 1;
        if splits && stock.happens(entry.row, app.split_share, purpose::SPLIT) {
            // First come, first served: part of the family got slots, the others try again.
            let kept = (f64::from(entry.size) * app.split_kept).ceil().clamp(1.0, f64::from(entry.size - 1)) as u8;
            if stock.split(entry.row, kept) {
                book.give_back(date as usize, port as usize, entry.group as usize, u32::from(entry.size - kept));
                stock.pool.shrink(position, kept);
            }
        }
        stock.change(entry.row, |clock, household| {
            clock.stage = Stage::Offered;
            clock.due = time_up.min(date - 1);
            household.since = day;
            household.appointment = date;
            household.booked = port;
        });
        allocation.offered.push(entry.row);
        stock.event(entry.row, Event::Offer);
        let persons = u32::from(stock.household(entry.row).size);
        if let Some(record) = stock.ledger.port_day(day, port as usize) {
            record.offered += persons;
        }
    }
}
