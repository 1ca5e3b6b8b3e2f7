//! The tables of a comparison.

use super::ColumnType::{Date, Float, Int, Text};
use super::{Column, Table, tagged};

const VARIANT: Column = tagged("variant", Text, "", "Name of the scenario beside the base.", "#meta+scenario");
const METRIC: Column = tagged("metric", Text, "", "Name of the metric; see the list of metrics.", "#indicator+name");
const UNIT: Column = tagged("unit", Text, "", "Unit of the metric or series.", "#indicator+unit");
const P05: Column = tagged(
    "diff_p05",
    Float(4),
    "as the metric or series",
    "5th percentile of the difference over replicates.",
    "#indicator+simulated+difference+p05",
);
const P50: Column = tagged(
    "diff_p50",
    Float(4),
    "as the metric or series",
    "Median of the difference over replicates.",
    "#indicator+simulated+difference+median",
);
const P95: Column = tagged(
    "diff_p95",
    Float(4),
    "as the metric or series",
    "95th percentile of the difference over replicates.",
    "#indicator+simulated+difference+p95",
);
const MEAN: Column = tagged(
    "diff_mean",
    Float(4),
    "as the metric",
    "Mean of the difference over replicates.",
    "#indicator+simulated+difference+mean",
);

/// Every metric of a variant less that of the base.
pub const DIFFERENCES: Table = Table {
    name: "differences",
    meaning: "Metrics of each variant less those of the base, replicate by replicate (a replicate of each has the same seed, and draws where a posterior is used).",
    big: false,
    hxl: true,
    key: &["variant", "metric"],
    columns: &[
        VARIANT,
        METRIC,
        UNIT,
        tagged(
            "base_mean",
            Float(4),
            "as the metric",
            "Mean of the base over the pairs.",
            "#indicator+simulated+base+mean",
        ),
        tagged(
            "variant_mean",
            Float(4),
            "as the metric",
            "Mean of the variant over the pairs.",
            "#indicator+simulated+variant+mean",
        ),
        MEAN,
        P05,
        P50,
        P95,
        tagged("pairs", Int, "", "Replicates in which both have a value.", "#meta+replicates"),
        tagged(
            "variance_saved",
            Float(4),
            "share",
            "1 - variance of the difference over the sum of both variances: what the pairing takes away from an unpaired comparison; below 0 where it adds. Empty with one pair or no variance.",
            "#meta+variance+saved",
        ),
    ],
};

/// Daily series of a variant less those of the base.
pub const DAILY_DIFFERENCES: Table = Table {
    name: "daily_differences",
    meaning: "Daily series of each variant less those of the base, replicate by replicate: stocks at the end of the day, persons of the day's requests and events. The unit tells stocks (persons) from flows (persons/day): `stranded` is both. Days without any difference are left out.",
    big: true,
    hxl: true,
    key: &["variant", "date", "series", "unit"],
    columns: &[
        VARIANT,
        tagged("date", Date, "", "Day.", "#date"),
        tagged(
            "series",
            Text,
            "",
            "`present`, a state, `backlog`, `backlog_foreign`, `outside_geofence`, `present_over_210_days` (stocks); `requests` or an event (flows).",
            "#indicator+name",
        ),
        UNIT,
        P05,
        P50,
        P95,
    ],
};

/// What the parts of combined variants do alone, and together beyond that.
pub const ATTRIBUTION: Table = Table {
    name: "attribution",
    meaning: "For a variant that combines others (A+B): the difference each part makes alone, what they do together beyond the sum (`interaction`), and all (`total`), replicate by replicate. Metrics without a value in some replicate are left out.",
    big: false,
    hxl: true,
    key: &["combination", "metric", "part"],
    columns: &[
        tagged("combination", Text, "", "Name of the combined variant.", "#meta+scenario+combined"),
        METRIC,
        UNIT,
        tagged("part", Text, "", "A variant, `interaction` or `total`.", "#meta+scenario+part"),
        MEAN,
        P05,
        P50,
        P95,
    ],
};

/// Every table of a comparison.
pub const TABLES: &[&Table] = &[&DIFFERENCES, &DAILY_DIFFERENCES, &ATTRIBUTION];
