//! What stands around every chart: the scenario and its replicates above, provenance below.

use super::data::Seen;
use super::words::{ChartWords, Words, fill, named};
use crate::record::digest::Digest;
use crate::scenario::input::Nationality;

/// A digest with the words to show it.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    pub digest: &'a Digest,
    pub words: &'a Words,
}

/// What a chart's lines and bands are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statistic {
    MedianBand,
    MeanBand,
    Mean,
    /// One replicate is shown, whatever their number.
    Single,
}

impl Context<'_> {
    /// Whether a band can be drawn.
    pub fn banded(&self) -> bool {
        self.digest.replicates > 1
    }

    /// The line under the title: the scenario, then what lines and bands mean.
    pub fn subtitle(&self, statistic: Statistic) -> String {
        let n = self.digest.replicates.to_string();
        let message = match statistic {
            _ if !self.banded() => &self.words.one_replicate,
            Statistic::MedianBand => &self.words.median_band,
            Statistic::MeanBand => &self.words.mean_band,
            Statistic::Mean => &self.words.mean_only,
            Statistic::Single => &self.words.one_of_replicates,
        };
        let of = if self.digest.posterior { &self.words.chance_and_parameters } else { &self.words.chance_alone };
        let meaning = fill(message, &[("n", &n), ("of", of)]);
        if self.digest.title.is_empty() { meaning } else { format!("{} · {meaning}", self.digest.title) }
    }

    /// The source line of the simulation.
    pub fn source(&self) -> String {
        let d = self.digest;
        let scale = match d.weight {
            0 | 1 => self.words.every_household.to_string(),
            k => fill(self.words.one_in, &[("n", &k.to_string())]),
        };
        let values = [
            ("program", program_name()),
            ("version", d.version.clone()),
            ("scenario", d.name.clone()),
            ("seed", d.seed.to_string()),
            ("replicates", self.words.replicates(d.replicates)),
            ("scale", scale),
        ];
        let values: Vec<(&str, &str)> = values.iter().map(|(k, v)| (*k, v.as_str())).collect();
        fill(self.words.source, &values)
    }

    /// Publishers with their source ids, for `message` (which has `{sources}`); nothing without ids.
    pub fn sources(&self, message: &str, ids: &[&str]) -> Option<String> {
        const SHOWN: usize = 8;
        let mut ids: Vec<&str> = ids.iter().copied().filter(|id| !id.is_empty()).collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            return None;
        }
        let mut by_publisher: Vec<(&str, Vec<&str>)> = Vec::new();
        for id in ids.iter().take(SHOWN) {
            let publisher = self.publisher(id);
            match by_publisher.iter_mut().find(|(known, _)| *known == publisher) {
                Some((_, list)) => list.push(id),
                None => by_publisher.push((publisher, vec![id])),
            }
        }
        let said = |(publisher, list): (&str, Vec<&str>)| {
            format!("{publisher} [{}]", list.join(", ")).trim_start().to_string()
        };
        let mut parts: Vec<String> = by_publisher.into_iter().map(said).collect();
        if ids.len() > SHOWN {
            let more = (ids.len() - SHOWN).to_string();
            parts.push(fill(self.words.more_sources, &[("n", &more)]));
        }
        Some(fill(message, &[("sources", parts.join(", ").trim())]))
    }

    fn publisher(&self, id: &str) -> &str {
        let known = self.digest.sources.iter().find(|s| s.id == id).map_or("", |s| s.publisher.trim());
        if known == "-" { "" } else { known }
    }

    /// The notes below a chart: its own, then the simulation, then the observations drawn.
    pub fn notes<'s>(&self, own: Vec<String>, seen: impl IntoIterator<Item = &'s Seen>) -> Vec<String> {
        let mut out: Vec<String> = own;
        let mut ids: Vec<&str> = Vec::new();
        let mut used = false;
        for point in seen {
            ids.push(&point.source);
            used |= point.used;
        }
        if used {
            out.push(self.words.used_note.to_string());
        }
        let mut out: Vec<String> = if out.is_empty() { out } else { vec![out.join(" ")] };
        out.push(self.source());
        out.extend(self.sources(self.words.observed_source, &ids));
        out
    }

    /// What readers call a place; nothing where there is no such place.
    pub fn place(&self, place: usize) -> &str {
        self.digest.places.get(place).map_or("", |p| named(&self.words.places, &p.name))
    }

    /// Names of the transit country's own nationalities.
    pub fn nationals(&self) -> String {
        let said = |n: &'_ Nationality| named(&self.words.nationalities, &n.name).to_string();
        let names: Vec<String> = self.digest.nationalities.iter().filter(|n| n.national).map(said).collect();
        fill(self.words.nationals, &[("names", &names.join(", "))])
    }
}

/// The program's name, with a capital.
fn program_name() -> String {
    let name = env!("CARGO_PKG_NAME");
    let mut chars = name.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Title and description of a chart, for its file.
pub fn described(words: &ChartWords, context: Context) -> (String, String) {
    let d = context.digest;
    let title = if d.title.is_empty() { words.title.to_string() } else { format!("{}: {}", words.title, d.title) };
    (title, format!("{} {}", words.shows, context.source()))
}
