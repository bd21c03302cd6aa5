"""When updates are due, which events each knows, and when its result goes live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

import numpy as np

from freshmark.contract.arrays import IntArray
from freshmark.errors import UsageError
from freshmark.replay.durations import in_words, microseconds

_EVERY_REMEDY = "give a span (1d, 6h), a number of events (1000), 'event' or 'never'"


@dataclass(frozen=True, slots=True)
class Updates:
    """The updates of one cell, in order.

    due: (u,) int64, microseconds: the boundary; the update knows the events with a smaller time
    known: (u,) int64, how many events of the stream those are
    live: (u,) int64, the position of the first event that is answered with it
    """

    due: IntArray
    known: IntArray
    live: IntArray

    def __len__(self) -> int:
        return len(self.due)


@dataclass(frozen=True, slots=True)
class Schedule:
    """``every``: when updates are due. ``delay``: how much later their result answers.

    every: a span of stream time (``"1d"``), a number of events (``"1000"``), ``"event"`` or ``"never"``
    delay: a span of stream time
    """

    every: str
    delay: str = "0s"

    @classmethod
    def parse(cls, every: str | int = "never", delay: str = "0s") -> Schedule:
        """The schedule, its texts made canonical: ``"24h"`` and ``"1d"`` are one schedule.

        Raises:
            UsageError: neither a span nor a number nor a word.
        """
        text = str(every).strip()
        if text.isdigit():
            if int(text) == 0:
                raise UsageError("every=0 is no schedule", remedy=_EVERY_REMEDY, code="FM103")
            text = str(int(text))
        elif text not in ("event", "never"):
            text = in_words(_span(text))
        return cls(text, in_words(microseconds(delay)) if delay != "0" else "0s")

    @property
    def kind(self) -> Literal["span", "count", "event", "never"]:
        """What ``every`` counts."""
        if self.every in ("event", "never"):
            return cast('Literal["event", "never"]', self.every)
        return "count" if self.every.isdigit() else "span"

    def updates(self, time: IntArray, first: int) -> Updates:
        """The updates of a stream whose test events begin at the position ``first``.

        An update without new events is not made, nor one that would go live after the last event.

        Args:
            time: (n,) int64, microseconds, never decreasing.
            first: the first test event.
        """
        due = self._boundaries(time, first)
        live = np.searchsorted(time, due + microseconds(self.delay), "left")
        kept = live < len(time)
        return Updates(due[kept], np.searchsorted(time, due[kept], "left"), live[kept])

    def _boundaries(self, time: IntArray, first: int) -> IntArray:
        """Times b such that some test event lies between b and the boundary before: (u,) int64."""
        test = time[first:]
        if self.kind == "never" or len(test) == 0:
            return np.empty(0, np.int64)
        if self.kind == "span":
            span = microseconds(self.every)
            # Boundaries are counted from the events, not from the span: a stream may sleep for years.
            return int(test[0]) + (np.unique((test - test[0]) // span) + 1) * span
        # After an event, not at one: all events of its time are known, none of a later time is.
        ends = np.flatnonzero(np.append(test[1:] != test[:-1], True)) + 1
        if self.kind == "count":
            ends = _every_nth(ends, int(self.every))
        return np.asarray(test[ends - 1] + 1, np.int64)


def _every_nth(ends: IntArray, count: int) -> IntArray:
    """Of the places where time changes, those at which at least ``count`` events wait for an update."""
    chosen = []
    at = 0
    while (place := np.searchsorted(ends, at + count, "left")) < len(ends):
        at = int(ends[place])
        chosen.append(at)
    return np.array(chosen, np.int64)


def _span(text: str) -> int:
    try:
        span = microseconds(text)
    except UsageError as error:
        raise UsageError(f"{text!r} is no schedule", remedy=_EVERY_REMEDY, code="FM103") from error
    if span == 0:
        raise UsageError(f"{text!r} is no schedule", remedy=_EVERY_REMEDY, code="FM103")
    return span
