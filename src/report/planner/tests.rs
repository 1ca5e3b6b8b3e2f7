//! The message files: complete in both languages, and drawable.

use std::collections::BTreeSet;

use super::language::Say;
use crate::report::draw::font;
use crate::report::language::Language;
use crate::scenario::{self, Overrides};

fn both() -> [&'static Say; 2] {
    Language::ALL.map(Say::of)
}

/// Names in braces of a message.
fn marks(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

#[test]
fn both_languages_say_the_same_things() {
    let [english, spanish] = both();
    let own = |say: &'static Say| -> BTreeSet<&'static String> {
        say.messages().keys().filter(|key| !key.starts_with("texts.")).collect()
    };
    assert_eq!(own(english).symmetric_difference(&own(spanish)).collect::<Vec<_>>(), Vec::<&&String>::new());
    for key in own(english) {
        let (a, b) = (english.text(key), spanish.text(key));
        assert_eq!(marks(a), marks(b), "{key}");
        assert_eq!(a.is_empty(), b.is_empty(), "{key}");
    }
}

#[test]
fn a_world_says_otherwise_only_what_is_said_of_all() {
    for say in both() {
        for (key, text) in say.messages().iter().filter(|(key, _)| key.starts_with("worlds.")) {
            let general = key.splitn(3, '.').nth(2).unwrap();
            assert!(say.has(general), "{key}");
            assert_eq!(marks(text), marks(say.text(general)), "{key}");
        }
        let mexico = say.of_world("mexico");
        assert_ne!(mexico.text("metrics.settled"), say.text("metrics.settled"));
        assert_eq!(say.of_world("velmora").text("metrics.settled"), say.text("metrics.settled"));
    }
    // What is said of every world names no country or city.
    for say in both() {
        let general = |key: &&String| !["worlds.", "texts.", "names."].iter().any(|own| key.starts_with(own));
        for key in say.messages().keys().filter(general) {
            let named = ["Mexic", "México", "mexican", "Tapachula", "United States", "Estados Unidos", "EE. UU."];
            assert!(!named.iter().any(|name| say.text(key).contains(name)), "{key}: {}", say.text(key));
        }
    }
}

#[test]
fn sentences_are_translated() {
    let [english, spanish] = both();
    let same = |key: &&String| english.text(key) == spanish.text(key) && english.text(key).split(' ').count() > 4;
    let left: Vec<&String> = english.messages().keys().filter(same).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn every_letter_can_be_drawn() {
    for say in both() {
        for (key, text) in say.messages() {
            let missing: Vec<char> = text.chars().filter(|c| !font::has(*c)).collect();
            assert!(missing.is_empty(), "{key}: {missing:?}");
        }
    }
}

#[test]
fn what_built_in_scenarios_say_is_known_in_spanish() {
    let spanish = Say::of(Language::Spanish);
    for name in scenario::scenario_names() {
        let scenario = scenario::load(&name, &Overrides::default()).unwrap();
        let notes = scenario.policies.iter().map(|p| p.note.as_str());
        for text in [scenario.title.as_str(), &scenario.question].into_iter().chain(notes).filter(|t| !t.is_empty()) {
            assert!(spanish.tree["texts"].get(text).is_some(), "{name}: {text}");
        }
    }
}

#[test]
fn lists_and_dates_follow_the_language() {
    let [english, spanish] = both();
    assert_eq!(english.list(&["Tapachula", "Irapuato"]), "Tapachula and Irapuato");
    assert_eq!(spanish.list(&["Tapachula", "Reynosa", "Irapuato"]), "Tapachula, Reynosa e Irapuato");
    let day = jiff::civil::date(2024, 5, 21);
    assert_eq!((english.date(day), spanish.date(day)), ("21 May 2024".into(), "21 may 2024".into()));
    assert_eq!((english.date_long(day), spanish.date_long(day)), ("21 May 2024".into(), "21 de mayo de 2024".into()));
    assert_eq!(spanish.month_year(day), "mayo de 2024");
}
