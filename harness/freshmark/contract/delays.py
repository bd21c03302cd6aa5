"""Delays that are not given but measured: ``measured``, or ``measured*60`` for a machine sixty times as slow."""

from __future__ import annotations

import re

_MEASURED = re.compile(r"measured(?:\*(\d+(?:\.\d+)?))?")


def time_scale(delay: str) -> float | None:
    """What measured durations are multiplied with: ``"measured*60"`` → 60; None where the delay is a span."""
    found = _MEASURED.fullmatch(delay)
    return float(found[1] or 1) if found else None
