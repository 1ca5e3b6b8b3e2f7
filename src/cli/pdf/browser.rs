//! The browser that prints: where it is looked for, and the process with all its children.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Names on the `PATH`, in the order in which they are tried.
const NAMES: [&str; 7] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge"];

#[cfg(target_os = "macos")]
const PLACES: [&str; 3] = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
];
/// Under the folders of programs.
#[cfg(windows)]
const PLACES: [&str; 3] = [
    "Google\\Chrome\\Application\\chrome.exe",
    "Chromium\\Application\\chrome.exe",
    "Microsoft\\Edge\\Application\\msedge.exe",
];

/// How often a running browser is looked at.
const GLANCE: Duration = Duration::from_millis(20);

/// The named browser, or else the first one on the search path, or in the system's usual places.
///
/// # Errors
/// The name, if the named one is not there; `None` if there is no browser at all.
pub fn find(named: Option<OsString>, search_path: Option<OsString>) -> Result<PathBuf, Option<PathBuf>> {
    if let Some(named) = named.filter(|n| !n.is_empty()).map(PathBuf::from) {
        return if named.is_file() { Ok(named) } else { Err(Some(named)) };
    }
    let folders: Vec<PathBuf> = search_path.iter().flat_map(std::env::split_paths).collect();
    let file = |name: &str| format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let mut found = NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(file(name))));
    found.find(|path| can_run(path)).or_else(|| places().into_iter().find(|path| can_run(path))).ok_or(None)
}

#[cfg(unix)]
fn can_run(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn can_run(path: &Path) -> bool {
    path.is_file()
}

#[cfg(target_os = "macos")]
fn places() -> Vec<PathBuf> {
    PLACES.iter().map(PathBuf::from).collect()
}

#[cfg(windows)]
fn places() -> Vec<PathBuf> {
    let roots = ["ProgramFiles", "ProgramFiles(x86)", "LocalAppData"].into_iter().filter_map(std::env::var_os);
    roots.flat_map(|root| PLACES.map(|place| Path::new(&root).join(place))).collect()
}

#[cfg(not(any(target_os = "macos", windows)))]
fn places() -> Vec<PathBuf> {
    Vec::new()
}

/// Whether the browser would refuse to start in its sandbox.
#[cfg(unix)]
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
pub fn is_root() -> bool {
    false
}

/// How a browser ended.
pub enum End {
    Itself(ExitStatus),
    /// Killed: it took too long.
    Late,
    /// Killed: the work is to stop.
    Stopped,
}

/// Runs a browser to its end, or for so long, or until `stop` is set; then it is killed with its children.
///
/// # Errors
/// It cannot be started.
pub fn run(mut command: Command, patience: Duration, stop: &AtomicBool) -> io::Result<End> {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn()?;
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(End::Itself(status));
        }
        let stopped = stop.load(Ordering::Relaxed);
        if stopped || start.elapsed() >= patience {
            kill(&mut child);
            child.wait()?;
            return Ok(if stopped { End::Stopped } else { End::Late });
        }
        sleep(GLANCE);
    }
}

/// What cannot be killed has ended.
#[cfg(unix)]
fn kill(child: &mut Child) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
}

#[cfg(not(unix))]
fn kill(child: &mut Child) {
    let _ = Command::new("taskkill").args(["/T", "/F", "/PID", &child.id().to_string()]).output();
    let _ = child.kill();
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_named_browser_goes_first_and_must_be_there() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("a")).unwrap();
        fs::create_dir(at("b")).unwrap();
        for (name, mode) in [("a/msedge", 0o755), ("a/chromium", 0o644), ("b/google-chrome", 0o755), ("mine", 0o755)] {
            fs::write(at(name), "").unwrap();
            fs::set_permissions(at(name), fs::Permissions::from_mode(mode)).unwrap();
        }
        let search = Some(std::env::join_paths([at("none"), at("a"), at("b")]).unwrap());
        assert_eq!(find(Some(at("mine").into()), search.clone()), Ok(at("mine")));
        assert_eq!(find(Some(at("gone").into()), search.clone()), Err(Some(at("gone"))));
        assert_eq!(find(Some(at("a").into()), search.clone()), Err(Some(at("a"))));
        assert_eq!(find(None, search.clone()), Ok(at("b/google-chrome")), "one that cannot be run is passed over");
        assert_eq!(find(Some("".into()), search), Ok(at("b/google-chrome")));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_machine_may_have_none() {
        assert_eq!(find(None, None), Err(None));
    }
}
