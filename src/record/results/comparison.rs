//! A comparison, read back: its runs and the differences between them.

use std::path::Path;

use jiff::civil::Date;

use super::run::{Run, number};
use super::{About, ReadError, damaged};
use crate::record::digest::Spread;
use crate::record::read::{fields, rows};
use crate::record::schema::compare::{DAILY_DIFFERENCES, DIFFERENCES};

/// A metric of a variant less that of the base, over pairs of replicates.
#[derive(Debug, Clone, PartialEq)]
pub struct DifferenceRow {
    pub variant: String,
    pub metric: String,
    pub unit: String,
    pub base_mean: Option<f64>,
    pub difference: Option<Spread>,
    pub pairs: u64,
}

/// A day of a series of a variant less that of the base, over pairs of replicates.
#[derive(Debug, Clone, PartialEq)]
pub struct DailyRow {
    pub variant: String,
    pub series: String,
    pub date: Date,
    pub p05: f64,
    pub p50: f64,
    pub p95: f64,
}

/// A finished comparison. The base is the first of the runs.
#[derive(Debug, Clone)]
pub struct Comparison {
    pub about: About,
    pub runs: Vec<Run>,
    pub differences: Vec<DifferenceRow>,
    /// Of the series asked for alone; days on which nothing differs are not there.
    pub daily: Vec<DailyRow>,
}

impl Comparison {
    /// Reads a comparison, its daily differences of some `series` only.
    ///
    /// # Errors
    /// A file is not there or not what it should be.
    pub fn read(folder: &Path, series: &[&str]) -> Result<Comparison, ReadError> {
        let about = About::read(folder)?;
        about.check(folder, &[&about.file_of(&DIFFERENCES), &about.file_of(&DAILY_DIFFERENCES)])?;
        let mut differences = Vec::new();
        rows(folder, &DIFFERENCES, |row| {
            let of = |i: usize| row[i].number();
            differences.push(DifferenceRow {
                variant: row[0].text().into(),
                metric: row[1].text().into(),
                unit: row[2].text().into(),
                base_mean: of(3),
                difference: match (of(5), of(6), of(7), of(8)) {
                    (Some(mean), Some(p05), Some(p50), Some(p95)) => Some(Spread { mean, p05, p50, p95 }),
                    _ => None,
                },
                pairs: row[9].int().unwrap_or(0),
            });
        })?;
        let mut names: Vec<&str> = vec![&about.scenario];
        for row in &differences {
            if !names.contains(&row.variant.as_str()) {
                names.push(&row.variant);
            }
        }
        let plain = |name: &&str| !name.is_empty() && *name != "." && *name != ".." && !name.contains(['/', '\\']);
        if names.len() < 2 || !names.iter().all(plain) {
            return Err(damaged(&folder.join("differences.csv"), "names no scenarios that were compared").into());
        }
        let runs: Vec<Run> =
            names.iter().map(|name| Run::read(&folder.join("runs").join(name))).collect::<Result<_, _>>()?;
        for (run, name) in runs.iter().zip(&names) {
            let same = |a: &About| (a.recorded_from, a.end, a.replicates, a.persons_per_simulated_person, a.seed);
            let places = |run: &Run| run.scenario.world.places.iter().map(|p| p.id.clone()).collect::<Vec<_>>();
            let fits =
                same(&run.about) == same(&about) && run.about.scenario == *name && places(run) == places(&runs[0]);
            if !fits {
                let path = folder.join("runs").join(name).join("run.json");
                return Err(damaged(&path, "it is not the run that was compared").into());
            }
        }
        let mut daily = Vec::new();
        let columns = ["variant", "date", "series", "diff_p05", "diff_p50", "diff_p95"];
        fields(folder, &DAILY_DIFFERENCES, columns, |[variant, date, of, p05, p50, p95]| {
            if series.contains(&of) {
                let date = date.parse().map_err(|_| format!("`{date}` is no date"))?;
                let (variant, series) = (variant.to_string(), of.to_string());
                let (p05, p50, p95) = (number(p05)?, number(p50)?, number(p95)?);
                daily.push(DailyRow { variant, series, date, p05, p50, p95 });
            }
            Ok(())
        })?;
        Ok(Comparison { about, runs, differences, daily })
    }

    /// The base.
    pub fn base(&self) -> &Run {
        &self.runs[0]
    }
}
