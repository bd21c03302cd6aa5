"""Concatenating, selecting and sorting events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from freshmark import AnyArray, Events, IntArray


def concatenated(parts: Iterable[Events]) -> Events:
    """One after the other; without labels if one part has none."""
    parts = list(parts)
    labels = [part.label for part in parts if part.label is not None]
    return Events(
        np.concatenate([part.time for part in parts]),
        np.concatenate([part.user for part in parts]),
        np.concatenate([part.item for part in parts]),
        np.concatenate(labels) if len(labels) == len(parts) else None,
        {name: np.concatenate([part.features[name] for part in parts]) for name in parts[0].features},
    )


def subset(events: Events, rows: IntArray) -> Events:
    """The events at these rows, in a form that can be copied and pickled."""
    return replace(events[rows], features=dict(events[rows].features))


def sorted_by_time(events: Events) -> Events:
    """Sorted by time; ties keep their order."""
    return events[np.argsort(events.time, kind="stable")]


def columns_of(name: str, events: Events) -> dict[str, AnyArray]:
    """Every column of stored events as ``name.time``, ``name.user`` …, for ``state()``."""
    values_of = {
        "time": events.time,
        "user": events.user,
        "item": events.item,
        "label": events.label,
        **events.features,
    }
    return {f"{name}.{column}": values for column, values in values_of.items() if values is not None}
