//! A replicate between two days, as data: all that its days to come depend on besides its scenario.

use bevy_ecs::prelude::World;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::allocation::Allocation;
use super::appointments::{ShutDown, WalkUps};
use super::asylum::Offices;
use super::book::AppointmentBook;
use super::calendar::GeofenceSeen;
use super::caravans::{Caravan, CaravanCount};
use super::causes::DayAgenda;
use super::households::Households;
use super::inflow::Arrivals;
use super::ledger::Ledger;
use super::network::Network;
use super::perceptions::Perceptions;
use super::population::{ArrivedToFile, Queue, Today};
use super::sample::Sample;
use crate::engine::draw::Key;
use crate::scenario::input::Scenario;

/// The one list of what goes on unchanged, under the same scenario or another.
macro_rules! goes_on {
    ($($name:ident: $resource:ty),* $(,)?) => {
        #[derive(Debug, Serialize)]
        struct Borrowed<'a> { $($name: &'a $resource,)* }

        impl<'a> Borrowed<'a> {
            fn of(world: &'a World) -> Self {
                Borrowed { $($name: world.resource::<$resource>(),)* }
            }
        }

        #[derive(Debug, Deserialize)]
        struct Owned { $($name: $resource,)* }

        impl Owned {
            fn put_into(self, world: &mut World) {
                $(world.insert_resource(self.$name);)*
            }
        }

        /// Copies what goes on unchanged.
        pub(super) fn copy(from: &World, to: &mut World) {
            $(to.insert_resource(from.resource::<$resource>().clone());)*
        }
    };
}

goes_on! {
    perceptions: Perceptions,
    network: Network,
    ledger: Ledger,
    sample: Sample,
    agenda: DayAgenda,
    queue: Queue,
    arrived_to_file: ArrivedToFile,
    allocation: Allocation,
    walk_ups: WalkUps,
    shut_down: ShutDown,
    offices: Offices,
    caravan_count: CaravanCount,
    geofence_seen: GeofenceSeen,
    households: Households,
}

/// Which replicate it is, and where it stands.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Standing {
    pub replicate: u32,
    pub sample_households: u32,
    /// Days done.
    pub day: usize,
    date: Date,
    root: Key,
    reach: u16,
    outage_near: bool,
}

impl Standing {
    pub(super) fn new(replicate: u32, sample_households: u32, day: usize, today: &Today) -> Self {
        let Today { date, root, reach, outage_near, .. } = *today;
        Standing { replicate, sample_households, day, date, root, reach, outage_near }
    }

    /// The last day done, as the scenario has it; what is in force is for the caller to say.
    pub(super) fn page(&self, of: Today) -> Today {
        let Standing { date, root, reach, outage_near, .. } = *self;
        Today { day: self.day.saturating_sub(1) as u16, date, root, reach, outage_near, ..of }
    }
}

/// A replicate read back, not yet on its way.
#[derive(Debug, Deserialize)]
pub struct SavedState {
    pub(super) standing: Standing,
    goes_on: Owned,
    book: AppointmentBook,
    arrivals: Arrivals,
    caravans: Vec<Caravan>,
}

/// The state of a replicate, to be written.
#[derive(Debug, Serialize)]
pub struct State<'a> {
    standing: Standing,
    goes_on: Borrowed<'a>,
    book: &'a AppointmentBook,
    arrivals: &'a Arrivals,
    caravans: Vec<Caravan>,
}

impl<'a> State<'a> {
    pub(super) fn of(world: &'a mut World, standing: Standing) -> Self {
        let caravans = caravans(world);
        let world = &*world;
        State { standing, goes_on: Borrowed::of(world), book: world.resource(), arrivals: world.resource(), caravans }
    }
}

/// The caravans on their way, in their order.
pub(super) fn caravans(world: &mut World) -> Vec<Caravan> {
    world.query::<&Caravan>().iter(world).cloned().collect()
}

impl SavedState {
    /// Why it cannot be a state of this scenario, if it cannot.
    pub fn misfit(&self, scenario: &Scenario) -> Option<&'static str> {
        let (world, state) = (&scenario.world, &self.goes_on);
        let rows = state.households.rows.len();
        let columns = [state.households.dues.len(), state.households.statuses.len()];
        let cases = [
            (!(1..scenario.days()).contains(&self.standing.day), "its day is not one of the scenario's"),
            (state.network.zone.len() != world.places.len(), "it has other places"),
            (state.perceptions.wait.len() != world.nationalities.len(), "it has other nationalities"),
            (
                self.book.size().0 != world.ports.len() || self.book.size().1 < scenario.days(),
                "it has other ports or days",
            ),
            (state.ledger.weight != scenario.weight, "it is of another scale"),
            (columns.iter().any(|length| *length != rows), "its households are not whole"),
        ];
        cases.into_iter().find_map(|(wrong, reason)| wrong.then_some(reason))
    }

    /// Puts everything but the day and what follows from the scenario into a world.
    pub(super) fn put_into(self, world: &mut World) {
        self.goes_on.put_into(world);
        world.insert_resource(self.book);
        world.insert_resource(self.arrivals);
        world.spawn_batch(self.caravans);
    }
}
