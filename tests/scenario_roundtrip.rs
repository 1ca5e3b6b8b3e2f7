//! A resolved scenario, loaded again, is the same scenario.

use std::fmt::Write;
use std::path::Path;

use antesala::scenario::describe;
use antesala::scenario::{self, Overrides, PosteriorUse, Scenario, WORLD_FOLDER};
use jiff::civil::date;
use proptest::prelude::*;

/// Writes a resolved scenario with its world, as a run does, and loads it.
fn written_and_read(scenario: &Scenario) -> Scenario {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join(WORLD_FOLDER);
    std::fs::create_dir(&data).unwrap();
    for (name, bytes) in &scenario.world.files {
        std::fs::write(data.join(name), bytes).unwrap();
    }
    let file = folder.path().join("scenario.toml");
    std::fs::write(&file, &scenario.resolved).unwrap();
    load(&file, &Overrides::default())
}

fn load(file: &Path, overrides: &Overrides) -> Scenario {
    match scenario::load(file.to_str().unwrap(), overrides) {
        Ok(scenario) => scenario,
        Err(e) => panic!("{:?}\n{}", miette::Report::new(e), std::fs::read_to_string(file).unwrap()),
    }
}

/// What was said about the command line is not part of the scenario.
fn essence(mut scenario: Scenario) -> Scenario {
    scenario.warnings.clear();
    scenario
}

fn assert_same(scenario: Scenario) {
    let again = written_and_read(&scenario);
    assert_eq!(essence(scenario), essence(again));
}

#[test]
fn every_built_in_scenario_reads_back() {
    for name in scenario::scenario_names() {
        assert_same(scenario::load(&name, &Overrides::default()).unwrap());
    }
}

#[test]
fn the_command_line_reads_back() {
    let set =
        ["app.slots=123", "enforcement.level.coast=0.25", "app.geofence=[\"coast\"]", "modes.constant.goods train=-3"];
    let overrides = Overrides {
        seed: Some(u64::MAX),
        replicates: Some(3),
        scale: Some(1.0 / 3.0),
        from: Some(date(2031, 4, 2)),
        to: Some(date(2031, 6, 20)),
        set: set.map(str::to_string).to_vec(),
        posterior: PosteriorUse::AsWritten,
        allow_path: Vec::new(),
    };
    let scenario = scenario::load("tutorial", &overrides).unwrap();
    assert_eq!(scenario.timeline[0].1.app.slots, 123);
    assert_eq!((scenario.weight, scenario.seed), (3, u64::MAX));
    assert_eq!((scenario.record_from, scenario.end), (date(2031, 4, 2), date(2031, 6, 20)));
    let again = written_and_read(&scenario);
    assert_eq!(again.timeline[0].1.app.slots, 123);
    assert_same(scenario);
}

#[test]
fn the_command_line_is_stronger_than_policies_in_force_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("s.toml");
    let text = "extends = 'tutorial'\n[[policy]]\nid = 'early'\nfrom = 2030-01-01\nset = { 'app.slots' = 7 }\n";
    std::fs::write(&file, text).unwrap();
    assert_eq!(load(&file, &Overrides::default()).timeline[0].1.app.slots, 7);
    let overrides = Overrides { set: vec!["app.slots=9".into()], ..Overrides::default() };
    let scenario = load(&file, &overrides);
    assert_eq!(scenario.timeline[0].1.app.slots, 9);
    assert_same(scenario);
}

/// A random value of a parameter as `describe` offers it.
fn any_assignment() -> impl Strategy<Value = (String, String)> {
    let tutorial = scenario::load("tutorial", &Overrides::default()).unwrap();
    let rows: Vec<_> = describe::parameters(&tutorial).into_iter().filter(|r| !r.name.ends_with(".enabled")).collect();
    (0..rows.len(), 0.0..=1.0f64).prop_map(move |(i, u)| {
        let row = &rows[i];
        let value = match (&row.bounds, row.kind) {
            (Some((low, high)), kind) => {
                let (low, high) = (low.as_f64().unwrap(), high.as_f64().unwrap());
                let x = low + u * (high - low);
                if kind == "int" { format!("{}", x.round() as i64) } else { format!("{x:?}") }
            }
            (None, "bool") => (u < 0.5).to_string(),
            (None, _) => format!("\"{}\"", row.choices[(u * (row.choices.len() - 1) as f64).round() as usize]),
        };
        (row.name.clone(), value)
    })
}

fn any_scenario() -> impl Strategy<Value = String> {
    let policies = prop::collection::vec((-20i64..220, prop::collection::vec(any_assignment(), 1..4)), 0..4);
    let outages = prop::collection::vec((0i64..4000, 1i64..200, 0.0..=1.0f64, any::<bool>(), any::<bool>()), 0..3);
    let pulses = prop::collection::vec((0i64..150, 0i64..20, 1i64..5000, 0.1..1.0f64), 0..3);
    (policies, outages, pulses, 1u32..50, any::<u64>(), ".{0,12}").prop_map(
        |(policies, outages, pulses, k, seed, title)| {
            let start = date(2031, 3, 1);
            let day = |n: i64| start + jiff::Span::new().days(n);
            let title: String = title.chars().filter(|c| !c.is_control()).collect();
            let title = title.replace('\\', "\\\\").replace('"', "\\\"");
            let mut text =
                format!("extends = \"tutorial\"\ntitle = \"{title}\"\nseed = {seed}\nscale = {:?}\n", 1.0 / k as f64);
            for (i, (n, set)) in policies.iter().enumerate() {
                let mut unique: Vec<&(String, String)> = Vec::new();
                set.iter().for_each(|s| {
                    if unique.iter().all(|u| u.0 != s.0) {
                        unique.push(s);
                    }
                });
                let set: Vec<String> = unique.iter().map(|(path, value)| format!("{path:?} = {value}")).collect();
                let _ = writeln!(text, "[[policy]]\nid = \"p{i}\"\nfrom = {}\nset = {{ {} }}", day(*n), set.join(", "));
            }
            for (hour, length, share, extend, some) in outages {
                let begin = start.at(0, 0, 0, 0) + jiff::Span::new().hours(hour);
                let end = begin + jiff::Span::new().hours(length);
                let _ = writeln!(
                    text,
                    "[[outage]]\nfunction = \"all\"\nfrom = {begin}\nto = {end}\nshare_failing = {share:?}"
                );
                if extend {
                    text.push_str("remedy = \"extend\"\nextend_hours = 24\n");
                }
                if some {
                    text.push_str("nationalities = [\"Tolvia\"]\nports = [\"High Bridge\"]\n");
                }
            }
            for (i, (n, length, persons, weight)) in pulses.iter().enumerate() {
                let (from, to) = (day(*n), day(n + length));
                let _ =
                    writeln!(text, "[[inflow.pulse]]\nid = \"q{i}\"\nfrom = {from}\nto = {to}\nplace = \"millford\"");
                let _ = writeln!(text, "persons = {persons}\nmix = {{ Maresia = {weight:?}, Orvane = 1 }}");
            }
            text
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn random_scenarios_read_back(text in any_scenario(), set in prop::collection::vec(any_assignment(), 0..3)) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("random.toml");
        std::fs::write(&file, &text).unwrap();
        let set = set.into_iter().map(|(path, value)| format!("{path}={value}")).collect();
        let scenario = load(&file, &Overrides { set, ..Overrides::default() });
        assert_same(scenario);
    }
}
