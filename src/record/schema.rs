//! What every table is: columns in order, types, units, meanings, HXL hashtags.
//!
//! CSV headers, Parquet schemas, `datapackage.json`, the HXL rows and `docs/outputs.md` are all
//! made from this page; nothing else states them.

pub mod compare;
pub mod sweep;

/// The type of a column's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    Text,
    /// A whole number, not negative.
    Int,
    /// A number written with at most this many decimals; empty where there is none.
    Float(u8),
    /// A number written in as many digits as it takes to read it back the same; empty where there is none.
    Real,
    /// A calendar day, `2024-05-21`.
    Date,
    /// A calendar month, `2024-05`.
    Month,
}

/// One column of a table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub name: &'static str,
    pub kind: ColumnType,
    pub unit: &'static str,
    pub meaning: &'static str,
    /// HXL hashtag with attributes; empty in tables that have no HXL twin.
    pub hxl: &'static str,
}

/// One table of a run.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// File name without its ending.
    pub name: &'static str,
    pub meaning: &'static str,
    /// Written as Parquet under `--format parquet`; the others are always CSV.
    pub big: bool,
    /// Has a twin `NAME.hxl.csv` under `--hxl`.
    pub hxl: bool,
    /// Columns that together name a row.
    pub key: &'static [&'static str],
    pub columns: &'static [Column],
}

impl Table {
    /// File name in the output folder.
    pub fn file(&self, format: Format) -> String {
        match (format, self.big) {
            (Format::Parquet, true) => format!("{}.parquet", self.name),
            _ => format!("{}.csv", self.name),
        }
    }

    /// Position of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name == name)
    }
}

/// How the big tables are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    #[default]
    Csv,
    Parquet,
}

/// Written in place columns for people on the road.
pub const IN_TRANSIT: &str = "in_transit";

const fn column(name: &'static str, kind: ColumnType, unit: &'static str, meaning: &'static str) -> Column {
    Column { name, kind, unit, meaning, hxl: "" }
}

const fn tagged(
    name: &'static str,
    kind: ColumnType,
    unit: &'static str,
    meaning: &'static str,
    hxl: &'static str,
) -> Column {
    Column { name, kind, unit, meaning, hxl }
}

use ColumnType::{Date, Float, Int, Month, Text};

const REPLICATE: Column = tagged("replicate", Int, "", "Number of the replicate, from 1.", "#meta+replicate");
const DAY: Column = tagged("date", Date, "", "Day.", "#date");
const NATIONALITY: Column =
    column("nationality", Text, "", "Citizenship group, as named in the world's `nationalities.csv`.");
const STATE: Column =
    tagged("state", Text, "", "State at the end of the day (24:00); each person has exactly one.", "#status");
const PERSONS: Column = tagged("persons", Int, "persons", "Persons.", "#affected+simulated+ind");
const HOUSEHOLDS: Column = tagged("households", Int, "households", "Households.", "#affected+simulated+hh");

/// People present at the end of each day, by place and state.
pub const STOCKS_BY_PLACE: Table = Table {
    name: "stocks_by_place",
    meaning: "People present at the end of each day, by place and state. Rows without anybody are left out.",
    big: true,
    hxl: true,
    key: &["replicate", "date", "place", "state"],
    columns: &[
        REPLICATE,
        DAY,
        tagged(
            "place",
            Text,
            "",
            "Place where they sleep (the `place` column of the world's `places.csv`), or `in_transit`: on the road, or being carried back.",
            "#loc+code",
        ),
        tagged("pcode", Text, "", "P-code of the place; empty for `in_transit`.", "#adm2+code"),
        STATE,
        PERSONS,
        HOUSEHOLDS,
    ],
};

/// People present at the end of each day, by nationality and state.
pub const STOCKS_BY_NATIONALITY: Table = Table {
    name: "stocks_by_nationality",
    meaning: "People present at the end of each day, by nationality and state. Rows without anybody are left out.",
    big: true,
    hxl: false,
    key: &["replicate", "date", "nationality", "state"],
    columns: &[REPLICATE, DAY, NATIONALITY, STATE, PERSONS, HOUSEHOLDS],
};

