"""Instructions an event, as counted by another benchmark: read from its file where that is there."""

import tomllib

from install import REPOSITORY

COUNTS = REPOSITORY / "benches" / "instructions.toml"
ABSENT = f"Not counted: there is no `{COUNTS.relative_to(REPOSITORY)}`."


def written(value):
    return f"{value:,}" if isinstance(value, (int, float)) and not isinstance(value, bool) else str(value)


def table():
    """A row for each table of the file, a column for each of its keys."""
    if not COUNTS.is_file():
        return ABSENT
    cases = {name: case for name, case in tomllib.loads(COUNTS.read_text()).items() if isinstance(case, dict)}
    if not cases:
        raise ValueError(f"{COUNTS}: a table for each case is needed, such as [lottery]")
    columns = list(dict.fromkeys(key for case in cases.values() for key in case))
    lines = ["| | " + " | ".join(column.replace("_", " ") for column in columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for name, case in cases.items():
        lines.append(f"| {name} | " + " | ".join(written(case.get(column, "")) for column in columns) + " |")
    return "\n".join(lines)
