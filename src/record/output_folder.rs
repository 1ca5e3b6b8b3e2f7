//! The output folder of a run: built in a hidden folder beside it, moved in at the end.
//!
//! `OUT` is built in `.OUT.partial/out`, and finished replicates wait in `.OUT.partial/replicates`.
//! Only a finished run renames `out` to `OUT`. A folder that is replaced is moved to
//! `.OUT.replaced` just before and removed just after; should the program die between the two
//! renames, the next run moves it back first. So `OUT` is always the old or the new one, never a
//! mix. A lock on `.OUT.partial/lock` ends with the process.

use std::fs::{self, File, TryLockError};
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::error::{During, FileError};

/// Files brought to disk at the same time.
const SYNC_THREADS: usize = 16;

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
/// finished replicates.
#[derive(Debug)]
pub struct OutputFolder {
    target: PathBuf,
    partial: PathBuf,
    replaced: PathBuf,
    /// Held, not read.
    _lock: File,
    committed: bool,
}

impl OutputFolder {
    /// Begins to write `target`.
    ///
    /// # Errors
    /// It exists and `replace` is false, it cannot be replaced, it is being written by another
    /// process, or a folder cannot be made.
    pub fn open(target: &Path, replace: bool) -> Result<Self, OpenError> {
        let target = resolved(target)?;
        let name = target.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let partial = target.with_file_name(format!(".{name}.partial"));
        let replaced = target.with_file_name(format!(".{name}.replaced"));
        let exists = || target.symlink_metadata().is_ok();
        if exists() && !replace {
            return Err(OpenError::Exists(target));
        }
        if exists() {
            refuse_unfit(&target)?;
        }
        fs::create_dir_all(&partial).during("create", &partial)?;
        let lock = lock(&partial.join("lock"), &target)?;
        let folder = OutputFolder { target, partial, replaced, _lock: lock, committed: false };
        folder.recover()?;
        if folder.target.symlink_metadata().is_ok() && !replace {
            return Err(OpenError::Exists(folder.target.clone()));
        }
        remove(&folder.staging())?;
        let staging = folder.staging();
        fs::create_dir_all(&staging).during("create", &staging)?;
        Ok(folder)
    }

    /// Finishes what a killed run left between its two renames.
    fn recover(&self) -> Result<(), FileError> {
        if self.replaced.exists() {
            if self.target.exists() {
                remove(&self.replaced)?;
            } else {
                fs::rename(&self.replaced, &self.target).during("rename", &self.replaced)?;
            }
        }
        Ok(())
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

    /// Brings the finished folder to disk and moves it in.
    ///
    /// # Errors
    /// The disk failed, or a rename; then the folder that was there before is still there.
    pub fn commit(mut self) -> Result<PathBuf, FileError> {
        let staging = self.staging();
        sync_all(&staging)?;
        let had_old = self.target.symlink_metadata().is_ok();
        if had_old {
            fs::rename(&self.target, &self.replaced).during("replace", &self.target)?;
        }
        if let Err(error) = fs::rename(&staging, &self.target) {
            if had_old {
                fs::rename(&self.replaced, &self.target).during("restore", &self.target)?;
            }
            return Err(FileError::new("create", &self.target, error));
        }
        self.committed = true;
        if let Some(parent) = self.target.parent() {
            sync_folder(parent)?;
        }
        remove(&self.replaced)?;
        remove(&self.partial)?;
        Ok(self.target.clone())
    }
}

impl Drop for OutputFolder {
    fn drop(&mut self) {
        if self.committed {
            return;
        }
        // Nobody is left to be told that tidying failed; the next run tidies first.
        let _ = remove(&self.staging());
        let kept = fs::read_dir(self.replicates()).is_ok_and(|mut files| files.next().is_some());
        if !kept {
            let _ = remove(&self.partial);
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
    Ok(path)
}

/// Refuses to replace what is surely no output folder.
fn refuse_unfit(target: &Path) -> Result<(), OpenError> {
    let unfit = |reason| Err(OpenError::Unfit { path: target.to_path_buf(), reason });
    if !target.is_dir() {
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
    Ok(())
}

fn lock(path: &Path, target: &Path) -> Result<File, OpenError> {
    let file = File::options().create(true).truncate(false).write(true).open(path).during("create", path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::Busy(target.to_path_buf())),
        Err(TryLockError::Error(error)) => Err(FileError::new("lock", path, error).into()),
    }
}

/// Removes a folder with all that is in it, if it is there.
///
/// # Errors
/// It cannot be removed.
pub fn remove(folder: &Path) -> Result<(), FileError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(FileError::new("remove", folder, error)),
        _ => Ok(()),
    }
}

/// Brings every file and folder under `folder` to disk, many at a time: the system then writes its
/// journal once for all of them.
fn sync_all(folder: &Path) -> Result<(), FileError> {
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    list(folder, &mut files, &mut folders)?;
    let next = AtomicUsize::new(0);
    let sync_files = || -> Result<(), FileError> {
        while let Some(path) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            File::open(path).and_then(|f| f.sync_all()).during("write", path)?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..SYNC_THREADS.min(files.len())).map(|_| scope.spawn(sync_files)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })?;
    folders.iter().try_for_each(|path| sync_folder(path))
}

