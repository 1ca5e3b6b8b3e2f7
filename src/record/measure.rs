//! What a target is compared with: one number of one replicate.

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::model::observation::{
    CaravanRow, CaravanStatus, Cube, Event, Observation, State, WaitClock, WaitGroup, WaitKind, WaitRow,
};
use crate::scenario::input::{Scenario, TargetRow, Whose};

/// What is computed from a run, as the column `series` of `targets.csv` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Series {
    /// Persons of an event over the period.
    Total(Event),
    /// 100 x the nationality's persons over those of all.
    Share(Event),
    /// 100 x the nationality's persons over those of foreigners.
    ShareForeign(Event),
    /// 100 x (month of `to` / month of `from` - 1).
    Change(Event),
    /// Month of `to` over month of `from`.
    Ratio(Event),
    /// Mean a day.
    PerDay(Event),
    /// 100 x persons at the place over those anywhere.
    PlaceShare(Event),
    /// 100 x processed over processed and border patrol encounters together.
    AppUseShare,
    /// 100 x processed over slots.
    SlotsUsed,
    RequestsPerDay,
    /// Days, of foreigners unless said otherwise, in the month of `to`.
    CompletedQueueAgeMean,
    /// Days, of all unless said otherwise, at the end of the month of `to`.
    ElapsedTimeWaitingP95,
    /// Mean persons present.
    Stock,
    /// Persons present on `to` less those on `from`.
    StockBalance,
    /// Kilometres on a day of walking, over all caravans.
    CaravanKmPerDay,
    /// Per cent of those present who leave in a day, over all caravans.
    CaravanLossPerDay,
    /// Per cent of the size at departure left 15 to 18 days on, or on the day a place is passed; mean over
    /// caravans that lasted so long.
    CaravanSizeShare,
    /// 100 x processed in households with children over all processed.
    ProcessedFamilyShare,
}

/// Series of no event.
const PLAIN: [(&str, Series); 11] = [
    ("app_use_share", Series::AppUseShare),
    ("slots_used", Series::SlotsUsed),
    ("requests_per_day", Series::RequestsPerDay),
    ("wait_completed_queue_age_mean", Series::CompletedQueueAgeMean),
    ("wait_elapsed_time_waiting_p95", Series::ElapsedTimeWaitingP95),
    ("stock", Series::Stock),
    ("stock_balance", Series::StockBalance),
    ("caravan_km_per_day", Series::CaravanKmPerDay),
    ("caravan_loss_per_day", Series::CaravanLossPerDay),
    ("caravan_size_share", Series::CaravanSizeShare),
    ("processed_family_share", Series::ProcessedFamilyShare),
];
/// Makes a series of an event.
type OfEvent = fn(Event) -> Series;

/// What may follow the name of an event, the longest first.
const ENDINGS: [(&str, OfEvent); 7] = [
    ("_share_foreign", Series::ShareForeign),
    ("_place_share", Series::PlaceShare),
    ("_per_day", Series::PerDay),
    ("_change", Series::Change),
    ("_share", Series::Share),
    ("_ratio", Series::Ratio),
    ("", Series::Total),
];

impl Series {
    /// The series of a name; `None` if there is no such series.
    pub fn named(name: &str) -> Option<Series> {
        if let Some((_, series)) = PLAIN.iter().find(|(plain, _)| *plain == name) {
            return Some(*series);
        }
        ENDINGS.iter().find_map(|(ending, of)| {
            let event = name.strip_suffix(ending)?;
            Event::ALL.iter().find(|e| e.name() == event).map(|e| of(*e))
        })
    }

    /// Every name without the endings, and the endings, to help with a misspelt one.
    pub fn names() -> Vec<&'static str> {
        PLAIN.iter().map(|(name, _)| *name).chain(Event::ALL.iter().map(|e| e.name())).collect()
    }
}

