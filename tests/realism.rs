//! First realism: the baseline misses none of the ten families of facts by more than a factor of
//! two. One household in twenty, one replicate; `cargo test --release --test realism --
//! --nocapture` prints simulated beside observed.
//!
//! Not calibration: values were set by hand with these facts in view, so this guards against
//! getting worse and proves nothing about forecasts.

use std::sync::LazyLock;
use std::sync::atomic::AtomicBool;

use antesala::model::observation::{Event, Observation, WaitClock, WaitGroup, WaitKind};
use antesala::model::{RunOptions, run};
use antesala::scenario::input::Scenario;
use antesala::scenario::{Overrides, load};
use jiff::civil::{Date, date};

struct Run {
    scenario: Scenario,
    seen: Observation,
}

static BASELINE: LazyLock<Run> = LazyLock::new(|| {
    let overrides = Overrides { scale: Some(0.05), ..Overrides::default() };
    let scenario = load("baseline", &overrides).expect("the shipped scenario loads");
    let stop = AtomicBool::new(false);
    let options = RunOptions { sample_households: 0, stop: &stop, progress: &|_| {} };
    let seen = run(&scenario, 1, &options).expect("not stopped");
    Run { scenario, seen }
});

impl Run {
    fn day(&self, date: Date) -> usize {
        (date - self.scenario.start).get_days() as usize
    }

    fn nationality(&self, name: &str) -> usize {
        self.scenario.world.names.nationalities.iter().position(|n| n == name).expect("a nationality of the world")
    }

    /// Persons of an event from one date to another, of one nationality or all.
    fn flow(&self, event: Event, from: Date, to: Date, nationality: Option<&str>) -> f64 {
        let of = nationality.map(|n| self.nationality(n));
        (self.day(from)..=self.day(to))
            .flat_map(|d| (0..self.seen.flows.second).map(move |n| (d, n)))
            .filter(|(_, n)| of.is_none_or(|of| of == *n))
            .map(|(d, n)| f64::from(self.seen.flows.at(d, event as usize, n).persons))
            .sum()
    }

    fn month(&self, event: Event, year: i16, month: i8, nationality: Option<&str>) -> f64 {
        let first = date(year, month, 1);
        self.flow(event, first, first.last_of_month(), nationality)
    }

    fn requests(&self, on: Date) -> f64 {
        let ports = self.scenario.world.ports.len();
        let d = self.day(on);
        self.seen.appointments[d * ports..(d + 1) * ports].iter().map(|p| f64::from(p.requests)).sum()
    }

    fn wait(&self, kind: WaitKind, clock: WaitClock, on: Date) -> (f64, f64) {
        let row = self
            .seen
            .waits
            .iter()
            .find(|r| (r.date, r.kind, r.clock, r.group) == (on, kind, clock, WaitGroup::Foreign))
            .expect("a row for the month");
        (row.mean.expect("someone waits"), row.p95.expect("someone waits"))
    }
}

/// Fails if simulated and observed differ by more than a factor.
fn near(what: &str, simulated: f64, observed: f64, factor: f64) {
    let ratio = simulated / observed;
    println!("{what:<60} simulated {simulated:>12.1}  observed {observed:>12.1}  ratio {ratio:.2}");
    assert!((1.0 / factor..=factor).contains(&ratio), "{what}: {simulated} against {observed}");
}

#[test]
fn throughput_is_fixed_by_capacity() {
    let run = &*BASELINE;
    let ports = run.scenario.world.ports.len();
    for (year, month) in (7..=12).map(|m| (2023, m)).chain((1..=12).map(|m| (2024, m))) {
        let first = date(year, month, 1);
        let days = run.day(first)..=run.day(first.last_of_month());
        let slots: f64 = days
            .clone()
            .flat_map(|d| &run.seen.appointments[d * ports..(d + 1) * ports])
            .map(|p| f64::from(p.slots))
            .sum();
        let ratio = run.month(Event::Processed, year, month, None) / slots;
        assert!((0.95..=1.05).contains(&ratio), "{year}-{month}: {ratio}");
    }
    // 1. The ramp, processed a day.
    near(
        "processed a day, 18-31 January 2023",
        run.flow(Event::Processed, date(2023, 1, 18), date(2023, 1, 31), None) / 14.0,
        741.0,
        2.0,
    );
    for (month, observed) in [(2, 758.0), (3, 805.0), (4, 762.0), (5, 877.0), (6, 1238.0)] {
        let days = f64::from(date(2023, month, 1).days_in_month());
        near(
            &format!("processed a day, 2023-{month:02}"),
            run.month(Event::Processed, 2023, month, None) / days,
            observed,
            1.1,
        );
    }
}

