//! What households have learned: trust in the app by place, and by nationality the outcomes of
//! compatriots who crossed, each with a lag.

use bevy_ecs::prelude::Resource;

/// Shared beliefs, updated at the end of each day from that day's events.
#[derive(Resource, Debug)]
pub struct Perceptions {
    /// Trust in the app, 0 to 1, by place.
    pub trust: Vec<f64>,
    /// Completed wait of those served lately, days, by nationality.
    pub wait: Vec<f64>,
    /// Perceived chance of release after crossing, by nationality.
    pub release: Vec<f64>,
    /// Perceived danger of removal or expulsion after crossing, by nationality.
    pub danger: Vec<f64>,
    /// Fear raised by rules in force; it comes with a lag and fades as people see others released.
    pub fear: f64,
    /// Fear still to come of rules not everyone has heard of.
    news: f64,
    foreign: Vec<bool>,
    served: Vec<f64>,
    failed: Vec<f64>,
    waits: Vec<(f64, f64)>,
    outcomes: Vec<[f64; 3]>,
}

impl Perceptions {
    pub fn new(places: usize, foreign: Vec<bool>, trust: f64, initial: &[(f64, f64)]) -> Self {
        let nationalities = foreign.len();
        Perceptions {
            trust: vec![trust; places],
            wait: vec![0.0; nationalities],
            release: initial.iter().map(|i| i.0).collect(),
            danger: initial.iter().map(|i| i.1).collect(),
            fear: 0.0,
            news: 0.0,
            foreign,
            served: vec![0.0; places],
            failed: vec![0.0; places],
            waits: vec![(0.0, 0.0); nationalities],
            outcomes: vec![[0.0; 3]; nationalities],
        }
    }

    /// Someone at `place` confirmed an appointment, or lost an offer.
    #[inline]
    pub fn saw_app(&mut self, place: u16, persons: u32, worked: bool) {
        let seen = if worked { &mut self.served } else { &mut self.failed };
        seen[place as usize] += f64::from(persons);
    }

    /// A compatriot was processed after `days`.
    #[inline]
    pub fn saw_wait(&mut self, nationality: u8, days: i32, persons: u32) {
        let seen = &mut self.waits[nationality as usize];
        seen.0 += f64::from(days) * f64::from(persons);
        seen.1 += f64::from(persons);
    }

    /// A compatriot was released (0), removed (1) or expelled (2) after crossing.
    #[inline]
    pub fn saw_crossing(&mut self, nationality: u8, outcome: usize, persons: u32) {
        self.outcomes[nationality as usize][outcome] += f64::from(persons);
    }

    /// A rule newly in force is to raise fear so much.
    pub fn hear_of_rule(&mut self, fear: f64) {
        self.news += fear.max(0.0);
    }

    /// Exponential smoothing with the given lag in days; outcomes of fewer persons than `prior` move
    /// beliefs less. Fear comes with the same lag and fades in `fade` days if all foreigners who cross
    /// are released, more slowly as fewer are.
    pub fn learn(&mut self, lag: f64, prior: f64, fade: f64) {
        let rate = 1.0 / lag;
        let toward = |belief: &mut f64, seen: f64, n: f64| *belief += rate * n / (n + prior) * (seen - *belief);
        for ((trust, served), failed) in self.trust.iter_mut().zip(&mut self.served).zip(&mut self.failed) {
            let n = *served + *failed;
            if n > 0.0 {
                toward(trust, *served / n, n);
            }
            (*served, *failed) = (0.0, 0.0);
        }
        for (wait, seen) in self.wait.iter_mut().zip(&mut self.waits) {
            if seen.1 > 0.0 {
                toward(wait, seen.0 / seen.1, seen.1);
            }
            *seen = (0.0, 0.0);
        }
        let (mut released, mut crossed) = (0.0, 0.0);
        for (n, seen) in self.outcomes.iter_mut().enumerate() {
            let total: f64 = seen.iter().sum();
            if self.foreign[n] {
                (released, crossed) = (released + seen[0], crossed + total);
            }
            if total > 0.0 {
                toward(&mut self.release[n], seen[0] / total, total);
                toward(&mut self.danger[n], (seen[1] + seen[2]) / total, total);
            }
            *seen = [0.0; 3];
        }
        let heard = rate * self.news;
        self.news -= heard;
        if crossed > 0.0 {
            self.fear -= released / (crossed + prior) * self.fear / fade;
        }
        self.fear = (self.fear + heard).clamp(0.0, 1.0);
    }
}
