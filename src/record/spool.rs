//! Finished replicates kept on disk, so that an interrupted run can go on.
//!
//! A replicate is `NNNN.observation` (see [`super::packed`]) and, once that is whole, `NNNN.done`: a small
//! JSON record with the fingerprint of the run and the hash of the observation. A replicate
//! whose record is missing, of another run, or does not fit the bytes is simulated again.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::{During, FileError};
use super::packed::{pack, unpack};
use super::provenance;
use super::staged_file::sha256_hex;
use crate::model::observation::Observation;
use crate::scenario::input::Scenario;

/// The finished replicates of one run.
#[derive(Debug)]
pub struct Spool {
    folder: PathBuf,
    fingerprint: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Done {
    replicate: u32,
    fingerprint: String,
    sha256: String,
}

impl Spool {
    /// A spool in `folder` (made when first needed) for runs of exactly this scenario.
    pub fn new(folder: PathBuf, scenario: &Scenario, sample_households: u32) -> Self {
        Spool { folder, fingerprint: fingerprint(scenario, sample_households) }
    }

    fn file(&self, replicate: u32, ending: &str) -> PathBuf {
        self.folder.join(format!("{replicate:04}.{ending}"))
    }

    /// Keeps a finished replicate.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn keep(&self, observation: &Observation) -> Result<(), FileError> {
        fs::create_dir_all(&self.folder).during("create", &self.folder)?;
        let path = self.file(observation.replicate, "observation");
        let bytes = pack(observation).during("write", &path)?;
        fs::write(&path, &bytes).during("write", &path)?;
        let done = Done {
            replicate: observation.replicate,
            fingerprint: self.fingerprint.clone(),
            sha256: sha256_hex(&bytes),
        };
        let (part, path) = (self.file(done.replicate, "part"), self.file(done.replicate, "done"));
        let text = serde_json::to_string(&done).map_err(std::io::Error::other).during("write", &path)?;
        fs::write(&part, text).during("write", &part)?;
        fs::rename(&part, &path).during("write", &path)
    }

    /// A replicate kept by an earlier run of the same scenario, whole.
    pub fn take(&self, replicate: u32) -> Option<Observation> {
        let done: Done = serde_json::from_slice(&fs::read(self.file(replicate, "done")).ok()?).ok()?;
        if done.fingerprint != self.fingerprint || done.replicate != replicate {
            return None;
        }
        let bytes = fs::read(self.file(replicate, "observation")).ok()?;
        if sha256_hex(&bytes) != done.sha256 {
            return None;
        }
        unpack::<Observation>(&bytes).filter(|o| o.replicate == replicate)
    }

    /// How many replicates are kept, of whatever run.
    pub fn len(&self) -> usize {
        count(&self.folder)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets every replicate kept.
    ///
    /// # Errors
    /// The folder cannot be removed.
    pub fn clear(&self) -> Result<(), FileError> {
        super::output_folder::remove(&self.folder)
    }
}

/// How many finished replicates a folder holds.
pub fn count(folder: &Path) -> usize {
    let Ok(files) = fs::read_dir(folder) else { return 0 };
    files.flatten().filter(|f| f.path().extension().is_some_and(|e| e == "done")).count()
}

/// What makes two runs the same: program, scenario, data and sample; not the number of replicates.
pub fn fingerprint(scenario: &Scenario, sample_households: u32) -> String {
    let mut text = format!(
        "{} {}\nseed {} weight {} from {} sample {sample_households}\n",
        provenance::VERSION,
        provenance::commit().unwrap_or(""),
        scenario.seed,
        scenario.weight,
        scenario.record_from,
    );
    for (name, bytes) in &scenario.world.files {
        text.push_str(&format!("{name} {}\n", sha256_hex(bytes)));
    }
    if let Some(draws) = &scenario.posterior {
        text.push_str(&sha256_hex(draws.to_csv().as_bytes()));
    }
    for line in scenario.resolved.lines().filter(|line| !line.starts_with("replicates")) {
        text.push_str(line);
        text.push('\n');
    }
    sha256_hex(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::sample;

    #[test]
    fn a_kept_replicate_comes_back_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let scenario = sample::scenario();
        let spool = Spool::new(folder.path().join("replicates"), &scenario, 0);
        assert!(spool.is_empty());
        let observation = sample::observation(&scenario, 2);
        spool.keep(&observation).unwrap();
        assert_eq!(spool.len(), 1);
        assert_eq!(format!("{:?}", spool.take(2).unwrap()), format!("{observation:?}"));
        assert!(spool.take(1).is_none());
    }

    #[test]
    fn what_does_not_fit_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let scenario = sample::scenario();
        let spool = Spool::new(folder.path().into(), &scenario, 0);
        spool.keep(&sample::observation(&scenario, 1)).unwrap();
        let other = crate::scenario::Scenario { seed: 99, ..scenario.clone() };
        assert!(Spool::new(folder.path().into(), &other, 0).take(1).is_none());
        let more = crate::scenario::Scenario { replicates: 99, ..scenario.clone() };
        assert!(Spool::new(folder.path().into(), &more, 0).take(1).is_some());
        let path = folder.path().join("0001.observation");
        let mut bytes = fs::read(&path).unwrap();
        bytes.pop();
        fs::write(&path, bytes).unwrap();
        assert!(spool.take(1).is_none());
        spool.clear().unwrap();
        assert!(spool.is_empty());
    }
}
