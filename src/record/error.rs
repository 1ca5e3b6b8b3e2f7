//! Why results could not be written or read.

use std::fmt::{self, Display};
use std::io;
use std::path::{Path, PathBuf};

/// A file or folder that could not be used.
#[derive(Debug)]
pub struct FileError {
    /// What was tried: "write", "create", "read", "rename", ...
    pub action: &'static str,
    pub path: PathBuf,
    pub source: io::Error,
}

impl FileError {
    pub fn new(action: &'static str, path: impl Into<PathBuf>, source: io::Error) -> Self {
        FileError { action, path: path.into(), source }
    }

    /// What can be done about it, in plain words.
    pub fn help(&self) -> &'static str {
        use io::ErrorKind::*;
        match self.source.kind() {
            StorageFull | QuotaExceeded => "make room on the disk, or choose another folder with --out",
            PermissionDenied | ReadOnlyFilesystem => "choose a folder you may write to with --out",
            NotADirectory | AlreadyExists | IsADirectory => {
                "a file is in the way of a folder: move it, or choose another folder with --out"
            }
            FileTooLarge => "raise the limit for the size of files (ulimit -f), or write less",
            InvalidData => "the file is damaged: remove it and run again",
            ResourceBusy => "wait until the other process is done, or choose another with --out",
            OutOfMemory => "allow more memory, or take fewer --threads; what is done is kept",
            _ => "check the folder and the disk, or choose another folder with --out",
        }
    }
}

impl Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {} {}: {}", self.action, self.path.display(), self.source)
    }
}

impl std::error::Error for FileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// Adds what was tried, and on which path, to an error of the operating system.
pub trait During<T> {
    /// # Errors
    /// The same failure, with its context.
    fn during(self, action: &'static str, path: &Path) -> Result<T, FileError>;
}

impl<T> During<T> for io::Result<T> {
    fn during(self, action: &'static str, path: &Path) -> Result<T, FileError> {
        self.map_err(|source| FileError::new(action, path, source))
    }
}
