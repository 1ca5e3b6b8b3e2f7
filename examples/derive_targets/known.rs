//! Observed persons by period, and figures from before 2023 that serve naive guesses only.

use std::collections::BTreeMap;
use std::path::Path;

use crate::derive::Error;
use crate::derive::border_patrol::Encounters;
use crate::derive::calendar::{Month, period};
use crate::derive::table::Table;

/// First and last month, both included.
pub type Period = (Month, Month);

/// One observed figure.
#[derive(Clone)]
pub struct Figure {
    pub value: f64,
    pub used: bool,
    pub source: String,
    pub note: String,
}

/// Figures by period of one series, nationality and place.
type Line = BTreeMap<Period, Figure>;

/// What is known, by series, nationality and place (empty: all).
pub struct Known(BTreeMap<(String, String, String), Line>);

/// Number of months of a period.
pub fn months((from, to): Period) -> i32 {
    from.to(to).count() as i32
}

/// The period of the same length just before.
pub fn before((from, to): Period) -> Period {
    (from.plus(-months((from, to))), from.plus(-1))
}

impl Known {
    /// Reads the rows of whole months, and the figures of 2022.
    pub fn read(folder: &Path) -> Result<Known, Error> {
        let mut known = Known(BTreeMap::new());
        for row in Table::read(folder, "observed.csv")?.rows() {
            let (from, to) = (row.text("from")?, row.text("to")?);
            let (Ok(first), Ok(last)) = (Month::parse(&from[..7]), Month::parse(&to[..7])) else {
                return Err(format!("observed.csv: {from} to {to} are not days").into());
            };
            if first.days().0 == from && last.days().1 == to {
                let figure = Figure {
                    value: row.number("value")?,
                    used: row.text("used")? == "true",
                    source: row.text("source_id")?.to_owned(),
                    note: row.text("note")?.to_owned(),
                };
                let names = [row.text("series")?, row.text("nationality")?, row.text("place")?];
                known.add(names, (first, last), figure);
            }
        }
        known.earlier(folder)?;
        Ok(known)
    }

    fn add(&mut self, [series, nationality, place]: [&str; 3], period: Period, figure: Figure) {
        let key = (series.to_owned(), nationality.to_owned(), place.to_owned());
        self.0.entry(key).or_default().insert(period, figure);
    }

    /// Figures of 2022: Border Patrol by month, claims and events of the year (first counts).
    fn earlier(&mut self, folder: &Path) -> Result<(), Error> {
        let figure = |value, source: &str| Figure { value, used: false, source: source.into(), note: String::new() };
        let first = Month::parse("2023-01")?;
        for ((month, name), persons) in &Encounters::read(folder)?.persons {
            if *month < first {
                let name = if name == "ALL" { "" } else { name };
                self.add(["border_patrol_encounter", name, ""], (*month, *month), figure(*persons, "S02"));
            }
        }
        let year = (Month::parse("2022-01")?, Month::parse("2022-12")?);
        for row in Table::read(folder, "observed/comar.csv")?.rows() {
            let place = match row.text("geography")? {
                "MX" => "",
                "Tapachula" => "tapachula",
                _ => continue,
            };
            if row.is(&[("period", "2022"), ("source_id", "RAZON_202301"), ("unit", "applicants")])? {
                let name = row.text("nationality_or_metric")?;
                let name = if name == "all" { "" } else { name };
                self.add(["asylum_filed", name, place], year, figure(row.number("value")?, "RAZON_202301"));
            }
        }
        for row in Table::read(folder, "observed/mexico_encounters_cumulative.csv")?.rows() {
            let wanted = [("period_start", "2022-01"), ("geography", "MX"), ("metric", "eventos (UPMRIP)")];
            let end = row.text("period_end")?;
            if row.is(&wanted)? && ["2022-06", "2022-12"].contains(&end) {
                let name = row.text("nationality")?;
                let name = if name == "all" { "" } else { name };
                let period = (year.0, Month::parse(end)?);
                self.add(["interception", name, ""], period, figure(row.number("persons")?, row.text("source_id")?));
            }
        }
        Ok(())
    }

    fn line(&self, [series, nationality, place]: [&str; 3]) -> Option<&Line> {
        self.0.get(&(series.to_owned(), nationality.to_owned(), place.to_owned()))
    }

    /// The figure observed for exactly this period.
    pub fn figure(&self, names: [&str; 3], period: Period) -> Option<&Figure> {
        self.line(names)?.get(&period)
    }

    /// The periods observed from 2023 on, in order.
    pub fn periods(&self, names: [&str; 3]) -> Vec<Period> {
        let first = period("2023").map(|p| p.0).unwrap_or_default();
        let all = self.line(names).into_iter().flat_map(|line| line.keys());
        all.filter(|p| p.0.days().0 >= first).copied().collect()
    }

    /// Persons in a period: observed, or the sum of periods that fill it, or a longer period less its beginning.
    ///
    /// `foreign` is all less Mexico, `national` is Mexico.
    pub fn persons(&self, names: [&str; 3], period: Period) -> Option<f64> {
        let [series, nationality, place] = names;
        match nationality {
            "national" => return self.persons([series, "Mexico", place], period),
            "foreign" => {
                let part = |name| self.persons([series, name, place], period);
                return Some(part("")? - part("Mexico")?);
            }
            _ => {}
        }
        let line = self.line(names)?;
        filled(line, period).or_else(|| {
            let longer = line.iter().find(|((from, to), _)| *from < period.0 && *to == period.1)?;
            Some(longer.1.value - filled(line, (longer.0.0, period.0.plus(-1)))?)
        })
    }

    /// The naive guess of persons: the period before; else the monthly mean of the shortest known period that ends
    /// just before.
    pub fn naive(&self, names: [&str; 3], period: Period) -> Option<f64> {
        self.persons(names, before(period)).or_else(|| {
            let found = self.ending_before(names, period.0).into_iter().next()?;
            Some(self.persons(names, found)? / f64::from(months(found)) * f64::from(months(period)))
        })
    }

    /// The naive guess of a share: that of the period before; else that of the shortest period that ends just before
    /// and for which both parts are known.
    pub fn naive_share(&self, part: [&str; 3], whole: [&str; 3], period: Period) -> Option<f64> {
        let mut candidates = vec![before(period)];
        candidates.extend(self.ending_before(part, period.0));
        candidates.iter().find_map(|p| Some(100.0 * self.persons(part, *p)? / self.persons(whole, *p)?))
    }

    fn ending_before(&self, names: [&str; 3], from: Month) -> Vec<Period> {
        let all = self.line(names).into_iter().flat_map(|line| line.keys());
        let mut found: Vec<Period> = all.filter(|p| p.1 == from.plus(-1)).copied().collect();
        found.sort_by_key(|p| months(*p));
        found
    }
}

/// The figure of a period, or the sum of figures that follow each other and fill it.
fn filled(line: &Line, (from, to): Period) -> Option<f64> {
    if let Some(figure) = line.get(&(from, to)) {
        return Some(figure.value);
    }
    if from >= to {
        return None;
    }
    let starts = line.range((from, from)..=(from, to.plus(-1)));
    starts.rev().find_map(|((_, end), figure)| Some(figure.value + filled(line, (end.plus(1), to))?))
}
