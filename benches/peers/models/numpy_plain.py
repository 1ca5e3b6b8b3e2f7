"""The lottery in NumPy as a careful user writes it, a step after the other: narrow columns, every day a number for
everyone, and masks."""

import numpy as np
from lottery import DAYS, GIVE_UP, LEAD, MOVE, MOVES, SEED, TAKE, Record, entering, slots


def main():
    rng = np.random.default_rng(SEED)
    record = Record()
    place = np.empty(0, np.uint8)
    since = np.empty(0, np.int16)  # In the order of coming.
    leaving = np.zeros(DAYS + LEAD, np.int64)
    admitted_present = 0
    for day in range(DAYS):
        # Some give up.
        since = since[rng.random(since.size, dtype=np.float32) >= GIVE_UP]

        # Half of the slots go to those who came first, half are drawn for.
        places = min(slots(day), since.size)
        oldest = places // 2
        lucky = oldest + rng.choice(since.size - oldest, places - oldest, replace=False, shuffle=False)
        offered = np.concatenate([np.arange(oldest), lucky])
        admitted = offered[rng.random(offered.size) < TAKE]
        record.admit(day, admitted.size, int((day - since[admitted].astype(np.int64)).sum()))
        waits = np.ones(since.size, bool)
        waits[admitted] = False
        since = since[waits]
        leaving[day + LEAD] = admitted.size
        admitted_present += admitted.size - int(leaving[day])

        # The others move on, and those who have come to the end wait.
        place = place + (rng.random(place.size, dtype=np.float32) < MOVE)
        moving = place < MOVES
        reached = place.size - np.count_nonzero(moving)
        since = np.concatenate([since, np.full(reached, day, np.int16)])
        place = np.concatenate([place[moving], np.zeros(entering(day), np.uint8)])
        record.end_of_day(since.size, place.size + since.size + admitted_present)
    record.finish()


main()
