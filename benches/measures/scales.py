"""How large and how often: in full, for the document, and quickly, to see that everything still works."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scales:
    contest: tuple
    contest_limit: int
    rounds: int
    baseline_scale: float
    growth: tuple
    threads_scale: float
    replicates: int
    moving: int


FULL = Scales(
    contest=(100_000, 1_000_000),
    contest_limit=300,
    rounds=5,
    baseline_scale=1,
    growth=(250_000, 1_000_000, 5_000_000),
    threads_scale=0.1,
    replicates=16,
    moving=1_000_000,
)
QUICK = Scales(
    contest=(20_000,),
    contest_limit=60,
    rounds=2,
    baseline_scale=0.02,
    growth=(20_000, 50_000, 100_000),
    threads_scale=0.01,
    replicates=4,
    moving=20_000,
)
