"""Events of several times put together, in the order of time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from freshmark import AnyArray, Events, IntArray


def concatenated(parts: Iterable[Events]) -> Events:
    """One after the other; without labels where one of them has none."""
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
    """The events at these rows, to be kept: they can be copied and sent to another process."""
    return replace(events[rows], features=dict(events[rows].features))


def sorted_by_time(events: Events) -> Events:
    """The same by time; those of one time stay as they come."""
    return events[np.argsort(events.time, kind="stable")]


def columns_of(name: str, events: Events) -> dict[str, AnyArray]:
    """Every column of events that are kept, called ``name.time``, ``name.user`` …: what ``state()`` tells of them."""
    held = {"time": events.time, "user": events.user, "item": events.item, "label": events.label, **events.features}
    return {f"{name}.{column}": values for column, values in held.items() if values is not None}
