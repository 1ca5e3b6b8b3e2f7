//! Bad input, through the real program: exit status 2, file, line and column, what was expected,
//! the nearest valid name, and nothing written.

mod support;

use std::fs;

use support::{Bench, SCENARIO, said};

/// The right scenario with more at its end.
fn with(more: &str) -> String {
    format!("{SCENARIO}{more}\n")
}

#[test]
fn the_right_one_is_accepted() {
    Bench::new().check();
}

#[test]
fn files_and_names_that_are_not_there() {
    let b = Bench::new();
    b.refuses(&["run", "tutoril"], &["no built-in scenario `tutoril`", "did you mean `tutorial`?"]);
    b.refuses(&["run", "t.toml"], &["cannot read t.toml", "did you mean `s.toml`?"]);
    b.refuses(&["run", "s"], &["did you mean the file `s.toml`?"]);
    b.refuses(&["run", "w"], &["no built-in scenario `w`"]);
    b.refuses_text("extends = \"tutoril\"\n", &["bad.toml:1:11", "`tutoril`", "did you mean `tutorial`?"]);
    b.refuses_text("extends = \"z.toml\"\n", &["bad.toml:1:11", "cannot read `z.toml`"]);
    b.refuses_text(
        "extends = \"tutorial\"\nworld = \"builtin:velmor\"\n",
        &["bad.toml:2:9", "did you mean `velmora`?"],
    );
    b.refuses_text("extends = \"s.toml\"\nworld = \"v\"\n", &["bad.toml:2:9", "cannot read `v`"]);
    b.refuses_text("extends = \"s.toml\"\nworld = \"s.toml\"\n", &["bad.toml:2:9", "is not a folder"]);
}

#[test]
fn empty_files_and_scenarios_with_nothing_in_them() {
    let b = Bench::new();
    b.refuses_text("", &["bad.toml:1:1", "nothing in it"]);
    b.refuses_text("# only a comment\n\n", &["bad.toml:1:1", "nothing in it"]);
    let nothing_on = SCENARIO.replace("enabled = true", "enabled = false");
    b.refuses_text(&nothing_on, &["bad.toml:1:1", "nothing in it", "no process is switched on"]);
}

#[test]
fn text_that_is_no_toml() {
    let b = Bench::new();
    b.refuses_text(&with("[app"), &["bad.toml:6:", "not valid TOML"]);
    b.refuses_text(&with("factor = 1\nfactor = 2"), &["bad.toml:7:1", "not valid TOML", "duplicate key"]);
    b.write("bad.toml", b"title = \"\xff\xfe\"\n");
    b.refuses(&["run", "bad.toml"], &["bad.toml:1:10", "not UTF-8"]);
}

#[test]
fn keys_that_mean_nothing() {
    let b = Bench::new();
    b.refuses_text(&format!("titel = \"x\"\n{SCENARIO}"), &["bad.toml:1:1", "no key `titel`", "did you mean `title`?"]);
    b.refuses_text(&format!("slots = 3\n{SCENARIO}"), &["bad.toml:1:1", "did you mean the parameter `app.slots`?"]);
    b.refuses_text(&with("[app]\nslot = 3"), &["bad.toml:7:1", "no parameter `app.slot`", "did you mean `app.slots`?"]);
    b.refuses_text(&with("[harms]\nenabled = true"), &["bad.toml:6:2", "did you mean `harm`?"]);
    b.refuses_text(
        &with("[[outage]]\nfunktion = 'all'"),
        &["bad.toml:7:1", "no key `funktion`", "did you mean `function`?"],
    );
    b.refuses_text(&with("[app.slots]\nquay = 3"), &["bad.toml:6:", "`app.slots` takes one value"]);
}

#[test]
fn keys_that_are_missing() {
    let b = Bench::new();
    b.refuses_text("title = 'x'\n", &["lacks `world`", "lacks `start`", "lacks `end`", "bad.toml:1:1"]);
    b.refuses_text(&with("[[outage]]\nfunction = 'all'"), &["bad.toml:6:1", "`[[outage]]` lacks `from`"]);
    b.refuses_text(&with("[[policy]]\nfrom = 2031-03-02\nset = {}"), &["`[[policy]]` lacks `id`"]);
    b.refuses_text(&with("[[caravan]]\nid = 'c'\naim = 'gate'"), &["`[[caravan]]` lacks `date`"]);
}

