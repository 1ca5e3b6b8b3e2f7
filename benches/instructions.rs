//! Instructions an event, counted by callgrind and compared with `benches/instructions.toml`.
//! `cargo bench --bench instructions`; it takes them again with `UPDATE_INSTRUCTIONS=1`.
//!
//! Each case is run at two sizes: instructions an event are the difference of the two counts over that of the events,
//! and what is left for no event at all is the fixed cost of a run: the start, the days, the files. Unlike times, counts
//! hardly depend on the machine. They do on the compiler, and on vector instructions, which the program chooses when it
//! starts: valgrind shows it AVX2 and no AVX-512. Where the processor has no AVX2 nothing can be compared.
//!
//! Exit status: 0; 1 if a figure is above the file's by more than the tolerance, or above its limit; 2 if nothing can
//! be counted or the file is wrong.

use std::fs;
use std::path::Path;
use std::process::{Command, exit};

use jiff::{Timestamp, tz::TimeZone};
use support::{Case, Folder, fail, run};
use toml_edit::{DocumentMut, Item, value};

mod support;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/instructions.toml");
const UPDATE: &str = "UPDATE_INSTRUCTIONS";
/// Figures of a case, with what they are in words.
const FIGURES: [(&str, &str); 2] =
    [("instructions_an_event", "instructions an event"), ("fixed_millions", "million instructions for a run as such")];

/// A case at two sizes.
fn cases() -> [(&'static str, [Case; 2]); 2] {
    [("lottery", [20_000, 100_000].map(Case::lottery)), ("baseline", [200, 50].map(Case::baseline))]
}

struct Counted {
    instructions: u64,
    events: u64,
}

/// The figures of a case, as in the file.
struct Figures {
    events: u64,
    an_event: f64,
    fixed_millions: f64,
}

impl Figures {
    fn of([small, large]: [Counted; 2]) -> Figures {
        let events = large.events - small.events;
        let an_event = (large.instructions - small.instructions) as f64 / events as f64;
        let fixed = small.instructions as f64 - an_event * small.events as f64;
        Figures { events, an_event, fixed_millions: fixed / 1e6 }
    }

    fn values(&self) -> [f64; FIGURES.len()] {
        [self.an_event, self.fixed_millions]
    }
}

fn main() {
    let valgrind = said_by("valgrind").unwrap_or_else(|| {
        fail(2, "valgrind is needed to count instructions, and cannot be started: `apt-get install valgrind`")
    });
    let mut file = read();
    let update = std::env::var_os(UPDATE).is_some();
    if !avx2() && update {
        fail(2, "this processor has no AVX2: figures taken here could not be compared with others");
    }
    let mut fine = true;
    for (name, sizes) in cases() {
        let figures = Figures::of(sizes.map(|case| count(&case)));
        match update {
            true => put(&mut file, name, &figures),
            false => fine &= compare(&file, name, &figures),
        }
    }
    if update {
        let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
        file["date"] = value(today.to_string().parse::<toml_edit::Datetime>().expect("a date"));
        file["rustc"] = value(said_by("rustc").unwrap_or_else(|| fail(2, "rustc cannot be started")));
        file["valgrind"] = value(valgrind);
        fs::write(FILE, file.to_string()).unwrap_or_else(|error| fail(2, &format!("{FILE}: {error}")));
        println!("{FILE} is written");
    } else if !avx2() {
        println!("this processor has no AVX2: nothing was compared");
    }
    exit(i32::from(!fine));
}

/// What a program says of its version, in a line.
fn said_by(program: &str) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok()?;
    String::from_utf8(output.stdout).ok().filter(|_| output.status.success()).map(|line| line.trim().to_string())
}

fn avx2() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::arch::is_x86_feature_detected!("avx2");
    #[cfg(not(target_arch = "x86_64"))]
    return false;
}

/// Runs a case under callgrind.
fn count(case: &Case) -> Counted {
    let folder = Folder::new();
    let (counts, out) = (folder.path("callgrind.out"), folder.path("run"));
    let mut valgrind = Command::new("valgrind");
    valgrind.arg("--tool=callgrind").arg(format!("--callgrind-out-file={}", counts.display()));
    run(case.command(Some(valgrind), &out));
    Counted { instructions: total(&counts), events: case.count(&out) }
}

/// The line of callgrind's file that counts the whole program.
fn total(counts: &Path) -> u64 {
    let text =
        fs::read_to_string(counts).unwrap_or_else(|error| fail(2, &format!("callgrind wrote no counts: {error}")));
    let line = text.lines().rev().find_map(|line| line.strip_prefix("totals:"));
    let total = line.and_then(|number| number.trim().parse().ok());
    total.unwrap_or_else(|| fail(2, "callgrind's file has no line `totals:`"))
}

fn read() -> DocumentMut {
    let text = fs::read_to_string(FILE).unwrap_or_else(|error| fail(2, &format!("{FILE}: {error}")));
    text.parse().unwrap_or_else(|error| fail(2, &format!("{FILE}: {error}")))
}

/// A number of the file.
fn number(file: &DocumentMut, table: Option<&str>, key: &str) -> f64 {
    let of = table.map(|table| format!(" of [{table}]")).unwrap_or_default();
    let item = table.map_or(file.get(key), |table| file.get(table)?.get(key));
    let number = item.and_then(|item| item.as_float().or(item.as_integer().map(|whole| whole as f64)));
    number
        .filter(|number| *number > 0.0)
        .unwrap_or_else(|| fail(2, &format!("{FILE}: `{key}`{of} must be a number above 0")))
}

/// What the instructions an event of a case must not be above; not every case has a limit.
fn limit(file: &DocumentMut, name: &str) -> Option<f64> {
    file.get(name)?.get("limit")?;
    Some(number(file, Some(name), "limit"))
}

/// Puts the figures of a case in the file; its limit stays.
fn put(file: &mut DocumentMut, name: &str, figures: &Figures) {
    let table = file.get_mut(name).and_then(Item::as_table_mut);
    let table = table.unwrap_or_else(|| fail(2, &format!("{FILE}: a table [{name}] is needed")));
    table["events"] = value(figures.events as i64);
    for ((key, what), figure) in FIGURES.iter().zip(figures.values()) {
        table[key] = value(figure.round() as i64);
        println!("{name}: {figure:.0} {what}");
    }
}

/// Says how the figures of a case stand to those of the file. False if one is over.
fn compare(file: &DocumentMut, name: &str, figures: &Figures) -> bool {
    let tolerance = number(file, None, "tolerance_percent");
    let mut fine = true;
    for ((key, what), figure) in FIGURES.iter().zip(figures.values()) {
        let before = number(file, Some(name), key);
        let change = 100.0 * (figure / before - 1.0);
        println!("{name}: {figure:.0} {what}; the file has {before:.0} ({change:+.1} %)");
        if avx2() && change > tolerance {
            eprintln!(
                "error: {name}: more than {tolerance} % over {FILE}: find out why, or take the figures again with `{UPDATE}=1`"
            );
            fine = false;
        } else if avx2() && change < -tolerance {
            println!(
                "{name}: far below the file: take the figures again, `{UPDATE}=1 cargo bench --bench instructions`"
            );
        }
    }
    if let Some(limit) = limit(file, name).filter(|limit| figures.an_event > *limit) {
        eprintln!("error: {name}: {:.0} instructions an event are over the limit of {limit:.0}", figures.an_event);
        fine = false;
    }
    fine
}
