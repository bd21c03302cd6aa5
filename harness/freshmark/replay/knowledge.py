"""Knowledge: when each event may be learned from, and the events in that order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freshmark.contract.arrays import AnyArray, IntArray
from freshmark.contract.stream import Stream
from freshmark.replay.durations import microseconds


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A stream as it becomes known for learning.

    time: (n,) int64, microseconds, never decreasing: when one more event is known
    stream: the events in that order; the stream itself where labels are not delayed, or all equally
    order: (n,) int64, which event of the stream each is; None where the order is the stream's own
    """

    time: IntArray
    stream: Stream
    order: IntArray | None

    @property
    def delayed(self) -> bool:
        """Whether an event is ever known later than it happens."""
        return self.stream.time is not self.time


def knowledge_of(stream: Stream, label_delay: str) -> Knowledge:
    """When the events of the stream are known: at their time, plus their own delay, plus this one."""
    shift = microseconds(label_delay)
    if stream.label_delay is None:
        return Knowledge(stream.time + shift if shift else stream.time, stream, None)
    known = stream.time + stream.label_delay + shift
    order = np.argsort(known, kind="stable")
    return Knowledge(known[order], _in_order(stream, order), order)


def _in_order(stream: Stream, order: IntArray) -> Stream:
    """The events in another order; past __init__, which would insist on the order of time."""
    columns: dict[str, AnyArray | None] = {
        name: None if column is None else column[order]
        for name, column in (
            ("time", stream.time),
            ("user", stream.user),
            ("item", stream.item),
            ("label", stream.label),
        )
    }
    reordered = Stream.__new__(Stream)
    reordered.__dict__.update(stream.__dict__ | columns)
    reordered.__dict__["features"] = {name: column[order] for name, column in stream.features.items()}
    return reordered
