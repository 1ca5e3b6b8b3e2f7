"""The HXL twins under a folder are read by libhxl, hold the rows of their tables, and never let simulated people look counted.

Usage: hxl_twins.py FOLDER
"""

import csv
import sys
from pathlib import Path

import hxl

# Tags of people, and of what is worked out from them.
SIMULATED = {"#affected", "#inneed", "#reached", "#population", "#targeted"}


def check(path):
    source = hxl.data(str(path), hxl.input.InputOptions(allow_local=True)).cache()
    plain = Path(str(path).replace(".hxl.csv", ".csv"))
    columns = source.columns
    rows = [row.values for row in source]
    assert rows, f"{path} has no rows"
    if plain.exists():
        with open(plain, newline="") as table:
            header, *cells = csv.reader(table)
        assert [column.header for column in columns] == header, path
        assert rows == cells, f"{path}: other rows than {plain.name}"
    tags = [column.display_tag for column in columns]
    assert all(column.tag for column in columns) and len(set(tags)) == len(tags), (path, tags)
    for column in columns:
        if column.tag in SIMULATED or (column.tag == "#indicator" and column.attributes - {"name", "unit"}):
            assert "simulated" in column.attributes, (path, column.display_tag)
    report = hxl.validate(source)
    wrong = [error for error in report["issues"] if error["severity"] == "error"] if not report["is_valid"] else []
    assert not wrong, (path, wrong[:2])
    print(f"{path}: {len(rows)} rows, {' '.join(tags)}")
    return source


def needs(source):
    """What a planner asks of needs.csv, by tags alone: people in the first week, and where most are short of shelter."""
    first = min(row.get("#date+start") for row in source)
    week = source.with_rows(f"#date+start={first}")
    assert sum(int(row.get("#affected+simulated+median")) for row in week) > 0
    short = source.sort("#inneed+simulated+shelter+median", True)
    assert next(iter(short)).get("#loc+code")


def main(folder):
    found = sorted(Path(folder).rglob("*.hxl.csv"))
    assert found, f"{folder} has no HXL twins"
    for path in found:
        source = check(path)
        if path.name == "needs.hxl.csv":
            needs(source)


main(sys.argv[1])