/// Gathers files and folders, inner folders before outer ones.
fn list(folder: &Path, files: &mut Vec<PathBuf>, folders: &mut Vec<PathBuf>) -> Result<(), FileError> {
    for entry in fs::read_dir(folder).during("read", folder)? {
        let path = entry.during("read", folder)?.path();
        if path.is_dir() {
            list(&path, files, folders)?;
        } else {
            files.push(path);
        }
    }
    folders.push(folder.to_path_buf());
    Ok(())
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> Result<(), FileError> {
    File::open(folder).and_then(|f| f.sync_all()).during("write", folder)
}

/// Other systems have no way to sync a folder.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> Result<(), FileError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn nothing_is_seen_before_the_end_and_nothing_else_after() {
        let base = tempfile::tempdir().unwrap();
        let target = base.path().join("a/b");
        let folder = OutputFolder::open(&target, false).unwrap();
        fs::write(folder.staging().join("x"), "1").unwrap();
        assert!(!target.exists());
        folder.commit().unwrap();
        assert_eq!(names(&base.path().join("a")), ["b"]);
        assert_eq!(names(&target), ["x"]);
    }

    #[test]
    fn an_existing_folder_is_replaced_only_when_asked_and_only_at_the_end() {
        let base = tempfile::tempdir().unwrap();
        let target = base.path().join("b");
        fs::create_dir(&target).unwrap();
        fs::write(target.join("old"), "").unwrap();
        assert!(matches!(OutputFolder::open(&target, false), Err(OpenError::Exists(_))));
        assert_eq!(names(base.path()), ["b"]);
        let folder = OutputFolder::open(&target, true).unwrap();
        fs::write(folder.staging().join("new"), "").unwrap();
        assert_eq!(names(&target), ["old"]);
        folder.commit().unwrap();
        assert_eq!(names(&target), ["new"]);
        assert_eq!(names(base.path()), ["b"]);
    }

    #[test]
    fn an_abandoned_folder_leaves_only_finished_replicates() {
        let base = tempfile::tempdir().unwrap();
        let target = base.path().join("b");
        drop(OutputFolder::open(&target, false).unwrap());
        assert!(names(base.path()).is_empty());
        let folder = OutputFolder::open(&target, false).unwrap();
        fs::create_dir(folder.replicates()).unwrap();
        fs::write(folder.replicates().join("1"), "").unwrap();
        drop(folder);
        assert_eq!(names(base.path()), [".b.partial"]);
        assert_eq!(names(&base.path().join(".b.partial")), ["lock", "replicates"]);
    }

    #[test]
    fn two_runs_do_not_write_the_same_folder() {
        let base = tempfile::tempdir().unwrap();
        let target = base.path().join("b");
        let _first = OutputFolder::open(&target, false).unwrap();
        assert!(matches!(OutputFolder::open(&target, true), Err(OpenError::Busy(_))));
    }

    #[test]
    fn a_kill_between_the_renames_is_mended() {
        let base = tempfile::tempdir().unwrap();
        let target = base.path().join("b");
        fs::create_dir(base.path().join(".b.replaced")).unwrap();
        fs::write(base.path().join(".b.replaced/old"), "").unwrap();
        assert!(matches!(OutputFolder::open(&target, false), Err(OpenError::Exists(_))));
        assert_eq!(names(&target), ["old"]);
    }

    #[test]
    fn what_is_no_output_folder_is_never_replaced() {
        let base = tempfile::tempdir().unwrap();
        fs::create_dir_all(base.path().join("repo/.git")).unwrap();
        fs::write(base.path().join("file"), "").unwrap();
        for name in ["repo", "file", ".."] {
            let found = OutputFolder::open(&base.path().join(name), true);
            assert!(matches!(found, Err(OpenError::Unfit { .. })), "{name}: {found:?}");
        }
        assert!(matches!(OutputFolder::open(Path::new("/"), true), Err(OpenError::Unfit { .. })));
    }
}
