//! Persons processed with an appointment, against slots and published counts.

use super::Page;
use super::monthly::{self, Line, Monthly};
use crate::record::digest::{AppointmentMonth, FlowGroup, Spread};
use crate::report::data;
use crate::report::draw::palette::{BLUE, VERMILION};
use crate::report::draw::series::DASHES;
use crate::report::foot::Context;

/// Draws the chart.
pub(super) fn draw(context: Context) -> Page {
    let (digest, words) = (context.digest, context.words);
    let months = data::months(digest);
    let column = |of: fn(&AppointmentMonth) -> Spread| -> Vec<Spread> {
        months
            .iter()
            .map(|m| digest.appointments.iter().find(|row| row.month == *m).map(of).unwrap_or_default())
            .collect()
    };
    let lines = vec![
        Line {
            label: words.processed_line.to_string(),
            ink: BLUE,
            dash: DASHES[0],
            simulated: column(|row| row.processed),
            seen: data::seen(digest, "processed", FlowGroup::All),
            diamond: false,
        },
        Line {
            label: words.slots_line.to_string(),
            ink: VERMILION,
            dash: DASHES[1],
            simulated: column(|row| row.slots),
            seen: data::seen(digest, "slots", FlowGroup::All),
            diamond: true,
        },
    ];
    let chart = Monthly { words: &words.appointments, unit: words.persons_a_month, lines, notes: Vec::new() };
    monthly::draw(context, chart)
}
