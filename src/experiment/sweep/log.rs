//! The finished runs of a shard while it is being worked on: one line a run, in order, each with a
//! check of its own, so that a killed process loses what it was just doing and nothing else. The file
//! is locked while a process works on it; the system drops the lock when the process dies.

use std::fs::{self, File, TryLockError};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::SweepError;
use super::manifest::shard_file;
use crate::record::error::{During, FileError};
use crate::record::output_folder::is_at;
use crate::record::staged_file::sha256_hex;

/// Ending of the file's name.
pub const ENDING: &str = "log";
/// How often a lock that went away is sought anew.
const TRIES: usize = 5;
/// How long to wait before that.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(20);

/// A locked log.
pub struct Log {
    path: PathBuf,
    file: File,
    fingerprint: String,
    metrics: usize,
    /// Whole runs in it.
    pub runs: usize,
}

/// What there is of a shard's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peeked {
    Nothing,
    /// So many runs; whether a process is at work on it.
    Runs {
        runs: usize,
        locked: bool,
    },
}

impl Log {
    /// Opens and locks the log of a shard, without what was cut off in writing or is of another sweep;
    /// it is left with a number of runs for which `ends` holds, 0 always does.
    ///
    /// # Errors
    /// Another process has it, or it cannot be read or written.
    pub fn open(
        folder: &Path,
        shard: usize,
        fingerprint: &str,
        metrics: usize,
        ends: impl Fn(usize) -> bool,
    ) -> Result<Log, SweepError> {
        let path = shard_file(folder, shard, ENDING);
        refuse_others(&path)?;
        for _ in 0..TRIES {
            let mut file = File::options()
                .create(true)
                .truncate(false)
                .read(true)
                .write(true)
                .open(&path)
                .during("create", &path)?;
            match file.try_lock() {
                // One that another process finished and removed in between is worth nothing.
                Ok(()) if !is_at(&file, &path) => continue,
                Ok(()) => {}
                // One that only looks holds it for a moment.
                Err(TryLockError::WouldBlock) => {
                    std::thread::sleep(PAUSE);
                    continue;
                }
                Err(TryLockError::Error(error)) => return Err(FileError::new("lock", path, error).into()),
            }
            let (runs, whole) = scan(&mut file, fingerprint, metrics, ends).during("read", &path)?;
            file.set_len(whole).during("write", &path)?;
            file.seek(SeekFrom::End(0)).during("write", &path)?;
            let mut log = Log { path, file, fingerprint: fingerprint.to_string(), metrics, runs };
            if whole == 0 {
                let header = format!("{}\n", log.fingerprint);
                log.put(header.as_bytes())?;
            }
            return Ok(log);
        }
        Err(SweepError::Busy { shard })
    }

    /// Refuses to go on if another sweep has taken the place of this one.
    ///
    /// # Errors
    /// The log is not where it was.
    pub fn is_still_there(&self) -> Result<(), FileError> {
        if is_at(&self.file, &self.path) {
            return Ok(());
        }
        Err(FileError::new("use", &self.path, io::Error::other("it was removed or replaced while it was in use")))
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        self.is_still_there()?;
        // One write a line: a kill cuts off at most what is being written.
        self.file.write_all(bytes).during("write", &self.path)
    }

    /// Adds the next runs.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn append(&mut self, runs: &[Vec<Option<f64>>]) -> Result<(), FileError> {
        let lines: String = runs.iter().enumerate().map(|(i, values)| line(self.runs + i, values)).collect();
        self.put(lines.as_bytes())?;
        self.runs += runs.len();
        Ok(())
    }

    /// Gives every run, in order, to `take`.
    ///
    /// # Errors
    /// The file cannot be read, or `take` failed.
    pub fn read(
        &mut self,
        mut take: impl FnMut(usize, &[Option<f64>]) -> Result<(), FileError>,
    ) -> Result<(), FileError> {
        self.file.seek(SeekFrom::Start(0)).during("read", &self.path)?;
        let mut values = Vec::with_capacity(self.metrics);
        for (i, line) in BufReader::new(&self.file).lines().skip(1).take(self.runs).enumerate() {
            let line = line.during("read", &self.path)?;
            if !parse(&line, i, self.metrics, &mut values) {
                let why = io::Error::new(io::ErrorKind::InvalidData, "it was changed while it was in use");
                return Err(FileError::new("read", &self.path, why));
            }
            take(i, &values)?;
        }
        self.file.seek(SeekFrom::End(0)).during("read", &self.path)?;
        Ok(())
    }

    /// Removes the log, still locked.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn remove(self) -> Result<(), FileError> {
        self.is_still_there()?;
        fs::remove_file(&self.path).during("remove", &self.path)
    }
}

/// Whether a shard has a log.
pub fn is_left(folder: &Path, shard: usize) -> bool {
    shard_file(folder, shard, ENDING).exists()
}

/// What there is of a shard's log, without touching it.
///
/// # Errors
/// It cannot be read.
pub fn peek(folder: &Path, shard: usize, fingerprint: &str, metrics: usize) -> Result<Peeked, FileError> {
    let path = shard_file(folder, shard, ENDING);
    refuse_others(&path)?;
    let mut file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Peeked::Nothing),
        Err(error) => return Err(FileError::new("read", path, error)),
    };
    let locked = held(&file).during("read", &path)?;
    let (runs, _) = scan(&mut file, fingerprint, metrics, |_| true).during("read", &path)?;
    Ok(Peeked::Runs { runs, locked })
}

