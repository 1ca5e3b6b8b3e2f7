//! Process 2, inflow: who enters today, where, and what makes each household differ.

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::ahead::ABREAST;
use super::household::{Aim, Household, NO_DAY, Stage, Status};
use super::observation::{Count, Event};
use super::population::{Population, Stock, Today};
use super::purpose;
use crate::engine::dealing::{Dealer, Splitter};
use crate::engine::draw::{Key, days_with_mean, negative_binomial, normal, pick, unit};
use crate::scenario::input::{Month, Scenario};

/// A nationality entering at a place.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct InflowStream {
    nationality: u8,
    place: u16,
    /// Persons by month, in the order of `months`.
    persons: Vec<f64>,
    /// Persons over the run, dealt by the weights of the table.
    share: f64,
    key: Key,
    even: EvenFlow,
    owed: Owed,
}

/// Persons by whom the last household was larger than the places left for it that day: taken from
/// the days to come, so that families are whole and persons right in the long run.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Owed(u32);

/// A pulse of inflow.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct PulseFlow {
    key: Key,
    place: u16,
    nationalities: Vec<u8>,
    weights: Vec<f64>,
    dealer: Dealer,
    splitter: Splitter,
    today: Vec<u32>,
    owed: Vec<Owed>,
}

/// Persons due at an even rate, in whole persons; a new rate counts from the day it begins.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct EvenFlow {
    /// Persons over a whole run at the present rate, and the day it began.
    rate: f64,
    since: u16,
    /// Due before that day, exactly, and given so far.
    before: f64,
    given: i64,
}

impl EvenFlow {
    /// Persons of a day at `rate` over a run of `days` days: floor(rate (d + 1) / days) in all.
    fn deal(&mut self, rate: f64, day: u16, days: f64) -> u32 {
        if rate != self.rate {
            self.before += self.rate * f64::from(day - self.since) / days;
            (self.rate, self.since) = (rate, day);
        }
        let exact = self.before + self.rate * f64::from(day - self.since + 1) / days;
        let due = (exact + 1e-6).floor() as i64;
        let count = (due - self.given).max(0);
        self.given += count;
        count as u32
    }
}

/// Today's newcomers by stream, in persons.
#[derive(Resource, Debug, Clone, Default, Serialize, Deserialize)]
pub struct Arrivals {
    streams: Vec<InflowStream>,
    months: Vec<Month>,
    today: Vec<u32>,
    pulses: Vec<PulseFlow>,
}

impl Arrivals {
    /// Streams of the world's table, one a nationality and place.
    pub fn new(scenario: &Scenario, root: Key) -> Self {
        let mut months: Vec<Month> = scenario.world.inflow.iter().map(|r| r.month).collect();
        months.sort();
        months.dedup();
        let mut streams: Vec<InflowStream> = Vec::new();
        for row in &scenario.world.inflow {
            let at = streams
                .iter()
                .position(|s| s.nationality as usize == row.nationality && s.place as usize == row.place)
                .unwrap_or_else(|| {
                    // Named by nationality and place, so that other streams do not shift its luck.
                    let id = ((1 + row.nationality as u64) << 16) | row.place as u64;
                    streams.push(InflowStream {
                        nationality: row.nationality as u8,
                        place: row.place as u16,
                        persons: vec![0.0; months.len()],
                        share: 0.0,
                        key: root.child(id),
                        even: EvenFlow::default(),
                        owed: Owed::default(),
                    });
                    streams.len() - 1
                });
            let month = months.partition_point(|m| *m < row.month);
            streams[at].persons[month] += row.persons;
        }
        let total: f64 = streams.iter().flat_map(|s| &s.persons).sum();
        for stream in &mut streams {
            stream.share = if total > 0.0 { stream.persons.iter().sum::<f64>() / total } else { 0.0 };
        }
        let today = vec![0; streams.len()];
        let pulses = scenario.pulses.iter().enumerate().map(|(number, pulse)| PulseFlow {
            key: root.child((1 << 40) | number as u64),
            place: pulse.place as u16,
            nationalities: pulse.mix.iter().map(|m| m.0 as u8).collect(),
            weights: pulse.mix.iter().map(|m| m.1).collect(),
            today: vec![0; pulse.mix.len()],
            owed: vec![Owed::default(); pulse.mix.len()],
            ..PulseFlow::default()
        });
        Arrivals { streams, months, today, pulses: pulses.collect() }
    }

