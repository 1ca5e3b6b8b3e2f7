//! What leaves the model: counts by day, in persons and households, for one replicate.
//!
//! Only process 15 writes here. All counts are real persons and households (already multiplied
//! by the scenario's weight).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A number of persons and of households.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    pub persons: u32,
    pub households: u32,
}

impl Count {
    #[inline]
    pub fn add(&mut self, persons: u32, households: u32) {
        self.persons += persons;
        self.households += households;
    }

    pub fn is_zero(&self) -> bool {
        self.persons == 0 && self.households == 0
    }
}

macro_rules! closed_list {
    ($(#[$doc:meta])* $name:ident { $( $(#[$vdoc:meta])* $variant:ident = $text:literal, )* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[repr(u8)]
        pub enum $name { $( $(#[$vdoc])* $variant, )* }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [$name] = &[ $( $name::$variant, )* ];
            pub const COUNT: usize = Self::ALL.len();

            /// As written in tables.
            pub fn name(self) -> &'static str {
                match self { $( $name::$variant => $text, )* }
            }
        }
    };
}

closed_list! {
    /// The state of a person at the end of a day; exactly one.
    State {
        /// On the way, with or without a registration.
        Travelling = "travelling",
        /// Unable to go on for now, with or without a registration.
        Stranded = "stranded",
        /// Inside the geofence or at the border, without a registration.
        WaitingUnregistered = "waiting_unregistered",
        /// Waiting with a registration, without an offer (in the asylum procedure or not).
        Registered = "registered",
        /// With an offer not yet confirmed.
        Offered = "offered",
        /// With a confirmed appointment.
        Confirmed = "confirmed",
        /// In the asylum procedure of the transit country, without a registration.
        AsylumPending = "asylum_pending",
        /// Held by authorities or kidnappers.
        Detained = "detained",
        /// Being carried back.
        Returning = "returning",
        /// Walking with a caravan.
        InCaravan = "in_caravan",
    }
}

/// How an event changes the stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    Entry,
    Exit,
    Internal,
}

impl EventKind {
    pub fn name(self) -> &'static str {
        match self {
            EventKind::Entry => "entry",
            EventKind::Exit => "exit",
            EventKind::Internal => "internal",
        }
    }
}

closed_list! {
    /// Everything counted in `flows.csv`.
    Event {
        Initial = "initial",
        Arrival = "arrival",
        Processed = "processed",
        ProcessedFamily = "processed_family",
        WalkUp = "walk_up",
        EnteredBetweenPorts = "entered_between_ports",
        Removed = "removed",
        Settled = "settled",
        AsylumGranted = "asylum_granted",
        ReturnedHome = "returned_home",
        Deported = "deported",
        Registration = "registration",
        RegistrationLost = "registration_lost",
        RequestOutside = "request_outside",
        Offer = "offer",
        Confirmation = "confirmation",
        Lapse = "lapse",
        LapseOutage = "lapse_outage",
        NoShow = "no_show",
        AppointmentCancelled = "appointment_cancelled",
        FamilySplit = "family_split",
        BusRefused = "bus_refused",
        Stranded = "stranded",
        MovedCity = "moved_city",
        DecidedToCross = "decided_to_cross",
        CrossingAttempt = "crossing_attempt",
        BorderPatrolEncounter = "border_patrol_encounter",
        EncounterFirst = "encounter_first",
        ExpelledToMexico = "expelled_to_mexico",
        Interception = "interception",
        InterceptionFirst = "interception_first",
        ReturnSouth = "return_south",
        Released = "released",
        PermitIssued = "permit_issued",
        CardIssued = "card_issued",
        AsylumFiled = "asylum_filed",
        AsylumDenied = "asylum_denied",
        AsylumAbandoned = "asylum_abandoned",
        CaravanJoined = "caravan_joined",
        CaravanLeft = "caravan_left",
        Robbed = "robbed",
        Extorted = "extorted",
        Kidnapped = "kidnapped",
    }
}

impl Event {
    pub fn kind(self) -> EventKind {
        use Event::*;
        match self {
            Initial | Arrival => EventKind::Entry,
            Processed | WalkUp | EnteredBetweenPorts | Removed | Settled | AsylumGranted | ReturnedHome | Deported => {
                EventKind::Exit
            }
            _ => EventKind::Internal,
        }
    }
}

/// One port's day, in persons. `slots`, `processed`, `no_show` by date of the appointment;
/// `offered`, `confirmed`, `lapsed`, `requests` by the day they happened; `backlog` at its end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortDay {
    pub slots: u32,
    pub offered: u32,
    pub confirmed: u32,
    pub lapsed: u32,
    pub no_show: u32,
    pub processed: u32,
    pub requests: u32,
    pub backlog: u32,
}

/// A nationality's queue at the end of a day, in persons.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueDay {
    /// Registered, without a confirmed appointment.
    pub backlog: u32,
    /// Registered for the first time more than `LONG_WAIT_DAYS` ago, with an appointment or without.
    pub registered_long: u32,
    /// In the country for more than `LONG_WAIT_DAYS`.
    pub present_long: u32,
}

