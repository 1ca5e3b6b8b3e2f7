//! Charts, the map and the planners' page, from finished results. Nothing here reads the model or writes a file.

pub mod charts;
pub mod compared;
mod data;
pub mod draw;
pub mod early_warning;
pub mod figures;
pub mod fits;
mod foot;
mod geo;
pub mod language;
pub mod number;
pub mod place_map;
pub mod planner;
pub mod scores;
pub mod sensitivity;
pub mod words;
