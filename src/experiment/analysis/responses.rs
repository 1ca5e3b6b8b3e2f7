//! Every metric at every point, and its difference from the first point.

use statrs::distribution::{ContinuousCDF as _, StudentsT};

use super::Results;
use crate::record::digest::Spread;
use crate::record::quantile::spread;

/// A metric at a point.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub metric: usize,
    /// Counted from 0.
    pub point: usize,
    /// Over replicates; `None` without any value.
    pub value: Option<Spread>,
    /// Less the first point, replicate by replicate.
    pub difference: Option<Spread>,
    /// 90 % interval of the mean difference; `None` with fewer than two replicates.
    pub mean_difference: Option<(f64, f64)>,
    /// Replicates with a value here and there.
    pub replicates: usize,
}

/// 90 % interval of a mean by Student's t.
fn interval_of_mean(values: &[f64]) -> Option<(f64, f64)> {
    let n = values.len() as f64;
    if values.len() < 2 {
        return None;
    }
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
    let t = StudentsT::new(0.0, 1.0, n - 1.0).ok()?.inverse_cdf(0.95);
    let half = t * (variance / n).sqrt();
    Some((mean - half, mean + half))
}

/// Metric by metric, point by point.
pub fn answers(results: &Results) -> Vec<Answer> {
    let mut out = Vec::new();
    for metric in 0..results.metrics().len() {
        let first = results.at(metric, 0);
        for point in 0..results.manifest.points {
            let here = results.at(metric, point);
            let mut values: Vec<f64> = here.iter().flatten().copied().collect();
            let pairs = here.iter().zip(first).filter_map(|(a, b)| Some((*a)? - (*b)?));
            let mut differences: Vec<f64> = pairs.collect();
            let (replicates, mean_difference) = (differences.len(), interval_of_mean(&differences));
            let (value, difference) = (spread(&mut values), spread(&mut differences));
            out.push(Answer { metric, point, value, difference, mean_difference, replicates });
        }
    }
    out
}

/// How points lie on lines: along the number that has most values, a line for each setting of the others.
#[derive(Debug, Clone, PartialEq)]
pub struct Lines {
    /// The parameter along which they run.
    pub along: usize,
    /// What the others are, and the points by rising value.
    pub lines: Vec<(String, Vec<(f64, usize)>)>,
}

/// Most lines that can be told apart.
const MOST_LINES: usize = 6;

/// The lines of a design, if it has any worth drawing.
pub fn lines(results: &Results) -> Option<Lines> {
    let manifest = &results.manifest;
    let distinct = |x: &Vec<f64>| {
        let mut sorted = x.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.dedup();
        sorted.len()
    };
    let numbers: Vec<(usize, Vec<f64>)> =
        (0..manifest.parameters.len()).filter_map(|i| Some((i, results.numbers(i)?))).collect();
    // Of equals the first.
    let (along, column) = numbers.into_iter().rev().max_by_key(|(_, column)| distinct(column))?;
    let label = |point: usize| {
        let others = (0..manifest.parameters.len()).filter(|i| *i != along);
        let text = |i: usize| format!("{} = {}", manifest.parameters[i].name, results.points.cell(point, i));
        others.map(text).collect::<Vec<_>>().join(", ")
    };
    let mut lines: Vec<(String, Vec<(f64, usize)>)> = Vec::new();
    for (point, &x) in column.iter().enumerate() {
        let label = label(point);
        match lines.iter().position(|(name, _)| *name == label) {
            Some(line) => lines[line].1.push((x, point)),
            None if lines.len() < MOST_LINES => lines.push((label, vec![(x, point)])),
            None => return None,
        }
    }
    lines.iter_mut().for_each(|(_, points)| points.sort_by(|a, b| a.0.total_cmp(&b.0)));
    lines.iter().any(|(_, points)| points.len() > 1).then_some(Lines { along, lines })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_a_mean_is_that_of_student() {
        // t(0.95, 4) = 2.131847, s = sqrt(2.5).
        let (low, high) = interval_of_mean(&[1.0, 2.0, 3.0, 4.0, 5.0]).unwrap();
        let half = 2.131_846_786_326_65 * (2.5f64 / 5.0).sqrt();
        assert!((low - (3.0 - half)).abs() < 1e-9 && (high - (3.0 + half)).abs() < 1e-9, "{low} {high}");
        assert_eq!(interval_of_mean(&[1.0]), None);
    }
}