    /// As another scenario has them: pulses that both have go on.
    pub fn under(&self, was: &Scenario, now: &Scenario, root: Key) -> Self {
        let mut pulses = Arrivals::new(now, root).pulses;
        let same = was.pulses.iter().zip(&now.pulses).take_while(|(a, b)| a == b).count();
        pulses[..same].clone_from_slice(&self.pulses[..same]);
        Arrivals { pulses, ..self.clone() }
    }

    /// Persons entering today.
    pub fn persons(&self) -> usize {
        self.today.iter().chain(self.pulses.iter().flat_map(|p| &p.today)).sum::<u32>() as usize
    }
}

/// Draws how many persons enter today in each stream and pulse.
pub fn expect_arrivals(today: Res<Today>, mut arrivals: ResMut<Arrivals>) {
    let inflow = &today.params().inflow;
    let arrivals = &mut *arrivals;
    arrivals.pulses.iter_mut().for_each(|pulse| pulse.today.fill(0));
    arrivals.today.fill(0);
    let scenario = &today.scenario;
    let (n, t) = (inflow.persons as f64 / f64::from(scenario.weight), scenario.days() as f64);
    for (stream, count) in arrivals.streams.iter_mut().zip(&mut arrivals.today) {
        let rate = if inflow.enabled { n * stream.share * inflow.factor } else { 0.0 };
        *count = stream.even.deal(rate, today.day, t);
    }
    if !inflow.enabled {
        return;
    }
    expect_pulses(&today, arrivals);
    if inflow.persons > 0 {
        return;
    }
    let month = Month::of(today.date);
    let Ok(at) = arrivals.months.binary_search(&month) else { return };
    let spread = day_share(month, today.date, inflow.weekend_ratio);
    for (stream, count) in arrivals.streams.iter().zip(&mut arrivals.today) {
        let paroled = parole(scenario, month, stream) * inflow.parole_diversion * (1.0 - inflow.parole_factor);
        let factor = inflow.factor * inflow.error_factor * inflow.nationality_factor[stream.nationality as usize];
        let mean = (stream.persons[at] + paroled).max(0.0) * factor * spread / f64::from(scenario.weight);
        *count = negative_binomial(mean, inflow.dispersion, stream.key.uniform(purpose::ARRIVALS, today.day));
    }
}

/// The share of a month's arrivals that falls on a date, by the weekday pattern.
fn day_share(month: Month, date: jiff::civil::Date, weekend_ratio: f64) -> f64 {
    use jiff::civil::Weekday::{Saturday, Sunday};
    let weight = |d: jiff::civil::Date| if matches!(d.weekday(), Saturday | Sunday) { weekend_ratio } else { 1.0 };
    let first = month.first_day();
    let total: f64 = first.series(jiff::Span::new().days(1)).take(month.days() as usize).map(weight).sum();
    weight(date) / total
}

/// Persons paroled by air this month whose land inflow this stream would otherwise hold.
fn parole(scenario: &Scenario, month: Month, stream: &InflowStream) -> f64 {
    let (world, n, place) = (&scenario.world, stream.nationality as usize, stream.place as usize);
    let paroled = world.parole.iter().filter(|r| r.month == month && r.nationality == n);
    let entering = || world.inflow.iter().filter(|r| r.month == month && r.nationality == n);
    let persons: f64 = paroled.map(|r| r.persons).sum();
    let nation: f64 = entering().map(|r| r.persons).sum();
    let here: f64 = entering().filter(|r| r.place == place).map(|r| r.persons).sum();
    if nation > 0.0 { persons * here / nation } else { 0.0 }
}

