//! Reading a digest: whole months, flows by month, observed rows that fit a chart.

use crate::record::digest::{DailySpread, Digest, FlowGroup, Spread};
use crate::scenario::input::{Month, ObservedRow};

/// The month after.
fn next(month: Month) -> Month {
    if month.month == 12 {
        Month { year: month.year + 1, month: 1 }
    } else {
        Month { year: month.year, month: month.month + 1 }
    }
}

/// The months recorded whole; all months touched where none is whole.
pub fn months(digest: &Digest) -> Vec<Month> {
    let last = Month::of(digest.last_day);
    let mut all = Vec::new();
    let mut month = Month::of(digest.first_day);
    while month <= last {
        all.push(month);
        month = next(month);
    }
    let whole: Vec<Month> = all
        .iter()
        .copied()
        .filter(|m| m.first_day() >= digest.first_day && m.first_day().last_of_month() <= digest.last_day)
        .collect();
    if whole.is_empty() { all } else { whole }
}

/// Whether months were left out by [`months`].
pub fn cuts_months(digest: &Digest) -> bool {
    let kept = months(digest);
    kept.first() != Some(&Month::of(digest.first_day)) || kept.last() != Some(&Month::of(digest.last_day))
}

/// A flow in each of `months`; nothing where the digest has no row.
pub fn flow(digest: &Digest, event: &str, group: FlowGroup, months: &[Month]) -> Vec<Spread> {
    let mut out = vec![Spread::default(); months.len()];
    for row in digest.flows.iter().filter(|row| row.event == event && row.group == group) {
        if let Ok(i) = months.binary_search(&row.month) {
            out[i] = row.persons;
        }
    }
    out
}

/// Whether any month has anything.
pub fn any(spreads: &[Spread]) -> bool {
    spreads.iter().any(|s| s.mean > 0.0 || s.p95 > 0.0)
}

/// The highest of all 95th percentiles and means.
pub fn highest(spreads: &[Spread]) -> f64 {
    spreads.iter().map(|s| s.p95.max(s.mean).max(s.p50)).fold(0.0, f64::max)
}

/// Quantile by linear interpolation between order statistics; `sorted` rises.
pub fn quantile(sorted: &[f64], q: f64) -> f64 {
    if sorted.is_empty() {
        return 0.0;
    }
    let at = q.clamp(0.0, 1.0) * (sorted.len() - 1) as f64;
    let (low, high) = (at.floor() as usize, at.ceil() as usize);
    sorted[low] + (sorted[high] - sorted[low]) * (at - low as f64)
}

/// The spread over replicates of daily series; days beyond the shortest are left out.
pub fn spread_of(series: &[Vec<f64>]) -> DailySpread {
    let days = series.iter().map(Vec::len).min().unwrap_or(0);
    let mut out = DailySpread::default();
    for day in 0..days {
        let mut values: Vec<f64> = series.iter().map(|s| s[day]).collect();
        values.sort_by(f64::total_cmp);
        out.mean.push(values.iter().sum::<f64>() / values.len() as f64);
        out.p05.push(quantile(&values, 0.05));
        out.p50.push(quantile(&values, 0.5));
        out.p95.push(quantile(&values, 0.95));
    }
    out
}

/// An observation as a chart by months draws it.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Days from the first recorded day to the period's start and end.
    pub from: f64,
    pub to: f64,
    /// For one month; the mean of a month where the period is longer.
    pub value: f64,
    pub months: u32,
    pub used: bool,
    pub source: String,
}

/// Observed numbers of a day or a period within the run, as published, for all persons everywhere.
pub fn seen_levels(digest: &Digest, series: &str) -> Vec<Seen> {
    let inside = |row: &&ObservedRow| row.from >= digest.first_day && row.to <= digest.last_day && row.to >= row.from;
    let all = rows(digest, series, |n| n.is_none());
    all.into_iter()
        .map(|(row, _)| row)
        .filter(inside)
        .map(|row| {
            let from = f64::from((row.from - digest.first_day).get_days());
            let days = f64::from((row.to - row.from).get_days()) + 1.0;
            let (used, source) = (row.used, row.source_id.clone());
            Seen { from, to: from + days, value: row.value, months: 1, used, source }
        })
        .collect()
}

