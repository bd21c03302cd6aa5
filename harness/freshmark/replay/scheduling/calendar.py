"""Schedules at wall-clock times, in UTC: ``daily@03:00``, ``hourly@15``, ``weekly@mon-03:00``."""

from __future__ import annotations

import re

from freshmark.contract.delays import UNITS

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

MONDAY = 4 * UNITS["d"]
"""The first Monday after 1970-01-01, a Thursday."""

_HOURLY = re.compile(r"hourly@([0-5]?\d)")
_DAILY = re.compile(r"daily@([01]?\d|2[0-3]):([0-5]\d)")
_WEEKLY = re.compile(rf"weekly@({'|'.join(DAYS)})-([01]?\d|2[0-3]):([0-5]\d)")


def calendar(text: str) -> tuple[int, int] | None:
    """Period and first boundary in microseconds since 1970; None if the text is not such a schedule."""
    if match := _HOURLY.fullmatch(text):
        return UNITS["h"], int(match[1]) * UNITS["m"]
    if match := _DAILY.fullmatch(text):
        return UNITS["d"], int(match[1]) * UNITS["h"] + int(match[2]) * UNITS["m"]
    if match := _WEEKLY.fullmatch(text):
        day = MONDAY + DAYS.index(match[1]) * UNITS["d"]
        return UNITS["w"], (day + int(match[2]) * UNITS["h"] + int(match[3]) * UNITS["m"]) % UNITS["w"]
    return None


def canonical(text: str) -> str:
    """The canonical form: ``daily@3:00`` → ``daily@03:00``."""
    return re.sub(r"(?<=[@-])(\d)(?=:|$)", r"0\1", text)
