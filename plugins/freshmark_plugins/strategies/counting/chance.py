"""random: uniformly random scores, the baseline that every strategy must beat."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from freshmark import FloatArray, Query, Run, Strategy, Task

from freshmark_plugins.kernels.hashing import GOLDEN, mixed


class Random(Strategy):
    """Score every item with a uniform random number, drawn for each request.

    The number is a hash of seed, time, user and item, so that repeating a request gives the same answer.
    HR@K = K / candidates on average. No learning, no cost, no state.
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({"rank"})

    def start(self, run: Run) -> None:
        """Store the seed."""
        self.offset = np.uint64(run.seed * int(GOLDEN) % 2**64)

    def score(self, query: Query) -> FloatArray:
        """(n, m) float64 in [0, 1), independent."""
        items = np.arange(query.candidates.max(initial=0), dtype=np.uint64)
        request = mixed(mixed(query.time.astype(np.uint64) + self.offset) ^ query.user.astype(np.uint64))
        scores = np.empty((len(query), len(items)))
        for row, key in zip(scores, request, strict=True):  # a row at a time, in cache
            np.multiply(mixed(items * GOLDEN + key) >> np.uint64(11), 2.0**-53, out=row)
        return scores