closed_list! {
    /// Which waits a row of `waits.csv` describes.
    WaitKind {
        /// Of those processed in the month, to the appointment.
        Completed = "completed",
        /// Of those still waiting at the end of the date.
        Elapsed = "elapsed",
        /// Kaplan-Meier estimate for those registered in the month.
        KaplanMeier = "kaplan_meier",
    }
}
closed_list! {
    /// From when a wait is counted.
    WaitClock {
        QueueAge = "queue_age",
        TimeWaiting = "time_waiting",
    }
}
closed_list! {
    /// Whose waits.
    WaitGroup {
        All = "all",
        Foreign = "foreign",
        National = "national",
    }
}

/// A distribution of waits, in days, weighted by persons; `None` where not reached.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WaitRow {
    pub date: Date,
    pub kind: WaitKind,
    pub clock: WaitClock,
    pub group: WaitGroup,
    /// Persons.
    pub n: u64,
    pub mean: Option<f64>,
    pub p10: Option<f64>,
    pub p50: Option<f64>,
    pub p90: Option<f64>,
    pub p95: Option<f64>,
}

closed_list! {
    /// What a row of `equity.csv` measures.
    EquityMeasure {
        /// Persons.
        Entered = "entered",
        /// Persons.
        Registered = "registered",
        /// Persons.
        Served = "served",
        ShareServed = "share_served",
        MeanWaitDays = "mean_wait_days",
        InterceptionsPerPerson = "interceptions_per_person",
        HarmPer100Persons = "harm_per_100_persons",
        /// Mexican pesos.
        CostPerPerson = "cost_mxn_per_person",
    }
}

closed_list! {
    /// How a caravan's day ended.
    CaravanStatus {
        Gathering = "gathering",
        Walking = "walking",
        Resting = "resting",
        Dissolved = "dissolved",
        Arrived = "arrived",
        Ended = "ended",
    }
}

/// Shares, waits, harm and cost by nationality and family size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EquityRow {
    pub nationality: usize,
    /// 1, 2, ... ; the last group is `EQUITY_SIZES` and more.
    pub household_size: u8,
    pub measure: EquityMeasure,
    pub value: f64,
}

/// Largest separate family-size group of `equity.csv`.
pub const EQUITY_SIZES: u8 = 5;

/// A caravan's day, in persons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaravanRow {
    pub caravan: String,
    pub date: Date,
    /// Place index where it sleeps, or the last place passed.
    pub place: usize,
    /// Kilometres walked since departure.
    pub km: f64,
    pub persons: u32,
    pub households: u32,
    /// Households with children, and with children under six.
    pub families: u32,
    pub small_families: u32,
    pub children: u32,
    /// Children under six.
    pub small_children: u32,
    pub joined: u32,
    pub left: u32,
    pub detained: u32,
    pub status: CaravanStatus,
}

/// Persons travelling a leg in one direction and mode in a month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LegRow {
    /// First day of the month.
    pub month: Date,
    pub from: usize,
    pub to: usize,
    pub mode: usize,
    pub persons: u32,
}

/// One step in the path of a sampled household.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PathRow {
    /// Number of the household within the replicate's sample.
    pub household: u32,
    /// Shared by the parts of a family that was split.
    pub family: u32,
    pub date: Date,
    pub nationality: usize,
    pub persons: u8,
    pub children: u8,
    /// `None`: on the road.
    pub place: Option<usize>,
    pub event: Event,
}

/// A dense table of counts: `rows` by day, then two dimensions.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Cube {
    pub days: usize,
    pub first: usize,
    pub second: usize,
    pub cells: Vec<Count>,
}

impl Cube {
    pub fn new(days: usize, first: usize, second: usize) -> Self {
        Cube { days, first, second, cells: vec![Count::default(); days * first * second] }
    }

    #[inline]
    pub fn at(&self, day: usize, i: usize, j: usize) -> Count {
        self.cells[(day * self.first + i) * self.second + j]
    }

    #[inline]
    pub fn at_mut(&mut self, day: usize, i: usize, j: usize) -> &mut Count {
        &mut self.cells[(day * self.first + i) * self.second + j]
    }
}

/// Everything one replicate gives.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Observation {
    /// 1..=R.
    pub replicate: u32,
    /// First recorded day; index 0 of every daily table.
    pub first_day: Option<Date>,
    pub days: usize,
    /// day x (place, last index = in transit) x `State`.
    pub stocks_by_place: Cube,
    /// day x nationality x `State`.
    pub stocks_by_nationality: Cube,
    /// day x `Event` x nationality.
    pub flows: Cube,
    /// day x port (row-major: `day * ports + port`).
    pub appointments: Vec<PortDay>,
    /// Foreigners present, by day and place, the last place in transit (`day * (places + 1) + place`).
    pub foreigners: Vec<u32>,
    /// Persons asleep outside the geofence at the end of the day: without a registration, and with
    /// (`day * nationalities + n`).
    pub outside_geofence: Vec<[u32; 2]>,
    pub waits: Vec<WaitRow>,
    pub equity: Vec<EquityRow>,
    pub caravans: Vec<CaravanRow>,
    pub legs: Vec<LegRow>,
    pub paths: Vec<PathRow>,
    /// The queue at the end of each day, by nationality (`day * nationalities + n`).
    pub queue: Vec<QueueDay>,
    /// (month x place) x `Event` x nationality: where events of the recorded days happened. A month's
    /// places follow each other; people on the road count where they will arrive.
    pub events_by_place: Cube,
    /// Distinct persons intercepted at least once, over the whole run, by nationality.
    pub persons_intercepted: Vec<u64>,
}

/// "More than seven months".
pub const LONG_WAIT_DAYS: i32 = 210;
