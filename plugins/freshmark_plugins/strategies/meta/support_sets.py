"""Support sets: the newest events of each user; and evaluation user by user."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

import numpy as np
from freshmark import AnyArray, Events, IntArray
from torch import Tensor

from freshmark_plugins.training.event_sets import columns_of, concatenated, sorted_by_time, subset


class SupportSets:
    """At most ``size`` events of each user, by time. Memory: those events.

    Args:
        size: events per user.
        labelled: whether events without labels are ignored.
    """

    def __init__(self, size: int, *, labelled: bool) -> None:
        self.size, self.labelled, self.late = size, labelled, False
        self.of: dict[int, Events] = {}

    def observe(self, events: Events) -> None:
        """Add these past events, unless their labels are delayed."""
        self.late = self.labelled and events.label is None
        if not self.late:
            self.add(events)

    def reveal(self, events: Events) -> None:
        """Labels have arrived: add the events if they were not added before."""
        if self.late:
            self.add(events)

    def add(self, events: Events) -> None:
        """Add events with known labels."""
        for user in np.unique(events.user).tolist():
            new, old = events[events.user == user], self.of.get(user)
            both = new if old is None else sorted_by_time(concatenated([old, new]))
            self.of[user] = subset(both, np.arange(len(both))[-self.size :])

    def before(self, user: int, time: int) -> Events | None:
        """The user's events before this time; None: no events."""
        held = self.of.get(user)
        if held is None or held.time[0] >= time:
            return None
        return held[: int(np.searchsorted(held.time, time, "left"))]

    def state(self) -> Iterator[tuple[str, AnyArray]]:
        """The columns of the events, user by user."""
        if self.of:
            yield from columns_of("supports", concatenated(self.of.values())).items()


UserWeights: TypeAlias = Mapping[str, Tensor] | None
"""Weights of a user, by parameter name; None: those of the model."""


def user_by_user(
    users: IntArray, weigh: Callable[[int, IntArray], UserWeights], ask: Callable[[IntArray, UserWeights], Any]
) -> tuple[list[Any], IntArray]:
    """Evaluate each user with weights of their own, then all others at once.

    Args:
        users: (n,) codes.
        weigh: (user, rows of the user) → that user's weights.
        ask: (rows, weights) → an array with as many rows.

    Returns:
        The answers, and (n,) the order that sorts their concatenated rows like ``users``.
    """
    order = np.argsort(users, kind="stable")
    values, begins = np.unique(users[order], return_index=True)
    answers, answered, others = [], [], [np.zeros(0, np.int64)]
    for user, rows in zip(values.tolist(), np.split(order, begins[1:]), strict=False):
        weights = weigh(user, rows)
        if weights is None:
            others.append(rows)
        else:
            answers.append(ask(rows, weights))
            answered.append(rows)
    rest = np.sort(np.concatenate(others))
    if len(rest) or not answers:
        answers.append(ask(rest, None))
        answered.append(rest)
    return answers, np.argsort(np.concatenate(answered), kind="stable")
