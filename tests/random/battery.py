#!/usr/bin/env python3
"""Tests the model's random numbers with dieharder, test by test, and with PractRand where there is one.

    apt-get install dieharder
    python3 tests/random/battery.py                   # five orders, two seeds: a day of one core
    python3 tests/random/battery.py --table FILE.md   # what is known so far, as a table; runs nothing

All tests of `dieharder -a` are run, each by a command of its own on numbers of its own, so that what is done stays
done: results are kept in --keep, and only what is missing there is run. A result WEAK (one in a hundred where nothing
is wrong) is run again on three other parts of the same order; weak again in two of them counts as FAILED.
Exit status: 0; 1 if a test FAILED or could not be run; 2 for bad usage.
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
ORDERS = ["household", "neighbours", "model", "replicates", "places"]
# Tests of `dieharder -a` and the sizes each is run at (0: its own).
TESTS = (
    [(number, [0]) for number in [*range(18), 100, 101, 102]]
    + [(200, range(1, 13)), (201, range(2, 6)), (202, range(2, 6)), (203, range(33))]
    + [(204, [0]), (205, [0]), (206, [0]), (207, [0]), (208, range(2)), (209, [0])]
)
# Numbers between the parts of a stream that two tests read: more than any of them reads.
APART = 1 << 32
# Parts that a WEAK test is run again on.
AGAIN = 3
QUICK = [(test, 0) for test in (0, 8, 11, 15, 100)]


def say(text):
    print(text, file=sys.stderr, flush=True)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--orders", default=",".join(ORDERS), help="which orders, with commas [all]")
    parser.add_argument("--seeds", default="1,2", help="which seeds, with commas [1,2]")
    parser.add_argument("--tests", help="numbers of dieharder's tests, with commas [those of dieharder -a]")
    parser.add_argument("--quick", action="store_true", help="five quick tests of every order, to see that it works")
    parser.add_argument("--budget", type=float, metavar="SECONDS", help="begin no test after this time")
    parser.add_argument("--keep", type=Path, default=REPOSITORY / "target" / "random", metavar="DIR")
    parser.add_argument("--table", type=Path, metavar="FILE", help="write the table of what is known, run nothing")
    given = parser.parse_args()
    given.orders = given.orders.split(",")
    wrong = [order for order in given.orders if order not in ORDERS]
    if wrong:
        parser.error(f"no order {wrong[0]!r}: {', '.join(ORDERS)}")
    try:
        given.seeds = [int(seed) for seed in given.seeds.split(",")]
        chosen = given.tests and [int(test) for test in given.tests.split(",")]
    except ValueError as error:
        parser.error(str(error))
    known = [(number, size) for number, sizes in TESTS for size in sizes]
    unknown = [test for test in chosen or [] if test not in dict(known)]
    if unknown:
        parser.error(f"no test {unknown[0]} in dieharder -a: {', '.join(str(number) for number, _ in TESTS)}")
    given.work = QUICK if given.quick else [test for test in known if not chosen or test[0] in chosen]
    return given


def build():
    """The program that writes the numbers."""
    command = ["cargo", "build", "--release", "--locked", "--quiet", "--example", "random_bits"]
    subprocess.run(command, cwd=REPOSITORY, check=True)
    return REPOSITORY / "target" / "release" / "examples" / "random_bits"


def start_of(program, order, seed):
    """Digest of how a stream begins: results of another generator are not this one's."""
    with subprocess.Popen([program, order, "--seed", str(seed)], stdout=subprocess.PIPE) as stream:
        digest = hashlib.sha256(stream.stdout.read(1 << 20)).hexdigest()
        stream.stdout.close()
    return digest[:16]


