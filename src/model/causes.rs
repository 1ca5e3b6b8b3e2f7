//! First phase of a day: one sweep finds who is due and why, without changing anything shared.
//!
//! A household that stays somewhere faces several things at once (to be stopped, to weigh its
//! options, to give up, ...), each with a daily probability. The day of the first and its cause
//! are drawn ahead, which equals daily draws and costs nothing on the days between.

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::household::{Aim, Household, Stage, Status};
use super::population::{Population, Stock, Today};
use super::purpose;
use crate::engine::agenda::{Agenda, due_after, due_on};
use crate::engine::draw::{Geometric, Hazard, mix};
use crate::scenario::input::World;
use crate::scenario::params::Params;

/// Why a household is looked at today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u8)]
pub enum Cause {
    Move,
    GoOn,
    Stop,
    EndDetention,
    EndReturn,
    Register,
    LoseRegistration,
    Confirm,
    KeepAppointment,
    ReceiveCard,
    DecideClaim,
    LeaveProcedure,
    Weigh,
    GiveUp,
    Attempt,
    Rob,
    Settle,
}

impl Cause {
    pub const COUNT: usize = Cause::Settle as usize + 1;
}

/// The agenda of the day, by cause.
#[derive(Resource, Debug, Clone, Default, Serialize, Deserialize)]
pub struct DayAgenda(pub Agenda);

/// The period of rules under which the next thing of those who stay was drawn.
#[derive(Resource, Debug, Clone, Default)]
pub struct RulesFelt(pub usize);

/// Daily probabilities derived from the parameters in force.
#[derive(Debug, Clone, Default)]
pub struct Rates {
    pub weigh: f64,
    pub give_up: Vec<f64>,
    pub lose: f64,
    pub go_on: f64,
    pub register: f64,
    pub stop: Vec<f64>,
    pub rob: Vec<f64>,
    pub attempt: f64,
    pub card: f64,
    /// Share of filers, by nationality, to whom a card would come if they stayed long enough: more than
    /// get one, as some leave first.
    pub card_offered: Vec<f64>,
    pub decide_claim: f64,
    pub leave_procedure: f64,
    pub settle: f64,
    /// Days until one who rests on the way goes on.
    pub depart: Geometric,
    /// Whether a foreigner, and a national, may ask from a zone.
    pub inside: Vec<[bool; 2]>,
}

/// Daily probability equal to a weekly one.
fn daily(per_week: f64) -> f64 {
    1.0 - libm::pow(1.0 - per_week.clamp(0.0, 1.0), 1.0 / 7.0)
}

/// Daily probability of an event that comes after a mean number of days.
fn after(mean_days: f64) -> f64 {
    1.0 / mean_days.max(1.0)
}

/// Daily probability of an event that comes after a mean number of days, perhaps on the day itself.
fn from_today(mean_days: f64) -> f64 {
    1.0 / (1.0 + mean_days.max(0.0))
}

impl Rates {
    /// Rates for the parameters in force.
    pub fn of(params: &Params, world: &World) -> Self {
        let zones = world.names.zones.len();
        let on = |enabled: bool, rate: f64| if enabled { rate } else { 0.0 };
        let (decisions, enforcement, harm) = (&params.decisions, &params.enforcement, &params.harm);
        Rates {
            weigh: on(decisions.enabled && decisions.weigh, after(decisions.mean_days)),
            give_up: decisions.give_up_per_week.0.iter().map(|g| on(decisions.enabled, daily(*g))).collect(),
            lose: on(params.app.enabled, daily(params.app.loss_per_week)),
            go_on: on(params.travel.enabled, after(params.travel.retry_days)),
            register: on(params.app.enabled && !params.app.shutdown, from_today(params.app.registration_days)),
            stop: (0..zones)
                .map(|z| on(enforcement.enabled, daily((enforcement.in_place[z] * enforcement.factor).min(1.0))))
                .collect(),
            rob: (0..zones).map(|z| on(harm.enabled, daily((harm.in_place * harm.robbed[z]).min(1.0)))).collect(),
            attempt: on(params.crossing.enabled, after(params.crossing.wait_days)),
            card: after(params.asylum.card_days),
            card_offered: decisions.give_up_per_week.0.iter().map(|g| card_offered(params, *g)).collect(),
            decide_claim: after(params.asylum.decision_days),
            leave_procedure: daily(params.asylum.abandon_per_week),
            settle: after(params.household.settle_days),
            depart: Geometric::new(params.travel.depart_share),
            inside: (0..zones)
                .map(|zone| [params.app.geofence.contains(zone), params.app.geofence_nationals.contains(zone)])
                .collect(),
        }
    }
}

