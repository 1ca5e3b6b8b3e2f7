//! Process 7, allocation: the day's slots go to those who asked yesterday, a share to the oldest
//! registrations and the rest at random, whole households only. Then today's requests are taken.

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::book::{AppointmentBook, NO_CAP};
use super::causes::in_turn;
use super::household::Stage;
use super::observation::{Count, Event};
use super::population::{Population, Stock, Today};
use super::purpose;
use super::registration::{blocked, instant};
use crate::engine::dealing::Dealer;
use crate::engine::draw::Key;
use crate::engine::lots::{Lot, Lots, Purposes, place};
use crate::engine::seat::{Luck, Seat, Standing};
use crate::scenario::field::Booking;
use crate::scenario::input::AppFunction;

/// Slots open today, by port, and how far each may still give.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Counter {
    /// (day of appointment, persons left), earliest first.
    dates: Vec<(u16, u32)>,
    left: u32,
    /// What of this morning's was for the draw.
    to_draw: u32,
    /// Deals the share of the oldest, with what is left of a slot carried over.
    oldest: Dealer,
    /// Left for the oldest; below 0 where the last of them was a family larger than what was left,
    /// which is made up for on the next day.
    oldest_left: i64,
    /// Those likely to be needed in the random draw: of those who asked in the latest pass, and perhaps of others, all
    /// with a place below `likely`.
    draw: Vec<Lot>,
    likely: u32,
    /// Households and persons that ask today.
    asked: u32,
    requests: u32,
}

impl Counter {
    fn asks(&mut self, seat: &Seat) {
        self.requests += u32::from(seat.size);
        self.asked += 1;
    }

    /// Keeps someone who asks today for tomorrow's draw, if likely to be needed.
    #[inline]
    fn keep(&mut self, lot: Lot) {
        if lot.place() < self.likely {
            self.draw.push(lot);
        }
    }
}

