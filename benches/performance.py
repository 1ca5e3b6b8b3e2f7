#!/usr/bin/env python3
"""Measures speed and memory, and writes docs/performance.md whole.

    python3 benches/performance.py

Builds the release binary and the peers first. It takes half an hour or more, on a machine that should do nothing
else. `--quick --out FILE` does it all at small sizes, to see that it works: its figures mean nothing.
Exit status: 0; 1 if something failed, results disagree or bytes differ; 2 for bad usage. A missed target is no failure.
"""

import argparse
import datetime
import subprocess
import sys
from pathlib import Path
from string import Template

BENCHES = Path(__file__).resolve().parent
sys.path[:0] = [str(BENCHES / "measures"), str(BENCHES / "peers")]

import baseline  # noqa: E402
import growth  # noqa: E402
import install  # noqa: E402
import instructions  # noqa: E402
import lottery  # noqa: E402
import machine  # noqa: E402
import moving  # noqa: E402
import program  # noqa: E402
import run as peers_command  # noqa: E402
import scales as sizes  # noqa: E402
import task  # noqa: E402
import threads  # noqa: E402
from roster import PEERS  # noqa: E402

REPOSITORY = install.REPOSITORY
DOCUMENT = REPOSITORY / "docs" / "performance.md"


def say(text):
    print(text, file=sys.stderr, flush=True)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small sizes and few rounds, to see that it works; needs --out")
    parser.add_argument("--out", type=Path, metavar="FILE", help="file to write [docs/performance.md]")
    parser.add_argument("--antesala", type=Path, metavar="FILE", help="measure this program instead of building one")
    given = parser.parse_args()
    if given.quick and not given.out:
        parser.error("--quick needs --out: docs/performance.md is for full sizes")
    if given.antesala and not given.antesala.is_file():
        parser.error(f"there is no program {given.antesala}")
    return given


def build():
    """The release binary of this folder."""
    say("building the release binary")
    subprocess.run(["cargo", "build", "--release", "--locked"], cwd=REPOSITORY, check=True)
    return REPOSITORY / "target" / "release" / "antesala"


def identity(antesala):
    """Version and commit of the program, as it says itself."""
    with program.fresh_folder() as folder:
        program.simulate(antesala, ["bench/lottery", "--set", "inflow.persons=1000", "--no-charts"], folder)
        return program.about(folder)


def command(given):
    """The command as it was given, but for the file that is written."""
    more = " --quick" if given.quick else ""
    other = f" --antesala {given.antesala}" if given.antesala else ""
    return f"python3 benches/performance.py{more}{other}"


def measure(given, scales, antesala, load_before):
    """Every part, in the order of the document: what is wrong, and what the placeholders stand for."""
    about = identity(antesala)
    say("installing the peers")
    tools = install.install(PEERS, antesala)
    contests = lottery.measure(tools, PEERS, scales, say)
    base = baseline.measure(antesala, scales, say)
    grown = growth.measure(antesala, scales, say)
    timed, compared = threads.measure(antesala, scales, say)
    moved = moving.measure(antesala, scales, say)
    entries = [entry for group in contests.values() for entry in group]
    faults = [*peers_command.faults(entries), *(f"differs: {path}" for path in compared[1])]
    targets = [
        *lottery.target_rows(contests),
        *baseline.target_rows(base),
        *growth.target_rows(grown, scales),
        *threads.target_rows(timed),
        *moving.target_rows(moved),
    ]
    exact = task.limit()
    return faults, {
        "command": command(given),
        "date": datetime.date.today().isoformat(),
        "version": about["version"],
        "commit": (about["commit"] or "unknown")[:12],
        "machine": machine.describe(),
        "load_before": f"{load_before:.1f}",
        "load_after": f"{machine.load():.1f}",
        "quick": " **Small sizes: the figures mean nothing.**" if given.quick else "",
        "targets": "\n".join(targets),
        "pace": lottery.pace(contests),
        "backlog": f"{exact['backlog']:.3f}",
        "admitted": f"{exact['admitted']:.3f}",
        "mean_wait": f"{exact['mean_wait']:.1f}",
        "agreement": agreement(contests),
        "lottery": lottery.tables(contests, tools.versions),
        "baseline_scale": "" if scales.baseline_scale == 1 else f" with `--scale {scales.baseline_scale}`",
        "baseline": baseline.table(base),
        "growth": growth.table(grown),
        "threads_scale": scales.threads_scale,
        "replicates": scales.replicates,
        "threads": threads.table(timed, scales),
        "same_bytes": threads.sentence(compared),
        "moving": moving.table(moved),
        "instructions": instructions.table(),
    }


def agreement(contests):
    found = lottery.disagreements(contests)
    return f"**they do not all agree: {'; '.join(found)}.**" if found else "all that ran agree."


def main():
    given = arguments()
    scales = sizes.QUICK if given.quick else sizes.FULL
    load_before = machine.load()
    try:
        antesala = given.antesala.resolve() if given.antesala else build()
        faults, parts = measure(given, scales, antesala, load_before)
    except (program.Failed, subprocess.CalledProcessError, ValueError) as error:
        say(f"error: {error}")
        return 1
    document = Template((BENCHES / "measures" / "performance.md").read_text()).substitute(parts)
    out = given.out or DOCUMENT
    out.write_text(document)
    say(f"{out} is written")
    for fault in faults:
        say(f"error: {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
