//! Very much of something: files as large as they may be, with as many faults as fit into them.

use std::fmt::Write as _;

use super::support::{Bench, SCENARIO, WORLD};
use super::{accepts, refuses};

/// Largest scenario file read, bytes.
const LARGEST: usize = 4 << 20;

/// So many lines that the text just fits into a scenario file.
fn full_of(head: &str, line: impl Fn(usize) -> String) -> String {
    let mut text = head.to_string();
    for i in 0.. {
        let next = line(i);
        if text.len() + next.len() > LARGEST {
            break;
        }
        text.push_str(&next);
    }
    text
}

fn refuses_scenario(text: &str, words: &[&str]) {
    let b = Bench::new();
    b.write("bad.toml", text);
    refuses(&b, &["check", "bad.toml"], words);
}

#[test]
fn scenarios_full_of_faults() {
    refuses_scenario(
        &full_of("", |i| format!("k{i}=1\n")),
        &["bad.toml:1:1", "no key `k0`", "at least", "more like these"],
    );
    refuses_scenario(&full_of(&format!("{SCENARIO}[app]\n"), |i| format!("k{i}=1\n")), &["no parameter `app.k0`"]);
    let keyed = format!("{SCENARIO}[enforcement.level]\n");
    refuses_scenario(&full_of(&keyed, |i| format!("z{i}=1\n")), &["no zone `z0`", "more like these"]);
    let policies = full_of(SCENARIO, |i| format!("[[policy]]\nid='p{i}'\nfrom=2031-03-05\nset={{a=1}}\n"));
    refuses_scenario(&policies, &["no parameter `a`", "more like these"]);
    let set: String = (0..300_000).map(|i| format!("a{i}=1,")).collect();
    let policy = format!("{SCENARIO}[[policy]]\nid='p'\nfrom=2031-03-05\nset={{{set} b=1}}\n");
    refuses_scenario(&policy, &["no parameter `a0`", "more like these"]);
    refuses_scenario(&full_of("", |_| "[\n".to_string()), &["not valid TOML"]);
    refuses_scenario(&full_of("", |_| "=".to_string()), &["not valid TOML"]);
    refuses_scenario(&"\n".repeat(LARGEST), &["nothing in it"]);
    refuses_scenario(&"a".repeat(LARGEST), &["not valid TOML"]);
    refuses_scenario(&"\"".repeat(LARGEST), &["not valid TOML"]);
    refuses_scenario(&"x".repeat(LARGEST + 1), &["at most 4194304 bytes"]);
}

#[test]
fn scenarios_with_very_much_in_them() {
    let b = Bench::new();
    let accepted = |text: String| {
        b.write("s.toml", text);
        accepts(&b, &["check", "s.toml"]);
    };
    accepted(full_of(SCENARIO, |i| {
        format!("[[policy]]\nid='p{i}'\nfrom=2031-03-{:02}\nset={{inflow.factor=2}}\n", i % 31 + 1)
    }));
    accepted(full_of(SCENARIO, |_| {
        "[[outage]]\nfunction='all'\nfrom=2031-03-02\nto=2031-03-03\nshare_failing=1\n".into()
    }));
    accepted(format!("question = \"{}\"\n{SCENARIO}", "q".repeat(LARGEST - 200)));
    accepted(full_of(SCENARIO, |_| "# a comment\n".into()));
    let mut policy = "[[policy]]\nid='p'\nfrom=2031-03-05\nset={".to_string();
    // Every parameter of every nationality, zone and mode, once.
    let scenario = antesala::scenario::load("tutorial", &Default::default()).unwrap();
    for row in antesala::scenario::describe::parameters(&scenario) {
        if row.bounds.is_some() && row.name.matches('.').count() == 1 {
            let _ = write!(policy, "{}={},", row.name, row.default);
        }
    }
    accepted(format!("{SCENARIO}{policy} inflow.enabled=true}}\n"));
}

/// A world with one table replaced.
fn world(file: &str, text: String) -> Bench {
    let b = Bench::new();
    b.write(&format!("w/{file}"), text);
    b
}

fn refuses_world(file: &str, text: String, words: &[&str]) {
    refuses(&world(file, text), &["check", "s.toml"], words);
}

const MANY: usize = 1_000_000;

#[test]
fn a_million_legs() {
    // 1,415 places have a little more than a million pairs.
    let mut places = WORLD[2].1.to_string();
    for i in 2..1_415 {
        let _ = writeln!(places, "p{i},Place {i},stop,coast,,,-37,-24.6,0,0,0,false");
    }
    let name = |i: usize| match i {
        0 => "quay".to_string(),
        1 => "gate".to_string(),
        i => format!("p{i}"),
    };
    let pairs = (0..1_415).flat_map(|i| (i + 1..1_415).map(move |j| (i, j)));
    let legs = |n: usize| -> String {
        let rows = pairs.clone().take(n).map(|(i, j)| format!("{},{},300,6,road\n", name(i), name(j)));
        format!("from,to,km,hours,modes\n{}", rows.collect::<String>())
    };
    let b = world("places.csv", places);
    b.write("w/routes.csv", legs(MANY));
    accepts(&b, &["check", "s.toml"]);
    b.write("w/routes.csv", legs(MANY + 1));
    refuses(&b, &["check", "s.toml"], &["w/routes.csv:1:1", "more than 1000000 rows"]);
}

