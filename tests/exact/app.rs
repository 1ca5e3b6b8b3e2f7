//! The app: caps, outages, families.

use std::collections::BTreeSet;

use antesala::model::observation::{Event, Observation};
use antesala::scenario::field::Value;
use antesala::scenario::input::{AppFunction, Outage, Port, Remedy, Scenario};
use jiff::civil::date;

use crate::worlds::{chain, lottery_settings, observe, observe_sampling, scenario, total};

/// A queue at one port: 100 persons a day, 70 slots, everyone confirms.
fn queue(days: i64, more: &[(&'static str, Value)]) -> Scenario {
    let mut settings = lottery_settings(100 * days);
    settings.extend([
        ("travel.enabled", Value::Bool(false)),
        ("app.confirm_share", Value::Float(1.0)),
        ("app.confirm_hours", Value::Int(23)),
        ("app.allocation_hour", Value::Int(12)),
        ("decisions.enabled", Value::Bool(false)),
    ]);
    settings.extend_from_slice(more);
    scenario(chain(1), days, &settings)
}

fn flow(seen: &Observation, event: Event, day: usize) -> u32 {
    (0..seen.flows.second).map(|n| seen.flows.at(day, event as usize, n).persons).sum()
}

fn outage(remedy: Remedy) -> Outage {
    Outage {
        id: None,
        function: AppFunction::Confirm,
        from: date(2001, 3, 11).at(12, 0, 0, 0),
        to: date(2001, 3, 12).at(12, 0, 0, 0),
        share_failing: 0.8,
        nationalities: None,
        ports: None,
        remedy,
    }
}

#[test]
fn an_outage_takes_the_chance_of_its_failing_share() {
    let mut scenario = queue(100, &[]);
    scenario.outages.push(outage(Remedy::None));
    let seen = observe(&scenario);
    let offered = f64::from(flow(&seen, Event::Offer, 69));
    let lapsed: u32 = (0..100).map(|d| flow(&seen, Event::LapseOutage, d)).sum();
    // All of the day's offers fall within the outage: binomial, 4.5 standard deviations.
    assert_eq!(flow(&seen, Event::LapseOutage, 70), lapsed, "only those offered on 11 March");
    assert!((f64::from(lapsed) - 0.8 * offered).abs() < 4.5 * (offered * 0.16).sqrt(), "{lapsed} of {offered}");
    assert_eq!(total(&seen, Event::Lapse), u64::from(lapsed), "nothing lapses without the outage");
}

#[test]
fn extra_time_undoes_an_outage() {
    let mut scenario = queue(100, &[]);
    scenario.outages.push(outage(Remedy::Extend { hours: 48 }));
    let seen = observe(&scenario);
    assert_eq!(total(&seen, Event::Lapse), 0);
    let confirmed: u32 = (69..75).map(|d| flow(&seen, Event::Confirmation, d)).sum();
    let offered: u32 = (68..74).map(|d| flow(&seen, Event::Offer, d)).sum();
    assert_eq!(confirmed, offered);
}

#[test]
fn a_cap_holds_every_day_and_no_more_is_offered_than_there_are_slots() {
    let seen = observe(&queue(120, &[("app.cap_share", Value::Float(0.25))]));
    for day in 10..120 {
        let offered = flow(&seen, Event::Offer, day);
        // 17 and 18 places in turn.
        assert!(f64::from(offered) <= (0.25f64 * 70.0).ceil(), "{offered} on day {day}");
    }
    let all: u32 = (21..120).map(|day| flow(&seen, Event::Processed, day)).sum();
    assert!(f64::from(all) <= 0.25 * 70.0 * 99.0 + 1.0, "{all} processed");
    let free = observe(&queue(120, &[]));
    for (day, port) in free.appointments.iter().enumerate() {
        assert!(port.offered <= 70, "{} on day {day}", port.offered);
        assert!(port.processed + port.no_show <= port.slots, "day {day}");
    }
}

#[test]
fn families_are_split_only_when_slots_go_to_whoever_comes_first() {
    let families = [
        ("household.max_size", Value::Int(6)),
        ("household.alone_share", Value::Float(0.2)),
        ("app.split_share", Value::Float(0.5)),
    ];
    let whole = observe(&queue(90, &families));
    assert_eq!(total(&whole, Event::FamilySplit), 0);
    let mut settings = families.to_vec();
    settings.push(("app.booking", Value::Text("first_come".into())));
    let split = observe(&queue(90, &settings));
    assert!(total(&split, Event::FamilySplit) > 0);
    let households = |seen: &Observation, event: Event| -> i64 {
        (0..seen.days).map(|d| i64::from(seen.flows.at(d, event as usize, 0).households)).sum()
    };
    let present: i64 = (0..split.stocks_by_nationality.second)
        .map(|s| i64::from(split.stocks_by_nationality.at(split.days - 1, 0, s).households))
        .sum();
    let made = households(&split, Event::Arrival) + households(&split, Event::FamilySplit);
    assert_eq!(made - households(&split, Event::Processed), present, "a split makes one household two");
}

#[test]
fn the_oldest_get_their_share_of_a_single_slot_a_day() {
    for share in [0.0, 0.25, 0.5, 1.0] {
        let seen = observe_sampling(
            &queue(
                400,
                &[
                    ("inflow.persons", Value::Int(800)),
                    ("app.share_of_inflow", Value::Float(0.0)),
                    ("app.slots", Value::Int(1)),
                    ("app.share_oldest", Value::Float(share)),
                ],
            ),
            10_000,
        );
        let mut waiting: BTreeSet<u32> = BTreeSet::new();
        let (mut offers, mut oldest) = (0, 0);
        for row in &seen.paths {
            match row.event {
                Event::Registration => drop(waiting.insert(row.household)),
                Event::Offer => {
                    // Numbers follow the order of arrival. The draw, too, meets the oldest now and
                    // then: once in as many as wait.
                    if waiting.len() > 40 {
                        offers += 1;
                        oldest += usize::from(waiting.first() == Some(&row.household));
                    }
                    waiting.remove(&row.household);
                }
                _ => {}
            }
        }
        let expected = share * offers as f64;
        // Those met by chance are Poisson with mean below ln(400 / 40) = 2.3: 10 has error rate 1e-4.
        assert!(offers > 300);
        assert!((expected - 2.0..expected + 11.0).contains(&(oldest as f64)), "{oldest} of {offers} at {share}");
    }
}

#[test]
fn who_moves_to_another_city_asks_for_its_port() {
    let mut world = chain(2);
    // Two ports inside the geofence, all slots at the second from day 50 on.
    let turn = date(2001, 2, 20);
    world.places.iter_mut().for_each(|place| place.zone = 1);
    let port = |name: &str, place, before: f64, after: f64| Port {
        name: name.into(),
        place,
        shares: vec![(date(2000, 1, 1), before), (turn, after)],
    };
    world.ports = vec![port("First", 0, 1.0, 0.0), port("Second", 1, 0.0, 1.0)];
    let mut settings = lottery_settings(20 * 200);
    settings.extend([
        ("decisions.weigh", Value::Bool(true)),
        ("decisions.give_up_per_week", Value::Float(0.0)),
        ("decisions.move_city", Value::Float(2.0)),
        ("decisions.go_home", Value::Float(-10.0)),
        ("decisions.settle", Value::Float(-10.0)),
        ("travel.depart_share", Value::Float(1.0)),
    ]);
    let seen = observe(&scenario(world, 200, &settings));
    let asked = |port: usize| seen.appointments[199 * 2 + port].requests;
    // A week after the slots moved people begin to follow them; no request stays behind for ever.
    assert!(asked(1) > 20 * asked(0).max(1), "{} ask for the first port, {} for the second", asked(0), asked(1));
    let second: u32 = seen.appointments.iter().skip(1).step_by(2).map(|p| p.processed).sum();
    assert!(second > 0);
}
