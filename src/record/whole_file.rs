//! One file, there as a whole or not at all: written beside its place under a hidden name, brought to disk, and only
//! then given its name.
//!
//! The hidden file, `.NAME.unfinished`, is locked while it is written, and the lock ends with the process: what a
//! killed one left is written over by the next.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use super::error::{During, FileError};
use super::output_folder::is_at;
use super::to_disk::sync_folder;

/// How often the hidden file is opened anew because another process gave it its name in between.
const TRIES: usize = 100;

/// A file being written. Dropped before [`WholeFile::finish`], it leaves nothing.
#[derive(Debug)]
pub struct WholeFile {
    path: PathBuf,
    unfinished: PathBuf,
    file: File,
    finished: bool,
}

impl WholeFile {
    /// Begins to write `path`, which is replaced at the end if it is there.
    ///
    /// # Errors
    /// Another process is writing it, or a file cannot be made beside it.
    pub fn begin(path: &Path) -> Result<Self, FileError> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let unfinished = path.with_file_name(format!(".{name}.unfinished"));
        for _ in 0..TRIES {
            refuse_others(&unfinished)?;
            let file = File::options().create(true).truncate(false).write(true).open(&unfinished);
            let file = file.during("write", path)?;
            match file.try_lock() {
                Ok(()) if is_at(&file, &unfinished) => {
                    file.set_len(0).during("write", &unfinished)?;
                    return Ok(WholeFile { path: path.into(), unfinished, file, finished: false });
                }
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => break,
                Err(TryLockError::Error(error)) => return Err(FileError::new("lock", unfinished, error)),
            }
        }
        let error = io::Error::new(ErrorKind::ResourceBusy, "another process is writing it just now");
        Err(FileError::new("write", path, error))
    }

    /// Writes all of `data`.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn put(&mut self, data: &[u8]) -> Result<(), FileError> {
        self.file.write_all(data).during("write", &self.path)
    }

    /// Brings the file to disk and gives it its name.
    ///
    /// # Errors
    /// The disk failed, the name cannot be given, or the hidden file was taken away.
    pub fn finish(mut self) -> Result<(), FileError> {
        self.file.sync_all().during("write", &self.path)?;
        if !is_at(&self.file, &self.unfinished) {
            let error = io::Error::other("it was removed or replaced while it was in use");
            return Err(FileError::new("use", &self.unfinished, error));
        }
        fs::rename(&self.unfinished, &self.path).during("write", &self.path)?;
        self.finished = true;
        sync_folder(folder_of(&self.path))
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        if !self.finished && is_at(&self.file, &self.unfinished) {
            // Nobody is left to be told; the next process writes over it.
            let _ = fs::remove_file(&self.unfinished);
        }
    }
}

/// The folder that a file lies in.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Refuses links, pipes and folders where the hidden file is to be.
fn refuse_others(unfinished: &Path) -> Result<(), FileError> {
    match unfinished.symlink_metadata() {
        Ok(about) if !about.is_file() => {
            let error = io::Error::new(ErrorKind::AlreadyExists, "it is not a file");
            Err(FileError::new("use", unfinished, error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn the_old_file_stays_until_the_new_one_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page");
        fs::write(&path, "old").unwrap();
        let mut file = WholeFile::begin(&path).unwrap();
        file.put(b"new and ").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        drop(file);
        assert_eq!((names(folder.path()), fs::read(&path).unwrap()), (vec!["page".to_string()], b"old".to_vec()));
        let mut file = WholeFile::begin(&path).unwrap();
        file.put(b"new").unwrap();
        file.finish().unwrap();
        assert_eq!((names(folder.path()), fs::read(&path).unwrap()), (vec!["page".to_string()], b"new".to_vec()));
    }

    #[test]
    fn what_a_killed_process_left_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page");
        fs::write(folder.path().join(".page.unfinished"), "half of a longer page").unwrap();
        let mut file = WholeFile::begin(&path).unwrap();
        file.put(b"whole").unwrap();
        file.finish().unwrap();
        assert_eq!((names(folder.path()), fs::read(&path).unwrap()), (vec!["page".to_string()], b"whole".to_vec()));
    }

    #[test]
    fn two_at_once_never_mix() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page");
        let first = WholeFile::begin(&path).unwrap();
        let error = WholeFile::begin(&path).unwrap_err();
        assert!(error.to_string().contains("another process is writing it"), "{error}");
        assert!(error.help().contains("wait"), "{}", error.help());
        drop(first);
        let work = |text: [u8; 64]| {
            for _ in 0..100 {
                let Ok(mut file) = WholeFile::begin(&path) else { continue };
                file.put(&text[..32]).unwrap();
                std::thread::yield_now();
                file.put(&text[32..]).unwrap();
                file.finish().unwrap();
                let found = fs::read(&path).unwrap();
                assert!(found.len() == 64 && found.iter().all(|byte| *byte == found[0]), "{found:?}");
            }
        };
        std::thread::scope(|scope| (0..4).for_each(|i| drop(scope.spawn(move || work([i; 64])))));
        assert_eq!(names(folder.path()), ["page"]);
    }
}
