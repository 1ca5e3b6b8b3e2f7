"""The machine, in a line or two."""

import os
import platform
import subprocess


def first_value(path, key):
    """Value of the first line `key : value` of a file of /proc, or nothing."""
    try:
        with open(path) as file:
            for line in file:
                name, _, value = line.partition(":")
                if name.strip() == key:
                    return value.strip()
    except OSError:
        pass  # Not Linux: said as unknown below.
    return None


def said_by(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def processor():
    return first_value("/proc/cpuinfo", "model name") or said_by("sysctl", "-n", "machdep.cpu.brand_string") or "unknown processor"


def memory():
    size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{size / 2**30:.0f} GiB"


def system():
    try:
        return f"{platform.freedesktop_os_release()['PRETTY_NAME']} ({platform.system()} {platform.machine()})"
    except (OSError, KeyError):
        return f"{platform.system()} {platform.release()} {platform.machine()}"


def describe():
    rustc = said_by("rustc", "--version") or "rustc of unknown version"
    return f"{processor()}, {os.cpu_count()} cores, {memory()}, {system()}, {rustc}, Python {platform.python_version()}"


def load():
    """How many programs want to run, over the last quarter of an hour; more than one measured makes times longer."""
    return os.getloadavg()[2]
