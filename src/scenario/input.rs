//! The checked, typed input of the model: a world, a timeline of parameters, planned events.
//!
//! Everything here is plain data. The reader (`read`, `world_files`) fills it from TOML and CSV;
//! the model only reads it.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use super::field::{Names, Value};
use super::params::Params;
use super::posterior::Draws;

/// Most that a world may have of each thing: what the compact tables of the model can hold.
pub mod limits {
    pub const NATIONALITIES: usize = 250;
    pub const ZONES: usize = 250;
    pub const PLACES: usize = 60_000;
    pub const PORTS: usize = 250;
    pub const MODES: usize = 32;
}

/// A calendar month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Month {
    pub year: i16,
    pub month: i8,
}

impl Month {
    /// The month a date falls in.
    pub fn of(date: Date) -> Self {
        Month { year: date.year(), month: date.month() }
    }

    /// First day of the month.
    pub fn first_day(self) -> Date {
        jiff::civil::date(self.year, self.month, 1)
    }

    /// Number of days in the month.
    pub fn days(self) -> u32 {
        self.first_day().days_in_month() as u32
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// A citizenship group (`nationalities.csv`).
#[derive(Debug, Clone, PartialEq)]
pub struct Nationality {
    pub name: String,
    /// Citizens of the transit country itself.
    pub national: bool,
}

/// What a place is for (`places.csv`, column `kind`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceKind {
    /// People enter the world here.
    Entry,
    /// A city where people stop, wait or are returned to.
    City,
    /// A stop on the road where people may sleep.
    Stop,
    /// A point on the road without a stock.
    Checkpoint,
    /// A city at the border of the destination country.
    Border,
}

impl PlaceKind {
    /// All kinds, as written in `places.csv`.
    pub const ALL: [(&'static str, PlaceKind); 5] = [
        ("entry", PlaceKind::Entry),
        ("city", PlaceKind::City),
        ("stop", PlaceKind::Stop),
        ("checkpoint", PlaceKind::Checkpoint),
        ("border", PlaceKind::Border),
    ];
}

/// A node of the route network (`places.csv`).
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    pub id: String,
    pub name: String,
    pub kind: PlaceKind,
    /// Index into `Names::zones`.
    pub zone: usize,
    /// First-level division, for readers of tables and maps.
    pub admin1: String,
    pub pcode: String,
    pub lat: f64,
    pub lon: f64,
    /// Relative weight among the places people are carried back to; 0 = none.
    pub return_weight: f64,
    /// Relative weight among the places where people cross between ports; 0 = none.
    pub crossing_weight: f64,
    /// Share of asylum claims admitted here; 0 = no office.
    pub asylum_weight: f64,
    /// People inside the geofence may choose to wait here instead of at the port.
    pub waiting_hub: bool,
}

/// Papers a mode asks for (`modes.csv`, column `papers`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PapersRule {
    /// Never asked.
    None,
    /// Asked where `travel.bus_refused` is in force.
    WhereRefused,
    /// Always asked (flights).
    Always,
}

/// A way of travelling (`modes.csv`).
#[derive(Debug, Clone, PartialEq)]
pub struct Mode {
    pub name: String,
    /// Tag in the `modes` column of the leg tables that lets this mode use the leg.
    pub leg_tag: String,
    /// Kilometres an hour; `None`: the leg's own hours. Ignored on foot.
    pub speed_kmh: Option<f64>,
    /// Walked: `travel.walk_km_per_day` sets the pace.
    pub on_foot: bool,
    pub papers: PapersRule,
}

/// An edge of the route network, usable both ways (`routes.csv`).
#[derive(Debug, Clone, PartialEq)]
pub struct Leg {
    pub from: usize,
    pub to: usize,
    pub km: f64,
    /// Hours by road vehicle (by plane for a leg tagged so).
    pub hours: f64,
    /// Which modes may use the leg, by mode index.
    pub modes: Vec<bool>,
}

/// A port of entry where appointments are kept (`ports.csv`).
#[derive(Debug, Clone, PartialEq)]
pub struct Port {
    pub name: String,
    /// The place from which it is reached.
    pub place: usize,
    /// Share of the day's slots from each date on; normalised over ports each day.
    pub shares: Vec<(Date, f64)>,
}

/// Persons entering in a month (`inflow.csv`).
#[derive(Debug, Clone, PartialEq)]
pub struct InflowRow {
    pub month: Month,
    pub nationality: usize,
    pub place: usize,
    pub persons: f64,
}

/// Persons paroled by air from their own country in a month (`parole.csv`).
#[derive(Debug, Clone, PartialEq)]
pub struct ParoleRow {
    pub month: Month,
    pub nationality: usize,
    pub persons: f64,
}

