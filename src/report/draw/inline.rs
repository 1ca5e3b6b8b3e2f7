//! From shapes to SVG inside a web page: text stays text, in the page's own font, so that it can be read aloud,
//! searched and copied.

use std::fmt::Write as _;

use super::canvas::{Anchor, Canvas, Shape, Text};
use super::palette::Ink;

/// The text with what has a meaning in HTML written otherwise, and without characters that a page cannot hold.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(c),
        }
    }
    out
}

/// A coordinate in tenths of a unit, without a needless fraction.
pub fn tenth(v: f64) -> String {
    let v = (v * 10.0).round() / 10.0;
    if v == 0.0 { "0".into() } else { format!("{v}") }
}

/// The `d` of a path through points.
pub fn path_data(points: &[(f64, f64)]) -> String {
    let mut out = String::with_capacity(points.len() * 12);
    let mut last = None;
    for &(x, y) in points {
        let point = (tenth(x), tenth(y));
        if last.as_ref() == Some(&point) {
            continue;
        }
        let _ = write!(out, "{}{} {}", if last.is_none() { 'M' } else { 'L' }, point.0, point.1);
        last = Some(point);
    }
    out
}

fn color(ink: Ink) -> String {
    let (r, g, b) = ink.rgb;
    format!("#{r:02x}{g:02x}{b:02x}")
}

fn alpha(name: &str, ink: Ink) -> String {
    if ink.alpha < 1.0 { format!(" {name}-opacity=\"{:.2}\"", ink.alpha) } else { String::new() }
}

fn text(out: &mut String, text: &Text) {
    let anchor = match text.anchor {
        Anchor::Start => "",
        Anchor::Middle => " text-anchor=\"middle\"",
        Anchor::End => " text-anchor=\"end\"",
    };
    let weight = if text.bold { " font-weight=\"700\"" } else { "" };
    let halo = if text.halo {
        " paint-order=\"stroke\" stroke=\"#fff\" stroke-width=\"3\" stroke-linejoin=\"round\""
    } else {
        ""
    };
    let _ = write!(
        out,
        "<text x=\"{}\" y=\"{}\" font-size=\"{}\" fill=\"{}\"{weight}{anchor}{halo}>{}</text>",
        tenth(text.x),
        tenth(text.y),
        tenth(text.size),
        color(text.ink),
        escape(&text.text)
    );
}

/// The shapes as SVG elements, in their order.
pub fn elements(canvas: &Canvas) -> String {
    let mut out = String::new();
    for shape in &canvas.shapes {
        match shape {
            Shape::Path { points, ink, width } => {
                let _ = write!(
                    out,
                    "<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" stroke-linejoin=\"round\"{}/>",
                    path_data(points),
                    color(*ink),
                    tenth(*width),
                    alpha("stroke", *ink)
                );
            }
            Shape::Polygon { points, ink } => {
                let _ =
                    write!(out, "<path d=\"{}Z\" fill=\"{}\"{}/>", path_data(points), color(*ink), alpha("fill", *ink));
            }
            Shape::Circle { center, radius, fill, stroke } => {
                let (x, y, r) = (tenth(center.0), tenth(center.1), tenth(*radius));
                let fill = match fill {
                    Some(ink) => format!("fill=\"{}\"{}", color(*ink), alpha("fill", *ink)),
                    None => "fill=\"none\"".into(),
                };
                let stroke = match stroke {
                    Some((ink, width)) => format!(
                        " stroke=\"{}\" stroke-width=\"{}\"{}",
                        color(*ink),
                        (width * 100.0).round() / 100.0,
                        alpha("stroke", *ink)
                    ),
                    None => String::new(),
                };
                let _ = write!(out, "<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\" {fill}{stroke}/>");
            }
            Shape::Text(shape) => text(&mut out, shape),
        }
    }
    out
}

/// A whole picture for a page, named and described for those who do not see it. `class` goes on the element.
pub fn picture(canvas: &Canvas, class: &str, title: &str, description: &str) -> String {
    format!(
        "<svg class=\"{class}\" viewBox=\"0 0 {} {}\" role=\"img\"><title>{}</title><desc>{}</desc>{}</svg>",
        tenth(canvas.width),
        tenth(canvas.height),
        escape(title),
        escape(description),
        elements(canvas)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::draw::palette::{BLUE, TEXT};

    #[test]
    fn text_stays_text_and_is_safe() {
        let mut canvas = Canvas { width: 100.0, height: 50.5, ..Canvas::default() };
        canvas.write(3.04, 10.0, "a < b & \"c\"", 12.0, TEXT, Anchor::End);
        canvas.path(vec![(0.0, 0.0), (0.04, 0.01), (10.0, 5.25)], BLUE, 2.0);
        let svg = picture(&canvas, "wide", "T<", "D");
        assert!(svg.starts_with("<svg class=\"wide\" viewBox=\"0 0 100 50.5\" role=\"img\"><title>T&lt;</title>"));
        assert!(svg.contains("x=\"3\" y=\"10\"") && svg.contains(">a &lt; b &amp; &quot;c&quot;</text>"));
        assert!(svg.contains("d=\"M0 0L10 5.3\""), "{svg}");
    }
}
