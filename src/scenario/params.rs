//! Every parameter of the model: dotted path, type, default, bounds, unit, source, meaning.
//!
//! This table feeds the scenario reader, the JSON Schema, `docs/odd.md` and the sweep tools;
//! what shapes behaviour is stated here and nowhere else.

use super::field::{Booking, Field, Names, PerMode, PerNationality, PerZone, SetError, Spec, Value, ZoneSet};

/// Turns a default as written in the table into a field sized for the world.
trait FromDefault<D> {
    fn from_default(default: D, names: &Names) -> Self;
}
macro_rules! plain_default {
    ($($t:ty),*) => {$(
        impl FromDefault<$t> for $t {
            fn from_default(default: $t, _: &Names) -> Self { default }
        }
    )*};
}
plain_default!(f64, i64, bool, Booking);
macro_rules! keyed_default {
    ($($t:ty),*) => {$(
        impl FromDefault<f64> for $t {
            fn from_default(default: f64, names: &Names) -> Self { <$t>::uniform(default, names) }
        }
    )*};
}
keyed_default!(PerNationality, PerZone, PerMode);
impl FromDefault<bool> for ZoneSet {
    fn from_default(default: bool, names: &Names) -> Self {
        ZoneSet::uniform(default, names)
    }
}

macro_rules! parameters {
    ($( $(#[$gdoc:meta])* $group:ident : $Group:ident {
        $( $field:ident : $ty:ty = $default:expr, $unit:literal, [$low:expr, $high:expr], $source:literal, $meaning:literal; )*
    } )*) => {
        $(
            $(#[$gdoc])*
            #[derive(Debug, Clone, PartialEq)]
            pub struct $Group {
                $( #[doc = $meaning] pub $field: $ty, )*
            }
        )*

        /// All parameters in force on one day.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Params {
            $( pub $group: $Group, )*
        }

        impl Params {
            /// Defaults, sized for a world's names.
            pub fn defaults(names: &Names) -> Self {
                Params {
                    $( $group: $Group { $( $field: FromDefault::from_default($default, names), )* }, )*
                }
            }

            fn field_mut(&mut self, path: &str) -> Option<&mut dyn Field> {
                match path {
                    $( $( concat!(stringify!($group), ".", stringify!($field)) => Some(&mut self.$group.$field), )* )*
                    _ => None,
                }
            }

            fn field(&self, path: &str) -> Option<&dyn Field> {
                match path {
                    $( $( concat!(stringify!($group), ".", stringify!($field)) => Some(&self.$group.$field), )* )*
                    _ => None,
                }
            }
        }

        /// The table of parameters, in the order of the model's processes.
        pub fn specs() -> &'static [Spec] {
            static SPECS: std::sync::LazyLock<Vec<Spec>> = std::sync::LazyLock::new(|| vec![
                $( $( Spec {
                    path: concat!(stringify!($group), ".", stringify!($field)),
                    kind: <$ty as Field>::kind(),
                    key: <$ty as Field>::key(),
                    unit: $unit,
                    low: $low as f64,
                    high: $high as f64,
                    source: $source,
                    meaning: $meaning,
                }, )* )*
            ]);
            &SPECS
        }
    };
}

impl Params {
    /// Sets `path`, or one key of it, after checking type and bounds.
    pub fn set(&mut self, path: &str, key: Option<&str>, value: &Value, names: &Names) -> Result<(), SetError> {
        let spec = spec(path).ok_or(SetError::UnknownPath)?;
        self.field_mut(path).ok_or(SetError::UnknownPath)?.set(key, value, spec, names)
    }

    /// The value at `path`, if there is such a parameter.
    pub fn get(&self, path: &str, names: &Names) -> Option<Value> {
        self.field(path).map(|f| f.get(names))
    }
}

/// The table row of `path`.
pub fn spec(path: &str) -> Option<&'static Spec> {
    specs().iter().find(|s| s.path == path)
}

