//! Appointments: kept in time or not at all; caps by date of the appointment.

use antesala::model::observation::{Event, Observation};
use antesala::scenario::field::Value;
use antesala::scenario::input::{AppFunction, InflowRow, Month, Nationality, Outage, Remedy, World};
use jiff::civil::date;

use crate::worlds::{chain, lottery_settings, observe, scenario, total};

/// A hub inside the geofence, and the port a leg of `km` on foot (20 km a day) away.
fn hub_and_port(km: f64, leaves: f64) -> Observation {
    let mut world = chain(2);
    world.places[0].waiting_hub = true;
    world.legs[0].km = km;
    let mut settings = lottery_settings(50 * 100);
    settings.extend([
        ("decisions.enabled", Value::Bool(false)),
        ("travel.inland_share", Value::Float(1.0)),
        ("app.geofence", Value::List(vec!["road".into(), "border".into()])),
        ("app.confirm_share", Value::Float(1.0)),
        ("app.lead_travel_days", Value::Float(leaves)),
        ("app.lead_days", Value::Int(10)),
    ]);
    observe(&scenario(world, 100, &settings))
}

#[test]
fn who_comes_in_time_is_processed_and_who_comes_late_is_not() {
    let slots = |seen: &Observation| seen.appointments.iter().map(|p| p.slots).max().unwrap_or(0);
    // A leg of 40 km is walked on two days: leaving on the eve is in time.
    let in_time = hub_and_port(40.0, 1.0);
    assert!(total(&in_time, Event::Processed) > 1000);
    assert_eq!(total(&in_time, Event::NoShow), 0);
    // One of 80 km takes four: arriving two days after the date is a no-show.
    let late = hub_and_port(80.0, 1.0);
    for (day, port) in late.appointments.iter().enumerate() {
        assert!(port.processed + port.no_show <= slots(&late), "{port:?} on day {day}");
    }
    // After that it waits at the port, whence all come in time.
    let first = late.appointments.iter().position(|p| p.no_show > 0).expect("someone is late");
    assert!(late.appointments[..first + 2].iter().all(|p| p.processed == 0), "processed after the date");
}

/// Nationals and foreigners at one port with slots on offer again until three days before.
fn two_groups(nationals: f64, foreigners: f64) -> World {
    let mut world = chain(1);
    world.nationalities = vec![
        Nationality { name: "Here".into(), national: true },
        Nationality { name: "There".into(), national: false },
    ];
    world.names.nationalities = vec!["Here".into(), "There".into()];
    let row =
        |nationality, persons| InflowRow { month: Month { year: 2001, month: 1 }, nationality, place: 0, persons };
    world.inflow = vec![row(0, nationals), row(1, foreigners)];
    world
}

#[test]
fn a_cap_holds_for_each_date_however_few_the_others() {
    let mut settings = lottery_settings(200 * 150);
    settings.extend([
        ("decisions.enabled", Value::Bool(false)),
        ("travel.enabled", Value::Bool(false)),
        ("app.reoffer", Value::Bool(true)),
        ("app.confirm_share", Value::Float(0.8)),
        ("app.geofence_nationals", Value::List(vec!["border".into()])),
        ("app.slots", Value::Int(100)),
        ("app.share_of_inflow", Value::Float(0.0)),
    ]);
    let mut scenario = scenario(two_groups(0.9, 0.1), 150, &settings);
    let names = scenario.world.names.clone();
    scenario.timeline[0].1.set("app.cap_share", Some("Here"), &Value::Float(0.16), &names).unwrap();
    let seen = observe(&scenario);
    for day in 0..150 {
        let processed = seen.flows.at(day, Event::Processed as usize, 0).persons;
        assert!(processed <= 16, "{processed} nationals on day {day}, of 100 slots");
    }
    assert_eq!(seen.flows.at(149, Event::Processed as usize, 0).persons, 16, "the cap is used");
}

