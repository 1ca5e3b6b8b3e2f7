//! Process 7, allocation: the day's slots go to those who asked yesterday, a share to the oldest
//! registrations and the rest at random, whole households only. The same pass over the queue
//! takes today's requests.

use bevy_ecs::prelude::*;

use super::book::AppointmentBook;
use super::household::Stage;
use super::observation::Event;
use super::population::{Population, Stock};
use super::purpose;
use super::registration::{blocked, instant, outage_near};
use crate::engine::draw::mix;
use crate::engine::pool::{Entry, Standing};
use crate::scenario::field::Booking;
use crate::scenario::input::AppFunction;

/// Slots open today, by port, and how far each may still give.
#[derive(Debug, Default)]
struct Counter {
    /// (day of appointment, persons left), earliest first.
    dates: Vec<(u16, u32)>,
    left: u32,
    oldest_left: u32,
    /// (priority, position in the queue) of those in the random draw.
    draw: Vec<(u32, u32)>,
    requests: u32,
    backlog: u32,
}

/// Memory of the allocation, kept from day to day.
#[derive(Resource, Debug, Default)]
pub struct Allocation {
    counters: Vec<Counter>,
    /// (position in the queue, day of appointment, port).
    winners: Vec<(u32, u16, u8)>,
    caps: Vec<f64>,
    /// Rows that got an offer today.
    pub offered: Vec<u32>,
    /// Persons registered outside the geofence, and persons asking by a false location, by
    /// nationality.
    outside: Vec<u32>,
    false_location: Vec<u32>,
}

/// Persons a family may take of what is left for a date, or none.
fn fits(counter: &Counter, size: u32) -> Option<usize> {
    counter.dates.iter().position(|(_, left)| *left >= size)
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
    for (port, counter) in allocation.counters.iter().enumerate() {
        let announced = book.announced(day as usize, port);
        if let Some(record) = stock.ledger.port_day(day, port) {
            record.requests = counter.requests;
            record.backlog = counter.backlog;
            record.slots = announced;
        }
    }
    stock.ledger.outside(day, &allocation.outside);
    for (nationality, &persons) in allocation.false_location.iter().enumerate() {
        if persons > 0 {
            stock.ledger.flow(Event::RequestOutside, nationality as u8, persons);
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
    let mut total = 0;
    for (port, counter) in allocation.counters.iter_mut().enumerate() {
        counter.dates.clear();
        counter.draw.clear();
        (counter.requests, counter.backlog, counter.left) = (0, 0, 0);
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
            Booking::TwoStep => (f64::from(counter.left) * app.share_oldest).round() as u32,
            Booking::FirstCome => 0,
        };
        total += counter.left;
    }
    allocation.caps.clear();
    allocation.caps.extend(
        app.cap_share.0.iter().map(|share| if *share >= 1.0 { f64::INFINITY } else { share * f64::from(total) }),
    );
    allocation.outside.clear();
    allocation.outside.resize(app.cap_share.0.len(), 0);
    allocation.false_location.clear();
    allocation.false_location.resize(app.cap_share.0.len(), 0);
    allocation.winners.clear();
}

/// Gives places of a port to a household of the queue if it fits whole; true if so.
#[inline]
fn give(
    (port, counter): (usize, &mut Counter),
    book: &mut AppointmentBook,
    caps: &mut [f64],
    winners: &mut Vec<(u32, u16, u8)>,
    entry: &Entry,
    position: u32,
) -> bool {
    let size = u32::from(entry.size);
    let cap = &mut caps[entry.group as usize];
    if *cap < f64::from(size) {
        return false;
    }
    let Some(at) = fits(counter, size) else { return false };
    let (date, left) = &mut counter.dates[at];
    *left -= size;
    counter.left -= size;
    *cap -= f64::from(size);
    book.offer(*date as usize, port, size);
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
        if entry.asked && standing == Standing::Present {
            let port = entry.port as usize;
            let counter = &mut counters[port];
            let oldest = counter.oldest_left >= size && give((port, counter), book, caps, winners, entry, position);
            if oldest {
                counter.oldest_left -= size;
                counter.backlog += size;
                entry.asked = false;
                return;
            }
            if counter.left > 0 {
                counter.draw.push((entry.priority, position));
            }
        }
        entry.asked = on && standing == Standing::Present && {
            let bits = mix(entry.key.bits(purpose::REQUEST, day));
            let asks = f64::from((bits >> 32) as u16) < app.diligence * 65536.0;
            let asks = asks && (!outage || !request_fails(today, entry));
            if asks {
                entry.priority = bits as u32;
                let u = f64::from((bits >> 48) as u16) / 65536.0;
                entry.port = port_asked(entry.home_port, u, app.loyalty, &slots, all_slots);
                counters[entry.port as usize].requests += size;
                if entry.outside {
                    false_location[entry.group as usize] += size;
                }
            }
            asks
        };
        counters[entry.port as usize].backlog += size;
        if standing == Standing::Away {
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
    let Allocation { counters, winners, caps, .. } = allocation;
    for port in 0..counters.len() {
        let mut draw = std::mem::take(&mut counters[port].draw);
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
                    counters[entry.port as usize].requests -= u32::from(entry.size);
                }
            }
            start += want;
        }
        counters[port].draw = draw;
    }
}

/// Turns winners into offers, to be confirmed in time.
fn make_offers(stock: &mut Stock<'_>, book: &mut AppointmentBook, allocation: &mut Allocation) {
    let app = &stock.params().app;
    let day = stock.day();
    allocation.offered.clear();
    let due = day + u16::from(app.allocation_hour + app.confirm_hours >= 24);
    for &(position, date, port) in &allocation.winners {
        let entry = stock.pool.entries[position as usize];
        let splits = app.booking == Booking::FirstCome && entry.size > 1;
        if splits && stock.happens(entry.row, app.split_share, purpose::SPLIT) {
            // First come, first served: part of the family got slots, the others try again.
            let kept = entry.size.div_ceil(2);
            if stock.split(entry.row, kept) {
                book.give_back(date as usize, port as usize, u32::from(entry.size - kept));
                stock.pool.entries[position as usize].size = kept;
            }
        }
        stock.change(entry.row, |clock, household| {
            clock.stage = Stage::Offered;
            clock.due = due;
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
