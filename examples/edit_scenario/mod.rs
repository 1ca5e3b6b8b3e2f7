//! Puts numbers into a scenario file and leaves all else in it as it is.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, Item, Value};

/// A scenario file being changed.
pub struct ScenarioFile {
    path: PathBuf,
    document: DocumentMut,
}

impl ScenarioFile {
    /// Reads a file.
    ///
    /// # Errors
    /// A file that cannot be read or is not TOML.
    pub fn read(path: &Path) -> Result<ScenarioFile, Box<dyn Error>> {
        let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
        let document = text.parse().map_err(|e| format!("{}: {e}", path.display()))?;
        Ok(ScenarioFile { path: path.to_path_buf(), document })
    }

    /// Sets a number, to three digits, by its path as `--set` takes it: `policy.ID.path`, or through tables.
    ///
    /// # Errors
    /// A policy or table that the file does not have.
    pub fn set(&mut self, path: &str, value: f64) -> Result<(), Box<dyn Error>> {
        let missing = || format!("{}: nothing at {path}", self.path.display());
        let number = rounded(value);
        let item = match path.strip_prefix("policy.").and_then(|rest| rest.split_once('.')) {
            Some((id, name)) => {
                let policies = self.document.get_mut("policy").and_then(Item::as_array_of_tables_mut);
                let policy = policies.and_then(|p| p.iter_mut().find(|p| p["id"].as_str() == Some(id)));
                let set = policy.and_then(|p| p.get_mut("set")).and_then(Item::as_inline_table_mut);
                set.and_then(|set| set.get_mut(name)).ok_or_else(missing)?
            }
            None => {
                let mut item = self.document.as_item_mut();
                for part in path.split('.') {
                    item = item.get_mut(part).ok_or_else(missing)?;
                }
                item.as_value_mut().ok_or_else(missing)?
            }
        };
        let decor = item.decor().clone();
        *item = Value::from(number);
        *item.decor_mut() = decor;
        Ok(())
    }

    /// Sets the bounds of a parameter in the plan of a calibration; false if the plan does not vary it.
    pub fn bound(&mut self, path: &str, low: f64, high: f64) -> bool {
        let parameters = self.document.get_mut("parameter").and_then(Item::as_array_of_tables_mut);
        let found = parameters.and_then(|p| p.iter_mut().find(|p| p.get("path").and_then(Item::as_str) == Some(path)));
        let Some(parameter) = found else { return false };
        for (name, value) in [("low", low), ("high", high)] {
            parameter[name] = toml_edit::value(rounded(value));
        }
        true
    }

    /// Writes the file back.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn write(&self) -> Result<(), Box<dyn Error>> {
        fs::write(&self.path, self.document.to_string()).map_err(|e| format!("{}: {e}", self.path.display()).into())
    }
}

/// A number to three significant digits.
fn rounded(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value)
}