class Kept:
    """Results on disk, a line of JSON each."""

    def __init__(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        self.file = folder / "results.jsonl"
        lines = self.file.read_text().splitlines() if self.file.exists() else []
        self.rows = {self.key(row): row for row in map(json.loads, lines)}

    @staticmethod
    def key(row):
        return tuple(row[name] for name in ("stream", "order", "seed", "test", "size", "part"))

    def add(self, row):
        self.rows[self.key(row)] = row
        with self.file.open("a") as file:
            file.write(json.dumps(row) + "\n")


def dieharder(program, order, seed, test, size, part):
    """Runs one test on one part of a stream: what dieharder says of each p-value."""
    place = [(number, each) for number, sizes in TESTS for each in sizes].index((test, size))
    skip = (part * 256 + place) * APART
    numbers = subprocess.Popen(
        [program, order, "--seed", str(seed), "--skip", str(skip)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    command = ["dieharder", "-g", "200", "-d", str(test)] + (["-n", str(size)] if size else [])
    for column in ("test_name", "ntuple", "pvalues", "assessment"):
        command += ["-D", column]
    tested = subprocess.run(command, stdin=numbers.stdout, capture_output=True, text=True)
    numbers.stdout.close()
    numbers.stderr.read()
    if numbers.wait() not in (0, -13) or tested.returncode != 0:
        raise RuntimeError(f"dieharder -d {test} -n {size} on {order} failed: {tested.stderr or tested.stdout}")
    cells = [[cell.strip() for cell in line.split("|")] for line in tested.stdout.splitlines()]
    words = ("PASSED", "WEAK", "FAILED")
    found = [(row[0], float(row[2]), row[3]) for row in cells if len(row) == 4 and row[3] in words]
    if not found:
        raise RuntimeError(f"dieharder -d {test} said nothing to read: {tested.stdout}{tested.stderr}")
    return found


class Battery:
    def __init__(self, given, program):
        self.given, self.program, self.kept = given, program, Kept(given.keep)
        self.end = time.monotonic() + given.budget if given.budget else float("inf")
        self.streams = {(o, s): start_of(program, o, s) for o in given.orders for s in given.seeds}

    def result(self, order, seed, test, size, part=0):
        """The kept result, or that of running it now; None if there is no time left."""
        row = {"stream": self.streams[order, seed], "order": order, "seed": seed, "test": test, "size": size, "part": part}
        if Kept.key(row) in self.kept.rows:
            return self.kept.rows[Kept.key(row)]
        if time.monotonic() > self.end:
            return None
        begin = time.monotonic()
        found = dieharder(self.program, order, seed, test, size, part)
        row["name"] = found[0][0]
        row["p"] = [p for _, p, _ in found]
        row["said"] = [said for _, _, said in found]
        row["seconds"] = round(time.monotonic() - begin, 1)
        self.kept.add(row)
        say(f"{order} seed {seed} {row['name']} {size} part {part}: {' '.join(row['said'])} ({row['seconds']} s)")
        return row

    def verdict(self, order, seed, test, size):
        """(first result, results of the parts it was run again on, PASSED or WEAK or FAILED); None if not known."""
        first = self.result(order, seed, test, size)
        if first is None:
            return None
        if "FAILED" in first["said"]:
            return first, [], "FAILED"
        if "WEAK" not in first["said"]:
            return first, [], "PASSED"
        again = [self.result(order, seed, test, size, part) for part in range(1, AGAIN + 1)]
        if None in again:
            return None
        bad = sum(any(said != "PASSED" for said in row["said"]) for row in again)
        failed = bad >= 2 or any("FAILED" in row["said"] for row in again)
        return first, again, "FAILED" if failed else "WEAK"

    def all(self):
        for seed in self.given.seeds:
            for order in self.given.orders:
                for test, size in self.given.work:
                    yield order, seed, test, size, self.verdict(order, seed, test, size)


def table(rows):
    """What is known, by stream and then test by test."""
    streams = sorted({(seed, ORDERS.index(order)) for order, seed, *_ in rows})
    streams = [(ORDERS[order], seed) for seed, order in streams]
    at = {(order, seed, test, size): verdict for order, seed, test, size, verdict in rows if verdict}
    tests = list(dict.fromkeys((test, size) for _, _, test, size, _ in rows))
    lines = ["| order | seed | run | p-values | PASSED | WEAK once | FAILED |", "|---|---|---|---|---|---|---|"]
    for order, seed in streams:
        known = [at[order, seed, *test] for test in tests if (order, seed, *test) in at]
        count = [sum(verdict == word for *_, verdict in known) for word in ("PASSED", "WEAK", "FAILED")]
        values = sum(len(first["p"]) for first, *_ in known)
        lines.append(f"| {order} | {seed} | {len(known)} of {len(tests)} | {values} | {count[0]} | {count[1]} | {count[2]} |")
    lines += ["", "| test | size | " + " | ".join(f"{order} {seed}" for order, seed in streams) + " |"]
    lines.append("|---|---|" + "---|" * len(streams))
    for test in tests:
        cells = [cell(at.get((order, seed, *test))) for order, seed in streams]
        names = [at[order, seed, *test][0]["name"] for order, seed in streams if (order, seed, *test) in at]
        if names:
            lines.append(f"| {names[0]} | {test[1]} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def cell(verdict):
    """The smallest and largest p-value of a test, and those of the parts it was run again on."""
    if not verdict:
        return ""
    first, again, word = verdict
    of = lambda row: "-".join(dict.fromkeys(f"{p:.4f}" for p in (min(row["p"]), max(row["p"]))))
    text = of(first)
    if again:
        text += " (again " + ", ".join(of(row) for row in again) + ")"
    return text if word == "PASSED" else f"{text} {word}"


def practrand(given, program):
    """PractRand on 8 GB of every stream, where it is at hand; whether all went well."""
    if shutil.which("RNG_test") is None:
        say("skipped: PractRand (there is no RNG_test on the path)")
        return True
    good = True
    for order in given.orders:
        for seed in given.seeds:
            numbers = subprocess.Popen([program, order, "--seed", str(seed)], stdout=subprocess.PIPE)
            size = "256MB" if given.quick else "8GB"
            tested = subprocess.run(["RNG_test", "stdin64", "-tlmax", size], stdin=numbers.stdout, capture_output=True, text=True)
            numbers.stdout.close()
            numbers.wait()
            (given.keep / f"practrand-{order}-{seed}.txt").write_text(tested.stdout)
            failed = tested.returncode != 0 or "FAIL" in tested.stdout
            say(f"{order} seed {seed} PractRand {size}: {'FAILED' if failed else 'PASSED'}")
            good = good and not failed
    return good


def main():
    given = arguments()
    if given.table:
        given.budget = -1.0
    elif shutil.which("dieharder") is None:
        say("error: there is no dieharder on the path: apt-get install dieharder")
        return 1
    program = build()
    battery = Battery(given, program)
    rows = list(battery.all())
    text = table(rows)
    if given.table:
        given.table.write_text(text)
        return 0
    print(text)
    missing = sum(verdict is None for *_, verdict in rows)
    failed = [row for row in rows if row[4] and row[4][2] == "FAILED"]
    say(f"{len(rows) - missing} of {len(rows)} tests known, {len(failed)} failed")
    return 0 if practrand(given, program) and not failed else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except RuntimeError as error:
        say(f"error: {error}")
        sys.exit(1)
