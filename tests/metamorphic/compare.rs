//! Numbers of several runs beside those of others.

use antesala::model::observation::{Event, Observation, WaitClock, WaitGroup, WaitKind};
use antesala::model::{RunOptions, run};
use antesala::scenario::Scenario;
use rayon::prelude::*;
use statrs::distribution::{ContinuousCDF, StudentsT};
use std::sync::atomic::AtomicBool;

/// Error rate of a check.
const ERROR: f64 = 1e-5;

/// A replicate, with the paths of everyone or of nobody.
pub fn replicate(scenario: &Scenario, number: u32, paths: bool) -> Observation {
    let stop = AtomicBool::new(false);
    let sample_households = if paths { u32::MAX } else { 0 };
    run(scenario, number, &RunOptions { sample_households, stop: &stop, progress: &|_| {} }).expect("not stopped")
}

/// What is measured, of each of the first replicates.
pub fn measured<T: Send>(scenario: &Scenario, replicates: u32, measure: impl Fn(&Observation) -> T + Sync) -> Vec<T> {
    (1..=replicates).into_par_iter().map(|r| measure(&replicate(scenario, r, false))).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Variance of the mean.
fn error_of_mean(values: &[f64]) -> f64 {
    let (n, middle) = (values.len() as f64, mean(values));
    values.iter().map(|v| (v - middle).powi(2)).sum::<f64>() / (n - 1.0) / n
}

/// How many standard errors may lie between, on one side.
fn bound(freedom: usize, error: f64) -> f64 {
    StudentsT::new(0.0, 1.0, freedom as f64).expect("a law").inverse_cdf(1.0 - error)
}

/// Of pairs with the same luck, the second is not larger in expectation: one-sided t test of their differences.
pub fn not_larger(what: &str, base: &[f64], other: &[f64]) {
    let (mean, most) = difference(base, other);
    assert!(mean <= most, "{what}: larger by {mean:.4} in the mean, where chance gives {most:.4}");
}

/// Of pairs with the same luck, the second is smaller in expectation, beyond chance.
pub fn smaller(what: &str, base: &[f64], other: &[f64]) {
    let (mean, most) = difference(base, other);
    assert!(mean < -most, "{what}: {mean:.4} in the mean is not smaller beyond chance, {most:.4}");
}

/// The mean difference, and what chance may make of none.
fn difference(base: &[f64], other: &[f64]) -> (f64, f64) {
    assert_eq!(base.len(), other.len());
    let differences: Vec<f64> = base.iter().zip(other).map(|(base, other)| other - base).collect();
    (mean(&differences), bound(differences.len() - 1, ERROR) * error_of_mean(&differences).sqrt())
}

/// Two samples have the same expectation: Welch's t test, two-sided, with the fewer degrees of freedom.
pub fn alike(what: &str, a: &[f64], b: &[f64]) {
    let freedom = a.len().min(b.len()) - 1;
    let apart = (mean(a) - mean(b)).abs();
    let most = bound(freedom, ERROR / 2.0) * (error_of_mean(a) + error_of_mean(b)).sqrt();
    assert!(apart <= most, "{what}: {:.4} and {:.4} differ by more than {most:.4}", mean(a), mean(b));
}

/// Persons of an event over the run.
pub fn total(seen: &Observation, event: Event) -> f64 {
    crate::worlds::total(seen, event) as f64
}

/// Mean wait of all processed, in days since the first registration, to the appointment.
pub fn mean_wait(seen: &Observation) -> f64 {
    let rows = seen.waits.iter().filter(|r| {
        (r.kind, r.clock, r.group) == (WaitKind::Completed, WaitClock::TimeWaiting, WaitGroup::All) && r.n > 0
    });
    let (days, persons) =
        rows.fold((0.0, 0.0), |sum, r| (sum.0 + r.mean.unwrap_or(0.0) * r.n as f64, sum.1 + r.n as f64));
    days / persons
}

/// Mean of the backlog over the run, persons.
pub fn mean_backlog(seen: &Observation) -> f64 {
    seen.appointments.iter().map(|p| f64::from(p.backlog)).sum::<f64>() / seen.days as f64
}