/// Events of each day, by nationality.
pub const FLOWS: Table = Table {
    name: "flows",
    meaning: "Events of each day, by nationality: stock(today) = stock(yesterday) + entries - exits, in persons, and in households but for `family_split`, each of which makes one household more. Rows without anybody are left out. One person can have several events of a kind.",
    big: true,
    hxl: false,
    key: &["replicate", "date", "event", "nationality"],
    columns: &[
        REPLICATE,
        DAY,
        column("event", Text, "", "What happened; see the list of events."),
        column("kind", Text, "", "`entry` and `exit` change the stock, `internal` does not."),
        NATIONALITY,
        column("persons", Int, "persons", "Persons in the households it happened to."),
        column("households", Int, "households", "Households it happened to."),
    ],
};

/// Slots and what became of them, by port.
pub const APPOINTMENTS: Table = Table {
    name: "appointments",
    meaning: "Slots, offers and requests of each day and port. Sums over ports are totals; there are no total rows.",
    big: true,
    hxl: true,
    key: &["replicate", "date", "port"],
    columns: &[
        REPLICATE,
        DAY,
        tagged("port", Text, "", "Port of entry, as named in the world's `ports.csv`.", "#loc+port+name"),
        tagged("slots", Int, "persons", "Slots announced for appointments on this date.", "#capacity+slots"),
        tagged("offered", Int, "persons", "Persons offered a slot on this day.", "#reached+simulated+offered"),
        tagged("confirmed", Int, "persons", "Persons who confirmed on this day.", "#reached+simulated+confirmed"),
        tagged("lapsed", Int, "persons", "Persons whose offer lapsed on this day.", "#affected+simulated+lapsed"),
        tagged(
            "no_show",
            Int,
            "persons",
            "Persons who did not come to their appointment on this date.",
            "#affected+simulated+noshow",
        ),
        tagged(
            "processed",
            Int,
            "persons",
            "Persons who came to their appointment on this date.",
            "#reached+simulated+processed",
        ),
        tagged(
            "requests",
            Int,
            "persons",
            "Persons who asked for an appointment on this day, each once, at the port asked for.",
            "#inneed+simulated+requests",
        ),
        tagged(
            "backlog",
            Int,
            "persons",
            "Persons registered without a confirmed appointment at the end of the day, each once, at the port last asked for.",
            "#inneed+simulated+backlog",
        ),
    ],
};

/// Distributions of waits, by month.
pub const WAITS: Table = Table {
    name: "waits",
    meaning: "Distributions of waits on the last day of each month (and of the run), weighted by persons. Completed and elapsed waits are never mixed.",
    big: true,
    hxl: false,
    key: &["replicate", "date", "kind", "clock", "group"],
    columns: &[
        REPLICATE,
        DAY,
        column(
            "kind",
            Text,
            "",
            "`completed`: of those processed in the month, to the appointment; `elapsed`: of those in the backlog at the end of the date; `kaplan_meier`: of those registered in the month, with waits not yet over counted as censored.",
        ),
        column(
            "clock",
            Text,
            "",
            "`queue_age` runs from the current registration, `time_waiting` from the first, through losses and returns south.",
        ),
        column("group", Text, "", "`all`, `foreign` or `national` (citizens of the transit country)."),
        column("n", Int, "persons", "Persons described."),
        column("mean", Float(2), "days", "Mean; empty where not reached."),
        column("p10", Float(2), "days", "10th percentile; empty where not reached."),
        column("p50", Float(2), "days", "Median; empty where not reached."),
        column("p90", Float(2), "days", "90th percentile; empty where not reached."),
        column("p95", Float(2), "days", "95th percentile; empty where not reached."),
    ],
};

/// Outcomes by nationality and family size.
pub const EQUITY: Table = Table {
    name: "equity",
    meaning: "Outcomes over the whole run, by nationality and family size.",
    big: true,
    hxl: false,
    key: &["replicate", "nationality", "household_size", "measure"],
    columns: &[
        REPLICATE,
        NATIONALITY,
        column("household_size", Int, "persons", "Persons in the household; the largest group is that size and more."),
        column(
            "measure",
            Text,
            "",
            "`entered`, `registered`, `served` (persons), `share_served`, `mean_wait_days`, `interceptions_per_person`, `harm_per_100_persons`, `cost_mxn_per_person`.",
        ),
        column("value", Float(4), "as the measure says", "Value of the measure."),
    ],
};

