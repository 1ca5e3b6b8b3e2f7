//! Exits by month and nationality: observed, and of a run with the months their households came in.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use antesala::model::observation::{Event, WaitClock, WaitGroup, WaitKind, WaitRow};
use antesala::model::{RunOptions, run};
use antesala::scenario::input::Scenario;
use jiff::civil::Date;

use crate::derive::calendar::Month;
use crate::derive::table::Table;
use crate::derive::{Error, LAST_KNOWN, NATIONALITIES};

/// Households whose paths tell which inflow leads to which exits, a replicate.
const SAMPLE: u32 = 12_000;

/// Two ways out: processed at a port, met by Border Patrol.
pub const WAYS: [(&str, Event); 2] =
    [("processed", Event::Processed), ("border_patrol_encounter", Event::BorderPatrolEncounter)];

/// A mean over a period.
pub struct Told {
    pub from: Date,
    pub to: Date,
    pub value: f64,
}

/// What was observed, by way, nationality and month.
pub struct Observed {
    pub months: Vec<Month>,
    /// `None`: not told apart by the source.
    pub exits: [Vec<Vec<Option<f64>>>; 2],
    /// Persons who asked, a day.
    pub requests: Vec<Told>,
    /// Days that foreigners processed in a month had waited, by queue age.
    pub waits: Vec<Told>,
}

impl Observed {
    /// Observations to a month.
    ///
    /// # Errors
    /// A table that cannot be read.
    pub fn read(folder: &Path, to: Option<Month>) -> Result<Observed, Error> {
        let last = to.unwrap_or(Month::parse(LAST_KNOWN)?);
        let months: Vec<Month> = Month::parse("2023-01")?.to(last).collect();
        let empty = || vec![vec![None; months.len()]; NATIONALITIES.len()];
        let mut seen = Observed { exits: [empty(), empty()], requests: Vec::new(), waits: Vec::new(), months };
        let end = seen.last_day()?;
        for row in Table::read(folder, "observed.csv")?.rows() {
            let (from, to) = (day(row.text("from")?)?, day(row.text("to")?)?);
            let value = row.number("value")?;
            let series = row.text("series")?;
            if to <= end {
                match series {
                    "requests_per_day" => seen.requests.push(Told { from, to, value }),
                    "wait_completed_queue_age_mean" => seen.waits.push(Told { from, to, value }),
                    _ => {}
                }
            }
            let Some(way) = WAYS.iter().position(|(name, _)| *name == series) else { continue };
            let name = row.text("nationality")?;
            let Some(n) = NATIONALITIES.iter().position(|n| *n == name) else { continue };
            let whole_month = from.last_of_month() == to && from.first_of_month() == from;
            if let Some(m) = seen.months.iter().position(|m| whole_month && *m == month_of(from)) {
                seen.exits[way][n][m] = Some(value);
            }
        }
        Ok(seen)
    }

    /// Last day looked at.
    ///
    /// # Errors
    /// None for months of this century.
    pub fn last_day(&self) -> Result<Date, Error> {
        day(&self.months.last().ok_or("no months")?.days().1)
    }
}

fn day(text: &str) -> Result<Date, Error> {
    text.parse().map_err(|e| format!("{text}: {e}").into())
}

fn month_of(date: Date) -> Month {
    Month::parse(&date.strftime("%Y-%m").to_string()).expect("a month of this century")
}

/// The mean of some replicates.
pub struct Simulated {
    /// By way, nationality and month.
    pub exits: [Vec<Vec<f64>>; 2],
    /// By way, nationality, month of entry and month of exit: persons of the sample.
    pub paths: [Vec<Vec<Vec<f64>>>; 2],
    /// Persons who asked, by day.
    requests: Vec<f64>,
    /// Mean completed wait of foreigners, by month; days.
    waits: Vec<(Month, f64)>,
    start: Date,
}

