//! The threshold that tells best on the making half, the rules shown, and how they do on the other half.

use super::sayable::MOST_CUTS;
use super::windows::{Event, Signal, makes};

/// A signal above a threshold, and an event at the same date.
#[derive(Clone, Copy)]
pub struct Rule<'a> {
    pub signal: &'a Signal,
    pub event: &'a Event,
    /// Which threshold of the signal's scale.
    cut: usize,
    /// Youden's J on the making half.
    strength: f64,
}

/// Counts of what a rule said and what came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub replicates: u32,
    pub happened: u32,
    pub warned: u32,
    pub warned_and_happened: u32,
    /// Of `warned_and_happened`, those above the target on the date already.
    pub already: u32,
}

impl Counts {
    pub fn not_happened_warned(&self) -> u32 {
        self.warned - self.warned_and_happened
    }

    /// Youden's J: the share of events warned of less the share of other courses warned of; 0 if either
    /// kind is missing.
    pub fn youden(&self) -> f64 {
        let (happened, not) = (f64::from(self.happened), f64::from(self.replicates - self.happened));
        let caught = f64::from(self.warned_and_happened) / happened.max(1.0);
        let alarms = f64::from(self.not_happened_warned()) / not.max(1.0);
        if happened == 0.0 || not == 0.0 { 0.0 } else { caught - alarms }
    }
}

impl<'a> Rule<'a> {
    /// The threshold of highest J on the making half. Where some tell apart the same courses it is the middle
    /// one, among others the highest.
    pub fn made(signal: &'a Signal, event: &'a Event) -> Rule<'a> {
        let (mut all, mut happened) = ([0; MOST_CUTS + 1], [0; MOST_CUTS + 1]);
        for (_, (&passed, &h)) in signal.passed.iter().zip(&event.happened).enumerate().filter(|(r, _)| makes(*r)) {
            all[passed] += 1;
            happened[passed] += u32::from(h);
        }
        let mut counts = Counts { replicates: all.iter().sum(), happened: happened.iter().sum(), ..Counts::default() };
        let (mut high, mut low, mut strength, mut warned) = (0, 0, f64::MIN, 0);
        for cut in (0..signal.scale.cuts).rev() {
            counts.warned += all[cut + 1];
            counts.warned_and_happened += happened[cut + 1];
            if counts.youden() > strength {
                (high, low, strength, warned) = (cut, cut, counts.youden(), counts.warned);
            } else if counts.warned == warned {
                low = cut;
            }
        }
        Rule { signal, event, cut: high.midpoint(low), strength }
    }

    /// The threshold, in the unit of the indicator.
    pub fn threshold(&self) -> f64 {
        self.signal.scale.threshold(self.cut)
    }

    /// Counts on the half the rule was not made from.
    pub fn checked(&self) -> Counts {
        let mut counts = Counts::default();
        for r in (0..self.signal.passed.len()).filter(|&r| !makes(r)) {
            let (warned, happened) = (self.signal.passed[r] > self.cut, self.event.happened[r]);
            counts.replicates += 1;
            counts.happened += u32::from(happened);
            counts.warned += u32::from(warned);
            counts.warned_and_happened += u32::from(warned && happened);
            counts.already += u32::from(warned && happened && self.event.already[r]);
        }
        counts
    }
}

/// At most `most` rules: those of a series about itself only after all others, then outcomes and dates chosen
/// least so far, then the strongest on the making half. Ordered by that strength, series about themselves last.
pub fn choose<'a>(mut rules: Vec<Rule<'a>>, most: usize, persistent: impl Fn(&Rule) -> bool) -> Vec<Rule<'a>> {
    let sort = |rules: &mut Vec<Rule>| {
        rules.sort_by(|a, b| persistent(a).cmp(&persistent(b)).then(b.strength.total_cmp(&a.strength)));
    };
    sort(&mut rules);
    let mut chosen: Vec<Rule> = Vec::new();
    while chosen.len() < most {
        let next = (0..rules.len()).min_by_key(|&i| {
            let event = rules[i].event;
            let same_outcome = chosen.iter().filter(|c| c.event.outcome == event.outcome).count();
            let same_day = chosen.iter().filter(|c| c.event.day == event.day).count();
            (persistent(&rules[i]), same_outcome, same_day, i)
        });
        let Some(next) = next else { break };
        chosen.push(rules.remove(next));
    }
    sort(&mut chosen);
    chosen
}
