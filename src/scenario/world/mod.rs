//! A world folder to a checked [`World`].

mod evidence;
mod flows;
mod geography;
mod network;
mod sheet;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::builtin;
use super::error::{Problem, Problems, ScenarioError, Spot, Text, suggestion};
use super::input::{PlaceKind, World, limits};
use super::layers::{WorldPlace, decode, read_at_most};
use sheet::{Index, Layout, Row, Sheet};

/// Largest table of a world and largest base map, bytes. JSON takes many times its bytes while it is read.
const LARGEST_FILE: u64 = 64 << 20;
const LARGEST_BASEMAP: u64 = 16 << 20;

/// The map drawn under charts.
const BASEMAP: &str = "basemap.geojson";

/// Every table of a world, those others refer to first.
const TABLES: [&Layout; 13] = [
    &evidence::SOURCES,
    &geography::NATIONALITIES,
    &geography::MODES,
    &geography::PLACES,
    &geography::ROUTES,
    &geography::PORTS,
    &flows::INFLOW,
    &flows::PAROLE,
    &flows::INITIAL,
    &flows::DISPOSITIONS,
    &evidence::SHELTERS,
    &evidence::OBSERVED,
    &evidence::TARGETS,
];

/// Files a world cannot do without.
const MANDATORY: [&str; 5] = ["nationalities.csv", "places.csv", "modes.csv", "routes.csv", "inflow.csv"];

/// A world while it is read.
struct Reading {
    world: World,
    /// Names by which others refer to what is read, by index.
    source_ids: Index,
    nationalities: Index,
    zones: Index,
    place_ids: Index,
    port_names: Index,
    /// Where each place stands.
    place_spots: Vec<Spot>,
    problems: Problems,
    texts: Vec<(&'static str, Arc<Text>)>,
}

/// Reads and checks a world.
///
/// # Errors
/// Anything wrong with its files, several problems at once.
pub fn read(place: &WorldPlace) -> Result<World, ScenarioError> {
    let (name, shown, files) = match place {
        WorldPlace::Builtin(name) => {
            let files = builtin::world(name);
            let files = files.ok_or_else(|| Problem::nowhere(format!("there is no built-in world `{name}`")))?;
            (name.clone(), format!("builtin:{name}"), files)
        }
        WorldPlace::Folder { path, allowed } => {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            (name, shown_folder(path), folder_files(path, allowed)?)
        }
    };
    read_files(name, &shown, files)
}

/// Reads and checks the files of a world, by name; `shown` is what messages call their folder.
///
/// # Errors
/// As [`read`].
pub fn read_files(name: String, shown: &str, files: Vec<(String, Vec<u8>)>) -> Result<World, ScenarioError> {
    check_files(&files, shown)?;
    let files: Vec<_> = files.into_iter().filter(|(name, _)| is_known(name)).collect();
    let mut reading = Reading {
        world: World { name, ..World::default() },
        source_ids: Index::default(),
        nationalities: Index::default(),
        zones: Index::default(),
        place_ids: Index::default(),
        port_names: Index::default(),
        place_spots: Vec::new(),
        problems: Problems::default(),
        texts: Vec::new(),
    };
    for layout in TABLES {
        if let Some((_, bytes)) = files.iter().find(|(name, _)| name == layout.file) {
            reading.texts.push((layout.file, decode(bytes, &format!("{shown}/{}", layout.file))?));
        }
    }
    if let Some((_, bytes)) = files.iter().find(|(name, _)| name == BASEMAP) {
        reading.world.basemap = Some(evidence::basemap(&decode(bytes, &format!("{shown}/{BASEMAP}"))?)?);
    }
    reading.world.files = files;
    reading.read_tables()
}

impl Reading {
    fn read_tables(mut self) -> Result<World, ScenarioError> {
        self.table(&evidence::SOURCES, evidence::sources);
        self.table(&geography::NATIONALITIES, geography::nationalities);
        self.table(&geography::MODES, geography::modes);
        self.table(&geography::PLACES, geography::places);
        // What follows refers to these by name: first they must be right.
        std::mem::take(&mut self.problems).into_result()?;
        self.check_limits()?;
        self.table(&geography::ROUTES, geography::routes);
        self.table(&geography::PORTS, geography::ports);
        self.table(&flows::INFLOW, flows::inflow);
        self.table(&flows::PAROLE, flows::parole);
        self.table(&flows::INITIAL, flows::initial);
        self.table(&flows::DISPOSITIONS, flows::dispositions);
        self.table(&evidence::SHELTERS, evidence::shelters);
        self.table(&evidence::OBSERVED, evidence::observed);
        self.table(&evidence::TARGETS, evidence::targets);
        self.check_limits()?;
        std::mem::take(&mut self.problems).into_result()?;
        network::check(&self.world, &self.place_spots, &mut self.problems);
        self.problems.into_result()?;
        Ok(self.world)
    }

    /// Refuses worlds too large for the model's tables.
    fn check_limits(&mut self) -> Result<(), ScenarioError> {
        let world = &self.world;
        let counts = [
            (&geography::PLACES, "zones", world.names.zones.len(), limits::ZONES),
            (&geography::PORTS, "ports", world.ports.len(), limits::PORTS),
        ];
        for (layout, what, count, most) in counts {
            if count > most
                && let Some((_, text)) = self.texts.iter().find(|(file, _)| *file == layout.file)
            {
                self.problems.push(too_many(text, what, most));
            }
        }
        std::mem::take(&mut self.problems).into_result()
    }

