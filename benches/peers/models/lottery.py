"""What the Python models of the lottery have in common: arguments, arrivals, slots, the record."""

import csv
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from task import DAYS, GIVE_UP, LEAD, MOVE, MOVES, TAKE  # noqa: E402,F401

PERSONS = int(sys.argv[1])
SEED = int(sys.argv[2])
FOLDER = Path(sys.argv[3])


def entering(day):
    """People who enter on `day`: whole numbers that sum to PERSONS."""
    return PERSONS * (day + 1) // DAYS - PERSONS * day // DAYS


def slots(day):
    """Slots of `day`, seven for ten people who enter."""
    return 7 * PERSONS * (day + 1) // (10 * DAYS) - 7 * PERSONS * day // (10 * DAYS)


class Record:
    """Daily backlog and admissions, and the waits of those who have left by the end."""

    def __init__(self):
        self.admitted = 0
        self.left = 0
        self.waited = 0
        self.days = []

    def admit(self, day, people, days_waited):
        """`people` are admitted on `day` who have waited `days_waited` in sum."""
        self.admitted += people
        if day + LEAD < DAYS:
            self.left += people
            self.waited += days_waited

    def end_of_day(self, backlog, present):
        self.days.append((len(self.days), backlog, self.admitted, present))

    def finish(self):
        with open(FOLDER / "days.csv", "w", newline="") as file:
            table = csv.writer(file)
            table.writerow(["day", "backlog", "admitted", "present"])
            table.writerows(self.days)
        mean_wait = round(self.waited / self.left, 3)
        print(json.dumps({"backlog": self.days[-1][1], "admitted": self.admitted, "mean_wait": mean_wait}))
