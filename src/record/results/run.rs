//! One run, read back: what is needed of its tables.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;

use super::about::About;
use super::{ReadError, damaged};
use crate::record::digest::Spread;
use crate::record::error::FileError;
use crate::record::read::{fields, rows};
use crate::record::schema::{self, IN_TRANSIT};
use crate::scenario::input::{Leg, Month, Scenario};
use crate::scenario::{self, Overrides};

/// A row of `summary.csv`.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricRow {
    pub metric: String,
    pub unit: String,
    /// `None` where no replicate has a value.
    pub spread: Option<Spread>,
}

/// A row of `monthly.csv`.
#[derive(Debug, Clone, PartialEq)]
pub struct MonthRow {
    pub month: Month,
    pub series: String,
    /// A nationality, `all`, `foreign` or `national`.
    pub whose: String,
    /// A place's id; empty for all together.
    pub place: String,
    pub spread: Spread,
}

/// A row of `needs.csv`.
#[derive(Debug, Clone, PartialEq)]
pub struct NeedsRow {
    /// The Monday.
    pub date: Date,
    /// Index into the world's places.
    pub place: usize,
    /// Persons present: 5th percentile, median, 95th percentile.
    pub persons: [f64; 3],
    pub shelter_places: Option<f64>,
    /// Persons without a shelter place: 5th percentile, median, 95th percentile.
    pub shortfall: Option<[f64; 3]>,
}

/// Persons who travelled a leg on the ground in a month, mean over replicates and modes together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LegMonth {
    pub month: Month,
    /// Indices into the world's places.
    pub from: usize,
    pub to: usize,
    pub persons: f64,
}

/// A caravan of one replicate.
#[derive(Debug, Clone, PartialEq)]
pub struct CaravanRun {
    /// From 0.
    pub replicate: usize,
    pub caravan: String,
    pub most_persons: f64,
}

/// The app day by day, all ports together; a series of days for each replicate, in persons.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AppDays {
    pub lapsed: Vec<Vec<f32>>,
    pub requests: Vec<Vec<f32>>,
    pub backlog: Vec<Vec<f32>>,
}

/// A finished run.
#[derive(Debug, Clone)]
pub struct Run {
    pub about: About,
    pub scenario: Scenario,
    pub summary: Vec<MetricRow>,
    pub monthly: Vec<MonthRow>,
    pub needs: Vec<NeedsRow>,
    pub app: AppDays,
    /// Persons present at the end of each day: a series of days for each place and replicate; in transit
    /// comes after the last place.
    pub present: Vec<Vec<Vec<f32>>>,
    /// Of them, those who are no citizens of the country; published counts in cities are of these.
    pub foreigners: Vec<Vec<Vec<f32>>>,
    pub legs: Vec<LegMonth>,
    pub caravans: Vec<CaravanRun>,
}

/// What is faster leaves the roads.
const FLIGHT_KMH: f64 = 250.0;

/// A number of a table.
pub(super) fn number(text: &str) -> Result<f64, String> {
    text.parse::<f64>().ok().filter(|x| x.is_finite()).ok_or_else(|| format!("`{text}` is no number"))
}

impl Run {
    /// Reads the run in a folder.
    ///
    /// # Errors
    /// A file is not there or not what it should be.
    pub fn read(folder: &Path) -> Result<Run, ReadError> {
        let about = About::read(folder)?;
        const TABLES: [&schema::Table; 8] = [
            &schema::SUMMARY,
            &schema::MONTHLY,
            &schema::NEEDS,
            &schema::APPOINTMENTS,
            &schema::STOCKS_BY_PLACE,
            &schema::FOREIGNERS_BY_PLACE,
            &schema::LEGS,
            &schema::CARAVANS,
        ];
        let tables: Vec<String> = TABLES.iter().map(|table| about.file_of(table)).collect();
        let names: Vec<&str> = tables.iter().map(String::as_str).chain(["scenario.toml"]).collect();
        about.check(folder, &names)?;
        let file = folder.join("scenario.toml");
        let scenario = scenario::load(&file.display().to_string(), &Overrides::default())?;
        let span = (about.recorded_from, about.end);
        if span != (scenario.record_from, scenario.end) || about.replicates != scenario.replicates {
            return Err(damaged(&file, "its dates or replicates are not those of run.json").into());
        }
        Ok(Self::tables(folder, about, scenario)?)
    }

