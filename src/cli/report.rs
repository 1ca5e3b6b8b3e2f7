//! `antesala report`: the planners' page of a run, a comparison or a sweep.

use std::io::Read as _;
use std::path::Path;
use std::process::ExitCode;

use super::args::ReportArgs;
use super::signals::Interrupt;
use super::{Failure, Outcome, print, say};
use crate::record::error::{During as _, FileError};
use crate::record::results::{About, Comparison, Kind, ReadError, Run, Sweep};
use crate::record::whole_file::{WholeFile, folder_of};
use crate::report::planner::{self, Attachments, Paper, Repeat, Say, View};
use crate::report::words::Words;
use crate::scenario::error::suggestion;

/// By which a page of this program is known.
const MARK: &str = "<meta name=\"generator\" content=\"Antesala";

/// Writes the page.
///
/// # Errors
/// The outputs cannot be read, do not fit together, or the page cannot be written.
pub fn report(args: &ReportArgs) -> Outcome {
    let interrupt = Interrupt::listen()?;
    let folder = main_folder(args)?;
    let page = args.out.clone().unwrap_or_else(|| folder.join(format!("report-{}.html", args.lang.code())));
    refuse_to_replace(&page, args.force)?;
    let pdf = args.pdf.then(|| page.with_extension("pdf"));
    if let Some(pdf) = &pdf {
        if *pdf == page {
            return Err(Failure::usage("the page and its print would be the same file", "end --out with .html"));
        }
        // A print beside a page of this program is that page's.
        if !page.exists() {
            refuse_to_replace(pdf, args.force)?;
        }
    }
    let text = text(args, folder)?;
    stopped(&interrupt)?;
    write(&page, &text).map_err(unwritten)?;
    let mut told = format!("Read {}.\n", page.display());
    if let Some(pdf) = pdf {
        super::pdf::print(&page, &pdf, super::pdf::PATIENCE, interrupt.flag()).map_err(|e| e.failure(&interrupt))?;
        told.push_str(&format!("Printed to {}.\n", pdf.display()));
    }
    if !args.quiet {
        print(&told)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn stopped(interrupt: &Interrupt) -> Result<(), Failure> {
    match interrupt.exit_status() {
        Some(status) => {
            say("stopped; no page was written");
            Err(Failure::Ended(status))
        }
        None => Ok(()),
    }
}

/// The one output that the page tells of; a sweep only where there is nothing else.
fn main_folder(args: &ReportArgs) -> Result<&Path, Failure> {
    let mut main: Option<(&Path, Kind)> = None;
    let mut sweeps = Vec::new();
    for folder in &args.outputs {
        match about(folder)?.kind {
            Kind::Sweep => sweeps.push(folder.as_path()),
            kind @ (Kind::Run | Kind::Compare) => match main {
                None => main = Some((folder, kind)),
                Some((first, _)) => {
                    return Err(Failure::usage(
                        format!("{} and {} are both results to tell of", first.display(), folder.display()),
                        "a page tells of one: run the scenarios together with `antesala compare`, or make two pages",
                    ));
                }
            },
            Kind::Analyze | Kind::Validate | Kind::Calibrate => {
                return Err(Failure::usage(
                    format!("{} holds an analysis, scores or a calibration, no results to tell of", folder.display()),
                    "give the folder of a run, a comparison or a merged sweep",
                ));
            }
        }
    }
    if sweeps.len() > 1 {
        return Err(Failure::usage(
            format!("{} and {} are both sweeps", sweeps[0].display(), sweeps[1].display()),
            "give one",
        ));
    }
    main.map(|m| m.0).or(sweeps.first().copied()).ok_or_else(|| Failure::usage("no output was named", "name a folder"))
}

fn about(folder: &Path) -> Result<About, Failure> {
    if !folder.is_dir() {
        let what = if folder.exists() { "is no folder" } else { "is not there" };
        return Err(Failure::usage(
            format!("{} {what}", folder.display()),
            "name a folder that `antesala run`, `compare` or `sweep merge` has written",
        ));
    }
    About::read(folder).map_err(|error| unreadable(error.into()))
}

/// What cannot be read is bad input.
fn unreadable(error: ReadError) -> Failure {
    match error {
        ReadError::Scenario(error) => error.into(),
        ReadError::File(error) => {
            let help = match error.source.kind() {
                std::io::ErrorKind::NotFound => {
                    "name a folder that `antesala run`, `compare` or `sweep merge` has written to its end"
                }
                std::io::ErrorKind::InvalidData => {
                    "the folder was changed, or written by another version: run the scenario again"
                }
                _ => "check the folder",
            };
            Failure::usage(error, help)
        }
    }
}

fn unwritten(error: FileError) -> Failure {
    let help = error.help();
    Failure::failed(error, help)
}

/// A page of this program may be replaced by a newer one; nothing else without being told.
fn refuse_to_replace(page: &Path, force: bool) -> Result<(), Failure> {
    let folder = folder_of(page);
    if !folder.is_dir() {
        return Err(Failure::usage(format!("{} is no folder", folder.display()), "name a file in a folder there is"));
    }
    match std::fs::symlink_metadata(page) {
        Err(_) => return Ok(()),
        Ok(here) if !here.is_file() => {
            return Err(Failure::usage(format!("{} is no plain file", page.display()), "name another with --out"));
        }
        Ok(_) if force => return Ok(()),
        Ok(_) => (),
    }
    let mut head = Vec::new();
    let read = std::fs::File::open(page).and_then(|f| f.take(1000).read_to_end(&mut head));
    if read.is_ok() && String::from_utf8_lossy(&head).contains(MARK) {
        return Ok(());
    }
    Err(Failure::usage(
        format!("{} exists and is no page of this program", page.display()),
        "choose another file with --out, or replace it with --force",
    ))
}

/// Writes the page whole or not at all.
fn write(page: &Path, text: &str) -> Result<(), FileError> {
    let mut file = WholeFile::begin(page)?;
    file.put(text.as_bytes())?;
    file.finish()
}

fn text(args: &ReportArgs, folder: &Path) -> Result<String, Failure> {
    let About { kind, world, .. } = about(folder)?;
    let (say, words) = (&Say::of(args.lang).of_world(&world), Words::of(args.lang));
    let sweep = match args.outputs.iter().find(|o| about(o).is_ok_and(|a| a.kind == Kind::Sweep)) {
        Some(folder) => Some(Sweep::read(folder).map_err(unreadable)?),
        None => None,
    };
    let failed = |e: planner::PageError| Failure::failed(e, "this is a fault of the program: please tell its authors");
    match kind {
        Kind::Compare => {
            let comparison = Comparison::read(folder, &planner::SERIES).map_err(unreadable)?;
            let variant = &comparison.runs[1];
            let view = View { run: variant, comparison: Some(&comparison), place: place(args, variant)?, say, words };
            let names: Vec<&str> = comparison.runs.iter().map(|r| r.about.scenario.as_str()).collect();
            let run = format!("runs/{}", variant.about.scenario);
            let files = ["differences.csv".to_string(), format!("{run}/needs.csv"), format!("{run}/summary.csv")];
            let scenarios: Vec<String> =
                names.iter().map(|n| quoted(&folder.join(format!("runs/{n}/scenario.toml")))).collect();
            let simulate = match built_in(&names) {
                true => format!("antesala compare {}{}", names.join(" "), flags(variant)),
                false => scenarios.iter().zip(&names).fold(String::new(), |all, (file, name)| {
                    let line = format!("antesala run {file} --out again/{}", quoted(Path::new(name)));
                    if all.is_empty() { line } else { format!("{all}; {line}") }
                }),
            };
            let repeat = repeat(args, simulate, &format!("{run}/scenario.toml"));
            planner::of_view(&view, sweep.as_ref(), &attachments(folder, &files)?, &repeat).map_err(failed)
        }
        Kind::Sweep => {
            let Some(sweep) = sweep else { return Err(Failure::usage("no sweep was named", "name a folder")) };
            if args.place.is_some() {
                return Err(Failure::usage("a sweep keeps no places", "leave --place out"));
            }
            let files = ["analysis/sensitivity.csv", "analysis/responses.csv"];
            let files: Vec<String> = files.iter().filter(|f| folder.join(f).exists()).map(|f| f.to_string()).collect();
            let simulate = format!("antesala sweep run {}", quoted(folder));
            let repeat = repeat(args, simulate, "scenario/scenario.toml");
            planner::of_sweep(&sweep, &attachments(folder, &files)?, &repeat, say, words).map_err(failed)
        }
        _ => {
            let run = Run::read(folder).map_err(unreadable)?;
            let view = View { run: &run, comparison: None, place: place(args, &run)?, say, words };
            let files = ["summary.csv".to_string(), "needs.csv".into(), "monthly.csv".into()];
            let simulate = format!("antesala run {} --out again", quoted(&folder.join("scenario.toml")));
            let repeat = repeat(args, simulate, "scenario.toml");
            planner::of_view(&view, sweep.as_ref(), &attachments(folder, &files)?, &repeat).map_err(failed)
        }
    }
}

/// Whether all scenarios of a comparison come with the program.
fn built_in(names: &[&str]) -> bool {
    let known = crate::scenario::scenario_names();
    names.iter().all(|name| name.split('+').all(|part| known.iter().any(|k| k == part)))
}

/// The flags with which a comparison was made.
fn flags(run: &Run) -> String {
    let about = &run.about;
    let (from, to) = (about.recorded_from, about.end);
    let mut out = format!(" --seed {} --replicates {} --from {from} --to {to}", about.seed, about.replicates);
    if about.persons_per_simulated_person > 1 {
        out.push_str(&format!(" --scale {}", 1.0 / f64::from(about.persons_per_simulated_person)));
    }
    if run.scenario.posterior.is_some() {
        out.push_str(" --posterior");
    }
    out
}

fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = text.chars().all(|c| c.is_alphanumeric() || "/._-+~".contains(c));
    if plain { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

fn repeat(args: &ReportArgs, simulate: String, scenario_file: &str) -> Repeat {
    let mut report = String::from("antesala report");
    for output in &args.outputs {
        report.push(' ');
        report.push_str(&quoted(output));
    }
    report.push_str(&format!(" --lang {}", args.lang.code()));
    if let Some(place) = &args.place {
        report.push_str(&format!(" --place {}", quoted(Path::new(place))));
    }
    let paper = args.paper.unwrap_or(Paper::usual(args.lang));
    Repeat { simulate, report, scenario_file: scenario_file.to_string(), paper }
}

/// The place asked for, as an index.
fn place(args: &ReportArgs, run: &Run) -> Result<Option<usize>, Failure> {
    let Some(wanted) = &args.place else { return Ok(None) };
    let places = &run.scenario.world.places;
    let same = |p: &crate::scenario::input::Place| p.id == *wanted || p.name.eq_ignore_ascii_case(wanted);
    if let Some(at) = places.iter().position(same) {
        return Ok(Some(at));
    }
    Err(Failure::usage(
        format!("`{wanted}` is no place of the world `{}`", run.about.world),
        suggestion(wanted, places.iter().map(|p| p.id.as_str())),
    ))
}

/// Tables that go into the page.
fn attachments(folder: &Path, names: &[String]) -> Result<Attachments, Failure> {
    let read = |name: &String| -> Result<(String, String), FileError> {
        let path = folder.join(name);
        Ok((name.clone(), std::fs::read_to_string(&path).during("read", &path)?))
    };
    names.iter().map(read).collect::<Result<_, _>>().map(Attachments).map_err(|e| unreadable(e.into()))
}
