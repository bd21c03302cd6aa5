"""Random items that a user has not had."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from freshmark import AnyArray, FloatArray, IntArray

from freshmark_plugins.histories.pair_counts import PairCounts, Rows, add, count_of, room
from freshmark_plugins.kernels.compiled import compiled
from freshmark_plugins.kernels.growth import row_count

TRIES = 8
"""Draws per negative; if a user had half of all items, all fail once in 256 times."""


class NegativeSampler:
    """Samples, for each event, known items that its user has not had; the event's own item counts as had.

    Uniform, by rejection. Memory: see PairCounts, 8 to 11 bytes per item that a user had.

    Args:
        negatives: per event.
        seed: of the draws.
    """

    def __init__(self, negatives: int, *, seed: tuple[int, ...]) -> None:
        self.negatives = negatives
        self.rng = np.random.default_rng(seed)
        self.had = PairCounts()
        self.known = 0

    def draw(self, users: IntArray, items: IntArray) -> IntArray:
        """(n, negatives) codes, −1 where every draw was an item that the user had."""
        draws = self.rng.random((len(users), self.negatives, TRIES))
        chosen = np.full((len(users), self.negatives), -1)
        known = np.maximum.accumulate(np.maximum(items + 1, self.known))
        self.known = int(known[-1]) if len(known) else self.known
        self.had.grow(max(row_count(users), self.known))
        done = 0
        while done < len(users):
            done, cells = _choose(self.had.rows, users, items, known, draws, chosen, done)
            self.had.make_room(cells)
        return chosen

    def state(self) -> Mapping[str, AnyArray]:
        """The items of each user."""
        return {f"had.{name}": array for name, array in self.had.state().items()}


@compiled
def _choose(
    rows: Rows, users: IntArray, items: IntArray, known: IntArray, draws: FloatArray, chosen: IntArray, begin: int
) -> tuple[int, int]:
    """Sample for the events from ``begin``; returns where it stopped, and the cells needed to continue."""
    for event in range(begin, len(users)):
        user, needed = users[event], room(rows, users[event], 1)
        if rows.tail[0] + needed > len(rows.cells):
            return event, needed
        add(rows, user, items[event], 1, len(rows.power))
        for k in range(draws.shape[1]):
            for draw in draws[event, k]:
                item = int(draw * known[event])
                if count_of(rows, user, item) == 0:
                    chosen[event, k] = item
                    break
    return len(users), 0
