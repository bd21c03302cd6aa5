"""The events of a window that moves: appended at one end, dropped at the other."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from freshmark import AnyArray, IntArray

from freshmark_plugins.kernels.growth import with_room


class EventWindow:
    """Time and item of the newest events, oldest first; appending and dropping cost O(1) an event."""

    def __init__(self) -> None:
        self.time: IntArray = np.zeros(0, np.int64)
        self.item: IntArray = np.zeros(0, np.int64)
        self.begin = 0
        self.end = 0

    def __len__(self) -> int:
        return self.end - self.begin

    def append(self, time: IntArray, item: IntArray) -> None:
        """Add events at the new end."""
        if self.begin > len(self):  # more has left than stays: move to the front
            self.time[: len(self)] = self.time[self.begin : self.end]
            self.item[: len(self)] = self.item[self.begin : self.end]
            self.begin, self.end = 0, len(self)
        end = self.end + len(time)
        self.time, self.item = with_room(self.time, end), with_room(self.item, end)
        self.time[self.end : end] = time
        self.item[self.end : end] = item
        self.end = end

    def drop_before(self, time: int) -> IntArray:
        """Drop the events earlier than this; their items."""
        kept = self.time[self.begin : self.end]
        return self._drop(int(np.searchsorted(kept, time, "left")))

    def drop_beyond(self, size: int) -> IntArray:
        """Drop the oldest events until at most ``size`` stay; their items."""
        return self._drop(max(0, len(self) - size))

    def state(self) -> Mapping[str, AnyArray]:
        """time, item: (n,) int64, of the events held; nothing where there are none."""
        if not len(self):
            return {}
        return {"time": self.time[self.begin : self.end], "item": self.item[self.begin : self.end]}

    def _drop(self, count: int) -> IntArray:
        gone = self.item[self.begin : self.begin + count].copy()
        self.begin += count
        return gone
