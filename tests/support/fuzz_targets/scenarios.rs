//! Scenarios: as a text, as settings of the command line, with draws, and as a folder of files.

use std::sync::{Arc, LazyLock};

use antesala::scenario::posterior::Draws;
use antesala::scenario::{
    self, Overrides, POSTERIOR_FILE, PosteriorUse, Prepared, Scenario, WORLD_FOLDER, load_text, world_names,
};

use super::worlds::WORLD;
use super::{refused, scratch, text};

/// What stands in a file that no scenario may read.
const SECRET: &str = "do not read";
/// Most draws of a posterior that are applied.
const MOST_DRAWS: usize = 3;
/// Other files than tables that a folder may hold.
const FILES: [&str; 6] = ["s.toml", "b.toml", "c.toml", "p.csv", "w/basemap.geojson", "w/extra.csv"];

static TUTORIAL: LazyLock<Prepared> =
    LazyLock::new(|| Prepared::open("tutorial", &Overrides::default()).expect("a built-in scenario"));

/// A scenario without a folder; accepted, it is written out in full and read back.
pub fn scenario_toml(bytes: &[u8]) {
    let Some(text) = text("s.toml", bytes) else { return };
    match load_text("s", &text.text, &Overrides::default()) {
        Ok(scenario) => reads_back_without_folder(scenario),
        Err(error) => drop(refused(&error)),
    }
}

/// Settings of the command line, one a line.
pub fn set_argument(bytes: &[u8]) {
    // An argument that is no UTF-8 is refused before it is looked at.
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let set: Vec<String> = text.split('\n').map(str::to_string).collect();
    match TUTORIAL.with(&set) {
        Ok(scenario) => reads_back_without_folder(scenario),
        Err(error) => drop(refused(&error)),
    }
}

/// Draws, which are written and read back, and applied.
pub fn posterior_csv(bytes: &[u8]) {
    let Some(text) = text("p.csv", bytes) else { return };
    let mut draws = match Draws::read(&text) {
        Ok(draws) => draws,
        Err(problems) => {
            refused(&problems.into_result().expect_err("problems"));
            return;
        }
    };
    let written = antesala::scenario::Text::new("again.csv", draws.to_csv());
    let again = Draws::read(&written).unwrap_or_else(|_| panic!("{:?} does not read back", written.text));
    assert_eq!((&draws.names, &draws.rows), (&again.names, &again.rows));
    draws.rows.truncate(MOST_DRAWS);
    let overrides = Overrides { posterior: PosteriorUse::Given(draws), ..Overrides::default() };
    if let Err(error) = scenario::load("tutorial", &overrides) {
        refused(&error);
    }
}

/// A folder of files: `=== NAME` begins each, `=== +` says that `b.toml` is combined with `s.toml`; the tables of
/// the world that are not given are right ones.
pub fn resolve(bytes: &[u8]) {
    let sections = sections(bytes);
    let combined = sections.iter().any(|(name, _)| *name == "+");
    let known = |name: &str| FILES.contains(&name) || WORLD.iter().any(|(table, _)| name == format!("w/{table}"));
    let mut files: Vec<(String, &[u8])> = Vec::new();
    for (table, text) in WORLD {
        files.push((format!("w/{table}"), text.as_bytes()));
    }
    for (name, bytes) in sections.into_iter().filter(|(name, _)| known(name)) {
        files.retain(|(other, _)| other != name);
        files.push((name.to_string(), bytes));
    }
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    scratch::with(|scratch| {
        let secret = format!("title = \"{SECRET}\"\nextends = \"tutorial\"\n");
        scratch.write("outside.toml", secret.as_bytes());
        scratch.write("outside.csv", format!("draw,app.diligence\n1,{SECRET}\n").as_bytes());
        for (table, text) in WORLD {
            let text = if table == "places.csv" { text.replace("Quay", SECRET) } else { text.to_string() };
            scratch.write(&format!("outside/{table}"), text.as_bytes());
        }
        scratch.set("in", &files);
        let file = |name: &str| scratch.path(&format!("in/{name}")).to_str().expect("UTF-8").to_string();
        let reference = if combined { format!("{}+{}", file("s.toml"), file("b.toml")) } else { file("s.toml") };
        let inside = files.iter().any(|(_, bytes)| bytes.windows(SECRET.len()).any(|w| w == SECRET.as_bytes()));
        let told = match scenario::load(&reference, &Overrides::default()) {
            Ok(scenario) => {
                let places = scenario.world.places.iter().map(|p| p.name.as_str());
                let told = places.chain([scenario.resolved.as_str()]).collect::<Vec<_>>().join("\n");
                reads_back(scenario, scratch);
                told
            }
            Err(error) => refused(&error),
        };
        assert!(inside || !told.contains(SECRET), "a file outside its folder was read: {told}");
    });
}

