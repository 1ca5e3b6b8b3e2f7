"""Who is measured at the lottery, and how each is run and answers."""

import csv
import json
from dataclasses import dataclass, field
from pathlib import Path

from task import LEAD

HERE = Path(__file__).resolve().parent
ANTESALA = "antesala"


@dataclass
class Peer:
    """A program that does the task. `needs` is what must be installed: `python`, `rust`, or nothing."""

    name: str
    label: str
    needs: str
    rounds: int
    command: list = field(default_factory=list)

    def argv(self, tools, persons, folder):
        """The command for so many persons; it may write into `folder`."""
        if self.needs == "python":
            return [tools.python, HERE / "models" / self.command[0], persons, 1, folder]
        if self.needs == "rust":
            return [tools.rust / self.command[0], persons, 1, folder]
        return [
            tools.antesala, "run", "bench/lottery", "--set", f"inflow.persons={persons}",
            "--threads", 1, "--no-charts", "--out", folder / "run",
        ]  # fmt: skip

    def answer(self, text, folder):
        """Its results: the last line it printed, or the files Antesala wrote."""
        if self.needs:
            return json.loads(text.strip().splitlines()[-1])
        return antesala_results(folder / "run")


def antesala_results(folder):
    """From `summary.csv`. Its wait runs to the appointment, so the lead is taken off."""
    with open(folder / "summary.csv", newline="") as file:
        mean = {row["metric"]: row["mean"] for row in csv.DictReader(file)}
    return {
        "backlog": int(mean["backlog_end"]),
        "admitted": int(mean["confirmation"]),
        "mean_wait": round(float(mean["wait_completed_queue_age_mean_all"]) - LEAD, 3),
    }


PEERS = [
    Peer("event-lists", "by hand: event lists", "rust", 5, ["event-lists"]),
    Peer("daily-steps", "by hand: arrays, daily steps", "rust", 5, ["daily-steps"]),
    Peer(ANTESALA, "**Antesala**, with all its tables", "", 5),
    Peer("numpy", "NumPy, by a careful user", "python", 5, ["numpy_plain.py"]),
    Peer("numpy-tuned", "NumPy, as good as we can", "python", 5, ["numpy_tuned.py"]),
    Peer("ixa", "ixa", "rust", 3, ["ixa-peer"]),
    Peer("mesa", "Mesa", "python", 1, ["mesa_model.py"]),
    Peer("simpy", "SimPy", "python", 1, ["simpy_model.py"]),
]
NAMES = [peer.name for peer in PEERS]
