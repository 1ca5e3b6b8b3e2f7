//! A small world and observations of it made up for tests, with something in every table.

use std::sync::Arc;

use jiff::civil::date;

use crate::model::observation::*;
use crate::scenario::field::Names;
use crate::scenario::input::*;
use crate::scenario::params::Params;

fn place(id: &str, name: &str, kind: PlaceKind, pcode: &str) -> Place {
    Place {
        id: id.into(),
        name: name.into(),
        kind,
        zone: 0,
        admin1: String::new(),
        pcode: pcode.into(),
        lat: 0.0,
        lon: 0.0,
        return_weight: 0.0,
        crossing_weight: 0.0,
        asylum_weight: 0.0,
        waiting_hub: false,
    }
}

/// Three days from Friday, 31 May 2024: two places, two nationalities, two ports.
pub fn scenario() -> Scenario {
    let names = Names {
        nationalities: vec!["Alta".into(), "Baja, Isla".into()],
        zones: vec!["all".into()],
        modes: vec!["bus".into()],
    };
    let start = date(2024, 5, 31);
    let params = Params::defaults(&names);
    let port = |name: &str| Port { name: name.into(), place: 1, shares: vec![(start, 0.5)] };
    let world = World {
        name: "sample".into(),
        nationalities: vec![
            Nationality { name: "Alta".into(), national: false },
            Nationality { name: "Baja, Isla".into(), national: true },
        ],
        places: vec![
            place("south_gate", "South Gate", PlaceKind::Entry, "XX01001"),
            place("north_gate", "North Gate", PlaceKind::Border, ""),
        ],
        modes: vec![Mode {
            name: "bus".into(),
            leg_tag: "bus".into(),
            speed_kmh: None,
            on_foot: false,
            papers: PapersRule::None,
        }],
        ports: vec![port("North Gate"), port("East Gate")],
        shelters: vec![ShelterRow { place: 0, from: date(2024, 1, 1), places: 10.0, source_id: "assumed".into() }],
        files: vec![("places.csv".into(), b"place,name\n".to_vec())],
        names,
        ..World::default()
    };
    Scenario {
        name: "Sample run".into(),
        title: "A sample".into(),
        question: "What do tables look like?".into(),
        start,
        end: date(2024, 6, 2),
        record_from: start,
        seed: 1,
        replicates: 2,
        weight: 1,
        timeline: vec![(start, params)],
        posterior: None,
        draw_timelines: vec![],
        policies: vec![],
        outages: vec![],
        caravans: vec![],
        pulses: vec![],
        world: Arc::new(world),
        resolved: "title = \"A sample\"\nreplicates = 2\nworld = \"data\"\n".into(),
        warnings: vec![],
    }
}

/// Replicate r has r times the people of replicate 1.
pub fn observation(scenario: &Scenario, replicate: u32) -> Observation {
    let days = scenario.days();
    let mut o = Observation {
        replicate,
        first_day: Some(scenario.start),
        days,
        stocks_by_place: Cube::new(days, 3, State::COUNT),
        stocks_by_nationality: Cube::new(days, 2, State::COUNT),
        flows: Cube::new(days, Event::COUNT, 2),
        appointments: vec![PortDay::default(); days * 2],
        foreigners: (0..3 * days as u32).map(|i| replicate * i).collect(),
        outside_geofence: [0, replicate, 0, 0, 2 * replicate, 0].map(|n| [n + 1, n]).to_vec(),
        queue: (0..2 * days as u32)
            .map(|i| QueueDay { backlog: 7 * i, registered_long: i / 2, present_long: i })
            .collect(),
        events_by_place: Cube::new(4, Event::COUNT, 2),
        persons_intercepted: vec![2, 0],
        ..Observation::default()
    };
    stocks_and_flows(&mut o, replicate);
    for day in 0..days {
        o.appointments[day * 2] = PortDay {
            slots: 10,
            offered: 9,
            confirmed: 8,
            lapsed: 1,
            no_show: 1,
            processed: 7,
            requests: 40 * replicate,
            backlog: 100 * replicate + day as u32,
        };
    }
    rows(&mut o, scenario);
    o
}

/// Thirty of Alta come on the first day; two a day are processed after that, one by one of the
/// others is on the road.
fn stocks_and_flows(o: &mut Observation, replicate: u32) {
    let r = replicate;
    o.flows.at_mut(0, Event::Arrival as usize, 0).add(30 * r, 10 * r);
    o.events_by_place.at_mut(0, Event::Arrival as usize, 0).add(30 * r, 10 * r);
    o.events_by_place.at_mut(3, Event::Processed as usize, 0).add(4 * r, 2 * r);
    o.flows.at_mut(1, Event::Processed as usize, 0).add(2 * r, r);
    o.flows.at_mut(2, Event::Processed as usize, 0).add(2 * r, r);
    o.flows.at_mut(2, Event::Interception as usize, 0).add(6 * r, 2 * r);
    for day in 0..o.days {
        let present = (30 - 2 * day as u32) * r;
        let households = (10 - day as u32) * r;
        o.stocks_by_place.at_mut(day, 0, State::Registered as usize).add(present - 3 * r, households - r);
        o.stocks_by_place.at_mut(day, 2, State::Travelling as usize).add(3 * r, r);
        o.stocks_by_nationality.at_mut(day, 0, State::Registered as usize).add(present - 3 * r, households - r);
        o.stocks_by_nationality.at_mut(day, 0, State::Travelling as usize).add(3 * r, r);
    }
}

fn rows(o: &mut Observation, scenario: &Scenario) {
    let (first, last) = (scenario.start, scenario.end);
    let wait = |date, kind, mean| WaitRow {
        date,
        kind,
        clock: WaitClock::QueueAge,
        group: WaitGroup::Foreign,
        n: 4,
        mean,
        p10: Some(1.5),
        p50: Some(10.0),
        p90: Some(20.25),
        p95: None,
    };
    o.waits = vec![
        wait(first, WaitKind::Completed, Some(10.0)),
        wait(last, WaitKind::Completed, Some(20.0)),
        wait(last, WaitKind::Elapsed, Some(30.126)),
        wait(last, WaitKind::KaplanMeier, None),
    ];
    o.equity =
        vec![EquityRow { nationality: 1, household_size: 5, measure: EquityMeasure::ShareServed, value: 1.0 / 3.0 }];
    o.caravans = vec![CaravanRow {
        caravan: "may \"one\"".into(),
        date: first,
        place: 0,
        km: 18.26,
        persons: 300,
        households: 100,
        families: 40,
        small_families: 20,
        children: 80,
        small_children: 30,
        joined: 5,
        left: 4,
        detained: 3,
        status: CaravanStatus::Walking,
    }];
    o.legs = vec![LegRow { month: date(2024, 5, 1), from: 0, to: 1, mode: 0, persons: 12 }];
    o.paths = vec![
        PathRow {
            household: 1,
            family: 1,
            date: first,
            nationality: 0,
            persons: 3,
            children: 1,
            place: Some(0),
            event: Event::Arrival,
        },
        PathRow {
            household: 1,
            family: 1,
            date: last,
            nationality: 0,
            persons: 3,
            children: 1,
            place: None,
            event: Event::Interception,
        },
    ];
}
