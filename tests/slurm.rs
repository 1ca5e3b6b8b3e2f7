//! A real Slurm runs a sweep: a job array of 16 shards, with tasks requeued, told to stop and killed.

use std::fs;
use std::path::Path;
use std::process::Command;

const DESIGN: &str = "kind = 'lhs'\npoints = 800\nreplicates = 4\nscenario = 'tutorial'\n\
    [parameters]\n'app.diligence' = [0.5, 0.9]\napp.slots_factor = [0.5, 1.5]\n";

fn antesala(folder: &Path, args: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_antesala")).current_dir(folder).args(args).output().unwrap();
    assert!(output.status.success(), "{args:?}\n{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn slurm_runs_a_sweep_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fs::write(here.join("d.toml"), DESIGN).unwrap();
    antesala(here, &["sweep", "plan", "d.toml", "--shards", "16", "-o", "slurm-sweep", "--quiet"]);
    antesala(here, &["sweep", "export", "slurm", "slurm-sweep"]);
    antesala(here, &["sweep", "all", "d.toml", "-o", "expected", "--no-charts", "--quiet"]);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/slurm/try_slurm.sh");
    let expected = here.join("expected/metrics.csv");
    let output = Command::new("bash")
        .arg(script)
        .args([here.join("s"), here.join("slurm-sweep"), expected.clone()])
        .output()
        .unwrap();
    let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.code() == Some(77) && std::env::var_os("ANTESALA_SLURM").is_none() {
        eprintln!("skipped: Slurm cannot run here: {told}");
        return;
    }
    assert!(output.status.success(), "{told}");
    println!("{told}");
    assert_eq!(fs::read(here.join("slurm-sweep/metrics.csv")).unwrap(), fs::read(expected).unwrap());
}
