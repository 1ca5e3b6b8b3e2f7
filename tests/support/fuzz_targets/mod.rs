//! What untrusted bytes are given to, and what must hold whatever they are: no panic, an answer that can be shown,
//! and, where a thing reads, that it reads back as the same. Fuzzers and the replay of their corpora share it.

// The replay and the fuzzers each use their own part.
#![allow(dead_code)]

mod checkpoints;
mod outputs;
mod scenarios;
mod scratch;
mod sweeps;
mod worlds;

use std::sync::Arc;

use antesala::scenario::{ScenarioError, Text, text_of_bytes};
use miette::{GraphicalReportHandler, GraphicalTheme};

pub use scratch::tidy;

/// A parser, and what is done to it.
pub type Attack = fn(&[u8]);

/// Every target by its name, which is that of its program and its corpus.
pub const TARGETS: [(&str, Attack); 28] = [
    ("scenario_toml", scenarios::scenario_toml),
    ("set_argument", scenarios::set_argument),
    ("posterior_csv", scenarios::posterior_csv),
    ("nationalities_csv", worlds::nationalities_csv),
    ("modes_csv", worlds::modes_csv),
    ("places_csv", worlds::places_csv),
    ("routes_csv", worlds::routes_csv),
    ("ports_csv", worlds::ports_csv),
    ("inflow_csv", worlds::inflow_csv),
    ("parole_csv", worlds::parole_csv),
    ("initial_csv", worlds::initial_csv),
    ("dispositions_csv", worlds::dispositions_csv),
    ("sources_csv", worlds::sources_csv),
    ("shelters_csv", worlds::shelters_csv),
    ("observed_csv", worlds::observed_csv),
    ("targets_csv", worlds::targets_csv),
    ("basemap_geojson", worlds::basemap_geojson),
    ("calibration_plan", sweeps::calibration_plan),
    ("design_toml", sweeps::design_toml),
    ("design_csv", sweeps::design_csv),
    ("manifest_json", sweeps::manifest_json),
    ("batch_line", sweeps::batch_line),
    ("metric", sweeps::metric),
    ("run_json", outputs::run_json),
    ("result_table", outputs::result_table),
    ("checkpoint_record", checkpoints::checkpoint_record),
    ("checkpoint_state", checkpoints::checkpoint_state),
    ("resolve", scenarios::resolve),
];

/// The target of a name.
pub fn target(name: &str) -> Option<Attack> {
    TARGETS.iter().find(|(known, _)| *known == name).map(|(_, attack)| *attack)
}

/// Longest message, bytes: at most nine problems are shown, each with what stands around it.
const LONGEST_MESSAGE: usize = 32 << 10;

/// What the program makes of bytes before it reads them as text; `None` if they are refused.
fn text(name: &str, bytes: &[u8]) -> Option<Arc<Text>> {
    match text_of_bytes(bytes, name) {
        Ok(text) => Some(text),
        Err(problem) => {
            refused(&problem.into());
            None
        }
    }
}

/// Shows an error as the program does: it must have something to say, at a place that is there, and say it shortly.
/// Gives what was shown.
fn refused(error: &ScenarioError) -> String {
    let mut shown = String::new();
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_width(240);
    handler.render_report(&mut shown, error).expect("an error can be shown");
    for problem in error.problems() {
        assert!(!problem.message.is_empty(), "a problem without words");
        let Some(spot) = &problem.spot else { continue };
        let (span, length) = (&spot.span, spot.text.text.len());
        assert!(span.start <= span.end && span.end <= length, "{span:?} of {length} bytes: {}", problem.message);
        assert!(spot.text.text.is_char_boundary(span.start), "{span:?}: {}", problem.message);
    }
    assert!(shown.len() <= LONGEST_MESSAGE, "a message of {} bytes", shown.len());
    shown
}
