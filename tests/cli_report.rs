//! `report` through the real binary: every number of a page is that of the tables, and pages of odd results say so.

#[path = "support/browser.rs"]
mod browser;
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use support::{Bench, said};

type Row = BTreeMap<String, String>;

fn table(path: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_string).collect();
    let row = |r: csv::StringRecord| header.iter().cloned().zip(r.iter().map(str::to_string)).collect();
    reader.records().map(|r| row(r.unwrap())).collect()
}

fn ok(b: &Bench, args: &[&str]) -> String {
    let output = b.call(args);
    assert!(output.status.success(), "{}", said(&output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The page of some outputs.
fn page(b: &Bench, args: &[&str]) -> String {
    let out = ["report"].iter().chain(args).chain(&["--out", "page.html", "--quiet"]).copied().collect::<Vec<_>>();
    ok(b, &out);
    fs::read_to_string(b.path("page.html")).unwrap()
}

/// A number of a page: its attributes and its text.
fn numbers(page: &str) -> Vec<(Row, String)> {
    let number = |piece: &str| {
        let (attributes, rest) = piece.split_once('>').unwrap();
        let text = rest.split_once("</data>").unwrap().0.to_string();
        let mut row = Row::new();
        for part in attributes.split("\" ") {
            if let Some((name, value)) = part.trim().trim_end_matches('"').split_once("=\"") {
                row.insert(name.to_string(), value.replace("&#x2f;", "/").replace("&amp;", "&"));
            }
        }
        (row, text)
    };
    page.split("<data ").skip(1).map(number).collect()
}

/// Visible text of a page.
fn visible(page: &str) -> String {
    let body = page.split_once("<body>").unwrap().1;
    let body = body.split_once("<script>\n").map_or(body, |(body, _)| body);
    let mut out = String::new();
    let mut inside = false;
    for piece in body
        .split("<script")
        .enumerate()
        .map(|(i, p)| if i == 0 { p } else { p.split_once("</script>").map_or("", |p| p.1) })
    {
        for c in piece.chars() {
            match c {
                '<' => inside = true,
                '>' => inside = false,
                c if !inside => out.push(c),
                _ => (),
            }
        }
    }
    out
}

/// The three numbers that a table has at a place named as pages name it; `None` where it has only the median.
fn in_tables(folder: &Path, file: &str, row: &str) -> (f64, Option<(f64, f64)>) {
    let rows = table(&folder.join(file));
    let parts: Vec<&str> = row.split('/').collect();
    let name = file.rsplit('/').next().unwrap();
    let (keys, columns): (Vec<(&str, &str)>, [String; 3]) = match (name, &parts[..]) {
        ("summary.csv", [metric]) => (vec![("metric", metric)], ["p50", "p05", "p95"].map(String::from)),
        ("monthly.csv", [month, series, whose]) => (
            vec![("month", month), ("series", series), ("nationality", whose), ("place", "")],
            ["p50", "p05", "p95"].map(String::from),
        ),
        ("needs.csv", [date, place, what @ ("persons" | "shortfall")]) => {
            (vec![("date", date), ("place", place)], ["p50", "p05", "p95"].map(|q| format!("{what}_{q}")))
        }
        ("needs.csv", [date, place, what]) => {
            (vec![("date", date), ("place", place)], [0; 3].map(|_| what.to_string()))
        }
        ("differences.csv", [variant, metric]) => {
            (vec![("variant", variant), ("metric", metric)], ["p50", "p05", "p95"].map(|q| format!("diff_{q}")))
        }
        ("daily_differences.csv", [variant, series, date]) => (
            vec![("variant", variant), ("series", series), ("date", date)],
            ["p50", "p05", "p95"].map(|q| format!("diff_{q}")),
        ),
        other => panic!("{other:?}"),
    };
    let found: Vec<&Row> = rows.iter().filter(|r| keys.iter().all(|(k, v)| r[*k] == *v)).collect();
    assert_eq!(found.len(), 1, "{file} {row}");
    let of = |column: &String| found[0][column].parse::<f64>().unwrap_or_else(|e| panic!("{file} {row} {column}: {e}"));
    (of(&columns[0]), (columns[0] != columns[1]).then(|| (of(&columns[1]), of(&columns[2]))))
}

/// A number rounded and written as the pages say they do it.
fn written(value: f64, step: f64) -> String {
    let rounded = (value / step).round() * step;
    let digits = format!("{:.0}", rounded.abs());
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(c);
    }
    if rounded < 0.0 { format!("−{out}") } else { out }
}

/// Checks every number of a page that names its place, and how many there are.
fn check_numbers(page: &str, folder: &Path) -> usize {
    let mut checked = 0;
    for (row, text) in numbers(page) {
        let number = |key: &str| row[key].parse::<f64>().unwrap();
        let (value, low, high, step) = (number("value"), number("data-low"), number("data-high"), number("data-step"));
        assert!(low <= value && value <= high, "{row:?}");
        if text != "fewer than 10" && step >= 1.0 {
            assert_eq!(text.trim_start_matches('+'), written(value, step), "{row:?}");
        }
        let Some(file) = row.get("data-file") else { continue };
        let (found, ends) = in_tables(folder, file, &row["data-row"]);
        let same = |a: f64, b: f64| (a - b).abs() <= 0.5 + 1e-6 * b.abs();
        assert!(same(value, found), "{row:?}: {found}");
        if let Some((p05, p95)) = ends {
            assert!(same(low, p05) && same(high, p95), "{row:?}: {p05} {p95}");
        }
        checked += 1;
    }
    checked
}

fn sound(text: &str) {
    let seen = visible(text);
    for bad in ["NaN", "undefined", "inf", "[?]", "null"] {
        let at = seen.find(bad).filter(|i| {
            !seen[i + bad.len()..].starts_with(char::is_alphabetic) && !seen[..*i].ends_with(char::is_alphabetic)
        });
        assert!(at.is_none(), "{bad}: …{}", &seen[at.unwrap().saturating_sub(60)..][..100]);
    }
    assert_eq!(text.matches("<section").count(), 11);
    assert!(text.len() < 3_000_000, "{}", text.len());
}

#[test]
fn numbers_of_a_run_are_those_of_its_tables() {
    let b = Bench::new();
    ok(&b, &["run", "tutorial", "--replicates", "6", "--no-charts", "--quiet", "--out", "r"]);
    let text = page(&b, &["r"]);
    sound(&text);
    assert!(text.contains("<html lang=\"en\">"));
    let checked = check_numbers(&text, &b.path("r"));
    assert!(checked > 40, "{checked} numbers");
    // A number that stands in no table: people without a place in all places together, worked out here again.
    let (week, told) = together(&b.path("r"));
    let seen = visible(&text);
    let sentence = format!("In the week of {week}, {told} people have no shelter place");
    assert!(seen.contains(&sentence), "{sentence}: {seen}");
}

/// Quantile by linear interpolation between order statistics.
fn quantile(sorted: &[f64], p: f64) -> f64 {
    let at = p * (sorted.len() - 1) as f64;
    let low = at.floor() as usize;
    let high = (low + 1).min(sorted.len() - 1);
    sorted[low] + (at - low as f64) * (sorted[high] - sorted[low])
}

/// The week in which most people lack a place, over all places with shelters, and how many: from the stocks of every
/// day, the shelters of the world and the share that looks for a place.
fn together(folder: &Path) -> (String, String) {
    let scenario: toml::Table = fs::read_to_string(folder.join("scenario.toml")).unwrap().parse().unwrap();
    let share = scenario["needs"]["sheltered_share"].as_float().unwrap();
    let monday = |text: &str| {
        let day: jiff::civil::Date = text.parse().unwrap();
        day.saturating_sub(jiff::Span::new().days(i64::from(day.weekday().to_monday_zero_offset())))
    };
    // Persons by week, place, replicate and day.
    let mut present: BTreeMap<(jiff::civil::Date, String), BTreeMap<(usize, String), f64>> = BTreeMap::new();
    let mut days: BTreeMap<jiff::civil::Date, std::collections::BTreeSet<String>> = BTreeMap::new();
    let mut replicates = 0;
    for row in table(&folder.join("stocks_by_place.csv")) {
        let replicate: usize = row["replicate"].parse().unwrap();
        replicates = replicates.max(replicate);
        let week = monday(&row["date"]);
        days.entry(week).or_default().insert(row["date"].clone());
        let cells = present.entry((week, row["place"].clone())).or_default();
        *cells.entry((replicate, row["date"].clone())).or_insert(0.0) += row["persons"].parse::<f64>().unwrap();
    }
    let shelters = table(&folder.join("data/shelters.csv"));
    let mut best: Option<(jiff::civil::Date, Vec<f64>)> = None;
    for (week, dates) in &days {
        let mut sums = vec![0.0; replicates];
        for place in shelters.iter().map(|s| s["place"].clone()).collect::<std::collections::BTreeSet<_>>() {
            let known = shelters.iter().filter(|s| s["place"] == place && s["from"] <= week.to_string());
            let Some(places) = known.max_by_key(|s| s["from"].clone()) else { continue };
            let places: f64 = places["places"].parse().unwrap();
            let Some(cells) = present.get(&(*week, place)) else { continue };
            for (i, sum) in sums.iter_mut().enumerate() {
                let total: f64 = cells.iter().filter(|((r, _), _)| *r == i + 1).map(|(_, n)| n).sum();
                *sum += (total / dates.len() as f64 * share - places).max(0.0);
            }
        }
        let total = |sums: &[f64]| sums.iter().sum::<f64>();
        if best.as_ref().is_none_or(|b| total(&sums) > total(&b.1)) {
            best = Some((*week, sums));
        }
    }
    let (week, mut sums) = best.unwrap();
    sums.sort_by(f64::total_cmp);
    let [low, middle, high] = [0.05, 0.5, 0.95].map(|p| quantile(&sums, p));
    let step = 10f64.powf(((high - low) / 6.0).log10().floor()).max(10.0);
    let month =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][week.month() as usize - 1];
    let told = format!("{} ({} to {})", written(middle, step), written(low, step), written(high, step));
    (format!("{} {month} {}", week.day(), week.year()), told)
}

#[test]
fn numbers_of_a_comparison_are_those_of_its_tables() {
    let b = Bench::new();
    let flags = ["--posterior", "--scale", "0.01", "--replicates", "5", "--to", "2024-08-31", "--no-charts", "--quiet"];
    let mut args = vec!["compare", "baseline", "outage-may-2024", "outage-may-2024-extended"];
    args.extend(flags);
    args.extend(["--out", "c"]);
    ok(&b, &args);
    let text = page(&b, &["c", "--lang", "es", "--place", "reynosa"]);
    sound(&text);
    assert!(text.contains("<html lang=\"es-MX\">") && text.contains("Mensajes clave"));
    let checked = check_numbers(&text.replace("menos de 10", "fewer than 10"), &b.path("c"));
    assert!(checked > 100, "{checked} numbers");
}

#[test]
fn odd_results_are_told_as_such() {
    let b = Bench::new();
    b.write("off.toml", "extends = 'tutorial'\n[needs]\nenabled = false\n");
    b.write("nobody.toml", "extends = 'tutorial'\n[inflow]\nenabled = false\n");
    let run = |scenario: &str, out: &str, more: &[&str]| {
        let mut args = vec!["run", scenario, "--no-charts", "--quiet", "--out", out];
        args.extend(more);
        ok(&b, &args);
    };
    run("tutorial", "one", &["--replicates", "1"]);
    let text = page(&b, &["one"]);
    sound(&text);
    let seen = visible(&text);
    assert!(seen.contains("no range: a single simulation") && seen.contains("A single simulation."), "{seen}");
    assert!(seen.contains("No early warnings: 1 simulations are too few"), "{seen}");
    assert!(seen.contains("Parameters not fitted."));

    run("tutorial", "cut", &["--replicates", "2", "--from", "2031-03-01", "--to", "2031-03-20"]);
    let text = page(&b, &["cut", "--lang", "es"]);
    sound(&text);
    assert!(visible(&text).contains("1 mar 2031 a 20 mar 2031"));

    run("off.toml", "off", &["--replicates", "2"]);
    let text = page(&b, &["off"]);
    sound(&text);
    assert!(visible(&text).contains("Needs were switched off"));

    run("nobody.toml", "nobody", &["--replicates", "2"]);
    for lang in ["en", "es"] {
        sound(&page(&b, &["nobody", "--lang", lang]));
    }

    run("tutorial", "parquet", &["--replicates", "2", "--format", "parquet"]);
    run("tutorial", "csv", &["--replicates", "2"]);
    let of = |folder: &str| page(&b, &[folder]).replace(&format!("{folder}/"), "");
    let drop_times = |text: String| {
        text.lines()
            .filter(|l| !l.contains("computed on") && !l.contains("antesala report"))
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert_eq!(drop_times(of("parquet")), drop_times(of("csv")), "the same page from either format");
}

#[test]
fn a_sweep_alone_and_beside_a_run() {
    let b = Bench::new();
    b.write(
        "design.toml",
        "kind = 'lhs'\npoints = 24\nmetrics = ['backlog_peak', 'processed']\n[parameters]\n'app.diligence' = [0.3, 1.0]\n'app.loss_per_week' = [0.0, 0.15]\n",
    );
    ok(&b, &["sweep", "all", "design.toml", "--scenario", "tutorial", "--quiet", "--out", "s"]);
    let text = page(&b, &["s"]);
    sound(&text);
    let seen = visible(&text);
    assert!(seen.contains("A sweep keeps no days") && seen.contains("app.diligence"), "{seen}");
    ok(&b, &["run", "tutorial", "--replicates", "2", "--no-charts", "--quiet", "--out", "r"]);
    let text = page(&b, &["r", "s", "--lang", "es"]);
    sound(&text);
    assert!(visible(&text).contains("app.diligence") && !visible(&text).contains("no se dio ningún análisis"));
}

#[test]
fn bad_input_is_refused_and_nothing_is_written() {
    let b = Bench::new();
    ok(&b, &["run", "tutorial", "--replicates", "1", "--no-charts", "--quiet", "--out", "r"]);
    let refused = |args: &[&str], hint: &str| {
        let output = b.call(args);
        let told = said(&output);
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains(hint), "{hint}: {told}");
        assert!(!told.contains("panicked"), "{told}");
    };
    refused(&["report"], "OUTPUT");
    refused(&["report", "nothing"], "nothing is not there");
    refused(&["report", "."], "run.json");
    refused(&["report", "r", "--lang", "fr"], "en, es");
    refused(&["report", "r", "r"], "antesala compare");
    let places = fs::read_to_string(b.path("r/data/places.csv")).unwrap();
    let first = places.lines().nth(1).unwrap().split(',').next().unwrap().to_string();
    refused(&["report", "r", "--place", &format!("{first}x")], &format!("did you mean `{first}`"));
    b.write("notes.html", "my own");
    refused(&["report", "r", "--out", "notes.html"], "--force");
    assert_eq!(fs::read_to_string(b.path("notes.html")).unwrap(), "my own");
    ok(&b, &["report", "r", "--out", "notes.html", "--force", "--quiet"]);
    // A page of this program is replaced by a newer one.
    ok(&b, &["report", "r", "--out", "notes.html", "--quiet", "--lang", "es"]);
    fs::remove_file(b.path("notes.html")).unwrap();

    let needs = fs::read_to_string(b.path("r/needs.csv")).unwrap();
    let line = needs.lines().nth(3).unwrap();
    b.write("r/needs.csv", needs.replace(line, &line.replacen(',', ",nowhere", 1)));
    refused(&["report", "r", "--out", "page.html"], "needs.csv");
    b.write("r/needs.csv", &needs);
    fs::write(b.path("r/run.json"), "{}").unwrap();
    refused(&["report", "r", "--out", "page.html"], "run.json");
    assert!(!b.path("page.html").exists());
}

#[test]
fn pages_hold_in_a_browser() {
    if std::env::var_os("ANTESALA_BROWSER").is_none() {
        eprintln!("skipped: ANTESALA_BROWSER names no browser");
        return;
    }
    let b = Bench::new();
    let flags = ["--posterior", "--scale", "0.02", "--replicates", "8", "--no-charts", "--quiet"];
    let simulate = |what: &[&str], out: &str| {
        let args: Vec<&str> = what.iter().chain(&flags).chain(&["--out", out]).copied().collect();
        ok(&b, &args);
    };
    simulate(&["compare", "baseline", "outage-may-2024", "outage-may-2024-extended"], "c");
    for (folder, maps, charts) in [("c", 2, 8), ("c/runs/baseline", 2, 6)] {
        for lang in ["en", "es"] {
            let file = format!("page-{lang}.html");
            ok(&b, &["report", folder, "--lang", lang, "--out", &file, "--pdf", "--quiet"]);
            let told = browser::check(&b.path(&file)).unwrap();
            assert_eq!(browser::findings(&told), Vec::<String>::new(), "{folder} {lang}");
            let tried = |what: &str| told["facts"][what].as_u64().unwrap();
            assert_eq!(tried("maps"), maps, "{told}");
            assert!(tried("charts") >= charts && tried("sorts") >= 4, "{told}");
            let pdf = b.path(&format!("page-{lang}.pdf"));
            let fonts = browser::fonts(&pdf);
            assert!(fonts.iter().all(|f| f.embedded), "{fonts:?}");
            let text = browser::text(&pdf);
            let word = if lang == "es" { "Ciudad de México" } else { "Mexico City" };
            assert!(text.contains(word) && text.contains("Ciudad Juárez"), "{text}");
        }
    }
}
