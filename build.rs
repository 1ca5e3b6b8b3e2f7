//! Gives the program the commit it was built from, where there is one: `ANTESALA_COMMIT`.

use std::path::Path;
use std::process::Command;

fn main() {
    let root = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    println!("cargo:rerun-if-changed=build.rs");
    // The scenarios are embedded; a new file among them must be seen.
    println!("cargo:rerun-if-changed=scenarios");
    // A package has no repository of its own, and must not take the commit of one around it.
    if !Path::new(&root).join(".git").exists() {
        return;
    }
    for file in [".git/HEAD", ".git/logs/HEAD"] {
        if Path::new(&root).join(file).exists() {
            println!("cargo:rerun-if-changed={file}");
        }
    }
    let commit = Command::new("git").args(["rev-parse", "HEAD"]).current_dir(&root).output();
    if let Some(commit) = commit.ok().filter(|o| o.status.success()).and_then(|o| String::from_utf8(o.stdout).ok()) {
        println!("cargo:rustc-env=ANTESALA_COMMIT={}", commit.trim());
    }
}
