//! Outputs as other people's programs read them: frictionless, libhxl and roc-validator. `ANTESALA_PYTHON` names a
//! Python that has `tests/data/requirements.txt`.

mod support;

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use support::{Bench, said};

const VARIANT: &str =
    "extends = 'tutorial'\n[[policy]]\nid = 'm'\nfrom = 2031-05-01\nset = { 'app.slots_factor' = 1.6 }\n";
const DESIGN: &str = "kind = 'lhs'\npoints = 12\nreplicates = 2\nscenario = 'tutorial'\nmetrics = ['processed']\n\
    [parameters]\n'app.diligence' = [0.5, 0.9]\n'app.slots_factor' = [0.5, 1.5]\n";

fn python() -> Option<OsString> {
    let python = std::env::var_os("ANTESALA_PYTHON");
    if python.is_none() {
        eprintln!("skipped: ANTESALA_PYTHON names no Python with tests/data/requirements.txt");
    }
    python
}

fn ok(b: &Bench, args: &[&str]) {
    let output = b.call(args);
    assert!(output.status.success(), "{args:?}\n{}", said(&output));
}

/// Writes a small folder of each kind: runs as CSV, as Parquet and with a sample and HXL twins, a comparison, a sweep.
fn outputs() -> Bench {
    let b = Bench::new();
    let run = |more: &[&str]| ok(&b, &[&["run", "tutorial", "--replicates", "2", "--quiet"], more].concat());
    run(&["--sample", "3", "--out", "csv"]);
    run(&["--no-charts", "--format", "parquet", "--out", "parquet"]);
    run(&["--no-charts", "--hxl", "--out", "hxl"]);
    b.write("more.toml", VARIANT);
    b.write("less.toml", VARIANT.replace("'m'", "'l'").replace("slots_factor' = 1.6", "diligence' = 0.3"));
    let scenarios = ["compare", "tutorial", "more.toml", "less.toml", "more.toml+less.toml"];
    ok(&b, &[&scenarios[..], &["--replicates", "2", "--no-charts", "--hxl", "--quiet", "--out", "compare"]].concat());
    b.write("d.toml", DESIGN);
    ok(&b, &["sweep", "all", "d.toml", "--quiet", "--out", "sweep"]);
    b
}

fn check(python: &OsString, script: &str, b: &Bench, folders: &[&str]) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(script);
    let output = Command::new(python).arg(&script).args(folders).current_dir(b.path(".")).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    print!("{told}");
}

#[test]
fn others_read_what_is_written() {
    let Some(python) = python() else { return };
    let b = outputs();
    let all = ["csv", "parquet", "hxl", "compare", "sweep"];
    check(&python, "packages.py", &b, &all);
    check(&python, "crates.py", &b, &all);
    check(&python, "hxl_twins.py", &b, &["hxl"]);
    check(&python, "hxl_twins.py", &b, &["compare"]);
}
