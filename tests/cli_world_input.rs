//! Bad files of a world, through the real program.

mod support;

use std::fs;

use support::{Bench, SCENARIO, WORLD};

/// Refuses the scenario with one file of the world replaced.
fn refuses_world(file: &str, text: impl AsRef<[u8]>, words: &[&str]) {
    let bench = Bench::new();
    bench.write(&format!("w/{file}"), text);
    bench.refuses(&["run", "s.toml"], words);
}

/// The right scenario with more at its end.
fn with(more: &str) -> String {
    format!("{SCENARIO}{more}\n")
}

#[test]
fn files_of_a_world() {
    let b = Bench::new();
    fs::remove_file(b.path("w/routes.csv")).unwrap();
    b.refuses(&["run", "s.toml"], &["lacks the file routes.csv", "from,to,km,hours,modes"]);
    refuses_world("inflows.csv", "month\n", &["w/inflows.csv: a world has no such file", "did you mean `inflow.csv`?"]);
    refuses_world("places.csv", "", &["w/places.csv:1:1", "is empty"]);
    refuses_world("inflow.csv", "month,nationality,place,persons\n", &["w/inflow.csv:1:1", "has no rows"]);
    refuses_world("inflow.csv", b"month,nationality,place,persons\n\xff\n", &["w/inflow.csv:2:1", "not UTF-8"]);
    refuses_world("basemap.geojson", "{}", &["w/basemap.geojson:1:1", "FeatureCollection"]);
}

#[cfg(unix)]
#[test]
fn links_do_not_leave_the_folder_of_the_scenario() {
    use std::os::unix::fs::symlink;
    let b = Bench::new();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret"), "root:x:0:0\n").unwrap();
    fs::remove_file(b.path("w/routes.csv")).unwrap();
    symlink(outside.path().join("secret"), b.path("w/routes.csv")).unwrap();
    b.refuses(&["run", "s.toml"], &["w/routes.csv", "leaves the folder", "--allow-path"]);
    assert!(!support::said(&b.call(&["check", "s.toml"])).contains("root:"));
    fs::write(outside.path().join("secret"), WORLD[3].1).unwrap();
    assert!(b.call(&["check", "s.toml", "--allow-path", outside.path().to_str().unwrap()]).status.success());
    // A link within the folder of the scenario is fine.
    fs::remove_file(b.path("w/routes.csv")).unwrap();
    b.write("shared.csv", WORLD[3].1);
    symlink("../shared.csv", b.path("w/routes.csv")).unwrap();
    b.check();
}

#[test]
fn a_folder_in_place_of_a_table() {
    let b = Bench::new();
    fs::remove_file(b.path("w/routes.csv")).unwrap();
    fs::create_dir(b.path("w/routes.csv")).unwrap();
    b.refuses(&["run", "s.toml"], &["w/routes.csv", "it is a folder"]);
}

#[test]
fn names_and_places_that_would_confuse() {
    let places = |text: String, words: &[&str]| refuses_world("places.csv", text, words);
    places(WORLD[2].1.replace("quay,Quay", "in_transit,Quay"), &["w/places.csv:2:1", "cannot be called `in_transit`"]);
    places(
        WORLD[2].1.replace("gate,North Gate", "gate,Quay"),
        &["w/places.csv:3:6", "two places have the name `Quay`"],
    );
    places(WORLD[2].1.replace("North Gate", "North\u{7}Gate"), &["w/places.csv:3:6", "control characters", "U+0007"]);
    places(WORLD[2].1.replace("North Gate", "\"North\nGate\""), &["w/places.csv:3:6", "control characters", "U+000A"]);
    let row = |text: &str, row: &str| format!("{}\n{row}\n", text.lines().next().unwrap());
    for year in ["0000", "1899", "2200"] {
        let month = "`month` must be a month from 1900-01 to 2199-12";
        refuses_world(
            "inflow.csv",
            row(WORLD[5].1, &format!("{year}-03,Maresia,quay,5")),
            &["w/inflow.csv:2:1", month],
        );
        let shares = row(WORLD[6].1, &format!("{year}-03,Maresia,0.5,0.25,0.25"));
        refuses_world("dispositions.csv", shares, &["w/dispositions.csv:2:1", month]);
    }
}

#[test]
fn nobody_stays_at_a_checkpoint() {
    let b = Bench::new();
    b.write("w/places.csv", format!("{}post,Post,checkpoint,coast,,,-37,-24.6,0,0,0,false\n", WORLD[2].1));
    b.write("w/routes.csv", format!("{}post,gate,10,1,road\n", WORLD[3].1));
    b.check();
    for (file, text, column) in [
        ("ports.csv", "port,place,from,share\nPost,post,2031-01-01,1\n", 6),
        ("inflow.csv", "month,nationality,place,persons\n2031-03,Maresia,post,1\n", 17),
        ("initial.csv", "place,nationality,persons,waited_days\npost,Maresia,1,1\n", 1),
        ("shelters.csv", "place,from,places\npost,2031-03-01,1\n", 1),
    ] {
        let before = fs::read(b.path(&format!("w/{file}"))).ok();
        b.write(&format!("w/{file}"), text);
        b.refuses(&["run", "s.toml"], &[&format!("w/{file}:2:{column}"), "`post` is a checkpoint"]);
        match before {
            Some(bytes) => b.write(&format!("w/{file}"), bytes),
            None => fs::remove_file(b.path(&format!("w/{file}"))).unwrap(),
        }
    }
    let pulse = "[[inflow.pulse]]\nid = 'p'\nfrom = 2031-03-02\nto = 2031-03-02\nplace = 'post'\npersons = 5\n";
    b.refuses_text(&with(&format!("{pulse}mix = {{ Maresia = 1 }}")), &["bad.toml:10:9", "`post` is a checkpoint"]);
    let caravan = "[[caravan]]\nid = 'c'\ndate = 2031-03-02\npersons = 5\naim = 'gate'\nplace = 'post'";
    b.refuses_text(&with(caravan), &["bad.toml:11:9", "`post` is a checkpoint"]);
}

#[test]
fn a_mode_without_legs_is_a_warning() {
    let b = Bench::new();
    b.write("w/modes.csv", format!("{}rail,rail,,false,none\n", WORLD[1].1));
    let output = b.call(&["check", "s.toml"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("nobody can travel by `rail`"), "{text}");
}

#[test]
fn columns_of_a_world() {
    let routes = |text: &str, words: &[&str]| refuses_world("routes.csv", text, words);
    routes("from,to,km,modes\nquay,gate,300,road\n", &["w/routes.csv:1:1", "lacks the column `hours`"]);
    routes(
        "from,to,kms,hours,modes\nquay,gate,300,6,road\n",
        &["w/routes.csv:1:9", "no column `kms`", "did you mean `km`?"],
    );
    routes("from,to,km,km,hours,modes\n", &["w/routes.csv:1:12", "`km` appears twice"]);
    routes("from;to;km;hours;modes\nquay;gate;300;6;road\n", &["w/routes.csv:1:1", "not separated by commas"]);
    routes("from,to,modes\nquay,gate,road\n", &["w/routes.csv:1:1", "lacks the columns `km`, `hours`"]);
    routes("from,to,km,hours,modes\nquay,gate,300,6\n", &["w/routes.csv:2:1", "4 fields, the header has 5"]);
}

#[test]
fn cells_of_a_world() {
    let routes = |rows: &str, words: &[&str]| {
        refuses_world("routes.csv", format!("from,to,km,hours,modes\n{rows}"), words);
    };
    routes("quay,gate,far,6,road\n", &["w/routes.csv:2:11", "`km` must be a number", "`far`"]);
    routes("quay,gate,nan,6,road\n", &["w/routes.csv:2:11", "`km` must be a number"]);
    routes("quay,gate,inf,6,road\n", &["w/routes.csv:2:11", "`km` must be a number"]);
    routes("quay,gate,300,-6,road\n", &["w/routes.csv:2:15", "`hours` must be a number"]);
    routes("quay,gat,300,6,road\n", &["w/routes.csv:2:6", "no place `gat`", "did you mean `gate`?"]);
    routes("quay,quay,300,6,road\n", &["w/routes.csv:2:6", "from a place to itself"]);
    routes("quay,gate,300,6,rail\n", &["w/routes.csv:2:17", "leg tag `rail`", "road"]);
    routes("quay,gate,300,6,road\ngate,quay,300,6,road\n", &["w/routes.csv:3:1", "a second row for the same leg"]);
    let inflow = |row: &str, words: &[&str]| {
        refuses_world("inflow.csv", format!("month,nationality,place,persons\n{row}"), words);
    };
    inflow("2031-03,Maresia,quay,-5\n", &["w/inflow.csv:2:22", "`persons` must be a number from 0 to"]);
    inflow("2031-3,Maresia,quay,5\n", &["w/inflow.csv:2:1", "a month as YYYY-MM"]);
    inflow("2031-13,Maresia,quay,5\n", &["w/inflow.csv:2:1", "a month as YYYY-MM"]);
    inflow("2031-03,Marsia,quay,5\n", &["w/inflow.csv:2:9", "no nationality `Marsia`", "did you mean `Maresia`?"]);
    inflow("2031-03,Maresia,,5\n", &["w/inflow.csv:2:17", "`place` must be filled in"]);
    inflow("2031-03,Maresia,quay,0\n", &["nobody enters"]);
    inflow("2031-03,Maresia,quay,5\n2031-03,Maresia,quay,6\n", &["w/inflow.csv:3:1", "a second row"]);
    let places = |text: String, words: &[&str]| refuses_world("places.csv", text, words);
    places(WORLD[2].1.replace("-38.2", "-98.2"), &["w/places.csv:2:25", "`lat` must be a number from -90 to 90"]);
    places(WORLD[2].1.replace("entry", "entri"), &["w/places.csv:2:11", "did you mean `entry`?"]);
    places(WORLD[2].1.replace("gate,North", "quay,North"), &["w/places.csv:3:1", "a second row for the same place"]);
    places(WORLD[2].1.replace(",true\n", ",yes\n"), &["w/places.csv:3:52", "one of true, false", "`yes`"]);
    refuses_world("modes.csv", WORLD[1].1.replace("none", "never"), &["w/modes.csv:2:18", "where_refused"]);
    refuses_world("ports.csv", WORLD[4].1.replace("2031-01-01", "2031-01"), &["w/ports.csv:2:17", "YYYY-MM-DD"]);
    let shares = WORLD[6].1.replace("0.25\n", "0.3\n");
    refuses_world("dispositions.csv", shares, &["w/dispositions.csv:2:17", "must sum to 1, not to 1.05"]);
}

#[test]
fn networks_that_are_not_connected() {
    let places = format!("{}isle,Isle,stop,coast,,,-38,-20,0,0,0,false\n", WORLD[2].1);
    let b = Bench::new();
    b.write("w/places.csv", &places);
    b.check();
    b.write("w/ports.csv", "port,place,from,share\nNorth Gate,gate,2031-01-01,1\nIsle,isle,2031-01-01,1\n");
    b.refuses(&["run", "s.toml"], &["w/places.csv:4:1", "from `quay`", "no legs lead to isle"]);
    b.write("w/routes.csv", "from,to,km,hours,modes\n");
    b.refuses(&["run", "s.toml"], &["no legs lead to gate, isle"]);
}

#[test]
fn a_network_of_one_place_is_fine() {
    let b = Bench::new();
    let header = WORLD[2].1.lines().next().unwrap();
    b.write("w/places.csv", format!("{header}\nquay,Quay,border,coast,,,-38.2,-24.6,1,1,1,true\n"));
    b.write("w/routes.csv", "from,to,km,hours,modes\n");
    b.write("w/ports.csv", "port,place,from,share\nQuay,quay,2031-01-01,1\n");
    b.check();
}

#[test]
fn processes_need_their_places() {
    let b = Bench::new();
    fs::remove_file(b.path("w/ports.csv")).unwrap();
    b.refuses_text(&with("[app]\nenabled = true"), &["bad.toml:7:11", "needs a port"]);
    b.write("w/places.csv", WORLD[2].1.replace("0,1,0,true", "0,0,0,true"));
    b.refuses_text(&with("[crossing]\nenabled = true"), &["bad.toml:7:11", "`crossing_weight` above 0"]);
}

#[test]
fn several_faults_of_a_table_are_shown_at_once() {
    let rows: String = (0..20).map(|i| format!("2031-03,X{i},quay,1\n")).collect();
    let text = format!("month,nationality,place,persons\n{rows}");
    refuses_world("inflow.csv", text, &["`X0`", "`X7`", "12 more like these"]);
}
