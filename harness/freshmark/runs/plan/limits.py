"""Limits of a cell, as people write them: ``10m`` of wall-clock time, ``4GB`` of resident memory."""

from __future__ import annotations

import re
from dataclasses import dataclass

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


MOST_TRIALS = 1_000


@dataclass(frozen=True, slots=True)
class TuningBudget:
    """What tuning a row may cost: so many trials, or so many CPU seconds.

    trials: at most
    cpu_seconds: no trial starts after so many
    """

    trials: int = MOST_TRIALS
    cpu_seconds: float = float("inf")

    @classmethod
    def parse(cls, text: str | int) -> TuningBudget:
        """Trials of ``20``, CPU seconds of ``60s`` or ``10m``.

        Raises:
            UsageError: it is neither, or not positive, or more than a thousand trials.
        """
        written = str(text).strip()
        try:
            budget = cls(trials=int(written)) if written.isdigit() else cls(cpu_seconds=seconds(written))
        except UsageError:
            budget = cls(trials=0)
        if not 1 <= budget.trials <= MOST_TRIALS:
            what = f"{written!r} is not a budget of tuning"
            raise UsageError(what, remedy=f"trials from 1 to {MOST_TRIALS}, or CPU time: 20 or 60s", code="FM131")
        return budget
