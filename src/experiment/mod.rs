//! Many replicates, one result.

pub mod error;
pub mod replicates;
pub mod run;
