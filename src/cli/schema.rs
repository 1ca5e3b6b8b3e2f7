//! `antesala schema`: the JSON Schema of a scenario file, for editors.

use std::process::ExitCode;

use super::{Failure, Outcome, print};
use crate::scenario::schema;

/// Prints the schema.
///
/// # Errors
/// Output that cannot be written.
pub fn schema() -> Outcome {
    let text = serde_json::to_string_pretty(&schema::json_schema())
        .map_err(|e| Failure::failed(format!("cannot write JSON: {e}"), "report this"))?;
    print(&format!("{text}\n"))?;
    Ok(ExitCode::SUCCESS)
}