parameters! {
    /// Process 2, inflow.
    inflow: Inflow {
        enabled: bool = false, "", [0, 1], "assumed", "Whether people enter.";
        factor: f64 = 1.0, "ratio", [0.0, 5.0], "assumed", "Multiplies every inflow of the world's table.";
        error_factor: f64 = 1.0, "ratio", [0.0, 5.0], "assumed", "Multiplies every inflow of the world's table besides `factor`: how far off the table is. No effect with `inflow.persons`.";
        nationality_factor: PerNationality = 1.0, "ratio", [0.0, 5.0], "assumed", "Multiplies the inflow of a nationality in the world's table. No effect with `inflow.persons`.";
        persons: i64 = 0, "persons", [0, 50_000_000], "assumed", "If above 0, this many persons enter in all, evenly over the run, by the weights of the world's table.";
        dispersion: f64 = 0.05, "ratio", [0.0, 5.0], "assumed", "Over-dispersion k of daily arrivals: variance = mean + k mean^2 (negative binomial). 0 with an even inflow: no chance at all.";
        weekend_ratio: f64 = 0.85, "ratio", [0.1, 2.0], "assumed", "Arrivals on a Saturday or Sunday relative to a weekday.";
        parole_diversion: f64 = 0.3, "share", [0.0, 1.0], "assumed", "Share of persons paroled from the country of origin who would otherwise have come overland.";
        parole_factor: f64 = 1.0, "ratio", [0.0, 3.0], "assumed", "Parole from the country of origin relative to the record; the inflow table already contains the record.";
    }
    /// What makes households differ (drawn on entry).
    household: HouseholdDraws {
        alone_share: PerNationality = 0.55, "share", [0.0, 1.0], "UNHCR_PM_2024C", "Households of one person.";
        mean_family: PerNationality = 3.1, "persons", [2.0, 8.0], "assumed", "Mean size of households of two or more.";
        max_size: i64 = 10, "persons", [1, 20], "assumed", "Largest household.";
        child_share: PerNationality = 0.55, "share", [0.0, 1.0], "assumed", "Share of members after the first adult who are children.";
        small_child_share: f64 = 0.4, "share", [0.0, 1.0], "assumed", "Share of children who are under six.";
        means_median: PerNationality = 9000.0, "MXN/person", [0.0, 200_000.0], "assumed", "Median money at entry, per person.";
        means_spread: f64 = 0.9, "log sd", [0.0, 2.0], "assumed", "Spread of money (log-normal).";
        access_share: f64 = 0.93, "share", [0.0, 1.0], "assumed", "Households with a phone that can use the app.";
        patience_median: f64 = 150.0, "days", [5.0, 2000.0], "assumed", "Median patience: the elapsed wait that feels long.";
        patience_spread: f64 = 0.6, "log sd", [0.0, 2.0], "assumed", "Spread of patience (log-normal).";
        app_share: PerNationality = 0.5, "share", [0.0, 1.0], "assumed", "Households that mean to use the app when they enter; the others mean to cross between ports.";
        settle_days: f64 = 30.0, "days", [1.0, 365.0], "assumed", "Mean days until a household that wishes to stay has settled.";
        stay_share: PerNationality = 0.03, "share", [0.0, 1.0], "DTM_TAP_FEB2023", "Households that wish to stay in the transit country.";
    }
    /// Process 3, travel.
    travel: Travel {
        enabled: bool = false, "", [0, 1], "assumed", "Whether people move over the route network.";
        hours_per_day: f64 = 10.0, "hours/day", [1.0, 24.0], "assumed", "Hours of travel in a day by vehicle.";
        walk_km_per_day: f64 = 20.0, "km/day", [5.0, 40.0], "ELUNIV_OAX_2021", "Distance walked in a day.";
        depart_share: f64 = 0.6, "share/day", [0.01, 1.0], "assumed", "Probability a day that a household resting on its way goes on.";
        reference_km: f64 = 500.0, "km", [10.0, 5000.0], "assumed", "Journey on which time, cost and risk of the modes are compared.";
        most_cost: f64 = 5.0, "share of means", [0.1, 100.0], "assumed", "Cost over money in hand beyond which a mode feels no dearer.";
        legs_per_day: i64 = 12, "legs/day", [1, 50], "assumed", "Most legs of the network travelled in a day.";
        time_weight: f64 = 0.6, "1/day", [0.0, 20.0], "assumed", "Weight of travel time in the choice of mode.";
        cost_weight: f64 = 2.0, "1/share of means", [0.0, 20.0], "assumed", "Weight of cost against money in hand in the choice of mode.";
        risk_weight: f64 = 1.0, "1", [0.0, 20.0], "assumed", "Weight of the mode's interception ratio and danger in the choice of mode.";
        bus_refused: ZoneSet = false, "zones", [0, 1], "ELORBE_20210925", "Zones where modes that need papers refuse people without papers.";
        bus_refusal_share: f64 = 0.9, "share", [0.0, 1.0], "assumed", "Refusals among attempts without papers where refusal is in force.";
        strand_share: f64 = 0.25, "share", [0.0, 1.0], "assumed", "Households that stay stranded after a refusal; the others take another mode.";
        retry_days: f64 = 10.0, "days", [1.0, 120.0], "assumed", "Mean days before a stranded household tries to go on.";
        inland_share: f64 = 0.6, "share", [0.0, 1.0], "assumed", "App users who wait at a hub inside the geofence, drawn evenly; the others go on to the port's city.";
        living_cost: f64 = 60.0, "MXN/person/day", [0.0, 500.0], "assumed", "Daily spending while on the way or waiting.";
        earnings: f64 = 55.0, "MXN/person/day", [0.0, 500.0], "assumed", "Daily earnings and remittances while waiting.";
        papers_at_entry: PerNationality = 0.0, "share", [0.0, 1.0], "assumed", "Households that enter with papers that let them board buses and pass checkpoints.";
    }
    /// Modes of travel, one number a mode of the world.
    modes: Modes {
        constant: PerMode = 0.0, "utility", [-20.0, 20.0], "assumed", "Constant of the mode in the choice of mode.";
        cost_per_km: PerMode = 1.0, "MXN/km/person", [0.0, 200.0], "DSUR_BUS_2023", "Fare or fee.";
        interception: PerMode = 1.0, "ratio", [0.0, 5.0], "assumed", "Interception on this mode relative to the zone's level.";
        danger: PerMode = 1.0, "ratio", [0.0, 10.0], "assumed", "Harm on this mode relative to the zone's level.";
        open: PerMode = 1.0, "share", [0.0, 1.0], "assumed", "How far the mode can be used: multiplies its weight in the choice (0: not at all).";
    }
    /// Process 4, enforcement.
    enforcement: Enforcement {
        enabled: bool = false, "", [0, 1], "assumed", "Whether authorities stop people.";
        level: PerZone = 0.0, "events/100 km", [0.0, 5.0], "assumed", "Interceptions per 100 km travelled in the zone, before mode and papers.";
        factor: f64 = 1.0, "ratio", [0.0, 5.0], "assumed", "Multiplies every interception rate.";
        nationality_ratio: PerNationality = 1.0, "ratio", [0.0, 5.0], "assumed", "Interception of a nationality relative to others.";
        in_place: PerZone = 0.0, "events/week", [0.0, 1.0], "assumed", "Interceptions a week of people staying in the zone, before papers.";
        papers_ratio: f64 = 0.1, "ratio", [0.0, 1.0], "assumed", "Interception with papers relative to without.";
        detention_days: f64 = 2.0, "days", [0.0, 60.0], "assumed", "Mean days held.";
        returned_share: f64 = 0.4, "share", [0.0, 1.0], "AP_202406", "Intercepted households carried back south.";
        permit_share: f64 = 0.05, "share", [0.0, 1.0], "assumed", "Intercepted households released with a transit permit.";
        deported_share: PerNationality = 0.0, "share", [0.0, 1.0], "BORDERREPORT_202405", "Intercepted households deported to the country of origin.";
        permit_days: f64 = 45.0, "days", [1.0, 365.0], "DSUR_BUS_2023", "Validity of a transit permit.";
        return_days: f64 = 2.5, "days", [0.5, 10.0], "assumed", "Mean days of the journey back south.";
        rest_days: f64 = 12.0, "days", [0.0, 180.0], "assumed", "Mean days before a household carried back tries again.";
        release_days: f64 = 4.0, "days", [0.0, 180.0], "assumed", "Mean days before a household released where it was stopped goes on.";
    }
    /// Process 5, caravans.
    caravans: Caravans {
        enabled: bool = false, "", [0, 1], "assumed", "Whether caravans form.";
        pace_km: f64 = 18.0, "km/day", [8.0, 35.0], "ELUNIV_OAX_2021", "Mean distance walked on a day of walking.";
        pace_spread: f64 = 0.2, "share", [0.0, 0.9], "assumed", "How far a day's distance may lie above or below the mean (even between).";
        stop_share: f64 = 0.4, "share", [0.0, 1.0], "assumed", "Share of a day's walk below which a caravan at a place stays there for the night.";
        leave_days: f64 = 1.0, "days", [0.0, 60.0], "assumed", "Mean days before those who leave a caravan to go on alone set off.";
        rest_share: f64 = 0.25, "share/day", [0.0, 0.9], "DW_20240102", "Probability that a day is a day of rest.";
        daily_loss: f64 = 0.10, "share/day", [0.0, 0.5], "assumed", "Households that leave the caravan in a day.";
        loss_detained: f64 = 0.25, "share", [0.0, 1.0], "assumed", "Of those lost, detained.";
        loss_papers: f64 = 0.25, "share", [0.0, 1.0], "ELORBE_20240104", "Of those lost, offered papers or buses; the rest are too tired to go on.";
        join_per_day: f64 = 0.02, "share/day", [0.0, 0.5], "JORNADA_20240409", "Households present where the caravan sleeps that join, before weights.";
        join_days_weight: f64 = 0.02, "1/day", [0.0, 0.5], "assumed", "Effect of a day stranded on the odds of joining.";
        join_means_weight: f64 = 0.3, "1/log MXN", [0.0, 5.0], "assumed", "How the odds of joining fall with money.";
        dissolve_per_day: PerZone = 0.0, "share/day", [0.0, 1.0], "DW_20240102", "Probability a day that authorities dissolve a caravan in the zone.";
        dissolve_papers_share: f64 = 0.5, "share", [0.0, 1.0], "ELORBE_20240104", "Households given papers and buses when a caravan is dissolved; the others are carried back.";
        self_organised: f64 = 0.0, "caravans/day", [0.0, 1.0], "assumed", "Hazard of a caravan forming by itself at a place with 10,000 persons stranded and no trust in the app.";
        self_organised_size: i64 = 600, "persons", [50, 10_000], "assumed", "Persons sought by a caravan that forms by itself.";
        min_persons: i64 = 30, "persons", [1, 1000], "assumed", "A caravan smaller than this ends; its people go on alone.";
    }
    /// Processes 6 to 8, the app.
    app: App {
        enabled: bool = false, "", [0, 1], "S04", "Whether appointments can be asked for and given.";
        booking: Booking = Booking::TwoStep, "", [0, 1], "S06", "How slots are booked.";
        slots: i64 = 0, "persons/day", [0, 1_000_000], "S04", "Slots announced a day, all ports.";
        slots_factor: f64 = 1.0, "ratio", [0.0, 10.0], "assumed", "Multiplies the slots announced.";
        share_of_inflow: f64 = 0.0, "share", [0.0, 10.0], "assumed", "If above 0, slots are this share of the mean daily inflow of inflow.persons.";
        overbooking: f64 = 0.0, "share", [0.0, 1.0], "assumed", "Bookable slots above those announced, against no-shows.";
        share_oldest: f64 = 0.5, "share", [0.0, 1.0], "S08", "Slots given to the oldest registrations; the rest at random.";
        lead_days: i64 = 21, "days", [1, 60], "S31", "Days from allocation to the appointment.";
        min_lead_days: i64 = 3, "days", [0, 60], "assumed", "Slots nearer than this are not offered again.";
        reoffer: bool = true, "", [0, 1], "S107", "Whether slots given back are offered again.";
        confirm_share: f64 = 0.9, "share", [0.0, 1.0], "S07", "Offers confirmed in time without an outage.";
        confirm_hours: i64 = 23, "hours", [1, 72], "S06", "Hours to confirm an offer.";
        allocation_hour: i64 = 12, "hour", [0, 23], "S25", "Hour of the allocation.";
        request_from_hour: i64 = 12, "hour", [0, 23], "S23", "Hour at which the daily window for requests opens.";
        request_hours: i64 = 12, "hours", [1, 24], "S23", "Length of the daily window for requests.";
        diligence: f64 = 0.85, "share/day", [0.0, 1.0], "assumed", "Probability that a registered household inside the geofence asks on a day.";
        registration_days: f64 = 3.0, "days", [0.0, 60.0], "assumed", "Mean days from reaching the geofence to registering.";
        loss_per_week: f64 = 0.05, "share/week", [0.0, 0.15], "assumed", "Registrations lost or made anew a week; the queue age returns to zero.";
        outside_share: f64 = 0.0, "share", [0.0, 0.2], "assumed", "Registered households outside the geofence that ask by a false location.";
        geofence: ZoneSet = true, "zones", [0, 1], "S27", "Zones from which foreigners may ask.";
        geofence_nationals: ZoneSet = true, "zones", [0, 1], "S27", "Zones from which nationals of the transit country may ask.";
        cap_share: PerNationality = 1.0, "share", [0.0, 1.0], "S29", "Most of a day's slots that a nationality may get.";
        split_share: f64 = 0.3, "share", [0.0, 1.0], "S72", "Families split when slots are booked first come first served.";
        split_kept: f64 = 0.5, "share", [0.0, 1.0], "assumed", "Members of a split family who get the slots; the others try again.";
        no_show_share: f64 = 0.03, "share", [0.0, 1.0], "assumed", "Confirmed households that do not come, other than those kept away on the road.";
        lead_travel_days: f64 = 8.0, "days", [1.0, 30.0], "assumed", "Days before the appointment at which a household starts for the port.";
        safe_passage: f64 = 0.0, "share", [0.0, 1.0], "S65", "Confirmed households given a permit and transport to the port.";
        loyalty: f64 = 0.8, "share", [0.0, 1.0], "assumed", "Requests made for the port preferred by the household; the others for any port, by its slots.";
        walk_ups_per_day: f64 = 0.0, "persons/day", [0.0, 1000.0], "S18", "Nationals admitted a day without an appointment, outside the slots.";
        shutdown: bool = false, "", [0, 1], "S14", "The app is off and appointments are cancelled.";
        shutdown_days: f64 = 21.0, "days", [0.0, 365.0], "assumed", "Mean days after a shutdown before those who go home leave.";
        shutdown_home_share: f64 = 0.25, "share", [0.0, 1.0], "IRC_RNA_202501", "Households that decide to go home within the weeks after a shutdown.";
        shutdown_settle_share: f64 = 0.3, "share", [0.0, 1.0], "IRC_RNA_202501", "Households that decide to stay after a shutdown.";
    }
    /// Process 10, asylum in the transit country.
    asylum: Asylum {
        enabled: bool = false, "", [0, 1], "assumed", "Whether people can ask for asylum in the transit country.";
        file_share: PerNationality = 0.0, "share", [0.0, 1.0], "assumed", "Households that mean to file when they enter.";
        elsewhere_share: f64 = 0.0, "share", [0.0, 1.0], "assumed", "Of those who mean to file, the share who do so at an office drawn by the weights of the offices, not at the nearest.";
        capacity_per_day: f64 = 400.0, "persons/day", [0.0, 20_000.0], "assumed", "Claims admitted a day by all offices.";
        card_share: f64 = 0.0, "share", [0.0, 1.0], "GDTND_2025", "Filers who get a humanitarian card, which lets them board buses.";
        card_valid_days: f64 = 365.0, "days", [1.0, 2000.0], "general_knowledge", "Validity of the humanitarian card.";
        card_days: f64 = 20.0, "days", [1.0, 365.0], "assumed", "Mean days from filing to the card.";
        decision_days: f64 = 180.0, "days", [10.0, 2000.0], "EFE_COMAR_2023", "Mean days from filing to the decision.";
        grant_share: PerNationality = 0.68, "share", [0.0, 1.0], "COMAR_H1_2023", "Positive decisions.";
        abandon_per_week: f64 = 0.10, "share/week", [0.0, 1.0], "assumed", "Filers who leave the procedure and go on.";
    }
    /// Process 11, decisions.
    decisions: Decisions {
        enabled: bool = false, "", [0, 1], "assumed", "Whether households give up or change their minds.";
        weigh: bool = false, "", [0, 1], "assumed", "Whether households weigh their options on a random clock.";
        mean_days: f64 = 7.0, "days", [1.0, 90.0], "assumed", "Mean days between two decisions.";
        give_up_per_week: PerNationality = 0.0, "share/week", [0.0, 0.5], "assumed", "Waiting households that give up and go home.";
        wait: f64 = 3.2, "utility", [-10.0, 10.0], "assumed", "Constant of going on as now.";
        cross: PerNationality = -1.5, "utility", [-10.0, 10.0], "assumed", "Constant of crossing between ports.";
        file: f64 = -3.0, "utility", [-10.0, 10.0], "assumed", "Constant of filing for asylum in the transit country.";
        settle: f64 = -4.0, "utility", [-10.0, 10.0], "assumed", "Constant of settling.";
        move_city: f64 = -3.0, "utility", [-10.0, 10.0], "assumed", "Constant of moving to another port's city.";
        go_home: f64 = -5.0, "utility", [-10.0, 10.0], "assumed", "Constant of going home.";
        patience_weight: f64 = 0.8, "utility", [0.0, 10.0], "assumed", "Loss of the utility of waiting per elapsed wait over patience.";
        trust_weight: f64 = 1.0, "utility", [0.0, 10.0], "assumed", "Effect of trust in the app (learned from neighbours) on waiting; 0 switches learning off.";
        means_weight: f64 = 0.5, "utility", [0.0, 10.0], "assumed", "Loss of the utility of waiting when money has run out.";
        release_weight: f64 = 2.0, "utility", [0.0, 10.0], "assumed", "Effect of the perceived chance of release after crossing.";
        danger_weight: f64 = 1.0, "utility", [0.0, 10.0], "assumed", "Effect of the perceived danger of removal after crossing.";
        learning_days: f64 = 14.0, "days", [5.0, 30.0], "assumed", "Lag with which households learn from neighbours and compatriots.";
        prior_persons: f64 = 5.0, "persons", [0.0, 1000.0], "assumed", "Weight of what is believed already, in persons, against the outcomes seen in a day.";
        rule_fear: f64 = 0.0, "share", [0.0, 1.0], "assumed", "Fear of removal that a rule newly in force comes to add, with the lag; it fades as others are seen released.";
        fear_fade_days: f64 = 60.0, "days", [5.0, 1000.0], "assumed", "Mean days in which fear of a rule fades if as large a share of the foreigners (or nationals) who cross is seen released as before it; longer as fewer are.";
        reassuring_share: f64 = 0.5, "share", [0.0, 0.95], "assumed", "Of the share released before a rule, the part up to which nobody is reassured: fear does not fade.";
        rule_reach_nationals: f64 = 0.0, "share", [0.0, 1.0], "assumed", "Of the fear that a rule coming into force raises, the share that nationals of the country feel.";
        initial_trust: f64 = 0.5, "share", [0.0, 1.0], "assumed", "Trust in the app before anything is seen of it.";
        most_patience: f64 = 3.0, "ratio", [0.0, 100.0], "assumed", "Elapsed wait over patience beyond which waiting feels no longer.";
        direct_share_floor: f64 = 0.0, "share", [0.0, 1.0], "assumed", "Share of those who mean to cross whom no fear of a rule deters.";
    }
    /// Process 12, crossing between ports.
    crossing: Crossing {
        enabled: bool = false, "", [0, 1], "assumed", "Whether people can cross between ports.";
        wait_days: f64 = 3.0, "days", [0.0, 60.0], "assumed", "Mean days at the border before an attempt.";
        detected: PerNationality = 0.9, "share", [0.0, 1.0], "assumed", "Attempts detected (an encounter).";
        expelled_factor: f64 = 1.0, "ratio", [0.0, 5.0], "assumed", "Multiplies the share expelled to the transit country.";
        removed_factor: f64 = 1.0, "ratio", [0.0, 5.0], "assumed", "Multiplies the share removed.";
        retry: PerNationality = 0.5, "share", [0.0, 1.0], "assumed", "Expelled households that try again.";
        retry_days: f64 = 6.0, "days", [0.0, 90.0], "assumed", "Mean days between attempts.";
        attempt_cost: f64 = 0.0, "MXN/person", [0.0, 300_000.0], "assumed", "Cost of an attempt.";
        deterred_to_app: f64 = 0.02, "share", [0.0, 1.0], "assumed", "Of those who put off an attempt out of fear, those who turn to the app each time; the others wait on.";
        expelled_to_app: f64 = 0.5, "share", [0.0, 1.0], "assumed", "Of those expelled who do not try again, those who turn to the app; the others go home.";
    }
    /// Process 13, harm.
    harm: Harm {
        enabled: bool = false, "", [0, 1], "assumed", "Whether harm is counted.";
        robbed: PerZone = 0.0, "events/100 km", [0.0, 2.0], "UNHCR_PM_2024B", "Robberies of a household per 100 km, before mode.";
        extorted: PerZone = 0.0, "events/100 km", [0.0, 2.0], "UNHCR_PM_2023B", "Extortions of a household per 100 km, before mode.";
        kidnapped: PerZone = 0.0, "events/100 km", [0.0, 2.0], "IRC_RNA_202501", "Kidnaps of a household per 100 km, before mode.";
        in_place: f64 = 0.005, "events/week", [0.0, 0.5], "assumed", "Robberies a week of a household waiting in a city, relative to a zone with a robbery rate of 1.";
        kidnap_cost: f64 = 0.9, "share of means", [0.0, 1.0], "assumed", "Money lost in a kidnap.";
        robbery_cost: f64 = 0.5, "share of means", [0.0, 1.0], "assumed", "Money lost in a robbery.";
        extortion_cost: f64 = 1000.0, "MXN/person", [0.0, 50_000.0], "assumed", "Money lost in an extortion.";
        kidnap_days: f64 = 7.0, "days", [0.0, 120.0], "assumed", "Mean days held by kidnappers.";
    }
    /// Process 14, shelter and needs.
    needs: Needs {
        enabled: bool = true, "", [0, 1], "assumed", "Whether needs are computed.";
        sheltered_share: f64 = 1.0, "share", [0.0, 1.0], "assumed", "Share of people present who would use a shelter place.";
        water_litres: f64 = 15.0, "litres/person/day", [0.0, 100.0], "UNHCR_SPHERE_2001", "Water supply (Sphere 2018, WASH 2.1).";
        persons_per_toilet: f64 = 20.0, "persons", [1.0, 200.0], "UNHCR_SPHERE_2001", "Persons per shared toilet (Sphere 2018, WASH 3.2).";
        persons_per_tap: f64 = 250.0, "persons", [1.0, 2000.0], "UNHCR_SPHERE_2001", "Persons per tap (Sphere 2018, WASH 2.1).";
        meals: f64 = 3.0, "meals/person/day", [0.0, 6.0], "assumed", "Meals a day.";
        kcal: f64 = 2100.0, "kcal/person/day", [0.0, 5000.0], "general_knowledge", "Energy (Sphere 2018, food assistance 6.1).";
        shelter_m2: f64 = 3.5, "m2/person", [0.0, 50.0], "SHELTERPROJ_B1", "Covered living space (Sphere 2018, shelter 3).";
        health_workers: f64 = 23.0, "staff/10,000 persons", [0.0, 500.0], "general_knowledge", "Doctors, nurses and midwives (Sphere 2018, health systems 1.2).";
        persons_per_health_post: f64 = 10_000.0, "persons", [100.0, 100_000.0], "general_knowledge", "Persons per basic health unit (Sphere 2018, health systems 1.1).";
        soap_g: f64 = 250.0, "g/person/month", [0.0, 5000.0], "UNHCR_SPHERE_2001", "Bathing soap (Sphere 2018, WASH 1.2).";
    }
}
