//! A caravan under constant daily loss.

use antesala::model::observation::Event;
use antesala::scenario::field::Value;
use antesala::scenario::input::CaravanPlan;
use jiff::civil::date;

use crate::worlds::{chain, lottery_settings, observe, scenario, total};

#[test]
fn a_caravan_shrinks_as_its_daily_loss_says() {
    let loss = 0.1;
    let mut settings = lottery_settings(30_000);
    settings.extend([
        ("decisions.enabled", Value::Bool(false)),
        // Nobody moves alone: they wait where they enter.
        ("travel.depart_share", Value::Float(0.01)),
        ("caravans.enabled", Value::Bool(true)),
        ("caravans.daily_loss", Value::Float(loss)),
        ("caravans.join_per_day", Value::Float(0.0)),
        ("caravans.rest_share", Value::Float(0.0)),
        ("caravans.loss_detained", Value::Float(0.0)),
        ("caravans.loss_papers", Value::Float(0.0)),
    ]);
    let mut scenario = scenario(chain(40), 60, &settings);
    scenario.caravans.push(CaravanPlan {
        id: "line".into(),
        date: date(2001, 1, 31),
        place: 0,
        persons: 4000,
        aim: 39,
        dissolve_at: None,
    });
    let seen = observe(&scenario);
    let rows: Vec<_> = seen.caravans.iter().filter(|r| r.caravan == "line").collect();
    assert_eq!((rows[0].status.name(), rows[0].persons, rows[0].date), ("gathering", 4000, date(2001, 1, 30)));
    for (day, row) in rows.iter().enumerate().take(21) {
        let keep = (1.0f64 - loss).powi(day as i32);
        let expected = 4000.0 * keep;
        // Binomial: 4.5 standard deviations, error rate 7e-6 a day.
        let tolerance = 4.5 * (4000.0 * keep * (1.0 - keep)).sqrt() + 1e-9;
        assert!((f64::from(row.persons) - expected).abs() <= tolerance, "day {day}: {} not {expected}", row.persons);
        assert_eq!(row.persons + rows[..=day].iter().map(|r| r.left).sum::<u32>(), 4000);
        if day > 0 {
            let km = row.km - rows[day - 1].km;
            assert!((0.0..=18.0 * 1.2 + 1e-9).contains(&km), "{km} km on day {day}");
        }
    }
    let mean = rows[20].km / 20.0;
    assert!((12.0..=23.0).contains(&mean), "{mean} km a day");
    assert_eq!(total(&seen, Event::CaravanJoined), 4000);
}