#[test]
fn the_backlog_grows_and_people_ask() {
    let run = &*BASELINE;
    // 2. Requests.
    near("requests on 11 May 2023", run.requests(date(2023, 5, 11)), 62_000.0, 2.0);
    near("requests on 26 May 2023", run.requests(date(2023, 5, 26)), 80_000.0, 2.0);
    let days = run.day(date(2023, 5, 10))..=run.day(date(2024, 2, 8));
    let count = days.clone().count() as f64;
    let mean = days
        .map(|d| run.requests(run.scenario.start.checked_add(jiff::Span::new().days(d as i64)).expect("a date")))
        .sum::<f64>()
        / count;
    near("requests a day, 10 May 2023 to 8 February 2024 (148-234 thousand)", mean, 191_000.0, 2.0);
    let ports = run.scenario.world.ports.len();
    let backlog = |on: Date| -> u32 {
        run.seen.appointments[run.day(on) * ports..(run.day(on) + 1) * ports].iter().map(|p| p.backlog).sum()
    };
    let (may, december, july) = (backlog(date(2023, 5, 31)), backlog(date(2023, 12, 31)), backlog(date(2024, 7, 31)));
    println!("backlog, persons: {may} in May 2023, {december} in December, {july} in July 2024");
    assert!(may < december && december < july);
}

#[test]
fn waits_are_of_the_right_size() {
    let run = &*BASELINE;
    // 3. Completed waits of foreigners on queue age. 4. Elapsed waits, 95th percentile.
    let completed = |on| run.wait(WaitKind::Completed, WaitClock::QueueAge, on).0;
    near("completed wait, June 2023, days (42 at most)", completed(date(2023, 6, 30)), 42.0, 2.0);
    near("completed wait, February 2024, days", completed(date(2024, 2, 29)), 56.0, 2.0);
    near("completed wait, April 2024, days", completed(date(2024, 4, 30)), 70.0, 2.0);
    let elapsed = |on| run.wait(WaitKind::Elapsed, WaitClock::TimeWaiting, on).1;
    near("elapsed wait, 95th percentile, November 2023, days", elapsed(date(2023, 11, 30)), 120.0, 2.0);
    near("elapsed wait, 95th percentile, January 2024, days", elapsed(date(2024, 1, 31)), 150.0, 2.0);
}

#[test]
fn authorities_stop_as_many_as_reported() {
    let run = &*BASELINE;
    // 5. Events, and their mix.
    near(
        "events in Mexico, 2023",
        run.flow(Event::Interception, date(2023, 1, 1), date(2023, 12, 31), None),
        782_176.0,
        2.0,
    );
    near(
        "events in Mexico, first quarter of 2024",
        run.flow(Event::Interception, date(2024, 1, 1), date(2024, 3, 31), None),
        359_697.0,
        2.0,
    );
    for month in 1..=6 {
        near(
            &format!("events in Mexico, 2024-{month:02} (105-135 thousand)"),
            run.month(Event::Interception, 2024, month, None),
            120_000.0,
            2.0,
        );
    }
    let half = |n| run.flow(Event::Interception, date(2024, 1, 1), date(2024, 6, 30), n);
    let mix = [
        ("Venezuela", 28.1),
        ("Ecuador", 10.3),
        ("Honduras", 8.5),
        ("Guatemala", 8.0),
        ("Colombia", 6.2),
        ("El Salvador", 5.9),
        ("Nicaragua", 5.1),
        ("Haiti", 4.3),
        ("Cuba", 3.4),
    ];
    for (nationality, percent) in mix {
        near(&format!("share of events, {nationality}, %"), 100.0 * half(Some(nationality)) / half(None), percent, 2.0);
    }
}

#[test]
fn people_cross_between_ports_as_reported() {
    let run = &*BASELINE;
    // 6. US Border Patrol, Mexicans and foreigners apart.
    let observed = |on: Date, n: Option<usize>| {
        let rows = &run.scenario.world.observed;
        let row = rows.iter().find(|r| r.series == "border_patrol_encounter" && r.from == on && r.nationality == n);
        row.map(|r| r.value).expect("a month of the record")
    };
    let mexico = run.nationality("Mexico");
    for (year, month) in (2..=12).map(|m| (2023, m)).chain((1..=6).map(|m| (2024, m))) {
        let first = date(year, month, 1);
        let (all, national) = (observed(first, None), observed(first, Some(mexico)));
        let simulated = run.month(Event::BorderPatrolEncounter, year, month, Some("Mexico"));
        near(&format!("Border Patrol, nationals, {year}-{month:02}"), simulated, national, 2.0);
        let foreign = run.month(Event::BorderPatrolEncounter, year, month, None) - simulated;
        near(&format!("Border Patrol, foreigners, {year}-{month:02}"), foreign, all - national, 2.0);
    }
    for (nationality, fall) in [("Venezuela", -91.0), ("Honduras", -63.0), ("Colombia", -63.0), ("Guatemala", -44.0)] {
        let of = |y, m| run.month(Event::BorderPatrolEncounter, y, m, Some(nationality));
        near(
            &format!("January against December, {nationality}, %"),
            100.0 * (of(2024, 1) / of(2023, 12) - 1.0),
            fall,
            2.0,
        );
    }
    let all = |m| run.month(Event::BorderPatrolEncounter, 2023, m, None);
    near("rebound, June to September 2023", all(9) / all(6), 2.2, 2.0);
}

