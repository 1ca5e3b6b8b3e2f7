//! Charts of an invented run: what is drawn, that it can be read, that it is always the same.

#[path = "fixture/digest.rs"]
mod fixture;

use antesala::record::digest::Digest;
use antesala::report::charts::{CATALOG, ChartSet, draw_all, draw_charts, pages};
use antesala::report::draw::canvas::{Canvas, Rect, Shape};
use antesala::report::draw::font;
use antesala::report::draw::series::BAND;
use antesala::report::language::Language;
use antesala::report::words::Words;
use fixture::invented;
use jiff::civil::date;

const LAND: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"level":"adm1"},
    "geometry":{"type":"Polygon","coordinates":[[[-118,14],[-87,14],[-87,33],[-118,33],[-118,14]]]}}]}"#;

/// Long with eight replicates, middling with one, and too short for a whole second month.
fn runs() -> Vec<(&'static str, Digest)> {
    let mut full = invented(8, date(2025, 1, 20));
    full.basemap = Some(LAND.into());
    vec![("full", full), ("single", invented(1, date(2024, 6, 30))), ("short", invented(3, date(2023, 2, 10)))]
}

/// A run in which nothing happens.
fn empty() -> Digest {
    let mut digest = invented(2, date(2023, 3, 31));
    digest
        .backlog
        .iter_mut()
        .chain(&mut digest.requesting)
        .chain(&mut digest.long_waiting)
        .chain(&mut digest.foreign_backlog)
        .for_each(|s| s.fill(0.0));
    digest.stock_by_place.clear();
    digest.stock_by_state.clear();
    digest.flows.clear();
    digest.appointments.clear();
    digest.waits.clear();
    digest.caravans.clear();
    digest.legs.clear();
    digest
}

/// Messages that the languages say differently: as (English, Spanish), cut at what is filled in.
fn differing() -> Vec<(String, String)> {
    fn walk(en: &toml::Value, es: &toml::Value, out: &mut Vec<(String, String)>) {
        match (en, es) {
            (toml::Value::String(en), toml::Value::String(es)) if en != es => out.push((en.clone(), es.clone())),
            (toml::Value::Array(en), toml::Value::Array(es)) => en.iter().zip(es).for_each(|(a, b)| walk(a, b, out)),
            (toml::Value::Table(en), toml::Value::Table(es)) => {
                en.iter().for_each(|(key, value)| walk(value, &es[key], out));
            }
            _ => {}
        }
    }
    let read = |text: &str| toml::Value::Table(text.parse().expect("TOML"));
    let mut out = Vec::new();
    walk(
        &read(include_str!("../assets/messages/en/charts.toml")),
        &read(include_str!("../assets/messages/es-MX/charts.toml")),
        &mut out,
    );
    out
}

/// The parts of a message between what is filled in.
fn parts(message: &str) -> Vec<&str> {
    message.split(['{', '}']).step_by(2).collect()
}

fn spanish() -> &'static Words {
    Words::of(Language::Spanish)
}

fn english() -> &'static Words {
    Words::of(Language::English)
}

fn page(digest: &Digest, name: &str) -> Canvas {
    let found = pages(digest, english()).into_iter().find(|(entry, _)| entry.name == name).expect("in the catalogue");
    found.1.unwrap_or_else(|reason| panic!("{name} left out: {reason}"))
}

fn texts(canvas: &Canvas) -> Vec<&str> {
    canvas.texts().map(|t| t.text.as_str()).collect()
}

#[test]
fn every_chart_is_drawn_in_order() {
    let set = draw_charts(&runs()[0].1, english()).expect("draws");
    assert_eq!(set.left_out, []);
    let names: Vec<&str> = set.drawn.iter().map(|c| c.name).collect();
    assert_eq!(names, CATALOG.iter().map(|e| e.name).collect::<Vec<_>>());
    for chart in &set.drawn {
        assert!(chart.svg.starts_with("<svg ") && chart.svg.contains("<title>"), "{}", chart.name);
        assert!(!chart.svg.contains("<text"), "{} depends on the reader's fonts", chart.name);
        assert!(chart.png.starts_with(b"\x89PNG"), "{}", chart.name);
        let width = u32::from_be_bytes(chart.png[16..20].try_into().expect("four bytes"));
        assert_eq!(width, 1920, "{}", chart.name);
        resvg::usvg::Tree::from_str(&chart.svg, &Default::default()).expect("readable SVG");
    }
}