/// The parts of a text that begin with `=== NAME`.
fn sections(bytes: &[u8]) -> Vec<(&str, &[u8])> {
    const MARK: &[u8] = b"=== ";
    let starts: Vec<usize> =
        (0..bytes.len()).filter(|&i| bytes[i..].starts_with(MARK) && (i == 0 || bytes[i - 1] == b'\n')).collect();
    let ends = starts.iter().skip(1).copied().chain([bytes.len()]);
    let section = |(start, end): (&usize, usize)| {
        let part = &bytes[start + MARK.len()..end];
        let line = part.iter().position(|b| *b == b'\n').unwrap_or(part.len());
        let name = std::str::from_utf8(&part[..line]).ok()?;
        Some((name, part.get(line + 1..).unwrap_or_default()))
    };
    starts.iter().zip(ends).filter_map(section).collect()
}

/// A scenario of a built-in world, written out in full, is the same scenario.
fn reads_back_without_folder(scenario: Scenario) {
    let renamed = scenario.resolved.contains("\nworld_name = ") && !is_its_own(&scenario);
    // A scenario without a folder has no file of draws.
    if renamed || scenario.posterior.is_some() {
        return;
    }
    let own = format!("world = \"builtin:{}\"", scenario.world.name);
    let text = scenario.resolved.replacen(&format!("world = \"{WORLD_FOLDER}\""), &own, 1);
    let again = load_text("again", &text, &Overrides::default());
    same(scenario, again);
}

/// Whether the world is the built-in one whose name it has.
fn is_its_own(scenario: &Scenario) -> bool {
    let name = &scenario.world.name;
    let minimal =
        format!("world = \"builtin:{name}\"\nstart = 2031-03-01\nend = 2031-03-02\n[inflow]\nenabled = true\n");
    let own = || load_text("own", &minimal, &Overrides::default()).ok();
    world_names().contains(name) && own().is_some_and(|own| own.world.files == scenario.world.files)
}

/// The same for a scenario of files.
fn reads_back(mut scenario: Scenario, scratch: &mut scratch::Scratch) {
    let draws = scenario.posterior.as_ref().map(Draws::to_csv);
    let tables: Vec<(String, &[u8])> = scenario
        .world
        .files
        .iter()
        .map(|(name, bytes)| (format!("{WORLD_FOLDER}/{name}"), bytes.as_slice()))
        .chain(draws.iter().map(|text| (POSTERIOR_FILE.to_string(), text.as_bytes())))
        .chain([("scenario.toml".to_string(), scenario.resolved.as_bytes())])
        .collect();
    let tables: Vec<(&str, &[u8])> = tables.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    scratch.set("again", &tables);
    let file = scratch.path("again/scenario.toml");
    let mut again = scenario::load(file.to_str().expect("UTF-8"), &Overrides::default());
    if let (Ok(again), Some(draws)) = (&mut again, &scenario.posterior) {
        let read = again.posterior.take().expect("draws");
        assert_eq!((&read.names, &read.rows), (&draws.names, &draws.rows));
        scenario.posterior = None;
    }
    same(scenario, again);
}

/// Both are the same, but for what was said about them.
fn same(mut scenario: Scenario, again: Result<Scenario, scenario::ScenarioError>) {
    let mut again =
        again.unwrap_or_else(|error| panic!("{error}: what was written does not read back:\n{}", scenario.resolved));
    scenario.warnings.clear();
    again.warnings.clear();
    if scenario != again {
        assert_eq!(scenario.resolved, again.resolved);
        assert!(Arc::ptr_eq(&scenario.world, &again.world) || scenario.world == again.world, "worlds differ");
        panic!("what was written reads back as another scenario:\n{}", scenario.resolved);
    }
}
