"""The span of a stream in words, and signs that its times were read in the wrong unit."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from freshmark.contract.streams.stream import SECOND, Stream

DAY = 86_400
YEAR = 365 * DAY


def span(stream: Stream) -> str:
    """``30.0 days, from 2017-11-25 00:00:00 to 2017-12-24 23:59:59``."""
    begin, end = (moment(int(stream.time[row])) for row in (0, -1))
    return f"{_length(float(stream.facts['span_seconds']))}, from {begin} to {end}"


def span_warnings(stream: Stream, now: float | None = None) -> Iterator[str]:
    """Why the times of a stream may be wrong: they lie in 1970, within a day, or in the future."""
    begin, end = int(stream.time[0]) / SECOND, int(stream.time[-1]) / SECOND
    length = float(stream.facts["span_seconds"])
    if begin < YEAR:
        yield "Times begin in 1970: they count from 0, or their unit is wrong (unit=)."
    if length < DAY:
        yield f"All events lie within {_length(length)}: daily updates never come due, or the unit of time is wrong."
    if end > (time.time() if now is None else now) + DAY:  # a day, because of time zones
        yield f"Times end in the future, {moment(int(stream.time[-1]))}: their unit may be wrong (unit=)."


def moment(microseconds: int) -> str:
    """UTC, to the second; stream times lie between the years 1 and 9999."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)).strftime("%Y-%m-%d %H:%M:%S")


def _length(seconds: float) -> str:
    return f"{seconds / DAY:,.1f} days" if seconds >= DAY else f"{seconds:,.0f} seconds"