/// Persons of the scenario's pulses entering today, spread evenly over their days and split by mix.
fn expect_pulses(today: &Today, arrivals: &mut Arrivals) {
    let scenario = &today.scenario;
    for (pulse, flow) in scenario.pulses.iter().zip(&mut arrivals.pulses) {
        if today.date < pulse.from || today.date > pulse.to {
            continue;
        }
        let days = f64::from((pulse.to - pulse.from).get_days() + 1);
        let persons = flow.dealer.deal(pulse.persons as f64 / f64::from(scenario.weight) / days);
        flow.splitter.split(persons, &flow.weights, &mut flow.today);
    }
}

/// Enters today's newcomers, household by household.
pub fn enter(mut population: Population, mut arrivals: ResMut<Arrivals>) {
    let mut stock = population.open();
    let Arrivals { streams, today, pulses, .. } = &mut *arrivals;
    for (stream, &persons) in streams.iter_mut().zip(&*today) {
        enter_stream(&mut stock, stream.nationality, stream.place, persons, stream.key, &mut stream.owed);
    }
    for pulse in pulses {
        for (i, &nationality) in pulse.nationalities.iter().enumerate() {
            let key = pulse.key.child(u64::from(nationality));
            enter_stream(&mut stock, nationality, pulse.place, pulse.today[i], key, &mut pulse.owed[i]);
        }
    }
}

fn enter_stream(stock: &mut Stock<'_>, nationality: u8, place: u16, persons: u32, stream: Key, owed: &mut Owed) {
    let day = stock.day();
    let mut left = i64::from(persons) - i64::from(owed.0);
    let mut number = 0u64;
    let (mut newcomers, mut many) = ([(0, 0); ABREAST], 0);
    let (status, mut all) = (Status { stage: Stage::Travelling, nationality }, Count::default());
    while left > 0 {
        let key = stream.child((u64::from(day) << 32) | number);
        number += 1;
        let row = stock.new_row().expect("rows are reserved each morning");
        let household = draw_household(stock, key, nationality, place);
        stock.welcome(row, status, household);
        let size = stock.household(row).size;
        left -= i64::from(size);
        stock.ledger.equity_of(nationality, size).entered += f64::from(size);
        all.add(u32::from(size), 1);
        newcomers[many] = (row, begin(stock, row));
        many += 1;
        if many == ABREAST || left <= 0 {
            stock.go_ahead_abreast(&newcomers[..many]);
            many = 0;
        }
    }
    stock.count_newcomers(status, &Household { place, entered: day as i16, ..Household::VACANT }, all);
    owed.0 = (-left).max(0) as u32;
}

/// Sends a newcomer on the way; the day on which it sets out.
#[inline(always)]
fn begin(stock: &mut Stock<'_>, row: u32) -> u16 {
    let aim = stock.household(row).aim;
    let goal = stock.goal_of(row, aim);
    let day = stock.day();
    let sets_out = stock.today.rates.depart.day_after(day, stock.household(row).key.bits(purpose::DEPART, day));
    let travels = stock.params().travel.enabled;
    let household = &mut stock.households[row as usize];
    household.goal = goal;
    let stays = !travels || goal == household.place;
    // The day of arrival is a day on which it may go on, like any other.
    let due = if stays { day + 1 } else { sets_out };
    stock.wake(row, due);
    due
}

