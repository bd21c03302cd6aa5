"""Durations as texts, and delays that are measured: ``measured``, or ``measured*60`` on a machine 60 times as slow."""

from __future__ import annotations

import re

UNITS = {
    "w": 604_800_000_000,
    "d": 86_400_000_000,
    "h": 3_600_000_000,
    "m": 60_000_000,
    "s": 1_000_000,
    "ms": 1_000,
    "us": 1,
}
"""Microseconds in each unit, longest first."""

PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|us|w|d|h|m|s)")
"""A number and its unit."""

_MEASURED = re.compile(r"measured(?:\*(\d+(?:\.\d+)?))?")


def time_scale(delay: str) -> float | None:
    """The factor on measured durations: ``"measured*60"`` → 60; None if the delay is a duration."""
    match = _MEASURED.fullmatch(delay)
    return float(match[1] or 1) if match else None


def duration_label(text: str) -> str:
    """A duration as people type it, in its largest unit that needs no other: ``4w2d`` → ``30d``, ``1d12h`` → ``36h``.

    Any other text, such as ``daily@03:00`` or ``never``, stays as it is.
    """
    if not text or PART.sub("", text):
        return text
    span = round(sum(float(number) * UNITS[unit] for number, unit in PART.findall(text)))
    return next((f"{span // size}{unit}" for unit, size in UNITS.items() if span and span % size == 0), text)
