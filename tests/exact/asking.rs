//! Requests and allocation, process 7: who asks, where, and whom the slots go to. Each check has error rate 1e-5.

use std::collections::{BTreeMap, BTreeSet};

use antesala::model::observation::{Event, Observation, PathRow};
use antesala::scenario::Scenario;
use antesala::scenario::field::Value;
use antesala::scenario::input::Port;
use jiff::civil::date;

use crate::chance::{ERROR, binomial, classes};
use crate::people::{OFF, day, everyone, n, paths, quiet, x};
use crate::worlds::{chain, from_day, observe, observe_sampling};

/// Everyone registered asks with the diligence, each day anew.
#[test]
fn people_ask_as_diligently_as_said() {
    let mut scenario = quiet(chain(1), 60, 400, &[("app.diligence", x(0.625))]);
    from_day(&mut scenario, 10, &[("inflow.enabled", OFF)]);
    let seen = observe(&scenario);
    let asked: Vec<u64> = seen.appointments[11..].iter().map(|p| u64::from(p.requests)).collect();
    for (day, asked) in asked.iter().enumerate() {
        binomial(&format!("requests on day {}", day + 11), *asked, 4000, 0.625);
    }
    binomial("requests of all days", asked.iter().sum(), 4000 * asked.len() as u64, 0.625);
}

/// A request is for the port preferred with the loyalty, else for any by its slots.
#[test]
fn people_ask_for_the_port_they_prefer_or_any_by_its_slots() {
    let mut world = chain(1);
    let turn = date(2001, 1, 11);
    let port = |name: &str, before, after| Port {
        name: name.into(),
        place: 0,
        shares: vec![(date(2000, 1, 1), before), (turn, after)],
    };
    // All who enter prefer the first; then most slots are at the second.
    world.ports = vec![port("First", 1.0, 0.25), port("Second", 0.0, 0.75)];
    let settings = [("app.loyalty", x(0.5)), ("app.diligence", x(0.75)), ("app.slots", n(20))];
    let mut scenario = quiet(world, 60, 400, &settings);
    from_day(&mut scenario, 10, &[("inflow.enabled", OFF)]);
    let seen = observe(&scenario);
    let (mut first, mut all) = (0, 0);
    for day in 12..38 {
        let [a, b] = [0, 1].map(|port| u64::from(seen.appointments[day * 2 + port].requests));
        (first, all) = (first + a, all + a + b);
    }
    // Each request is for the first with a half, and with a quarter of the other half.
    binomial("requests for the port preferred", first, all, 0.5 + 0.5 * 0.25);
}

