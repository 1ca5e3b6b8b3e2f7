//! Caravans, process 5: who gathers and joins, who leaves and why, days of rest, what ends them, how they form by
//! themselves. Each check has error rate 1e-5.

use antesala::model::observation::{Event, Observation};
use antesala::scenario::field::Value;
use antesala::scenario::input::{CaravanPlan, Scenario};
use jiff::civil::date;

use crate::chance::{binomial, classes, geometric};
use crate::people::{OFF, ON, day, n, paths, quiet, x};
use crate::worlds::{chain, from_day, observe, observe_sampling};

/// A road of `places` places on which nobody moves but in caravans: newcomers are stranded where they enter. `a_day` enter
/// on each of the first `days_open` days.
fn road(places: usize, days: i64, a_day: i64, days_open: i64, more: &[(&'static str, Value)]) -> Scenario {
    let mut settings = vec![
        ("travel.enabled", OFF),
        ("caravans.enabled", ON),
        ("caravans.join_per_day", x(0.0)),
        ("caravans.join_days_weight", x(0.0)),
        ("caravans.join_means_weight", x(0.0)),
        ("caravans.daily_loss", x(0.0)),
        ("caravans.rest_share", x(0.0)),
        ("caravans.pace_km", x(20.0)),
        ("caravans.pace_spread", x(0.0)),
        ("caravans.min_persons", n(1)),
    ];
    settings.extend_from_slice(more);
    let mut scenario = quiet(chain(places), days, a_day, &settings);
    from_day(&mut scenario, days_open, &[("inflow.enabled", OFF)]);
    scenario
}

/// The eve of `day`, from the first place to the last.
fn plan(scenario: &mut Scenario, day: i8, persons: i64) {
    let aim = scenario.world.places.len() - 1;
    let date = date(2001, 1, day);
    scenario.caravans.push(CaravanPlan { id: "planned".into(), date, place: 0, persons, aim, dissolve_at: None });
}

/// A run with another seed, with the paths of all.
fn seeded(scenario: &Scenario, seed: u64) -> Observation {
    observe_sampling(&Scenario { seed, ..scenario.clone() }, u32::MAX)
}

/// Each who leaves is detained, offered papers, or too tired, in the shares asked for.
#[test]
fn people_leave_caravans_for_their_reasons() {
    let (detained, papers) = (0.35, 0.2);
    let mut scenario = road(
        40,
        32,
        400,
        9,
        &[
            ("caravans.daily_loss", x(0.08)),
            ("caravans.loss_detained", x(detained)),
            ("caravans.loss_papers", x(papers)),
        ],
    );
    plan(&mut scenario, 12, 3500);
    let seen = seeded(&scenario, 1);
    let mut reasons = [0; 3];
    let of = [Event::Interception, Event::PermitIssued, Event::Stranded];
    for path in paths(&seen).values() {
        if let Some(at) = path.iter().position(|row| row.event == Event::CaravanLeft) {
            let reason = of.iter().position(|event| path[at + 1].event == *event).expect("a reason");
            assert_eq!(path[at].date, path[at + 1].date);
            reasons[reason] += 1;
        }
    }
    classes("reasons to leave", &reasons, &[detained, papers, 1.0 - detained - papers]);
}

/// Each day but the first is one of rest with its share.
#[test]
fn caravans_rest_on_their_share_of_days() {
    let (mut resting, mut all) = (0, 0);
    for seed in 0..24 {
        let mut scenario = road(60, 50, 10, 2, &[("caravans.rest_share", x(0.3))]);
        plan(&mut scenario, 4, 20);
        for row in seeded(&scenario, seed).caravans.iter().skip(2) {
            resting += u64::from(row.status.name() == "resting");
            all += 1;
        }
    }
    binomial("days of rest", resting, all, 0.3);
}

/// Where a caravan sleeps, each of those there joins with the odds of the day, times the caravan's size over their number:
/// more eagerly after more days there.
#[test]
fn those_where_a_caravan_sleeps_join_by_their_odds() {
    let (per_day, by_days) = (0.08, 0.12);
    let mut joined = [0; 2];
    let mut there = [0; 2];
    let mut pull = 0.0;
    for seed in 0..6 {
        let settings = [("caravans.join_per_day", x(per_day)), ("caravans.join_days_weight", x(by_days))];
        let mut scenario = road(4, 25, 0, 2, &settings);
        // A thousand at the second place on each of two days ten days apart; few at the first make the caravan.
        scenario.timeline.truncate(1);
        let pulse = |id: &str, day: i8, place, persons| antesala::scenario::input::Pulse {
            id: id.into(),
            from: date(2001, 1, day),
            to: date(2001, 1, day),
            place,
            persons,
            mix: vec![(0, 1.0)],
        };
        scenario.pulses = vec![pulse("early", 1, 1, 1000), pulse("late", 11, 1, 1000), pulse("walkers", 12, 0, 1000)];
        plan(&mut scenario, 16, 1000);
        let seen = seeded(&scenario, seed);
        // They gather on the 15th and come on the 16th, day 15 of the run.
        assert_eq!(seen.caravans[0].persons, 1000);
        pull = 1000.0 / 2000.0;
        for path in paths(&seen).values().filter(|path| path[0].place == Some(1)) {
            let late = usize::from(day(&seen, path[0]) > 0);
            there[late] += 1;
            let on_the_day = |row: &&&antesala::model::observation::PathRow| {
                row.event == Event::CaravanJoined && day(&seen, row) == 15
            };
            joined[late] += u64::from(path.iter().find(on_the_day).is_some());
        }
    }
    for (late, entered) in [(0, 0.0), (1, 10.0)] {
        let odds = per_day / (1.0 - per_day) * (by_days * (15.0 - entered)).exp();
        binomial(&format!("join, there since day {entered}"), joined[late], there[late], pull * odds / (1.0 + odds));
    }
}

/// Who gathers first is drawn with weights exp(e): of one who has been there for long and several who have not.
#[test]
fn those_who_gather_are_drawn_by_their_weights() {
    let weight = 0.25;
    let mut first = [0; 3];
    for seed in 0..1500 {
        // One enters on each of three days; a caravan of one person gathers on the fifth.
        let mut scenario = road(3, 6, 1, 3, &[("caravans.join_days_weight", x(weight))]);
        plan(&mut scenario, 6, 1);
        let seen = seeded(&scenario, seed);
        let joined = seen.paths.iter().find(|row| row.event == Event::CaravanJoined).expect("one joins");
        let entered = paths(&seen)[&joined.household][0];
        first[day(&seen, entered) as usize] += 1;
    }
    let weights: Vec<f64> = (0..3).map(|entered| (weight * (4.0 - f64::from(entered))).exp()).collect();
    let sum: f64 = weights.iter().sum();
    classes("who gathers", &first, &weights.iter().map(|w| w / sum).collect::<Vec<f64>>());
}

/// Where it sleeps at a place, a caravan is dissolved with a probability a day; some get papers, the others are carried
/// back.
#[test]
fn caravans_are_dissolved_at_their_rate() {
    let (rate, papers) = (0.2, 0.3);
    let (mut ends, mut given, mut all) = (Vec::new(), 0, 0);
    for seed in 0..400 {
        let settings = [("caravans.dissolve_per_day", x(rate)), ("caravans.dissolve_papers_share", x(papers))];
        let mut scenario = road(30, 32, 10, 2, &settings);
        std::sync::Arc::get_mut(&mut scenario.world).expect("not shared").places[0].return_weight = 1.0;
        plan(&mut scenario, 4, 10);
        let seen = seeded(&scenario, seed);
        // Every evening at a place: a leg a day.
        let end = seen.caravans.iter().position(|row| row.status.name() == "dissolved");
        ends.push(end.map(|day| day as u32).filter(|day| *day <= 24));
        if end.is_some() {
            let count = |event| seen.paths.iter().filter(|row| row.event == event).count() as u64;
            given += count(Event::PermitIssued);
            all += count(Event::PermitIssued) + count(Event::ReturnSouth);
        }
    }
    geometric("days until dissolved", &ends, rate, 1, 24);
    binomial("papers when dissolved", given, all, papers);
}

/// A caravan forms by itself with a probability that grows with the number stranded and with lost trust.
#[test]
fn caravans_form_by_themselves_at_their_rate() {
    let (hazard, trust) = (1.0, 0.3);
    let mut first = Vec::new();
    for seed in 0..300 {
        let settings = [
            ("caravans.self_organised", x(hazard)),
            ("decisions.initial_trust", x(trust)),
            ("caravans.self_organised_size", n(50)),
        ];
        let mut scenario = road(3, 24, 1000, 1, &settings);
        std::sync::Arc::get_mut(&mut scenario.world).expect("not shared").places[2].crossing_weight = 1.0;
        // Stranded on day 1 in process 3: from then on in process 5, every day.
        let seen = observe(&Scenario { seed, ..scenario.clone() });
        let forms = seen.caravans.first().map(|row| (row.date - scenario.start).get_days() as u32);
        first.push(forms.filter(|day| *day <= 20));
    }
    let per_person = hazard / 10_000.0 * (1.0 - trust);
    geometric("days until a caravan forms", &first, per_person * 1000.0, 1, 20);
}
