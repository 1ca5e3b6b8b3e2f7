"""The contest as a table in Markdown."""

from roster import ANTESALA

HEAD = """| | seconds (least to most) | Antesala = 1 | of processor | Antesala = 1 | peak MiB | backlog at the end | admitted | mean wait, days |
|---|---|---|---|---|---|---|---|---|"""


def figure(value):
    """Three figures, as a person would write them."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def seconds(spread):
    if spread.count == 1:
        return f"{figure(spread.median)} (once)"
    return f"{figure(spread.median)} ({figure(spread.least)} to {figure(spread.most)})"


def label(entry, versions):
    version = versions.get(entry.peer.name)
    return f"{entry.peer.label} {version}" if version else entry.peer.label


def find(entries, name):
    """The entry of a peer that ran, or nothing."""
    return next((entry for entry in entries if entry.peer.name == name and entry.runs), None)


def ratio(entries, name, other):
    """How many times the seconds of `other` those of `name` are, or nothing if one of them did not run."""
    one, two = find(entries, name), find(entries, other)
    return one.wall.median / two.wall.median if one and two else None


def relative(entry, ours, what):
    """Median of the seconds called `what` over Antesala's, if that ran."""
    return figure(getattr(entry, what).median / getattr(ours, what).median) if ours else ""


def row(entry, ours, versions):
    name = label(entry, versions)
    if not entry.runs:
        return f"| {name} | {entry.fault} | | | | | | | |"
    note = f"; then {entry.fault}" if entry.fault else ""
    cells = [
        name,
        seconds(entry.wall) + note,
        relative(entry, ours, "wall"),
        figure(entry.cpu.median),
        relative(entry, ours, "cpu"),
        f"{entry.peak_mib.median:.0f}",
        f"{entry.results['backlog']:,}",
        f"{entry.results['admitted']:,}",
        f"{entry.results['mean_wait']:.1f}",
    ]
    return f"| {' | '.join(cells)} |"


def markdown(entries, versions):
    """The table, quickest first, those that did not run last."""
    ours = find(entries, ANTESALA)
    ordered = sorted(entries, key=lambda entry: entry.wall.median if entry.runs else float("inf"))
    return "\n".join([HEAD, *(row(entry, ours, versions) for entry in ordered)])
