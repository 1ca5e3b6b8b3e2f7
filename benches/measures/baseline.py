"""The baseline with all its processes: a replicate on one thread, without charts and with them."""

import program
import targets
from table import figure, seconds

HEAD = """| | seconds (least to most) | of processor | peak MiB | persons simulated | seconds for each 1,000,000 | MiB for each 1,000,000 |
|---|---|---|---|---|---|---|"""
TABLES, CHARTS = "tables alone", "tables and charts"


def measure(antesala, scales, say):
    plain = ["baseline", "--replicates", 1, "--threads", 1, "--scale", scales.baseline_scale]
    cases = {TABLES: [*plain, "--no-charts"], CHARTS: plain}
    rounds = min(scales.rounds, 3)
    return program.in_rounds(antesala, cases, rounds, lambda folder: program.entered(folder) * scales.baseline_scale, say)


def per_million(times):
    """Seconds and MiB for each million persons simulated."""
    millions = times.counted / 1e6
    return times.wall.median / millions, times.peak_mib.median / millions


def table(measured):
    lines = [HEAD]
    for name, times in measured.items():
        time, memory = per_million(times)
        lines.append(
            f"| {name} | {seconds(times.wall)} | {figure(times.cpu.median)} | {times.peak_mib.median:.0f} "
            f"| {times.counted:,.0f} | {figure(time)} | {figure(memory)} |"
        )
    return "\n".join(lines)


def target_rows(measured):
    time, memory = per_million(measured[TABLES])
    return [targets.BASELINE_SECONDS.row(time, figure), targets.BASELINE_MEMORY.row(memory, figure)]