/// Observed months of a flow that lie within the run. A longer period is kept only where no
/// shorter one covers part of it.
pub fn seen(digest: &Digest, series: &str, group: FlowGroup) -> Vec<Seen> {
    let rows: Vec<(&ObservedRow, f64)> = match group {
        FlowGroup::All => rows(digest, series, |n| n.is_none()),
        FlowGroup::Nationality(i) => rows(digest, series, |n| n == Some(i)),
        FlowGroup::National => nationals(digest, series),
        FlowGroup::Foreign => foreigners(digest, series),
    };
    let mut out: Vec<Seen> = rows.into_iter().filter_map(|(row, value)| as_months(digest, row, value)).collect();
    out.sort_by_key(|s| s.months);
    let mut kept: Vec<Seen> = Vec::new();
    for s in out {
        let covered = |k: &Seen| k.months < s.months && k.from < s.to && k.to > s.from;
        if !kept.iter().any(covered) {
            kept.push(s);
        }
    }
    let mut out = kept;
    out.sort_by(|a, b| a.from.total_cmp(&b.from).then(a.value.total_cmp(&b.value)));
    out
}

fn is_national(digest: &Digest, nationality: Option<usize>) -> bool {
    nationality.and_then(|i| digest.nationalities.get(i)).is_some_and(|n| n.national)
}

fn rows<'a>(digest: &'a Digest, series: &str, whose: impl Fn(Option<usize>) -> bool) -> Vec<(&'a ObservedRow, f64)> {
    let matching = |row: &&ObservedRow| row.series == series && row.place.is_none() && whose(row.nationality);
    digest.observed.iter().filter(matching).map(|row| (row, row.value)).collect()
}

/// Rows of the transit country's citizens; several such nationalities are added up.
fn nationals<'a>(digest: &'a Digest, series: &str) -> Vec<(&'a ObservedRow, f64)> {
    let mut out: Vec<(&ObservedRow, f64)> = Vec::new();
    for (row, value) in rows(digest, series, |n| is_national(digest, n)) {
        let same = |r: &ObservedRow| {
            (r.from, r.to) == (row.from, row.to) && r.source_id == row.source_id && r.nationality != row.nationality
        };
        match out.iter_mut().find(|(r, _)| same(r)) {
            Some((_, sum)) => *sum += value,
            None => out.push((row, value)),
        }
    }
    out
}

/// All less nationals, where both are known for the same period.
fn foreigners<'a>(digest: &'a Digest, series: &str) -> Vec<(&'a ObservedRow, f64)> {
    let nationals = nationals(digest, series);
    let of = |all: &ObservedRow| {
        let same_period = |r: &&(&ObservedRow, f64)| (r.0.from, r.0.to) == (all.from, all.to);
        let same_source = nationals.iter().filter(same_period).find(|r| r.0.source_id == all.source_id);
        same_source.or_else(|| nationals.iter().find(same_period)).map(|r| r.1)
    };
    rows(digest, series, |n| n.is_none())
        .into_iter()
        .filter_map(|(row, all)| of(row).map(|nationals| (row, all - nationals)))
        .collect()
}

/// The row as a number for a month, if it is a count of a period within the run.
fn as_months(digest: &Digest, row: &ObservedRow, value: f64) -> Option<Seen> {
    if row.from < digest.first_day || row.to > digest.last_day || row.to < row.from {
        return None;
    }
    let unit = row.unit.to_lowercase();
    if unit.contains("share") || unit.contains('%') {
        return None;
    }
    let days = f64::from((row.to - row.from).get_days()) + 1.0;
    let (from, to) = (Month::of(row.from), Month::of(row.to));
    let months = (i32::from(to.year) - i32::from(from.year)) * 12 + i32::from(to.month) - i32::from(from.month) + 1;
    let daily = unit.contains("day");
    let total = if daily { value * days } else { value };
    let start = f64::from((row.from - digest.first_day).get_days());
    Some(Seen {
        from: start,
        to: start + days,
        value: total / f64::from(months),
        months: months as u32,
        used: row.used,
        source: row.source_id.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_interpolate() {
        let v = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(quantile(&v, 0.5), 2.5);
        assert_eq!(quantile(&v, 0.0), 1.0);
        assert_eq!(quantile(&v, 1.0), 4.0);
        assert_eq!(quantile(&[], 0.5), 0.0);
    }

    #[test]
    fn a_month_follows_december() {
        assert_eq!(next(Month { year: 2023, month: 12 }), Month { year: 2024, month: 1 });
    }
}
