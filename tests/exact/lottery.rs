//! The shared lottery task: 20,000 persons arrive evenly over 730 days, pass ten places (leaving
//! each with 1/3 a day) and wait; 0.7 slots a person, half to the oldest; 0.9 confirm; 0.002 a day
//! give up. Exact: final backlog 0.191 N, admitted 0.610 N, mean completed wait 87.7 days (to the
//! allocation).

use antesala::model::observation::{Event, WaitClock, WaitGroup, WaitKind};

use crate::worlds::{chain, lottery_settings, observe, scenario, total};

#[test]
fn the_lottery_gives_the_known_answers() {
    let n = 100_000;
    let seen = observe(&scenario(chain(10), 730, &lottery_settings(n)));
    let n = n as f64;
    assert_eq!(total(&seen, Event::Arrival), 100_000);
    let backlog = f64::from(seen.appointments[seen.days - 1].backlog);
    assert!((backlog / n - 0.191).abs() < 0.191 * 0.015, "backlog {}", backlog / n);
    let admitted = total(&seen, Event::Confirmation) as f64;
    assert!((admitted / n - 0.610).abs() < 0.610 * 0.01, "admitted {}", admitted / n);
    let (mut sum, mut count) = (0.0, 0.0);
    for row in &seen.waits {
        if (row.kind, row.clock, row.group) == (WaitKind::Completed, WaitClock::QueueAge, WaitGroup::All) {
            sum += row.mean.unwrap_or(0.0) * row.n as f64;
            count += row.n as f64;
        }
    }
    let wait = sum / count - 21.0;
    println!("backlog {} admitted {} wait {}", backlog / n, admitted / n, wait);
    // Of those processed within the run, so a little below the mean to the allocation.
    assert!((wait - 87.7).abs() < 87.7 * 0.05, "mean wait {wait}");
}
