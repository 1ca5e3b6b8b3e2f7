"""Replicates on one thread and on more: how much sooner, and whether every byte is the same."""

import filecmp
import tempfile
from pathlib import Path

import program
import targets
from table import figure, seconds

HEAD = """| threads | seconds (least to most) | replicates a second | one thread = 1 |
|---|---|---|---|"""
COMPARED = (1, 2, 4)
TIMED = (1, 2)
# These name the time, the machine or the threads; docs/outputs.md says that no other file depends on them.
DIFFER = {"run.json", "ro-crate-metadata.json"}


def arguments(scales, threads):
    return ["baseline", "--scale", scales.threads_scale, "--replicates", scales.replicates, "--no-charts", "--threads", threads]


def measure(antesala, scales, say):
    cases = {f"{threads} of the baseline": arguments(scales, threads) for threads in TIMED}
    timed = program.in_rounds(antesala, cases, min(scales.rounds, 3), lambda folder: None, say)
    return dict(zip(TIMED, timed.values())), compare(antesala, scales)


def files(folder):
    """Every file that must not depend on the threads, relative to the folder."""
    found = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
    return {path for path in found if str(path) not in DIFFER}


def compare(antesala, scales):
    """Number of files compared; files that differ, with the threads they were written on."""
    with tempfile.TemporaryDirectory(prefix="antesala-threads-") as place:
        folders = [Path(place) / str(threads) for threads in COMPARED]
        for threads, folder in zip(COMPARED, folders):
            program.simulate(antesala, arguments(scales, threads), folder)
        first = files(folders[0])
        different = []
        for threads, folder in zip(COMPARED[1:], folders[1:]):
            other = files(folder)
            different += [f"{path} on {threads} threads" for path in sorted(first ^ other)]
            common = sorted(str(path) for path in first & other)
            _, unlike, unread = filecmp.cmpfiles(folders[0], folder, common, shallow=False)
            different += [f"{path} on {threads} threads" for path in unlike + unread]
        return len(first), different


def gain(timed):
    return timed[1].wall.median / timed[2].wall.median


def table(timed, scales):
    lines = [HEAD]
    for threads, times in timed.items():
        rate = scales.replicates / times.wall.median
        lines.append(f"| {threads} | {seconds(times.wall)} | {figure(rate)} | {timed[1].wall.median / times.wall.median:.2f} |")
    return "\n".join(lines)


def sentence(compared):
    number, different = compared
    if different:
        return f"**{len(different)} files differ from those written on one thread: {', '.join(different)}.**"
    return f"On 1, 2 and 4 threads all {number} files but `run.json` and `ro-crate-metadata.json` have the same bytes."


def target_rows(timed):
    return [targets.THREADS.row(gain(timed), figure)]
