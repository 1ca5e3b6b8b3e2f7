//! A world folder to a checked [`World`].

mod evidence;
mod flows;
mod geography;
mod network;
mod sheet;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use super::builtin;
use super::error::{Problem, Problems, ScenarioError, Spot, Text, suggestion};
use super::input::World;
use super::layers::{WorldPlace, decode};
use sheet::{Layout, Sheet};

/// Largest file of a world, bytes.
const LARGEST_FILE: u64 = 256 << 20;

/// The map drawn under charts.
const BASEMAP: &str = "basemap.geojson";

/// Every table of a world, those others refer to first.
const TABLES: [&Layout; 12] = [
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
];

/// Files a world cannot do without.
const MANDATORY: [&str; 5] = ["nationalities.csv", "places.csv", "modes.csv", "routes.csv", "inflow.csv"];

/// A world while it is read.
struct Reading {
    world: World,
    /// Names of places, by index.
    place_ids: Vec<String>,
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
        WorldPlace::Folder(path) => {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            (name, shown_folder(path), folder_files(path)?)
        }
    };
    check_files(&files, &shown)?;
    let files: Vec<_> = files.into_iter().filter(|(name, _)| is_known(name)).collect();
    let mut reading = Reading {
        world: World { name, ..World::default() },
        place_ids: Vec::new(),
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
        self.table(&geography::ROUTES, geography::routes);
        self.table(&geography::PORTS, geography::ports);
        self.table(&flows::INFLOW, flows::inflow);
        self.table(&flows::PAROLE, flows::parole);
        self.table(&flows::INITIAL, flows::initial);
        self.table(&flows::DISPOSITIONS, flows::dispositions);
        self.table(&evidence::SHELTERS, evidence::shelters);
        self.table(&evidence::OBSERVED, evidence::observed);
        std::mem::take(&mut self.problems).into_result()?;
        network::check(&self.world, &self.place_spots, &mut self.problems);
        self.problems.into_result()?;
        Ok(self.world)
    }

    fn table(&mut self, layout: &Layout, fill: fn(&mut Reading, &Sheet)) {
        let Some(text) = self.texts.iter().find(|(file, _)| *file == layout.file).map(|(_, t)| t.clone()) else {
            return;
        };
        if let Some(sheet) = Sheet::read(&text, layout, &mut self.problems) {
            fill(self, &sheet);
        }
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

fn folder_files(path: &Path) -> Result<Vec<(String, Vec<u8>)>, ScenarioError> {
    let cannot = |what: &Path, e: std::io::Error| Problem::nowhere(format!("cannot read {}: {e}", what.display()));
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(|e| cannot(path, e))? {
        let entry = entry.map_err(|e| cannot(path, e))?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if !(name.ends_with(".csv") || name.ends_with(".geojson")) {
            continue;
        }
        let file = entry.path();
        let about = std::fs::metadata(&file).map_err(|e| cannot(&file, e))?;
        if !about.is_file() || about.len() > LARGEST_FILE {
            return Err(Problem::nowhere(format!("cannot read {}: no file, or too large", file.display())).into());
        }
        files.push((name, std::fs::read(&file).map_err(|e| cannot(&file, e))?));
    }
    files.sort();
    Ok(files)
}

/// A folder as short as the user would write it.
fn shown_folder(path: &Path) -> String {
    let here = std::env::current_dir().and_then(|d| d.canonicalize()).unwrap_or_default();
    path.strip_prefix(&here).unwrap_or(path).display().to_string()
}
