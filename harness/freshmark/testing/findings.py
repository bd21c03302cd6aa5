"""Finding: what one check says of a plugin."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found.

    check: the promise that was checked, as a sentence
    ok: whether it was kept
    detail: where it was broken; empty where it was kept
    """

    check: str
    ok: bool
    detail: str = ""

    def __str__(self) -> str:
        return f"{'ok  ' if self.ok else 'FAIL'} {self.check}" + (f": {self.detail}" if self.detail else "")


def failures(findings: Iterable[Finding]) -> list[Finding]:
    """Those that were not kept."""
    return [finding for finding in findings if not finding.ok]


Check = Callable[[], str]
"""Gives the empty text where the promise is kept, else where it is broken."""


def run_checks(checks: Iterable[tuple[str, Check]]) -> Iterator[Finding]:
    """The findings of these checks, one by one: all faults are told, not the first alone."""
    for promise, check in checks:
        try:
            detail = check()
        except Exception as error:  # noqa: BLE001  (whatever a plugin raises is a finding)
            frame = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{frame.filename}:{frame.lineno}"
            detail = f"{type(error).__name__}: {error} ({place})"
        yield Finding(promise, not detail, detail)
