//! What is seen of each replicate at a date: the signal before it and the outcome after it, each with
//! round numbers found on the making half.

use super::sayable::{Scale, roundest};
use super::{Options, Series};
use crate::report::data::quantile;

/// Least share of the making half in which an outcome must happen to be looked at.
const LEAST_SHARE: f64 = 0.15;

/// Whether a replicate is one rules are made from; the others check them.
pub fn makes(replicate: usize) -> bool {
    replicate.is_multiple_of(2)
}

/// An indicator's highest level over the days up to a date.
pub struct Signal {
    pub indicator: usize,
    pub day: usize,
    pub scale: Scale,
    /// Thresholds passed, by replicate.
    pub passed: Vec<usize>,
}

/// Whether an outcome's highest level over the days after a date exceeds a target.
pub struct Event {
    pub outcome: usize,
    pub day: usize,
    pub target: f64,
    /// By replicate.
    pub happened: Vec<bool>,
    /// By replicate: whether the level exceeds the target on the date itself.
    pub already: Vec<bool>,
}

/// Signals of all indicators at all dates; those without spread and those with a day missing in some
/// replicate are left out.
pub fn signals(indicators: &[Series], replicates: usize, options: &Options) -> Vec<Signal> {
    let of = |(indicator, day): (usize, usize)| {
        let series = &indicators[indicator];
        let start = (day + 1).saturating_sub(options.lookback_days.max(1)).max(options.first_day);
        let levels = highest(series, replicates, start, day)?;
        let made = sorted_making_half(&levels);
        let scale = Scale::between(quantile(&made, 0.05), quantile(&made, 0.95), series.finest)?;
        Some(Signal { indicator, day, scale, passed: levels.iter().map(|&v| scale.passed(v)).collect() })
    };
    each(indicators.len(), options).filter_map(of).collect()
}

/// Events of all outcomes at all dates; those too rare to judge and those with a day missing in some
/// replicate are left out.
pub fn events(outcomes: &[Series], replicates: usize, options: &Options) -> Vec<Event> {
    let of = |(outcome, day): (usize, usize)| {
        let series = &outcomes[outcome];
        let at_date = highest(series, replicates, day, day)?;
        let levels = highest(series, replicates, day + 1, day.checked_add(options.horizon_days.max(1))?)?;
        let made = sorted_making_half(&levels);
        let [low, middle, high] = [0.70, 0.75, 0.80].map(|p| quantile(&made, p));
        let target = roundest(low, middle, high, series.finest);
        let above = made.iter().filter(|&&v| v > target).count() as f64;
        let exceeds = |levels: &[f64]| levels.iter().map(|&v| v > target).collect();
        let event = || Event { outcome, day, target, happened: exceeds(&levels), already: exceeds(&at_date) };
        (above >= LEAST_SHARE * made.len() as f64).then(event)
    };
    each(outcomes.len(), options).filter_map(of).collect()
}

/// Every series at every date, by date.
fn each(series: usize, options: &Options) -> impl Iterator<Item = (usize, usize)> {
    let mut days: Vec<usize> = options.check_days.iter().copied().filter(|&d| d >= options.first_day).collect();
    days.sort_unstable();
    days.dedup();
    days.into_iter().flat_map(move |day| (0..series).map(move |s| (s, day)))
}

/// The highest level of each replicate from day `start` to day `end`; `None` if a day is missing or no
/// number in any of them.
fn highest(series: &Series, replicates: usize, start: usize, end: usize) -> Option<Vec<f64>> {
    let one = |daily: &Vec<f32>| {
        let days = daily.get(start..=end)?;
        days.iter().all(|v| v.is_finite()).then(|| days.iter().copied().fold(f32::MIN, f32::max).into())
    };
    series.daily.iter().take(replicates).map(one).collect()
}

fn sorted_making_half(levels: &[f64]) -> Vec<f64> {
    let mut made: Vec<f64> = levels.iter().enumerate().filter(|(r, _)| makes(*r)).map(|(_, v)| *v).collect();
    made.sort_by(f64::total_cmp);
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_end_on_the_date_and_begin_after_it() {
        let daily = vec![(0..10).map(|d| d as f32).collect(), (0..10).map(|d| 9.0 - d as f32).collect()];
        let series = Series { name: "a", daily: &daily, finest: 0.0 };
        assert_eq!(highest(&series, 2, 3, 5), Some(vec![5.0, 6.0]));
        assert_eq!(highest(&series, 2, 6, 9), Some(vec![9.0, 3.0]));
        assert_eq!(highest(&series, 2, 6, 10), None);
        let gap = vec![vec![1.0, f32::NAN, 3.0]];
        let series = Series { name: "a", daily: &gap, finest: 0.0 };
        assert_eq!((highest(&series, 1, 0, 1), highest(&series, 1, 2, 2)), (None, Some(vec![3.0])));
    }

    /// Replicates 0, 2, 4 ... have levels 0 to 19; what the others have does not move the target or the scale.
    #[test]
    fn round_numbers_are_found_on_the_making_half() {
        let course = |r: usize, other: f32| vec![if makes(r) { (r / 2) as f32 } else { other }; 30];
        let options = Options { check_days: vec![5], ..Options::default() };
        let found = |other: f32| {
            let daily: Vec<Vec<f32>> = (0..40).map(|r| course(r, other)).collect();
            let series = [Series { name: "a", daily: &daily, finest: 0.0 }];
            let (signals, events) = (signals(&series, 40, &options), events(&series, 40, &options));
            (signals[0].scale, events[0].target, events[0].happened.iter().filter(|h| **h).count())
        };
        // Type 7: the 70th, 75th and 80th percentiles of 0 to 19 are 13.3, 14.25 and 15.2.
        assert_eq!((found(0.0).1, found(0.0).2), (15.0, 4));
        assert_eq!((found(500.0).1, found(500.0).2), (15.0, 24));
        assert_eq!(found(0.0).0, found(500.0).0);
    }
}
