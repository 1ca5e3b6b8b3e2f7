//! The pictures, the table behind them and the data of every frame as a piece of a page.

use std::fmt::Write as _;

use serde_json::json;

use super::PlaceMap;
use super::amounts::Amounts;
use crate::report::draw::inline::escape;
use crate::report::number;
use crate::report::words::fill;

/// Rows of the table.
const ROWS: usize = 10;

pub fn page(map: &PlaceMap, data: &Amounts, shown: usize, wide: &str, narrow: &str) -> String {
    let mut out = format!("<div class=\"placemap\" id=\"{}\" data-map>{wide}{narrow}", escape(&map.id));
    if data.least >= 2.0 {
        let note = fill(&map.words.left_out, &[("n", &number::count(data.least, map.numbers))]);
        let _ = write!(out, "<p class=\"m-note\">{}</p>", escape(&note));
    }
    out.push_str(&table(map, data, shown));
    // A text in the data cannot end the script element.
    let frames = frames(map, data, shown).replace('<', "\\u003c");
    let _ = write!(out, "<script type=\"application/json\" data-frames>{frames}</script></div>");
    out
}

/// The places with most people in a frame, most first.
pub fn fullest(data: &Amounts, frame: usize) -> Vec<usize> {
    let persons = &data.persons[frame];
    let mut order: Vec<usize> = (0..persons.len()).filter(|i| persons[*i].high > 0 || persons[*i].mid > 0).collect();
    order.sort_by_key(|i| (std::cmp::Reverse(persons[*i].mid), *i));
    order.truncate(ROWS);
    order
}

fn table(map: &PlaceMap, data: &Amounts, shown: usize) -> String {
    let words = &map.words;
    let caption = fill(&words.caption, &[("date", &map.frames[shown].date)]);
    let mut out = format!(
        "<table><caption>{}</caption><thead><tr><th scope=\"col\">{}</th><th scope=\"col\">{}</th>\
         <th scope=\"col\">{}</th></tr></thead><tbody>",
        escape(&caption),
        escape(&words.place),
        escape(&words.people),
        escape(&words.range)
    );
    for place in fullest(data, shown) {
        let persons = data.persons[shown][place];
        let _ = write!(
            out,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td></tr>",
            escape(&map.places[place].name),
            escape(&persons.median(map)),
            persons.range(map.numbers)
        );
    }
    out.push_str("</tbody></table>");
    out
}

/// What the script needs: persons as low, median, high by place; flows as thousandths of the busiest by link.
fn frames(map: &PlaceMap, data: &Amounts, shown: usize) -> String {
    let words = &map.words;
    let persons: Vec<Vec<u64>> =
        data.persons.iter().map(|f| f.iter().flat_map(|s| [s.low, s.mid, s.high]).collect()).collect();
    json!({
        "lang": words.lang, "shown": shown, "fullest": data.fullest, "rows": ROWS,
        "words": {
            "few": words.few, "nobody": words.nobody, "caption": words.caption, "play": words.play,
            "pause": words.pause, "earlier": words.earlier, "later": words.later, "slider": words.slider,
        },
        "names": map.places.iter().map(|p| &p.name).collect::<Vec<_>>(),
        "dates": map.frames.iter().map(|f| &f.date).collect::<Vec<_>>(),
        "persons": persons,
        "flows": data.flows,
    })
    .to_string()
}
