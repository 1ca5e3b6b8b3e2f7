//! From simulated values to what is shown: rounded persons, shares of the widest line, round legends.

use super::PlaceMap;
use crate::report::number;
use crate::report::words::Words;

/// Links that never carry this share of the busiest week and link are left out.
const LEAST: f64 = 0.02;

/// Persons at a place as readers see them: the ends and the median on one step. A median of 1 stands for 1 to 9.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shown {
    pub low: u64,
    pub mid: u64,
    pub high: u64,
}

/// Everything shown, by frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Amounts {
    /// By frame and place.
    pub persons: Vec<Vec<Shown>>,
    /// By frame and link: thousandths of `most`, 0 where no line is drawn.
    pub flows: Vec<Vec<u32>>,
    /// The largest median shown and the largest flow of any frame.
    pub fullest: u64,
    pub most: f64,
    /// Persons a week below which no line is drawn.
    pub least: f64,
}

fn sane(v: f64) -> f64 {
    if v.is_finite() { v.max(0.0) } else { 0.0 }
}

/// The largest 1, 2 or 5 times a power of ten up to `v`; 0 below 1.
pub fn round_below(v: f64) -> f64 {
    if v < 1.0 {
        return 0.0;
    }
    let power = 10f64.powf((v.log10() + 1e-9).floor());
    [5.0, 2.0, 1.0].into_iter().map(|m| m * power).find(|r| *r <= v * (1.0 + 1e-9)).unwrap_or(power)
}

/// Up to three round amounts up to `top`: one near it and smaller ones well apart.
pub fn legend(top: f64) -> Vec<f64> {
    let near = round_below(top);
    let mut out: Vec<f64> = [1.0, 3.0, 12.0].into_iter().map(|part| round_below(near / part)).collect();
    out.retain(|v| *v >= 1.0);
    out.dedup();
    out
}

/// Rounds a range and its median to a step that the width of the range deserves, never finer than 10 persons.
pub fn shown([low, mid, high]: [f64; 3]) -> Shown {
    let (low, mid, high) = (sane(low), sane(mid), sane(high));
    let power = |v: f64| 10f64.powf(v.log10().floor());
    let half = (high - low) / 2.0;
    // Without a range: three figures.
    let by_range = if half > 0.0 { power(half / 3.0) } else { power(mid.max(1.0)) / 100.0 };
    let step = by_range.min(power(mid.max(10.0))).max(10.0);
    let round = |v: f64| ((v / step).round() * step) as u64;
    let mid = match mid {
        m if m < 0.5 => 0,
        m if m < 10.0 => 1,
        m => round(m).max(10),
    };
    Shown { low: round(low).min(mid), mid, high: round(high).max(if mid > 1 { mid } else { 0 }) }
}

impl Shown {
    /// The median in words and figures.
    pub fn median(&self, map: &PlaceMap) -> String {
        match self.mid {
            0 if self.high == 0 => map.words.nobody.to_string(),
            1..=9 => map.words.few.to_string(),
            mid => number::count(mid as f64, map.numbers),
        }
    }

    /// The range; empty if both ends are the same.
    pub fn range(&self, numbers: &Words) -> String {
        if self.low == self.high || self.high < 10 {
            return String::new();
        }
        format!("{}–{}", number::count(self.low as f64, numbers), number::count(self.high as f64, numbers))
    }

    /// `35,000 (30,000–42,000)`.
    pub fn text(&self, map: &PlaceMap) -> String {
        let range = self.range(map.numbers);
        if range.is_empty() { self.median(map) } else { format!("{} ({range})", self.median(map)) }
    }
}

impl Amounts {
    pub fn of(map: &PlaceMap) -> Amounts {
        let persons: Vec<Vec<Shown>> = map
            .frames
            .iter()
            .map(|f| (0..map.places.len()).map(|i| shown(f.persons.get(i).copied().unwrap_or_default())).collect())
            .collect();
        let flow = |frame: &super::MapFrame, link: usize| sane(frame.flows.get(link).copied().unwrap_or(0.0));
        let drawable = |link: &super::MapLink| link.from != link.to && link.from.max(link.to) < map.places.len();
        let links: Vec<bool> = map.links.iter().map(drawable).collect();
        let flows_of = |f| links.iter().enumerate().map(move |(i, drawn)| if *drawn { flow(f, i) } else { 0.0 });
        let most = map.frames.iter().flat_map(flows_of).fold(0.0, f64::max);
        let least = round_below(most * LEAST);
        let share = |v: f64| if v > 0.0 && v >= least { (v / most * 1000.0).round().max(1.0) as u32 } else { 0 };
        let flows = map.frames.iter().map(|f| flows_of(f).map(share).collect()).collect();
        let fullest = persons.iter().flatten().map(|s| s.mid).max().unwrap_or(0);
        Amounts { persons, flows, fullest, most, least }
    }

    /// The largest share of a link in any frame.
    pub fn busiest(&self, link: usize) -> u32 {
        self.flows.iter().map(|f| f[link]).max().unwrap_or(0)
    }

    /// The largest median of a place in any frame.
    pub fn peak(&self, place: usize) -> u64 {
        self.persons.iter().map(|f| f[place].mid).max().unwrap_or(0)
    }
}
