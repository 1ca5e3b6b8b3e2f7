//! A page as PDF, printed by a Chromium, Chrome or Edge of the machine without a window.

mod browser;

use std::ffi::OsString;
use std::fmt::{self, Display, Write as _};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::AtomicBool;
use std::thread::sleep;
use std::time::Duration;

use tempfile::TempDir;

use self::browser::End;
use super::signals::Interrupt;
use super::{Failure, say};
use crate::record::error::{During as _, FileError};
use crate::record::whole_file::{WholeFile, folder_of};

/// The environment variable that names the browser.
pub const BROWSER: &str = "ANTESALA_BROWSER";
/// How long a browser may take to print a page.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// How much of what a browser says is shown, characters.
const SAID: usize = 600;

/// Why there is no PDF.
#[derive(Debug)]
pub enum PdfError {
    /// No browser was found.
    NoBrowser,
    /// [`BROWSER`] names something that is no file.
    NoSuchBrowser(PathBuf),
    /// The browser could not be started.
    Start(PathBuf, io::Error),
    /// The browser took longer than this.
    Late(PathBuf, Duration),
    /// The browser ended without a PDF that has pages; what it said.
    NoPages(PathBuf, String),
    /// Asked to stop.
    Stopped,
    /// A file could not be read or written.
    File(FileError),
}

impl PdfError {
    /// What can be done about it.
    pub fn help(&self) -> &'static str {
        match self {
            PdfError::NoBrowser => {
                "Debian, Ubuntu: apt install chromium; Fedora: dnf install chromium; macOS, Windows: install Google \
                 Chrome or Microsoft Edge; or set ANTESALA_BROWSER to the program. Any browser prints the page too"
            }
            PdfError::NoSuchBrowser(_) => "set ANTESALA_BROWSER to the path of a Chromium, Chrome or Edge, or unset it",
            PdfError::File(error) => error.help(),
            _ => "print the page from a browser, or set ANTESALA_BROWSER to another Chromium, Chrome or Edge",
        }
    }

    /// How the command ends: with status 1, or that of the signal that ended it.
    pub fn failure(self, interrupt: &Interrupt) -> Failure {
        match self {
            PdfError::Stopped => {
                say(&self);
                Failure::Ended(interrupt.exit_status().unwrap_or(1))
            }
            _ => Failure::failed(&self, self.help()),
        }
    }
}

impl Display for PdfError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PdfError::NoBrowser => write!(f, "no browser was found to print the PDF with"),
            PdfError::NoSuchBrowser(path) => write!(f, "{BROWSER} names {}, which is no file", path.display()),
            PdfError::Start(path, error) => write!(f, "cannot start {}: {error}", path.display()),
            PdfError::Late(path, time) => {
                write!(f, "{} did not print the page in {} s", path.display(), time.as_secs_f64())
            }
            PdfError::NoPages(path, said) if said.is_empty() => write!(f, "{} printed no PDF", path.display()),
            PdfError::NoPages(path, said) => write!(f, "{} printed no PDF; it said: {said}", path.display()),
            PdfError::Stopped => write!(f, "stopped before the PDF was printed"),
            PdfError::File(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for PdfError {}

impl From<FileError> for PdfError {
    fn from(error: FileError) -> Self {
        PdfError::File(error)
    }
}

/// Prints `page`, an HTML file, to `pdf`, which appears whole or not at all and replaces what was there.
///
/// # Errors
/// There is no browser, it does not print, it takes longer than `patience`, `stop` is set, or a file
/// cannot be used.
pub fn print(page: &Path, pdf: &Path, patience: Duration, stop: &AtomicBool) -> Result<(), PdfError> {
    let browser = browser::find(std::env::var_os(BROWSER), std::env::var_os("PATH"))
        .map_err(|named| named.map_or(PdfError::NoBrowser, PdfError::NoSuchBrowser))?;
    print_with(&browser, page, pdf, patience, stop)
}

fn print_with(browser: &Path, page: &Path, pdf: &Path, patience: Duration, stop: &AtomicBool) -> Result<(), PdfError> {
    File::open(page).during("read", page)?;
    let page = std::path::absolute(page).during("read", page)?;
    let pdf = std::path::absolute(pdf).during("write", pdf)?;
    let mut whole = WholeFile::begin(&pdf)?;
    let unfinished = Unfinished::new(&pdf)?;
    let profile = Profile::new()?;
    let said = profile.0.path().join("said");
    let mut command = Command::new(browser);
    command.args(["--headless=new", "--no-first-run", "--no-default-browser-check", "--disable-extensions"]);
    command.args(["--disable-background-networking", "--disable-gpu", "--no-pdf-header-footer"]);
    // Time jumps ahead while nothing is under way, so that scripts and fonts are ready.
    command.arg("--virtual-time-budget=10000");
    if browser::is_root() {
        command.arg("--no-sandbox");
    }
    command.arg(argument("--user-data-dir=", profile.0.path()));
    command.arg(argument("--print-to-pdf=", &unfinished.0));
    command.arg(address(&page));
    let stderr = File::create(&said).during("write", &said)?;
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(stderr);
    let end = browser::run(command, patience, stop).map_err(|error| PdfError::Start(browser.into(), error))?;
    let status = match end {
        End::Stopped => return Err(PdfError::Stopped),
        End::Late => return Err(PdfError::Late(browser.into(), patience)),
        End::Itself(status) => status,
    };
    let printed = fs::read(&unfinished.0).during("read", &unfinished.0)?;
    if !status.success() || pages(&printed) == 0 {
        return Err(PdfError::NoPages(browser.into(), last_words(&said)));
    }
    whole.put(&printed)?;
    Ok(whole.finish()?)
}

/// What a browser prints to, beside the PDF. Not hidden: browsers shut in by their packagers may not write to hidden
/// files. Of this process alone, as the browser of a killed one may still be at work.
struct Unfinished(PathBuf);

impl Unfinished {
    /// Makes it, and removes what killed processes left: nobody else prints to this PDF, as that is locked.
    fn new(pdf: &Path) -> Result<Self, FileError> {
        let (folder, name) = (folder_of(pdf), pdf.file_name().unwrap_or_default().to_string_lossy());
        let own = folder.join(format!("unfinished-{}-{name}", std::process::id()));
        let is_left = |found: &str| {
            let number = found.strip_prefix("unfinished-").and_then(|f| f.strip_suffix(&*name)?.strip_suffix('-'));
            number.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
        };
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if is_left(&entry.file_name().to_string_lossy()) {
                // What cannot be removed is in nobody's way.
                let _ = fs::remove_file(entry.path());
            }
        }
        File::create(&own).during("write", pdf)?;
        Ok(Unfinished(own))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // The browser may have removed it itself.
        let _ = fs::remove_file(&self.0);
    }
}

