//! What the system lets this process have.
//!
//! A few lines over `/proc` and the files of control groups: crates that tell the memory available either
//! know nothing of control groups, or bring much more than is needed here.

use std::fmt::{self, Display};
use std::sync::LazyLock;

/// Where a limit comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The option `--memory-limit`.
    Option,
    /// The address space a process may have, `ulimit -v`.
    AddressSpace,
    /// The data a process may have, `ulimit -d`.
    Data,
    /// The control group of this process, as batch systems and containers set it.
    ControlGroup,
    /// What the machine has left.
    Machine,
}

impl Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Source::Option => "--memory-limit",
            Source::AddressSpace => "`ulimit -v`, the address space of a process",
            Source::Data => "`ulimit -d`, the data of a process",
            Source::ControlGroup => "the control group that this process is in (a container or a job)",
            Source::Machine => "what the machine has left",
        })
    }
}

/// A limit in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    pub bytes: u64,
    pub source: Source,
}

/// All limits in force: a limit given stands for those of the machine and the control group, but no
/// process gets around its own `ulimit`. Where the system does not tell, only a limit given counts.
pub fn limits(given: Option<u64>) -> Vec<Limit> {
    let mut all = imp::hard();
    match given {
        Some(bytes) => all.push(Limit { bytes, source: Source::Option }),
        None => all.extend(imp::soft()),
    }
    all
}

/// What this process has now, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Present {
    pub resident: u64,
    pub address_space: u64,
    pub data: u64,
}

impl Present {
    /// What the process had when it was first asked, before it began to work; nothing, where the system does not
    /// tell.
    pub fn at_first() -> &'static Present {
        static FIRST: LazyLock<Present> = LazyLock::new(imp::present);
        &FIRST
    }
}

#[cfg(target_os = "linux")]
mod imp {
    use std::fs;
    use std::path::Path;

    use rustix::process::{Resource, getrlimit};

    use super::{Limit, Present, Source};

    pub fn hard() -> Vec<Limit> {
        let of = |resource, source| getrlimit(resource).current.map(|bytes| Limit { bytes, source });
        [of(Resource::As, Source::AddressSpace), of(Resource::Data, Source::Data)].into_iter().flatten().collect()
    }

    pub fn soft() -> Vec<Limit> {
        let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        let group = control_group(&groups, Path::new("/sys/fs/cgroup"));
        let available = kib("/proc/meminfo", "MemAvailable:");
        // What this process has already is no longer available, but its own.
        let machine = available.map(|bytes| bytes + present().resident);
        let limit = |bytes: Option<u64>, source| bytes.map(|bytes| Limit { bytes, source });
        [limit(group, Source::ControlGroup), limit(machine, Source::Machine)].into_iter().flatten().collect()
    }

    pub fn present() -> Present {
        let of = |name| kib("/proc/self/status", name).unwrap_or(0);
        Present { resident: of("VmRSS:"), address_space: of("VmSize:"), data: of("VmData:") }
    }

    fn kib(file: &str, name: &str) -> Option<u64> {
        let text = fs::read_to_string(file).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kib * 1024)
    }

    /// The smallest limit on the way from the group of this process up to the root; of version 2 and of 1.
    /// In a container the way may begin outside it: then the files at the root are those of the container.
    pub(super) fn control_group(groups: &str, root: &Path) -> Option<u64> {
        let of = |line: &str| {
            let mut parts = line.splitn(3, ':').skip(1);
            let (controllers, path) = (parts.next()?, parts.next()?);
            match controllers {
                "" => smallest(root, path, "memory.max"),
                _ if controllers.split(',').any(|c| c == "memory") => {
                    smallest(&root.join("memory"), path, "memory.limit_in_bytes")
                }
                _ => None,
            }
        };
        groups.lines().filter_map(of).min()
    }

    fn smallest(root: &Path, path: &str, file: &str) -> Option<u64> {
        let group = root.join(path.trim_start_matches('/'));
        let on_the_way = group.ancestors().take_while(|folder| folder.starts_with(root));
        // Without a limit version 2 says `max`, version 1 a number above all memory.
        on_the_way.filter_map(|folder| fs::read_to_string(folder.join(file)).ok()?.trim().parse().ok()).min()
    }
}

#[cfg(not(target_os = "linux"))]
mod imp {
    use super::{Limit, Present};

    pub fn hard() -> Vec<Limit> {
        Vec::new()
    }

    pub fn soft() -> Vec<Limit> {
        Vec::new()
    }

    pub fn present() -> Present {
        Present::default()
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_smallest_limit_on_the_way_counts() {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("job/step/memory.max", "max\n");
        write("job/memory.max", "2000\n");
        write("memory/box/memory.limit_in_bytes", "1000\n");
        let of = |groups: &str| imp::control_group(groups, root.path());
        assert_eq!(of("0::/job/step\n"), Some(2000));
        assert_eq!(of("4:memory:/box\n0::/job/step\n"), Some(1000));
        assert_eq!(of("3:cpu:/box\n0::/elsewhere\n"), None);
    }

    #[test]
    fn a_limit_given_stands_for_those_of_machine_and_group() {
        assert!(limits(None).iter().any(|limit| limit.source == Source::Machine));
        let given = limits(Some(7));
        assert!(given.contains(&Limit { bytes: 7, source: Source::Option }));
        assert!(!given.iter().any(|limit| matches!(limit.source, Source::Machine | Source::ControlGroup)));
    }
}
