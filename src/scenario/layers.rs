//! The chain of files a scenario is made of: `extends`, and what a file may refer to.

use std::io::Read as _;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::builtin;
use super::error::{Problem, ScenarioError, Spot, Text, nearest, suggestion};
use super::tree::{self, Table};

/// Most files in a chain.
const LONGEST_CHAIN: usize = 16;
/// Largest scenario file read, bytes.
const LARGEST_FILE: u64 = 4 << 20;

/// Largest posterior read, bytes.
const LARGEST_POSTERIOR: u64 = 64 << 20;

/// One scenario file.
#[derive(Debug)]
pub struct Layer {
    pub text: Arc<Text>,
    pub root: Table,
    pub origin: Origin,
}

/// Where a scenario file comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Origin {
    /// Embedded, with its name.
    Builtin(String),
    /// A file, with its real path.
    File(PathBuf),
}

impl Origin {
    /// Name of the scenario: that of the built-in, or of the file without its ending.
    pub fn name(&self) -> String {
        match self {
            Origin::Builtin(name) => name.clone(),
            Origin::File(path) => path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        }
    }
}

/// Where a world is.
#[derive(Debug, Clone, PartialEq)]
pub enum WorldPlace {
    Builtin(String),
    Folder {
        path: PathBuf,
        /// Folders its files may really lie in, besides it.
        allowed: Vec<PathBuf>,
    },
}

/// Reads a scenario and all it builds on, base first.
///
/// # Errors
/// No such scenario, not TOML, a cycle, too long a chain, a path that leaves its folder.
pub fn read_chain(reference: &str, allowed: &[PathBuf]) -> Result<Vec<Layer>, ScenarioError> {
    let mut whole: Vec<Layer> = Vec::new();
    for part in parts(reference) {
        for layer in read_one(part, allowed)? {
            if !whole.iter().any(|known| known.origin == layer.origin) {
                whole.push(layer);
            }
        }
    }
    Ok(whole)
}

/// The scenarios that a reference such as `a+b` combines: the settings of each in turn.
pub fn parts(reference: &str) -> Vec<&str> {
    let single = builtin::scenario(reference).is_some() || Path::new(reference).is_file();
    if single { vec![reference] } else { reference.split('+').collect() }
}

/// Name of the scenario that a reference without `+` means.
pub fn name_of(reference: &str) -> String {
    match reference.ends_with(".toml") {
        true => Path::new(reference).file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        false => reference.to_string(),
    }
}

/// Reads a scenario given as text and all it builds on, base first. It lies in no folder: what it refers to is
/// built in.
///
/// # Errors
/// Not TOML, or a scenario it builds on that is not there.
pub fn read_text_chain(name: &str, text: &str) -> Result<Vec<Layer>, ScenarioError> {
    chain_above(builtin_layer(name, text)?, &[])
}

fn read_one(reference: &str, allowed: &[PathBuf]) -> Result<Vec<Layer>, ScenarioError> {
    let allowed = real_folders(allowed)?;
    chain_above(open(reference)?, &allowed)
}

/// A file and all it builds on, base first.
fn chain_above(first: Layer, allowed: &[PathBuf]) -> Result<Vec<Layer>, ScenarioError> {
    let mut chain = vec![first];
    while let Some(layer) = chain.last() {
        let Some(next) = base_of(layer, allowed)? else { break };
        if chain.iter().any(|l| l.origin == next.origin) {
            return Err(cycle(&chain, &next));
        }
        if chain.len() == LONGEST_CHAIN {
            return Err(too_long(&chain));
        }
        chain.push(next);
    }
    chain.reverse();
    Ok(chain)
}

/// The built-in scenarios that one is or builds on, the nearest first.
///
/// # Errors
/// As [`read_chain`].
pub fn built_on(reference: &str, allowed: &[PathBuf]) -> Result<Vec<String>, ScenarioError> {
    let chain = read_chain(reference, allowed)?;
    let name = |layer: &Layer| match &layer.origin {
        Origin::Builtin(name) => Some(name.clone()),
        Origin::File(_) => None,
    };
    Ok(chain.iter().rev().filter_map(name).collect())
}

/// The world a layer names.
///
/// # Errors
/// No such built-in world, or a path that leaves the file's folder.
pub fn world_place(layer: &Layer, world: &str, at: &Spot, allowed: &[PathBuf]) -> Result<WorldPlace, ScenarioError> {
    if let Some(name) = world.strip_prefix("builtin:") {
        let known = builtin::world_names();
        if known.iter().any(|k| k == name) {
            return Ok(WorldPlace::Builtin(name.to_string()));
        }
        return Err(Problem::at(at, format!("there is no built-in world `{name}`"), "unknown world")
            .help(suggestion(name, known.iter().map(String::as_str)))
            .into());
    }
    let Origin::File(file) = &layer.origin else {
        return Err(Problem::at(at, "a built-in scenario needs a built-in world", "a folder")
            .help("write \"builtin:NAME\"")
            .into());
    };
    let mut allowed = real_folders(allowed)?;
    let path = confined(file, world, at, &allowed)?;
    if !path.is_dir() {
        return Err(Problem::at(at, format!("`{world}` is not a folder"), "the world is a folder of CSV files").into());
    }
    allowed.extend(file.parent().map(Path::to_path_buf));
    Ok(WorldPlace::Folder { path, allowed })
}

