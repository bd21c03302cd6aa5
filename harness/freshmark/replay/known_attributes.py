"""Which attributes of items and users a strategy may read at each point of the replay."""

from __future__ import annotations

import numpy as np

from freshmark.contract.attributes import Attributes
from freshmark.replay.timeline import Timeline


class KnownAttributes:
    """Attributes of the items and users seen so far, for ``Run``; false if the stream has none.

    Rows are in order of first appearance, so revealing those of a whole batch changes no answer of it: an item that
    first appears within the batch is not a candidate of its own first event, nor of any earlier one.
    """

    def __init__(self, timeline: Timeline) -> None:
        tables = {side: timeline.stream.attributes(side) for side in ("item", "user")}
        self.items, self._reveal_items = Attributes.with_writer(tables["item"])
        self.users, self._reveal_users = Attributes.with_writer(tables["user"])
        self._any = any(tables.values())
        if self._any:
            self._items_so_far = np.maximum.accumulate(timeline.stream.item) + 1
            self._users_so_far = np.maximum.accumulate(timeline.stream.user) + 1

    def __bool__(self) -> bool:
        return self._any

    def reveal(self, stop: int) -> None:
        """Reveal the rows of all items and users among the events before ``stop``."""
        if self._any and stop:
            self._reveal_items(int(self._items_so_far[stop - 1]))
            self._reveal_users(int(self._users_so_far[stop - 1]))
