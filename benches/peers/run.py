#!/usr/bin/env python3
"""Measures Antesala beside other ways to do the same task, and checks that all give the same answer.

    cargo build --release && python3 benches/peers/run.py

Prints a table for each number of persons. Exit status: 0, or 1 if a peer failed or disagrees, 2 for bad usage.
A peer that cannot be installed or takes too long is named in the table.
"""

import argparse
import sys
from pathlib import Path

import contest
import install
import table
from roster import NAMES, PEERS
from task import DAYS

FEWEST = 20_000


def sizes(text):
    """Numbers of persons, separated by commas."""
    try:
        found = [int(part.replace("_", "")) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of whole numbers, such as 100000,1000000") from None
    if min(found) < FEWEST:
        raise argparse.ArgumentTypeError(f"{min(found)} persons are too few to compare: at least {FEWEST}")
    return found


def chosen(text):
    """Peers by name, separated by commas."""
    names = text.split(",")
    if unknown := [name for name in names if name not in NAMES]:
        raise argparse.ArgumentTypeError(f"no peer is called {unknown[0]!r} (there are {', '.join(NAMES)})")
    return [peer for peer in PEERS if peer.name in names]


def positive(text):
    value = int(text) if text.isdigit() else 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return value


def arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--persons", type=sizes, default=[100_000, 1_000_000], metavar="N,...", help="how many persons enter [100000,1000000]")
    parser.add_argument("--only", type=chosen, default=PEERS, metavar="PEER,...", help=f"some of {', '.join(NAMES)}")
    parser.add_argument("--rounds", type=positive, metavar="R", help="at most so many runs of each [5 of quick ones, 1 to 3 of others]")
    parser.add_argument("--limit", type=positive, default=300, metavar="S", help="seconds after which a run is stopped [300]")
    parser.add_argument("--antesala", type=Path, default=install.REPOSITORY / "target/release/antesala", metavar="FILE", help="the program [target/release/antesala]")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write a line of JSON for each peer and size")
    return parser.parse_args(argv)


def faults(entries):
    """What must not be passed over: failures, and results that differ. Being slow or not installed is no fault."""
    for entry in entries:
        tolerated = not entry.fault or entry.fault.startswith(("over ", "not installed: "))
        if not tolerated:
            yield f"{entry.peer.name} at {entry.persons:,}: {entry.fault}"
        for text in entry.disagrees:
            yield f"{entry.peer.name} at {entry.persons:,} disagrees: {text}"


def main(argv=None):
    given = arguments(argv)
    tools = install.install(given.only, given.antesala.resolve())
    if "" in tools.missing:
        print(f"error: {tools.missing['']}", file=sys.stderr)
        return 2
    everything = []
    for persons in given.persons:
        entries = contest.compete(given.only, tools, persons, given.limit, given.rounds, say=lambda text: print(text, file=sys.stderr))
        everything += entries
        print(f"\n{persons:,} persons over {DAYS} days\n\n{table.markdown(entries, tools.versions)}", flush=True)
    if given.json:
        given.json.write_text("".join(f"{entry.record()}\n" for entry in everything))
    found = list(faults(everything))
    for text in found:
        print(f"error: {text}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
