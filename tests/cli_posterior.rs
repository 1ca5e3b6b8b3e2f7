//! `--posterior`: replicate r runs with draw r.

mod support;

use std::fs;

use support::{Bench, said};

const FLAGS: [&str; 3] = ["--no-charts", "--quiet", "--force"];

fn run(b: &Bench, scenario: &str, out: &str, more: &[&str]) {
    let mut args = vec!["run", scenario, "--out", out];
    args.extend(FLAGS);
    args.extend(more);
    let output = b.call(&args);
    assert!(output.status.success(), "{}", said(&output));
}

/// Arrivals of each replicate.
fn arrivals(b: &Bench, out: &str) -> Vec<u64> {
    let text = fs::read_to_string(b.path(out).join("flows.csv")).unwrap();
    let mut sums = vec![];
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        if cells[2] == "arrival" {
            let replicate: usize = cells[0].parse().unwrap();
            sums.resize(sums.len().max(replicate), 0);
            sums[replicate - 1] += cells[5].parse::<u64>().unwrap();
        }
    }
    sums
}

fn bench() -> Bench {
    let b = Bench::new();
    b.write("draws.csv", "draw,inflow.factor,policy.later.inflow.factor\n1,0.5,0.5\n2,4,4\n");
    let head = "posterior = 'draws.csv'\nreplicates = 3\n";
    let policy = "dispersion = 0\n[[policy]]\nid = 'later'\nfrom = 2031-03-15\nset = { 'inflow.factor' = 2 }\n";
    b.write("s.toml", format!("{head}{}{policy}", support::SCENARIO));
    b
}

#[test]
fn draws_are_taken_in_turn_and_the_result_can_be_repeated() {
    let b = bench();
    run(&b, "s.toml", "plain", &[]);
    run(&b, "s.toml", "drawn", &["--posterior"]);
    let (plain, drawn) = (arrivals(&b, "plain"), arrivals(&b, "drawn"));
    assert!(plain.iter().all(|n| (100..200).contains(n)), "{plain:?}");
    assert!(drawn[0] < 70 && drawn[1] > 300 && drawn[2] < 70, "{drawn:?}");
    run(&b, "drawn/scenario.toml", "again", &[]);
    for file in ["flows.csv", "summary.csv", "posterior.csv", "scenario.toml"] {
        assert_eq!(
            fs::read(b.path("drawn").join(file)).unwrap(),
            fs::read(b.path("again").join(file)).unwrap(),
            "{file}"
        );
    }
}

#[test]
fn what_a_variant_sets_itself_is_not_drawn() {
    let b = bench();
    b.write(
        "v.toml",
        "extends = 's.toml'\n[[policy]]\nid = 'later'\nfrom = 2031-03-15\nset = { 'inflow.factor' = 0 }\n",
    );
    b.write("w.toml", "extends = 's.toml'\n[inflow]\nfactor = 1\n[[policy]]\nid = 'later'\nremove = true\n");
    run(&b, "v.toml", "v", &["--posterior"]);
    // Half a month at the drawn factor, then nobody.
    let v = arrivals(&b, "v");
    assert!(v[0] < 35 && (150..230).contains(&v[1]), "{v:?}");
    run(&b, "w.toml", "wout", &["--posterior"]);
    let w = arrivals(&b, "wout");
    assert!(w.iter().all(|n| (60..145).contains(n)), "{w:?}");
    run(&b, "s.toml", "set", &["--posterior", "--set", "inflow.factor=0", "--set", "policy.later.inflow.factor=0"]);
    assert!(arrivals(&b, "set").is_empty());
}

#[test]
fn bad_posteriors_are_refused() {
    let b = bench();
    let refuses = |text: &str, words: &[&str]| {
        b.write("draws.csv", text);
        b.refuses(&["run", "s.toml", "--posterior"], words);
    };
    refuses("draw,inflow.facto\n1,1\n", &["draws.csv:1:6", "did you mean `inflow.factor`?"]);
    refuses("draw,inflow.enabled\n1,1\n", &["draws.csv:1:6", "is no number"]);
    refuses("draw,inflow.factor\n1,much\n", &["draws.csv:2:3", "`much` is no finite number: a value of inflow.factor"]);
    refuses("draw,inflow.factor\r\n1,1\r\n\r\n2,much\r\n", &["draws.csv:4:3"]);
    refuses("draw,inflow.factor,inflow.factor\n1,1,1\n", &["draws.csv:1:20", "has two columns"]);
    refuses("draw,policy.later.inflow.factor,inflow.factor\n1,1,9\n", &["draws.csv:1:33", "must lie from 0 to 5"]);
    refuses("draw,policy.latr.inflow.factor\n1,1\n", &["draws.csv:1:6", "did you mean `later`?"]);
    refuses("draw,policy.later.app.slots\n1,1\n", &["draws.csv:1:6", "does not set `app.slots`"]);
    refuses("draw,inflow.factor\n1,9\n", &["draws.csv:1:6", "must lie from 0 to 5"]);
    refuses("draw,inflow.factor\n", &["draws.csv:1:1", "no row"]);
    refuses("", &["draws.csv:1:1", "a column `draw`"]);
    b.write("s.toml", format!("posterior = 'drws.csv'\n{}", support::SCENARIO));
    b.refuses(&["run", "s.toml", "--posterior"], &["s.toml:1:13", "drws.csv"]);
    b.write("s.toml", format!("posterior = 'builtin:none'\n{}", support::SCENARIO));
    b.refuses(&["run", "s.toml", "--posterior"], &["no built-in posterior `none`"]);
}
