//! Names mean nothing: with all places, nationalities, ports, zones and modes called otherwise, a run writes the same with
//! the other names in it.

use std::collections::BTreeMap;

use crate::files::{Valley, assert_same};

/// Names of the valley and others for them, which sort the other way round.
fn others() -> BTreeMap<String, String> {
    let valley = Valley::new();
    let mut names: Vec<String> = Vec::new();
    for (table, columns) in [
        ("places.csv", &["place", "name", "zone"][..]),
        ("nationalities.csv", &["nationality"]),
        ("modes.csv", &["mode", "leg_tag"]),
        ("ports.csv", &["port"]),
    ] {
        valley.change(table, |header, rows| {
            for column in columns {
                let at = header.iter().position(|h| h == column).expect("a column");
                names.extend(rows.iter().map(|row| row[at].clone()));
            }
            rows
        });
    }
    names.sort();
    names.dedup();
    let many = names.len();
    names.into_iter().enumerate().map(|(i, name)| (name, format!("Zq{:03}x", many - i))).collect()
}

/// A text with whole words replaced. Parts of words, as in the ids of policies, are not.
fn replaced(text: &str, names: &BTreeMap<String, String>) -> String {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    // Names of two words first.
    let mut longest: Vec<_> = names.iter().collect();
    longest.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    let (mut out, mut rest) = (String::new(), text);
    while let Some(c) = rest.chars().next() {
        let begins = !out.chars().next_back().is_some_and(part_of_word);
        let found = longest.iter().find(|(name, _)| {
            begins && rest.strip_prefix(name.as_str()).is_some_and(|after| !after.starts_with(part_of_word))
        });
        match found {
            Some((name, other)) => {
                out.push_str(other);
                rest = &rest[name.len()..];
            }
            None => {
                out.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    out
}

#[test]
fn names_mean_nothing() {
    let names = others();
    assert!(names.len() > 25, "{names:?}");
    let valley = Valley::new();
    let was = valley.run();
    for table in valley.tables().iter().filter(|table| *table != "sources.csv") {
        valley.change(table, |_, rows| {
            let cell = |cell: &String| {
                let whole = names.get(cell).cloned();
                // Tags of legs are listed.
                whole.unwrap_or_else(|| if cell.contains('|') { replaced(cell, &names) } else { cell.clone() })
            };
            rows.iter().map(|row| row.iter().map(cell).collect()).collect()
        });
    }
    valley.write_scenario(&replaced(&valley.scenario_text(), &names));
    // The new names are nowhere part of another.
    let back = |text: String| names.iter().fold(text, |text, (name, other)| text.replace(other.as_str(), name));
    let is: BTreeMap<String, String> = valley.run().into_iter().map(|(name, text)| (name, back(text))).collect();
    assert!(was.values().any(|text| text.contains("Maresia")), "no table has a name in it");
    assert_same(&was, &is, "with other names");
}
