//! Changes that are none: what is added but touches nobody, and a world twice as large of which half is simulated.

use std::sync::Arc;

use antesala::model::observation::*;
use antesala::scenario::Scenario;
use antesala::scenario::field::{Key, Names, Value};
use antesala::scenario::input::*;
use antesala::scenario::params::{Params, specs};

use crate::dice::Dice;
use crate::histories::assert_same;
use crate::rules::scenario;
use crate::world::day_of;
use crate::{for_each_case, observe};

fn world_of(scenario: &mut Scenario) -> &mut World {
    Arc::make_mut(&mut scenario.world)
}

#[test]
fn what_concerns_nobody_changes_nothing() {
    for_each_case(16, |case| {
        let (mut scenario, dice) = (scenario(case), &mut Dice::of(5_000_000 + case));
        let seen = observe(&scenario);
        // A rule that says what holds already.
        let day = dice.below(scenario.days());
        let date = day_of(scenario.start, day);
        let at = scenario.timeline.partition_point(|(from, _)| *from <= date);
        if scenario.timeline[at - 1].0 < date {
            let params = scenario.timeline[at - 1].1.clone();
            scenario.timeline.insert(at, (date, params));
        }
        // An outage that fails for no one, and one of no nationality.
        let outage = Outage {
            id: None,
            function: AppFunction::All,
            from: date.at(0, 0, 0, 0),
            to: date.at(23, 0, 0, 0),
            share_failing: 0.0,
            nationalities: None,
            ports: None,
            remedy: Remedy::None,
        };
        scenario.outages.push(Outage { share_failing: 1.0, nationalities: Some(vec![]), ..outage.clone() });
        scenario.outages.push(outage);
        // A caravan and people who come when all is over.
        let after = day_of(scenario.start, scenario.days() + 5);
        let late = CaravanPlan { id: "late".into(), date: after, place: 0, persons: 100, aim: 0, dissolve_at: None };
        scenario.caravans.push(late);
        let mix = vec![(0, 1.0)];
        scenario.pulses.push(Pulse { id: "late".into(), from: after, to: after, place: 0, persons: 100, mix });
        assert_same(&seen, &observe(&scenario), "with what concerns nobody, it");
    });
}

#[test]
fn a_place_where_nobody_can_be_changes_nothing_elsewhere() {
    for_each_case(16, |case| {
        let mut scenario = scenario(case);
        let seen = observe(&scenario);
        let world = world_of(&mut scenario);
        let places = world.places.len();
        let island = Place {
            id: "island".into(),
            name: "Island".into(),
            kind: PlaceKind::City,
            return_weight: 0.0,
            crossing_weight: 0.0,
            asylum_weight: 0.0,
            waiting_hub: false,
            ..world.places[0].clone()
        };
        world.places.push(island);
        let mut larger = observe(&scenario);
        larger.stocks_by_place = without(&larger.stocks_by_place, places);
        larger.foreigners = without_rows(&larger.foreigners, places + 2, places);
        let cube = &mut larger.events_by_place;
        let a_place = cube.first * cube.second;
        cube.cells = cube.cells.chunks(a_place * (places + 1)).flat_map(|m| m[..a_place * places].to_vec()).collect();
        cube.days = cube.days / (places + 1) * places;
        assert_same(&seen, &larger, "with an island, the rest");
    });
}

/// A cube without one of its first dimension.
fn without(cube: &Cube, one: usize) -> Cube {
    let mut less = Cube::new(cube.days, cube.first - 1, cube.second);
    for day in 0..cube.days {
        for i in (0..cube.first).filter(|i| *i != one) {
            for j in 0..cube.second {
                *less.at_mut(day, i - usize::from(i > one), j) = cube.at(day, i, j);
            }
        }
    }
    less
}

/// A list of `of` numbers a day without one of them.
fn without_rows<T: Clone>(rows: &[T], of: usize, one: usize) -> Vec<T> {
    rows.iter().enumerate().filter(|(i, _)| i % of != one).map(|(_, row)| row.clone()).collect()
}

/// Parameters of a world with other names; what is keyed by a name that is new has its default.
fn renamed(params: &Params, old: &Names, new: &Names) -> Params {
    let mut other = Params::defaults(new);
    for spec in specs() {
        let value = params.get(spec.path, old).expect("a parameter");
        other.set(spec.path, None, &value, new).unwrap_or_else(|e| panic!("{}: {e:?}", spec.path));
    }
    other
}

