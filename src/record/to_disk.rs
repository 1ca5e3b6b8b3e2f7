//! Bringing files to disk for good: begun when each is written, waited for once at the end.

use std::fs::{self, File};
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::error::{During, FileError};

/// Files brought to disk at the same time, where one after the other takes longer than this.
const SYNC_THREADS: usize = 16;
const SYNC_PATIENCE: Duration = Duration::from_millis(20);

/// Lets the system begin to write a file to disk, so that there is less to wait for at the end. Where it
/// does not, the end is all the same: the folder is brought to disk as a whole.
#[cfg(target_os = "linux")]
pub fn begin(file: &File) {
    let _ = rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed);
}

/// Other systems begin when they want to.
#[cfg(not(target_os = "linux"))]
pub fn begin(_: &File) {}

/// Brings every file and folder under `folder` to disk.
///
/// # Errors
/// The disk failed.
pub fn sync_all(folder: &Path) -> Result<(), FileError> {
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    list(folder, &mut files, &mut folders)?;
    let left = sync_while_fast(&files)?;
    let threads = if memory_is_limited() { 1 } else { SYNC_THREADS };
    sync_side_by_side(left, threads)?;
    folders.iter().try_for_each(|path| sync_folder(path))
}

fn sync_file(path: &Path) -> Result<(), FileError> {
    File::open(path).and_then(|f| f.sync_all()).during("write", path)
}

/// Brings files to disk one after the other as long as that is quick, and gives those that are left:
/// the system is writing them already, and its journal is written once for all with the first.
fn sync_while_fast(files: &[PathBuf]) -> Result<&[PathBuf], FileError> {
    let Some((first, mut left)) = files.split_first() else { return Ok(files) };
    sync_file(first)?;
    let clock = Instant::now();
    while let Some((next, others)) = left.split_first().filter(|_| clock.elapsed() < SYNC_PATIENCE) {
        sync_file(next)?;
        left = others;
    }
    Ok(left)
}

/// Whether the process has a limit that the stacks of threads count against: a thread that finds no room for its own
/// ends the process, or never ends.
#[cfg(target_os = "linux")]
fn memory_is_limited() -> bool {
    use rustix::process::{Resource, getrlimit};
    [Resource::As, Resource::Data].into_iter().any(|resource| getrlimit(resource).current.is_some())
}

#[cfg(not(target_os = "linux"))]
fn memory_is_limited() -> bool {
    false
}

/// Many at a time, for disks that make one wait. Where the system gives no threads, one after the other.
fn sync_side_by_side(files: &[PathBuf], threads: usize) -> Result<(), FileError> {
    let next = AtomicUsize::new(0);
    let sync_files = || -> Result<(), FileError> {
        while let Some(path) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            sync_file(path)?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let start = |_| std::thread::Builder::new().spawn_scoped(scope, sync_files).ok();
        let workers: Vec<_> = (1..threads.min(files.len())).map_while(start).collect();
        let own = sync_files();
        let others = workers.into_iter().map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic)));
        others.fold(own, Result::and)
    })
}

/// Gathers files and folders, inner folders before outer ones.
fn list(folder: &Path, files: &mut Vec<PathBuf>, folders: &mut Vec<PathBuf>) -> Result<(), FileError> {
    for entry in fs::read_dir(folder).during("read", folder)? {
        let entry = entry.during("read", folder)?;
        let path = entry.path();
        if entry.file_type().during("read", &path)?.is_dir() {
            list(&path, files, folders)?;
        } else {
            files.push(path);
        }
    }
    folders.push(folder.to_path_buf());
    Ok(())
}

/// Brings to disk which files a folder has.
///
/// # Errors
/// The disk failed.
#[cfg(unix)]
pub fn sync_folder(folder: &Path) -> Result<(), FileError> {
    File::open(folder).and_then(|f| f.sync_all()).during("write", folder)
}

/// Other systems have no way to sync a folder.
#[cfg(not(unix))]
pub fn sync_folder(_: &Path) -> Result<(), FileError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_reached_on_fast_disks_and_on_slow_ones() {
        let folder = tempfile::tempdir().unwrap();
        let files: Vec<PathBuf> = (0..40).map(|i| folder.path().join(i.to_string())).collect();
        files.iter().for_each(|path| fs::write(path, b"x").unwrap());
        sync_all(folder.path()).unwrap();
        [1, SYNC_THREADS].into_iter().for_each(|threads| sync_side_by_side(&files, threads).unwrap());
        assert!(sync_while_fast(&[]).unwrap().is_empty());
        fs::remove_file(&files[39]).unwrap();
        let missing = files[39].display().to_string();
        let error = sync_side_by_side(&files, SYNC_THREADS).unwrap_err().to_string();
        assert!(error.contains(&missing), "{error}");
        let error = sync_while_fast(&files[39..]).unwrap_err().to_string();
        assert!(error.contains(&missing), "{error}");
    }
}
