//! The stock of households and every way it may change: the one door through which processes
//! reach rows, so that counts, queue and rows never disagree.

use std::sync::Arc;

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;
use jiff::civil::Date;
use prefetch_index::prefetch_index;
use serde::{Deserialize, Serialize};

use super::causes::{Hazards, Rates};
use super::household::{Aim, Due, Household, NO_DAY, Stage, Status};
use super::households::Households;
use super::ledger::Ledger;
use super::network::Network;
use super::observation::{Count, Event, PathRow, WaitClock};
use super::purpose;
use super::sample::Sample;
use super::trips::Trips;
use crate::engine::agenda::{NEVER, due_after};
use crate::engine::draw::{Key, days_with_mean};
use crate::engine::pool::Pool;
use crate::engine::seat::{Seat, Standing};
use crate::scenario::input::Scenario;
use crate::scenario::params::Params;

/// The date and what is in force on it.
#[derive(Resource, Debug, Clone)]
pub struct Today {
    pub scenario: Arc<Scenario>,
    pub day: u16,
    pub date: Date,
    /// Root of the replicate's random numbers.
    pub root: Key,
    pub(super) segment: usize,
    pub rates: Rates,
    /// The first day that nobody may be taken ahead to (see `super::ahead`).
    pub reach: u16,
    /// Whether an outage is so near that it may be felt.
    pub outage_near: bool,
}

impl Today {
    /// Parameters in force.
    #[inline]
    pub fn params(&self) -> &Params {
        &self.scenario.timeline[self.segment].1
    }

    /// The same day under the rules of another period.
    pub fn under(&self, segment: usize) -> Today {
        let rates = Rates::of(&self.scenario.timeline[segment].1, &self.scenario.world);
        Today { scenario: self.scenario.clone(), segment, rates, ..*self }
    }

    /// Whether someone of this kind may ask from a zone.
    #[inline]
    pub fn inside(&self, national: bool, zone: u8) -> bool {
        self.rates.inside[zone as usize][usize::from(national)]
    }
}

/// The queue of registrations.
#[derive(Resource, Debug, Clone, Default, Serialize, Deserialize)]
pub struct Queue(pub Pool);

/// Rows that came today to ask for asylum.
#[derive(Resource, Debug, Clone, Default, Serialize, Deserialize)]
pub struct ArrivedToFile(pub Vec<u32>);

/// Everything a process needs to change households.
#[derive(SystemParam)]
pub struct Population<'w, 's> {
    households: ResMut<'w, Households>,
    ledger: ResMut<'w, Ledger>,
    queue: ResMut<'w, Queue>,
    sample: ResMut<'w, Sample>,
    arrived: ResMut<'w, ArrivedToFile>,
    trips: ResMut<'w, Trips>,
    hazards: Local<'s, Hazards>,
    today: Res<'w, Today>,
    network: Res<'w, Network>,
}

impl Population<'_, '_> {
    /// Plain slices over the households, with the books that follow them.
    pub fn open(&mut self) -> Stock<'_> {
        let Households { dues, statuses, rows: households, free } = &mut *self.households;
        Stock {
            dues,
            statuses,
            households,
            ledger: &mut self.ledger,
            pool: &mut self.queue.0,
            free,
            sample: &mut self.sample,
            arrived_to_file: &mut self.arrived.0,
            trips: &mut self.trips,
            hazards: &mut self.hazards,
            params: self.today.params(),
            today: &self.today,
            network: &self.network,
        }
    }
}

/// How many vacant rows ahead of the one given out one is asked for.
const ROWS_AHEAD: usize = 8;

/// Households as slices, and the books kept beside them.
pub struct Stock<'a> {
    pub dues: &'a mut [Due],
    pub statuses: &'a mut [Status],
    pub households: &'a mut [Household],
    pub ledger: &'a mut Ledger,
    pub pool: &'a mut Pool,
    pub free: &'a mut Vec<u32>,
    pub sample: &'a mut Sample,
    pub arrived_to_file: &'a mut Vec<u32>,
    pub trips: &'a mut Trips,
    pub hazards: &'a mut Hazards,
    params: &'a Params,
    pub today: &'a Today,
    pub network: &'a Network,
}

impl<'a> Stock<'a> {
    #[inline]
    pub fn day(&self) -> u16 {
        self.today.day
    }

