"""Delays that are measured: ``measured``, or ``measured*60`` for a machine sixty times as slow."""

from __future__ import annotations

import re

_MEASURED = re.compile(r"measured(?:\*(\d+(?:\.\d+)?))?")


def time_scale(delay: str) -> float | None:
    """The factor on measured durations: ``"measured*60"`` → 60; None if the delay is a duration."""
    match = _MEASURED.fullmatch(delay)
    return float(match[1] or 1) if match else None