#[test]
fn the_app_serves_the_mix_reported() {
    let run = &*BASELINE;
    // 7. Processed by nationality. 8. Share using the app.
    for nationality in ["Cuba", "Haiti", "Venezuela"] {
        let rows = run.scenario.world.observed.iter().filter(|r| {
            r.series == "processed"
                && r.nationality == Some(run.nationality(nationality))
                && r.from >= date(2023, 7, 1)
                && r.to <= date(2024, 6, 30)
        });
        let record: f64 = rows.map(|r| r.value).sum();
        let simulated = run.flow(Event::Processed, date(2023, 7, 1), date(2024, 6, 30), Some(nationality));
        near(&format!("processed, July 2023 to June 2024, {nationality}"), simulated, record, 2.0);
    }
    for (nationality, december, june) in
        [("Venezuela", 0.19, 0.85), ("Cuba", 0.72, 0.98), ("Honduras", 0.09, 0.29), ("Colombia", 0.04, 0.21)]
    {
        let share = |y, m| {
            let served = run.month(Event::Processed, y, m, Some(nationality));
            served / (served + run.month(Event::BorderPatrolEncounter, y, m, Some(nationality)))
        };
        near(&format!("share using the app, {nationality}, December 2023"), share(2023, 12), december, 2.0);
        near(&format!("share using the app, {nationality}, June 2024"), share(2024, 6), june, 2.0);
    }
}

#[test]
fn claims_and_balances_are_of_the_right_size() {
    let run = &*BASELINE;
    // 9. Asylum claims in Mexico, and the Venezuelan balance.
    let claims = |n| run.flow(Event::AsylumFiled, date(2023, 1, 1), date(2023, 12, 31), n);
    near("asylum claims, 2023", claims(None), 140_982.0, 2.0);
    for (nationality, observed) in [
        ("Haiti", 44_239.0),
        ("Honduras", 41_935.0),
        ("Cuba", 18_386.0),
        ("El Salvador", 6_117.0),
        ("Guatemala", 6_111.0),
        ("Venezuela", 5_517.0),
    ] {
        near(&format!("asylum claims, 2023, {nationality}"), claims(Some(nationality)), observed, 2.0);
    }
    let venezuela = run.nationality("Venezuela");
    let present = |on: Date| -> f64 {
        let table = &run.seen.stocks_by_nationality;
        (0..table.second).map(|s| f64::from(table.at(run.day(on), venezuela, s).persons)).sum()
    };
    near(
        "Venezuelans in Mexico, June 2024 less December 2023",
        present(date(2024, 6, 30)) - present(date(2023, 12, 31)),
        44_000.0,
        2.0,
    );
}

#[test]
fn caravans_walk_and_shrink_as_reported() {
    let run = &*BASELINE;
    // 10. Pace, loss, and size after two weeks, over all announced caravans that lasted so long.
    let mut paces = Vec::new();
    let mut kept = Vec::new();
    let mut losses = Vec::new();
    for plan in &run.scenario.caravans {
        let rows: Vec<_> = run.seen.caravans.iter().filter(|r| r.caravan == plan.id).collect();
        for pair in rows.windows(2).filter(|p| p[1].status.name() == "walking") {
            paces.push(pair[1].km - pair[0].km);
        }
        for pair in rows.windows(2).filter(|p| p[0].persons > 0 && !matches!(p[1].status.name(), "dissolved" | "ended"))
        {
            losses.push(f64::from(pair[1].left) / f64::from(pair[0].persons));
        }
        kept.extend(rows.get(16).map(|r| f64::from(r.persons) / f64::from(rows[0].persons)));
        assert!(!rows.iter().any(|r| r.persons >= rows[0].persons && r.km > 700.0), "{} passed Oaxaca whole", plan.id);
    }
    let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
    near("caravans, km on a day of walking (12-23)", mean(&paces), 17.5, 23.0 / 17.5);
    near("caravans, gross loss a day (5-15 %)", 100.0 * mean(&losses), 10.0, 2.0);
    near("caravans, size at day 16 of departure, % (35-125)", 100.0 * mean(&kept), 80.0, 80.0 / 17.5);
}
