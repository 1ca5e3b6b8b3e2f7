"""The lottery in Mesa: an agent a person, a step a day. The model keeps those waiting in the order of coming."""

import mesa
from lottery import DAYS, GIVE_UP, LEAD, MOVE, MOVES, SEED, TAKE, Record, entering, slots


class Person(mesa.Agent):
    """Somebody on the way, waiting (`since` is set) or admitted (`leaves` is set)."""

    def __init__(self, model):
        super().__init__(model)
        self.place = 0
        self.since = None
        self.leaves = None

    def step(self):
        if self.leaves is not None:
            if self.leaves == self.model.day:
                self.remove()
        elif self.since is not None:
            if self.model.random.random() < GIVE_UP:
                del self.model.waiting[self]
                self.remove()
        elif self.model.random.random() < MOVE:
            self.place += 1
            if self.place == MOVES:
                self.since = self.model.day
                self.model.waiting[self] = None


class Border(mesa.Model):
    def __init__(self, seed):
        super().__init__(seed=seed)
        self.day = 0
        self.waiting = {}  # ordered, and quick to leave
        self.record = Record()

    def step(self):
        self.allocate()
        self.agents.do("step")
        Person.create_agents(self, entering(self.day))
        self.record.end_of_day(len(self.waiting), len(self.agents))
        self.day += 1

    def allocate(self):
        waiting = list(self.waiting)
        places = min(slots(self.day), len(waiting))
        oldest = places // 2
        lucky = self.random.sample(range(oldest, len(waiting)), places - oldest)
        for person in waiting[:oldest] + [waiting[row] for row in lucky]:
            if self.random.random() < TAKE:
                del self.waiting[person]
                person.leaves = self.day + LEAD
                self.record.admit(self.day, 1, self.day - person.since)


def main():
    model = Border(SEED)
    for _ in range(DAYS):
        model.step()
    model.record.finish()


main()
