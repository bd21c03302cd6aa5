"""Knowledge: when each event may be learned from, and the events in that order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from freshmark.contract.arrays import AnyArray, IntArray
from freshmark.contract.streams.stream import Stream
from freshmark.replay.durations import parse_duration


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A stream in the order in which its events may be learned from.

    time: (n,) int64, microseconds, never decreasing: when each of them becomes known
    stream: the events in that order; the stream itself if labels are not delayed, or all equally
    order: (n,) int64, position of each in the stream; None if the order is that of the stream
    """

    time: IntArray
    stream: Stream
    order: IntArray | None

    @property
    def delayed(self) -> bool:
        """Whether any event is known later than it happens."""
        return self.stream.time is not self.time


def knowledge_of(stream: Stream, label_delay: str) -> Knowledge:
    """When events become known: at their time, plus their own delay, plus ``label_delay``."""
    shift = parse_duration(label_delay)
    if stream.label_delay is None:
        return Knowledge(stream.time + shift if shift else stream.time, stream, None)
    known = stream.time + stream.label_delay + shift
    order = np.argsort(known, kind="stable")
    return Knowledge(known[order], with_columns(stream, lambda column: column[order]), order)


def with_columns(stream: Stream, change: Callable[[AnyArray], AnyArray]) -> Stream:
    """The stream with each column of events changed; skips __init__, which insists on the order of time."""
    columns = {name: getattr(stream, name) for name in ("time", "user", "item", "label")}
    changed = Stream.__new__(Stream)
    changed.__dict__.update(
        stream.__dict__ | {name: None if column is None else change(column) for name, column in columns.items()},
        features={name: change(column) for name, column in stream.features.items()},
    )
    return changed
