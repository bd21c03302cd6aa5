"""Limits of a cell, as people write them: ``10m`` of wall-clock time, ``4GB`` of resident memory."""

from __future__ import annotations

import re

from freshmark.errors import UsageError
from freshmark.replay.durations import parse_duration

LARGEST = 1 << 62
"""Bytes; larger than any machine."""

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?", re.IGNORECASE)


def byte_count(text: str | int) -> int:
    """Bytes of ``"4GB"`` (4·10⁹), ``"512MiB"`` (512·2²⁰) or a plain number.

    Raises:
        UsageError: it is not a valid size, or less than one byte.
    """
    match = _SIZE.fullmatch(str(text).strip())
    step = 1024 if match and match[3] else 1000
    size = float(match[1]) * step ** " kmgt".index(match[2].lower() or " ") if match else 0.0
    if not 1 <= size < LARGEST:
        raise UsageError(f"{text!r} is not a valid size", remedy="write it like 4GB or 512MiB", code="FM107")
    return round(size)


def seconds(text: str | float) -> float:
    """Seconds of ``"10m"``, ``"90s"`` or a plain number.

    Raises:
        UsageError: it is not a valid duration, or not positive.
    """
    span = float(text) if isinstance(text, int | float) else parse_duration(text.strip()) / 1e6
    if not 0 < span < float("inf"):
        raise UsageError(f"{text!r} is not a valid time limit", remedy="write it like 10m or 90s", code="FM107")
    return span
