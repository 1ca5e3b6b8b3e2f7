"""Checks `antesala analyze` against SALib and SciPy on the same designs and results, and that designs and
problems go both ways. Usage: check.py ANTESALA FOLDER. Ends with a message, and status 1 if anything differs."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import SALib.analyze.morris
import SALib.analyze.sobol
import SALib.sample.sobol
from scipy.stats import rankdata, spearmanr

PROGRAM, FOLDER = sys.argv[1], Path(sys.argv[2])
# The table has six decimals.
TOLERANCE = 1.1e-6
METRICS = ["processed", "backlog_peak", "interception"]
DESIGN = """
kind = "{kind}"
points = {points}
scenario = "tutorial"
replicates = {replicates}
metrics = ["processed", "backlog_peak", "interception"]
[parameters]
"app.slots_factor" = [0.5, 1.5]
"inflow.factor" = [0.7, 1.3]
"enforcement.level" = [0.0, 2.0]
"""


def antesala(*args):
    done = subprocess.run([PROGRAM, *map(str, args)], cwd=FOLDER, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"antesala {' '.join(map(str, args))}\n{done.stderr}")
    return done.stdout


def rows(path):
    with open(FOLDER / path, newline="") as file:
        return list(csv.DictReader(file))


def sweep(kind, points, replicates):
    """A finished sweep: its problem, its points in order and, by metric, the means over replicates."""
    (FOLDER / f"{kind}.toml").write_text(DESIGN.format(kind=kind, points=points, replicates=replicates))
    antesala("sweep", "all", f"{kind}.toml", "-o", kind, "--no-charts", "--quiet")
    problem = json.loads((FOLDER / kind / "problem.json").read_text())
    design = rows(f"{kind}/design.csv")
    x = np.array([[float(row[name]) for name in problem["names"]] for row in design])
    values = {metric: {} for metric in METRICS}
    for row in rows(f"{kind}/metrics.csv"):
        values[row["metric"]].setdefault(row["point"], []).append(float(row["value"]))
    means = {m: np.array([np.mean(values[m][row["point"]]) for row in design]) for m in METRICS}
    return problem, x, means


def ours(kind, metric, measure, names):
    found = {r["parameter"]: float(r["value"]) for r in rows(f"{kind}/analysis/sensitivity.csv")
             if r["metric"] == metric and r["measure"] == measure}
    return np.array([found[name] for name in names])


worst = {}


def compare(what, mine, theirs, scale=1.0):
    difference = float(np.max(np.abs(mine - np.asarray(theirs)))) / scale
    if not np.isfinite(difference):
        sys.exit(f"{what}: a number is missing")
    worst[what] = max(worst.get(what, 0.0), difference)


problem, x, means = sweep("saltelli", 32, 3)
for metric, y in means.items():
    theirs = SALib.analyze.sobol.analyze(problem, y, calc_second_order=False, num_resamples=10)
    compare("Sobol' first order", ours("saltelli", metric, "first_order", problem["names"]), theirs["S1"])
    compare("Sobol' total order", ours("saltelli", metric, "total_order", problem["names"]), theirs["ST"])

problem, x, means = sweep("morris", 12, 2)
for metric, y in means.items():
    theirs = SALib.analyze.morris.analyze(problem, x, y, num_levels=4, num_resamples=10)
    size = max(1.0, float(np.max(np.abs(theirs["mu_star"]))))
    for measure in ("mu", "mu_star", "sigma"):
        compare(f"Morris {measure}", ours("morris", metric, measure, problem["names"]), theirs[measure], size)

problem, x, means = sweep("lhs", 40, 2)
for metric, y in means.items():
    theirs = [spearmanr(x[:, i], y).statistic for i in range(x.shape[1])]
    compare("Spearman", ours("lhs", metric, "spearman", problem["names"]), theirs)
    ranks, of_y = np.apply_along_axis(rankdata, 0, x), rankdata(y)
    partial = []
    for i in range(x.shape[1]):
        others = np.column_stack([np.ones(len(y)), np.delete(ranks, i, axis=1)])
        left = [v - others @ np.linalg.lstsq(others, v, rcond=None)[0] for v in (ranks[:, i], of_y)]
        partial.append(np.corrcoef(left)[0, 1])
    compare("partial ranks", ours("lhs", metric, "prcc", problem["names"]), partial)

# The other way round: SALib's own design of a problem that antesala wrote, run as points of a CSV.
described = json.loads(antesala("params", "describe", "app.diligence", "inflow.factor", "--salib", "--scenario", "tutorial"))
described["bounds"] = [[0.5, 0.9], [0.8, 1.2]]
points = SALib.sample.sobol.sample(described, 4, calc_second_order=False, seed=1)
with open(FOLDER / "theirs.csv", "w", newline="") as file:
    csv.writer(file).writerows([described["names"], *points.tolist()])
antesala("sweep", "all", "theirs.csv", "--scenario", "tutorial", "--replicates", 1, "-o", "theirs", "--quiet")
run = {float(r["app.diligence"]) for r in rows("theirs/design.csv")}
if run != set(points[:, 0].tolist()):
    sys.exit("the points of SALib did not arrive as they were written")

for what, difference in worst.items():
    print(f"{what}: largest difference {difference:.1e}")
if max(worst.values()) > TOLERANCE:
    sys.exit("the numbers of SALib and SciPy are others")
