//! Drawing: a list of shapes in page units, made into SVG and PNG with the bundled font.

pub mod axis;
pub mod canvas;
pub mod font;
pub mod inline;
pub mod label;
pub mod marks;
pub mod page;
pub mod palette;
pub mod render;
pub mod series;
