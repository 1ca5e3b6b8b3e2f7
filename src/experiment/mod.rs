//! Many replicates, one result.

pub mod analysis;
pub mod batch_point;
pub mod calibrate;
pub mod compare;
pub mod designs;
pub mod error;
pub mod inference;
pub mod memory;
pub mod replicates;
pub mod run;
pub mod run_writer;
pub mod sensitivity;
pub mod shared_history;
pub mod sweep;
pub mod validate;
