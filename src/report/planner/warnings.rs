//! Section 8: early warnings, from the ensemble.

use jiff::ToSpan as _;
use serde::Serialize;

use super::view::View;
use crate::report::early_warning::{self, NoWarnings, Options, Rate, Series};

/// Days after the date in which the outcome may come.
const HORIZON: usize = 21;
/// Days up to the date in which the signal may come.
const LOOKBACK: usize = 28;
/// Places whose need is warned of.
const PLACES: usize = 12;
/// People as they are told.
const FINEST: f64 = 10.0;

/// A rule as the page prints it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rule {
    pub signal: String,
    pub by: String,
    pub outcome: String,
    /// How many of the hits were above the target on the date already; empty if none.
    pub already: String,
    pub hit: Frequency,
    pub false_alarm: Frequency,
    pub base: Frequency,
    /// Simulations behind the rule.
    pub replicates: u32,
}

/// A share as so many of twenty, with its range.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Frequency {
    pub text: String,
    pub range: String,
    /// Whole dots of twenty.
    pub dots: u8,
    pub share: f64,
}

/// The section: rules, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Warnings {
    pub rules: Vec<Rule>,
    pub none: String,
    pub horizon_weeks: usize,
    pub searched: u32,
    pub searched_text: String,
    /// Rules checked, and the simulations kept apart for it.
    pub checked: u32,
    pub checks: u32,
}

fn frequency(view: &View, share: f64, range: Option<(f64, f64)>) -> Frequency {
    let say = view.say;
    Frequency {
        text: say.of_twenty(share),
        range: range.map_or(String::new(), |(low, high)| {
            say.with("common.range", &[("low", &say.percent(low)), ("high", &say.percent(high))])
        }),
        dots: (20.0 * share).round().clamp(0.0, 20.0) as u8,
        share,
    }
}

fn rate(view: &View, rate: &Rate) -> Frequency {
    let mut out = frequency(view, rate.share, Some((rate.low, rate.high)));
    out.range = view.say.with("warnings.interval", &[("range", &out.range), ("n", &rate.n.to_string())]);
    out
}

/// First days of the months of the run with whole weeks before them.
fn month_starts(view: &View) -> Vec<usize> {
    let run = view.run;
    let mut day = run.about.recorded_from.first_of_month();
    let mut out = Vec::new();
    while day <= run.about.end {
        out.extend(run.day(day).filter(|at| *at >= LOOKBACK));
        day = day.saturating_add(1.month());
    }
    out
}

/// The section.
pub fn section(view: &View) -> Warnings {
    let run = view.run;
    // Of places with shelters, as far as any are known: there a warning can be acted on.
    let sheltered = |p: &usize| run.scenario.world.shelters.iter().any(|s| s.place == *p);
    let all = view.places();
    let known: Vec<usize> = all.iter().copied().filter(sheltered).take(PLACES).collect();
    let places = if known.is_empty() { all.into_iter().take(PLACES).collect() } else { known };
    // Replicates beyond the draws of a posterior use a draw again: they are no further courses to learn from.
    let courses = match run.scenario.draw_timelines.len() {
        0 => run.about.replicates as usize,
        draws => draws.min(run.about.replicates as usize),
    };
    let mut indicators = vec![
        Series { name: "backlog", daily: &run.app.backlog[..courses], finest: FINEST },
        Series { name: "requests", daily: &run.app.requests[..courses], finest: FINEST },
    ];
    let ids: Vec<&str> = places.iter().map(|p| run.scenario.world.places[*p].id.as_str()).collect();
    let outcomes: Vec<Series> = places
        .iter()
        .zip(&ids)
        .map(|(place, id)| Series { name: id, daily: &run.present[*place][..courses], finest: FINEST })
        .collect();
    indicators.extend(outcomes.iter().take(4).copied());
    let options = Options {
        horizon_days: HORIZON,
        lookback_days: LOOKBACK,
        check_days: month_starts(view),
        ..Options::default()
    };
    let horizon_weeks = HORIZON / 7;
    match early_warning::derive(&indicators, &outcomes, &options) {
        Ok(found) => Warnings {
            searched: found.first().map_or(0, |w| w.searched),
            searched_text: say_count(view, found.first().map_or(0, |w| w.searched)),
            checked: found.first().map_or(0, |w| w.checked),
            checks: found.first().map_or(0, |w| w.replicates),
            rules: found.iter().map(|w| rule(view, w, &indicators, &places)).collect(),
            none: String::new(),
            horizon_weeks,
        },
        Err(why) => Warnings {
            rules: Vec::new(),
            none: reason(view, why),
            horizon_weeks,
            searched: 0,
            searched_text: String::new(),
            checked: 0,
            checks: 0,
        },
    }
}

fn say_count(view: &View, n: u32) -> String {
    view.say.count(f64::from(n))
}

fn reason(view: &View, why: NoWarnings) -> String {
    let say = view.say;
    match why {
        NoWarnings::TooFewReplicates { have, need } => {
            say.with("warnings.too_few", &[("have", &have.to_string()), ("need", &need.to_string())])
        }
        NoWarnings::NothingVaries => say.text("warnings.nothing_varies").into(),
        NoWarnings::NoneHolds { searched } => {
            say.with("warnings.none_holds", &[("n", &say.count(f64::from(searched)))])
        }
    }
}

fn rule(view: &View, warning: &early_warning::Warning, indicators: &[Series], places: &[usize]) -> Rule {
    let (say, run) = (view.say, view.run);
    let signal = match indicators[warning.indicator].name {
        "backlog" => "warnings.backlog",
        "requests" => "warnings.requests",
        _ => "warnings.place",
    };
    // After the two of the app, the indicators are the first places.
    let at = warning.indicator.checked_sub(2).and_then(|i| places.get(i)).map_or("", |p| view.place_name(*p));
    let threshold = say.count(warning.threshold);
    let place = places[warning.outcome];
    let weeks = (HORIZON / 7).to_string();
    Rule {
        signal: say.with(signal, &[("n", &threshold), ("place", at)]),
        by: say.with("warnings.by", &[("day", &say.date(run.date(warning.day)))]),
        outcome: say.with(
            "warnings.outcome",
            &[("place", view.place_name(place)), ("n", &say.count(warning.target)), ("weeks", &weeks)],
        ),
        already: match warning.already {
            0 => String::new(),
            n => {
                say.with("warnings.already", &[("n", &n.to_string()), ("of", &warning.warned_and_happened.to_string())])
            }
        },
        hit: rate(view, &warning.hit_rate),
        false_alarm: rate(view, &warning.false_alarm_rate),
        base: frequency(view, warning.base_rate, None),
        replicates: warning.replicates,
    }
}