#[test]
fn a_nationality_of_nobody_changes_nothing_for_the_others() {
    for_each_case(16, |case| {
        let mut scenario = scenario(case);
        // What is believed at first is the mean over nationalities, this one too; it acts through fear alone.
        scenario.timeline.iter_mut().for_each(|(_, params)| params.decisions.rule_fear = 0.0);
        let seen = observe(&scenario);
        let (old, nations) = (scenario.world.names.clone(), scenario.world.nationalities.len());
        let world = world_of(&mut scenario);
        world.names.nationalities.push("nobody".into());
        world.nationalities.push(Nationality { name: "nobody".into(), national: case % 2 == 0 });
        let new = world.names.clone();
        scenario.timeline.iter_mut().for_each(|(_, params)| *params = renamed(params, &old, &new));
        let mut larger = observe(&scenario);
        larger.stocks_by_nationality = without(&larger.stocks_by_nationality, nations);
        for cube in [&mut larger.flows, &mut larger.events_by_place] {
            cube.cells = without_rows(&cube.cells, nations + 1, nations);
            cube.second = nations;
        }
        larger.outside_geofence = without_rows(&larger.outside_geofence, nations + 1, nations);
        larger.queue = without_rows(&larger.queue, nations + 1, nations);
        larger.persons_intercepted.pop();
        assert_same(&seen, &larger, "with a nationality of nobody, the rest");
    });
}

/// All persons, and all that is given to persons, twice; and each household simulated stands for twice as many.
fn doubled(scenario: &Scenario) -> Scenario {
    let mut double = scenario.clone();
    double.weight *= 2;
    for (_, params) in &mut double.timeline {
        params.inflow.persons *= 2;
        params.app.slots *= 2;
        params.app.walk_ups_per_day *= 2.0;
        params.asylum.capacity_per_day *= 2.0;
        params.caravans.self_organised_size *= 2;
        params.caravans.min_persons *= 2;
        // A hazard a person.
        params.caravans.self_organised /= 2.0;
        params.decisions.prior_persons *= 2.0;
    }
    double.pulses.iter_mut().for_each(|pulse| pulse.persons *= 2);
    double.caravans.iter_mut().for_each(|caravan| caravan.persons *= 2);
    let world = world_of(&mut double);
    world.inflow.iter_mut().for_each(|row| row.persons *= 2.0);
    world.parole.iter_mut().for_each(|row| row.persons *= 2.0);
    world.initial.iter_mut().for_each(|row| row.persons *= 2.0);
    double
}

/// What was seen, had there been twice as many.
fn twice(seen: &Observation) -> Observation {
    let mut twice = seen.clone();
    let count = |c: &Count| Count { persons: 2 * c.persons, households: 2 * c.households };
    let cubes =
        [&mut twice.stocks_by_place, &mut twice.stocks_by_nationality, &mut twice.flows, &mut twice.events_by_place];
    for cube in cubes {
        cube.cells = cube.cells.iter().map(count).collect();
    }
    for p in &mut twice.appointments {
        let all = [&mut p.slots, &mut p.offered, &mut p.confirmed, &mut p.lapsed, &mut p.no_show, &mut p.processed];
        all.into_iter().chain([&mut p.requests, &mut p.backlog]).for_each(|n| *n *= 2);
    }
    twice.foreigners.iter_mut().for_each(|n| *n *= 2);
    twice.outside_geofence.iter_mut().flatten().for_each(|n| *n *= 2);
    twice.waits.iter_mut().for_each(|row| row.n *= 2);
    let sums = ["entered", "registered", "served"];
    twice.equity.iter_mut().filter(|row| sums.contains(&row.measure.name())).for_each(|row| row.value *= 2.0);
    for row in &mut twice.caravans {
        let persons = [&mut row.persons, &mut row.households, &mut row.families, &mut row.small_families];
        let others = [&mut row.children, &mut row.small_children, &mut row.joined, &mut row.left, &mut row.detained];
        persons.into_iter().chain(others).for_each(|n| *n *= 2);
    }
    twice.legs.iter_mut().for_each(|row| row.persons *= 2);
    for q in &mut twice.queue {
        [&mut q.backlog, &mut q.registered_long, &mut q.present_long].into_iter().for_each(|n| *n *= 2);
    }
    twice.persons_intercepted.iter_mut().for_each(|n| *n *= 2);
    twice
}

/// Exactly, where no family needs more than the place that is left; a world of which one in several is simulated lends
/// families places anyway.
#[test]
fn twice_as_many_of_whom_half_are_simulated_are_twice_as_many() {
    for_each_case(24, |case| {
        let mut scenario = scenario(case);
        if scenario.weight == 1 {
            scenario.timeline.iter_mut().for_each(|(_, params)| params.household.max_size = 1);
        }
        assert_same(&twice(&observe(&scenario)), &observe(&doubled(&scenario)), "twice the world");
    });
}

#[test]
fn keys_of_parameters_are_known() {
    // Those that grow with a nationality: if none were keyed by it, the test above would test less than it says.
    let keyed = specs().iter().filter(|spec| spec.key == Key::Nationality).count();
    assert!(keyed > 10, "{keyed}");
    let names = Names { nationalities: vec!["a".into()], ..Names::default() };
    let more = Names { nationalities: vec!["a".into(), "b".into()], ..Names::default() };
    let mut params = Params::defaults(&names);
    params.set("app.cap_share", Some("a"), &Value::Float(0.3), &names).expect("within bounds");
    assert_eq!(renamed(&params, &names, &more).app.cap_share.0, [0.3, 1.0]);
}
