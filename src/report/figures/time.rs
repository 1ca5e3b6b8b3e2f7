//! Panels above each other on one time axis: what they hold, and the block of a page they become.

use std::fmt::Write as _;

use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::time_draw::Drawing;
use super::{Layout, Role, hex, known, stroke};
use crate::report::draw::inline::escape;
use crate::report::number;
use crate::report::words::Words;

/// Words of the controls that a script adds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UiWords {
    /// Between the ends of a range: "to".
    pub to: String,
    pub zoom_in: String,
    pub zoom_out: String,
    pub reset: String,
    /// What the chart offers, said before it is used.
    pub hint: String,
    /// Before the first day of a week: "week of".
    pub week_of: String,
    /// In place of a value that is not known: "no data".
    pub none: String,
}

/// The time that one value of a line stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    Day,
    Week,
    /// Calendar months, the first that of the first day.
    Month,
}

impl Period {
    /// Where the value of this index is drawn: the middle of its time, in days from the start of the first day.
    pub fn middle(self, first_day: Date, index: usize) -> f64 {
        match self {
            Period::Day => index as f64 + 0.5,
            Period::Week => index as f64 * 7.0 + 3.5,
            Period::Month => {
                let from = first_day.first_of_month().saturating_add((index as i64).months());
                let ends = [from, from.saturating_add(1.month())].map(|d| f64::from((d - first_day).get_days()));
                (ends[0].max(0.0) + ends[1]) / 2.0
            }
        }
    }
}

/// A stretch of time shown in grey through all panels, in days from the start of the first day.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    pub from: f64,
    pub to: f64,
    pub label: String,
}

/// A change of rules on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    pub date: Date,
    /// What changed, without the date.
    pub label: String,
}

/// A simulated series; values by index of the figure's period, NaN where there is none.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub name: String,
    pub role: Role,
    pub p50: Vec<f64>,
    /// 5 % and 95 %; `None` for a single replicate.
    pub band: Option<(Vec<f64>, Vec<f64>)>,
    /// 25 % and 75 %.
    pub half: Option<(Vec<f64>, Vec<f64>)>,
    /// Step to which values are rounded when read off, such as 100; one decimal where it is not above zero.
    pub step: f64,
}

/// A published value over a stretch of time, in days from the start of the first day.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    pub from: f64,
    pub to: f64,
    pub value: f64,
    /// Empty for a mark without words.
    pub label: String,
    /// A single case or a maximum rather than a mean or a count.
    pub diamond: bool,
}

/// A point of a line with its words.
#[derive(Debug, Clone, PartialEq)]
pub struct Callout {
    /// In days from the start of the first day.
    pub day: f64,
    pub value: f64,
    /// Lines of text, the first bold.
    pub lines: Vec<String>,
    pub role: Role,
}

/// One plot of a figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// Measure and unit.
    pub title: String,
    /// Beside the title, such as that the scale is another; may be empty.
    pub note: String,
    /// Differences: zero line and signed values.
    pub signed: bool,
    /// Height of the plot in units on the wide drawing.
    pub height: f64,
    pub lines: Vec<Line>,
    pub observed: Vec<Observed>,
    pub callouts: Vec<Callout>,
}

/// Panels on one time axis.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeFigure {
    /// Unique on the page.
    pub id: String,
    /// Name and content for those who do not see the figure.
    pub title: String,
    pub description: String,
    pub first_day: Date,
    pub period: Period,
    /// Length of the axis.
    pub days: usize,
    /// Days the run reached; the rest is hatched.
    pub known_days: usize,
    /// In the hatched rest, such as "until 14 Jun".
    pub cut_label: String,
    pub spans: Vec<Span>,
    pub policies: Vec<Policy>,
    pub panels: Vec<Panel>,
    /// What the wide and the narrow band are: "9 of 10 simulations".
    pub band_label: String,
    pub half_label: String,
}

impl TimeFigure {
    /// Whether any line or observation has a value.
    pub fn has_data(&self) -> bool {
        let lines = self.panels.iter().flat_map(|p| p.lines.iter().flat_map(|l| l.p50.iter().copied()));
        let observed = self.panels.iter().flat_map(|p| p.observed.iter().map(|o| o.value));
        self.days > 0 && lines.chain(observed).any(|v| known(v).is_some())
    }

    /// The block for the page: both drawings, keys, and the series for the script; `None` without data.
    pub fn html(&self, words: &Words, ui: &UiWords) -> Option<String> {
        if !self.has_data() {
            return None;
        }
        let drawings = [Layout::Wide, Layout::Narrow].map(|layout| Drawing::new(self, layout, words));
        let months: Vec<String> = (1..=12).map(|m| number::month_short(m, words).to_string()).collect();
        let mut out = String::from("<div class=\"chart\" data-chart");
        let attributes = [
            ("to", ui.to.as_str()),
            ("zoom-in", &ui.zoom_in),
            ("zoom-out", &ui.zoom_out),
            ("reset", &ui.reset),
            ("hint", &ui.hint),
            ("week-of", &ui.week_of),
            ("none", &ui.none),
            ("months", &months.join(" ")),
        ];
        for (name, value) in attributes {
            let _ = write!(out, " data-{name}=\"{}\"", escape(value));
        }
        out.push_str("><div class=\"views\">");
        drawings.iter().for_each(|d| out.push_str(&d.svg));
        out.push_str("</div>");
        for drawing in &drawings {
            let class = drawing.layout.class();
            if !drawing.direct {
                out.push_str(&self.keys(class));
            }
            if drawing.lettered {
                let items = self.legend(words).into_iter();
                let items: Vec<String> =
                    items.map(|(letter, label)| format!("({letter}) {}", escape(&label))).collect();
                let _ = write!(out, "<p class=\"marks {class}\">{}</p>", items.join("; "));
            }
        }
        let series = self.series().to_string().replace('<', "\\u003c");
        let _ = write!(out, "<script type=\"application/json\" data-series>{series}</script></div>");
        Some(out)
    }

