"""Validity: what every stream must satisfy, checked once, when it is built."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NoReturn

import numpy as np

from freshmark.contract.arrays import OWNERS, AnyArray, FloatArray, IntArray, Owner, Task

LAST_TIME = 9_223_286_400_000_000  # 2262-04-11 in µs: what pandas can still show


Refuse = Callable[[str, str], NoReturn]
"""Raises a DataError: what is wrong, and what would be right."""


def check_lengths(columns: Mapping[str, AnyArray | None], length: int, of: str, refuse: Refuse) -> None:
    """Every column has as many rows as there are times, items or users."""
    for name, column in columns.items():
        if column is not None and len(column) != length:
            refuse(f"{name} has {len(column)} rows, {of} has {length}", "one row each")


def check_owners(of: Mapping[str, Owner], features: Mapping[str, AnyArray], refuse: Refuse) -> None:
    """``of`` names features, and whose they are."""
    for name, owner in of.items():
        if name not in features:
            refuse(f"of={{{name!r}: {owner!r}}} names a feature that does not exist", f"one of {', '.join(features)}")
        if owner not in OWNERS:
            refuse(f"of={{{name!r}: {owner!r}}} names an unknown owner", f"one of {', '.join(OWNERS)}")


def check_labels(
    task: Task,
    label: AnyArray | None,
    *,
    oracle: FloatArray | None,
    label_delay: IntArray | None,
    classes: int,
    refuse: Refuse,
) -> None:
    """Labels are present where the task needs them, finite, and known no earlier than their event."""
    if task != "rank" and label is None:
        refuse(f"task {task!r} needs labels", "one per event")
    if label_delay is not None and label_delay.min() < 0:
        refuse(f"label_delay of row {int(np.argmin(label_delay))} is negative", "microseconds, at least 0")
    if task == "classify" and oracle is not None and oracle.shape[1:] != (classes,):
        refuse(f"oracle has shape {oracle.shape}", f"(n, {classes}): one probability per class")
    if label is not None and not np.all(np.isfinite(label)):
        refuse(f"the label of row {int(np.argmin(np.isfinite(label)))} is not finite", "a number")


def check_time(time: IntArray, refuse: Refuse) -> None:
    """Times are int64 microseconds, never decreasing, and can be shown by pandas."""
    if time.dtype != np.int64:
        refuse(f"time is {time.dtype}", "int64 microseconds")
    back = np.flatnonzero(time[1:] < time[:-1])
    if len(back):
        refuse(f"time decreases at row {back[0] + 1}", "sort by time, stably, or build with stream_of")
    if time[0] < -LAST_TIME or time[-1] > LAST_TIME:
        refuse("a time lies beyond the year 2262", "microseconds since 1970")


def check_codes(codes: AnyArray, names: int, what: str, refuse: Refuse) -> None:
    """A code reveals nothing of the future only if each new code is the next integer."""
    if codes.dtype.kind not in "iu":
        refuse(f"{what} is {codes.dtype}", "integer codes; stream_of makes them from ids")
    highest = np.maximum.accumulate(codes)
    before = np.concatenate([[-1], highest[:-1]])
    wrong = np.flatnonzero((codes < 0) | (codes > before + 1))
    if len(wrong):
        row = int(wrong[0])
        refuse(
            f"{what} codes are not in order of first appearance: {codes[row]} after {before[row]}, row {row}",
            "stream_of makes them from ids",
        )
    if int(highest[-1]) + 1 != names:
        refuse(f"{int(highest[-1]) + 1} {what}s appear, {names} have a name", "one name per code")