/// The share of filers to whom a card must be on its way for `asylum.card_share` to get it, as it
/// competes with leaving the procedure, the decision and giving up; at most all.
fn card_offered(params: &Params, give_up_per_week: f64) -> f64 {
    let asylum = &params.asylum;
    let card = after(asylum.card_days);
    let others = after(asylum.decision_days) + daily(asylum.abandon_per_week) + daily(give_up_per_week);
    (asylum.card_share * (card + others) / card).min(1.0)
}

/// Longest time ahead for which things are drawn: papers that run out are felt within it.
const LOOK_AHEAD: u16 = 120;

type Causes = [(Cause, f64); 7];
const NOTHING: (Cause, f64) = (Cause::Weigh, 0.0);

/// What can happen on a day to a household that stays, and how likely.
fn causes(today: &Today, status: &Status, household: &Household, zone: usize) -> Causes {
    let rates = &today.rates;
    let nationality = status.nationality as usize;
    let params = today.params();
    let protected = household.has_papers(today.day) || household.confirmed;
    let stop = {
        let ratio = params.enforcement.nationality_ratio[nationality];
        rates.stop[zone] * ratio * if protected { params.enforcement.papers_ratio } else { 1.0 }
    };
    let national = today.scenario.world.nationalities[nationality].national;
    let stop = (Cause::Stop, if national { 0.0 } else { stop.min(1.0) });
    let rob = (Cause::Rob, rates.rob[zone]);
    let weigh = (Cause::Weigh, rates.weigh);
    let give_up = (Cause::GiveUp, rates.give_up[nationality]);
    let lose = (Cause::LoseRegistration, if household.ticket != 0 { rates.lose } else { 0.0 });
    match status.stage {
        Stage::Stranded => {
            let go_on = if household.rest_until > today.day { 0.0 } else { rates.go_on };
            [(Cause::GoOn, go_on), lose, stop, weigh, give_up, rob, NOTHING]
        }
        Stage::Waiting => {
            let may = household.aim == Aim::App && household.access;
            [(Cause::Register, if may { rates.register } else { 0.0 }), lose, stop, weigh, give_up, rob, NOTHING]
        }
        Stage::Registered => [lose, stop, weigh, give_up, rob, NOTHING, NOTHING],
        Stage::AtBorder => [(Cause::Attempt, rates.attempt), lose, stop, give_up, rob, NOTHING, NOTHING],
        Stage::Queueing => {
            [(Cause::LeaveProcedure, rates.leave_procedure), lose, rob, give_up, NOTHING, NOTHING, NOTHING]
        }
        Stage::Asylum => {
            let card = if gets_card(today, status, household) { rates.card } else { 0.0 };
            [
                (Cause::ReceiveCard, card),
                (Cause::DecideClaim, rates.decide_claim),
                (Cause::LeaveProcedure, rates.leave_procedure),
                lose,
                give_up,
                rob,
                NOTHING,
            ]
        }
        Stage::Settling => [(Cause::Settle, rates.settle), lose, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING],
        _ => [NOTHING; 7],
    }
}

/// Whether a card comes to a filer who stays long enough.
fn gets_card(today: &Today, status: &Status, household: &Household) -> bool {
    let offered = today.rates.card_offered[status.nationality as usize];
    !household.card && household.key.happens(offered, purpose::ASYLUM_CARD, 0)
}

