//! `manifest.json`: what a sweep is, for every process that works on it.

use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::SweepError;
use super::design::{Kind, MOST_POINTS, Range, Seeds, Shape};
use super::order::Order;
use crate::engine::draw::Key;
use crate::record::error::{During, FileError};
use crate::record::provenance;
use crate::record::staged_file::{read_regular, read_regular_within, sha256_hex};

pub const MANIFEST: &str = "manifest.json";
pub const DESIGN: &str = "design.csv";
/// Folder of the scenario, resolved, with its world.
pub const SCENARIO: &str = "scenario";
pub const SHARDS: &str = "shards";
/// Largest manifest read, bytes.
const LARGEST: u64 = 16 << 20;
/// Most runs of a sweep.
pub const MOST_RUNS: usize = 100_000_000;
/// Most points of which one replicate is done at a time: what a kill can lose.
pub const MOST_TOGETHER: usize = 16;
/// Format of the files of a sweep.
const FORMAT: u32 = 1;

/// A sweep as planned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    pub program: String,
    pub version: String,
    pub commit: Option<String>,
    pub format: u32,
    /// Name of the design.
    pub name: String,
    pub scenario: String,
    pub title: String,
    pub kind: String,
    /// Points asked for: base points of a Saltelli design, trajectories of a Morris design.
    pub base_points: usize,
    pub levels: usize,
    pub parameters: Vec<Parameter>,
    pub points: usize,
    pub replicates: u32,
    /// Points of which one replicate is done at a time, as they have days in common.
    pub points_together: usize,
    pub shards: usize,
    pub seed: u64,
    /// `common` or `own`.
    pub seeds: String,
    pub seed_rule: String,
    /// Households each simulated one stands for.
    pub persons_per_simulated_person: u32,
    pub metrics: Vec<MetricRow>,
    /// What whoever reads the results should know, such as settings that a policy sets again.
    pub warnings: Vec<String>,
    /// Files the runs are read from, with their SHA-256.
    pub files: Vec<Source>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub unit: String,
    /// Its value in the scenario: at the start, or as a policy sets it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bounds: Option<(f64, f64)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distribution: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<String>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MetricRow {
    pub name: String,
    pub expression: String,
    pub unit: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Source {
    pub path: String,
    pub sha256: String,
}

impl Parameter {
    /// With what it may be.
    pub fn with(mut self, range: Option<&Range>) -> Self {
        match range {
            Some(Range::Values(values)) => self.values = Some(values.clone()),
            Some(Range::Between { low, high, shape, .. }) => {
                self.bounds = Some((*low, *high));
                let (name, mode) = match shape {
                    Shape::Uniform => ("uniform", None),
                    Shape::LogUniform => ("loguniform", None),
                    Shape::Triangular { mode } => ("triangular", Some(*mode)),
                };
                (self.distribution, self.mode) = (Some(name.into()), mode);
            }
            None => {}
        }
        self
    }
}

impl Manifest {
    /// This program's part of a manifest.
    pub fn format() -> (String, String, Option<String>, u32) {
        let program = env!("CARGO_PKG_NAME").to_string();
        (program, provenance::VERSION.to_string(), provenance::commit().map(str::to_string), FORMAT)
    }

    pub fn to_json(&self) -> String {
        format!("{:#}\n", serde_json::json!(self))
    }