#[test]
fn every_chart_is_drawn_in_spanish() {
    let (set, english) =
        (draw_charts(&runs()[0].1, spanish()).expect("draws"), draw_charts(&runs()[0].1, english()).expect("draws"));
    assert_eq!(set.left_out, []);
    for (es, en) in set.drawn.iter().zip(&english.drawn) {
        assert_eq!(es.name, en.name);
        assert!(es.svg != en.svg && es.png != en.png, "{}", es.name);
    }
    assert!(set.drawn[0].svg.contains("<title>Personas en espera de una cita: "));
}

#[test]
fn spanish_charts_say_nothing_in_english() {
    let differing = differing();
    assert!(differing.len() > 150);
    for (run, mut digest) in runs() {
        digest.policies.clear();
        for (entry, page) in pages(&digest, spanish()) {
            let said = match &page {
                Ok(canvas) => texts(canvas),
                Err(reason) => vec![reason.as_str()],
            };
            let whole = format!(" {} ", said.join(" "));
            for (en, es) in &differing {
                assert!(!said.contains(&en.as_str()), "{run}/{}: {en:?} instead of {es:?}", entry.name);
                for part in parts(en).into_iter().filter(|part| part.trim().contains(' ') && !es.contains(*part)) {
                    assert!(!whole.contains(part), "{run}/{}: {part:?} of {en:?}", entry.name);
                }
            }
        }
    }
}

#[test]
fn no_text_covers_another_or_leaves_the_page() {
    for (run, digest) in runs() {
        for (entry, page) in pages(&digest, english()).into_iter().chain(pages(&digest, spanish())) {
            let Ok(canvas) = page else { continue };
            let paper = Rect::new(0.0, 0.0, canvas.width, canvas.height);
            let boxes: Vec<_> = canvas.texts().map(|t| (t.bounds(), t.text.as_str())).collect();
            for (i, (a, text)) in boxes.iter().enumerate() {
                assert!(paper.contains(a), "{run}/{}: {text:?} leaves the page: {a:?}", entry.name);
                for (b, other) in &boxes[i + 1..] {
                    assert!(a.shared_area(b) < 1.0, "{run}/{}: {text:?} covers {other:?}", entry.name);
                }
            }
        }
    }
}

#[test]
fn every_character_drawn_has_a_glyph() {
    for (run, mut digest) in runs() {
        digest.title = "Año 2024 → 50 % más citas, ≥ 1,000 − 20 Ł 中".into();
        digest.places[1].name = "Ñuñoa–Çelik œ".into();
        for (entry, page) in pages(&digest, english()).into_iter().chain(pages(&digest, spanish())) {
            let Ok(canvas) = page else { continue };
            for text in texts(&canvas) {
                assert!(text.chars().all(font::has), "{run}/{}: {text:?}", entry.name);
                let unknown = text.contains('?') && !text.contains("Año");
                assert!(!unknown, "{run}/{}: a character of ours is unknown in {text:?}", entry.name);
            }
        }
    }
}

#[test]
fn bytes_do_not_depend_on_threads() {
    let digest = &runs()[0].1;
    let with = |threads: usize| -> ChartSet {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| draw_charts(digest, english())).expect("draws")
    };
    assert!(with(1) == with(3));
}

