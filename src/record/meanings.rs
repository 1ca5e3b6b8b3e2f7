//! What states and events mean, for the docs.

use crate::model::observation::{Event, State};

/// Definition of a state, one sentence.
pub fn state(state: State) -> &'static str {
    match state {
        State::Travelling => "On the way to its aim, between rests, with or without a registration.",
        State::Stranded => {
            "Unable or unwilling to go on for now: refused on a bus, or released or returned after an interception; with or without a registration."
        }
        State::WaitingUnregistered => {
            "Where it wants to wait, or at the border before a crossing, without a registration."
        }
        State::Registered => "Waiting with a registration and neither an offer nor a confirmed appointment.",
        State::Offered => "With an offer not yet confirmed.",
        State::Confirmed => "With a confirmed appointment.",
        State::AsylumPending => {
            "In the asylum procedure of the transit country, or queueing for it, without a registration."
        }
        State::Detained => "Held by authorities or kidnappers, where it was taken; a registration is kept.",
        State::Returning => "Being carried back by authorities; a registration is kept.",
        State::InCaravan => "Walking with a caravan.",
    }
}

/// Definition of an event, one sentence.
pub fn event(event: Event) -> &'static str {
    match event {
        Event::Initial => "Present on the first day of the simulation.",
        Event::Arrival => "Enters the world.",
        Event::Processed => "Comes to an appointment and is processed at the port.",
        Event::ProcessedFamily => "Of those processed, persons of households with children.",
        Event::WalkUp => "A national admitted at a port without an appointment, outside the slots.",
        Event::EnteredBetweenPorts => "Enters between ports, undetected or released after an encounter.",
        Event::Removed => "Removed to the country of origin after an encounter between ports.",
        Event::Settled => "Stays in the transit country for good and leaves the count.",
        Event::AsylumGranted => "Gets asylum in the transit country.",
        Event::ReturnedHome => "Gives up and goes home.",
        Event::Deported => "Deported by the transit country.",
        Event::Registration => "Registers in the app, for the first time or again.",
        Event::RegistrationLost => "Loses its registration or makes it anew: the queue age starts again.",
        Event::RequestOutside => {
            "Asks for an appointment from outside the geofence by a false location; counted in persons, one household a day and nationality."
        }
        Event::Offer => "Is offered slots.",
        Event::Confirmation => "Confirms an offer.",
        Event::Lapse => "Does not confirm an offer in time, for whatever reason.",
        Event::LapseOutage => "Of the lapses, those due to an outage.",
        Event::NoShow => "Does not come to its appointment.",
        Event::AppointmentCancelled => "Loses a confirmed appointment because the app is shut down.",
        Event::FamilySplit => {
            "A part of a family that got slots apart from the rest: one household becomes two; its persons are those of the new one."
        }
        Event::BusRefused => "Refused on a bus or the like for want of papers.",
        Event::Stranded => "Cannot, or will not, go on for now.",
        Event::MovedCity => "Decides to move to another port's city.",
        Event::DecidedToCross => "Gives up waiting and decides to cross between ports.",
        Event::CrossingAttempt => "Tries to cross between ports.",
        Event::EncounterFirst => {
            "The first such encounter of a household: with `border_patrol_encounter`, persons apart from events."
        }
        Event::BorderPatrolEncounter => "Detected crossing between ports; every attempt detected is an encounter.",
        Event::ExpelledToMexico => "Sent back to the transit country after an encounter between ports.",
        Event::Interception => "Stopped by authorities of the transit country; one person may have many.",
        Event::InterceptionFirst => "Of the interceptions, the household's first: these are distinct persons.",
        Event::ReturnSouth => "Carried back after an interception or a dissolved caravan.",
        Event::Released => "Released where it was held.",
        Event::PermitIssued => "Gets a transit permit.",
        Event::CardIssued => "Gets a humanitarian card from the asylum procedure.",
        Event::AsylumFiled => "Files for asylum in the transit country.",
        Event::AsylumDenied => "Is denied asylum in the transit country.",
        Event::AsylumAbandoned => "Leaves the asylum procedure, or the queue for it.",
        Event::CaravanJoined => "Joins a caravan.",
        Event::CaravanLeft => "Leaves a caravan, or the caravan ends.",
        Event::Robbed => {
            "Robbed. Harm is an expected count at rates that are assumed with surveys in view (see `docs/odd.md`, 13): no count, and no bound."
        }
        Event::Extorted => "Extorted.",
        Event::Kidnapped => "Kidnapped.",
    }
}
