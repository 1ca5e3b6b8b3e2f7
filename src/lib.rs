//! Antesala simulates people moving through a country while they wait for appointments at its
//! border, household by household.
//!
//! Dependencies point down only:
//! `cli` -> `report` -> `experiment` -> `record` -> `model` -> `engine`, and all read `scenario`.

pub mod engine;
pub mod model;
pub mod scenario;
