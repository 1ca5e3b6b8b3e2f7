//! The tables of a sweep and of what is learned from it.

use super::ColumnType::{Float, Int, Real, Text};
use super::{Column, Table, column};

const METRIC: Column = column("metric", Text, "", "Name of the metric, as in `manifest.json`.");
const UNIT: Column = column("unit", Text, "", "Unit of the metric.");

/// Every metric of every run.
pub const METRICS: Table = Table {
    name: "metrics",
    meaning: "Every metric of every run, in the order of the design's points, replicates and metrics. Always both as CSV and as Parquet.",
    big: true,
    hxl: false,
    key: &["point", "replicate", "metric"],
    columns: &[
        column("point", Int, "", "Number of the point in `design.csv`."),
        column("replicate", Int, "", "Number of the replicate, from 1."),
        column(
            "seed",
            Int,
            "",
            "Seed of the run: `antesala run` with it, the point's settings and as many replicates gives the same numbers.",
        ),
        METRIC,
        column("value", Real, "as the metric", "Its value, all digits; empty where it has no meaning."),
    ],
};

/// What each metric owes to each parameter.
pub const SENSITIVITY: Table = Table {
    name: "sensitivity",
    meaning: "What each metric owes to each parameter of the design, and to chance.",
    big: false,
    hxl: false,
    key: &["metric", "parameter", "measure"],
    columns: &[
        METRIC,
        column("parameter", Text, "", "Name of the parameter; `(chance)` for what replicates of a point differ by."),
        column(
            "measure",
            Text,
            "",
            "`first_order`, `total_order` and, with chance of its own at every point and replicates, the same `..._without_chance` (Sobol'); `mu`, `mu_star`, `sigma` (Morris); `spearman`, `prcc` (ranks); `variance_share` and `variance_share_of_mean` (chance).",
        ),
        column("unit", Text, "", "Unit of the value: `share`, `correlation`, or that of the metric."),
        column("value", Float(6), "as said in unit", "The estimate."),
        column("low", Float(6), "as said in unit", "Lower end of its 90 % interval; empty where there is none."),
        column("high", Float(6), "as said in unit", "Upper end of its 90 % interval."),
        column("from", Float(6), "as the parameter", "Lower end of the range over which the parameter was varied."),
        column("to", Float(6), "as the parameter", "Upper end of that range."),
    ],
};

/// Every metric at every point, and less that at the first point.
pub const RESPONSES: Table = Table {
    name: "responses",
    meaning: "Every metric at every point over its replicates, and its difference from the first point, replicate by replicate.",
    big: false,
    hxl: false,
    key: &["metric", "point"],
    columns: &[
        METRIC,
        UNIT,
        column("point", Int, "", "Number of the point in `design.csv`."),
        column("settings", Text, "", "The point's parameters, `name=value`, separated by blanks."),
        column("mean", Float(4), "as the metric", "Mean over replicates."),
        column("p05", Float(4), "as the metric", "5th percentile over replicates."),
        column("p50", Float(4), "as the metric", "Median over replicates."),
        column("p95", Float(4), "as the metric", "95th percentile over replicates."),
        column("diff_mean", Float(4), "as the metric", "Mean of the difference from the first point."),
        column("diff_p05", Float(4), "as the metric", "5th percentile of the difference."),
        column("diff_p50", Float(4), "as the metric", "Median of the difference."),
        column("diff_p95", Float(4), "as the metric", "95th percentile of the difference."),
        column(
            "diff_mean_low",
            Float(4),
            "as the metric",
            "Lower end of the 90 % interval of the mean difference (Student's t).",
        ),
        column("diff_mean_high", Float(4), "as the metric", "Upper end of that interval."),
        column("replicates", Int, "", "Replicates with a value at this point and at the first."),
    ],
};

/// All tables of a sweep and its analysis, in the order of the docs.
pub const TABLES: &[&Table] = &[&METRICS, &SENSITIVITY, &RESPONSES];
