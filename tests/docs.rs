//! The pages written by hand say what the program says: the table of parameters in `docs/odd.md`,
//! the table of scenarios and every command in `README.md`, links between the pages.
//! `UPDATE_DOCS=1 cargo test --test docs` writes the tables anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command as Process;

use antesala::cli::args::{Cli, Command};
use antesala::scenario::field::{Key, Kind, Names, Spec, Value};
use antesala::scenario::params::{Params, specs};
use antesala::scenario::{self, Overrides};
use clap::Parser;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn page(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// Checks (or, with `UPDATE_DOCS`, writes) what stands between the markers of a page.
fn between(name: &str, marker: &str, made: &str) {
    let (open, close) = (format!("<!-- {marker} -->"), format!("<!-- /{marker} -->"));
    let page = page(name);
    let (head, rest) = page.split_once(&open).unwrap_or_else(|| panic!("{name} has no {open}"));
    let (found, tail) = rest.split_once(&close).unwrap_or_else(|| panic!("{name} has no {close}"));
    let made = format!("\n{made}");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(root().join(name), format!("{head}{open}{made}{close}{tail}")).unwrap();
        return;
    }
    assert!(found == made, "{name} is out of date: run `UPDATE_DOCS=1 cargo test --test docs`");
}

/// One parameter of each kind of key is enough: defaults are the same for every name.
fn names() -> Names {
    let one = || vec!["x".to_string()];
    Names { nationalities: one(), zones: one(), modes: one() }
}

fn default_of(params: &Params, spec: &Spec) -> String {
    match params.get(spec.path, &names()).unwrap() {
        Value::Map(entries) => plain(entries[0].1),
        Value::List(zones) => if zones.is_empty() { "none" } else { "all" }.to_string(),
        Value::Float(x) => plain(x),
        Value::Int(i) => i.to_string(),
        Value::Bool(b) => b.to_string(),
        Value::Text(s) => s,
    }
}

fn plain(x: f64) -> String {
    format!("{x}")
}

fn bounds(spec: &Spec) -> String {
    match spec.kind {
        Kind::Float | Kind::Int => format!("{} to {}", plain(spec.low), plain(spec.high)),
        Kind::Bool => "true, false".into(),
        Kind::Choice(choices) => choices.join(", "),
        Kind::Zones => "zones".into(),
    }
}

fn parameters() -> String {
    let params = Params::defaults(&names());
    let mut text = String::new();
    let mut group = "";
    for spec in specs() {
        let here = spec.path.split('.').next().unwrap_or_default();
        if here != group {
            group = here;
            let _ = writeln!(
                text,
                "\n**`{group}`**\n\n| name | default | bounds | unit | source | meaning |\n|---|---|---|---|---|---|"
            );
        }
        let per = match spec.key {
            Key::None => "",
            Key::Nationality => " (per nationality)",
            Key::Zone if matches!(spec.kind, Kind::Zones) => "",
            Key::Zone => " (per zone)",
            Key::Mode => " (per mode)",
        };
        let _ = writeln!(
            text,
            "| `{}`{per} | {} | {} | {} | {} | {} |",
            spec.path,
            default_of(&params, spec),
            bounds(spec),
            spec.unit,
            spec.source,
            spec.meaning
        );
    }
    text.push('\n');
    text
}

fn scenarios() -> String {
    let mut text = "\n| scenario | what it is | question |\n|---|---|---|\n".to_string();
    for name in scenario::scenario_names() {
        let scenario = scenario::load(&name, &Overrides::default()).unwrap();
        let _ = writeln!(text, "| `{name}` | {} | {} |", scenario.title, scenario.question);
    }
    text.push('\n');
    text
}

#[test]
fn the_table_of_parameters_is_the_codes() {
    between("docs/odd.md", "parameters", &parameters());
}

#[test]
fn the_table_of_scenarios_is_what_is_built_in() {
    between("README.md", "scenarios", &scenarios());
}

