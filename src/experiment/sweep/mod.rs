//! Many runs over a design: planned once, run in shards by any number of processes, merged into one
//! long table.

mod checks;
pub mod design;
pub mod error;
pub mod export;
mod log;
pub mod manifest;
pub mod merge;
mod order;
pub mod plan;
pub mod points;
pub mod shard;

use std::path::Path;

pub use error::SweepError;
use manifest::{Manifest, SCENARIO};
use points::Points;

use crate::record::expression::{Expression, Vocabulary};
use crate::scenario::{Overrides, Prepared};

/// A planned sweep, opened.
pub struct Sweep {
    pub manifest: Manifest,
    /// Hash of the manifest: what makes two sweeps the same.
    pub id: String,
    pub points: Points,
    pub scenario: Prepared,
    pub metrics: Vec<Expression>,
}

impl Sweep {
    /// Opens the sweep in a folder.
    ///
    /// # Errors
    /// There is none, it is of another version, or a file of it was changed.
    pub fn open(folder: &Path) -> Result<Sweep, SweepError> {
        let (manifest, id) = Manifest::read(folder)?;
        manifest.check_files(folder)?;
        let points = Points::read(folder, &manifest)?;
        let path = folder.join(SCENARIO).join("scenario.toml");
        let scenario = Prepared::open(&path.to_string_lossy(), &Overrides::default())?;
        let built = scenario.with(&[])?;
        let words = Vocabulary::of(&built);
        let read = |m: &manifest::MetricRow| {
            let read = words.read_argument(&m.expression, manifest::MANIFEST)?;
            Ok::<_, crate::scenario::Problem>(read.named(&m.name))
        };
        let metrics = manifest.metrics.iter().map(read).collect::<Result<_, _>>();
        let metrics = metrics.map_err(crate::scenario::ScenarioError::from)?;
        Ok(Sweep { manifest, id, points, scenario, metrics })
    }
}
