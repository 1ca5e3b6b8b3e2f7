//! Every word that charts show, in one table, so that another language is another table.
//!
//! `{name}` in a message is filled in by [`fill`].

/// Title and content of a chart, for its page and for the catalogue.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChartWords {
    pub title: &'static str,
    /// What it shows, in a sentence.
    pub shows: &'static str,
}

/// What a measure of sensitivity is called.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeasureWords {
    /// Below an axis and beside a colour bar.
    pub axis: &'static str,
    pub scale: &'static str,
    /// The bar, and the mark inside or on it.
    pub main: &'static str,
    pub inner: &'static str,
    pub note: &'static str,
}

/// The messages of a language.
#[derive(Debug, Clone, PartialEq)]
pub struct Words {
    pub thousands: &'static str,
    pub months: [&'static str; 12],

    pub backlog: ChartWords,
    pub waits: ChartWords,
    pub people_by_place: ChartWords,
    pub flows_by_outcome: ChartWords,
    pub appointments: ChartWords,
    pub border_patrol: ChartWords,
    pub caravans: ChartWords,
    pub map: ChartWords,
    pub interceptions: ChartWords,
    pub nationalities: ChartWords,
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
    pub metric_names: &'static [(&'static str, &'static str)],
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
    pub simulated_median: &'static str,
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
    pub km: &'static str,
    pub caravan_ends: &'static str,
    pub caravan_note: &'static str,
    pub caravan_status: [(&'static str, &'static str); 6],
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
    pub exits: [(&'static str, &'static str); 8],
    pub states: [(&'static str, &'static str); 10],

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
    pub more_events: &'static str,

    // Why a chart was left out.
    pub left_out_zero: &'static str,
    pub left_out_no_places: &'static str,
    pub left_out_no_shelters: &'static str,
    pub left_out_no_caravans: &'static str,
}

/// English, with commas for thousands.
pub const ENGLISH: Words = Words {
    thousands: ",",
    months: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],

    backlog: ChartWords {
        title: "People waiting for an appointment",
        shows: "Persons registered and without a confirmed appointment at the end of each day, those of them who requested one that day, and persons in the country for long; outages and policy changes marked, published numbers as points.",
    },
    waits: ChartWords {
        title: "How long people wait for an appointment",
        shows: "Completed waits of those processed each month beside elapsed waits of those still waiting at its end, on both clocks, for foreigners; observed waits as points.",
    },
    people_by_place: ChartWords {
        title: "Where people are",
        shows: "Persons present at the end of each day in the ten places with most people, in all others and in transit, stacked.",
    },
    flows_by_outcome: ChartWords {
        title: "How people leave: outcomes by month",
        shows: "Persons leaving each month by outcome, stacked: processed at a port, entered between ports, removed, settled and so on.",
    },
    appointments: ChartWords {
        title: "People processed with an appointment",
        shows: "Persons processed each month against the slots offered and the published counts.",
    },
    border_patrol: ChartWords {
        title: "Border patrol encounters between ports",
        shows: "Encounters each month, foreigners and nationals of the transit country apart, against the published counts.",
    },
    caravans: ChartWords {
        title: "Caravans: people walking together, day by day",
        shows: "Persons in each caravan by day and kilometres from its start, in replicate 1.",
    },
    map: ChartWords {
        title: "Where people travel and wait",
        shows: "Map of persons travelling each leg over the whole run, in each direction, and of persons present in each place, mean of the run.",
    },
    interceptions: ChartWords {
        title: "Interceptions by the transit country's authorities",
        shows: "Interception events each month against the published counts; one person may be counted several times.",
    },
    nationalities: ChartWords {
        title: "Who is processed, by nationality",
        shows: "Share of each nationality among persons processed each month, the largest in panels of their own, against the published shares.",
    },
    people_by_state: ChartWords {
        title: "What situation people are in",
        shows: "Persons present at the end of each day by state (travelling, stranded, registered, held and so on), stacked.",
    },
    asylum: ChartWords {
        title: "Asylum claims in the transit country",
        shows: "Persons filing for asylum each month against the published counts.",
    },
    needs: ChartWords {
        title: "People present against known shelter places",
        shows: "Persons present in the cities with shelter data, with the number of shelter places known there.",
    },

