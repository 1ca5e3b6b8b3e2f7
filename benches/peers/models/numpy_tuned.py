"""The lottery in NumPy: a column for the place of those on the way, one for the day on which those waiting
came. The second stays in the order of coming, so the longest waiting are its first rows."""

import numpy as np
from lottery import DAYS, GIVE_UP, LEAD, MOVE, MOVES, SEED, TAKE, Record, entering, slots


def give_up(rng, since):
    """Few of many give up: drawing how many, then who, is faster than a number for everyone."""
    quitters = rng.choice(since.size, rng.binomial(since.size, GIVE_UP), replace=False, shuffle=False)
    return np.delete(since, quitters)


def draw(rng, waiting, places):
    """Rows that are drawn and take the slot: the first half of the places to the first rows."""
    places = min(places, waiting)
    oldest = places // 2
    lucky = rng.choice(waiting - oldest, places - oldest, replace=False, shuffle=False)
    drawn = np.concatenate([np.arange(oldest), lucky + oldest])
    return drawn[rng.random(drawn.size, dtype=np.float32) < TAKE]


def main():
    rng = np.random.Generator(np.random.SFC64(SEED))
    record = Record()
    place = np.empty(0, np.uint8)
    since = np.empty(0, np.int16)
    leaving = np.zeros(DAYS + LEAD, np.int64)
    admitted_present = 0
    for day in range(DAYS):
        winners = draw(rng, since.size, slots(day))
        record.admit(day, winners.size, day * winners.size - int(since[winners].sum(dtype=np.int64)))
        since = give_up(rng, np.delete(since, winners))
        leaving[day + LEAD] = winners.size
        admitted_present += winners.size - int(leaving[day])

        place += rng.random(place.size, dtype=np.float32) < MOVE
        on_the_way = place[place < MOVES]
        reached = place.size - on_the_way.size
        since = np.concatenate([since, np.full(reached, day, np.int16)])
        place = np.concatenate([on_the_way, np.zeros(entering(day), np.uint8)])
        record.end_of_day(since.size, place.size + since.size + admitted_present)
    record.finish()


main()
