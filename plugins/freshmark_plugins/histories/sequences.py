"""Every event of every user by time, and the history of a user before any moment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from freshmark import AnyArray, BoolArray, Events, IntArray, Query
from numpy.typing import NDArray

from freshmark_plugins.kernels.compiled import compiled
from freshmark_plugins.kernels.growth import row_count, with_room


class Log(NamedTuple):
    """The arrays of the compiled loops: one node per event, linked to the user's previous event.

    Jump pointers (Myers, Information Processing Letters 17, 1983) skip parts of a chain, so that finding the newest
    event before a moment takes O(log n) steps, though events are only appended.

    last: (users,) int64, node of the user's newest event, −1: none
    time: (nodes,) int64
    item, place: (nodes,) int32, the item; the number of earlier events of the user
    before, jump: (nodes,) int32, node of the user's previous event, −1: none; of an earlier one, itself for the first
    nodes: (1,) int64, number in use
    """

    last: IntArray
    time: IntArray
    item: NDArray[np.int32]
    place: NDArray[np.int32]
    before: NDArray[np.int32]
    jump: NDArray[np.int32]
    nodes: IntArray


class Windows(NamedTuple):
    """Windows of histories, and the position of each event or request in them.

    item: (w, l) int64, items, oldest first; 0 after the newest
    row: (n,) int64, the window of each event
    column: (n,) int64, how many items of that window come before the event: its input
    """

    item: IntArray
    row: IntArray
    column: IntArray


class Sequences:
    """The items of each user with their times. Memory: 24 bytes per event, 8 per user; nothing is dropped."""

    def __init__(self) -> None:
        none, short = np.zeros(0, np.int64), np.zeros(0, np.int32)
        self.log = Log(none, none, short, short, short, short, np.zeros(1, np.int64))

    def append(self, events: Events) -> None:
        """Append events, none earlier than those before; with delayed labels a warm-up may be unsorted."""
        if len(events) > 1 and (events.time[1:] < events.time[:-1]).any():
            events = events[np.argsort(events.time, kind="stable")]
        room = int(self.log.nodes[0]) + len(events)
        last, time, item, place, before, jump, nodes = self.log
        time, item, place, before, jump = (with_room(column, room) for column in (time, item, place, before, jump))
        self.log = Log(with_room(last, row_count(events.user), -1), time, item, place, before, jump, nodes)
        _append(self.log, events.time, events.user, events.item)

    def windows(self, rows: Events | Query, *, length: int, least: int, known: int) -> Windows:
        """Histories of the users of these rows before the rows' times; events of the same time are excluded.

        Rows of one user share a window if each still has its newest ``least`` items in it, or all. With
        ``least=length`` the context of a row does not depend on other rows.

        Args:
            rows: n events or requests.
            length: items per window.
            least: items in the context of a row, if the user had as many.
            known: number of items that the model knows; others are skipped.
        """
        n = len(rows)
        node = np.empty(n, np.int64)
        _find(self.log, rows.time, rows.user, node)
        order = np.lexsort((-node, rows.user))  # nodes of one user grow with time
        item, size = np.zeros((n, length), np.int64), np.zeros(n, np.int64)
        row, column = np.zeros(n, np.int64), np.zeros(n, np.int64)
        used = _windows(self.log, order, rows.user, node, least, known, item, size, row, column)
        return Windows(item[:used, : max(1, size.max(initial=0))], row, column)

    def known(self, rows: Events | Query, *, items: int) -> BoolArray:
        """(n,) whether the user had one of the first ``items`` items before."""
        known: BoolArray = self.windows(rows, length=1, least=1, known=items).column > 0
        return known

    def state(self, name: str) -> Mapping[str, AnyArray]:
        """The arrays of the log, prefixed with this name."""
        log, used = self.log, int(self.log.nodes[0])
        nodes: dict[str, AnyArray] = {
            "time": log.time, "item": log.item, "place": log.place, "before": log.before, "jump": log.jump
        }  # fmt: skip
        return {f"{name}.last": log.last, **{f"{name}.{field}": column[:used] for field, column in nodes.items()}}


@compiled
def _append(log: Log, time: IntArray, user: IntArray, item: IntArray) -> None:
    for event in range(len(time)):
        node, before = log.nodes[0], log.last[user[event]]
        log.time[node], log.item[node], log.before[node] = time[event], item[event], before
        if before < 0:
            log.place[node], log.jump[node] = 0, node
        else:
            log.place[node] = log.place[before] + 1
            far = log.jump[before]
            further = log.jump[far]
            even = log.place[before] - log.place[far] == log.place[far] - log.place[further]
            log.jump[node] = further if even else before
        log.last[user[event]] = node
        log.nodes[0] += 1


@compiled
def _find(log: Log, time: IntArray, user: IntArray, out: IntArray) -> None:
    """The node of each user's newest earlier event, −1: none."""
    for row in range(len(time)):
        node = log.last[user[row]] if user[row] < len(log.last) else -1
        while node >= 0 and log.time[node] >= time[row]:
            far = log.jump[node]
            node = far if far != node and log.time[far] >= time[row] else log.before[node]
        out[row] = node


@compiled
def _fill(log: Log, node: int, known: int, item: IntArray, place: IntArray) -> tuple[int, int]:
    """Write the newest known items up to a node, oldest first; returns their number and the node before them, or −1."""
    count = 0
    while node >= 0 and count < len(item):
        if log.item[node] < known:
            item[count], place[count] = log.item[node], log.place[node]
            count += 1
        node = log.before[node]
    for k in range(count // 2):
        other = count - 1 - k
        item[k], item[other] = item[other], item[k]
        place[k], place[other] = place[other], place[k]
    return count, node


@compiled
def _windows(
    log: Log,
    order: IntArray,
    user: IntArray,
    node: IntArray,
    least: int,
    known: int,
    item: IntArray,
    size: IntArray,
    row: IntArray,
    column: IntArray,
) -> int:
    """Fill windows for rows sorted by user, newest first; returns the number of windows."""
    place = np.zeros(item.shape[1], np.int64)
    windows, here, seen, rest = 0, -1, 0, -1
    for event in order:
        newest = log.place[node[event]] if node[event] >= 0 else -1
        while seen > 0 and user[event] == here and place[seen - 1] > newest:
            seen -= 1
        if user[event] != here or (rest >= 0 and seen < least):
            seen, rest = _fill(log, node[event], known, item[windows], place)
            size[windows] = seen
            here = user[event]
            windows += 1
        row[event], column[event] = windows - 1, seen
    return windows
