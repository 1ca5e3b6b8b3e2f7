"""The lottery against other ways to do it."""

import contest
import table
import targets
from roster import ANTESALA

# Seconds that daily steps by hand took on the machine for which the targets in seconds were set.
STEPS_WHERE_SET = {100_000: 0.02, 1_000_000: 0.17}


def measure(tools, peers, scales, say):
    return {
        persons: contest.compete(peers, tools, persons, scales.contest_limit, scales.rounds, say)
        for persons in scales.contest
    }


def tables(contests, versions):
    parts = [f"**{persons:,} persons**\n\n{table.markdown(entries, versions)}" for persons, entries in contests.items()]
    return "\n\n".join(parts)


def values(entries):
    """The figures that have a target, where they were measured."""
    ours = table.find(entries, ANTESALA)
    numpy = table.ratio(entries, "numpy", ANTESALA)
    return {
        "seconds": ours.wall.median if ours else None,
        "memory": ours.peak_mib.median if ours else None,
        "numpy": numpy,
        "daily-steps": table.ratio(entries, ANTESALA, "daily-steps"),
    }


def target_rows(contests):
    for persons, entries in contests.items():
        found = values(entries)
        for name, target in targets.LOTTERY.get(persons, {}).items():
            yield target.row(found[name], table.figure)


def pace(contests):
    """How fast this machine was beside the one of the targets, by the program that says most of the machine alone."""
    pairs = [
        f"{steps.wall.median / STEPS_WHERE_SET[persons]:.1f} times at {persons:,} persons ({table.figure(steps.wall.median)} s, not {STEPS_WHERE_SET[persons]:g})"
        for persons, entries in contests.items()
        if persons in STEPS_WHERE_SET and (steps := table.find(entries, "daily-steps"))
    ]
    if not pairs:
        return ""
    return f"Targets in seconds were set on another machine: the lottery in daily steps by hand took here {' and '.join(pairs)} what it took there."


def disagreements(contests):
    return [f"{entry.peer.name} at {entry.persons:,}: {text}" for entries in contests.values() for entry in entries for text in entry.disagrees]
