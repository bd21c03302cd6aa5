"""Sessions: the newest items of each user, the newest first, until the user was idle for too long."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from freshmark import IntArray

from freshmark_plugins.kernels.compiled import compiled
from freshmark_plugins.kernels.growth import with_room

ENDLESS = 1 << 62
"""An idle time that nobody lives to see, in microseconds."""


class Sessions(NamedTuple):
    """The arrays that the compiled loops work on.

    items: (n, size) int64, newest first, −1 for none
    ended: (n,) int64, the time of the newest, microseconds
    """

    items: IntArray
    ended: IntArray

    @classmethod
    def none(cls, size: int) -> Sessions:
        """Of no user yet; each will remember that many items."""
        return cls(np.zeros((0, size), np.int64), np.zeros(0, np.int64))

    def grown(self, users: int) -> Sessions:
        """With room for that many users."""
        return Sessions(with_room(self.items, users, -1), with_room(self.ended, users))


@compiled
def push(sessions: Sessions, user: int, item: int, time: int, idle: int) -> None:
    """The user took the item; after too long a time it is the first of a new session."""
    items = sessions.items[user]
    over = time - sessions.ended[user] > idle
    for place in range(len(items) - 1, 0, -1):
        items[place] = -1 if over else items[place - 1]
    items[0] = item
    sessions.ended[user] = time


@compiled
def push_each(sessions: Sessions, users: IntArray, items: IntArray, times: IntArray, idle: int) -> None:
    """These events happened, in this order."""
    for event in range(len(users)):
        push(sessions, users[event], items[event], times[event], idle)


@compiled
def newest(sessions: Sessions, user: int, place: int, time: int, idle: int) -> int:
    """The item at this place of the user's session; −1 where there is none, or the session is over by then."""
    if user >= len(sessions.ended) or time - sessions.ended[user] > idle:
        return -1
    return int(sessions.items[user, place])
