//! A processor without AVX and FMA (Intel's Nehalem of 2008, by QEMU) gives the same bytes as the one at hand: tables, charts,
//! a calibration and an analysis. Vector loops, the memory allocator and the system's mathematics take other ways there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use antesala::record::ro_crate;

const RUNS: [&str; 4] = [
    "run tutorial --replicates 1",
    "run bench/lottery --set inflow.persons=20000 --no-charts",
    "run baseline --scale 0.01 --replicates 1 --no-charts",
    "sweep all DESIGN",
];

/// QEMU's emulator of 64-bit x86 programs; `None` if it is not there and need not be.
fn emulator() -> Option<&'static str> {
    const QEMU: &str = "qemu-x86_64";
    if Command::new(QEMU).arg("--version").output().is_ok_and(|o| o.status.success()) {
        return Some(QEMU);
    }
    assert!(std::env::var_os("ANTESALA_QEMU").is_none(), "ANTESALA_QEMU is set and there is no {QEMU}");
    eprintln!("skipped: there is no {QEMU} (Debian's package qemu-user)");
    None
}

fn run(mut command: Command, words: &str, out: &Path) {
    let design = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/results_design.toml");
    let words = words.replace("DESIGN", &design.to_string_lossy());
    let output =
        command.args(words.split(' ')).args(["--quiet", "--out"]).arg(out).output().expect("the program starts");
    assert!(output.status.success(), "{words}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Every file below a folder, but for those that hold times.
fn bytes(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() {
                folders.push(path);
            } else if name != "run.json" && name != ro_crate::FILE {
                found.push((path.strip_prefix(folder).unwrap().to_path_buf(), fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

#[cfg(target_arch = "x86_64")]
#[test]
fn an_old_processor_gives_the_same_bytes() {
    let Some(qemu) = emulator() else { return };
    let folder = tempfile::tempdir().unwrap();
    for words in RUNS {
        let (here, there) = (folder.path().join("here"), folder.path().join("there"));
        run(Command::new(env!("CARGO_BIN_EXE_antesala")), words, &here);
        let mut old = Command::new(qemu);
        old.args(["-cpu", "Nehalem", env!("CARGO_BIN_EXE_antesala")]);
        run(old, words, &there);
        let (a, b) = (bytes(&here), bytes(&there));
        assert!(a.len() > 10, "{words} wrote {} files", a.len());
        let differ: Vec<_> = a.iter().zip(&b).filter(|(a, b)| a != b).map(|(a, _)| a.0.display()).collect();
        assert!(a.len() == b.len() && differ.is_empty(), "{words}: {differ:?}");
        fs::remove_dir_all(&here).unwrap();
        fs::remove_dir_all(&there).unwrap();
    }
}
