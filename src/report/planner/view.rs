//! What the page tells of: one run, or a comparison seen from its first variant.

use jiff::civil::Date;

use super::language::Say;
use super::quantity::{Origin, Quantity, Unit};
use super::series::{self, Replicates};
use crate::record::digest::Spread;
use crate::record::quantile::spread;
use crate::record::results::{Comparison, DifferenceRow, Run};
use crate::report::words::{Words, named};
use crate::scenario::input::PlaceKind;

/// One run, or a comparison and the run of it that is told of.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The run whose levels are told: the only one, or the first variant.
    pub run: &'a Run,
    pub comparison: Option<&'a Comparison>,
    /// The place asked for.
    pub place: Option<usize>,
    pub say: &'a Say,
    pub words: &'a Words,
}

impl<'a> View<'a> {
    /// A source that can be looked up: not what was assumed, derived or is generally known.
    pub fn is_source(&self, id: &str) -> bool {
        let word = ["assumed", "derived", "general_knowledge", "invented"].contains(&id);
        !word && self.run.scenario.world.sources.iter().any(|s| s.id == id)
    }

    /// The base of the comparison; the run itself where there is none.
    pub fn base(&self) -> &'a Run {
        self.comparison.map_or(self.run, Comparison::base)
    }

    /// The variants, in the order asked for.
    pub fn variants(&self) -> &'a [Run] {
        self.comparison.map_or(&[], |c| &c.runs[1..])
    }

    pub fn replicates(&self) -> u32 {
        self.run.about.replicates
    }

    /// Whether uncertain parameters were drawn from a posterior.
    pub fn posterior(&self) -> bool {
        self.run.scenario.posterior.is_some()
    }

    /// Path of a table of a run, from the folder of the output.
    pub fn file(&self, run: &Run, table: &str) -> String {
        match self.comparison {
            Some(_) => format!("runs/{}/{table}.csv", run.about.scenario),
            None => format!("{table}.csv"),
        }
    }

    pub fn quantity(&self, spread: Spread, unit: Unit, signed: bool, origin: Origin) -> Quantity {
        Quantity::new(spread, unit, signed, self.replicates(), origin, self.say)
    }

    /// A metric of a run's summary.
    pub fn metric(&self, run: &Run, name: &str, unit: Unit) -> Option<Quantity> {
        let spread = run.metric(name)?;
        Some(self.quantity(spread, unit, false, Origin::of(self.file(run, "summary"), name)))
    }

    /// A number that the page works out of one value a replicate.
    pub fn worked_out(&self, mut values: Vec<f64>, unit: Unit, signed: bool) -> Option<Quantity> {
        Some(self.quantity(spread(&mut values)?, unit, signed, Origin::default()))
    }

    /// The difference of a metric between a variant and the base.
    pub fn difference(&self, variant: &str, metric: &str) -> Option<&'a DifferenceRow> {
        self.comparison?.differences.iter().find(|d| d.variant == variant && d.metric == metric)
    }

    /// The same as a number with its range.
    pub fn difference_told(&self, variant: &str, metric: &str, unit: Unit) -> Option<Quantity> {
        let row = self.difference(variant, metric)?;
        let origin = Origin::of("differences.csv", format!("{variant}/{metric}"));
        Some(self.quantity(row.difference?, unit, true, origin))
    }

    /// A spread of days as dates: the median, and the range in words where there is one.
    pub fn dates(&self, run: &Run, mut days: Vec<f64>) -> Option<(Date, String)> {
        let s = spread(&mut days)?;
        let at = |day: f64| run.date(day.round().max(0.0) as usize);
        let (low, high) = (at(s.p05), at(s.p95));
        let range = match low == high {
            true => self.say.with("common.on_day", &[("day", &self.say.date(low))]),
            false => {
                self.say.with("common.between_days", &[("from", &self.say.date(low)), ("to", &self.say.date(high))])
            }
        };
        Some((at(s.p50), range))
    }

    /// Name of a place; of those in transit for the one after the last.
    pub fn place_name(&self, place: usize) -> &'a str {
        match self.run.scenario.world.places.get(place) {
            Some(here) => named(&self.words.places, &here.name),
            None => self.say.text("common.in_transit"),
        }
    }

    /// The first day on which a variant differs from the base; where nothing is compared, the day on which
    /// most people are present.
    pub fn turning_day(&self) -> usize {
        if let Some(comparison) = self.comparison {
            let first = comparison.daily.iter().filter(|d| d.p05 != 0.0 || d.p95 != 0.0).map(|d| d.date).min();
            if let Some(day) = first.and_then(|date| self.run.day(date)) {
                return day;
            }
        }
        let all = series::sum(&self.run.present);
        series::peak(&series::bands(&all).p50).unwrap_or(0)
    }

    /// Places of people's stay, with the most people first, by the median on the day on which each has most;
    /// none without anybody. The place asked for comes first.
    pub fn places(&self) -> Vec<usize> {
        let most =
            |place: usize| self.run.present[place].iter().map(|s| s.iter().copied().fold(0.0, f32::max)).sum::<f32>();
        let stay = |p: &usize| self.run.scenario.world.places[*p].kind != PlaceKind::Checkpoint;
        let mut all: Vec<(usize, f32)> = (0..self.run.scenario.world.places.len())
            .filter(stay)
            .map(|p| (p, most(p)))
            .filter(|p| p.1 > 0.0)
            .collect();
        all.sort_by(|a, b| (Some(b.0) == self.place).cmp(&(Some(a.0) == self.place)).then(b.1.total_cmp(&a.1)));
        all.into_iter().map(|p| p.0).collect()
    }

    /// The spread of a series on a day as a number with its range.
    pub fn on_day(&self, series: &Replicates, day: usize, unit: Unit, signed: bool) -> Quantity {
        self.quantity(series::spread_on(series, day), unit, signed, Origin::default())
    }
}