/// By stage, the list of those whose day has come: of a cause where the stage alone tells it, else of those who stay.
const LISTS: [usize; Stage::COUNT] = {
    let mut lists = [STAY; Stage::COUNT];
    lists[Stage::Travelling as usize] = Cause::Move as usize;
    lists[Stage::Offered as usize] = Cause::Confirm as usize;
    lists[Stage::Confirmed as usize] = Cause::KeepAppointment as usize;
    lists[Stage::Detained as usize] = Cause::EndDetention as usize;
    lists[Stage::Returning as usize] = Cause::EndReturn as usize;
    lists
};

/// The list of those whose cause is to be found out.
const STAY: usize = Cause::COUNT;

/// Which of the things it faced has come to a household that stays; `None`: nothing, only look
/// again.
fn cause(today: &Today, status: &Status, household: &Household, zone: usize) -> Option<Cause> {
    match status.stage {
        Stage::Free | Stage::Caravan => return None,
        _ if household.planned.is_some() => return household.planned,
        Stage::Stranded if household.rest_until == today.day => return Some(Cause::GoOn),
        _ if household.look => return None,
        _ => {}
    }
    let causes = causes(today, status, household, zone);
    let total: f64 = causes.iter().map(|c| c.1).sum();
    let mut left = household.key.uniform(purpose::CAUSE, today.day) * total;
    causes
        .into_iter()
        .filter(|c| c.1 > 0.0)
        .find(|c| {
            left -= c.1;
            left < 0.0
        })
        .map(|c| c.0)
}

/// Hazards of anything happening to those who stay, by what they depend on: remembered, as few come again and again.
#[derive(Debug, Default)]
pub struct Hazards {
    /// What it was worked out for, and the hazard, each where the first says.
    known: Vec<(u64, Hazard)>,
}

impl Hazards {
    const SIZE: usize = 512;

    /// The hazard of a household that stays.
    #[inline(always)]
    fn of(&mut self, today: &Today, status: &Status, household: &Household, zone: usize) -> Hazard {
        let own = [
            household.has_papers(today.day) || household.confirmed,
            household.ticket != 0,
            household.aim == Aim::App && household.access,
            status.stage == Stage::Stranded && household.rest_until > today.day,
            status.stage == Stage::Asylum && gets_card(today, status, household),
        ];
        let own = own.iter().fold(1, |sum, &bit| sum * 2 + u64::from(bit));
        let kind = u64::from_le_bytes([status.nationality, zone as u8, status.stage as u8, 0, 0, 0, 0, 0]);
        let of = (today.segment as u64) << 32 | own << 24 | kind;
        match self.known.get(mix(of) as usize % Self::SIZE) {
            Some((known, hazard)) if *known == of => {
                debug_assert_eq!(*hazard, Hazard::of_any(&causes(today, status, household, zone).map(|c| c.1)));
                *hazard
            }
            _ => self.work_out(of, causes(today, status, household, zone)),
        }
    }

    #[cold]
    fn work_out(&mut self, of: u64, causes: Causes) -> Hazard {
        let hazard = Hazard::of_any(&causes.map(|c| c.1));
        self.known.resize(Self::SIZE, (0, hazard));
        self.known[mix(of) as usize % Self::SIZE] = (of, hazard);
        hazard
    }
}

impl Stock<'_> {
    /// Settles what happens next to a household that stays, and when.
    pub fn plan(&mut self, row: u32, cause: Cause, due: u16) {
        let household = &mut self.households[row as usize];
        (household.look, household.planned) = (false, Some(cause));
        self.wake(row, due);
    }

    /// Draws the day on which the next thing happens to a household that stays.
    #[inline(always)]
    pub fn draw_next(&mut self, row: u32) {
        let (status, household) = (&self.statuses[row as usize], &self.households[row as usize]);
        let zone = self.network.zone[household.place as usize] as usize;
        let any = self.hazards.of(self.today, status, household, zone);
        let u = household.key.uniform(purpose::STAY, self.today.day);
        let resting = status.stage == Stage::Stranded && household.rest_until > self.today.day;
        let ahead = if resting { household.rest_until - self.today.day } else { LOOK_AHEAD };
        let days = any.days_within(u, ahead);
        let household = &mut self.households[row as usize];
        (household.look, household.planned) = (days > ahead, None);
        self.wake(row, due_after(self.today.day, days.min(ahead)));
    }
}