/// Blocks of a language in a page, in order.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<(bool, String)> = None;
    for line in page.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(tag)) => open = Some((tag == language, String::new())),
            (Some((wanted, text)), Some(_)) => {
                if *wanted {
                    found.push(std::mem::take(text));
                }
                open = None;
            }
            (Some((_, text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    found
}

/// Commands of the program in a page: lines of shell blocks, and `antesala ...` in the text.
fn commands(page: &str) -> Vec<Vec<String>> {
    let shell = blocks(page, "sh");
    let lines = shell.iter().flat_map(|block| block.lines());
    let spans = page.split('`').skip(1).step_by(2).filter(|span| !span.contains('\n'));
    let words = |line: &str| line.split_whitespace().take_while(|w| *w != "#").map(str::to_string).collect();
    lines.chain(spans).filter(|line| line.starts_with("antesala ")).map(words).collect()
}

/// What a command reads: the scenario and its `--set`s.
fn reads(cli: Cli) -> Vec<(String, Vec<String>)> {
    match cli.command {
        Some(Command::Run(run)) => vec![(run.scenario, run.common.simulation.set)],
        Some(Command::Check(check)) => check.scenarios.into_iter().map(|s| (s, check.set.clone())).collect(),
        Some(Command::New(new)) => vec![(new.from, Vec::new())],
        _ => Vec::new(),
    }
}

#[test]
fn every_command_in_the_pages_is_one_of_the_programs() {
    for name in [
        "README.md",
        "docs/odd.md",
        "docs/report.md",
        "docs/sweeps.md",
        "docs/studies/outage-length.md",
        "CHANGELOG.md",
    ] {
        for words in commands(&page(name)) {
            let line = words.join(" ");
            let cli = match Cli::try_parse_from(&words) {
                Ok(cli) => cli,
                Err(e) if !e.use_stderr() => continue, // --help, --version
                Err(e) => panic!("{name}: `{line}`: {e}"),
            };
            for (scenario, set) in reads(cli) {
                // A file of the reader's own: run by the test of the tour.
                let scenario = if scenario.ends_with(".toml") { "tutorial".to_string() } else { scenario };
                let loaded = scenario::load(&scenario, &Overrides { set, ..Overrides::default() });
                assert!(loaded.is_ok(), "{name}: `{line}`: {:?}", loaded.err());
            }
        }
    }
}

/// Runs the README's tour of the tutorial as a reader would, from an empty folder.
#[test]
fn the_tour_of_the_readme_works() {
    let folder = tempfile::tempdir().unwrap();
    let page = page("README.md");
    let files = blocks(&page, "toml");
    let [addition, fitted, design] = files.as_slice() else { panic!("{} files in the tour", files.len()) };
    fs::write(folder.path().join("my-valley-fitted.toml"), fitted).unwrap();
    fs::write(folder.path().join("drivers.toml"), design).unwrap();
    let mut processed = BTreeMap::new();
    for block in blocks(&page, "sh") {
        for line in block.lines().filter(|l| l.starts_with("antesala ")) {
            let words: Vec<&str> = line.split_whitespace().skip(1).collect();
            let own = words
                .iter()
                .any(|w| *w == "tutorial" || w.contains("my-valley") || *w == "drivers.toml" || *w == "list");
            if !own {
                continue;
            }
            let output =
                Process::new(env!("CARGO_BIN_EXE_antesala")).args(&words).current_dir(folder.path()).output().unwrap();
            assert!(output.status.success(), "`{line}`: {}", String::from_utf8_lossy(&output.stderr));
            if words[0] == "new" {
                let file = folder.path().join("my-valley.toml");
                let text = fs::read_to_string(&file).unwrap();
                fs::write(&file, text + addition).unwrap();
            }
        }
    }
    for run in ["tutorial", "my-valley", "no-learning", "by-lot"] {
        let summary = fs::read_to_string(folder.path().join(format!("output/{run}/summary.csv"))).unwrap();
        let line = summary.lines().find(|l| l.starts_with("processed,")).unwrap();
        processed.insert(run, line.split(',').nth(2).unwrap().parse::<f64>().unwrap());
    }
    assert!(processed["my-valley"] > processed["tutorial"] + 1000.0, "more slots serve more people: {processed:?}");
}

/// The design that the page on sweeps shows can be planned.
#[test]
fn the_design_of_the_docs_is_right() {
    let folder = tempfile::tempdir().unwrap();
    let [design] = &blocks(&page("docs/sweeps.md"), "toml")[..] else { panic!("one design") };
    fs::write(folder.path().join("d.toml"), design.replace("points = 256", "points = 2")).unwrap();
    let mut program = Process::new(env!("CARGO_BIN_EXE_antesala"));
    let output = program.args(["sweep", "plan", "d.toml"]).current_dir(folder.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Links between pages lead somewhere: the file is there, and its heading.
#[test]
fn links_lead_somewhere() {
    for name in [
        "README.md",
        "docs/odd.md",
        "docs/data.md",
        "docs/outputs.md",
        "docs/report.md",
        "docs/sweeps.md",
        "docs/studies/outage-length.md",
        "CHANGELOG.md",
    ] {
        let text = page(name);
        let base = root().join(name).parent().map(Path::to_path_buf).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.starts_with("http") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { root().join(name) } else { base.join(file) };
            assert!(target.exists(), "{name} links to {link}, which is not there");
            if !anchor.is_empty() {
                let there = fs::read_to_string(&target).unwrap();
                let headings = there.lines().filter(|l| l.starts_with('#')).map(slug);
                assert!(headings.into_iter().any(|h| h == anchor), "{name}: no heading for {link}");
            }
        }
    }
}

/// The anchor of a heading, as code hosts make it.
fn slug(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    text.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).map(|c| if c == ' ' { '-' } else { c }).collect()
}