/// `people` registered on one day, of whom so many are offered a slot each day; everyone alone and offers never confirmed.
fn drawing(people: i64, slots: i64, days: i64, more: &[(&'static str, Value)]) -> Scenario {
    let mut settings = vec![
        ("app.slots", n(slots)),
        ("app.share_oldest", x(0.0)),
        ("app.confirm_share", x(0.0)),
        ("app.confirm_hours", n(1)),
        ("app.reoffer", OFF),
        ("app.lead_days", n(2)),
    ];
    settings.extend_from_slice(more);
    let mut scenario = quiet(chain(1), days, people, &settings);
    from_day(&mut scenario, 1, &[("inflow.enabled", OFF)]);
    scenario
}

/// Days on which households got offers, in the order of registration.
fn offers(seen: &Observation) -> Vec<Vec<u32>> {
    let days = |path: &Vec<&PathRow>| -> Vec<u32> {
        path.iter().filter(|row| row.event == Event::Offer).map(|row| day(seen, row)).collect()
    };
    paths(seen).values().map(days).collect()
}

/// Whoever asks is as likely to be drawn as any other, wherever it stands in the queue, and its luck is new every day:
/// by places from one number that serves a request, and where all ask by lots.
#[test]
fn the_draw_is_even_and_new_every_day() {
    let (people, slots, days) = (600, 12, 400);
    for diligence in [1.0, 0.75] {
        let seen = everyone(&drawing(people, slots, days, &[("app.diligence", x(diligence))]));
        let offers = offers(&seen);
        assert_eq!(offers.len() as i64, people);
        // Twenty parts of the queue.
        let mut parts = [0; 20];
        for (place, days) in offers.iter().enumerate() {
            parts[place * 20 / people as usize] += days.len() as u64;
        }
        let all: u64 = parts.iter().sum();
        assert!((slots as u64 * (days as u64 - 4)..=slots as u64 * days as u64).contains(&all), "{all} offers");
        classes(&format!("offers by place in the queue, diligence {diligence}"), &parts, &[0.05; 20]);
        // By day of the week of lots, and whoever was drawn before: the next offer comes as if nothing had been. One who
        // was drawn does not ask on that day, so two days on at the earliest.
        let of_those_who_ask = slots as f64 / (people - slots) as f64;
        let gaps: Vec<Option<u32>> = offers
            .iter()
            .flat_map(|days| days.windows(2).map(|pair| Some(pair[1] - pair[0])).collect::<Vec<_>>())
            .collect();
        let early = gaps.iter().flatten().filter(|gap| **gap <= 9).count() as u64;
        assert!(gaps.iter().flatten().all(|gap| *gap >= 2));
        // Of offers far enough from the end, the next is within nine days.
        let far = offers.iter().flatten().filter(|day| i64::from(**day) < days - 10).count() as u64;
        let late: u64 = offers
            .iter()
            .map(|days_of| {
                days_of.windows(2).filter(|p| i64::from(p[0]) >= days - 10 && p[1] - p[0] <= 9).count() as u64
            })
            .sum();
        let none: f64 = (1.0 - of_those_who_ask).powi(8);
        binomial(&format!("drawn again within nine days, diligence {diligence}"), early - late, far, 1.0 - none);
    }
}

/// How often each was drawn is spread as chance spreads it, no more and no less.
#[test]
fn luck_is_spread_as_by_chance() {
    let (people, slots, days) = (500, 25, 240);
    let seen = everyone(&drawing(people, slots, days, &[("app.diligence", x(1.0))]));
    let counts: Vec<f64> = offers(&seen).iter().map(|days| days.len() as f64).collect();
    let mean = counts.iter().sum::<f64>() / counts.len() as f64;
    // Waits between offers are 1 + a geometric number with p = slots / (people - slots): a renewal process, whose counts
    // have variance = mean x (variance of a wait) / (its mean)^2.
    let p = slots as f64 / (people - slots) as f64;
    let wait = (1.0 - p) / (p * p) / (1.0 + 1.0 / p).powi(2);
    let spread: f64 = counts.iter().map(|c| (c - mean).powi(2)).sum::<f64>() / (mean * wait);
    let law = statrs::distribution::ChiSquared::new(people as f64 - 1.0).expect("a law");
    let below = statrs::distribution::ContinuousCDF::cdf(&law, spread);
    assert!(below > ERROR && below < 1.0 - ERROR, "spread {spread:.1} of {} cases (chance {below:.1e})", people - 1);
}

/// The share of the oldest goes to the first in line, exactly; the others are drawn evenly from all behind them.
#[test]
fn the_oldest_get_exactly_their_share() {
    let (people, slots, days) = (400i64, 10i64, 200i64);
    for share in [0.3, 1.0] {
        let seen =
            everyone(&drawing(people, slots, days, &[("app.share_oldest", x(share)), ("app.diligence", x(1.0))]));
        let oldest = (slots as f64 * share).round() as usize;
        let mut by_day: BTreeMap<u32, BTreeSet<usize>> = BTreeMap::new();
        for (place, days) in offers(&seen).iter().enumerate() {
            for day in days {
                by_day.entry(*day).or_default().insert(place);
            }
        }
        let (mut before, mut parts) = (BTreeSet::new(), [0; 10]);
        for (day, winners) in &by_day {
            assert_eq!(winners.len() as i64, slots, "on day {day}");
            // Those drawn yesterday have not asked.
            let in_line: Vec<usize> = (0..people as usize).filter(|place| !before.contains(place)).collect();
            let first = &in_line[..oldest];
            assert!(first.iter().all(|place| winners.contains(place)), "on day {day}: {winners:?}, not {first:?}");
            let behind = &in_line[oldest..];
            for winner in winners.iter().filter(|place| !first.contains(place)) {
                let rank = behind.iter().position(|place| place == winner).expect("it asked");
                parts[rank * 10 / behind.len()] += 1;
            }
            before.clone_from(winners);
        }
        if share < 1.0 {
            let lengths = 400 - slots as usize - oldest;
            // Ranks that fall in each tenth.
            let mut sizes = [0.0; 10];
            (0..lengths).for_each(|rank| sizes[rank * 10 / lengths] += 1.0 / lengths as f64);
            classes("drawn behind the oldest", &parts, &sizes);
        }
    }
}

/// A family fits whole or is passed over: with two slots, one pair and some single people, the pair has them only where it
/// is drawn first.
#[test]
fn families_are_drawn_like_others_if_they_fit() {
    // By composition (single people, pairs): (cases, cases in which a pair won).
    let mut seen_of: BTreeMap<(usize, usize), (u64, u64)> = BTreeMap::new();
    let settings = [("household.max_size", n(2)), ("household.alone_share", x(0.5)), ("app.diligence", x(1.0))];
    let scenario = drawing(5, 2, 7, &settings);
    for seed in 0..2500 {
        let seen = observe_sampling(&Scenario { seed, ..scenario.clone() }, u32::MAX);
        let sizes: Vec<u8> = paths(&seen).values().map(|path| path[0].persons).collect();
        let pairs = sizes.iter().filter(|size| **size == 2).count();
        let first = seen.paths.iter().find(|row| row.event == Event::Offer).expect("slots are given").date;
        let won = seen.paths.iter().any(|row| row.event == Event::Offer && row.date == first && row.persons == 2);
        let sum = seen_of.entry((sizes.len() - pairs, pairs)).or_default();
        *sum = (sum.0 + 1, sum.1 + u64::from(won));
    }
    let mut compared = 0;
    for ((single, pairs), (cases, won)) in seen_of {
        if single < 2 || pairs == 0 || cases < 100 {
            continue;
        }
        // The first drawn is a pair; else a single person is, and no pair fits any more.
        let p = pairs as f64 / (single + pairs) as f64;
        binomial(&format!("a pair among {single} single people and {pairs} pairs"), won, cases, p);
        compared += 1;
    }
    assert!(compared >= 2, "too few kinds of queues");
}