/// The text of the posterior a layer names.
///
/// # Errors
/// No such built-in posterior, no such file, or a path that leaves the file's folder.
pub fn posterior_text(layer: &Layer, name: &str, at: &Spot, allowed: &[PathBuf]) -> Result<Arc<Text>, ScenarioError> {
    if let Some(name) = name.strip_prefix("builtin:") {
        let text = builtin::posterior(name);
        let text = text.ok_or_else(|| super::posterior::unknown(name, at, &builtin::posterior_names()))?;
        return Ok(Text::new(format!("builtin:posterior/{name}.csv"), text));
    }
    let Origin::File(file) = &layer.origin else {
        return Err(Problem::at(at, "a built-in scenario needs a built-in posterior", "a file").into());
    };
    let path = posterior_path(file, name, at, allowed)?;
    let shown = Path::new(&layer.text.name).with_file_name(name).display().to_string();
    let wrong = |what: String| Problem::at(at, format!("cannot read {shown}: {what}"), "this file");
    let about = std::fs::metadata(&path).map_err(|e| wrong(e.to_string()))?;
    if !about.is_file() || about.len() > LARGEST_POSTERIOR {
        return Err(wrong("it is no file, or too large".into()).into());
    }
    Ok(decode(&read_at_most(&path, LARGEST_POSTERIOR).map_err(|e| wrong(e.to_string()))?, &shown)?)
}

/// The real path of the posterior that a file names.
///
/// # Errors
/// As [`posterior_text`].
pub fn posterior_path(file: &Path, name: &str, at: &Spot, allowed: &[PathBuf]) -> Result<PathBuf, ScenarioError> {
    Ok(confined(file, name, at, &real_folders(allowed)?)?)
}

fn open(reference: &str) -> Result<Layer, ScenarioError> {
    if !reference.ends_with(".toml") {
        if let Some(text) = builtin::scenario(reference) {
            return builtin_layer(reference, text);
        }
        if !Path::new(reference).is_file() {
            return Err(unknown_builtin(reference));
        }
    }
    file_layer(Path::new(reference), reference, None)
}

fn unknown_builtin(reference: &str) -> ScenarioError {
    let known = builtin::scenario_names();
    let mut help = suggestion(reference, known.iter().map(String::as_str));
    let file = format!("{reference}.toml");
    if Path::new(&file).is_file() {
        help = format!("did you mean the file `{file}`? built in: {}", known.join(", "));
    }
    Problem::nowhere(format!("there is no built-in scenario `{reference}`, nor a file of that name")).help(help).into()
}

fn builtin_layer(name: &str, text: &str) -> Result<Layer, ScenarioError> {
    let text = Text::new(format!("builtin:{name}.toml"), text);
    let root = tree::parse(&text)?;
    Ok(Layer { text, root, origin: Origin::Builtin(name.into()) })
}

/// Reads a file; if it cannot be opened, the fault lies where it was named.
fn file_layer(path: &Path, shown: &str, named_at: Option<&Spot>) -> Result<Layer, ScenarioError> {
    let text = read_text(path, shown).map_err(|p| Problem { spot: p.spot.or(named_at.cloned()), ..p })?;
    // The name's own folder counts, not that of a link's target.
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = folder.canonicalize().map_err(|e| Problem::nowhere(format!("cannot read {shown}: {e}")))?;
    let root = tree::parse(&text)?;
    let origin = Origin::File(folder.join(path.file_name().unwrap_or_default()));
    Ok(Layer { text, root, origin })
}

/// Reads a text file that a user names.
///
/// # Errors
/// It is not there, no file, too large or not UTF-8.
pub fn read_text(path: &Path, shown: &str) -> Result<Arc<Text>, Problem> {
    read_text_within(path, shown, LARGEST_FILE)
}

/// Reads a file of at most so many bytes.
///
/// # Errors
/// As [`read_text`].
pub fn read_text_within(path: &Path, shown: &str, most: u64) -> Result<Arc<Text>, Problem> {
    let wrong = |what: String| Problem::nowhere(format!("cannot read {shown}: {what}"));
    let about = std::fs::metadata(path).map_err(|e| {
        let problem = wrong(e.to_string());
        match nearby(path) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem.help("give a file, or a name from `antesala list`"),
        }
    })?;
    if !about.is_file() {
        return Err(wrong("it is not a file".into()));
    }
    if about.len() > most {
        return Err(wrong(format!("such a file has at most {most} bytes")));
    }
    let bytes = read_at_most(path, most).map_err(|e| wrong(e.to_string()))?;
    decode(&bytes, shown)
}

