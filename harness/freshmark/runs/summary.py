"""Tally: how a campaign went, and the exit code that says so."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Tally:
    """How a campaign went.

    folder: where its results are
    statuses: of every cell of the plan, in its order
    interrupted: 0, or the exit code that an interruption asks for
    complaints: hooks of plugins that failed while they observed
    """

    folder: Path
    statuses: tuple[str, ...]
    interrupted: int = 0
    complaints: tuple[str, ...] = ()

    @property
    def ok(self) -> int:
        """How many cells were measured."""
        return self.statuses.count("ok")

    @property
    def exit_code(self) -> int:
        """0 all cells measured, 1 some not, 4 none, 5 interrupted and resumable, 130 and 143 stopped at once."""
        if self.interrupted and self.ok < len(self.statuses):
            return self.interrupted
        if self.ok == len(self.statuses):
            return 0
        return 1 if self.ok else 4
