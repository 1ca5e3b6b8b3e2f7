//! Every table of the made-up observations, byte by byte.

use std::path::Path;

use super::reduced::Reduced;
use super::schema::Format;
use super::staged_file::FileRecord;
use super::table_writer::TableOptions;
use super::tables::ObservationTables;
use super::{datapackage, monthly, needs, sample, schema, summary};

fn write_all(folder: &Path, options: TableOptions) -> Vec<FileRecord> {
    let scenario = sample::scenario();
    let mut tables = ObservationTables::create(folder, options, true).unwrap();
    let mut reduced = Vec::new();
    for replicate in 1..=2 {
        let observation = sample::observation(&scenario, replicate);
        tables.append(&scenario, &observation, None).unwrap();
        reduced.push(Reduced::of(&scenario, &observation));
    }
    let mut files = tables.finish().unwrap();
    files.append(&mut summary::write(folder, options, &summary::summary(&reduced)).unwrap());
    files.append(&mut monthly::write(folder, options, &scenario, &reduced).unwrap());
    files.append(&mut needs::write(folder, options, &scenario, &reduced).unwrap());
    files.push(datapackage::write(folder, &scenario, &files).unwrap());
    files
}

fn golden(folder: &Path, name: &str) {
    let expected = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/tables").join(name);
    let found = std::fs::read_to_string(folder.join(name)).unwrap();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(expected.parent().unwrap()).unwrap();
        std::fs::write(&expected, &found).unwrap();
    }
    let wanted = std::fs::read_to_string(&expected).unwrap_or_default();
    assert_eq!(found, wanted, "{name}; if this change is meant, run the tests with UPDATE_GOLDEN=1");
}

#[test]
fn tables_are_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let files = write_all(folder.path(), TableOptions { format: Format::Csv, hxl: true });
    for table in schema::TABLES {
        golden(folder.path(), &table.file(Format::Csv));
        let twin = format!("{}.hxl.csv", table.name);
        assert_eq!(files.iter().any(|f| f.name == twin), table.hxl, "{twin}");
    }
    golden(folder.path(), "needs.hxl.csv");
    golden(folder.path(), "datapackage.json");
}

#[test]
fn stock_today_is_stock_yesterday_plus_entries_minus_exits() {
    let folder = tempfile::tempdir().unwrap();
    write_all(folder.path(), TableOptions::default());
    // Two replicates, two days with a day before, one nationality that is ever there.
    assert_eq!(super::balance::check(folder.path()).unwrap(), 2 * 2);
}

#[test]
fn parquet_holds_what_the_csv_holds_and_the_same_bytes_every_time() {
    let (csv, parquet, again) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write_all(csv.path(), TableOptions::default());
    let options = TableOptions { format: Format::Parquet, hxl: false };
    assert_eq!(write_all(parquet.path(), options), write_all(again.path(), options));
    for table in schema::TABLES {
        let file = parquet.path().join(table.file(Format::Parquet));
        assert!(file.exists(), "{}", file.display());
        let rows = |folder: &Path| {
            let mut rows = Vec::new();
            super::read::rows(folder, table, |row| rows.push(row.to_vec())).unwrap();
            rows
        };
        let rows_of_csv = rows(csv.path());
        assert!(!rows_of_csv.is_empty(), "{}", table.name);
        assert_eq!(rows(parquet.path()), rows_of_csv, "{}", table.name);
    }
}
