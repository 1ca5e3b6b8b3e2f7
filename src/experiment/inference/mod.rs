//! Which parameters agree with observations: history matching with emulators, then a posterior.
//!
//! In waves, the simulator is run at points of the parameter space; emulators (regressions with their
//! own uncertainty) learn each target as a function of the parameters; the next wave's points are
//! drawn from where the emulated targets are not implausible, given the errors of observations, the
//! noise of replicates, the emulators' own error and a stated discrepancy between model and world
//! (Craig et al. 1997; Vernon, Goldstein and Bower 2010). The last emulators give a likelihood, and
//! Markov chains the posterior. Nothing here knows what is simulated.

mod chain;
mod emulator;
mod size;

pub use emulator::Emulator;
pub use size::Held;

use rayon::prelude::*;

use super::designs::latin_hypercube::latin_hypercube;
use crate::engine::draw::Key;

/// A parameter with a uniform prior between its bounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Prior {
    pub name: String,
    pub low: f64,
    pub high: f64,
}

/// A number to agree with.
#[derive(Debug, Clone, PartialEq)]
pub struct Goal {
    pub value: f64,
    /// Variance of the observation and of the discrepancy between model and world.
    pub variance: f64,
    /// How much it counts, 0 to 1: less for many numbers that say the same.
    pub weight: f64,
}

/// What is to be inferred, and how.
#[derive(Debug, Clone)]
pub struct Question {
    pub priors: Vec<Prior>,
    pub goals: Vec<Goal>,
    /// Runs of each wave.
    pub waves: Vec<usize>,
    /// Runs at the start values, for the noise of replicates and the fit before.
    pub repeats: usize,
    /// Values before: where repeats are run.
    pub start: Vec<f64>,
    /// Draws of the posterior wanted.
    pub draws: usize,
    /// Noise of the run that observations are compared with, relative to that of the runs made, as a
    /// ratio of variances: 1 at the same scale, less where the real thing is larger.
    pub noise_ratio: f64,
    pub seed: u64,
}

/// A wave, as it ended.
#[derive(Debug, Clone, PartialEq)]
pub struct WaveReport {
    pub runs: usize,
    /// Share of the prior's volume that is not implausible by the emulators after this wave.
    pub not_ruled_out: f64,
    /// Median over the wave's runs of the largest implausibility but those passed over.
    pub implausibility: f64,
    /// Mean over targets of the share of variance that emulators explain.
    pub explained: f64,
}

/// What was inferred.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Draws of the posterior, in the parameters' units.
    pub draws: Vec<Vec<f64>>,
    pub waves: Vec<WaveReport>,
    /// Emulators of the last wave; `None` for a goal without enough runs.
    pub emulators: Vec<Option<Emulator>>,
    /// Results of the repeats at the start values: repeat x goal.
    pub before: Vec<Vec<f64>>,
    /// All points run, in the parameters' units, and results (NaN where a run gave none).
    pub points: Vec<Vec<f64>>,
    pub results: Vec<Vec<f64>>,
    /// Variance of a single run's noise, by goal.
    pub noise: Vec<f64>,
    /// Potential scale reduction of the chains, the largest over parameters (1 = converged).
    pub r_hat: f64,
    /// Share of proposals accepted.
    pub accepted: f64,
}

/// Implausibility beyond which a point is ruled out (Pukelsheim's three sigma).
pub const RULED_OUT: f64 = 3.0;
/// The share of targets whose implausibility is passed over, the largest: a few odd targets rule
/// nothing out.
const PASSED_OVER: f64 = 0.05;
/// Random points for the share not ruled out.
const PROBES: u64 = 4000;

impl Question {
    /// Unit coordinates (-1 to 1) of a point.
    fn unit(&self, point: &[f64]) -> Vec<f64> {
        point
            .iter()
            .zip(&self.priors)
            .map(|(x, p)| (2.0 * (x - p.low) / (p.high - p.low) - 1.0).clamp(-1.0, 1.0))
            .collect()
    }

    /// The point at unit coordinates.
    fn point(&self, unit: &[f64]) -> Vec<f64> {
        unit.iter().zip(&self.priors).map(|(u, p)| p.low + (u + 1.0) / 2.0 * (p.high - p.low)).collect()
    }

    /// Infers. `evaluate` runs the simulator at points (wave number, points) and gives for each the
    /// goals' values, NaN where there is none; `None` stops.
    pub fn answer(&self, mut evaluate: impl FnMut(usize, &[Vec<f64>]) -> Option<Vec<Vec<f64>>>) -> Option<Answer> {
        let key = Key::root(self.seed, 0);
        let before = evaluate(0, &vec![self.start.clone(); self.repeats])?;
        let noise: Vec<f64> = (0..self.goals.len()).map(|g| variance(before.iter().map(|row| row[g]))).collect();
        let mut answer = Answer {
            draws: Vec::new(),
            waves: Vec::new(),
            emulators: Vec::new(),
            before,
            points: Vec::new(),
            results: Vec::new(),
            noise,
            r_hat: f64::NAN,
            accepted: f64::NAN,
        };
        let mut units: Vec<Vec<f64>> = Vec::new();
        for (wave, &runs) in self.waves.iter().enumerate() {
            let chosen = match wave {
                0 => latin_hypercube(runs, self.priors.len(), key.child(1)),
                // The likelihood is tempered at first: emulators are rough and plausible regions wide.
                _ => {
                    let so_far = wave as f64 / self.waves.len() as f64;
                    self.sample(&answer, runs, so_far * so_far, key.child(10 + wave as u64)).draws
                }
            };
            let points: Vec<Vec<f64>> = chosen.iter().map(|u| self.point(u)).collect();
            let results = evaluate(wave + 1, &points)?;
            units.extend(chosen);
            answer.points.extend(points);
            answer.results.extend(results);
            answer.emulators = self.emulate(&units, &answer.results, wave);
            let report = self.report(&answer, runs, key.child(1000 + wave as u64));
            answer.waves.push(report);
        }
        let chains = self.sample(&answer, self.draws, 1.0, key.child(2));
        (answer.r_hat, answer.accepted) = (chains.r_hat, chains.accepted);
        answer.draws = chains.draws.iter().map(|u| self.point(u)).collect();
        Some(answer)
    }

