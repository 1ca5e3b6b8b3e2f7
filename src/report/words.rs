//! Every word that charts show, from `assets/messages/LANGUAGE/charts.toml`.
//!
//! `{name}` in a message is filled in by [`fill`].

use std::collections::BTreeMap;
use std::sync::LazyLock;

use toml::Value;

use super::language::Language;

/// What can be read from a message file; panics say which message is missing, and a test reads every file.
trait Message {
    fn read(value: Option<&'static Value>, key: &str) -> Self;
}

impl Message for &'static str {
    fn read(value: Option<&'static Value>, key: &str) -> Self {
        value.and_then(Value::as_str).unwrap_or_else(|| panic!("the built-in message `{key}` is missing"))
    }
}

impl Message for [&'static str; 12] {
    fn read(value: Option<&'static Value>, key: &str) -> Self {
        std::array::from_fn(|i| Message::read(value.and_then(|v| v.get(i)), key))
    }
}

impl Message for Names {
    fn read(value: Option<&'static Value>, key: &str) -> Self {
        let table = value.and_then(Value::as_table).unwrap_or_else(|| panic!("the built-in names `{key}` are missing"));
        table.iter().map(|(name, called)| (name.as_str(), Message::read(Some(called), name))).collect()
    }
}

/// A struct of messages: each field from the message of its name.
macro_rules! messages {
    ($(#[$about:meta])* pub struct $name:ident { $($(#[$doc:meta])* pub $field:ident: $kind:ty,)* }) => {
        $(#[$about])*
        #[derive(Debug, PartialEq)]
        pub struct $name { $($(#[$doc])* pub $field: $kind,)* }

        impl $name {
            /// The keys of its messages.
            #[cfg(test)]
            const KEYS: &[&str] = &[$(stringify!($field)),*];
        }

        impl Message for $name {
            fn read(value: Option<&'static Value>, _: &str) -> Self {
                $name { $($field: Message::read(value.and_then(|v| v.get(stringify!($field))), stringify!($field)),)* }
            }
        }
    };
}

/// Names in tables or in a world's data, and what readers call them.
pub type Names = BTreeMap<&'static str, &'static str>;

messages! {
/// Title and content of a chart, for its page and for the catalogue.
pub struct ChartWords {
    pub title: &'static str,
    /// What it shows, in a sentence.
    pub shows: &'static str,
}
}

messages! {
/// What a measure of sensitivity is called.
pub struct MeasureWords {
    /// Below an axis and beside a colour bar.
    pub axis: &'static str,
    pub scale: &'static str,
    /// The bar, and the mark inside or on it.
    pub main: &'static str,
    pub inner: &'static str,
    pub note: &'static str,
}
}

messages! {
/// The messages of a language.
pub struct Words {
    pub thousands: &'static str,
    pub months: [&'static str; 12],
    pub months_long: [&'static str; 12],
    pub date_long: &'static str,
    /// A number to a number.
    pub range: &'static str,
    /// In a text.
    pub percent: &'static str,
    /// On an axis or in a cell.
    pub percent_label: &'static str,

    pub backlog: ChartWords,
    pub waits: ChartWords,
    pub people_by_place: ChartWords,
    pub flows_by_outcome: ChartWords,
    pub appointments: ChartWords,
    pub border_patrol: ChartWords,
    pub caravans: ChartWords,
    pub map: ChartWords,
    pub interceptions: ChartWords,
    pub processed_by_nationality: ChartWords,
    pub people_by_state: ChartWords,
    pub asylum: ChartWords,
    pub needs: ChartWords,

    // What replicates give.
    pub one_replicate: &'static str,
    pub one_of_replicates: &'static str,
    pub validation_title: &'static str,
    pub validation_shows: &'static str,
    pub validation_inside: &'static str,
    pub validation_outside: &'static str,
    pub validation_used: &'static str,
    pub validation_all_used: &'static str,
    pub validation_interval: &'static str,
    pub validation_median: &'static str,
    pub validation_note: &'static str,
    pub validation_unit: &'static str,
    pub posterior_title: &'static str,
    pub posterior_prior: &'static str,
    pub posterior_interval: &'static str,
    pub posterior_median: &'static str,
    pub posterior_note: &'static str,
    pub fits_title: &'static str,
    pub fits_before: &'static str,
    pub fits_after: &'static str,
    pub fits_beyond: &'static str,
    pub fits_note: &'static str,
    pub validation_monthly_note: &'static str,
    // A comparison.
    pub differences_title: &'static str,
    pub differences_note: &'static str,
    pub fans_title: &'static str,
    pub fans_band: &'static str,
    pub fans_note: &'static str,
    pub summed_up: &'static str,
    // What drives the metrics.
    pub tornado_title: &'static str,
    pub heat_map_title: &'static str,
    pub responses_title: &'static str,
    pub effects_title: &'static str,
    pub from_first_point: &'static str,
    /// A title and which of its pages.
    pub page_of: &'static str,
    pub sobol: MeasureWords,
    pub morris: MeasureWords,
    pub ranks: MeasureWords,
    pub interval_90: &'static str,
    pub band_90: &'static str,
    pub chance_bar: &'static str,
    pub chance_share: &'static str,
    pub rank_falls: &'static str,
    pub rank_rises: &'static str,
    pub beyond_axis: &'static str,
    pub uncertain_cells: &'static str,
    pub largest_row: &'static str,
    pub heat_map_order: &'static str,
    pub heat_map_numbers: &'static str,
    pub responses_note: &'static str,
    pub lines_left_out: &'static str,
    pub compared_with: &'static str,
    /// Metrics and series as readers see them.
    pub metric_names: Names,
    pub median_band: &'static str,
    pub mean_band: &'static str,
    pub mean_only: &'static str,
    pub chance_alone: &'static str,
    pub chance_and_parameters: &'static str,
    pub band_key: &'static str,

    // Units and legends.
    pub persons: &'static str,
    pub persons_a_month: &'static str,
    pub events_a_month: &'static str,
    pub days: &'static str,
    pub share: &'static str,
    pub simulated: &'static str,
    pub simulated_mean: &'static str,
    pub observed: &'static str,
    pub observed_used: &'static str,
    pub observed_of: &'static str,
    pub observed_longer: &'static str,
    pub outage_key: &'static str,
    pub outage_item: &'static str,
    pub policy_key: &'static str,
    pub foreigners: &'static str,
    pub nationals: &'static str,
    pub all_people: &'static str,
    pub other_nationalities: &'static str,

    // Single charts.
    pub backlog_line: &'static str,
    pub foreign_backlog_line: &'static str,
    pub requesting_line: &'static str,
    pub long_waiting_line: &'static str,
    pub completed_panel: &'static str,
    pub elapsed_panel: &'static str,
    pub queue_age_mean: &'static str,
    pub time_waiting_mean: &'static str,
    pub time_waiting_p95: &'static str,
    pub waits_note: &'static str,
    pub other_places: &'static str,
    pub in_transit: &'static str,
    pub slots_line: &'static str,
    pub processed_line: &'static str,
    pub caravan_set_out: &'static str,
    pub caravan_walking: &'static str,
    pub caravan_still: &'static str,
    /// A caravan that formed by itself, by its number.
    pub caravan_unnamed: &'static str,
    pub km: &'static str,
    pub caravan_ends: &'static str,
    pub caravan_note: &'static str,
    pub caravan_status: Names,
    pub caravans_more: &'static str,
    pub map_present: &'static str,
    pub map_toward: &'static str,
    pub map_back: &'static str,
    pub map_flow: &'static str,
    pub map_stock: &'static str,
    pub map_fewest: &'static str,
    pub map_unlabelled: &'static str,
    pub map_boundaries: &'static str,
    pub shelter_line: &'static str,
    pub needs_none: &'static str,
    pub persons_line: &'static str,

    // Names in tables and what readers call them.
    pub exits: Names,
    pub states: Names,
    /// Functions of the app that an outage stops.
    pub outages: Names,
    pub units: Names,
    /// Whose numbers an observation is.
    pub whose: Names,
    /// Families and series of observations.
    pub families: Names,
    pub series: Names,
    // What the world's data call them.
    pub nationalities: Names,
    pub places: Names,

    // Notes and sources.
    pub incomplete_months: &'static str,
    pub events_note: &'static str,
    pub used_note: &'static str,
    pub source: &'static str,
    pub observed_source: &'static str,
    pub shelter_source: &'static str,
    pub every_household: &'static str,
    pub one_in: &'static str,
    pub one_replicate_source: &'static str,
    pub replicates_source: &'static str,
    pub more_sources: &'static str,

    pub sweep_source: &'static str,
    pub chance_common: &'static str,
    pub chance_own: &'static str,
    pub first_point: &'static str,
    pub ranges: &'static str,
    pub warning_note: &'static str,
    pub comparison_source: &'static str,
    pub comparison_draws: &'static str,
    pub validation_source: &'static str,
    pub validation_draws: &'static str,
    pub calibration_source: &'static str,

    // Why a chart was left out.
    pub left_out_zero: &'static str,
    pub left_out_no_places: &'static str,
    pub left_out_no_shelters: &'static str,
    pub left_out_no_caravans: &'static str,
}
}

/// The message files of both languages.
static FILES: LazyLock<[Value; 2]> = LazyLock::new(|| {
    Language::ALL.map(|language| {
        let table = text(language).parse::<toml::Table>();
        Value::Table(table.unwrap_or_else(|e| panic!("the built-in messages `{}`: {e}", language.tag())))
    })
});
/// Both languages as built in.
static ALL: LazyLock<[Words; 2]> =
    LazyLock::new(|| Language::ALL.map(|language| Message::read(Some(&FILES[language as usize]), "charts")));

/// The message file of a language.
fn text(language: Language) -> &'static str {
    match language {
        Language::English => include_str!("../../assets/messages/en/charts.toml"),
        Language::Spanish => include_str!("../../assets/messages/es-MX/charts.toml"),
    }
}

impl Words {
    /// The messages of a language.
    pub fn of(language: Language) -> &'static Words {
        &ALL[language as usize]
    }

    /// A number of replicates: `1 replicate`, `8 replicates`.
    pub fn replicates(&self, n: u32) -> String {
        match n {
            1 => self.one_replicate_source.to_string(),
            _ => fill(self.replicates_source, &[("n", &n.to_string())]),
        }
    }
}

/// Replaces each `{name}` by its value.
pub fn fill(message: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(message.len() + 32);
    let mut rest = message;
    while let Some(open) = rest.find('{') {
        let Some(close) = rest[open..].find('}') else { break };
        out.push_str(&rest[..open]);
        let name = &rest[open + 1..open + close];
        match values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => out.push_str(value),
            None => out.push_str(&rest[open..=open + close]),
        }
        rest = &rest[open + close + 1..];
    }
    out.push_str(rest);
    out
}

/// What readers call a name that tables use; the name itself, without underscores, if unlisted.
pub fn called(names: &Names, name: &str) -> String {
    names.get(name).map_or_else(|| name.replace('_', " "), |called| called.to_string())
}

/// What readers call a name of the world's data or a unit; the name itself if unlisted.
pub fn named<'a>(names: &'a Names, name: &'a str) -> &'a str {
    names.get(name).copied().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::draw::font;

    /// Every message with its key, tables within tables.
    fn messages(language: Language) -> Vec<(String, String)> {
        fn walk(key: &str, value: &toml::Value, out: &mut Vec<(String, String)>) {
            match value {
                toml::Value::Table(table) => table.iter().for_each(|(k, v)| walk(&format!("{key}/{k}"), v, out)),
                toml::Value::Array(list) => {
                    list.iter().enumerate().for_each(|(i, v)| walk(&format!("{key}/{i}"), v, out));
                }
                value => out.push((key.to_string(), value.as_str().expect("a text").to_string())),
            }
        }
        let mut out = Vec::new();
        walk("", &toml::Value::Table(text(language).parse().expect("TOML")), &mut out);
        out
    }

    /// Names in braces, in alphabetical order.
    fn blanks(message: &str) -> Vec<&str> {
        let mut out: Vec<&str> = message.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect();
        out.sort_unstable();
        out
    }

    #[test]
    fn both_languages_say_the_same_messages() {
        let [english, spanish] = Language::ALL.map(messages);
        let keys = |all: &[(String, String)]| all.iter().map(|(key, _)| key.clone()).collect::<Vec<_>>();
        assert_eq!(keys(&english), keys(&spanish));
        for ((key, en), (_, es)) in english.iter().zip(&spanish) {
            assert_eq!(blanks(en), blanks(es), "{key}");
            assert_eq!(en.is_empty(), es.is_empty(), "{key}");
        }
    }

    #[test]
    fn no_message_is_left_unread() {
        for language in Language::ALL {
            let file: toml::Table = text(language).parse().expect("TOML");
            let unread: Vec<&String> = file.keys().filter(|key| !Words::KEYS.contains(&key.as_str())).collect();
            assert!(unread.is_empty(), "{unread:?}");
        }
        assert!(ChartWords::KEYS == ["title", "shows"] && MeasureWords::KEYS.len() == 5);
    }

    #[test]
    fn every_character_has_a_glyph() {
        for (key, message) in Language::ALL.into_iter().flat_map(messages) {
            assert!(message.chars().all(font::has), "{key}: {message}");
            assert_eq!(message.trim(), message, "{key}");
        }
    }

    #[test]
    fn spanish_writes_percent_without_a_space() {
        for (key, message) in messages(Language::Spanish) {
            assert!(!message.contains(" %") || message.contains("en %"), "{key}: {message}");
        }
    }

    #[test]
    fn each_language_has_its_own_words() {
        let both = Language::ALL.map(Words::of);
        assert_eq!(both.map(|w| w.months[0]), ["Jan", "ene"]);
        assert_eq!(both.map(|w| named(&w.nationalities, "Haiti")), ["Haiti", "Haití"]);
        assert_eq!(both.map(|w| named(&w.nationalities, "Maresia")), ["Maresia", "Maresia"]);
        assert_eq!(both.map(|w| called(&w.states, "in_caravan")), ["in a caravan", "en una caravana"]);
        assert_eq!(both.map(|w| called(&w.states, "no_such_state")), ["no such state", "no such state"]);
        assert_eq!(both.map(|w| w.replicates(1)), ["1 replicate", "1 simulación"]);
    }

    #[test]
    fn fill_replaces_names_once() {
        assert_eq!(fill("{a} of {b}{c}", &[("a", "{b}"), ("b", "2")]), "{b} of 2{c}");
    }
}
