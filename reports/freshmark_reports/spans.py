"""Stretches of stream time as people say them, and the unit of an axis of them."""

from __future__ import annotations

import numpy as np
from freshmark.reporting import format_number

UNITS = ((86_400.0, "days"), (3_600.0, "hours"), (60.0, "minutes"), (1.0, "seconds"))


def unit_of(longest: float) -> tuple[float, str]:
    """Seconds of the largest unit of which there are two or more, and its name."""
    return next((one for one in UNITS if longest >= 2 * one[0]), UNITS[-1])


def span_in_words(seconds: float) -> str:
    """``7.7 days``, ``5.2 hours``; – for what is not known or has no end."""
    if not np.isfinite(seconds):
        return "–"
    size, name = unit_of(seconds)
    return f"{format_number(seconds / size, 2)} {name}"
