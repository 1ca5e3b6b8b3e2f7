use super::*;
use crate::report::draw::canvas::Rect;
use crate::report::draw::font;
use crate::report::language::Language;

const CAPTION: Caption<'_> = Caption {
    title: "Border app, one year of appointments",
    source: "Simulated by antesala 0.1.0: scenario baseline, seed 1, 1,024 parameter sets with 8 replicates, one household in 20, scaled up. Not a forecast.",
};

fn english() -> &'static Words {
    Words::of(Language::English)
}

const PARAMETERS: [&str; 8] = [
    "decisions.trust_weight",
    "policy.geofence-south.app.slots",
    "inflow.scale",
    "decisions.return_home.patience_days",
    "network.information.rumour_half_life_of_those_who_travel_alone",
    "enforcement.interception_probability",
    "policy.app.no_show",
    "caravans.size_mean",
];

const METRICS: [(&str, &str); 12] = [
    ("backlog_peak", "persons"),
    ("wait_completed_queue_age_mean", "days"),
    ("processed", "persons"),
    ("interception", "events"),
    ("sum(border_patrol_encounter[2024-01..2024-12]) / mean(present[tapachula, mexico])", "%"),
    ("stock_end", "persons"),
    ("no_show", "persons"),
    ("lapse", "persons"),
    ("returned_home", "persons"),
    ("asylum_filed", "persons"),
    ("requests", "requests a day"),
    ("outside_geofence", "persons"),
];

/// An invented number between 0 and 1.
fn chance(i: usize, j: usize) -> f64 {
    (((i * 37 + j * 101 + 13) as f64 * 0.618_034).sin() * 4_375.5).fract().abs()
}

fn around(value: f64, half: f64) -> Interval {
    Interval { value, low: value - half, high: value + half }
}

fn bar(measure: Measure, i: usize, j: usize) -> Bar {
    let parameter = if i < 8 { PARAMETERS[i].to_string() } else { format!("places.place-{i}.share") };
    let c = chance(i, j);
    let (main, inner) = match measure {
        Measure::Sobol => (around(0.7 * c * c, 0.02 + 0.06 * c), Some(around(0.5 * c * c * c, 0.03))),
        Measure::Morris => (around(5000.0 * c * c, 150.0 + 500.0 * c), Some(around(2500.0 * c, 100.0))),
        Measure::Ranks => (around(1.8 * c - 0.9, 0.08), None),
    };
    Bar { parameter, main, inner }
}

fn invented(measure: Measure, parameters: usize, metrics: usize) -> Vec<Drivers> {
    let one = |j: usize| Drivers {
        metric: METRICS[j].0.into(),
        unit: METRICS[j].1.into(),
        bars: (0..parameters).map(|i| bar(measure, i, j)).collect(),
        noise: (measure != Measure::Ranks).then_some(0.05 + 0.2 * chance(j, 3)),
    };
    (0..metrics).map(one).collect()
}

fn answers(panels: usize, lines: usize, xs: usize) -> Vec<Response> {
    let point = |j: usize, k: usize, x: usize| {
        let t = x as f64;
        let size = [900.0, 4.0, -120_000.0, 0.3][j % 4];
        let value = size * (t / 14.0).powf(0.6 + 0.4 * k as f64) * (1.0 + 0.2 * (t * 1.3 + k as f64).sin());
        (t, around(value, 0.08 * size.abs() * (0.3 + t / 14.0)))
    };
    let line = |j: usize, k: usize| Line {
        label: ["slots as they are", "slots doubled", "slots doubled, geofence lifted", "a", "b", "c", "d", "e"][k]
            .into(),
        points: (0..xs).map(|x| point(j, k, x)).collect(),
    };
    let one = |j: usize| Response {
        metric: METRICS[(j + 1) % 12].0.into(),
        unit: METRICS[(j + 1) % 12].1.into(),
        note: "difference from a delay of 0 days".into(),
        lines: (0..lines).map(|k| line(j, k)).collect(),
    };
    (0..panels).map(one).collect()
}

const MEASURES: [Measure; 3] = [Measure::Sobol, Measure::Morris, Measure::Ranks];

fn both(drivers: &[Drivers], measure: Measure) -> Vec<Canvas> {
    both_in(english(), drivers, measure)
}

fn both_in(words: &Words, drivers: &[Drivers], measure: Measure) -> Vec<Canvas> {
    let known = known(drivers);
    let mut out = tornado::pages(&known, measure, &CAPTION, words);
    out.extend(heat_map::pages(&known, measure, &CAPTION, words));
    out
}