/// Draws a household's size, members and character from its own key.
#[inline(always)] // It is made where it will lie.
fn draw_household(stock: &mut Stock<'_>, key: Key, nationality: u8, place: u16) -> Household {
    let params = stock.params();
    let n = nationality as usize;
    let draws = &params.household;
    let size = household_size(&params.household, n, key);
    let (children, small_children) = draw_children(draws, n, key, size);
    let lognormal = |median: f64, spread: f64, purpose| {
        if spread > 0.0 { median * libm::exp(spread * normal(key.uniform(purpose, 0))) } else { median }
    };
    // Character matters only where someone weighs it.
    let weighs = params.decisions.weigh || stock.network.modes() > 1;
    let (means, patience) = if weighs {
        (
            lognormal(draws.means_median[n], draws.means_spread, purpose::MEANS),
            lognormal(draws.patience_median, draws.patience_spread, purpose::PATIENCE),
        )
    } else {
        (draws.means_median[n], draws.patience_median)
    };
    let access = key.happens(draws.access_share, purpose::ACCESS, 0);
    let aim = draw_aim(stock, key, n);
    let day = stock.day();
    let papers = key.happens(params.travel.papers_at_entry[n], purpose::PAPERS, 0);
    let papers_until = if papers { day.saturating_add(params.enforcement.permit_days as u16) } else { 0 };
    let sample = sample(stock, key);
    Household {
        key,
        means: means as f32,
        place,
        goal: place,
        entered: day as i16,
        patience: patience.min(60_000.0) as u16,
        since: day,
        size,
        children,
        small_children,
        aim,
        port: draw_port(&stock.today.scenario, stock.today.date, key),
        access,
        papers_until,
        sample,
        ..Household::VACANT
    }
}

/// One person, or a family of two and more with a geometric tail around its mean.
#[inline(always)]
fn household_size(draws: &crate::scenario::params::HouseholdDraws, n: usize, key: Key) -> u8 {
    if draws.max_size == 1 || draws.alone_share[n] >= 1.0 {
        return 1;
    }
    let u = key.uniform(purpose::SIZE, 0);
    if u < draws.alone_share[n] {
        return 1;
    }
    let rescaled = (u - draws.alone_share[n]) / (1.0 - draws.alone_share[n]);
    let beyond = days_with_mean(draws.mean_family[n] - 2.0, rescaled);
    (2 + beyond).min(draws.max_size as u16) as u8
}

/// Mean size of the households of a nationality.
pub fn mean_size(draws: &crate::scenario::params::HouseholdDraws, n: usize) -> f64 {
    if draws.max_size <= 1 {
        return 1.0;
    }
    // Sizes beyond two are geometric, cut at the largest.
    let beyond = draws.mean_family[n] - 2.0;
    let stays = beyond / (1.0 + beyond);
    let family: f64 = 2.0 + (1..=draws.max_size - 2).map(|extra| libm::pow(stays, extra as f64)).sum::<f64>();
    draws.alone_share[n] + (1.0 - draws.alone_share[n]) * family
}

fn draw_children(draws: &crate::scenario::params::HouseholdDraws, n: usize, key: Key, size: u8) -> (u8, u8) {
    let (mut children, mut small) = (0, 0);
    for member in 1..size {
        let bits = key.bits(purpose::CHILDREN, u16::from(member));
        if unit(bits) < draws.child_share[n] {
            children += 1;
            small += u8::from(unit(bits.rotate_left(32)) < draws.small_child_share);
        }
    }
    (children, small)
}

/// What the household means to do: stay, ask for asylum here, use the app, or cross.
#[inline(always)]
fn draw_aim(stock: &Stock<'_>, key: Key, n: usize) -> Aim {
    let params = stock.params();
    let national = stock.ledger.national(n as u8);
    let asks = params.asylum.enabled && !national && !stock.network.offices.is_empty();
    let shares = [params.household.stay_share[n], if asks { params.asylum.file_share[n] } else { 0.0 }];
    let u = key.uniform(purpose::INTENT, 0);
    if u < shares[0] {
        return Aim::Stay;
    }
    if u < shares[0] + shares[1] {
        return Aim::Asylum;
    }
    let rest = (u - shares[0] - shares[1]) / (1.0 - shares[0] - shares[1]).max(1e-9);
    let can_cross = params.crossing.enabled && !stock.network.crossings.is_empty();
    if rest >= params.household.app_share[n] && can_cross {
        return Aim::Cross;
    }
    // Those who would have used an app that is off for good ask for asylum here, or stay.
    match params.app.shutdown {
        true if asks => Aim::Asylum,
        true => Aim::Stay,
        false => Aim::App,
    }
}

