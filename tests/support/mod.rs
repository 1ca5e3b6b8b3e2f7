//! A folder with a small right world and scenario, in which the program is started.

// Each test uses its own part.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use tempfile::TempDir;

/// The folder and what is done in it.
pub struct Bench {
    folder: TempDir,
}

pub const WORLD: [(&str, &str); 7] = [
    ("nationalities.csv", "nationality,national\nMaresia,false\nOrvane,true\n"),
    ("modes.csv", "mode,leg_tag,speed_kmh,on_foot,papers\nroad,road,,false,none\n"),
    (
        "places.csv",
        "place,name,kind,zone,admin1,pcode,lat,lon,return_weight,crossing_weight,asylum_weight,waiting_hub\n\
         quay,Quay,entry,coast,,,-38.2,-24.6,1,0,1,false\n\
         gate,North Gate,border,heights,,,-35.4,-24.6,0,1,0,true\n",
    ),
    ("routes.csv", "from,to,km,hours,modes\nquay,gate,300,6,road\n"),
    ("ports.csv", "port,place,from,share\nNorth Gate,gate,2031-01-01,1\n"),
    ("inflow.csv", "month,nationality,place,persons\n2031-03,Maresia,quay,100\n"),
    ("dispositions.csv", "month,nationality,released,removed,expelled\n2031-03,Maresia,0.5,0.25,0.25\n"),
];

pub const SCENARIO: &str = "world = \"w\"\nstart = 2031-03-01\nend = 2031-03-31\n[inflow]\nenabled = true\n";

impl Bench {
    pub fn new() -> Self {
        let bench = Bench { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(bench.path("w")).unwrap();
        for (name, text) in WORLD {
            bench.write(&format!("w/{name}"), text);
        }
        bench.write("s.toml", SCENARIO);
        bench
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(name), text).unwrap();
    }

    pub fn call(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_antesala"));
        command.current_dir(self.folder.path()).env("NO_COLOR", "1").args(args).output().unwrap()
    }

    pub fn check(&self) {
        let output = self.call(&["check", "s.toml"]);
        assert!(output.status.success(), "{}", said(&output));
    }

    /// Runs, expects status 2, these words in the message, and nothing written.
    pub fn refuses(&self, args: &[&str], words: &[&str]) {
        let before = files(self.folder.path());
        let output = self.call(args);
        let message = said(&output);
        assert_eq!(output.status.code(), Some(2), "{args:?}\n{message}");
        for word in words {
            assert!(message.contains(word), "`{word}` is not in the message of {args:?}:\n{message}");
        }
        assert!(output.stdout.is_empty(), "{args:?}");
        assert_eq!(before, files(self.folder.path()), "{args:?} wrote something");
    }

    /// Refuses a scenario of this text.
    pub fn refuses_text(&self, text: &str, words: &[&str]) {
        self.write("bad.toml", text);
        self.refuses(&["run", "bad.toml"], words);
    }
}

pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => drop(found.insert(path.clone(), fs::read(&path).unwrap())),
        }
    }
    found
}
