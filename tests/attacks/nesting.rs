//! Things within things within things: the stack must not run out.

use super::support::{Bench, SCENARIO, said};
use super::{accepts, answer, refuses};

const DEEP: usize = 500_000;

/// Refused as bad input, whatever is said; a stack that runs out has no exit status.
fn is_refused(b: &Bench, args: &[&str]) {
    let output = answer(b, args);
    let start: String = said(&output).chars().take(500).collect();
    assert_eq!(output.status.code(), Some(2), "{args:?}: {:?} {start}", output.status);
}

/// Texts of TOML that go deep.
fn deep() -> Vec<String> {
    vec![
        format!("{}1\n", "a.".repeat(DEEP) + "a = "),
        format!("[{}a]\nx = 1\n", "a.".repeat(DEEP)),
        format!("[[{}a]]\nx = 1\n", "a.".repeat(DEEP)),
        format!("a = {}\n", "[".repeat(DEEP)),
        format!("a = {}{}\n", "[".repeat(DEEP), "]".repeat(DEEP)),
        format!("a = {}1{}\n", "{a=".repeat(DEEP), "}".repeat(DEEP)),
        format!("a = {{{}a = 1}}\n", "a.".repeat(DEEP)),
        // As deep as the reader of TOML goes: so many inline tables, each below so many keys.
        format!("a = {}1{}\n", format!("{{{}a = ", "a.".repeat(78)).repeat(78), "}".repeat(78)),
        format!("a = {}1{}\n", format!("[{{{}a = ", "a.".repeat(78)).repeat(39), "}]".repeat(39)),
        (0..20_000).map(|i| format!("[{}a]\n", "a.".repeat(i % 90))).collect(),
    ]
}

#[test]
fn toml_that_goes_deep() {
    let b = Bench::new();
    for text in deep() {
        b.write("bad.toml", format!("{text}{SCENARIO}"));
        is_refused(&b, &["check", "bad.toml"]);
        b.write("bad.toml", format!("{SCENARIO}{text}"));
        is_refused(&b, &["check", "bad.toml"]);
        is_refused(&b, &["calibrate", "bad.toml", "--out", "c"]);
        is_refused(&b, &["sweep", "plan", "bad.toml", "--scenario", "s.toml", "--out", "sweep"]);
    }
    for argument in [
        format!("app.slots={}", "[".repeat(100_000)),
        format!("app.geofence={}", "[".repeat(100_000)),
        format!("app.geofence={}{}", "[".repeat(50_000), "]".repeat(50_000)),
        format!("enforcement.level={}", "{a=".repeat(30_000)),
        format!("{}=1", "a.".repeat(60_000)),
    ] {
        is_refused(&b, &["check", "s.toml", "--set", &argument]);
    }
}

#[test]
fn json_that_goes_deep() {
    let b = Bench::new();
    for text in [
        "[".repeat(DEEP),
        "{\"a\":".repeat(DEEP),
        format!(
            "{{\"type\":\"FeatureCollection\",\"features\":[{{\"geometry\":{{\"type\":\"Polygon\",\"coordinates\":{}",
            "[".repeat(DEEP)
        ),
    ] {
        b.write("w/basemap.geojson", &text);
        is_refused(&b, &["check", "s.toml"]);
        std::fs::remove_file(b.path("w/basemap.geojson")).unwrap();
        b.write("points", &text);
        let output = answer(&b, &["run", "s.toml", "--batch", "points"]);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        std::fs::create_dir_all(b.path("out")).unwrap();
        b.write("out/run.json", &text);
        is_refused(&b, &["report", "out"]);
        b.write("out/manifest.json", &text);
        let output = answer(&b, &["sweep", "status", "out"]);
        assert!(matches!(output.status.code(), Some(1 | 2)), "{}", said(&output));
    }
}

#[test]
fn metrics_that_go_deep() {
    let b = Bench::new();
    for metric in
        ["(".repeat(100_000), "-".repeat(100_000), "1+".repeat(50_000), "at(".repeat(30_000), "x[".repeat(30_000)]
    {
        b.write("points", "{}\n");
        is_refused(&b, &["run", "s.toml", "--batch", "points", "--metric", &metric]);
    }
}

/// Sixteen files build on each other, not seventeen; not in a circle, and not on themselves by other names.
#[test]
fn chains_of_files() {
    let b = Bench::new();
    let chain = |n: usize| {
        for i in 1..n {
            b.write(&format!("c{i}.toml"), format!("extends = \"c{}.toml\"\n", i + 1));
        }
        b.write(&format!("c{n}.toml"), SCENARIO);
    };
    chain(16);
    accepts(&b, &["check", "c1.toml"]);
    chain(17);
    refuses(&b, &["check", "c1.toml"], &["more than 16 scenarios", "c16.toml:1:11"]);
    b.write("a.toml", "extends = \"./b.toml\"\n");
    b.write("b.toml", "extends = \"x/../a.toml\"\n");
    refuses(&b, &["check", "a.toml"], &["in a cycle"]);
    #[cfg(unix)]
    {
        // A link to a file is another name for the same.
        b.write("l0.toml", "extends = \"l1.toml\"\n");
        std::os::unix::fs::symlink(b.path("l0.toml"), b.path("l1.toml")).unwrap();
        refuses(&b, &["check", "l0.toml"], &["in a cycle"]);
    }
}
