"""Validity: what every stream must be, checked once, when it is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from freshmark.contract.arrays import TASKS, AnyArray, IntArray
from freshmark.errors import DataError

if TYPE_CHECKING:
    from freshmark.contract.stream import Stream

LAST_TIME = 9_223_286_400_000_000  # 2262-04-11 in µs: what pandas can still show


def check(stream: Stream) -> None:
    """Refuse a stream whose columns are out of order, out of range, or of another length; with the first row.

    Raises:
        DataError: of code FM202, or FM201 where there are no events.
    """

    def refuse(what: str, remedy: str = "") -> None:
        raise DataError(what, where=stream.name, remedy=remedy, code="FM202")

    if stream.task not in TASKS:
        refuse(f"no task {stream.task!r}", f"one of {', '.join(TASKS)}")
    if len(stream.time) == 0:
        raise DataError("the stream has no events", where=stream.name, code="FM201")
    columns = {name: getattr(stream, name) for name in ("user", "item", "label", "oracle", "label_delay")}
    for name, column in [*columns.items(), *stream.features.items()]:
        if column is not None and len(column) != len(stream.time):
            refuse(f"{name} has {len(column)} rows, time has {len(stream.time)}")
    _check_time(stream.time, refuse)
    _check_codes(stream.user, len(stream.users), "user", refuse)
    _check_codes(stream.item, len(stream.items), "item", refuse)
    _check_labels(stream, refuse)


def _check_labels(stream: Stream, refuse: Callable[[str, str], None]) -> None:
    if stream.task != "rank" and stream.label is None:
        refuse(f"task {stream.task!r} needs labels", "one an event")
    if stream.label_delay is not None and stream.label_delay.min() < 0:
        refuse(f"label_delay of row {int(np.argmin(stream.label_delay))} is negative", "microseconds from 0")
    if stream.task == "classify" and stream.oracle is not None and stream.oracle.shape[1:] != (len(stream.classes),):
        refuse(f"oracle has shape {stream.oracle.shape}", f"(n, {len(stream.classes)}): one probability a class")
    if stream.label is not None and not np.all(np.isfinite(stream.label)):
        refuse(f"the label of row {int(np.argmin(np.isfinite(stream.label)))} is not finite", "a number")


def _check_time(time: IntArray, refuse: Callable[[str, str], None]) -> None:
    if time.dtype != np.int64:
        refuse(f"time is {time.dtype}", "int64 microseconds")
    back = np.flatnonzero(time[1:] < time[:-1])
    if len(back):
        refuse(f"time decreases at row {back[0] + 1}", "sort by time, stably, or build with stream_of")
    if time[0] < -LAST_TIME or time[-1] > LAST_TIME:
        refuse("a time lies outside of what can be shown (year 2262)", "microseconds")


def _check_codes(codes: AnyArray, names: int, what: str, refuse: Callable[[str, str], None]) -> None:
    """A code carries nothing from the future only if each new one is the next integer."""
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
        refuse(f"{int(highest[-1]) + 1} {what}s appear, {names} have a name", "one name a code")