fn delays(panels: &[Response]) -> Vec<Canvas> {
    delays_in(english(), panels)
}

fn delays_in(words: &Words, panels: &[Response]) -> Vec<Canvas> {
    responses::pages(panels, "delay of the news (days)", &CAPTION, words)
}

/// Every text has glyphs, stays on the page and covers no other; every shape has a place.
fn assert_legible(pages: &[Canvas]) {
    for canvas in pages {
        let paper = Rect::new(0.0, 0.0, canvas.width, canvas.height);
        let boxes: Vec<_> = canvas.texts().map(|t| (t.bounds(), t.text.as_str())).collect();
        for (i, (a, text)) in boxes.iter().enumerate() {
            assert!(text.chars().all(font::has) && !text.contains('?'), "{text:?}");
            assert!(paper.contains(a), "{text:?} leaves the page: {a:?}");
            for (b, other) in &boxes[i + 1..] {
                assert!(a.shared_area(b) < 1.0, "{text:?} covers {other:?}");
            }
        }
        assert!(boxes.iter().any(|(_, text)| text.contains("antesala 0.1.0")));
        assert!(!format!("{:?}", canvas.shapes).contains("NaN") && !format!("{:?}", canvas.shapes).contains("inf,"));
    }
}

#[test]
fn every_chart_is_legible() {
    for measure in MEASURES {
        for (parameters, metrics) in [(8, 4), (1, 1), (20, 1), (20, 12), (3, 12), (10, 7)] {
            for words in Language::ALL.map(Words::of) {
                assert_legible(&both_in(words, &invented(measure, parameters, metrics), measure));
            }
        }
    }
    for (panels, lines, xs) in [(4, 3, 15), (1, 1, 1), (1, 8, 4), (9, 6, 2), (2, 2, 40)] {
        for words in Language::ALL.map(Words::of) {
            assert_legible(&delays_in(words, &answers(panels, lines, xs)));
        }
    }
}

