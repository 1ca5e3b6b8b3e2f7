"""Runs a command and says how long it took, how much of a processor, and how much memory at most."""

import os
import signal
import statistics
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass

# Libraries that would use several threads are held to one.
ONE_THREAD = {
    name: "1"
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "RAYON_NUM_THREADS")
}
MIB = 1024.0


@dataclass
class Run:
    """One run. `text` is its standard output, `fault` says what went wrong, if anything."""

    wall: float
    cpu: float
    peak_mib: float
    text: str = ""
    fault: str = ""
    over: bool = False


def run(command, limit=None, cwd=None):
    """Runs `command` to its end, or to `limit` seconds, with one thread for each library."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        child = subprocess.Popen(
            [str(part) for part in command],
            stdout=output,
            stderr=errors,
            cwd=cwd,
            env={**os.environ, **ONE_THREAD},
            start_new_session=True,
        )
        fired = threading.Event()
        timer = threading.Timer(limit, stop, (child.pid, fired)) if limit else None
        if timer:
            timer.start()
        _, status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
        if timer:
            timer.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
        measured = Run(wall, used.ru_utime + used.ru_stime, peak_mib(used))
        output.seek(0)
        errors.seek(0)
        measured.text = output.read().decode(errors="replace")
        if fired.is_set():
            measured.over, measured.fault = True, f"over {limit:.0f} s"
        elif child.returncode != 0:
            last = errors.read().decode(errors="replace").strip().splitlines()[-1:]
            measured.fault = f"status {child.returncode}: {' '.join(last)}"
        return measured


def stop(pid, fired):
    """Ends a run and what it started: it has a session of its own."""
    fired.set()
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass  # It ended in this very moment.


def peak_mib(used):
    """Peak resident memory: Linux counts it in KiB, macOS in bytes."""
    return used.ru_maxrss / (MIB if os.uname().sysname == "Linux" else MIB * MIB)


@dataclass
class Spread:
    """Median, least and most of several values."""

    median: float
    least: float
    most: float
    count: int


def spread(values):
    values = list(values)
    return Spread(statistics.median(values), min(values), max(values), len(values))


class Measured:
    """What holds `runs`, and tells their spread."""

    @property
    def wall(self):
        return spread(run.wall for run in self.runs)

    @property
    def cpu(self):
        return spread(run.cpu for run in self.runs)

    @property
    def peak_mib(self):
        return spread(run.peak_mib for run in self.runs)
