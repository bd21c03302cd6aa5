"""Leaks: features of a rank stream that give the item away although they are said to be of the context or the user."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from freshmark.contract.arrays import AnyArray, IntArray
from freshmark.errors import DataError

if TYPE_CHECKING:
    from freshmark.contract.stream import Stream

MOST_EVENTS = 200_000
"""Events that are looked at: the last ones."""

FIXED = 0.95
"""A value repeated by this share of an item's events is a property of the item …"""

TELLING = 0.5
"""… that gives it away if two events share it by chance less often than this."""

CLEARER = 0.05
"""By how much the item must explain the values better than the user, or the moment, does."""


def refuse_leaks(stream: Stream) -> None:
    """Refuse a rank stream with a feature of the context or user that is in fact the item's.

    A query shows such a feature, so it would show the price, say, of the very item that is the answer.

    Raises:
        DataError: FM219, with the feature.
    """
    if stream.task != "rank":
        return
    for name, column in stream.features.items():
        if stream.owner(name) != "item" and gives_item_away(column, stream):
            raise DataError(
                f"the feature {name!r} belongs to the item: it would show each query its answer",
                where=stream.name,
                remedy=f"of={{{name!r}: 'item'}}; of a log item_numbers= or item_words= instead of numbers= or words=",
                code="FM219",
            )


def gives_item_away(column: AnyArray, stream: Stream) -> bool:
    """Whether any column of the feature (n, …) is fixed by the item, and by neither the user nor the moment."""
    begin = max(0, len(column) - MOST_EVENTS)
    flat = np.asarray(column[begin:]).reshape(len(column) - begin, -1)
    item, user = (np.asarray(codes[begin:]) for codes in (stream.item, stream.user))
    return any(_given_away(values, item, user) for values in flat.T)


def _given_away(values: AnyArray, item: AnyArray, user: AnyArray) -> bool:
    _, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    if float(np.sum((counts / len(codes)) ** 2)) > TELLING:
        return False
    moment = np.flatnonzero(item[1:] != item[:-1]) + 1  # what neighbours of different items share is the moment's
    by_item, by_user, by_moment = (
        _agreement(codes, *pairs) for pairs in (_successions(item), _successions(user), (moment - 1, moment))
    )
    return by_item >= FIXED and by_item > max(by_user, by_moment) + CLEARER


def _successions(by: AnyArray) -> tuple[IntArray, IntArray]:
    """Pairs of successive events with the same code."""
    order = np.argsort(by, kind="stable")
    same = np.flatnonzero(by[order][1:] == by[order][:-1])
    return order[same], order[same + 1]


def _agreement(codes: AnyArray, one: IntArray, other: IntArray) -> float:
    """The share of the pairs of events that have one value; 0 without pairs."""
    return float(np.mean(codes[one] == codes[other])) if len(one) else 0.0
