//! What the charts need of a finished run: plain data, apart from the model and its observations.
//!
//! `record` fills it; `report` draws from it. Everything is in real persons (weighted already).
//! A [`Spread`] or [`DailySpread`] is taken over replicates: each replicate's own total first,
//! then the quantiles, so that the spread of a sum is never the sum of spreads.

use jiff::civil::{Date, DateTime};

use crate::scenario::input::{Month, Nationality, ObservedRow, PlaceKind, ShelterRow, Source};

/// A number over replicates. With one replicate all four are the same.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Spread {
    pub mean: f64,
    pub p05: f64,
    pub p50: f64,
    pub p95: f64,
}

impl Spread {
    /// The same number in every replicate.
    pub fn exactly(value: f64) -> Self {
        Spread { mean: value, p05: value, p50: value, p95: value }
    }
}

/// A daily series over replicates; index 0 is [`Digest::first_day`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DailySpread {
    pub mean: Vec<f64>,
    pub p05: Vec<f64>,
    pub p50: Vec<f64>,
    pub p95: Vec<f64>,
}

/// A daily series with its name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NamedDaily {
    pub name: String,
    pub daily: DailySpread,
}

/// A place on charts and on the map.
#[derive(Debug, Clone, PartialEq)]
pub struct DigestPlace {
    pub id: String,
    pub name: String,
    pub kind: PlaceKind,
    pub zone: String,
    pub lat: f64,
    pub lon: f64,
}

/// Whose flow a [`FlowMonth`] counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FlowGroup {
    All,
    /// All who are not citizens of the transit country.
    Foreign,
    /// Citizens of the transit country.
    National,
    /// One citizenship, as an index into [`Digest::nationalities`].
    Nationality(usize),
}

/// Persons (or events) of one kind in a month. Months with nothing may be left out.
#[derive(Debug, Clone, PartialEq)]
pub struct FlowMonth {
    pub month: Month,
    /// As in `flows.csv`, column `event`.
    pub event: String,
    /// As in `flows.csv`, column `kind`: `entry`, `exit`, `internal`.
    pub kind: String,
    pub group: FlowGroup,
    pub persons: Spread,
}

/// Appointments of a month, all ports together, in persons; months as in `appointments.csv`.
#[derive(Debug, Clone, PartialEq)]
pub struct AppointmentMonth {
    pub month: Month,
    pub slots: Spread,
    pub processed: Spread,
    pub no_show: Spread,
    pub requests: Spread,
}

/// Waits on the last recorded day of a month, in days; `None` where no replicate has it.
#[derive(Debug, Clone, PartialEq)]
pub struct WaitMonth {
    pub date: Date,
    /// As in `waits.csv`: `completed`, `elapsed`, `kaplan_meier`.
    pub kind: String,
    /// As in `waits.csv`: `queue_age`, `time_waiting`.
    pub clock: String,
    /// As in `waits.csv`: `all`, `foreign`, `national`.
    pub group: String,
    /// Persons, mean over replicates.
    pub n: f64,
    pub mean: Option<Spread>,
    pub p10: Option<Spread>,
    pub p50: Option<Spread>,
    pub p90: Option<Spread>,
    pub p95: Option<Spread>,
}

/// A day of a caravan in replicate 1.
#[derive(Debug, Clone, PartialEq)]
pub struct CaravanDay {
    pub caravan: String,
    pub date: Date,
    /// Index into [`Digest::places`]: where it sleeps, or the last place passed.
    pub place: usize,
    /// Kilometres walked since departure.
    pub km: f64,
    pub persons: f64,
    /// Persons who left on the day; all of them on the day it ends.
    pub left: f64,
    /// `gathering`, `walking`, `resting`, `dissolved`, `arrived`, `ended`.
    pub status: String,
}

/// Persons who travelled a leg in one direction over the whole recorded run, mean over replicates.
#[derive(Debug, Clone, PartialEq)]
pub struct LegTotal {
    /// Indices into [`Digest::places`].
    pub from: usize,
    pub to: usize,
    /// Name of the mode, as in `modes.csv`.
    pub mode: String,
    pub persons: f64,
}

/// A stop of the app, to be shaded on time axes (half-open).
#[derive(Debug, Clone, PartialEq)]
pub struct OutageMark {
    /// The outage's `id`, or its function where it has none.
    pub label: String,
    pub from: DateTime,
    pub to: DateTime,
}

/// A change of policy, to be marked on time axes.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyMark {
    pub from: Date,
    /// The policy's note, or else its id; one line.
    pub label: String,
}

/// Everything the charts of one run draw.
#[derive(Debug, Clone)]
pub struct Digest {
    /// The scenario's name, title and question.
    pub name: String,
    pub title: String,
    pub question: String,
    pub world: String,
    /// Version of this program.
    pub version: String,
    pub seed: u64,
    pub replicates: u32,
    /// Whether each replicate has its own draw of uncertain parameters.
    pub posterior: bool,
    /// Every household drawn stands for this many.
    pub weight: u32,
    /// First and last recorded day, inclusive.
    pub first_day: Date,
    pub last_day: Date,

    pub nationalities: Vec<Nationality>,
    pub places: Vec<DigestPlace>,

    /// Daily persons registered without a confirmed appointment, one series a replicate.
    pub backlog: Vec<Vec<f64>>,
    /// Daily persons who requested that day, one series a replicate.
    pub requesting: Vec<Vec<f64>>,
    /// Daily persons in the country for more than [`Digest::long_wait_days`], one series a replicate.
    pub long_waiting: Vec<Vec<f64>>,
    /// Of the backlog, foreigners; empty where nobody is a national.
    pub foreign_backlog: Vec<Vec<f64>>,
    pub long_wait_days: u32,

    /// Daily persons by place, in the order of `places`; one more at the end: in transit.
    pub stock_by_place: Vec<DailySpread>,
    /// Daily persons by state, in the order of `stocks_by_place.csv`'s closed list.
    pub stock_by_state: Vec<NamedDaily>,
    pub flows: Vec<FlowMonth>,
    pub appointments: Vec<AppointmentMonth>,
    pub waits: Vec<WaitMonth>,
    /// Replicate 1, in order of caravan and date.
    pub caravans: Vec<CaravanDay>,
    pub legs: Vec<LegTotal>,

    pub outages: Vec<OutageMark>,
    pub policies: Vec<PolicyMark>,
    pub shelters: Vec<ShelterRow>,
    /// Indices inside refer to `nationalities` and `places`.
    pub observed: Vec<ObservedRow>,
    pub sources: Vec<Source>,
    /// GeoJSON text of the world's base map.
    pub basemap: Option<String>,
}

impl Digest {
    /// Number of recorded days.
    pub fn days(&self) -> usize {
        ((self.last_day - self.first_day).get_days().max(0) as usize) + 1
    }
}
