//! What a calibration writes: the posterior, what each target told, fits before and after.

use std::fmt::Write as _;
use std::path::Path;

use super::super::inference::WaveReport;
use super::plan::{Plan, PlanParameter};
use super::{Calibrated, Target};
use crate::record::error::FileError;
use crate::record::plain_table::plain_table;
use crate::record::quantile::spread;
use crate::record::staged_file::{FileRecord, write_file};
use crate::scenario::input::Whose;

/// How much narrower than its prior a posterior is when its parameter counts as known, and as weakly
/// known.
const KNOWN: f64 = 0.5;
const WEAK: f64 = 0.15;

/// Writes all files into a folder that becomes `out`.
///
/// # Errors
/// A file cannot be written.
pub fn write(folder: &Path, out: &Path, plan: &Plan, done: &Calibrated) -> Result<Vec<FileRecord>, FileError> {
    let tables = [
        ("posterior.csv", plan.draws_of(&done.answer.draws).to_csv()),
        ("parameters.csv", parameters(plan, done)),
        ("fits.csv", fits(done)),
        ("information.csv", information(plan, done)),
        ("waves.csv", waves(done)),
        ("plan.toml", plan.text_in(out)),
        ("report.md", report(plan, done)),
    ];
    tables.iter().map(|(name, text)| write_file(folder, name, text.as_bytes())).collect()
}

/// A number in a table.
fn cell(x: f64) -> String {
    if x.is_finite() { format!("{}", (x * 1e6).round() / 1e6) } else { String::new() }
}

/// What is known of a parameter.
struct Known {
    median: f64,
    p05: f64,
    p95: f64,
    /// 1 - posterior spread over prior spread.
    narrowed: f64,
}

fn known(plan: &Plan, done: &Calibrated, p: usize) -> Known {
    let mut values: Vec<f64> = done.answer.draws.iter().map(|d| d[p]).collect();
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let sd = (values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (values.len() as f64 - 1.0)).sqrt();
    let prior = (plan.parameters[p].high - plan.parameters[p].low) / 12f64.sqrt();
    let s = spread(&mut values).unwrap_or_default();
    Known { median: s.p50, p05: s.p05, p95: s.p95, narrowed: (1.0 - sd / prior).max(0.0) }
}

fn verdict(narrowed: f64) -> &'static str {
    match narrowed {
        x if x >= KNOWN => "known",
        x if x >= WEAK => "weakly known",
        _ => "unknown",
    }
}

fn parameters(plan: &Plan, done: &Calibrated) -> String {
    let row = |(p, parameter): (usize, &PlanParameter)| {
        let k = known(plan, done, p);
        vec![
            parameter.name.clone(),
            parameter.paths.join(";"),
            cell(parameter.low),
            cell(parameter.high),
            cell(k.p05),
            cell(k.median),
            cell(k.p95),
            cell(k.narrowed),
            verdict(k.narrowed).to_string(),
        ]
    };
    plain_table(
        &[
            "parameter",
            "paths",
            "prior_low",
            "prior_high",
            "posterior_p05",
            "posterior_p50",
            "posterior_p95",
            "narrowed",
            "verdict",
        ],
        plan.parameters.iter().enumerate().map(row),
    )
}

fn whose(target: &Target, done: &Calibrated) -> String {
    match target.row.whose {
        Whose::All => String::new(),
        Whose::Foreign => "foreign".into(),
        Whose::National => "national".into(),
        Whose::Nationality(n) => done.scenario.world.nationalities[n].name.clone(),
    }
}

fn fits(done: &Calibrated) -> String {
    let row = |(t, target): (usize, &Target)| {
        let column = |rows: &[Vec<f64>]| {
            let mut values: Vec<f64> = rows.iter().map(|r| r[t]).filter(|x| x.is_finite()).collect();
            spread(&mut values)
        };
        let (before, after) = (column(&done.answer.before), column(&done.fits));
        let misfit = |x: Option<f64>| {
            x.map_or(f64::NAN, |x| (x - target.row.value).abs() / done.goals[t].variance.sqrt().max(1e-12))
        };
        vec![
            target.row.id.clone(),
            target.row.family.clone(),
            target.row.series.clone(),
            whose(target, done),
            target.row.unit.clone(),
            cell(target.row.value),
            cell(target.row.error),
            target.row.used.to_string(),
            cell(done.goals[t].weight),
            cell(before.map_or(f64::NAN, |s| s.p50)),
            cell(after.map_or(f64::NAN, |s| s.p05)),
            cell(after.map_or(f64::NAN, |s| s.p50)),
            cell(after.map_or(f64::NAN, |s| s.p95)),
            cell(misfit(before.map(|s| s.p50))),
            cell(misfit(after.map(|s| s.p50))),
        ]
    };
    plain_table(
        &[
            "target",
            "family",
            "series",
            "nationality",
            "unit",
            "observed",
            "error",
            "used",
            "weight",
            "before_p50",
            "posterior_p05",
            "posterior_p50",
            "posterior_p95",
            "implausibility_before",
            "implausibility_after",
        ],
        done.targets.iter().enumerate().map(row),
    )
}

