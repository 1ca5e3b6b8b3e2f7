//! Why a sweep could not go on.

use std::fmt::{self, Display};
use std::path::PathBuf;

use crate::experiment::error::RunError;
use crate::record::error::FileError;
use crate::record::output_folder::OpenError;
use crate::scenario::ScenarioError;

/// Why a sweep could not go on.
#[derive(Debug)]
pub enum SweepError {
    Input(ScenarioError),
    Run(RunError),
    /// The folder holds no sweep.
    NoSweep(PathBuf),
    /// A file of the sweep is not what it should be.
    Damaged {
        path: PathBuf,
        why: String,
    },
    /// A merged table, or what it was merged from, is not as it was then.
    NotAsMerged {
        folder: PathBuf,
        path: PathBuf,
    },
    /// It was planned by another version of the program.
    OtherVersion {
        folder: PathBuf,
        planned: String,
        this: String,
    },
    /// Results there are of another sweep.
    Foreign {
        path: PathBuf,
    },
    /// Another process works on the shard.
    Busy {
        shard: usize,
    },
    /// It is not merged yet.
    NotMerged(PathBuf),
    /// Points are missing that the analysis of the design needs.
    NotWhole {
        missing: usize,
        of: usize,
    },
    /// Shards that are not done or whose results are damaged.
    Missing {
        folder: PathBuf,
        missing: Vec<usize>,
        damaged: Vec<usize>,
        of: usize,
    },
}

impl From<ScenarioError> for SweepError {
    fn from(error: ScenarioError) -> Self {
        SweepError::Input(error)
    }
}

impl From<FileError> for SweepError {
    fn from(error: FileError) -> Self {
        SweepError::Run(error.into())
    }
}

impl From<OpenError> for SweepError {
    fn from(error: OpenError) -> Self {
        SweepError::Run(error.into())
    }
}

impl From<RunError> for SweepError {
    fn from(error: RunError) -> Self {
        SweepError::Run(error)
    }
}

impl Display for SweepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SweepError::Input(error) => error.fmt(f),
            SweepError::Run(error) => error.fmt(f),
            SweepError::NoSweep(folder) => write!(f, "{} holds no sweep: there is no manifest.json", folder.display()),
            SweepError::Damaged { path, why } => write!(f, "{} is damaged: {why}", path.display()),
            SweepError::NotAsMerged { path, .. } => write!(f, "{} is not as it was merged", path.display()),
            SweepError::OtherVersion { folder, planned, this } => write!(
                f,
                "the sweep in {} was planned by version {planned} of the program; this is version {this}",
                folder.display()
            ),
            SweepError::Foreign { path } => {
                write!(f, "{} is of another sweep, or manifest.json was changed since", path.display())
            }
            SweepError::NotMerged(folder) => write!(f, "the sweep in {} is not merged yet", folder.display()),
            SweepError::NotWhole { missing, of } => {
                write!(f, "{missing} of {of} runs are missing: a design of this kind is analysed whole")
            }
            SweepError::Busy { shard } => write!(f, "another process is running shard {shard} just now"),
            SweepError::Missing { missing, damaged, of, .. } => {
                let mut parts = Vec::new();
                if !missing.is_empty() {
                    parts.push(format!("not done: {}", ranges(missing)));
                }
                if !damaged.is_empty() {
                    parts.push(format!("not as they were written: {}", ranges(damaged)));
                }
                write!(f, "shards of {of} {}", parts.join("; "))
            }
        }
    }
}

impl std::error::Error for SweepError {}

/// Numbers in rising order, as Slurm writes them: `3,7-9`.
pub fn ranges(numbers: &[usize]) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for &n in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == n => *last = n,
            _ => runs.push((n, n)),
        }
    }
    let text = |(a, b): &(usize, usize)| if a == b { a.to_string() } else { format!("{a}-{b}") };
    runs.iter().map(text).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    #[test]
    fn ranges_are_those_of_slurm() {
        assert_eq!(super::ranges(&[]), "");
        assert_eq!(super::ranges(&[3]), "3");
        assert_eq!(super::ranges(&[0, 1, 2, 5, 7, 8]), "0-2,5,7-8");
    }
}
