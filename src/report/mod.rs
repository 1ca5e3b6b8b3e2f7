//! Charts and the map, from a run's digest. Nothing here reads the model or writes a file.

pub mod charts;
pub mod compared;
mod data;
pub mod draw;
pub mod fits;
mod foot;
mod geo;
mod number;
pub mod scores;
pub mod sensitivity;
pub mod words;
