"""The lottery task: its numbers, what an exact calculation gives for it, and who disagrees.

N people enter evenly over 730 days and pass a chain of ten places. On each day of life at one of
the first nine, a person goes on to the next with probability 1/3; at the tenth they wait. Each
day 0.7 N / 730 slots are dealt out: half to the longest waiting, half at random among the rest.
Whoever is drawn takes the slot with probability 0.9 and leaves 21 days later, or keeps their
place. A person who waits gives up with probability 0.002 a day. Every person is simulated.

A day's order is: slots are dealt to those who came earlier, people give up, people move, people enter. To give up before
the slots are dealt makes the backlog 0.3 % smaller: the order is part of the task.
"""

DAYS = 730
MOVES = 9
MOVE = 1 / 3
TAKE = 0.9
GIVE_UP = 0.002
LEAD = 21
SLOTS_PER_PERSON = 0.7

RESULTS = ("backlog", "admitted", "mean_wait")


def arrivals_by_place():
    """Share of N that reaches the tenth place on each day."""
    places = [0.0] * MOVES
    for _ in range(DAYS):
        reached = places[-1] * MOVE
        for place in range(MOVES - 1, 0, -1):
            places[place] += (places[place - 1] - places[place]) * MOVE
        places[0] += 1 / DAYS - places[0] * MOVE
        yield reached


def deal(cohorts, slots):
    """Deals `slots` to cohorts `[day, mass]`, oldest first; returns the mass admitted of each day."""
    slots = min(slots, sum(mass for _, mass in cohorts))
    oldest = slots / 2
    rest = sum(mass for _, mass in cohorts) - oldest
    chance = (slots - oldest) / rest if rest > 0 else 0.0
    admitted = []
    for cohort in cohorts:
        served_as_oldest = min(cohort[1], oldest)
        oldest -= served_as_oldest
        offered = served_as_oldest + (cohort[1] - served_as_oldest) * chance
        admitted.append((cohort[0], offered * TAKE))
        cohort[1] -= offered * TAKE
    return admitted


def limit():
    """The results per person for N without end: probabilities become shares, and chance is gone."""
    cohorts, admitted, left, waited = [], 0.0, 0.0, 0.0
    for day, reached in enumerate(arrivals_by_place()):
        for since, mass in deal(cohorts, SLOTS_PER_PERSON / DAYS):
            admitted += mass
            if day + LEAD < DAYS:
                left += mass
                waited += mass * (day - since)
        cohorts = [[since, mass * (1 - GIVE_UP)] for since, mass in cohorts if mass > 1e-15]
        cohorts.append([day, reached])
    backlog = sum(mass for _, mass in cohorts)
    return {"backlog": backlog, "admitted": admitted, "mean_wait": waited / left}


# Largest allowed departure from `limit` from so many persons on: shares for the counts, days for the wait.
# Chance makes the backlog vary with a standard deviation of 0.6 % at 100,000 persons and 0.2 % at 1,000,000, what is
# admitted by less than 0.1 %, and the wait by half a day and a tenth. The rest is for what models may choose, such as
# who gets the odd slot of a day.
TOLERANCES = (
    (1_000_000, {"backlog": 0.005, "admitted": 0.005, "mean_wait": 0.5}),
    (200_000, {"backlog": 0.01, "admitted": 0.005, "mean_wait": 0.75}),
    (50_000, {"backlog": 0.02, "admitted": 0.005, "mean_wait": 1.5}),
    (0, {"backlog": 0.05, "admitted": 0.01, "mean_wait": 3.0}),
)


def tolerances(persons):
    return next(allowed for least, allowed in TOLERANCES if persons >= least)


def disagreements(persons, expected, results):
    """Sentences about every result that is further from the exact one than chance allows."""
    allowed = tolerances(persons)
    found = []
    for name in ("backlog", "admitted"):
        share = results[name] / (expected[name] * persons) - 1
        if abs(share) > allowed[name]:
            found.append(f"{name} {results[name]:,} is {share:+.2%} off {expected[name] * persons:,.0f} (allowed {allowed[name]:.1%})")
    days = results["mean_wait"] - expected["mean_wait"]
    if abs(days) > allowed["mean_wait"]:
        found.append(f"mean wait {results['mean_wait']:.2f} is {days:+.2f} days off {expected['mean_wait']:.2f} (allowed {allowed['mean_wait']})")
    return found


if __name__ == "__main__":
    for name, value in limit().items():
        print(f"{name} {value:.4f}")
