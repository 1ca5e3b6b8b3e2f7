//! Whatever stands in a file, the loader answers; it never panics.

use antesala::scenario::{self, Overrides};
use proptest::prelude::*;

const TUTORIAL: &str = include_str!("../scenarios/tutorial.toml");
const TABLES: [(&str, &str); 9] = [
    ("nationalities.csv", include_str!("../scenarios/data/velmora/nationalities.csv")),
    ("places.csv", include_str!("../scenarios/data/velmora/places.csv")),
    ("modes.csv", include_str!("../scenarios/data/velmora/modes.csv")),
    ("routes.csv", include_str!("../scenarios/data/velmora/routes.csv")),
    ("ports.csv", include_str!("../scenarios/data/velmora/ports.csv")),
    ("inflow.csv", include_str!("../scenarios/data/velmora/inflow.csv")),
    ("dispositions.csv", include_str!("../scenarios/data/velmora/dispositions.csv")),
    ("observed.csv", include_str!("../scenarios/data/velmora/observed.csv")),
    ("basemap.geojson", include_str!("../scenarios/data/velmora/basemap.geojson")),
];

/// Loads a file with these bytes; the answer and its rendering must not panic.
fn load(bytes: &[u8], overrides: &Overrides) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("s.toml");
    std::fs::write(&file, bytes).unwrap();
    answered(file.to_str().unwrap(), overrides)
}

fn answered(file: &str, overrides: &Overrides) -> bool {
    match scenario::load(file, overrides) {
        Ok(_) => true,
        Err(e) => {
            assert!(e.problems().count() > 0);
            assert!(!format!("{:?}", miette::Report::new(e)).is_empty());
            false
        }
    }
}

/// A text with some bytes put in, taken out or swapped.
fn mangled(text: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just("\"".to_string()),
        Just("\n".into()),
        Just(",".into()),
        Just("]".into()),
        Just("[[".into()),
        Just("=".into()),
        Just("nan".into()),
        Just("-".into()),
        Just("1e999".into()),
        Just("é\u{0}".into()),
        Just("{".into()),
        Just("9999999999999999999999".into()),
        Just("\r".into()),
        Just("id".into()),
        ".{1,4}",
    ];
    prop::collection::vec((any::<prop::sample::Index>(), 0usize..6, piece), 1..5).prop_map(move |edits| {
        let mut bytes = text.as_bytes().to_vec();
        for (at, length, piece) in edits {
            let from = at.index(bytes.len() + 1);
            let to = (from + length).min(bytes.len());
            bytes.splice(from..to, piece.into_bytes());
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in "(?s).{0,300}") {
        load(text.as_bytes(), &Overrides::default());
    }

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        load(&bytes, &Overrides::default());
    }

    #[test]
    fn any_assignment(path in "[a-z_.\" ]{0,20}", value in "(?s).{0,20}", scale in any::<f64>()) {
        let overrides = Overrides { set: vec![format!("{path}={value}")], scale: Some(scale), ..Overrides::default() };
        answered("tutorial", &overrides);
    }

    #[test]
    fn any_value(value in "(?s).{0,20}") {
        let set = ["app.slots", "app.geofence", "app.booking", "enforcement.level", "enforcement.level.coast", "app.enabled"];
        for path in set {
            answered("tutorial", &Overrides { set: vec![format!("{path}={value}")], ..Overrides::default() });
        }
    }

    #[test]
    fn a_mangled_scenario(bytes in mangled(TUTORIAL)) {
        load(&bytes, &Overrides::default());
    }

    #[test]
    fn a_mangled_world(which in 0..TABLES.len(), seed in any::<prop::sample::Index>(), edits in mangled(TABLES[1].1)) {
        let folder = tempfile::tempdir().unwrap();
        let world = folder.path().join("w");
        std::fs::create_dir(&world).unwrap();
        for (i, (name, text)) in TABLES.iter().enumerate() {
            // Part of the table, then what mangling made of another.
            let cut = seed.index(text.len() + 1);
            let bytes = if i == which { [&text.as_bytes()[..cut], &edits[cut.min(edits.len())..]].concat() } else { text.as_bytes().to_vec() };
            std::fs::write(world.join(name), bytes).unwrap();
        }
        let file = folder.path().join("s.toml");
        std::fs::write(&file, TUTORIAL.replace("builtin:velmora", "w")).unwrap();
        answered(file.to_str().unwrap(), &Overrides::default());
    }
}
