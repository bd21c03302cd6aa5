"""Events of several times put together, in the order of time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from freshmark import Events
from freshmark.contract.arrays import AnyArray, IntArray


def joined(first: Events, second: Events) -> Events:
    """Both, one after the other, whatever their times."""
    label = None
    if first.label is not None and second.label is not None:
        label = np.concatenate([first.label, second.label])
    return Events(
        _both(first.time, second.time),
        _both(first.user, second.user),
        _both(first.item, second.item),
        label,
        {name: _both(column, second.features[name]) for name, column in first.features.items()},
    )


def chosen(events: Events, rows: IntArray) -> Events:
    """The events at these rows, to be kept: they can be copied and sent to another process."""
    return replace(events[rows], features=dict(events[rows].features))


def in_order(events: Events) -> Events:
    """The same by time; those of one time stay as they come."""
    return events[np.argsort(events.time, kind="stable")]


def _both(one: AnyArray, other: AnyArray) -> AnyArray:
    return np.concatenate([one, other])