/// Persons present on the first day (`initial.csv`).
#[derive(Debug, Clone, PartialEq)]
pub struct InitialRow {
    pub place: usize,
    pub nationality: usize,
    pub persons: f64,
    /// Mean days they have been waiting already.
    pub waited_days: f64,
}

/// What follows an encounter between ports (`dispositions.csv`); shares sum to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct DispositionRow {
    pub month: Month,
    pub nationality: usize,
    pub released: f64,
    pub removed: f64,
    pub expelled: f64,
    /// Held in custody: they stay in the country, but nobody sees them released.
    pub held: f64,
}

/// Shelter places of a city from a date on (`shelters.csv`).
#[derive(Debug, Clone, PartialEq)]
pub struct ShelterRow {
    pub place: usize,
    pub from: Date,
    pub places: f64,
    pub source_id: String,
}

/// An observation, never fed to the model (`observed.csv`).
#[derive(Debug, Clone, PartialEq)]
pub struct ObservedRow {
    /// Name of the simulated quantity it compares with (an event, or a metric of `summary.csv`).
    pub series: String,
    pub from: Date,
    /// Last day of the period, inclusive.
    pub to: Date,
    /// `None`: all nationalities.
    pub nationality: Option<usize>,
    /// `None`: everywhere.
    pub place: Option<usize>,
    pub value: f64,
    pub unit: String,
    /// Whether the inflow was derived from this series (then it scores nothing).
    pub used: bool,
    pub source_id: String,
}

/// Whose numbers a target is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    All,
    Foreign,
    National,
    /// One nationality, by index.
    Nationality(usize),
}

/// A number that a good run reproduces (`targets.csv`): an observation, or what follows from some.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetRow {
    pub id: String,
    /// Targets of one kind, judged together.
    pub family: String,
    /// What is computed from a run, e.g. `processed` or `border_patrol_encounter_change`.
    pub series: String,
    pub whose: Whose,
    /// `None`: everywhere.
    pub place: Option<usize>,
    pub from: Date,
    /// Last day of the period, inclusive.
    pub to: Date,
    pub value: f64,
    /// Standard deviation of the observation itself, in the unit.
    pub error: f64,
    /// How far a run may be from it, in the unit, where the facts ask for that.
    pub tolerance: Option<f64>,
    pub unit: String,
    pub kind: String,
    /// Whether the inflow was derived from it: then it carries no weight.
    pub used: bool,
    /// What a guess without a model gives.
    pub naive: Option<f64>,
    pub source_id: String,
    /// Line in the file, for messages.
    pub line: usize,
}

/// A source of facts (`sources.csv`).
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    pub id: String,
    pub title: String,
    pub publisher: String,
    pub date: String,
    pub url: String,
}

/// Everything that makes one corridor and its appointment system.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct World {
    /// Name of the folder or built-in.
    pub name: String,
    pub names: Names,
    pub nationalities: Vec<Nationality>,
    pub places: Vec<Place>,
    pub modes: Vec<Mode>,
    pub legs: Vec<Leg>,
    pub ports: Vec<Port>,
    pub inflow: Vec<InflowRow>,
    pub parole: Vec<ParoleRow>,
    pub initial: Vec<InitialRow>,
    pub dispositions: Vec<DispositionRow>,
    pub shelters: Vec<ShelterRow>,
    pub observed: Vec<ObservedRow>,
    pub targets: Vec<TargetRow>,
    pub sources: Vec<Source>,
    /// GeoJSON text of a base map, for charts only.
    pub basemap: Option<String>,
    /// The files as read, for the resolved copy and its hashes: (name, bytes).
    pub files: Vec<(String, Vec<u8>)>,
}

/// Which step of the app an outage stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppFunction {
    Register,
    Request,
    Confirm,
    All,
}

/// What is done for those an outage hit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Remedy {
    None,
    /// More hours to confirm.
    Extend {
        hours: i64,
    },
}

/// An app outage (`[[outage]]`), half-open in time, on the app's wall clock.
#[derive(Debug, Clone, PartialEq)]
pub struct Outage {
    pub id: Option<String>,
    pub function: AppFunction,
    pub from: DateTime,
    pub to: DateTime,
    pub share_failing: f64,
    /// Nationality indices; `None`: all.
    pub nationalities: Option<Vec<usize>>,
    /// Port indices; `None`: all.
    pub ports: Option<Vec<usize>>,
    pub remedy: Remedy,
}

/// A caravan announced in the scenario (`[[caravan]]`).
#[derive(Debug, Clone, PartialEq)]
pub struct CaravanPlan {
    pub id: String,
    pub date: Date,
    pub place: usize,
    /// Persons sought; fewer go if fewer are there.
    pub persons: i64,
    /// Where it walks to.
    pub aim: usize,
    /// Where authorities dissolve it, if they do.
    pub dissolve_at: Option<usize>,
}

