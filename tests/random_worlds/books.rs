//! What the tables of a run must say of each other, whatever the world: stocks follow from flows, and places of
//! appointments are used once.

use antesala::engine::dealing::{Dealer, Splitter};
use antesala::model::observation::*;
use antesala::scenario::input::{Month, PlaceKind, Scenario};
use antesala::scenario::params::Params;

use crate::world::day_of;

/// A number of a port's day.
type OfPort = fn(&PortDay) -> u32;

/// What was seen of a whole run, with what it was a run of.
pub struct Books<'a> {
    pub scenario: &'a Scenario,
    pub seen: &'a Observation,
}

/// A sum of persons, or of households, that may fall below 0 while it is made.
pub type Sum = i64;

impl Books<'_> {
    pub fn check(&self) {
        self.stocks_follow_from_flows();
        self.places_and_nationalities_agree();
        self.events_add_up();
        self.offers_are_answered_once();
        self.caravans_balance();
        self.appointments_agree_with_flows();
        self.waits_are_of_those_who_wait();
        self.months_add_up();
        self.equity_is_of_all();
    }

    pub fn nations(&self) -> usize {
        self.scenario.world.nationalities.len()
    }

    fn ports(&self) -> usize {
        self.scenario.world.ports.len()
    }

    pub fn params(&self, day: usize) -> &Params {
        self.scenario.params_on(day_of(self.scenario.start, day))
    }

    /// Persons of an event on a day.
    pub fn flow(&self, day: usize, event: Event, nation: usize) -> Sum {
        self.seen.flows.at(day, event as usize, nation).persons.into()
    }

    fn flows(&self, day: usize, event: Event) -> Sum {
        (0..self.nations()).map(|n| self.flow(day, event, n)).sum()
    }

    /// Persons of an event up to the end of a day.
    fn so_far(&self, day: usize, event: Event, nation: usize) -> Sum {
        (0..=day).map(|d| self.flow(d, event, nation)).sum()
    }

    /// Persons in a state at the end of a day.
    pub fn stock(&self, day: usize, state: State, nation: usize) -> Sum {
        self.seen.stocks_by_nationality.at(day, nation, state as usize).persons.into()
    }

    pub fn port_days(&self, day: usize) -> &[PortDay] {
        &self.seen.appointments[day * self.ports()..(day + 1) * self.ports()]
    }

    /// Persons and households in = present + out, every day and for every nationality.
    fn stocks_follow_from_flows(&self) {
        assert_eq!(self.seen.days, self.scenario.days());
        for n in 0..self.nations() {
            let (mut persons, mut households) = (0, 0);
            for day in 0..self.seen.days {
                for &event in Event::ALL {
                    let count = self.seen.flows.at(day, event as usize, n);
                    let sign = match event.kind() {
                        EventKind::Entry => 1,
                        EventKind::Exit => -1,
                        EventKind::Internal => 0,
                    };
                    persons += sign * Sum::from(count.persons);
                    households += sign * Sum::from(count.households);
                }
                households += Sum::from(self.seen.flows.at(day, Event::FamilySplit as usize, n).households);
                let cells = (0..State::COUNT).map(|s| self.seen.stocks_by_nationality.at(day, n, s));
                let sum = cells.fold((0, 0), |sum, c| (sum.0 + Sum::from(c.persons), sum.1 + Sum::from(c.households)));
                assert_eq!((persons, households), sum, "nationality {n} on day {day}");
                assert!(households >= 0 && persons >= households, "nationality {n} on day {day}");
            }
        }
    }

    /// The same people by place and by nationality, in whole households; nobody sleeps at a checkpoint.
    fn places_and_nationalities_agree(&self) {
        let (world, weight) = (&self.scenario.world, self.scenario.weight);
        let transit = world.places.len();
        for day in 0..self.seen.days {
            for s in 0..State::COUNT {
                let sum = |counts: &mut dyn Iterator<Item = Count>| {
                    counts.fold(Count::default(), |mut sum, count| {
                        assert!((count.persons == 0) == (count.households == 0), "{count:?} on day {day}");
                        assert!(
                            count.persons % weight == 0 && count.households % weight == 0,
                            "{count:?} on day {day}"
                        );
                        sum.add(count.persons, count.households);
                        sum
                    })
                };
                let by_place = sum(&mut (0..=transit).map(|p| self.seen.stocks_by_place.at(day, p, s)));
                let by_nation = sum(&mut (0..self.nations()).map(|n| self.seen.stocks_by_nationality.at(day, n, s)));
                assert_eq!(by_place, by_nation, "state {s} on day {day}");
            }
            for (p, place) in world.places.iter().enumerate() {
                let asleep = (0..State::COUNT).map(|s| self.seen.stocks_by_place.at(day, p, s).persons).sum::<u32>();
                assert!(place.kind != PlaceKind::Checkpoint || asleep == 0, "{asleep} sleep at checkpoint {p}");
                let carried = self.seen.stocks_by_place.at(day, p, State::Returning as usize);
                assert!(carried.is_zero(), "carried back and at place {p} on day {day}");
            }
            let foreigners: u32 = self.seen.foreigners[day * (transit + 1)..(day + 1) * (transit + 1)].iter().sum();
            let foreign = (0..self.nations()).filter(|&n| !world.nationalities[n].national);
            let present: Sum = foreign.map(|n| self.present(day, n)).sum();
            assert_eq!(Sum::from(foreigners), present, "foreigners on day {day}");
        }
    }

    /// Persons processed over the run.
    pub fn processed(&self) -> Sum {
        (0..self.seen.days).map(|day| self.flows(day, Event::Processed)).sum()
    }

    fn present(&self, day: usize, nation: usize) -> Sum {
        State::ALL.iter().map(|&state| self.stock(day, state, nation)).sum()
    }

    /// Events that are parts of others, or come of others.
    fn events_add_up(&self) {
        use Event::*;
        let parts = [
            (LapseOutage, Lapse),
            (ProcessedFamily, Processed),
            (EncounterFirst, BorderPatrolEncounter),
            (InterceptionFirst, Interception),
            (ExpelledToMexico, BorderPatrolEncounter),
        ];
        for n in 0..self.nations() {
            for day in 0..self.seen.days {
                for (part, whole) in parts {
                    let (part_of, all) = (self.flow(day, part, n), self.flow(day, whole, n));
                    assert!(part_of <= all, "{}: {part_of} of {all} on day {day}", part.name());
                }
                // Whoever tries gets in, is removed or is expelled; who is detected is counted.
                let tried = self.flow(day, CrossingAttempt, n);
                let ends: Sum =
                    [EnteredBetweenPorts, Removed, ExpelledToMexico].iter().map(|&e| self.flow(day, e, n)).sum();
                assert_eq!(tried, ends, "attempts of nationality {n} on day {day}");
                let detected = self.flow(day, BorderPatrolEncounter, n);
                assert!(detected <= tried && tried - detected <= self.flow(day, EnteredBetweenPorts, n));
                let outside = self.seen.outside_geofence[day * self.nations() + n];
                assert!(outside.iter().map(|&p| Sum::from(p)).sum::<Sum>() <= self.present(day, n));
                let queue = self.seen.queue[day * self.nations() + n];
                assert!(Sum::from(queue.present_long) <= self.present(day, n));
                assert!(Sum::from(queue.backlog.max(queue.registered_long)) <= self.present(day, n));
            }
            let last = self.seen.days - 1;
            let held = self.stock(last, State::Detained, n);
            let all = |event| self.so_far(last, event, n);
            assert!(held <= all(Interception) + all(Kidnapped) - all(Released) - all(Deported), "held {held}");
            assert!(all(AsylumGranted) + all(AsylumDenied) <= all(AsylumFiled));
            assert_eq!(self.seen.persons_intercepted[n] as Sum, all(InterceptionFirst));
            if self.scenario.world.nationalities[n].national {
                assert_eq!(all(Interception) + all(AsylumFiled) + all(CaravanJoined), 0, "nationals stopped");
            }
        }
    }

    /// An offer is confirmed, lapses or is cancelled, once; a confirmed appointment is kept, forfeited or cancelled.
    fn offers_are_answered_once(&self) {
        use Event::*;
        for n in 0..self.nations() {
            let (mut open, mut held) = (0, 0);
            for day in 0..self.seen.days {
                let of = |event| self.flow(day, event, n);
                if of(AppointmentCancelled) > 0 {
                    // Offers among them: both books are closed.
                    assert!(self.params(day).app.shutdown, "appointments cancelled on day {day}");
                    assert!(of(AppointmentCancelled) <= open + held);
                    (open, held) = (0, 0);
                }
                open += of(Offer) - of(Confirmation) - of(Lapse);
                held += of(Confirmation) - of(Processed) - of(NoShow);
                if self.params(day).app.shutdown {
                    // Those late for theirs when all are cancelled have nothing that could be.
                    held = 0;
                }
                assert_eq!(open, self.stock(day, State::Offered, n), "offers of nationality {n} on day {day}");
                let confirmed = self.stock(day, State::Confirmed, n);
                let away: Sum = [State::Detained, State::Returning].iter().map(|&s| self.stock(day, s, n)).sum();
                assert!((confirmed..=confirmed + away).contains(&held), "{held} appointments held on day {day}");
            }
        }
    }

    /// Who joins a caravan walks in it until it leaves.
    fn caravans_balance(&self) {
        let mut walking: std::collections::BTreeMap<&str, Sum> = Default::default();
        let mut rows = self.seen.caravans.iter().peekable();
        let splits = (0..self.seen.days).any(|day| self.flows(day, Event::FamilySplit) > 0);
        let mut joined = vec![0; self.nations()];
        for day in 0..self.seen.days {
            for (n, joined) in joined.iter_mut().enumerate() {
                *joined += self.flow(day, Event::CaravanJoined, n) - self.flow(day, Event::CaravanLeft, n);
                assert_eq!(*joined, self.stock(day, State::InCaravan, n), "nationality {n} on day {day}");
            }
            while let Some(row) = rows.next_if(|row| row.date == day_of(self.scenario.start, day)) {
                let persons = walking.entry(&row.caravan).or_default();
                *persons += Sum::from(row.joined) - Sum::from(row.left);
                assert_eq!(*persons, Sum::from(row.persons), "{row:?}");
                assert!(row.detained <= row.left && row.households <= row.persons, "{row:?}");
                assert!(row.small_children <= row.children && row.small_families <= row.families, "{row:?}");
                // Parts split off a family may be of children alone.
                assert!(splits || row.children + row.households <= row.persons, "{row:?}");
                assert!(row.families <= row.households, "{row:?}");
            }
            assert_eq!(walking.values().sum::<Sum>(), joined.iter().sum::<Sum>(), "in caravans on day {day}");
        }
        assert!(rows.next().is_none(), "a caravan's day out of order");
    }

    /// The tables of appointments and of flows tell the same, and no date gives more places than it has.
    fn appointments_agree_with_flows(&self) {
        let book = Book::of(self.scenario);
        for day in 0..self.seen.days {
            let ports = self.port_days(day);
            let sum = |of: fn(&PortDay) -> u32| -> Sum { ports.iter().map(|p| Sum::from(of(p))).sum() };
            let pairs: [(Event, OfPort); 4] = [
                (Event::Offer, |p| p.offered),
                (Event::Confirmation, |p| p.confirmed),
                (Event::Lapse, |p| p.lapsed),
                (Event::Processed, |p| p.processed),
            ];
            for (event, of) in pairs {
                assert_eq!(self.flows(day, event), sum(of), "{} on day {day}", event.name());
            }
            let queue = &self.seen.queue[day * self.nations()..(day + 1) * self.nations()];
            assert_eq!(queue.iter().map(|q| Sum::from(q.backlog)).sum::<Sum>(), sum(|p| p.backlog), "on day {day}");
            // Who asks is in the backlog until the evening, or leaves it on the day.
            let left: Sum = Event::ALL
                .iter()
                .filter(|e| e.kind() == EventKind::Exit || matches!(e, Event::RegistrationLost | Event::DecidedToCross))
                .map(|&e| self.flows(day, e))
                .sum();
            assert!(sum(|p| p.requests) <= sum(|p| p.backlog) + left, "requests on day {day}");
            self.keeps_to_the_book(&book, day);
        }
        let no_shows: Sum = self.seen.appointments.iter().map(|p| Sum::from(p.no_show)).sum();
        let all: Sum = (0..self.seen.days).map(|day| self.flows(day, Event::NoShow)).sum();
        assert!(no_shows <= all, "{no_shows} no-shows by date, {all} by day");
    }

    /// Places used of a date are places that there are: for every port, and for nationalities under a cap.
    fn keeps_to_the_book(&self, book: &Book, day: usize) {
        let (weight, shutdown) = (self.scenario.weight, self.params(day).app.shutdown);
        for (port, record) in self.port_days(day).iter().enumerate() {
            let announced = if shutdown { 0 } else { book.announced[day][port] };
            assert_eq!(record.slots, announced * weight, "slots of port {port} on day {day}");
            if weight == 1 {
                let used = record.processed + record.no_show;
                assert!(used <= book.bookable[day][port], "{record:?} of {} on day {day}", book.bookable[day][port]);
            } else {
                // Families may be given places of later dates, never of earlier ones.
                let later = |of: &dyn Fn(usize) -> u32, end: usize| (day..end).map(of).sum::<u32>();
                let used = |d: usize| self.port_days(d)[port].processed + self.port_days(d)[port].no_show;
                let used = later(&used, self.seen.days);
                let places = later(&|d| book.bookable[d][port], book.bookable.len()) * weight;
                assert!(used <= places, "{used} of {places} at port {port} from day {day} on");
            }
        }
        for n in 0..self.nations() {
            let cap = book.caps[day][n];
            let processed = self.flow(day, Event::Processed, n);
            assert!(weight > 1 || processed <= Sum::from(cap), "{processed} of nationality {n} on day {day}");
        }
    }

    /// As many wait as are said to, in both groups and by both clocks; quantiles rise.
    fn waits_are_of_those_who_wait(&self) {
        use WaitKind::{Completed, Elapsed, KaplanMeier};
        let n_of = |date, kind, clock, group| -> Sum {
            let wanted = (date, kind, clock, group);
            let found = self.seen.waits.iter().find(|r| (r.date, r.kind, r.clock, r.group) == wanted);
            found.unwrap_or_else(|| panic!("no row {wanted:?}")).n as Sum
        };
        for (first, last) in self.months() {
            let date = day_of(self.scenario.start, last);
            for &clock in WaitClock::ALL {
                for &kind in WaitKind::ALL {
                    let of = |group| n_of(date, kind, clock, group);
                    assert_eq!(of(WaitGroup::All), of(WaitGroup::Foreign) + of(WaitGroup::National), "{kind:?} {date}");
                }
                let processed: Sum = (first..=last).map(|d| self.flows(d, Event::Processed)).sum();
                assert_eq!(n_of(date, Completed, clock, WaitGroup::All), processed, "completed {date}");
                let backlog: Sum = self.port_days(last).iter().map(|p| Sum::from(p.backlog)).sum();
                assert_eq!(n_of(date, Elapsed, clock, WaitGroup::All), backlog, "elapsed {date}");
            }
            let registered: Sum = (first..=last).map(|d| self.flows(d, Event::Registration)).sum();
            let km = |clock| n_of(date, KaplanMeier, clock, WaitGroup::All);
            assert_eq!(km(WaitClock::QueueAge), registered, "registrations in the month to {date}");
            assert!(km(WaitClock::TimeWaiting) <= registered, "first registrations in the month to {date}");
        }
        for row in &self.seen.waits {
            let quantiles: Vec<f64> = [row.p10, row.p50, row.p90, row.p95].into_iter().flatten().collect();
            assert!(quantiles.is_sorted() && quantiles.iter().all(|q| (0.0..=1200.0).contains(q)), "{row:?}");
        }
    }

    /// First and last days of the months of the run.
    fn months(&self) -> Vec<(usize, usize)> {
        let month = |day: usize| Month::of(day_of(self.scenario.start, day));
        let days: Vec<usize> = (0..self.seen.days).collect();
        days.chunk_by(|a, b| month(*a) == month(*b)).map(|days| (days[0], days[days.len() - 1])).collect()
    }

    /// What happened by month and place is what happened by day; legs are those of the network, by modes that go there.
    fn months_add_up(&self) {
        let (places, months) = (self.scenario.world.places.len(), self.months());
        let cube = &self.seen.events_by_place;
        assert_eq!(cube.days, months.len() * places);
        for (month, (first, last)) in months.into_iter().enumerate() {
            for &event in Event::ALL.iter().filter(|e| **e != Event::RequestOutside) {
                for n in 0..self.nations() {
                    let here =
                        (month * places..(month + 1) * places).map(|row| cube.at(row, event as usize, n).persons);
                    let by_day: Sum = (first..=last).map(|d| self.flow(d, event, n)).sum();
                    assert_eq!(here.map(Sum::from).sum::<Sum>(), by_day, "{} in month {month}", event.name());
                }
            }
        }
        for row in &self.seen.legs {
            let goes = |leg: &antesala::scenario::input::Leg| {
                let ends = [(leg.from, leg.to), (leg.to, leg.from)];
                ends.contains(&(row.from, row.to)) && leg.modes[row.mode]
            };
            assert!(row.persons > 0 && self.scenario.world.legs.iter().any(goes), "{row:?}");
        }
    }

    /// Sums by family size are of all who entered, were processed, were stopped.
    fn equity_is_of_all(&self) {
        for n in 0..self.nations() {
            let sum = |measure: &str| -> f64 {
                let rows = self.seen.equity.iter().filter(|r| r.nationality == n && r.measure.name() == measure);
                rows.map(|r| r.value).sum()
            };
            let all = |events: &[Event]| -> f64 {
                let last = self.seen.days - 1;
                events.iter().map(|&event| self.so_far(last, event, n)).sum::<Sum>() as f64
            };
            assert_eq!(sum("entered"), all(&[Event::Initial, Event::Arrival]), "nationality {n}");
            let served = all(&[Event::Processed]);
            // The parts of a family may be of a size of which nobody entered, for which there are no rows.
            assert!(sum("served") == served || all(&[Event::FamilySplit]) > 0.0, "nationality {n}");
            assert!(sum("served") <= served, "nationality {n}");
            assert!(sum("registered") <= all(&[Event::Registration]), "nationality {n}");
        }
    }
}

