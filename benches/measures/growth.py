"""How the time of an event grows with persons, with the backlog and with the length of the run."""

import program
import targets
from table import figure

HEAD = """| lottery | days | backlog at the end | events | seconds | of processor | ns of processor an event | first = 1 |
|---|---|---|---|---|---|---|---|"""
# `--to` of a run of twice 730 days; with twice the persons as many enter each day.
TWICE_AS_LONG = "2026-12-29"
# A week's share that gives up where a day's is 0.02 or 0.001: the same inflow and slots, backlogs ten times apart.
SHORT_QUEUE, LONG_QUEUE = 1 - 0.98**7, 1 - 0.999**7


def lottery(persons, *more):
    return ["bench/lottery", "--set", f"inflow.persons={persons}", "--threads", 1, "--no-charts", *more]


def gives_up(persons, weekly):
    return lottery(persons, "--set", f"decisions.give_up_per_week={weekly:.12f}")


def sizes(scales):
    return {f"{persons:,} persons": lottery(persons) for persons in scales.growth}


def variants(scales):
    persons = scales.growth[1]
    return {
        f"{persons:,} persons, short queue": gives_up(persons, SHORT_QUEUE),
        f"{persons:,} persons, long queue": gives_up(persons, LONG_QUEUE),
        f"{2 * persons:,} persons in twice the days": lottery(2 * persons, "--to", TWICE_AS_LONG),
    }


def count(folder):
    """Everything that happened to a household; households are persons here, so a person's leg is one event."""
    _, households = program.flows(folder)
    days = sum(1 for _ in program.rows(folder / "appointments.csv"))
    return {
        "events": sum(households.values()) + program.journeys(folder),
        "backlog": program.metric(folder, "backlog_end"),
        "days": days,
    }


def measure(antesala, scales, say):
    rounds = min(scales.rounds, 3)
    return program.in_rounds(antesala, {**sizes(scales), **variants(scales)}, rounds, count, say)


def per_event(times):
    """Nanoseconds of processor."""
    return times.cpu.median * 1e9 / times.counted["events"]


def table(measured):
    lines = [HEAD]
    first = per_event(next(iter(measured.values())))
    for name, times in measured.items():
        counted = times.counted
        lines.append(
            f"| {name} | {counted['days']} | {counted['backlog']:,.0f} | {counted['events']:,} | {figure(times.wall.median)} "
            f"| {figure(times.cpu.median)} | {figure(per_event(times))} | {per_event(times) / first:.2f} |"
        )
    return "\n".join(lines)


def target_rows(measured, scales):
    costs = [per_event(measured[name]) for name in sizes(scales)]
    return [targets.GROWTH.row(max(costs) / min(costs), figure)]