/// The number of a replicate that a target is compared with; `None` where the run does not hold it
/// (its period lies outside the record, nobody waited, no caravan walked).
pub fn measure(scenario: &Scenario, seen: &Observation, series: Series, target: &TargetRow) -> Option<f64> {
    let run = Run { scenario, seen, first: seen.first_day?, target };
    let (from, to) = (target.from, target.to);
    let whose = target.whose;
    match series {
        Series::Total(event) => run.total(event, from, to, whose),
        Series::Share(event) => percent(run.total(event, from, to, whose)?, run.total(event, from, to, Whose::All)?),
        Series::ShareForeign(event) => {
            percent(run.total(event, from, to, whose)?, run.total(event, from, to, Whose::Foreign)?)
        }
        Series::Change(event) => Some(percent(run.month(event, to)?, run.month(event, from)?)? - 100.0),
        Series::Ratio(event) => ratio(run.month(event, to)?, run.month(event, from)?),
        Series::PerDay(event) => Some(run.total(event, from, to, whose)? / f64::from((to - from).get_days() + 1)),
        Series::PlaceShare(event) => run.place_share(event),
        Series::AppUseShare => {
            let served = run.total(Event::Processed, from, to, whose)?;
            percent(served, served + run.total(Event::BorderPatrolEncounter, from, to, whose)?)
        }
        Series::SlotsUsed => {
            let days = run.days(from, to)?;
            let ports = scenario.world.ports.len();
            let slots: f64 =
                seen.appointments[days.start * ports..days.end * ports].iter().map(|p| f64::from(p.slots)).sum();
            percent(run.total(Event::Processed, from, to, Whose::All)?, slots)
        }
        Series::RequestsPerDay => {
            let days = run.days(from, to)?;
            let ports = scenario.world.ports.len();
            let requests = &seen.appointments[days.start * ports..days.end * ports];
            Some(requests.iter().map(|p| f64::from(p.requests)).sum::<f64>() / days.len() as f64)
        }
        Series::CompletedQueueAgeMean => {
            let group = if whose == Whose::National { WaitGroup::National } else { WaitGroup::Foreign };
            run.wait(WaitKind::Completed, WaitClock::QueueAge, group)?.mean
        }
        Series::ElapsedTimeWaitingP95 => {
            let group = match whose {
                Whose::Foreign => WaitGroup::Foreign,
                Whose::National => WaitGroup::National,
                _ => WaitGroup::All,
            };
            run.wait(WaitKind::Elapsed, WaitClock::TimeWaiting, group)?.p95
        }
        Series::Stock => {
            let days = run.days(from, to)?;
            Some(days.clone().map(|day| run.present(day)).sum::<f64>() / days.len() as f64)
        }
        Series::StockBalance => Some(run.present(run.days(to, to)?.start) - run.present(run.days(from, from)?.start)),
        Series::CaravanKmPerDay => mean(run.caravans().flat_map(|rows| {
            let walked = |p: &&[&CaravanRow]| p[1].status == CaravanStatus::Walking && (from..=to).contains(&p[1].date);
            let pairs = rows.windows(2).filter(walked).map(|p| p[1].km - p[0].km);
            pairs.collect::<Vec<_>>()
        })),
        Series::CaravanLossPerDay => mean(run.caravans().flat_map(|rows| {
            let goes_on = |p: &&[&CaravanRow]| {
                p[0].persons > 0
                    && !matches!(p[1].status, CaravanStatus::Dissolved | CaravanStatus::Ended | CaravanStatus::Arrived)
            };
            let pairs = rows.windows(2).filter(goes_on).map(|p| 100.0 * f64::from(p[1].left) / f64::from(p[0].persons));
            pairs.collect::<Vec<_>>()
        })),
        Series::CaravanSizeShare => mean(run.caravans().filter_map(|rows| {
            let size = |day: usize| rows.get(day).map(|row| f64::from(row.persons));
            let set_out = (from..=to).contains(&rows.first()?.date.saturating_add(1.day()));
            let later = match target.place {
                // On the day it passes the place.
                Some(place) => size(rows.iter().position(|row| row.place == place)?)?,
                None => mean((15..=18).filter_map(size))?,
            };
            percent(later, size(0)?).filter(|_| set_out)
        })),
        Series::ProcessedFamilyShare => {
            percent(run.total(Event::ProcessedFamily, from, to, whose)?, run.total(Event::Processed, from, to, whose)?)
        }
    }
}

fn ratio(a: f64, b: f64) -> Option<f64> {
    (b > 0.0).then(|| a / b)
}

fn percent(a: f64, b: f64) -> Option<f64> {
    ratio(100.0 * a, b)
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, n) = values.fold((0.0, 0.0), |(sum, n), x| (sum + x, n + 1.0));
    ratio(sum, n)
}

/// A replicate as seen by one target.
struct Run<'a> {
    scenario: &'a Scenario,
    seen: &'a Observation,
    first: Date,
    target: &'a TargetRow,
}