    one_replicate: "one replicate",
    one_of_replicates: "replicate 1 of {n}",
    validation_title: "Observed against simulated",
    validation_shows: "Every observation beside the 90 % interval that the simulation gives it.",
    validation_inside: "observed, inside",
    validation_outside: "observed, outside the interval",
    validation_used: "the inflow was derived from it: no test",
    validation_all_used: "no test",
    validation_interval: "simulated, 90 % interval",
    validation_median: "simulated, median",
    validation_note: "Each mark is an observation; across, its place in the 90 % interval of the simulation: 0 in the middle, 1 at the edge (shaded). The interval holds uncertain parameters, chance, the error of the observation and the discrepancy that the calibration allows. At the right: inside / all that are a test.",
    validation_unit: "In",
    posterior_title: "What was learned of each parameter",
    posterior_prior: "prior (uniform)",
    posterior_interval: "posterior, 90 % interval",
    posterior_median: "posterior, median",
    posterior_note: "Each prior is drawn across the same width; its bounds stand at the right, in the parameter's unit (parameters.csv). Where the posterior is as wide as the prior, the observations say nothing of the parameter.",
    fits_title: "How far off, before and after",
    fits_before: "before: the scenario's own values",
    fits_after: "after: median of the posterior",
    fits_beyond: "after, beyond 3",
    fits_note: "Each mark is an observation; across, how many standard deviations (of the observation and of the allowed discrepancy) the simulated median is off. Shaded: up to 3. At the right the mean before and after. Observations without weight are left out: the inflow was derived from them, or they are later than what was trained on.",
    validation_monthly_note: "The interval holds uncertain parameters, chance, the error of the observation and the discrepancy that the calibration allows.",
    differences_title: "What the variants change",
    differences_note: "Mean difference from the base (point) and its 5 to 95 % over pairs of replicates with the same chance (bar), in percent of the base's mean; on the right the mean difference in the metric's unit. Simulated people, not counted ones.",
    fans_title: "What the variants change, day by day",
    fans_band: "5 to 95 % of the pairs",
    fans_note: "Variant less base, replicate by replicate with the same chance: median and 5 to 95 %. Stocks at the end of the day; what happens day by day is summed up from the start. Simulated people, not counted ones.",
    summed_up: "persons, summed up",
    tornado_title: "What each metric owes to the parameters",
    heat_map_title: "Which parameters drive which metrics",
    responses_title: "How the metrics answer",
    effects_title: "How far the metrics move from the first point",
    page_of: "{title} ({n} of {of})",
    sobol: MeasureWords {
        axis: "share of the variance",
        scale: "total order: share of the variance",
        main: "total order: alone and together with others",
        inner: "first order: alone",
        note: "Share of the variance of a metric that goes with each parameter: first order is what it does alone, total order adds what it does together with others, so that totals may add up to more than 1.",
    },
    morris: MeasureWords {
        axis: "mean size of the effect, mu*",
        scale: "mu*, in % of the largest of the metric",
        main: "mu*: mean size of the effect",
        inner: "sigma: spread of the effects",
        note: "Effect: how much a metric changes as one parameter moves across its range while the others stay, averaged over many places in the space of the parameters. A spread as large as the mean says that the effect is not straight or depends on other parameters.",
    },
    ranks: MeasureWords {
        axis: "partial rank correlation",
        scale: "partial rank correlation",
        main: "partial rank correlation",
        inner: "",
        note: "Partial rank correlation of parameter and metric, the other parameters held fixed: 1 where the metric always rises with the parameter, \u{2013}1 where it always falls, 0 where neither. It says how regularly the metric answers, not by how much.",
    },
    interval_90: "90 % interval",
    band_90: "5 to 95 % of the replicates (band)",
    chance_bar: "chance (replicates)",
    chance_share: "chance: {n} % of the variance of one run",
    rank_falls: "falls as the parameter rises",
    rank_rises: "rises with the parameter",
    beyond_axis: "An arrowhead: the bar or its interval goes on beyond the axis.",
    uncertain_cells: "in brackets: the 90 % interval holds 0 or is wider than the value",
    largest_row: "100 % is",
    heat_map_order: "Parameters in the order of their mean size over the metrics.",
    heat_map_numbers: "A number above a column stands for the metric listed with it.",
    responses_note: "The marks are what was computed; the lines between them only join them.",
    lines_left_out: "{n} more lines are not drawn.",
    compared_with: "Difference from: {base}; {n} pairs of replicates",
    metric_names: &[
        ("backlog_peak", "Backlog, highest"),
        ("backlog_end", "Backlog at the end"),
        ("backlog_mean", "Backlog, mean"),
        ("backlog", "Backlog"),
        ("present", "People present"),
        ("requests", "Requests"),
        ("wait_completed_queue_age_mean", "Completed wait, foreigners"),
        ("wait_elapsed_time_waiting_p95_end", "Longest elapsed waits at the end"),
        ("processed", "Processed with appointment"),
        ("lapse", "Offers that lapse"),
        ("no_show", "Appointments not kept"),
        ("border_patrol_encounter", "Encounters between ports"),
        ("interception", "Interceptions"),
        ("returned_home", "Returns home"),
        ("stock_end", "People present at the end"),
        ("outside_geofence", "Registered outside the geofence"),
        ("asylum_filed", "Asylum claims"),
    ],
    median_band: "line: median of {n} replicates, band: 5th to 95th percentile ({of})",
    mean_band: "line: mean of {n} replicates, band: 5th to 95th percentile ({of})",
    chance_alone: "chance alone",
    chance_and_parameters: "uncertain parameters and chance",
    mean_only: "mean of {n} replicates",
    band_key: "5–95 % of replicates",

