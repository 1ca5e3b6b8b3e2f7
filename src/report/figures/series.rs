//! Lines, bands and points of a series as SVG, gaps left open.

use super::time::{Line, Period};
use super::{Role, hex, known, stroke};
use crate::report::draw::inline::{path_data, tenth};

/// A map from an index and a value to units of the drawing.
pub trait Grid {
    fn x(&self, index: usize) -> f64;
    fn y(&self, value: f64) -> f64;
    /// Units that one index takes.
    fn step(&self) -> f64;
}

/// Runs of known values as points.
pub fn runs(values: &[f64], grid: &impl Grid) -> Vec<Vec<(f64, f64)>> {
    let mut out: Vec<Vec<(f64, f64)>> = vec![Vec::new()];
    for (i, v) in values.iter().enumerate() {
        match (known(*v), out.last_mut()) {
            (Some(v), Some(run)) => run.push((grid.x(i), grid.y(v))),
            (None, Some(run)) if !run.is_empty() => out.push(Vec::new()),
            _ => {}
        }
    }
    out.retain(|run| !run.is_empty());
    out
}

/// The area between two series, where both are known; one lone value gets a bar.
pub fn band((low, high): (&[f64], &[f64]), grid: &impl Grid, role: Role, opacity: f64) -> String {
    let known_both = |v: f64, other: &[f64], i: usize| {
        if known(*other.get(i).unwrap_or(&f64::NAN)).is_some() { v } else { f64::NAN }
    };
    let clean = |a: &[f64], b: &[f64]| a.iter().enumerate().map(|(i, v)| known_both(*v, b, i)).collect::<Vec<_>>();
    let (tops, feet) = (runs(&clean(high, low), grid), runs(&clean(low, high), grid));
    let mut d = String::new();
    for (top, foot) in tops.into_iter().zip(feet) {
        let widen = |run: Vec<(f64, f64)>| match run[..] {
            [(x, y)] => vec![(x - 0.3 * grid.step(), y), (x + 0.3 * grid.step(), y)],
            _ => run,
        };
        let mut outline = widen(top);
        outline.extend(widen(foot).into_iter().rev());
        d.push_str(&path_data(&outline));
        d.push('Z');
    }
    if d.is_empty() { d } else { format!("<path d=\"{d}\" fill=\"{}\" fill-opacity=\"{opacity}\"/>", hex(role.ink())) }
}

/// The median, with a dot for each value where they are few or stand alone.
pub fn median(values: &[f64], grid: &impl Grid, role: Role, width: f64) -> String {
    let runs = runs(values, grid);
    let mut out = String::new();
    let d: String = runs.iter().filter(|run| run.len() > 1).map(|run| path_data(run)).collect();
    if !d.is_empty() {
        out = format!("<path d=\"{d}\" {}/>", stroke(role.ink(), width, role.dash()));
    }
    let all = grid.step() >= 16.0;
    let dots = runs.iter().filter(|run| all || run.len() == 1).flatten();
    let d: String = dots.map(|(x, y)| format!("M{} {}h0", tenth(*x), tenth(*y))).collect();
    if !d.is_empty() {
        // Strokes without length and with round ends stay round when the plot is stretched.
        out.push_str(&format!("<path d=\"{d}\" {} stroke-linecap=\"round\"/>", stroke(role.ink(), width + 4.0, None)));
    }
    out
}

/// A line's bands and median.
pub fn line(line: &Line, grid: &impl Grid, width: f64) -> (String, String) {
    let mut bands = String::new();
    let mut add = |pair: &Option<(Vec<f64>, Vec<f64>)>, opacity| {
        if let Some((low, high)) = pair {
            bands.push_str(&band((low, high), grid, line.role, opacity));
        }
    };
    add(&line.band, 0.18);
    add(&line.half, 0.25);
    (bands, median(&line.p50, grid, line.role, width))
}

/// A plain grid from an axis of days and one of values.
pub struct Days {
    pub first_day: jiff::civil::Date,
    pub period: Period,
    pub x: crate::report::draw::axis::Scale,
    pub y: crate::report::draw::axis::Scale,
}

impl Grid for Days {
    fn x(&self, index: usize) -> f64 {
        self.x.at(self.period.middle(self.first_day, index))
    }

    fn y(&self, value: f64) -> f64 {
        self.y.at(value)
    }

    fn step(&self) -> f64 {
        let days = match self.period {
            Period::Day => 1.0,
            Period::Week => 7.0,
            Period::Month => 30.4,
        };
        self.x.at(days) - self.x.at(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    struct Plain;
    impl Grid for Plain {
        fn x(&self, index: usize) -> f64 {
            index as f64
        }
        fn y(&self, value: f64) -> f64 {
            value
        }
        fn step(&self) -> f64 {
            1.0
        }
    }

    #[test]
    fn gaps_stay_open_and_lone_values_are_dots() {
        let nan = f64::NAN;
        let svg = median(&[1.0, 2.0, nan, 4.0, nan], &Plain, Role::Base, 2.5);
        assert!(svg.contains("d=\"M0 1L1 2\"") && svg.contains("d=\"M3 4h0\"") && !svg.contains("NaN"), "{svg}");
        assert_eq!(median(&[nan], &Plain, Role::Base, 2.5), "");
        let svg = band((&[0.0, 1.0, nan], &[5.0, 6.0, 7.0]), &Plain, Role::Base, 0.2);
        assert!(svg.contains("d=\"M0 5L1 6L1 1L0 0Z\""), "{svg}");
    }
}