#[test]
fn tables_full_of_faults() {
    let rows =
        |head: &str, row: &dyn Fn(usize) -> String| format!("{head}\n{}", (0..MANY).map(row).collect::<String>());
    let legs = |row: &dyn Fn(usize) -> String| rows("from,to,km,hours,modes", row);
    refuses_world("routes.csv", legs(&|i| format!("quay,g{i},300,6,road\n")), &["no place `g0`", "more like these"]);
    refuses_world("routes.csv", legs(&|_| "quay,gate,300,6,road\n".into()), &["a second row for the same leg"]);
    refuses_world("routes.csv", legs(&|_| "x\n".into()), &["1 fields, the header has 5"]);
    refuses_world("routes.csv", legs(&|_| "\u{7},gate,300,6,road\n".into()), &["control characters"]);
    refuses_world("routes.csv", format!("{}\n", "km,".repeat(999)), &["appears twice", "at least 93 more"]);
    refuses_world("routes.csv", format!("{}\n", "k,".repeat(MANY)), &["more than 1000 columns"]);
    refuses_world("routes.csv", format!("from,to,km,hours,modes\n\"{}", "x,\n".repeat(MANY)), &["routes.csv"]);
    let inflow = |row: &dyn Fn(usize) -> String| rows("month,nationality,place,persons", row);
    refuses_world("inflow.csv", inflow(&|i| format!("2031-03,M{i},quay,1\n")), &["no nationality `M0`"]);
    let nationality = |i: usize| format!("N{i},false\n");
    refuses_world("nationalities.csv", rows("nationality,national", &nationality), &["has at most 250 nationalities"]);
    let place = |i: usize| format!("p{i},P{i},stop,z{i},,,0,0,0,0,0,false\n");
    let head = WORLD[2].1.lines().next().unwrap();
    refuses_world("places.csv", rows(head, &place), &["a world has at most"]);
    let port = |i: usize| format!("P{i},gate,2031-01-01,1\n");
    refuses_world("ports.csv", rows("port,place,from,share", &port), &["has at most 250 ports"]);
}

#[test]
fn a_network_in_pieces() {
    let mut places = WORLD[2].1.to_string();
    let mut inflow = WORLD[5].1.to_string();
    for i in 0..20_000 {
        let _ = writeln!(places, "p{i},Place {i},border,coast,,,-37,-24.6,0,1,0,false");
        let _ = writeln!(inflow, "2031-03,Maresia,p{i},1");
    }
    let b = world("places.csv", places);
    b.write("w/inflow.csv", inflow);
    refuses(
        &b,
        &["check", "s.toml"],
        &["the network is not connected", "and 19988 more", "more like these are not shown"],
    );
}

#[test]
fn other_tables_full_of_faults() {
    let b = Bench::new();
    let columns = |n: usize| (0..n).map(|i| format!(",c{i}")).collect::<String>();
    let (columns, few) = (columns(200_000), columns(9_000));
    let draws = format!("posterior = \"p.csv\"\nuse_posterior = true\n{SCENARIO}");
    b.write("s.toml", draws);
    for (text, word) in [
        (format!("draw{columns}\n1{}\n", ",1".repeat(200_000)), "at most 10000 columns"),
        (format!("draw{few}\n1{}\n", ",1".repeat(9_000)), "no parameter `c0`"),
        (format!("draw,inflow.factor\n{}", "1,x\n".repeat(MANY)), "no finite number"),
        (format!("draw,inflow.factor\n{}", "1\n".repeat(MANY)), "1 fields, the header has 2"),
        (format!("draw{}\n", ",a".repeat(9_000)), "has two columns"),
        (format!("draw,inflow.factor\n{}", "1,1\n".repeat(MANY + 1)), "1 to 1000000 draws"),
    ] {
        b.write("p.csv", text);
        refuses(&b, &["check", "s.toml"], &[word]);
    }
    b.write("s.toml", SCENARIO);
    for (text, word) in [
        (format!("point{columns}\n1{}\n", ",1".repeat(200_000)), "at most 10000 columns"),
        (format!("point{few}\n1{}\n", ",1".repeat(9_000)), "no parameter `c0`"),
        (format!("app.slots\n{}", "x,y\n".repeat(MANY)), "2 fields, the header has 1"),
        (format!("point,app.slots\n{}", "1,1\n".repeat(MANY)), "each once"),
        (format!("app.slots\n{}", "1\n".repeat(MANY + 1)), "1 to 1000000 points"),
        (format!("{}\n", "app.slots,".repeat(9_000)), "has no name"),
    ] {
        b.write("d.csv", text);
        refuses(&b, &["sweep", "plan", "d.csv", "--scenario", "s.toml", "--out", "sweep"], &[word]);
    }
}
