//! Why a run ended without a result.

use std::fmt::{self, Display};
use std::path::PathBuf;

use crate::record::error::FileError;
use crate::record::output_folder::OpenError;

/// Why a run ended without a result.
#[derive(Debug)]
pub enum RunError {
    /// The output folder exists.
    Exists(PathBuf),
    /// The output folder cannot be replaced as a whole.
    Unfit {
        path: PathBuf,
        reason: &'static str,
    },
    /// Another run is writing the same folder.
    Busy(PathBuf),
    File(FileError),
    /// A chart that could not be drawn.
    Chart(String),
    /// Stopped from outside.
    Stopped {
        /// Finished replicates that `--resume` will find.
        kept: usize,
        /// States of replicates, finished or not, that it will find too.
        states: usize,
        /// The folder they wait in.
        partial: PathBuf,
    },
    /// Another failure, with finished replicates left.
    Kept {
        error: Box<RunError>,
        kept: usize,
        partial: PathBuf,
    },
}

impl From<FileError> for RunError {
    fn from(error: FileError) -> Self {
        RunError::File(error)
    }
}

impl From<OpenError> for RunError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Exists(path) => RunError::Exists(path),
            OpenError::Unfit { path, reason } => RunError::Unfit { path, reason },
            OpenError::Busy(path) => RunError::Busy(path),
            OpenError::File(error) => RunError::File(error),
        }
    }
}

impl Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunError::Exists(path) => write!(f, "the output folder {} exists already", path.display()),
            RunError::Unfit { path, reason } => {
                write!(f, "{} cannot be an output folder: {reason}", path.display())
            }
            RunError::Busy(path) => write!(f, "another run is writing {} just now", path.display()),
            RunError::File(error) => error.fmt(f),
            RunError::Chart(message) => f.write_str(message),
            RunError::Stopped { kept: 0, states: 0, .. } => f.write_str("stopped; nothing was written"),
            RunError::Stopped { kept, states: 0, partial } => {
                write!(f, "stopped; finished replicates kept in {}: {kept}; go on with --resume", partial.display())
            }
            RunError::Stopped { kept, states, partial } => {
                let place = partial.display();
                write!(
                    f,
                    "stopped; finished replicates kept in {place}: {kept}, states of replicates: {states}; \
                     go on with --resume"
                )
            }
            RunError::Kept { error, kept, partial } => {
                let place = partial.display();
                write!(
                    f,
                    "{error}\nfinished replicates are kept in {place}: {kept}; when it is mended, go on with --resume"
                )
            }
        }
    }
}

impl std::error::Error for RunError {}
