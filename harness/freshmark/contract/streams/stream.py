"""Stream: timestamped events, a task and the ids. Their order is checked once, here."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NoReturn

import numpy as np

from freshmark.contract.arrays import TASKS, AnyArray, FloatArray, IntArray, Owner, Task
from freshmark.contract.events import no_features
from freshmark.contract.streams.drift import Drift
from freshmark.contract.streams.leaks import leaking
from freshmark.contract.streams.validity import check_codes, check_labels, check_lengths, check_owners, check_time
from freshmark.contract.streams.vocabulary import Vocabulary
from freshmark.errors import DataError

SECOND = 1_000_000
"""Microseconds in a second: the unit of every time in a stream."""


@dataclass(frozen=True)
class Stream:
    """A timestamped interaction log with a task.

    name: shown in tables, usually the expression that built it
    task: ``rank``, ``click``, ``rate`` or ``classify``
    time: (n,) int64, microseconds, never decreasing
    user, item: (n,) integer codes **in order of first appearance**, so that ``range(m)`` is what was known at any time
    label: (n,) float64 for click (0, 1) and rate, int64 for classify, None if the task has none
    features: name → (n, …) array
    of: name → whose feature it is: ``context``, ``user`` or ``item``. Unnamed ones belong to the item if the task is
        rank, where a query must not show them, and to the context otherwise
    item_features, user_features: name → (items, …) or (users, …) array, one row per code: what is known of it from its
        first event on. Features of events that belong to items or users need not be repeated here
    repeats: whether a user returns to an item; if not, items that the user already had are not candidates
    users, items: code → id, as text
    classes: names of the classes (classify)
    drifts: planted changes, where a simulator knows them
    oracle: the best achievable answer, float64: (n,) rank of the true item under the true probabilities (rank), (n,)
        the true probability of a click (click), or (n, classes) that of each class (classify); None if unknown
    label_delay: (n,) int64, microseconds, at least 0: how long after its time each event may be learned from
    about: what the loader detected and decided, shown to users: source, licence, time unit …

    Raises:
        DataError: a column is out of order, out of range, or of another length; names the first row. Or a feature of a
            rank stream that is not the item's gives the item away (FM219).
    """

    name: str
    task: Task
    time: IntArray
    user: AnyArray
    item: AnyArray
    users: Vocabulary
    items: Vocabulary
    label: AnyArray | None = None
    features: Mapping[str, AnyArray] = field(default_factory=no_features)
    repeats: bool = True
    classes: tuple[str, ...] = ()
    drifts: tuple[Drift, ...] = ()
    oracle: FloatArray | None = None
    label_delay: IntArray | None = None
    about: Mapping[str, str] = field(default_factory=dict)
    of: Mapping[str, Owner] = field(default_factory=dict)
    item_features: Mapping[str, AnyArray] = field(default_factory=dict)
    user_features: Mapping[str, AnyArray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        def refuse(problem: str, remedy: str = "") -> NoReturn:
            raise DataError(problem, where=self.name, remedy=remedy, code="FM202")

        if self.task not in TASKS:
            refuse(f"unknown task {self.task!r}", f"one of {', '.join(TASKS)}")
        if len(self.time) == 0:
            raise DataError("the stream has no events", where=self.name, code="FM201")
        columns = {name: getattr(self, name) for name in ("user", "item", "label", "oracle", "label_delay")}
        check_lengths({**columns, **self.features}, len(self.time), "time", refuse)
        check_lengths(self.item_features, len(self.items), "items", refuse)
        check_lengths(self.user_features, len(self.users), "users", refuse)
        check_owners(self.of, self.features, refuse)
        check_time(self.time, refuse)
        check_codes(self.user, len(self.users), "user", refuse)
        check_codes(self.item, len(self.items), "item", refuse)
        check_labels(
            self.task,
            self.label,
            oracle=self.oracle,
            label_delay=self.label_delay,
            classes=len(self.classes),
            refuse=refuse,
        )
        if self.task == "rank":
            shown = {name: column for name, column in self.features.items() if self.owner(name) != "item"}
            for name in leaking(shown, self.item, self.user):
                raise DataError(
                    f"the feature {name!r} belongs to the item: it would show each query its answer",
                    where=self.name,
                    remedy=f"of={{{name!r}: 'item'}}; of a log, name its columns under of_item=",
                    code="FM219",
                )

    def __len__(self) -> int:
        return len(self.time)

    def owner(self, feature: str) -> Owner:
        """Whose feature it is."""
        return self.of.get(feature, "item" if self.task == "rank" else "context")

    def attributes(self, side: Literal["item", "user"]) -> dict[str, AnyArray]:
        """Name → (codes, …): what is known of each item or user from its first event on."""
        codes, given = (self.item, self.item_features) if side == "item" else (self.user, self.user_features)
        named = [name for name in self.features if self.owner(name) == side and name not in given]
        if not named:
            return dict(given)
        # Codes are in order of first appearance: a new maximum is a first event.
        first = np.flatnonzero(np.diff(np.maximum.accumulate(codes), prepend=-1))
        return {**given, **{name: self.features[name][first] for name in named}}

    @cached_property
    def fingerprint(self) -> str:
        """Sha256 of the ordered columns: streams with equal fingerprints give equal numbers."""
        digest = hashlib.sha256(f"freshmark stream 1 {self.task} repeats={self.repeats}".encode())
        columns: dict[str, AnyArray | None] = {
            "time": self.time.astype("<i8", copy=False),
            "user": self.user.astype("<i4", copy=False),
            "item": self.item.astype("<i4", copy=False),
            "label": self.label,
            "label_delay": self.label_delay,
        }
        columns |= {f"feature {name}": self.features[name] for name in sorted(self.features)}
        columns |= {f"item feature {name}": self.item_features[name] for name in sorted(self.item_features)}
        columns |= {f"user feature {name}": self.user_features[name] for name in sorted(self.user_features)}
        if self.of or (self.task == "rank" and self.features):
            # What a query shows depends on it. Other streams keep the fingerprints that they had without it.
            digest.update(repr([(name, self.owner(name)) for name in sorted(self.features)]).encode())
        for name, column in columns.items():
            if column is not None:
                digest.update(f"{name} {column.dtype.str} {column.shape}".encode())
                digest.update(np.ascontiguousarray(column).data)
        return digest.hexdigest()

    @cached_property
    def facts(self) -> Mapping[str, int | float]:
        """Counts that describe the stream: events, users, items, span_seconds, ties, duplicates, repeat_share."""
        pair = self.user.astype(np.int64) * len(self.items) + self.item
        order = np.lexsort((pair, self.time))
        same_time = self.time[order][1:] == self.time[order][:-1]
        twins = same_time & (pair[order][1:] == pair[order][:-1])
        return {
            "events": len(self),
            "users": len(self.users),
            "items": len(self.items),
            "span_seconds": (int(self.time[-1]) - int(self.time[0])) / SECOND,
            "ties": int(np.count_nonzero(self.time[1:] == self.time[:-1])),
            "duplicates": int(np.count_nonzero(twins)),
            # Sorted here: np.unique hashes, which costs a second a million rows.
            "repeat_share": int(np.count_nonzero(np.diff(np.sort(pair)) == 0)) / len(self),
        }
