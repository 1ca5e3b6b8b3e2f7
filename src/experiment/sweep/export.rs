//! Ready scripts by which an existing engine runs a sweep: a job a shard, then the merge.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::SweepError;
use super::manifest::Manifest;
use crate::record::error::During;
use crate::scenario::{Problem, ScenarioError};

/// An engine that runs jobs on one machine or many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Slurm,
    HyperQueue,
    Snakemake,
    Parallel,
}

/// What a job may use.
#[derive(Debug, Clone, PartialEq)]
pub struct Resources {
    /// Minutes a job may take before it is requeued.
    pub minutes: u32,
    pub cpus: usize,
    /// As Slurm writes it: `4G`.
    pub memory: String,
    /// Further lines `#SBATCH ...`.
    pub options: Vec<String>,
}

/// Least minutes: the program is told to stop two minutes before the end.
pub const FEWEST_MINUTES: u32 = 10;

type File = (&'static str, &'static str);

const SLURM: [File; 3] = [
    ("array.sh", include_str!("../../../assets/export/slurm/array.sh")),
    ("merge.sh", include_str!("../../../assets/export/slurm/merge.sh")),
    ("submit.sh", include_str!("../../../assets/export/slurm/submit.sh")),
];
const HYPERQUEUE: [File; 1] = [("submit.sh", include_str!("../../../assets/export/hyperqueue/submit.sh"))];
const SNAKEMAKE: [File; 1] = [("Snakefile", include_str!("../../../assets/export/snakemake/Snakefile"))];
const PARALLEL: [File; 1] = [("run.sh", include_str!("../../../assets/export/parallel/run.sh"))];

impl Engine {
    /// Folder of its scripts in that of the sweep.
    pub fn folder(self) -> &'static str {
        match self {
            Engine::Slurm => "slurm",
            Engine::HyperQueue => "hyperqueue",
            Engine::Snakemake => "snakemake",
            Engine::Parallel => "parallel",
        }
    }

    /// Names of its scripts.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        self.files().iter().map(|(name, _)| *name)
    }

    fn files(self) -> &'static [File] {
        match self {
            Engine::Slurm => &SLURM,
            Engine::HyperQueue => &HYPERQUEUE,
            Engine::Snakemake => &SNAKEMAKE,
            Engine::Parallel => &PARALLEL,
        }
    }
}

/// Writes the scripts of an engine into the folder of a sweep; gives their paths.
///
/// # Errors
/// A path cannot stand in a script, or a file cannot be written.
pub fn export(
    folder: &Path,
    manifest: &Manifest,
    engine: Engine,
    program: &Path,
    resources: &Resources,
) -> Result<Vec<PathBuf>, SweepError> {
    let absolute = folder.canonicalize().during("find", folder)?;
    let (program, dir) = (quoted(program)?, quoted(&absolute)?);
    let options: String = resources.options.iter().map(|o| format!("#SBATCH {o}\n")).collect();
    // Runs end by themselves before the engine has to end them, if none is very long.
    let budget = resources.minutes - (resources.minutes / 20).max(3);
    let time = format!("{:02}:{:02}:00", resources.minutes / 60, resources.minutes % 60);
    let mut written = Vec::new();
    let place = folder.join(engine.folder());
    fs::create_dir_all(&place).during("create", &place)?;
    for (name, template) in engine.files() {
        let text = template
            .replace("@OPTIONS@\n", &options)
            .replace("@ANTESALA@", &program)
            .replace("@DIR@", &dir)
            .replace("@SHARDS@", &manifest.shards.to_string())
            .replace("@LAST@", &(manifest.shards - 1).to_string())
            .replace("@NAME@", &job_name(&manifest.name))
            .replace("@TIME@", &time)
            .replace("@BUDGET@", &format!("{budget}m"))
            .replace("@CPUS@", &resources.cpus.to_string())
            .replace("@MEMORY@", &resources.memory);
        let path = place.join(name);
        let unfinished = place.join(format!(".{name}.unfinished"));
        fs::write(&unfinished, text).during("write", &unfinished)?;
        make_executable(&unfinished)?;
        super::shard::settle(&unfinished, &path)?;
        written.push(path);
    }
    Ok(written)
}

/// A path as one word of a shell.
fn quoted(path: &Path) -> Result<String, ScenarioError> {
    match path.to_str().filter(|text| !text.contains(['\n', '\r', '\0'])) {
        Some(text) => Ok(format!("'{}'", text.replace('\'', r"'\''"))),
        None => Err(Problem::nowhere(format!("{} cannot stand in a script", path.display()))
            .help("choose a path without line breaks, in UTF-8")
            .into()),
    }
}

fn job_name(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect()
}

#[cfg(unix)]
fn make_executable(path: &Path) -> Result<(), SweepError> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(0o755)).during("write", path)?)
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> Result<(), SweepError> {
    Ok(())
}
