//! What the path of every household must be: one entry, at most one end, nothing after it, and each step only where the
//! steps before allow it. From them the tables of flows and of the queue are made anew.

use std::collections::BTreeMap;

use antesala::model::observation::{Event, EventKind, PathRow};
use antesala::scenario::field::Booking;
use antesala::scenario::input::PlaceKind;
use jiff::civil::Date;

use crate::books::{Books, Sum};

/// A place at a port, as a household has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    None,
    Offered,
    Confirmed,
}

/// A household, as far as its path has been read.
#[derive(Debug, Clone)]
struct Story {
    family: u32,
    nation: usize,
    persons: u8,
    registered: bool,
    slot: Slot,
    walks: bool,
    filed: bool,
    encounters: u32,
    interceptions: u32,
    over: bool,
    latest: Date,
}

/// Reads the paths of all households of a run.
pub fn check(books: &Books<'_>) {
    let mut reading = Reading { books, stories: BTreeMap::new(), members: BTreeMap::new() };
    let (first, days) = (books.scenario.start, books.seen.days);
    let mut rows = books.seen.paths.iter().peekable();
    for day in 0..days {
        let date = crate::world::day_of(first, day);
        let shutdown = books.params(day).app.shutdown;
        if shutdown {
            reading.stories.values_mut().for_each(|story| story.registered = false);
        }
        let mut counted: BTreeMap<(u8, usize), (Sum, Sum)> = BTreeMap::new();
        while let Some(row) = rows.next_if(|row| row.date == date) {
            reading.step(row, books.params(day).app.booking);
            let sum = counted.entry((row.event as u8, row.nationality)).or_default();
            *sum = (sum.0 + Sum::from(row.persons), sum.1 + 1);
        }
        if shutdown {
            // Those late for theirs had nothing to be cancelled.
            reading.stories.values_mut().for_each(|story| story.slot = Slot::None);
        }
        reading.compare(day, &counted);
    }
    assert!(rows.next().is_none(), "paths are out of order");
}

struct Reading<'a> {
    books: &'a Books<'a>,
    stories: BTreeMap<u32, Story>,
    /// Persons of a family: as it entered, and of it processed.
    members: BTreeMap<u32, (Sum, Sum)>,
}

impl Reading<'_> {
    /// The flows of a day, and the queue on its evening, from the paths.
    fn compare(&self, day: usize, counted: &BTreeMap<(u8, usize), (Sum, Sum)>) {
        let (books, weight) = (self.books, Sum::from(self.books.scenario.weight));
        for n in 0..books.nations() {
            // Requests by a false location are counted together.
            for &event in Event::ALL.iter().filter(|e| **e != Event::RequestOutside) {
                let (persons, households) = counted.get(&(event as u8, n)).copied().unwrap_or_default();
                let seen = books.seen.flows.at(day, event as usize, n);
                let seen = (Sum::from(seen.persons), Sum::from(seen.households));
                assert_eq!(seen, (persons * weight, households * weight), "{} on day {day}", event.name());
            }
            let of = self.stories.values().filter(|s| s.nation == n && !s.over);
            let waits = of.filter(|s| s.registered && s.slot != Slot::Confirmed);
            let backlog: Sum = waits.map(|s| Sum::from(s.persons)).sum();
            let queue = books.seen.queue[day * books.nations() + n];
            assert_eq!(Sum::from(queue.backlog), backlog * weight, "backlog of nationality {n} on day {day}");
        }
    }

    fn step(&mut self, row: &PathRow, booking: Booking) {
        let world = &self.books.scenario.world;
        let checkpoint = row.place.is_some_and(|place| world.places[place].kind == PlaceKind::Checkpoint);
        assert!(!checkpoint || row.event.kind() != EventKind::Entry, "{row:?}");
        // Parts split off a family may be of children alone.
        assert!(row.persons > row.children || row.family != row.household, "{row:?}");
        if !self.stories.contains_key(&row.household) {
            return self.begin(row, booking);
        }
        let story = self.stories.get_mut(&row.household).expect("just looked");
        assert!(!story.over, "after its end: {row:?}");
        assert!(story.family == row.family && story.nation == row.nationality && story.latest <= row.date, "{row:?}");
        story.latest = row.date;
        if row.persons != story.persons {
            // Part of it was split off just before the offer.
            assert!(row.event == Event::Offer && row.persons < story.persons, "{row:?} of {story:?}");
            assert_eq!(booking, Booking::FirstCome, "a family is split: {row:?}");
            story.persons = row.persons;
        }
        story.take(row);
        if row.event == Event::Processed {
            let (entered, processed) = self.members.get_mut(&row.family).expect("it entered");
            *processed += Sum::from(row.persons);
            assert!(*processed <= *entered, "more are processed than entered: {row:?}");
        }
    }

    /// The first step of a household.
    fn begin(&mut self, row: &PathRow, booking: Booking) {
        let part = row.event == Event::FamilySplit;
        assert!(part || row.event.kind() == EventKind::Entry, "{row:?}");
        if part {
            assert_eq!(booking, Booking::FirstCome, "{row:?}");
        } else {
            assert_eq!(row.family, row.household, "{row:?}");
            self.members.insert(row.family, (row.persons.into(), 0));
        }
        let story = Story {
            family: row.family,
            nation: row.nationality,
            persons: row.persons,
            registered: part,
            slot: Slot::None,
            walks: false,
            filed: false,
            encounters: 0,
            interceptions: 0,
            over: false,
            latest: row.date,
        };
        self.stories.insert(row.household, story);
    }
}

impl Story {
    /// Takes a step, if it may be taken now.
    fn take(&mut self, row: &PathRow) {
        use Event::*;
        let before = self.clone();
        let must = |holds: bool| assert!(holds, "{row:?} of {before:?}");
        match row.event {
            Initial | Arrival | FamilySplit => must(false),
            Registration => {
                must(!self.registered && !self.walks);
                self.registered = true;
            }
            RegistrationLost => {
                must(self.registered && self.slot == Slot::None);
                self.registered = false;
            }
            Offer => {
                must(self.registered && self.slot == Slot::None && !self.walks);
                self.slot = Slot::Offered;
            }
            Confirmation => {
                must(self.slot == Slot::Offered);
                self.slot = Slot::Confirmed;
            }
            Lapse => {
                must(self.slot == Slot::Offered);
                self.slot = Slot::None;
            }
            NoShow => {
                must(self.slot == Slot::Confirmed);
                self.slot = Slot::None;
            }
            AppointmentCancelled => {
                must(self.slot != Slot::None);
                self.slot = Slot::None;
            }
            // A processed household is registered to the end.
            Processed => must(self.slot == Slot::Confirmed && self.registered),
            DecidedToCross => {
                must(self.slot == Slot::None);
                self.registered = false;
            }
            CaravanJoined => {
                must(!self.walks && self.slot == Slot::None);
                self.walks = true;
            }
            CaravanLeft => {
                must(self.walks);
                self.walks = false;
            }
            AsylumFiled => self.filed = true,
            AsylumDenied | AsylumGranted | CardIssued => must(self.filed),
            BorderPatrolEncounter => self.encounters += 1,
            EncounterFirst => must(self.encounters == 1),
            Interception => self.interceptions += 1,
            InterceptionFirst => must(self.interceptions == 1),
            _ => {}
        }
        self.over = row.event.kind() == EventKind::Exit;
    }
}
