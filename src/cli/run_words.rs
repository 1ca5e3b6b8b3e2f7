//! What a finished run says on the terminal: the key numbers in plain words, and where to look.

use std::fmt::Write as _;
use std::path::Path;

use crate::experiment::run::Finished;
use crate::record::digest::Spread;
use crate::report::charts::LeftOut;
use crate::scenario::input::Scenario;

/// A few lines about a finished run. `out` is the folder as the user knows it.
pub fn finished(scenario: &Scenario, run: &Finished, out: &Path, left_out: &[LeftOut]) -> String {
    let mut text = String::new();
    let title = if scenario.title.is_empty() { &scenario.name } else { &scenario.title };
    let _ = writeln!(text, "{title}");
    let _ = writeln!(
        text,
        "{} to {}, {}, seed {}{}",
        scenario.record_from,
        scenario.end,
        plural(u64::from(run.written.account.replicates), "replicate"),
        scenario.seed,
        if scenario.weight > 1 { format!(", one household in {} simulated", scenario.weight) } else { String::new() },
    );
    let _ = writeln!(text);
    for (label, metric, unit, decimals) in LINES {
        if let Some(spread) = run.written.summary.iter().find(|m| m.name == *metric).and_then(|m| m.spread) {
            let _ = writeln!(text, "  {label:<44} {}", value(spread, unit, *decimals));
        }
    }
    if let Some((place, spread)) = fullest(scenario, run) {
        let _ = writeln!(text, "  {:<44} {}", format!("most people at the end: {place}"), value(spread, "persons", 0));
    }
    let _ = writeln!(text);
    let _ = writeln!(text, "Mean over replicates; in brackets, 5 to 95 % of them. Simulated people, not counted ones.");
    for chart in left_out {
        let _ = writeln!(text, "No chart `{}`: {}", chart.name, chart.reason);
    }
    let _ = writeln!(
        text,
        "{} in {}, {:.1} s. Start with summary.csv{}.",
        plural(run.written.files.len() as u64, "file"),
        out.display(),
        run.written.account.wall.as_secs_f64(),
        if run.written.files.iter().any(|f| f.name.starts_with("charts/")) { " and charts/" } else { "" },
    );
    text
}

/// Label, metric of `summary.csv`, unit, decimals.
const LINES: &[(&str, &str, &str, usize)] = &[
    ("entered", "arrival", "persons", 0),
    ("processed at ports with an appointment", "processed", "persons", 0),
    ("of the slots", "processed_share_of_slots", "%", 1),
    ("encounters between ports", "border_patrol_encounter", "persons", 0),
    ("registered without appointment, at the peak", "backlog_peak", "persons", 0),
    ("present at the end", "stock_end", "persons", 0),
    ("of them registered, no appointment yet", "backlog_end", "persons", 0),
    ("wait of those processed, foreigners", "wait_completed_queue_age_mean", "days", 0),
    ("wait so far of 95 % of those waiting, at most", "wait_elapsed_time_waiting_p95_end", "days", 0),
];

fn value(spread: Spread, unit: &str, decimals: usize) -> String {
    let number = |x: f64| grouped(if unit == "%" { x * 100.0 } else { x }, decimals);
    let (mean, low, high) = (number(spread.mean), number(spread.p05), number(spread.p95));
    if low == high { format!("{mean} {unit}") } else { format!("{mean} {unit} ({low} to {high})") }
}

/// With a comma every three digits.
fn grouped(x: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", x.abs());
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut out = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    format!("{}{out}{rest}", if x < 0.0 { "-" } else { "" })
}

fn plural(n: u64, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

/// The place with most people at the end, on average.
fn fullest<'a>(scenario: &'a Scenario, run: &Finished) -> Option<(&'a str, Spread)> {
    let place = |id: &str| scenario.world.places.iter().find(|p| p.id == id).map(|p| p.name.as_str());
    run.written
        .summary
        .iter()
        .filter_map(|m| Some((place(m.name.strip_prefix("stock_end_at_")?)?, m.spread?)))
        .max_by(|(_, a), (_, b)| a.mean.total_cmp(&b.mean))
        .filter(|(_, s)| s.mean > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped() {
        assert_eq!(grouped(1234567.0, 0), "1,234,567");
        assert_eq!(grouped(999.96, 1), "1,000.0");
        assert_eq!(grouped(-1234.0, 0), "-1,234");
        assert_eq!(grouped(12.0, 0), "12");
    }
}
