"""A sliding window of events: appended at one end, dropped at the other."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from freshmark import AnyArray, IntArray

from freshmark_plugins.kernels.growth import with_room


class EventWindow:
    """Time and item of the newest events, oldest first; appending and dropping cost O(1) per event."""

    def __init__(self) -> None:
        self.time: IntArray = np.zeros(0, np.int64)
        self.item: IntArray = np.zeros(0, np.int64)
        self.begin = 0
        self.end = 0

    def __len__(self) -> int:
        return self.end - self.begin

    def append(self, time: IntArray, item: IntArray) -> None:
        """Append events."""
        if self.begin > len(self):  # more was dropped than is left: move to the front
            self.time[: len(self)] = self.time[self.begin : self.end]
            self.item[: len(self)] = self.item[self.begin : self.end]
            self.begin, self.end = 0, len(self)
        end = self.end + len(time)
        self.time, self.item = with_room(self.time, end), with_room(self.item, end)
        self.time[self.end : end] = time
        self.item[self.end : end] = item
        self.end = end

    def drop_before(self, time: int) -> IntArray:
        """Drop the events before this time; returns their items."""
        times = self.time[self.begin : self.end]
        return self._drop(int(np.searchsorted(times, time, "left")))

    def drop_beyond(self, size: int) -> IntArray:
        """Drop the oldest events beyond ``size``; returns their items."""
        return self._drop(max(0, len(self) - size))

    def state(self) -> Mapping[str, AnyArray]:
        """time, item: (n,) int64, of the window; empty if it has no events."""
        if not len(self):
            return {}
        return {"time": self.time[self.begin : self.end], "item": self.item[self.begin : self.end]}

    def _drop(self, count: int) -> IntArray:
        dropped = self.item[self.begin : self.begin + count].copy()
        self.begin += count
        return dropped