#[test]
fn values_of_the_wrong_type() {
    let b = Bench::new();
    b.refuses_text(&with("[app]\nslots = 'many'"), &["bad.toml:7:9", "`app.slots` must be a number (persons/day)"]);
    b.refuses_text(&with("[app]\nslots = 1.5"), &["bad.toml:7:9", "`app.slots` must be a whole number"]);
    b.refuses_text(&with("[app]\nenabled = 1"), &["bad.toml:7:11", "must be true or false"]);
    b.refuses_text(
        &with("[app]\nbooking = 'lottery'"),
        &["bad.toml:7:11", "no choice `lottery`", "first_come, two_step"],
    );
    b.refuses_text(&with("[app]\ngeofence = 'coast'"), &["bad.toml:7:12", "a list of zone names"]);
    b.refuses_text(&with("app = 3").replace("[inflow]\nenabled = true\n", ""), &["`app` is a group of parameters"]);
    b.refuses_text(
        &SCENARIO.replace("2031-03-01", "'2031-03-01'"),
        &["bad.toml:2:9", "a date without quotes", "a text"],
    );
    b.refuses_text(
        &format!("seed = -1\n{SCENARIO}"),
        &["bad.toml:1:8", "`seed` must be a whole number from 0 to 18446744073709551615"],
    );
    b.refuses_text(&with("[[policy]]\nid = 'p'\nnote = 3"), &["bad.toml:8:8", "`note` must be a text"]);
    b.refuses_text(&with("[[outage]]\nports = 'North Gate'"), &["bad.toml:7:9", "`ports` must be a list"]);
    b.refuses_text(&format!("outage = 3\n{SCENARIO}"), &["bad.toml:1:10", "must be an array of tables"]);
}

#[test]
fn dates_that_cannot_be() {
    let b = Bench::new();
    b.refuses_text(&SCENARIO.replace("2031-03-31", "2031-02-30"), &["bad.toml:3:7", "invalid date"]);
    b.refuses_text(&SCENARIO.replace("2031-03-31", "2031-13-01"), &["bad.toml:3:7"]);
    b.refuses_text(
        &SCENARIO.replace("2031-03-31", "2031-02-28"),
        &["bad.toml:3:7", "ends before it starts", "before 2031-03-01"],
    );
    b.refuses_text(&SCENARIO.replace("2031-03-31", "2190-03-31"), &["bad.toml:3:7", "more than 11000 days"]);
    let outage = |from: &str, to: &str| {
        with(&format!("[[outage]]\nfunction = 'all'\nfrom = {from}\nto = {to}\nshare_failing = 1"))
    };
    b.refuses_text(&outage("2031-03-02T06:00:00Z", "2031-03-03"), &["bad.toml:8:8", "leave out the offset"]);
    b.refuses_text(&outage("2031-03-02T06:00:00-05:00", "2031-03-03"), &["bad.toml:8:8", "leave out the offset"]);
    b.refuses_text(&outage("2031-03-03", "2031-03-02"), &["bad.toml:9:6", "must not end before it begins"]);
    b.refuses_text(&outage("2031-03-02T06:30:00", "2031-03-03"), &["bad.toml:8:8", "whole hour"]);
    b.refuses(
        &["run", "s.toml", "--from", "2031-03-20", "--to", "2031-03-10"],
        &["--to 2031-03-10 is before --from 2031-03-20"],
    );
    b.refuses(&["run", "s.toml", "--from", "2031-02-01"], &["--from 2031-02-01 is outside the run"]);
    b.refuses(&["run", "s.toml", "--to", "2031-02-01"], &["--to 2031-02-01 is before the scenario's start"]);
    b.refuses(&["run", "s.toml", "--to", "tomorrow"], &["--to", "YYYY-MM-DD"]);
    b.refuses(&["run", "s.toml", "--to", "2031-02-30"], &["--to", "YYYY-MM-DD"]);
}

