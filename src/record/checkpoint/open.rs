//! Beginning where another run left a state.

use std::fmt::{self, Display};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::{FORMAT, LARGEST_RECORD, StateRecord, file};
use crate::model::{SavedState, Simulation, Standing, shared_days};
use crate::record::error::FileError;
use crate::record::packed::{unpack, unpack_first};
use crate::record::staged_file::{sha256_hex, sha256_of};
use crate::record::{provenance, spool};
use crate::scenario::input::Scenario;
use crate::scenario::{self, Overrides};

/// Why a run cannot begin at a checkpoint.
#[derive(Debug)]
pub struct Refused {
    pub path: PathBuf,
    pub reason: String,
    pub help: &'static str,
}

impl Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cannot be begun from: {}", self.path.display(), self.reason)
    }
}

impl std::error::Error for Refused {}

/// A checkpoint that fits a run: states for all its replicates, whole, and no day on which the two scenarios differ.
#[derive(Debug)]
pub struct Checkpoint {
    /// Its real path.
    folder: PathBuf,
    /// The scenario it was saved under.
    origin: Scenario,
    /// The scenario to go on with, if that is another.
    onward: Option<Scenario>,
    date: Date,
    /// Of the states, by replicate.
    hashes: Vec<String>,
}

impl Checkpoint {
    /// Checks the states in `folder` for a run of `scenario`, to the last byte.
    ///
    /// # Errors
    /// What does not fit.
    pub fn open(folder: &Path, scenario: &Scenario, sample_households: u32) -> Result<Self, Refused> {
        let refused = |reason: String, help| Refused { path: folder.to_path_buf(), reason, help };
        if !folder.is_dir() {
            return Err(refused("there is no such folder".into(), "name a folder output/NAME/checkpoints/DATE"));
        }
        // Of another version the scenario may not even be read.
        if let Some((reason, help)) = read_record(folder, 1)?.foreign() {
            return Err(Refused { path: file(folder, 1, "json"), reason, help });
        }
        let path = folder.join("scenario.toml");
        let origin = scenario::load(&path.to_string_lossy(), &Overrides::default());
        let origin = origin.map_err(|error| Refused { path, reason: format!("{error}"), help: WHOLE })?;
        let fingerprint = spool::fingerprint(&origin, sample_households);
        let (mut date, mut hashes) = (None, Vec::new());
        for replicate in 1..=scenario.replicates {
            let record = read_record(folder, replicate)?;
            let path = file(folder, replicate, "json");
            if let Some((reason, help)) = record.misfit(replicate, sample_households, &fingerprint) {
                return Err(Refused { path, reason, help });
            }
            check_bytes(folder, replicate, &record, origin.days_done(record.date))?;
            if *date.get_or_insert(record.date) != record.date {
                return Err(Refused { path, reason: "it is of another date than the first".into(), help: WHOLE });
            }
            hashes.push(record.sha256);
        }
        let date = date.unwrap_or(origin.start);
        if let Some(reason) = parts(&origin, scenario, date) {
            return Err(refused(reason, "begin at an earlier checkpoint, or from the start"));
        }
        let onward = (spool::fingerprint(scenario, sample_households) != fingerprint).then(|| scenario.clone());
        let folder = folder.canonicalize().map_err(|error| refused(error.to_string(), WHOLE))?;
        Ok(Checkpoint { folder, origin, onward, date, hashes })
    }

    /// Where it lies.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The state is that of the end of this day.
    pub fn date(&self) -> Date {
        self.date
    }

    /// A replicate that goes on from here.
    ///
    /// # Errors
    /// Its file was changed since the checkpoint was opened.
    pub fn begin(&self, replicate: u32) -> Result<Simulation, FileError> {
        let path = file(&self.folder, replicate, "state");
        let changed = |reason| FileError::new("use", &path, io::Error::new(ErrorKind::InvalidData, reason));
        let bytes = fs::read(&path).map_err(|error| FileError::new("read", &path, error))?;
        if self.hashes.get(replicate as usize - 1) != Some(&sha256_hex(&bytes)) {
            return Err(changed("its bytes have changed since the run began"));
        }
        let saved: SavedState = unpack(&bytes).ok_or_else(|| changed("it is no state of a run"))?;
        drop(bytes);
        let mut simulation = Simulation::restore(saved, &self.origin.of_replicate(replicate)).map_err(changed)?;
        Ok(match &self.onward {
            None => simulation,
            Some(onward) => simulation.branch(&onward.of_replicate(replicate)),
        })
    }
}

/// Bytes that hold the head of a state, and more.
const HEAD: u64 = 256;

const WHOLE: &str = "the checkpoint is damaged: save it again with --checkpoint DATE";
const SAME: &str = "begin from the start, or save it again with --checkpoint DATE";

