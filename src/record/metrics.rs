//! Metrics: one number a replicate, the same names in `summary.csv`, comparisons and sweeps.

use super::series;
use crate::model::observation::{Event, EventKind, Observation, State, WaitClock, WaitGroup, WaitKind, WaitRow};
use crate::scenario::input::{PlaceKind, Scenario};

/// A metric of one replicate.
#[derive(Debug, Clone, PartialEq)]
pub struct Metric {
    pub name: String,
    /// The name as the docs list it, e.g. `stock_end_at_PLACE`.
    pub pattern: &'static str,
    pub unit: &'static str,
    pub meaning: &'static str,
    /// `None` where it has no meaning (a share of no slots).
    pub value: Option<f64>,
}

#[derive(Default)]
struct Metrics(Vec<Metric>);

impl Metrics {
    fn put(&mut self, name: &'static str, unit: &'static str, meaning: &'static str, value: impl Into<Option<f64>>) {
        self.named(name.to_string(), name, unit, meaning, value);
    }

    fn named(
        &mut self,
        name: String,
        pattern: &'static str,
        unit: &'static str,
        meaning: &'static str,
        value: impl Into<Option<f64>>,
    ) {
        self.0.push(Metric { name, pattern, unit, meaning, value: value.into().filter(|x| x.is_finite()) });
    }
}

/// Every metric of one replicate. The same scenario gives the same names in the same order for
/// every replicate.
pub fn metrics(scenario: &Scenario, observation: &Observation) -> Vec<Metric> {
    let mut out = Metrics::default();
    let events = EventTotals::of(scenario, observation);
    stocks(scenario, observation, &mut out);
    app(scenario, observation, &events, &mut out);
    waits(observation, &mut out);
    ratios(scenario, observation, &events, &mut out);
    caravans(observation, &mut out);
    event_totals(&events, &mut out);
    out.0
}

/// Persons and households of every event over the recorded run.
struct EventTotals {
    persons: [u64; Event::COUNT],
    foreign: [u64; Event::COUNT],
    households: [u64; Event::COUNT],
}

impl EventTotals {
    fn of(scenario: &Scenario, observation: &Observation) -> Self {
        let mut totals =
            EventTotals { persons: [0; Event::COUNT], foreign: [0; Event::COUNT], households: [0; Event::COUNT] };
        let nationalities = &scenario.world.nationalities;
        for (line, cells) in observation.flows.cells.chunks_exact(nationalities.len().max(1)).enumerate() {
            let event = line % Event::COUNT;
            for (count, nationality) in cells.iter().zip(nationalities).filter(|(count, _)| !count.is_zero()) {
                totals.persons[event] += u64::from(count.persons);
                totals.households[event] += u64::from(count.households);
                if !nationality.national {
                    totals.foreign[event] += u64::from(count.persons);
                }
            }
        }
        totals
    }

    fn persons(&self, event: Event) -> f64 {
        self.persons[event as usize] as f64
    }
}

/// `a / b`, or nothing where `b` is 0.
fn ratio(a: f64, b: f64) -> Option<f64> {
    (b > 0.0).then(|| a / b)
}

/// Largest value and the first index that has it.
fn peak(daily: &[u32]) -> Option<(usize, u32)> {
    daily.iter().copied().enumerate().max_by(|(i, a), (j, b)| a.cmp(b).then(j.cmp(i)))
}

fn last(daily: &[u32]) -> Option<f64> {
    daily.last().map(|n| f64::from(*n))
}

fn mean(daily: &[u32]) -> Option<f64> {
    ratio(daily.iter().map(|n| f64::from(*n)).sum(), daily.len() as f64)
}

