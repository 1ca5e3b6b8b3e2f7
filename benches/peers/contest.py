"""The lottery, peer after peer in rounds, so that a slow moment of the machine touches all."""

import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import task
from measure import Measured, run


@dataclass
class Entry(Measured):
    """What a peer did with so many persons."""

    peer: object
    persons: int
    runs: list = field(default_factory=list)
    results: dict = None
    fault: str = ""
    disagrees: list = field(default_factory=list)

    def record(self):
        """Everything, for a line of JSON."""
        line = {"peer": self.peer.name, "persons": self.persons, "fault": self.fault, "disagrees": self.disagrees}
        if self.results:
            line |= {name: self.results[name] for name in task.RESULTS}
        for name in ("wall", "cpu", "peak_mib"):
            line[name] = [round(getattr(run, name), 4) for run in self.runs]
        return json.dumps(line)


def compete(peers, tools, persons, limit, rounds=None, say=print):
    """Runs every peer, each as often as it should (at most `rounds` times), and checks its results."""
    entries = [Entry(peer, persons, fault=unavailable(peer, tools)) for peer in peers]
    expected = task.limit()
    most = max(peer.rounds for peer in peers)
    for number in range(min(most, rounds or most)):
        for entry in entries:
            if not entry.fault and number < entry.peer.rounds:
                once(entry, tools, limit, expected)
                say(progress(entry, number))
    return entries


def unavailable(peer, tools):
    reason = tools.missing.get(peer.needs)
    return f"not installed: {reason}" if reason else ""


def once(entry, tools, limit, expected):
    """One run in a folder of its own. A run that fails or takes too long is the last of its peer."""
    with tempfile.TemporaryDirectory(prefix="antesala-peer-") as folder:
        folder = Path(folder)
        measured = run(entry.peer.argv(tools, entry.persons, folder), limit)
        if measured.fault:
            entry.fault = measured.fault
            return
        entry.runs.append(measured)
        entry.results = entry.peer.answer(measured.text, folder)
        entry.disagrees = task.disagreements(entry.persons, expected, entry.results)


def progress(entry, number):
    if entry.fault:
        return f"{entry.persons:>9,}  {entry.peer.name:12} {entry.fault}"
    last = entry.runs[-1]
    return f"{entry.persons:>9,}  {entry.peer.name:12} round {number + 1}: {last.wall:.2f} s, {last.cpu:.2f} s of processor, {last.peak_mib:.0f} MiB"