#[test]
fn languages_share_only_names_and_numbers() {
    let drawn = |language: Language| {
        let words = Words::of(language);
        let mut pages: Vec<Canvas> = MEASURES.into_iter().flat_map(|m| both_in(words, &invented(m, 3, 2), m)).collect();
        pages.extend(delays_in(words, &answers(2, 2, 5)));
        pages.iter().flat_map(|page| page.texts().map(|t| t.text.clone()).collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    let [english, spanish] = Language::ALL.map(drawn);
    let given = format!("{CAPTION:?} {:?} {:?}", invented(Measure::Ranks, 3, 2), answers(2, 2, 5));
    for text in english.iter().filter(|text| spanish.contains(text)) {
        let word = text.chars().any(char::is_alphabetic);
        let data = text.split("; ").all(|part| given.contains(part)) || text.starts_with("delay of the news");
        assert!(!word || data || PARAMETERS.iter().any(|p| p.contains(text.as_str())), "{text:?}");
    }
}

#[test]
fn more_metrics_take_more_pages() {
    let names = |charts: Result<Vec<ScoreChart>, RenderError>| -> Vec<String> {
        charts.expect("draws").into_iter().map(|c| c.name).collect()
    };
    let many = invented(Measure::Ranks, 2, 7);
    assert_eq!(names(tornado(&many, Measure::Ranks, &CAPTION, english())), ["tornado", "tornado-2"]);
    assert_eq!(names(heat_map(&many, Measure::Ranks, &CAPTION, english())), ["heat_map"]);
    assert_eq!(names(responses(&answers(7, 1, 3), "x", &CAPTION, english())), ["effects", "effects-2"]);
}

#[test]
fn longest_bars_stand_first() {
    let page = &both(&invented(Measure::Ranks, 8, 1), Measure::Ranks)[0];
    let mut sorted = invented(Measure::Ranks, 8, 1)[0].bars.clone();
    sorted.sort_by(|a, b| b.main.value.abs().total_cmp(&a.main.value.abs()));
    let texts: Vec<&str> = page.texts().map(|t| t.text.as_str()).collect();
    let shown: Vec<&str> = texts.iter().copied().filter(|t| sorted.iter().any(|b| b.parameter == *t)).collect();
    let wanted: Vec<&str> = sorted.iter().map(|b| b.parameter.as_str()).filter(|p| shown.contains(p)).collect();
    assert!(shown.len() > 5);
    assert_eq!(shown, wanted);
}

#[test]
fn what_has_no_number_is_left_out() {
    for measure in MEASURES {
        assert!(both(&[], measure).is_empty());
        let mut drivers = invented(measure, 3, 2);
        drivers[0].bars.iter_mut().for_each(|b| b.main.value = f64::NAN);
        drivers[1].bars[0].main = Interval { value: 0.4, low: f64::NAN, high: f64::INFINITY };
        drivers[1].bars[1].inner = Some(around(f64::NAN, 1.0));
        drivers[1].noise = Some(f64::NAN);
        assert_eq!(known(&drivers).len(), 1);
        assert_legible(&both(&drivers, measure));
    }
    assert!(delays(&[]).is_empty());
    let mut panels = answers(2, 2, 4);
    panels[0].lines.clear();
    panels[1].lines[0].points[1] = (f64::NAN, around(1.0, 1.0));
    panels[1].lines[1].points[2].1 = Interval { value: 1.0, low: f64::NAN, high: 1.0 };
    assert_legible(&delays(&panels));
}

#[test]
fn odd_sizes_are_drawn() {
    for size in [0.0, 1e6, -1e6, 1e15, -3.0, 1e-9] {
        for measure in MEASURES {
            let mut drivers = invented(measure, 4, 3);
            for bar in drivers.iter_mut().flat_map(|d| &mut d.bars) {
                bar.main = around(size, size / 2.0);
                bar.inner = Some(around(size / 3.0, size));
            }
            assert_legible(&both(&drivers, measure));
        }
        let mut panels = answers(2, 2, 5);
        let points = panels.iter_mut().flat_map(|r| &mut r.lines).flat_map(|l| &mut l.points);
        points.for_each(|p| *p = (size * p.0, around(size, size / 3.0)));
        assert_legible(&delays(&panels));
    }
}

#[test]
fn strays_say_that_they_go_on() {
    let said = |value: f64| {
        let mut drivers = invented(Measure::Sobol, 3, 1);
        drivers[0].bars[0].main = around(value, 0.1);
        both(&drivers, Measure::Sobol)[0].texts().any(|t| t.text.starts_with("An arrowhead"))
    };
    assert!(said(2.0) && !said(1.1));
}

#[test]
fn uncertain_numbers_are_in_brackets() {
    let mut drivers = invented(Measure::Sobol, 2, 1);
    drivers[0].bars[0].main = around(0.61, 0.1);
    drivers[0].bars[1].main = around(0.12, 0.1);
    let page = heat_map::pages(&known(&drivers), Measure::Sobol, &CAPTION, english()).remove(0);
    let texts: Vec<&str> = page.texts().map(|t| t.text.as_str()).collect();
    assert!(texts.contains(&"0.61") && texts.contains(&"(0.12)"), "{texts:?}");
}

/// Writes charts to the folder named by `CHARTS_DIR`, to be looked at.
#[test]
#[ignore = "writes pictures for a reader; run with CHARTS_DIR set"]
fn preview() {
    let Ok(folder) = std::env::var("CHARTS_DIR") else { return };
    let folder = std::path::Path::new(&folder);
    std::fs::create_dir_all(folder).expect("the folder can be made");
    let write = |name: &str, charts: Result<Vec<ScoreChart>, RenderError>| {
        for chart in charts.expect("draws") {
            std::fs::write(folder.join(format!("{name}_{}.png", chart.name)), &chart.png).expect("written");
        }
    };
    for measure in MEASURES {
        let name = format!("{measure:?}").to_lowercase();
        write(&name, tornado(&invented(measure, 8, 4), measure, &CAPTION, english()));
        write(&name, heat_map(&invented(measure, 10, 6), measure, &CAPTION, english()));
        write(&format!("{name}_wide"), heat_map(&invented(measure, 20, 12), measure, &CAPTION, english()));
        write(&format!("{name}_many"), tornado(&invented(measure, 20, 7), measure, &CAPTION, english()));
        for size in [0.0, 1e6] {
            let mut odd = invented(measure, 5, 2);
            odd.iter_mut().flat_map(|d| &mut d.bars).for_each(|b| b.main = around(size, size / 2.0));
            write(&format!("{name}_{size}"), tornado(&odd, measure, &CAPTION, english()));
            write(&format!("{name}_{size}"), heat_map(&odd, measure, &CAPTION, english()));
        }
        write(&format!("{name}_one"), tornado(&invented(measure, 1, 1), measure, &CAPTION, english()));
    }
    for (panels, lines, xs) in [(4, 3, 15), (1, 6, 8), (2, 2, 1)] {
        let name = format!("{panels}x{lines}x{xs}");
        write(&name, responses(&answers(panels, lines, xs), "delay of the news (days)", &CAPTION, english()));
    }
}