    /// Reads the tables in a folder: of a run that `run.json` tells about, of this scenario.
    ///
    /// # Errors
    /// One is not there or not what it should be.
    pub fn tables(folder: &Path, about: About, scenario: Scenario) -> Result<Run, FileError> {
        let reader = Reader { folder, about: &about, scenario: &scenario };
        Ok(Run {
            summary: reader.summary()?,
            monthly: reader.monthly()?,
            needs: reader.needs()?,
            app: reader.app()?,
            present: reader.present(&schema::STOCKS_BY_PLACE)?,
            foreigners: reader.present(&schema::FOREIGNERS_BY_PLACE)?,
            legs: reader.legs()?,
            caravans: reader.caravans()?,
            about,
            scenario,
        })
    }

    /// A metric of the summary over replicates.
    pub fn metric(&self, name: &str) -> Option<Spread> {
        self.summary.iter().find(|row| row.metric == name)?.spread
    }

    /// The date of a day of the series.
    pub fn date(&self, day: usize) -> Date {
        self.about.recorded_from.saturating_add(jiff::Span::new().days(day as i64))
    }

    /// The day of a date; `None` outside the tables.
    pub fn day(&self, date: Date) -> Option<usize> {
        let day = (date - self.about.recorded_from).get_days();
        usize::try_from(day).ok().filter(|day| *day < self.about.days())
    }
}

/// Reads the tables of one folder.
struct Reader<'a> {
    folder: &'a Path,
    about: &'a About,
    scenario: &'a Scenario,
}

