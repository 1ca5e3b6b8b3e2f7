//! `docs/outputs.md` says what the code says. `UPDATE_DOCS=1` writes it anew.

use std::fmt::Write as _;
use std::path::Path;

use antesala::model::observation::{Event, Observation, State};
use antesala::record::schema::{Column, ColumnType, TABLES, Table, compare, sweep};
use antesala::record::{meanings, metrics};
use antesala::report::charts::CATALOG;
use antesala::report::language::Language;
use antesala::report::words::Words;
use antesala::scenario::{self, Overrides};

const HEAD: &str = include_str!("outputs_head.md");
const COMPARISON: &str = include_str!("outputs_comparison.md");
const SWEEP: &str = include_str!("outputs_sweep.md");
const FOOT: &str = include_str!("outputs_foot.md");

fn page() -> String {
    let mut text = HEAD.to_string();
    text.push_str("\n## Tables\n");
    tables(&mut text, TABLES);
    states_and_events(&mut text);
    metric_names(&mut text);
    charts(&mut text);
    comparison(&mut text);
    text.push_str(SWEEP);
    tables(&mut text, sweep::TABLES);
    text.push_str(FOOT);
    text
}

fn comparison(text: &mut String) {
    text.push_str(COMPARISON);
    tables(text, compare::TABLES);
}

fn tables(text: &mut String, tables: &[&Table]) {
    for table in tables {
        let _ = writeln!(text, "\n### {}.csv\n\n{}\n", table.name, notes(table));
        text.push_str("| column | type | unit | meaning |\n|---|---|---|---|\n");
        for column in table.columns {
            let _ = writeln!(text, "| `{}` | {} | {} | {} |", column.name, kind(column), column.unit, column.meaning);
        }
    }
}

fn notes(table: &Table) -> String {
    let mut notes = table.meaning.to_string();
    if table.big {
        let _ = write!(notes, " With `--format parquet`: `{}.parquet`.", table.name);
    }
    if table.hxl {
        let _ = write!(notes, " With `--hxl`: also `{}.hxl.csv`.", table.name);
    }
    notes
}

fn kind(column: &Column) -> String {
    match column.kind {
        ColumnType::Text => "text".into(),
        ColumnType::Int => "whole number".into(),
        ColumnType::Float(decimals) => {
            format!("number, up to {decimals} decimal{}", if decimals == 1 { "" } else { "s" })
        }
        ColumnType::Real => "number, all digits".into(),
        ColumnType::Date => "date".into(),
        ColumnType::Month => "month".into(),
    }
}

fn states_and_events(text: &mut String) {
    text.push_str("\n## States\n\n| state | meaning |\n|---|---|\n");
    for state in State::ALL {
        let _ = writeln!(text, "| `{}` | {} |", state.name(), meanings::state(*state));
    }
    text.push_str("\n## Events\n\n| event | kind | meaning |\n|---|---|---|\n");
    for event in Event::ALL {
        let _ = writeln!(text, "| `{}` | {} | {} |", event.name(), event.kind().name(), meanings::event(*event));
    }
}

fn metric_names(text: &mut String) {
    text.push_str("\n## Metrics of `summary.csv`\n\nWords in capitals stand for names: `PLACE` is a place of the world, `STATE` and `EVENT` are those\nabove, `CLOCK` is `queue_age` or `time_waiting`.\n\n| metric | unit | meaning |\n|---|---|---|\n");
    let scenario = scenario::load("tutorial", &Overrides::default()).unwrap();
    let mut known = Vec::new();
    for metric in metrics::metrics(&scenario, &Observation::default()) {
        if !known.contains(&metric.pattern) {
            known.push(metric.pattern);
            let _ = writeln!(text, "| `{}` | {} | {} |", metric.pattern, metric.unit, metric.meaning);
        }
    }
}

fn charts(text: &mut String) {
    text.push_str("\n## Charts\n\nEach is `charts/NAME.svg` and `charts/NAME.png`. A chart for which a run has no data is left out, and the\nprogram says why.\n\n| chart | title | shows |\n|---|---|---|\n");
    for chart in CATALOG {
        let words = (chart.words)(Words::of(Language::English));
        let _ = writeln!(text, "| `{}` | {} | {} |", chart.name, words.title, words.shows);
    }
}

#[test]
fn the_docs_say_what_the_code_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/outputs.md");
    let page = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == page, "docs/outputs.md is out of date: run `UPDATE_DOCS=1 cargo test --test outputs_doc`");
}
