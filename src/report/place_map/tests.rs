use super::amounts::{self, Amounts, Shown};
use super::picture::{self, Layout, NARROW, Picture, WIDE};
use super::*;
use crate::report::language::Language;
use crate::report::words::Words;

pub(super) fn words() -> MapWords {
    let w = |text: &str| text.to_string();
    MapWords {
        lang: w("es-MX"),
        persons: w("Personas presentes"),
        flows: w("Personas por semana"),
        onward: w("desplazamientos; la punta indica el sentido"),
        back: w("retorno al sur"),
        left_out: w("Menos de {n} personas por semana: sin línea."),
        few: w("menos de 10"),
        nobody: w("sin personas"),
        caption: w("Lugares con más personas, {date}"),
        place: w("Lugar"),
        people: w("Personas (mediana)"),
        range: w("Rango, 9 de cada 10"),
        play: w("Reproducir"),
        pause: w("Pausa"),
        earlier: w("Semana anterior"),
        later: w("Semana siguiente"),
        slider: w("Semana"),
    }
}

fn place(name: &str, lat: f64, lon: f64) -> MapPlace {
    MapPlace { name: name.into(), lat, lon, label_rank: 0 }
}

fn link(from: usize, to: usize, back: bool) -> MapLink {
    MapLink { from, to, via: Vec::new(), back }
}

/// A crowd of places around one road, with two weeks.
fn crowd() -> PlaceMap<'static> {
    let places: Vec<MapPlace> = (0..24)
        .map(|i| {
            let i = f64::from(i);
            place(&format!("Ciudad {i} <&>"), 15.0 + 0.6 * i + (i * 1.7).sin(), -92.0 - i + (i * 2.3).cos())
        })
        .collect();
    let links: Vec<MapLink> = (0..23).flat_map(|i| [link(i, i + 1, false), link(i + 1, i, i % 2 == 0)]).collect();
    let frame = |date: &str, k: f64| MapFrame {
        date: date.into(),
        persons: (0..24)
            .map(|i| [k * 900.0 * f64::from(i), k * 1000.0 * f64::from(i), k * 1200.0 * f64::from(i)])
            .collect(),
        flows: (0..46).map(|i| k * 100.0 * f64::from(i)).collect(),
    };
    PlaceMap {
        id: "m".into(),
        title: "T".into(),
        description: "D".into(),
        basemap: None,
        places,
        links,
        frames: vec![frame("1 de enero de 2024", 1.0), frame("</script>", 2.0)],
        shown: 0,
        words: words(),
        numbers: Words::of(Language::English),
    }
}

fn drawn(map: &PlaceMap, layout: &Layout) -> Picture {
    picture::draw(map, &Amounts::of(map), map.shown, layout).expect("a picture")
}

#[test]
fn persons_are_rounded_as_their_range_deserves() {
    let got = |low, mid, high| {
        let s = amounts::shown([low, mid, high]);
        (s.low, s.mid, s.high)
    };
    assert_eq!(got(40_221.0, 40_835.0, 41_714.0), (40_200, 40_800, 41_700));
    assert_eq!(got(30_100.0, 35_400.0, 42_300.0), (30_000, 35_000, 42_000));
    assert_eq!(got(101.0, 104.0, 108.0), (100, 100, 110));
    assert_eq!(got(40_835.0, 40_835.0, 40_835.0), (40_800, 40_800, 40_800));
    assert_eq!(got(0.0, 4.0, 30.0), (0, 1, 30));
    assert_eq!(got(0.0, 40.0, 9_000.0), (0, 40, 9_000));
    assert_eq!(got(f64::NAN, f64::INFINITY, -3.0), (0, 0, 0));
    let ordered = |s: Shown| s.low <= s.mid && (s.mid <= s.high || s.mid == 1);
    assert!((0..4000).map(|i| f64::from(i) * 7.3).all(|m| ordered(amounts::shown([m * 0.4, m, m * 1.3]))));
}

#[test]
fn persons_read_in_words_where_few() {
    let map = crowd();
    let text = |p| amounts::shown(p).text(&map);
    assert_eq!(text([30_100.0, 35_400.0, 42_300.0]), "35,000 (30,000–42,000)");
    assert_eq!(text([0.0, 3.0, 8.0]), "menos de 10 (0–10)");
    assert_eq!(text([2.0, 3.0, 4.0]), "menos de 10");
    assert_eq!(text([0.0; 3]), "sin personas");
    assert_eq!(text([0.0, 0.0, 60.0]), "0 (0–60)");
}

