//! Distributions of waits: completed by month, elapsed at a date, Kaplan-Meier by cohort.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::observation::{WaitClock, WaitGroup, WaitKind, WaitRow};

const CLOCKS: usize = 2;
const GROUPS: usize = 2;

/// Persons by whole days waited.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Histogram(Vec<u32>);

impl Histogram {
    #[inline(always)]
    pub fn add(&mut self, days: i32, persons: u32) {
        let days = days.max(0) as usize;
        if days >= self.0.len() {
            self.0.resize(days + 1, 0);
        }
        self.0[days] += persons;
    }

    fn merge(&mut self, other: &Histogram) {
        self.0.resize(self.0.len().max(other.0.len()), 0);
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a += b);
    }

    fn total(&self) -> u64 {
        self.0.iter().map(|&n| u64::from(n)).sum()
    }

    fn mean(&self) -> Option<f64> {
        let n = self.total();
        let sum: f64 = self.0.iter().enumerate().map(|(d, &n)| d as f64 * f64::from(n)).sum();
        (n > 0).then(|| sum / n as f64)
    }

    /// Smallest wait with at least a share `q` of persons at or below it.
    fn quantile(&self, q: f64) -> Option<f64> {
        let need = (q * self.total() as f64).ceil().max(1.0) as u64;
        let mut seen = 0;
        self.0
            .iter()
            .position(|&n| {
                seen += u64::from(n);
                seen >= need
            })
            .map(|d| d as f64)
    }

    fn row(&self, date: Date, kind: WaitKind, clock: WaitClock, group: WaitGroup, weight: u64) -> WaitRow {
        WaitRow {
            date,
            kind,
            clock,
            group,
            n: self.total() * weight,
            mean: self.mean(),
            p10: self.quantile(0.10),
            p50: self.quantile(0.50),
            p90: self.quantile(0.90),
            p95: self.quantile(0.95),
        }
    }
}

/// Two clocks x two groups of histograms (index: clock * 2 + national).
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct WaitTable([Histogram; CLOCKS * GROUPS]);

impl WaitTable {
    #[inline(always)]
    pub fn add(&mut self, clock: WaitClock, national: bool, days: i32, persons: u32) {
        self.0[clock as usize * GROUPS + usize::from(national)].add(days, persons);
    }

    /// Rows for both clocks and the groups all, foreign, national.
    pub fn rows(&self, date: Date, kind: WaitKind, weight: u64, out: &mut Vec<WaitRow>) {
        for &clock in WaitClock::ALL {
            let [foreign, national] = [&self.0[clock as usize * GROUPS], &self.0[clock as usize * GROUPS + 1]];
            let mut all = foreign.clone();
            all.merge(national);
            out.push(all.row(date, kind, clock, WaitGroup::All, weight));
            out.push(foreign.row(date, kind, clock, WaitGroup::Foreign, weight));
            out.push(national.row(date, kind, clock, WaitGroup::National, weight));
        }
    }
}

/// Kaplan-Meier tables: for each clock, group and month of registration, persons served and
/// persons lost sight of (left without an appointment, or still waiting at the end) by age.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Cohorts {
    months: usize,
    ages: usize,
    /// Greatest age of anybody so far.
    oldest: usize,
    served: Vec<u32>,
    lost: Vec<u32>,
}

impl Cohorts {
    pub fn new(months: usize, days: usize) -> Self {
        let ages = days + 64;
        let cells = CLOCKS * GROUPS * months * ages;
        Cohorts { months, ages, oldest: 0, served: vec![0; cells], lost: vec![0; cells] }
    }

    #[inline(always)]
    fn clamped(&self, age: i32) -> usize {
        age.clamp(0, self.ages as i32 - 1) as usize
    }

    #[inline(always)]
    fn cell(&self, clock: WaitClock, national: bool, month: usize, age: i32) -> usize {
        let age = self.clamped(age);
        ((clock as usize * GROUPS + usize::from(national)) * self.months + month) * self.ages + age
    }

    /// The cell of somebody of that age.
    #[inline(always)]
    fn reach(&mut self, clock: WaitClock, national: bool, month: usize, age: i32) -> usize {
        let cell = self.cell(clock, national, month, age);
        self.oldest = self.oldest.max(self.clamped(age));
        cell
    }

    #[inline(always)]
    pub fn served(&mut self, clock: WaitClock, national: bool, month: usize, age: i32, persons: u32) {
        let cell = self.reach(clock, national, month, age);
        self.served[cell] += persons;
    }

    #[inline(always)]
    pub fn lost(&mut self, clock: WaitClock, national: bool, month: usize, age: i32, persons: u32) {
        let cell = self.reach(clock, national, month, age);
        self.lost[cell] += persons;
    }

    /// Rows of every cohort; `dates` are the last days of the months.
    pub fn rows(&self, dates: &[Date], weight: u64, out: &mut Vec<WaitRow>) {
        for (month, &date) in dates.iter().enumerate().take(self.months) {
            for &clock in WaitClock::ALL {
                for &group in WaitGroup::ALL {
                    out.push(self.row(date, clock, group, month, weight));
                }
            }
        }
    }

