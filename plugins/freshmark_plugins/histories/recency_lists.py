"""The distinct items of each user, newest first, as linked lists in one array of nodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from freshmark import AnyArray, IntArray

from freshmark_plugins.kernels.compiled import compiled
from freshmark_plugins.kernels.growth import row_count, with_room


class Lists(NamedTuple):
    """The arrays of the compiled loops; a user's list is ``first[u]``, ``after[that]``, … until −1.

    first: (n,) int64, the node of the newest item
    length: (n,) int64
    item, after: (nodes,) int64
    nodes: (1,) int64, number in use
    """

    first: IntArray
    length: IntArray
    item: IntArray
    after: IntArray
    nodes: IntArray


class RecencyLists:
    """At most ``size`` distinct items per user; a repeated item moves to the front.

    Memory: 16 bytes per stored item, and 16 per user.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        none = np.zeros(0, np.int64)
        self.lists = Lists(none, none, none, none, np.zeros(1, np.int64))

    def grow(self, users: IntArray) -> None:
        """Make room for one more event of each of these users."""
        first, length, item, after, nodes = self.lists
        n, room = row_count(users), int(nodes[0]) + len(users)
        first, length = with_room(first, n, -1), with_room(length, n)
        self.lists = Lists(first, length, with_room(item, room), with_room(after, room), nodes)

    def append(self, users: IntArray, items: IntArray) -> None:
        """Add these events, in this order."""
        self.grow(users)
        _append(self.lists, users, items, self.size)

    def of(self, user: int) -> list[int]:
        """The items of a user, newest first."""
        lists, items = self.lists, []
        node = int(lists.first[user]) if user < len(lists.first) else -1
        while node >= 0:
            items.append(int(lists.item[node]))
            node = int(lists.after[node])
        return items

    def state(self, name: str) -> Mapping[str, AnyArray]:
        """The arrays, prefixed with this name."""
        used = int(self.lists.nodes[0])
        return {
            f"{name}.first": self.lists.first,
            f"{name}.item": self.lists.item[:used],
            f"{name}.after": self.lists.after[:used],
        }


@compiled
def _append(lists: Lists, users: IntArray, items: IntArray, size: int) -> None:
    for event in range(len(users)):
        to_front(lists, users[event], items[event], size)


@compiled
def to_front(lists: Lists, user: int, item: int, size: int) -> bool:
    """Put the item at the head of the user's list; whether it was there. The oldest beyond ``size`` is dropped."""
    before, node = -1, lists.first[user]
    while node >= 0 and lists.item[node] != item and lists.after[node] >= 0:
        before, node = node, lists.after[node]
    present = bool(node >= 0 and lists.item[node] == item)
    if not present and lists.length[user] < size:
        node = lists.nodes[0]
        lists.nodes[0] += 1
        lists.length[user] += 1
    elif before >= 0:  # the node of the item, or the oldest: take it out
        lists.after[before] = lists.after[node]
    else:  # it is at the head already
        lists.item[node] = item
        return present
    lists.item[node] = item
    lists.after[node] = lists.first[user]
    lists.first[user] = node
    return present
