"""Query and Events: the columns that a strategy sees.

Neither is frozen: with an update per event, freezing them would cost more than the rest of the replay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from types import MappingProxyType
from typing import Any

import numpy as np

from freshmark.contract.arrays import AnyArray, FloatArray, IntArray

NO_FEATURES: Mapping[str, AnyArray] = MappingProxyType({})


def no_features() -> Mapping[str, AnyArray]:
    """The empty mapping that everything without features shares."""
    return NO_FEATURES


class _Rows:
    """What Events and Query share: their features in the two forms that other libraries take."""

    __slots__ = ()
    time: IntArray
    features: Mapping[str, AnyArray]

    def numbers(self) -> FloatArray:
        """(n, d) float64: the features that are numbers or truth values side by side; an array fills many columns."""
        n = len(self.time)
        columns = [one.reshape(n, prod(one.shape[1:])) for one in self.features.values() if one.dtype.kind in "fiub"]
        return np.concatenate(columns, 1, dtype=np.float64) if columns else np.empty((n, 0))

    def records(self) -> list[dict[str, Any]]:
        """One dict per row, name → value, of the features that have one value per row."""
        names = [name for name, column in self.features.items() if column.ndim == 1]
        if not names:
            return [{} for _ in range(len(self.time))]
        rows = zip(*(self.features[name].tolist() for name in names), strict=True)
        return [dict(zip(names, row, strict=True)) for row in rows]


@dataclass(slots=True, eq=False)
class Events(_Rows):
    """What happened: n interactions in the order of time, every column revealed.

    time: (n,) int64, microseconds, never decreasing
    user: (n,) int64, codes in order of first appearance in the stream
    item: (n,) int64, codes in order of first appearance in the stream
    label: (n,) float64 (click: 0 or 1; rate: the rating) or int64 (classify), None if the task has none
    features: name → (n, …) array
    """

    time: IntArray
    user: IntArray
    item: IntArray
    label: AnyArray | None = None
    features: Mapping[str, AnyArray] = field(default_factory=no_features)

    def __len__(self) -> int:
        return len(self.time)

    def __getitem__(self, rows: slice | AnyArray) -> Events:
        """The events at these rows (a slice, an integer or a boolean array)."""
        return Events(
            self.time[rows],
            self.user[rows],
            self.item[rows],
            None if self.label is None else self.label[rows],
            {name: column[rows] for name, column in self.features.items()} if self.features else NO_FEATURES,
        )


@dataclass(slots=True, eq=False)
class Query(_Rows):
    """n requests, with everything about them but the answer.

    time: (n,) int64, microseconds, never decreasing
    user: (n,) int64 codes
    item: (n,) int64 codes of the items shown (click, rate); None for rank and classify
    candidates: (n,) int64, how many items were known before each request: its catalogue is ``range(candidates[i])``
    features: name → (n, …) array; for rank those of the context and of the user alone, since the item is the answer
    """

    time: IntArray
    user: IntArray
    item: IntArray | None
    candidates: IntArray
    features: Mapping[str, AnyArray] = field(default_factory=no_features)

    def __len__(self) -> int:
        return len(self.time)
