//! What a scenario refers to: files below its own folder and no others, and files only.

use std::fs;
use std::os::unix::fs::symlink;

use super::support::{Bench, SCENARIO, WORLD, said};
use super::{accepts, answer, refuses};

/// A folder `home` with a right scenario `s.toml`, and beside it what it must not read.
fn home() -> Bench {
    let b = Bench::new();
    for folder in ["home/w", "home/inner", "outside/w"] {
        fs::create_dir_all(b.path(folder)).unwrap();
    }
    for (name, text) in WORLD {
        b.write(&format!("home/w/{name}"), text);
        b.write(&format!("outside/w/{name}"), text);
    }
    b.write("home/s.toml", SCENARIO);
    b.write("outside/s.toml", format!("title = \"secret\"\n{}", SCENARIO));
    b.write("outside/p.csv", "draw,inflow.factor\n1,2\n");
    b
}

/// The three ways in which a scenario names a file.
fn naming(path: &str, folder: &str, table: &str) -> [String; 3] {
    [
        format!("extends = \"{path}\"\n"),
        SCENARIO.replace("\"w\"", &format!("\"{folder}\"")),
        format!("posterior = \"{table}\"\nuse_posterior = true\n{SCENARIO}"),
    ]
}

#[test]
fn words_that_lead_out_of_the_folder() {
    let b = home();
    let outside = b.path("outside").canonicalize().unwrap();
    let outside = outside.to_str().unwrap();
    for way in
        ["../outside", "./../outside", "w/../../outside", "w/./../../home/../outside", "inner/../../outside", outside]
    {
        for text in naming(&format!("{way}/s.toml"), &format!("{way}/w"), &format!("{way}/p.csv")) {
            b.write("home/bad.toml", &text);
            refuses(&b, &["check", "home/bad.toml"], &["home/bad.toml:1:", "leaves the folder", "--allow-path"]);
            accepts(&b, &["check", "home/bad.toml", "--allow-path", "outside"]);
        }
    }
    // What only looks as if it led out, does not.
    b.write("home/good.toml", "extends = \"inner/../s.toml\"\n");
    accepts(&b, &["check", "home/good.toml"]);
    for path in [
        "/etc/passwd",
        "//etc/passwd",
        "/proc/self/environ",
        "/dev/zero",
        "~/x.toml",
        "",
        ".",
        "..",
        "w\\\\..\\\\x.toml",
    ] {
        for text in naming(path, path, path) {
            b.write("home/bad.toml", &text);
            // The folder itself may be named: it holds no world.
            let place = if matches!(path, "" | ".") { "home" } else { "home/bad.toml:1:" };
            refuses(&b, &["check", "home/bad.toml"], &[place]);
        }
    }
}

#[test]
fn links_that_lead_out_of_the_folder() {
    let b = home();
    symlink("../outside/s.toml", b.path("home/link.toml")).unwrap();
    symlink("../outside/w", b.path("home/lw")).unwrap();
    symlink("../outside/p.csv", b.path("home/p.csv")).unwrap();
    symlink("../outside", b.path("home/out")).unwrap();
    let plain = naming("link.toml", "lw", "p.csv");
    let through = naming("out/s.toml", "out/w", "out/p.csv");
    for text in plain.iter().chain(&through) {
        b.write("home/bad.toml", text);
        refuses(&b, &["check", "home/bad.toml"], &["home/bad.toml:1:", "leaves the folder", "--allow-path"]);
        accepts(&b, &["check", "home/bad.toml", "--allow-path", "outside"]);
    }
    // A table of the world, and a link by way of another one inside.
    fs::remove_file(b.path("home/w/routes.csv")).unwrap();
    symlink("../out/w/routes.csv", b.path("home/w/routes.csv")).unwrap();
    refuses(&b, &["check", "home/s.toml"], &["w/routes.csv", "leaves the folder"]);
    accepts(&b, &["check", "home/s.toml", "--allow-path", "outside"]);
    // What is beyond an allowed folder is no more allowed than before.
    fs::create_dir(b.path("allowed")).unwrap();
    symlink("../outside/w", b.path("allowed/w")).unwrap();
    b.write("home/bad.toml", SCENARIO.replace("\"w\"", "\"../allowed/w\""));
    refuses(&b, &["check", "home/bad.toml", "--allow-path", "allowed"], &["leaves the folder"]);
}

