//! Figures of the page for planners: each drawn twice, for wide screens and paper and for phones, as SVG with text
//! as text. Titles of figures and their notes belong to the page; every text but dates and numbers is given.

mod bars;
mod dumbbell;
mod multiples;
mod panel;
mod place;
mod rows;
mod scale;
mod series;
mod time;
mod time_axis;
mod time_draw;
mod time_names;

pub use bars::{Bar, Bars};
pub use dumbbell::{Dumbbell, Pair};
pub use multiples::{Multiples, Small};
pub use time::{Callout, Line, Observed, Panel, Period, Policy, Span, TimeFigure, UiWords};

use super::draw::canvas::Canvas;
use super::draw::inline::{elements, tenth};
use super::draw::palette::{BLUE, GREEN, Ink, PURPLE, VERMILION};

/// What charts do on the page: the reading line and the zoom.
pub const SCRIPT: &str = include_str!("../../../assets/report/charts.js");
/// How charts, their keys and their controls look.
pub const STYLE: &str = include_str!("../../../assets/report/charts.css");

const INK: Ink = Ink::hex(0x171b1f);
const INK2: Ink = Ink::hex(0x454d55);
const INK3: Ink = Ink::hex(0x5f6871);
const RULE2: Ink = Ink::hex(0x828b93);
const RULE: Ink = Ink::hex(0xd3d8dc);
const SPAN: Ink = Ink::hex(0xdfe2e4);

/// Numbers beyond this are no counts of people or days: taken as unknown.
const LARGEST: f64 = 1e15;

/// The drawing for wide screens and paper, or that for phones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    Wide,
    Narrow,
}

impl Layout {
    /// Width in units, which are pixels at full size.
    pub fn width(self) -> f64 {
        if self == Layout::Wide { 860.0 } else { 358.0 }
    }

    /// Size of most texts.
    pub fn text(self) -> f64 {
        if self == Layout::Wide { 13.0 } else { 11.5 }
    }

    /// Size of notes.
    fn small(self) -> f64 {
        if self == Layout::Wide { 12.5 } else { 11.0 }
    }

    /// The class by which the page shows the drawing or not.
    pub fn class(self) -> &'static str {
        if self == Layout::Wide { "w" } else { "n" }
    }
}

/// What a line stands for; a colour and a dash have one meaning on the whole page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Base,
    Variant,
    Second,
    Third,
    Other,
}

impl Role {
    /// Colour of marks.
    fn ink(self) -> Ink {
        match self {
            Role::Base => BLUE,
            Role::Variant => VERMILION,
            Role::Second => GREEN,
            Role::Third => PURPLE,
            Role::Other => RULE2,
        }
    }

    /// Darker tone of the same hue, for words.
    fn text(self) -> Ink {
        match self {
            Role::Base => Ink::hex(0x005a8f),
            Role::Variant => Ink::hex(0xa84300),
            Role::Second => Ink::hex(0x00694c),
            Role::Third => Ink::hex(0x93376a),
            Role::Other => INK2,
        }
    }

    /// Dashes of a line, as SVG takes them.
    fn dash(self) -> Option<&'static str> {
        match self {
            Role::Second => Some("7 4"),
            Role::Third => Some("2 3"),
            _ => None,
        }
    }
}

/// The value, unless it is none or beyond all counts.
fn known(value: f64) -> Option<f64> {
    (value.abs() <= LARGEST).then_some(value)
}

/// Lowest and highest known value; `None` without any.
fn extent(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    values.into_iter().filter_map(known).fold(None, |seen, v| match seen {
        None => Some((v, v)),
        Some((low, high)) => Some((low.min(v), high.max(v))),
    })
}

/// Shapes in a group; `attributes` starts with a space or is empty.
fn group(attributes: &str, canvas: &Canvas) -> String {
    if canvas.shapes.is_empty() { String::new() } else { format!("<g{attributes}>{}</g>", elements(canvas)) }
}

fn hex(ink: Ink) -> String {
    let (r, g, b) = ink.rgb;
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// A stroke and its dashes as attributes.
fn stroke(ink: Ink, width: f64, dash: Option<&str>) -> String {
    let dash = dash.map(|d| format!(" stroke-dasharray=\"{d}\"")).unwrap_or_default();
    format!("fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" stroke-linejoin=\"round\"{dash}", hex(ink), tenth(width))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_is_left_out() {
        assert_eq!(extent([f64::NAN, 3.0, -1.0, f64::INFINITY, 1e300]), Some((-1.0, 3.0)));
        assert_eq!(extent([f64::NAN]), None);
    }
}
