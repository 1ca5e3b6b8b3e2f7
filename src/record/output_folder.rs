//! The output folder of a run: built in a hidden folder beside it, moved in at the end.
//!
//! `OUT` is built in `.OUT.partial/out`, and finished replicates wait in `.OUT.partial/replicates`.
//! Only a finished run renames `out` to `OUT`; where there is an `OUT` already, the two change places
//! at one blow. So `OUT` is always the old or the new one, never a mix. On systems that cannot do that,
//! the old one is moved to `.OUT.replaced` just before; should the program die between the two renames,
//! the next run moves it back first. Just after, it is given the name `.OUT.remains1` and removed; if
//! that fails, later runs try again. A lock on `.OUT.partial/lock` ends with the process.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::checkpoint;
use super::error::{During, FileError};
use super::staged_file::FileRecord;
use super::to_disk;
use crate::scenario::WORLD_FOLDER;

/// How often a lock is sought anew because a run that ended took it away in between.
const LOCK_TRIES: usize = 1000;

/// Largest `run.json` that is looked into, bytes.
const LARGEST_RUN_JSON: u64 = 256 << 20;
/// Folders that could not be removed, at most.
const MOST_REMAINS: usize = 9;
/// Longest name of a file on common systems, and how much longer the hidden names are than the folder's.
const LONGEST_NAME: usize = 255;
const HIDDEN: usize = ".".len() + ".replaced".len();

/// What a sweep has, and no run.
const SWEEP: &str = "manifest.json";

/// Why an output folder cannot be used.
#[derive(Debug)]
pub enum OpenError {
    /// It exists, and was not to be replaced.
    Exists(PathBuf),
    /// It is not something that can be replaced as a whole.
    Unfit {
        path: PathBuf,
        reason: &'static str,
    },
    /// Another process is writing it.
    Busy(PathBuf),
    File(FileError),
}

impl From<FileError> for OpenError {
    fn from(error: FileError) -> Self {
        OpenError::File(error)
    }
}

/// An output folder being written. Dropped before [`OutputFolder::commit`], it leaves nothing but
/// finished replicates and saved states.
#[derive(Debug)]
pub struct OutputFolder {
    target: PathBuf,
    partial: PathBuf,
    replaced: PathBuf,
    lock: File,
    /// Folders above it that were made for it.
    made_above: usize,
    /// Whether it was there at the start, to be replaced.
    replaces: bool,
    committed: bool,
}

impl OutputFolder {
    /// Begins to write `target`; `inputs` are the files the run was read from.
    ///
    /// # Errors
    /// It exists and `replace` is false, it is not what a run made and so cannot be replaced, it is
    /// being written by another process, its name is too long, or a folder cannot be made.
    pub fn open(target: &Path, replace: bool, inputs: &[PathBuf]) -> Result<Self, OpenError> {
        if target.join(SWEEP).is_file() && replace {
            let reason = "it holds a sweep, which --force leaves alone";
            return Err(OpenError::Unfit { path: target.to_path_buf(), reason });
        }
        Self::open_over_sweep(target, replace, inputs)
    }

    /// The same for what may replace a sweep: another one.
    ///
    /// # Errors
    /// As [`OutputFolder::open`].
    pub fn open_over_sweep(target: &Path, replace: bool, inputs: &[PathBuf]) -> Result<Self, OpenError> {
        let target = resolved(target)?;
        let name = target.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let partial = target.with_file_name(format!(".{name}.partial"));
        let replaced = target.with_file_name(format!(".{name}.replaced"));
        if replaced.symlink_metadata().is_ok_and(|about| !about.is_dir()) {
            return Err(OpenError::Unfit {
                path: replaced,
                reason: "it is a file or a link, where a folder is needed",
            });
        }
        let exists = || target.symlink_metadata().is_ok();
        if exists() && !replace {
            return Err(OpenError::Exists(target));
        }
        // Seen without the lock this may be a run just moving its folder in: what counts is below.
        let early = refuse_unfit(&target, inputs);
        let made_above = target.ancestors().skip(1).take_while(|above| above.symlink_metadata().is_err()).count();
        let lock = match (lock(&partial, &target), early) {
            (Err(OpenError::File(_)), Err(unfit)) => return Err(unfit),
            (lock, _) => lock?,
        };
        let mut folder =
            OutputFolder { target, partial, replaced, lock, made_above, replaces: false, committed: false };
        folder.recover()?;
        folder.replaces = folder.target.symlink_metadata().is_ok();
        if folder.replaces && !replace {
            return Err(OpenError::Exists(folder.target.clone()));
        }
        refuse_unfit(&folder.target, inputs)?;
        remove(&folder.staging())?;
        let staging = folder.staging();
        fs::create_dir_all(&staging).during("create", &staging)?;
        Ok(folder)
    }