#[test]
fn numbers_out_of_bounds() {
    let b = Bench::new();
    b.refuses_text(&with("[app]\nslots = -3"), &["bad.toml:7:9", "`app.slots` must lie from 0 to"]);
    b.refuses_text(&with("[app]\nshare_oldest = 1.2"), &["bad.toml:7:16", "must lie from 0 to 1 (share)"]);
    b.refuses_text(&with("[app]\nshare_oldest = nan"), &["bad.toml:7:16", "finite"]);
    b.refuses_text(
        &with("[enforcement]\nlevel = { coast = inf }"),
        &["bad.toml:7:19", "`enforcement.level.coast` must be a finite number"],
    );
    b.refuses_text(&with("[app]\nslots = 99999999999999999999"), &["bad.toml:7:9", "must lie from 0 to"]);
    let outage = "[[outage]]\nfunction = 'all'\nfrom = 2031-03-02\nto = 2031-03-03\nshare_failing = ";
    b.refuses_text(&with(&format!("{outage}1.9")), &["bad.toml:10:17", "`share_failing` must be a number from 0 to 1"]);
    b.refuses_text(&with(&format!("{outage}nan")), &["bad.toml:10:17", "`share_failing` must be a number from 0 to 1"]);
    b.refuses_text(
        &format!("replicates = 0\n{SCENARIO}"),
        &["bad.toml:1:14", "`replicates` must be a whole number from 1"],
    );
    b.refuses(&["run", "s.toml", "--replicates", "0"], &["--replicates"]);
    for scale in ["0", "-0.1", "1.5", "nan", "inf"] {
        b.refuses(&["run", "s.toml", "--scale", scale], &["--scale", "above 0 and at most at 1"]);
    }
    b.refuses(&["run", "s.toml", "--scale", "0.3"], &["--scale 0.3", "1/k with whole k", "0.333333 (1/3)"]);
    b.refuses_text(&format!("scale = 0.7\n{SCENARIO}"), &["bad.toml:1:9", "1/k with whole k"]);
}

#[test]
fn names_the_world_does_not_have() {
    let b = Bench::new();
    let level = "[enforcement.level]\ncoats = 0.2";
    b.refuses_text(&with(level), &["bad.toml:7:1", "there is no zone `coats`", "did you mean `coast`?"]);
    b.refuses_text(
        &with("[app]\ngeofence = ['hights']"),
        &["bad.toml:7:12", "there is no zone `hights`", "did you mean `heights`?"],
    );
    b.refuses_text(
        &with("[household.app_share]\nMaresa = 1"),
        &["bad.toml:7:1", "no nationality `Maresa`", "did you mean `Maresia`?"],
    );
    b.refuses_text(&with("[modes.open]\nrod = 1"), &["bad.toml:7:1", "no mode `rod`", "did you mean `road`?"]);
    let outage = "[[outage]]\nfunction = 'all'\nfrom = 2031-03-02\nto = 2031-03-03\nshare_failing = 1\n";
    b.refuses_text(&with(&format!("{outage}ports = ['Gate']")), &["bad.toml:11:10", "no port `Gate`", "North Gate"]);
    b.refuses_text(&with(&format!("{outage}nationalities = ['Orvan']")), &["bad.toml:11:18", "did you mean `Orvane`?"]);
    let caravan = "[[caravan]]\nid = 'c'\ndate = 2031-03-02\npersons = 5\naim = 'gate'\nplace = ";
    b.refuses_text(&with(&format!("{caravan}'quai'")), &["bad.toml:11:9", "no place `quai`", "did you mean `quay`?"]);
    b.refuses_text(&with(&format!("{caravan}'North Gate'")), &["did you mean `gate` (North Gate)?"]);
    let pulse = "[[inflow.pulse]]\nid = 'p'\nfrom = 2031-03-02\nto = 2031-03-02\nplace = 'quay'\npersons = 5\n";
    b.refuses_text(&with(&format!("{pulse}mix = {{ Marsia = 1 }}")), &["bad.toml:12:9", "did you mean `Maresia`?"]);
    b.refuses_text(&with(&format!("{pulse}mix = {{ Maresia = 0 }}")), &["bad.toml:12:7", "weight above 0"]);
}

