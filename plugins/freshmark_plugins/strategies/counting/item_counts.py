"""Base class of counting strategies: items are counted in updates, histories are context."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from freshmark import Events, FloatArray, Strategy, Task

from freshmark_plugins.kernels.growth import bincount, row_count, with_room


class ItemCounts(Strategy):
    """Events per item, counted in updates; ``observe`` of a subclass stores context.

    items: number of items so far
    counts: (≥ items,) float64, events of each
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({"rank"})
    draws: ClassVar[bool] = False

    def __init__(self) -> None:
        self.items = 0
        self.counts: FloatArray = np.zeros(0)

    def fit(self, history: Events) -> None:
        """Learn the warm-up, which is context too."""
        self.observe(history)
        self.update(history)

    def count(self, events: Events) -> None:
        """Add these events to the counts."""
        new = row_count(events.item)
        self.items = max(self.items, new)
        self.counts = with_room(self.counts, self.items)
        self.counts[:new] += bincount(events.item, new)
