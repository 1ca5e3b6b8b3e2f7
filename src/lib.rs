//! Antesala simulates people moving through a country while they wait for appointments at its
//! border, household by household.
//!
//! Dependencies point down only:
//! `cli` -> `report` -> `experiment` -> `record` -> `model` -> `engine`, and all read `scenario`.

#![forbid(unsafe_code)]

pub mod cli;
pub mod engine;
pub mod experiment;
pub mod model;
pub mod record;
pub mod report;
pub mod scenario;