/// A port by the slots it has on the date of entry.
#[inline(always)]
fn draw_port(scenario: &Scenario, date: jiff::civil::Date, key: Key) -> u8 {
    let ports = &scenario.world.ports;
    if ports.len() < 2 {
        return 0;
    }
    let mut weights = [0.0; 256];
    let mut total = 0.0;
    for (weight, port) in weights.iter_mut().zip(ports) {
        let now = port.shares.iter().rev().find(|(from, _)| *from <= date);
        *weight = now.or(port.shares.first()).map_or(0.0, |(_, s)| *s);
        total += *weight;
    }
    pick(&weights[..ports.len()], total, key.uniform(purpose::PORT, 0)) as u8
}

fn sample(stock: &mut Stock<'_>, key: Key) -> u32 {
    if key.happens(stock.sample.share, purpose::SAMPLE, 0) { stock.sample.take() } else { 0 }
}

/// Enters those present on the first day: waiting where they are, some time into their wait.
pub fn enter_initial(mut population: Population) {
    let mut stock = population.open();
    if stock.day() != 0 || !stock.params().inflow.enabled {
        return;
    }
    let scenario = stock.today.scenario.clone();
    let nationalities = scenario.world.nationalities.len();
    let (mut dealers, mut owed) = (vec![Dealer::default(); nationalities], vec![Owed::default(); nationalities]);
    for (number, row) in scenario.world.initial.iter().enumerate() {
        let stream = stock.today.root.child((2 << 40) | number as u64);
        let n = row.nationality;
        let mut left = i64::from(dealers[n].deal(row.persons / f64::from(scenario.weight))) - i64::from(owed[n].0);
        let mut count = 0u64;
        while left > 0 {
            let Some(at) = stock.new_row() else { return };
            let key = stream.child(count);
            count += 1;
            let mut household = draw_household(&mut stock, key, row.nationality as u8, row.place as u16);
            left -= i64::from(household.size);
            let waited = days_with_mean(row.waited_days, key.uniform(purpose::DEPART, 0)).min(1000);
            household.entered = -(waited as i16) - 1;
            household.first_registered = NO_DAY;
            household.port = port_near(&scenario, row.place).unwrap_or(household.port);
            let stage = match household.aim {
                Aim::App => Stage::Waiting,
                Aim::Cross => Stage::AtBorder,
                Aim::Asylum | Aim::Stay => Stage::Settling,
            };
            let status = Status { stage, nationality: row.nationality as u8 };
            stock.place(at, status, household);
            stock.ledger.equity_of(status.nationality, household.size).entered += f64::from(household.size);
            stock.event(at, Event::Initial);
            if on_the_way(&stock, at) {
                let goal = stock.goal_of(at, household.aim);
                stock.set_off(at, goal, 0.0);
            } else {
                stock.draw_next(at);
            }
        }
        owed[n].0 = (-left).max(0) as u32;
    }
}

/// The port of the city where someone is already; the first, if there are several.
fn port_near(scenario: &Scenario, place: usize) -> Option<u8> {
    scenario.world.ports.iter().position(|port| port.place == place).map(|port| port as u8)
}

/// Whether someone there on the first day has yet to reach where it means to wait, one can cross or an office is.
fn on_the_way(stock: &Stock<'_>, row: u32) -> bool {
    let household = stock.household(row);
    if !stock.params().travel.enabled {
        return false;
    }
    match household.aim {
        Aim::App => {
            let inside = stock.today.inside(stock.ledger.national(stock.nationality(row)), stock.zone(row) as u8);
            let at_port = stock.today.scenario.world.ports.iter().any(|port| port.place == household.place as usize);
            !inside || !(at_port || stock.waits_inland(row))
        }
        Aim::Cross => stock.network.crossings.iter().all(|(place, _)| *place != household.place),
        Aim::Asylum => true,
        Aim::Stay => false,
    }
}

/// Persons who will be present on the first day, for the rows to reserve.
pub fn initial_persons(scenario: &Scenario) -> usize {
    let persons: f64 = scenario.world.initial.iter().map(|r| r.persons / f64::from(scenario.weight) + 1.0).sum();
    persons as usize
}