#[test]
fn one_replicate_has_no_band_and_says_so() {
    let bands = |digest: &Digest| {
        let faded = |s: &&Shape| matches!(s, Shape::Polygon { ink, .. } if ink.alpha == BAND);
        page(digest, "backlog").shapes.iter().filter(faded).count()
    };
    assert_eq!(bands(&runs()[1].1), 0);
    assert_eq!(bands(&runs()[1].1), 0);
    assert_eq!(bands(&runs()[0].1), 4);
    assert_eq!(bands(&runs()[0].1), 4);
    assert!(texts(&page(&runs()[1].1, "backlog")).iter().any(|t| t.contains("one replicate")));
    assert!(texts(&page(&runs()[1].1, "backlog")).iter().any(|t| t.contains("one replicate")));
    assert!(texts(&page(&runs()[0].1, "backlog")).iter().any(|t| t.contains("median of 8 replicates")));
}

#[test]
fn observations_are_hollow_and_named_with_their_source() {
    let canvas = page(&runs()[0].1, "interceptions");
    let hollow = canvas.shapes.iter().filter(|s| matches!(s, Shape::Circle { stroke: Some(_), .. })).count();
    // Twelve months of 2024, the year 2023 as one span, and a mark of each in the legend.
    assert_eq!(hollow, 12 + 1 + 2);
    let words = texts(&canvas).join(" ");
    assert!(words.contains("Interior Ministry [S05, S06]") && words.contains("seed 1"), "{words}");
}

#[test]
fn series_the_inflow_came_from_are_marked_so() {
    let words = |name| texts(&page(&runs()[0].1, name)).join(" ");
    assert!(words("border_patrol").contains("used to derive the inflow"));
    assert!(!words("interceptions").contains("derive"));
}

#[test]
fn nothing_to_show_is_left_out_with_a_reason() {
    let set = draw_charts(&empty(), english()).expect("draws");
    assert_eq!(set.drawn.len(), 0, "{:?}", set.drawn.iter().map(|c| c.name).collect::<Vec<_>>());
    assert_eq!(set.left_out.len(), CATALOG.len());
    assert!(set.left_out.iter().all(|l| !l.reason.is_empty()));
}

#[test]
fn a_world_without_a_base_map_has_a_map() {
    let mut digest = runs().remove(1).1;
    digest.basemap = Some("this is no GeoJSON".into());
    let broken = page(&digest, "map");
    digest.basemap = None;
    assert_eq!(broken, page(&digest, "map"));
    let words = texts(&broken).join(" ");
    assert!(words.contains("Tapachula") && !words.contains("Boundaries"));
}

#[test]
fn strange_digests_do_not_panic() {
    let mut digest = runs().remove(2).1;
    digest.places[3].lat = f64::NAN;
    digest.legs[0].to = 999;
    digest.caravans[0].place = 999;
    digest.stock_by_place.truncate(2);
    digest.backlog[0].truncate(3);
    digest.waits[0].mean = None;
    digest.observed.iter_mut().for_each(|row| row.nationality = row.nationality.map(|n| n + 50));
    draw_all(&digest, english()).expect("draws");
    digest.last_day = date(2022, 1, 1);
    digest.nationalities.clear();
    digest.places.clear();
    digest.replicates = 0;
    draw_all(&digest, english()).expect("draws");
}

/// Writes every chart to the folder named by `CHARTS_DIR`, to be looked at; `BASEMAP` names a GeoJSON file.
#[test]
#[ignore = "writes pictures for a reader; run with CHARTS_DIR set"]
fn preview() {
    let Ok(folder) = std::env::var("CHARTS_DIR") else { return };
    for (name, mut digest) in runs() {
        if let Some(text) = std::env::var("BASEMAP").ok().and_then(|path| std::fs::read_to_string(path).ok()) {
            digest.basemap = (name != "single").then_some(text);
        }
        let folder = std::path::Path::new(&folder).join(name);
        std::fs::create_dir_all(&folder).expect("the folder can be made");
        let set = draw_charts(&digest, english()).expect("charts draw");
        for chart in set.drawn {
            std::fs::write(folder.join(format!("{}.png", chart.name)), &chart.png).expect("written");
            std::fs::write(folder.join(format!("{}.svg", chart.name)), &chart.svg).expect("written");
        }
        for left_out in set.left_out {
            println!("{name}: {} left out: {}", left_out.name, left_out.reason);
        }
    }
}
