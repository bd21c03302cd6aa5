"""Arguments of transforms, refused before anything is loaded."""

from __future__ import annotations

from datetime import UTC, datetime

from freshmark import SECOND, UsageError

LARGEST = 1e12
"""Of numbers that count seconds, minutes or days."""


def check_whole(name: str, value: object, least: int) -> None:
    """Refuse what is no whole number from the least on."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise UsageError(f"{name}={value!r}", where=name, remedy=f"a whole number from {least}")


def check_number(name: str, value: object, least: float) -> None:
    """Refuse what is no finite number from the least on."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value < LARGEST:
        raise UsageError(f"{name}={value!r}", where=name, remedy=f"a number from {least:g}")


def moment(name: str, value: object) -> int:
    """An ISO date in microseconds since 1970; UTC where it names no zone."""
    try:
        told = datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError as error:
        raise UsageError(f"{name}={value!r}", where=name, remedy="an ISO date, such as 2017-11-25") from error
    zoned = told if told.tzinfo else told.replace(tzinfo=UTC)
    since = zoned - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds
