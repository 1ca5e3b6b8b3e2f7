//! Numbers and dates beyond all bounds.

use antesala::scenario::describe;
use antesala::scenario::{Overrides, Prepared};

use super::support::{Bench, SCENARIO, WORLD};
use super::{accepts, answer, refuses};

/// Dates at the ends of what a date can be.
const DATES: [&str; 6] = ["0000-01-01", "0000-02-29", "0001-01-01", "9999-01-01", "9999-12-31", "1899-12-31"];

#[test]
fn every_parameter_has_bounds() {
    let prepared = Prepared::open("tutorial", &Overrides::default()).unwrap();
    let scenario = prepared.with(&[]).unwrap();
    let mut tried = 0;
    for row in describe::all(&scenario) {
        let Some((low, high)) = row.bounds.as_ref().map(|(low, high)| (low.as_f64().unwrap(), high.as_f64().unwrap()))
        else {
            continue;
        };
        let huge = format!("1{}", "0".repeat(60));
        for value in ["nan", "-nan", "inf", "-inf", "1e999", "-1e999", "1e308", "-1e308", "9223372036854775808", &huge]
        {
            let within = value.parse::<f64>().is_ok_and(|x| (low..=high).contains(&x));
            let set = format!("{}={value}", row.name);
            assert_eq!(prepared.with(std::slice::from_ref(&set)).is_ok(), within, "{set}, {low} to {high}");
            tried += 1;
        }
    }
    assert!(tried > 1_000, "{tried}");
}

#[test]
fn numbers_of_a_scenario_have_bounds() {
    let b = Bench::new();
    for key in ["seed", "replicates", "scale"] {
        for value in [
            "nan",
            "inf",
            "-inf",
            "1e999",
            "-1",
            "0.5e-300",
            "99999999999999999999",
            "170141183460469231731687303715884105728",
        ] {
            b.write("bad.toml", format!("{key} = {value}\n{SCENARIO}"));
            refuses(&b, &["check", "bad.toml"], &["bad.toml:1:"]);
        }
    }
    let events = [
        (
            "pulse",
            "[[inflow.pulse]]\nid = 'p'\nfrom = 2031-03-02\nto = 2031-03-02\nplace = 'quay'\nmix = { Maresia = 1 }\npersons = ",
        ),
        ("caravan", "[[caravan]]\nid = 'c'\ndate = 2031-03-02\nplace = 'quay'\naim = 'gate'\npersons = "),
        ("outage", "[[outage]]\nfunction = 'all'\nfrom = 2031-03-02\nto = 2031-03-03\nshare_failing = "),
    ];
    for (_, text) in events {
        for value in ["nan", "inf", "-1e308", "9223372036854775807", "99999999999999999999999"] {
            b.write("bad.toml", format!("{SCENARIO}{text}{value}\n"));
            refuses(&b, &["check", "bad.toml"], &["bad.toml:"]);
        }
    }
}

#[test]
fn numbers_of_tables_have_bounds() {
    let b = Bench::new();
    for value in ["nan", "NaN", "inf", "-inf", "infinity", "1e999", "-1e308", "1e308", "0x10", "1_0", "\u{ff11}"] {
        for (file, row) in [
            ("routes.csv", format!("quay,gate,{value},6,road")),
            ("routes.csv", format!("quay,gate,300,{value},road")),
            ("inflow.csv", format!("2031-03,Maresia,quay,{value}")),
            ("ports.csv", format!("North Gate,gate,2031-01-01,{value}")),
            ("dispositions.csv", format!("2031-03,Maresia,{value},0,0")),
            ("places.csv", format!("quay,Quay,entry,coast,,,{value},0,1,0,1,false")),
        ] {
            let (_, right) = WORLD.iter().find(|(name, _)| *name == file).unwrap();
            b.write(&format!("w/{file}"), format!("{}\n{row}\n", right.lines().next().unwrap()));
            refuses(&b, &["check", "s.toml"], &[&format!("w/{file}:2:")]);
            b.write(&format!("w/{file}"), right);
        }
    }
}