#[test]
fn policies_are_checked_like_parameters() {
    let b = Bench::new();
    let policy = |set: &str| with(&format!("[[policy]]\nid = 'p'\nfrom = 2031-03-05\nset = {{ {set} }}"));
    b.refuses_text(&policy("'app.slot' = 1"), &["bad.toml:9:9", "did you mean `app.slots`?"]);
    b.refuses_text(&policy("'app.slots' = -1"), &["bad.toml:9:23", "must lie from 0"]);
    b.refuses_text(&policy("'enforcement.level.coats' = 1"), &["bad.toml:9:9", "did you mean `coast`?"]);
    b.refuses_text(&policy("'app.slots' = 1, app.slots = 2"), &["set twice in one policy"]);
    b.refuses_text(&policy(""), &["bad.toml:9:7", "a policy must set something"]);
    let late = policy("'app.slots' = -1").replace("2031-03-05", "2035-01-01");
    b.refuses_text(&late, &["bad.toml:9:23", "must lie from 0"]);
}

#[test]
fn arguments_of_set() {
    let b = Bench::new();
    let refuses = |argument: &str, words: &[&str]| b.refuses(&["run", "s.toml", "--set", argument], words);
    refuses("app.slot=1", &["--set:1:1", "no parameter `app.slot`", "did you mean `app.slots`?"]);
    refuses("app.slots=-1", &["--set:1:11", "must lie from 0"]);
    refuses("app.slots=many", &["--set:1:11", "is not a value"]);
    refuses("app.slots='many'", &["--set:1:11", "must be a number"]);
    refuses("app.slots=inf", &["--set:1:11", "finite"]);
    refuses("app.slots=nan", &["--set:1:11", "finite"]);
    refuses("app.slots", &["--set takes path=value"]);
    refuses("app=1", &["`app` is a group of parameters"]);
    refuses("enforcement.level.coats=1", &["--set:1:1", "no zone `coats`", "did you mean `coast`?"]);
    refuses("household.app_share.\"Maresa\"=1", &["did you mean `Maresia`?"]);
    refuses("start=2031-01-01", &["no parameter `start`"]);
    refuses("app.geofence=heights", &["--set:1:14", "must be a list of zone names", "app.geofence=[\"heights\"]"]);
    refuses("app.booking=lottery", &["first_come, two_step"]);
    b.refuses(&["run", "s.toml", "--posterior"], &["ships no posterior", "posterior = "]);
}

#[test]
fn chains_of_files() {
    let b = Bench::new();
    b.write("a.toml", "extends = \"b.toml\"\n");
    b.write("b.toml", "extends = \"a.toml\"\n");
    b.refuses(&["run", "a.toml"], &["b.toml:1:11", "in a cycle: a.toml -> b.toml -> a.toml"]);
    b.refuses_text("extends = \"bad.toml\"\n", &["bad.toml:1:11", "in a cycle: bad.toml -> bad.toml"]);
    for i in 0..17 {
        let next = if i == 16 { "s.toml".to_string() } else { format!("c{}.toml", i + 1) };
        b.write(&format!("c{i}.toml"), format!("extends = \"{next}\"\n"));
    }
    b.refuses(&["run", "c0.toml"], &["more than 16 scenarios"]);
    assert!(b.call(&["check", "c2.toml"]).status.success(), "a chain of 16");
    b.refuses_text("extends = \"s.toml\"\n[[outage]]\nid = 'x'\nremove = true\n", &["bad.toml:3:6", "to remove"]);
}

