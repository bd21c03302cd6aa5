"""recency: the most recently consumed items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from freshmark import AnyArray, Events, FloatArray, Query, Strategy, Task

from freshmark_plugins.kernels.growth import row_count, with_room


class Recency(Strategy):
    """Rank items by the time of their last event, by any user.

    ::

        for the k-th event given, of item i:   s_i ← k

    Among events of one time the later row is more recent. Cost of an update: O(1) per event.
    Memory: 8 bytes per item. "Most recent" of the StreamingRec framework, Jugovac et al., RecSys 2018.
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({"rank"})
    draws: ClassVar[bool] = False

    def __init__(self) -> None:
        self.events = 0
        self.items = 0
        self.last: FloatArray = np.zeros(0)

    def update(self, events: Events) -> None:
        """Store the number of each item's last event."""
        self.items = max(self.items, row_count(events.item))
        self.last = with_room(self.last, self.items)
        number = np.arange(self.events + 1, self.events + len(events) + 1, dtype=np.float64)
        np.maximum.at(self.last, events.item, number)
        self.events += len(events)

    def score(self, query: Query) -> FloatArray:
        """(n, m) the same for every query: the number of the item's last event."""
        return np.broadcast_to(self.last[: self.items], (len(query), self.items))

    def state(self) -> Mapping[str, AnyArray]:
        """last: (m,) float64."""
        return {"last": self.last[: self.items]}