    /// Finishes what a killed run left between its two renames, and tries again to remove what could
    /// not be removed before.
    fn recover(&self) -> Result<(), FileError> {
        if self.replaced.symlink_metadata().is_ok() {
            if self.target.symlink_metadata().is_ok() {
                let aside = self.set_aside(&self.replaced)?;
                let _ = remove(&aside);
            } else {
                fs::rename(&self.replaced, &self.target).during("rename", &self.replaced)?;
            }
        }
        for remains in self.remains() {
            let _ = remove(&remains);
        }
        Ok(())
    }

    /// Names for what is left of replaced folders while it is removed. What has such a name is never
    /// moved back, so it may be there in part.
    fn remains(&self) -> impl Iterator<Item = PathBuf> {
        let name = self.target.file_name().unwrap_or_default().to_string_lossy();
        (1..=MOST_REMAINS).map(move |i| self.target.with_file_name(format!(".{name}.remains{i}")))
    }

    /// Gives a folder that was replaced, still whole, a name under which it can be removed bit by bit.
    fn set_aside(&self, old: &Path) -> Result<PathBuf, FileError> {
        let free = self.remains().find(|path| path.symlink_metadata().is_err());
        let aside = free.ok_or_else(|| {
            let error = io::Error::other("too many folders beside it could not be removed either");
            FileError::new("remove", old, error)
        })?;
        fs::rename(old, &aside).during("remove", old)?;
        Ok(aside)
    }

    /// The folder that will be there at the end.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// The hidden folder beside it.
    pub fn partial(&self) -> &Path {
        &self.partial
    }

    /// Where its files are written for now.
    pub fn staging(&self) -> PathBuf {
        self.partial.join("out")
    }

    /// Where finished replicates wait.
    pub fn replicates(&self) -> PathBuf {
        self.partial.join("replicates")
    }

    /// Brings the finished folder, which holds these files, to disk and moves it in. Gives what
    /// could not be tidied up after that.
    ///
    /// # Errors
    /// A file is not there as it was written, a folder was made in its place meanwhile, the disk failed,
    /// or a rename; then what was there before is still there.
    pub fn commit(mut self, files: &[FileRecord]) -> Result<(PathBuf, Vec<FileError>), FileError> {
        to_disk::sync_all(&self.staging())?;
        self.verify(files)?;
        let old = self.move_in()?;
        self.committed = true;
        let mut untidy = Vec::new();
        match self.sync_above() {
            Ok(()) => untidy.extend(old.and_then(|old| self.set_aside(&old).and_then(|aside| remove(&aside)).err())),
            // The old one stays until the new one is sure to: the next run removes it.
            Err(error) => untidy.push(error),
        }
        untidy.extend(remove(&self.replicates()).err());
        untidy.extend(remove(&self.partial.join(checkpoint::FOLDER)).err());
        self.release();
        Ok((self.target.clone(), untidy))
    }

