"""The lottery in SimPy: a process a person, who waits for a slot or for patience to end, and a desk that opens
every morning. People move at noon, after a whole number of days."""

import math
import random

import simpy
from lottery import DAYS, GIVE_UP, LEAD, MOVE, MOVES, SEED, TAKE, Record, entering, slots

NOON = 0.5


def days_until(rng, log_stay):
    """Days until something that happens each day with a probability p; `log_stay` is ln(1 - p)."""
    return 1 + int(math.log(1.0 - rng.random()) / log_stay)


class Border:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.env = simpy.Environment()
        self.record = Record()
        self.waiting = {}  # event of being admitted -> day of coming, in the order of coming
        self.present = 0

    def person(self):
        rng, env = self.rng, self.env
        yield env.timeout(NOON)
        for _ in range(MOVES):
            yield env.timeout(days_until(rng, math.log1p(-MOVE)))
        admitted = env.event()
        self.waiting[admitted] = int(env.now)
        yield admitted | env.timeout(days_until(rng, math.log1p(-GIVE_UP)))
        if admitted.triggered:
            yield env.timeout(LEAD)
        else:
            del self.waiting[admitted]
        self.present -= 1

    def desk(self):
        for day in range(DAYS):
            self.allocate(day)
            for _ in range(entering(day)):
                self.env.process(self.person())
            self.present += entering(day)
            yield self.env.timeout(NOON + 0.25)
            self.record.end_of_day(len(self.waiting), self.present)
            yield self.env.timeout(0.25)

    def allocate(self, day):
        waiting = list(self.waiting)
        places = min(slots(day), len(waiting))
        oldest = places // 2
        lucky = self.rng.sample(range(oldest, len(waiting)), places - oldest)
        for admitted in waiting[:oldest] + [waiting[row] for row in lucky]:
            if self.rng.random() < TAKE:
                self.record.admit(day, 1, day - self.waiting.pop(admitted))
                admitted.succeed()

    def run(self):
        self.env.process(self.desk())
        self.env.run(until=DAYS)
        self.record.finish()


Border(SEED).run()