    fn table(&mut self, layout: &Layout, fill: fn(&mut Reading, &Sheet)) {
        let Some(text) = self.texts.iter().find(|(file, _)| *file == layout.file).map(|(_, t)| t.clone()) else {
            return;
        };
        let Some(sheet) = Sheet::read(&text, layout, &mut self.problems) else { return };
        let limits = [
            (&geography::NATIONALITIES, "nationalities", limits::NATIONALITIES),
            (&geography::PLACES, "places", limits::PLACES),
            (&geography::MODES, "modes", limits::MODES),
        ];
        let rows = sheet.rows().count();
        match limits.into_iter().find(|(of, _, most)| of.file == layout.file && rows > *most) {
            Some((_, what, most)) => self.problems.push(too_many(&text, what, most)),
            None => fill(self, &sheet),
        }
    }

    /// The `place` of a row, where people can be.
    fn stay(&self, row: &Row) -> Result<usize, Problem> {
        let i = row.name("place", "place", &self.place_ids)?;
        if self.world.places[i].kind != PlaceKind::Checkpoint {
            return Ok(i);
        }
        let message = format!("`{}` is a checkpoint: nobody stays there", self.place_ids.names[i]);
        Err(Problem::at(&row.spot("place"), message, "a checkpoint")
            .help("name a place of another kind, or change its kind in places.csv"))
    }

    /// Refuses a second row with the same key.
    fn once<K: Ord>(&mut self, seen: &mut BTreeSet<K>, key: K, spot: Spot, what: &str) -> bool {
        if seen.insert(key) {
            return true;
        }
        self.problems.push(Problem::at(&spot, format!("a second row for the same {what}"), "already given above"));
        false
    }
}

fn too_many(text: &Arc<Text>, what: &str, most: usize) -> Problem {
    let message = format!("a world has at most {most} {what}; this one has more");
    Problem::at(&Spot::start_of(text), message, "too many")
}

fn is_known(name: &str) -> bool {
    name == BASEMAP || TABLES.iter().any(|t| t.file == name)
}

/// Refuses misspelt files and names missing ones.
fn check_files(files: &[(String, Vec<u8>)], shown: &str) -> Result<(), ScenarioError> {
    let mut problems = Problems::default();
    for (name, _) in files {
        if (name.ends_with(".csv") || name.ends_with(".geojson")) && !is_known(name) {
            let known = TABLES.iter().map(|t| t.file).chain([BASEMAP]);
            let message = format!("{shown}/{name}: a world has no such file");
            problems.push(Problem::nowhere(message).help(suggestion(name, known)));
        }
    }
    for mandatory in MANDATORY {
        if !files.iter().any(|(name, _)| name == mandatory) {
            let layout = TABLES.iter().find(|t| t.file == mandatory);
            let columns = layout.map_or(String::new(), |l| l.required.join(","));
            let message = format!("the world {shown} lacks the file {mandatory}");
            problems.push(Problem::nowhere(message).help(format!("its columns are {columns}")));
        }
    }
    problems.into_result()
}

/// The files of a world folder that are read, by name.
///
/// # Errors
/// The folder cannot be read.
pub fn paths(folder: &Path) -> Result<Vec<PathBuf>, ScenarioError> {
    let cannot = |e: std::io::Error| Problem::nowhere(format!("cannot read {}: {e}", shown_folder(folder)));
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(cannot)? {
        let path = entry.map_err(cannot)?.path();
        if path.extension().is_some_and(|ending| ending == "csv" || ending == "geojson") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn folder_files(folder: &Path, allowed: &[PathBuf]) -> Result<Vec<(String, Vec<u8>)>, ScenarioError> {
    let mut files = Vec::new();
    for path in paths(folder)? {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        files.push((name.to_string(), file_bytes(&path, folder, allowed)?));
    }
    Ok(files)
}

/// A file of a world, which may be a link only to what the scenario may refer to.
fn file_bytes(path: &Path, folder: &Path, allowed: &[PathBuf]) -> Result<Vec<u8>, Problem> {
    let shown = shown_folder(path);
    let cannot = |what: String| Problem::nowhere(format!("cannot read {shown}: {what}"));
    let real = path.canonicalize().map_err(|e| cannot(e.to_string()))?;
    if !real.starts_with(folder) && !allowed.iter().any(|a| real.starts_with(a)) {
        let problem = Problem::nowhere(format!("{shown} is a link that leaves the folder of the scenario"));
        return Err(problem.help("copy the file into the world, or allow its folder with --allow-path DIR"));
    }
    let about = std::fs::metadata(&real).map_err(|e| cannot(e.to_string()))?;
    if about.is_dir() {
        return Err(cannot("it is a folder, where a file is wanted".into()));
    }
    if !about.is_file() {
        return Err(cannot("it is neither a file nor a link to one".into()));
    }
    let most = if path.file_name().is_some_and(|name| name == BASEMAP) { LARGEST_BASEMAP } else { LARGEST_FILE };
    if about.len() > most {
        return Err(cannot(format!("it has {} bytes; such a file of a world has at most {most}", about.len())));
    }
    read_at_most(&real, most).map_err(|e| cannot(e.to_string()))
}

/// A path as short as the user would write it.
fn shown_folder(path: &Path) -> String {
    let here = std::env::current_dir().and_then(|d| d.canonicalize()).unwrap_or_default();
    path.strip_prefix(&here).unwrap_or(path).display().to_string()
}
