//! Enforcement, process 4: who is stopped on a leg and where people stay, how long they are held, what follows. Each check
//! has error rate 1e-5.

use antesala::model::observation::{Event, Observation};
use antesala::scenario::field::Value;

use crate::chance::{binomial, by_day, classes, daily, days_at_least_one, geometric};
use crate::people::{OFF, ON, day, days, ends, everyone, next, paths, quiet, x};
use crate::worlds::{chain, from_day};

/// People stopped on a road of `places` places, 20 km from one to the next.
fn road(places: usize, days: i64, more: &[(&'static str, Value)]) -> Observation {
    let mut world = chain(places);
    world.places[0].return_weight = 1.0;
    let mut settings = vec![("enforcement.enabled", ON), ("enforcement.rest_days", x(180.0))];
    settings.extend_from_slice(more);
    everyone(&quiet(world, days, 100, &settings))
}

/// Of those on a leg of 20 km, 1 - exp(-rate) are stopped: by zone, level, nationality, mode and papers.
#[test]
fn a_leg_stops_its_share() {
    for (level, factor, ratio, mode, papers) in
        [(1.0, 1.0, 1.0, 1.0, 0.0), (4.0, 1.5, 0.5, 2.0, 0.0), (2.0, 2.0, 2.0, 0.5, 1.0), (0.0, 5.0, 5.0, 5.0, 0.0)]
    {
        let seen = road(
            2,
            40,
            &[
                ("enforcement.level", Value::Map(vec![("road".into(), level)])),
                ("enforcement.factor", x(factor)),
                ("enforcement.nationality_ratio", x(ratio)),
                ("modes.interception", x(mode)),
                ("enforcement.papers_ratio", x(0.3)),
                ("travel.papers_at_entry", x(papers)),
            ],
        );
        let first = next(&seen, Event::Arrival, &[Event::Interception, Event::Registration], 0..38, 1);
        let counts = ends(&first, &[Event::Interception, Event::Registration]);
        let all = first.len() as u64;
        assert_eq!(counts.iter().sum::<u64>(), all, "stopped, or there");
        let rate = level * 0.2 * factor * ratio * mode * if papers > 0.0 { 0.3 } else { 1.0 };
        binomial(&format!("stopped at rate {rate:.2}"), counts[0], all, 1.0 - (-rate).exp());
    }
}

/// Along a day's way of several legs rates add up, and who is stopped is held at the end of the leg on which it was.
#[test]
fn those_stopped_are_held_where_it_happened() {
    let seen = road(
        4,
        40,
        &[
            ("enforcement.level", x(2.5)),
            ("travel.legs_per_day", Value::Int(5)),
            ("travel.walk_km_per_day", x(40.0)),
            ("travel.hours_per_day", x(20.0)),
        ],
    );
    // 40 km a day: two legs on the first day.
    let first = next(&seen, Event::Arrival, &[Event::Interception], 0..38, 1);
    let at = |place: usize| first.iter().flatten().filter(|(_, row)| row.place == Some(place)).count() as u64;
    let goes_on = (-0.5f64).exp();
    let counts = [at(1), at(2), first.iter().filter(|step| step.is_none()).count() as u64];
    classes("held at the end of a leg", &counts, &[1.0 - goes_on, goes_on * (1.0 - goes_on), goes_on * goes_on]);
}

/// People who stay are stopped with a daily probability that is as much as the weekly one, by nationality and papers.
#[test]
fn people_who_stay_are_stopped_at_their_rate() {
    for (per_week, ratio, papers) in [(0.1, 1.0, 0.0), (0.05, 2.5, 0.0), (0.4, 1.0, 1.0)] {
        let settings = [
            ("enforcement.enabled", ON),
            ("enforcement.in_place", x(per_week)),
            ("enforcement.nationality_ratio", x(ratio)),
            ("enforcement.papers_ratio", x(0.25)),
            ("enforcement.permit_days", x(365.0)),
            ("travel.papers_at_entry", x(papers)),
        ];
        let seen = everyone(&quiet(chain(1), 160, 50, &settings));
        let stopped = next(&seen, Event::Registration, &[Event::Interception], 0..60, 95);
        let p = daily(per_week) * ratio * if papers > 0.0 { 0.25 } else { 1.0 };
        geometric(&format!("days until stopped at {p:.4} a day"), &days(&stopped), p, 1, 95);
    }
}

/// All are stopped on the first leg.
const ALL: (&str, f64) = ("enforcement.level", 5.0);

fn all_stopped(days: i64, more: &[(&'static str, Value)]) -> Observation {
    let mut settings = vec![
        (ALL.0, x(ALL.1)),
        ("enforcement.factor", x(5.0)),
        ("modes.interception", x(5.0)),
        ("enforcement.release_days", x(180.0)),
    ];
    settings.extend_from_slice(more);
    road(2, days, &settings)
}

/// Held for a geometric number of days, at least until tomorrow; then deported, carried back, given a permit or just
/// released, in the shares asked for.
#[test]
fn what_follows_an_interception_has_its_shares_and_its_days() {
    let (deported, returned, permit) = (0.2, 0.5, 0.15);
    for mean in [0.0, 2.0, 12.0] {
        let seen = all_stopped(
            140,
            &[
                ("enforcement.detention_days", x(mean)),
                ("enforcement.deported_share", x(deported)),
                ("enforcement.returned_share", x(returned)),
                ("enforcement.permit_share", x(permit)),
            ],
        );
        let of = [Event::Deported, Event::ReturnSouth, Event::PermitIssued, Event::Released];
        let after = next(&seen, Event::Interception, &of, 0..40, 99);
        by_day(&format!("days held with mean {mean}"), &days(&after), &days_at_least_one(mean, 60), 1);
        let carried = returned * (1.0 - deported);
        let expected = [deported, carried, permit, 1.0 - deported - carried - permit];
        classes("after an interception", &ends(&after, &of), &expected);
    }
}

/// The journey back takes a day and a geometric number more, to a place drawn by weight; there people rest.
#[test]
fn people_are_carried_back_to_places_by_weight_and_rest() {
    let (mean, rest) = (3.5, 20.0);
    let mut world = chain(4);
    let weights = [3.0, 1.0, 2.0];
    weights.iter().enumerate().for_each(|(p, weight)| world.places[p].return_weight = *weight);
    let settings = [
        ("enforcement.enabled", ON),
        (ALL.0, x(ALL.1)),
        ("enforcement.factor", x(5.0)),
        ("modes.interception", x(5.0)),
        ("enforcement.detention_days", x(0.0)),
        ("enforcement.returned_share", x(1.0)),
        ("enforcement.return_days", x(mean)),
        ("enforcement.rest_days", x(rest)),
    ];
    let seen = everyone(&quiet(world, 200, 100, &settings));
    let back = next(&seen, Event::ReturnSouth, &[Event::Stranded, Event::Interception], 0..60, 60);
    // Some have no rest, and are stopped on the day after: who rests is looked at.
    let rests: Vec<_> =
        back.into_iter().filter(|step| step.is_none_or(|(_, row)| row.event == Event::Stranded)).collect();
    let q = 1.0 / mean;
    geometric("days of the journey back", &days(&rests), q, 1, 60);
    let at = |place: usize| rests.iter().flatten().filter(|(_, row)| row.place == Some(place)).count() as u64;
    classes("where people are set down", &[at(0), at(1), at(2)], &weights.map(|weight| weight / 6.0));
    // Then they go on, and are stopped on that day: at least a day's rest, geometric.
    let again = next(&seen, Event::Stranded, &[Event::Interception], 0..70, 120);
    geometric("days of rest", &days(&again), 1.0 / (1.0 + rest), 1, 120);
}

/// Those released where they were stopped rest likewise, and then go on.
#[test]
fn those_released_go_on_after_a_rest() {
    let rest = 6.0;
    let mut world = chain(2);
    world.places[0].return_weight = 1.0;
    let settings = [
        ("enforcement.enabled", ON),
        (ALL.0, x(ALL.1)),
        ("enforcement.factor", x(5.0)),
        ("modes.interception", x(5.0)),
        ("enforcement.detention_days", x(1.0)),
        ("enforcement.returned_share", x(0.0)),
        ("enforcement.permit_share", x(0.0)),
        ("enforcement.release_days", x(rest)),
    ];
    let mut scenario = quiet(world, 120, 100, &settings);
    from_day(&mut scenario, 60, &[("inflow.enabled", OFF)]);
    let seen = everyone(&scenario);
    // Stopped on the way to the last place, at whose end they are held: they are there when they go on.
    let mut rests = Vec::new();
    for path in paths(&seen).values() {
        let released = path.iter().find(|row| row.event == Event::Released).map(|row| day(&seen, row));
        let stranded = path.iter().any(|row| row.event == Event::Stranded);
        let registered = path.iter().find(|row| row.event == Event::Registration).map(|row| day(&seen, row));
        if let (Some(released), true) = (released, stranded)
            && released < 70
        {
            rests.push(registered.map(|day| day - released).filter(|days| *days <= 45));
        }
    }
    geometric("days of rest after release", &rests, 1.0 / (1.0 + rest), 1, 45);
}