    /// Gives the finished folder its name; where the one that it replaces lies now.
    fn move_in(&self) -> Result<Option<PathBuf>, FileError> {
        let staging = self.staging();
        match self.target.symlink_metadata() {
            Err(_) => fs::rename(&staging, &self.target).during("create", &self.target).map(|()| None),
            Ok(_) if !self.replaces => {
                let error = io::Error::new(ErrorKind::AlreadyExists, "something was put there during the run");
                Err(FileError::new("create", &self.target, error))
            }
            Ok(_) if swap(&staging, &self.target).is_ok() => Ok(Some(staging)),
            // Not every system can, nor every disk.
            Ok(_) => self.move_in_by_two_renames(),
        }
    }

    fn move_in_by_two_renames(&self) -> Result<Option<PathBuf>, FileError> {
        fs::rename(&self.target, &self.replaced).during("replace", &self.target)?;
        if let Err(error) = fs::rename(self.staging(), &self.target) {
            fs::rename(&self.replaced, &self.target).during("restore", &self.target)?;
            return Err(FileError::new("create", &self.target, error));
        }
        Ok(Some(self.replaced.clone()))
    }

    /// Brings to disk that the folder is there, and those above it that were made for it.
    fn sync_above(&self) -> Result<(), FileError> {
        self.target.ancestors().skip(1).take(1 + self.made_above).try_for_each(to_disk::sync_folder)
    }

    /// Whether every file written is there in full, and nobody else can have touched them.
    fn verify(&self, files: &[FileRecord]) -> Result<(), FileError> {
        let lock = self.partial.join("lock");
        if !is_at(&self.lock, &lock) {
            return Err(FileError::new("use", lock, io::Error::other("it was removed during the run")));
        }
        let staging = self.staging();
        for file in files {
            let path = staging.join(&file.name);
            let found = path.symlink_metadata().during("find", &path)?;
            if !found.is_file() || found.len() != file.bytes {
                return Err(FileError::new("use", path, io::Error::other("it was changed during the run")));
            }
        }
        Ok(())
    }

    /// Takes the lock away, last of all and while it is held, and the folder if it is empty then:
    /// a run that comes in between finds its lock gone, and makes a new one.
    fn release(&self) {
        let _ = fs::remove_file(self.partial.join("lock"));
        let _ = fs::remove_dir(&self.partial);
    }
}

impl Drop for OutputFolder {
    fn drop(&mut self) {
        // What lies there is another run's once the lock is.
        if self.committed || !is_at(&self.lock, &self.partial.join("lock")) {
            return;
        }
        // Nobody is left to be told that tidying failed; the next run tidies first.
        let _ = remove(&self.staging());
        let kept = fs::read_dir(self.replicates()).is_ok_and(|mut files| files.next().is_some());
        if !kept {
            let _ = remove(&self.replicates());
            self.release();
        }
    }
}

/// An absolute path with a name; an existing link is followed.
fn resolved(target: &Path) -> Result<PathBuf, OpenError> {
    let path = std::path::absolute(target).during("find", target)?;
    let path = if path.is_symlink() { path.canonicalize().during("find", &path)? } else { path };
    let named = path.components().next_back().is_some_and(|c| matches!(c, std::path::Component::Normal(_)));
    if !named {
        return Err(OpenError::Unfit { path, reason: "it has no name of its own" });
    }
    let too_long = path.symlink_metadata().is_err_and(|e| e.kind() == ErrorKind::InvalidFilename);
    if too_long || path.file_name().is_some_and(|name| name.len() + HIDDEN > LONGEST_NAME) {
        return Err(OpenError::Unfit { path, reason: "its name or path is too long (a name has at most 245 bytes)" });
    }
    Ok(path)
}

