//! The command line: one file a command.

mod analyze;
pub mod args;
mod batch;
mod calibrate;
mod check;
mod compare;
mod drawn;
mod list;
mod memory;
mod new;
mod params;
pub mod pdf;
pub mod progress;
mod report;
pub mod run;
mod run_words;
mod schema;
pub mod signals;
mod sweep;
mod validate;

use std::fmt::Display;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use clap::Parser;
use miette::Report;

use crate::scenario::ScenarioError;
use args::{Cli, Command};

/// How a command ends when it does not succeed.
#[derive(Debug)]
pub enum Failure {
    /// Bad usage or bad input: exit status 2.
    Usage(Report),
    /// The command could not be done: exit status 1.
    Failed(Report),
    /// Ended by a signal: this exit status, and nothing more to say.
    Ended(u8),
}

/// What every command gives.
pub type Outcome = Result<ExitCode, Failure>;

impl Failure {
    /// Bad usage, with what to do instead.
    pub fn usage(message: impl Display, help: impl Display) -> Self {
        Failure::Usage(miette::miette!(help = help.to_string(), "{message}"))
    }

    /// The command could not be done, with what to do about it.
    pub fn failed(message: impl Display, help: impl Display) -> Self {
        Failure::Failed(miette::miette!(help = help.to_string(), "{message}"))
    }

    fn report(self) -> ExitCode {
        let (report, status) = match self {
            Failure::Usage(report) => (report, 2),
            Failure::Failed(report) => (report, 1),
            Failure::Ended(status) => return ExitCode::from(status),
        };
        say(format_args!("{report:?}"));
        ExitCode::from(status)
    }
}

impl From<ScenarioError> for Failure {
    fn from(error: ScenarioError) -> Self {
        Failure::Usage(Report::new(error))
    }
}

impl From<Report> for Failure {
    fn from(report: Report) -> Self {
        Failure::Failed(report)
    }
}

/// How errors are drawn: as wide as the terminal, or wide enough for a log.
fn draw_errors_by_width() {
    use std::io::IsTerminal;
    // Set once, at the start of the program; a second time would keep the first.
    let _ = miette::set_hook(Box::new(|_| {
        let options = miette::MietteHandlerOpts::new();
        let options = if std::io::stderr().is_terminal() { options } else { options.width(240) };
        Box::new(options.build())
    }));
}

/// Writes a line to standard error, if that can be written to: the exit status tells what counts.
pub fn say(line: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Writes to standard output; a closed pipe ends the program quietly.
///
/// # Errors
/// Standard output cannot be written, other than by a closed pipe.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    written(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

fn written(result: std::io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(e) if e.kind() == ErrorKind::BrokenPipe => Err(Failure::Ended(0)),
        Err(e) => Err(Failure::failed(format!("cannot write to standard output: {e}"), "check the disk")),
        Ok(()) => Ok(()),
    }
}

/// Runs what the command line asks for.
pub fn main() -> ExitCode {
    draw_errors_by_width();
    signals::survive_limits();
    match Cli::try_parse() {
        Ok(cli) => obey(cli).unwrap_or_else(Failure::report),
        Err(error) => show(&error).unwrap_or_else(Failure::report),
    }
}

/// Shows help, a version, or what is wrong with the arguments.
fn show(error: &clap::Error) -> Outcome {
    let status = ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
    let shown = error.print().and_then(|()| std::io::stdout().flush());
    // A message about wrong arguments that nobody can read leaves the status to tell.
    if error.use_stderr() { Ok(status) } else { written(shown).map(|()| status) }
}

fn obey(cli: Cli) -> Outcome {
    match cli.command {
        None => run::run(Default::default()),
        Some(Command::Run(args)) => run::run(args),
        Some(Command::Calibrate(args)) => calibrate::calibrate(&args),
        Some(Command::Validate(args)) => validate::validate(&args),
        Some(Command::Compare(args)) => compare::compare(&args),
        Some(Command::Sweep(command)) => sweep::sweep(&command),
        Some(Command::Analyze(args)) => analyze::analyze(&args),
        Some(Command::Report(args)) => report::report(&args),
        Some(Command::Check(args)) => check::check(&args),
        Some(Command::List) => list::list(),
        Some(Command::New(args)) => new::new(&args),
        Some(Command::Schema) => schema::schema(),
        Some(Command::Params(args)) => params::params(&args),
    }
}
