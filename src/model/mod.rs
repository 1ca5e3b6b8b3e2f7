//! The model: one file a process, in the order of a day (`schedule` is the table of contents).
//!
//! Nothing here knows files, terminals or charts: a checked scenario goes in, observations come
//! out.

pub mod schedule;

mod simulation;
mod state;

mod calendar;

mod ahead;
mod inflow;
mod travel;
mod trips;

mod enforcement;

mod caravans;

mod allocation;
mod appointments;
mod confirmation;
mod registration;

mod asylum;
mod crossing;
mod decisions;
mod harm;
mod observe;

mod book;
mod causes;
mod goals;
mod household;
mod households;
mod ledger;
mod moves;
mod network;
mod perceptions;
mod population;
pub mod purpose;
mod sample;
pub mod size;
mod waits;

pub mod observation;

pub use simulation::{RunOptions, Simulation, run, shared_days};
pub use state::{SavedState, Standing, State};
