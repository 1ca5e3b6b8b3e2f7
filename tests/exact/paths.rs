//! The tables of waits computed anew from the paths of all households, by other means: a list of
//! spells instead of running counts.

use std::collections::{BTreeMap, BTreeSet};

use antesala::model::observation::{Event, EventKind, Observation, PathRow, WaitClock, WaitGroup, WaitKind, WaitRow};
use antesala::scenario::field::Value;
use jiff::civil::{Date, date};

use crate::worlds::{chain, lottery_settings, observe_sampling, scenario};

const DAYS: i64 = 212;

fn everyone(more: &[(&'static str, Value)]) -> Observation {
    let mut settings = lottery_settings(20 * DAYS);
    settings.extend([
        ("travel.enabled", Value::Bool(false)),
        ("household.max_size", Value::Int(6)),
        ("household.alone_share", Value::Float(0.4)),
        ("app.confirm_share", Value::Float(0.8)),
        ("app.confirm_hours", Value::Int(23)),
        ("app.diligence", Value::Float(0.7)),
        ("app.registration_days", Value::Float(2.0)),
        ("app.loss_per_week", Value::Float(0.1)),
        ("app.no_show_share", Value::Float(0.1)),
        ("app.reoffer", Value::Bool(true)),
        ("decisions.give_up_per_week", Value::Float(0.05)),
    ]);
    settings.extend_from_slice(more);
    observe_sampling(&scenario(chain(1), DAYS, &settings), 1_000_000)
}

/// A stretch of waiting: from, to, persons, and whether it ended at the port.
#[derive(Debug, Clone, Copy)]
struct Spell {
    from: Date,
    to: Date,
    persons: u64,
    served: bool,
}

impl Spell {
    fn days(&self) -> i32 {
        (self.to - self.from).get_days()
    }
}

/// Spells on both clocks: by registration, and from the first one to the end of the story.
fn spells(seen: &Observation) -> (Vec<Spell>, Vec<Spell>) {
    let mut stories: BTreeMap<u32, Vec<&PathRow>> = BTreeMap::new();
    for row in &seen.paths {
        stories.entry(row.household).or_default().push(row);
    }
    let last_day = seen.first_day.unwrap().checked_add(jiff::Span::new().days(seen.days as i64 - 1)).unwrap();
    let (mut queue, mut whole) = (Vec::new(), Vec::new());
    for story in stories.values() {
        let (mut registered, mut first) = (None, None);
        let mut ended = None;
        for row in story {
            let served = row.event == Event::Processed;
            let end =
                |from: Option<Date>| from.map(|from| Spell { from, to: row.date, persons: row.persons.into(), served });
            match row.event {
                Event::Registration => {
                    registered = Some(row.date);
                    first = first.or(registered);
                }
                Event::RegistrationLost => queue.extend(end(registered.take())),
                event if event.kind() == EventKind::Exit => {
                    queue.extend(end(registered.take()));
                    whole.extend(end(first.take()));
                    ended = Some(());
                }
                _ => {}
            }
        }
        if ended.is_none() {
            let persons = story[0].persons.into();
            let censored = |from: Option<Date>| from.map(|from| Spell { from, to: last_day, persons, served: false });
            queue.extend(censored(registered));
            whole.extend(censored(first));
        }
    }
    (queue, whole)
}

/// Kaplan-Meier over the sorted list of spells: at each age of service, the share served of those
/// whose spell is at least as long.
fn product_limit(spells: &[Spell], share: f64) -> Option<f64> {
    let ages: BTreeSet<i32> = spells.iter().filter(|s| s.served).map(Spell::days).collect();
    let mut waiting = 1.0;
    for age in ages {
        let at_risk: u64 = spells.iter().filter(|s| s.days() >= age).map(|s| s.persons).sum();
        let served: u64 = spells.iter().filter(|s| s.served && s.days() == age).map(|s| s.persons).sum();
        waiting *= (at_risk - served) as f64 / at_risk as f64;
        if 1.0 - waiting >= share - 1e-12 {
            return Some(f64::from(age));
        }
    }
    None
}

fn row(seen: &Observation, date: Date, kind: WaitKind, clock: WaitClock) -> &WaitRow {
    let wanted = (date, kind, clock, WaitGroup::All);
    seen.waits.iter().find(|r| (r.date, r.kind, r.clock, r.group) == wanted).expect("a row a month, kind and clock")
}

fn month_ends() -> impl Iterator<Item = Date> {
    (1..=7).map(|month| date(2001, month, 1).last_of_month())
}

#[test]
fn kaplan_meier_is_what_the_paths_say() {
    let seen = everyone(&[]);
    let (queue, whole) = spells(&seen);
    let mut reached = 0;
    for (clock, spells) in [(WaitClock::QueueAge, queue), (WaitClock::TimeWaiting, whole)] {
        for end in month_ends() {
            let cohort: Vec<Spell> = spells.iter().copied().filter(|s| s.from.last_of_month() == end).collect();
            let row = row(&seen, end, WaitKind::KaplanMeier, clock);
            assert_eq!(row.n, cohort.iter().map(|s| s.persons).sum::<u64>(), "{clock:?} {end}");
            for (share, value) in [(0.1, row.p10), (0.5, row.p50), (0.9, row.p90), (0.95, row.p95)] {
                assert_eq!(value, product_limit(&cohort, share), "{share} of {clock:?} {end}");
                reached += usize::from(value.is_some());
            }
        }
    }
    assert!(reached > 20, "too few quantiles are reached for this to mean anything: {reached}");
}

#[test]
fn completed_waits_are_what_the_paths_say() {
    let seen = everyone(&[]);
    let (queue, whole) = spells(&seen);
    for (clock, spells) in [(WaitClock::QueueAge, queue), (WaitClock::TimeWaiting, whole)] {
        for end in month_ends() {
            let mut waits: Vec<i32> = spells
                .iter()
                .filter(|s| s.served && s.to.last_of_month() == end)
                .flat_map(|s| std::iter::repeat_n(s.days(), s.persons as usize))
                .collect();
            waits.sort_unstable();
            let row = row(&seen, end, WaitKind::Completed, clock);
            assert_eq!(row.n, waits.len() as u64, "{clock:?} {end}");
            if waits.is_empty() {
                assert_eq!((row.mean, row.p50), (None, None));
                continue;
            }
            let mean = waits.iter().map(|&d| f64::from(d)).sum::<f64>() / waits.len() as f64;
            assert!((row.mean.unwrap() - mean).abs() < 1e-9, "{clock:?} {end}");
            let median = waits[waits.len().div_ceil(2) - 1];
            assert_eq!(row.p50, Some(f64::from(median)), "{clock:?} {end}");
        }
    }
}

#[test]
fn elapsed_waits_are_of_those_without_a_confirmed_appointment() {
    let seen = everyone(&[]);
    for end in month_ends() {
        let mut waiting: BTreeMap<u32, (Date, u64, bool)> = BTreeMap::new();
        for row in seen.paths.iter().filter(|r| r.date <= end) {
            match row.event {
                Event::Registration => drop(waiting.insert(row.household, (row.date, row.persons.into(), true))),
                Event::Confirmation => waiting.get_mut(&row.household).expect("registered").2 = false,
                Event::NoShow => waiting.get_mut(&row.household).expect("registered").2 = true,
                event if event.kind() == EventKind::Exit => drop(waiting.remove(&row.household)),
                _ => {}
            }
        }
        let (mut n, mut days) = (0, 0.0);
        for &(registered, persons, _) in waiting.values().filter(|w| w.2) {
            n += persons;
            days += f64::from((end - registered).get_days()) * persons as f64;
        }
        let row = row(&seen, end, WaitKind::Elapsed, WaitClock::QueueAge);
        assert_eq!(row.n, n, "{end}");
        assert!((row.mean.unwrap() - days / n as f64).abs() < 1e-9, "{end}");
    }
}

#[test]
fn the_parts_of_a_split_family_have_paths_of_their_own_and_one_family() {
    let seen = everyone(&[("app.booking", Value::Text("first_come".into())), ("app.split_share", Value::Float(0.8))]);
    let mut family_of = BTreeMap::new();
    let mut members: BTreeMap<u32, u64> = BTreeMap::new();
    let mut processed: BTreeMap<u32, u64> = BTreeMap::new();
    let mut ended = BTreeSet::new();
    let mut splits = 0;
    for row in &seen.paths {
        assert!(!ended.contains(&row.household), "an event of household {} after its end", row.household);
        assert_eq!(*family_of.entry(row.household).or_insert(row.family), row.family);
        match row.event {
            Event::Arrival => *members.entry(row.family).or_default() += u64::from(row.persons),
            Event::FamilySplit => splits += 1,
            Event::Processed => *processed.entry(row.family).or_default() += u64::from(row.persons),
            _ => {}
        }
        if row.event.kind() == EventKind::Exit {
            ended.insert(row.household);
        }
    }
    assert!(splits > 100);
    assert_eq!(family_of.len(), members.len() + splits, "each split makes one household more");
    assert!(processed.iter().all(|(family, persons)| *persons <= members[family]));
}
