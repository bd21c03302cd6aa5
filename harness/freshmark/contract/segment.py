"""Segment: named groups of test events, in each of which every metric is computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from freshmark.contract.arrays import AnyArray, BoolArray, IntArray
from freshmark.errors import UsageError

FEATURE_COLUMN = "feature_{}"
"""The column of the table of test events that holds a feature which a segment asked for."""


@dataclass(frozen=True, slots=True)
class SegmentEvents:
    """The n test events of a stream, as the function of a segment sees them.

    time: (n,) int64, microseconds, never decreasing
    user, item: (n,) int64 codes, in order of first appearance in the stream
    index: (n,) int64, position of the event in the stream
    window: (n,) int64, the window of the report it falls into
    user_events, item_events: (n,) int64, how many events the user, the item had at earlier times
    new_user: (n,) bool, it is the user's first event
    new_item: (n,) bool, the item had not been seen when the event's window began (cold items included)
    head: (n,) bool, the item was among the top 20 % of the items known when the window began, by events so far
    label: (n,) float64 (click, rate) or int64 (classify); None for the task rank
    features: name → (n,) array: those that the segment asked for; of a user or an item, its value in the stream
    """

    time: IntArray
    user: IntArray
    item: IntArray
    index: IntArray
    window: IntArray
    user_events: IntArray
    item_events: IntArray
    new_user: BoolArray
    new_item: BoolArray
    head: BoolArray
    label: AnyArray | None = None
    features: Mapping[str, AnyArray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.time)


@dataclass(frozen=True, slots=True)
class Segment:
    """Named groups of test events; an event belongs to one of them or to none.

    groups: their names, in the order of every table; they appear in the column ``segment`` of ``results.measurements``
    of: the test events → (n,) int64, the place of each event's group in ``groups``, −1 for none
    features: names of features of the stream that the function reads, one number per event, user or item each. They
        are recorded by runs that are made with the plugin

    Raises:
        UsageError: there are no groups, or two of one name.
    """

    name: str
    groups: tuple[str, ...]
    of: Callable[[SegmentEvents], AnyArray]
    features: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.groups or len(set(self.groups)) < len(self.groups) or "all" in self.groups:
            raise UsageError(
                f"segment {self.name!r} has the groups {', '.join(self.groups) or '(none)'}",
                remedy="at least one, each with a name of its own other than 'all'",
                code="FM307",
            )

    @property
    def documented(self) -> Callable[..., Any]:
        """The function whose docstring documents the segment."""
        return self.of
