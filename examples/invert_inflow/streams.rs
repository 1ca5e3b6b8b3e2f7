//! Those who come, by nationality and month: to use the app, or to cross.

use std::sync::Arc;

use antesala::scenario::field::Value;
use antesala::scenario::input::Scenario;
use jiff::civil::Date;

use crate::derive::calendar::Month;
use crate::derive::table::Writer;
use crate::derive::{Error, LAST_KNOWN, NATIONALITIES, factors};
use crate::exits::{Observed, Simulated};

/// How much of what a round found is believed: of app users, of those who cross.
const BELIEVED: [f64; 2] = [0.6, 0.8];
/// What is kept of the distance to the estimate: drawn back, so that noise is not followed.
const KEPT: f64 = 0.92;
/// Most that a round may change an inflow, and fewest persons of a month that say something.
const MOST: f64 = 1.6;
const ENOUGH: [f64; 2] = [20.0, 50.0];
/// How fast the level of app users follows the requests.
const LEVEL: f64 = 0.3;
/// Days within which requests tell about those who entered.
const TELLING_DAYS: i64 = 120;

/// Inflow by nationality and month, and shares of app users by period.
pub struct Streams {
    months: Vec<Month>,
    /// Persons of the estimate, less those present on the first day.
    estimate: Vec<Vec<f64>>,
    /// What the estimate is multiplied by.
    factor: Vec<Vec<f64>>,
    app: Vec<Vec<f64>>,
    /// Periods of shares: the day they begin, their first month, their policy.
    periods: Vec<(Date, usize, String)>,
}

impl Streams {
    /// As the built-in baseline has them.
    ///
    /// # Errors
    /// Factors that cannot be read.
    pub fn new(scenario: &Scenario, months: &[Month]) -> Result<Streams, Error> {
        let written = factors::read(Month::parse(LAST_KNOWN)?)?;
        let index = |date: Date| months.iter().position(|m| m.to_string() == date.strftime("%Y-%m").to_string());
        let factor: Vec<Vec<f64>> = (0..NATIONALITIES.len())
            .map(|n| months.iter().map(|m| written.get(&(*m, n)).copied().unwrap_or(1.0)).collect())
            .collect();
        let mut estimate = vec![vec![0.0; months.len()]; NATIONALITIES.len()];
        for row in &scenario.world.inflow {
            let month = Month::parse(&format!("{:04}-{:02}", row.month.year, row.month.month))?;
            if let Some(m) = months.iter().position(|x| *x == month) {
                estimate[row.nationality][m] += row.persons / factor[row.nationality][m];
            }
        }
        let mut periods = vec![(scenario.start, 0, "at the start".to_owned())];
        for policy in scenario.policies.iter().filter(|p| p.id.starts_with("intent-")) {
            if let Some(m) = index(policy.from) {
                periods.push((policy.from, m, policy.id.clone()));
            }
        }
        let mut app = vec![vec![0.0; months.len()]; NATIONALITIES.len()];
        for (n, shares) in app.iter_mut().enumerate() {
            for (number, (from, first, _)) in periods.iter().enumerate() {
                let next = periods.get(number + 1).map_or(months.len(), |p| p.1);
                let segment = scenario.timeline.partition_point(|(day, _)| day <= from).max(1) - 1;
                shares[*first..next].fill(scenario.timeline[segment].1.household.app_share[n]);
            }
        }
        Ok(Streams { months: months.to_vec(), estimate, factor, app, periods })
    }

    /// Puts them into a scenario whose world was `untouched` when they were read.
    ///
    /// # Errors
    /// A world with other nationalities.
    pub fn write_to(&self, scenario: &mut Scenario, untouched: &Scenario) -> Result<(), Error> {
        let persons = |m: usize, n: usize| self.estimate[n][m] * self.factor[n][m];
        let was = |m: usize, n: usize| {
            let same = |r: &&antesala::scenario::input::InflowRow| {
                r.nationality == n && format!("{:04}-{:02}", r.month.year, r.month.month) == self.months[m].to_string()
            };
            untouched.world.inflow.iter().filter(same).map(|r| r.persons).sum::<f64>()
        };
        let change: Vec<Vec<f64>> = (0..NATIONALITIES.len())
            .map(|n| (0..self.months.len()).map(|m| persons(m, n) / was(m, n).max(1.0)).collect())
            .collect();
        let world = Arc::make_mut(&mut scenario.world);
        for (row, before) in world.inflow.iter_mut().zip(&untouched.world.inflow) {
            let name = format!("{:04}-{:02}", row.month.year, row.month.month);
            if let Some(m) = self.months.iter().position(|x| x.to_string() == name) {
                row.persons = (before.persons * change[row.nationality][m]).round();
            }
        }
        for (from, params) in &mut scenario.timeline {
            let period = self.periods.iter().rev().find(|p| p.0 <= *from).unwrap_or(&self.periods[0]);
            for (n, name) in NATIONALITIES.iter().enumerate() {
                let share = Value::Float(self.app[n][period.1]);
                params
                    .set("household.app_share", Some(name), &share, &untouched.world.names)
                    .map_err(|e| format!("{e:?}"))?;
            }
        }
        Ok(())
    }

