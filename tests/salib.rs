//! Sensitivity against SALib and SciPy, and an optimiser from outside: `ANTESALA_PYTHON` names a Python that
//! has `tests/salib/requirements.txt`.

use std::path::Path;
use std::process::Command;

/// Runs a script of the repository; nothing where there is no such Python.
fn python(script: &str, folder: &Path, args: &[&str]) -> Option<String> {
    let Some(python) = std::env::var_os("ANTESALA_PYTHON") else {
        eprintln!("skipped: ANTESALA_PYTHON names no Python with SALib (tests/salib/requirements.txt)");
        return None;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(script);
    let output = Command::new(python).arg(script).args(args).current_dir(folder).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    Some(told)
}

#[test]
fn indices_effects_and_ranks_are_those_of_salib() {
    let folder = tempfile::tempdir().unwrap();
    let args = [env!("CARGO_BIN_EXE_antesala"), folder.path().to_str().unwrap()];
    let Some(told) = python("tests/salib/check.py", folder.path(), &args) else { return };
    print!("{told}");
    assert!(told.contains("Sobol' total order"), "{told}");
}

#[test]
fn an_optimiser_finds_what_it_seeks() {
    let folder = tempfile::tempdir().unwrap();
    let Some(told) = python("docs/studies/optimiser.py", folder.path(), &[env!("CARGO_BIN_EXE_antesala")]) else {
        return;
    };
    print!("{told}");
    assert!(told.contains("times the slots"), "{told}");
}
