"""Finding: the result of one check."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check.

    check: what must hold, as a sentence
    ok: whether it holds
    detail: what is wrong; empty if nothing is
    """

    check: str
    ok: bool
    detail: str = ""

    def __str__(self) -> str:
        return f"{'ok  ' if self.ok else 'FAIL'} {self.check}" + (f": {self.detail}" if self.detail else "")


def failures(findings: Iterable[Finding]) -> list[Finding]:
    """The failed ones."""
    return [finding for finding in findings if not finding.ok]


Check = Callable[[], str]
"""Gives what is wrong; the empty text if nothing is."""


def run_checks(checks: Iterable[tuple[str, Check]]) -> Iterator[Finding]:
    """The findings of these checks; one that raises is a finding too, and the others still run."""
    for sentence, check in checks:
        try:
            detail = check()
        except Exception as error:  # noqa: BLE001  (any exception of a plugin is a finding)
            frame = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{frame.filename}:{frame.lineno}"
            detail = f"{type(error).__name__}: {error} ({place})"
        yield Finding(sentence, not detail, detail)
