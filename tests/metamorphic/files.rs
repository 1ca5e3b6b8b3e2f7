//! The tutorial as files that can be changed, and what a run of them writes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use antesala::scenario::{Overrides, Scenario, load};
use assert_cmd::Command;
use tempfile::TempDir;

/// A table: its header and its rows.
pub type Rows = Vec<Vec<String>>;

/// A folder with the scenario and its world.
pub struct Valley {
    folder: TempDir,
}

impl Valley {
    pub fn new() -> Self {
        let valley = Valley { folder: tempfile::tempdir().expect("a folder") };
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
        fs::create_dir(valley.path("world")).expect("a folder");
        for entry in fs::read_dir(source.join("data/velmora")).expect("the world") {
            let path = entry.expect("an entry").path();
            fs::copy(&path, valley.path("world").join(path.file_name().expect("a name"))).expect("a copy");
        }
        let text = fs::read_to_string(source.join("tutorial.toml")).expect("the scenario");
        let own = text.replace("builtin:velmora", "world");
        assert_ne!(text, own, "the scenario names its world otherwise");
        valley.write_scenario(&own);
        valley
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn scenario_text(&self) -> String {
        fs::read_to_string(self.path("valley.toml")).expect("the scenario")
    }

    pub fn write_scenario(&self, text: &str) {
        fs::write(self.path("valley.toml"), text).expect("written");
    }

    /// Names of the tables of the world.
    pub fn tables(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("world")).expect("the world");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name")).collect();
        names.retain(|name| name.ends_with(".csv"));
        names.sort();
        names
    }

    /// Changes the rows of a table (given without the header) and writes it.
    pub fn change(&self, table: &str, change: impl FnOnce(&[String], Rows) -> Rows) {
        let path = self.path("world").join(table);
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(&path).expect("a table");
        let mut rows: Rows =
            reader.records().map(|record| record.expect("a row").iter().map(String::from).collect()).collect();
        let header = rows.remove(0);
        let rows = change(&header, rows);
        let mut writer = csv::WriterBuilder::new().flexible(true).from_path(&path).expect("a file");
        writer.write_record(&header).expect("written");
        rows.iter().for_each(|row| writer.write_record(row).expect("written"));
        writer.flush().expect("written");
    }

    /// The scenario as it is read.
    pub fn load(&self) -> Scenario {
        let path = self.path("valley.toml");
        load(path.to_str().expect("a path"), &Overrides::default()).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The tables that a run writes, by name.
    pub fn run(&self) -> BTreeMap<String, String> {
        let output = Command::new(env!("CARGO_BIN_EXE_antesala"))
            .current_dir(self.folder.path())
            .args(["run", "valley.toml", "--replicates", "2", "--sample", "60", "--no-charts", "--quiet", "--force"])
            .output()
            .expect("the program starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let mut written = BTreeMap::new();
        for entry in fs::read_dir(self.path("output/valley")).expect("the output") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            if name.ends_with(".csv") {
                written.insert(name, fs::read_to_string(path).expect("a table"));
            }
        }
        assert!(written.len() > 12, "{:?}", written.keys());
        written
    }
}

/// The same tables with the same bytes.
pub fn assert_same(was: &BTreeMap<String, String>, is: &BTreeMap<String, String>, what: &str) {
    assert_eq!(was.keys().collect::<Vec<_>>(), is.keys().collect::<Vec<_>>(), "{what}");
    for (name, was) in was {
        let is = &is[name];
        let first = was.lines().zip(is.lines()).enumerate().find(|(_, (a, b))| a != b);
        if let Some((line, (was, is))) = first {
            panic!("{what}: line {} of {name} was `{was}` and is `{is}`", line + 1);
        }
        assert_eq!(was.len(), is.len(), "{what}: {name}");
    }
}
