"""How many slots bring the mean wait of the made-up valley down to 20 days? An optimiser from outside
(SciPy) asks `antesala run --batch -` one point after another. Usage: optimiser.py [ANTESALA]"""

import json
import subprocess
import sys

from scipy.optimize import brentq

TARGET = 20.0  # days
METRIC = "wait = wait(completed, time_waiting, mean, foreign, 2031-06)"

program = sys.argv[1] if len(sys.argv) > 1 else "antesala"
command = [program, "run", "tutorial", "--batch", "-", "--metric", METRIC, "--replicates", "8"]
antesala = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def excess(factor):
    """Days by which the mean wait is longer than wanted. The same chance at every point keeps it smooth."""
    antesala.stdin.write(json.dumps({"set": {"app.slots_factor": factor}}) + "\n")
    antesala.stdin.flush()
    answer = json.loads(antesala.stdout.readline())
    if "error" in answer:
        sys.exit(answer["error"])
    wait = answer["mean"]["wait"]
    print(f"slots x {factor:.4f}: mean wait of those served in June {wait:.1f} days", flush=True)
    return wait - TARGET


factor = brentq(excess, 0.5, 1.5, xtol=0.005)
print(f"about {factor:.2f} times the slots")
antesala.stdin.close()
sys.exit(antesala.wait())