fn stocks(scenario: &Scenario, observation: &Observation, out: &mut Metrics) {
    let stock = series::stock(observation);
    out.put("stock_end", "persons", "Persons present at the end.", last(&stock));
    out.put("stock_peak", "persons", "Most persons present at the end of a day.", peak(&stock).map(|p| p.1.into()));
    for (i, state) in State::ALL.iter().enumerate() {
        let persons = series::in_state(observation, i);
        let name = format!("stock_end_{}", state.name());
        out.named(name, "stock_end_STATE", "persons", "Of them, in this state.", last(&persons));
    }
    for (i, place) in scenario.world.places.iter().enumerate() {
        if matches!(place.kind, PlaceKind::Entry | PlaceKind::City | PlaceKind::Border) {
            let persons = series::at_place(observation, i);
            let name = format!("stock_end_at_{}", place.id);
            out.named(
                name,
                "stock_end_at_PLACE",
                "persons",
                "Of them, at this place (entries, cities, border cities).",
                last(&persons),
            );
            let name = format!("stock_peak_at_{}", place.id);
            out.named(
                name,
                "stock_peak_at_PLACE",
                "persons",
                "Most persons at this place at the end of a day.",
                peak(&persons).map(|p| p.1.into()),
            );
        }
    }
    let present = series::long_present(scenario, observation);
    out.put(
        "present_over_210_days_end",
        "persons",
        "Persons present who entered more than seven months (210 days) before, at the end.",
        last(&present),
    );
    let most = |daily: &[u32]| peak(daily).map(|p| f64::from(p.1));
    out.put("present_over_210_days_peak", "persons", "The most of them at the end of a day.", most(&present));
    let registered = series::long_registered(scenario, observation);
    out.put(
        "registered_over_210_days_end",
        "persons",
        "Persons registered, with an appointment or without, whose first registration is more than 210 days old, at the end.",
        last(&registered),
    );
    out.put("registered_over_210_days_peak", "persons", "The most of them at the end of a day.", most(&registered));
    let outside = series::outside_geofence(scenario, observation);
    out.put("outside_geofence_end", "persons", "Registered persons outside the geofence, at the end.", last(&outside));
    out.put(
        "outside_geofence_peak",
        "persons",
        "The most of them at the end of a day.",
        peak(&outside).map(|p| p.1.into()),
    );
}

fn app(scenario: &Scenario, observation: &Observation, events: &EventTotals, out: &mut Metrics) {
    let ports = series::all_ports(scenario, observation);
    let backlog: Vec<u32> = ports.iter().map(|p| p.backlog).collect();
    let top = peak(&backlog);
    out.put(
        "backlog_end",
        "persons",
        "Persons registered without a confirmed appointment, at the end.",
        last(&backlog),
    );
    let foreign = series::foreign_backlog(scenario, observation);
    out.put("backlog_end_foreign", "persons", "Of the backlog at the end, foreigners.", last(&foreign));
    out.put("backlog_mean", "persons", "Their mean over the recorded days.", mean(&backlog));
    out.put("backlog_peak", "persons", "The most of them at the end of a day.", top.map(|p| p.1.into()));
    out.put("backlog_peak_day", "days", "Days from the first recorded day to that day.", top.map(|p| p.0 as f64));
    let open: Vec<_> = ports.iter().filter(|p| p.slots > 0).collect();
    let days = open.len() as f64;
    let sum = |value: fn(&&&crate::model::observation::PortDay) -> u32| -> f64 {
        open.iter().map(|p| f64::from(value(&p))).sum()
    };
    let slots = sum(|p| p.slots);
    let processed = sum(|p| p.processed);
    out.put("slots", "persons", "Slots announced.", slots);
    out.put("slots_per_day", "persons/day", "Slots announced, mean over the days that have any.", ratio(slots, days));
    out.put(
        "processed_per_day",
        "persons/day",
        "Processed at ports with an appointment, mean over the days that have slots.",
        ratio(processed, days),
    );
    out.put(
        "processed_share_of_slots",
        "share",
        "Processed over slots, on the days that have slots.",
        ratio(processed, slots),
    );
    out.put(
        "requests_per_day",
        "persons/day",
        "Persons asking for an appointment, mean over the days that have slots.",
        ratio(sum(|p| p.requests), days),
    );
    out.put(
        "requests_per_slot",
        "ratio",
        "Requests over slots, on the days that have slots.",
        ratio(sum(|p| p.requests), slots),
    );
    let (offers, lapses) = (events.persons(Event::Offer), events.persons(Event::Lapse));
    out.put("lapse_share", "share", "Offers that lapsed.", ratio(lapses, offers));
    let (kept, missed) = (events.persons(Event::Processed), events.persons(Event::NoShow));
    out.put("no_show_share", "share", "Appointments not kept.", ratio(missed, kept + missed));
}

