"""Sessions: the newest items of each user since their last idle time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from freshmark import IntArray

from freshmark_plugins.kernels.compiled import compiled
from freshmark_plugins.kernels.growth import with_room

ENDLESS = 1 << 62
"""No limit on idle time, in microseconds."""


class Sessions(NamedTuple):
    """The arrays of the compiled loops.

    items: (n, size) int64, newest first, −1: none
    ended: (n,) int64, the time of the newest, microseconds
    """

    items: IntArray
    ended: IntArray

    @classmethod
    def none(cls, size: int) -> Sessions:
        """No users yet; ``size`` items per user."""
        return cls(np.zeros((0, size), np.int64), np.zeros(0, np.int64))

    def grown(self, users: int) -> Sessions:
        """With room for this many users."""
        return Sessions(with_room(self.items, users, -1), with_room(self.ended, users))


@compiled
def push(sessions: Sessions, user: int, item: int, time: int, idle: int) -> None:
    """Add an item; after a longer idle time it starts a new session."""
    items = sessions.items[user]
    over = time - sessions.ended[user] > idle
    for place in range(len(items) - 1, 0, -1):
        items[place] = -1 if over else items[place - 1]
    items[0] = item
    sessions.ended[user] = time


@compiled
def push_each(sessions: Sessions, users: IntArray, items: IntArray, times: IntArray, idle: int) -> None:
    """Add these events, in this order."""
    for event in range(len(users)):
        push(sessions, users[event], items[event], times[event], idle)


@compiled
def newest(sessions: Sessions, user: int, place: int, time: int, idle: int) -> int:
    """The item at this position of the user's session, newest first; −1: none, or the session has ended."""
    if user >= len(sessions.ended) or time - sessions.ended[user] > idle:
        return -1
    return int(sessions.items[user, place])
