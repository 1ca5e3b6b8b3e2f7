//! From shapes to bytes: plotters writes an SVG at eight times the size, so that its whole
//! coordinates are fine enough; resvg turns text into paths and makes the PNG.

use std::sync::{Arc, OnceLock};

use plotters::backend::{DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontStyle, IntoFont, RGBColor, ShapeStyle, TextStyle, register_font};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{Options, Tree, WriteOptions};
use resvg::{tiny_skia, usvg};

use super::canvas::{Anchor, Canvas, Shape, Text};
use super::font;
use super::palette::Ink;

/// plotters rounds coordinates to whole numbers; drawing larger keeps an eighth of a unit.
const OVERSIZE: f64 = 8.0;
/// Pixels of the PNG to a page unit: 1,920 px for the 800-unit page, 300 dpi at 16 cm.
const PIXELS: f64 = 2.4;
/// Family name under which texts with a white outline pass through plotters, which knows no outline.
const HALO: &str = "halo";

/// Why a page could not be made into bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct RenderError(pub String);

impl std::fmt::Display for RenderError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for RenderError {}

fn failed(error: impl std::fmt::Display) -> RenderError {
    RenderError(error.to_string())
}

fn grid(v: f64) -> i32 {
    (v * OVERSIZE).round() as i32
}

fn grid_points(points: &[(f64, f64)]) -> Vec<(i32, i32)> {
    let mut out: Vec<(i32, i32)> = Vec::with_capacity(points.len());
    for &(x, y) in points {
        let p = (grid(x), grid(y));
        if out.last() != Some(&p) {
            out.push(p);
        }
    }
    out
}

fn style(ink: Ink, filled: bool, width: f64) -> ShapeStyle {
    let (r, g, b) = ink.rgb;
    ShapeStyle { color: RGBColor(r, g, b).mix(ink.alpha), filled, stroke_width: grid(width).max(1) as u32 }
}

fn draw_text(backend: &mut SVGBackend, text: &Text, halo: bool) -> Result<(), RenderError> {
    let family = if halo { HALO } else { font::FAMILY };
    let weight = if text.bold { FontStyle::Bold } else { FontStyle::Normal };
    let anchor = match text.anchor {
        Anchor::Start => HPos::Left,
        Anchor::Middle => HPos::Center,
        Anchor::End => HPos::Right,
    };
    let (r, g, b) = text.ink.rgb;
    // plotters divides font sizes by 1.24 and lifts a bottom-anchored text by half an ex, a quarter em.
    let face = (family, text.size * OVERSIZE * 1.24).into_font().style(weight);
    let color = RGBColor(r, g, b);
    let style = TextStyle::from(face).color(&color).pos(Pos::new(anchor, VPos::Bottom));
    backend.draw_text(&printable(&text.text), &style, (grid(text.x), grid(text.y + 0.25 * text.size))).map_err(failed)
}

fn draw_shape(backend: &mut SVGBackend, shape: &Shape) -> Result<(), RenderError> {
    match shape {
        Shape::Path { points, ink, width } => {
            backend.draw_path(grid_points(points), &style(*ink, false, *width)).map_err(failed)
        }
        Shape::Polygon { points, ink } => {
            backend.fill_polygon(grid_points(points), &style(*ink, true, 0.0)).map_err(failed)
        }
        Shape::Circle { center, radius, fill, stroke } => {
            let (at, r) = ((grid(center.0), grid(center.1)), grid(*radius).max(1) as u32);
            if let Some(ink) = fill {
                backend.draw_circle(at, r, &style(*ink, true, 0.0), true).map_err(failed)?;
            }
            if let Some((ink, width)) = stroke {
                backend.draw_circle(at, r, &style(*ink, false, *width), false).map_err(failed)?;
            }
            Ok(())
        }
        Shape::Text(text) => {
            if text.halo {
                draw_text(backend, text, true)?;
            }
            draw_text(backend, text, false)
        }
    }
}

