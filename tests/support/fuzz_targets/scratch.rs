//! A folder for what can only be read from files. One serves a whole process; a file is written anew only if it
//! is another one.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::TempDir;

static SCRATCH: Mutex<Option<Scratch>> = Mutex::new(None);

/// A folder and what is in it.
pub struct Scratch {
    folder: TempDir,
    files: BTreeMap<String, Vec<u8>>,
}

/// Uses the folder.
pub fn with<T>(work: impl FnOnce(&mut Scratch) -> T) -> T {
    // After a panic the files are as they are: what differs is written again.
    let mut scratch = SCRATCH.lock().unwrap_or_else(PoisonError::into_inner);
    work(scratch.get_or_insert_with(|| Scratch {
        folder: TempDir::with_prefix("antesala-fuzz-").expect("a folder"),
        files: BTreeMap::new(),
    }))
}

/// Removes the folder.
pub fn tidy() {
    SCRATCH.lock().unwrap_or_else(PoisonError::into_inner).take();
}

impl Scratch {
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, with the folders it lies in.
    pub fn write(&mut self, name: &str, bytes: &[u8]) {
        if self.files.get(name).is_some_and(|known| known == bytes) {
            return;
        }
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, bytes).expect("a file");
        self.files.insert(name.to_string(), bytes.to_vec());
    }

    /// Leaves these files alone in a folder of the folder.
    pub fn set(&mut self, folder: &str, files: &[(&str, &[u8])]) {
        let prefix = format!("{folder}/");
        let old: Vec<String> = self.files.keys().filter(|name| name.starts_with(&prefix)).cloned().collect();
        for name in old.iter().filter(|name| !files.iter().any(|(new, _)| **name == format!("{prefix}{new}"))) {
            fs::remove_file(self.path(name)).expect("a file");
            self.files.remove(name);
        }
        for (name, bytes) in files {
            self.write(&format!("{prefix}{name}"), bytes);
        }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}