/// What nationalities may still get of the dates given today.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
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
#[derive(Resource, Debug, Clone, Default, Serialize, Deserialize)]
pub struct Allocation {
    counters: Vec<Counter>,
    /// (position in the queue, day of appointment, port).
    winners: Vec<(u32, u16, u8)>,
    caps: Caps,
    /// Rows that got an offer today.
    pub offered: Vec<u32>,
    /// Persons asking by a false location, by nationality.
    false_location: Vec<Count>,
    /// Whether in the latest pass everyone who may ask did, for the port preferred.
    all_asked: bool,
    /// Whether places in the draw were those of `lots` in the latest pass.
    by_lots: bool,
    lots: Lots,
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
    serve_oldest(&mut stock, &mut book, allocation);
    serve_at_random(&mut stock, &mut book, allocation);
    take_requests(&mut stock, &book, allocation);
    make_offers(&mut stock, &mut book, allocation);
    tidy_up(&mut stock, allocation);
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
        counter.left = 0;
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
        counter.to_draw = counter.left - dealt;
        counter.oldest_left = i64::from(dealt) + counter.oldest_left.min(0);
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
#[inline(always)]
fn give(
    (port, counter): (usize, &mut Counter),
    book: &mut AppointmentBook,
    caps: &mut Caps,
    winners: &mut Vec<(u32, u16, u8)>,
    seat: &Seat,
    position: u32,
) -> bool {
    let size = u32::from(seat.size);
    let group = seat.group as usize;
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

/// The oldest registrations of those who asked yesterday get their share of each port's slots.
fn serve_oldest(stock: &mut Stock<'_>, book: &mut AppointmentBook, allocation: &mut Allocation) {
    let Allocation { counters, winners, caps, .. } = allocation;
    let mut open = counters.iter().filter(|c| c.oldest_left > 0).count();
    let mut position = 0;
    // At the head of the queue are mostly those who have a slot.
    while let (1.., Some(next)) = (open, stock.pool.next_in_line(position)) {
        position = next + 1;
        let seat = *stock.pool.at(next);
        let counter = &mut counters[seat.port as usize];
        if counter.oldest_left > 0 && give((seat.port as usize, counter), book, caps, winners, &seat, next) {
            counter.oldest_left -= i64::from(seat.size);
            open -= usize::from(counter.oldest_left <= 0);
            stock.pool.set_luck(next, Luck::Oldest);
        }
    }
}

/// The rest of each port's slots, to those who asked yesterday, in random order.
fn serve_at_random(stock: &mut Stock<'_>, book: &mut AppointmentBook, allocation: &mut Allocation) {
    let (yesterday, by_lots) = (stock.day().wrapping_sub(1), allocation.by_lots);
    for port in 0..allocation.counters.len() {
        let mut draw = std::mem::take(&mut allocation.counters[port].draw);
        let in_line = |seat: &Seat| seat.stands_in_line() && seat.luck == Luck::None && usize::from(seat.port) == port;
        stock.pool.keep(&mut draw, in_line);
        serve_in_order(stock, book, allocation, port, &mut draw);
        let counter = &allocation.counters[port];
        if counter.left > 0 && counter.likely < u32::MAX {
            // Families too large were skipped, or more are needed than were thought likely.
            draw.clear();
            let seats = stock.pool.seats().iter().zip(stock.pool.keys()).enumerate();
            let others = seats.filter(|(_, (seat, _))| in_line(seat));
            draw.extend(
                others
                    .map(|(at, (_, key))| Lot::new(priority(*key, by_lots, yesterday), at as u32))
                    .filter(|lot| lot.place() >= counter.likely),
            );
            serve_in_order(stock, book, allocation, port, &mut draw);
        }
        draw.clear();
        allocation.counters[port].draw = draw;
    }
}

/// Serves a list by priority until the port's slots are given.
fn serve_in_order(
    stock: &mut Stock<'_>,
    book: &mut AppointmentBook,
    allocation: &mut Allocation,
    port: usize,
    draw: &mut [Lot],
) {
    let Allocation { counters, winners, caps, .. } = allocation;
    let mut start = 0;
    // Sort only as many as there may be winners; families skipped for size need a few more.
    while counters[port].left > 0 && start < draw.len() {
        let want = (counters[port].left as usize * 5 / 4 + 16).min(draw.len() - start);
        if start + want < draw.len() {
            draw[start..].select_nth_unstable(want - 1);
        }
        draw[start..start + want].sort_unstable();
        for position in draw[start..start + want].iter().map(|lot| lot.position()) {
            if counters[port].left == 0 {
                break;
            }
            let seat = *stock.pool.at(position);
            if give((port, &mut counters[port]), book, caps, winners, &seat, position) {
                stock.pool.set_luck(position, Luck::Drawn);
            }
        }
        start += want;
    }
}

/// What places in the draw are drawn for, where all ask.
const LOTS: Purposes = Purposes { days: purpose::LOTS, rest: purpose::REQUEST };

/// Place in the random draw of the next day, lowest first: where all ask a lot, else part of the number that tells
/// whether one asks.
#[inline]
fn priority(key: Key, by_lots: bool, day: u16) -> u32 {
    if by_lots { place(key, LOTS, day) } else { key.bits(purpose::REQUEST, day) as u32 }
}

/// Each household in the queue that was not served decides whether to ask today, and those likely
/// to be needed in tomorrow's draw are noted.
fn take_requests(stock: &mut Stock<'_>, book: &AppointmentBook, allocation: &mut Allocation) {
    let app = &stock.params().app;
    for counter in &mut allocation.counters {
        // A fifth more than today's draw would need, if as many ask as yesterday.
        let wanted = f64::from(counter.to_draw) * 1.2 + 64.0;
        counter.likely = (wanted / f64::from(counter.asked.max(1)) * f64::from(u32::MAX)) as u32;
        (counter.asked, counter.requests) = (0, 0);
    }
    let on = app.enabled && !app.shutdown;
    let outage = on && stock.today.outage_near;
    let loyal = app.loyalty >= 1.0 || book.ports() == 1;
    // By the rules alone, so that scenarios with the same rules share their luck.
    allocation.by_lots = loyal && app.diligence >= 1.0;
    // Then nothing need be drawn to know who asks, and where.
    let certain = on && !outage && allocation.by_lots && !stock.pool.any_covert();
    if certain && allocation.all_asked {
        ask_all(stock, allocation);
    } else {
        let slots: Vec<f64> = (0..book.ports())
            .map(|p| f64::from(book.announced(stock.day() as usize + app.lead_days as usize, p)))
            .collect();
        ask_each(stock, allocation, &Habits { on, outage, loyal, all_slots: slots.iter().sum(), slots });
    }
    allocation.all_asked = certain;
}

/// What today's requests depend on.
struct Habits {
    /// Whether the app takes requests.
    on: bool,
    outage: bool,
    /// Whether everyone asks for the port preferred.
    loyal: bool,
    /// Slots of the date given today, by port, and in all.
    slots: Vec<f64>,
    all_slots: f64,
}

fn ask_each(stock: &mut Stock<'_>, allocation: &mut Allocation, habits: &Habits) {
    let today = stock.today;
    let app = &today.params().app;
    // Sixteen bits each for diligence and port, and the others for the order of the draw, so that
    // one number a day serves a request.
    let diligence = (app.diligence * 65536.0).round() as u32;
    let Allocation { counters, false_location, by_lots, .. } = allocation;
    stock.pool.ask(|position, key, seat| {
        if !habits.on {
            return None;
        }
        let bits = key.bits(purpose::REQUEST, today.day);
        if u32::from((bits >> 32) as u16) >= diligence || (habits.outage && request_fails(today, key, seat)) {
            return None;
        }
        let port = if habits.loyal {
            seat.home_port
        } else {
            let u = f64::from((bits >> 48) as u16) / 65536.0;
            port_asked(seat.home_port, u, app.loyalty, &habits.slots, habits.all_slots)
        };
        if seat.luck == Luck::None {
            let counter = &mut counters[port as usize];
            counter.asks(seat);
            let place = if *by_lots { place(key, LOTS, today.day) } else { bits as u32 };
            counter.keep(Lot::new(place, position));
            if seat.standing() == Standing::Covert {
                false_location[seat.group as usize].add(u32::from(seat.size), 1);
            }
        }
        Some(port)
    });
}

/// Everyone who may ask does, for the port preferred.
fn ask_all(stock: &mut Stock<'_>, allocation: &mut Allocation) {
    let day = stock.day();
    let Allocation { counters, winners, lots, .. } = allocation;
    for (counter, able) in counters.iter_mut().zip(stock.pool.able()) {
        (counter.requests, counter.asked) = (able.persons, able.households);
    }
    for &(position, ..) in &*winners {
        // An offer is out: no request is made.
        let seat = stock.pool.at(position);
        let counter = &mut counters[seat.home_port as usize];
        counter.requests -= u32::from(seat.size);
        counter.asked -= 1;
    }
    stock.pool.ask_all();
    // Where nobody asked before, nobody knows how many are needed: for those the others' share has to do.
    let likely = counters.iter().map(|c| c.likely).filter(|likely| *likely < u32::MAX).max().unwrap_or(u32::MAX);
    counters.iter_mut().for_each(|c| c.likely = c.likely.min(likely));
    let (pool, limit) = (&*stock.pool, (day, likely));
    if let [counter] = &mut counters[..] {
        // Who has not asked is left out when the draw is made: looking here too would cost more.
        return lots.for_each_below(pool.keys(), LOTS, limit, |lot| counter.draw.push(lot));
    }
    lots.for_each_below(pool.keys(), LOTS, limit, |lot| {
        let seat = pool.at(lot.position());
        if seat.asked {
            counters[seat.port as usize].keep(lot);
        }
    });
}

/// Clears away the seats of those gone, when they are many.
fn tidy_up(stock: &mut Stock<'_>, allocation: &mut Allocation) {
    let pool = &mut *stock.pool;
    if !pool.is_sparse() {
        return;
    }
    let draws = allocation.counters.iter_mut().map(|counter| &mut counter.draw);
    let mut kept: Vec<&mut Lot> = draws
        .flat_map(|draw| {
            pool.keep(draw, |seat| seat.standing() != Standing::Gone);
            draw
        })
        .collect();
    kept.iter_mut().for_each(|lot| **lot = lot.at(pool.ticket(lot.position())));
    let lots = &mut allocation.lots;
    lots.hold(|position| pool.at(position).standing() != Standing::Gone, |position| pool.ticket(position));
    pool.tidy();
    kept.iter_mut().for_each(|lot| **lot = lot.at(pool.position(lot.position())));
    lots.resume(|ticket| pool.position(ticket));
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
fn request_fails(today: &Today, key: Key, seat: &Seat) -> bool {
    let app = &today.params().app;
    let opens = app.request_from_hour;
    let closes = opens + app.request_hours - 1;
    [opens, (opens + closes) / 2, closes]
        .iter()
        .all(|&hour| blocked(today, AppFunction::Request, key, seat.group, seat.port, instant(today, hour)).is_some())
}

/// Turns winners into offers, to be confirmed in time.
fn make_offers(stock: &mut Stock<'_>, book: &mut AppointmentBook, allocation: &mut Allocation) {
    let app = &stock.params().app;
    let day = stock.day();
    allocation.offered.clear();
    // Answered when the hours to confirm are over, at the latest on the eve of the appointment.
    let time_up = day + ((app.allocation_hour + app.confirm_hours) / 24) as u16;
    let Allocation { winners, offered, .. } = allocation;
    offered.extend(winners.iter().map(|winner| stock.pool.row(winner.0)));
    in_turn(stock, offered, |stock, place, row| offer(stock, book, winners[place], row, time_up));
}

/// Makes one offer.
#[inline(always)]
fn offer(
    stock: &mut Stock<'_>,
    book: &mut AppointmentBook,
    (position, date, port): (u32, u16, u8),
    row: u32,
    time_up: u16,
) {
    let (app, day) = (&stock.params().app, stock.day());
    let seat = *stock.pool.at(position);
    let splits = app.booking == Booking::FirstCome && seat.size > 1;
    if splits && stock.happens(row, app.split_share, purpose::SPLIT) {
        // First come, first served: part of the family got slots, the others try again.
        let kept = (f64::from(seat.size) * app.split_kept).ceil().clamp(1.0, f64::from(seat.size - 1)) as u8;
        if stock.split(row, kept) {
            book.give_back(date as usize, port as usize, seat.group as usize, u32::from(seat.size - kept));
            stock.pool.shrink(position, kept);
        }
    }
    stock.wake(row, time_up.min(date - 1));
    stock.change(row, |status, household| {
        status.stage = Stage::Offered;
        household.since = day;
        household.appointment = date;
        household.booked = port;
    });
    stock.event(row, Event::Offer);
    let persons = u32::from(stock.household(row).size);
    if let Some(record) = stock.ledger.port_day(day, port as usize) {
        record.offered += persons;
    }
}