fn plot(canvas: &Canvas) -> Result<String, RenderError> {
    static REGISTERED: OnceLock<bool> = OnceLock::new();
    let registered = *REGISTERED.get_or_init(|| {
        [font::FAMILY, HALO].iter().all(|family| {
            register_font(family, plotters::style::FontStyle::Normal, font::REGULAR).is_ok()
                && register_font(family, plotters::style::FontStyle::Bold, font::BOLD).is_ok()
        })
    });
    if !registered {
        return Err(RenderError("the bundled font cannot be read".into()));
    }
    let size = (grid(canvas.width) as u32, grid(canvas.height) as u32);
    let mut text = String::new();
    let mut backend = SVGBackend::with_string(&mut text, size);
    for shape in &canvas.shapes {
        draw_shape(&mut backend, shape)?;
    }
    backend.present().map_err(failed)?;
    drop(backend);
    Ok(refine(&text, canvas, size))
}

/// What plotters cannot say: the real size, round joins, outlined letters.
fn refine(text: &str, canvas: &Canvas, size: (u32, u32)) -> String {
    let wide = format!("<svg width=\"{}\" height=\"{}\"", size.0, size.1);
    let real = format!("<svg width=\"{}\" height=\"{}\"", canvas.width, canvas.height);
    let outline = format!(
        "font-family=\"{}\" stroke=\"#FFFFFF\" stroke-width=\"{}\" stroke-linejoin=\"round\"",
        font::FAMILY,
        grid(3.0)
    );
    text.replacen(&wide, &real, 1)
        .replace("<polyline ", "<polyline stroke-linejoin=\"round\" ")
        .replace(&format!("font-family=\"{HALO}\""), &outline)
}

fn fonts() -> Arc<Database> {
    static FONTS: OnceLock<Arc<Database>> = OnceLock::new();
    let load = || {
        let mut db = Database::new();
        db.load_font_data(font::REGULAR.to_vec());
        db.load_font_data(font::BOLD.to_vec());
        Arc::new(db)
    };
    FONTS.get_or_init(load).clone()
}

/// Text without the characters that XML cannot hold.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')).collect()
}

fn escape(text: &str) -> String {
    printable(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The page as (SVG, PNG). Text becomes paths, so it looks the same everywhere; `title` and
/// `description` go into the SVG for search and screen readers.
///
/// # Errors
/// When the bundled font or the page itself cannot be read back; never for what a page holds.
pub fn render(canvas: &Canvas, title: &str, description: &str) -> Result<(String, Vec<u8>), RenderError> {
    let drawn = plot(canvas)?;
    let options = Options { fontdb: fonts(), font_family: font::FAMILY.into(), ..Options::default() };
    let tree = Tree::from_str(&drawn, &options).map_err(failed)?;
    let writing = WriteOptions {
        coordinates_precision: 1,
        transforms_precision: 5,
        indent: usvg::Indent::None,
        ..WriteOptions::default()
    };
    // The last chart of a run has the other threads to itself.
    let (svg, png) =
        rayon::join(|| describe(&tree.to_string(&writing), title, description), || rasterise(&tree, canvas));
    Ok((svg, png?))
}

/// Adds title and description behind the opening tag.
fn describe(svg: &str, title: &str, description: &str) -> String {
    let Some(end) = svg.find('>') else { return svg.to_string() };
    let (title, description) = (escape(title), escape(description));
    format!("{} role=\"img\"><title>{title}</title><desc>{description}</desc>{}", &svg[..end], &svg[end + 1..])
}

fn rasterise(tree: &Tree, canvas: &Canvas) -> Result<Vec<u8>, RenderError> {
    let size = ((canvas.width * PIXELS).round() as u32, (canvas.height * PIXELS).round() as u32);
    let mut pixels = tiny_skia::Pixmap::new(size.0, size.1)
        .ok_or_else(|| RenderError(format!("a page of {} x {} cannot be drawn", canvas.width, canvas.height)))?;
    pixels.fill(tiny_skia::Color::WHITE);
    let scale = tiny_skia::Transform::from_scale(PIXELS as f32, PIXELS as f32);
    resvg::render(tree, scale, &mut pixels.as_mut());
    pixels.encode_png().map_err(failed)
}