/// Where a new rule has changed what can happen to those who stay, the next thing is drawn anew, so
/// that a policy is felt from its day on. Others keep what was drawn for them.
pub fn feel_the_rules(mut population: Population, mut felt: ResMut<RulesFelt>) {
    let mut stock = population.open();
    let before = std::mem::replace(&mut felt.0, stock.today.segment);
    if before == stock.today.segment || stock.day() == 0 {
        return;
    }
    let before = stock.today.under(before);
    for row in 0..stock.statuses.len() as u32 {
        let (status, household) = (&stock.statuses[row as usize], &stock.households[row as usize]);
        if stock.dues[row as usize].0 <= stock.today.day || household.planned.is_some() {
            continue;
        }
        let zone = stock.network.zone[household.place as usize] as usize;
        let rates = |today: &Today| causes(today, status, household, zone).map(|cause| cause.1);
        if rates(&before) != rates(stock.today) {
            stock.draw_next(row);
        }
    }
}

/// Sweeps the due days and lists who is due, by cause, in row order.
pub fn survey(mut population: Population, mut agenda: ResMut<DayAgenda>, mut due: Local<Vec<u32>>) {
    let mut stock = population.open();
    let agenda = &mut agenda.0;
    agenda.clear(STAY + 1);
    let day = stock.day();
    due.clear();
    due_on(stock.dues, |due| due.0, day, &mut due);
    // Those on the way need no look at the rest of the row yet.
    for (place, &row) in due.iter().enumerate() {
        if let Some(&later) = due.get(place + APART) {
            stock.ask_for_stage(later);
        }
        agenda.push(LISTS[stock.stage(row) as usize], row);
    }
    let stay = agenda.take(STAY);
    in_turn(&mut stock, &stay, |stock, _, row| list(stock, agenda, row));
    agenda.put_back(STAY, stay);
}

/// Lists a household that stays and is due under what has come to it.
#[inline]
fn list(stock: &mut Stock<'_>, agenda: &mut Agenda, row: u32) {
    let status = stock.statuses[row as usize];
    let household = &stock.households[row as usize];
    let zone = stock.network.zone[household.place as usize] as usize;
    match cause(stock.today, &status, household, zone) {
        Some(cause) => agenda.push(cause as usize, row),
        None if matches!(status.stage, Stage::Free | Stage::Caravan) => {}
        None => stock.draw_next(row),
    }
}

/// Runs `act` for each row due for `cause` that is still in one of `stages`.
pub fn for_each_due(
    stock: &mut Stock<'_>,
    agenda: &mut DayAgenda,
    cause: Cause,
    stages: &[Stage],
    mut act: impl FnMut(&mut Stock<'_>, u32),
) {
    let list = agenda.0.take(cause as usize);
    in_turn(stock, &list, |stock, _, row| {
        if stock.is_due(row) && stages.contains(&stock.stage(row)) {
            act(stock, row);
        }
    });
    agenda.0.put_back(cause as usize, list);
}

/// Rows between a step of `in_turn` and the next.
const APART: usize = 12;

/// Works on rows one after another: `act` is given the place in the list and the row. They lie apart in memory, and so do
/// their places in the queue: those further down the list are asked for beforehand, a step at a time, so that the work need not
/// wait for them.
pub fn in_turn(stock: &mut Stock<'_>, rows: &[u32], mut act: impl FnMut(&mut Stock<'_>, usize, u32)) {
    let steps = if rows.is_empty() { 0 } else { rows.len() + 3 * APART };
    for step in 0..steps {
        let earlier = |steps: usize| rows.get(step.wrapping_sub(steps * APART)).copied();
        if let Some(row) = earlier(0) {
            stock.ask_for_row(row);
        }
        if let Some(row) = earlier(1) {
            stock.pool.ask_for_ticket(stock.household(row).ticket);
        }
        if let Some(row) = earlier(2) {
            stock.pool.ask_for_seat(stock.household(row).ticket);
        }
        if let Some(row) = earlier(3) {
            act(stock, step - 3 * APART, row);
        }
    }
}