#[test]
fn paths_stay_in_the_folder() {
    let b = Bench::new();
    let inner = b.path("inner");
    fs::create_dir(&inner).unwrap();
    b.write("inner/a.toml", "extends = \"../s.toml\"\n");
    b.refuses(&["run", "inner/a.toml"], &["inner/a.toml:1:11", "leaves the folder", "--allow-path"]);
    assert!(b.call(&["check", "inner/a.toml", "--allow-path", "."]).status.success());
    b.write("inner/w.toml", SCENARIO.replace("\"w\"", "\"../w\""));
    b.refuses(&["run", "inner/w.toml"], &["inner/w.toml:1:9", "leaves the folder"]);
    b.write("inner/abs.toml", "extends = \"/etc/x.toml\"\n");
    b.refuses(&["run", "inner/abs.toml"], &["inner/abs.toml:1:11", "leaves the folder"]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(b.path("w"), inner.join("w")).unwrap();
        b.write("inner/link.toml", SCENARIO);
        b.refuses(&["run", "inner/link.toml"], &["inner/link.toml:1:9", "leaves the folder"]);
    }
}

#[test]
fn control_characters_have_no_place_in_names() {
    let b = Bench::new();
    let titled = |key: &str, text: &str| format!("{key} = \"{text}\"\n{SCENARIO}");
    b.refuses_text(&titled("title", "a\\u0007b"), &["bad.toml:1:9", "`title` must not hold control", "U+0007"]);
    b.refuses_text(&titled("title", "two\\nlines"), &["bad.toml:1:9", "`title` must not hold control", "U+000A"]);
    b.refuses_text(&titled("name", "a\\u001Bb"), &["bad.toml:1:8", "`name` must not hold control"]);
    b.refuses_text(&titled("question", "a\\u0000b"), &["bad.toml:1:12", "`question` must not hold control"]);
    b.refuses_text(&titled("title", "a\\uFFFEb"), &["bad.toml:1:9", "U+FFFE"]);
    let policy = "[[policy]]\nid = \"p\\u0001\"\nfrom = 2031-03-05\nset = { 'app.slots' = 1 }";
    b.refuses_text(&with(policy), &["bad.toml:7:6", "`id` must not hold control"]);
    b.write("q.toml", titled("question", "over\\ntwo lines"));
    assert!(b.call(&["check", "q.toml"]).status.success());
}

#[test]
fn messages_stay_short() {
    let b = Bench::new();
    let long = "k".repeat(100_000);
    b.write("bad.toml", format!("{long} = 1\n{SCENARIO}"));
    b.refuses(&["run", "bad.toml"], &["bad.toml:1:1", "a scenario has no key `kkkk", "k\u{2026}`"]);
    assert!(said(&b.call(&["run", "bad.toml"])).len() < 3_000);
    b.write("bad.toml", with(&format!("[app]\nslots = \"{long}\" # {long}")));
    b.refuses(&["run", "bad.toml"], &["bad.toml:7:9", "`app.slots` must be a number"]);
    assert!(said(&b.call(&["run", "bad.toml"])).len() < 3_000);
    for scale in ["nan", "1e308"] {
        let output = b.call(&["run", "s.toml", "--scale", scale]);
        assert!(!said(&output).contains("000000000000"), "{}", said(&output));
        b.refuses_text(&format!("scale = {scale}\n{SCENARIO}"), &["bad.toml:1:9", "`scale`"]);
        assert!(!said(&b.call(&["run", "bad.toml"])).contains("000000000000"));
    }
    b.refuses_text(
        &format!("seed = 99999999999999999999\n{SCENARIO}"),
        &["bad.toml:1:8", "from 0 to 18446744073709551615"],
    );
    b.refuses_text(&format!("name = '{}'\n{SCENARIO}", "n".repeat(201)), &["bad.toml:1:8", "at most 200 bytes"]);
}

#[test]
fn a_mark_of_the_encoding_is_no_column() {
    let b = Bench::new();
    b.refuses_text(&format!("\u{feff}titel = 1\n{SCENARIO}"), &["bad.toml:1:1]", "no key `titel`"]);
    b.write("bad.toml", format!("\u{feff}{SCENARIO}"));
    assert!(b.call(&["check", "bad.toml"]).status.success());
}

