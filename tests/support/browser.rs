//! Pages in a browser, and PDF files: what is wrong with them, as a reader would find it.

// Each test uses its own part.
#![allow(dead_code)]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What `tests/browser/check.mjs` says of a page: `findings`, lists of faults by kind, and `facts`, how much there was
/// to look at. `None`, with a word, unless `ANTESALA_BROWSER` names a browser; then Node and the packages of
/// `tests/browser` must be there too (`npm ci --prefix tests/browser`).
pub fn check(page: &Path) -> Option<Value> {
    if std::env::var_os("ANTESALA_BROWSER").is_none() {
        eprintln!("skipped: ANTESALA_BROWSER names no browser to look at {} with", page.display());
        return None;
    }
    let script = folder().join("check.mjs");
    let told = run(Command::new("node").arg(script).arg(page).arg("--pdf"));
    Some(serde_json::from_str(&told).expect("check.mjs writes JSON"))
}

/// The folder of the check and its pages.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser")
}

/// All that is wrong with a page, a line each.
pub fn findings(told: &Value) -> Vec<String> {
    let kinds = told["findings"].as_object().expect("findings by kind");
    assert_eq!(kinds.len(), 21, "kinds of faults");
    let lines = |(kind, list): (&String, &Value)| -> Vec<String> {
        list.as_array().expect("a list").iter().map(|text| format!("{kind}: {}", text.as_str().unwrap())).collect()
    };
    kinds.iter().flat_map(lines).collect()
}

/// A font of a PDF, as `pdffonts` tells.
#[derive(Debug)]
pub struct Font {
    /// With the letters of its subset: `AAAAAA+NotoSans-Regular`; `[none]` for letters with a halo.
    pub name: String,
    pub kind: String,
    pub embedded: bool,
}

/// The fonts of a PDF, by `pdffonts` of Poppler.
pub fn fonts(pdf: &Path) -> Vec<Font> {
    let told = run(Command::new("pdffonts").arg(pdf));
    let mut lines = told.lines();
    let head = lines.next().expect("a head");
    let [kind, encoding, embedded] = ["type", "encoding", "emb"].map(|title| head.find(title).expect(title));
    let font = |line: &str| Font {
        name: line[..kind].trim().into(),
        kind: line[kind..encoding].trim().into(),
        embedded: line[embedded..].starts_with("yes"),
    };
    lines.skip(1).map(font).collect()
}

/// The text of a PDF, by `pdftotext` of Poppler.
pub fn text(pdf: &Path) -> String {
    run(Command::new("pdftotext").arg(pdf).arg("-"))
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}
