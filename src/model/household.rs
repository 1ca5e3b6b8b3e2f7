//! The agent: a household, in three parts (its due day, what it is doing, and the rest).

use serde::{Deserialize, Serialize};

use super::causes::Cause;
use super::observation::State;
use crate::engine::agenda::NEVER;
use crate::engine::draw::Key;
use crate::engine::seat::Standing;

/// What a household is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u8)]
pub enum Stage {
    /// An unused row.
    Free,
    Travelling,
    Stranded,
    /// Where it means to wait, without a registration.
    Waiting,
    Registered,
    Offered,
    Confirmed,
    /// At the border, about to cross between ports.
    AtBorder,
    /// Waiting for access to the asylum procedure.
    Queueing,
    Asylum,
    Detained,
    Returning,
    Caravan,
    /// Looking for a way to stay.
    Settling,
}

impl Stage {
    const ALL: [Stage; 14] = [
        Stage::Free,
        Stage::Travelling,
        Stage::Stranded,
        Stage::Waiting,
        Stage::Registered,
        Stage::Offered,
        Stage::Confirmed,
        Stage::AtBorder,
        Stage::Queueing,
        Stage::Asylum,
        Stage::Detained,
        Stage::Returning,
        Stage::Caravan,
        Stage::Settling,
    ];
    pub const COUNT: usize = Stage::ALL.len();
}

/// What a household means to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u8)]
pub enum Aim {
    /// Wait for an appointment.
    App,
    /// Cross between ports.
    Cross,
    /// Ask for asylum in the transit country.
    Asylum,
    /// Stay in the transit country.
    Stay,
}

/// The day on which a household is next looked at: the column swept every day.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[repr(transparent)]
pub struct Due(pub u16);

/// What a household is doing, and whose it is.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Status {
    pub stage: Stage,
    pub nationality: u8,
}

/// Day numbers before the run are negative; this one means "never".
pub const NO_DAY: i16 = i16::MIN;

/// Everything else a household carries: one cache line.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[repr(align(64))]
pub struct Household {
    pub key: Key,
    /// Place in the queue of registrations; 0 = not registered.
    pub ticket: u32,
    /// Number in the sample of paths; 0 = not sampled.
    pub sample: u32,
    /// Money, MXN a person.
    pub means: f32,
    /// Spent or lost so far, MXN a person.
    pub spent: f32,
    /// Where it is, or where it will arrive if on the road.
    pub place: u16,
    /// Where it is going.
    pub goal: u16,
    pub entered: i16,
    pub first_registered: i16,
    pub registered: i16,
    /// Day of a confirmed or offered appointment; `NEVER` = none.
    pub appointment: u16,
    /// Last day on which papers are valid (0 = none).
    pub papers_until: u16,
    /// Day the present stage began.
    pub since: u16,
    /// Stranded until this day at least; goes on then (0 = no such day).
    pub rest_until: u16,
    pub patience: u16,
    pub size: u8,
    pub children: u8,
    pub small_children: u8,
    pub aim: Aim,
    /// Port preferred.
    pub port: u8,
    /// Port of the offer or appointment, while there is one.
    pub booked: u8,
    pub encounters: u8,
    pub interceptions: u8,
    pub on_road: bool,
    pub access: bool,
    pub confirmed: bool,
    pub filed: bool,
    /// Has been given a humanitarian card.
    pub card: bool,
    /// What the due day is for, where that is settled already.
    pub planned: Option<Cause>,
    /// Held by kidnappers, not by authorities.
    pub held_by_others: bool,
    /// The due day is only a look at changed circumstances, not an event.
    pub look: bool,
    /// Where it stands in the queue, if registered: as the queue has it.
    pub standing: Standing,
}

const _: () = assert!(size_of::<Household>() == 64 && size_of::<Status>() == 2 && size_of::<Due>() == 2);

impl Household {
    /// A row with nobody in it.
    pub const VACANT: Household = Household {
        key: Key(0),
        ticket: 0,
        sample: 0,
        means: 0.0,
        spent: 0.0,
        place: 0,
        goal: 0,
        entered: 0,
        first_registered: NO_DAY,
        registered: NO_DAY,
        appointment: NEVER,
        papers_until: 0,
        since: 0,
        rest_until: 0,
        patience: 0,
        size: 0,
        children: 0,
        small_children: 0,
        aim: Aim::App,
        port: 0,
        booked: 0,
        encounters: 0,
        interceptions: 0,
        on_road: false,
        access: false,
        confirmed: false,
        filed: false,
        card: false,
        planned: None,
        held_by_others: false,
        look: false,
        standing: Standing::Away,
    };

    /// Spends (or, if negative, earns) money, a person.
    #[inline]
    pub fn spend(&mut self, per_person: f64) {
        if per_person == 0.0 {
            return;
        }
        self.means = (self.means - per_person as f32).max(0.0);
        if per_person > 0.0 {
            self.spent += per_person as f32;
        }
    }

    #[inline]
    pub fn has_papers(&self, today: u16) -> bool {
        self.papers_until != 0 && self.papers_until >= today
    }
}

impl Status {
    /// A row with nobody in it.
    pub const VACANT: Status = Status { stage: Stage::Free, nationality: 0 };

    /// The state reported for this household, `None` for an unused row.
    #[inline(always)]
    pub fn state(&self, household: &Household) -> Option<State> {
        STATES[usize::from(household.ticket != 0)][self.stage as usize]
    }
}

/// States by whether registered and by stage.
const STATES: [[Option<State>; Stage::COUNT]; 2] = {
    let mut states = [[None; Stage::COUNT]; 2];
    let mut stage = 0;
    while stage < Stage::COUNT {
        states[0][stage] = state(Stage::ALL[stage], false);
        states[1][stage] = state(Stage::ALL[stage], true);
        stage += 1;
    }
    states
};

const fn state(stage: Stage, registered: bool) -> Option<State> {
    Some(match stage {
        Stage::Free => return None,
        Stage::Travelling => State::Travelling,
        Stage::Stranded => State::Stranded,
        Stage::Waiting | Stage::AtBorder | Stage::Queueing | Stage::Settling if !registered => {
            State::WaitingUnregistered
        }
        Stage::Asylum if !registered => State::AsylumPending,
        Stage::Waiting | Stage::AtBorder | Stage::Queueing | Stage::Settling | Stage::Asylum | Stage::Registered => {
            State::Registered
        }
        Stage::Offered => State::Offered,
        Stage::Confirmed => State::Confirmed,
        Stage::Detained => State::Detained,
        Stage::Returning => State::Returning,
        Stage::Caravan => State::InCaravan,
    })
}
