"""When updates are due, which events each knows, and when its result goes live."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np

from freshmark.contract.arrays import IntArray
from freshmark.contract.delays import time_scale
from freshmark.errors import UsageError
from freshmark.replay.durations import format_duration, parse_duration
from freshmark.replay.scheduling.calendar import calendar, canonical
from freshmark.replay.scheduling.detectors import Watching, watching

EVERY_REMEDY = (
    "give a duration (1d, 6h), a number of events (1000), 'event', 'never', a clock (daily@03:00), "
    "or a detector (drift(detector='adwin'), budget(20))"
)

_COUNT = re.compile("[0-9]{1,15}")
"""A number of events; no stream has more events than 15 digits can count."""

Kind = Literal["span", "count", "event", "never", "clock", "loss"]


@dataclass(frozen=True, slots=True)
class Updates:
    """The updates of one cell, in order.

    due: (u,) int64, microseconds: the boundary; the update is given the events with a smaller time
    known: (u,) int64, the number of those events
    live: (u,) int64, position of the first event that is answered with it
    """

    due: IntArray
    known: IntArray
    live: IntArray

    def __len__(self) -> int:
        return len(self.due)


@dataclass(frozen=True, slots=True)
class Schedule:
    """``every``: when updates are due. ``delay``: how much later their result goes live.

    every: a duration of stream time (``"1d"``), a number of events (``"1000"``), ``"event"``, ``"never"``, a clock in
        UTC (``"daily@03:00"``, ``"hourly@15"``, ``"weekly@mon-03:00"``), or a detector (``"drift(detector='adwin')"``,
        ``"budget(20, detector='page_hinkley')"``)
    delay: a duration of stream time, or ``"measured"``: as long as the update took; ``"measured*60"``: 60 times that
    """

    every: str
    delay: str = "0s"

    @classmethod
    def parse(cls, every: str | int = "never", delay: str = "0s") -> Schedule:
        """The schedule in canonical form: ``"24h"`` and ``"1d"`` are one schedule.

        Raises:
            UsageError: a text is invalid.
        """
        schedule = cls(_canonical(str(every).strip()), _canonical_delay(delay.strip()))
        if schedule.kind == "loss" and time_scale(schedule.delay) is not None:
            raise UsageError(
                f"every={schedule.every!r} cannot have a measured delay: the delay would change which updates are made",
                remedy="with a detector, give a duration: --delay 10m",
                code="FM117",
            )
        return schedule

    @property
    def kind(self) -> Kind:
        """What ``every`` counts."""
        if self.every == "event":
            return "event"
        if self.every == "never":
            return "never"
        if _COUNT.fullmatch(self.every):
            return "count"
        if self.watching is not None:
            return "loss"
        return "span" if calendar(self.every) is None else "clock"

    @property
    def watching(self) -> Watching | None:
        """What is watched, if a detector decides when updates are due."""
        return watching(self.every)

    def updates(self, time: IntArray, first: int, *, known: IntArray | None = None) -> Updates:
        """The updates on a stream whose test events begin at position ``first``; empty if a detector decides.

        An update without new events is skipped, and so is one that would go live after the last event.

        Args:
            time: (n,) int64, microseconds, never decreasing.
            first: the first test event.
            known: (n,) int64, never decreasing: when each event may be learned from; default: at its time.
        """
        known = time if known is None else known
        start = int(time[first])
        waiting = known[np.searchsorted(known, start, "left") :]
        due = self._boundaries(waiting, start)
        live = np.searchsorted(time, due + parse_duration(self.delay), "left")
        in_time = live < len(time)
        return Updates(due[in_time], np.searchsorted(known, due[in_time], "left"), live[in_time])

    def _boundaries(self, known: IntArray, start: int) -> IntArray:
        """(u,) int64: boundaries before which something new becomes known."""
        kind = self.kind
        if kind in ("never", "loss") or len(known) == 0:
            return np.empty(0, np.int64)
        if kind in ("span", "clock"):
            span, origin = calendar(self.every) or (parse_duration(self.every), start)
            # Computed from the events, not by stepping: a stream may pause for years.
            return origin + (np.unique((known - origin) // span) + 1) * span
        # Just after an event: all events of its time are known, none of a later time.
        ends = np.flatnonzero(np.append(known[1:] != known[:-1], True)) + 1
        if kind == "count":
            ends = _every_nth(ends, int(self.every))
        return np.asarray(known[ends - 1] + 1, np.int64)


def _every_nth(ends: IntArray, count: int) -> IntArray:
    """Those of the positions where time changes at which at least ``count`` events wait for an update."""
    chosen = []
    at = 0
    while (place := np.searchsorted(ends, at + count, "left")) < len(ends):
        at = int(ends[place])
        chosen.append(at)
    return np.array(chosen, np.int64)


def _canonical(text: str) -> str:
    if text in ("event", "never"):
        return text
    if _COUNT.fullmatch(text):
        span = int(text)
        text = str(span)
    elif calendar(text) is not None:
        return canonical(text)
    elif (watched := watching(text)) is not None:
        return str(watched)
    else:
        span = _span(text)
        text = format_duration(span)
    if span == 0:
        raise UsageError(f"every={text!r} is not a valid schedule", remedy=EVERY_REMEDY, code="FM103")
    return text


def _canonical_delay(text: str) -> str:
    scale = time_scale(text)
    if scale is None:
        return format_duration(0 if text == "0" else parse_duration(text))
    return "measured" if scale == 1 else f"measured*{scale:g}"


def _span(text: str) -> int:
    try:
        return parse_duration(text)
    except UsageError as error:
        raise UsageError(f"{text!r} is not a valid schedule", remedy=EVERY_REMEDY, code="FM103") from error