#[test]
fn extra_time_ends_with_the_appointment() {
    let mut settings = lottery_settings(100 * 60);
    settings.extend([
        ("decisions.enabled", Value::Bool(false)),
        ("travel.enabled", Value::Bool(false)),
        ("app.lead_days", Value::Int(3)),
        ("app.confirm_share", Value::Float(1.0)),
        ("app.confirm_hours", Value::Int(23)),
    ]);
    let mut scenario = scenario(chain(1), 60, &settings);
    scenario.outages.push(Outage {
        id: None,
        function: AppFunction::Confirm,
        from: date(2001, 1, 20).at(0, 0, 0, 0),
        to: date(2001, 2, 1).at(0, 0, 0, 0),
        share_failing: 1.0,
        nationalities: None,
        ports: None,
        remedy: Remedy::Extend { hours: 1000 },
    });
    let seen = observe(&scenario);
    for (day, port) in seen.appointments.iter().enumerate() {
        assert!(port.processed + port.no_show <= port.slots, "{port:?} on day {day}");
    }
    assert!(total(&seen, Event::LapseOutage) > 0, "nobody can confirm an appointment that has passed");
}

#[test]
fn an_offer_stays_open_for_the_hours_allowed() {
    // Noon + 72 h is noon of the third day: confirmed then.
    for (hours, days) in [(1, 0), (11, 0), (12, 1), (23, 1), (36, 2), (72, 3)] {
        let mut settings = lottery_settings(100 * 60);
        settings.extend([
            ("decisions.enabled", Value::Bool(false)),
            ("travel.enabled", Value::Bool(false)),
            ("app.confirm_share", Value::Float(1.0)),
            ("app.confirm_hours", Value::Int(hours)),
        ]);
        let seen = observe(&scenario(chain(1), 60, &settings));
        let per_day = |event: Event| -> Vec<u32> {
            (0..seen.days).map(|d| seen.flows.at(d, event as usize, 0).persons).collect()
        };
        let (offered, confirmed) = (per_day(Event::Offer), per_day(Event::Confirmation));
        assert_eq!(offered[..60 - days], confirmed[days..], "{hours} hours");
    }
}

#[test]
fn an_appointment_for_tomorrow_is_confirmed_today_and_kept() {
    let mut settings = lottery_settings(100 * 60);
    settings.extend([
        ("decisions.enabled", Value::Bool(false)),
        ("travel.enabled", Value::Bool(false)),
        ("app.lead_days", Value::Int(1)),
        ("app.confirm_share", Value::Float(1.0)),
        ("app.confirm_hours", Value::Int(23)),
    ]);
    let seen = observe(&scenario(chain(1), 60, &settings));
    assert_eq!(total(&seen, Event::NoShow), 0);
    for day in 10..59 {
        assert_eq!((seen.appointments[day].confirmed, seen.appointments[day + 1].processed), (70, 70), "day {day}");
    }
}

#[test]
fn walk_ups_are_in_persons_whatever_the_families() {
    let mut world = two_groups(1.0, 0.0);
    world.places[0].crossing_weight = 1.0;
    let mut settings = lottery_settings(20 * 300);
    settings.extend([
        ("decisions.enabled", Value::Bool(false)),
        ("travel.enabled", Value::Bool(false)),
        ("household.max_size", Value::Int(6)),
        ("household.alone_share", Value::Float(0.0)),
        ("household.app_share", Value::Float(0.0)),
        ("crossing.enabled", Value::Bool(true)),
        ("crossing.wait_days", Value::Float(1.0)),
        ("app.walk_ups_per_day", Value::Float(1.5)),
    ]);
    let seen = observe(&scenario(world, 300, &settings));
    let admitted = total(&seen, Event::WalkUp);
    // 1.5 a day from the third day on, and the last family may be larger than what is left.
    assert!((440..=456).contains(&admitted), "{admitted} where 450 can be admitted");
}
