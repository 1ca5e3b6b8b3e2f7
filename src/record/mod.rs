//! From observations to tables and files.

pub mod balance;
pub mod checkpoint;
pub mod datapackage;
pub mod differences;
pub mod digest;
pub mod digest_build;
pub mod error;
pub mod expression;
pub mod meanings;
pub mod measure;
pub mod metrics;
pub mod monthly;
pub mod needs;
pub mod output_folder;
pub mod plain_table;
pub mod provenance;
pub mod quantile;
pub mod read;
pub mod reduced;
pub mod results;
pub mod ro_crate;
pub mod scenario_files;
pub mod schema;
pub mod series;
pub mod spool;
pub mod staged_file;
pub mod summary;
pub mod table_writer;
pub mod tables;
pub(crate) mod to_disk;
pub mod whole_file;

mod csv_sink;
mod fixed;
#[cfg(test)]
mod golden;
pub mod packed;
pub mod parquet_sink;
#[cfg(test)]
pub mod sample;