/// Paths of a sample of households.
pub const HOUSEHOLDS_TABLE: Table = Table {
    name: "households",
    meaning: "Paths of a sample of households, event by event (`--sample N`). Simulated households: none of them is a real one.",
    big: true,
    hxl: false,
    key: &[],
    columns: &[
        REPLICATE,
        column("household", Int, "", "Number of the household in the replicate's sample."),
        column("family", Int, "", "Shared by the parts of a family that was split."),
        DAY,
        NATIONALITY,
        column("persons", Int, "persons", "Members."),
        column("children", Int, "persons", "Members who are children."),
        column("place", Text, "", "Place, or `in_transit`."),
        column("event", Text, "", "What happened; see the list of events."),
    ],
};

/// Caravans, day by day.
pub const CARAVANS: Table = Table {
    name: "caravans",
    meaning: "Every caravan, day by day.",
    big: true,
    hxl: false,
    key: &["replicate", "caravan", "date"],
    columns: &[
        REPLICATE,
        column("caravan", Text, "", "Its `id` in the scenario, or a made-up one if it formed by itself."),
        DAY,
        column("place", Text, "", "Place where it sleeps, or the last one passed."),
        column("km", Float(1), "km", "Distance walked since departure."),
        column("persons", Int, "persons", "Persons at the end of the day."),
        column("joined", Int, "persons", "Persons who joined on the day."),
        column("left", Int, "persons", "Persons who left it on the day, whatever the reason, detained ones included."),
        column("detained", Int, "persons", "Persons detained on the day."),
        column("status", Text, "", "`gathering`, `walking`, `resting`, `dissolved`, `arrived` or `ended`."),
        column("households", Int, "households", "Households at the end of the day."),
        column("families", Int, "households", "Of the households, those with children."),
        column("small_families", Int, "households", "Of the households, those with children under six."),
        column("children", Int, "persons", "Of the persons, children."),
        column("small_children", Int, "persons", "Of the persons, children under six."),
    ],
};

/// Journeys by leg, mode and month.
pub const LEGS: Table = Table {
    name: "legs",
    meaning: "Persons who travelled a leg of the network in one direction, by mode and month.",
    big: true,
    hxl: false,
    key: &["replicate", "month", "from", "to", "mode"],
    columns: &[
        REPLICATE,
        column("month", Month, "", "Month."),
        column("from", Text, "", "Place left."),
        column("to", Text, "", "Place reached."),
        column("mode", Text, "", "Mode of travel, as named in the world's `modes.csv`."),
        column("persons", Int, "persons", "Journeys of persons; one person can travel a leg more than once."),
    ],
};

/// People outside the geofence.
pub const GEOFENCE: Table = Table {
    name: "geofence",
    meaning: "People asleep outside the geofence at the end of each day, who cannot ask for an appointment there; those on the road or being carried back are not counted. Rows without anybody are left out.",
    big: true,
    hxl: false,
    key: &["replicate", "date", "nationality"],
    columns: &[
        REPLICATE,
        DAY,
        NATIONALITY,
        column("registered_persons", Int, "persons", "Of them, registered, in whatever state."),
        column("unregistered_persons", Int, "persons", "Of them, not registered."),
    ],
};

/// The queue by nationality.
pub const QUEUE: Table = Table {
    name: "queue",
    meaning: "The backlog and people who have been there long, by nationality, at the end of each day. Rows without anybody are left out.",
    big: true,
    hxl: false,
    key: &["replicate", "date", "nationality"],
    columns: &[
        REPLICATE,
        DAY,
        NATIONALITY,
        column(
            "backlog",
            Int,
            "persons",
            "Registered, without a confirmed appointment: sums to the backlog of `appointments`.",
        ),
        column(
            "registered_over_210_days",
            Int,
            "persons",
            "Registered, with an appointment or without, whose first registration is more than 210 days old.",
        ),
        column("present_over_210_days", Int, "persons", "In the country for more than 210 days, whatever they do."),
    ],
};