fn argument(flag: &str, path: &Path) -> OsString {
    let mut argument = OsString::from(flag);
    argument.push(path);
    argument
}

/// The `file:` address of an absolute path.
fn address(path: &Path) -> String {
    let mut address = String::from("file://");
    let bytes = path.as_os_str().as_encoded_bytes();
    if !bytes.starts_with(b"/") {
        address.push('/');
    }
    for &byte in bytes {
        match byte {
            b'\\' if cfg!(windows) => address.push('/'),
            b':' if cfg!(windows) => address.push(':'),
            b'/' | b'-' | b'.' | b'_' | b'~' => address.push(byte.into()),
            _ if byte.is_ascii_alphanumeric() => address.push(byte.into()),
            _ => {
                let _ = write!(address, "%{byte:02X}");
            }
        }
    }
    address
}

/// The pages of a whole PDF as browsers write it; 0 if it is none.
fn pages(pdf: &[u8]) -> usize {
    let end = pdf.trim_ascii_end();
    if !pdf.starts_with(b"%PDF-") || !end.ends_with(b"%%EOF") {
        return 0;
    }
    let key: &[u8] = b"/Type";
    let after = pdf.windows(key.len()).enumerate().filter(|(_, window)| *window == key);
    let value = after.map(|(at, _)| pdf[at + key.len()..].trim_ascii_start());
    value.filter_map(|v| v.strip_prefix(b"/Page")?.first()).filter(|next| !next.is_ascii_alphanumeric()).count()
}

/// The end of what a browser said, in one line and without its complaints about the desktop's message bus.
fn last_words(said: &Path) -> String {
    let said = fs::read(said).unwrap_or_default();
    let said = String::from_utf8_lossy(&said);
    let lines: Vec<&str> = said.lines().filter(|line| !line.contains("dbus/")).map(str::trim).collect();
    let words = lines.join(" ");
    match words.char_indices().rev().nth(SAID) {
        Some((at, c)) => format!("… {}", &words[at + c.len_utf8()..]),
        None => words,
    }
}

/// A browser's own folder. Children that are just ending may still write to it while it is removed.
struct Profile(TempDir);

impl Profile {
    fn new() -> Result<Self, FileError> {
        let made = tempfile::Builder::new().prefix("antesala-browser-").tempdir();
        made.map(Profile).during("write", &std::env::temp_dir())
    }
}

impl Drop for Profile {
    fn drop(&mut self) {
        for _ in 0..20 {
            match fs::remove_dir_all(self.0.path()) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => sleep(Duration::from_millis(25)),
                _ => break,
            }
        }
    }
}

#[cfg(all(test, unix))]
mod tests;