    /// Emulators of all goals, from the last runs: enough of them for the terms, the newest first.
    fn emulate(&self, units: &[Vec<f64>], results: &[Vec<f64>], wave: usize) -> Vec<Option<Emulator>> {
        let terms = 2 * self.priors.len() + 1;
        let newest: usize = self.waves[wave.saturating_sub(1)..=wave].iter().sum();
        let from = units.len().saturating_sub(newest.max(4 * terms));
        (0..self.goals.len())
            .into_par_iter()
            .map(|g| {
                let values: Vec<f64> = results[from..].iter().map(|row| row[g]).collect();
                Emulator::fit(&units[from..], &values)
            })
            .collect()
    }

    /// What stands between an emulated value and the observation, as a variance.
    pub fn variance(&self, goal: usize, emulator: &Emulator, noise: f64) -> f64 {
        let structural = (emulator.residual - noise).max(0.0);
        self.goals[goal].variance + structural + emulator.uncertainty + noise * self.noise_ratio
    }

    fn judge<'a>(&'a self, answer: &'a Answer) -> Judge<'a> {
        let goals = self.goals.iter().zip(&answer.emulators).enumerate().filter_map(|(g, (goal, emulator))| {
            let emulator = emulator.as_ref()?;
            let variance = self.variance(g, emulator, answer.noise[g]);
            (goal.weight > 0.0 && variance > 0.0).then_some((goal, emulator, variance))
        });
        Judge { goals: goals.collect() }
    }

    fn sample(&self, answer: &Answer, wanted: usize, power: f64, key: Key) -> chain::Chains {
        let judge = self.judge(answer);
        let starts: Vec<Vec<f64>> = {
            let mut scored: Vec<(f64, Vec<f64>)> = answer
                .points
                .iter()
                .map(|point| self.unit(point))
                .map(|unit| (judge.log_likelihood(&unit), unit))
                .collect();
            scored.sort_by(|a, b| b.0.total_cmp(&a.0));
            scored.into_iter().map(|s| s.1).collect()
        };
        chain::sample(&|unit| power * judge.log_likelihood(unit), &starts, wanted, key)
    }

    fn report(&self, answer: &Answer, runs: usize, key: Key) -> WaveReport {
        let judge = self.judge(answer);
        let dimension = self.priors.len();
        let kept = (0..PROBES)
            .into_par_iter()
            .filter(|i| {
                let probe = key.child(*i);
                let unit: Vec<f64> = (0..dimension).map(|d| 2.0 * probe.uniform(d as u16, 0) - 1.0).collect();
                judge.implausibility(&unit) < RULED_OUT
            })
            .count();
        let mut seen: Vec<f64> = answer.results[answer.results.len() - runs..]
            .iter()
            .map(|row| {
                let misfits = self.goals.iter().enumerate().filter(|(_, goal)| goal.weight > 0.0).map(|(g, goal)| {
                    let variance = goal.variance + answer.noise[g];
                    if variance > 0.0 { ((row[g] - goal.value).abs() / variance.sqrt()).min(1e6) } else { 0.0 }
                });
                ranked(misfits.filter(|x| x.is_finite()).collect())
            })
            .collect();
        seen.sort_by(f64::total_cmp);
        let explained: Vec<f64> = answer.emulators.iter().flatten().map(|e| e.explained).collect();
        WaveReport {
            runs,
            not_ruled_out: kept as f64 / PROBES as f64,
            implausibility: seen.get(seen.len() / 2).copied().unwrap_or(f64::NAN),
            explained: explained.iter().sum::<f64>() / explained.len().max(1) as f64,
        }
    }
}

/// Compares emulated targets with observations.
struct Judge<'a> {
    goals: Vec<(&'a Goal, &'a Emulator, f64)>,
}

impl Judge<'_> {
    fn log_likelihood(&self, unit: &[f64]) -> f64 {
        let basis = emulator::Basis::at(unit);
        let terms = self.goals.iter().map(|(goal, emulator, variance)| {
            let misfit = emulator.at(&basis) - goal.value;
            -0.5 * goal.weight * misfit * misfit / variance
        });
        terms.sum()
    }

    /// The largest implausibility but those passed over.
    fn implausibility(&self, unit: &[f64]) -> f64 {
        let basis = emulator::Basis::at(unit);
        let misfits = self.goals.iter().map(|(goal, emulator, v)| (emulator.at(&basis) - goal.value).abs() / v.sqrt());
        ranked(misfits.collect())
    }
}

/// The largest but those passed over.
fn ranked(mut misfits: Vec<f64>) -> f64 {
    misfits.sort_by(|a, b| b.total_cmp(a));
    let passed_over = (PASSED_OVER * misfits.len() as f64) as usize;
    misfits.get(passed_over).copied().unwrap_or(0.0)
}

/// Variance of the finite ones; 0 for fewer than two.
fn variance(values: impl Iterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.filter(|x| x.is_finite()).collect();
    let n = values.len() as f64;
    if n < 2.0 {
        return 0.0;
    }
    let mean = values.iter().sum::<f64>() / n;
    values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0)
}
