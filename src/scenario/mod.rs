//! From TOML and CSV to checked, typed input of the model.

mod assign;
mod builtin;
mod consistency;
pub mod error;
mod event_settings;
mod events;
mod items;
mod layers;
mod overruled;
pub mod posterior;
mod read;
mod resolved;
mod settings;
pub mod tree;
mod world;

pub mod describe;
pub mod field;
pub mod input;
pub mod params;
pub mod schema;

use std::path::PathBuf;

use jiff::civil::Date;

pub use builtin::{calibration as calibration_text, calibration_names, scenario_names, world_names};
pub use error::{Problem, ScenarioError, Spot, Text};
pub use input::Scenario;
pub use layers::{
    built_on, decode as text_of_bytes, parts, read_at_most, read_text as file_text,
    read_text_within as file_text_within,
};
pub use read::{Prepared, files_read, load, load_text};
pub use resolved::{POSTERIOR_FILE, WORLD_FOLDER, key, value_text};
pub use settings::{MOST_REPLICATES, scale_weight};
pub use world::read_files as world_of_files;

/// Which draws of uncertain parameters a scenario runs with.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum PosteriorUse {
    /// Point values, unless the scenario file says otherwise.
    #[default]
    AsWritten,
    /// Those shipped with the scenario; none is an error.
    Shipped,
    /// These.
    Given(posterior::Draws),
}

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
    pub posterior: PosteriorUse,
    /// Folders that scenario files may refer to, besides their own.
    pub allow_path: Vec<PathBuf>,
}
