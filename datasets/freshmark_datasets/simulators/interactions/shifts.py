"""Shifts: the schedule of planted drifts, as one line of text.

    "sudden@0.4, popularity@0.5, gradual@0.57-0.65, recurring@0.7-0.85, incremental@0.88-0.97"

Positions are shares of the stream's span. The kinds are those of Gama et al. (A survey on concept drift adaptation,
ACM Computing Surveys 46, 2014) for the interests of users, and one for items:

* ``sudden``: at one moment, affected users switch to other topics.
* ``gradual``: old and new interests alternate, the new ones more and more often.
* ``incremental``: interests move topic by topic, through intermediate ones.
* ``recurring``: other interests appear, vanish and appear again, a third of the time each, and vanish.
* ``popularity``: the most popular items of a topic swap popularity with the least popular ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from freshmark import UnknownName, UsageError

AT_ONCE = ("sudden", "popularity")
OVER_TIME = ("gradual", "recurring", "incremental")

_WRITTEN = re.compile(r"(?P<kind>[a-z_]+)@(?P<begin>\d*\.?\d+)(?:-(?P<end>\d*\.?\d+))?")


@dataclass(frozen=True, slots=True)
class Shift:
    """One planted drift.

    kind: as above
    begin, end: shares of the span, equal for an instantaneous shift
    """

    kind: str
    begin: float
    end: float


def parse(text: str) -> tuple[Shift, ...]:
    """The shifts in the text, by time; none for ``"none"``.

    Raises:
        UsageError: a part is invalid or outside of the span, or two overlap.
    """
    if text.strip() in ("", "none"):
        return ()
    shifts = sorted((_shift(part.strip()) for part in text.split(",")), key=lambda shift: shift.begin)
    for before, after in pairwise(shifts):
        if after.begin < before.end or after.begin == before.begin:
            raise UsageError(
                f"{before.kind}@{before.begin}-{before.end} and {after.kind}@{after.begin} overlap",
                where="drifts",
                remedy="one drift at a time, so that effects can be attributed",
            )
    return tuple(shifts)


def _shift(part: str) -> Shift:
    match = _WRITTEN.fullmatch(part)
    if match is None:
        raise UsageError(f"{part!r} is not a drift", where="drifts", remedy="kind@begin or kind@begin-end")
    kind = match["kind"]
    if kind not in AT_ONCE + OVER_TIME:
        raise UnknownName("kind of drift", kind, AT_ONCE + OVER_TIME, where="drifts")
    begin = float(match["begin"])
    end = float(match["end"] or begin)
    if (kind in AT_ONCE) != (match["end"] is None):
        remedy = f"{kind}@0.5" if kind in AT_ONCE else f"{kind}@0.5-0.6"
        raise UsageError(f"{part!r} has the wrong number of positions", where="drifts", remedy=remedy)
    if not 0.0 < begin <= end < 1.0 or (kind in OVER_TIME and begin == end):
        raise UsageError(f"{part!r} is outside of the span", where="drifts", remedy="0 < begin < end < 1")
    return Shift(kind, begin, end)