/// Foreigners by place.
pub const FOREIGNERS_BY_PLACE: Table = Table {
    name: "foreigners_by_place",
    meaning: "Foreigners present at the end of each day, by place: of the persons of `stocks_by_place`, those who are no citizens of the country. Rows without anybody are left out.",
    big: true,
    hxl: false,
    key: &["replicate", "date", "place"],
    columns: &[
        REPLICATE,
        DAY,
        column("place", Text, "", "Place (the `place` column of the world's `places.csv`), or `in_transit`."),
        column("persons", Int, "persons", "Foreigners present."),
    ],
};

/// Where events happen.
pub const EVENTS_BY_PLACE: Table = Table {
    name: "events_by_place",
    meaning: "Events of a month by the place where they happened, e.g. refusals on buses, interceptions, registrations; those of people on the road count at the place where they will arrive. Sums over places are those of `flows`, but for requests by a false location. Rows without events are left out.",
    big: true,
    hxl: false,
    key: &["replicate", "month", "place", "event", "nationality"],
    columns: &[
        REPLICATE,
        column("month", Month, "", "Month."),
        column("place", Text, "", "Place (the `place` column of the world's `places.csv`)."),
        column("event", Text, "", "What happened; see the list of events."),
        NATIONALITY,
        column("persons", Int, "persons", "Persons it happened to; one person counts every time."),
        column("households", Int, "households", "Households it happened to; one household counts every time."),
    ],
};

/// Flows, stocks and waits by month.
pub const MONTHLY: Table = Table {
    name: "monthly",
    meaning: "Flows, stocks and waits by month: mean and quantiles over replicates. An event counts the persons of the month; `slots` its places and `requests` the mean a day; `backlog` and `present` are those at the end of its last recorded day; `wait_KIND_CLOCK_mean` and `_p95` are days, weighted by persons (see waits.csv). The first and last month count their recorded days only. Rows that are 0 in all replicates are left out.",
    big: false,
    hxl: false,
    key: &["month", "series", "nationality", "place"],
    columns: &[
        column("month", Month, "", "Calendar month."),
        column(
            "series",
            Text,
            "",
            "An event (see the list of events), `slots`, `requests`, `backlog`, `present`, or a wait.",
        ),
        column("nationality", Text, "", "A nationality, `all`, `foreign` or `national`."),
        column("place", Text, "", "Place, for `present` at a place; else empty."),
        column("unit", Text, "", "Unit of the numbers."),
        column("mean", Float(3), "", "Mean over replicates."),
        column("p05", Float(3), "", "5th percentile over replicates."),
        column("p50", Float(3), "", "Median."),
        column("p95", Float(3), "", "95th percentile."),
        column("replicates", Int, "", "Replicates with a number."),
    ],
};

