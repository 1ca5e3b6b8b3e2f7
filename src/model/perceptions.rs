//! What households have learned: trust in the app by place, and by nationality the outcomes of
//! compatriots who crossed, each with a lag.

use bevy_ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

/// Fear of a rule newly in force, a share: those less tolerant of risk put off what it threatens.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Fear {
    pub felt: f64,
    /// Still to come, of rules not everyone has heard of.
    news: f64,
    /// Share of those who crossed seen released: lately, and when the last rule came into force.
    released: f64,
    released_before: f64,
}

impl Fear {
    /// A rule comes into force that is to add so much.
    fn hear(&mut self, fear: f64) {
        if fear > 0.0 {
            self.news += fear;
            self.released_before = self.released;
        }
    }

    /// A day on which `released` of `crossed` persons were seen released: fear comes at `rate` and fades in
    /// `fade` days if as large a share is released as before the rule, not at all if no more than
    /// `reassuring` of it.
    fn pass(&mut self, rate: f64, (released, crossed): (f64, f64), prior: f64, fade: f64, reassuring: f64) {
        if crossed > 0.0 {
            self.released += rate * crossed / (crossed + prior) * (released / crossed - self.released);
        }
        let heard = rate * self.news;
        self.news -= heard;
        let kept = if self.released_before > 0.0 { self.released / self.released_before } else { 1.0 };
        let reassured = ((kept - reassuring) / (1.0 - reassuring)).clamp(0.0, 1.0);
        self.felt = (self.felt * (1.0 - reassured / fade) + heard).clamp(0.0, 1.0);
    }
}

/// Shared beliefs, updated at the end of each day from that day's events.
#[derive(Resource, Debug, Clone, Serialize, Deserialize)]
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
    pub fear: Fear,
    /// The same among nationals of the country, whom not every rule concerns.
    pub fear_of_nationals: Fear,
    foreign: Vec<bool>,
    served: Vec<f64>,
    failed: Vec<f64>,
    waits: Vec<(f64, f64)>,
    outcomes: Vec<[f64; 4]>,
}

impl Perceptions {
    pub fn new(places: usize, foreign: Vec<bool>, trust: f64, initial: &[(f64, f64)]) -> Self {
        let nationalities = foreign.len();
        let believed = |whose: bool| {
            let of: Vec<f64> = foreign.iter().zip(initial).filter(|(f, _)| **f == whose).map(|(_, i)| i.0).collect();
            let released = of.iter().sum::<f64>() / of.len().max(1) as f64;
            Fear { released, ..Fear::default() }
        };
        let (fear, fear_of_nationals) = (believed(true), believed(false));
        Perceptions {
            trust: vec![trust; places],
            wait: vec![0.0; nationalities],
            release: initial.iter().map(|i| i.0).collect(),
            danger: initial.iter().map(|i| i.1).collect(),
            fear,
            fear_of_nationals,
            foreign,
            served: vec![0.0; places],
            failed: vec![0.0; places],
            waits: vec![(0.0, 0.0); nationalities],
            outcomes: vec![[0.0; 4]; nationalities],
        }
    }

    /// Someone at `place` confirmed an appointment, or lost an offer.
    #[inline(always)]
    pub fn saw_app(&mut self, place: u16, persons: u32, worked: bool) {
        let seen = if worked { &mut self.served } else { &mut self.failed };
        seen[place as usize] += f64::from(persons);
    }

    /// A compatriot was processed after `days`.
    #[inline(always)]
    pub fn saw_wait(&mut self, nationality: u8, days: i32, persons: u32) {
        let seen = &mut self.waits[nationality as usize];
        seen.0 += f64::from(days) * f64::from(persons);
        seen.1 += f64::from(persons);
    }

    /// A compatriot was released (0), removed (1), expelled (2) or held (3) after crossing.
    #[inline]
    pub fn saw_crossing(&mut self, nationality: u8, outcome: usize, persons: u32) {
        self.outcomes[nationality as usize][outcome] += f64::from(persons);
    }

    /// A rule newly in force is to raise fear so much, and a share `reach` of it among nationals.
    pub fn hear_of_rule(&mut self, fear: f64, reach: f64) {
        self.fear.hear(fear);
        self.fear_of_nationals.hear(fear * reach);
    }

    /// Exponential smoothing with the given lag in days; outcomes of fewer persons than `prior` move
    /// beliefs less. Fear comes with the same lag and fades as `Fear` says.
    pub fn learn(&mut self, lag: f64, prior: f64, fade: f64, reassuring: f64) {
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
        let mut crossed = [(0.0, 0.0); 2];
        for (n, seen) in self.outcomes.iter_mut().enumerate() {
            let total: f64 = seen.iter().sum();
            let sum = &mut crossed[usize::from(self.foreign[n])];
            *sum = (sum.0 + seen[0], sum.1 + total);
            if total > 0.0 {
                toward(&mut self.release[n], seen[0] / total, total);
                toward(&mut self.danger[n], (seen[1] + seen[2]) / total, total);
            }
            *seen = [0.0; 4];
        }
        for (fear, crossed) in [&mut self.fear_of_nationals, &mut self.fear].into_iter().zip(crossed) {
            fear.pass(rate, crossed, prior, fade, reassuring);
        }
    }
}
