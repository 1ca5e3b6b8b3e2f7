//! From TOML and CSV to checked, typed input of the model.

mod assign;
mod builtin;
mod consistency;
mod error;
mod events;
mod items;
mod layers;
mod overruled;
mod read;
mod resolved;
mod settings;
mod tree;
mod world;

pub mod describe;
pub mod field;
pub mod input;
pub mod params;
pub mod schema;

use std::path::PathBuf;

use jiff::civil::Date;

pub use builtin::{scenario_names, world_names};
pub use error::{Problem, ScenarioError, Spot, Text};
pub use input::Scenario;
pub use read::load;
pub use resolved::{WORLD_FOLDER, key, value_text};

/// What the command line changes in a scenario.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    pub seed: Option<u64>,
    pub replicates: Option<u32>,
    /// 1/k with whole k.
    pub scale: Option<f64>,
    /// First recorded day; the simulation begins at the scenario's start all the same.
    pub from: Option<Date>,
    /// Last simulated day.
    pub to: Option<Date>,
    /// `path=value`, in the order given.
    pub set: Vec<String>,
    /// Folders that scenario files may refer to, besides their own.
    pub allow_path: Vec<PathBuf>,
}
