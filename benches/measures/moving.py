"""Moving over the network and nothing else: Flee's kind of work."""

import program
import targets
from install import REPOSITORY
from table import figure, seconds

SCENARIO = REPOSITORY / "scenarios" / "bench" / "moving.toml"
# Measured by us with Flee's own example on a machine of two cores, November 2026.
FLEE_AGENT_DAYS = 100_000
FLEE_BYTES = 450
HEAD = """| | Antesala | Flee |
|---|---|---|"""


def measure(antesala, scales, say):
    case = [SCENARIO, "--set", f"inflow.persons={scales.moving}", "--threads", 1, "--no-charts"]
    return program.in_rounds(antesala, {"moving": case}, scales.rounds, count, say)["moving"]


def count(folder):
    days = program.person_days(folder)
    return {
        "present": sum(days.values()),
        "travelling": days["travelling"],
        "legs": program.journeys(folder),
        "entered": program.entered(folder),
    }


def rate(times, what):
    """So many a second, of the median."""
    return times.counted[what] / times.wall.median


def table(times):
    counted = times.counted
    memory = times.peak_mib.median * 2**20 / counted["entered"]
    return "\n".join([
        HEAD,
        f"| persons | {counted['entered']:,} | |",
        f"| seconds (least to most) | {seconds(times.wall)} | |",
        f"| person-days of those present | {counted['present']:,} | |",
        f"| the same, a second | {rate(times, 'present'):,.0f} | about {FLEE_AGENT_DAYS:,} |",
        f"| person-days of those on their way | {counted['travelling']:,} | |",
        f"| the same, a second | {rate(times, 'travelling'):,.0f} | |",
        f"| legs travelled | {counted['legs']:,} | |",
        f"| the same, a second | {rate(times, 'legs'):,.0f} | |",
        f"| bytes an agent (peak memory over all who entered) | {figure(memory)} | about {FLEE_BYTES} |",
    ])  # fmt: skip


def target_rows(times):
    return [targets.MOVING.row(rate(times, "present") / FLEE_AGENT_DAYS, figure)]
