"""The population: users who arrive, are more or less active, and leave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from freshmark import FloatArray, IntArray, UsageError

from freshmark_datasets.simulators.draws import Draws
from freshmark_datasets.simulators.rhythm import DAY

FOREVER = np.iinfo(np.int64).max

ATTEMPTS = 400
"""Rounds of rejection sampling; with 5 % of the activity alive, 1e-9 of the events remain undecided."""


@dataclass(frozen=True, slots=True)
class Population:
    """Users by their arrival.

    birth, death: (users,) int64, seconds since the start; alive while birth ≤ t < death
    activity: (users,) relative rate of events: P(u|t) ∝ activity among those alive
    """

    birth: IntArray
    death: IntArray
    activity: FloatArray

    def __len__(self) -> int:
        return len(self.birth)

    def draw(self, draws: Draws, time: IntArray) -> IntArray:
        """(n,) who acts at each time: drawn among those who have arrived, and again where that user has left."""
        reach = np.cumsum(self.activity)
        born = np.searchsorted(self.birth, time, side="right")
        user = np.empty(len(time), np.int64)
        open_rows = np.arange(len(time))
        for attempt in range(ATTEMPTS):
            point = draws.uniform(f"population/who/{attempt}", len(open_rows)) * reach[born[open_rows] - 1]
            drawn = np.minimum(np.searchsorted(reach, point, side="right"), born[open_rows] - 1)
            user[open_rows] = drawn
            open_rows = open_rows[self.death[drawn] <= time[open_rows]]
            if not len(open_rows):
                return user
        raise UsageError("hardly any user is still active", remedy="a longer lifetime_days or fewer initial_users")


def build_population(
    draws: Draws, users: int, *, span_days: float, initial: float, lifetime_days: float | None, tail: float
) -> Population:
    """Users of whom a share is present from the start and the others arrive evenly over the span.

    Lifetimes are exponential with this mean, activity is Pareto with this tail; with None nobody leaves.
    """
    span = span_days * DAY
    first = max(1, round(users * initial))
    arrivals = np.sort(draws.uniform("population/birth", users - first)) * span
    birth = np.concatenate([np.zeros(first), arrivals]).astype(np.int64)
    death = np.full(users, FOREVER)
    if lifetime_days is not None:
        # an exponential lifetime has no memory: users from before the start live on as long as new ones
        death = birth + 1 + (draws.exponential("population/lifetime", users) * lifetime_days * DAY).astype(np.int64)
    return Population(birth, death, draws.pareto("population/activity", tail, users))