    /// One round of the iteration.
    pub fn follow(&mut self, simulated: &Simulated, observed: &Observed) {
        for n in 0..NATIONALITIES.len() {
            for m in 0..self.months.len() {
                let persons = self.estimate[n][m] * self.factor[n][m];
                let share = self.app[n][m];
                let users =
                    persons * share * self.change(0, n, m, simulated, observed) * self.level(m, simulated, observed);
                let crossers = persons * (1.0 - share) * self.change(1, n, m, simulated, observed);
                let factor = (users + crossers) / self.estimate[n][m].max(1.0);
                self.factor[n][m] = factor.powf(KEPT).clamp(0.1, 5.0);
                self.app[n][m] = (users / (users + crossers).max(1.0)).clamp(0.005, 0.995);
            }
            self.gather(n);
        }
    }

    /// What the exits to which a month's inflow led say about it.
    fn change(&self, way: usize, n: usize, m: usize, simulated: &Simulated, observed: &Observed) -> f64 {
        let path = &simulated.paths[way][n][m];
        let persons: f64 = path.iter().sum();
        if persons < 5.0 {
            return 1.0;
        }
        let exits = observed.exits[way][n].iter().zip(&simulated.exits[way][n]);
        let ratio = exits.map(|(seen, made)| seen.map_or(1.0, |seen| (seen / made.max(ENOUGH[way])).clamp(0.25, 4.0)));
        let mean = ratio.zip(path).map(|(ratio, weight)| ratio * weight).sum::<f64>() / persons;
        mean.clamp(1.0 / MOST, MOST).powf(BELIEVED[way])
    }

    /// What requests say about the level of app users who entered in a month. Slots fix how many are
    /// processed: how many more ask tells how many there are.
    fn level(&self, m: usize, simulated: &Simulated, observed: &Observed) -> f64 {
        let first: Option<Date> = self.months[m].days().0.parse().ok();
        let near =
            |r: &&(Date, Date, f64)| first.is_some_and(|f| f <= r.1 && (r.0 - f).get_days() as i64 <= TELLING_DAYS);
        let told: Vec<f64> = (observed.requests.iter().filter(near))
            .map(|(from, to, value)| value / simulated.requests(*from, *to).max(1.0))
            .collect();
        let last = observed.requests.iter().max_by_key(|r| r.1);
        match (told.is_empty(), last) {
            (false, _) => (told.iter().sum::<f64>() / told.len() as f64).powf(LEVEL),
            (true, Some((from, to, value))) => (value / simulated.requests(*from, *to).max(1.0)).powf(LEVEL),
            (true, None) => 1.0,
        }
    }

    /// One share of app users a period.
    fn gather(&mut self, n: usize) {
        for number in 0..self.periods.len() {
            let next = self.periods.get(number + 1).map_or(self.months.len(), |p| p.1);
            let months = self.periods[number].1..next;
            let persons = |m: usize| self.estimate[n][m] * self.factor[n][m];
            let all: f64 = months.clone().map(persons).sum();
            let users: f64 = months.clone().map(|m| persons(m) * self.app[n][m]).sum();
            self.app[n][months].fill((users / all.max(1.0)).clamp(0.005, 0.995));
        }
    }

    /// The factors, as `derive_inflow` reads them.
    ///
    /// # Errors
    /// None in practice.
    pub fn table(&self) -> Result<String, Error> {
        let mut out = Writer::new(&["month", "nationality", "factor"])?;
        for (m, month) in self.months.iter().enumerate() {
            for (n, name) in NATIONALITIES.iter().enumerate() {
                out.row(&[&month.to_string(), name, &format!("{:.3}", self.factor[n][m])])?;
            }
        }
        out.text()
    }

    /// The shares of app users, as the scenario writes them.
    pub fn shares(&self) -> String {
        let line = |(from, first, id): &(Date, usize, String)| {
            let shares: Vec<String> = NATIONALITIES
                .iter()
                .enumerate()
                .map(|(n, name)| format!("\"household.app_share.{name}\" = {:.3}", self.app[n][*first]))
                .collect();
            format!("# {id}, from {from}\nset = {{ {} }}", shares.join(", "))
        };
        self.periods.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}