/// Refuses links, pipes and folders where the log is to be.
fn refuse_others(path: &Path) -> Result<(), FileError> {
    match path.symlink_metadata() {
        Ok(about) if !about.is_file() => {
            Err(FileError::new("use", path, io::Error::new(io::ErrorKind::InvalidData, "it is not a file")))
        }
        _ => Ok(()),
    }
}

/// Whether a process works on the log at a path.
///
/// # Errors
/// It cannot be read.
pub fn is_locked(path: &Path) -> Result<bool, FileError> {
    File::open(path).and_then(|file| held(&file)).during("read", path)
}

fn held(file: &File) -> io::Result<bool> {
    match file.try_lock_shared() {
        Ok(()) => file.unlock().map(|()| false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Whole runs from the beginning on, as many as `ends` allows, and the bytes they take; none of another sweep.
fn scan(file: &mut File, fingerprint: &str, metrics: usize, ends: impl Fn(usize) -> bool) -> io::Result<(usize, u64)> {
    file.seek(SeekFrom::Start(0))?;
    let mut reader = BufReader::new(file);
    let (mut line, mut values) = (Vec::new(), Vec::with_capacity(metrics));
    let (mut runs, mut bytes, mut first, mut kept) = (0, 0, true, (0, 0));
    loop {
        line.clear();
        let length = reader.read_until(b'\n', &mut line)?;
        let Some(text) = line.strip_suffix(b"\n").and_then(|l| std::str::from_utf8(l).ok()) else { break };
        let right = if first { text == fingerprint } else { parse(text, runs, metrics, &mut values) };
        if !right {
            break;
        }
        runs += usize::from(!first);
        first = false;
        bytes += length as u64;
        if runs == 0 || ends(runs) {
            kept = (runs, bytes);
        }
    }
    Ok(kept)
}

fn line(run: usize, values: &[Option<f64>]) -> String {
    let cells: Vec<String> = values.iter().map(|v| v.map(|x| format!("{x:?}")).unwrap_or_default()).collect();
    let text = format!("{run},{}", cells.join(","));
    format!("{text},{}\n", check(&text))
}

/// Enough of a hash to tell a damaged line.
fn check(text: &str) -> String {
    sha256_hex(text.as_bytes())[..8].to_string()
}

/// Reads the line of a run; false if it is not that, whole.
fn parse(line: &str, run: usize, metrics: usize, values: &mut Vec<Option<f64>>) -> bool {
    values.clear();
    let Some((text, sum)) = line.rsplit_once(',') else { return false };
    let mut cells = text.split(',');
    if sum != check(text) || cells.next().and_then(|c| c.parse().ok()) != Some(run) {
        return false;
    }
    for cell in cells {
        match cell.parse() {
            Ok(x) => values.push(Some(x)),
            Err(_) if cell.is_empty() => values.push(None),
            Err(_) => return false,
        }
    }
    values.len() == metrics
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("shards")).unwrap();
        folder
    }

    fn kept(log: &mut Log) -> Vec<Vec<Option<f64>>> {
        let mut rows = Vec::new();
        log.read(|_, values| {
            rows.push(values.to_vec());
            Ok(())
        })
        .unwrap();
        rows
    }

    #[test]
    fn what_was_cut_off_or_damaged_is_dropped_and_the_rest_is_read_back() {
        let folder = folder();
        let rows = [vec![Some(1.5), None], vec![Some(1.0 / 3.0), Some(-1e-300)], vec![None, None]];
        let path = shard_file(folder.path(), 3, ENDING);
        let mut log = Log::open(folder.path(), 3, "mine", 2, |_| true).unwrap();
        log.append(&rows).unwrap();
        assert_eq!(kept(&mut log), rows);
        drop(log);
        let whole = fs::read(&path).unwrap();
        for cut in 0..whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            let mut log = Log::open(folder.path(), 3, "mine", 2, |_| true).unwrap();
            let runs = log.runs;
            assert_eq!(kept(&mut log), rows[..runs]);
            log.append(&rows[runs..]).unwrap();
            drop(log);
            assert_eq!(fs::read(&path).unwrap(), whole, "cut at {cut}");
        }
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            fs::write(&path, &bytes).unwrap();
            let mut log = Log::open(folder.path(), 3, "mine", 2, |_| true).unwrap();
            assert!(log.runs < 3, "{at}");
            let runs = log.runs;
            assert_eq!(kept(&mut log), rows[..runs]);
        }
        fs::write(&path, &whole).unwrap();
        // Runs that belong together are kept together.
        assert_eq!(Log::open(folder.path(), 3, "mine", 2, |runs| runs % 2 == 0).unwrap().runs, 2);
        assert_eq!(Log::open(folder.path(), 3, "other", 2, |_| true).unwrap().runs, 0);
    }

    #[test]
    fn one_process_at_a_time() {
        let folder = folder();
        let log = Log::open(folder.path(), 0, "mine", 1, |_| true).unwrap();
        assert!(matches!(Log::open(folder.path(), 0, "mine", 1, |_| true), Err(SweepError::Busy { shard: 0 })));
        assert_eq!(peek(folder.path(), 0, "mine", 1).unwrap(), Peeked::Runs { runs: 0, locked: true });
        drop(log);
        assert_eq!(peek(folder.path(), 0, "mine", 1).unwrap(), Peeked::Runs { runs: 0, locked: false });
        Log::open(folder.path(), 0, "mine", 1, |_| true).unwrap().remove().unwrap();
        assert_eq!(peek(folder.path(), 0, "mine", 1).unwrap(), Peeked::Nothing);
    }
}
