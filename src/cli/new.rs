//! `antesala new`: a commented scenario to start from.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::args::NewArgs;
use super::{Failure, Outcome, print};
use crate::record::to_disk::sync_folder;
use crate::record::whole_file::folder_of;
use crate::scenario::{self, Overrides, Scenario, key};

/// Writes `NAME.toml`, which builds on another scenario and shows what can be said.
///
/// # Errors
/// The base is not right; the name is none; the file exists or cannot be written.
pub fn new(args: &NewArgs) -> Outcome {
    let base = scenario::load(&args.from, &Overrides::default())?;
    let path = file_of(&args.name)?;
    let extends = reference_from(&path, &args.from)?;
    let text = template(&args.name, &extends, &base);
    write_new(&path, text.as_bytes()).map_err(|e| cannot_write(&path, &e))?;
    let shown = path.display();
    print(&format!("{shown} written. Edit it, then: antesala check {shown} && antesala run {shown}\n"))?;
    Ok(ExitCode::SUCCESS)
}

/// Writes a file that must not exist yet: whole, or not at all.
fn write_new(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if path.symlink_metadata().is_ok() {
        return Err(ErrorKind::AlreadyExists.into());
    }
    let folder = folder_of(path);
    // Made by hand, so that it may be read by whoever may read other new files.
    let create = |part: &Path| OpenOptions::new().write(true).create_new(true).open(part);
    let mut file = tempfile::Builder::new().prefix(".antesala-").make_in(folder, create)?;
    file.as_file_mut().write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map_err(|e| e.error)?;
    sync_folder(folder).map_err(|e| e.source)
}

fn cannot_write(path: &Path, e: &std::io::Error) -> Failure {
    match e.kind() {
        ErrorKind::AlreadyExists => {
            Failure::usage(format!("{} exists", path.display()), "choose another name, or remove the file first")
        }
        ErrorKind::InvalidFilename => {
            Failure::usage(format!("cannot write {}: {e}", path.display()), "choose a shorter name")
        }
        _ => Failure::failed(format!("cannot write {}: {e}", path.display()), "choose a folder you can write to"),
    }
}

fn file_of(name: &str) -> Result<PathBuf, Failure> {
    let stem = name.strip_suffix(".toml").unwrap_or(name);
    let path = PathBuf::from(format!("{stem}.toml"));
    let last = path.file_stem().unwrap_or_default().to_string_lossy();
    let ok = |c: char| c.is_alphanumeric() || c == '-' || c == '_' || c == '.';
    if stem.ends_with('/') || last.is_empty() || last.starts_with('.') || !last.chars().all(ok) {
        return Err(Failure::usage(format!("`{name}` is no name for a scenario"), "use letters, digits, - and _"));
    }
    Ok(path)
}

/// How the new file names its base: a built-in by name, a file relative to the new file.
fn reference_from(path: &Path, base: &str) -> Result<String, Failure> {
    if !base.ends_with(".toml") {
        return Ok(base.to_string());
    }
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let real = |p: &Path| {
        p.canonicalize()
            .map_err(|e| Failure::failed(format!("cannot read {}: {e}", p.display()), "create the folder first"))
    };
    let (folder, base_path) = (real(folder)?, real(Path::new(base))?);
    match base_path.strip_prefix(&folder) {
        Ok(relative) => Ok(relative.display().to_string()),
        Err(_) => Err(Failure::usage(
            format!("{base} is not in the folder of {}", path.display()),
            "a scenario may only build on files in its own folder: write it beside its base",
        )),
    }
}

fn template(name: &str, extends: &str, base: &Scenario) -> String {
    let world = &base.world;
    let first = |names: &[String]| names.first().cloned().unwrap_or_default();
    let zone = first(&world.names.zones);
    let from = base.start;
    let later = from.saturating_add(jiff::Span::new().days((base.days() / 2) as i64));
    let place = |i: usize| world.places.get(i).map_or(String::new(), |p| p.id.clone());
    let (here, there) = (place(0), place(world.places.len().saturating_sub(1)));
    let title = Path::new(name).file_stem().unwrap_or_default().to_string_lossy().replace(['-', '_'], " ");
    let nationality = key(&first(&world.names.nationalities));
    let zone_key = key(&zone);
    format!(
        r#"# A scenario says only how it differs from the one it extends. Lines that begin with # and a
# blank explain; the others are examples: take away the # to use them.
# Every parameter, with its unit, bounds and meaning: antesala params describe --scenario {extends}
extends = "{extends}"
title = "{title}"
question = "What would happen if ...?"

# Dates, seed and replicates, where they are to differ from those of the base.
#start = {from}
#end = {end}
#seed = 1
#replicates = {replicates}

# A parameter from the start on, in the table of its group.
#[app]
#lead_days = 14

# Parameters with one value a zone, nationality or mode take a number for all, or a table.
#[enforcement.level]
#{zone_key} = 0.2

# A policy changes parameters from a date on.
#[[policy]]
#id = "my-policy"
#from = {later}
#note = "What changes, and who decided it."
#set = {{ "app.slots" = 1500, "enforcement.level.{zone}" = 0.2 }}

# An entry with the id of a policy, outage, caravan or pulse of the base replaces it, or drops it:
#   [[policy]]
#   id = "the-policy-of-the-base"
#   remove = true

# The app fails for a while (whole hours on the app's own clock; the last is not included).
# function: register, request, confirm or all. remedy: "none", or "extend" with extend_hours = 24.
#[[outage]]
#id = "my-outage"
#function = "confirm"
#from = {later}T06:00:00
#to = {later}T18:00:00
#share_failing = 0.9
#remedy = "none"

# People set out together.
#[[caravan]]
#id = "my-caravan"
#date = {later}
#place = "{here}"
#persons = 2000
#aim = "{there}"

# More people enter for some days.
#[[inflow.pulse]]
#id = "my-pulse"
#from = {later}
#to = {later}
#place = "{here}"
#persons = 1000
#mix = {{ {nationality} = 1.0 }}
"#,
        end = base.end,
        replicates = base.replicates,
    )
}
