//! Early warnings from an ensemble of equally likely courses: "if the number waiting passes X by a date,
//! expect more than Y people in a place within three weeks", with how often that comes true.
//!
//! The **outcome** at a date is that the highest level of a series over the days after it exceeds a target:
//! the roundest number between the 70th and the 80th percentile over replicates, so that it happens in about
//! a quarter of the courses. The **signal** is that the highest level of an indicator over the days up to
//! the date exceeds a threshold: of about 10 to 25 round numbers between its 5th and 95th percentile, the one
//! of highest Youden's J (share of the outcomes warned of, less share of the other courses warned of).
//!
//! **Rules are made from one half of the replicates (every other one) and checked on the other half.** Target,
//! threshold, pair and date are all chosen on the making half; every count and rate is of the checking half,
//! which had no say. Leaving out one replicate at a time uses all of them, but pair and date then stay chosen
//! on the replicates that are counted: with 84 pairs and 100 replicates that made hit rates 7 points too high
//! and let 90 % intervals cover 84 % of the true rates.
//!
//! **A rule is kept** if as many warnings would come true by chance in fewer than 1 in 20 pages (Fisher's exact
//! test on the checking half, times the number of rules checked), and if the low end of its hit rate lies above
//! the base rate. Where nothing tells anything, at most 1 page in 20 shows a rule. Of middling rules the lucky
//! ones pass, the more so the fewer replicates: where six true hit rates were about 55 %, those of the rules kept
//! came out 25 points too high with 40 replicates (16 % kept), 6 points with 100 (74 % kept) and less than 1
//! with 200 (98 % kept). Say how many of the rules checked are kept.

mod chance;
mod sayable;
mod search;
#[cfg(test)]
mod tests;
mod windows;

pub use chance::Rate;

use search::Rule;

/// Pages on which chance alone may show a rule.
const LEVEL: f64 = 0.05;

/// Daily levels of one thing in every replicate.
#[derive(Debug, Clone, Copy)]
pub struct Series<'a> {
    pub name: &'a str,
    /// By replicate, then day; replicates in the same order in every series.
    pub daily: &'a [Vec<f32>],
    /// The finest step a reader is told, in the unit of the series: 10 for people; 0 for no limit.
    pub finest: f64,
}

/// What is searched.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Days after the date in which the outcome may come.
    pub horizon_days: usize,
    /// Days up to and with the date in which the signal may come.
    pub lookback_days: usize,
    /// Days before this one are not looked at.
    pub first_day: usize,
    /// Dates at which a rule may be asked, as days of the series; those without whole windows are left out.
    pub check_days: Vec<usize>,
    /// Replicates below which nothing is tried; with few, the rules kept are the lucky ones.
    pub min_replicates: usize,
    /// Most rules checked and returned; the more, the stronger each must be.
    pub most: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            horizon_days: 21,
            lookback_days: 28,
            first_day: 0,
            check_days: Vec::new(),
            min_replicates: 100,
            most: 6,
        }
    }
}

/// A rule that holds. Counts are of replicates that the rule was not made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Warning {
    /// Index of the indicator.
    pub indicator: usize,
    /// Index of the outcome.
    pub outcome: usize,
    /// The date: the signal comes on it or in the days before, the outcome after it.
    pub day: usize,
    /// The indicator warns above this round number.
    pub threshold: f64,
    /// The outcome happens above this round number.
    pub target: f64,
    /// Indicator and outcome have the same name: a high level stays high.
    pub persistence: bool,
    /// Replicates of the checking half.
    pub replicates: u32,
    pub warned: u32,
    pub happened: u32,
    pub warned_and_happened: u32,
    pub not_happened_warned: u32,
    /// Of `warned_and_happened`, those in which the outcome was above its target on the date already.
    pub already: u32,
    /// Of the courses with the signal, those in which the outcome happened.
    pub hit_rate: Rate,
    /// Of the courses without the outcome, those with the signal.
    pub false_alarm_rate: Rate,
    /// Share of all courses in which the outcome happened: what is known without the signal.
    pub base_rate: f64,
    /// Youden's J.
    pub youden: f64,
    /// How often chance alone does as well in some rule of a page.
    pub p_value: f64,
    /// Pairs of indicator and outcome at a date among which this one was chosen.
    pub searched: u32,
    /// Rules chosen and checked, kept or not.
    pub checked: u32,
}

/// Why there is no rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoWarnings {
    TooFewReplicates {
        have: u32,
        need: u32,
    },
    /// At no date with whole windows do an indicator and an outcome both vary enough.
    NothingVaries,
    /// Of the rules chosen among so many pairs none tells more than chance would.
    NoneHolds {
        searched: u32,
    },
}

/// The rules that hold, strongest on the making half first; the same ones whenever asked. Rules for other
/// outcomes and other dates are chosen before stronger ones for the same; rules of a series about itself are
/// chosen and listed last. Series with more replicates than others lose the surplus.
///
/// # Errors
/// Says why there is none. A date at which a series has a day missing or not a number in some replicate is
/// left out for that series.
pub fn derive(indicators: &[Series], outcomes: &[Series], options: &Options) -> Result<Vec<Warning>, NoWarnings> {
    let replicates = indicators.iter().chain(outcomes).map(|s| s.daily.len()).min().unwrap_or(0);
    let need = options.min_replicates.max(2);
    if replicates < need {
        return Err(NoWarnings::TooFewReplicates { have: replicates as u32, need: need as u32 });
    }
    let signals = windows::signals(indicators, replicates, options);
    let events = windows::events(outcomes, replicates, options);
    let rules: Vec<Rule> = events
        .iter()
        .flat_map(|event| signals.iter().filter(|s| s.day == event.day).map(move |signal| Rule::made(signal, event)))
        .collect();
    if rules.is_empty() {
        return Err(NoWarnings::NothingVaries);
    }
    let searched = rules.len() as u32;
    let persistent = |r: &Rule| indicators[r.signal.indicator].name == outcomes[r.event.outcome].name;
    let chosen = search::choose(rules, options.most, persistent);
    let warning = |rule: &Rule| {
        let counts = rule.checked();
        Warning {
            indicator: rule.signal.indicator,
            outcome: rule.event.outcome,
            day: rule.event.day,
            threshold: rule.threshold(),
            target: rule.event.target,
            persistence: persistent(rule),
            replicates: counts.replicates,
            warned: counts.warned,
            happened: counts.happened,
            warned_and_happened: counts.warned_and_happened,
            not_happened_warned: counts.not_happened_warned(),
            already: counts.already,
            hit_rate: Rate::of(counts.warned_and_happened, counts.warned),
            false_alarm_rate: Rate::of(counts.not_happened_warned(), counts.replicates - counts.happened),
            base_rate: f64::from(counts.happened) / f64::from(counts.replicates),
            youden: counts.youden(),
            p_value: (chance::p_value(&counts) * chosen.len() as f64).min(1.0),
            searched,
            checked: chosen.len() as u32,
        }
    };
    let holds = |w: &Warning| w.p_value < LEVEL && w.hit_rate.low > w.base_rate;
    let held: Vec<Warning> = chosen.iter().map(warning).filter(holds).collect();
    if held.is_empty() { Err(NoWarnings::NoneHolds { searched }) } else { Ok(held) }
}
