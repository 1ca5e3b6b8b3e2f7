"""Antesala as it is measured: runs in fresh folders, and what is counted in what they wrote."""

import csv
import json
import tempfile
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

from measure import Measured, run


class Failed(Exception):
    """A run did not end well."""


@contextmanager
def fresh_folder():
    """A place for one run, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="antesala-measure-") as folder:
        yield Path(folder) / "run"


def simulate(program, arguments, folder):
    """Runs `antesala run` into `folder`, which must not exist."""
    command = [program, "run", *arguments, "--quiet", "--out", folder]
    measured = run(command)
    if measured.fault:
        raise Failed(f"{' '.join(str(part) for part in command)}: {measured.fault}")
    return measured


class Times(Measured):
    """Wall and processor seconds and peak memory over rounds, and what was counted in the last."""

    def __init__(self):
        self.runs = []
        self.counted = {}


def in_rounds(program, cases, rounds, count, say):
    """Times of each case, by its name: all cases in each round. `count` reads a finished folder."""
    times = {name: Times() for name in cases}
    for number in range(rounds):
        for name, arguments in cases.items():
            with fresh_folder() as folder:
                measured = simulate(program, arguments, folder)
                times[name].runs.append(measured)
                if number == rounds - 1:
                    times[name].counted = count(folder)
            say(f"{name}, round {number + 1}: {measured.wall:.2f} s, {measured.cpu:.2f} s of processor, {measured.peak_mib:.0f} MiB")
    return times


def rows(path):
    with open(path, newline="") as file:
        yield from csv.DictReader(file)


def flows(folder):
    """Persons and households of each event over the whole run."""
    persons, households = Counter(), Counter()
    for row in rows(folder / "flows.csv"):
        persons[row["event"]] += int(row["persons"])
        households[row["event"]] += int(row["households"])
    return persons, households


def entered(folder):
    """Persons present on the first day and those who entered later."""
    persons, _ = flows(folder)
    return persons["initial"] + persons["arrival"]


def journeys(folder):
    """Legs of the network, times the persons who travelled them."""
    return sum(int(row["persons"]) for row in rows(folder / "legs.csv"))


def person_days(folder):
    """Persons present, summed over the days, by state."""
    days = Counter()
    for row in rows(folder / "stocks_by_nationality.csv"):
        days[row["state"]] += int(row["persons"])
    return days


def metric(folder, name):
    """Mean of a metric of `summary.csv`."""
    return next(float(row["mean"]) for row in rows(folder / "summary.csv") if row["metric"] == name)


def about(folder):
    """What `run.json` says of the program."""
    return json.loads((folder / "run.json").read_text())