impl Run<'_> {
    /// Days of the record from one date to another; `None` unless all are in it.
    fn days(&self, from: Date, to: Date) -> Option<std::ops::Range<usize>> {
        let (from, to) = ((from - self.first).get_days(), (to - self.first).get_days());
        (from >= 0 && (to as usize) < self.seen.days).then(|| from as usize..to as usize + 1)
    }

    fn counts(&self, nationality: usize, whose: Whose) -> bool {
        let national = self.scenario.world.nationalities[nationality].national;
        match whose {
            Whose::All => true,
            Whose::Foreign => !national,
            Whose::National => national,
            Whose::Nationality(n) => n == nationality,
        }
    }

    fn total(&self, event: Event, from: Date, to: Date, whose: Whose) -> Option<f64> {
        let flows = &self.seen.flows;
        let nationalities: Vec<usize> = (0..flows.second).filter(|n| self.counts(*n, whose)).collect();
        let at = |day: usize| nationalities.iter().map(move |n| f64::from(flows.at(day, event as usize, *n).persons));
        Some(self.days(from, to)?.flat_map(at).sum())
    }

    /// The month a date lies in.
    fn month(&self, event: Event, date: Date) -> Option<f64> {
        self.total(event, date.first_of_month(), date.last_of_month(), self.target.whose)
    }

    /// Of events in the months from `from` to `to`, per cent at the target's place.
    fn place_share(&self, event: Event) -> Option<f64> {
        let (cube, places) = (&self.seen.events_by_place, self.scenario.world.places.len());
        let months = |date: Date| {
            let (a, b) = (self.first, date);
            i32::from(b.year()) * 12 + i32::from(b.month()) - i32::from(a.year()) * 12 - i32::from(a.month())
        };
        let (from, to) = (months(self.target.from), months(self.target.to));
        if from < 0 || (to as usize + 1) * places > cube.days {
            return None;
        }
        let (mut here, mut all) = (0.0, 0.0);
        for row in from as usize * places..(to as usize + 1) * places {
            for n in (0..cube.second).filter(|n| self.counts(*n, self.target.whose)) {
                let persons = f64::from(cube.at(row, event as usize, n).persons);
                all += persons;
                here += if self.target.place == Some(row % places) { persons } else { 0.0 };
            }
        }
        percent(here, all)
    }

    fn wait(&self, kind: WaitKind, clock: WaitClock, group: WaitGroup) -> Option<&WaitRow> {
        let last = self.target.to.last_of_month();
        self.seen.waits.iter().find(|r| (r.date, r.kind, r.clock, r.group) == (last, kind, clock, group))
    }

    /// Persons present on a day, at the target's place or of its nationality.
    fn present(&self, day: usize) -> f64 {
        let sum = |cube: &Cube, i: usize| -> f64 {
            (0..State::COUNT).map(|state| f64::from(cube.at(day, i, state).persons)).sum()
        };
        match self.target.place {
            Some(place) if self.target.whose == Whose::Foreign => {
                f64::from(self.seen.foreigners[day * self.seen.stocks_by_place.first + place])
            }
            Some(place) => sum(&self.seen.stocks_by_place, place),
            None => {
                let cube = &self.seen.stocks_by_nationality;
                (0..cube.first).filter(|n| self.counts(*n, self.target.whose)).map(|n| sum(cube, n)).sum()
            }
        }
    }

    /// Days of each announced caravan, in order.
    fn caravans(&self) -> impl Iterator<Item = Vec<&CaravanRow>> {
        self.scenario
            .caravans
            .iter()
            .map(|plan| self.seen.caravans.iter().filter(|row| row.caravan == plan.id).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::sample;
    use jiff::civil::date;

    fn target(whose: Whose, from: Date, to: Date) -> TargetRow {
        TargetRow {
            id: "t".into(),
            family: "f".into(),
            series: String::new(),
            whose,
            place: None,
            from,
            to,
            value: 0.0,
            error: 1.0,
            tolerance: None,
            unit: String::new(),
            kind: String::new(),
            used: false,
            naive: None,
            source_id: String::new(),
            line: 2,
        }
    }

    #[test]
    fn names_are_events_and_what_is_made_of_them() {
        assert_eq!(Series::named("processed"), Some(Series::Total(Event::Processed)));
        assert_eq!(Series::named("processed_family_share"), Some(Series::ProcessedFamilyShare));
        assert_eq!(Series::named("processed_share_foreign"), Some(Series::ShareForeign(Event::Processed)));
        assert_eq!(Series::named("asylum_filed_place_share"), Some(Series::PlaceShare(Event::AsylumFiled)));
        assert_eq!(Series::named("processd"), None);
    }

    #[test]
    fn numbers_are_those_of_the_tables() {
        let scenario = sample::scenario();
        let seen = sample::observation(&scenario, 1);
        let days = |from, to| target(Whose::All, date(2024, 5, from), date(2024, 6, to));
        let of = |name: &str, t: &TargetRow| measure(&scenario, &seen, Series::named(name).unwrap(), t);
        // Thirty come on the first day, two are processed on each of the next.
        assert_eq!(of("processed", &days(31, 2)), Some(4.0));
        assert_eq!(of("processed_per_day", &days(31, 2)), Some(4.0 / 3.0));
        assert_eq!(of("slots_used", &days(31, 2)), Some(100.0 * 4.0 / 30.0));
        assert_eq!(of("requests_per_day", &days(31, 2)), Some(40.0));
        assert_eq!(of("stock", &days(31, 2)), Some(28.0));
        assert_eq!(of("stock_balance", &days(31, 2)), Some(-4.0));
        assert_eq!(of("processed_share", &TargetRow { whose: Whose::Nationality(1), ..days(31, 2) }), Some(0.0));
        assert_eq!(of("processed", &days(30, 2)), None, "outside the record");
        assert_eq!(of("interception_share", &TargetRow { to: date(2024, 5, 31), ..days(31, 2) }), None, "none");
        assert_eq!(of("arrival_place_share", &TargetRow { place: Some(0), ..days(31, 2) }), Some(100.0));
    }
}