#[test]
fn a_scenario_reached_by_a_link_reads_beside_the_link() {
    let b = home();
    b.write("outside/chain.toml", "extends = \"s.toml\"\n");
    symlink("../outside/chain.toml", b.path("home/named.toml")).unwrap();
    let output = answer(&b, &["check", "home/named.toml"]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(!String::from_utf8_lossy(&output.stdout).contains("secret"));
}

#[test]
fn links_in_a_circle() {
    let b = home();
    symlink("loop.toml", b.path("home/loop.toml")).unwrap();
    symlink("circle", b.path("home/circle")).unwrap();
    refuses(&b, &["check", "home/loop.toml"], &["cannot read home/loop.toml"]);
    for text in naming("loop.toml", "circle", "loop.toml") {
        b.write("home/bad.toml", &text);
        refuses(&b, &["check", "home/bad.toml"], &["home/bad.toml:1:", "cannot read"]);
    }
}

/// What gives bytes without end, or never any.
fn odd(b: &Bench, place: &str) {
    let _ = fs::remove_file(b.path(place));
    let made = std::process::Command::new("mkfifo").arg(b.path(place)).status().unwrap();
    assert!(made.success());
}

#[test]
fn pipes_and_devices_are_no_files() {
    let b = home();
    for (i, device) in ["fifo", "/dev/zero", "/dev/null", "/dev/tty", "/proc/self/pagemap"].into_iter().enumerate() {
        let put = |place: &str| {
            let _ = fs::remove_file(b.path(place));
            if device == "fifo" { odd(&b, place) } else { symlink(device, b.path(place)).unwrap() }
        };
        let name = |ending: &str| format!("home/odd{i}.{ending}");
        put(&name("toml"));
        put(&name("csv"));
        refuses(&b, &["check", &name("toml")], &["cannot read"]);
        refuses(&b, &["calibrate", &name("toml"), "--out", "c"], &["cannot read"]);
        refuses(&b, &["validate", "tutorial", "--plan", &name("toml"), "--out", "v"], &["cannot read"]);
        refuses(&b, &["sweep", "plan", &name("toml"), "--out", "x"], &["cannot read"]);
        refuses(&b, &["sweep", "plan", &name("csv"), "--out", "x"], &["cannot read"]);
        for text in naming(&format!("odd{i}.toml"), &format!("odd{i}.csv"), &format!("odd{i}.csv")) {
            b.write("home/bad.toml", &text);
            refuses(&b, &["check", "home/bad.toml"], &[]);
            refuses(&b, &["check", "home/bad.toml", "--allow-path", "/"], &[]);
        }
        for table in ["routes.csv", "basemap.geojson"] {
            let before = fs::read(b.path(&format!("home/w/{table}"))).ok();
            put(&format!("home/w/{table}"));
            refuses(&b, &["check", "home/s.toml"], &[table]);
            refuses(&b, &["check", "home/s.toml", "--allow-path", "/"], &[table]);
            fs::remove_file(b.path(&format!("home/w/{table}"))).unwrap();
            before.into_iter().for_each(|bytes| b.write(&format!("home/w/{table}"), bytes));
        }
        // Results are read of a folder: none of these is one, nor a file of one.
        fs::create_dir_all(b.path("results")).unwrap();
        for file in ["run.json", "manifest.json"] {
            put(&format!("results/{file}"));
        }
        refuses(&b, &["report", "results"], &["run.json"]);
        let output = answer(&b, &["sweep", "status", "results"]);
        assert!(matches!(output.status.code(), Some(1 | 2)), "{device}: {:?}", output.status);
    }
    // Points without an end, all on one line.
    refuses(&b, &["run", "home/s.toml", "--batch", "/dev/zero"], &["line 1 has more than"]);
    assert!(answer(&b, &["run", "home/s.toml", "--batch", "/dev/null"]).status.success());
}
