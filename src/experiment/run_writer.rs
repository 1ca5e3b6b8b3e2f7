//! The files of one run, written as its replicates come.

use std::path::{Path, PathBuf};

use rayon::ThreadPool;

use super::error::RunError;
use super::run::DrawCharts;
use crate::model::observation::Observation;
use crate::record::digest_build::digest;
use crate::record::error::FileError;
use crate::record::provenance::{self, Account};
use crate::record::reduced::Reduced;
use crate::record::staged_file::FileRecord;
use crate::record::summary::{self, MetricSpread};
use crate::record::table_writer::TableOptions;
use crate::record::tables::ObservationTables;
use crate::record::{datapackage, monthly, needs, scenario_files};
use crate::scenario::input::Scenario;

/// A run being written into a folder.
pub struct RunWriter<'a> {
    folder: PathBuf,
    scenario: &'a Scenario,
    options: TableOptions,
    tables: ObservationTables,
    files: Vec<FileRecord>,
    reduced: Vec<Reduced>,
}

/// A run that is written.
#[derive(Debug)]
pub struct Written {
    pub files: Vec<FileRecord>,
    pub replicates: Vec<Reduced>,
    pub summary: Vec<MetricSpread>,
    pub account: Account,
}

impl<'a> RunWriter<'a> {
    /// Starts with the scenario, resolved, and the world it runs in: enough to run it again.
    ///
    /// # Errors
    /// A file cannot be created.
    pub fn create(
        folder: &Path,
        scenario: &'a Scenario,
        options: TableOptions,
        sample_households: u32,
    ) -> Result<Self, FileError> {
        let files = scenario_files::write(folder, scenario)?;
        let tables = ObservationTables::create(folder, options, sample_households > 0)?;
        Ok(RunWriter { folder: folder.to_path_buf(), scenario, options, tables, files, reduced: Vec::new() })
    }

    /// Adds a replicate; `spare` are threads that have nothing else to do.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn append(&mut self, observation: &Observation, spare: Option<&ThreadPool>) -> Result<(), FileError> {
        self.tables.append(self.scenario, observation, spare)?;
        self.reduced.push(Reduced::of(self.scenario, observation));
        Ok(())
    }

    /// Adds files written by others.
    pub fn add(&mut self, mut files: Vec<FileRecord>) {
        self.files.append(&mut files);
    }

    /// Writes what goes over all replicates, charts if told how and on which threads, and what was run.
    ///
    /// # Errors
    /// A file cannot be written, a chart not be drawn.
    pub fn finish(
        self,
        account: impl FnOnce() -> Account,
        charts: Option<(DrawCharts<'_>, &ThreadPool)>,
    ) -> Result<Written, RunError> {
        let RunWriter { folder, scenario, options, tables, mut files, reduced } = self;
        let (folder, replicates) = (folder.as_path(), &reduced[..]);
        let summary = summary::summary(replicates);
        let write_tables = || -> Result<Vec<FileRecord>, FileError> {
            let mut files = tables.finish()?;
            files.append(&mut summary::write(folder, options, &summary)?);
            files.append(&mut monthly::write(folder, options, scenario, replicates)?);
            files.append(&mut needs::write(folder, options, scenario, replicates)?);
            Ok(files)
        };
        match charts {
            None => files.append(&mut write_tables()?),
            Some((draw, pool)) => {
                let draw = || draw(&digest(scenario, replicates), folder);
                let (written, drawn) = pool.install(|| rayon::join(write_tables, draw));
                files.append(&mut written?);
                files.append(&mut drawn?);
            }
        }
        let account = account();
        files.push(datapackage::write(folder, scenario, &files)?);
        files.extend(provenance::write(folder, scenario, &account, &files)?);
        Ok(Written { files, replicates: reduced, summary, account })
    }
}
