//! Arguments of `report`.

use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use crate::report::language::Language;
use crate::report::planner::Paper;

impl ValueEnum for Paper {
    fn value_variants<'a>() -> &'a [Paper] {
        &Paper::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Folder of a run, a comparison or a merged sweep; a sweep may be added to one of the others, for what drives the results
    #[arg(required = true, value_name = "OUTPUT")]
    pub outputs: Vec<PathBuf>,
    /// Language of the page
    #[arg(long, value_enum, default_value_t, value_name = "LANGUAGE")]
    pub lang: Language,
    /// Place to tell of first, as in the world's places.csv
    #[arg(long, value_name = "PLACE")]
    pub place: Option<String>,
    /// Print it to PDF too, with a Chromium, Chrome or Edge of this machine
    #[arg(long)]
    pub pdf: bool,
    /// Paper of the print [default: letter in Spanish, a4 in English]
    #[arg(long, value_enum, value_name = "PAPER")]
    pub paper: Option<Paper>,
    /// File to write [default: OUTPUT/report-en.html or OUTPUT/report-es.html]
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Replace a file that is no page of this program
    #[arg(long)]
    pub force: bool,
    /// Print nothing
    #[arg(short, long)]
    pub quiet: bool,
}
