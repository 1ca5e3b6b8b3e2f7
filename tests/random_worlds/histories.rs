//! A history is one whatever way it is come by: run again, halted, cut short, recorded late, or gone on with from another
//! scenario that shares it.

use std::sync::atomic::AtomicBool;

use antesala::model::observation::{Cube, Observation, PortDay};
use antesala::model::{RunOptions, Simulation, shared_days};
use antesala::scenario::Scenario;

use crate::dice::Dice;
use crate::rules::scenario;
use crate::world::day_of;
use crate::{for_each_case, observe};

/// Runs to a day, and goes on from there as another scenario (or the same).
fn by_way_of(first: &Scenario, halts: &[usize], then: &Scenario) -> Observation {
    let stop = AtomicBool::new(false);
    let options = RunOptions { sample_households: u32::MAX, stop: &stop, progress: &|_| {} };
    let mut simulation = Simulation::new(first, 1, options.sample_households);
    for &day in halts {
        assert!(simulation.run_to(day, &options));
    }
    let mut branch = simulation.branch(then);
    assert!(branch.run_to(then.days(), &options));
    branch.finish()
}

/// Says where two observations first differ, if they do.
pub fn assert_same(a: &Observation, b: &Observation, what: &str) {
    if format!("{a:?}") == format!("{b:?}") {
        return;
    }
    let [a, b] = [a, b].map(|o| format!("{o:#?}"));
    let (number, (a, b)) = a.lines().zip(b.lines()).enumerate().find(|(_, (a, b))| a != b).expect("they differ");
    panic!("{what} differs: `{}`, not `{}` (line {number})", b.trim(), a.trim());
}

#[test]
fn a_history_is_the_same_run_again_or_gone_on_with() {
    for_each_case(24, |case| {
        let (scenario, dice) = (scenario(case), &mut Dice::of(1_000_000 + case));
        let seen = observe(&scenario);
        assert_same(&seen, &observe(&scenario), "run again, it");
        let mut halts = dice.some_of(scenario.days(), 3.0 / scenario.days() as f64);
        halts.push(dice.below(scenario.days() + 1));
        halts.sort_unstable();
        assert_same(&seen, &by_way_of(&scenario, &halts, &scenario), "gone on with, it");
    });
}

#[test]
fn a_variant_goes_on_from_what_it_shares() {
    for_each_case(24, |case| {
        let (base, dice) = (scenario(case), &mut Dice::of(2_000_000 + case));
        let mut variant = base.clone();
        // Other rules from some day on, perhaps with what is planned for later left out.
        let day = dice.below(base.days());
        let mut params = base.params_on(day_of(base.start, day)).clone();
        match dice.below(4) {
            0 => params.app.slots += 7,
            1 => params.decisions.go_home += 0.5,
            2 => params.enforcement.factor *= 1.3,
            _ => params.app.diligence *= 0.9,
        }
        variant.timeline.retain(|(from, _)| *from < day_of(base.start, day));
        variant.timeline.push((day_of(base.start, day), params));
        if dice.chance(0.5) {
            variant.outages.pop();
            variant.pulses.pop();
            variant.caravans.pop();
        }
        let shared = shared_days(&base, &variant);
        assert_same(&observe(&variant), &by_way_of(&base, &[shared], &variant), "the variant");
    });
}

/// The rows of some days of every table by day. Who is late for an appointment is counted at its date when it comes, so
/// no-shows are left out.
fn days_of(seen: &Observation, days: std::ops::Range<usize>) -> String {
    let cube = |cube: &Cube| {
        let a_day = cube.first * cube.second;
        cube.cells[days.start * a_day..days.end * a_day].to_vec()
    };
    fn rows<T: Clone>(all: &[T], of: usize, days: &std::ops::Range<usize>) -> Vec<T> {
        let a_day = all.len() / of;
        all[days.start * a_day..days.end * a_day].to_vec()
    }
    let of = seen.days;
    format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        cube(&seen.stocks_by_place),
        cube(&seen.stocks_by_nationality),
        cube(&seen.flows),
        rows(&seen.appointments, of, &days).iter().map(|p| PortDay { no_show: 0, ..*p }).collect::<Vec<_>>(),
        rows(&seen.foreigners, of, &days),
        rows(&seen.outside_geofence, of, &days),
        rows(&seen.queue, of, &days),
    )
}

#[test]
fn a_shorter_run_is_the_beginning_of_a_longer_one() {
    for_each_case(24, |case| {
        let (mut scenario, dice) = (scenario(case), &mut Dice::of(3_000_000 + case));
        // A number of persons over the run is spread over its days, however many there are.
        scenario.timeline.iter_mut().for_each(|(_, params)| params.inflow.persons = 0);
        let whole = observe(&scenario);
        let days = dice.among(1..=scenario.days());
        let short = Scenario { end: day_of(scenario.start, days - 1), ..scenario.clone() };
        let short = observe(&short);
        assert!(days_of(&whole, 0..days) == days_of(&short, 0..days), "{days} days are not those of the whole run");
        let paths = whole.paths.iter().filter(|row| row.date < day_of(scenario.start, days));
        assert!(paths.eq(short.paths.iter()), "paths of {days} days are not those of the whole run");
    });
}

#[test]
fn what_is_recorded_does_not_depend_on_when_recording_begins() {
    for_each_case(24, |case| {
        let (scenario, dice) = (scenario(case), &mut Dice::of(4_000_000 + case));
        let whole = observe(&scenario);
        let first = dice.below(scenario.days());
        let from = day_of(scenario.start, first);
        let late = observe(&Scenario { record_from: from, ..scenario.clone() });
        let (days, all) = (late.days, whole.days);
        assert_eq!(days, all - first);
        assert!(days_of(&late, 0..days) == days_of(&whole, first..all), "recorded from {from}");
        assert!(late.waits == whole.waits.iter().filter(|r| r.date >= from).cloned().collect::<Vec<_>>());
        assert!(late.caravans == whole.caravans.iter().filter(|r| r.date >= from).cloned().collect::<Vec<_>>());
        assert!(late.paths == whole.paths.iter().filter(|r| r.date >= from).cloned().collect::<Vec<_>>());
        assert!(late.equity == whole.equity, "sums over the whole run");
    });
}