#[test]
fn several_faults_are_shown_at_once() {
    let b = Bench::new();
    let outage = "[[outage]]\nfunction = 'confrm'\nfrom = 2031-03-02T06:00:00Z\nto = 2031-03-03\nshare_failing = 2";
    b.refuses_text(&with(outage), &["bad.toml:7:12", "bad.toml:8:8", "bad.toml:10:17"]);
    b.refuses_text(
        &with("[app]\nslot = 3\nshare_oldest = 2\n[harm]\nrobed = 1"),
        &["`app.slot`", "must lie from 0 to 1", "`harm.robed`"],
    );
}

#[test]
fn check_shows_what_might_surprise() {
    let b = Bench::new();
    b.write("p.toml", with("[[policy]]\nid = 'more'\nfrom = 2031-03-05\nset = { 'app.slots' = 5 }"));
    let output = b.call(&["check", "p.toml", "--set", "app.slots=3"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("--set app.slots holds until 2031-03-05, when the policy `more` sets it again"), "{text}");
    b.write("q.toml", SCENARIO.replace("2031-03-31", "2031-04-30"));
    let text = String::from_utf8(b.call(&["check", "q.toml"]).stdout).unwrap();
    assert!(text.contains("inflow.csv has no rows for 2031-04"), "{text}");
}

#[test]
fn check_names_the_first_bad_one_of_several() {
    let b = Bench::new();
    b.write("bad.toml", "x = 1\n");
    let output = b.call(&["check", "s.toml", "bad.toml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("bad.toml:1:1"));
}

#[test]
fn new_writes_a_scenario_that_is_right_and_never_overwrites() {
    let b = Bench::new();
    assert!(b.call(&["new", "mine", "--from", "tutorial"]).status.success());
    assert!(b.call(&["check", "mine.toml"]).status.success());
    b.refuses(&["new", "mine", "--from", "tutorial"], &["mine.toml exists"]);
    b.refuses(&["new", "../", "--from", "tutorial"], &["no name for a scenario"]);
    b.refuses(&["new", "other", "--from", "tutoril"], &["did you mean `tutorial`?"]);
    assert!(b.call(&["new", "mine-2", "--from", "mine.toml"]).status.success());
    // What stands there as an example is right too: an example begins right after its #.
    let text = fs::read_to_string(b.path("mine.toml")).unwrap();
    let live: Vec<&str> =
        text.lines().map(|l| l.strip_prefix('#').filter(|l| !l.starts_with(' ')).unwrap_or(l)).collect();
    assert!(live.contains(&"[[caravan]]") && live.contains(&"[[policy]]"));
    b.write("live.toml", live.join("\n"));
    let output = b.call(&["check", "live.toml"]);
    assert!(output.status.success(), "{}\n{}", live.join("\n"), said(&output));
}

#[test]
fn params_describe_names_what_set_takes() {
    let b = Bench::new();
    let output = b.call(&["params", "describe", "--json", "--scenario", "s.toml"]);
    let rows: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let rows = rows.as_array().unwrap();
    for row in rows {
        let fields = ["name", "type", "unit", "default", "distribution", "source", "meaning"];
        assert!(fields.iter().all(|f| row.get(f).is_some()), "{row}");
        let kind = row["type"].as_str().unwrap();
        assert_eq!(matches!(kind, "float" | "int"), row.get("bounds").is_some(), "{row}");
    }
    let mut arguments = vec!["check".to_string(), "s.toml".into()];
    for row in rows {
        arguments.push("--set".into());
        arguments.push(format!("{}={}", row["name"].as_str().unwrap(), row["default"]));
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let output = b.call(&arguments);
    assert!(output.status.success(), "{}", said(&output));
    assert!(b.call(&["params", "describe", "--scenario", "s.toml"]).status.success());
    assert!(rows.iter().any(|r| r["name"] == "enforcement.level.coast"));
    assert!(rows.iter().any(|r| r["name"] == "app.geofence.heights" && r["type"] == "bool"));
}

#[test]
fn bad_usage_is_status_2() {
    let b = Bench::new();
    for args in [&["rum"][..], &["run", "--sed", "1"], &["run", "--seed", "x"], &["run", "--threads", "0"], &["params"]]
    {
        b.refuses(args, &[]);
    }
    assert!(b.call(&["list"]).status.success());
    assert!(b.call(&["--version"]).status.success());
}
