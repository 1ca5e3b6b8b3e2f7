//! Charts that are one or two flows by month: border patrol, interceptions, asylum claims.

use super::Page;
use super::monthly::{self, Line, Monthly};
use crate::record::digest::FlowGroup;
use crate::report::data;
use crate::report::draw::palette::{BLUE, GREEN, VERMILION};
use crate::report::draw::series::DASHES;
use crate::report::foot::Context;

fn line(context: Context, event: &str, group: FlowGroup, label: String, style: usize) -> Line {
    let months = data::months(context.digest);
    Line {
        label,
        ink: [BLUE, VERMILION, GREEN][style % 3],
        dash: DASHES[style % DASHES.len()],
        simulated: data::flow(context.digest, event, group, &months),
        seen: data::seen(context.digest, event, group),
        diamond: style == 1,
    }
}

/// Encounters between ports, foreigners and nationals apart.
pub(super) fn border_patrol(context: Context) -> Page {
    let event = "border_patrol_encounter";
    let lines = vec![
        line(context, event, FlowGroup::Foreign, context.words.foreigners.to_string(), 0),
        line(context, event, FlowGroup::National, context.nationals(), 1),
    ];
    let words = context.words;
    let notes = vec![words.events_note.to_string()];
    monthly::draw(context, Monthly { words: &words.border_patrol, unit: words.events_a_month, lines, notes })
}

/// Interceptions of all.
pub(super) fn interceptions(context: Context) -> Page {
    let words = context.words;
    let lines = vec![line(context, "interception", FlowGroup::All, words.all_people.to_string(), 0)];
    let notes = vec![words.events_note.to_string()];
    monthly::draw(context, Monthly { words: &words.interceptions, unit: words.events_a_month, lines, notes })
}

/// Asylum claims of all.
pub(super) fn asylum(context: Context) -> Page {
    let words = context.words;
    let lines = vec![line(context, "asylum_filed", FlowGroup::All, words.all_people.to_string(), 0)];
    monthly::draw(context, Monthly { words: &words.asylum, unit: words.persons_a_month, lines, notes: Vec::new() })
}
