//! Many replicates, one result.

pub mod calibrate;
pub mod compare;
pub mod error;
pub mod inference;
pub mod replicates;
pub mod run;
pub mod run_writer;
pub mod shared_history;
pub mod validate;
