//! Those who come, by nationality and month: to use the app, or to cross.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use antesala::scenario::field::Value;
use antesala::scenario::input::Scenario;
use jiff::civil::Date;

use crate::derive::calendar::Month;
use crate::derive::table::Writer;
use crate::derive::{self, Error, NATIONALITIES};
use crate::exits::{Observed, Simulated, Told};

/// Whose level requests tell, waits being those of foreigners.
const HOME: &str = "Mexico";

/// How much of what a round found is believed: of app users, of those who cross.
const BELIEVED: [f64; 2] = [0.6, 0.8];
/// What is kept of the distance to the estimate: drawn back, so that noise is not followed.
const KEPT: f64 = 0.94;
/// Most that a round may change an inflow, and fewest persons of a month that say something.
const MOST: f64 = 1.6;
const ENOUGH: [f64; 2] = [20.0, 50.0];
/// How fast the level of app users follows requests, and waits, which are rounded and few.
const REQUESTS_BELIEVED: f64 = 0.4;
const WAITS_BELIEVED: f64 = 0.25;
/// Days before an observation in which those entered of whom it tells, from and to: a queue takes long to
/// grow, and those who came lately can only have waited shortly, however many they are.
const REQUESTS_TELL: [i32; 2] = [140, 0];
const WAITS_TELL: [i32; 2] = [240, 60];

/// Inflow by nationality and month, and shares of app users by period.
pub struct Streams {
    months: Vec<Month>,
    /// Persons of the estimate, less those present on the first day.
    estimate: Vec<Vec<f64>>,
    /// What the estimate is multiplied by.
    factor: Vec<Vec<f64>>,
    app: Vec<Vec<f64>>,
    /// Periods of shares: their first month, their policy (none at the start).
    periods: Vec<(usize, Option<String>)>,
}

impl Streams {
    /// The estimate, with the shares of app users that processed and encounters have among them: nothing
    /// here comes from an earlier inversion.
    ///
    /// # Errors
    /// Facts that cannot be read.
    pub fn new(scenario: &Scenario, folder: &Path, observed: &Observed) -> Result<Streams, Error> {
        let months = observed.months.clone();
        let mut estimate = vec![vec![0.0; months.len()]; NATIONALITIES.len()];
        for ((month, n), entering) in derive::estimate(folder)? {
            if let Some(m) = months.iter().position(|x| *x == month) {
                estimate[n][m] = entering.persons as f64;
            }
        }
        let mut periods = vec![(0, None)];
        for policy in scenario.policies.iter().filter(|p| p.id.starts_with("intent-")) {
            let month = Month::parse(&policy.from.strftime("%Y-%m").to_string())?;
            if policy.from != policy.from.first_of_month() {
                return Err(format!("policy {} does not begin with a month", policy.id).into());
            }
            if let Some(m) = months.iter().position(|x| *x == month) {
                periods.push((m, Some(policy.id.clone())));
            }
        }
        let mut streams = Streams {
            factor: vec![vec![1.0; months.len()]; NATIONALITIES.len()],
            app: vec![vec![0.0; months.len()]; NATIONALITIES.len()],
            months,
            estimate,
            periods,
        };
        streams.begin_with_observed_shares(observed);
        Ok(streams)
    }

    /// Processed over processed and encounters, by period; of all nationalities where one is not told apart.
    fn begin_with_observed_shares(&mut self, observed: &Observed) {
        for number in 0..self.periods.len() {
            let months = self.months_of(number);
            let sum = |way: usize, n: usize| observed.exits[way][n][months.clone()].iter().flatten().sum::<f64>();
            let all = |way: usize| (0..NATIONALITIES.len()).map(|n| sum(way, n)).sum::<f64>();
            for n in 0..NATIONALITIES.len() {
                let (ports, between) = match (sum(0, n), sum(1, n)) {
                    (p, b) if p > 0.0 && b > 0.0 => (p, b),
                    _ => (all(0), all(1)),
                };
                self.app[n][months.clone()].fill((ports / (ports + between)).clamp(0.005, 0.995));
            }
        }
    }

    /// The months of a period of shares.
    fn months_of(&self, number: usize) -> Range<usize> {
        self.periods[number].0..self.periods.get(number + 1).map_or(self.months.len(), |p| p.0)
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
            let month = from.strftime("%Y-%m").to_string();
            let m = self.months.iter().position(|m| m.to_string() == month).unwrap_or(self.months.len() - 1);
            for (n, name) in NATIONALITIES.iter().enumerate() {
                let share = Value::Float(self.app[n][m]);
                params
                    .set("household.app_share", Some(name), &share, &untouched.world.names)
                    .map_err(|e| format!("{e:?}"))?;
            }
        }
        Ok(())
    }

    /// One round of the iteration.
    pub fn follow(&mut self, simulated: &Simulated, observed: &Observed) {
        for (n, name) in NATIONALITIES.iter().enumerate() {
            let mut held = None;
            for m in 0..self.months.len() {
                let persons = self.estimate[n][m] * self.factor[n][m];
                let share = self.app[n][m];
                let told = self.level(n, m, simulated, observed);
                let mut users = persons * share * self.change(0, n, m, simulated, observed) * told.unwrap_or(1.0);
                let crossers = persons * (1.0 - share) * self.change(1, n, m, simulated, observed);
                // Nationals who use the app once nothing more tells of them: as many as before (assumed).
                match (told, held) {
                    (None, Some(before)) if *name == HOME => users = before,
                    _ => held = Some(users),
                }
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

    /// What is said of the level of app users who entered in a month: of foreigners by their completed waits
    /// where some are known, else, and of nationals, by requests. Slots fix how many are processed; how many more
    /// ask, and how long those served have waited, tells how many there are.
    fn level(&self, n: usize, m: usize, simulated: &Simulated, observed: &Observed) -> Option<f64> {
        let waits = || self.told(m, WAITS_TELL, &observed.waits, |from, _| simulated.wait(from));
        let requests = || self.told(m, REQUESTS_TELL, &observed.requests, |from, to| simulated.requests(from, to));
        let believed = |ratio: f64, power: f64| ratio.clamp(1.0 / MOST, MOST).powf(power);
        let of_foreigners = if NATIONALITIES[n] == HOME { None } else { waits().map(|r| believed(r, WAITS_BELIEVED)) };
        of_foreigners.or_else(|| requests().map(|r| believed(r, REQUESTS_BELIEVED)))
    }

    /// Observed over simulated, of the first observation that tells of those who entered in a month.
    fn told(&self, m: usize, days: [i32; 2], observed: &[Told], simulated: impl Fn(Date, Date) -> f64) -> Option<f64> {
        let first: Date = self.months[m].days().0.parse().ok()?;
        let tells = |r: &&Told| (r.from - first).get_days() <= days[0] && (r.to - first).get_days() >= days[1];
        let r = observed.iter().filter(tells).min_by_key(|r| r.to)?;
        Some(r.value / simulated(r.from, r.to).max(1.0))
    }

    /// One share of app users a period.
    fn gather(&mut self, n: usize) {
        for number in 0..self.periods.len() {
            let months = self.months_of(number);
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

    /// The shares of app users by their paths in a scenario.
    pub fn shares(&self) -> Vec<(String, f64)> {
        let mut shares = Vec::new();
        for (first, id) in &self.periods {
            let policy = id.as_ref().map_or(String::new(), |id| format!("policy.{id}."));
            for (n, name) in NATIONALITIES.iter().enumerate() {
                shares.push((format!("{policy}household.app_share.{name}"), self.app[n][*first]));
            }
        }
        shares
    }
}
