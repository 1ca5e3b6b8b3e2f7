"""The lottery against other ways to do it."""

import contest
import table
import targets
from roster import ANTESALA


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


def disagreements(contests):
    return [f"{entry.peer.name} at {entry.persons:,}: {text}" for entries in contests.values() for entry in entries for text in entry.disagrees]