/// The book of appointments, dealt anew from the scenario: what there is to give, by day and port.
struct Book {
    announced: Vec<Vec<u32>>,
    bookable: Vec<Vec<u32>>,
    /// Most places of a date for a nationality.
    caps: Vec<Vec<u32>>,
}

impl Book {
    fn of(scenario: &Scenario) -> Book {
        let world = &scenario.world;
        let lead = scenario.timeline.iter().map(|(_, p)| p.app.lead_days).max().unwrap_or(0) as usize;
        let (mut slots, mut extra) = (Dealer::default(), Dealer::default());
        let (mut to_ports, mut extra_to_ports) = (Splitter::default(), Splitter::default());
        let mut caps = vec![Dealer::default(); world.nationalities.len()];
        let mut book = Book { announced: vec![], bookable: vec![], caps: vec![] };
        let mut before = scenario.timeline[0].1.clone();
        let inflow = before.inflow.persons as f64 / scenario.days() as f64;
        for day in 0..scenario.days() + lead + 1 {
            let date = day_of(scenario.start, day);
            let now = scenario.params_on(date);
            // Nobody foresees a shutdown: slots after it are on offer until it comes.
            if !now.app.shutdown {
                before = now.clone();
            }
            let app = &before.app;
            let a_day = if app.share_of_inflow > 0.0 { app.share_of_inflow * inflow } else { app.slots as f64 };
            let a_day = if app.enabled { a_day * app.slots_factor / f64::from(scenario.weight) } else { 0.0 };
            let shares: Vec<f64> = world
                .ports
                .iter()
                .map(|port| port.shares.iter().rfind(|(from, _)| *from <= date).map_or(0.0, |(_, share)| *share))
                .collect();
            let (mut announced, mut more) = (Vec::new(), Vec::new());
            to_ports.split(slots.deal(a_day), &shares, &mut announced);
            extra_to_ports.split(extra.deal(a_day * app.overbooking), &shares, &mut more);
            book.bookable.push(announced.iter().zip(&more).map(|(a, b)| a + b).collect());
            book.announced.push(announced);
            let most = caps.iter_mut().zip(&app.cap_share.0).map(|(cap, &share)| {
                let most = cap.deal(share * a_day);
                if share < 1.0 { most } else { u32::MAX }
            });
            book.caps.push(most.collect());
        }
        book
    }
}
