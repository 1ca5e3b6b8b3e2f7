//! A number with its range, rounded as far as its uncertainty allows, and where it can be looked up.

use serde::Serialize;

use super::language::Say;
use crate::record::digest::Spread;

/// People are never told more finely than this.
const FINEST_PERSONS: f64 = 10.0;

/// What is counted: it decides how finely a number is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Persons,
    Events,
    Days,
    /// Places, litres, meals, toilets: things that are planned.
    Things,
    Share,
}

impl Unit {
    fn finest(self) -> f64 {
        match self {
            Unit::Persons | Unit::Events => FINEST_PERSONS,
            Unit::Days | Unit::Things => 1.0,
            Unit::Share => 0.01,
        }
    }
}

/// Where a number stands: the file, from the folder of the output, and what names its row.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Origin {
    /// Empty for a number that the page works out of several rows.
    pub file: String,
    pub row: String,
}

impl Origin {
    pub fn of(file: impl Into<String>, row: impl Into<String>) -> Origin {
        Origin { file: file.into(), row: row.into() }
    }
}

/// A number with its range as the page prints them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Quantity {
    /// Median, 5th and 95th percentile, not rounded.
    pub value: f64,
    pub low: f64,
    pub high: f64,
    /// What the three are rounded to.
    pub step: f64,
    pub signed: bool,
    pub unit: Unit,
    #[serde(flatten)]
    pub origin: Origin,
    /// The median in words.
    pub text: String,
    /// The range in words; what is said instead where a single simulation gives none.
    pub range: String,
    /// The range as short as a table has it; empty where there is none.
    pub short: String,
    /// Whether the whole range lies on one side of zero.
    pub clear: bool,
}

/// What a number and both ends of its range are rounded to: a third of half the range, to a power of ten.
pub fn step(value: f64, low: f64, high: f64, unit: Unit) -> f64 {
    let half = (high - low) / 2.0;
    let raw = if half > 0.0 {
        10f64.powf((half / 3.0).log10().floor())
    } else if value != 0.0 {
        // Without a range three figures are told.
        10f64.powf(value.abs().log10().floor() - 2.0)
    } else {
        1.0
    };
    raw.max(unit.finest())
}

/// A number to the step.
pub fn round_to(value: f64, step: f64) -> f64 {
    (value / step).round() * step
}

impl Quantity {
    /// A number over so many replicates.
    pub fn new(spread: Spread, unit: Unit, signed: bool, replicates: u32, origin: Origin, say: &Say) -> Quantity {
        let Spread { p50, p05, p95, .. } = spread;
        let step = step(p50, p05, p95, unit);
        let tell = |value: f64| say.amount(value, step, unit, signed);
        // An end of a range is a number even where a value alone would be told as "fewer than 10".
        let end = |value: f64| say.end(value, step, unit, signed);
        let (low, high) = (end(p05), end(p95));
        let several = replicates > 1;
        let range = match several {
            false => say.text("common.single_run").to_string(),
            true if p05 == p95 => say.text("common.same_in_all").to_string(),
            true => say.with("common.range", &[("low", &low), ("high", &high)]),
        };
        let short = match several && p05 != p95 {
            true if signed => range.clone(),
            true => format!("{low}–{high}"),
            false => String::new(),
        };
        Quantity {
            value: p50,
            low: p05,
            high: p95,
            step,
            signed,
            unit,
            origin,
            text: tell(p50),
            range,
            short,
            clear: several && (p05 > 0.0 || p95 < 0.0),
        }
    }

    /// The number and its range in a sentence: `1,900 (1,600 to 2,200)`.
    pub fn said(&self) -> String {
        format!("{} ({})", self.text, self.range)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::language::Language;

    fn spread(p05: f64, p50: f64, p95: f64) -> Spread {
        Spread { mean: p50, p05, p50, p95 }
    }

    fn told(p05: f64, p50: f64, p95: f64, signed: bool) -> (String, String) {
        let say = Say::of(Language::English);
        let q = Quantity::new(spread(p05, p50, p95), Unit::Persons, signed, 20, Origin::default(), say);
        (q.text, q.range)
    }

    #[test]
    fn rounding_follows_the_range() {
        assert_eq!(told(1604.0, 1883.0, 2211.0, true), ("+1,900".into(), "+1,600 to +2,200".into()));
        assert_eq!(told(281_213.0, 285_590.0, 288_650.0, false), ("286,000".into(), "281,000 to 289,000".into()));
        assert_eq!(told(-1404.0, -702.0, -311.0, true), ("\u{2212}700".into(), "\u{2212}1,400 to \u{2212}300".into()));
    }

    #[test]
    fn people_are_not_told_one_by_one() {
        assert_eq!(told(3.0, 5.0, 9.0, false).0, "fewer than 10");
        assert_eq!(told(0.0, 0.0, 0.0, false), ("0".into(), "the same in every simulation".into()));
        assert_eq!(told(12.0, 14.0, 16.0, false).0, "10");
    }

    #[test]
    fn a_single_simulation_has_no_range() {
        let say = Say::of(Language::Spanish);
        let q = Quantity::new(Spread::exactly(48_604.0), Unit::Persons, false, 1, Origin::default(), say);
        assert_eq!((q.text.as_str(), q.short.as_str(), q.clear), ("48,600", "", false));
        assert_eq!(q.range, "sin rango: una sola simulación");
    }

    proptest::proptest! {
        #[test]
        fn rounding_never_leaves_the_step(low in -1e6..1e6f64, a in 0.0..1e5f64, b in 0.0..1e5f64) {
            let q = Quantity::new(spread(low, low + a, low + a + b), Unit::Persons, true, 9, Origin::default(), Say::of(Language::English));
            proptest::prop_assert!(q.step >= 10.0);
            proptest::prop_assert!((round_to(q.value, q.step) - q.value).abs() <= q.step / 2.0 + 1e-6);
        }
    }
}
