//! Months and periods as the sources write them.

use super::Error;

/// A calendar month, counted from year 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(u32);

impl Month {
    /// Reads `2024-05`.
    pub fn parse(text: &str) -> Result<Month, Error> {
        let parts = text.split_once('-').and_then(|(y, m)| Some((y.parse::<u32>().ok()?, m.parse::<u32>().ok()?)));
        match parts {
            Some((year, month)) if (1..=12).contains(&month) && text.len() == 7 => Ok(Month(year * 12 + month - 1)),
            _ => Err(format!("`{text}` is not a month like 2024-05").into()),
        }
    }

    /// The month `n` months later (earlier if negative).
    pub fn plus(self, n: i32) -> Month {
        Month(self.0.saturating_add_signed(n))
    }

    /// All months from `self` to `last`, both included.
    pub fn to(self, last: Month) -> impl Iterator<Item = Month> {
        (self.0..=last.0).map(Month)
    }

    /// First and last day, ISO 8601.
    pub fn days(self) -> (String, String) {
        (format!("{self}-01"), format!("{self}-{:02}", self.length()))
    }

    fn length(self) -> u32 {
        let year = self.0 / 12;
        match self.0 % 12 + 1 {
            2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.0 / 12, self.0 % 12 + 1)
    }
}

/// First and last day of a period written `2023`, `2023-06`, `2023-06-30` or two of them joined by `..`.
pub fn period(text: &str) -> Result<(String, String), Error> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    Ok((bounds(first)?.0, bounds(last)?.1))
}

fn bounds(text: &str) -> Result<(String, String), Error> {
    match text.len() {
        4 => Ok((format!("{text}-01-01"), format!("{text}-12-31"))),
        7 => Ok(Month::parse(text)?.days()),
        10 => Ok((text.to_owned(), text.to_owned())),
        _ => Err(format!("`{text}` is not a year, a month or a day").into()),
    }
}
