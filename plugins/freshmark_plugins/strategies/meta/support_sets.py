"""SupportSets: the newest events of each user, to adapt to; and what is asked user by user."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

import numpy as np
from freshmark import AnyArray, Events, IntArray
from torch import Tensor

from freshmark_plugins.training.event_sets import columns_of, concatenated, sorted_by_time, subset


class SupportSets:
    """At most ``size`` events of each user, in the order of time. Memory: those events.

    Args:
        size: how many, for each user.
        labelled: whether an event without a label tells nothing.
    """

    def __init__(self, size: int, *, labelled: bool) -> None:
        self.size, self.labelled, self.late = size, labelled, False
        self.of: dict[int, Events] = {}

    def observe(self, events: Events) -> None:
        """These are past: they count at once, unless their labels are late."""
        self.late = self.labelled and events.label is None
        if not self.late:
            self.add(events)

    def come(self, events: Events) -> None:
        """These are known now: they count if they did not before."""
        if self.late:
            self.add(events)

    def add(self, events: Events) -> None:
        """These have happened, and what they tell is known."""
        for user in np.unique(events.user).tolist():
            new, old = events[events.user == user], self.of.get(user)
            both = new if old is None else sorted_by_time(concatenated([old, new]))
            self.of[user] = subset(both, np.arange(len(both))[-self.size :])

    def before(self, user: int, time: int) -> Events | None:
        """The user's events earlier than this; None where there are none."""
        held = self.of.get(user)
        if held is None or held.time[0] >= time:
            return None
        return held[: int(np.searchsorted(held.time, time, "left"))]

    def state(self) -> Iterator[tuple[str, AnyArray]]:
        """The columns of what is held, user by user."""
        if self.of:
            yield from columns_of("supports", concatenated(self.of.values())).items()


Own: TypeAlias = Mapping[str, Tensor] | None
"""Weights of a user, by the names of parameters; None for those of the model."""


def user_by_user(
    users: IntArray, weigh: Callable[[int, IntArray], Own], ask: Callable[[IntArray, Own], Any]
) -> tuple[list[Any], IntArray]:
    """Ask for each user who has weights of their own, then for all others at once.

    Args:
        users: (n,) codes.
        weigh: (user, rows of the user) → that user's weights.
        ask: (rows, weights) → an array of as many rows.

    Returns:
        The answers; and (n,) the order that brings their rows, one answer after the other, into that of the users.
    """
    order = np.argsort(users, kind="stable")
    values, begins = np.unique(users[order], return_index=True)
    answers, asked, others = [], [], [np.zeros(0, np.int64)]
    for user, rows in zip(values.tolist(), np.split(order, begins[1:]), strict=False):
        weights = weigh(user, rows)
        if weights is None:
            others.append(rows)
        else:
            answers.append(ask(rows, weights))
            asked.append(rows)
    rest = np.sort(np.concatenate(others))
    if len(rest) or not answers:
        answers.append(ask(rest, None))
        asked.append(rest)
    return answers, np.argsort(np.concatenate(asked), kind="stable")
