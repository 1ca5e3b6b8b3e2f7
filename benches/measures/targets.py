"""The figures aimed at. They are for a machine of two cores that does nothing else."""

from dataclasses import dataclass


@dataclass
class Target:
    what: str
    bound: float
    unit: str
    at_least: bool = False

    def met(self, value):
        return value >= self.bound if self.at_least else value <= self.bound

    def row(self, value, write):
        sign = "at least" if self.at_least else "at most"
        verdict = "not measured" if value is None else "yes" if self.met(value) else "no"
        bound = f"{self.bound:g} {self.unit}".strip()
        return f"| {self.what} | {sign} {bound} | {'' if value is None else write(value)} | {verdict} |"


LOTTERY = {
    100_000: {"seconds": Target("lottery, 100,000 persons: seconds", 0.06, "s")},
    1_000_000: {
        "seconds": Target("lottery, 1,000,000 persons: seconds", 0.5, "s"),
        "memory": Target("lottery, 1,000,000 persons: peak memory", 80, "MiB"),
        "numpy": Target("lottery, 1,000,000 persons: NumPy's time, by a careful user, over Antesala's", 1.5, "", at_least=True),
        "daily-steps": Target("lottery, 1,000,000 persons: Antesala's time over that of daily steps by hand", 3, ""),
    },
}
BASELINE_SECONDS = Target("baseline, for each 1,000,000 persons entering: seconds", 3, "s (then 1.5)")
BASELINE_MEMORY = Target("baseline, for each 1,000,000 persons entering: peak memory", 150, "MiB (then 100)")
GROWTH = Target("time of an event, most over least of the numbers of persons", 1.2, "")
THREADS = Target("replicates a second, two threads over one", 1.7, "", at_least=True)
MOVING = Target("moving: person-days a second, over Flee's", 500, "", at_least=True)
