//! Many replicates, one result.

pub mod calibrate;
pub mod error;
pub mod inference;
pub mod replicates;
pub mod run;
pub mod validate;