fn waits(observation: &Observation, out: &mut Metrics) {
    for clock in WaitClock::ALL {
        for (group, suffix) in [(WaitGroup::Foreign, ""), (WaitGroup::National, "_national"), (WaitGroup::All, "_all")]
        {
            let of = |kind: WaitKind| {
                observation.waits.iter().filter(move |w| w.kind == kind && w.clock == *clock && w.group == group)
            };
            let name = format!("wait_completed_{}_mean{suffix}", clock.name());
            out.named(
                name,
                "wait_completed_CLOCK_mean, ..._national, ..._all",
                "days",
                "Mean completed wait of all processed in the recorded run, to the appointment; of foreigners, nationals, all.",
                pooled_mean(of(WaitKind::Completed)),
            );
            let end = of(WaitKind::Elapsed).max_by_key(|w| w.date);
            let pattern = "wait_elapsed_CLOCK_mean_end, ..._p50_end, ..._p95_end, each also ..._national, ..._all";
            let meaning = "Elapsed wait of those in the backlog at the end; of foreigners, nationals, all.";
            let mut put = |what: &str, value: Option<f64>| {
                let name = format!("wait_elapsed_{}_{what}_end{suffix}", clock.name());
                out.named(name, pattern, "days", meaning, value);
            };
            put("mean", end.and_then(|w| w.mean));
            put("p50", end.and_then(|w| w.p50));
            put("p95", end.and_then(|w| w.p95));
        }
    }
}

/// Mean over rows, weighted by persons.
fn pooled_mean<'a>(rows: impl Iterator<Item = &'a WaitRow>) -> Option<f64> {
    let (mut sum, mut n) = (0.0, 0.0);
    for row in rows {
        if let Some(mean) = row.mean {
            sum += mean * row.n as f64;
            n += row.n as f64;
        }
    }
    ratio(sum, n)
}

fn ratios(scenario: &Scenario, observation: &Observation, events: &EventTotals, out: &mut Metrics) {
    let intercepted = observation.persons_intercepted.iter().sum::<u64>() as f64;
    let (processed, met) = (events.persons(Event::Processed), events.persons(Event::BorderPatrolEncounter));
    out.put(
        "persons_intercepted",
        "persons",
        "Distinct persons intercepted at least once, over the whole run.",
        intercepted,
    );
    out.put(
        "interceptions_per_person",
        "events/person",
        "Interceptions over distinct persons intercepted; empty when the record starts later than the run.",
        ratio(events.persons(Event::Interception), intercepted).filter(|_| scenario.record_from == scenario.start),
    );
    out.put(
        "encounters_per_person",
        "events/person",
        "Border patrol encounters over those that were a household's first; empty when the record starts later than the run.",
        ratio(met, events.persons(Event::EncounterFirst)).filter(|_| scenario.record_from == scenario.start),
    );
    out.put(
        "app_share",
        "share",
        "Processed over processed and border patrol encounters together.",
        ratio(processed, processed + met),
    );
    let foreign = |event: Event| events.foreign[event as usize] as f64;
    for event in [Event::Arrival, Event::Processed, Event::BorderPatrolEncounter, Event::Interception] {
        let name = format!("{}_foreign", event.name());
        out.named(
            name,
            "EVENT_foreign",
            "persons",
            "The event's persons who are foreigners (arrival, processed, border_patrol_encounter, interception).",
            foreign(event),
        );
    }
}

fn caravans(observation: &Observation, out: &mut Metrics) {
    let mut names: Vec<&str> = observation.caravans.iter().map(|c| c.caravan.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let largest = observation.caravans.iter().map(|c| c.persons).max().unwrap_or(0);
    out.put("caravans", "caravans", "Caravans.", names.len() as f64);
    out.put("caravan_largest", "persons", "Most persons in a caravan at the end of a day.", f64::from(largest));
}

fn event_totals(events: &EventTotals, out: &mut Metrics) {
    for event in Event::ALL {
        out.named(
            event.name().to_string(),
            "EVENT",
            "persons",
            "Persons of the event over the recorded run, as in `flows.csv`; one person can count more than once.",
            events.persons(*event),
        );
    }
    for event in Event::ALL.iter().filter(|e| e.kind() != EventKind::Internal) {
        out.named(
            format!("{}_households", event.name()),
            "EVENT_households",
            "households",
            "Households of an entry or an exit over the recorded run.",
            events.households[*event as usize] as f64,
        );
    }
}