    persons: "persons",
    persons_a_month: "persons a month",
    events_a_month: "events a month",
    days: "days",
    share: "% of persons processed in the month",
    simulated: "simulated",
    simulated_median: "simulated, median",
    simulated_mean: "simulated, mean",
    observed: "observed",
    observed_used: "observed, used to derive the inflow",
    observed_of: "observed, {what}",
    observed_longer: "observed over several months, mean of a month",
    outage_key: "app outage",
    outage_item: "{from} to {to}: app outage ({label})",
    policy_key: "policy change or outage, listed below",
    foreigners: "foreigners",
    nationals: "nationals ({names})",
    all_people: "all persons",
    other_nationalities: "all others",

    backlog_line: "backlog",
    foreign_backlog_line: "of them foreigners",
    requesting_line: "requested that day",
    long_waiting_line: "in the country over {n} days",
    completed_panel: "Completed: those processed in the month",
    elapsed_panel: "Elapsed: those still waiting at the end of the month",
    queue_age_mean: "queue age, mean",
    time_waiting_mean: "time waiting, mean",
    time_waiting_p95: "time waiting, 95th percentile of persons",
    waits_note: "Queue age runs from the current registration, time waiting from the first. Completed and elapsed waits are different quantities and must not be mixed. The two panels have scales of their own.",
    other_places: "all other places",
    in_transit: "in transit",
    slots_line: "slots",
    processed_line: "processed",
    caravan_set_out: "gathered at {place} on {date} with {persons} persons",
    caravan_walking: "persons, walking that day",
    caravan_still: "persons, gathering or resting that day",
    km: "{n} km",
    caravan_ends: "{status} near {place} on {date}: {persons} persons, {km} km",
    caravan_note: "Persons in the caravan each day in replicate 1; below the dates, kilometres walked since departure. Each panel has a scale of its own.",
    caravan_status: [
        ("gathering", "gathering"),
        ("walking", "walking"),
        ("resting", "resting"),
        ("dissolved", "dissolved"),
        ("arrived", "arrived"),
        ("ended", "ended"),
    ],
    caravans_more: "{n} smaller caravans are not drawn; all are in caravans.csv.",
    map_present: "Persons travelling are counted over the whole record, {from} to {to}; persons present are the mean of its days. A ring with a white centre is a border city.",
    map_toward: "onward from the places of entry",
    map_back: "back toward them",
    map_flow: "Ribbon: persons travelling a leg, right-hand side of their way",
    map_stock: "Circle: persons present, mean day",
    map_fewest: "The thinnest ribbons stand for {thin} persons and fewer; legs with fewer than {n} in a direction are not drawn.",
    map_unlabelled: "Smaller places with people but no label: {n}.",
    map_boundaries: "Boundaries do not imply endorsement.",
    shelter_line: "shelter places",
    needs_none: "Shelter places are those known from the sources, a part of what there is; people also sleep in rented rooms, camps and streets.",
    persons_line: "persons present",

    exits: [
        ("processed", "processed at a port"),
        ("walk_up", "admitted without appointment"),
        ("entered_between_ports", "entered between ports"),
        ("removed", "removed"),
        ("deported", "deported"),
        ("returned_home", "returned home"),
        ("settled", "settled"),
        ("asylum_granted", "granted asylum"),
    ],
    states: [
        ("travelling", "travelling"),
        ("stranded", "stranded"),
        ("waiting_unregistered", "waiting, not registered"),
        ("registered", "registered"),
        ("offered", "offered a slot"),
        ("confirmed", "appointment confirmed"),
        ("asylum_pending", "asylum claim pending"),
        ("detained", "held"),
        ("returning", "being carried back"),
        ("in_caravan", "in a caravan"),
    ],

    incomplete_months: "Months not simulated whole are left out.",
    events_note: "Events: one person may be counted several times.",
    used_note: "The inflow was derived from the series marked so: agreement with it is no test of the model.",
    source: "Simulated by {program} {version}: scenario {scenario}, seed {seed}, {replicates}, {scale}. Not a forecast.",
    observed_source: "Observed: {sources}.",
    shelter_source: "Shelter places: {sources}.",
    every_household: "every household",
    one_in: "one household in {n}, scaled up",
    one_replicate_source: "1 replicate",
    replicates_source: "{n} replicates",
    more_sources: "{n} more in sources.csv",
    more_events: "and {n} more changes in the scenario file",

    left_out_zero: "nothing of this kind happens in the recorded run",
    left_out_no_places: "nobody travels or is present at any place",
    left_out_no_shelters: "the world has no shelter places for places with people",
    left_out_no_caravans: "no caravan walks in replicate 1",
};

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
pub fn called(list: &[(&'static str, &'static str)], name: &str) -> String {
    match list.iter().find(|(known, _)| *known == name) {
        Some((_, said)) => said.to_string(),
        None => name.replace('_', " "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fill_replaces_names_once() {
        assert_eq!(fill("{a} of {b}{c}", &[("a", "{b}"), ("b", "2")]), "{b} of 2{c}");
    }
}