impl Simulated {
    /// Runs some replicates.
    pub fn run(scenario: &Scenario, months: &[Month], replicates: u32) -> Simulated {
        let table = || vec![vec![0.0; months.len()]; NATIONALITIES.len()];
        let cube = || (0..NATIONALITIES.len()).map(|_| vec![vec![0.0; months.len()]; months.len()]).collect();
        let index = |date: Date| months.iter().position(|m| *m == month_of(date));
        let mut mean = Simulated {
            exits: [table(), table()],
            paths: [cube(), cube()],
            requests: vec![0.0; scenario.days()],
            waits: months.iter().map(|m| (*m, 0.0)).collect(),
            start: scenario.start,
        };
        let stop = AtomicBool::new(false);
        let by_day: Vec<Option<usize>> = (0..scenario.days())
            .map(|d| index(scenario.start.saturating_add(jiff::Span::new().days(d as i64))))
            .collect();
        for replicate in 1..=replicates {
            let options = RunOptions { sample_households: SAMPLE, stop: &stop, progress: &|_| {} };
            let Some(seen) = run(scenario, replicate, &options) else { continue };
            let persons = 1.0 / f64::from(replicates);
            for (day, month) in by_day.iter().enumerate() {
                mean.requests[day] += (0..scenario.world.ports.len())
                    .map(|p| f64::from(seen.appointments[day * scenario.world.ports.len() + p].requests))
                    .sum::<f64>()
                    * persons;
                let Some(month) = *month else { continue };
                for (way, (_, event)) in WAYS.iter().enumerate() {
                    for n in 0..NATIONALITIES.len() {
                        let count = seen.flows.at(day, *event as usize, n).persons;
                        mean.exits[way][n][month] += f64::from(count) * persons;
                    }
                }
            }
            let completed = |row: &&WaitRow| {
                (row.kind, row.clock, row.group) == (WaitKind::Completed, WaitClock::QueueAge, WaitGroup::Foreign)
            };
            for row in seen.waits.iter().filter(completed) {
                if let Some(m) = index(row.date) {
                    mean.waits[m].1 += row.mean.unwrap_or(0.0) * persons;
                }
            }
            let mut entered = BTreeMap::new();
            for path in &seen.paths {
                let Some(month) = index(path.date) else { continue };
                if path.event == Event::Arrival {
                    entered.insert(path.family, month);
                }
                let way = WAYS.iter().position(|(_, event)| *event == path.event);
                if let (Some(way), Some(from)) = (way, entered.get(&path.family)) {
                    mean.paths[way][path.nationality][*from][month] += f64::from(path.persons);
                }
            }
        }
        mean
    }

    /// Mean of requests a day over a period.
    pub fn requests(&self, from: Date, to: Date) -> f64 {
        let at = |date: Date| (date - self.start).get_days().max(0) as usize;
        let days = &self.requests[at(from)..=at(to).min(self.requests.len() - 1)];
        days.iter().sum::<f64>() / days.len() as f64
    }

    /// Mean completed wait of foreigners processed in the month of a date, days.
    pub fn wait(&self, date: Date) -> f64 {
        self.waits.iter().find(|(month, _)| *month == month_of(date)).map_or(0.0, |(_, days)| *days)
    }

    /// How far off a round is, in words.
    pub fn errors(&self, observed: &Observed) -> String {
        let off = |way: usize| {
            let (mut off, mut all) = (0.0, 0.0);
            for (n, series) in observed.exits[way].iter().enumerate() {
                for (m, value) in series.iter().enumerate() {
                    if let Some(value) = value {
                        off += (self.exits[way][n][m] - value).abs();
                        all += value;
                    }
                }
            }
            100.0 * off / all
        };
        let told = |of: &[Told], made: &dyn Fn(&Told) -> f64| -> String {
            let words: Vec<String> = of.iter().map(|t| format!("{:.0} of {:.0}", made(t), t.value)).collect();
            words.join(", ")
        };
        format!(
            "off by {:.1}% of processed, {:.1}% of encounters; requests {}; waits {}",
            off(0),
            off(1),
            told(&observed.requests, &|t| self.requests(t.from, t.to)),
            told(&observed.waits, &|t| self.wait(t.from)),
        )
    }
}