/// Every place of a scenario where a date stands: refused, or the run goes well.
#[test]
fn dates_at_the_ends_of_time() {
    let b = Bench::new();
    let own = |text: &str| format!("{SCENARIO}{text}\n");
    for date in DATES {
        let texts = [
            SCENARIO.replace("start = 2031-03-01", &format!("start = {date}")),
            SCENARIO.replace("end = 2031-03-31", &format!("end = {date}")),
            SCENARIO.replace("2031-03-01", date).replace("2031-03-31", date),
            format!("record_from = {date}\n{SCENARIO}"),
            own(&format!("[[policy]]\nid = 'p'\nfrom = {date}\nset = {{ 'inflow.factor' = 2 }}")),
            own(&format!("[[outage]]\nfunction = 'all'\nfrom = {date}\nto = {date}\nshare_failing = 1")),
            own(&format!(
                "[[outage]]\nfunction = 'all'\nfrom = 2031-03-03\nto = {date}\nshare_failing = 1\nremedy = 'extend'\nextend_hours = 1000"
            )),
            own(&format!("[[outage]]\nfunction = 'all'\nfrom = {date}\nto = 2031-03-03\nshare_failing = 1")),
            own(&format!(
                "[caravans]\nenabled = true\n[[caravan]]\nid = 'c'\ndate = {date}\nplace = 'quay'\naim = 'gate'\npersons = 9"
            )),
            own(&format!(
                "[[inflow.pulse]]\nid = 'q'\nfrom = {date}\nto = {date}\nplace = 'quay'\npersons = 9\nmix = {{ Maresia = 1 }}"
            )),
            own(&format!(
                "[[inflow.pulse]]\nid = 'q'\nfrom = 2031-03-03\nto = {date}\nplace = 'quay'\npersons = 9\nmix = {{ Maresia = 1 }}"
            )),
        ];
        for text in texts {
            b.write("bad.toml", &text);
            refused_or_run(&b, &["bad.toml"], &text);
        }
        b.write("p.toml", own("[[policy]]\nid = 'p'\nfrom = 2031-03-05\nset = { 'inflow.factor' = 2 }"));
        refused_or_run(&b, &["p.toml", "--set", &format!("policy.p.from={date}")], date);
        refuses(&b, &["check", "s.toml", "--to", date], &["--to"]);
        refuses(&b, &["check", "s.toml", "--from", date], &["--from"]);
    }
}

#[test]
fn dates_of_tables_at_the_ends_of_time() {
    let b = Bench::new();
    for date in DATES {
        for (file, text) in [
            ("ports.csv", format!("port,place,from,share\nNorth Gate,gate,2031-01-01,1\nNorth Gate,gate,{date},2\n")),
            ("shelters.csv", format!("place,from,places\nquay,{date},1\n")),
            (
                "observed.csv",
                format!("series,from,to,nationality,place,value,unit,used\nx,{date},{date},,,1,persons,false\n"),
            ),
            (
                "targets.csv",
                format!(
                    "target,family,series,nationality,place,from,to,value,error,unit\nt,f,backlog,,,{date},{date},1,1,persons\n"
                ),
            ),
        ] {
            let before = std::fs::read(b.path(&format!("w/{file}"))).ok();
            b.write(&format!("w/{file}"), &text);
            refused_or_run(&b, &["s.toml"], &text);
            match before {
                Some(bytes) => b.write(&format!("w/{file}"), bytes),
                None => std::fs::remove_file(b.path(&format!("w/{file}"))).unwrap(),
            }
        }
    }
}

/// What `check` accepts can be run.
fn refused_or_run(b: &Bench, args: &[&str], what: &str) {
    let checked = answer(b, &[&["check"][..], args].concat());
    match checked.status.code() {
        Some(2) => {}
        Some(0) => accepts(b, &[&["run"][..], args, &["--out", "out", "--force", "--quiet", "--no-charts"]].concat()),
        status => panic!("{status:?}: {what}\n{}", super::support::said(&checked)),
    }
}
