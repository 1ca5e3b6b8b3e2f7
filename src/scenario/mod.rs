//! From TOML and CSV to checked, typed input of the model.

pub mod field;
pub mod input;
pub mod params;