    /// Those of one cohort by age, up to the oldest of all cohorts: nobody comes after.
    fn ages<'a>(&self, table: &'a [u32], clock: WaitClock, national: bool, month: usize) -> &'a [u32] {
        let first = self.cell(clock, national, month, 0);
        &table[first..=first + self.oldest]
    }

    fn row(&self, date: Date, clock: WaitClock, group: WaitGroup, month: usize, weight: u64) -> WaitRow {
        let nationals: &[bool] = match group {
            WaitGroup::All => &[false, true],
            WaitGroup::Foreign => &[false],
            WaitGroup::National => &[true],
        };
        let mut by_age = vec![(0, 0); self.oldest + 1];
        for &national in nationals {
            let served = self.ages(&self.served, clock, national, month);
            let lost = self.ages(&self.lost, clock, national, month);
            for (sum, (served, lost)) in by_age.iter_mut().zip(served.iter().zip(lost)) {
                *sum = (sum.0 + u64::from(*served), sum.1 + u64::from(*lost));
            }
        }
        let curve = kaplan_meier(by_age.into_iter());
        WaitRow {
            date,
            kind: WaitKind::KaplanMeier,
            clock,
            group,
            n: curve.n * weight,
            mean: None,
            p10: curve.quantile(0.10),
            p50: curve.quantile(0.50),
            p90: curve.quantile(0.90),
            p95: curve.quantile(0.95),
        }
    }
}

/// A product-limit estimate of the share still waiting after each age (Kaplan and Meier 1958).
#[derive(Debug, Clone)]
pub struct Curve {
    pub n: u64,
    waiting: Vec<f64>,
}

impl Curve {
    /// Age by which a share `q` has been served, if the curve, which never rises, reaches it.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        let age = self.waiting.partition_point(|s| *s > 1.0 - q + 1e-12);
        (age < self.waiting.len()).then_some(age as f64)
    }
}

/// The estimate from (served, lost) by age; those lost at an age are at risk at that age.
pub fn kaplan_meier(table: impl Iterator<Item = (u64, u64)> + Clone) -> Curve {
    let n: u64 = table.clone().map(|(served, lost)| served + lost).sum();
    let mut at_risk = n;
    let mut waiting = 1.0;
    let mut curve = Vec::new();
    for (served, lost) in table {
        if at_risk > 0 {
            waiting *= 1.0 - served as f64 / at_risk as f64;
        }
        at_risk -= served + lost;
        curve.push(if n == 0 { 1.0 } else { waiting });
    }
    Curve { n, waiting: curve }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example of Kaplan and Meier: deaths at 0.8, 3.1, 5.4, 9.2 and losses at 1.0,
    /// 2.7, 7.0, 12.1 of eight subjects, here in tenths.
    #[test]
    fn kaplan_meier_agrees_with_the_published_example() {
        let mut table = vec![(0u64, 0u64); 130];
        for death in [8, 31, 54, 92] {
            table[death].0 = 1;
        }
        for loss in [10, 27, 70, 121] {
            table[loss].1 = 1;
        }
        let curve = kaplan_meier(table.into_iter());
        let expected = [(8, 7.0 / 8.0), (31, 7.0 / 8.0 * 4.0 / 5.0), (54, 0.7 * 3.0 / 4.0), (92, 0.525 / 2.0)];
        for (age, s) in expected {
            assert!((curve.waiting[age] - s).abs() < 1e-12, "at {age}: {} not {s}", curve.waiting[age]);
        }
        assert_eq!(curve.quantile(0.5), Some(92.0));
        assert_eq!(curve.quantile(0.9), None);
    }

    /// What is left out after the oldest of a cohort changes nothing.
    #[test]
    fn cohorts_end_at_their_oldest() {
        let mut cohorts = Cohorts::new(2, 100);
        cohorts.served(WaitClock::QueueAge, false, 1, 20, 30);
        cohorts.lost(WaitClock::QueueAge, false, 1, 40, 10);
        cohorts.served(WaitClock::QueueAge, true, 1, 500, 60);
        let dates = [jiff::civil::date(2024, 1, 31), jiff::civil::date(2024, 2, 29)];
        let mut rows = Vec::new();
        cohorts.rows(&dates, 2, &mut rows);
        assert_eq!(rows.len(), 2 * CLOCKS * WaitGroup::ALL.len());
        let of = |group| {
            let row = |r: &&WaitRow| r.date == dates[1] && r.clock == WaitClock::QueueAge && r.group == group;
            let r = rows.iter().find(row).unwrap();
            (r.n, r.p10, r.p50, r.p95)
        };
        assert_eq!(of(WaitGroup::Foreign), (80, Some(20.0), Some(20.0), None));
        assert_eq!(of(WaitGroup::National), (120, Some(163.0), Some(163.0), Some(163.0)));
        assert_eq!(of(WaitGroup::All), (200, Some(20.0), Some(163.0), Some(163.0)));
        assert!(rows.iter().filter(|r| r.date == dates[0]).all(|r| (r.n, r.p10) == (0, None)));
    }

    #[test]
    fn quantiles_of_a_histogram() {
        let mut h = Histogram::default();
        (0..100).for_each(|d| h.add(d, 1));
        assert_eq!(h.quantile(0.5), Some(49.0));
        assert_eq!(h.quantile(0.95), Some(94.0));
        assert_eq!(h.mean(), Some(49.5));
        assert_eq!(Histogram::default().quantile(0.5), None);
    }
}
