//! A folder in which the program is started, watched and killed, and what may be found there afterwards.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use antesala::record::ro_crate;
use antesala::record::staged_file::sha256_of;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_antesala");
/// Longer than anything here takes, however busy the machine: a process that is still there then hangs.
pub const HANGS: Duration = Duration::from_secs(120);

/// Files by their paths in a folder.
pub type Files = BTreeMap<PathBuf, Vec<u8>>;

pub struct Desk(TempDir);

impl Desk {
    /// With two scenarios, a design and a plan of a calibration that take a moment.
    pub fn new() -> Desk {
        let desk = Desk(tempfile::tempdir().unwrap());
        desk.write("s.toml", "extends = 'tutorial'\nend = 2031-04-10\n");
        desk.write(
            "more.toml",
            "extends = 's.toml'\n[[policy]]\nid = 'm'\nfrom = 2031-03-20\nset = { 'app.slots_factor' = 1.6 }\n",
        );
        desk.write(
            "d.toml",
            "kind = 'lhs'\npoints = 12\nreplicates = 3\nscenario = 's.toml'\nmetrics = ['backlog_end', 'total(lapse)']\n\
             [parameters]\n'app.diligence' = [0.5, 0.9]\n'app.slots_factor' = [0.5, 1.5]\n",
        );
        desk
    }

    pub fn folder(&self) -> &Path {
        self.0.path()
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.at(name), text).unwrap();
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.args(args).current_dir(self.folder()).env("NO_COLOR", "1").stdin(Stdio::null());
        command
    }

    pub fn call(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    pub fn ok(&self, args: &[&str]) {
        let output = self.call(args);
        assert!(output.status.success(), "{args:?}: {}\n{}", output.status, said(&output));
    }

    /// Starts it without anybody listening.
    pub fn start(&self, args: &[&str]) -> Child {
        self.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// The same under strace, which does something to its k-th call of a kind: `signal=KILL`, `error=EIO`.
    pub fn injected(&self, calls: &str, what: &str, k: usize, args: &[&str]) -> Command {
        // With a limit to its memory it brings files to disk on one thread: calls are counted thread by thread.
        let script =
            "ulimit -v 4000000 && exec strace -f -qqq -o /dev/null -e \"trace=$1\" -e \"inject=$1:$2\" \"${@:3}\"";
        let mut command = Command::new("bash");
        command.args(["-c", script, "bash", calls, &format!("{what}:when={k}"), PROGRAM]).args(args);
        command.args(["--threads", "1"]).current_dir(self.folder()).env("NO_COLOR", "1").stdin(Stdio::null());
        command
    }

    /// How long a command takes here and now.
    pub fn time(&self, args: &[&str]) -> Duration {
        let begun = Instant::now();
        self.ok(args);
        begun.elapsed()
    }

    /// What lies in the folder, hidden or not.
    pub fn names(&self) -> Vec<String> {
        names(self.folder())
    }
}

/// Names in a folder.
pub fn names(folder: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name().to_string_lossy().into_owned();
    let mut names: Vec<String> = fs::read_dir(folder).unwrap().map(name).collect();
    names.sort();
    names
}

pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Every file under a folder; none if it is not there.
pub fn files(folder: &Path) -> Files {
    let mut found = Files::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        let Ok(entries) = fs::read_dir(&next) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => drop(found.insert(path.strip_prefix(folder).unwrap().into(), fs::read(&path).unwrap())),
            }
        }
    }
    found
}

/// The same without the files that have times in them.
pub fn results(folder: &Path) -> Files {
    let timed = |path: &Path| path.file_name().is_some_and(|name| name == "run.json" || name == ro_crate::FILE);
    files(folder).into_iter().filter(|(path, _)| !timed(path)).collect()
}

/// Asserts that a folder holds exactly the files that its `run.json` names, as it names them.
pub fn assert_whole(folder: &Path) {
    let record: serde_json::Value = serde_json::from_slice(&fs::read(folder.join("run.json")).unwrap()).unwrap();
    let named: BTreeMap<PathBuf, &str> = record["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| (PathBuf::from(file["path"].as_str().unwrap()), file["sha256"].as_str().unwrap()))
        .collect();
    let found: Vec<PathBuf> = files(folder).into_keys().collect();
    let own = |path: &&PathBuf| path.as_os_str() != "run.json" && path.as_os_str() != ro_crate::FILE;
    assert_eq!(found.iter().filter(own).collect::<Vec<_>>(), named.keys().collect::<Vec<_>>(), "{}", folder.display());
    assert!(folder.join(ro_crate::FILE).is_file());
    for (path, sha256) in named {
        assert_eq!(sha256_of(&folder.join(&path)).unwrap(), sha256, "{}", path.display());
    }
}

/// Waits for a process, and fails rather than wait for ever.
pub fn ends(child: &mut Child) -> ExitStatus {
    ends_unless(child, HANGS).unwrap_or_else(|| {
        child.kill().unwrap();
        panic!("it hangs")
    })
}

/// How a process ended; `None` if it is still there after so long.
pub fn ends_unless(child: &mut Child, patience: Duration) -> Option<ExitStatus> {
    let begun = Instant::now();
    loop {
        match child.try_wait().unwrap() {
            Some(status) => return Some(status),
            None if begun.elapsed() >= patience => return None,
            None => std::thread::sleep(Duration::from_micros(300).min(patience)),
        }
    }
}

/// Sends a signal to a process, if it has not ended.
pub fn send(child: &mut Child, signal: Signal) {
    // One that ends from here on keeps its number until it is waited for.
    if child.try_wait().unwrap().is_none() {
        kill_process(Pid::from_child(child), signal).unwrap();
    }
}

/// Kills and signals of each kind: of the long form, or few.
pub fn rounds() -> usize {
    std::env::var("ANTESALA_KILLS").map_or(20, |n| n.parse().expect("ANTESALA_KILLS is a number"))
}

/// Whether this is the long form.
pub fn is_long() -> bool {
    std::env::var_os("ANTESALA_KILLS").is_some()
}

/// Numbers that are the same in every run of the tests.
pub struct Chance(pub u64);

impl Chance {
    /// A share from 0 to 1, by SplitMix64.
    pub fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) as f64 / u64::MAX as f64
    }

    /// A time from none to so long.
    pub fn within(&mut self, longest: Duration) -> Duration {
        longest.mul_f64(self.share())
    }
}

/// Whether a tool of the system is there and works; says what is skipped if not.
pub fn there_is(tool: &str, args: &[&str], for_what: &str) -> bool {
    let works = Command::new(tool).args(args).output().is_ok_and(|output| output.status.success());
    if !works {
        println!("skipped, as `{tool} {}` does not work here: {for_what}", args.join(" "));
    }
    works
}