#[test]
fn legends_are_round_and_fall() {
    assert_eq!(amounts::legend(35_000.0), [20_000.0, 5_000.0, 1_000.0]);
    assert_eq!(amounts::legend(9.0), [5.0, 1.0]);
    assert!(amounts::legend(0.4).is_empty());
}

#[test]
fn labels_cover_neither_each_other_nor_a_circle_of_any_week() {
    let map = crowd();
    for layout in [WIDE, NARROW] {
        let picture = drawn(&map, &layout);
        assert!(picture.names.len() >= layout.labels / 2, "{}", picture.names.len());
        for (i, a) in picture.names.iter().enumerate() {
            assert!(a.rect.x0 >= 0.0 && a.rect.x1 <= layout.width && a.rect.y0 >= 0.0, "{:?}", a.rect);
            assert!(picture.names[i + 1..].iter().all(|b| !a.rect.overlaps(&b.rect)));
            assert!(picture.circles.iter().all(|((x, y), r)| {
                let (dx, dy) = (x - x.clamp(a.rect.x0, a.rect.x1), y - y.clamp(a.rect.y0, a.rect.y1));
                dx.hypot(dy) >= *r
            }));
        }
    }
}

#[test]
fn the_page_holds_every_frame_and_no_loose_markup() {
    let html = crowd().html().expect("a map");
    let json = html.split("data-frames>").nth(1).and_then(|s| s.split("</script>").next()).expect("data");
    let data: serde_json::Value = serde_json::from_str(json).expect("json");
    assert_eq!(data["dates"][1], "</script>");
    assert_eq!(data["persons"][1][3 * 23 + 1], 46_000);
    assert_eq!(data["flows"][1][45], 1000);
    assert_eq!(data["flows"][0][0], 0);
    assert_eq!(html.matches("<script").count(), 1);
    assert!(html.contains("Ciudad 23 &lt;&amp;&gt;") && !html.contains("NaN"));
    assert_eq!(html.matches("<tr>").count(), 11);
}

#[test]
fn both_directions_of_a_way_are_drawn_apart() {
    let html = drawn(&crowd(), &WIDE).svg;
    let ends = |link: usize| {
        let path = html.split(&format!("data-l=\"{link}\" d=\"M")).nth(1).and_then(|s| s.split('"').next());
        let numbers: Vec<f64> = path.expect("a path").split(['C', ' ']).filter_map(|n| n.parse().ok()).collect();
        ((numbers[0], numbers[1]), (numbers[numbers.len() - 2], numbers[numbers.len() - 1]))
    };
    let gap = |a: (f64, f64), b: (f64, f64)| (a.0 - b.0).hypot(a.1 - b.1);
    // The broader one runs between the places themselves; the other beside it, so that their edges do not touch.
    let (there, back) = (ends(44), ends(45));
    let least = WIDE.widest / 2.0 * (1.0 + 45.0 / 46.0);
    assert!(gap(there.0, back.1) > least - 0.2 && gap(there.1, back.0) > least - 0.2, "{there:?} {back:?}");
    assert!(html.contains("class=\"f b\" data-l=\"45\"") && html.contains("class=\"f\" data-l=\"42\""));
}

#[test]
fn poor_data_give_a_sane_picture_or_none() {
    let mut map = crowd();
    map.frames.iter_mut().for_each(|f| f.flows.clear());
    map.frames[0].persons.truncate(3);
    map.frames[1].persons[5] = [f64::NAN; 3];
    map.places[2].lat = f64::NAN;
    map.links.push(link(0, 99, false));
    map.shown = 99;
    let html = map.html().expect("still a map");
    assert!(!html.contains("NaN") && !html.contains("inf"));
    map.basemap = Some("no json");
    assert!(map.html().is_some());
    map.places.truncate(1);
    map.frames.iter_mut().for_each(|f| f.persons = vec![[5.0, 50.0, 90.0]]);
    let html = map.html().expect("one place");
    assert!(html.contains(">50 (10–90)<") && html.contains(">(10–90)<"));
    map.frames.iter_mut().for_each(|f| f.persons.clear());
    assert!(map.html().is_none());
    map.frames.clear();
    assert!(map.html().is_none());
}
