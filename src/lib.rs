//! Antesala simulates people moving through a country while they wait for appointments at its
//! border, household by household.
//!
//! Dependencies point down only:
//! `cli` -> `report` -> `experiment` -> `record` -> `model` -> `engine`, and all read `scenario`.

#![forbid(unsafe_code)]
// Functions that differ between machines: clippy.toml. Tests compare with them.
#![cfg_attr(not(test), deny(clippy::disallowed_methods))]

pub mod cli;
pub mod engine;
pub mod experiment;
pub mod model;
pub mod record;
#[allow(clippy::disallowed_methods, reason = "pages and charts are drawn from results and round what they draw")]
pub mod report;
pub mod scenario;