/// For each target the parameters it depends on, as shares of its emulated variance over the prior.
fn information(plan: &Plan, done: &Calibrated) -> String {
    let mut rows = Vec::new();
    for (target, emulator) in done.targets.iter().zip(&done.answer.emulators) {
        let Some(emulator) = emulator else { continue };
        for (p, share) in emulator.shares().into_iter().enumerate().filter(|(_, share)| *share >= 0.01) {
            rows.push(vec![
                target.row.id.clone(),
                target.row.family.clone(),
                plan.parameters[p].name.clone(),
                cell(share),
                cell(emulator.slopes[p]),
                cell(emulator.explained),
            ]);
        }
    }
    plain_table(&["target", "family", "parameter", "share_of_variance", "slope", "explained"], rows)
}

fn waves(done: &Calibrated) -> String {
    let row = |(i, wave): (usize, &WaveReport)| {
        vec![
            (i + 1).to_string(),
            wave.runs.to_string(),
            cell(wave.not_ruled_out),
            cell(wave.implausibility),
            cell(wave.explained),
        ]
    };
    let header = ["wave", "runs", "not_ruled_out", "implausibility_median", "explained"];
    plain_table(&header, done.answer.waves.iter().enumerate().map(row))
}

fn report(plan: &Plan, done: &Calibrated) -> String {
    let mut out = format!("# Calibration of `{}`\n\n", done.scenario.name);
    let counted = done.goals.iter().filter(|g| g.weight > 0.0).count();
    let _ = writeln!(
        out,
        "{} parameters, {} targets of which {counted} carry weight{}, {} runs at scale {} and {} at {}. Chains: R-hat {:.3}, {:.0} % accepted.\n",
        plan.parameters.len(),
        done.targets.len(),
        plan.train_to.map_or(String::new(), |d| format!(" (those to {d})")),
        plan.repeats + plan.waves.iter().sum::<usize>(),
        plan.scale,
        plan.draws,
        plan.final_scale,
        done.answer.r_hat,
        100.0 * done.answer.accepted,
    );
    out.push_str("## Waves\n\n| wave | runs | not ruled out | 95th percentile of implausibility, median | variance explained |\n|---|---|---|---|---|\n");
    for (i, w) in done.answer.waves.iter().enumerate() {
        let _ = writeln!(
            out,
            "| {} | {} | {:.2} % | {:.1} | {:.0} % |",
            i + 1,
            w.runs,
            100.0 * w.not_ruled_out,
            w.implausibility,
            100.0 * w.explained
        );
    }
    out.push_str(
        "\n## Parameters\n\n| parameter | prior | posterior (5 to 95 %) | narrowed | |\n|---|---|---|---|---|\n",
    );
    for (p, parameter) in plan.parameters.iter().enumerate() {
        let k = known(plan, done, p);
        let _ = writeln!(
            out,
            "| `{}` | {} to {} | {:.4} ({:.4} to {:.4}) | {:.0} % | {} |",
            parameter.name,
            parameter.low,
            parameter.high,
            k.median,
            k.p05,
            k.p95,
            100.0 * k.narrowed,
            verdict(k.narrowed)
        );
    }
    out.push_str("\n## What targets tell\n\nFor each family, the parameters that explain most of its targets' variance over the prior.\n\n");
    for (family, shares) in told(plan, done) {
        let list: Vec<String> = shares.iter().map(|(name, share)| format!("`{name}` {:.0} %", 100.0 * share)).collect();
        let _ = writeln!(out, "- {family}: {}", list.join(", "));
    }
    out.push_str("\nAll targets, before and after: `fits.csv`; all shares: `information.csv`; draws to run from: `posterior.csv`.\n");
    out
}

/// Mean shares by family, the five largest.
fn told(plan: &Plan, done: &Calibrated) -> Vec<(String, Vec<(String, f64)>)> {
    let mut sums: std::collections::BTreeMap<String, (Vec<f64>, f64)> = Default::default();
    for (target, emulator) in done.targets.iter().zip(&done.answer.emulators) {
        let Some(emulator) = emulator else { continue };
        let entry = sums.entry(target.row.family.clone()).or_insert((vec![0.0; plan.parameters.len()], 0.0));
        entry.0.iter_mut().zip(emulator.shares()).for_each(|(sum, share)| *sum += share);
        entry.1 += 1.0;
    }
    let top = |(family, (shares, n)): (String, (Vec<f64>, f64))| {
        let mut named: Vec<(String, f64)> =
            plan.parameters.iter().zip(shares).map(|(p, share)| (p.name.clone(), share / n)).collect();
        named.sort_by(|a, b| b.1.total_cmp(&a.1));
        named.truncate(5);
        (family, named)
    };
    sums.into_iter().map(top).collect()
}