/// Shelter and supply needs by week and place.
pub const NEEDS: Table = Table {
    name: "needs",
    meaning: "People present and what they need, by week and place: the mean over the days of the week (those within the run), then quantiles over replicates. Supplies are for the median and follow the Sphere standards, as set in the scenario's `[needs]`. Weeks without anybody are left out.",
    big: false,
    hxl: true,
    key: &["date", "place"],
    columns: &[
        tagged("date", Date, "", "Monday of the week.", "#date+start"),
        tagged("place", Text, "", "Place (the `place` column of the world's `places.csv`).", "#loc+code"),
        tagged(
            "persons_p05",
            Int,
            "persons",
            "Persons present, 5th percentile over replicates.",
            "#affected+simulated+p05",
        ),
        tagged("persons_p50", Int, "persons", "Persons present, median.", "#affected+simulated+median"),
        tagged("persons_p95", Int, "persons", "Persons present, 95th percentile.", "#affected+simulated+p95"),
        tagged(
            "shelter_places",
            Int,
            "persons",
            "Shelter places known on that Monday; empty where the world has no figure.",
            "#capacity+shelter",
        ),
        tagged(
            "shortfall_p05",
            Int,
            "persons",
            "Persons who would use a shelter place beyond those there are, 5th percentile; empty where places are unknown.",
            "#inneed+simulated+shelter+p05",
        ),
        tagged("shortfall_p50", Int, "persons", "The same, median.", "#inneed+simulated+shelter+median"),
        tagged("shortfall_p95", Int, "persons", "The same, 95th percentile.", "#inneed+simulated+shelter+p95"),
        tagged("water_litres", Int, "litres/day", "Water.", "#indicator+simulated+water+litres"),
        tagged("meals", Int, "meals/day", "Meals.", "#indicator+simulated+meals"),
        tagged("toilets", Int, "toilets", "Toilets, rounded up.", "#indicator+simulated+toilets"),
        tagged("taps", Int, "taps", "Water taps, rounded up.", "#indicator+simulated+taps"),
        tagged("shelter_m2", Int, "m2", "Covered living space.", "#indicator+simulated+shelter+m2"),
        tagged(
            "health_workers",
            Int,
            "staff",
            "Doctors, nurses and midwives, rounded up.",
            "#indicator+simulated+health+workers",
        ),
        tagged("health_posts", Int, "posts", "Basic health units, rounded up.", "#indicator+simulated+health+posts"),
        tagged("soap_kg", Int, "kg/month", "Bathing soap.", "#indicator+simulated+soap+kg"),
        tagged("energy_mcal", Int, "Mcal/day", "Food energy (1 Mcal = 1,000 kcal).", "#indicator+simulated+food+mcal"),
        tagged("pcode", Text, "", "P-code of the place.", "#adm2+code"),
    ],
};

/// Metrics of the whole run.
pub const SUMMARY: Table = Table {
    name: "summary",
    meaning: "One number a metric and replicate, then mean and quantiles over replicates (linear interpolation between order statistics, type 7 of Hyndman and Fan).",
    big: false,
    hxl: true,
    key: &["metric"],
    columns: &[
        tagged("metric", Text, "", "Name of the metric; see the list of metrics.", "#indicator+name"),
        tagged("unit", Text, "", "Unit of the metric.", "#indicator+unit"),
        tagged(
            "mean",
            Float(4),
            "as the metric",
            "Mean over replicates; empty where no replicate has a value.",
            "#indicator+simulated+mean",
        ),
        tagged("p05", Float(4), "as the metric", "5th percentile over replicates.", "#indicator+simulated+p05"),
        tagged("p50", Float(4), "as the metric", "Median over replicates.", "#indicator+simulated+median"),
        tagged("p95", Float(4), "as the metric", "95th percentile over replicates.", "#indicator+simulated+p95"),
        tagged("replicates", Int, "", "Replicates that have a value.", "#meta+replicates"),
    ],
};

/// Every table, in the order in which they are described.
pub const TABLES: &[&Table] = &[
    &SUMMARY,
    &STOCKS_BY_PLACE,
    &STOCKS_BY_NATIONALITY,
    &FLOWS,
    &APPOINTMENTS,
    &WAITS,
    &EQUITY,
    &CARAVANS,
    &LEGS,
    &GEOFENCE,
    &QUEUE,
    &FOREIGNERS_BY_PLACE,
    &EVENTS_BY_PLACE,
    &MONTHLY,
    &NEEDS,
    &HOUSEHOLDS_TABLE,
];

/// The table of that name, of a run, a comparison or a sweep.
pub fn table(name: &str) -> Option<&'static Table> {
    all().find(|t| t.name == name)
}

fn all() -> impl Iterator<Item = &'static Table> {
    TABLES.iter().chain(compare::TABLES).chain(sweep::TABLES).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_columns_and_names_are_unique() {
        for table in all() {
            assert_eq!(all().filter(|t| t.name == table.name).count(), 1, "{}", table.name);
            for key in table.key {
                assert!(table.column(key).is_some(), "{}: {key}", table.name);
            }
            for (j, column) in table.columns.iter().enumerate() {
                assert_eq!(table.column(column.name), Some(j), "{}: {}", table.name, column.name);
                assert_eq!(table.hxl, !column.hxl.is_empty() && table.hxl, "{}: {}", table.name, column.name);
                assert!(column.meaning.ends_with('.'), "{}: {}", table.name, column.name);
            }
        }
    }
}
