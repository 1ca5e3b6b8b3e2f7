//! The value of an expression in one replicate.

use super::{Fold, Node, Of, Series, Statistic};
use crate::model::observation::{Cube, Observation};
use crate::record::metrics::Metric;
use crate::record::series;
use crate::scenario::input::Scenario;

/// What is looked at.
pub struct Seen<'a> {
    pub scenario: &'a Scenario,
    pub observation: &'a Observation,
    pub summary: &'a [Metric],
}

/// Whether a node asks for metrics of `summary.csv`.
pub fn needs_summary(node: &Node) -> bool {
    match node {
        Node::Summary(_) => true,
        Node::Negative(of) => needs_summary(of),
        Node::Both(_, a, b) => needs_summary(a) || needs_summary(b),
        _ => false,
    }
}

impl Seen<'_> {
    pub fn value(&self, node: &Node) -> Option<f64> {
        match node {
            Node::Number(x) => Some(*x),
            Node::Summary(i) => self.summary.get(*i)?.value,
            Node::Days { series, of, fold, from, to } => folded(*fold, self.daily(*series, *of).get(*from..=*to)?),
            Node::Wait { .. } => self.wait(node),
            Node::Negative(of) => Some(-self.value(of)?),
            Node::Both(sign, a, b) => {
                let (a, b) = (self.value(a)?, self.value(b)?);
                match sign {
                    '+' => Some(a + b),
                    '-' => Some(a - b),
                    '*' => Some(a * b),
                    _ => (b != 0.0).then(|| a / b),
                }
            }
        }
    }

    /// Persons of each day.
    fn daily(&self, series: Series, of: Of) -> Vec<f64> {
        let (scenario, seen) = (self.scenario, self.observation);
        let whole = |daily: Vec<u32>| daily.into_iter().map(f64::from).collect();
        match (series, of) {
            (Series::Requests, _) => whole(series::all_ports(scenario, seen).iter().map(|p| p.requests).collect()),
            (Series::Present, Of::Place(place)) => whole(series::at_place(seen, place)),
            (Series::State(state), Of::Place(place)) => {
                days_of(&seen.stocks_by_place, |i| i == place, |j| j == state as usize)
            }
            (Series::Present, of) => days_of(&seen.stocks_by_nationality, |n| self.counts(of, n), |_| true),
            (Series::State(state), of) => {
                days_of(&seen.stocks_by_nationality, |n| self.counts(of, n), |j| j == state as usize)
            }
            (Series::Event(event), of) => days_of(&seen.flows, |i| i == event as usize, |n| self.counts(of, n)),
            (Series::Backlog, Of::All) => whole(series::all_ports(scenario, seen).iter().map(|p| p.backlog).collect()),
            (Series::Backlog, of) => self.queue(of, |q| q.backlog),
            (Series::PresentOver210Days, of) => self.queue(of, |q| q.present_long),
            (Series::OutsideGeofence, of) => {
                let width = scenario.world.nationalities.len().max(1);
                let day = |day: &[[u32; 2]]| sum_where(day, |p| p[1], |n| self.counts(of, n));
                seen.outside_geofence.chunks(width).map(day).collect()
            }
        }
    }

    fn queue(&self, of: Of, value: impl Fn(&crate::model::observation::QueueDay) -> u32) -> Vec<f64> {
        let width = self.scenario.world.nationalities.len().max(1);
        let day = |day: &[_]| sum_where(day, &value, |n| self.counts(of, n));
        self.observation.queue.chunks(width).map(day).collect()
    }

    /// Whether people of a nationality are meant.
    fn counts(&self, of: Of, nationality: usize) -> bool {
        let national = || self.scenario.world.nationalities[nationality].national;
        match of {
            Of::All | Of::Place(_) => true,
            Of::Foreign => !national(),
            Of::National => national(),
            Of::Nationality(n) => n == nationality,
        }
    }

    fn wait(&self, node: &Node) -> Option<f64> {
        let Node::Wait { kind, clock, group, statistic, month } = node else { return None };
        let rows = self.observation.waits.iter().filter(|w| {
            let in_month = month.is_none_or(|m| (w.date.year(), w.date.month()) == m);
            w.kind == *kind && w.clock == *clock && w.group == *group && in_month
        });
        let row = rows.max_by_key(|w| w.date)?;
        match statistic {
            Statistic::N => Some(row.n as f64),
            Statistic::Mean => row.mean,
            Statistic::P10 => row.p10,
            Statistic::P50 => row.p50,
            Statistic::P90 => row.p90,
            Statistic::P95 => row.p95,
        }
    }
}