/// Refuses to replace what is no output folder, and what the run itself was read from.
fn refuse_unfit(target: &Path, inputs: &[PathBuf]) -> Result<(), OpenError> {
    let unfit = |reason| Err(OpenError::Unfit { path: target.to_path_buf(), reason });
    let Ok(about) = target.symlink_metadata() else { return Ok(()) };
    if !about.is_dir() {
        return unfit("it is a file");
    }
    let real = target.canonicalize().during("find", target)?;
    if std::env::current_dir().is_ok_and(|here| here.starts_with(&real)) {
        return unfit("the working folder lies in it");
    }
    if std::env::home_dir().is_some_and(|home| home.starts_with(&real)) {
        return unfit("the home folder lies in it");
    }
    if real.join(".git").exists() {
        return unfit("it is under version control");
    }
    let empty = fs::read_dir(&real).during("read", &real)?.next().is_none();
    if !empty && !was_written(&real) {
        return unfit(
            "it is not empty and no run wrote it (it has no run.json of antesala), so --force leaves it alone",
        );
    }
    // The copies a run leaves of its own scenario and data were read in full before.
    let copy = |path: &Path| path == real.join("scenario.toml") || path.starts_with(real.join(WORLD_FOLDER));
    if inputs.iter().any(|path| path.starts_with(&real) && !copy(path)) {
        return unfit("a file this run is read from lies in it");
    }
    Ok(())
}

/// Whether a finished run left this folder.
fn was_written(folder: &Path) -> bool {
    let path = folder.join("run.json");
    let right_size = path.symlink_metadata().is_ok_and(|about| about.is_file() && about.len() <= LARGEST_RUN_JSON);
    let document = || serde_json::from_slice::<serde_json::Value>(&fs::read(&path).ok()?).ok();
    right_size && document().is_some_and(|document| document["program"] == env!("CARGO_PKG_NAME"))
}

/// Makes the hidden folder and locks it. A run that ends removes its lock: one that was opened
/// before and locked after is worth nothing, so it is sought anew.
fn lock(partial: &Path, target: &Path) -> Result<File, OpenError> {
    let path = partial.join("lock");
    for left in (0..LOCK_TRIES).rev() {
        refuse_links(partial, &path)?;
        let opened = fs::create_dir_all(partial)
            .and_then(|()| File::options().create(true).truncate(false).write(true).open(&path));
        let file = match opened {
            // The folder went away in between.
            Err(e) if left > 0 && matches!(e.kind(), ErrorKind::NotFound | ErrorKind::AlreadyExists) => continue,
            other => other.during("create", &path)?,
        };
        match file.try_lock() {
            Ok(()) if is_at(&file, &path) => return Ok(file),
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => break,
            Err(TryLockError::Error(error)) => return Err(FileError::new("lock", path, error).into()),
        }
    }
    Err(OpenError::Busy(target.to_path_buf()))
}

/// Refuses hidden folders and locks that are links, or anything else than a run makes.
fn refuse_links(partial: &Path, lock: &Path) -> Result<(), OpenError> {
    let unfit = |path: &Path, reason| Err(OpenError::Unfit { path: path.to_path_buf(), reason });
    if partial.symlink_metadata().is_ok_and(|about| !about.is_dir()) {
        return unfit(partial, "it is a file or a link, where a folder is needed to build the output in");
    }
    if lock.symlink_metadata().is_ok_and(|about| !about.is_file()) {
        return unfit(lock, "it is a link or a folder, where the file that locks the output is needed");
    }
    Ok(())
}

/// Lets two folders change places at one blow.
#[cfg(target_os = "linux")]
fn swap(one: &Path, other: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

#[cfg(not(target_os = "linux"))]
fn swap(_: &Path, _: &Path) -> io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

/// Whether this open file is the one the path leads to now.
#[cfg(unix)]
pub fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let same = |a: &fs::Metadata, b: &fs::Metadata| a.dev() == b.dev() && a.ino() == b.ino();
    matches!((file.metadata(), path.symlink_metadata()), (Ok(a), Ok(b)) if same(&a, &b))
}

/// Other systems do not tell files apart so easily, nor remove those that are open.
#[cfg(not(unix))]
pub fn is_at(_: &File, path: &Path) -> bool {
    path.exists()
}

/// Removes a folder with all that is in it, if it is there.
///
/// # Errors
/// It cannot be removed.
pub fn remove(folder: &Path) -> Result<(), FileError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(FileError::new("remove", folder, error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