    #[inline]
    pub fn params(&self) -> &'a Params {
        self.params
    }

    #[inline]
    pub fn stage(&self, row: u32) -> Stage {
        self.statuses[row as usize].stage
    }

    #[inline]
    pub fn household(&self, row: u32) -> &Household {
        &self.households[row as usize]
    }

    /// Asks for a row's stage, which will be needed soon.
    #[inline]
    pub fn ask_for_stage(&self, row: u32) {
        prefetch_index(&*self.statuses, row as usize);
    }

    /// Asks for what is known of a row, which will be needed soon.
    #[inline]
    pub fn ask_for_row(&self, row: u32) {
        prefetch_index(&*self.households, row as usize);
        prefetch_index(&*self.statuses, row as usize);
        prefetch_index(&*self.dues, row as usize);
    }

    #[inline]
    pub fn nationality(&self, row: u32) -> u8 {
        self.statuses[row as usize].nationality
    }

    #[inline]
    pub fn zone(&self, row: u32) -> usize {
        self.network.zone[self.households[row as usize].place as usize] as usize
    }

    /// A uniform number of this household for a purpose, today.
    #[inline]
    pub fn uniform(&self, row: u32, purpose: u16) -> f64 {
        self.households[row as usize].key.uniform(purpose, self.today.day)
    }

    #[inline]
    pub fn happens(&self, row: u32, p: f64, purpose: u16) -> bool {
        self.households[row as usize].key.happens(p, purpose, self.today.day)
    }

    /// Counts an event of a household, and notes it in its path if sampled.
    #[inline(always)]
    pub fn event(&mut self, row: u32, event: Event) {
        let household = &self.households[row as usize];
        let nationality = self.statuses[row as usize].nationality;
        self.ledger.flow(event, nationality, u32::from(household.size));
        self.ledger.event_at(self.today.day, household.place, event, nationality, u32::from(household.size));
        if household.sample != 0 {
            self.note(row, event);
        }
    }

    #[cold]
    fn note(&mut self, row: u32, event: Event) {
        let household = &self.households[row as usize];
        self.ledger.seen.paths.push(PathRow {
            household: household.sample,
            family: self.sample.family(household.sample),
            date: self.today.date,
            nationality: self.statuses[row as usize].nationality as usize,
            persons: household.size,
            children: household.children,
            place: (!household.on_road).then_some(household.place as usize),
            event,
        });
    }

    /// Changes a household, keeping stocks and its standing in the queue in step.
    #[inline]
    pub fn change(&mut self, row: u32, change: impl FnOnce(&mut Status, &mut Household)) {
        let (status, household) = (&mut self.statuses[row as usize], &mut self.households[row as usize]);
        let before = self.ledger.counted(status, household);
        change(status, household);
        self.ledger.recount(before, status, household);
        if household.ticket != 0 {
            self.stand(row);
        }
    }

    /// Moves a household to a place (or onto the road toward it) and sets its due day.
    #[inline]
    pub fn relocate(&mut self, row: u32, place: u16, on_road: bool, due: u16) {
        let (status, household) = (&self.statuses[row as usize], &mut self.households[row as usize]);
        let before = self.ledger.spot(status, household);
        household.place = place;
        household.on_road = on_road;
        self.dues[row as usize] = Due(due);
        let after = self.ledger.spot(status, household);
        if before != after {
            self.ledger.moved(status, household, before, after);
        }
        if household.ticket != 0 {
            self.stand(row);
        }
    }

    /// Enters a new stage with a due day.
    #[inline]
    pub fn enter(&mut self, row: u32, stage: Stage, due: u16) {
        let today = self.today.day;
        self.wake(row, due);
        self.change(row, |status, household| {
            status.stage = stage;
            household.since = today;
        });
    }

    /// Sets the day on which a household is next looked at.
    #[inline]
    pub fn wake(&mut self, row: u32, due: u16) {
        self.dues[row as usize] = Due(due);
    }

    /// Whether today is the day on which a household is to be looked at.
    #[inline]
    pub fn is_due(&self, row: u32) -> bool {
        self.dues[row as usize].0 == self.today.day
    }

    /// Where a registered household stands in the queue.
    #[inline(always)]
    fn standing(&self, status: &Status, household: &Household) -> Standing {
        match status.stage {
            Stage::Offered => Standing::Offered,
            _ if household.confirmed => Standing::Confirmed,
            Stage::Detained | Stage::Returning | Stage::Caravan | Stage::Free => Standing::Away,
            _ => {
                let national = self.ledger.national(status.nationality);
                let zone = self.network.zone[household.place as usize];
                match !household.on_road && self.today.inside(national, zone) {
                    true => Standing::Present,
                    false if self.asks_from_outside(household) => Standing::Covert,
                    false => Standing::Away,
                }
            }
        }
    }

    /// Brings the household's standing in the queue in line with where it is.
    #[inline(always)]
    fn stand(&mut self, row: u32) {
        let (status, household) = (&self.statuses[row as usize], &self.households[row as usize]);
        let standing = self.standing(status, household);
        // Most changes leave it as it is: the queue is far away in memory.
        if household.standing != standing {
            self.pool.set_standing(household.ticket, standing);
            self.households[row as usize].standing = standing;
        }
    }

    /// Looks again at a household's standing after a policy moved the geofence.
    pub fn refresh_standing(&mut self, row: u32) {
        if self.households[row as usize].ticket != 0 {
            self.stand(row);
        }
    }

    /// Registers a household (again): its queue age starts today. One that `settles` came, or waited, to do that.
    #[inline(always)]
    pub fn register(&mut self, row: u32, settles: bool) {
        let day = self.today.day as i16;
        let (status, household) = (self.statuses[row as usize], self.households[row as usize]);
        let first = if household.first_registered == NO_DAY { day } else { household.first_registered };
        let newcomer = household.first_registered == NO_DAY;
        self.join(row, [day, first], settles);
        if newcomer {
            self.ledger.equity_of(status.nationality, household.size).registered += f64::from(household.size);
        }
        self.event(row, Event::Registration);
    }

    /// Puts a household in the queue with given days of registration: this one, and the first.
    #[inline(always)]
    pub fn join(&mut self, row: u32, [registered, first]: [i16; 2], settles: bool) {
        let (mut status, household) = (self.statuses[row as usize], &self.households[row as usize]);
        let before = self.ledger.counted(&status, household);
        if settles {
            status.stage = Stage::Registered;
        }
        let standing = self.standing(&status, household);
        let (persons, day) = (u32::from(household.size), self.today.day);
        let seat = Seat::new(household.size, status.nationality, household.port).with(standing);
        let ticket = self.pool.join(household.key, row, seat, [registered, first]);
        self.ledger.queued(first, status.nationality, persons, true);
        self.statuses[row as usize] = status;
        let household = &mut self.households[row as usize];
        if settles {
            household.since = day;
        }
        (household.ticket, household.standing) = (ticket, standing);
        (household.registered, household.first_registered) = (registered, first);
        self.ledger.recount(before, &status, household);
    }

    /// Takes a household out of the queue without an appointment; its first registration is remembered.
    pub fn unregister(&mut self, row: u32) {
        if self.household(row).ticket != 0 {
            self.leave_queue(row, false);
            self.change(row, |_, household| household.ticket = 0);
        }
    }

    /// Gives up the place in the queue of a household; its row still says that it has one.
    #[inline(always)]
    fn leave_queue(&mut self, row: u32, served: bool) {
        let (nationality, household) = (self.statuses[row as usize].nationality, &self.households[row as usize]);
        let national = self.ledger.national(nationality);
        let today = i32::from(self.today.day);
        let persons = u32::from(household.size);
        let (queue_age, waited) =
            (today - i32::from(household.registered), today - i32::from(household.first_registered));
        let (month, first_month) =
            (self.ledger.month(household.registered), self.ledger.month(household.first_registered));
        if served {
            self.ledger.completed.add(WaitClock::QueueAge, national, queue_age, persons);
            self.ledger.completed.add(WaitClock::TimeWaiting, national, waited, persons);
            self.ledger.cohorts.served(WaitClock::QueueAge, national, month, queue_age, persons);
            self.ledger.cohorts.served(WaitClock::TimeWaiting, national, first_month, waited, persons);
        } else {
            self.ledger.cohorts.lost(WaitClock::QueueAge, national, month, queue_age, persons);
        }
        self.pool.set_standing(household.ticket, Standing::Gone);
        self.ledger.queued(household.first_registered, nationality, persons, false);
    }

    /// Ends a household's story by an exit event and frees its row.
    #[inline(always)]
    pub fn exit(&mut self, row: u32, event: Event) {
        let (status, household) = (self.statuses[row as usize], &self.households[row as usize]);
        let (registered, first, persons) = (household.ticket != 0, household.first_registered, household.size);
        let (cost, nationality) = (f64::from(household.spent) * f64::from(persons), status.nationality);
        self.ledger.count(&status, household, false);
        if event != Event::Processed && first != NO_DAY {
            let waited = i32::from(self.today.day) - i32::from(first);
            let (month, national) = (self.ledger.month(first), self.ledger.national(nationality));
            self.ledger.cohorts.lost(WaitClock::TimeWaiting, national, month, waited, u32::from(persons));
        }
        if registered {
            self.leave_queue(row, event == Event::Processed);
        }
        self.event(row, event);
        self.ledger.equity_of(nationality, persons).cost += cost;
        self.dues[row as usize] = Due(NEVER);
        self.statuses[row as usize] = Status::VACANT;
        self.households[row as usize] = Household::VACANT;
        self.free.push(row);
    }

    /// A row for a new household; rows are reserved each morning, so one is there.
    #[inline]
    pub fn new_row(&mut self) -> Option<u32> {
        let row = self.free.pop();
        // More will be wanted soon, mostly.
        if let Some(later) = self.free.len().checked_sub(ROWS_AHEAD) {
            self.ask_for_row(self.free[later]);
        }
        row
    }

    /// Puts a new household into the stock.
    pub fn place(&mut self, row: u32, status: Status, household: Household) {
        self.fill(row, status, household);
        self.ledger.count(&status, &self.households[row as usize], true);
    }

    /// Fills a row with a household that is yet to be counted, and to be woken.
    #[inline(always)]
    fn fill(&mut self, row: u32, status: Status, household: Household) {
        self.wake(row, NEVER);
        self.statuses[row as usize] = status;
        self.households[row as usize] = household;
    }

    /// Fills a row with a newcomer; all newcomers of a kind are counted together by `count_newcomers`.
    #[inline(always)]
    pub fn welcome(&mut self, row: u32, status: Status, household: Household) {
        debug_assert_eq!(
            self.ledger.counted(&status, &household),
            self.ledger
                .counted(&status, &Household { place: household.place, size: household.size, ..Household::VACANT }),
            "newcomers are counted by more than where they are"
        );
        self.fill(row, status, household);
        if self.households[row as usize].sample != 0 {
            self.note(row, Event::Arrival);
        }
    }

    /// Counts newcomers of today, who are as `one` of them but for their size, and their arrival.
    pub fn count_newcomers(&mut self, status: Status, one: &Household, all: Count) {
        self.ledger.count_newcomers(&status, one, all);
        self.ledger.flows(Event::Arrival, status.nationality, all);
        self.ledger.events_at(self.today.day, one.place, Event::Arrival, status.nationality, all);
    }

    /// Splits a family: `kept` members stay in this row, the others become a household of their
    /// own with the same registration dates. False if there is no room.
    pub fn split(&mut self, row: u32, kept: u8) -> bool {
        let (status, household) = (self.statuses[row as usize], self.households[row as usize]);
        let Some(other) = self.new_row() else { return false };
        let children = household.children.min(kept.saturating_sub(1));
        let small = household.small_children.min(children);
        self.change(row, |_, h| (h.size, h.children, h.small_children) = (kept, children, small));
        if household.ticket != 0 {
            self.ledger.queued(household.first_registered, status.nationality, u32::from(household.size - kept), false);
        }
        let part = Household {
            key: household.key.child(u64::from(purpose::SPLIT_PART)),
            ticket: 0,
            sample: self.sample.take_part(household.sample),
            size: household.size - kept,
            children: household.children - children,
            small_children: household.small_children - small,
            ..household
        };
        self.place(other, status, part);
        let settles = status.stage == Stage::Waiting;
        self.join(other, [household.registered, household.first_registered], settles);
        self.event(other, Event::FamilySplit);
        match status.stage {
            Stage::Travelling => self.wake(other, self.today.day + 1),
            Stage::Queueing => {
                self.arrived_to_file.push(other);
                self.draw_next(other);
            }
            _ => self.draw_next(other),
        }
        true
    }

    /// Spends (or, if negative, earns) money, a person.
    #[inline]
    pub fn spend(&mut self, row: u32, per_person: f64) {
        self.households[row as usize].spend(per_person);
    }

    /// Strands a household where it is until it tries again.
    pub fn strand(&mut self, row: u32) {
        self.event(row, Event::Stranded);
        self.households[row as usize].rest_until = 0;
        self.rest(row, Stage::Stranded);
    }

    /// Whether a household outside the geofence asks by a false location.
    fn asks_from_outside(&self, household: &Household) -> bool {
        household.key.happens(self.today.params().app.outside_share, purpose::OUTSIDE, 0)
    }

    /// Some app users held up outside the geofence register and ask by a false location.
    fn register_from_outside(&mut self, row: u32) {
        let app = &self.params().app;
        let household = self.household(row);
        let could = household.aim == Aim::App && household.access && household.ticket == 0;
        let open = app.enabled && !app.shutdown;
        if could && open && self.asks_from_outside(household) {
            self.register(row, false);
        }
    }

    /// Enters a stage of staying, with the next thing that can happen in it drawn ahead.
    pub fn rest(&mut self, row: u32, stage: Stage) {
        self.enter(row, stage, NEVER);
        if stage == Stage::Stranded {
            self.register_from_outside(row);
        }
        self.draw_next(row);
    }

    /// Sets off (again) toward the present aim tomorrow or after a rest of mean `rest` days.
    pub fn set_off(&mut self, row: u32, goal: u16, rest: f64) {
        let day = self.day();
        let days = days_with_mean(rest, self.uniform(row, purpose::DEPART));
        self.wake(row, due_after(day, days));
        self.change(row, |status, household| {
            status.stage = Stage::Travelling;
            household.goal = goal;
            household.since = day;
        });
    }
}
