//! Scenarios and worlds embedded in the program; nothing is looked up beside the binary.

use include_dir::{Dir, File, include_dir};

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/scenarios");

/// Folder of the embedded worlds.
const WORLDS: &str = "data";

/// Names of the built-in scenarios, e.g. `baseline` or `bench/lottery`, in order.
pub fn scenario_names() -> Vec<String> {
    let mut names: Vec<String> = files(&EMBEDDED)
        .iter()
        .filter_map(|f| f.path().to_str())
        .filter(|path| !path.starts_with("data/") && !path.starts_with("calibration/"))
        .filter_map(|path| path.strip_suffix(".toml"))
        .map(str::to_string)
        .collect();
    // The folders after the plain names.
    names.sort_by_key(|name| (name.contains('/'), name.clone()));
    names
}

/// Names of the built-in worlds, in order.
pub fn world_names() -> Vec<String> {
    let Some(worlds) = EMBEDDED.get_dir(WORLDS) else { return Vec::new() };
    let names = worlds.dirs().filter_map(|d| d.path().file_name()?.to_str());
    let mut names: Vec<String> = names.map(str::to_string).collect();
    names.sort();
    names
}

/// Text of a built-in scenario.
pub fn scenario(name: &str) -> Option<&'static str> {
    EMBEDDED.get_file(format!("{name}.toml"))?.contents_utf8()
}

/// Text of a built-in posterior.
pub fn posterior(name: &str) -> Option<&'static str> {
    EMBEDDED.get_file(format!("posterior/{name}.csv"))?.contents_utf8()
}

/// Names of the built-in posteriors.
pub fn posterior_names() -> Vec<String> {
    stems("posterior", ".csv")
}

/// Text of a built-in plan of a calibration.
pub fn calibration(name: &str) -> Option<&'static str> {
    EMBEDDED.get_file(format!("calibration/{name}.toml"))?.contents_utf8()
}

/// Names of the built-in plans of calibrations.
pub fn calibration_names() -> Vec<String> {
    stems("calibration", ".toml")
}

fn stems(folder: &str, ending: &str) -> Vec<String> {
    let Some(dir) = EMBEDDED.get_dir(folder) else { return Vec::new() };
    let names = dir.files().filter_map(|f| f.path().file_name()?.to_str()?.strip_suffix(ending));
    names.map(str::to_string).collect()
}

/// Files of a built-in world: name and bytes, in order of name.
pub fn world(name: &str) -> Option<Vec<(String, Vec<u8>)>> {
    if name.is_empty() || name.contains(['/', '\\', '.']) {
        return None;
    }
    let folder = EMBEDDED.get_dir(format!("{WORLDS}/{name}"))?;
    let mut files: Vec<_> = folder
        .files()
        .filter_map(|f| Some((f.path().file_name()?.to_str()?.to_string(), f.contents().to_vec())))
        .collect();
    files.sort();
    Some(files)
}

fn files(dir: &'static Dir<'static>) -> Vec<&'static File<'static>> {
    dir.files().chain(dir.dirs().flat_map(files)).collect()
}