fn sum_where<T>(day: &[T], value: impl Fn(&T) -> u32, counts: impl Fn(usize) -> bool) -> f64 {
    day.iter().enumerate().filter(|(n, _)| counts(*n)).map(|(_, x)| f64::from(value(x))).sum()
}

/// Sums of a cube a day, over those of its two sides that count.
fn days_of(cube: &Cube, first: impl Fn(usize) -> bool, second: impl Fn(usize) -> bool) -> Vec<f64> {
    let day = |day| {
        let mut sum = 0.0;
        for i in (0..cube.first).filter(|i| first(*i)) {
            for j in (0..cube.second).filter(|j| second(*j)) {
                sum += f64::from(cube.at(day, i, j).persons);
            }
        }
        sum
    };
    (0..cube.days).map(day).collect()
}

/// `None` over no days. Of equal peaks the first day counts.
fn folded(fold: Fold, days: &[f64]) -> Option<f64> {
    let (mut top, mut low) = (0, 0);
    for (i, x) in days.iter().enumerate() {
        top = if *x > days[top] { i } else { top };
        low = if *x < days[low] { i } else { low };
    }
    let sum: f64 = days.iter().sum();
    match fold {
        _ if days.is_empty() => None,
        Fold::Peak => Some(days[top]),
        Fold::PeakDay => Some(top as f64),
        Fold::Low => Some(days[low]),
        Fold::Mean => Some(sum / days.len() as f64),
        Fold::Total => Some(sum),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Vocabulary, values};
    use super::*;
    use crate::model::observation::{Event, WaitClock, WaitGroup, WaitKind, WaitRow};
    use crate::model::{self, RunOptions};
    use crate::scenario::{Overrides, load};
    use std::sync::atomic::AtomicBool;

    fn tutorial() -> (Scenario, Observation) {
        let scenario = load("tutorial", &Overrides::default()).unwrap();
        let stop = AtomicBool::new(false);
        let options = RunOptions { sample_households: 0, stop: &stop, progress: &|_| {} };
        let seen = model::run(&scenario, 1, &options).unwrap();
        (scenario, seen)
    }

    #[test]
    fn expressions_agree_with_the_metrics_of_the_summary() {
        let (scenario, seen) = tutorial();
        let words = Vocabulary::of(&scenario);
        let value = |text: &str| {
            let read = words.read_argument(text, "--metrics").unwrap();
            values(&[read], &scenario, &seen)[0].unwrap_or_else(|| panic!("{text}"))
        };
        let end = scenario.end;
        for (expression, metric) in [
            (format!("at(backlog, {end})"), "backlog_end"),
            (format!("at(backlog[foreign], {end})"), "backlog_end_foreign"),
            ("peak(backlog)".into(), "backlog_peak"),
            ("peak_day(backlog)".into(), "backlog_peak_day"),
            ("mean(backlog)".into(), "backlog_mean"),
            ("total(processed)".into(), "processed"),
            ("total(arrival[foreign])".into(), "arrival_foreign"),
            ("total(lapse) / total(offer)".into(), "lapse_share"),
            ("peak(outside_geofence)".into(), "outside_geofence_peak"),
            ("peak(present_over_210_days)".into(), "present_over_210_days_peak"),
            ("peak(present)".into(), "stock_peak"),
            ("2 * (backlog_peak - -1) - backlog_peak - 2".into(), "backlog_peak"),
        ] {
            assert!((value(&expression) - value(metric)).abs() < 1e-9, "{expression}");
        }
        let row =
            |w: &&WaitRow| w.kind == WaitKind::Elapsed && w.clock == WaitClock::QueueAge && w.group == WaitGroup::All;
        let may = seen.waits.iter().filter(row).find(|w| w.date == jiff::civil::date(2031, 5, 31)).unwrap();
        assert_eq!(value("wait(elapsed, queue_age, p95, all, 2031-05)"), may.p95.unwrap());
        let all: f64 = scenario.world.names.nationalities.iter().map(|n| value(&format!("total(arrival[{n}])"))).sum();
        assert_eq!(all, value("total(arrival)"));
        let place = &scenario.world.places[0].id;
        assert_eq!(value(&format!("at(present[{place}], {end})")), value(&format!("stock_end_at_{place}")));
        assert!(value(&format!("low(requests, {}, {end})", scenario.start)) <= value("mean(requests)"));
    }

    #[test]
    fn units_follow_the_arithmetic() {
        let (scenario, _) = tutorial();
        let words = Vocabulary::of(&scenario);
        let unit = |text: &str| words.read_argument(text, "--metrics").unwrap().unit;
        assert_eq!(unit("peak(backlog)"), "persons");
        assert_eq!(unit("peak(processed)"), "persons/day");
        assert_eq!(unit("total(processed)"), "persons");
        assert_eq!(unit("100 * total(lapse) / total(offer)"), "ratio");
        assert_eq!(unit("100 - lapse_share"), "ratio");
        assert_eq!(unit("2 / processed"), "1 per persons");
        assert_eq!(unit("processed - 5"), "persons");
        assert!(words.read_argument("processed + wait(completed, queue_age, mean)", "--metric").is_err());
        assert_eq!(unit("wait(completed, time_waiting, p90)"), "days");
        let named = words.read_argument("lapses = total(lapse)", "--metrics").unwrap();
        assert_eq!((named.name.as_str(), named.text.as_str()), ("lapses", "total(lapse)"));
    }

    #[test]
    fn wrong_expressions_say_where_and_what_is_meant() {
        let (scenario, _) = tutorial();
        let words = Vocabulary::of(&scenario);
        for (text, at, said) in [
            ("backlog", 1, "daily series"),
            ("backlog_en", 1, "backlog_end"),
            ("pea(backlog)", 1, "peak"),
            ("peak(backlo)", 6, "backlog"),
            ("peak(backlog[Maresi])", 14, "Maresia"),
            ("at(backlog, 1999-01-01)", 13, "outside the record"),
            ("at(backlog)", 11, "`,` is missing"),
            ("total(backlog)", 7, "means nothing"),
            ("wait(completed, queue_age, p99)", 28, "p95"),
            ("peak(backlog", 13, "`)` is missing"),
            ("1 +", 4, "missing here"),
            ("peak(backlog) 3", 15, "ends here"),
            ("a b = peak(backlog)", 1, "name"),
            ("é(1)", 1, "no function"),
        ] {
            let problem = words.read_argument(text, "--metrics").unwrap_err();
            assert_eq!(problem.spot.as_ref().unwrap().to_string(), format!("--metrics:1:{at}"), "{text}: {problem:?}");
            let all = format!("{} {}", problem.message, problem.help.unwrap_or_default());
            assert!(all.contains(said), "{text}: {all}");
        }
        assert!(words.read_argument(&"1+".repeat(400_000), "--metrics").is_err());
        assert!(words.read_argument(&format!("1{}", "*2".repeat(400)), "--metrics").is_ok());
        assert!(words.read_argument(&"(".repeat(10_000), "--metrics").is_err());
        assert!(words.read_argument(&"-".repeat(10_000), "--metrics").is_err());
    }

    #[test]
    fn an_event_is_asked_for_by_its_name() {
        assert_eq!(folded(Fold::PeakDay, &[1.0, 3.0, 3.0]), Some(1.0));
        assert_eq!(folded(Fold::Mean, &[]), None);
        assert!(Event::ALL.iter().any(|e| e.name() == "lapse"));
    }
}
