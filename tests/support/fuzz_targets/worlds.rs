//! The tables of a world, each read beside others that are right, and its base map.

use antesala::report::language::Language;
use antesala::report::place_map::{MapFrame, MapLink, MapPlace, MapWords, PlaceMap};
use antesala::report::words::Words;
use antesala::scenario::input::World;
use antesala::scenario::world_of_files;

use super::refused;

/// A small right world with every table but the base map.
pub const WORLD: [(&str, &str); 13] = [
    (
        "sources.csv",
        "source_id,title,publisher,date,url\nS1,First,Press,2031-01-01,https://example.org\nS2,Second,,,\n",
    ),
    ("nationalities.csv", "nationality,national\nMaresia,false\nOrvane,true\n"),
    ("modes.csv", "mode,leg_tag,speed_kmh,on_foot,papers\ncoach,road,,false,where_refused\nfoot,road,4,true,none\n"),
    (
        "places.csv",
        "place,name,kind,zone,admin1,pcode,lat,lon,return_weight,crossing_weight,asylum_weight,waiting_hub\n\
         quay,Quay,entry,coast,,,-38.2,-24.6,1,0,1,false\n\
         post,Post,checkpoint,coast,,,-37,-24.6,0,0,0,false\n\
         gate,North Gate,border,heights,,,-35.4,-24.6,0,1,0,true\n",
    ),
    ("routes.csv", "from,to,km,hours,modes\nquay,post,150,3,road\npost,gate,150,3,road\n"),
    ("ports.csv", "port,place,from,share\nNorth Gate,gate,2031-01-01,1\n"),
    ("inflow.csv", "month,nationality,place,persons\n2031-03,Maresia,quay,100\n"),
    ("parole.csv", "month,nationality,persons\n2031-03,Maresia,10\n"),
    ("initial.csv", "place,nationality,persons,waited_days\nquay,Maresia,5,10\n"),
    ("dispositions.csv", "month,nationality,released,removed,expelled\n2031-03,Maresia,0.5,0.25,0.25\n"),
    ("shelters.csv", "place,from,places\nquay,2031-03-01,10\n"),
    (
        "observed.csv",
        "series,from,to,nationality,place,value,unit,used\nbacklog,2031-03-31,2031-03-31,,,9,persons,false\n",
    ),
    (
        "targets.csv",
        "target,family,series,nationality,place,from,to,value,error,unit\n\
         t1,f,backlog,foreign,,2031-03-31,2031-03-31,9,1,persons\n",
    ),
];

/// The tables that a world cannot do without.
const NEEDED: [&str; 5] = ["nationalities.csv", "modes.csv", "places.csv", "routes.csv", "inflow.csv"];

/// Reads a table beside those that a world needs.
fn read(file: &str, bytes: &[u8]) {
    let own = |(name, text): (&str, &str)| {
        let bytes = if name == file { bytes.to_vec() } else { text.as_bytes().to_vec() };
        (name.to_string(), bytes)
    };
    let read = WORLD.iter().filter(|(name, _)| *name == file || NEEDED.contains(name)).copied();
    match world_of_files("w".into(), "w", read.map(own).collect()) {
        Ok(world) => sound(&world),
        Err(error) => drop(refused(&error)),
    }
}

/// What a world that was accepted may be relied on for.
fn sound(world: &World) {
    let (places, nationalities) = (world.places.len(), world.nationalities.len());
    assert!(world.names.nationalities.len() == nationalities && world.names.modes.len() == world.modes.len());
    for place in &world.places {
        assert!(place.zone < world.names.zones.len());
        let numbers = [place.lat, place.lon, place.return_weight, place.crossing_weight, place.asylum_weight];
        assert!(numbers.iter().all(|x| x.is_finite()));
    }
    for leg in &world.legs {
        assert!(leg.from < places && leg.to < places && leg.from != leg.to);
        assert!(leg.km > 0.0 && leg.km.is_finite() && leg.hours >= 0.0 && leg.hours.is_finite());
        assert!(leg.modes.len() == world.modes.len() && leg.modes.contains(&true));
    }
    for port in &world.ports {
        assert!(port.place < places && port.shares.is_sorted_by(|a, b| a.0 < b.0));
    }
    assert!(world.inflow.iter().all(|r| r.place < places && r.nationality < nationalities && r.persons >= 0.0));
    assert!(world.inflow.iter().any(|r| r.persons > 0.0));
    for row in &world.dispositions {
        let sum = row.released + row.removed + row.expelled + row.held;
        assert!((sum - 1.0).abs() < 0.01);
    }
    assert!(world.observed.iter().all(|r| r.from <= r.to && r.value.is_finite()));
    assert!(world.targets.iter().all(|r| r.from <= r.to && r.value.is_finite() && r.line > 1));
}

macro_rules! tables {
    ($($target:ident: $file:literal),+ $(,)?) => {
        $(pub fn $target(bytes: &[u8]) {
            read($file, bytes);
        })+
    };
}

tables! {
    sources_csv: "sources.csv",
    nationalities_csv: "nationalities.csv",
    modes_csv: "modes.csv",
    places_csv: "places.csv",
    routes_csv: "routes.csv",
    ports_csv: "ports.csv",
    inflow_csv: "inflow.csv",
    parole_csv: "parole.csv",
    initial_csv: "initial.csv",
    dispositions_csv: "dispositions.csv",
    shelters_csv: "shelters.csv",
    observed_csv: "observed.csv",
    targets_csv: "targets.csv",
}

/// A base map that a world accepts is also drawn, in numbers that a picture can hold.
pub fn basemap_geojson(bytes: &[u8]) {
    let files = WORLD.iter().filter(|(name, _)| NEEDED.contains(name));
    let files = files.map(|(name, text)| (name.to_string(), text.as_bytes().to_vec()));
    let files = files.chain([("basemap.geojson".to_string(), bytes.to_vec())]).collect();
    let world = match world_of_files("w".into(), "w", files) {
        Ok(world) => world,
        Err(error) => return drop(refused(&error)),
    };
    let page = map(&world).html().expect("two places are drawn");
    for word in ["NaN", "inf"] {
        assert!(!page.contains(word), "{word} in a picture");
    }
}

/// Two places with people, and those on the way.
fn map(world: &World) -> PlaceMap<'_> {
    let place = |name: &str, lat, lon| MapPlace { name: name.into(), lat, lon, label_rank: 0 };
    let word = |text: &str| text.to_string();
    PlaceMap {
        id: "m".into(),
        title: "T".into(),
        description: "D".into(),
        basemap: world.basemap.as_deref(),
        places: vec![place("Quay", -38.2, -24.6), place("North Gate", -35.4, -24.6)],
        links: vec![MapLink { from: 0, to: 1, via: Vec::new(), back: false }],
        frames: vec![MapFrame { date: "d".into(), persons: vec![[9.0, 10.0, 11.0]; 2], flows: vec![50.0] }],
        shown: 0,
        words: MapWords {
            lang: word("en"),
            persons: word("persons"),
            flows: word("flows"),
            onward: word("onward"),
            back: word("back"),
            left_out: word("{n}"),
            few: word("few"),
            nobody: word("nobody"),
            caption: word("{date}"),
            place: word("place"),
            people: word("people"),
            range: word("range"),
            play: word("play"),
            pause: word("pause"),
            earlier: word("earlier"),
            later: word("later"),
            slider: word("slider"),
        },
        numbers: Words::of(Language::English),
    }
}
