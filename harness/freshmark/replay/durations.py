"""Durations as people write them: ``1w``, ``1d``, ``6h``, ``10m``, ``30s``, ``250ms``."""

from __future__ import annotations

from freshmark.contract.delays import PART, UNITS
from freshmark.errors import UsageError

LONGEST = 365_250 * UNITS["d"]
"""A thousand years: longer than any stream, and sums with it still fit 64 bits."""


def parse_duration(text: str) -> int:
    """The duration in microseconds: ``"1d12h"`` → 129_600_000_000.

    Raises:
        UsageError: the text is not a duration, or longer than any stream.
    """
    parts = PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise UsageError(
            f"{text!r} is not a valid duration", remedy="write it like 1w, 1d, 6h, 10m, 30s or 250ms", code="FM102"
        )
    span = sum(float(number) * UNITS[unit] for number, unit in parts)
    if span > LONGEST:
        raise UsageError(f"{text!r} is longer than any stream", remedy="at most a thousand years", code="FM102")
    return round(span)


def format_duration(span: int) -> str:
    """The shortest text that ``parse_duration`` reads back: 129_600_000_000 → ``"1d12h"``."""
    parts = []
    for unit, size in UNITS.items():
        count, span = divmod(span, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
