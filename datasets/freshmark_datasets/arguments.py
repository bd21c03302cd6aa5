"""Checks of arguments, made before anything is loaded."""

from __future__ import annotations

from datetime import UTC, datetime

from freshmark import SECOND, UsageError

LARGEST = 1e12
"""The limit of numbers that count seconds, minutes or days."""


def check_whole(name: str, value: object, least: int) -> None:
    """Refuse anything but a whole number of at least ``least``."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise UsageError(f"{name}={value!r}", where=name, remedy=f"a whole number of at least {least}")


def check_number(name: str, value: object, least: float) -> None:
    """Refuse anything but a finite number of at least ``least``."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value < LARGEST:
        raise UsageError(f"{name}={value!r}", where=name, remedy=f"a number of at least {least:g}")


def moment(name: str, value: object) -> int:
    """An ISO date in microseconds since 1970; UTC where it names no zone."""
    try:
        date = datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError as error:
        raise UsageError(f"{name}={value!r}", where=name, remedy="an ISO date, such as 2017-11-25") from error
    zoned = date if date.tzinfo else date.replace(tzinfo=UTC)
    since = zoned - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds
