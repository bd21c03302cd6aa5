"""Windows for statistics: finer than those on display where the stream allows, and cut from outcomes afterwards."""

from __future__ import annotations

import numpy as np

from freshmark.contract.arrays import AnyArray, IntArray

WANTED = 60
"""Windows from which on an interval can be trusted, however alike they are."""

FEWEST_EVENTS = 20
"""Events of a window: with fewer, most windows of a rare hit would be zero."""


def windows_for_statistics(time: AnyArray, displayed: IntArray, count: int) -> tuple[IntArray, int]:
    """The window of each event, (n,) int64, and how many there are.

    Those on display where they are enough, else ``WANTED`` of equally many events, or as many as hold
    ``FEWEST_EVENTS`` each. Events of one time stay together.

    Args:
        time: (n,) never decreasing
        displayed: (n,) the windows on display
        count: how many are on display
    """
    wanted = min(WANTED, len(time) // FEWEST_EVENTS)
    if count >= wanted:
        return displayed, count
    starts = np.searchsorted(time, time[np.arange(1, wanted) * len(time) // wanted], "left")
    edges = np.unique(starts[starts > 0])
    if len(edges) + 1 <= count:
        return displayed, count
    return np.searchsorted(edges, np.arange(len(time)), "right").astype(np.int64), len(edges) + 1
