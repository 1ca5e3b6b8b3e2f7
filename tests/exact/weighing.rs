//! Decisions, process 11: the clock, the choice among options, patience and trust, giving up. Each check has error rate
//! 1e-5.

use antesala::model::observation::{Event, PathRow};
use antesala::scenario::field::Value;
use antesala::scenario::input::{Nationality, Port};
use jiff::civil::date;

use crate::chance::{by_day, classes, daily, geometric};
use crate::people::{ON, days, ends, everyone, next, quiet, x};
use crate::worlds::chain;

/// People who weigh, to whom nothing matters but constants: none chosen unless `more` says so.
fn weighing(more: &[(&'static str, Value)]) -> Vec<(&'static str, Value)> {
    let mut settings = vec![
        ("decisions.enabled", ON),
        ("decisions.weigh", ON),
        ("decisions.mean_days", x(5.0)),
        ("decisions.wait", x(0.0)),
        ("decisions.patience_weight", x(0.0)),
        ("decisions.trust_weight", x(0.0)),
        ("decisions.means_weight", x(0.0)),
    ];
    let options = ["decisions.cross", "decisions.file", "decisions.settle", "decisions.move_city", "decisions.go_home"];
    settings.extend(options.map(|path| (path, x(-10.0))));
    settings.extend_from_slice(more);
    settings
}

/// What an option that nobody is to choose weighs.
const HARDLY: f64 = 4.539992976248485e-5; // exp(-10)

/// Who would settle at the first thought does so when the clock strikes: each day with 1 / mean_days.
#[test]
fn the_clock_strikes_each_day_alike() {
    for mean in [1.0, 5.0, 20.0] {
        let settings =
            weighing(&[("decisions.mean_days", x(mean)), ("decisions.settle", x(10.0)), ("decisions.wait", x(-10.0))]);
        let seen = everyone(&quiet(chain(1), 160, 50, &settings));
        let settled = next(&seen, Event::Registration, &[Event::Settled], 0..60, 95);
        // Other choices have e^-20 together.
        geometric(&format!("days until weighing with mean {mean}"), &days(&settled), 1.0 / mean, 1, 95);
    }
}

/// Among all options: going on, crossing, filing, settling, another port's city, home, by the exponents of their utilities.
#[test]
fn options_are_chosen_by_their_utilities() {
    let utilities = [0.4, -0.8, 0.1, 0.9, -0.2];
    let release_weight = 1.5;
    let mut world = chain(2);
    (world.places[0].crossing_weight, world.places[0].asylum_weight) = (1.0, 1.0);
    world.places.iter_mut().for_each(|place| place.zone = 1);
    // All who enter prefer the port where they are; a third of the slots is at the other when they weigh.
    let turn = date(2001, 1, 11);
    let port = |name: &str, place, before, after| Port {
        name: name.into(),
        place,
        shares: vec![(date(2000, 1, 1), before), (turn, after)],
    };
    world.ports = vec![port("Here", 0, 1.0, 2.0), port("There", 1, 0.0, 1.0)];
    let settings = weighing(&[
        ("decisions.mean_days", x(20.0)),
        ("decisions.cross", x(utilities[0])),
        ("decisions.file", x(utilities[1])),
        ("decisions.settle", x(utilities[2])),
        ("decisions.move_city", x(utilities[3])),
        ("decisions.go_home", x(utilities[4])),
        ("decisions.release_weight", x(release_weight)),
        ("crossing.enabled", ON),
        ("asylum.enabled", ON),
        ("asylum.capacity_per_day", x(20_000.0)),
    ]);
    let mut scenario = quiet(world, 120, 1000, &settings);
    crate::worlds::from_day(&mut scenario, 9, &[("inflow.enabled", crate::people::OFF)]);
    let seen = everyone(&scenario);
    let of = [Event::DecidedToCross, Event::AsylumFiled, Event::Settled, Event::MovedCity, Event::ReturnedHome];
    // Those who weigh when the slots are divided: the first that is no going on.
    let first = next(&seen, Event::Registration, &of, 1..10, 105);
    // A claim is made the day after the choice.
    let chosen = |row: &PathRow| if row.event == Event::AsylumFiled { row.date.yesterday().unwrap() } else { row.date };
    let late: Vec<_> = first.into_iter().flatten().filter(|(_, row)| chosen(row) > turn).map(Some).collect();
    // All who cross are seen released, as was believed.
    let shares = [utilities[0] + release_weight * 0.5, utilities[1], utilities[2], utilities[3], utilities[4]];
    let mut weights = shares.map(f64::exp);
    weights[3] /= 3.0;
    let counts = ends(&late, &of);
    let sum: f64 = weights.iter().sum();
    classes("choices", &counts, &weights.map(|w| w / sum));
}

/// Patience: the longer the wait the less going on weighs, up to `most_patience`; trust in the app weighs for those
/// registered. So the share going home at each thought is known for every day of the wait.
#[test]
fn patience_and_trust_weigh_as_said() {
    let (mean, patience, weight, most, trust_weight, trust) = (4.0, 10.0, 0.8, 2.5, 2.0, 0.9);
    let settings = weighing(&[
        ("decisions.mean_days", x(mean)),
        ("decisions.wait", x(2.0)),
        ("decisions.go_home", x(-0.5)),
        ("decisions.patience_weight", x(weight)),
        ("decisions.most_patience", x(most)),
        ("decisions.trust_weight", x(trust_weight)),
        ("decisions.initial_trust", x(trust)),
        ("household.patience_median", x(patience)),
        ("household.patience_spread", x(0.0)),
    ]);
    let seen = everyone(&quiet(chain(1), 150, 100, &settings));
    let gone = next(&seen, Event::Registration, &[Event::ReturnedHome], 0..80, 69);
    let (mut still, mut expected) = (1.0, Vec::new());
    for day in 1..=60 {
        let wait: f64 = 2.0 - weight * (f64::from(day) / patience).min(most) + trust_weight * (trust - 0.5);
        let home = (-0.5f64).exp();
        // Settling is the other that is open.
        let (leaves, settles) = (home / (home + wait.exp() + HARDLY), HARDLY / (home + wait.exp() + HARDLY));
        expected.push(still * leaves / mean);
        still *= 1.0 - (leaves + settles) / mean;
    }
    by_day("days until going home", &days(&gone), &expected, 1);
}

/// People give up with a daily probability that is as much as the weekly one of their nationality.
#[test]
fn people_give_up_at_their_rate() {
    let rates = [0.02, 0.2];
    let mut world = chain(1);
    world.names.nationalities.push("Elsewhere".into());
    world.nationalities.push(Nationality { name: "Elsewhere".into(), national: true });
    let other = antesala::scenario::input::InflowRow { nationality: 1, ..world.inflow[0].clone() };
    world.inflow.push(other);
    let rate = |n: usize| (if n == 0 { "Somewhere" } else { "Elsewhere" }.to_string(), rates[n]);
    let give_up = Value::Map(vec![rate(0), rate(1)]);
    let settings = [
        ("decisions.enabled", ON),
        ("decisions.give_up_per_week", give_up),
        ("app.geofence_nationals", Value::List(vec!["border".into()])),
    ];
    let seen = everyone(&quiet(world, 200, 60, &settings));
    for (nation, per_week) in rates.into_iter().enumerate() {
        let mut of = seen.clone();
        of.paths.retain(|row| row.nationality == nation);
        let gone = next(&of, Event::Registration, &[Event::ReturnedHome], 0..90, 100);
        geometric(&format!("days until giving up, nationality {nation}"), &days(&gone), daily(per_week), 1, 100);
    }
}