impl Reader<'_> {
    fn place(&self, id: &str) -> Result<usize, String> {
        let places = &self.scenario.world.places;
        places.iter().position(|p| p.id == id).ok_or_else(|| format!("`{id}` is no place of this world"))
    }

    fn replicate(&self, text: &str) -> Result<usize, String> {
        let all = self.about.replicates as usize;
        let found = text.parse::<usize>().ok().filter(|r| (1..=all).contains(r));
        found.map(|r| r - 1).ok_or_else(|| format!("replicate `{text}` of {all}"))
    }

    fn day(&self, text: &str) -> Result<usize, String> {
        let date: Date = text.parse().map_err(|_| format!("`{text}` is no date"))?;
        let day = usize::try_from((date - self.about.recorded_from).get_days()).ok();
        day.filter(|d| *d < self.about.days()).ok_or_else(|| format!("`{text}` lies outside the run"))
    }

    fn nothing(&self) -> Vec<Vec<f32>> {
        vec![vec![0.0; self.about.days()]; self.about.replicates as usize]
    }

    fn summary(&self) -> Result<Vec<MetricRow>, FileError> {
        let mut out = Vec::new();
        rows(self.folder, &schema::SUMMARY, |row| {
            let of = |i: usize| row[i].number();
            out.push(MetricRow {
                metric: row[0].text().into(),
                unit: row[1].text().into(),
                spread: match (of(2), of(3), of(4), of(5)) {
                    (Some(mean), Some(p05), Some(p50), Some(p95)) => Some(Spread { mean, p05, p50, p95 }),
                    _ => None,
                },
            });
        })?;
        Ok(out)
    }

    fn monthly(&self) -> Result<Vec<MonthRow>, FileError> {
        let mut out = Vec::new();
        let columns = ["month", "series", "nationality", "place", "mean", "p05", "p50", "p95"];
        fields(self.folder, &schema::MONTHLY, columns, |[month, series, whose, place, mean, p05, p50, p95]| {
            let first: Date = format!("{month}-01").parse().map_err(|_| format!("`{month}` is no month"))?;
            let spread = Spread { mean: number(mean)?, p05: number(p05)?, p50: number(p50)?, p95: number(p95)? };
            let (series, whose, place) = (series.to_string(), whose.to_string(), place.to_string());
            out.push(MonthRow { month: Month::of(first), series, whose, place, spread });
            Ok(())
        })?;
        Ok(out)
    }

    fn needs(&self) -> Result<Vec<NeedsRow>, FileError> {
        let mut out = Vec::new();
        let columns = [
            "date",
            "place",
            "persons_p05",
            "persons_p50",
            "persons_p95",
            "shelter_places",
            "shortfall_p05",
            "shortfall_p50",
            "shortfall_p95",
        ];
        fields(self.folder, &schema::NEEDS, columns, |[date, place, p05, p50, p95, places, s05, s50, s95]| {
            let known = |text: &str| if text.is_empty() { Ok(None) } else { number(text).map(Some) };
            out.push(NeedsRow {
                date: date.parse().map_err(|_| format!("`{date}` is no date"))?,
                place: self.place(place)?,
                persons: [number(p05)?, number(p50)?, number(p95)?],
                shelter_places: known(places)?,
                shortfall: match (known(s05)?, known(s50)?, known(s95)?) {
                    (Some(p05), Some(p50), Some(p95)) => Some([p05, p50, p95]),
                    _ => None,
                },
            });
            Ok(())
        })?;
        Ok(out)
    }

    fn app(&self) -> Result<AppDays, FileError> {
        let nothing = || self.nothing();
        let mut app = AppDays { lapsed: nothing(), requests: nothing(), backlog: nothing() };
        let columns = ["replicate", "date", "lapsed", "requests", "backlog"];
        fields(self.folder, &schema::APPOINTMENTS, columns, |[replicate, date, counts @ ..]| {
            let (replicate, day) = (self.replicate(replicate)?, self.day(date)?);
            let series = [&mut app.lapsed, &mut app.requests, &mut app.backlog];
            for (series, text) in series.into_iter().zip(counts) {
                series[replicate][day] += number(text)? as f32;
            }
            Ok(())
        })?;
        Ok(app)
    }

    /// Persons by place, replicate and day of a table with such rows, added up.
    fn present(&self, table: &schema::Table) -> Result<Vec<Vec<Vec<f32>>>, FileError> {
        let places = &self.scenario.world.places;
        let mut out = vec![self.nothing(); places.len() + 1];
        // Rows stand in the order of replicate, day and place: what they share with the last is not read again.
        let mut last = (String::new(), 0, String::new(), 0);
        let columns = ["replicate", "date", "place", "persons"];
        fields(self.folder, table, columns, |[replicate, date, place, persons]| {
            if date != last.0 {
                last = (date.to_string(), self.day(date)?, last.2.clone(), last.3);
            }
            if place != last.2 {
                let at = if place == IN_TRANSIT { places.len() } else { self.place(place)? };
                last = (last.0.clone(), last.1, place.to_string(), at);
            }
            out[last.3][self.replicate(replicate)?][last.1] += number(persons)? as f32;
            Ok(())
        })?;
        Ok(out)
    }

    fn legs(&self) -> Result<Vec<LegMonth>, FileError> {
        let mut sums: BTreeMap<(Month, usize, usize), f64> = BTreeMap::new();
        let columns = ["month", "from", "to", "mode", "persons"];
        fields(self.folder, &schema::LEGS, columns, |[month, from, to, mode, persons]| {
            let first: Date = format!("{month}-01").parse().map_err(|_| format!("`{month}` is no month"))?;
            let (from, to) = (self.place(from)?, self.place(to)?);
            if self.flies(from, to, mode) {
                return Ok(());
            }
            let key = (Month::of(first), from, to);
            *sums.entry(key).or_insert(0.0) += number(persons)?;
            Ok(())
        })?;
        let replicates = f64::from(self.about.replicates.max(1));
        let mean = |((month, from, to), persons): (_, f64)| LegMonth { month, from, to, persons: persons / replicates };
        Ok(sums.into_iter().map(mean).collect())
    }

    /// Whether a mode leaves the roads between two places.
    fn flies(&self, from: usize, to: usize, mode: &str) -> bool {
        let world = &self.scenario.world;
        let Some(mode) = world.modes.iter().position(|m| m.name == mode) else { return false };
        let between = |l: &&Leg| (l.from, l.to) == (from, to) || (l.to, l.from) == (from, to);
        let mut legs = world.legs.iter().filter(between).filter(|l| l.modes.get(mode) == Some(&true)).peekable();
        legs.peek().is_some() && legs.all(|l| l.km > FLIGHT_KMH * l.hours)
    }

    fn caravans(&self) -> Result<Vec<CaravanRun>, FileError> {
        let mut out: Vec<CaravanRun> = Vec::new();
        let columns = ["replicate", "caravan", "persons"];
        fields(self.folder, &schema::CARAVANS, columns, |[replicate, caravan, persons]| {
            let (replicate, persons) = (self.replicate(replicate)?, number(persons)?);
            let same = |c: &&mut CaravanRun| c.replicate == replicate && c.caravan == caravan;
            match out.iter_mut().rev().find(same) {
                Some(known) => known.most_persons = known.most_persons.max(persons),
                None => out.push(CaravanRun { replicate, caravan: caravan.into(), most_persons: persons }),
            }
            Ok(())
        })?;
        Ok(out)
    }
}
