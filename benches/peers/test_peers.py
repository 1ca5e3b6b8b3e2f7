"""Checks what the contest rests on: `python3 -m unittest discover benches/peers`. Needs nothing installed."""

import contextlib
import io
import sys
import unittest

import contest
import run
import table
import task
from install import Tools
from measure import Run
from measure import run as measured
from roster import PEERS


def exact(persons):
    share = task.limit()
    return {"backlog": round(share["backlog"] * persons), "admitted": round(share["admitted"] * persons), "mean_wait": share["mean_wait"]}


def entry(name, wall=1.0, fault="", disagrees=()):
    peer = next(peer for peer in PEERS if peer.name == name)
    runs = [] if fault else [Run(wall, wall, 10.0)]
    return contest.Entry(peer, 1_000_000, runs, exact(1_000_000), fault, list(disagrees))


class Task(unittest.TestCase):
    def test_a_queue_in_balance_agrees_with_the_formula(self):
        """Long after the start, those who enter are those admitted and those who give up: (a - K) / g = 185 days of
        inflow, of which two years reach three quarters."""
        balance = (1 - task.SLOTS_PER_PERSON * task.TAKE) / task.GIVE_UP / task.DAYS
        self.assertAlmostEqual(task.limit()["backlog"] / balance, 0.755, delta=0.005)

    def test_exact_results_agree(self):
        for persons in (20_000, 100_000, 1_000_000):
            self.assertEqual(task.disagreements(persons, task.limit(), exact(persons)), [])

    def test_each_result_is_checked(self):
        for name, factor in (("backlog", 1.006), ("admitted", 0.994), ("mean_wait", 1.007)):
            results = exact(1_000_000)
            results[name] *= factor
            found = task.disagreements(1_000_000, task.limit(), results)
            self.assertEqual(len(found), 1)
            self.assertIn(name.replace("_", " "), found[0])


class Measure(unittest.TestCase):
    def test_a_run_that_takes_too_long_is_stopped_and_said(self):
        slow = measured([sys.executable, "-c", "import time; time.sleep(60)"], limit=1)
        self.assertEqual((slow.fault, slow.wall < 10), ("over 1 s", True))

    def test_a_run_that_fails_says_why(self):
        self.assertEqual(measured([sys.executable, "-c", "exit('no world')"]).fault, "status 1: no world")

    def test_memory_is_that_of_the_run(self):
        big = measured([sys.executable, "-c", "b'x' * 100_000_000"])
        self.assertGreater(big.peak_mib, 95)


class Table(unittest.TestCase):
    def test_a_peer_that_did_not_run_is_named(self):
        text = table.markdown([entry("antesala", 2.0), entry("numpy", 3.0), entry("mesa", fault="over 300 s")], {"mesa": "3"})
        last = text.splitlines()[-1]
        self.assertIn("Mesa 3 | over 300 s", last)
        self.assertIn("| 3.00 (once) | 1.50 |", text)

    def test_what_cannot_be_installed_is_not_run(self):
        tools = Tools("", "", "", {"python": "no network"}, {})
        entries = contest.compete([peer for peer in PEERS if peer.name == "numpy"], tools, 100_000, 5)
        self.assertEqual((entries[0].fault, entries[0].runs), ("not installed: no network", []))


class Command(unittest.TestCase):
    def test_slow_is_no_fault_but_wrong_and_broken_are(self):
        entries = [entry("mesa", fault="over 5 s"), entry("ixa", fault="status 101: oops"), entry("numpy", disagrees=["backlog"])]
        found = list(run.faults(entries))
        self.assertEqual([text.split()[0] for text in found], ["ixa", "numpy"])

    def test_bad_usage_says_what_is_allowed(self):
        for given, said in ((["--only", "numpie"], "daily-steps"), (["--persons", "10"], "at least 20000"), (["--limit", "0"], "above 0")):
            errors = io.StringIO()
            with contextlib.redirect_stderr(errors), self.assertRaises(SystemExit) as end:
                run.arguments(given)
            self.assertEqual(end.exception.code, 2)
            self.assertIn(said, errors.getvalue())


if __name__ == "__main__":
    unittest.main()
