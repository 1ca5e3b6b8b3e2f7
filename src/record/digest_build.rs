//! The digest of a run for charts, from its reduced replicates.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::digest::{
    AppointmentMonth, CaravanDay, DailySpread, Digest, DigestPlace, FlowGroup, FlowMonth, LegTotal, NamedDaily,
    OutageMark, PolicyMark, Spread, WaitMonth,
};
use super::quantile::spread;
use super::reduced::{AppointmentSums, Reduced};
use crate::model::observation::{Event, LONG_WAIT_DAYS, State, WaitClock, WaitGroup, WaitKind, WaitRow};
use crate::scenario::input::{AppFunction, Month, Outage, Place, Policy, Scenario};

/// Makes the digest of a run. `replicates` are in order, at least one, all of this scenario.
pub fn digest(scenario: &Scenario, replicates: &[Reduced]) -> Digest {
    let world = &scenario.world;
    let days = replicates.first().map_or(&[][..], |r| &r.days);
    let places = world.places.len() + 1;
    let counts = |of: fn(&Reduced) -> &Vec<u32>| -> Vec<Vec<f64>> {
        replicates.iter().map(|r| of(r).iter().map(|n| f64::from(*n)).collect()).collect()
    };
    Digest {
        name: scenario.name.clone(),
        title: scenario.title.clone(),
        question: scenario.question.clone(),
        world: world.name.clone(),
        version: env!("CARGO_PKG_VERSION").to_string(),
        seed: scenario.seed,
        posterior: scenario.posterior.is_some(),
        replicates: replicates.len() as u32,
        weight: scenario.weight,
        first_day: days.first().copied().unwrap_or(scenario.record_from),
        last_day: days.last().copied().unwrap_or(scenario.end),
        nationalities: world.nationalities.clone(),
        places: digest_places(scenario),
        backlog: counts(|r| &r.backlog),
        requesting: counts(|r| &r.requesting),
        long_waiting: counts(|r| &r.long_waiting),
        foreign_backlog: match world.nationalities.iter().any(|n| n.national) {
            true => counts(|r| &r.foreign_backlog),
            false => Vec::new(),
        },
        long_wait_days: LONG_WAIT_DAYS.unsigned_abs(),
        stock_by_place: (0..places)
            .map(|i| daily(replicates, days.len(), |r, d| r.stock_by_place[d * places + i]))
            .collect(),
        stock_by_state: State::ALL
            .iter()
            .enumerate()
            .map(|(i, state)| NamedDaily {
                name: state.name().to_string(),
                daily: daily(replicates, days.len(), |r, d| r.stock_by_state[d * State::COUNT + i]),
            })
            .collect(),
        flows: flows(scenario, replicates),
        appointments: appointments(replicates),
        waits: waits(replicates),
        caravans: caravans(replicates),
        legs: legs(scenario, replicates),
        outages: outages(scenario),
        policies: policies(scenario),
        shelters: world.shelters.clone(),
        observed: world.observed.clone(),
        sources: world.sources.clone(),
        basemap: world.basemap.clone(),
    }
}

fn digest_places(scenario: &Scenario) -> Vec<DigestPlace> {
    let world = &scenario.world;
    let place = |p: &Place| DigestPlace {
        id: p.id.clone(),
        name: p.name.clone(),
        kind: p.kind,
        zone: world.names.zones.get(p.zone).cloned().unwrap_or_default(),
        lat: p.lat,
        lon: p.lon,
    };
    world.places.iter().map(place).collect()
}

/// Spread over replicates of one number each.
fn over(replicates: &[Reduced], value: impl Fn(&Reduced) -> f64) -> Spread {
    spread(&mut replicates.iter().map(value).collect::<Vec<_>>()).unwrap_or_default()
}

fn daily(replicates: &[Reduced], days: usize, value: impl Fn(&Reduced, usize) -> u32) -> DailySpread {
    let mut out = DailySpread::default();
    for day in 0..days {
        let s = over(replicates, |r| f64::from(value(r, day)));
        out.mean.push(s.mean);
        out.p05.push(s.p05);
        out.p50.push(s.p50);
        out.p95.push(s.p95);
    }
    out
}

fn months(replicates: &[Reduced]) -> &[Month] {
    replicates.first().map_or(&[], |r| &r.months)
}

