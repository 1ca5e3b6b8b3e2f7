//! `antesala compare`: scenarios beside a base, with the same chance.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::args::{Common, CompareArgs};
use super::drawn::write_charts;
use super::memory;
use super::progress::Progress;
use super::run::{OUTPUT, failure, kept, table_options};
use super::signals::Interrupt;
use super::{Failure, Outcome, print, say};
use crate::experiment::compare::{Combination, Compared, Comparison};
use crate::experiment::error::RunError;
use crate::experiment::memory::{Charts, Work};
use crate::experiment::shared_history::Family;
use crate::record::staged_file::FileRecord;
use crate::report::compared;
use crate::report::scores::Caption;
use crate::report::words::{Words, fill};
use crate::scenario::{self, Overrides, Scenario};

/// Compares scenarios with a base.
///
/// # Errors
/// Bad input, or runs that could not be done.
pub fn compare(args: &CompareArgs) -> Outcome {
    let common = &args.common;
    memory::refuse_the_impossible(common.memory_limit)?;
    let interrupt = Interrupt::listen()?;
    let (references, combinations) = sides(args);
    let scenarios = load(&references, common)?;
    for combination in &combinations {
        refuse_clashes(&scenarios, combination)?;
    }
    for scenario in &scenarios {
        scenario.warnings.iter().for_each(|warning| say(format_args!("warning: {}: {warning}", scenario.name)));
    }
    let names: Vec<&str> = scenarios.iter().map(|s| s.name.as_str()).collect();
    let out = common.out.clone().unwrap_or_else(|| Path::new(OUTPUT).join(format!("compare-{}", names.join("-"))));
    let inputs = inputs(&references, common)?;
    let work = Work {
        scenarios: &scenarios,
        branches: scenarios.len().min(Family::GENERATIONS),
        jobs: scenarios[0].replicates,
        replicates: scenarios[0].replicates,
        kept: kept(common),
        charts: if common.no_charts { Charts::Nothing } else { Charts::Plain },
    };
    let pool = memory::workers(&work, common.means(scenarios[0].weight), &interrupt)?;
    let days = scenarios[0].days() as u64 * u64::from(scenarios[0].replicates) * scenarios.len() as u64;
    let progress = Progress::new(days, common.quiet);
    let words = Words::of(common.lang);
    let draw = |done: &Compared, folder: &Path| pool.install(|| draw_charts(done, &scenarios[0], folder, words));
    let compared = Comparison {
        scenarios: &scenarios,
        combinations: &combinations,
        out: &out,
        inputs: &inputs,
        force: common.force,
        resume: common.resume,
        tables: table_options(common),
        charts: if common.no_charts { None } else { Some(&draw) },
        pool: &pool,
        stop: interrupt.flag(),
        last_words: &|words| interrupt.set_last_words(words),
        progress: &|days| progress.add(days),
        notice: &|text| progress.say(&format!("note: {text}")),
    }
    .execute();
    progress.clear();
    let compared = compared.map_err(|error| failure(error, &interrupt))?;
    if !common.quiet {
        print(&told(&compared, &out))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The scenarios to run, the base first: each part of a combination once, before it.
fn sides(args: &CompareArgs) -> (Vec<String>, Vec<Combination>) {
    let mut references = vec![args.base.clone()];
    let mut add = |reference: &str| match references.iter().position(|r| r == reference) {
        Some(at) => at,
        None => {
            references.push(reference.to_string());
            references.len() - 1
        }
    };
    let mut combinations = Vec::new();
    for variant in &args.variants {
        let parts = scenario::parts(variant);
        if parts.len() > 1 {
            let parts = parts.into_iter().map(&mut add).collect();
            combinations.push(Combination { whole: add(variant), parts });
        } else {
            add(variant);
        }
    }
    (references, combinations)
}

/// All scenarios with the seed and the replicates of the base.
fn load(references: &[String], common: &Common) -> Result<Vec<Scenario>, Failure> {
    let base = scenario::load(&references[0], &common.simulation.overrides())?;
    let overrides =
        Overrides { seed: Some(base.seed), replicates: Some(base.replicates), ..common.simulation.overrides() };
    let mut scenarios = vec![base];
    for reference in &references[1..] {
        let scenario = scenario::load(reference, &overrides)?;
        let base = &scenarios[0];
        let span = |s: &Scenario| (s.start, s.record_from, s.end, s.weight);
        if span(&scenario) != span(base) {
            let said = |s: &Scenario| format!("{} to {} at scale 1/{}", s.record_from, s.end, s.weight);
            return Err(Failure::usage(
                format!("`{}` runs {}, the base `{}` {}", scenario.name, said(&scenario), base.name, said(base)),
                "make them agree with --from, --to and --scale; their starts must be the same",
            ));
        }
        if scenarios.iter().any(|s| s.name == scenario.name) {
            return Err(Failure::usage(
                format!("two of the scenarios are called `{}`", scenario.name),
                "the name is that of the file: give one of them another",
            ));
        }
        scenarios.push(scenario);
    }
    if scenarios.len() < 2 {
        return Err(Failure::usage("a scenario compared with itself differs in nothing", "name another scenario"));
    }
    Ok(scenarios)
}

/// Refuses parts that mean different things by one name: of two, the combination would hold only the last.
fn refuse_clashes(scenarios: &[Scenario], combination: &Combination) -> Result<(), Failure> {
    let named = |s: &Scenario| -> Vec<(String, String)> {
        let policies = s.policies.iter().map(|p| (format!("policy `{}`", p.id), format!("{p:?}")));
        let outages = s.outages.iter().filter_map(|o| Some((format!("outage `{}`", o.id.as_ref()?), format!("{o:?}"))));
        let caravans = s.caravans.iter().map(|c| (format!("caravan `{}`", c.id), format!("{c:?}")));
        policies.chain(outages).chain(caravans).collect()
    };
    let base = named(&scenarios[0]);
    let own = |part: usize| named(&scenarios[part]).into_iter().filter(|n| !base.contains(n)).collect::<Vec<_>>();
    for (i, &a) in combination.parts.iter().enumerate() {
        for &b in &combination.parts[i + 1..] {
            let others = own(b);
            let clash = |(name, what): &(String, String)| others.iter().any(|(n, w)| n == name && w != what);
            if let Some((name, _)) = own(a).into_iter().find(|n| clash(n)) {
                let message = format!("`{}` and `{}` both set the {name}", scenarios[a].name, scenarios[b].name);
                return Err(Failure::usage(message, "give one of them another id, so that both hold together"));
            }
        }
    }
    Ok(())
}

fn inputs(references: &[String], common: &Common) -> Result<Vec<PathBuf>, Failure> {
    let mut all = Vec::new();
    for reference in references {
        all.extend(scenario::files_read(reference, &common.simulation.allow_path)?);
    }
    Ok(all)
}

fn draw_charts(done: &Compared, base: &Scenario, folder: &Path, words: &Words) -> Result<Vec<FileRecord>, RunError> {
    let mut replicates = words.replicates(base.replicates);
    if base.posterior.is_some() {
        replicates = fill(words.comparison_draws, &[("replicates", &replicates)]);
    }
    let values =
        [("version", env!("CARGO_PKG_VERSION")), ("seed", &base.seed.to_string()), ("replicates", &replicates)];
    let source = fill(words.comparison_source, &values);
    let caption = Caption { title: &base.title, source: &source };
    let charts = compared::charts(done, &caption, words).map_err(|e| RunError::Chart(e.to_string()))?;
    write_charts(folder, &charts)
}

/// Metrics told on the terminal.
const TOLD: [&str; 8] = [
    "backlog_peak",
    "backlog_end",
    "wait_completed_queue_age_mean",
    "processed",
    "lapse",
    "border_patrol_encounter",
    "interception",
    "stock_end",
];

fn told(done: &Compared, out: &Path) -> String {
    let mut text = String::new();
    for (name, title) in done.names.iter().zip(&done.titles).skip(1) {
        let _ = writeln!(text, "{title} ({name}) less {}:\n", done.names[0]);
        for difference in done.differences.iter().filter(|d| d.variant == *name && TOLD.contains(&d.metric.as_str())) {
            let Some(s) = difference.spread else { continue };
            if (s.mean, s.p05, s.p95) == (0.0, 0.0, 0.0) {
                let _ =
                    writeln!(text, "  {:<32}{:>12} {:<9}the same in every pair", difference.metric, 0, difference.unit);
                continue;
            }
            let number = |x: f64| format!("{x:+.*}", usize::from(x.abs() < 10.0));
            let interval = format!("({} to {})", number(s.p05), number(s.p95));
            let narrower = difference.narrower.map_or(String::new(), |n| format!("{n:.0} x narrower than unpaired"));
            let _ = writeln!(
                text,
                "  {:<32}{:>12} {:<9}{interval:<26}{narrower}",
                difference.metric,
                number(s.mean),
                difference.unit
            );
        }
        let _ = writeln!(text);
    }
    let shared = 100.0 * done.days_shared as f64 / done.days.max(1) as f64;
    let _ = writeln!(
        text,
        "Mean difference over {} pairs; in brackets, 5 to 95 % of them. {shared:.0} % of all days were simulated once for several.",
        done.replicates
    );
    let _ = writeln!(text, "Read {}.", out.join("differences.csv").display());
    text
}
