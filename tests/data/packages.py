"""Every datapackage.json under the folders given is valid by frictionless, which reads every row; a damaged cell is found.

Usage: packages.py FOLDER...
"""

import shutil
import sys
import tempfile
from pathlib import Path

from frictionless import Package


def check(descriptor):
    """The report on a package, and the rows read of tables with a schema of ours."""
    package = Package(str(descriptor))
    described = {resource.name for resource in package.resources if "schema" in resource.to_descriptor()}
    report = package.validate()
    rows = {task.name: task.stats.get("rows", 0) for task in report.tasks if task.name in described}
    assert set(rows) == described, (descriptor, described - set(rows))
    return report, rows


def types(report):
    return {error.type for task in report.tasks for error in task.errors}


def damage_is_found(folder):
    """A word where a number belongs is told as such, with its row and column, beside the changed hash."""
    with tempfile.TemporaryDirectory() as copy:
        copy = Path(copy) / "run"
        shutil.copytree(folder, copy)
        table = copy / "needs.csv"
        lines = table.read_text().split("\n")
        cells = lines[3].split(",")
        cells[3] = "many"
        lines[3] = ",".join(cells)
        table.write_text("\n".join(lines))
        report, _ = check(copy / "datapackage.json")
        assert not report.valid
        assert {"type-error", "hash-count"} <= types(report), types(report)
        wrong = next(error for task in report.tasks for error in task.errors if error.type == "type-error")
        assert (wrong.row_number, wrong.field_name) == (4, "persons_p50"), wrong


def main(folders):
    whole_run = None
    for folder in map(Path, folders):
        found = sorted(folder.rglob("datapackage.json"))
        assert found, f"{folder} has no data package"
        for descriptor in found:
            report, rows = check(descriptor)
            assert report.valid, (descriptor, report.flatten(["name", "rowNumber", "fieldName", "note"])[:5])
            assert rows and sum(rows.values()) > 0, descriptor
            print(f"{descriptor}: {len(rows)} tables, {sum(rows.values())} rows")
        if (folder / "needs.csv").exists():
            whole_run = folder
    damage_is_found(whole_run)


main(sys.argv[1:])
