"""Leaks: features of a rank stream that give the item away although they are said to be of the context or the user."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from freshmark.contract.arrays import AnyArray, IntArray

MOST_EVENTS = 200_000
"""Events that are looked at: the last ones."""

FIXED = 0.95
"""A value repeated by this share of an item's events is a property of the item …"""

TELLING = 0.5
"""… that gives it away if two events share it by chance less often than this."""

CLEARER = 0.05
"""By how much the item must explain the values better than the user, or the moment, does."""


def leaking(features: Mapping[str, AnyArray], item: AnyArray, user: AnyArray) -> Iterator[str]:
    """Names of the features (n, …) with a column that the item explains, and neither the user nor the moment does.

    A query would show such a feature: the price, say, of the very item that is the answer.
    """
    begin = max(0, len(item) - MOST_EVENTS)
    items, users = np.asarray(item[begin:]), np.asarray(user[begin:])
    for name, column in features.items():
        columns = np.asarray(column[begin:]).reshape(len(items), -1).T
        if any(_given_away(values, items, users) for values in columns):
            yield name


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