    /// Reads that of a folder, and its hash.
    ///
    /// # Errors
    /// The folder holds no sweep, or a damaged one.
    pub fn read(folder: &Path) -> Result<(Manifest, String), SweepError> {
        let path = folder.join(MANIFEST);
        let bytes = match read_regular_within(&path, LARGEST) {
            Ok(bytes) => bytes,
            Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
                return Err(SweepError::NoSweep(folder.to_path_buf()));
            }
            Err(error) => return Err(FileError::new("read", path, error).into()),
        };
        Ok((Self::of_bytes(&bytes, folder)?, sha256_hex(&bytes)))
    }

    /// Reads the bytes of that of a folder.
    ///
    /// # Errors
    /// It is damaged, or of another version.
    pub fn of_bytes(bytes: &[u8], folder: &Path) -> Result<Manifest, SweepError> {
        let path = folder.join(MANIFEST);
        let damaged = |why: String| SweepError::Damaged { path: path.clone(), why };
        // The version first: that of another program may have other fields.
        let value: serde_json::Value = serde_json::from_slice(bytes).map_err(|e| damaged(e.to_string()))?;
        let said = |key: &str| value[key].as_str().unwrap_or("?").to_string();
        let (program, version, commit, format) = Self::format();
        let mine = (value["program"] == *program) && value["version"] == *version && value["format"] == format;
        let same_commit = value["commit"].as_str() == commit.as_deref();
        if !mine || !same_commit {
            let of = |version: &str, commit: Option<&str>| match commit {
                Some(commit) => format!("{version} (commit {})", commit.get(..12).unwrap_or(commit)),
                None => version.to_string(),
            };
            return Err(SweepError::OtherVersion {
                folder: folder.to_path_buf(),
                planned: of(&said("version"), value["commit"].as_str()),
                this: of(&version, commit.as_deref()),
            });
        }
        let manifest: Manifest = serde_json::from_value(value).map_err(|e| damaged(e.to_string()))?;
        let counts = [manifest.points, manifest.replicates as usize, manifest.shards, manifest.points_together];
        let sound = counts.iter().all(|n| *n > 0)
            && manifest.points <= MOST_POINTS
            && manifest.points_together <= MOST_TOGETHER
            && manifest.replicates <= MOST_POINTS as u32;
        if !sound || manifest.runs() > MOST_RUNS || manifest.shards > manifest.order().jobs() {
            return Err(damaged("its numbers do not fit".into()));
        }
        manifest.check().map_err(damaged)?;
        Ok(manifest)
    }

    /// What in it does not fit together.
    fn check(&self) -> Result<(), String> {
        let (d, base) = (self.parameters.len() as u128, self.base_points as u128);
        let rows = match Kind::named(&self.kind) {
            None => return Err(format!("there is no kind `{}`", self.kind)),
            Some(Kind::Saltelli) => base * (d + 2),
            Some(Kind::Morris) => base * (d + 1),
            Some(_) => self.points as u128,
        };
        if rows != self.points as u128 || d == 0 || self.levels < 2 {
            return Err("its points do not fit its kind".into());
        }
        let mut names: Vec<&str> = self.metrics.iter().map(|m| m.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        if names.is_empty() || names.len() != self.metrics.len() {
            return Err("it has no metrics, or one twice".into());
        }
        let inside = |s: &Source| Path::new(&s.path).components().all(|c| matches!(c, Component::Normal(_)));
        let needed = [DESIGN.to_string(), format!("{SCENARIO}/scenario.toml")];
        if !self.files.iter().all(inside) || !needed.iter().all(|n| self.files.iter().any(|f| f.path == *n)) {
            return Err("its files are not those of a sweep".into());
        }
        match self.seeds == Seeds::Own.name() || self.seeds == Seeds::Common.name() {
            true => Ok(()),
            false => Err(format!("there are no seeds `{}`", self.seeds)),
        }
    }

    /// Refuses inputs that are not as they were planned.
    ///
    /// # Errors
    /// A file is missing, or was changed.
    pub fn check_files(&self, folder: &Path) -> Result<(), SweepError> {
        for source in &self.files {
            let path = folder.join(&source.path);
            let bytes = read_regular(&path).during("read", &path)?;
            if sha256_hex(&bytes) != source.sha256 {
                return Err(SweepError::Damaged { path, why: "it is not as it was planned".into() });
            }
        }
        Ok(())
    }

    /// Number of simulations.
    pub fn runs(&self) -> usize {
        self.points * self.replicates as usize
    }

    /// The order of its runs.
    pub fn order(&self) -> Order {
        Order { points: self.points, replicates: self.replicates as usize, together: self.points_together }
    }

    /// Jobs of a shard.
    pub fn jobs_of(&self, shard: usize) -> std::ops::Range<usize> {
        self.order().jobs_of(shard, self.shards)
    }

    /// Runs of a shard, in their order.
    pub fn runs_of(&self, shard: usize) -> std::ops::Range<usize> {
        let (order, jobs) = (self.order(), self.jobs_of(shard));
        order.runs_before(jobs.start)..order.runs_before(jobs.end)
    }

    pub fn kind(&self) -> Kind {
        Kind::named(&self.kind).unwrap_or(Kind::Given)
    }

    pub fn seeds(&self) -> Seeds {
        if self.seeds == Seeds::Own.name() { Seeds::Own } else { Seeds::Common }
    }

    /// Seed of the runs of a point.
    pub fn seed_of(&self, point: u64) -> u64 {
        match self.seeds() {
            Seeds::Common => self.seed,
            // Not negative where numbers have a sign.
            Seeds::Own => Key::root(self.seed, 0).child(point).0 >> 1,
        }
    }
}

/// File of a shard with this ending.
pub fn shard_file(folder: &Path, shard: usize, ending: &str) -> PathBuf {
    folder.join(SHARDS).join(shard_name(shard, ending))
}

/// Name of a shard's file with this ending.
pub fn shard_name(shard: usize, ending: &str) -> String {
    format!("shard-{shard:04}.{ending}")
}
