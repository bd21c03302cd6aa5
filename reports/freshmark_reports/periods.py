"""Periods of stream time for people, and the unit of an axis of periods."""

from __future__ import annotations

import numpy as np
from freshmark.reporting import format_number

UNITS = ((86_400.0, "days"), (3_600.0, "hours"), (60.0, "minutes"), (1.0, "seconds"))


def unit_of(longest: float) -> tuple[float, str]:
    """Seconds and name of the largest unit that fits at least twice."""
    return next((one for one in UNITS if longest >= 2 * one[0]), UNITS[-1])


def period_label(seconds: float) -> str:
    """``7.7 days``, ``5.2 hours``; – if unknown or infinite."""
    if not np.isfinite(seconds):
        return "–"
    size, name = unit_of(seconds)
    return f"{format_number(seconds / size, 2)} {name}"
