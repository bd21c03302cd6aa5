"""Units of time: their names, their size, and the range of numbers in each."""

from __future__ import annotations

PER_UNIT = {"ns": 1e-3, "us": 1.0, "ms": 1e3, "s": 1e6, "min": 60e6, "h": 3600e6, "d": 86_400e6}
"""Microseconds in each unit."""
UNITS = (*PER_UNIT, "iso")
"""Values of ``unit=``: a unit, or ISO dates."""
IN_WORDS = {
    "ns": "nanoseconds",
    "us": "microseconds",
    "ms": "milliseconds",
    "s": "seconds",
    "min": "minutes",
    "h": "hours",
    "d": "days",
}
MAGNITUDES = (("s", 1e8, 9.3e9), ("ms", 1e11, 9.3e12), ("us", 1e14, 9.3e15), ("ns", 1e17, 9.3e18))
"""The range of numbers that count from 1970, from 1973 to 2262: a unit is recognised by their size."""
RESOLUTIONS = (
    (86_400_000_000, "1 day"),
    (3_600_000_000, "1 hour"),
    (60_000_000, "1 minute"),
    (1_000_000, "1 second"),
    (1_000, "1 millisecond"),
)
"""Steps in microseconds, coarsest first."""
