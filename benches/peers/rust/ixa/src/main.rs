//! The lottery in ixa: an entity a person, a plan for each thing that will happen to them, an index over who waits,
//! and a plan every morning for the desk. People move at noon, after a whole number of days.

use std::collections::{HashSet, VecDeque};

use ixa::prelude::*;
use lottery::{DAYS, GIVE_UP, LEAD, MOVE, MOVES, Record, TAKE, Task};
use rand_distr::Geometric;

define_rng!(TravelRng);
define_rng!(PatienceRng);
define_rng!(DeskRng);

define_entity!(Person);
define_property!(
    enum Status {
        OnTheWay,
        Waiting,
        Admitted,
        Gone,
    },
    Person,
    default_const = Status::OnTheWay
);
define_property!(struct Place(u8), Person, default_const = Place(0));
define_property!(struct Since(u16), Person, default_const = Since(0));

/// What the desk knows.
struct Desk {
    task: Task,
    record: Record,
    /// In the order of coming; those who have gone are dropped when they are met.
    queue: VecDeque<PersonId>,
    present: u64,
}
define_data_plugin!(DeskPlugin, Option<Desk>, None);

fn desk(context: &mut Context) -> &mut Desk {
    context.get_data_mut(DeskPlugin).as_mut().expect("the desk is set before the first plan")
}

fn waits(context: &Context, person: PersonId) -> bool {
    let status: Status = context.get_property(person);
    status == Status::Waiting
}

/// How many days something fails to happen that happens each day with this probability.
fn misses(probability: f64) -> Geometric {
    Geometric::new(probability).expect("a probability")
}

fn enter(context: &mut Context) {
    let person = context.add_entity(Person).expect("a person with defaults");
    let first_noon = context.get_current_time() + 0.5;
    context.add_plan(first_noon, move |context| plan_move(context, person));
}

fn plan_move(context: &mut Context, person: PersonId) {
    let days: u64 = context.sample_distr(TravelRng, misses(MOVE));
    let time = context.get_current_time() + 1.0 + days as f64;
    context.add_plan(time, move |context| {
        let Place(place) = context.get_property(person);
        context.set_property(person, Place(place + 1));
        if place + 1 == MOVES { wait(context, person) } else { plan_move(context, person) }
    });
}

fn wait(context: &mut Context, person: PersonId) {
    context.set_property(person, Since(context.get_current_time() as u16));
    context.set_property(person, Status::Waiting);
    desk(context).queue.push_back(person);
    let days: u64 = context.sample_distr(PatienceRng, misses(GIVE_UP));
    let time = context.get_current_time() + 1.0 + days as f64;
    context.add_plan(time, move |context| {
        if waits(context, person) {
            leave(context, person);
        }
    });
}

fn leave(context: &mut Context, person: PersonId) {
    context.set_property(person, Status::Gone);
    desk(context).present -= 1;
}

fn allocate(context: &mut Context, day: u64) {
    let waiting = context.query_entity_count(with!(Person, Status::Waiting));
    let places = (desk(context).task.slots(day) as usize).min(waiting);
    let oldest = take_oldest(context, places / 2);
    let lucky = draw_others(context, &oldest, places - oldest.len());
    let mut keep_their_place = Vec::new();
    for &person in &oldest {
        if !offer(context, day, person) {
            keep_their_place.push(person);
        }
    }
    for person in lucky {
        offer(context, day, person);
    }
    let queue = &mut desk(context).queue;
    for person in keep_their_place.into_iter().rev() {
        queue.push_front(person);
    }
}

fn take_oldest(context: &mut Context, places: usize) -> Vec<PersonId> {
    let mut oldest = Vec::with_capacity(places);
    while oldest.len() < places {
        let person = desk(context).queue.pop_front().expect("everyone who waits is in the queue");
        if waits(context, person) {
            oldest.push(person);
        }
    }
    oldest
}

/// `places` of those waiting who are none of the oldest. So many are drawn that enough others are among them.
fn draw_others(context: &mut Context, oldest: &[PersonId], places: usize) -> Vec<PersonId> {
    let barred: HashSet<PersonId> = oldest.iter().copied().collect();
    let mut drawn = context.sample_entities(DeskRng, with!(Person, Status::Waiting), places + oldest.len());
    drawn.retain(|person| !barred.contains(person));
    // A sample may be in the order of the index: any `places` of them, not the first.
    while drawn.len() > places {
        let row = context.sample_range(DeskRng, 0..drawn.len());
        drawn.swap_remove(row);
    }
    drawn
}

/// Whether the person takes the slot.
fn offer(context: &mut Context, day: u64, person: PersonId) -> bool {
    let takes = context.sample_bool(DeskRng, TAKE);
    if takes {
        let Since(since) = context.get_property(person);
        context.set_property(person, Status::Admitted);
        desk(context).record.admit(day, day - u64::from(since));
        context.add_plan((day + LEAD) as f64 + 0.5, move |context| leave(context, person));
    }
    takes
}

fn morning(context: &mut Context) {
    let day = context.get_current_time() as u64;
    if day == DAYS {
        return context.shutdown();
    }
    allocate(context, day);
    let entering = desk(context).task.entering(day);
    for _ in 0..entering {
        enter(context);
    }
    desk(context).present += entering;
    context.add_plan(day as f64 + 0.75, |context| {
        let waiting = context.query_entity_count(with!(Person, Status::Waiting)) as u64;
        let desk = desk(context);
        desk.record.end_of_day(waiting, desk.present);
    });
    context.add_plan((day + 1) as f64, morning);
}

fn main() -> std::io::Result<()> {
    let task = Task::from_arguments();
    let mut context = Context::new();
    context.init_random(task.seed);
    context.index_property::<Person, Status>();
    *context.get_data_mut(DeskPlugin) =
        Some(Desk { task, record: Record::default(), queue: VecDeque::new(), present: 0 });
    context.add_plan(0.0, morning);
    context.execute();
    let desk = desk(&mut context);
    desk.record.finish(&desk.task)
}