    /// Policies on the axis by date: letter, and date with label.
    pub fn legend(&self, words: &Words) -> Vec<(String, String)> {
        let letter = |i: usize| char::from(b'a' + (i % 26) as u8).to_string();
        self.policies_shown().into_iter().enumerate().map(|(i, (_, p))| (letter(i), policy_text(p, words))).collect()
    }

    /// Policies on the axis with their day, in order.
    pub(super) fn policies_shown(&self) -> Vec<(f64, &Policy)> {
        let day = |p: &Policy| f64::from((p.date - self.first_day).get_days());
        let mut shown: Vec<_> = self.policies.iter().map(|p| (day(p), p)).collect();
        shown.retain(|(day, _)| *day >= 0.0 && *day < self.days as f64);
        shown.sort_by(|a, b| a.0.total_cmp(&b.0));
        shown
    }

    /// Names of lines and bands, for where they do not stand beside their lines.
    fn keys(&self, class: &str) -> String {
        let mut seen: Vec<(&str, Role)> = Vec::new();
        let mut out = String::new();
        let lines = || self.panels.iter().flat_map(|p| &p.lines);
        for line in lines().filter(|l| !l.name.is_empty()) {
            if !seen.contains(&(&line.name, line.role)) {
                seen.push((&line.name, line.role));
                let path = format!("<path d=\"M0 6h28\" {}/>", stroke(line.role.ink(), 2.5, line.role.dash()));
                key(&mut out, &path, &line.name);
            }
        }
        let role = lines().next().map_or(Role::Base, |l| l.role);
        let bands = [
            (&self.band_label, 0.18, lines().any(|l| l.band.is_some())),
            (&self.half_label, 0.4, lines().any(|l| l.half.is_some())),
        ];
        for (label, opacity, _) in bands.into_iter().filter(|(label, _, any)| *any && !label.is_empty()) {
            let ink = hex(role.ink());
            key(&mut out, &format!("<path d=\"M0 0h28v12H0z\" fill=\"{ink}\" fill-opacity=\"{opacity}\"/>"), label);
        }
        if out.is_empty() { out } else { format!("<ul class=\"keys {class}\">{out}</ul>") }
    }

    /// The series as the script reads them, rounded as they may be told.
    fn series(&self) -> Value {
        let lines = self.panels.iter().flat_map(|panel| {
            panel.lines.iter().map(move |line| {
                let told = |values: &[f64]| values.iter().map(|v| rounded(*v, line.step)).collect::<Vec<_>>();
                let name = if line.name.is_empty() { &panel.title } else { &line.name };
                let mut out = json!({ "name": name, "signed": panel.signed, "v": told(&line.p50) });
                if let Some((low, high)) = &line.band {
                    out["low"] = told(low).into();
                    out["high"] = told(high).into();
                }
                out
            })
        });
        let mut out =
            json!({ "first": self.first_day.to_string(), "days": self.days, "lines": lines.collect::<Vec<_>>() });
        match self.period {
            Period::Day => out["step"] = 1.into(),
            Period::Week => out["step"] = 7.into(),
            Period::Month => {
                let most = self.panels.iter().flat_map(|p| p.lines.iter().map(|l| l.p50.len())).max().unwrap_or(0);
                out["at"] = (0..most).map(|i| self.period.middle(self.first_day, i)).collect::<Vec<_>>().into();
            }
        }
        out
    }
}

/// `4 Mar: what changed`.
pub(super) fn policy_text(policy: &Policy, words: &Words) -> String {
    format!("{} {}: {}", policy.date.day(), number::month_short(policy.date.month(), words), policy.label)
}

fn key(out: &mut String, swatch: &str, text: &str) {
    let _ = write!(
        out,
        "<li><svg viewBox=\"0 0 28 12\" width=\"28\" height=\"12\" aria-hidden=\"true\">{swatch}</svg>{}</li>",
        escape(text)
    );
}

/// A value to the nearest step, or to a tenth without one; null where unknown.
fn rounded(value: f64, step: f64) -> Value {
    let Some(value) = known(value) else { return Value::Null };
    let step = if step > 0.0 && step.is_finite() { step } else { 0.1 };
    let out = if step < 1.0 { (value * 10.0).round() / 10.0 } else { (value / step).round() * step };
    if out.fract() == 0.0 { (out as i64).into() } else { out.into() }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn values_are_told_rounded_and_never_as_no_number() {
        assert_eq!(rounded(84_949.0, 100.0).to_string(), "84900");
        assert_eq!(rounded(-0.26, 0.0).to_string(), "-0.3");
        assert_eq!(rounded(-0.01, 1.0).to_string(), "0");
        assert_eq!(rounded(f64::NAN, 1.0), Value::Null);
    }

    #[test]
    fn values_stand_in_the_middle_of_their_time() {
        let first = date(2024, 1, 11);
        assert_eq!(Period::Day.middle(first, 3), 3.5);
        assert_eq!(Period::Week.middle(first, 1), 10.5);
        assert_eq!(Period::Month.middle(first, 0), 10.5);
        assert_eq!(Period::Month.middle(first, 1), 21.0 + 14.5);
    }
}
