//! The baseline's results are pinned: they move only where the changelog says so.

use std::path::Path;
use std::process::Command;

#[test]
fn the_baseline_gives_its_pinned_results() {
    let out = tempfile::tempdir().expect("a folder");
    let out = out.path().join("baseline");
    let status = Command::new(env!("CARGO_BIN_EXE_antesala"))
        .args(["run", "baseline", "--scale", "0.1", "--replicates", "4", "--no-charts", "--quiet", "--out"])
        .arg(&out)
        .status()
        .expect("the binary runs");
    assert!(status.success());
    let now = std::fs::read_to_string(out.join("summary.csv")).expect("summary.csv");
    let pinned = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/baselines/calibrated.csv");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&pinned, &now).expect("docs/baselines can be written");
    }
    let was = std::fs::read_to_string(&pinned).expect("docs/baselines/calibrated.csv");
    let moved: Vec<String> = (was.lines().zip(now.lines()).filter(|(a, b)| a != b))
        .map(|(a, b)| format!("  was {a}\n  is  {b}"))
        .take(20)
        .collect();
    assert!(
        was == now,
        "the baseline's results moved:\n{}\nIf they should, run this test with UPDATE_GOLDEN=1 and say in CHANGELOG.md what moved and why",
        moved.join("\n")
    );
}
