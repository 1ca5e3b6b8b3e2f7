//! Inflow, process 2: how many enter, and what is drawn for each household. Each check has error rate 1e-5.

use antesala::model::observation::{Event, Observation};
use antesala::scenario::field::Value;
use antesala::scenario::input::{InflowRow, Month, Nationality, Port, World};
use jiff::civil::{Weekday, date};
use statrs::distribution::{Discrete, NegativeBinomial, Poisson};

use crate::chance::{binomial, classes, unrelated};
use crate::people::{ON, ends, everyone, n, next, quiet, x};
use crate::worlds::{chain, observe};

/// A place where `a_day` persons of each nationality enter by the table, in the mean.
fn tabled(nationalities: usize, years: i16, a_day: f64) -> World {
    let mut world = chain(1);
    world.names.nationalities = (0..nationalities).map(|i| format!("Nation {i}")).collect();
    world.nationalities =
        world.names.nationalities.iter().map(|name| Nationality { name: name.clone(), national: false }).collect();
    let months = (0..years).flat_map(|y| (1..=12).map(move |month| Month { year: 2001 + y, month }));
    world.inflow = months
        .flat_map(|month| {
            (0..nationalities).map(move |nationality| {
                let persons = a_day * f64::from(month.days());
                InflowRow { month, nationality, place: 0, persons }
            })
        })
        .collect();
    world
}

/// Persons a day of a nationality.
fn arrivals(seen: &Observation, nationality: usize) -> Vec<f64> {
    (0..seen.days).map(|d| f64::from(seen.flows.at(d, Event::Arrival as usize, nationality).persons)).collect()
}

/// Everyone settles the day after, so that the world stays small.
fn passing() -> Vec<(&'static str, Value)> {
    vec![("household.stay_share", x(1.0)), ("household.settle_days", x(1.0))]
}

/// A day's arrivals are negative binomial, whatever came before and whoever else comes.
#[test]
fn arrivals_of_a_day_are_negative_binomial() {
    let days = 6 * 365;
    for (mean, k) in [(4.0, 0.0), (4.0, 0.5), (25.0, 0.05)] {
        let mut settings = passing();
        settings.extend([("inflow.persons", n(0)), ("inflow.dispersion", x(k)), ("inflow.weekend_ratio", x(1.0))]);
        let seen = observe(&quiet(tabled(2, 6, mean), days, 0, &settings));
        let streams = [arrivals(&seen, 0), arrivals(&seen, 1)];
        let most = 4 * mean as u64 + 20;
        let pmf = |count: u64| match k > 0.0 {
            true => NegativeBinomial::new(1.0 / k, 1.0 / (1.0 + k * mean)).expect("a law").pmf(count),
            false => Poisson::new(mean).expect("a law").pmf(count),
        };
        let mut probabilities: Vec<f64> = (0..most).map(pmf).collect();
        probabilities.push(1.0 - probabilities.iter().sum::<f64>());
        for stream in &streams {
            let mut counts = vec![0; probabilities.len()];
            stream.iter().for_each(|&count| counts[(count as usize).min(most as usize)] += 1);
            classes(&format!("arrivals with mean {mean} and k {k}"), &counts, &probabilities);
            unrelated("arrivals and those of the day before", &stream[1..], &stream[..stream.len() - 1]);
        }
        unrelated("arrivals of two nationalities", &streams[0], &streams[1]);
    }
}

/// Of Poisson arrivals, each falls on a weekend with the weekend's share of its month's weights.
#[test]
fn weekends_have_their_share() {
    let ratio = 0.4;
    let days = 3 * 365;
    let mut settings = passing();
    settings.extend([("inflow.persons", n(0)), ("inflow.dispersion", x(0.0)), ("inflow.weekend_ratio", x(ratio))]);
    let scenario = quiet(tabled(1, 3, 8.0), days, 0, &settings);
    let seen = observe(&scenario);
    let first = scenario.start;
    let weekend = |d: i64| {
        let date = first.checked_add(jiff::Span::new().days(d)).unwrap();
        matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
    };
    let (mut weights, mut of_weekends) = (0.0, 0.0);
    let mut d = 0;
    while d < days {
        let date = first.checked_add(jiff::Span::new().days(d)).unwrap();
        let month: Vec<f64> =
            (d..d + i64::from(date.days_in_month())).map(|d| if weekend(d) { ratio } else { 1.0 }).collect();
        let ends: f64 = month.iter().filter(|w| **w < 1.0).sum();
        weights += month.len() as f64;
        of_weekends += month.len() as f64 * ends / month.iter().sum::<f64>();
        d += month.len() as i64;
    }
    let counts = arrivals(&seen, 0);
    let all: f64 = counts.iter().sum();
    let seen: f64 = (0..days).filter(|&d| weekend(d)).map(|d| counts[d as usize]).sum();
    binomial("arrivals at weekends", seen as u64, all as u64, of_weekends / weights);
}