fn flows(scenario: &Scenario, replicates: &[Reduced]) -> Vec<FlowMonth> {
    let nationalities = &scenario.world.nationalities;
    let width = nationalities.len();
    let mut groups = vec![FlowGroup::All, FlowGroup::Foreign, FlowGroup::National];
    groups.extend((0..width).map(FlowGroup::Nationality));
    let belongs = |group: FlowGroup, i: usize| match group {
        FlowGroup::All => true,
        FlowGroup::Foreign => !nationalities[i].national,
        FlowGroup::National => nationalities[i].national,
        FlowGroup::Nationality(only) => only == i,
    };
    let mut out = Vec::new();
    for (m, month) in months(replicates).iter().enumerate() {
        for (e, event) in Event::ALL.iter().enumerate() {
            let cells = (m * Event::COUNT + e) * width..(m * Event::COUNT + e + 1) * width;
            if replicates.iter().all(|r| r.flows[cells.clone()].iter().all(|n| *n == 0)) {
                continue;
            }
            for group in &groups {
                let persons = over(replicates, |r| {
                    let cells = r.flows[cells.clone()].iter().enumerate();
                    cells.filter(|(i, _)| belongs(*group, *i)).map(|(_, n)| *n as f64).sum()
                });
                if persons != Spread::default() {
                    let (event, kind) = (event.name().to_string(), event.kind().name().to_string());
                    out.push(FlowMonth { month: *month, event, kind, group: *group, persons });
                }
            }
        }
    }
    out
}

fn appointments(replicates: &[Reduced]) -> Vec<AppointmentMonth> {
    let month = |(m, month): (usize, &Month)| {
        let persons = |of: fn(&AppointmentSums) -> u64| over(replicates, |r| of(&r.appointments[m]) as f64);
        AppointmentMonth {
            month: *month,
            slots: persons(|a| a.slots),
            processed: persons(|a| a.processed),
            no_show: persons(|a| a.no_show),
            requests: persons(|a| a.requests),
        }
    };
    months(replicates).iter().enumerate().map(month).collect()
}

type WaitKey = (Date, WaitKind, WaitClock, WaitGroup);

fn waits(replicates: &[Reduced]) -> Vec<WaitMonth> {
    let mut rows: BTreeMap<WaitKey, Vec<&WaitRow>> = BTreeMap::new();
    for row in replicates.iter().flat_map(|r| &r.waits) {
        rows.entry((row.date, row.kind, row.clock, row.group)).or_default().push(row);
    }
    let month = |((date, kind, clock, group), rows): (WaitKey, Vec<&WaitRow>)| {
        let of =
            |value: fn(&WaitRow) -> Option<f64>| spread(&mut rows.iter().filter_map(|r| value(r)).collect::<Vec<_>>());
        WaitMonth {
            date,
            kind: kind.name().to_string(),
            clock: clock.name().to_string(),
            group: group.name().to_string(),
            n: rows.iter().map(|r| r.n as f64).sum::<f64>() / replicates.len() as f64,
            mean: of(|r| r.mean),
            p10: of(|r| r.p10),
            p50: of(|r| r.p50),
            p90: of(|r| r.p90),
            p95: of(|r| r.p95),
        }
    };
    rows.into_iter().map(month).collect()
}

fn caravans(replicates: &[Reduced]) -> Vec<CaravanDay> {
    let mut days: Vec<CaravanDay> = replicates
        .iter()
        .flat_map(|r| &r.caravans)
        .map(|c| CaravanDay {
            caravan: c.caravan.clone(),
            date: c.date,
            place: c.place,
            km: c.km,
            persons: f64::from(c.persons),
            left: f64::from(c.left),
            status: c.status.name().to_string(),
        })
        .collect();
    days.sort_by(|a, b| a.caravan.cmp(&b.caravan).then(a.date.cmp(&b.date)));
    days
}

fn legs(scenario: &Scenario, replicates: &[Reduced]) -> Vec<LegTotal> {
    let mut sums: BTreeMap<(usize, usize, usize), u64> = BTreeMap::new();
    for (leg, persons) in replicates.iter().flat_map(|r| &r.legs) {
        *sums.entry(*leg).or_default() += persons;
    }
    let total = |((from, to, mode), persons): ((usize, usize, usize), u64)| LegTotal {
        from,
        to,
        mode: scenario.world.modes[mode].name.clone(),
        persons: persons as f64 / replicates.len() as f64,
    };
    sums.into_iter().map(total).collect()
}

fn outages(scenario: &Scenario) -> Vec<OutageMark> {
    let function = |f: AppFunction| match f {
        AppFunction::Register => "register",
        AppFunction::Request => "request",
        AppFunction::Confirm => "confirm",
        AppFunction::All => "all",
    };
    let mark = |o: &Outage| OutageMark {
        label: o.id.clone().unwrap_or_else(|| function(o.function).to_string()),
        from: o.from,
        to: o.to,
    };
    scenario.outages.iter().map(mark).collect()
}

fn policies(scenario: &Scenario) -> Vec<PolicyMark> {
    let mark = |p: &Policy| {
        let label = p.note.split_whitespace().collect::<Vec<_>>().join(" ");
        PolicyMark { from: p.from, label }
    };
    let marked = |p: &&Policy| !p.note.is_empty() && p.set.iter().any(|(path, _)| path.starts_with("app."));
    scenario.policies.iter().filter(marked).map(mark).collect()
}