/// The bytes of a file, at most so many, whatever size the file says it has: those of `/proc` say 0.
///
/// # Errors
/// It cannot be read, or is larger.
pub fn read_at_most(path: &Path, most: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(std::io::Error::other(format!("such a file has at most {most} bytes")));
    }
    Ok(bytes)
}

/// Bytes as text.
///
/// # Errors
/// Not UTF-8, with the place of the first wrong byte.
pub fn decode(bytes: &[u8], shown: &str) -> Result<Arc<Text>, Problem> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Text::new(shown, text)),
        Err(e) => {
            let text = Text::new(shown, String::from_utf8_lossy(bytes));
            let spot = Spot { text, span: e.valid_up_to()..e.valid_up_to() };
            Err(Problem::at(&spot, "the file is not UTF-8 text", "from here on")
                .help("save it as UTF-8 (in a spreadsheet: \"CSV UTF-8\")"))
        }
    }
}

/// The file in the same folder whose name is nearest.
fn nearby(path: &Path) -> Option<String> {
    let wanted = path.file_name()?.to_str()?;
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let found: Vec<String> = std::fs::read_dir(folder)
        .ok()?
        .filter_map(|e| e.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".toml"))
        .collect();
    let near = nearest(wanted, found.iter().map(String::as_str))?;
    Some(path.with_file_name(near).display().to_string())
}

fn base_of(layer: &Layer, allowed: &[PathBuf]) -> Result<Option<Layer>, ScenarioError> {
    let Some(entry) = layer.root.get("extends") else { return Ok(None) };
    let base = entry.node.text("`extends`")?;
    let at = &entry.node.at;
    if !base.ends_with(".toml") {
        let known = builtin::scenario_names();
        let text = builtin::scenario(base).ok_or_else(|| {
            Problem::at(at, format!("there is no built-in scenario `{base}`"), "unknown scenario").help(format!(
                "{}; a file is written with its ending: \"{base}.toml\"",
                suggestion(base, known.iter().map(String::as_str))
            ))
        })?;
        return builtin_layer(base, text).map(Some);
    }
    let Origin::File(file) = &layer.origin else {
        return Err(Problem::at(at, "a built-in scenario builds on a built-in scenario", "a file").into());
    };
    let path = confined(file, base, at, allowed)?;
    let shown = Path::new(&layer.text.name).with_file_name(base).display().to_string();
    file_layer(&path, &shown, Some(at)).map(Some)
}

/// The real path of something a scenario file refers to.
///
/// # Errors
/// It is not there, or outside the file's folder and every allowed folder.
fn confined(file: &Path, relative: &str, at: &Spot, allowed: &[PathBuf]) -> Result<PathBuf, Problem> {
    let home = file.parent().unwrap_or(Path::new("/"));
    let leaves = || {
        Problem::at(at, format!("`{relative}` leaves the folder of the scenario"), "outside")
            .help("move it beside the scenario, or allow its folder with --allow-path DIR")
    };
    let inside = |path: &Path| path.starts_with(home) || allowed.iter().any(|a| path.starts_with(a));
    // Before touching the disk: what the path says; after: where links really lead.
    let said = plain_path(&home.join(relative));
    if !inside(&said) {
        return Err(leaves());
    }
    let real = said.canonicalize().map_err(|e| {
        let problem = Problem::at(at, format!("cannot read `{relative}`: {e}"), "not found");
        match nearby(&said) {
            Some(near) => {
                problem.help(format!("did you mean `{}`?", Path::new(&near).file_name().unwrap_or_default().display()))
            }
            None => problem.help("paths are relative to the file that names them"),
        }
    })?;
    if inside(&real) { Ok(real) } else { Err(leaves()) }
}

/// A path without `.` and `..`, by its words alone.
fn plain_path(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}

fn real_folders(allowed: &[PathBuf]) -> Result<Vec<PathBuf>, Problem> {
    let real = |dir: &PathBuf| {
        dir.canonicalize().map_err(|e| Problem::nowhere(format!("--allow-path {}: {e}", dir.display())))
    };
    allowed.iter().map(real).collect()
}

fn cycle(chain: &[Layer], next: &Layer) -> ScenarioError {
    let first = chain.iter().position(|l| l.origin == next.origin).unwrap_or(0);
    let names: Vec<&str> = chain[first..].iter().chain([next]).map(|l| l.text.name.as_str()).collect();
    at_extends(chain, format!("scenarios extend each other in a cycle: {}", names.join(" -> ")), "closes the cycle")
}

fn too_long(chain: &[Layer]) -> ScenarioError {
    at_extends(chain, format!("a chain of more than {LONGEST_CHAIN} scenarios"), "one too many")
}

/// A problem with the last `extends` of a chain.
fn at_extends(chain: &[Layer], message: String, label: &str) -> ScenarioError {
    let spot = chain.last().and_then(|l| Some(l.root.get("extends")?.node.at.clone()));
    Problem { message, label: label.into(), help: None, spot }.into()
}