/// Single with `alone_share`, else two and a geometric number more, cut at the largest; children are each of the members
/// after the first with `child_share`.
#[test]
fn households_have_the_sizes_and_children_of_their_nationality() {
    let mut settings = passing();
    settings.extend([("household.max_size", n(7)), ("inflow.persons", n(40_000))]);
    let mut scenario = quiet(tabled(2, 1, 1.0), 100, 0, &settings);
    let names = scenario.world.names.clone();
    let of_nation = [(0.3, 3.6, 0.7), (0.75, 2.5, 0.2)];
    let params = &mut scenario.timeline[0].1;
    for (i, (alone, family, child)) in of_nation.into_iter().enumerate() {
        let name = Some(names.nationalities[i].as_str());
        params.set("household.alone_share", name, &x(alone), &names).unwrap();
        params.set("household.mean_family", name, &x(family), &names).unwrap();
        params.set("household.child_share", name, &x(child), &names).unwrap();
    }
    let seen = everyone(&scenario);
    for (nation, (alone, family, child)) in of_nation.into_iter().enumerate() {
        let rows = seen.paths.iter().filter(|r| r.event == Event::Arrival && r.nationality == nation);
        let (mut sizes, mut members, mut children) = (vec![0; 7], 0, 0);
        for row in rows {
            sizes[row.persons as usize - 1] += 1;
            members += u64::from(row.persons) - 1;
            children += u64::from(row.children);
        }
        let q = 1.0 / (family - 1.0);
        let mut probabilities = vec![alone];
        probabilities.extend((0..5).map(|more| (1.0 - alone) * q * (1.0 - q).powi(more)));
        probabilities.push(1.0 - probabilities.iter().sum::<f64>());
        classes(&format!("sizes of households of nationality {nation}"), &sizes, &probabilities);
        binomial(&format!("children of nationality {nation}"), children, members, child);
    }
}

/// What a household means to do is drawn once: stay, ask for asylum here, use the app, cross.
#[test]
fn aims_are_drawn_by_their_shares() {
    let mut world = chain(1);
    (world.places[0].asylum_weight, world.places[0].crossing_weight) = (1.0, 1.0);
    let seen = everyone(&quiet(
        world,
        60,
        100,
        &[
            ("household.stay_share", x(0.15)),
            ("household.settle_days", x(1.0)),
            ("household.app_share", x(0.6)),
            ("household.access_share", x(0.8)),
            ("asylum.enabled", ON),
            ("asylum.file_share", x(0.25)),
            ("asylum.capacity_per_day", x(20_000.0)),
            ("crossing.enabled", ON),
            ("crossing.wait_days", x(1.0)),
        ],
    ));
    let of = [Event::Settled, Event::AsylumFiled, Event::Registration, Event::CrossingAttempt];
    let steps = next(&seen, Event::Arrival, &of, 0..50, 9);
    let mut counts = ends(&steps, &of);
    // Those without a phone that can use the app wait for ever.
    counts.push(steps.iter().filter(|step| step.is_none()).count() as u64);
    classes("aims", &counts, &[0.15, 0.25, 0.6 * 0.6 * 0.8, 0.6 * 0.4, 0.6 * 0.6 * 0.2]);
}

/// The port preferred is drawn by the slots of ports on the day of entry; where all ask for theirs, requests tell it.
#[test]
fn ports_are_preferred_by_their_slots() {
    let mut world = chain(1);
    let port = |name: &str, share| Port { name: name.into(), place: 0, shares: vec![(date(2000, 1, 1), share)] };
    world.ports = vec![port("First", 0.2), port("Second", 0.5), port("Third", 0.3)];
    let seen = observe(&quiet(world, 50, 100, &[]));
    let last: Vec<u64> = seen.appointments[49 * 3..].iter().map(|p| p.requests.into()).collect();
    classes("ports preferred", &last, &[0.2, 0.5, 0.3]);
}