/// A pulse of inflow (`[[inflow.pulse]]`).
#[derive(Debug, Clone, PartialEq)]
pub struct Pulse {
    pub id: String,
    pub from: Date,
    /// Last day, inclusive.
    pub to: Date,
    pub place: usize,
    pub persons: i64,
    /// Weights by nationality index.
    pub mix: Vec<(usize, f64)>,
}

/// A change of parameters from a date on (`[[policy]]`).
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    pub id: String,
    /// On or before the scenario's start: in force at the start.
    pub from: Date,
    pub note: String,
    /// Source id, or "assumed"; may be empty.
    pub source: String,
    /// Parameter path (with its key, if any) and value.
    pub set: Vec<(String, Value)>,
}

/// Parameters from each date on; the first entry is at the start, dates strictly rise.
pub type Timeline = Vec<(Date, Params)>;

/// A scenario, checked and complete.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    pub name: String,
    pub title: String,
    /// The question this scenario answers.
    pub question: String,
    pub start: Date,
    /// Last simulated day, inclusive.
    pub end: Date,
    /// First day written to tables (`--from`); the simulation starts at `start` all the same.
    pub record_from: Date,
    pub seed: u64,
    pub replicates: u32,
    /// Every household drawn stands for this many (`--scale 1/k`).
    pub weight: u32,
    /// Parameters from each date on; the first entry is at `start`, dates strictly rise.
    pub timeline: Timeline,
    /// Draws of uncertain parameters in use, if any: replicate r runs with draw r, in turn.
    pub posterior: Option<Draws>,
    /// The timeline of each draw.
    pub draw_timelines: Vec<Timeline>,
    /// The policies behind the timeline, in order of date.
    pub policies: Vec<Policy>,
    pub outages: Vec<Outage>,
    pub caravans: Vec<CaravanPlan>,
    pub pulses: Vec<Pulse>,
    pub world: Arc<World>,
    /// The scenario fully resolved, as TOML text (without `extends`).
    pub resolved: String,
    /// What the user should know about although it is no error.
    pub warnings: Vec<String>,
}

impl Scenario {
    /// Number of simulated days.
    pub fn days(&self) -> usize {
        (self.end - self.start).get_days() as usize + 1
    }

    /// Days done at the end of a date; 0 before the start.
    pub fn days_done(&self, date: Date) -> usize {
        ((date - self.start).get_days() + 1).max(0) as usize
    }

    /// The scenario as a replicate (1, 2, ...) runs it: with its draw of uncertain parameters.
    pub fn of_replicate(&self, replicate: u32) -> Cow<'_, Scenario> {
        match self.draw_timelines.len() {
            0 => Cow::Borrowed(self),
            draws => Cow::Owned(self.with_draw((replicate as usize - 1) % draws)),
        }
    }

    /// The scenario with one of its draws of uncertain parameters in force.
    pub fn with_draw(&self, draw: usize) -> Scenario {
        Scenario {
            timeline: self.draw_timelines[draw].clone(),
            name: self.name.clone(),
            title: self.title.clone(),
            question: self.question.clone(),
            posterior: None,
            draw_timelines: Vec::new(),
            policies: self.policies.clone(),
            outages: self.outages.clone(),
            caravans: self.caravans.clone(),
            pulses: self.pulses.clone(),
            world: self.world.clone(),
            resolved: String::new(),
            warnings: Vec::new(),
            ..*self
        }
    }

    /// The number at a path as `--set` takes it, `policy.ID.path` included: as set by that policy, or
    /// as in force at the start.
    pub fn value_of(&self, path: &str) -> Option<f64> {
        let number = |value: &Value| match value {
            Value::Float(x) => Some(*x),
            Value::Int(i) => Some(*i as f64),
            _ => None,
        };
        if let Some(rest) = path.strip_prefix("policy.") {
            return self.policies.iter().find_map(|policy| {
                let path = rest.strip_prefix(policy.id.as_str())?.strip_prefix('.')?;
                number(&policy.set.iter().find(|(p, _)| p == path)?.1)
            });
        }
        let (params, names) = (&self.timeline[0].1, &self.world.names);
        let spec = super::params::specs()
            .iter()
            .find(|s| path.strip_prefix(s.path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))?;
        match (params.get(spec.path, names)?, path[spec.path.len()..].strip_prefix('.')) {
            (Value::Map(entries), Some(key)) => entries.iter().find(|(k, _)| k == key).map(|(_, x)| *x),
            (value, None) => number(&value),
            _ => None,
        }
    }

    /// Parameters in force on a date.
    pub fn params_on(&self, date: Date) -> &Params {
        let i = self.timeline.partition_point(|(from, _)| *from <= date);
        &self.timeline[i.max(1) - 1].1
    }
}
