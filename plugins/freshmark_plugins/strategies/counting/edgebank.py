"""edgebank: whether the user had the item before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

import numpy as np
from freshmark import AnyArray, Events, FloatArray, IntArray, Query, Search, Strategy, Task, parse_duration

from freshmark_plugins.histories.event_window import EventWindow
from freshmark_plugins.histories.pair_counts import PairCounts, accumulate_each
from freshmark_plugins.kernels.growth import row_count

SHIFT = 32
"""An edge is encoded as user · 2^32 + item."""


class EdgeBank(Strategy):
    """Rank the items that the user had, as given by updates, above all others.

    ::

        update, for each (u, i):   n_ui ← n_ui + 1      with a window: and n_ui ← n_ui − 1 as the event leaves it
        score(u, i) = n_ui

    The paper scores n_ui > 0 only; the count breaks its ties. Items of equal score share their ranks. Unlike in
    ``repeat_popularity`` the memory is learned in updates, so that the two together separate the cost of a stale memory
    from the value of repeats. "Now" is the time of the newest event given, not of the query.

    Cost of an update: O(1) per event. Memory: see PairCounts, 8 to 11 bytes per edge, and 16 per event in the window.
    Poursafaei et al., NeurIPS 2022 (Datasets and Benchmarks): EdgeBank∞, and EdgeBank_tw with a window.

    Args:
        window: None: all events so far; or a time span such as "7d".
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({"rank"})
    draws: ClassVar[bool] = False

    def __init__(self, window: Annotated[str | None, Search(choices=(None, "1d", "7d", "30d"))] = None) -> None:
        self.span = None if window is None else parse_duration(window)
        self.edges = PairCounts()
        self.items = 0
        self.recent = EventWindow()

    def update(self, events: Events) -> None:
        """Count the new edges, and uncount those that leave the window."""
        if not len(events):
            return
        self.items = max(self.items, row_count(events.item))
        self.edges.grow(max(row_count(events.user), self.items))
        self.edges.count(events.user, events.item, 1)
        if self.span is not None:
            self.recent.append(events.time, events.user << SHIFT | events.item)
            self._forget(self.recent.drop_before(int(events.time[-1]) - self.span))

    def score(self, query: Query) -> FloatArray:
        """(n, m) events of each edge."""
        scores = np.zeros((len(query), self.items))
        accumulate_each(self.edges.rows, query.user, scores)
        return scores

    def state(self) -> Mapping[str, AnyArray]:
        """Events of each edge in the window, and their times."""
        return {**self.edges.state(), **self.recent.state()}

    def _forget(self, edges: IntArray) -> None:
        self.edges.count(edges >> SHIFT, edges & ((1 << SHIFT) - 1), -1)