fn read_record(folder: &Path, replicate: u32) -> Result<StateRecord, Refused> {
    let path = file(folder, replicate, "json");
    let refused = |reason: String, help| Refused { path: path.clone(), reason, help };
    let missing = "run as many replicates as were saved, or fewer, with --replicates R";
    let about = path.symlink_metadata().map_err(|_| refused(format!("it has no replicate {replicate}"), missing))?;
    if !about.is_file() || about.len() > LARGEST_RECORD {
        return Err(refused("it is no record of a state".into(), WHOLE));
    }
    let text = fs::read(&path).map_err(|error| refused(error.to_string(), WHOLE))?;
    StateRecord::of_json(&text).map_err(|error| refused(format!("it is no record of a state ({error})"), WHOLE))
}

impl StateRecord {
    /// Why a state with this record is of something else, if it is.
    fn misfit(&self, replicate: u32, sample: u32, fingerprint: &str) -> Option<(String, &'static str)> {
        let cases = [
            (self.replicate != replicate, format!("it is of replicate {}", self.replicate), WHOLE),
            (
                self.sample_households != sample,
                format!("it follows {} households with --sample, and this run {sample}", self.sample_households),
                "give the same --sample",
            ),
            (
                self.fingerprint != fingerprint,
                "the scenario or the data beside it are not those it was saved under".into(),
                WHOLE,
            ),
        ];
        self.foreign().or_else(|| cases.into_iter().find_map(|(wrong, reason, help)| wrong.then_some((reason, help))))
    }

    /// Why it is of another program than this one, if it is.
    fn foreign(&self) -> Option<(String, &'static str)> {
        let commit = |commit: Option<&str>| commit.map_or("of no commit".into(), |c| format!("commit {c}"));
        let (was, is) = (commit(self.commit.as_deref()), commit(provenance::commit()));
        let cases = [
            (self.program != env!("CARGO_PKG_NAME"), format!("it was saved by {}", self.program), SAME),
            (self.format != FORMAT, format!("it has layout {}, and this program reads {FORMAT}", self.format), SAME),
            (
                self.version != provenance::VERSION || was != is,
                format!("it was saved by version {} ({was}), and this is {} ({is})", self.version, provenance::VERSION),
                SAME,
            ),
        ];
        cases.into_iter().find_map(|(wrong, reason, help)| wrong.then_some((reason, help)))
    }
}

/// Whether the state is there as its record says.
fn check_bytes(folder: &Path, replicate: u32, record: &StateRecord, days: usize) -> Result<(), Refused> {
    let path = file(folder, replicate, "state");
    let refused = |reason: String| Err(Refused { path: path.clone(), reason, help: WHOLE });
    match path.symlink_metadata() {
        Ok(about) if !about.is_file() => return refused("it is no file".into()),
        Ok(about) if about.len() != record.bytes => {
            return refused(format!("it has {} bytes, and its record says {}", about.len(), record.bytes));
        }
        Ok(_) => {}
        Err(error) => return refused(error.to_string()),
    }
    match sha256_of(&path) {
        Ok(hash) if hash == record.sha256 => match head(&path).map(|head| (head.replicate, head.day)) {
            Some((of, day)) if of == replicate && day == days => Ok(()),
            Some(_) => refused("it is of another replicate or day than its record says".into()),
            None => refused("it is no state of a run".into()),
        },
        Ok(_) => refused("its bytes are not those its record says (SHA-256 differs)".into()),
        Err(error) => refused(error.to_string()),
    }
}

/// Which replicate a state is of, and of which day.
fn head(path: &Path) -> Option<Standing> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(HEAD).read_to_end(&mut bytes).ok()?;
    unpack_first(&bytes)
}

/// What two scenarios do not share up to the end of a day, if anything.
fn parts(origin: &Scenario, scenario: &Scenario, date: Date) -> Option<String> {
    let days = origin.days_done(date);
    let differs = |what: &str, was: String, is: String| Some(format!("its {what} is {was}, and this run's {is}"));
    if origin.seed != scenario.seed {
        return differs("seed", origin.seed.to_string(), scenario.seed.to_string());
    }
    if origin.weight != scenario.weight {
        return differs("scale", format!("1/{}", origin.weight), format!("1/{}", scenario.weight));
    }
    for (what, was, is) in [
        ("first day", origin.start, scenario.start),
        ("last day", origin.end, scenario.end),
        ("first recorded day", origin.record_from, scenario.record_from),
    ] {
        if was != is {
            return differs(what, was.to_string(), is.to_string());
        }
    }
    if origin.world.files != scenario.world.files {
        return Some("the data of its world are not those of this run".into());
    }
    for replicate in 1..=scenario.replicates {
        let shared = shared_days(&origin.of_replicate(replicate), &scenario.of_replicate(replicate));
        if shared < days {
            let last = scenario.start.saturating_add(jiff::Span::new().days(shared as i64));
            return Some(format!("this run's rules or events may differ from {last} on, and the state is of {date}"));
        }
    }
    None
}
